"""``indicators.csv``: what a region measures besides what ships. Checked, and turned into definition cards."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from workbench import schemas

KINDS = {
    "share of answers": "share",
    "mean of answers": "points",
    "share of endings": "share",
    "share of durations": "share",
    "ratio": "ratio",
}
ENDINGS = (
    *("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "extern", "overlijden"),
    *("overstap", "ander_domein", "onbekend"),
)
BETTER = ("higher", "lower")
DEFAULTS = {"role": "client", "better": "higher", "perspective": "resident"}
WORDS = ("name", "about", "caveat")


def read(table: pd.DataFrame, items: pd.DataFrame, taken: Collection[str], mistakes: list[str]) -> pd.DataFrame:
    """Check the rules and fill in what goes without saying: clients, higher is better, the resident's view.

    Parameters
    ----------
    table : DataFrame, one row per indicator
        As it stands in ``indicators.csv``, all text.
    items : DataFrame
        The questions of the codebook.
    taken : collection of str
        Names of measures that ship, which an indicator cannot have.
    mistakes : list of str
        What is wrong is added, with its place and what to do.

    Returns
    -------
    DataFrame
        ``at_least`` as a number (0 where the rule has none), English words where there are none the Dutch ones.
    """
    filled = table.assign(**{name: table[name].replace("", usual) for name, usual in DEFAULTS.items()})
    filled = filled.assign(
        **{f"{word}_en": filled[f"{word}_en"].where(filled[f"{word}_en"] != "", filled[f"{word}_nl"]) for word in WORDS}
    )
    numbers = pd.to_numeric(filled["at_least"].str.replace(",", "."), errors="coerce")
    for place, row in enumerate(filled.assign(at_least=numbers).to_dict("records"), 2):
        given = table["at_least"].iloc[place - 2]
        mistakes += [f"indicators.csv, row {place}, column {what}" for what in _wrong(row, given, items, taken)]
    return filled.assign(at_least=numbers.fillna(0.0))


def _wrong(row: Mapping[Any, Any], given: str, items: pd.DataFrame, taken: Collection[str]) -> list[str]:
    """Return what is wrong with a row, each with its column and remedy."""
    name, kind, of = str(row["indicator"]), str(row["rule"]), parts(str(row["of"]))
    found = []
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        found.append(f"indicator: {name!r}; use small letters, digits and _, beginning with a letter.")
    if name in taken or name in set(items["item"]):
        found.append(f"indicator: {name!r} is the name of another measure; choose another.")
    if kind not in KINDS:
        return [*found, f"rule: {kind!r} is not known; choose from {', '.join(KINDS)}."]
    if row["name_nl"] == "":
        found.append("name_nl: say what readers call it.")
    for column, among in (("role", schemas.ROLES), ("better", BETTER)):
        if row[column] not in among:
            found.append(f"{column}: {row[column]!r} is not known; choose from {', '.join(among)}.")
    asked = set(items["item"])
    known = {"share of endings": {*ENDINGS}, "share of answers": asked, "mean of answers": asked}
    for each in [each for each in of if kind in known and each not in known[kind]]:
        what = "a group of endings" if kind == "share of endings" else "an item of the questionnaires in use"
        found.append(f"of: {each!r} is not known; name {what}.")
    wanted = {"share of answers": (1, "one item"), "ratio": (2, "two measures, such as complaints / clients")}
    if kind in wanted and len(of) != wanted[kind][0]:
        found.append(f"of: {row['of']!r}; name {wanted[kind][1]}.")
    if not of and kind not in (*wanted, "share of durations"):
        found.append("of: it is empty; name what counts.")
    if kind in ("share of answers", "share of durations") and pd.isna(row["at_least"]):
        found.append(f"at_least: {given!r} is no number; give the {'code' if of else 'months'} from which it counts.")
    return found


def parts(of: str) -> list[str]:
    """Return the names in a list with commas, or on both sides of a slash.

    Examples
    --------
    >>> parts("K1, K3"), parts("complaints / clients")
    (['K1', 'K3'], ['complaints', 'clients'])
    """
    return [each for each in re.split(r"[,/\s]+", of) if each]


def cards(table: pd.DataFrame, shipped: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition card per indicator: the words of its kind, which ship, with its own name and meaning."""
    made = {}
    for row in table.to_dict("records"):
        usual = shipped.get(f"_{row['rule']}")
        if usual is None:
            continue
        card = {"unit": KINDS[str(row["rule"])], "better": row["better"], "perspective": row["perspective"]}
        for language in ("nl", "en"):
            own = {
                "name": row[f"name_{language}"],
                "asked": row[f"about_{language}"],
                "caveat": row[f"caveat_{language}"],
            }
            own = {key: str(text).replace("{", "{{").replace("}", "}}") for key, text in own.items() if text}
            card[language] = dict(usual[language]) | own
        made[str(row["indicator"])] = card | {"of": parts(str(row["of"])), "at_least": f"{row['at_least']:g}"}
    return made
