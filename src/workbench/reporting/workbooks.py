"""Spreadsheets that give the same bytes for the same content, in which text stays text.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` may be taken for a formula by the program that opens it. Every text
is therefore written as text, and marked so that it stays text when somebody edits the cell.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from workbench.reporting.bundles import EPOCH, bundle
from workbench.reporting.wording import read_number, word

HEAD = PatternFill("solid", fgColor="E6EBEF")
WIDEST, NARROWEST = 60, 8
NAME = 31  # characters Excel allows in the name of a sheet


def text(cell: Cell, value: str) -> None:
    """Write text that no program takes for a formula.

    Examples
    --------
    >>> cell = Workbook().active["A1"]
    >>> text(cell, "=1+1")
    >>> cell.data_type, cell.value
    ('s', '=1+1')
    """
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in ("=", "+", "-", "@", "\t", "\r")


def of_tables(tables: Sequence[Mapping[str, Any]], title: str, language: str) -> bytes:
    """Return the tables of a page as one workbook: a list of contents, then a sheet per table.

    Parameters
    ----------
    tables : sequence of mapping
        ``key, caption, finding, note, columns`` (name and kind) and ``rows`` of text, as the page shows them.
    title : str
        First line of the list of contents.
    language : str

    Returns
    -------
    bytes
        What is a number on the page is a number in the sheet, with as many decimals.
    """
    book = Workbook()
    contents: Worksheet = book.active
    contents.title = word("contents", language)
    text(contents["A1"], title)
    contents["A1"].font = Font(bold=True, size=14)
    for place, each in enumerate(tables, 3):
        name = _sheet_name(place - 2, str(each["caption"]))
        text(contents.cell(place, 1), name)
        text(contents.cell(place, 2), str(each["caption"]))
        contents.cell(place, 1).hyperlink = f"#'{name}'!A1"
        contents.cell(place, 1).font = Font(underline="single", color="0563C1")
        _fill(book.create_sheet(name), each, language)
    contents.column_dimensions["A"].width = NAME
    contents.column_dimensions["B"].width = 90
    return saved(book, title)


def _sheet_name(number: int, caption: str) -> str:
    r"""Return the number of a table and the beginning of its caption, without the signs Excel does not take.

    Examples
    --------
    >>> _sheet_name(3, "Cijfers uit de administratie: per jaar")
    '3 Cijfers uit de administratie'
    """
    plain = " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", caption).split())
    return f"{number} {plain}"[:NAME].rstrip()


def _fill(sheet: Worksheet, table: Mapping[str, Any], language: str) -> None:
    text(sheet["A1"], str(table["caption"]))
    sheet["A1"].font = Font(bold=True)
    said = [each for each in (table["finding"], table["note"]) if each]
    for place, sentence in enumerate(said, 2):
        text(sheet.cell(place, 1), str(sentence))
    top = len(said) + 3
    columns = table["columns"]
    for place, column in enumerate(columns, 1):
        head = sheet.cell(top, place)
        text(head, str(column["name"]))
        head.font, head.fill, head.alignment = Font(bold=True), HEAD, Alignment(wrap_text=True, vertical="top")
    widths = [len(str(column["name"])) for column in columns]
    for down, row in enumerate(table["rows"], top + 1):
        for across, (shown, column) in enumerate(zip(row, columns, strict=True), 1):
            _write(sheet.cell(down, across), str(shown), bool(column["numeric"]), language)
            widths[across - 1] = max(widths[across - 1], len(str(shown)))
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, NARROWEST), WIDEST)
    sheet.freeze_panes = sheet.cell(top + 1, 2)


def _write(cell: Cell, shown: str, numeric: bool, language: str) -> None:
    number = read_number(shown, language) if numeric else None
    if number is None:
        text(cell, shown)
        cell.alignment = Alignment(wrap_text=len(shown) > WIDEST, vertical="top")
        return
    value, decimals, percent = number
    digits = "0" + ("." + "0" * decimals if decimals else "")
    cell.value = value
    cell.number_format = digits + "%" if percent else digits if abs(value) < 1000 else "#,##" + digits


def saved(book: Workbook, title: str) -> bytes:
    """Return a workbook as bytes that depend on its content alone: no clock, no user, a fixed order."""
    book.properties.title, book.properties.creator = title, "workbench"
    book.properties.created = book.properties.modified = dt.datetime(*EPOCH)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    stamp = b">1980-01-01T00:00:00Z</dcterms:"
    core = "docProps/core.xml"
    parts[core] = re.sub(rb">[^<]*</dcterms:", stamp, parts[core])
    return bundle(parts)
