"""What a release shows beside its figures: who is who, what was counted and what not, what was agreed.

None of it tells about a person: the number of a small group is missing, a text that seems to name somebody is withheld.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import store
from workbench.analysis import movement
from workbench.codebook import Codebook
from workbench.intake import privacy

OF_AGREEMENTS = {"share": "share", "mark": "mean"}  # which figure of a measure an agreement is about
INCIDENCES = {"geen_herstart": "incidence"}  # taken over two calendar years of endings
AGREED = ("year", "provider_id", "measure", "action", "owner", "due", "target", "status")
WITHHELD = {
    "nl": "(niet getoond: hier lijkt een persoon in genoemd)",
    "en": "(withheld: seems to name a person)",
}


def tables(by_year: Mapping[int, Path], year: int, book: Codebook, released: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the released tables that are not estimates: who is who, the account of the deliveries, agreements.

    Of an agreement it holds what was agreed and how its figure moved; the story behind it stays with those who told it.

    Parameters
    ----------
    by_year : mapping of int to Path
        The folder with the processed tables of each year.
    year : int
        The year that is reported.
    book : Codebook
    released : DataFrame, one row per estimate
        What `pipeline.estimate` decided may be shown.
    """
    folder = by_year[year]
    exclusions = store.read_table(folder, "exclusions")
    agreements = store.read_table(folder, "agreements")
    agreements = agreements.loc[agreements["action"].notna(), list(AGREED)]
    agreements = without_people(agreements, book.region.language)
    return {
        "providers": book.providers[["provider_id", "name"]].reset_index(drop=True),
        "deliveries": store.read_table(folder, "deliveries").drop(columns="sha256"),
        "excluded": exclusions.groupby(["file", "reason"]).size().rename("records").reset_index(),
        "flagged": _flagged(store.read_table(folder, "responses"), book.region.thresholds.smallest_cell),
        "left_out": _left_out(exclusions, store.read_table(folder, "deliveries"), book.region.thresholds.smallest_cell),
        "agreements": movement.of_agreements(
            agreements,
            released,
            year,
            statistics=figures(book),
            better={measure: card.get("better", "higher") for measure, card in book.cards.items()},
            years_of=dict.fromkeys(INCIDENCES, 2),
        ),
    }


def without_people(agreements: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return agreements in which no text holds a number, a contact or a name of a person: such a text is withheld.

    Examples
    --------
    >>> told = pd.DataFrame({"action": ["Bel mevrouw de Vries", "Wachttijd korter"], "owner": ["teamleider", None]})
    >>> without_people(told, "en")["action"].to_list()
    ['(withheld: seems to name a person)', 'Wachttijd korter']
    """
    shown = agreements.copy()
    for column in ("action", "owner"):
        text = agreements[column].astype("str")
        named = privacy.suspects(text.fillna(""), names=True).any(axis=1)
        shown[column] = text.mask(named, WITHHELD[language])
    return shown


def _left_out(exclusions: pd.DataFrame, files: pd.DataFrame, smallest_cell: int) -> pd.DataFrame:
    """Return per provider how many questionnaires do not count, and why; the number is missing where it is small.

    The sum over providers is published too: where one number alone is missing, the smallest of the others goes as well.
    """
    questionnaires = exclusions["file"].isin(files.loc[files["kind"] == "responses", "file"])
    asked = exclusions[questionnaires & exclusions["provider_id"].notna()]
    counts = asked.groupby(["provider_id", "reason"]).size().rename("records").reset_index()
    return _without_small(counts, "reason", smallest_cell)


def _flagged(responses: pd.DataFrame, smallest_cell: int) -> pd.DataFrame:
    """Return how many questionnaires count although something is doubtful: per delivery, and together (no file).

    A small number is missing, as in `_left_out`.
    """
    doubtful = responses.loc[responses["flags"].notna(), ["file", "flags"]].astype("str")
    each = doubtful.assign(flag=doubtful["flags"].str.split("; ")).explode("flag")
    counts = each.groupby(["file", "flag"]).size().rename("records").reset_index()
    total = counts.groupby("flag", as_index=False)["records"].sum().assign(file="")
    total = total.assign(records=total["records"].astype(float).mask(total["records"] < smallest_cell))
    both = pd.concat([total[counts.columns], _without_small(counts, "flag", smallest_cell)], ignore_index=True)
    return both.astype({"file": "str", "flag": "str", "records": float})


def _without_small(counts: pd.DataFrame, total_of: str, smallest_cell: int) -> pd.DataFrame:
    """Return counts without the small ones, and without one more where a small one is the only one of its total."""
    small = counts["records"] < smallest_cell
    alone = small.groupby(counts[total_of]).transform("sum") == 1
    place = counts["records"].mask(small).groupby(counts[total_of]).rank(method="first")
    return counts.assign(records=counts["records"].astype(float).mask(small | (alone & (place == 1))))


def figures(book: Codebook) -> dict[str, str]:
    """Return which figure of an outcome agreements and ambitions are about."""
    known = {measure: card["unit"] for measure, card in book.cards.items() if card.get("unit") in OF_AGREEMENTS}
    return {measure: OF_AGREEMENTS[unit] for measure, unit in known.items()} | INCIDENCES


def readable(book: Codebook) -> dict[str, Any]:
    """Return what a report needs to know of the codebook: names, wording, definition cards, choices."""
    items = book.items.drop_duplicates("item")
    places = book.municipalities.set_index("municipality_code")["name"]
    return {
        "region": dataclasses.asdict(book.region),
        "dimensions": book.dimensions.set_index("dimension").to_dict("index"),
        "items": items.set_index("item")[["dimension", "wording_nl", "wording_en", "instrument"]].to_dict("index"),
        "cards": dict(book.cards),
        "questions": book.items[book.items["variant"] == "standaard"].groupby("dimension")["item"].nunique().to_dict(),
        "municipalities": places[places.index.isin(book.region.municipalities)].to_dict(),
    }
