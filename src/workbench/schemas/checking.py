"""Whether a table meets its contract: types, keys and ranges, quickly where that can be seen at a glance."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa

from workbench import categories

_LEAST, _MOST = "greater_than_or_equal_to", "less_than_or_equal_to"  # what pandera calls them


@cache
def get_ready() -> None:
    """Let pandera import what it leaves for the first check: a tenth of a second."""
    pa.DataFrameSchema({"row": pa.Column(int, pa.Check.ge(0))}).validate(pd.DataFrame({"row": [1]}))


def checked(schema: pa.DataFrameSchema, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as its contract has it; parameters and errors as in `schemas.check`."""
    wanted = list(schema.columns)
    further = [column for column in table.columns if column not in wanted]
    if schema.strict and further:
        raise ValueError(f"{schema.name}: unexpected columns {further}")
    complete = table.reindex(columns=wanted + further)
    empty = {column: _plain_type(spec) for column, spec in schema.columns.items() if _is_empty(complete[column])}
    nothing = {column: pd.Series(None, index=complete.index, dtype=dtype) for column, dtype in empty.items()}
    complete = complete.assign(**nothing)  # whatever type it had: to change that would go through every row
    coded = [column for column in wanted if isinstance(complete[column].dtype, pd.CategoricalDtype)]
    seen = {*coded, *(column for column in wanted if _is_within(schema.columns[column], complete[column]))}
    plain = pa.DataFrameSchema(
        {column: spec for column, spec in schema.columns.items() if column not in seen}, coerce=True
    )
    faults = [fault for column in coded for fault in _category_faults(schema.columns[column], complete[column])]
    faults += _key_faults(complete, schema.unique or [])
    passed = complete
    try:
        passed = plain.validate(complete[list(plain.columns)], lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]].drop_duplicates().head(5)
        faults += [f"{row.column}: {row.check} fails for {row.failure_case!r}" for row in cases.itertuples()]
    if faults:
        raise ValueError(f"{schema.name} ({schema.description}) breaks its contract: {'; '.join(faults)}")
    return complete.assign(**{column: passed[column] for column in plain.columns}).reset_index(drop=True)


def _is_empty(column: pd.Series) -> bool:
    """Say whether a column holds nothing; mostly its first cell tells that it does."""
    return not column.iloc[:1].notna().any() and bool(column.isna().all())


def _is_within(spec: pa.Column, column: pd.Series) -> bool:
    """Say whether a column of numbers is right at a glance: its type, nothing missing, lowest and highest."""
    if not isinstance(column.dtype, np.dtype) or str(column.dtype) != str(spec.dtype) or not len(column):
        return False
    values = column.to_numpy()
    if values.dtype.kind not in "if" or (not spec.nullable and values.dtype.kind == "f" and np.isnan(values).any()):
        return False
    if not {rule.name for rule in spec.checks} <= {_LEAST, _MOST}:
        return False
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    below = any(low < rule.statistics["min_value"] for rule in spec.checks if rule.name == _LEAST)
    return not below and not any(high > rule.statistics["max_value"] for rule in spec.checks if rule.name == _MOST)


def _category_faults(spec: pa.Column, column: pd.Series) -> list[str]:
    """Check a text that is held as categories by its categories, not row by row."""
    at, texts = categories.held(column)
    faults = [f"{column.name}: not_nullable fails for {None!r}"] if not spec.nullable and (at < 0).any() else []
    if not spec.checks:
        return faults
    used = pd.Series(texts[categories.used(column)], dtype="str", name=column.name)
    if all(rule(used).check_passed for rule in spec.checks):  # twenty times as quick as what tells the faults
        return faults
    try:
        pa.SeriesSchema(str, spec.checks, name=str(column.name)).validate(used, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.itertuples()
        faults += [f"{column.name}: {row.check} fails for {row.failure_case!r}" for row in cases]
    return faults


def _key_faults(table: pd.DataFrame, key: Sequence[str]) -> list[str]:
    """Say whether a key repeats; of a table in the order of its key that is seen at a glance."""
    if len(key) == 1 and categories.increases(table[key[0]]):
        return []
    place = np.zeros(1, dtype=np.int64)
    size = 1
    for name in key:
        column = table[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            at, texts = categories.held(column)
            count = len(texts) + 1  # missing is -1
        else:
            at, distinct = pd.factorize(column, use_na_sentinel=False)
            count = len(distinct)
        if size * count > 2**62:
            place, found = pd.factorize(place)
            size = len(found)
        place, size = place * count + at, size * count
    if not key or bool((place[1:] > place[:-1]).all()):
        return []
    repeated = pd.Series(place).duplicated().to_numpy()
    if not repeated.any():
        return []
    first = table.loc[repeated, list(key)].iloc[0].to_dict()
    return [f"{', '.join(key)}: multiple_fields_uniqueness fails for {first!r}"]


def _plain_type(column: pa.Column) -> str:
    """Return the dtype name of a column that holds nothing yet."""
    name = str(column.dtype)
    return {"int64": "float64", "bool": "object"}.get(name, name)
