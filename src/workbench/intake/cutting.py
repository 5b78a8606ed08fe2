"""Delimited text cut into rows and cells: each different text of a column is held once, however often it is there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from pandas.api.extensions import ExtensionArray

from workbench.categories import mostly_differ
from workbench.intake.sheets import Unreadable
from workbench.intake.values import BLANKS

_CHUNK, _LONGEST_ROW = 1 << 22, 1 << 24
_FEWEST = 500  # rows that tell what the cells of a column are like
_TEXT = pa.large_string()
_ONCE_EACH = pa.dictionary(pa.int32(), _TEXT)
_LETTER = pa.binary(1)
_Misfits = list[tuple[int, str]]


def may_break_lines(text: bytes) -> bool:
    r"""Say whether a cell may hold a line break: only between quotes, and most tables have those in their header only.

    Examples
    --------
    >>> may_break_lines(b'"a";"b"\n1;2'), may_break_lines(b'a;b\n1;"x\ny"')
    (False, True)
    """
    first = text.find(b"\n") + 1
    return text.find(b'"', first) >= 0 or text[:first].count(b'"') % 2 == 1


def cut(
    text: bytes, delimiter: str, width: int, sample: Sequence[Sequence[str]], broken: bool
) -> tuple[pd.DataFrame, _Misfits]:
    r"""Return the rows that fit, header included, and the others as (row, text). Empty lines are rows without cells.

    Parameters
    ----------
    text : bytes
        UTF-8, the header first.
    delimiter : str
    width : int
        How many cells a row has.
    sample : sequence of rows
        The first rows, cut already: they tell how to hold the cells of a column, never what these are.
    broken : bool
        Whether a cell may hold a line break (`may_break_lines`); such a text is cut with more care.

    Raises
    ------
    Unreadable
        Where a quote is opened and never closed.

    Examples
    --------
    >>> table, misfits = cut(b"a;b\n1;x\n1;y;z\n;2\n", ";", 2, [], broken=False)
    >>> table.astype("str").fillna("").values.tolist(), misfits
    ([['a', 'b'], ['1', 'x'], ['', '2']], [(3, '1;y;z')])
    """
    first = 0 if broken else text.find(b"\n") + 1  # the header is longer than a letter, whatever is below it
    head, body = pa.py_buffer(text).slice(0, first), pa.py_buffer(text).slice(first)
    short = _types(sample, width)
    types = [_ONCE_EACH if kind == _LETTER else kind for kind in short]
    for below, chunk in ((short if first else types, _CHUNK), (types, _CHUNK), (types, _LONGEST_ROW)):
        try:
            top, misfits = _cut(head, delimiter, types, broken, chunk)
            rest, further = _cut(body, delimiter, below, broken, chunk)
            break
        except pa.ArrowInvalid:  # a cell of more than a letter after all, or a row that is longer than a chunk
            continue
    else:
        raise Unreadable(
            "The file cannot be cut into rows: a quote is opened and never closed, or the file is cut off.",
            "Ask for the delivery again.",
        )
    before = top.num_rows + len(misfits)
    with ThreadPoolExecutor(max_workers=2) as both:
        columns = dict(enumerate(both.map(_as_pandas, top.columns, rest.columns)))
    cells = pd.DataFrame(columns, index=pd.RangeIndex(top.num_rows + rest.num_rows), copy=False)
    return cells, [*misfits, *((before + row, line) for row, line in further)]


def _types(sample: Sequence[Sequence[str]], width: int) -> list[pa.DataType]:
    """Say of each column how its cells are held: as they are, each different text once, or as the letter they are.

    As they are where nearly every cell is another: numbers of people, moments, stories.
    """
    rows = [row for row in sample if len(row) == width]
    if len(rows) < _FEWEST:
        return [_ONCE_EACH] * width
    columns = zip(*rows, strict=True)
    return [_TEXT if mostly_differ(cells) else _LETTER if _are_letters(cells[1:]) else _ONCE_EACH for cells in columns]


def _are_letters(cells: Sequence[str]) -> bool:
    """Say whether cells hold one letter or digit each, most of them being filled."""
    letters = "".join(cells)
    return max(map(len, cells)) == 1 and letters.isascii() and len(letters) > len(cells) / 2


def _cut(
    text: pa.Buffer, delimiter: str, types: Sequence[pa.DataType], broken: bool, chunk: int
) -> tuple[pa.Table, _Misfits]:
    """Cut on all processors; where rows do not fit once more on one, which alone knows their numbers."""
    schema = pa.schema([(str(at), kind) for at, kind in enumerate(types)])
    misfits: _Misfits = []

    def set_apart(row: pa_csv.InvalidRow) -> str:
        misfits.append((row.number, row.text))
        return "skip"

    def once(threads: bool) -> pa.Table:
        return pa_csv.read_csv(
            pa.BufferReader(text),
            read_options=pa_csv.ReadOptions(column_names=schema.names, use_threads=threads, block_size=chunk),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=broken,
                ignore_empty_lines=False,
                invalid_row_handler=set_apart,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=schema,
                null_values=list(BLANKS),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )

    if not text.size:
        return schema.empty_table(), []
    table = once(threads=True)
    if misfits:
        misfits.clear()
        table = once(threads=False)
    return table, misfits


def _as_pandas(top: pa.ChunkedArray, rest: pa.ChunkedArray) -> ExtensionArray:
    """Return the header and the cells below it as texts, or as categories: each distinct text once."""
    below = [_spelled(rest)] if rest.type == _LETTER else rest.chunks
    column = pa.chunked_array([*top.chunks, *below], top.type)
    if not pa.types.is_dictionary(column.type):
        return _as_texts(column)
    whole = column.unify_dictionaries().combine_chunks()
    at = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    small = at.astype(np.int8) if len(whole.dictionary) < 127 else at
    return pd.Categorical.from_codes(small, pd.Index(_as_texts(whole.dictionary)), validate=False)


def _spelled(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return letters as texts, each different one once."""
    numbers = pa.concat_arrays([chunk.view(pa.uint8()) for chunk in column.chunks]).dictionary_encode()
    texts = pa.array([chr(number) for number in numbers.dictionary.to_pylist()], _TEXT)
    return pa.DictionaryArray.from_arrays(numbers.indices, texts, safe=False)


def _as_texts(column: pa.Array | pa.ChunkedArray) -> ExtensionArray:
    return pd.Series(column, dtype=pd.ArrowDtype(pa.large_string())).astype("str").array
