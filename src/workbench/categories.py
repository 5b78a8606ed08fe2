"""Texts that many rows share are held once, as categories; what holds for a text is found out once."""

import numpy as np
import pandas as pd


def used(column: pd.Series) -> np.ndarray:
    """Say of each category of a column whether any row has it.

    Examples
    --------
    >>> used(pd.Series(pd.Categorical(["a", None, "c"], ["a", "b", "c"]))).tolist()
    [True, False, True]
    """
    at, count = column.cat.codes.to_numpy(), len(column.cat.categories)
    if at.dtype == np.int8:  # looking a byte up stops where it is found
        every = at.tobytes()
        return np.array([bytes([place]) in every for place in range(count)], dtype=bool)
    seen = np.zeros(count + 1, dtype=bool)
    seen[at] = True  # missing is -1: the last
    return seen[:-1]
