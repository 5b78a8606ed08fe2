"""The conversation form: a spreadsheet per provider that people fill in together and that comes back by itself.

Its sheet has one row per agreement still open, per finding of the report, and some to fill in freely (`agenda`). The
columns are those of the description ``gespreksformulier`` (``conversation-form`` in English) that ships with the
codebook, so that the filled-in form needs nobody to describe it: put it among next year's deliveries.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from workbench.reporting import workbooks
from workbench.reporting.agenda import COLUMNS
from workbench.reporting.texts import text

GIVEN = ("provider", "year", "finding")  # what the form itself says; the rest is for people
WIDTHS = (24, 8, 26, 44, 20, 36, 20, 36, 40, 22, 14, 14, 12)
FREE_ROWS = 8
TO_WRITE = PatternFill("solid", fgColor="FFFFFF")
SAID = PatternFill("solid", fgColor="EEF1F4")
LINE = Side("thin", color="9AA7B3")
EDGES = Border(LINE, LINE, LINE, LINE)
TOP = Alignment(wrap_text=True, vertical="top")


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
    book = Workbook()
    _explain(book.active, told)
    sheet = book.create_sheet(text("form", "sheet", language))
    lists = book.create_sheet(text("form", "lists", language))
    _heads(sheet, language)
    for place in range(len(rows) + FREE_ROWS):
        _row(sheet, place + 2, rows[place] if place < len(rows) else {}, told)
    last = len(rows) + FREE_ROWS + 1
    _lists(lists, told["choices"])
    _validate(sheet, last, told["choices"], language)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.freeze_panes = "E2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    return workbooks.saved(book, told["title"])


def _heads(sheet: Worksheet, language: str) -> None:
    for place, (column, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), 1):
        cell = sheet.cell(1, place)
        workbooks.text(cell, text("form", f"head {column}", language))
        cell.font, cell.fill = Font(bold=True), workbooks.HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.row_dimensions[1].height = 36


def _row(sheet: Worksheet, place: int, given: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    known = {"provider": told["provider"], "year": told["year"]} | dict(given)
    for at, column in enumerate(COLUMNS, 1):
        cell, value = sheet.cell(place, at), known.get(column)
        if column == "when":
            cell.value = datetime.fromisoformat(value) if value else None
            cell.number_format = "dd-mm-yyyy"
        elif isinstance(value, str):
            workbooks.text(cell, value)
        elif value is not None:
            cell.value = value
        if column == "target" and given.get("share"):
            cell.number_format = "0%"
        fixed = column in GIVEN or (column == "measure" and "measure" in given)
        cell.fill, cell.protection = (SAID if fixed else TO_WRITE), Protection(locked=fixed)
        cell.alignment, cell.border = TOP, EDGES
    sheet.row_dimensions[place].height = 60 if given else 30


def _lists(sheet: Worksheet, choices: Mapping[str, Sequence[str]]) -> None:
    for across, names in enumerate(choices.values(), 1):
        for down, name in enumerate(names, 1):
            workbooks.text(sheet.cell(down, across), name)
    sheet.sheet_state = "hidden"


def _validate(sheet: Worksheet, last: int, choices: Mapping[str, Sequence[str]], language: str) -> None:
    """Offer choices where there are some; only the figure and the status must be one of them."""
    lists = text("form", "lists", language)
    for across, (column, names) in enumerate(choices.items(), 1):
        letter = get_column_letter(across)
        must = column in ("measure", "status")
        rule = DataValidation(
            "list", formula1=f"'{lists}'!${letter}$1:${letter}${len(names)}", allow_blank=True, showErrorMessage=must
        )
        rule.errorTitle, rule.error = text("form", "title", language), text("form", "choose", language)
        _over(sheet, rule, column, last)
    whole = DataValidation("decimal", "greaterThanOrEqual", "0", allow_blank=True, showErrorMessage=True)
    whole.errorTitle, whole.error = text("form", "title", language), text("form", "a number", language)
    _over(sheet, whole, "target", last)
    dated = DataValidation("date", "greaterThan", "36526", allow_blank=True, showErrorMessage=True)
    dated.errorTitle, dated.error = text("form", "title", language), text("form", "a date", language)
    _over(sheet, dated, "when", last)


def _over(sheet: Worksheet, rule: DataValidation, column: str, last: int) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    rule.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(rule)


def _explain(sheet: Worksheet, told: Mapping[str, Any]) -> None:
    sheet.title = text("form", "instructions", told["language"])
    workbooks.text(sheet["A1"], told["heading"])
    sheet["A1"].font = Font(bold=True, size=14)
    for place, step in enumerate(told["steps"], 3):
        workbooks.text(sheet.cell(place, 1), step)
        sheet.cell(place, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100
    sheet.protection.sheet = True
