"""The conversation form: a spreadsheet per provider that people fill in together and that comes back by itself.

Its sheet has one row per agreement still open, per finding of the report, and some to fill in freely (`agenda`). The
columns are those of the description ``gespreksformulier`` (``conversation-form`` in English) that ships with the
codebook, so that the filled-in form needs nobody to describe it: put it among next year's deliveries.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from workbench.reporting.agenda import COLUMNS
from workbench.reporting.texts import text
from workbench.reporting.workbooks import HEAD, TITLE, Book

GIVEN = ("provider", "year", "finding")  # what the form itself says; the rest is for people
WIDTHS = (24, 8, 26, 44, 20, 36, 20, 36, 40, 22, 14, 14, 12)
FREE_ROWS = 8
A4 = 9  # as Excel numbers sizes of paper
REMARKS = {"objects": True, "scenarios": True}  # what people may still add to a sheet that is protected
TO_WRITE, SAID = "#FFFFFF", "#EEF1F4"
FIELD = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#9AA7B3"}


def form(told: Mapping[str, Any]) -> bytes:
    """Return the form of one provider.

    Parameters
    ----------
    told : mapping
        What stands on it: `agenda.of`.

    Returns
    -------
    bytes
        A workbook: instructions, the sheet to fill in, and the lists behind its choices.
    """
    language, rows = told["language"], told["rows"]
    book = Book(told["title"])
    _explain(book, told)
    sheet = book.add_worksheet(text("form", "sheet", language))
    _heads(book, sheet, language)
    for place in range(len(rows) + FREE_ROWS):
        _row(book, sheet, place + 1, rows[place] if place < len(rows) else {}, told)
    last = len(rows) + FREE_ROWS
    _lists(book, told["choices"], language)
    _validate(sheet, last, told["choices"], language)
    sheet.protect("", REMARKS | {"format_columns": True, "format_rows": True})
    sheet.freeze_panes(1, 4)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return book.content()


def _heads(book: Book, sheet: Worksheet, language: str) -> None:
    sheet.set_row(0, 36)
    for place, (column, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        book.text(sheet, 0, place, text("form", f"head {column}", language), **HEAD, valign="vcenter")
        sheet.set_column(place, place, width)


def _row(book: Book, sheet: Worksheet, place: int, given: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    sheet.set_row(place, 60 if given else 30)
    known = {"provider": told["provider"], "year": told["year"]} | dict(given)
    for at, column in enumerate(COLUMNS):
        value = known.get(column)
        fixed = column in GIVEN or (column == "measure" and "measure" in given)
        look = FIELD | {"bg_color": SAID if fixed else TO_WRITE, "locked": fixed}
        if column == "when":
            look["num_format"] = "dd-mm-yyyy"
        if column == "target" and given.get("share"):
            look["num_format"] = "0%"
        if column == "when" and value:
            sheet.write_datetime(place, at, datetime.fromisoformat(value), book.look(**look))
        elif isinstance(value, str):
            book.text(sheet, place, at, value, **look)
        elif value is not None:
            sheet.write_number(place, at, value, book.look(**look))
        else:
            sheet.write_blank(place, at, None, book.look(**look))


def _lists(book: Book, choices: Mapping[str, Sequence[str]], language: str) -> None:
    sheet = book.add_worksheet(text("form", "lists", language))
    for across, names in enumerate(choices.values()):
        for down, name in enumerate(names):
            book.text(sheet, down, across, name)
    sheet.hide()


def _validate(sheet: Worksheet, last: int, choices: Mapping[str, Sequence[str]], language: str) -> None:
    """Offer choices where there are some; only the figure and the status must be one of them."""
    lists = text("form", "lists", language)
    for across, (column, names) in enumerate(choices.items()):
        letter = xl_col_to_name(across)
        source = f"='{lists}'!${letter}$1:${letter}${len(names)}"
        rule = {"validate": "list", "source": source, "show_error": column in ("measure", "status")}
        _over(sheet, rule, column, last, text("form", "choose", language), language)
    number = {"validate": "decimal", "criteria": ">=", "value": 0}
    _over(sheet, number, "target", last, text("form", "a number", language), language)
    dated = {"validate": "date", "criteria": ">", "value": date(2000, 1, 1)}
    _over(sheet, dated, "when", last, text("form", "a date", language), language)


def _over(sheet: Worksheet, rule: Mapping[str, Any], column: str, last: int, error: str, language: str) -> None:
    at = COLUMNS.index(column)
    told = {"error_title": text("form", "title", language), "error_message": error}
    sheet.data_validation(1, at, last, at, {**rule, **told})


def _explain(book: Book, told: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(text("form", "instructions", told["language"]))
    book.text(sheet, 0, 0, told["heading"], **TITLE)
    for place, step in enumerate(told["steps"], 2):
        book.text(sheet, place, 0, step, text_wrap=True, valign="top")
    sheet.set_column(0, 0, 100)
    sheet.protect("", REMARKS)
