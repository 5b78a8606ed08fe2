"""Figures of a few units that each have an uncertainty of their own: one regression over them, units as the sample."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from workbench.analysis.arguments import numbers, refuse


class MetaRegression(NamedTuple):
    """Per column: `coefficient, std_error, conf_low, conf_high, p_value`; of all `df, tau2, covariance`."""

    coefficient: NDArray[np.float64]
    std_error: NDArray[np.float64]
    conf_low: NDArray[np.float64]
    conf_high: NDArray[np.float64]
    p_value: NDArray[np.float64]
    df: int
    tau2: float
    covariance: NDArray[np.float64]

    def contrast(self, weights: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float, float, float]:
        """Return estimate, standard error, both ends of the interval and the p value of a sum of coefficients."""
        c = np.asarray(weights, float)
        estimate, error = float(c @ self.coefficient), float(np.sqrt(c @ self.covariance @ c))
        half = float(stats.t.ppf((1 + confidence) / 2, self.df)) * error if self.df > 0 else np.nan
        p = float(2 * stats.t.sf(abs(estimate) / error, self.df)) if self.df > 0 and error > 0 else np.nan
        return estimate, error if self.df > 0 else np.nan, estimate - half, estimate + half, p


def meta_regression(estimate: ArrayLike, variance: ArrayLike, design: ArrayLike) -> MetaRegression:
    r"""How do figures of units depend on what the units are, when units differ by themselves too?

    Weighted least squares with :math:`w = 1/(v + \tau^2)`: next to the uncertainty v of its own figure each unit has a
    deviation of its own, of variance :math:`\tau^2` (Paule & Mandel 1982: the value at which the weighted squares equal
    their degrees of freedom; 0 where they are smaller already). Standard errors and Student's t with units less
    coefficients degrees of freedom are those of Knapp & Hartung (2003, Statistics in Medicine 22, 2693-2710), never
    smaller than the plain ones (Röver, Knapp & Friede 2015, BMC Medical Research Methodology 15:99): with a handful of
    units the normal distribution promises far too much.

    Parameters
    ----------
    estimate, variance : array_like, one element per unit
        The figure, and the variance of it (above 0).
    design : array_like, one row per unit, one column per coefficient

    Returns
    -------
    MetaRegression
        With no more units than coefficients there are estimates, and no uncertainty (NaN).

    Raises
    ------
    ValueError
        Different lengths, a missing number, a variance that is not above 0, a design in which columns say the same.

    Examples
    --------
    >>> got = meta_regression([1.0, 2, 6, 7], [1.0, 1, 1, 1], [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> got.coefficient.round(2).tolist(), got.std_error.round(2).tolist(), got.df
    ([1.5, 5.0], [0.71, 1.0], 2)
    """
    y, v = numbers("estimate", estimate, missing=False), numbers("variance", variance, missing=False)
    X = numbers("design", np.asarray(design, float), missing=False)
    if not (len(y) == len(v) == len(X)):
        raise ValueError(f"estimate ({len(y)}), variance ({len(v)}) and design ({len(X)} rows) must be of one length")
    refuse("variance", v <= 0, "is not above 0")
    k, q = X.shape
    if np.linalg.matrix_rank(X) < q:
        raise ValueError("the columns of design say the same: the figures cannot be divided over them")
    df = k - q

    def excess(tau2: float) -> float:
        return _fit(y, X, 1 / (v + tau2))[2] - df

    tau2 = 0.0
    if df > 0 and excess(0.0) > 0:
        high = float(np.var(y) + v.max())
        while excess(high) > 0:
            high *= 2
        tau2 = float(optimize.brentq(excess, 0, high, xtol=1e-12))
    beta, inverse, squares = _fit(y, X, 1 / (v + tau2))
    scale = max(1.0, squares / df) if df > 0 else np.nan
    covariance = inverse * scale
    error = np.sqrt(np.diag(covariance))
    half = stats.t.ppf(0.975, df) * error if df > 0 else np.full(q, np.nan)
    p = 2 * stats.t.sf(abs(beta) / error, df) if df > 0 else np.full(q, np.nan)
    return MetaRegression(beta, error, beta - half, beta + half, p, df, tau2, covariance)


def _fit(
    y: NDArray[np.float64], X: NDArray[np.float64], w: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    inverse: NDArray[np.float64] = np.asarray(np.linalg.inv(X.T @ (w[:, None] * X)), float)
    beta = inverse @ (X.T @ (w * y))
    return beta, inverse, float(w @ (y - X @ beta) ** 2)
