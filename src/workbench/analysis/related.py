"""Do two measures go together over units, and is that also so within them?"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from workbench.analysis.arguments import numbers, share

UNITS_NEEDED = 5
LEAST_RELIABLE = 0.5  # below it dividing by the reliability says more about the division than about the measures


class Relation(NamedTuple):
    """`pearson` and `spearman` with their intervals; `true`: as strong as it would be without noise; `n` units."""

    n: int
    pearson: float
    conf_low: float
    conf_high: float
    p_value: float
    spearman: float
    spearman_low: float
    spearman_high: float
    true: float
    true_low: float
    true_high: float
    reason: str


def relation(
    x: ArrayLike,
    y: ArrayLike,
    reliability_x: float = 1.0,
    reliability_y: float = 1.0,
    shared: float = 0.0,
    confidence: float = 0.95,
) -> Relation:
    r"""Do units with a higher x have a higher y?

    Pearson's r with Fisher's interval (:math:`\tanh(\operatorname{artanh} r \mp z/\sqrt{n-3})`) and Spearman's rank
    correlation, which one odd unit cannot make, with the interval of Bonett & Wright (2000, Psychometrika 65, 23-28):
    variance :math:`(1 + r^2/2)/(n-3)`. Means of few people are noisy, and noise makes a correlation smaller:

    .. math:: r_{true} = \frac{s_{xy} - c}{\sqrt{s_x^2 R_x\; s_y^2 R_y}}

    with the reliabilities R of both means (Spearman 1904) and c the covariance of their errors, which is not 0 where
    the same people gave both answers: without it a mood that colours both answers passes for a relation between
    providers. Only where both reliabilities are .50 or more; its interval is that of r on the same scale.

    Parameters
    ----------
    x, y : array_like, one element per unit
        A unit that misses one takes no part.
    reliability_x, reliability_y : float
        Share of true differences in the variance of x and y; 1 for what was not measured on a sample.
    shared : float
        Covariance of the errors of x and y, mean over the units.
    confidence : float

    Returns
    -------
    Relation
        NaN with a `reason` where there are fewer than five units, or a measure is the same for all.

    Examples
    --------
    >>> got = relation([1.0, 2, 3, 4, 5, 6], [2.0, 1, 4, 3, 6, 5], reliability_x=0.8, reliability_y=0.9)
    >>> print(f"{got.pearson:.3f} {got.spearman:.3f} {got.true:.3f}")
    0.829 0.829 0.976
    """
    share("confidence", confidence)
    a, b = numbers("x", x), numbers("y", y)
    if len(a) != len(b):
        raise ValueError(f"x ({len(a)}) and y ({len(b)}) must be of one length")
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    n = len(a)
    if n < UNITS_NEEDED or np.ptp(a) == 0 or np.ptp(b) == 0:
        why = "too few units" if n < UNITS_NEEDED else "the same for all"
        nan = np.nan
        return Relation(n, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, why)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    r, p = (float(each) for each in stats.pearsonr(a, b))
    low, high = _fisher(r, z / np.sqrt(n - 3))
    rho = float(stats.spearmanr(a, b).statistic)
    rho_low, rho_high = _fisher(rho, z * np.sqrt((1 + rho**2 / 2) / (n - 3)))
    true, ends, why = np.nan, (np.nan, np.nan), "measured without error"
    if min(reliability_x, reliability_y) < LEAST_RELIABLE:
        why = "not reliable enough"
    elif reliability_x < 1 or reliability_y < 1:
        scale = np.sqrt(reliability_x * reliability_y)
        off = shared / (np.std(a, ddof=1) * np.std(b, ddof=1))
        true = float(np.clip((r - off) / scale, -1, 1))
        lower, upper = (float(np.clip((end - off) / scale, -1, 1)) for end in (low, high))
        ends, why = (lower, upper), ""
    return Relation(n, r, low, high, p, rho, rho_low, rho_high, true, *ends, why)


def within(x: pd.Series, y: pd.Series, unit: pd.Series) -> tuple[float, float, float, int, float]:
    """Do people with a higher x than others of their unit have a higher y?

    Correlation of deviations from the unit's means, with Fisher's interval on people less units. What holds between
    units need not hold for people (Robinson 1950, American Sociological Review 15, 351-357): look at both.

    Parameters
    ----------
    x, y, unit : Series with the same index
        One row per person; who misses one takes no part.

    Returns
    -------
    correlation, conf_low, conf_high : float
        NaN with fewer than four people more than units.
    n : int
        People.
    shared : float
        Mean over units of the covariance of the errors of the two means: what `relation` needs.

    Examples
    --------
    >>> x, y = pd.Series([1.0, 2, 3, 11, 12, 13]), pd.Series([3.0, 2, 1, 13, 12, 11])
    >>> correlation, low, high, n, shared = within(x, y, pd.Series(list("aaabbb")))
    >>> round(correlation, 6), n, round(shared, 3)
    (-1.0, 6, -0.333)
    """
    table = pd.DataFrame({"x": x, "y": y, "unit": unit}).dropna()
    by = table.groupby("unit")
    a, b = (table[name] - by[name].transform("mean") for name in ("x", "y"))
    size, units = by.size(), by.ngroups
    left, right = a.to_numpy(float), b.to_numpy(float)
    more = size[size >= 2]
    pooled = float(left @ right) / float((more - 1).sum()) if len(more) else 0.0
    shared = float((pooled / more).mean()) if len(more) else 0.0
    squares = float(left @ left) * float(right @ right)
    df = len(table) - units
    if df < 4 or squares <= 0:
        return np.nan, np.nan, np.nan, len(table), shared
    r = float(np.clip(float(left @ right) / np.sqrt(squares), -1, 1))
    return r, *_fisher(r, 1.959964 / np.sqrt(df - 2)), len(table), shared


def _fisher(r: float, half: float) -> tuple[float, float]:
    if abs(r) >= 1:
        return r, r
    centre = float(np.arctanh(r))
    return float(np.tanh(centre - half)), float(np.tanh(centre + half))
