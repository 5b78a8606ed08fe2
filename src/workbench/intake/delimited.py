"""Read delimited text: any delimiter, encoding, quoting, and rows that do not fit the header."""

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake import bounds, cutting, headers, subtotals
from workbench.intake.findings import Finding, times
from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import BLANKS, distinct

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 1_000_000
_BLOCK = 1 << 24
_NARROW = 4
_ENOUGH = 1000  # rows that tell what the cells of a column are like
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # no letters in Windows-1252
# Random bytes have one in ten of these; a text has hardly any.
_NO_LETTERS = {*map(chr, range(32)), "\x7f", "\ufffd"} - set("\0\t\n\v\f\r\x1a")
_START, _FEW, _MOST_ODD = 1 << 13, 4, 0.05


def read(raw: bytes, file: str, settings: Mapping[str, str]) -> Rows:
    """Read delimited text into rows of text.

    A row that is shorter than the header is filled up, as Excel drops empty cells at the end; a longer one is cut if
    what sticks out is empty. Any other row that does not fit is set apart, never guessed at.

    Raises
    ------
    Unreadable
        Where hardly any row fits one header, or the bytes are no text at all.
    """
    text, strange = _as_utf8(raw, settings.get("encoding", ""))
    if _is_no_text(text, settings.get("delimiter", "")):
        raise Unreadable("The file is damaged or no table: what it holds is no text.", "Ask for the delivery again.")
    stated, text, before = _without_preamble(text)
    sample = _sample(text)
    delimiter = {"tab": "\t", "\\t": "\t"}.get(settings.get("delimiter", ""), settings.get("delimiter", ""))
    delimiter = delimiter or stated or _delimiter(sample)
    header, skipped, rows_before = _header_in(sample, delimiter)
    if not any(name.strip() for name in header):
        raise Unreadable("The file holds no header and no records.", "Ask for the delivery again.")
    if len(header) > bounds.MOST_COLUMNS:
        raise Unreadable(
            f"The table has {len(header)} columns, more than any questionnaire.", "Deliver the columns that matter."
        )
    text, before = text[skipped:], before + rows_before
    if headers.lacks_name_of_rows(_rows(sample, delimiter, 40)[rows_before:]):
        header, text = ["", *header], delimiter.encode() + text

    broken = cutting.may_break_lines(text)
    table, misfits = cutting.cut(text, delimiter, len(header), _rows(sample, delimiter, _ENOUGH), broken)
    fitting = np.arange(1, len(table) + len(misfits) + 1)
    fitting = np.delete(fitting, [number - 1 for number, _ in misfits]) if misfits else fitting
    cells = table.set_axis(fitting + before, axis=0)
    last = len(table) + len(misfits) if not text.endswith((b"\n", b"\r")) else 0
    mended, apart = _mend(misfits, delimiter, len(header), last, before)
    if len(apart) > max(3, len(cells)):
        raise Unreadable(
            f"Hardly any row fits the header of {len(header)} columns.",
            "Save it again as CSV with one header row and text in quotes, or state the delimiter in deliveries.csv.",
        )
    findings = _strange_findings(file, strange) + _apart_findings(file, apart)
    if broken and text.count(b"\n") > len(table) + len(misfits):  # some cell holds a line break
        findings += _swallowed(cells, file, delimiter)
    if mended:
        filled = pd.DataFrame.from_dict(mended, "index", columns=cells.columns, dtype="str")
        cells = pd.concat([cells.astype("str"), filled.where(~filled.isin(BLANKS))]).sort_index()
    if records := [row for row in mended if row != before + 1]:
        findings.append(_mended_finding(file, records))
    comma = settings.get("decimal", "") or ("," if delimiter == ";" else "")
    return Rows(cells=cells, apart=tuple(apart), decimal=comma, findings=tuple(findings))


def _as_utf8(raw: bytes, encoding: str) -> tuple[bytes, int]:
    """Return a text as UTF-8, and how many bytes were left out because they are no letter in its encoding."""
    if encoding:
        return raw.decode(encoding, errors="replace").removeprefix("\ufeff").encode(), 0
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(name, errors="replace").encode(), 0
    even, odd = raw[:1000:2].count(0), raw[1:1000:2].count(0)
    if even + odd > len(raw[:1000]) / 5:
        return raw.decode("utf-16-le" if odd > even else "utf-16-be", errors="replace").encode(), 0
    raw = raw.replace(b"\0", b"") if b"\0" in raw else raw
    if raw.isascii() or _is_utf8(raw):
        return raw, 0
    try:
        return raw.decode("cp1252").encode(), 0
    except UnicodeDecodeError:  # the rest stays Windows-1252: its euro signs and quotes are no Latin-1
        kept = raw.translate(None, _UNDEFINED)
        return kept.decode("cp1252").encode(), len(raw) - len(kept)


