"""Spreadsheets that give the same bytes for the same content, in which text stays text.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` may be taken for a formula by the program that opens it. Every text
is therefore written as text, and marked so that it stays text when somebody edits the cell.
"""

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workbench.reporting.bundles import EPOCH
from workbench.reporting.wording import read_number, word

HEAD = {"bold": True, "bg_color": "#E6EBEF", "text_wrap": True}
TITLE = {"bold": True, "font_size": 14}
LINK = {"underline": 1, "font_color": "#0563C1"}
WIDEST, NARROWEST = 60, 8
NAME = 31  # characters Excel allows in the name of a sheet
LONGEST = 32_767  # and in a cell
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Book(Workbook):
    """A workbook in memory, whose bytes depend on its content alone: no clock, no user."""

    def __init__(self, title: str):
        self._written = io.BytesIO()
        self._looks: dict[tuple[tuple[str, Any], ...], Format] = {}
        super().__init__(self._written, {"in_memory": True, "nan_inf_to_errors": True})
        self.set_properties({"title": _plain(title), "author": "workbench", "created": dt.datetime(*EPOCH)})

    def look(self, **properties: Any) -> Format:
        """Return the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            self._looks[key] = self.add_format(properties)
        return self._looks[key]

    def text(self, sheet: Worksheet, row: int, column: int, value: str, **look: Any) -> None:
        """Write text that no program takes for a formula; rows and columns are counted from 0."""
        plain = _plain(value)
        if plain[:1] in ("=", "+", "-", "@", "\t", "\n"):
            look["quote_prefix"] = True
        sheet.write_string(row, column, plain, self.look(**look))

    def content(self) -> bytes:
        """Return the finished workbook."""
        self.close()
        return self._written.getvalue()


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
    book = Book(title)
    contents = book.add_worksheet(word("contents", language))
    book.text(contents, 0, 0, title, **TITLE)
    for place, each in enumerate(tables, 1):
        name = _sheet_name(place, str(each["caption"]))
        contents.write_url(place + 1, 0, f"internal:'{name}'!A1", book.look(**LINK), name)
        book.text(contents, place + 1, 1, str(each["caption"]))
        _fill(book, book.add_worksheet(name), each, language)
    contents.set_column(0, 0, NAME)
    contents.set_column(1, 1, 90)
    return book.content()


def _plain(value: str) -> str:
    r"""Return text without what no cell can hold.

    Examples
    --------
    >>> _plain("De\x01 Linde\r\nWijk")
    'De Linde\nWijk'
    """
    return _UNWRITABLE.sub("", re.sub("\r\n?", "\n", value))[:LONGEST]


def _sheet_name(number: int, caption: str) -> str:
    r"""Return the number of a table and the beginning of its caption, without the signs Excel does not take.

    Examples
    --------
    >>> _sheet_name(3, "Cijfers uit de administratie: per jaar")
    '3 Cijfers uit de administratie'
    >>> len(_sheet_name(3, "\U0001f600" * 40))
    16
    """
    plain = " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", caption).split())
    counted = f"{number} {_plain(plain)}".encode("utf-16-le")[: 2 * NAME]  # as Excel counts: a smiley is two
    return counted.decode("utf-16-le", "ignore").rstrip()


def _fill(book: Book, sheet: Worksheet, table: Mapping[str, Any], language: str) -> None:
    book.text(sheet, 0, 0, str(table["caption"]), bold=True)
    said = [each for each in (table["finding"], table["note"]) if each]
    for place, sentence in enumerate(said, 1):
        book.text(sheet, place, 0, str(sentence))
    top = len(said) + 2
    columns = table["columns"]
    for across, column in enumerate(columns):
        book.text(sheet, top, across, str(column["name"]), **HEAD, valign="top")
    widths = [len(str(column["name"])) for column in columns]
    for down, row in enumerate(table["rows"], top + 1):
        for across, (shown, column) in enumerate(zip(row, columns, strict=True)):
            _write(book, sheet, down, across, str(shown), bool(column["numeric"]), language)
            widths[across] = max(widths[across], len(str(shown)))
    for across, width in enumerate(widths):
        sheet.set_column(across, across, min(max(width + 2, NARROWEST), WIDEST))
    sheet.freeze_panes(top + 1, 1)


def _write(book: Book, sheet: Worksheet, row: int, column: int, shown: str, numeric: bool, language: str) -> None:
    number = read_number(shown, language) if numeric else None
    if number is None:
        book.text(sheet, row, column, shown, text_wrap=len(shown) > WIDEST, valign="top")
        return
    value, decimals, percent = number
    digits = "0" + ("." + "0" * decimals if decimals else "")
    digits = digits + "%" if percent else digits if abs(value) < 1000 else "#,##" + digits
    sheet.write_number(row, column, value, book.look(num_format=digits))
