"""Delimited text cut into rows and cells: each different text of a column is held once, however often it is there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from pandas.api.extensions import ExtensionArray

from workbench.categories import mostly_differ
from workbench.intake import short_cells
from workbench.intake.sheets import Unreadable
from workbench.intake.values import BLANKS

_CHUNK, _LONGEST_ROW = 1 << 22, 1 << 24
_TEXT = pa.large_string()
_ONCE_EACH = pa.dictionary(pa.int32(), _TEXT)
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
    types = _types(sample, width)
    short = short_cells.read(text, first, delimiter, width, sample) if first else {}
    others = [at for at in range(width) if at not in short]
    for chunk in (_CHUNK, _LONGEST_ROW):
        try:
            top, misfits = _cut(head, delimiter, types, broken, chunk)
            rest, further = _cut(body, delimiter, types, broken, chunk, others, quoted=not first)
            break
        except pa.ArrowInvalid:  # a row that is longer than a chunk
            continue
    else:
        raise Unreadable(
            "The file cannot be cut into rows: a quote is opened and never closed, or the file is cut off.",
            "Ask for the delivery again.",
        )
    before = top.num_rows + len(misfits)
    parts = dict(zip(others, rest.columns, strict=True))

    def held(at: int) -> ExtensionArray:
        above = top.column(at)
        if at not in short:
            return _as_pandas(above, parts[at])
        cells = np.concatenate(short.pop(at))
        if types[at] == _ONCE_EACH:
            return short_cells.spelled(above.to_pylist(), cells, delimiter)
        return _as_texts(pa.chunked_array([*above.chunks, short_cells.as_texts(cells)]))

    with ThreadPoolExecutor(max_workers=2) as both:
        columns = dict(enumerate(both.map(held, range(width))))
    return pd.DataFrame(columns, copy=False), [*misfits, *((before + row, line) for row, line in further)]


def _types(sample: Sequence[Sequence[str]], width: int) -> list[pa.DataType]:
    """Say of each column how its cells are held: each different text once, or as they are.

    As they are where nearly every cell is another: numbers of people, moments, stories.
    """
    rows = [row for row in sample if len(row) == width]
    if len(rows) < short_cells.FEWEST:
        return [_ONCE_EACH] * width
    return [_TEXT if mostly_differ(cells) else _ONCE_EACH for cells in zip(*rows, strict=True)]


def _cut(
    text: pa.Buffer,
    delimiter: str,
    types: Sequence[pa.DataType],
    broken: bool,
    chunk: int,
    columns: Sequence[int] | None = None,
    quoted: bool = True,
) -> tuple[pa.Table, _Misfits]:
    """Cut on all processors; where rows do not fit once more on one, which alone knows their numbers.

    Only some `columns` are kept, where they are named.
    """
    schema = pa.schema([(str(at), kind) for at, kind in enumerate(types)])
    wanted = schema.names if columns is None else [str(at) for at in columns]
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
                quote_char='"' if quoted else False,
                newlines_in_values=broken,
                ignore_empty_lines=False,
                invalid_row_handler=set_apart,
            ),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,  # it is
                column_types=schema,
                include_columns=wanted,
                null_values=list(BLANKS),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )

    if not text.size or not wanted:
        return schema.empty_table().select(wanted), []
    table = once(threads=True)
    if misfits:
        misfits.clear()
        table = once(threads=False)
    return table, misfits


def _as_pandas(top: pa.ChunkedArray, rest: pa.ChunkedArray) -> ExtensionArray:
    """Return the header and the cells below it as texts, or as categories: each distinct text once."""
    column = pa.chunked_array([*top.chunks, *rest.chunks], top.type)
    if not pa.types.is_dictionary(column.type):
        return _as_texts(column)
    whole = column.unify_dictionaries().combine_chunks()
    at = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    small = at.astype(np.int8) if len(whole.dictionary) < 127 else at
    return pd.Categorical.from_codes(small, pd.Index(_as_texts(whole.dictionary)), validate=False)


def _as_texts(column: pa.Array | pa.ChunkedArray) -> ExtensionArray:
    return pd.Series(column, dtype=pd.ArrowDtype(pa.large_string())).astype("str").array
