"""Refuse what cannot be analysed, naming the argument and the rows, before anything is computed."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

SHOWN = 5


def listed(labels: Iterable[Hashable]) -> str:
    """Write labels for an error message: the first five, and how many more.

    Examples
    --------
    >>> listed(["a", "b"])
    "'a', 'b'"
    >>> listed(range(9))
    '0, 1, 2, 3, 4 and 4 more'
    """
    labels = list(labels)
    text = ", ".join(repr(label.item() if isinstance(label, np.generic) else label) for label in labels[:SHOWN])
    return text + (f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else "")


def refuse(name: str, wrong: ArrayLike, what: str, labels: Iterable[Hashable] | None = None) -> None:
    """Raise ValueError if any element of `wrong` is true.

    Parameters
    ----------
    name : str
        The argument, as its caller knows it.
    wrong : array_like of bool
        Flattened before use.
    what : str
        What is wrong, completing the sentence "`name` ...".
    labels : iterable, optional
        What the elements are called; positions if left out.

    Raises
    ------
    ValueError
        Naming the argument and the rows.

    Examples
    --------
    >>> refuse("n", [False, True], "is negative")
    Traceback (most recent call last):
    ValueError: n is negative in row(s) 1
    """
    at = np.flatnonzero(np.asarray(wrong, dtype=bool)).tolist()
    if at:
        names = list(labels) if labels is not None else range(max(at) + 1)
        raise ValueError(f"{name} {what} in row(s) {listed(names[i] for i in at)}")


def numbers(name: str, values: ArrayLike, missing: bool = True) -> NDArray[np.float64]:
    """Return `values` as an array of float, refusing text, infinities and (on request) missing values.

    Parameters
    ----------
    name : str
        The argument, for the message.
    values : array_like
        Numbers of any kind; pandas' missing values become NaN.
    missing : bool
        Whether a missing value is allowed.

    Returns
    -------
    ndarray of float, same shape

    Examples
    --------
    >>> import pandas as pd
    >>> [float(x) for x in numbers("n", pd.Series([1, None], dtype="Int64"))]
    [1.0, nan]
    >>> numbers("n", ["many"])
    Traceback (most recent call last):
    ValueError: n must hold numbers: could not convert string to float: 'many'
    """
    try:
        if isinstance(values, pd.Series | pd.Index):
            array = values.to_numpy(dtype=float, na_value=np.nan)
        else:
            array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers: {error}") from None
    labels = values.index if isinstance(values, pd.Series) else None
    refuse(name, np.isinf(array), "is infinite", labels)
    if not missing:
        refuse(name, np.isnan(array), "is missing", labels)
    return array


def need(name: str, table: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise ValueError if `table` lacks one of `columns`.

    Examples
    --------
    >>> import pandas as pd
    >>> need("scores", pd.DataFrame({"score": [1]}), ["score", "role"])
    Traceback (most recent call last):
    ValueError: scores has no column 'role'; it has 'score'
    """
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        raise ValueError(f"{name} has no column {listed(lacking)}; it has {listed(table.columns)}")


def unique(name: str, table: pd.DataFrame, key: Sequence[str]) -> None:
    """Raise ValueError if two rows of `table` share a key, or if a part of the key is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> unique("scores", pd.DataFrame({"id": [7, 8, 7]}), ["id"])
    Traceback (most recent call last):
    ValueError: scores repeats an earlier id in row(s) 2
    """
    for column in key:
        refuse(name, table[column].isna(), f"has no {column}", table.index)
    refuse(name, table.duplicated(list(key)), f"repeats an earlier {' x '.join(key)}", table.index)


def share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1; raise ValueError otherwise.

    Examples
    --------
    >>> share("confidence", 95)
    Traceback (most recent call last):
    ValueError: confidence must lie between 0 and 1, not 95
    """
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {value}")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return `value` if it is a finite number above 0; raise ValueError otherwise.

    Examples
    --------
    >>> positive("margin", 0)
    Traceback (most recent call last):
    ValueError: margin must be a number above 0, not 0
    """
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a number above 0, not {value}")
    return float(value)