def _is_no_text(text: bytes, delimiter: str) -> bool:
    r"""Say whether so many of the first letters are control characters or unreadable that nobody wrote them.

    Examples
    --------
    >>> _is_no_text(b"naam;cijfer\r\nDe Linde;7\x0b8\x1a", ""), _is_no_text(bytes(range(1, 128)) * 2, "")
    (False, True)
    """
    start = text[:_START].decode(errors="ignore")
    odd = sum(letter in _NO_LETTERS for letter in start if letter != delimiter)
    return odd > max(_FEW, _MOST_ODD * len(start))


def _strange_findings(file: str, count: int) -> list[Finding]:
    if not count:
        return []
    message = f"{times(count, 'byte is no letter', 'bytes are no letters')} in Windows-1252, as the rest is; left out."
    remedy = "Look whether a name or an answer lost a letter, or ask for it as UTF-8."
    return [Finding(file, "warning", message, remedy)]


def _is_utf8(raw: bytes) -> bool:
    """Say whether bytes are UTF-8, a part at a time: the text as a whole would take as much memory again."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(raw)
    try:
        for start in range(0, len(raw), _BLOCK):
            decoder.decode(view[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_preamble(text: bytes) -> tuple[str, bytes, int]:
    """Return the delimiter a first line ``sep=;`` tells Excel, the text from the header on, and the lines before."""
    stated, before = "", 0
    while True:
        line, end, _ = text[:200].partition(b"\n")
        if line.lower().startswith(b"sep=") and len(line.strip()) == 5:
            stated = line[4:5].decode()
        elif line.strip() or not end:
            return stated, text, before
        text, before = text[len(line) + 1 :], before + 1


def _sample(text: bytes) -> str:
    sample = text[:_SAMPLE].decode(errors="ignore")
    return sample if len(text) <= _SAMPLE else sample[: sample.rfind("\n")]


def _delimiter(sample: str) -> str:
    """Return the delimiter that cuts most rows of the sample into equally many cells."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in _rows(sample, delimiter, 100) if row]
        usual, times_seen = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (times_seen / len(widths) if usual > 1 else 0.0), usual

    best = max(DELIMITERS, key=fit)
    return best if fit(best)[1] > 1 else ";"


