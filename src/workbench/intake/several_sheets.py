"""A workbook of which several sheets have one header: a sheet per provider, per location, per quarter."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.intake import bounds, headers
from workbench.intake.findings import Finding
from workbench.intake.identifying import harmless
from workbench.intake.values import fold, key

ALL = "*"  # of deliveries.csv, column sheet
COLUMN = "tabblad"  # in which the name of its sheet stands beside each record
_SHOWN = 12
_TOP = 80  # rows among which the header is
_FEWEST = 2  # columns with a name
_FEWEST_AGAIN = 10  # different records that are no chance
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
Merged = tuple[tuple[int, int, int], ...] | None


@dataclass(frozen=True)
class Sheet:
    """One sheet as rows of cells, and its cells that span several columns as `sheets.Rows` has them."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: Merged


def alike(name: str, sheets: Mapping[str, Sheet], settings: Mapping[str, str]) -> list[str]:
    """Return the sheets with the same header as one of them, itself included, in the order of the workbook."""
    wanted = _titles(sheets[name], settings)
    if len(wanted) < _FEWEST or len(wanted) > bounds.MOST_COLUMNS:
        return [name]
    return [each for each, sheet in sheets.items() if each == name or _has_titles(sheet, wanted, settings)]


def _has_titles(sheet: Sheet, wanted: tuple[str, ...], settings: Mapping[str, str]) -> bool:
    """Say whether a sheet has these titles; at a glance first, as a workbook may have hundreds of other sheets."""
    glance = (key(str(cell)) for row in sheet.rows[:_TOP] if len(row) <= bounds.MOST_COLUMNS for cell in row)
    return set(wanted) <= set(glance) and _titles(sheet, settings) == wanted


def joined(
    chosen: Sequence[Sheet], file: str, settings: Mapping[str, str]
) -> tuple[list[list[Any]], Merged, list[Finding]]:
    """Return sheets with one header as one table, the first as it is and the records of the others below it.

    Behind its last column stands the name of the sheet (`COLUMN`). A sheet that holds every record of the others, an
    overview of all, is left out and told: it would count them twice.
    """
    findings: list[Finding] = []
    header = {sheet.name: _header(sheet, settings) for sheet in chosen}
    bodies = {sheet.name: [row for row in sheet.rows[header[sheet.name][1] :] if _filled(row)] for sheet in chosen}
    whole, certain = _overview(bodies)
    if whole and certain:
        message = f"The sheet {harmless(whole)!r} holds the records of the other sheets; it is not read again."
        findings.append(Finding(file, "note", message, "Nothing; the name of its sheet stands beside each record."))
        chosen = [sheet for sheet in chosen if sheet.name != whole]
    elif whole:
        message = f"Records of the sheet {harmless(whole)!r} stand on other sheets too; all are read."
        remedy = "If it is an overview of them, take it out, or choose the sheets in deliveries.csv, column sheet."
        findings.append(Finding(file, "error", message, remedy))
    width = max(len(row) for sheet in chosen for row in sheet.rows)
    table: list[list[Any]] = []
    begins: list[str] = []
    for sheet in chosen:
        first, body = header[sheet.name]
        start = body if table else 0
        begins.append(f"{harmless(sheet.name)!r} from row {len(table) + 1 + body - start}")
        for at in range(start, len(sheet.rows)):
            row = sheet.rows[at]
            beside = COLUMN if first <= at < body else sheet.name if at >= body and _filled(row) else ""
            table.append([*row, *[""] * (width - len(row)), beside])
    message = f"{len(chosen)} sheets are read as one table, and rows are counted as if they stood below one another: "
    remedy = f"Check that each is meant; {COLUMN} holds the name of the sheet."
    findings.append(Finding(file, "note", f"{message}{_listed(begins)}.", remedy))
    return table, chosen[0].merged, findings


