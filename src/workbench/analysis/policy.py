"""Did a change of policy matter? Municipalities where it changed beside those where it did not, before and after."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import need
from workbench.analysis.meta import MetaRegression, meta_regression

MOST_ASSIGNMENTS = 20_000


@dataclass(frozen=True)
class PolicyEffect:
    """A difference in differences.

    Attributes
    ----------
    effect, std_error, conf_low, conf_high, p_value : float
        Change where the policy changed less change elsewhere; NaN uncertainty where `reason` says why.
    df : int
        Units less two: what the interval rests on.
    changes : DataFrame, one row per unit (index)
        ``before, after, change, variance, treated``.
    before : PolicyEffect or None
        The same with the last year before as if it were the first after: it should be nothing. None with one year
        before.
    p_placebo, p_smallest : float
        Share of all ways to choose as many units whose effect is at least as large; the smallest that share can be.
    reason : str
        Why there is no interval, or empty.
    """

    effect: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    df: int
    changes: pd.DataFrame
    before: "PolicyEffect | None"
    p_placebo: float
    p_smallest: float
    reason: str


def difference_in_differences(cells: pd.DataFrame, treated: Collection[str], since: int) -> PolicyEffect:
    r"""Did the figure change more where the policy changed than elsewhere?

    Two steps (Donald & Lang 2007, Review of Economics and Statistics 89(2), 221-233): first the change of each unit,
    the mean of its years from `since` less the mean of those before; then the changes of the treated units beside those
    of the others, units as the sample (`meta.meta_regression`, units - 2 degrees of freedom). Municipalities move by
    themselves from year to year; with respondents as the sample that movement passes for an effect, and the more so the
    more people answer. With very few units the interval is wide, which is what there is to know.

    Beside it the placebo test (randomisation inference): how often does as large an effect arise when any other choice
    of as many units is called treated? With one treated of five that share is never below 1 in 5. And with two years
    before or more, the same question about the last of those years: units that drifted apart already are poor controls.

    Parameters
    ----------
    cells : DataFrame, one row per unit and year
        ``unit_id, year, estimate, variance`` (of the estimate, above 0). A unit needs a year before and one after.
    treated : collection of str
        Units where the policy changed.
    since : int
        First year with the new policy.

    Returns
    -------
    PolicyEffect

    Raises
    ------
    ValueError
        A missing column, or no treated unit, control, year before or year after with a figure.

    Examples
    --------
    >>> cells = pd.DataFrame({"unit_id": list("abcd") * 2, "year": [2025] * 4 + [2026] * 4, "variance": 1.0,
    ...     "estimate": [60.0, 61, 62, 63, 70, 61, 63, 62]})
    >>> got = difference_in_differences(cells, ["a"], since=2026)
    >>> round(got.effect, 6), got.df, got.p_smallest
    (10.0, 2, 0.25)
    """
    need("cells", cells, ["unit_id", "year", "estimate", "variance"])
    known = cells.dropna(subset=["estimate", "variance"])
    changes = _changes(known, set(treated), since)
    if not changes["treated"].any() or changes["treated"].all():
        side = "control" if changes["treated"].any() else "treated unit"
        raise ValueError(f"no {side} has a figure both before {since} and from {since} on")
    fit = _fit(changes)
    years = sorted(known.loc[known["year"] < since, "year"].unique())
    earlier = known[known["year"] < since]
    shown_before = None
    if len(years) > 1:
        pre = _changes(earlier, set(treated), years[-1])
        if pre["treated"].any() and not pre["treated"].all():
            shown_before = _effect(_fit(pre), pre, None)
    return _effect(fit, changes, shown_before)


def _changes(known: pd.DataFrame, treated: set[str], since: int) -> pd.DataFrame:
    """Return the change of each unit that has a year on both sides."""
    side = np.where(known["year"] >= since, "after", "before")
    grouped = known.groupby(["unit_id", side])
    mean = grouped["estimate"].mean().unstack().reindex(columns=["before", "after"])
    variance = (grouped["variance"].sum() / grouped.size() ** 2).unstack().reindex(columns=["before", "after"])
    table = mean.assign(change=mean["after"] - mean["before"], variance=variance.sum(axis=1, min_count=2))
    table["treated"] = table.index.isin(treated)
    return table.dropna(subset=["change", "variance"])


def _fit(changes: pd.DataFrame) -> MetaRegression:
    design = np.column_stack([np.ones(len(changes)), changes["treated"].to_numpy(float)])
    return meta_regression(changes["change"], changes["variance"], design)


def _effect(fit: MetaRegression, changes: pd.DataFrame, before: "PolicyEffect | None") -> PolicyEffect:
    p, smallest = _placebo(changes["change"].to_numpy(float), changes["treated"].to_numpy(bool))
    few = "too few controls" if fit.df < 1 else ""
    error = float(fit.std_error[1]) if not few else np.nan
    ends = float(fit.conf_low[1]), float(fit.conf_high[1])
    return PolicyEffect(
        float(fit.coefficient[1]), error, *ends, float(fit.p_value[1]), fit.df, changes, before, p, smallest, few
    )


def _placebo(change: NDArray[np.float64], treated: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the exact placebo p value of the plain difference of means, and the smallest it can be."""
    k, t = len(change), int(treated.sum())
    if comb(k, t) > MOST_ASSIGNMENTS:
        return np.nan, np.nan
    chosen = np.array(list(combinations(range(k), t)))
    of_chosen = change[chosen].sum(axis=1)
    size = abs(of_chosen / t - (change.sum() - of_chosen) / (k - t))
    own = abs(change[treated].mean() - change[~treated].mean())
    return float(np.mean(size >= own - 1e-12)), float(np.mean(size >= size.max() - 1e-12))
