"""Change of providers from the first to the last measurement."""

from collections.abc import Collection, Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import listed, need, positive, refuse
from workbench.analysis.casemix import adjust
from workbench.analysis.hypotheses import (
    Difference,
    benjamini_hochberg,
    p_difference,
    p_equivalence,
    t_interval,
    welch,
)
from workbench.analysis.hypotheses import (
    paired as of_pairs,
)
from workbench.analysis.moments import moments
from workbench.analysis.tidy import moments_per, tidy

ALPHA = 0.05
UNIT = ["provider_id", "dimension"]


def change(scores: pd.DataFrame, margin: float = 5, paired: bool = False) -> pd.DataFrame:
    r"""Did a provider change between the first and the last wave?

    Anonymous waves are independent groups of people: Welch's test. Known persons: the mean of their own changes.
    Treating the same people as independent throws power away (size .2% instead of 5% at r = .6); the reverse is
    invalid.
    Never across a changed question or a changed way of asking: that is a break, not a change. Providers picked out
    because they were low last time rise on average without any improvement.

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``response_id, provider_id, dimension, score, wave`` and, if `paired`, ``person_id``. One role at a time.
        Missing scores are left out. Waves between the first and the last of the table are ignored.
    margin : float
        Smallest change that matters, in points, fixed beforehand.
    paired : bool
        Whether persons are known; only those with both waves at the same provider then count.

    Returns
    -------
    DataFrame, one row per provider and dimension
        ``provider_id, dimension, n_first, n_last, mean_first, mean_last, difference`` (last - first), ``std_error, df,
        conf_low, conf_high`` (95%), ``p_value, p_adjusted, p_stable, p_stable_adjusted, verdict``. Both p values are
        corrected by Benjamini-Hochberg over the table.

        ``changed``
            corrected p below .05 and a difference of at least the margin
        ``stable``
            corrected p below .05 that the difference lies within the margin (two one-sided tests)
        ``not to be told``
            neither; also with fewer than 2 people (pairs) in a wave

    Raises
    ------
    ValueError
        A missing column, fewer than two waves, several roles, a response twice in a dimension, a person twice in a
        wave.

    Examples
    --------
    >>> scores = pd.DataFrame({
    ...     "response_id": range(8), "provider_id": "p", "dimension": "choice", "wave": [2025] * 4 + [2026] * 4,
    ...     "score": [40.0, 45, 55, 60, 70, 75, 85, 90]})
    >>> change(scores)[["difference", "std_error", "verdict"]].round(2)   # variance 83.3: sqrt(83.3/4 + 83.3/4)
       difference  std_error  verdict
    0        30.0       6.45  changed
    """
    margin = positive("margin", margin)
    also = ["wave", "person_id"] if paired else ["wave"]
    known, code, keys = tidy(scores, UNIT, also)
    if "role" in scores and scores["role"].nunique() > 1:
        raise ValueError(f"scores mixes roles {listed(scores['role'].unique())}: compare one at a time")
    waves = np.unique(scores["wave"].to_numpy())
    if len(waves) < 2:
        raise ValueError(f"scores.wave must hold two waves or more, it holds {list(waves)}")
    is_first, is_last = (scores["wave"] == waves[0]).to_numpy(), (scores["wave"] == waves[-1]).to_numpy()
    if paired:
        pairs = _pairs(scores[known], code[known], is_first[known], is_last[known])
        columns = ["first", "last", "change"]
        first, last, own = (moments(pairs[c].to_numpy(), pairs["cell"].to_numpy(), len(keys)) for c in columns)
        difference = of_pairs(own)
    else:
        first, last = (moments_per(known & wave, scores, code, len(keys)) for wave in (is_first, is_last))
        difference = welch(first, last)

    low, high = t_interval(difference)
    made = keys.assign(
        n_first=first.n.astype(int),
        n_last=last.n.astype(int),
        mean_first=first.mean,
        mean_last=last.mean,
        difference=difference.estimate,
        std_error=difference.std_error,
        df=difference.df,
        conf_low=low,
        conf_high=high,
        p_value=p_difference(difference),
        p_stable=p_equivalence(difference, margin),
    )
    return verdicts(made, margin)


