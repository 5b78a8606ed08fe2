"""The arithmetic of cumulative incidence, for all units at once."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from workbench.analysis.arguments import refuse, share

AT_RISK_NEEDED = 10
NOBODY = "nobody was followed"
TOO_SHORT = "follow-up does not reach the horizon"
TOO_FEW = f"fewer than {AT_RISK_NEEDED} at risk at the horizon"


def incidence_at(
    time: NDArray[np.float64],
    kind: NDArray[np.float64],
    unit: NDArray[np.intp],
    n_units: int,
    horizon: float,
    confidence: float = 0.95,
    cluster: ArrayLike | None = None,
) -> pd.DataFrame:
    r"""Estimate the cumulative incidence at one horizon for every unit.

    `intervals.cumulative_incidence` is this for one unit and states the method; here is how the standard error
    comes about. Person i contributes to the error of F the influence

    .. math:: D_i = \sum_{t \le \min(T_i, h)} \frac{a_t (dN_{1i} - dN_1/Y) + b_t (dN_{2i} - dN_2/Y)}{Y},
        \quad b_t = -\frac{F(h) - F(t)}{1 - dN/Y}, \quad a_t = S(t-) + b_t,

    and the variance is the sum of squares of D over persons (over clusters, after adding within a cluster).

    Parameters
    ----------
    time, kind : ndarray, shape (N,)
        Duration, and 0, 1 or 2 as in `intervals.cumulative_incidence`.
    unit : ndarray of int, shape (N,)
        0 .. n_units - 1.
    n_units : int
    horizon, confidence : float
    cluster : array_like, shape (N,), optional
        The person a row belongs to.

    Returns
    -------
    DataFrame, one row per unit
        ``estimate, std_error, conf_low, conf_high, n_at_risk, n, events, reason``.

    Raises
    ------
    ValueError
        A negative time, an unknown kind of event, a missing cluster.

    Examples
    --------
    >>> import numpy as np
    >>> time, kind = np.array([3.0] * 5 + [12.0] * 15), np.array([1.0] * 5 + [0.0] * 15)
    >>> incidence_at(time, kind, np.zeros(20, dtype=int), 1, horizon=6)[["estimate", "n_at_risk", "events"]]
       estimate  n_at_risk  events
    0      0.25         15       5
    """
    refuse("duration", time < 0, "is negative")
    refuse("event", ~np.isin(kind, (0, 1, 2)), "is not 0, 1 or 2")
    if cluster is not None:
        refuse("cluster", pd.isna(np.asarray(cluster)), "is missing")
    alpha = 1 - share("confidence", confidence)

    order = np.lexsort((time, unit))
    time, kind, unit = time[order], kind[order], unit[order]
    person = np.arange(len(time)) if cluster is None else pd.factorize(np.asarray(cluster)[order])[0]

    first = np.ones(len(time), dtype=bool)  # the first row of every unit x time: a step
    first[1:] = (unit[1:] != unit[:-1]) | (time[1:] != time[:-1])
    step = np.cumsum(first) - 1
    of, inside = unit[first], time[first] <= horizon
    leaving = np.bincount(step, minlength=len(of))
    n = np.bincount(unit, minlength=n_units)
    steps = pd.Series(leaving).groupby(of)
    at_risk = n[of] - (steps.cumsum().to_numpy() - leaving)
    one = np.bincount(step, weights=kind == 1, minlength=len(of)) / at_risk
    other = np.bincount(step, weights=kind == 2, minlength=len(of)) / at_risk
    staying = pd.Series(1 - one - other).where(at_risk > leaving, 0.0)  # 0 also where rounding says otherwise
    before = staying.groupby(of).cumprod().groupby(of).shift(fill_value=1.0).to_numpy()

    increment = np.where(inside, before * one, 0.0)
    estimate = np.bincount(of, weights=increment, minlength=n_units)
    so_far = pd.Series(increment).groupby(of).cumsum().to_numpy()
    still_to_come = np.maximum(estimate[of] - so_far, 0)
    kept = staying.to_numpy()
    b = -np.divide(still_to_come, kept, out=np.zeros(len(of)), where=inside & (kept > 0))
    a = np.where(inside, before + b, 0.0)
    expected = pd.Series(np.where(inside, (a * one + b * other) / at_risk, 0.0)).groupby(of).cumsum().to_numpy()
    influence = (np.where(kind == 1, a[step], 0) + np.where(kind == 2, b[step], 0)) / at_risk[step] - expected[step]
    summed = pd.Series(influence).groupby([unit, person], sort=False).sum()
    of_person = summed.index.get_level_values(0).to_numpy(dtype=np.intp)
    std_error = np.sqrt(np.bincount(of_person, weights=summed.to_numpy() ** 2, minlength=n_units))
    persons = np.bincount(of_person, minlength=n_units)

    low, high = _log_limits(estimate, std_error, persons, alpha)
    longest = np.full(n_units, -np.inf)
    np.maximum.at(longest, unit, time)
    n_at_risk = np.bincount(unit, weights=time >= horizon, minlength=n_units).astype(int)
    reason = np.select([n == 0, longest < horizon, n_at_risk < AT_RISK_NEEDED], [NOBODY, TOO_SHORT, TOO_FEW], "")
    known = reason == ""
    return pd.DataFrame(
        {
            "estimate": np.where(known, estimate, np.nan),
            "std_error": np.where(known, std_error, np.nan),
            "conf_low": np.where(known, low, np.nan),
            "conf_high": np.where(known, high, np.nan),
            "n_at_risk": n_at_risk,
            "n": n,
            "events": np.bincount(unit, weights=(kind == 1) & (time <= horizon), minlength=n_units).astype(int),
            "reason": reason.astype(object),
        }
    )


def _log_limits(
    estimate: NDArray, std_error: NDArray, persons: NDArray, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval symmetric for log F; exact binomial limits where nobody or everybody had the event."""
    none, everybody = estimate <= 0, estimate >= 1 - 1e-12
    one_sided = (alpha / 2) ** (1 / np.maximum(persons, 1))
    factor = np.exp(special.ndtri(1 - alpha / 2) * std_error / np.where(none, 1, estimate))
    low = np.select([none, everybody], [0.0, one_sided], estimate / factor)
    high = np.select([none, everybody], [1 - one_sided, 1.0], np.minimum(estimate * factor, 1))
    return low, high
