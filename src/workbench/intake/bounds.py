"""How much a delivery may hold: what is larger than any real one is refused before it fills the memory.

A spreadsheet of some kilobytes can unpack to gigabytes, or claim a last cell that makes readers set aside room for
billions of cells. The limits here are far above what people deliver and far below what a computer cannot bear.
"""

import io
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.intake.sheets import Unreadable

LARGEST_FILE = 4 << 30
LONGEST_LINE = 8 << 20
MOST_COLUMNS = 3000
MOST_CELLS = 50_000_000
LARGEST_UNPACKED = 1 << 30
MOST_PARTS = 2000
SECONDS = 120
_TRY = """
import io, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
except (ImportError, ValueError):
    pass
import python_calamine
book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
for name in book.sheet_names:
    book.get_sheet_by_name(name)
"""
_BLOCK = 1 << 22
_GLANCE = 1 << 18  # most lines are shorter, so that one look finds where the last one ends
_NO_TEXT = (b"PK", b"$FL", b"\xd0\xcf\x11\xe0", b"<stata_dta>", b"\x71", b"\x72", b"\x73")
_SMALLER = "Deliver the table alone, without other data, or in several files."

_ROW = re.compile(rb"row\b[^>]{0,300}?\br=\"([0-9]{1,10})\"")
_HIDDEN = re.compile(rb"<row\b[^>]{0,300}?\bhidden=\"(?:1|true)\"")
_FAR_COLUMN = re.compile(rb"r=\"([A-Z]{3,6})[0-9]+\"")
_FORMULA_WITHOUT_VALUE = re.compile(rb"<f\b(?:[^<]{0,2000}</f>|[^<>]{0,300}/>)(?:<v ?/>|<v></v>)?</c>")
_REPEATED = re.compile(rb"number-(rows|columns)-repeated=\"([0-9]{1,10})\"")


@dataclass(frozen=True)
class Contents:
    """What a look inside a workbook tells: formulas without a saved result, hidden rows, macros, outside links."""

    formulas_without_value: int = 0
    hidden_rows: int = 0
    macros: bool = False
    links: bool = False


def read(path: Path) -> bytes:
    """Return the bytes of a delivery.

    Raises
    ------
    Unreadable
        Where it may not be read, is larger than `LARGEST_FILE`, or is one endless line.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Unreadable(f"The file is larger than {LARGEST_FILE >> 30} GB.", _SMALLER)
        with path.open("rb") as file:
            _refuse_endless_line(file, size)
            file.seek(0)
            return file.read()
    except PermissionError:
        raise Unreadable("The file may not be read.", "Give yourself the right to read it, or copy it again.") from None
    except OSError as failure:
        raise Unreadable(f"The file cannot be read: {failure.strerror}.", "Copy it again.") from None


def _refuse_endless_line(file: BinaryIO, size: int) -> None:
    """Look where the lines of a text end: one of gigabytes is refused before it is held in memory."""
    if file.read(_GLANCE).startswith(_NO_TEXT):
        return
    begin = 0
    while begin + LONGEST_LINE <= size:
        end = _last_end(file, begin, begin + LONGEST_LINE)
        if end == begin:
            row = _lines(file, begin)
            what = "The first line is" if row == 1 else f"Line {row} is"
            raise Unreadable(
                f"{what} longer than {LONGEST_LINE >> 20} MB: this is no table of text.",
                "Ask for CSV, xlsx, ods or sav.",
            )
        begin = end


def _last_end(file: BinaryIO, begin: int, end: int) -> int:
    """Return where the last line that ends in a part of a text does so, looking from behind; `begin` if none does."""
    while end > begin:
        first = max(begin, end - _GLANCE)
        file.seek(first)
        block = file.read(end - first)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if last >= 0:
            return first + last + 1
        end = first
    return begin


def _lines(file: BinaryIO, end: int) -> int:
    """Return the number of the line that begins at a place in a text."""
    file.seek(0)
    row = 1
    while end > 0 and (block := file.read(min(_GLANCE, end))):
        row, end = row + (block.count(b"\n") or block.count(b"\r")), end - len(block)
    return row


def look_inside(raw: bytes) -> Contents:
    """Look at the parts of a zipped workbook (xlsx, xlsm, xlsb, ods) without building its table.

    Raises
    ------
    Unreadable
        Where it is damaged, or would unpack to more than the limits of this module.
    """
    formulas, hidden, macros, links = 0, 0, False, False
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Unreadable("The workbook unpacks to far more than a table: it is not opened.", _SMALLER)
            for part in parts:
                macros |= part.filename.endswith("vbaProject.bin")
                links |= part.filename.startswith("xl/externalLinks/")
                if re.match(r"xl/worksheets/[^/]*\.xml$|content\.xml$", part.filename):
                    without, rows = _look_at_sheet(archive, part)
                    formulas, hidden = formulas + without, hidden + rows
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("The workbook is damaged or cut off.", "Ask for the delivery again.") from None
    return Contents(formulas, hidden, macros, links)


def try_to_open(raw: bytes) -> None:
    """Open a binary workbook (xls, xlsb) in a process of its own, with bounded memory and time.

    What such a file claims cannot be read beforehand, and a reader that runs out of memory takes the whole run with it.

    Raises
    ------
    Unreadable
        Where it cannot be opened within `SECONDS`.
    """
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY], input=raw, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("The workbook takes too long to open.", "Save it as xlsx and deliver it again.") from None
    if b"Password" in tried.stderr:
        raise Unreadable("The workbook is protected with a password.", "Ask for it without a password.")
    if tried.returncode:
        raise Unreadable("The workbook is damaged or cut off.", "Ask for the delivery again, as xlsx.")


def _look_at_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Refuse a sheet that spans more than a table does; return its formulas without a saved result, and hidden rows."""
    formulas, hidden, last_row, width, repeated = 0, 0, 0, 1, 0
    with archive.open(part) as sheet:
        kept = b""
        while block := sheet.read(_BLOCK):
            text = kept + block
            rows = _ROW.findall(text)
            last_row = max(last_row, *map(int, rows)) if rows else last_row
            width = max([width, *(_column(name) for name in set(_FAR_COLUMN.findall(text)))])
            if part.filename == "content.xml":
                repeated = max([repeated, *(_area(each, text) for each in _REPEATED.finditer(text))])
            if width > MOST_COLUMNS or last_row * width > MOST_CELLS or repeated > MOST_CELLS:
                raise Unreadable("The sheet spans more rows and columns than any table has.", _SMALLER)
            formulas += len(_FORMULA_WITHOUT_VALUE.findall(text))
            hidden += len(_HIDDEN.findall(text)) - len(_HIDDEN.findall(kept))
            kept = text[-400:]
    return formulas, hidden


def _column(name: bytes) -> int:
    """Return the number of a column from its letters.

    Examples
    --------
    >>> _column(b"A"), _column(b"AAA"), _column(b"XFD")
    (1, 703, 16384)
    """
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _area(found: re.Match[bytes], text: bytes) -> int:
    """Return how many cells a repeated row or column with content stands for; empty ones cost nothing."""
    after = text[found.end() : found.end() + 2000]
    filled = b"<text:p" in after.partition(b"</table:table-row>" if found[1] == b"rows" else b"</table:table-cell>")[0]
    return int(found[2]) * (50 if found[1] == b"rows" else 1000) if filled else 0
