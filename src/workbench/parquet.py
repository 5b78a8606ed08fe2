"""How a table stands in a Parquet file: texts that repeat are listed once, and are texts again for who reads it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbench import categories

_MANY = 50_000
_TOGETHER, _PAGE = 1 << 16, 1 << 20  # rows: with fewer at a time, writing takes a third longer


def write(path: Path, table: pd.DataFrame | Iterator[pd.DataFrame], rows: int | None = None) -> None:
    """Write a table, as a whole or in parts that are asked for while it is written.

    Parameters
    ----------
    path : Path
    table : DataFrame, or parts of one with the same columns
        Columns may be categories, and are written as the texts that they are.
    rows : int, optional
        How many rows at most stand together, to be read without the others.

    Examples
    --------
    >>> import tempfile
    >>> parts = (pd.DataFrame({"item": pd.Categorical([item])}) for item in ("K1", "K2"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder) / "items.parquet", parts)
    ...     pd.read_parquet(Path(folder) / "items.parquet")["item"].tolist()
    ['K1', 'K2']
    """
    with ExitStack() as file:
        writer = None
        for part in [table] if isinstance(table, pd.DataFrame) else _one_ahead(table):
            coded = [column for column in part.columns if isinstance(part[column].dtype, pd.CategoricalDtype)]
            whole = _as_arrow(part, coded)
            numbers = [column for column in part.columns if _is_long_and_whole(part[column])]
            listed = [name for name in part.columns if not (name in numbers or _hardly_repeats(part[name]))]
            writer = writer or file.enter_context(
                pq.ParquetWriter(
                    path,
                    whole.schema.with_metadata(_as_texts(part, coded).metadata) if coded else whole.schema,
                    compression="zstd",
                    store_schema=not coded,
                    use_dictionary=listed,
                    column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
                    write_statistics=rows is not None,  # extreme values help who reads a part only
                    write_batch_size=_TOGETHER,
                    max_rows_per_page=_PAGE,
                )
            )
            writer.write_table(whole.cast(writer.schema), rows)


def _one_ahead(parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield each part while the next one is made."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        coming = beside.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = beside.submit(next, parts, None)
            yield part


def _as_arrow(table: pd.DataFrame, coded: Sequence[str]) -> pa.Table:
    """Return a table of which the columns `coded` are categories as Arrow has it."""
    plain = pa.Table.from_pandas(table.drop(columns=coded), preserve_index=False)
    columns = {column: categories.as_arrow(table[column]) if column in coded else plain[column] for column in table}
    return pa.table(columns) if coded else plain


def _as_texts(table: pd.DataFrame, coded: Sequence[str]) -> pa.Schema:
    """Return what a table says of itself: its columns `coded` are texts for who reads it."""
    return pa.Schema.from_pandas(table.head(0).astype(dict.fromkeys(coded, "str")), preserve_index=False)


def _is_long_and_whole(column: pd.Series) -> bool:
    """Say whether a long column holds whole numbers: quicker written by their differences than listed once each."""
    return len(column) > _MANY and pd.api.types.is_integer_dtype(column.dtype)


def _hardly_repeats(column: pd.Series) -> bool:
    """Say whether a column has so many values that listing each once saves nothing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return len(column.dtype.categories) > _MANY
    return len(column) > _MANY and column.dtype == "str" and categories.hardly_repeats(column)