def adjusted_change(
    scores: pd.Series,
    provider: pd.Series,
    last: pd.Series,
    adjusters: pd.DataFrame,
    breaks: Collection[Hashable] = (),
    margin: float = 5,
    prior_df: float = 15,
) -> pd.DataFrame:
    r"""Did a provider change between two waves, if both had had the same mix of respondents?

    One regression over both waves with a fixed effect per provider and wave, so that one slope per adjuster holds for
    both and both are brought to the same mix; then the difference of the two adjusted means,
    :math:`SE^2 = v_1 + v_2` with the smoothed variances of `comparison.adjust`, and Satterthwaite's degrees of freedom.
    For anonymous waves; for known persons use ``change(paired=True)``. No p value is corrected here: correct over the
    whole published table with `verdicts`.

    Parameters
    ----------
    scores, provider, last : Series with the same index
        One row per respondent of one dimension: score (missing ones only count in the imputation of adjusters),
        provider, and whether the answer is of the last wave.
    adjusters : DataFrame with that index
        As in `comparison.adjust`.
    breaks : collection
        Providers whose questions or way of asking changed between the waves: they get no difference.
    margin : float
        Smallest change that matters, in points.
    prior_df : float
        As in `comparison.adjust`.

    Returns
    -------
    DataFrame, one row per provider with two scores in both waves (index provider)
        ``n_first, n_last, first, last`` (adjusted means), ``difference, std_error, df, conf_low, conf_high, p_value,
        p_stable`` and ``broken``. Of a broken series only the numbers are given.

    Raises
    ------
    ValueError
        As `comparison.adjust`; a margin that is not above 0.

    Examples
    --------
    >>> scores = pd.Series([60.0, 62, 64, 70, 72, 74])
    >>> wave = pd.Series([False] * 3 + [True] * 3)
    >>> got = adjusted_change(scores, pd.Series(["a"] * 6), wave, pd.DataFrame(index=scores.index))
    >>> got[["n_first", "n_last", "difference"]].round(2).values.tolist()   # no mix to adjust for: 72 - 62
    [[3.0, 3.0, 10.0]]
    """
    margin = positive("margin", margin)
    names = pd.Index(sorted(pd.unique(provider)))
    cell = pd.Series(2 * names.get_indexer(pd.Index(provider)) + last.to_numpy(dtype=int), index=scores.index)
    each = adjust(scores, cell, adjusters, prior_df=prior_df)
    first, second = (each[each.index % 2 == wave] for wave in (0, 1))
    first, second = first.set_axis(names[first.index // 2]), second.set_axis(names[second.index // 2])
    both = first.merge(second, left_index=True, right_index=True, suffixes=("_first", "_last"), validate="1:1")
    v1, v2 = both["variance_first"].to_numpy(), both["variance_last"].to_numpy()
    df = np.divide(
        (v1 + v2) ** 2,
        v1**2 / both["df_first"].to_numpy() + v2**2 / both["df_last"].to_numpy(),
        out=np.full(len(both), np.nan),
        where=v1 + v2 > 0,
    )
    broken = both.index.isin(list(breaks))
    points = np.where(broken, np.nan, (both["adjusted_last"] - both["adjusted_first"]).to_numpy())
    difference = Difference(points, np.where(broken, np.nan, np.sqrt(v1 + v2)), df)
    low, high = t_interval(difference)
    return pd.DataFrame(
        {
            "n_first": both["n_first"],
            "n_last": both["n_last"],
            "first": both["adjusted_first"],
            "last": both["adjusted_last"],
            "difference": difference.estimate,
            "std_error": difference.std_error,
            "df": df,
            "conf_low": low,
            "conf_high": high,
            "p_value": p_difference(difference),
            "p_stable": p_equivalence(difference, margin),
            "broken": broken,
        },
        index=both.index,
    )


def verdicts(table: pd.DataFrame, margin: float = 5) -> pd.DataFrame:
    """Correct the p values of one published table of changes and say what may be told.

    Parameters
    ----------
    table : DataFrame, one row per change
        Needs ``difference, p_value, p_stable``; missing where there is no test.
    margin : float
        Smallest change that matters, in points.

    Returns
    -------
    DataFrame
        The table with ``p_adjusted, p_stable_adjusted, verdict`` as in `change`.

    Examples
    --------
    >>> table = pd.DataFrame({"difference": [8.0, 1, 9], "p_value": [0.01, 0.6, 0.3], "p_stable": [0.9, 0.01, 0.9]})
    >>> verdicts(table)["verdict"].to_list()
    ['changed', 'stable', 'not to be told']
    """
    need("table", table, ["difference", "p_value", "p_stable"])
    p, q = (benjamini_hochberg(table[name].to_numpy(float)) for name in ("p_value", "p_stable"))
    moved = (p < ALPHA) & (abs(table["difference"].to_numpy(float)) >= margin)
    verdict = np.select([moved, q < ALPHA], ["changed", "stable"], "not to be told")
    return table.assign(p_adjusted=p, p_stable_adjusted=q, verdict=verdict.astype(object))


def detectable(n: float, variance: float) -> float:
    r"""How large a change can two waves of n respondents each detect, with 80% power?

    :math:`2.8\,\sqrt{2\sigma^2/n}`: 1.96 for the test and .84 for the power.

    Examples
    --------
    >>> round(detectable(40, 18**2), 1)   # d = 2.8 * sqrt(2/40) = .63 standard deviation
    11.3
    """
    return float(2.8 * np.sqrt(2 * variance / n)) if n > 0 else np.nan


def _pairs(
    scores: pd.DataFrame, cell: NDArray[np.intp], is_first: NDArray[np.bool_], is_last: NDArray[np.bool_]
) -> pd.DataFrame:
    """One row per person with both waves in one cell: its first and last score and the change."""
    table = scores[["person_id", "score"]].assign(cell=cell)
    first, last = table[is_first], table[is_last]
    for wave in (first, last):
        refuse("scores", wave.duplicated(["person_id", "cell"]), "has a person again in the same wave", wave.index)
    both = first.merge(last, on=["person_id", "cell"], suffixes=("_first", "_last"), validate="1:1")
    both = both.rename(columns={"score_first": "first", "score_last": "last"}).astype({"first": float, "last": float})
    return both.assign(change=both["last"] - both["first"])
