"""What one-way comparisons need of each group: how many, their mean, their spread."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import numbers, refuse


class Moments(NamedTuple):
    """Per group: `n`, `mean` (NaN where n = 0) and `squares`, the sum of squared deviations from that mean."""

    n: NDArray[np.float64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]


def moments(values: NDArray[np.float64], group: NDArray[np.intp], n_groups: int) -> Moments:
    """Count, average and sum the squares of values per group, in two passes.

    The second pass over the deviations keeps the squares exact where a one-pass formula would lose them.

    Parameters
    ----------
    values : ndarray, shape (N,)
        NaN is not allowed: leave missing values out beforehand.
    group : ndarray of int, shape (N,)
        Group of each value, 0 .. n_groups - 1.
    n_groups : int

    Returns
    -------
    Moments

    Examples
    --------
    >>> import numpy as np
    >>> got = moments(np.array([1.0, 3.0, 7.0]), np.array([0, 0, 1]), 2)
    >>> got.n.tolist(), got.mean.tolist(), got.squares.tolist()
    ([2.0, 1.0], [2.0, 7.0], [2.0, 0.0])
    """
    n = np.bincount(group, minlength=n_groups).astype(float)
    total = np.bincount(group, weights=values, minlength=n_groups).astype(float)
    mean = np.divide(total, n, out=np.full(n_groups, np.nan), where=n > 0)
    squares = np.bincount(group, weights=(values - mean[group]) ** 2, minlength=n_groups).astype(float)
    return Moments(n, mean, squares)


def grouped(
    scores: pd.Series, provider: pd.Series, names: tuple[str, str] = ("scores", "provider")
) -> tuple[NDArray[np.float64], NDArray[np.intp], pd.Index]:
    """Pair every score with the number of its provider.

    Parameters
    ----------
    scores, provider : Series with the same index
        A missing score stays NaN; a missing provider is refused.
    names : pair of str
        What the caller calls the two, for messages.

    Returns
    -------
    values : ndarray of float
    code : ndarray of int
        Position in `providers`.
    providers : Index
        Every provider that occurs, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> values, code, providers = grouped(pd.Series([4.0, 5.0]), pd.Series(["b", "a"]))
    >>> code.tolist(), list(providers)
    ([1, 0], ['a', 'b'])
    """
    scores, provider = pd.Series(scores), pd.Series(provider)
    if len(scores) != len(provider) or not scores.index.equals(provider.index):
        raise ValueError(f"{names[0]} ({len(scores)} rows) and {names[1]} ({len(provider)} rows) must share one index")
    refuse(names[1], provider.isna(), "is missing", provider.index)
    code, providers = pd.factorize(provider, sort=True)
    return numbers(names[0], scores), code, pd.Index(providers, name=provider.name)
