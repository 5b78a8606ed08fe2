"""Whether what stands in the codebook holds together: numbers are numbers, and every name points at something."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbench import schemas
from workbench.codebook.vocabulary import (
    ADJUSTERS,
    DATE_ORDERS,
    DIRECTIONS,
    EVERYWHERE,
    FIELDS,
    KINDS,
    PERSPECTIVES,
    PURPOSES,
    READERS,
)
from workbench.settings import Region


def numbers(column: pd.Series, table: str, name: str, mistakes: list[str]) -> pd.Series:
    """Return a column as numbers, with a point or a comma; what is none is a mistake."""
    numbers = pd.to_numeric(column.str.replace(",", "."), errors="coerce")
    for value in column[numbers.isna()].unique():
        mistakes.append(f"{table}, column {name}: {value!r} is not a number.")
    return numbers


def truth(column: pd.Series, table: str, name: str, mistakes: list[str]) -> pd.Series:
    """Return a column of yes and no, in Dutch or English, as truth values; what is neither is a mistake."""
    words = {"": False, "no": False, "nee": False, "0": False, "false": False, "onwaar": False}
    words |= {"yes": True, "ja": True, "1": True, "true": True, "waar": True}
    found = column.str.lower().map(words)
    for value in column[found.isna()].unique():
        mistakes.append(f"{table}, column {name}: {value!r} is neither yes nor no.")
    return found.fillna(False).astype(bool)


def check(
    region: Region,
    own: dict[str, pd.DataFrame],
    tables: dict[str, pd.DataFrame],
    municipalities: pd.DataFrame,
    cards: Mapping[str, Any],
    mistakes: list[str],
) -> None:
    """Every name in one of the region's own tables that points into another must be there, or among what ships."""

    def known(name: str, column: str, allowed: Iterable[str], why: str, blank: bool = True) -> None:
        allowed = set(allowed)
        for row, value in zip(own[name].index.to_numpy(), own[name][column], strict=True):
            if value in allowed or (blank and value == ""):
                continue
            near = difflib.get_close_matches(value, sorted(allowed), 1)
            hint = f"did you mean {near[0]!r}?" if near else why
            mistakes.append(f"{name}.csv, row {int(row) + 2}, column {column}: {value!r} is not known; {hint}")

    known("aliases", "provider_id", tables["providers"]["provider_id"], "add it to providers.csv.")
    known("deliveries", "kind", KINDS, f"choose from {', '.join(KINDS)}.", blank=False)
    known("deliveries", "columns", tables["columns"]["columns"], "describe its columns in columns.csv.")
    known("deliveries", "instrument", tables["items"]["instrument"], "ship or describe it in items.csv.")
    known("deliveries", "role", schemas.ROLES, f"choose from {', '.join(schemas.ROLES)}.")
    known("deliveries", "informant", schemas.INFORMANTS, f"choose from {', '.join(schemas.INFORMANTS)}.")
    known("deliveries", "purpose", PURPOSES, f"choose from {', '.join(PURPOSES)}.")
    known("deliveries", "law", schemas.LAWS, f"choose from {', '.join(schemas.LAWS)}.")
    known("deliveries", "provider", tables["providers"]["provider_id"], "add it to providers.csv.")
    known("deliveries", "source", schemas.SOURCES, f"choose from {', '.join(schemas.SOURCES)}.")
    known("deliveries", "dates", DATE_ORDERS, f"choose from {', '.join(DATE_ORDERS)}.")
    known("deliveries", "reader", READERS, f"choose from {', '.join(READERS)}.")
    known("columns", "scale", tables["scales"]["scale"], "describe its labels in scales.csv.")
    known("items", "dimension", tables["dimensions"]["dimension"], "describe it in dimensions.csv.")
    known("dimensions", "perspective", PERSPECTIVES, f"choose from {', '.join(PERSPECTIVES)}.")
    known("ambitions", "perspective", PERSPECTIVES, f"choose from {', '.join(PERSPECTIVES)}.")
    known("ambitions", "direction", DIRECTIONS, f"choose from {', '.join(DIRECTIONS)}.", blank=False)
    measures = {*tables["dimensions"]["dimension"], *cards}
    known("ambitions", "measure", measures, "name a dimension or an outcome that is measured.", blank=False)
    of_items = tables["items"]["item"]
    known("routing", "item", of_items, "describe it in items.csv.", blank=False)
    known(
        "breaks",
        "measure",
        [*of_items, *tables["dimensions"]["dimension"]],
        "name an item or a dimension.",
        blank=False,
    )
    for name, column in (("items", "since"), ("items", "until"), ("breaks", "since")):
        for row, value in zip(own[name].index.to_numpy(), own[name][column], strict=True):
            if not re.fullmatch("[0-9]{4}", value) and (value or name == "breaks"):
                mistakes.append(f"{name}.csv, row {int(row) + 2}, column {column}: {value!r} is no year such as 2026.")
    for row, value in zip(own["routing"].index.to_numpy(), own["routing"]["asked_if"], strict=True):
        if value not in set(of_items) and not value.startswith("background:"):
            hint = "name the item or background:<name> that decides."
            mistakes.append(f"routing.csv, row {int(row) + 2}, column asked_if: {value!r} is not known; {hint}")
    known("scales", "missing", schemas.MISSING_KINDS, f"choose from {', '.join(schemas.MISSING_KINDS)}.")

    for row, value in zip(own["providers"].index.to_numpy(), own["providers"]["provider_id"], strict=True):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
            hint = "use letters, digits, - and _ only: it becomes the name of a file."
            mistakes.append(f"providers.csv, row {int(row) + 2}, column provider_id: {value!r}; {hint}")
    plain = {name for names in FIELDS.values() for name in names} | set(EVERYWHERE) | set(tables["items"]["item"])
    for row, value in zip(own["columns"].index.to_numpy(), own["columns"]["field"], strict=True):
        kind, _, rest = value.partition(":")
        if value in plain or (kind in ("background", "measure") and rest):
            continue
        if kind == "remark" and rest in set(tables["dimensions"]["dimension"]):
            continue
        near = difflib.get_close_matches(value, sorted(plain), 1)
        hint = f"did you mean {near[0]!r}?" if near else "name a field, an item, background:<name> or ignore."
        mistakes.append(f"columns.csv, row {int(row) + 2}, column field: {value!r} is not known; {hint}")
    for code in region.municipalities:
        if code not in set(municipalities["municipality_code"]):
            mistakes.append(f"region.yml, municipalities: {code!r} is no CBS code such as GM0632.")
    allowed = set(ADJUSTERS) | {
        field.removeprefix("background:") for field in tables["columns"]["field"] if field.startswith("background:")
    }
    for name in region.comparison.adjusters:
        if name not in allowed:
            near = difflib.get_close_matches(name, sorted(allowed), 1)
            hint = f"did you mean {near[0]!r}?" if near else "give it with background:<name> in columns.csv."
            mistakes.append(f"region.yml, comparison.adjusters: {name!r} is not known; {hint}")
    asked = tables["items"].drop_duplicates(["item", "instrument"])
    for item in sorted(asked.loc[asked["item"].duplicated(), "item"].unique()):
        where = " and ".join(asked.loc[asked["item"] == item, "instrument"])
        mistakes.append(f"items.csv, item {item!r} stands in {where}; give one of them another code.")
    wrong = tables["items"][tables["items"]["low"] >= tables["items"]["high"]]
    for item in wrong["item"]:
        mistakes.append(f"items.csv, item {item!r}: low must be below high.")
