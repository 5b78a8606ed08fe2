"""The mix of respondents: what it explains within providers, and what it therefore takes off between them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg

from workbench.analysis.arguments import numbers, refuse
from workbench.analysis.moments import Moments, grouped, moments

COLLINEAR = 1e-7  # R's lm: an adjuster is dropped when less than this share of it is its own
CONSTANT = "constant within every provider"
REPEATED = "says the same as the adjusters before it"
VARIANCES = ("smoothed", "macro", "manual", "pooled")


@dataclass(frozen=True)
class CaseMix:
    """What the adjusters explain.

    Attributes
    ----------
    table : DataFrame
        One row per provider with two scores: ``n, n_eff, mean, adjusted``, and ``squares``, the sum of squared
        residuals (weighted ones brought to n).
    everybody : DataFrame
        One row per provider that occurs: ``n, mean``.
    slopes : Series
        Points per unit of each adjuster used.
    dropped : Mapping
        Adjuster to the reason it was not used.
    scores : Series
        Every score with the effect of the adjusters taken off; missing where the score is.
    """

    table: pd.DataFrame
    everybody: pd.DataFrame
    slopes: pd.Series
    dropped: Mapping[str, str]
    scores: pd.Series


def case_mix(
    scores: pd.Series, provider: pd.Series, adjusters: pd.DataFrame, weights: pd.Series | None = None
) -> CaseMix:
    r"""What do the adjusters explain within providers?

    Least squares of the score on the adjusters with a fixed effect per provider, that is on deviations from the
    provider's means: :math:`\hat\beta = (X_c'X_c)^{-1} X_c'y_c`.

    A missing adjuster is the mean of that adjuster over *all* respondents of its provider, also those without a score;
    where nobody of a provider has it, the unweighted mean of the providers (no adjustment on that point). An adjuster
    that is constant within every provider, or a combination of those before it, is dropped and named.

    Parameters
    ----------
    scores, provider : Series with the same index
        One row per respondent. A missing score is left out; a provider with one score takes no part.
    adjusters : DataFrame with that index
        Numeric columns, possibly none.
    weights : Series with that index, optional
        Above 0, towards the invited; a respondent without one is left out. All means are then weighted ones.

    Returns
    -------
    CaseMix

    Raises
    ------
    ValueError
        Different indexes, a missing provider, text or infinite numbers.

    Examples
    --------
    >>> scores, provider = pd.Series([60.0, 70, 60, 50]), pd.Series(list("aabb"))
    >>> got = case_mix(scores, provider, pd.DataFrame({"health": [1.0, 2, 2, 1], "town": [1.0, 1, 2, 2]}))
    >>> got.slopes.round(6).to_dict(), got.dropped
    ({'health': 10.0}, {'town': 'constant within every provider'})
    """
    values, code, providers = grouped(scores, provider)
    if len(adjusters) != len(values) or not adjusters.index.equals(pd.Series(scores).index):
        raise ValueError(f"adjusters ({len(adjusters)} rows) and scores ({len(values)} rows) must share one index")
    refuse("adjusters", adjusters.columns.duplicated(), "has a column again", list(adjusters.columns))
    names = list(adjusters.columns)
    w = _weights(weights, pd.Series(scores))
    values = np.where(np.isnan(w), np.nan, values)
    known = ~np.isnan(values)
    P = len(providers)
    everybody = _weighted(values[known], code[known], P, w[known])
    used = known & (everybody.n >= 2)[code]
    root = np.sqrt(w[used])

    filled = np.empty((len(values), len(names)), order="F")
    within = np.empty((int(used.sum()), len(names)), order="F")
    centre = np.empty((P, len(names)))
    group = code[used]
    for column, name in enumerate(names):
        x = filled[:, column] = _imputed(numbers(f"adjusters[{name!r}]", adjusters[name]), code, P)
        centre[:, column] = _weighted(x[used], group, P, w[used]).mean
        within[:, column] = root * (x[used] - centre[group, column])
    residual = root * (values[used] - everybody.mean[group])
    kept, dropped, basis = _independent(within, filled, names)
    coordinates = residual @ basis
    beta = linalg.solve_triangular(basis.T @ within[:, kept], coordinates) if kept else np.zeros(0)
    residual -= basis @ coordinates
    total, squared = (np.bincount(group, weights=each, minlength=P) for each in (w[used], w[used] ** 2))
    present = everybody.n >= 2
    to_n = np.divide(everybody.n, total, out=np.ones(P), where=present)
    squares = np.bincount(group, weights=residual**2, minlength=P) * to_n

    n, mean = everybody.n[present], everybody.mean[present]
    effect = centre[present][:, kept] @ beta
    middle = effect.mean() if present.any() else 0.0
    adjusted = mean - (effect - middle)
    taken_off = filled[:, kept] @ beta - middle
    n_eff = total[present] ** 2 / squared[present]
    columns = {"n": n.astype(int), "n_eff": n_eff, "mean": mean, "adjusted": adjusted, "squares": squares[present]}
    return CaseMix(
        table=pd.DataFrame(columns, index=providers[present]),
        everybody=pd.DataFrame({"n": everybody.n.astype(int), "mean": everybody.mean}, index=providers),
        slopes=pd.Series(beta, index=[names[column] for column in kept], name="slope", dtype=float),
        dropped=dropped,
        scores=pd.Series(values - taken_off, index=pd.Series(scores).index, name=pd.Series(scores).name),
    )


def adjust(
    scores: pd.Series,
    provider: pd.Series,
    adjusters: pd.DataFrame,
    variance: str = "smoothed",
    prior_df: float = 15,
) -> pd.DataFrame:
    r"""What would each provider's mean be if all had the same mix of respondents?

    Provider means after regression of the score on the adjusters with a fixed effect per provider, as the CAHPS program
    does (AHRQ, Instructions for analyzing data from CAHPS surveys, version 4.1):
    :math:`a_p = m_p - \hat\beta'(\bar x_p - \bar x)`, with a constant so that the unweighted mean of the :math:`a_p` is
    that of the :math:`m_p`. Random-effect slopes would be biased where the mix goes with quality. Never adjust for what
    a provider can influence (waiting time, turnover of staff).

    The variance of :math:`a_p` rests on the residuals within the provider, with :math:`s_p^2 = SS_p/(n_p - 1)`:

    ``smoothed``
        :math:`(A\bar s^2 + (n_p - 1)s_p^2)/(A + n_p - 1)/n_p`, df :math:`n_p - 1 + A`; :math:`\bar s^2` is the region's
        :math:`\sum SS/\sum(n-1)` and A `prior_df`. The recommended one: without true differences it flags 4.9% of
        providers, also the small ones, where the next two flag 8.7% and 6.1%.
    ``macro``
        :math:`SS_p/n_p^2`, df :math:`N - P - k`: the code of the CAHPS macro 4.1c.
    ``manual``
        :math:`s_p^2/n_p`, df :math:`n_p - 1`: what its manual says.
    ``pooled``
        :math:`\sum SS/(N - P - k)/n_p`, df :math:`N - P - k`: equal variances.

    Parameters
    ----------
    scores, provider : Series with the same index
        One row per respondent, also those without a score: their adjusters count in the imputation.
    adjusters : DataFrame with that index
        Numeric columns, possibly none; what is missing is imputed and what says nothing is dropped: see `case_mix`.
    variance : {"smoothed", "macro", "manual", "pooled"}
    prior_df : float
        Weight of the region's variance, in persons, for ``smoothed``.

    Returns
    -------
    DataFrame, one row per provider with at least two scores
        ``n`` scores, ``mean``, ``adjusted``, ``variance`` of the adjusted mean, ``df``. The adjusted mean can leave the
        scale: clip it for display only. ``attrs["dropped_adjusters"]`` says which adjusters were dropped, and why.

    Raises
    ------
    ValueError
        Different indexes, a missing provider, text or infinite numbers, an unknown `variance`.

    Examples
    --------
    Health is worth 10 points. Provider a has the healthier people, a third of a point: 3.33 points between them go.

    >>> scores, provider = pd.Series([60.0, 70, 70, 60, 50, 50]), pd.Series(list("aaabbb"))
    >>> health = pd.DataFrame({"health": [1.0, 2, 2, 2, 1, 1]})
    >>> adjust(scores, provider, health)[["n", "mean", "adjusted"]].round(2)
       n   mean  adjusted
    a  3  66.67      65.0
    b  3  53.33      55.0
    """
    return with_variance(case_mix(scores, provider, adjusters), variance, prior_df)


def with_variance(mix: CaseMix, variance: str = "smoothed", prior_df: float = 15) -> pd.DataFrame:
    """Adjusted means with the variance asked for: the second half of `adjust`.

    Parameters
    ----------
    mix : CaseMix
    variance, prior_df
        As in `adjust`.

    Returns
    -------
    DataFrame
        As `adjust`.

    Raises
    ------
    ValueError
        An unknown `variance`, or a negative `prior_df`.

    Examples
    --------
    Residuals of -1, 0, 1 twice: SS = 2 each, so s2 = 1 for both, on three people.

    >>> scores = pd.Series([4.0, 5, 6, 7, 8, 9])
    >>> mix = case_mix(scores, pd.Series(list("aaabbb")), pd.DataFrame(index=scores.index))
    >>> with_variance(mix, "manual")["variance"].round(4).to_list()
    [0.3333, 0.3333]
    """
    if variance not in VARIANCES:
        raise ValueError(f"variance must be one of {', '.join(VARIANCES)}, not {variance!r}")
    if not (np.isfinite(prior_df) and prior_df >= 0):
        raise ValueError(f"prior_df must be a number of at least 0, not {prior_df}")
    n, n_eff, squares = (mix.table[name].to_numpy(float) for name in ("n", "n_eff", "squares"))
    N, P, k = n.sum(), len(n), len(mix.slopes)
    residual_df = N - P - k if N - P - k > 0 else np.nan
    own = squares / (n - 1)
    if variance == "macro":
        of_mean, df = squares / n / n_eff, np.full(P, residual_df)
    elif variance == "manual":
        of_mean, df = own / n_eff, n - 1
    elif variance == "pooled":
        of_mean, df = squares.sum() / residual_df / n_eff, np.full(P, residual_df)
    else:
        regional = squares.sum() / (n - 1).sum() if P else np.nan
        df = n - 1 + prior_df
        of_mean = (prior_df * regional + (n - 1) * own) / df / n_eff
    table = mix.table[["n", "mean", "adjusted"]].assign(variance=of_mean, df=df)
    table.attrs["dropped_adjusters"] = dict(mix.dropped)
    return table


def _weights(weights: pd.Series | None, scores: pd.Series) -> NDArray[np.float64]:
    if weights is None:
        return np.ones(len(scores))
    if not weights.index.equals(scores.index):
        raise ValueError(f"weights ({len(weights)} rows) and scores ({len(scores)} rows) must share one index")
    w = numbers("weights", weights)
    refuse("weights", w <= 0, "is not above 0", weights.index)
    return w


def _weighted(values: NDArray[np.float64], group: NDArray[np.intp], P: int, w: NDArray[np.float64]) -> Moments:
    """Return numbers and weighted means per group; `squares` are not asked for."""
    n = np.bincount(group, minlength=P).astype(float)
    total = np.bincount(group, weights=w, minlength=P)
    mean = np.divide(
        np.bincount(group, weights=w * values, minlength=P), total, out=np.full(P, np.nan), where=total > 0
    )
    return Moments(n, mean, np.full(P, np.nan))


def _imputed(x: NDArray[np.float64], code: NDArray[np.intp], P: int) -> NDArray[np.float64]:
    given = ~np.isnan(x)
    if given.all():
        return x
    mean = moments(x[given], code[given], P).mean
    anywhere = mean[~np.isnan(mean)]
    mean = np.where(np.isnan(mean), anywhere.mean() if anywhere.size else 0.0, mean)
    return np.where(given, x, mean[code])


def _independent(
    within: NDArray[np.float64], raw: NDArray[np.float64], names: list[str]
) -> tuple[list[int], dict[str, str], NDArray[np.float64]]:
    """Columns that say something of their own, why the others do not, and an orthonormal basis of the former.

    QR with the limited pivoting of R's lm: columns keep their order, one that adds nothing moves out. Which one is
    dropped then never depends on the order of respondents.
    """
    kept: list[int] = []
    dropped: dict[str, str] = {}
    basis = np.empty(within.shape, order="F")
    for column, name in enumerate(names):
        x = within[:, column]
        size = float(np.linalg.norm(x))
        if size <= 1e-12 * float(np.linalg.norm(raw[:, column])):
            dropped[name] = CONSTANT
            continue
        x = x / size
        so_far = basis[:, : len(kept)]
        for _ in range(2):  # twice is enough (Kahan)
            x -= so_far @ (x @ so_far)
        own = float(np.linalg.norm(x))
        if own <= COLLINEAR or len(kept) >= len(within):
            dropped[name] = REPEATED
            continue
        basis[:, len(kept)] = x / own
        kept.append(column)
    return kept, dropped, basis[:, : len(kept)]
