"""Small tables that people edit, in Dutch Excel or by hand: read with every mistake told, written so that they open."""

import csv
import difflib
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.codebook.vocabulary import DRAFTED, KEYS, REQUIRED, TABLES

_EIGHT = ("agb", "kvk")  # eight digits, the first of which may be zeros
_EXCEL_DATE = r"[0-9]{1,2}-(?:jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec)"
_EXCEL_NUMBER = r"[0-9][.,]?[0-9]*E\+[0-9]{2}"


class CodebookError(ValueError):
    """Mistakes in the codebook, all of them, each with its place and remedy."""

    def __init__(self, mistakes: Iterable[str]):
        self.mistakes = list(mistakes)
        super().__init__("\n".join(self.mistakes))


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


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Read one table of the codebook as it stands; empty where it is absent.

    Raises
    ------
    CodebookError
        With every mistake in it.
    """
    mistakes: list[str] = []
    table = table_of(path, name, mistakes) if path.is_file() else pd.DataFrame(columns=list(TABLES[name]), dtype=str)
    if mistakes:
        raise CodebookError(mistakes)
    return table


def table_of(path: Path, name: str, mistakes: list[str]) -> pd.DataFrame:
    """Return one table with the columns of its kind, all text; every mistake in it is added to `mistakes`."""
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