def _rows(sample: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the first rows; what is no table of text (an endless cell) is refused."""
    try:
        return list(itertools.islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), most))
    except csv.Error:
        raise Unreadable(
            "The file cannot be cut into rows: a quote is opened and never closed, or it is no table.",
            "Ask for the delivery again.",
        ) from None


def _header_in(sample: str, delimiter: str) -> tuple[list[str], int, int]:
    """Return the header, and how many bytes and rows of titles and dates stand above it."""
    rows = _rows(sample, delimiter, 40)
    usual = Counter(len(row) for row in _rows(sample, delimiter, 200) if row).most_common(1)
    width = usual[0][0] if usual else 0
    wide = max((at for at, row in enumerate(rows[:30]) if len(row) == width and _are_names(row)), default=-1)
    filled = [
        [bool(cell.strip()) for cell in row]
        if len(row) == width or (at > wide and _is_narrow_header(row, width))
        else []
        for at, row in enumerate(rows)
    ]
    start = headers.first_row(filled[:30])
    if not rows or not filled[start] or (start and sum(_is_number(cell) for cell in rows[start]) > width / 2):
        start = 0
    header = rows[start] if rows else []
    lacking = width - len(header)
    while lacking < 0 and not header[-1].strip():
        header, lacking = header[:-1], lacking + 1
    if lacking == 1 and headers.lacks_name_of_rows(rows[start:]):
        lacking = 0
    if lacking > 0 and not any(cell.strip() for row in rows[start + 1 :] for cell in row[len(header) :]):
        header = header + [""] * lacking  # the delimiters that close every record stand under no name
    if not start:
        return header, 0, 0
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    for _ in range(start):
        next(reader)
    lines = sample.splitlines(keepends=True)[: reader.line_num]
    return header, len("".join(lines).encode()), start


def _is_narrow_header(row: list[str], width: int) -> bool:
    """Say whether a row that is not as wide as most is a header all the same: names, each another, none lacking.

    Records may end in a delimiter that the header lacks, and Excel drops empty cells at the end of records.

    Examples
    --------
    >>> _is_narrow_header(["nr", "aanbieder", "cijfer"], 4), _is_narrow_header(["1", "De Linde", "8"], 4)
    (True, False)
    >>> _is_narrow_header(["Gemaakt op", "1 maart 2026"], 4)
    False
    """
    names = [cell.strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    return len(names) >= max(3, 0.6 * width) and _are_names(names)


def _are_names(row: list[str]) -> bool:
    """Say whether the cells of a row can be the names of columns: each another, none empty or a number."""
    names = {cell.strip().casefold() for cell in row}
    return len(names) == len(row) and all(names) and not any(_is_number(name) for name in names)


def _is_number(text: str) -> bool:
    return text.strip().replace(",", "").replace(".", "").isdigit()


def _mend(
    misfits: list[tuple[int, str]], delimiter: str, width: int, last: int, before: int
) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Return the misfits that can be made to fit without a guess, and the rows of those that cannot, each with why."""
    mended: dict[int, list[str]] = {}
    apart: dict[int, str] = {}
    shortest = width
    for number, text in misfits:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        cells = rows[0] if len(rows) == 1 else []
        if text.count('"') % 2:
            apart[number + before] = "quote"
        elif number == last and len(cells) < shortest and not subtotals.is_summary(cells):
            apart[number + before] = "cut"
        elif len(cells) < width:
            shortest = min(shortest, len(cells))
            mended[number + before] = cells + [""] * (width - len(cells))
        elif not any(cell.strip() for cell in cells[width:]):
            mended[number + before] = cells[:width]
        else:
            apart[number + before] = "long"
    return mended, apart


def _apart_findings(file: str, apart: Mapping[int, str]) -> list[Finding]:
    what = {
        "quote": ("with a quote that is opened and not closed", "Close the quote, or double a quote within a text."),
        "cut": ("cut off at the end of the file", "Ask for the delivery again."),
        "long": ("with more cells than the header", "Put text that holds the delimiter or a line break in quotes."),
    }
    findings = []
    for why, (described, remedy) in what.items():
        rows = [row for row, each in apart.items() if each == why]
        if rows:
            message = f"{times(len(rows), 'row', 'rows')} {described}; not used."
            findings.append(Finding(file, "error", message, remedy, row=min(rows)))
    return findings


def _swallowed(cells: pd.DataFrame, file: str, delimiter: str) -> list[Finding]:
    """Return a finding where a quote that is opened and not closed made one cell of several rows.

    Such a cell holds, for each line break, as many delimiters as a row; in a narrow table a sentence may do so too.
    """
    per_row = cells.shape[1] - 1
    if per_row < _NARROW:
        return []
    found: list[int] = []
    for name in cells.columns:
        at, texts = distinct(cells[name])
        values = pa.array(pd.Series(texts, dtype="str"), type=pa.large_string(), from_pandas=True)
        broken = pc.match_substring(values, "\n")
        if pc.any(broken).as_py():
            breaks = pc.multiply(pc.count_substring(values, "\n"), per_row)
            whole = pc.equal(pc.count_substring(values, delimiter), breaks)
            both = pc.and_(broken, whole).to_numpy(zero_copy_only=False)
            found += cells.index[np.append(both, False)[at]].tolist()
    if not found:
        return []
    message = f"{times(len(set(found)), 'row has a cell', 'rows have a cell')} that looks like whole rows."
    remedy = "A quote is opened and not closed there, and rows after it are lost: close it and deliver again."
    return [Finding(file, "error", message, remedy, row=min(found))]


def _mended_finding(file: str, mended: Collection[int]) -> Finding:
    return Finding(
        file,
        "warning",
        f"{times(len(mended), 'row has', 'rows have')} fewer cells than the header, or empty ones too many; "
        "the cells that lack are taken as empty.",
        "Look at the last columns of these rows.",
        row=min(mended),
    )
