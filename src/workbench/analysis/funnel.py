"""Does a unit differ from the target more than its size explains, and do units differ more than chance explains?"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from workbench.analysis.arguments import numbers, refuse, share

UNITS_NEEDED = 8


def proportion_limits(n: ArrayLike, target: float, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Draw the funnel of a proportion: where do units of size n lie if they equal the target?

    Exact binomial limits, interpolated as by Spiegelhalter (2005, Stat. Med. 24, 1185-1202, appendix A.1.1): with
    :math:`r_q` the smallest r with :math:`F(r) \ge q`, the limit is :math:`(r_q - (F(r_q) - q)/f(r_q))/n`.
    For drawing only. Never label by these limits: for small units near 0 or 1 they flag up to 87% of units that equal
    the target; use `mid_p`.

    Parameters
    ----------
    n : array_like of whole numbers
    target : float
        Share, in [0, 1].
    level : float
        Central probability: .95 for the inner, .998 for the outer funnel.

    Returns
    -------
    low, high : ndarray
        Shares in [0, 1]; NaN where n = 0 or missing.

    Raises
    ------
    ValueError
        n negative, infinite or not whole; target outside 0 to 1; level not between 0 and 1.

    Examples
    --------
    One fair coin: F(0) = .5, so low is (0 - (.5 - .025)/.5)/1 cut off at 0, and high (1 - .025/.5)/1.

    >>> low, high = proportion_limits([1], 0.5, 0.95)
    >>> print(low.round(4), high.round(4))
    [0.] [0.95]
    """
    size = _whole("n", n)
    theta = _target(target)
    tail = (1 - share("level", level)) / 2
    if theta in (0.0, 1.0):
        flat = np.where(size > 0, theta, np.nan)
        return flat, flat.copy()
    count = np.where(size > 0, size, 1)
    low, high = (_interpolated(stats.binom(count, theta), q) / count for q in (tail, 1 - tail))
    return np.where(size > 0, np.clip(low, 0, 1), np.nan), np.where(size > 0, np.clip(high, 0, 1), np.nan)


