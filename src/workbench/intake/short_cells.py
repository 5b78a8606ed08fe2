"""Cells of a few letters, which most of a table consists of, read as the bytes that they are.

A reader that is ready for anything looks at every letter of every cell. Where no text is quoted, a cell is what stands
between two delimiters: one pass finds those. A cell of at most eight bytes is one number, a longer one a row of bytes.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.categories import looked_up
from workbench.intake.values import BLANKS

FEWEST = 500  # rows that tell what the cells of a column are like
_LETTER, _NUMBER, _LONGEST = 1, 8, 64  # bytes
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_NUMBER + 1)], dtype=np.uint64)
_FIRST, _NONE = 10_000, 255
_BLOCK = 1 << 20  # near the processor; with smaller ones threads wait for each other
_LINE, _RETURN = ord("\n"), ord("\r")
_ENDS = ("\n", "\r")
Read = dict[int, list[np.ndarray]]


def read(text: bytes, first: int, delimiter: str, width: int, sample: Sequence[Sequence[str]]) -> Read:
    r"""Return of each column with short cells only the bytes of every cell, followed by zeros, in pieces to be joined.

    Of an empty cell they are zeros or, in a column of letters, the byte that ends it. Nothing is returned where some
    line holds more or fewer cells, the last one does not end, or a carriage return or a zero stands within one.

    Parameters
    ----------
    text : bytes
        UTF-8 without quotes from `first` on, where the records begin.
    first : int
    delimiter : str
    width : int
        How many cells a row has.
    sample : sequence of rows
        The first rows, cut already: they tell which cells are short, in most cases.

    Examples
    --------
    >>> text, sample = b"past;naam\n4;Huis De Linde\n;Het Anker\n", [["4", "Huis De Linde"]] * 600
    >>> read(text, 10, ";", 2, sample)
    {0: [array([52, 59], dtype=uint8)], 1: [array([b'Huis De Linde', b'Het Anker'], dtype='|S16')]}
    """
    room = _room(sample, width)
    if max(room, default=0) == 0 or not delimiter.isascii() or not text.endswith(b"\n"):
        return {}
    letters, numbers, longer = (
        [at for at, size in enumerate(room) if least < size <= most]
        for least, most in ((0, _LETTER), (_LETTER, _NUMBER), (_NUMBER, _LONGEST))
    )
    kept = {
        size: np.tri(size + 1, size, -1, dtype=np.uint8) * np.uint8(255) for size in room
    }  # so many bytes of a cell
    lines = [first]
    while lines[-1] < len(text):
        begin = lines[-1]
        lines.append((text.rfind(b"\n", begin, begin + _BLOCK) + 1) or text.index(b"\n", begin) + 1)

    def of_block(begin: int, end: int) -> tuple[list[np.ndarray], np.ndarray] | None:
        piece = text[begin - 1 : end + _LONGEST].ljust(end - begin + 1 + _LONGEST, b"\0")  # from the end of a line on
        block = np.frombuffer(piece, np.uint8, end - begin + 1)
        is_end = block == _LINE
        edges = np.flatnonzero(is_end | (block == ord(delimiter)))  # one before and one behind each cell
        rows = len(edges) // width
        if len(edges) - 1 != rows * width or np.count_nonzero(is_end) != rows + 1 or not is_end[edges[::width]].all():
            return None
        before, sizes = edges[:-1].reshape(rows, width), (edges[1:] - edges[:-1]).reshape(rows, width)  # with an edge
        returned = block[edges[width::width] - 1] == _RETURN
        sizes[:, -1] -= returned
        if piece.count(b"\r", 1, len(block)) != np.count_nonzero(returned) or piece.find(b"\0", 0, len(block)) >= 0:
            return None

        def bytes_of(at: int | list[int], kind: str) -> np.ndarray:
            return np.ndarray(len(block), kind, piece, 1, strides=(1,))[before.T[at]]

        short = bytes_of(numbers, "<u8")
        short &= _FIRST_BYTES[np.minimum(sizes.T[numbers] - 1, _NUMBER)]
        long = [bytes_of(at, f"S{room[at]}") for at in longer]
        for at, cells in zip(longer, long, strict=True):
            written = cells.view(np.uint8).reshape(rows, -1)
            written &= kept[room[at]][np.minimum(sizes[:, at] - 1, room[at])]
        return [*bytes_of(letters, "u1"), *short, *long], sizes.max(axis=0) - 1

    with ThreadPoolExecutor(max_workers=2) as both:
        blocks = list(both.map(of_block, lines[:-1], lines[1:]))
    found = [block for block in blocks if block is not None]
    if not 0 < len(blocks) == len(found):
        return {}
    longest = np.max([sizes for _, sizes in found], axis=0)
    return {
        at: [cells[place] for cells, _ in found]
        for place, at in enumerate([*letters, *numbers, *longer])
        if longest[at] <= room[at]
    }


def _room(sample: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return for how many bytes of each column there should be room, by the records in a sample; 0 if for too many."""
    rows = [row for row in sample[1:] if len(row) == width]
    if len(rows) < FEWEST:
        return [0] * width
    longest = [max(len(cell.encode()) for cell in cells) for cells in zip(*rows, strict=True)]
    room = [size if size <= _LETTER else -(-size // _NUMBER) * _NUMBER for size in longest]
    return [max(size, _LETTER) if size <= _LONGEST else 0 for size in room]


def spelled(above: Sequence[str | None], cells: np.ndarray, delimiter: str) -> pd.Categorical:
    """Return what stands above short cells and those themselves as categories: those of the cells first.

    Examples
    --------
    >>> spelled(["past"], np.array([52, 59, 53, 52], dtype=np.uint8), ";").tolist()
    ['past', '4', nan, '5', '4']
    """
    places, found = _once_each(cells)
    titles = [text for text in above if text is not None]
    said = {text for text in found if text not in (delimiter, *_ENDS, *BLANKS)}
    place = {text: at for at, text in enumerate(dict.fromkeys([*(text for text in found if text in said), *titles]))}
    kind = np.int8 if len(place) < 127 else np.int32
    head = np.array([-1 if text is None else place[text] for text in above], dtype=kind)
    below = np.array([place[text] if text in said else -1 for text in found], dtype=kind)
    at = np.concatenate([head, looked_up(below, places)])
    return pd.Categorical.from_codes(at, pd.Index(list(place), dtype="str"), validate=False)


def _once_each(cells: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return for each cell the place of its text among the different ones, and those in the order they appear in."""
    if cells.dtype == np.uint8:
        found = list(dict.fromkeys(cells[:_FIRST].tobytes()))  # nearly always all of them, and then that is enough
        places = cells.tobytes().translate(bytes(found.index(each) if each in found else _NONE for each in range(256)))
        if _NONE not in places:
            return np.frombuffer(places, dtype=np.uint8), [chr(each) for each in found]
    if cells.dtype.kind == "u":
        given = pa.array(cells)
    else:
        kind = pa.binary(cells.itemsize)
        given = pa.FixedSizeBinaryArray.from_buffers(kind, len(cells), [None, pa.py_buffer(cells)])
    once = given.dictionary_encode()
    different = once.dictionary.to_numpy(zero_copy_only=False).astype(cells.dtype).view(f"S{cells.itemsize}")
    return once.indices.to_numpy(), [each.decode() for each in different.tolist()]


def as_texts(cells: np.ndarray) -> pa.Array:
    """Return short cells as the texts that they are, missing where nothing stands there.

    Examples
    --------
    >>> as_texts(np.array([b"Het Anker", b"", b"NA", b"De Linde"], dtype="S16")).to_pylist()
    ['Het Anker', None, None, 'De Linde']
    """
    letters = cells.view(np.uint8).reshape(len(cells), -1)
    sizes = np.strings.str_len(cells.view(f"S{cells.itemsize}"))
    ends = np.append(0, sizes).cumsum()
    written = letters[:, : sizes[0]].ravel() if (sizes == sizes[0]).all() else letters[letters != 0]
    texts = pa.LargeStringArray.from_buffers(len(cells), pa.py_buffer(ends), pa.py_buffer(written))
    blank = pc.is_in(texts, pa.array(BLANKS, type=texts.type))
    return pc.if_else(blank, None, texts) if pc.any(blank).as_py() else texts
