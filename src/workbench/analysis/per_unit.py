"""Figures per unit: providers, municipalities, or everything together."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import need
from workbench.analysis.intervals import wilson


def units(table: pd.DataFrame, by: str | None) -> tuple[NDArray[np.intp], pd.Index]:
    """Number the units of a table: the values of a column, or everything together as ``all``.

    Rows without a unit get -1.

    Examples
    --------
    >>> code, names = units(pd.DataFrame({"provider_id": ["b", "a", None]}), "provider_id")
    >>> code.tolist(), names.to_list()
    ([1, 0, -1], ['a', 'b'])
    """
    if by is None:
        return np.zeros(len(table), dtype=np.intp), pd.Index(["all"], name="unit")
    need("episodes", table, [by])
    code, names = pd.factorize(table[by], sort=True)
    return code.astype(np.intp), pd.Index(names, name=by)


def shares(count: NDArray[np.int64], n: NDArray[np.int64], index: pd.Index) -> pd.DataFrame:
    """Counts out of n as shares in [0, 1] with standard errors and Wilson intervals; NaN where n = 0.

    Examples
    --------
    >>> shares(np.array([40]), np.array([50]), pd.Index(["p"])).round(4).loc["p"].to_list()
    [50.0, 40.0, 0.8, 0.0566, 0.6696, 0.8876]
    """
    low, high = wilson(count, n)
    estimate = np.divide(count, n, out=np.full(len(index), np.nan), where=n > 0)
    std_error = np.sqrt(np.divide(estimate * (1 - estimate), n, out=np.full(len(index), np.nan), where=n > 0))
    columns = {"n": n, "count": count, "estimate": estimate, "std_error": std_error}
    return pd.DataFrame({**columns, "conf_low": low, "conf_high": high}, index=index)
