"""The codebook: what people decided about a region, in small tables they can open in Excel.

``data/codebook/<region>/`` holds ``region.yml`` and the tables of `TABLES`. They are delimited by semicolons, in UTF-8
or, after a visit to Excel, in Windows-1252. Instruments, answer labels, dimensions and definition cards that ship with
the workbench stand in ``instruments/`` and are added to the region's own rows; the region's rows win.

A table that is absent is empty, except ``providers.csv`` and ``deliveries.csv``. Every mistake is collected, so that
one reading names them all: the file, the row, the column, what was expected and what to do.
"""

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from workbench import indicator_cards, schemas, settings
from workbench.settings import Region

SHIPPED = Path(__file__).parent / "instruments"

TABLES: dict[str, tuple[str, ...]] = {
    "providers": ("provider_id", "name", "agb", "kvk", "taakgericht", "note"),
    "aliases": ("spelling", "provider_id", "reason", "decided_on"),
    "deliveries": (
        *("pattern", "years", "kind", "columns", "instrument", "variant", "role", "informant", "mode", "moment"),
        *("purpose", "law", "release", "complete_until", "required", "provider", "municipality", "source"),
        *("reader", "encoding", "delimiter", "decimal", "dates", "header_rows", "sheet"),
    ),
    "columns": ("columns", "column", "field", "scale"),
    "items": (
        *("instrument", "variant", "item", "dimension", "low", "high", "reversed", "wording_nl", "wording_en"),
        *("since", "until"),
    ),
    "scales": ("scale", "label", "code", "missing"),
    "dimensions": (
        "dimension",
        "name_nl",
        "name_en",
        "about_nl",
        "about_en",
        "grades_provider",
        "perspective",
        "asked_as",
    ),
    "routing": ("instrument", "item", "asked_if", "answers", "note"),
    "breaks": ("measure", "since", "reason", "decided_on"),
    "corrections": ("file", "row", "column", "from", "to", "reason", "decided_on"),
    "ambitions": ("ambition", "effect", "perspective", "measure", "direction", "target", "note"),
    "indicators": (
        *("indicator", "rule", "of", "at_least", "role", "better", "perspective", "name_nl", "name_en"),
        *("about_nl", "about_en", "caveat_nl", "caveat_en"),
    ),
}
KEYS = {
    "providers": ("provider_id",),
    "aliases": ("spelling",),
    "columns": ("columns", "column"),
    "items": ("instrument", "variant", "item"),
    "scales": ("scale", "label"),
    "dimensions": ("dimension",),
    "ambitions": ("ambition", "measure"),
    "indicators": ("indicator",),
    "routing": ("instrument", "item", "asked_if"),
    "breaks": ("measure", "since"),
}
DRAFTED = ("certainty", "example")  # columns of a proposal; they may stay, nothing reads them
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
REQUIRED = ("providers", "deliveries")
KINDS = ("responses", "episodes", "assessments", "context", "invited", "agreements", "ignored")
READERS = (
    *("delimited", "limesurvey", "qualtrics", "surveymonkey", "msforms", "googleforms", "spreadsheet", "spss", "stata"),
)
DATE_ORDERS = ("dmy", "mdy")
PURPOSES = ("provider_measurement", "statutory", "research")
ADJUSTERS = ("age_band", "sex", "product", "informant")
STATUTORY = ("ceo_wmo", "ceo_jeugd")  # their answers never grade a provider, unless the region says so
PERSPECTIVES = ("resident", "professional", "government")
DIRECTIONS = ("higher", "lower")
FIELDS = {
    "responses": (
        *("provider", "municipality", "completed_on", "started_at", "seconds", "submitted", "respondent", "client"),
        *("bsn", "birth_date", "age", "age_band", "sex", "role", "informant", "variant", "mode", "moment", "product"),
    ),
    "episodes": (
        *("provider", "municipality", "bsn", "client", "birth_date", "sex", "law", "release", "product", "started_on"),
        *("ended_on", "ending_code", "goals_set", "goals_reached", "follow_up_until", "assignment", "message_status"),
        "postcode",
    ),
    "assessments": ("provider", "source", "theme", "score", "scale", "n", "date"),
    "context": ("provider", "municipality", "year", "measure", "value"),
    "invited": ("provider", "municipality", "bsn", "client", "role", "birth_date", "age", "age_band", "sex", "product"),
    "agreements": (
        *("provider", "year", "measure", "recognised", "story", "valued", "improvement", "action", "owner", "due"),
        *("target", "status"),
    ),
}
EVERYWHERE = ("ignore", "remark", "identifier")
_EIGHT = ("agb", "kvk")  # eight digits, the first of which may be zeros
_EXCEL_DATE = r"[0-9]{1,2}-(?:jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec)"
_EXCEL_NUMBER = r"[0-9][.,]?[0-9]*E\+[0-9]{2}"


