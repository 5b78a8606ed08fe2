"""Change of providers from the first to the last measurement."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import listed, positive, refuse
from workbench.analysis.hypotheses import (
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
    p, q = p_difference(difference), p_equivalence(difference, margin)
    p_adjusted, q_adjusted = benjamini_hochberg(p), benjamini_hochberg(q)
    verdict = np.select(
        [(p_adjusted < ALPHA) & (abs(difference.estimate) >= margin), q_adjusted < ALPHA],
        ["changed", "stable"],
        "not to be told",
    )
    return keys.assign(
        n_first=first.n.astype(int),
        n_last=last.n.astype(int),
        mean_first=first.mean,
        mean_last=last.mean,
        difference=difference.estimate,
        std_error=difference.std_error,
        df=difference.df,
        conf_low=low,
        conf_high=high,
        p_value=p,
        p_adjusted=p_adjusted,
        p_stable=q,
        p_stable_adjusted=q_adjusted,
        verdict=verdict.astype(object),
    )


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
