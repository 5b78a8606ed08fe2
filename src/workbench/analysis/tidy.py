"""The tidy form of scores, one row per response and dimension: checked, and summed up per cell."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import need, numbers, refuse, unique
from workbench.analysis.moments import Moments, moments


def tidy(
    scores: pd.DataFrame, by: Sequence[str], also: Sequence[str] = ()
) -> tuple[NDArray[np.bool_], NDArray[np.intp], pd.DataFrame]:
    """Check a tidy table of scores and number its cells.

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``response_id``, ``dimension``, ``score``, `by` and `also`.
    by : sequence of str
        Columns that make a cell.
    also : sequence of str
        Further columns that must be there and filled.

    Returns
    -------
    known : ndarray of bool
        Rows with a score.
    code : ndarray of int
        Cell of each row: the position in `keys`.
    keys : DataFrame, one row per cell
        Sorted by `by`.

    Raises
    ------
    ValueError
        A missing column or key, a response twice in a dimension, text or infinite scores.

    Examples
    --------
    >>> scores = pd.DataFrame({"response_id": [1, 2], "provider_id": ["b", "a"], "dimension": "d", "score": [5, None]})
    >>> known, code, keys = tidy(scores, ["provider_id"])
    >>> known.tolist(), code.tolist(), keys["provider_id"].to_list()
    ([True, False], [1, 0], ['a', 'b'])
    """
    need("scores", scores, dict.fromkeys(["response_id", *by, "dimension", *also, "score"]))
    unique("scores", scores, ["response_id", "dimension"])
    for column in (*by, *also):
        refuse("scores", scores[column].isna(), f"has no {column}", scores.index)
    values = numbers("scores.score", scores["score"])
    cells = scores.groupby(list(by), sort=True, observed=True)
    keys = cells.size().index.to_frame(index=False)
    code = cells.ngroup().to_numpy(dtype=np.intp)
    return np.logical_not(np.isnan(values)), code.astype(np.intp, copy=False), keys


def moments_per(rows: NDArray[np.bool_], scores: pd.DataFrame, code: NDArray[np.intp], n_cells: int) -> Moments:
    """Sum up the scores of the chosen rows per cell.

    Examples
    --------
    >>> scores = pd.DataFrame({"score": [5.0, 7.0, 9.0]})
    >>> got = moments_per(np.array([True, True, False]), scores, np.array([0, 0, 0]), 1)
    >>> float(got.n[0]), float(got.mean[0])
    (2.0, 6.0)
    """
    values = scores["score"].to_numpy(dtype=float, na_value=np.nan)
    return moments(values[rows], code[rows], n_cells)