class CodebookError(ValueError):
    """Mistakes in the codebook, all of them, each with its place and remedy."""

    def __init__(self, mistakes: Iterable[str]):
        self.mistakes = list(mistakes)
        super().__init__("\n".join(self.mistakes))


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
    own = {name: _table(folder / f"{name}.csv", name, mistakes) for name in TABLES}
    if mistakes:
        raise CodebookError(mistakes)

    shipped = {name: _shipped(name) for name in ("scales", "dimensions", "columns")}
    shipped["items"] = _instruments(region.instruments, mistakes)
    tables = {name: _merged(name, shipped.get(name), table) for name, table in own.items()}
    tables["dimensions"] = tables["dimensions"].assign(
        grades_provider=_truth(tables["dimensions"]["grades_provider"], "dimensions.csv", "grades_provider", mistakes)
    )
    tables["items"] = tables["items"].assign(
        low=_numbers(tables["items"]["low"], "items.csv", "low", mistakes),
        high=_numbers(tables["items"]["high"], "items.csv", "high", mistakes),
        reversed=_truth(tables["items"]["reversed"], "items.csv", "reversed", mistakes),
    )
    tables["ambitions"] = tables["ambitions"].assign(
        target=_numbers(tables["ambitions"]["target"], "ambitions.csv", "target", mistakes)
    )
    deliveries = tables["deliveries"]
    statutory = deliveries["instrument"].isin(STATUTORY) & (deliveries["purpose"] == "")
    tables["deliveries"] = deliveries.assign(purpose=deliveries["purpose"].mask(statutory, "statutory"))
    municipalities = _shipped("municipalities")
    cards = yaml.safe_load((SHIPPED / "cards.yml").read_text("utf-8"))
    taken = {*cards, *tables["dimensions"]["dimension"]}
    tables["indicators"] = indicator_cards.read(tables["indicators"], tables["items"], taken, mistakes)
    cards |= indicator_cards.cards(tables["indicators"], cards)
    _check_references(region, own, tables, municipalities, cards, mistakes)
    if mistakes:
        raise CodebookError(mistakes)
    return Codebook(
        region=region,
        forms=_shipped("deliveries").reindex(columns=list(TABLES["deliveries"]), fill_value=""),
        municipalities=municipalities,
        cards=cards,
        sha256=fingerprint(folder),
        **tables,
    )


def fingerprint(folder: Path) -> str:
    """Return one hash over the region's codebook and what ships, whatever the order of the files."""
    digest = hashlib.sha256()
    for root in (folder, SHIPPED):
        for path in sorted(root.rglob("*")):
            if path.suffix in (".csv", ".yml"):
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


def as_text(raw: bytes) -> str:
    """Decode a small table that people edit: UTF-8 with or without mark, else what Dutch Excel writes.

    A byte that stands for nothing in either becomes a mark (U+FFFD), which no name of the codebook has.

    Examples
    --------
    >>> as_text("reden;één".encode("cp1252"))
    'reden;één'
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a codebook table so that Excel opens it with a double click: semicolons, UTF-8 with mark.

    A text that Excel would run as a formula gets a space before it, which reading takes away again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(for_excel(table), encoding="utf-8")


def for_excel(table: pd.DataFrame) -> str:
    """Return a table as text that Excel opens with a double click and in which it runs nothing."""
    table = table.apply(lambda column: column.map(_no_formula) if column.dtype in ("str", "object") else column)
    return "\ufeff" + table.to_csv(sep=";", index=False, lineterminator="\n")


def _no_formula(value: Any) -> Any:
    """Return a text with a space before it if a spreadsheet would take it for a formula.

    Examples
    --------
    >>> _no_formula("=HYPERLINK(1)"), _no_formula("-1"), _no_formula("+31 6"), _no_formula("a=b")
    (' =HYPERLINK(1)', '-1', ' +31 6', 'a=b')
    """
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if re.fullmatch(r"-[0-9.,]+", value) else f" {value}"


def _table(path: Path, name: str, mistakes: list[str]) -> pd.DataFrame:
    expected = list(TABLES[name])
    if not path.is_file():
        if name in REQUIRED:
            mistakes.append(f"{path} is missing: it needs the columns {', '.join(expected)}.")
        return pd.DataFrame(columns=expected, dtype=str)
    text = as_text(path.read_bytes())
    first = text.partition("\n")[0]
    separator = max((";", ",", "\t"), key=first.count) if first.strip() else ";"
    table = _cells(path, text, separator, mistakes)
    if table is None:
        return pd.DataFrame(columns=expected, dtype=str)
    table = table.apply(lambda column: column.str.strip())
    table = table.drop(columns=[column for column in DRAFTED if column in table])
    table = _undo_excel(path, table, mistakes)
    for column in table.columns.difference(expected):
        near = difflib.get_close_matches(column, expected, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected some of {', '.join(expected)}."
        mistakes.append(f"{path}, column {column!r}: not a column of this table; {hint}")
    table = table[(table != "").any(axis=1)]
    key = list(KEYS.get(name, ()))
    if not set(key) <= set(table.columns):
        mistakes.append(f"{path}: the columns {', '.join(set(key) - set(table.columns))} are missing.")
        return pd.DataFrame(columns=expected, dtype=str)
    if key:
        for row in table.index[table.duplicated(key)]:
            twice = ", ".join(f"{column} {table.at[row, column]!r}" for column in key)
            mistakes.append(f"{path}, row {row + 2}: {twice} stands in the table twice; keep one.")
    return table.reindex(columns=expected, fill_value="")


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Read one table of the codebook as it stands; empty where it is absent.

    Raises
    ------
    CodebookError
        With every mistake in it.
    """
    mistakes: list[str] = []
    table = _table(path, name, mistakes) if path.is_file() else pd.DataFrame(columns=list(TABLES[name]), dtype=str)
    if mistakes:
        raise CodebookError(mistakes)
    return table


