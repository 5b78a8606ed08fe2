"""Tables with a row per figure, of which no more is held than is asked for: of thousands of providers it is millions.

Such a table is stored sorted by what is looked for in it, a portion of the rows after the other. ``row`` is stored with
it, the place of each row in the table itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench import store

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS = 16_384  # of one portion
ROW = "row"


def write(folder: Path, name: str, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Write a table to ``<folder>/<name>.parquet``, sorted by some columns, so that a few rows are read quickly."""
    rows = table.assign(**{ROW: range(len(table))}).sort_values(list(columns), kind="stable", ignore_index=True)
    store.write_table(folder / f"{name}.parquet", rows, ROWS)


def read(
    folder: Path, name: str, some: Sequence[tuple[str, str]] = (), columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a table that `write` wrote, in its own order; column by column, so that nothing is held twice.

    Parameters
    ----------
    folder : Path
    name : str
    some : sequence of (column, value)
        Only rows with one of these; portions that hold none are not read.
    columns : sequence of str, optional
        Only these, in the order of the table.

    Returns
    -------
    DataFrame
        Texts are Python's own, each held once: a page picks a few rows hundreds of times.

    Raises
    ------
    NotThere
        With the command that makes it.
    """
    with _opened(folder, name) as file:
        there = list(file.schema_arrow.names)
        portions = [at for at in range(file.num_row_groups) if not some or _may_hold(file, at, some)]
        rows = sum(file.metadata.row_group(at).num_rows for at in portions)
        wanted = np.full(rows, not some)
        for column, value in some:
            wanted |= _values(file, portions, column) == value
        places = np.flatnonzero(wanted)
        if ROW in there:  # it is not where an earlier version wrote the table
            places = places[np.argsort(_values(file, portions, ROW)[places])]
        chosen = [column for column in there if column != ROW and (columns is None or column in columns)]
        held = {column: _values(file, portions, column)[places] for column in chosen}
    texts = {column: pd.Series(values, dtype=object) for column, values in held.items() if values.dtype == object}
    return pd.DataFrame(held | texts, copy=False)


def each(folder: Path, name: str) -> Iterator[pd.DataFrame]:
    """Yield a table that `write` wrote in the portions that are stored, with ``row``; texts are categories.

    Raises
    ------
    NotThere
        As `read`.
    """
    first = 0
    with _opened(folder, name) as file:
        for batch in file.iter_batches(ROWS, use_threads=False):
            portion = batch.to_pandas(split_blocks=True)  # columns put together are held twice
            yield portion if ROW in portion else portion.assign(**{ROW: range(first, first + len(portion))})
            first += len(portion)


def _opened(folder: Path, name: str) -> "pq.ParquetFile":
    """Open a table; texts come as a list of the different ones, and the place of each in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = store.there(folder, name)
    schema = pq.read_schema(path)
    texts = [field.name for field in schema if pa.types.is_large_string(field.type) or pa.types.is_string(field.type)]
    return pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False)  # else a thread reads, and is waited for


def _may_hold(file: "pq.ParquetFile", at: int, some: Sequence[tuple[str, str]]) -> bool:
    """Say whether a portion may hold one of some rows, as far as the smallest and largest value of a column tell."""
    names = file.schema_arrow.names
    known = [(file.metadata.row_group(at).column(names.index(column)).statistics, value) for column, value in some]
    return any(told is None or not told.has_min_max or told.min <= value <= told.max for told, value in known)


def _values(file: "pq.ParquetFile", portions: list[int], column: str) -> "np.ndarray[Any, Any]":
    """Return a column of some portions; a text that is missing is not a number."""
    import pyarrow as pa

    whole = file.read_row_groups(portions, columns=[column], use_threads=False).column(0)
    if not pa.types.is_dictionary(whole.type):
        return whole.to_numpy()
    coded = whole.unify_dictionaries().combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    each_once = np.append(coded.dictionary.to_numpy(zero_copy_only=False).astype(object), float("nan"))
    return each_once[coded.indices.fill_null(len(each_once) - 1).to_numpy(zero_copy_only=False)]