def of_year(names: Sequence[str], year: str) -> list[str]:
    """Return the sheets named after a year, where each of them is named after one; without a year after the last.

    Examples
    --------
    >>> of_year(["Cliënten 2024", "Cliënten 2025", "Cliënten 2026"], "2025")
    ['Cliënten 2025']
    >>> of_year(["2025", "2026"], ""), of_year(["Antwoorden", "Planning 2026"], "2026")
    (['2026'], [])
    """
    years = {name: set(_YEAR.findall(name)) for name in names}
    if len(names) < _FEWEST or not all(years.values()):
        return []
    wanted = year or max(set().union(*years.values()))
    return [name for name in names if wanted in years[name]]


def not_read(name: str, filled: Sequence[str], same: Sequence[str], file: str, year: str) -> Finding:
    """Return what to say of the other sheets of a workbook of which one is read, the delivery of a year."""
    shown = _listed([repr(harmless(each)) for each in filled if each != name])
    message = f"The workbook has {len(filled)} sheets with content; only {harmless(name)!r} is read, not {shown}."
    remedy = "Name the sheet in deliveries.csv, column sheet, or deliver one file per sheet."
    if of_year(filled, year) == [name]:
        remedy = "Nothing, if the others are of other years; else name the sheet in deliveries.csv, column sheet."
        return Finding(file, "note", message, remedy)
    if len(same) > 1:
        message += f" {len(same)} of them have the same header."
        remedy = (
            f"Write {ALL} in deliveries.csv, column sheet, to read all sheets with that header as one delivery "
            f"(column {COLUMN!r} then holds the name of the sheet), or name one sheet there."
        )
    return Finding(file, "warning", message, remedy)


def left_out(names: Sequence[str], file: str) -> Finding:
    """Return what to say of sheets that have another header than those that are read together."""
    shown = _listed([repr(harmless(each)) for each in names])
    message = f"The header of {shown} is another than that of the sheets that are read; not read."
    return Finding(file, "warning", message, "If records stand there, give them the same header or deliver them apart.")


def _listed(told: Sequence[str]) -> str:
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return ", ".join(told[:_SHOWN]) + more


def _header(sheet: Sheet, settings: Mapping[str, str]) -> tuple[int, int]:
    """Return the place of the first row of the header and that of the first row behind it."""
    top = [list(row) for row in sheet.rows[:_TOP] if _filled(row)]
    places = [at for at, row in enumerate(sheet.rows[:_TOP]) if _filled(row)]
    width = max(map(len, top))
    cells = pd.DataFrame(
        [[str(cell) if cell != "" else None for cell in row] + [None] * (width - len(row)) for row in top],
        index=[place + 1 for place in places],
        dtype="str",
    )
    found = headers.find(cells.iloc[:40], sheet.merged, "spreadsheet", settings)
    last = min(found.start + found.count + found.units, len(places)) - 1
    return places[found.start], places[last] + 1


def _titles(sheet: Sheet, settings: Mapping[str, str]) -> tuple[str, ...]:
    first, body = _header(sheet, settings)
    titles = [key(str(cell)) for row in sheet.rows[first:body] for cell in row]
    return tuple(title for title in titles if title)


def _filled(row: Sequence[Any]) -> bool:
    return any(cell != "" for cell in row)


def _overview(bodies: Mapping[str, Sequence[Sequence[Any]]]) -> tuple[str, bool]:
    """Return the sheet that holds records of several others, nothing if none does; and whether it certainly does.

    Certain is one with exactly the records of the others, and so many different ones that it is no chance: of two
    providers with a few answers each, those of one may be those of the other.
    """
    texts = {name: Counter(tuple(fold(str(cell)) for cell in row) for row in rows) for name, rows in bodies.items()}
    whole: Counter[tuple[str, ...]] = Counter()
    for own in texts.values():
        whole.update(own)
    for name, own in texts.items():
        if 3 * own.total() < whole.total():  # too short to hold half of the others
            continue
        others = whole - own
        again = own & others
        if len(texts) > 2 and own and own == others and len(own) >= _FEWEST_AGAIN:
            return name, True
        if len(texts) > 2 and again and 2 * again.total() >= max(own.total(), others.total()):
            return name, False
    return "", False