def rate_limits(expected: ArrayLike, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Draw the funnel of observed over expected: where do units lie if what happens is what was expected?

    As `proportion_limits`, with a Poisson distribution, divided by the expected number; the target is 1.

    Parameters
    ----------
    expected : array_like
        Expected numbers of events, above 0.
    level : float
        Central probability.

    Returns
    -------
    low, high : ndarray
        Ratios, at least 0; NaN where nothing is expected or known.

    Raises
    ------
    ValueError
        Negative or infinite numbers; level not between 0 and 1.

    Examples
    --------
    Expecting log 2 events, F(0) = .5: low is cut off at 0.

    >>> low, high = rate_limits([np.log(2)], 0.5)
    >>> print(low.round(4), high.round(4))   # r = 1: F = .8466, f = .3466, (1 - (.8466 - .75)/.3466)/.6931
    [0.] [1.0407]
    """
    size = numbers("expected", expected)
    refuse("expected", size < 0, "is negative")
    tail = (1 - share("level", level)) / 2
    count = np.where(size > 0, size, 1.0)
    low, high = (_interpolated(stats.poisson(count), q) / count for q in (tail, 1 - tail))
    return np.where(size > 0, np.maximum(low, 0), np.nan), np.where(size > 0, np.maximum(high, 0), np.nan)


def _interpolated(distribution: stats.rv_discrete, q: float) -> NDArray[np.float64]:
    r = distribution.ppf(q)
    return r - (distribution.cdf(r) - q) / distribution.pmf(r)


def mean_limits(
    n: ArrayLike, target: float, variance: ArrayLike, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Draw the funnel of a mean: :math:`\theta_0 \pm z \sqrt{s^2/n}`.

    `variance` is that between persons, pooled over all units: with a variance of its own per unit the funnel means
    nothing below n = 15.

    Parameters
    ----------
    n : array_like
    target : float
        In points; usually the mean weighted by precision.
    variance : array_like
        Of a single score.
    level : float
        Central probability.

    Returns
    -------
    low, high : ndarray
        Points; NaN where n = 0.

    Raises
    ------
    ValueError
        Negative or infinite numbers; level not between 0 and 1.

    Examples
    --------
    >>> low, high = mean_limits([16], 70, 400, 0.95)   # 70 -+ 1.96 * 20 / 4
    >>> print(low.round(2), high.round(2))
    [60.2] [79.8]
    """
    size, spread = np.broadcast_arrays(numbers("n", n), numbers("variance", variance))
    refuse("n", size < 0, "is negative")
    refuse("variance", spread < 0, "is negative")
    centre = numbers("target", target, missing=False)
    error = np.sqrt(np.divide(spread, size, out=np.full(size.shape, np.nan), where=size > 0))
    half = special.ndtri((1 + share("level", level)) / 2) * error
    return centre - half, centre + half


def mid_p(successes: ArrayLike, n: ArrayLike, target: float) -> NDArray[np.float64]:
    r"""How surprising is this proportion if the unit equals the target? Two-sided mid-p value.

    :math:`2\min(P(R < r) + \tfrac12 P(R = r),\; P(R > r) + \tfrac12 P(R = r))`, at most 1. Its mean size at 5% is 4.3%
    over units of 5 to 200 (exact p values flag less, the drawn funnel up to 87%). Correct it for the number of units.

    Parameters
    ----------
    successes, n : array_like of whole numbers
    target : float
        Share, in [0, 1].

    Returns
    -------
    ndarray
        In [0, 1]; NaN where n = 0 or missing.

    Raises
    ------
    ValueError
        Numbers that are negative, infinite, not whole, or successes above n; target outside 0 to 1.

    Examples
    --------
    >>> print(mid_p([3], [3], 0.5))   # 2 * (0 + 1/8 / 2)
    [0.125]
    """
    r, size = np.broadcast_arrays(_whole("successes", successes), _whole("n", n))
    refuse("successes", r > size, "is larger than n")
    theta = _target(target)
    usable = (size > 0) & ~np.isnan(r)
    count, hits = np.where(usable, size, 1), np.where(usable, r, 0)
    half = stats.binom.pmf(hits, count, theta) / 2
    tail = np.minimum(stats.binom.cdf(hits, count, theta) - half, stats.binom.sf(hits, count, theta) + half)
    return np.where(usable, np.clip(2 * tail, 0, 1), np.nan)


def overdispersion(z: ArrayLike, winsorise: float = 0.10, corrected: bool = True) -> float:
    r"""How much more do units differ than chance explains? The mean of squared z scores, outliers drawn in.

    z scores are winsorised at the quantiles `winsorise` and 1 - `winsorise` (Spiegelhalter et al. 2012, JRSS A 175,
    section 3). That shrinks :math:`E z^2` below 1, to

    .. math:: c = (1 - 2q)\Bigl(1 - \frac{2 z_q \varphi(z_q)}{1 - 2q}\Bigr) + 2 q z_q^2

    (.679 at 10%), by which `corrected` divides. Uncorrected limits flag 10.6% instead of 5% when true differences are
    as large as chance.

    Parameters
    ----------
    z : array_like
        Standardised differences from the target, one per unit; missing ones are left out.
    winsorise : float
        Share drawn in at each end, from 0 (none) to below .5.
    corrected : bool
        False mirrors the published recipe (CQC, FunnelPlotR).

    Returns
    -------
    float
        phi; 1 is what chance gives. NaN with fewer than 8 units.

    Raises
    ------
    ValueError
        An infinite z, or `winsorise` out of range.

    Examples
    --------
    >>> round(overdispersion([-2, -1, -1, 0, 0, 1, 1, 2], winsorise=0), 3)   # 12 / 8
    1.5
    """
    if not 0 <= winsorise < 0.5:
        raise ValueError(f"winsorise must lie from 0 to below 0.5, not {winsorise}")
    known = numbers("z", z).ravel()
    known = known[~np.isnan(known)]
    if len(known) < UNITS_NEEDED:
        return np.nan
    if winsorise == 0:
        return float(np.mean(known**2))
    low, high = np.quantile(known, [winsorise, 1 - winsorise])
    end = special.ndtri(1 - winsorise)
    middle = 1 - 2 * winsorise
    constant = middle - 2 * end * np.exp(-(end**2) / 2) / np.sqrt(2 * np.pi) + 2 * winsorise * end**2
    return float(np.mean(np.clip(known, low, high) ** 2) / (constant if corrected else 1))


def additive_tau2(
    estimate: ArrayLike, std_error: ArrayLike, target: float, winsorise: float = 0.10, corrected: bool = True
) -> float:
    r"""How far do units truly lie apart? Variance between units beyond chance.

    :math:`\tau^2 = \max\bigl(0, (P\phi - (P-1))/(\sum w - \sum w^2/\sum w)\bigr)`, :math:`w = 1/s^2` (Spiegelhalter
    2005, section 3.2; without winsorising the estimate of DerSimonian & Laird). Funnel limits that allow for it are
    :math:`\theta_0 \pm z\sqrt{s^2 + \tau^2}`. It is a finding - providers differ more than chance -, not noise to be
    taken off; look for missing case-mix first.

    Parameters
    ----------
    estimate, std_error : array_like, one element per unit
        On the scale on which z is near normal; units with a missing figure are left out.
    target : float
    winsorise, corrected
        As in `overdispersion`.

    Returns
    -------
    float
        In squared units of `estimate`; NaN with fewer than 8 units.

    Raises
    ------
    ValueError
        A standard error that is not above 0, infinite numbers, `winsorise` out of range.

    Examples
    --------
    Eight units one standard error apart as chance has it twice over: (8 * 2 - 7)/(8 - 1).

    >>> y = np.sqrt(2) * np.array([-1, 1, -1, 1, -1, 1, -1, 1])
    >>> round(additive_tau2(y, np.ones(8), 0, winsorise=0), 4)
    1.2857
    """
    y, s = np.broadcast_arrays(numbers("estimate", estimate), numbers("std_error", std_error))
    refuse("std_error", s <= 0, "is not above 0")
    centre = numbers("target", target, missing=False)
    known = ~(np.isnan(y) | np.isnan(s))
    y, s = y[known], s[known]
    phi = overdispersion((y - centre) / s, winsorise, corrected)
    if np.isnan(phi):
        return np.nan
    w = 1 / s**2
    return float(max(0.0, (len(y) * phi - (len(y) - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def _whole(name: str, values: ArrayLike) -> NDArray[np.float64]:
    given = numbers(name, values)
    refuse(name, given < 0, "is negative")
    refuse(name, ~np.isnan(given) & (given != np.round(given)), "is not a whole number")
    return given


def _target(target: float) -> float:
    if not 0 <= target <= 1:
        raise ValueError(f"target must be a share from 0 to 1, not {target}")
    return float(target)
