"""One export, whatever wrote it, as one table of text with one row per record.

The reader is recognised by what the file holds, not by its name. A missing cell is missing; so is what export programs
write in an empty cell (``NA``, ``#N/B`` and the like, see `values.BLANKS`). Rows without any content are no records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.intake import delimited, spreadsheet, spss
from workbench.intake.findings import Finding
from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import distinct, fold, key

LIMESURVEY_MARKS = (
    *("submitdate", "datum verzonden", "date submitted", "datum ingediend"),
    *("lastpage", "laatste pagina", "last page", "startlanguage", "begin taal", "start language", "seed"),
)


@dataclass(frozen=True)
class Export:
    """One delivery as text.

    `table`: one row per record, the index is the row as a person sees it, the columns are the headers as delivered,
    white space folded, a repeated header with ``[2]``. `apart`: rows that could not be read. `wording`: the question
    behind a header, and `codes`: the code behind each label of a header, where the export has them.
    """

    table: pd.DataFrame
    reader: str
    decimal: str = ""
    apart: tuple[int, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read(raw: bytes, file: str, settings: Mapping[str, str] | None = None) -> Export:
    r"""Read one delivery.

    Parameters
    ----------
    raw : bytes
        The file.
    file : str
        What it is called in findings.
    settings : mapping, optional
        ``reader``, ``encoding``, ``delimiter``, ``decimal``, ``header_rows`` and ``sheet`` of ``deliveries.csv``; empty
        is recognised by content.

    Raises
    ------
    Unreadable
        With what is wrong and what to do.

    Examples
    --------
    >>> read("aanbieder;cijfer\nDe Linde;7,5".encode("cp1252"), "a.csv").table
      aanbieder cijfer
    2  De Linde    7,5
    """
    settings = settings or {}
    family = _family(raw)
    if family == "spss":
        rows = spss.read(raw, settings)
    elif family == "spreadsheet":
        rows = spreadsheet.read(raw, file, settings)
    else:
        rows = delimited.read(raw, file, settings)
    return _with_header(rows, family, settings)


def _family(raw: bytes) -> str:
    """Return the family of readers the bytes ask for.

    Examples
    --------
    >>> _family(b"a;b"), _family(b"$FL2@(#) SPSS DATA FILE")
    ('delimited', 'spss')
    """
    start = raw[:2048].lstrip().lower()
    if not start:
        raise Unreadable("The file is empty.", "Ask for the delivery again.")
    if raw.startswith((b"$FL2", b"$FL3")):
        return "spss"
    if raw.startswith(b"PK"):
        if b"xl/" in raw or b"opendocument.spreadsheet" in raw:
            return "spreadsheet"
        raise Unreadable("The file is an archive or a text document.", "Unpack it, and deliver CSV, xlsx, ods or sav.")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise Unreadable("The workbook is protected with a password.", "Ask for it without a password.")
        return "spreadsheet"
    if start.startswith((b"%pdf", b"{\\rtf", b"<html", b"<!doctype", b"<table", b"<?xml", b"\x89png", b"\xff\xd8\xff")):
        raise Unreadable("The file is a document or web page, not a table.", "Ask for CSV, xlsx, ods or sav.")
    return "delimited"


def _with_header(rows: Rows, family: str, settings: Mapping[str, str]) -> Export:
    """Separate header from records, and name what wrote the export."""
    filled = rows.cells.notna().to_numpy().any(axis=1)
    cells = rows.cells if filled.all() else rows.cells[filled]
    wording = dict(rows.wording)
    if rows.names:
        titles, body = [fold(name) for name in rows.names], cells
    else:
        if cells.empty:
            raise Unreadable("The file holds no header and no records.", "Ask for the delivery again.")
        start = _first_header(cells)
        count = _header_rows(cells.iloc[start : start + 3].astype("str"), rows.merged, family, settings)
        head = cells.iloc[start : start + count].astype("str").fillna("").map(fold)
        body = cells.iloc[start + count :]
        qualtrics = count == 3
        titles = list(head.iloc[0]) if count != 2 else _joined(head, rows.merged)
        if qualtrics:
            wording = {name: text for name, text in zip(titles, head.iloc[1], strict=True) if text}
    names = _unlike(titles)
    body = body.set_axis(names, axis=1)
    unnamed = [name for name, title in zip(names, titles, strict=True) if not title and body[name].isna().all()]
    body = body.drop(columns=unnamed)
    reader = family
    if not rows.names and count == 3:
        reader = "qualtrics"
    elif family == "delimited" and sum(key(name) in LIMESURVEY_MARKS for name in names) >= 2:
        reader = "limesurvey"
    if settings.get("reader"):
        reader = settings["reader"]
    if reader == "limesurvey":
        body = _without_anonymised_dates(body)
    return Export(body, reader, rows.decimal, rows.apart, wording, rows.codes, rows.findings)


def _first_header(cells: pd.DataFrame) -> int:
    """Return the position of the first header row: titles above a table fill one cell of several."""
    widths = cells.iloc[:10].notna().sum(axis=1).to_numpy()
    if cells.shape[1] < 3 or widths.max() < 3:
        return 0
    return int(np.argmax(widths > 1))


def _header_rows(
    top: pd.DataFrame, merged: tuple[tuple[int, int, int], ...] | None, family: str, settings: Mapping[str, str]
) -> int:
    stated = settings.get("header_rows", "")
    if stated.isdigit() and 1 <= int(stated) <= 3:
        return int(stated)
    third = top.iloc[2].dropna() if len(top) > 2 else pd.Series(dtype="str")
    if len(third) and third.str.startswith('{"ImportId"').all():
        return 3
    if family != "spreadsheet" or len(top) < 2 or merged == ():
        return 1
    upper, lower = top.iloc[0], top.iloc[1]
    texts = lower.notna().all() and not lower.str.match(r"^[0-9.,:/ -]+$").any() and not lower.duplicated().any()
    return 2 if texts and upper.isna().any() and upper.isna().sum() >= (1 if merged else 2) else 1


def _joined(head: pd.DataFrame, merged: tuple[tuple[int, int, int], ...] | None) -> list[str]:
    """Return ``upper | lower`` for two header rows; a merged upper cell counts for every column it spans.

    Where the format does not tell which cells are merged, an upper cell counts until the next one.

    Examples
    --------
    >>> head = pd.DataFrame([["Wie", "", ""], ["naam", "plaats", "cijfer"]], index=[1, 2])
    >>> _joined(head, ((1, 0, 1),)), _joined(head, None)[2]
    (['Wie | naam', 'Wie | plaats', 'cijfer'], 'Wie | cijfer')
    """
    upper = head.iloc[0].copy() if merged is not None else head.iloc[0].replace("", None).ffill().fillna("")
    for row, first, last in merged or ():
        if row == head.index[0]:
            upper.iloc[first : last + 1] = str(head.iloc[0, first])
    return [
        low if not up or key(up) == key(low) else f"{up} | {low}" if low else up
        for up, low in zip(upper, head.iloc[1], strict=True)
    ]


def _unlike(titles: list[str]) -> list[str]:
    """Return headers no two of which are alike: ``[2]`` behind the second, ``column 3`` for the third if empty.

    Examples
    --------
    >>> _unlike(["Vraag", "vraag", ""])
    ['Vraag', 'vraag [2]', 'column 3']
    """
    named = [title or f"column {at}" for at, title in enumerate(titles, 1)]
    nth = pd.Series([key(name) for name in named]).groupby([key(name) for name in named]).cumcount() + 1
    return [name if n == 1 else f"{name} [{n}]" for name, n in zip(named, nth, strict=True)]


def _without_anonymised_dates(table: pd.DataFrame) -> pd.DataFrame:
    """Blank 1980-01-01, which LimeSurvey writes where answers are anonymised: there was a date, it is not known."""
    blanked = {}
    for name in table.columns:
        at, texts = distinct(table[name])
        anonymised = np.array([text.startswith("1980-01-01") for text in texts], dtype=bool)
        if anonymised.any():
            blanked[name] = table[name].mask(np.append(anonymised, False)[at])
    return table.assign(**blanked)
