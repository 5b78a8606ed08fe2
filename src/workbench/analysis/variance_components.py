"""How much providers differ, beside how much the people of one provider differ: one-way random effects."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from workbench.analysis.arguments import share
from workbench.analysis.moments import Moments, grouped, moments


class Components(NamedTuple):
    """Variance between groups `tau2`, within groups `sigma2`, and tau2 / (tau2 + sigma2)."""

    tau2: float
    sigma2: float
    icc: float


UNKNOWN = Components(np.nan, np.nan, np.nan)


def reml(groups: Moments) -> Components:
    r"""Estimate the variance between and within groups by restricted maximum likelihood.

    With :math:`r = \tau^2/\sigma^2` and :math:`w_j = n_j/(1 + n_j r)` everything but r has a closed form, so that

    .. math:: -2\ell(r) = (N-1)\log RSS(r) + \sum \log(1 + n_j r) + \log \sum w_j, \quad
        RSS(r) = SSW + \sum w_j (m_j - \hat\mu)^2

    is minimised in one dimension: a grid brackets the minimum, Brent's method finds the root of the derivative to
    machine precision (Searle, Casella & McCulloch 1992, Variance Components, section 3.8). It equals lme4 and costs a
    millisecond whatever the number of people. Not for crossed or deeper nesting.

    Parameters
    ----------
    groups : Moments
        Groups with n = 0 are ignored.

    Returns
    -------
    Components
        NaN with fewer than two groups or nobody to compare within a group. 0, 0, 0 where all values are equal: then
        there is no measurable difference. `icc` is 1 where groups differ and nobody within them does.

    Examples
    --------
    Balanced data have a textbook answer: MSB = 18, MSW = 2, so tau2 = (18 - 2)/2.

    >>> import numpy as np
    >>> got = reml(Moments(np.full(3, 2.0), np.array([2.0, 5.0, 8.0]), np.full(3, 2.0)))
    >>> print(f"{got.tau2:.6f} {got.sigma2:.6f} {got.icc:.6f}")
    8.000000 2.000000 0.800000
    """
    n, mean, squares = (part[groups.n > 0] for part in groups)
    N, within = float(n.sum()), float(squares.sum())
    if len(n) < 2 or len(n) == N:
        return UNKNOWN
    between = float(np.sum(n * (mean - np.average(mean, weights=n)) ** 2))
    rounding = 1e-24 * N * float(np.max(abs(mean))) ** 2
    if between <= rounding and within <= rounding:
        return Components(0.0, 0.0, 0.0)
    if within <= rounding:
        return Components(float(np.var(mean, ddof=1)), 0.0, 1.0)

    def weights_and_rss(ratio: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        w = n / (1 + n * ratio[:, None])
        deviation = mean - (w @ mean / w.sum(axis=1))[:, None]
        return w, deviation, within + (w * deviation**2).sum(axis=1)

    def deviance(ratio: NDArray) -> NDArray:
        w, _, rss = weights_and_rss(ratio)
        return (N - 1) * np.log(rss) + np.log1p(n * ratio[:, None]).sum(axis=1) + np.log(w.sum(axis=1))

    def slope(ratio: float) -> float:
        w, deviation, rss = weights_and_rss(np.array([ratio]))
        return float(-(N - 1) * np.sum(w**2 * deviation**2) / rss[0] + w.sum() - np.sum(w**2) / w.sum())

    grid = np.concatenate([[0.0], np.exp(np.linspace(-20, 30, 201))])
    parts = np.array_split(grid, max(1, len(grid) * len(n) // 100_000))  # a part at a time: little memory
    best = int(np.argmin(np.concatenate([deviance(part) for part in parts])))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    ratio = optimize.brentq(slope, low, high, xtol=1e-300) if slope(low) < 0 < slope(high) else grid[best]
    sigma2 = float(weights_and_rss(np.array([ratio]))[2][0]) / (N - 1)
    return Components(float(ratio * sigma2), sigma2, float(ratio / (1 + ratio)))


def icc_anova(groups: Moments) -> float:
    r"""Intraclass correlation by one-way analysis of variance, with :math:`n_0` for unequal groups.

    :math:`(MSB - MSW)/(MSB + (n_0 - 1) MSW)`, :math:`n_0 = (N - \sum n^2/N)/(P - 1)` (Donner 1986, Int. Stat. Rev. 54,
    67-82). It can be negative: groups then differ less than chance.

    Parameters
    ----------
    groups : Moments
        Groups with n = 0 are ignored.

    Returns
    -------
    float
        NaN with fewer than two groups or nobody to compare within a group; 0 where all values are equal.

    Examples
    --------
    >>> import numpy as np
    >>> groups = Moments(np.full(3, 2.0), np.array([2.0, 5.0, 8.0]), np.full(3, 2.0))
    >>> print(f"{icc_anova(groups):.2f}")   # (18 - 2) / (18 + 2)
    0.80
    """
    n, mean, squares = (part[groups.n > 0] for part in groups)
    N, P = float(n.sum()), len(n)
    if P < 2 or N == P:
        return np.nan
    between = float(np.sum(n * (mean - np.average(mean, weights=n)) ** 2)) / (P - 1)
    within = float(squares.sum()) / (N - P)
    n0 = (N - float(np.sum(n**2)) / N) / (P - 1)
    total = between + (n0 - 1) * within
    rounding = 1e-24 * N * float(np.max(abs(mean))) ** 2
    return (between - within) / total if max(between, within) > rounding else 0.0


@dataclass(frozen=True)
class ProviderReliability:
    """How far a score tells providers apart.

    Attributes
    ----------
    icc, tau2, sigma2 : float
        Share of the variance that lies between providers, that variance, and the one within (REML).
    icc_anova : float
        The same share by analysis of variance; can be negative.
    reliability : Series
        Per provider: the share of true differences in the variance of its mean.
    """

    icc: float
    tau2: float
    sigma2: float
    icc_anova: float
    reliability: pd.Series

    def n_for(self, reliability: float) -> int | float:
        """Respondents a provider needs to reach `reliability`, rounded up.

        Infinite where providers do not measurably differ (icc 0).

        Raises
        ------
        ValueError
            `reliability` outside 0 to 1, or no icc because there is nothing to compare.
        """
        if np.isnan(self.icc):
            raise ValueError("icc is unknown: at least two providers, one with two scores, are needed")
        if self.icc <= 0:
            share("reliability", reliability)
            return math.inf
        needed = share("reliability", reliability) / (1 - reliability) * (1 - self.icc) / self.icc
        return max(1, math.ceil(needed * (1 - 1e-12)))


def provider_reliability(scores: pd.Series, provider: pd.Series) -> ProviderReliability:
    r"""How well does this score tell providers apart?

    :math:`ICC = \tau^2/(\tau^2 + \sigma^2)` by restricted maximum likelihood; the mean of a provider with n scores has
    reliability :math:`n\,ICC/(1 + (n-1)\,ICC)` (Spearman-Brown; Snijders & Bosker 2012, Multilevel Analysis, section
    3.5). From .70 a comparison is publishable, from .80 usable in contracting. Not the reliability of a person's score.

    Parameters
    ----------
    scores, provider : Series with the same index
        One row per respondent; a missing score is left out.

    Returns
    -------
    ProviderReliability
        icc 0 means no measurable difference between providers; NaN that nothing can be said (fewer than two
        providers, or nowhere two scores at one provider).

    Raises
    ------
    ValueError
        Different indexes, a missing provider, an infinite score.

    Examples
    --------
    Three providers of two people; MSB = 18 and MSW = 2, so icc = .8 and two people give 2 * .8 / 1.8.

    >>> got = provider_reliability(pd.Series([1.0, 3, 4, 6, 7, 9]), pd.Series(list("aabbcc")))
    >>> print(f"{got.icc:.4f} {got.reliability['a']:.4f} {got.n_for(0.9)}")
    0.8000 0.8889 3
    """
    values, code, providers = grouped(scores, provider)
    known = ~np.isnan(values)
    groups = moments(values[known], code[known], len(providers))
    between = reml(groups)
    present = groups.n > 0
    n = pd.Series(groups.n[present], index=providers[present], name="reliability")
    return ProviderReliability(
        icc=between.icc,
        tau2=between.tau2,
        sigma2=between.sigma2,
        icc_anova=icc_anova(groups),
        reliability=n * between.icc / (1 + (n - 1) * between.icc),
    )
