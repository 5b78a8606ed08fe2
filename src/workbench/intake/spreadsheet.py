"""Read spreadsheets (xlsx, xls, ods) into rows of text."""

import datetime as dt
import io
import re
from collections.abc import Hashable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd
import python_calamine as calamine

from workbench.intake import bounds, headers, several_sheets
from workbench.intake.findings import Finding, times
from workbench.intake.identifying import harmless
from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import BLANKS

# Names of sheets in which the answers of people stand, and of those that count, show or explain them.
_DATA = re.compile(r"\b(?:data|dataset|antwoorden|responses|reacties|formulierreacties)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"[€$%\s0-9.,+-]*")
_ASIDE = re.compile(
    r"\b(?:kruistabel(?:len)?|draaitabel(?:len)?|tabellen|tables|pivot|grafiek(?:en)?|charts?|samenvatting|summary|"
    r"dashboard|codeboek|codebook|legenda|toelichting|leeswijzer)\b",
    re.IGNORECASE,
)


def read(raw: bytes, file: str, settings: Mapping[str, str]) -> Rows:
    """Read one sheet: the one named in ``deliveries.csv``, else the first that is not much smaller than the largest.

    Where all sheets are named after a year it is that of the year of the delivery; without one the last year.

    A name with ``*`` in it means all sheets whose name it fits and that have the same header, as one table.

    Raises
    ------
    Unreadable
        Where the workbook is damaged, protected with a password, or lacks the sheet.
    """
    inside = bounds.look_inside(raw) if raw.startswith(b"PK") else bounds.Contents()
    if not raw.startswith(b"PK") or b"xl/workbook.bin" in raw:
        bounds.try_to_open(raw)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except calamine.PasswordError:
        raise Unreadable("The workbook is protected with a password.", "Ask for it without a password.") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Unreadable("The workbook is damaged or cut off.", "Ask for the delivery again.") from None
    findings = _about(inside, file)
    wanted = settings.get("sheet", "")
    visible = [each.name for each in book.sheets_metadata if each.visible == calamine.SheetVisibleEnum.Visible]
    names = visible or list(book.sheet_names)
    if wanted:
        fits = [name for name in book.sheet_names if name.casefold() == wanted.casefold()]
        if not fits and several_sheets.ALL in wanted:
            fits = [name for name in names if fnmatchcase(name.casefold(), wanted.casefold())]
        if not fits:
            raise Unreadable(
                f"The workbook has no sheet {wanted!r}.",
                f"Name one of {', '.join(map(repr, map(harmless, book.sheet_names)))} in deliveries.csv, column sheet.",
            )
        names = fits
    try:
        sheets = {name: book.get_sheet_by_name(name) for name in names}
        filled = {name: rows for name in names if any(rows := sheets[name].to_python(skip_empty_area=False))}
    except (calamine.CalamineError, OSError, ValueError):
        raise Unreadable("The workbook is damaged or cut off.", "Ask for the delivery again.") from None
    if not filled:
        raise Unreadable("The workbook is empty.", "Ask for the delivery again.")
    size = {name: sum(len(row) - row.count("") for row in rows) for name, rows in filled.items()}
    year = settings.get("year", "")
    candidates = ([] if wanted else several_sheets.of_year(list(filled), year)) or list(filled)
    name = _first_large(candidates, size)  # an explanation is no table
    length = {each: sum(any(cell != "" for cell in row) for row in rows) for each, rows in filled.items()}
    alike = [each for each in candidates if length[name] <= 2 * length[each] <= 4 * length[name]]
    tables = [each for each in alike if not _ASIDE.search(each)] or alike
    tables = [each for each in tables if _DATA.search(each)] or tables
    name = name if name in tables else _first_large(tables, size)
    spread = {each: _fill_down(rows, sheets[each]) for each, rows in filled.items()}
    each_as = {each: several_sheets.Sheet(each, rows, _merged(sheets[each])) for each, rows in filled.items()}
    same = several_sheets.alike(name, each_as, settings) if len(filled) > 1 else [name]
    rows, merged, count = filled[name], each_as[name].merged, spread[name]
    together = len(same) > 1 and several_sheets.ALL in wanted
    if together:
        rows, merged, told = several_sheets.joined([each_as[each] for each in same], file, settings)
        findings, count = findings + told, sum(spread[each] for each in same)
        left = [each for each in filled if each not in same]
        findings += [several_sheets.left_out(left, file)] if left else []
    elif len(filled) > 1:
        findings.append(several_sheets.not_read(name, list(filled), same, file, year))
    if count:
        message = f"{times(count, 'cell was', 'cells were')} filled with the text of the merged cell they are part of."
        findings.append(Finding(file, "note", message, "Check that the text holds for each of those rows."))
    width = max(len(row) for row in rows)
    if width > bounds.MOST_COLUMNS:
        raise Unreadable(
            f"The sheet has {width} columns, more than any questionnaire.", "Deliver the columns that matter."
        )
    columns = zip(*(row + [""] * (width - len(row)) for row in rows), strict=True)
    cells = pd.DataFrame({at: _texts(column) for at, column in enumerate(columns)})
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Rows(
        cells=cells,
        decimal=settings.get("decimal", ""),
        merged=merged,
        findings=tuple(findings),
        sheets=tuple(same) if len(same) > 1 else (),
        joined=together,
    )


def _first_large(names: Sequence[str], size: Mapping[str, int]) -> str:
    """Return the first sheet that is not much smaller than the largest."""
    largest = max(size[name] for name in names)
    return next(name for name in names if 2 * size[name] >= largest)


def _about(inside: bounds.Contents, file: str) -> list[Finding]:
    """Return what to say of formulas, macros and links; values as saved are read, nothing is computed or fetched."""
    findings = []
    if inside.formulas_without_value:
        message = f"{times(inside.formulas_without_value, 'cell holds', 'cells hold')} a formula without its result."
        remedy = "Open the workbook in Excel, save it and deliver it again, or paste as values."
        findings.append(Finding(file, "warning", message + " It is read as empty.", remedy))
    if inside.hidden_rows:
        rows = times(inside.hidden_rows, "row of the workbook is", "rows of the workbook are")
        message = f"{rows} hidden. Hidden rows of a sheet that is read are read too."
        remedy = "See whether they were hidden to leave them out; if so, ask for a delivery without them."
        findings.append(Finding(file, "warning", message, remedy))
    if inside.macros or inside.links:
        what = " and ".join(name for name, there in (("macros", inside.macros), ("links", inside.links)) if there)
        message = f"The workbook holds {what}; they are not used, values are read as saved."
        findings.append(Finding(file, "note", message, "Save it as xlsx with values only."))
    return findings


def _texts(column: Sequence[Hashable]) -> pd.Categorical:
    """Return a column as texts held as categories; each distinct cell is read once."""
    shown = {cell: _text(cell) for cell in set(column)}
    texts = sorted({text for text in shown.values() if text is not None})
    place = {text: at for at, text in enumerate(texts)}
    where = {cell: -1 if text is None else place[text] for cell, text in shown.items()}
    codes = np.fromiter(map(where.__getitem__, column), np.int32, len(column))
    return pd.Categorical.from_codes(codes, pd.Index(texts, dtype="str"))


def _text(cell: object) -> str | None:
    """Return a cell as a person would type it: whole numbers without a point, dates as yyyy-mm-dd."""
    if isinstance(cell, str):
        return None if cell in BLANKS else cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        clock = cell.time() != dt.time()
        return cell.isoformat(" ", "seconds") if clock else cell.date().isoformat()
    return str(cell)


def _fill_down(rows: list[list[Any]], sheet: calamine.CalamineSheet) -> int:
    """Write a name that spans several rows in each of them, as a person reads it; return in how many cells of records.

    A number that spans rows belongs to them together. A row without a cell of its own is no record.
    """
    header = headers.first_row([[cell != "" for cell in row] for row in rows[:30]], merged=True)
    own = [any(cell != "" for cell in row) for row in rows]
    width = max(map(len, rows))
    double = "" in rows[header] or len(rows[header]) < width  # a header without gaps is one row
    room, filled = sum(map(len, rows)), 0  # spans that overlap are no work of a person
    amounts: dict[int, bool] = {}
    for (top, left), (bottom, right) in _spans(sheet):
        room -= bottom - top
        if room < 0:
            return filled
        if right != left or top >= len(rows) or left >= len(rows[top]) or not _is_name(rows[top][left]):
            continue
        if left not in amounts:
            below = [row[left] for row in rows[header + 1 :] if left < len(row) and row[left] != ""]
            amounts[left] = sum(map(_is_name, below)) <= len(below) / 2
        if (top <= header and not double) or (top > header and amounts[left]):
            continue
        for at in range(top + 1, min(bottom + 1, len(rows))):
            if own[at] and left < len(rows[at]) and rows[at][left] == "":
                rows[at][left] = rows[top][left]
                filled += top > header
    return filled


def _is_name(cell: object) -> bool:
    return isinstance(cell, str) and not _AMOUNT.fullmatch(cell)


def _spans(sheet: calamine.CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    try:
        return list(sheet.merged_cell_ranges or [])
    except (calamine.CalamineError, OSError, ValueError):
        return []


def _merged(sheet: calamine.CalamineSheet) -> tuple[tuple[int, int, int], ...] | None:
    """Return cells that span several columns, where the format tells: row as people see it, first, last column."""
    try:
        ranges = sheet.merged_cell_ranges
    except (calamine.CalamineError, OSError, ValueError):
        return None
    if ranges is None:
        return None
    return tuple(sorted((start[0] + 1, start[1], end[1]) for start, end in ranges if end[1] > start[1]))
