"""What became of the care: drop-out, restarts, goals, usefulness, and going on without help."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import need, numbers, refuse
from workbench.analysis.endings import (
    GROUPS,
    dropout,
    ending_group,
    ending_groups,
    ending_shares,
    provisional_shares,
)
from workbench.analysis.intervals import bounded_mean, wilson
from workbench.analysis.moments import grouped, moments
from workbench.analysis.per_unit import shares, units
from workbench.analysis.restarts import link_restarts, no_restart, restart

__all__ = [
    "GROUPS",
    "dropout",
    "ending_group",
    "ending_groups",
    "ending_shares",
    "goals",
    "link_restarts",
    "no_restart",
    "provisional_shares",
    "restart",
    "usefulness",
    "without_help",
]

ANSWERS = ("01", "02", "03", "04")
WITHOUT_HELP_NOW = "03+04"


def goals(episodes: pd.DataFrame, by: str | None = "provider_id") -> pd.DataFrame:
    r"""What share of the goals that were agreed was reached?

    Goals reached over goals set, :math:`R = \sum r/\sum s`, over ended episodes with goals. The goals of one episode
    are no independent trials: :math:`se^2 = \frac{n}{n-1}\sum(r_i - R s_i)^2/(\sum s)^2` takes the episode as the unit
    (ratio estimator; Cochran 1977, Sampling Techniques, section 6.4), and the interval is Wilson's on the number of
    independent goals that gives this error.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        Needs ``ended_on, goals_set, goals_reached`` and `by`. Left out: running episodes, those without goals, and
        those whose goals were not evaluated (``goals_reached`` missing).
    by : str or None
        Column of the unit; None for ``all``. Episodes without a unit are left out.

    Returns
    -------
    DataFrame, one row per unit
        ``n`` episodes, ``n_goals``, ``n_eff`` independent goals (from n to n_goals), ``count`` reached, ``estimate``
        (share), ``std_error``, ``conf_low, conf_high``. NaN where n = 0; no standard error where n = 1.

    Raises
    ------
    ValueError
        A missing column, negative or infinite numbers, more goals reached than set.

    Examples
    --------
    Three of six goals; the episodes are 1 and 1 away from what half would be: sqrt(2/1 * 2)/6.

    >>> episodes = pd.DataFrame({
    ...     "provider_id": "p", "ended_on": pd.Timestamp("2026-01-31"), "goals_set": [4, 2], "goals_reached": [3, 0]})
    >>> goals(episodes)[["n", "n_goals", "estimate", "std_error"]].round(4)
                 n  n_goals  estimate  std_error
    provider_id
    p            2      6.0       0.5     0.3333
    """
    need("episodes", episodes, ["ended_on", "goals_set", "goals_reached"])
    agreed = numbers("episodes.goals_set", episodes["goals_set"])
    reached = numbers("episodes.goals_reached", episodes["goals_reached"])
    refuse("episodes.goals_set", agreed < 0, "is negative", episodes.index)
    refuse("episodes.goals_reached", reached < 0, "is negative", episodes.index)
    refuse("episodes.goals_reached", reached > agreed, "is larger than goals_set", episodes.index)
    code, names = units(episodes, by)
    used = episodes["ended_on"].notna().to_numpy() & (agreed > 0) & ~np.isnan(reached) & (code >= 0)
    code, agreed, reached = code[used], agreed[used], reached[used]

    def total(values: NDArray) -> NDArray[np.float64]:
        return np.bincount(code, weights=values, minlength=len(names)).astype(float)

    n, n_goals, count = total(np.ones(len(code))), total(agreed), total(reached)
    nothing = np.full(len(names), np.nan)
    estimate = np.divide(count, n_goals, out=nothing.copy(), where=n > 0)
    squares = total((reached - estimate[code] * agreed) ** 2)
    of_sum = np.divide(n * squares, n - 1, out=nothing.copy(), where=n > 1)
    std_error = np.divide(np.sqrt(of_sum), n_goals, out=nothing.copy(), where=n > 1)
    binomial = estimate * (1 - estimate)
    clear = (binomial > 0) & (std_error > 0)
    n_eff = np.divide(binomial, std_error**2, out=np.where(binomial > 0, n_goals, n), where=clear)
    n_eff = np.where(n > 1, np.clip(n_eff, n, n_goals), n)
    low, high = wilson(np.where(n > 0, estimate * n_eff, 0), n_eff)
    columns = {"n": n.astype(int), "n_goals": n_goals, "n_eff": n_eff, "count": count, "estimate": estimate}
    return pd.DataFrame({**columns, "std_error": std_error, "conf_low": low, "conf_high": high}, index=names)


def usefulness(marks: pd.Series, unit: pd.Series, threshold: int = 7) -> pd.DataFrame:
    """How useful was the help? Mean mark, and the share of people who gave at least the threshold.

    Parameters
    ----------
    marks, unit : Series with the same index
        One row per respondent: a mark of 1 to 10, missing where not given, and the provider.
    threshold : int
        Mark from which help counts as useful.

    Returns
    -------
    DataFrame, one row per unit
        ``n`` marks, ``estimate`` mean 1-10, ``std_error``, ``conf_low, conf_high`` (`intervals.bounded_mean`, whose
        dispersion leans on all units: give one measure at a time); ``share`` at or above the threshold with
        ``share_low, share_high`` (Wilson). NaN where n = 0, no interval of the mean where n = 1.

    Raises
    ------
    ValueError
        Marks that are not whole numbers of 1 to 10, different indexes, a missing unit.

    Examples
    --------
    >>> got = usefulness(pd.Series([6, 8, 10, 8]), pd.Series(list("ppqq")))
    >>> got[["n", "estimate", "share"]]
       n  estimate  share
    p  2       7.0    0.5
    q  2       9.0    1.0
    """
    values, code, names = grouped(marks, unit, ("marks", "unit"))
    given = ~np.isnan(values)
    whole = given & ((values < 1) | (values > 10) | (values != np.round(np.where(given, values, 0))))
    refuse("marks", whole, "is not a whole number of 1 to 10", pd.Series(marks).index)
    of = moments(values[given], code[given], len(names))
    variance = np.divide(of.squares, of.n - 1, out=np.full(len(names), np.nan), where=of.n > 1)
    std_error = np.sqrt(np.divide(variance, of.n, out=np.full(len(names), np.nan), where=of.n > 1))
    low, high = bounded_mean(of.n, of.mean, variance, low=1, high=10)
    useful = shares(np.bincount(code[given & (values >= threshold)], minlength=len(names)), of.n.astype(int), names)
    columns = {"n": of.n.astype(int), "estimate": of.mean, "std_error": std_error, "conf_low": low, "conf_high": high}
    return pd.DataFrame(columns, index=names).assign(
        share=useful["estimate"], share_low=useful["conf_low"], share_high=useful["conf_high"]
    )


def without_help(answers: pd.Series, unit: pd.Series) -> pd.DataFrame:
    """Can people go on without help? The whole distribution of the four answers, and who needs none now.

    An ordered answer, never a mean: ``01`` the same or heavier help needed, ``02`` lighter help will do, ``03`` none
    now, expects to come back, ``04`` none; ``03+04`` adds the last two. Answers from before 2021 were another scale.

    Parameters
    ----------
    answers, unit : Series with the same index
        One row per respondent: code 1 to 4, missing where not answered, and the provider.

    Returns
    -------
    DataFrame, one row per unit and code (the index; codes ``01`` to ``04`` and ``03+04``)
        ``n`` answers of the unit, ``count``, ``estimate`` (share), ``std_error, conf_low, conf_high`` (Wilson).

    Raises
    ------
    ValueError
        Another code, different indexes, a missing unit.

    Examples
    --------
    >>> without_help(pd.Series([4, 4, 3, 1]), pd.Series(list("pppp")))["estimate"]["p"].to_dict()
    {'01': 0.25, '02': 0.0, '03': 0.25, '04': 0.5, '03+04': 0.75}
    """
    values, code, names = grouped(answers, unit, ("answers", "unit"))
    given = ~np.isnan(values)
    refuse("answers", given & ~np.isin(values, (1, 2, 3, 4)), "is not 1, 2, 3 or 4", pd.Series(answers).index)
    cell = code[given] * 4 + values[given].astype(np.intp) - 1
    count = np.bincount(cell, minlength=4 * len(names)).reshape(len(names), 4)
    count = np.column_stack([count, count[:, 2] + count[:, 3]])
    n = count[:, :4].sum(axis=1).repeat(5)
    index = pd.MultiIndex.from_product([names, [*ANSWERS, WITHOUT_HELP_NOW]], names=[names.name, "code"])
    return shares(count.ravel(), n, index)
