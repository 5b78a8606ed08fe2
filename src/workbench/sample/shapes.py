"""One writer per shape of export; the same table always gives the same bytes."""

import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

MOMENT = dt.datetime(2026, 2, 2, 9, 0, 0)


def write_limesurvey(path: Path, table: pd.DataFrame) -> None:
    """Write a LimeSurvey export: commas, every field in quotes, UTF-8 without mark; headers may repeat."""
    path.write_bytes(table.to_csv(index=False, quoting=1, lineterminator="\n").encode("utf-8"))


def write_qualtrics(path: Path, table: pd.DataFrame, texts: Mapping[str, str], ids: Mapping[str, str]) -> None:
    """Write a Qualtrics export: name, question text and import id above the answers."""
    head = pd.DataFrame([[texts[name] for name in table.columns], [ids[name] for name in table.columns]])
    head.columns = table.columns
    both = pd.concat([head, table], ignore_index=True)
    path.write_bytes(both.to_csv(index=False, lineterminator="\n").encode("utf-8"))


def write_semicolons(path: Path, table: pd.DataFrame, encoding: str) -> None:
    """Write what Dutch Excel writes: semicolons, and Windows line ends; ``utf-8-sig`` or ``cp1252``."""
    path.write_bytes(table.to_csv(index=False, sep=";", lineterminator="\r\n").encode(encoding))


def write_sheet(path: Path, sheet: str, upper: Sequence[str], table: pd.DataFrame, note: str = "") -> None:
    """Write a workbook with one table.

    Parameters
    ----------
    path : Path
    sheet : str
        Name of the sheet.
    upper : sequence of str
        A first header row; equal neighbours become one merged cell. Empty: one header row.
    table : DataFrame
        Dates as `datetime.date` or timestamps, numbers as numbers, nothing where missing.
    note : str
        A second sheet, "Toelichting", with this text, if any.
    """
    book = openpyxl.Workbook(write_only=not upper)
    if upper:
        page = book.active
        page.title = sheet
        page.append(list(upper))
        start = 0
        for at in range(1, len(upper) + 1):
            if at == len(upper) or upper[at] != upper[start]:
                for between in range(start + 1, at):
                    page.cell(1, between + 1).value = None
                page.merge_cells(start_row=1, end_row=1, start_column=start + 1, end_column=at)
                start = at
        page.append(list(table.columns))
    else:
        page = book.create_sheet(sheet)
        page.freeze_panes = "A2"
        cells = [WriteOnlyCell(page, value=name) for name in table.columns]
        for cell in cells:
            cell.font = Font(bold=True)
        page.append(cells)
    for row in _plain(table):
        page.append(row)
    if note:
        about = book.create_sheet("Toelichting")
        about.append([note])
    path.write_bytes(_timeless(book))


def _plain(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows with Python values; missing becomes an empty cell."""
    return list(zip(*(table[name].astype(object).where(table[name].notna(), None) for name in table), strict=True))


def _timeless(book: openpyxl.Workbook) -> bytes:
    """Return the workbook as bytes that do not depend on the time of writing."""
    book.properties.created = MOMENT
    book.properties.creator = "Fictieve regio"
    buffer, fixed = io.BytesIO(), io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content
                )
            entry = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return fixed.getvalue()


def write_spss(
    path: Path,
    table: pd.DataFrame,
    wording: Mapping[str, str],
    labels: Mapping[str, Mapping[Any, str]],
    missing: Mapping[str, list[int]],
) -> None:
    """Write an SPSS file with variable labels, value labels and user-missing codes, dated at a fixed moment."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "delivery.sav"
        pyreadstat.write_sav(
            table,
            written,
            column_labels=dict(wording),
            variable_value_labels={name: dict(of) for name, of in labels.items()},
            missing_ranges={name: list(codes) for name, codes in missing.items()},
        )
        raw = bytearray(written.read_bytes())
    # The header holds the date (9 characters) and the time (8) of writing at fixed places.
    raw[92:101] = MOMENT.strftime("%d %b %y").encode("ascii")
    raw[101:109] = MOMENT.strftime("%H:%M:%S").encode("ascii")
    path.write_bytes(bytes(raw))