def _cells(path: Path, text: str, separator: str, mistakes: list[str]) -> pd.DataFrame | None:
    """Return a table of text as it stands, less the empty cells Excel adds at the end of rows."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        mistakes.append(f"{path}: a quote is opened and never closed; close it, and save it as CSV with semicolons.")
        return None
    if not rows:
        mistakes.append(f"{path} is empty: it needs a first row with the names of its columns.")
        return None
    names = [name.strip() for name in rows[0]]
    while names and not names[-1]:
        names.pop()
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row[len(names) :]):
            mistakes.append(
                f"{path}, row {number}: it has more cells than the first row; put text with a {separator!r} in quotes."
            )
    for name in sorted({name for name in names if names.count(name) > 1}):
        mistakes.append(f"{path}, column {name!r}: it stands there twice; keep one.")
        return None
    width = len(names)
    filled = [row[:width] + [""] * (width - len(row)) for row in rows[1:]]
    return pd.DataFrame(filled, columns=names, dtype=str) if filled else pd.DataFrame(columns=names, dtype=str)


def _undo_excel(path: Path, table: pd.DataFrame, mistakes: list[str]) -> pd.DataFrame:
    """Give back what Excel takes from codes, and tell what it made unrecognisable."""
    for column in table.columns:
        for row in table.index[table[column].str.fullmatch(_EXCEL_DATE) | table[column].str.fullmatch(_EXCEL_NUMBER)]:
            mistakes.append(
                f"{path}, row {row + 2}, column {column}: Excel made {table.at[row, column]!r} of what was typed. "
                "Make the column text in Excel (or type an apostrophe before it) and type it again."
            )
    zeros = {
        name: table[name].where(~table[name].str.fullmatch("[0-9]{5,7}"), table[name].str.zfill(8))
        for name in _EIGHT
        if name in table
    }
    versions = {name: table[name].str.replace(",", ".", regex=False) for name in ("release",) if name in table}
    return table.assign(**zeros, **versions)


def shipped_instruments() -> list[str]:
    """Return the names of the questionnaires that ship.

    Examples
    --------
    >>> shipped_instruments()
    ['behoeften', 'ceo_jeugd', 'ceo_wmo', 'pijlers', 'uitkomsten']
    """
    return sorted(path.stem for path in (SHIPPED / "items").glob("*.csv"))


def _shipped(name: str) -> pd.DataFrame:
    return pd.read_csv(SHIPPED / f"{name}.csv", sep=";", dtype=str, keep_default_na=False)


def _instruments(names: tuple[str, ...], mistakes: list[str]) -> pd.DataFrame:
    known = {path.stem: path for path in (SHIPPED / "items").glob("*.csv")}
    for name in names:
        if name not in known:
            mistakes.append(f"region.yml, instruments: {name!r} does not ship; choose from {', '.join(sorted(known))}.")
    parts = [
        pd.read_csv(known[name], sep=";", dtype=str, keep_default_na=False).assign(instrument=name)
        for name in names
        if name in known
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TABLES["items"]), dtype=str)


def _merged(name: str, shipped: pd.DataFrame | None, own: pd.DataFrame) -> pd.DataFrame:
    """Return the region's rows after the shipped ones; the region's win where both have the same key."""
    if shipped is None:
        return own
    both = pd.concat([shipped.reindex(columns=own.columns, fill_value=""), own], ignore_index=True)
    return both.drop_duplicates(list(KEYS[name]), keep="last").reset_index(drop=True)


def _numbers(column: pd.Series, table: str, name: str, mistakes: list[str]) -> pd.Series:
    numbers = pd.to_numeric(column.str.replace(",", "."), errors="coerce")
    for value in column[numbers.isna()].unique():
        mistakes.append(f"{table}, column {name}: {value!r} is not a number.")
    return numbers


def _truth(column: pd.Series, table: str, name: str, mistakes: list[str]) -> pd.Series:
    words = {"": False, "no": False, "nee": False, "0": False, "false": False, "onwaar": False}
    words |= {"yes": True, "ja": True, "1": True, "true": True, "waar": True}
    found = column.str.lower().map(words)
    for value in column[found.isna()].unique():
        mistakes.append(f"{table}, column {name}: {value!r} is neither yes nor no.")
    return found.fillna(False).astype(bool)


def _check_references(
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
