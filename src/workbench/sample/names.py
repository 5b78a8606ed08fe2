"""Names of the fictional providers, and the ways people misspell them."""

import numpy as np
import pandas as pd

# All invented. The kind decides who its clients are and which products it delivers.
PROVIDERS = (
    ("Zorgcoöperatie De Kromme Rijn", "begeleiding"),
    ("Thuisbegeleiding Vecht & Venen", "begeleiding"),
    ("'t Café van Ontmoeting", "dagbesteding"),
    ("Jeugdhulp Het Waterhoen", "jeugd ambulant"),
    ("Huishoudhulp De Heldere Ruit", "huishouden"),
    ("De Linschoter Stapsteen", "begeleiding"),
    ("Gezinshuizen De Bovenmeent", "jeugd verblijf"),
    ("Geheugenhuis Vergeet-mij-niet", "dementie"),
    ("Wilgenrijk Begeleiding", "begeleiding"),
    ("Gezinscoaches Zilverreiger", "jeugd ambulant"),
    ("Thuiszorg De Rietvoorn", "huishouden"),
    ("Zorgboerderij De Kievitshoek", "dagbesteding"),
    ("Jeugdteam Grutto & Co", "jeugd ambulant"),
    ("Stichting Samen Verder Veenstreek", "begeleiding"),
    ("De Turfschuit Dagbesteding", "dagbesteding"),
    ("Pedagogisch Bureau Lisdodde", "jeugd ambulant"),
    ("Begeleid Wonen De Sluiswachter", "begeleiding"),
    ("Huishoudelijke Dienst Waterspiegel", "huishouden"),
    ("Jongerenwerkplaats De Spoorbrug", "jeugd ambulant"),
    ("Maatwerk Begeleiding Molenvliet", "begeleiding"),
    ("Logeerhuis De Waterlelie", "jeugd verblijf"),
    ("Zorgmaatschap Ibrahimi & De Wit", "begeleiding"),
    ("Stichting Jong in het Weidegebied", "jeugd ambulant"),
    ("Thuis in de Polder", "huishouden"),
    ("Praktijk Kind en Plas", "jeugd ambulant"),
    ("Coöperatie Naast Elkaar", "begeleiding"),
    ("Huize Oude Wetering", "dementie"),
    ("Herstelhuis De Veerpont", "begeleiding"),
    ("Opvoedhulp De Bonte Specht", "jeugd ambulant"),
)
FIRST = (
    ("Begeleiding", "begeleiding"),
    ("Jeugdhulp", "jeugd ambulant"),
    ("Thuiszorg", "huishouden"),
    ("Stichting", "begeleiding"),
    ("Gezinscoaches", "jeugd ambulant"),
    ("Dagcentrum", "dagbesteding"),
    ("Zorgcoöperatie", "begeleiding"),
    ("Gezinshuis", "jeugd verblijf"),
    ("Geheugenhuis", "dementie"),
    ("Opvoedhulp", "jeugd ambulant"),
)
SECOND = (
    *("Akkerwinde", "Boterbloem", "Dotterbloem", "Egelantier", "Fluitenkruid", "Gele Lis", "Hazelaar", "IJsvogel"),
    *("Jonge Linde", "Koekoeksbloem", "Lepelaar", "Meerkoet", "Nachtegaal", "Oeverzwaluw", "Pinksterbloem"),
    *("Roerdomp", "Scholekster", "Tureluur", "Veldleeuwerik", "Watermunt", "Zwanenbloem"),
)
THIRD = ("", " Noord", " Oost", " Zuid", " West", " aan de Dijk", " bij de Brug", " op de Kade", " in de Wei", " Plus")

NOT_CONTRACTED = "Zorgboerderij De Zonnestraal (pgb)"


def draw(count: int) -> pd.DataFrame:
    """Return the first `count` providers: names, kinds and registration numbers that belong to nobody.

    Parameters
    ----------
    count : int
        The first 29 have names of their own; the others are put together and numbered where the words run out.

    Returns
    -------
    DataFrame, one row per provider
        ``provider_id, name, kind, agb, kvk``. The numbers begin with 00, which neither register hands out.

    Examples
    --------
    >>> draw(3)[["provider_id", "name", "agb"]]
      provider_id                            name       agb
    0        p001   Zorgcoöperatie De Kromme Rijn  00900104
    1        p002  Thuisbegeleiding Vecht & Venen  00900207
    2        p003           't Café van Ontmoeting  00900310
    """
    named = list(PROVIDERS[:count])
    for number in range(count - len(named)):
        # Strides without a common divisor, so that neighbours differ in all three words.
        first, kind = FIRST[number % len(FIRST)]
        second = SECOND[number * 5 % len(SECOND)]
        round_, third = divmod(number // len(FIRST), len(THIRD))
        ordinal = f" {round_ + 1}" if round_ else ""
        named.append((f"{first} De {second}{THIRD[third]}{ordinal}", kind))
    order = np.arange(1, count + 1)
    width = max(3, len(str(count)))
    table = pd.DataFrame(named, columns=["name", "kind"])
    return table.assign(
        provider_id=[f"p{number:0{width}}" for number in order],
        agb=[f"{900001 + 103 * number:08}" for number in order],
        kvk=[f"{500000 + 37 * number:08}" for number in order],
    )[["provider_id", "name", "kind", "agb", "kvk"]]


def spellings(providers: pd.DataFrame) -> pd.DataFrame:
    """Return how people write the names when they type them.

    A spelling that would equal another provider's name or spelling is left out: it could not be decided.

    Returns
    -------
    DataFrame, one row per spelling
        ``spelling, provider_id, reason``; the names themselves are not among them.

    Examples
    --------
    >>> spellings(draw(1))
                            spelling provider_id                         reason
    0  Zorgcoöperatie De Kromme Rijn B.V.      p001  rechtsvorm erbij geschreven
    1      Zorgcooperatie De Kromme Rijn       p001            accent weggelaten
    2       Zorgcoöperatie De Krome Rijn       p001                      tikfout
    """
    names = providers["name"]
    without_accents = names.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    proposals = pd.concat(
        [
            pd.DataFrame({"spelling": names + " B.V.", "reason": "rechtsvorm erbij geschreven"}),
            pd.DataFrame({"spelling": without_accents, "reason": "accent weggelaten"}),
            pd.DataFrame({"spelling": names.map(_mistyped), "reason": "tikfout"}),
            pd.DataFrame({"spelling": names.str.replace(" & ", " en "), "reason": "en in plaats van &"}),
            pd.DataFrame({"spelling": names.str.replace("Stichting ", "St. "), "reason": "afkorting"}),
        ]
    )
    table = proposals.assign(provider_id=providers["provider_id"], order=range(len(proposals)))
    folded = table["spelling"].str.casefold()
    taken = folded.isin(set(names.str.casefold())) | folded.duplicated(keep=False)
    ordered = table[~taken].sort_values(["provider_id", "order"])
    return ordered[["spelling", "provider_id", "reason"]].reset_index(drop=True)


def _mistyped(name: str) -> str:
    """Return the name without one letter: of the first double one, else one two thirds of the way."""
    double = [at for at in range(1, len(name)) if name[at] == name[at - 1]]
    at = double[0] if double else len(name) * 2 // 3
    return name[:at] + name[at + 1 :]
