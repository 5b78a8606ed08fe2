"""Texts that many rows share are held once, as categories; what holds for a text is found out once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BYTES = 256
_FIRST, _FEW = 30_000, 10  # rows that have most categories, and so many others can be sought one by one
_ENOUGH = 1000  # rows that tell whether a column repeats its values


def used(column: pd.Series) -> np.ndarray:
    """Say of each category of a column whether any row has it.

    Examples
    --------
    >>> used(pd.Series(pd.Categorical(["a", None, "c"], ["a", "b", "c"]))).tolist()
    [True, False, True]
    """
    at, texts = held(column)
    seen = np.zeros(len(texts) + 1, dtype=bool)
    seen[at[:_FIRST]] = True  # missing is -1: the last
    lacking = np.flatnonzero(~seen[:-1])
    if len(lacking) > _FEW:
        return np.bincount(at + 1, minlength=len(seen))[1:] > 0
    seen[lacking] = [(at == place).any() for place in lacking]
    return seen[:-1]


def held(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return the places of a column of categories and those themselves; without a copy, which `.cat` makes.

    Examples
    --------
    >>> at, texts = held(pd.Series(["b", None, "a"], dtype="category"))
    >>> at.tolist(), texts.tolist()
    ([1, -1, 0], ['a', 'b'])
    """
    array = column.array
    if not isinstance(array, pd.Categorical):
        raise TypeError(f"{column.name} is held as {column.dtype}, not as categories")
    return array.codes, array.categories


def looked_up(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the value at each place, several times quicker than `values[at]`; not to be written in.

    Parameters
    ----------
    values : ndarray
    at : ndarray of int
        Places in `values`; -1 is the last one.

    Raises
    ------
    IndexError
        Where there is no such place.

    Examples
    --------
    >>> looked_up(np.array([0.5, 1.5, np.nan]), np.array([0, 1, -1, 0], dtype=np.int8)).tolist()
    [0.5, 1.5, nan, 0.5]
    """
    if len(at) and at.max() >= len(values):
        raise IndexError(f"there is no place {at.max()} among {len(values)}")
    if at.dtype == np.int8:  # as places 128 to 255
        below = min(len(values), _BYTES // 2)
        values = np.concatenate([values[:below], np.zeros(_BYTES - 2 * below, dtype=values.dtype), values[-below:]])
        at = at.view(np.uint8)
    elif len(at) and at.min() < 0:
        return values[at]
    return pc.take(pa.array(values), pa.array(at), boundscheck=False).to_numpy(zero_copy_only=False)


def as_arrow(column: pd.Series) -> pa.DictionaryArray:
    """Return a column of categories as Arrow has it; where none is missing, nothing is copied.

    Examples
    --------
    >>> as_arrow(pd.Series(["a", None, "a"], dtype="category")).to_pylist()
    ['a', None, 'a']
    """
    places, texts = held(column)
    if len(places) and places.min() < 0:
        return pa.array(column, from_pandas=True)
    return pa.DictionaryArray.from_arrays(places, pa.array(texts), safe=False)


def hardly_repeats(column: pd.Series) -> bool:
    """Say whether nearly every text of a long column is another, as numbers of people are.

    Examples
    --------
    >>> hardly_repeats(pd.Series(map(str, range(2000)))), hardly_repeats(pd.Series(["a", "b"] * 1000))
    (True, False)
    """
    if isinstance(column.dtype, pd.CategoricalDtype) or len(column) < _ENOUGH:
        return False
    return mostly_differ(column.iloc[:_ENOUGH].tolist())


def increases(column: pd.Series) -> bool:
    """Say whether each text of a column comes after the one before it; the order is that of their letters.

    Examples
    --------
    >>> increases(pd.Series(["a", "b"])), increases(pd.Series(["a", "a"])), increases(pd.Series(["a", None]))
    (True, False, False)
    """
    if column.dtype != "str":
        return False
    texts = pa.array(column, type=pa.large_string(), from_pandas=True)
    return texts.null_count == 0 and pc.all(pc.less(texts[:-1], texts[1:])).as_py() is not False


def mostly_differ(texts: Sequence[str]) -> bool:
    """Say whether more than nine in ten texts are different ones.

    Examples
    --------
    >>> mostly_differ(["a", "b", "c"]), mostly_differ(["a", "b", "a"])
    (True, False)
    """
    return len(set(texts)) > 0.9 * len(texts)
