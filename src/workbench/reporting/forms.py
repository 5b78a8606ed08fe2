"""The conversation form: a spreadsheet per provider that people fill in together and that comes back by itself.

Its sheet has one row per agreement still open, per finding of the report, and some to fill in freely. The columns are
those of the description ``gespreksformulier`` (``conversation-form`` in English) that ships with the codebook, so that
the filled-in form needs nobody to describe it: put it among next year's deliveries.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from workbench.reporting import phrases, workbooks
from workbench.reporting.release import Release
from workbench.reporting.wording import WORDS

COLUMNS = (
    *("provider", "year", "measure", "finding", "recognise", "story", "value", "improve"),
    *("what", "who", "when", "target", "status"),
)
GIVEN = ("provider", "year", "finding")  # what the form itself says; the rest is for people
WIDTHS = (24, 8, 26, 44, 20, 36, 20, 36, 40, 22, 14, 14, 12)
FREE_ROWS = 8
STATUSES = ("open", "running", "done", "dropped")
TO_WRITE = PatternFill("solid", fgColor="FFFFFF")
SAID = PatternFill("solid", fgColor="EEF1F4")
LINE = Side("thin", color="9AA7B3")
RUNNING = ("open", "running")


def file_name(provider: str, year: int, language: str) -> str:
    """Return the name by which the form is known when it comes back.

    Examples
    --------
    >>> file_name("p001", 2026, "nl")
    'gespreksformulier_p001_2026.xlsx'
    """
    return f"{phrases.text('form', 'file', language)}_{provider}_{year}.xlsx"


def form(release: Release, findings: Sequence[tuple[str, str]]) -> bytes:
    """Return the form of one provider.

    Parameters
    ----------
    release : Release
        With a provider.
    findings : sequence of (measure, sentence)
        What the report puts up for discussion, in its order.

    Returns
    -------
    bytes
        A workbook: instructions, the sheet to fill in, and the lists behind its choices.
    """
    book = Workbook()
    _explain(book.active, release)
    sheet = book.create_sheet(release.text("form", "sheet"))
    lists = book.create_sheet(release.text("form", "lists"))
    rows = [*_still_open(release), *({"measure": measure, "finding": said} for measure, said in findings)]
    _heads(sheet, release)
    for place in range(len(rows) + FREE_ROWS):
        given = rows[place] if place < len(rows) else {}
        _row(sheet, place + 2, given, release)
    last = len(rows) + FREE_ROWS + 1
    choices = {
        "measure": [release.name(measure) for measure in measures(release)],
        "recognise": [release.text("form", key) for key in ("yes", "partly", "no")],
        "value": [release.text("form", key) for key in ("good", "sufficient", "improve")],
        "status": [release.text("form", status) for status in STATUSES],
    }
    _lists(lists, choices)
    _validate(sheet, last, choices, release)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.freeze_panes = "E2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    return workbooks.saved(book, f"{release.text('form', 'title')} {release.title} {release.year}")


NO_AIM = ("reden_einde", "voorlopig")  # figures to read others by, not to agree on


def measures(release: Release) -> list[str]:
    """Return the figures an agreement may be about: what this region measures, in the order of the codebook."""
    cards = [name for name in release.codebook["cards"] if not name.startswith("_") and name not in NO_AIM]
    return [*release.codebook["dimensions"], *cards]


def _still_open(release: Release) -> list[dict[str, Any]]:
    """Return agreements that are not finished: they stand in the next form too, with what was agreed."""
    going = release.agreements[release.agreements["status"].fillna("open").isin(RUNNING)]
    return [
        {
            "measure": row["measure"],
            "year": row["year"],
            "finding": release.text("form", "agreed before"),
            "what": row["action"],
            "who": row["owner"],
            "when": row["due"],
            "target": row["target"],
            "status": release.text("form", row["status"]) if row["status"] in STATUSES else "",
        }
        for row in going.to_dict("records")
    ]


def _heads(sheet: Worksheet, release: Release) -> None:
    for place, (column, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), 1):
        cell = sheet.cell(1, place)
        workbooks.text(cell, release.text("form", f"head {column}"))
        cell.font, cell.fill = Font(bold=True), workbooks.HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.row_dimensions[1].height = 36


def _row(sheet: Worksheet, place: int, given: Mapping[str, Any], release: Release) -> None:
    known: dict[str, Any] = {"provider": release.title, "year": release.year} | dict(given)
    if "measure" in given:
        known["measure"] = release.name(str(given["measure"]))
    for at, column in enumerate(COLUMNS, 1):
        cell, value = sheet.cell(place, at), known.get(column)
        if isinstance(value, str):
            workbooks.text(cell, value)
        elif isinstance(value, (pd.Timestamp, date)):
            cell.value = None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
        elif value is not None and not pd.isna(value):
            cell.value = float(value) if column == "target" else int(value)
        if column == "when":
            cell.number_format = "dd-mm-yyyy"
        if column == "target" and release.unit(str(given.get("measure", ""))) == "share":
            cell.number_format = "0%"
        fixed = column in GIVEN or (column == "measure" and "measure" in given)
        cell.fill, cell.protection = (SAID if fixed else TO_WRITE), Protection(locked=fixed)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = Border(LINE, LINE, LINE, LINE)
    sheet.row_dimensions[place].height = 60 if given else 30


def _lists(sheet: Worksheet, choices: Mapping[str, Sequence[str]]) -> None:
    for across, names in enumerate(choices.values(), 1):
        for down, name in enumerate(names, 1):
            workbooks.text(sheet.cell(down, across), name)
    sheet.sheet_state = "hidden"


def _validate(sheet: Worksheet, last: int, choices: Mapping[str, Sequence[str]], release: Release) -> None:
    """Offer choices where there are some; only the figure and the status must be one of them."""
    lists = release.text("form", "lists")
    for across, (column, names) in enumerate(choices.items(), 1):
        letter = get_column_letter(across)
        must = column in ("measure", "status")
        rule = DataValidation(
            "list", formula1=f"'{lists}'!${letter}$1:${letter}${len(names)}", allow_blank=True, showErrorMessage=must
        )
        rule.errorTitle, rule.error = release.text("form", "title"), release.text("form", "choose")
        _over(sheet, rule, column, last)
    whole = DataValidation("decimal", "greaterThanOrEqual", "0", allow_blank=True, showErrorMessage=True)
    whole.errorTitle, whole.error = release.text("form", "title"), release.text("form", "a number")
    _over(sheet, whole, "target", last)
    dated = DataValidation("date", "greaterThan", "36526", allow_blank=True, showErrorMessage=True)
    dated.errorTitle, dated.error = release.text("form", "title"), release.text("form", "a date")
    _over(sheet, dated, "when", last)


def _over(sheet: Worksheet, rule: DataValidation, column: str, last: int) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    rule.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(rule)


def _explain(sheet: Worksheet, release: Release) -> None:
    sheet.title = release.text("form", "instructions")
    workbooks.text(sheet["A1"], f"{release.text('form', 'title')}: {release.title}, {release.year}")
    sheet["A1"].font = Font(bold=True, size=14)
    asked = [WORDS[key][release.language] for key in ("recognise", "story", "value", "improve")]
    steps = [release.text("form", f"step {number}", questions=" ".join(asked)) for number in range(1, 8)]
    for place, step in enumerate(steps, 3):
        workbooks.text(sheet.cell(place, 1), step)
        sheet.cell(place, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100
    sheet.protection.sheet = True
