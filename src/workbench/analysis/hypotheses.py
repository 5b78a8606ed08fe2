"""Tests of differences between means, of equivalence, and the correction for asking many questions at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from workbench.analysis.arguments import numbers, refuse, share
from workbench.analysis.moments import Moments

NEGLIGIBLE = 1e-12  # a standard error this small beside the means is rounding, not spread


class Difference(NamedTuple):
    """A difference of means with its standard error and degrees of freedom; NaN where there is no test."""

    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]
    df: NDArray[np.float64]


def welch(first: Moments, second: Moments) -> Difference:
    r"""Difference of two independent means, second minus first, without assuming equal variances.

    :math:`se^2 = s_1^2/n_1 + s_2^2/n_2` with the degrees of freedom of Welch and Satterthwaite (Welch 1947,
    Biometrika 34, 28-35). Not for the same people measured twice: see `paired`.

    Parameters
    ----------
    first, second : Moments
        One element per comparison.

    Returns
    -------
    Difference
        Standard error and df are NaN where a side has fewer than 2 values, df also where neither side varies.

    Examples
    --------
    >>> import numpy as np
    >>> a = Moments(np.array([4.0]), np.array([10.0]), np.array([12.0]))   # variance 4, squared error 1
    >>> b = Moments(np.array([9.0]), np.array([15.0]), np.array([72.0]))   # variance 9, squared error 1
    >>> got = welch(a, b)
    >>> print(got.estimate[0], got.std_error[0].round(4), got.df[0].round(4))   # df = 2**2 / (1/3 + 1/8)
    5.0 1.4142 8.7273
    """
    enough = (first.n >= 2) & (second.n >= 2)
    one, two = _squared_error(first, enough), _squared_error(second, enough)
    std_error = _not_rounding(np.sqrt(one + two), np.maximum(abs(first.mean), abs(second.mean)))
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (one + two) ** 2 / (one**2 / (first.n - 1) + two**2 / (second.n - 1))
    return Difference(second.mean - first.mean, std_error, np.where(std_error > 0, df, np.nan))


def paired(change: Moments) -> Difference:
    """Mean change of people measured twice, from the moments of their differences.

    Parameters
    ----------
    change : Moments
        Of second minus first, one element per comparison.

    Returns
    -------
    Difference
        NaN standard error and df where there are fewer than 2 pairs.

    Examples
    --------
    >>> import numpy as np
    >>> got = paired(Moments(np.array([4.0]), np.array([3.0]), np.array([12.0])))   # variance 4
    >>> print(got.estimate[0], got.std_error[0], got.df[0])
    3.0 1.0 3.0
    """
    enough = change.n >= 2
    std_error = _not_rounding(np.sqrt(_squared_error(change, enough)), abs(change.mean))
    return Difference(change.mean, std_error, np.where(std_error > 0, change.n - 1, np.nan))


def _squared_error(group: Moments, enough: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.divide(group.squares, (group.n - 1) * group.n, out=np.full(group.n.shape, np.nan), where=enough)


def _not_rounding(std_error: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(std_error <= NEGLIGIBLE * size, 0.0, std_error)


def t_statistic(difference: Difference) -> NDArray[np.float64]:
    """Difference divided by its standard error; NaN where that is 0 or missing.

    Examples
    --------
    >>> import numpy as np
    >>> t_statistic(Difference(np.array([4.0, 4.0]), np.array([2.0, 0.0]), np.array([9.0, np.nan]))).tolist()
    [2.0, nan]
    """
    estimate, std_error, _ = np.broadcast_arrays(*difference)
    out = np.full(estimate.shape, np.nan)
    return np.divide(estimate, std_error, out=out, where=std_error > 0)


def p_difference(difference: Difference) -> NDArray[np.float64]:
    """Two-sided p value of no difference (Student's t); NaN where there is no test.

    Examples
    --------
    >>> import numpy as np
    >>> p = p_difference(Difference(np.array([2.0]), np.array([1.0]), np.array([9.0])))   # R: 2 * pt(-2, 9)
    >>> print(p.round(6))
    [0.076553]
    """
    return 2 * special.stdtr(difference.df, -abs(t_statistic(difference)))


def p_equivalence(difference: Difference, margin: float) -> NDArray[np.float64]:
    """P value of the two one-sided tests that the true difference lies within the margin.

    The larger of the two one-sided p values (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15, 657-680); below
    alpha exactly when the 1 - 2 alpha interval lies inside the margin. A large p is no proof of a difference.

    Parameters
    ----------
    difference : Difference
    margin : float
        In the units of the estimate, above 0.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> import numpy as np
    >>> p = p_equivalence(Difference(np.array([0.0]), np.array([1.0]), np.array([9.0])), 2)   # R: pt(-2, 9)
    >>> print(p.round(6))
    [0.038276]
    """
    low = t_statistic(difference._replace(estimate=difference.estimate + margin))
    high = t_statistic(difference._replace(estimate=difference.estimate - margin))
    return np.maximum(special.stdtr(difference.df, -low), special.stdtr(difference.df, high))


def t_interval(difference: Difference, confidence: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Student's t interval around a difference; NaN where there is no test.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = t_interval(Difference(np.array([5.0]), np.array([1.0]), np.array([9.0])))   # qt(.975, 9) = 2.2622
    >>> print(low.round(4), high.round(4))
    [2.7378] [7.2622]
    """
    half = special.stdtrit(difference.df, (1 + share("confidence", confidence)) / 2) * difference.std_error
    return difference.estimate - half, difference.estimate + half


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    r"""Adjust p values for the number of questions asked, holding the false discovery rate.

    :math:`p_{(i)} \to \min_{j \ge i} p_{(j)} m / j` (Benjamini & Hochberg 1995, JRSS B 57, 289-300). One published
    table is one family, decided beforehand: never feed it a selection of small p values.

    Parameters
    ----------
    p : array_like of float in [0, 1]
        NaN is outside the family and stays NaN.

    Returns
    -------
    ndarray of float, same order

    Raises
    ------
    ValueError
        A p value outside 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> benjamini_hochberg([0.01, 0.04, 0.03, np.nan]).round(3).tolist()   # R: p.adjust(c(.01, .04, .03), "BH")
    [0.03, 0.04, 0.04, nan]
    """
    given = numbers("p", p)
    refuse("p", (given < 0) | (given > 1), "lies outside 0 to 1")
    adjusted = np.full(given.shape, np.nan)
    family = np.flatnonzero(~np.isnan(given))
    descending = family[np.argsort(-given[family], kind="stable")]
    rank = np.arange(len(family), 0, -1)
    adjusted[descending] = np.minimum(1, np.minimum.accumulate(given[descending] * len(family) / rank))
    return adjusted
