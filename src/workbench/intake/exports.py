"""One export, whatever wrote it, as one table of text with one row per record.

The reader is recognised by what the file holds, not by its name. A missing cell is missing; so is what export programs
write in an empty cell (``NA``, ``#N/B`` and the like, see `values.BLANKS`). Rows without any content are no records.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from workbench.intake import delimited, forms, group_headings, headers, identifying, labelled, spreadsheet, subtotals
from workbench.intake.findings import Finding
from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import distinct, fold, only_used, per_value, without_tags

_FEWEST_ALIKE, _LOOKED_AT = 2, 1000
_TOP = 40  # rows among which the header is
_FEWEST_COLUMNS, _MOST = 3, 0.8  # of a table that stood in one column
# What Qualtrics says of a record that no respondent made, where it exports numbers.
_STATUS = {"1": "Survey Preview", "2": "Survey Test", "8": "Spam", "9": "Spam", "12": "Spam", "17": "Survey Preview"}
_OLD_STATA = (b"\x71", b"\x72", b"\x73")


@dataclass(frozen=True)
class Export:
    """One delivery as text.

    `table`: one row per record, the index is the row as a person sees it, the columns are the headers as delivered,
    white space folded, a repeated header with ``[2]``. `apart`: rows that could not be read. `summary`: rows at the end
    that add up the others. `wording`: the question behind a header, and `codes`: the code behind each label of a
    header, where the export has them; `meanings`: the label behind each code, where its structure is beside it.
    `spread`: it came with one row per answer (`per_answer`); `of_nobody`: rows of answers without a respondent.
    `sheets`: all sheets of a workbook with the header of the one that was read, where there are more.
    """

    table: pd.DataFrame
    reader: str
    decimal: str = ""
    apart: tuple[int, ...] = ()
    summary: tuple[int, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sheets: tuple[str, ...] = ()
    spread: bool = False
    of_nobody: tuple[int, ...] = ()


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
    if family in ("spss", "stata"):
        rows = labelled.read(raw, family, settings)
    elif family == "spreadsheet":
        rows = spreadsheet.read(raw, file, settings)
    else:
        rows = delimited.read(raw, file, settings)
    if not rows.names and rows.cells.shape[1] == 1:
        rows, family = _taken_apart(rows, family, file, settings)
    return _with_header(rows, family, file, settings)


def _taken_apart(rows: Rows, family: str, file: str, settings: Mapping[str, str]) -> tuple[Rows, str]:
    """Return a table of which every row stands in one cell cut into its columns; any other table as it is.

    So it looks when text with commas is opened in a Dutch Excel and saved again.
    """
    texts = rows.cells.iloc[:, 0].astype("str").fillna("")
    written = texts[texts != ""]
    marked = [any(mark in text for mark in delimited.DELIMITERS) for text in written.iloc[:20]]
    if len(written) < 2 or sum(marked) < _MOST * len(marked):
        return rows, family
    unstated = {name: value for name, value in settings.items() if name not in ("encoding", "delimiter")}
    try:
        apart = delimited.read("\n".join(texts).encode(), file, unstated)
    except Unreadable:
        return rows, family
    if apart.cells.shape[1] < _FEWEST_COLUMNS or len(apart.apart) > len(apart.cells) / 2:
        return rows, family
    message = "Every row of the table stood in one cell; the cells were cut at their delimiters."
    note = Finding(file, "note", message, "Check that the columns are right; next time ask for the original export.")
    return replace(apart, findings=(*rows.findings, note, *apart.findings)), "delimited"


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
    if raw.startswith(b"<stata_dta>") or (raw[:1] in _OLD_STATA and raw[1:2] in (b"\x01", b"\x02")):
        return "stata"
    if b"<limesurveydoctype>" in start:
        raise Unreadable(
            "The file is the structure of a LimeSurvey questionnaire, not its answers.",
            "Leave it where it is: the draft reads question texts from it. Ask for the answers as CSV.",
        )
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


def _with_header(rows: Rows, family: str, file: str, settings: Mapping[str, str]) -> Export:
    """Separate header from records, and name what wrote the export."""
    filled = np.zeros(len(rows.cells), dtype=bool)
    for name in rows.cells.columns:
        filled |= rows.cells[name].notna().to_numpy()
        if filled.all():
            break
    cells = rows.cells if filled.all() else rows.cells.iloc[np.flatnonzero(filled)]
    wording, reader = dict(rows.wording), settings.get("reader") or family
    if rows.names:
        names, body = [fold(name) for name in rows.names], cells
    else:
        if cells.empty:
            raise Unreadable("The file holds no header and no records.", "Ask for the delivery again.")
        top = cells.iloc[:_TOP]
        texts = pd.DataFrame(top.to_numpy(dtype=object), top.index, top.columns, dtype="str")  # at once: quicker
        header = headers.find(texts, rows.merged, family, settings)
        head = texts.iloc[header.start : header.start + header.count].fillna("").map(fold)
        if len(head) < header.count:
            raise Unreadable(
                f"The table has fewer rows than its header should have ({header.count}).",
                "Correct header_rows in deliveries.csv, or ask for the delivery again.",
            )
        body = cells.iloc[header.start + header.count + header.units :]
        names, further = headers.titles(head, header, rows.merged)
        wording, reader = wording | further, header.family
    if headers.lies_on_its_side(names, [fold(text) for text in body.iloc[:200, 0].dropna().astype("str")]):
        raise Unreadable(
            "The table lies on its side: questions stand below one another, and each respondent is a column.",
            "Turn it (in Excel: copy, paste special, transpose) and deliver it again.",
        )
    findings = rows.findings
    if not rows.names and header.count == 1 and reader not in headers.SURVEY_PROGRAMS:
        no_header = _no_header(names, body, file)
        findings += no_header
        names = [""] * len(names) if no_header else names  # what the first record says is no name of a column
    if not rows.names:
        findings += _about_header(header, file)
    harmless = [identifying.harmless(name) for name in names]
    named = headers.unlike(harmless)
    findings += _masked(names, harmless, named, file)
    if reader == "limesurvey":
        wording |= {name: told for name in named if (told := without_tags(headers.question_in(name))) != name}
    body = body.set_axis(named, axis=1)
    unnamed = [name for name, title in zip(named, names, strict=True) if not title and body[name].isna().all()]
    beside = named[-1:] if rows.joined else []  # the name of the sheet
    parts = body[beside[0]] if beside else None
    body, summary, added_up = subtotals.set_apart(body.drop(columns=[*unnamed, *beside]), file, parts)
    body = body if parts is None else pd.concat([body, parts.loc[body.index]], axis=1)
    body, grouped = group_headings.carried_down(body, file)
    findings += added_up + grouped
    with ThreadPoolExecutor(max_workers=2) as both:  # the header is no answer
        body = body.assign(**dict(zip(body.columns, both.map(only_used, [body[name] for name in body]), strict=True)))
    if reader == "limesurvey":
        body = _without_anonymised_dates(body)
    if reader == "qualtrics" and "Status" in body:
        body = body.assign(Status=per_value(body["Status"], lambda code: _STATUS.get(code, code), "category"))
    if reader in ("msforms", "googleforms"):
        body = forms.split_choices(body, comma=reader == "googleforms")
    return Export(
        body, reader, rows.decimal, rows.apart, summary, wording, rows.codes, findings=findings, sheets=rows.sheets
    )


def _masked(names: Sequence[str], harmless: Sequence[str], named: Sequence[str], file: str) -> tuple[Finding, ...]:
    """Return a finding for each column in whose name a person stood, or a number or an address of one."""
    message = "The header of column {} contains a name, number or e-mail address of a person; it was masked."
    remedy = "Rename the column and deliver again."
    return tuple(
        Finding(file, "error", message.format(at), remedy, shown)
        for at, (name, masked, shown) in enumerate(zip(names, harmless, named, strict=True), 1)
        if masked != name
    )


def _about_header(header: headers.Header, file: str) -> tuple[Finding, ...]:
    """Return what to say of rows of the header that could have been records, and are not read as such."""
    found = []
    if header.told >= 0:
        what = "texts of the questions" if header.told else "codes of the questions above it"
        found.append((f"The second row was taken for the {what}.", 1))
    if header.units:
        message = "The row below the header says in what the columns are written (units, formats); it is no record."
        found.append((message, header.count))
    remedy = "If it is a record, write {} in deliveries.csv, column header_rows."
    return tuple(Finding(file, "note", message, remedy.format(rows)) for message, rows in found)


def _no_header(names: Sequence[str], body: pd.DataFrame, file: str) -> tuple[Finding, ...]:
    """Return a finding where the first row says what records say too: it is one of them, and there is no header.

    An option that was ticked repeats its header, and nothing else stands in its column.
    """
    first = body.iloc[:_LOOKED_AT]
    found = [distinct(first[column]) for column in body.columns]
    said = [(at, [fold(text) for text in texts.tolist()]) for at, texts in found]
    if sum(name in texts for name, (_, texts) in zip(names, said, strict=True)) < _FEWEST_ALIKE:
        return ()
    same = [
        np.append([bool(name) and text == name for text in texts], False)[at]
        for name, (at, texts) in zip(names, said, strict=True)
    ]
    varied = np.array([set(texts) != {name} for name, (_, texts) in zip(names, said, strict=True)])
    alike = np.array(same, dtype=bool).reshape(len(names), len(first))
    again = alike.sum(axis=0) >= sum(map(bool, names))  # the header itself, once more
    if ((alike & ~again).any(axis=1) & varied).sum() < _FEWEST_ALIKE:
        return ()
    message = "The first row looks like a record: what stands in it stands in the rows below too."
    remedy = "Put a row with the names of the columns above it; the first record is not read now."
    return (Finding(file, "error", message, remedy, row=int(body.index[0]) - 1),)


def _without_anonymised_dates(table: pd.DataFrame) -> pd.DataFrame:
    """Blank 1980-01-01, which LimeSurvey writes where answers are anonymised: there was a date, it is not known."""
    blanked = {}
    for name in table.columns:
        at, texts = distinct(table[name])
        anonymised = np.array([text.startswith("1980-01-01") for text in texts], dtype=bool)
        if anonymised.any():
            blanked[name] = table[name].mask(np.append(anonymised, False)[at])
    return table.assign(**blanked)
