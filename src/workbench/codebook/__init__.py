"""The codebook: what people decided about a region, in small tables they can open in Excel.

``data/codebook/<region>/`` holds ``region.yml`` and the tables of `TABLES`. They are delimited by semicolons, in UTF-8
or, after a visit to Excel, in Windows-1252. Instruments, answer labels, dimensions and definition cards that ship with
the workbench stand in ``instruments/`` and are added to the region's own rows; the region's rows win.

A table that is absent is empty, except ``providers.csv`` and ``deliveries.csv``. Every mistake is collected, so that
one reading names them all: the file, the row, the column, what was expected and what to do.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from workbench import indicator_cards, settings
from workbench.codebook import references, shipped
from workbench.codebook.editing import CodebookError, as_text, for_excel, read_table, table_of, write_table
from workbench.codebook.shipped import SHIPPED, shipped_instruments
from workbench.codebook.vocabulary import (
    ADJUSTERS,
    DATE_ORDERS,
    DIRECTIONS,
    DRAFTED,
    EVERYWHERE,
    FIELDS,
    KEYS,
    KINDS,
    PERSPECTIVES,
    PURPOSES,
    READERS,
    REQUIRED,
    STATUTORY,
    TABLES,
)
from workbench.settings import Region

__all__ = [
    "ADJUSTERS",
    "DATE_ORDERS",
    "DIRECTIONS",
    "DRAFTED",
    "EVERYWHERE",
    "FIELDS",
    "FIRST_REGION",
    "KEYS",
    "KINDS",
    "PERSPECTIVES",
    "PURPOSES",
    "READERS",
    "REQUIRED",
    "SHIPPED",
    "STATUTORY",
    "TABLES",
    "Codebook",
    "CodebookError",
    "as_text",
    "fingerprint",
    "first_region",
    "for_excel",
    "read",
    "read_table",
    "shipped_instruments",
    "write_table",
]

FIRST_REGION = """# yaml-language-server: $schema=../../../src/workbench/instruments/region.schema.json
# What holds for the whole region; docs/data.md has every key. Change what is not right.
name: {name}
instruments: [{instruments}]  # questionnaires that ship: behoeften, ceo_jeugd, ceo_wmo, pijlers, uitkomsten
municipalities: []  # CBS codes, such as GM0632
thresholds:
  hidden_below: 10
  indicative_below: 30
  smallest_cell: 5
comparison:
  adjusters: [age_band, sex]  # background for case-mix adjustment, also names given with background:
