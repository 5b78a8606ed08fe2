"""The codebook of the fictional region: every planted problem is decided here, with a reason and a date."""

from pathlib import Path

import pandas as pd

from workbench import codebook
from workbench.sample import layouts, names, truth
from workbench.sample.answers import BEHOEFTEN, UITKOMSTEN
from workbench.sample.registers import HELP_FORMS
from workbench.sample.wording import AGREE5, BANDS, PRODUCTS, RELATIVE_WORDS, THEMES

REGION = """\
# De fictieve regio: vijf echte gemeenten, verzonnen aanbieders, verzonnen mensen.
name: Regio Veenstroom (fictief)
instruments: [behoeften, pijlers, uitkomsten]
municipalities: [{municipalities}]
language: nl
fictional: true
thresholds:
  hidden_below: 10
  indicative_below: 30
definitions:
  dropout: eenzijdig
  dropout_external: keep
  restart_months: 12
  restart_min_days: 1
"""
NOTES = """\
# Besluiten bij de fictieve regio

Wat hier staat, staat ook in de tabellen; dit is het verhaal erbij.

- Namen van aanbieders zijn overgetikt: met rechtsvorm, zonder accent, met een tikfout. Elke schrijfwijze is
  beoordeeld: `aliases.csv`.
- *{stranger}* komt voor, maar heeft geen contract. Deze antwoorden tellen niet mee: `aliases.csv`, zonder aanbieder.
- Stelling A4 ("Anderen beslissen ...") is in `medewerkers_2025` al omgedraaid aangeleverd. De schaal
  `eens5_omgedraaid` draait de antwoorden terug, zodat A4 overal een omgekeerde stelling is.
- `client_oude_lijst_2024` vraagt "Ik kan zonder hulp verder" op de schaal eens-oneens van voor 2021. Dat is niet
  te vergelijken met de vier antwoorden van nu: de kolom `uitk[verder]` wordt niet gebruikt (`ignore`).
- De kiosk had in 2024 bij sommige aanbieders drie smileys. Dat is een eigen variant (`smiley3`), die nooit ongemerkt
  bij de vijf smileys komt.
- Code 31 is bij de iWmo "verhuizing" en bij de iJw "volgens plan": de wet staat per levering in `deliveries.csv`.
- LimeSurvey zet 1-1-1980 waar antwoorden anoniem zijn: de datum is onbekend.
- Een einddatum komt soms pas een jaar later binnen. De laatste levering geldt; het laatste halfjaar is voorlopig.
- Naasten zonden de lijst soms twee keer in en de kiosk zond dubbel: het tweede exemplaar telt niet.
- Een cijfer 77 en een letter in een jaartal zijn na navraag verbeterd: `corrections.csv`.
"""
DECIDED = "2026-01-20"
AMBITIONS = (
    ("Langer zelfstandig thuis", "Mensen redden zich na de hulp.", "government", "geen_herstart", "higher", "0,80", ""),
    ("Langer zelfstandig thuis", "Mensen kunnen meer zelf.", "resident", "competentie", "higher", "75", ""),
    ("Passende hulp", "De hulp sluit aan op wat mensen nodig hebben.", "resident", "kwaliteit", "higher", "75", ""),
    ("Passende hulp", "Mensen maken de hulp af.", "government", "uitval", "lower", "0,08", "eenzijdig beëindigd"),
    ("Passende hulp", "Doelen worden gehaald.", "professional", "doelen", "higher", "0,70", ""),
    ("Eigen regie", "Mensen bepalen zelf waar zij hulp bij willen.", "resident", "autonomie", "higher", "70", ""),
    ("Meedoen", "Mensen hebben anderen om zich heen.", "resident", "verbondenheid", "higher", "75", ""),
    ("Lichter waar het kan", "Mensen kunnen zonder hulp verder.", "government", "zonder_hulp", "higher", "0,25", ""),
    ("Lichter waar het kan", "Mensen vinden de weg in de buurt.", "professional", "voorveld", "higher", "65", ""),
)


