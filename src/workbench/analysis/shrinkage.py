"""Estimates drawn towards the mean of all providers, as far as their own precision leaves room for doubt."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from workbench.analysis.arguments import numbers, refuse

PROVIDERS_NEEDED = 5
GRID = 2000
NEGLIGIBLE = 1e-20  # posterior weight below which a value of tau cannot change a double


class Shrunken(NamedTuple):
    """Per provider `estimate, std_error, conf_low, conf_high, p_below`; of all `mu, tau`; `reason` if not possible."""

    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]
    conf_low: NDArray[np.float64]
    conf_high: NDArray[np.float64]
    p_below: NDArray[np.float64]
    mu: float
    tau: float
    reason: str


def shrink(estimate: ArrayLike, variance: ArrayLike) -> Shrunken:
    r"""What is each provider's level, given its own figure and those of all others?

    Normal-normal hierarchical model with flat priors on the mean :math:`\mu` and the spread :math:`\tau`, integrated
    over 2000 midpoints of :math:`\tau` from 0 to :math:`10\sqrt{var(a) + median(v)}`. Given :math:`\tau`, with
    :math:`w = 1/(v + \tau^2)`, :math:`V = 1/\sum w`, :math:`\hat\mu = V \sum w a`, :math:`\lambda = \tau^2 w`:

    .. math::
        \log p(\tau) = \tfrac12\log V + \tfrac12\sum\log w - \tfrac12\sum w(a-\hat\mu)^2, \quad
        \theta \sim N(\lambda a + (1-\lambda)\hat\mu,\; \lambda v + (1-\lambda)^2 V),

    and :math:`P(\theta < \mu)` is the mixture of :math:`\Phi(-\lambda(a-\hat\mu)/\sqrt{\lambda v + \lambda^2 V})`
    (Gelman et al. 2013, Bayesian Data Analysis, section 5.4). Taking :math:`\tau` as known gives intervals that cover
    63% with ten providers; this covers 92-95%. These are the figures to rank by; to test, use `comparison.contrast`.

    Parameters
    ----------
    estimate, variance : array_like, one element per provider
        Adjusted mean, and variance of that mean. A provider with NaN takes no part and gets NaN.

    Returns
    -------
    Shrunken
        In the order given; the interval is estimate -+ 1.96 std_error, `p_below` the probability that the provider lies
        below the mean of all, `mu` and `tau` posterior means. With fewer than 5 providers all are NaN, with a `reason`.

    Raises
    ------
    ValueError
        Different lengths, negative variance, infinite numbers.

    Notes
    -----
    Where all estimates are equal and certain, nothing is left to integrate: they are returned as they are, `p_below`
    one half.

    Examples
    --------
    Five providers in a row: the middle one is as likely below as above, the outer ones are drawn in alike.

    >>> got = shrink([60, 65, 70, 75, 80], [25] * 5)
    >>> print(f"{got.mu:.1f} {got.p_below[2]:.3f} {got.estimate[0] + got.estimate[4]:.1f}")
    70.0 0.500 140.0
    """
    given, error = numbers("estimate", estimate), numbers("variance", variance)
    if given.ndim != 1 or given.shape != error.shape:
        raise ValueError(f"estimate {given.shape} and variance {error.shape} must be one element per provider each")
    refuse("variance", error < 0, "is negative")
    known = ~(np.isnan(given) | np.isnan(error))
    if known.sum() < PROVIDERS_NEEDED:
        nothing = np.full(given.shape, np.nan)
        reason = f"shrinkage needs {PROVIDERS_NEEDED} providers, there are {int(known.sum())}"
        return Shrunken(nothing, nothing, nothing, nothing, nothing, np.nan, np.nan, reason)

    centre = float(given[known].mean())
    mean, sd, below, mu, tau = _integrate(given[known] - centre, error[known])

    def everybody(part: NDArray) -> NDArray:
        out = np.full(given.shape, np.nan)
        out[known] = part
        return out

    level, std_error = everybody(mean + centre), everybody(sd)
    return Shrunken(
        estimate=level,
        std_error=std_error,
        conf_low=level - 1.96 * std_error,
        conf_high=level + 1.96 * std_error,
        p_below=everybody(below),
        mu=mu + centre,
        tau=tau,
        reason="",
    )


def _integrate(a: NDArray, v: NDArray) -> tuple[NDArray, NDArray, NDArray, float, float]:
    """Posterior mean, sd and P(below mu) per provider, and mu and tau, for estimates centred at 0."""
    top = 10 * np.sqrt(np.var(a, ddof=1) + np.median(v))
    if top <= 0:
        return a, np.sqrt(v), np.full(a.shape, 0.5), 0.0, 0.0
    tau = (np.arange(GRID) + 0.5) * top / GRID
    powers = np.column_stack([np.ones(len(a)), a, a**2])
    sums, log_w = np.empty((GRID, 3)), np.empty(GRID)
    for at in np.array_split(np.arange(GRID), max(1, GRID * len(a) // 100_000)):  # a part at a time: little memory
        w = 1 / (v + tau[at, None] ** 2)
        sums[at] = w @ powers
        log_w[at] = np.log(w, out=w).sum(axis=1)
    V = 1 / sums[:, 0]
    mu = V * sums[:, 1]
    log_p = (np.log(V) + log_w - (sums[:, 2] - mu * sums[:, 1])) / 2  # sum w (a - mu)^2; a is centred, so no loss
    p = np.exp(log_p - log_p.max())
    matters = p > NEGLIGIBLE
    p, tau, mu, V = p[matters] / p[matters].sum(), tau[matters], mu[matters], V[matters]

    first, second, below = np.zeros(a.shape), np.zeros(a.shape), np.zeros(a.shape)
    for at in np.array_split(np.arange(len(p)), max(1, len(p) * len(a) // 100_000)):
        lam = tau[at, None] ** 2 / (v + tau[at, None] ** 2)
        level = lam * a + (1 - lam) * mu[at, None]
        spread = lam * v + (1 - lam) ** 2 * V[at, None]
        first += p[at] @ level
        second += p[at] @ (spread + level**2)
        below += p[at] @ special.ndtr(-lam * (a - mu[at, None]) / np.sqrt(lam * v + lam**2 * V[at, None]))
    return first, np.sqrt(np.maximum(second - first**2, 0)), below, float(p @ mu), float(p @ tau)