"""


@dataclass(frozen=True)
class Codebook:
    """Everything people decided about one region; each table has the columns of `TABLES`, all text.

    `items` has numbers in ``low`` and ``high`` and a truth value in ``reversed``; `dimensions` a truth value in
    ``grades_provider``; `ambitions` numbers in ``target``. `cards` holds one definition card per measure, `forms` the
    deliveries that ship: the forms the workbench writes and reads back.
    """

    region: Region
    providers: pd.DataFrame
    aliases: pd.DataFrame
    deliveries: pd.DataFrame
    columns: pd.DataFrame
    items: pd.DataFrame
    scales: pd.DataFrame
    dimensions: pd.DataFrame
    routing: pd.DataFrame
    breaks: pd.DataFrame
    corrections: pd.DataFrame
    ambitions: pd.DataFrame
    indicators: pd.DataFrame
    forms: pd.DataFrame
    municipalities: pd.DataFrame
    cards: Mapping[str, Any]
    sha256: str

    @property
    def broken(self) -> tuple[tuple[str, int], ...]:
        """The breaks in series: (dimension or item, first year that is not comparable with those before it).

        Those people decided on in ``breaks.csv``; a dimension is broken where one of its items is, and where an item
        came or went (``since`` and ``until`` in ``items.csv``).
        """
        items = self.items.drop_duplicates(["item", "variant", "since", "until"])
        dimension = items.drop_duplicates("item").set_index("item")["dimension"].to_dict()
        decided = {(row["measure"], int(row["since"])) for row in self.breaks.to_dict("records")}
        decided |= {(dimension[item], year) for item, year in decided if dimension.get(item)}
        known = items[items["dimension"] != ""]
        came = {(row["dimension"], int(row["since"])) for row in known[known["since"] != ""].to_dict("records")}
        went = {(row["dimension"], int(row["until"]) + 1) for row in known[known["until"] != ""].to_dict("records")}
        return tuple(sorted(decided | came | went))

    def name_of(self, measure: str, language: str = "nl") -> str:
        """Return what a reader calls a measure; the measure itself where nobody named it."""
        named = self.dimensions.set_index("dimension")[f"name_{language}"]
        if measure in named.index and named[measure]:
            return str(named[measure])
        return str(self.cards.get(measure, {}).get(language, {}).get("name", measure))


def read(folder: Path) -> Codebook:
    """Read and check the codebook of one region.

    Parameters
    ----------
    folder : Path
        ``data/codebook/<region>``.

    Returns
    -------
    Codebook

    Raises
    ------
    CodebookError
        With every mistake found, one line each.
    """
    if not (folder / "region.yml").is_file():
        raise CodebookError(
            [f"{folder / 'region.yml'} is missing: copy the one of the fictional region and change it."]
        )
    mistakes: list[str] = []
    region = settings.read(folder / "region.yml", as_text((folder / "region.yml").read_bytes()), mistakes)
    own = {name: table_of(folder / f"{name}.csv", name, mistakes) for name in TABLES}
    if mistakes:
        raise CodebookError(mistakes)

    ships = {name: shipped.table(name) for name in ("scales", "dimensions", "columns")}
    ships["items"] = shipped.items(region.instruments, mistakes)
    tables = {name: shipped.merged(name, ships.get(name), table) for name, table in own.items()}
    tables["dimensions"] = tables["dimensions"].assign(
        grades_provider=references.truth(
            tables["dimensions"]["grades_provider"], "dimensions.csv", "grades_provider", mistakes
        )
    )
    tables["items"] = tables["items"].assign(
        low=references.numbers(tables["items"]["low"], "items.csv", "low", mistakes),
        high=references.numbers(tables["items"]["high"], "items.csv", "high", mistakes),
        reversed=references.truth(tables["items"]["reversed"], "items.csv", "reversed", mistakes),
    )
    tables["ambitions"] = tables["ambitions"].assign(
        target=references.numbers(tables["ambitions"]["target"], "ambitions.csv", "target", mistakes)
    )
    deliveries = tables["deliveries"]
    statutory = deliveries["instrument"].isin(STATUTORY) & (deliveries["purpose"] == "")
    tables["deliveries"] = deliveries.assign(purpose=deliveries["purpose"].mask(statutory, "statutory"))
    municipalities = shipped.table("municipalities")
    cards = yaml.safe_load((SHIPPED / "cards.yml").read_text("utf-8"))
    taken = {*cards, *tables["dimensions"]["dimension"]}
    tables["indicators"] = indicator_cards.read(tables["indicators"], tables["items"], taken, mistakes)
    cards |= indicator_cards.cards(tables["indicators"], cards)
    references.check(region, own, tables, municipalities, cards, mistakes)
    if mistakes:
        raise CodebookError(mistakes)
    return Codebook(
        region=region,
        forms=shipped.table("deliveries").reindex(columns=list(TABLES["deliveries"]), fill_value=""),
        municipalities=municipalities,
        cards=cards,
        sha256=fingerprint(folder),
        **tables,
    )


def fingerprint(folder: Path) -> str:
    """Return one hash over the region's codebook and what ships, without drafts, whatever the order of the files."""
    digest = hashlib.sha256()
    for root in (folder, SHIPPED):
        for path in sorted(root.rglob("*")):
            if path.suffix in (".csv", ".yml") and path.relative_to(root).parts[0] != "draft":
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def first_region(name: str, instruments: Iterable[str]) -> str:
    """Return a first ``region.yml``, with those of the proposed questionnaires that ship.

    Examples
    --------
    >>> first_region("gooi", ["pijlers", "own"]).splitlines()[3].partition("#")[0]
    'instruments: [pijlers]  '
    """
    used = sorted(set(shipped_instruments()) & set(instruments))
    return FIRST_REGION.format(name=name, instruments=", ".join(used))