def write(folder: Path, providers: pd.DataFrame, with_bsn: bool, corrections: list[tuple[str, ...]]) -> None:
    """Write the codebook.

    Parameters
    ----------
    folder : Path
        ``data/codebook/sample``.
    providers : DataFrame, one row per provider
    with_bsn : bool
        Whether the episode lists know people by BSN or by client number.
    corrections : list of tuple
        File, row, column, from, to and reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.yml").write_text(REGION.format(municipalities=", ".join(truth.MUNICIPALITIES)), encoding="utf-8")
    (folder / "besluiten.md").write_text(NOTES.format(stranger=names.NOT_CONTRACTED), encoding="utf-8")
    tables = {
        "providers": _providers(providers),
        "aliases": _aliases(providers),
        "deliveries": _deliveries(),
        "columns": _columns(with_bsn),
        "items": _items(),
        "scales": _scales(),
        "dimensions": _themes(),
        "corrections": _corrections(corrections),
        "ambitions": pd.DataFrame(AMBITIONS, columns=list(codebook.TABLES["ambitions"])),
    }
    for name, table in tables.items():
        codebook.write_table(
            folder / f"{name}.csv", table.reindex(columns=list(codebook.TABLES[name])).astype(object).fillna("")
        )


def _providers(providers: pd.DataFrame) -> pd.DataFrame:
    task = providers["role"].eq("taakgericht")
    return providers[["provider_id", "name", "agb", "kvk"]].assign(
        taakgericht=task.map({True: "yes", False: "no"}), note=task.map({True: "levert geen stopberichten", False: ""})
    )


def _aliases(providers: pd.DataFrame) -> pd.DataFrame:
    stranger = {"spelling": names.NOT_CONTRACTED, "provider_id": "", "reason": "geen contract: pgb"}
    return pd.concat([names.spellings(providers), pd.DataFrame([stranger])], ignore_index=True).assign(
        decided_on=DECIDED
    )


def _deliveries() -> pd.DataFrame:
    survey = {"kind": "responses", "instrument": "behoeften", "role": "client", "informant": "self", "required": "no"}
    pillars = survey | {"instrument": "pijlers"}
    rows = [
        survey | {"pattern": "client_behoeften_*.csv", "columns": "clienten", "mode": "mail", "required": "yes"},
        survey | {"pattern": "client_oude_lijst_*.csv", "columns": "clienten_oud", "mode": "mail"},
        survey
        | {"pattern": "naasten_*.csv", "columns": "naasten", "variant": "naaste"}
        | {"role": "relative", "informant": "proxy", "mode": "mail"},
        *(
            survey
            | {"pattern": "medewerkers_*.csv", "years": years, "columns": columns}
            | {"variant": "medewerker", "role": "staff", "mode": "link", "required": "yes"}
            for years, columns in (("2024", "medewerkers"), ("2025", "medewerkers_2025"), ("2026-2030", "medewerkers"))
        ),
        pillars | {"pattern": "kiosk_pijlers_*.csv", "columns": "kiosk", "mode": "kiosk", "encoding": "cp1252"},
        pillars
        | {"pattern": "kiosk_3smileys_*.csv", "columns": "kiosk3", "mode": "kiosk"}
        | {"variant": "smiley3", "encoding": "cp1252"},
        pillars | {"pattern": "pijlers_post_*.csv", "columns": "post", "mode": "mail"},
        pillars
        | {
            "pattern": "eigen_meting_*.xlsx",
            "columns": "eigen",
            "mode": "paper",
            "header_rows": "2",
            "sheet": "Antwoorden",
        },
        pillars | {"pattern": "pijlers_de_ronde_venen_*.sav", "columns": "spss", "mode": "paper"},
        {
            "pattern": "uitgenodigd_*.csv",
            "kind": "invited",
            "columns": "uitgenodigd",
            "instrument": "behoeften",
            "required": "yes",
        },
        *(
            {"pattern": f"trajecten_{law.lower()}_*.csv", "kind": "episodes", "columns": f"trajecten_{law.lower()}"}
            | {"law": law, "release": release, "required": "yes" if law == "iWmo" else "no"}
            for law, release in (("iWmo", "3.2"), ("iJw", "3.2"), ("BiJ", "7"))
        ),
        {"pattern": "beelden_*.xlsx", "kind": "assessments", "columns": "beelden", "required": "no"},
        {"pattern": "context_aanbieders_*.csv", "kind": "context", "columns": "context_aanbieders", "decimal": ","},
        {"pattern": "context_gemeenten_*.csv", "kind": "context", "columns": "context_gemeenten", "decimal": ","},
        {"pattern": "afspraken_*.csv", "kind": "agreements", "columns": "afspraken", "decimal": ","},
        {"pattern": "leesmij*.txt", "kind": "ignored"},
    ]
    return pd.DataFrame(rows)


def _columns(with_bsn: bool) -> pd.DataFrame:
    mappings: dict[str, layouts.Layout] = {
        "clienten": layouts.clients(),
        "clienten_oud": layouts.clients(old=True),
        "naasten": layouts.RELATIVES,
        "medewerkers": layouts.staff()[0],
        "medewerkers_2025": layouts.staff(recoded=True)[0],
        "kiosk": layouts.kiosk(),
        "kiosk3": layouts.kiosk(smileys=3),
        "post": layouts.MAIL,
        "eigen": tuple((f"{upper} | {lower}", field, scale) for upper, lower, field, scale in layouts.OWN),
        "spss": layouts.SPSS,
        "uitgenodigd": layouts.INVITED,
        **{f"trajecten_{law.lower()}": layouts.episodes(law, with_bsn) for law in ("iWmo", "iJw", "BiJ")},
        "beelden": layouts.ASSESSMENTS,
        "context_aanbieders": layouts.CONTEXT,
        "context_gemeenten": layouts.CONTEXT_MUNICIPALITIES,
        "afspraken": layouts.AGREEMENTS,
    }
    table = pd.DataFrame(
        [(name, *row) for name, layout in mappings.items() for row in layout],
        columns=["columns", "column", "field", "scale"],
    )
    table["column"] = table["column"].str.split().str.join(" ")
    nth = table.groupby(["columns", "column"]).cumcount() + 1
    table["column"] = table["column"].where(nth == 1, table["column"] + " [" + nth.astype(str) + "]")
    return table


def _items() -> pd.DataFrame:
    """The relatives' wording of needs and outcomes, beside the client's that ships."""
    shipped = pd.concat(
        pd.read_csv(codebook.SHIPPED / "items" / f"{name}.csv", sep=";", dtype=str, keep_default_na=False).assign(
            instrument=name
        )
        for name in ("behoeften", "uitkomsten")
    )
    own = shipped[shipped["variant"].eq("standaard") & shipped["item"].isin((*BEHOEFTEN, *UITKOMSTEN))]
    return own.assign(variant="naaste", wording_nl=own["item"].map(RELATIVE_WORDS), wording_en="")


def _scales() -> pd.DataFrame:
    """Answer labels that do not ship: what the exports of this region write."""
    agree = {text.lower(): code for code, text in AGREE5.items()}
    none = {"n.v.t.": "not_applicable", "weet ik niet": "dont_know"}
    named = pd.read_csv(codebook.SHIPPED / "dimensions.csv", sep=";", dtype=str)
    measures = {"Nut van de hulp": "nut", "Uitval": "uitval", "Doelen bereikt": "doelen"}
    measures |= dict(zip(named["name_nl"], named["dimension"], strict=True))
    texts: dict[str, dict[str, object]] = {
        "limesurvey5": {f"AO0{code}": code for code in range(1, 6)},
        "limesurvey_verder": {f"AO0{code}": code for code in range(1, 5)},
        "eens5_omgedraaid": {text: 6 - code for text, code in agree.items()},
        "eens5_spss": dict(agree),
        "leeftijdsgroep": {text: band for band, text in BANDS.items()},
        "moment": {"Tijdens de hulp": "during", "Na afloop": "after"},
        "voorziening": {text: text.lower() for text in PRODUCTS.values()},
        "productcategorie": {code: text.lower() for code, text in PRODUCTS.items()},
        "hulpvorm": {form: PRODUCTS[code].lower() for code, form in HELP_FORMS.items()},
        "thema": {text: theme for theme, text in THEMES.items()},
        "geslacht": {"3": "other"},
        "kanaal": {"anonymous": "link", "preview": "test", "testopstelling": "test", "test": "test"},
        "cijfer": dict(measures),
    }
    kinds = {
        "limesurvey5": {"AO06": "not_applicable", "AO07": "dont_know"},
        "limesurvey_verder": {"AO06": "not_applicable", "AO07": "dont_know"},
        "eens5_omgedraaid": none,
        "eens5_spss": {"weet niet": "dont_know", "8": "dont_know", "n.v.t.": "not_applicable", "9": "not_applicable"},
    }
    rows = [(scale, label, str(code), "") for scale, labels in texts.items() for label, code in labels.items()]
    rows += [(scale, label, "", kind) for scale, labels in kinds.items() for label, kind in labels.items()]
    return pd.DataFrame(rows, columns=["scale", "label", "code", "missing"])


ASKED_AS = {"clientgericht": "autonomie, kwaliteit", "doeltreffend": "resultaatgericht, effect"}


def _themes() -> pd.DataFrame:
    """The themes of the judgements: the quality demands of the Wmo."""
    english = ["Safe", "Effective", "Efficient", "Client-centred", "Attuned to need and to other care"]
    english += ["Professional standard", "Rights of the client", "Uses the abuse reporting code"]
    return pd.DataFrame(
        {
            "dimension": list(THEMES),
            "name_nl": list(THEMES.values()),
            "name_en": english,
            "about_nl": "Oordeel van aanbieder, toegang, backoffice en toezicht, 1 tot en met 5.",
            "about_en": "Judged by provider, access team, back office and supervision, 1 to 5.",
            "grades_provider": "yes",
            "perspective": ["government", "government", "government", "resident", "resident"] + ["professional"] * 3,
            "asked_as": [ASKED_AS.get(theme, "") for theme in THEMES],
        }
    )


def _corrections(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["file", "row", "column", "from", "to", "reason"]).assign(decided_on=DECIDED)
