"""Cells of a few letters, which most of a table consists of, read as the numbers that their bytes are.

A reader that is ready for anything looks at every letter of every cell. Where no text is quoted, a cell is what stands
between two delimiters: one pass finds those, and a cell of at most eight bytes is one number.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.categories import looked_up
from workbench.intake.values import BLANKS

FEWEST = 500  # rows that tell what the cells of a column are like
_LETTER, _LONGEST = 1, 8  # bytes
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_LONGEST + 1)], dtype=np.uint64)
_BLOCK = 1 << 18  # stays in the processor's cache
_END = ord("\n")


def read(
    text: bytes, first: int, delimiter: str, width: int, columns: Sequence[int], sample: Sequence[Sequence[str]]
) -> dict[int, np.ndarray]:
    r"""Return of each column with short cells only the bytes of every cell as a number.

    Of an empty cell it is 0 or, in a column of letters, the byte that ends it. The last column is never among them:
    rows may end in more than one way, which a reader of any text knows. Nothing is returned where some line holds more
    or fewer cells, or the last one does not end.

    Parameters
    ----------
    text : bytes
        UTF-8 without quotes from `first` on, where the records begin.
    first : int
    delimiter : str
    width : int
        How many cells a row has.
    columns : sequence of int
        Those that may be read so.
    sample : sequence of rows
        The first rows, cut already: they tell which cells are short, in most cases.

    Examples
    --------
    >>> text, sample = b"past;naam\n4;Huis De Linde\n;Het Anker\n", [["4", "Huis De Linde"]] * 600
    >>> read(text, 10, ";", 2, [0, 1], sample)
    {0: array([52, 59], dtype=uint8)}
    """
    longest = _longest(sample, width)
    last = width - 1
    letters = [at for at in columns if at < last and longest[at] <= _LETTER]
    others = [at for at in columns if at < last and _LETTER < longest[at] <= _LONGEST]
    if not letters + others or not delimiter.isascii() or not text.endswith(b"\n"):
        return {}
    lines = [first]
    while lines[-1] < len(text):
        begin = lines[-1]
        lines.append((text.rfind(b"\n", begin, begin + _BLOCK) + 1) or text.index(b"\n", begin) + 1)

    def of_block(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        piece = text[begin - 1 : end + _LONGEST].ljust(end - begin + 1 + _LONGEST, b"\0")  # from the end of a line on
        block = np.frombuffer(piece, np.uint8, end - begin + 1)
        is_end = block == _END
        edges = np.flatnonzero(is_end | (block == ord(delimiter)))  # one before and one behind each cell
        rows = len(edges) // width
        if len(edges) - 1 != rows * width or np.count_nonzero(is_end) != rows + 1 or not is_end[edges[::width]].all():
            return None
        before, sizes = edges[:-1].reshape(rows, width), (edges[1:] - edges[:-1]).reshape(rows, width)  # with an edge
        each, eight = (np.ndarray(len(block), kind, piece, 1, strides=(1,)) for kind in ("u1", "<u8"))
        numbers = eight[before.T[others]]
        numbers &= _FIRST_BYTES[np.minimum(sizes.T[others] - 1, _LONGEST)]
        return each[edges[:-1]].reshape(rows, width).T[letters], numbers, sizes.max(axis=0) - 1

    with ThreadPoolExecutor(max_workers=2) as both:
        blocks = list(both.map(of_block, lines[:-1], lines[1:]))
    found = [block for block in blocks if block is not None]
    if not 0 < len(blocks) == len(found):
        return {}
    longest = np.max([sizes for _, _, sizes in found], axis=0)
    read = dict(zip(letters, np.concatenate([each for each, _, _ in found], axis=1), strict=True))
    read |= dict(zip(others, np.concatenate([each for _, each, _ in found], axis=1), strict=True))
    return {at: cells for at, cells in read.items() if longest[at] <= cells.itemsize}


def _longest(sample: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return how many bytes the longest cell of each column has, of the records in a sample; many if it is small."""
    rows = [row for row in sample[1:] if len(row) == width]
    if len(rows) < FEWEST:
        return [_LONGEST + 1] * width
    return [max(len(cell.encode()) for cell in cells) for cells in zip(*rows, strict=True)]


def spelled(above: Sequence[str | None], cells: np.ndarray, delimiter: str) -> pd.Categorical:
    """Return what stands above short cells and those themselves as categories, in the order in which they appear.

    Examples
    --------
    >>> spelled(["past"], np.array([52, 59, 53, 52], dtype=np.uint8), ";").tolist()
    ['past', '4', nan, '5', '4']
    """
    once = pa.array(cells).dictionary_encode()
    found = [number.to_bytes(_LONGEST, "little").rstrip(b"\0").decode() for number in once.dictionary.to_pylist()]
    titles = [text for text in above if text is not None]
    said = {text for text in found if text not in (delimiter, *BLANKS)}
    place = {text: at for at, text in enumerate(dict.fromkeys([*titles, *(text for text in found if text in said)]))}
    kind = np.int8 if len(place) < 127 else np.int32
    head = np.array([-1 if text is None else place[text] for text in above], dtype=kind)
    below = np.array([place[text] if text in said else -1 for text in found], dtype=kind)
    at = np.concatenate([head, looked_up(below, once.indices.to_numpy())])
    return pd.Categorical.from_codes(at, pd.Index(list(place), dtype="str"), validate=False)
