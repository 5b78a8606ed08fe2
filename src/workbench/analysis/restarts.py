"""Whether care began again after it had ended."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.arguments import need, positive, refuse
from workbench.analysis.incidence import incidence_at
from workbench.analysis.per_unit import units

DAYS_PER_MONTH = 365.25 / 12
LEFT_OUT = ("tijdelijk", "administratief", "overlijden", "ander_domein")


def link_restarts(episodes: pd.DataFrame, min_days: int = 1) -> pd.DataFrame:
    """Find for every ended episode the day on which care of the same client began again, at any provider.

    Per ended episode, looking at the other episodes of its client:

    * care went on - another one was running on the day of the end, or began within fewer than `min_days` days after it
      (a transfer): ``restart_on`` is the day of the end itself, so that `restart` leaves the ending out and counts it;
    * otherwise ``restart_on`` is the first day after it on which one began;
    * or missing, if none began. A running episode has no restart either.

    Days between are those between the two dates: ended on the 10th and begun on the 11th is 1. "Running" on the day of
    an end is an episode that began on or before that day and ends later, or has not ended. One pass over the sorted
    episodes, however many a client has.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        Needs ``client, provider_id, started_on, ended_on``; missing ``ended_on`` while it runs. All episodes of the
        region, in any order: a restart elsewhere is only seen there. What began after ``follow_up_until`` of the
        episode, if that column is there, is not seen.
    min_days : int
        Fewest days between end and new start for a restart.

    Returns
    -------
    DataFrame with the index of `episodes`
        ``restart_on`` (datetime) and ``restart_same_provider`` (boolean; missing without a restart and where care went
        on; true if any of several starts on that day is at the same provider).

    Raises
    ------
    ValueError
        A missing column, client or start, an end before the start, `min_days` below 1.

    Examples
    --------
    The first episode is followed by a transfer on the day of its end, the second by a restart 51 days later.

    >>> episodes = pd.DataFrame({
    ...     "client": "c", "provider_id": ["p", "q", "q"],
    ...     "started_on": pd.to_datetime(["2025-01-01", "2025-03-01", "2025-06-20"]),
    ...     "ended_on": pd.to_datetime(["2025-03-01", "2025-04-30", None])})
    >>> link_restarts(episodes)
      restart_on  restart_same_provider
    0 2025-03-01                   <NA>
    1 2025-06-20                   True
    2        NaT                   <NA>
    """
    need("episodes", episodes, ["client", "provider_id", "started_on", "ended_on"])
    if min_days < 1:
        raise ValueError(f"min_days must be at least 1, not {min_days}")
    for column in ("client", "started_on"):
        refuse("episodes", episodes[column].isna(), f"has no {column}", episodes.index)
    backwards = (episodes["ended_on"] < episodes["started_on"]).fillna(False)
    refuse("episodes.ended_on", backwards, "lies before started_on", episodes.index)

    client = pd.factorize(episodes["client"])[0].astype(np.int64)
    provider = pd.factorize(episodes["provider_id"])[0]
    start, end = _days("started_on", episodes), _days("ended_on", episodes)
    forever = np.where(np.isnan(end), np.inf, end)
    order = np.lexsort((forever, start, client))
    client, provider = client[order], provider[order]
    start, end, forever = start[order], end[order], forever[order]

    # position of the first episode of the same client that began on or after the day of the end
    n = len(client)
    first_day = start.min(initial=0)
    span = max(start.max(initial=0), forever.max(initial=0, where=np.isfinite(forever))) - first_day + 1
    ends = np.where(np.isnan(end), start, end)
    following = np.searchsorted(client * span + (start - first_day), client * span + (ends - first_day))
    following = np.maximum(following, np.arange(n) + 1)
    there = np.append(client, -1)[following] == client
    begins = np.where(there, np.append(start, np.nan)[following], np.nan)

    # the last end among the client's episodes that began before that day, itself included
    last_end = pd.Series(forever).groupby(client).cummax().to_numpy()
    running = last_end[following - 1] > end
    went_on = running | (begins - end < min_days)
    restarts = there & ~np.isnan(end) & ~went_on
    if "follow_up_until" in episodes:
        restarts &= ~(begins > _days("follow_up_until", episodes)[order])
    day = np.select([went_on, restarts], [end, begins], np.nan)
    starts = pd.MultiIndex.from_arrays([client, provider, start])
    same = pd.MultiIndex.from_arrays([client, provider, begins]).isin(starts)

    linked = pd.DataFrame(
        {
            "restart_on": pd.to_datetime(pd.Series(day), unit="D").astype(episodes["started_on"].dtype),
            "restart_same_provider": pd.Series(same, dtype="boolean").where(restarts),
        }
    )
    back = np.empty(n, dtype=np.intp)
    back[order] = np.arange(n)
    return linked.iloc[back].set_axis(episodes.index)


def _days(column: str, table: pd.DataFrame) -> NDArray[np.float64]:
    """Days since 1970 without a clock, NaN where missing."""
    if not pd.api.types.is_datetime64_any_dtype(table[column]):
        raise ValueError(f"episodes.{column} must hold dates, not {table[column].dtype}")
    days = table[column].to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(float))


def restart(
    episodes: pd.DataFrame,
    months: float = 12,
    min_days: int = 1,
    same_provider: bool = False,
    by: str | None = "provider_id",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """For what share of ended care did care begin again within so many months?

    Aalen-Johansen (`intervals.cumulative_incidence`) from the day of the end; who is followed for less long counts for
    as long as that. The standard error adds up the episodes of one client. Left out are deaths, moves to another domain
    (Wlz, Zvw), temporary and administrative endings, and endings after which care went on (``restart_on`` fewer than
    `min_days` after the end: a transfer). A restart at another provider is visible in regional data only.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        Needs ``client, ended_on, ending_group, follow_up_until, restart_on`` and `by`, as from `link_restarts`; for
        `same_provider` also ``restart_same_provider``. Running episodes are left out; a restart after
        ``follow_up_until`` is not seen.
    months : float
        Horizon; a month is 365.25 / 12 days.
    min_days : int
        Fewest days between end and restart.
    same_provider : bool
        Count only those whose first new start is at the same provider; one elsewhere precludes it.
    by : str or None
        Column of the unit; None for ``all``. Episodes without a unit are left out.
    confidence : float
        Coverage, between 0 and 1.

    Returns
    -------
    DataFrame, one row per unit
        ``n`` endings followed, ``events`` restarts within the horizon, ``dropped_no_follow_up`` endings on or after the
        end of follow-up (or without one), ``dropped_transfers``, ``estimate`` share *with* a restart, ``std_error,
        conf_low, conf_high, n_at_risk``, ``reason`` where there is no figure. See `no_restart` for the complement.

    Raises
    ------
    ValueError
        A missing column, dates that are no dates, a horizon not above 0.

    Examples
    --------
    Twenty ended on one day and were followed for two years; five began again after 60 days.

    >>> day, two_years = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-12-31")
    >>> episodes = pd.DataFrame({
    ...     "client": range(20), "provider_id": "p", "ended_on": day, "ending_group": "volgens_plan",
    ...     "follow_up_until": two_years, "restart_on": [day + pd.Timedelta(60, "D")] * 5 + [pd.NaT] * 15})
    >>> restart(episodes)[["n", "events", "estimate", "n_at_risk"]]
                  n  events  estimate  n_at_risk
    provider_id
    p            20       5      0.25         15
    """
    needed = ["client", "ended_on", "ending_group", "follow_up_until", "restart_on"]
    need("episodes", episodes, needed + (["restart_same_provider"] if same_provider else []))
    horizon = positive("months", months) * DAYS_PER_MONTH
    end, until, again = (_days(column, episodes) for column in ("ended_on", "follow_up_until", "restart_on"))
    code, names = units(episodes, by)
    followed = ~np.isnan(end) & ~episodes["ending_group"].isin(LEFT_OUT).to_numpy() & (code >= 0)
    transfer = followed & (again - end < min_days)
    seen = until > end
    unseen = followed & ~transfer & ~seen
    used = followed & ~transfer & seen

    happened = (again <= until)[used]
    elsewhere = np.zeros(len(happened), dtype=bool)
    if same_provider:
        elsewhere = ~(episodes["restart_same_provider"].fillna(False).to_numpy(dtype=bool)[used])
    kind = np.where(happened, np.where(elsewhere, 2.0, 1.0), 0.0)
    time = (np.where(again <= until, again, until) - end)[used]
    client = episodes["client"].to_numpy()[used]
    table = incidence_at(time, kind, code[used], len(names), horizon, confidence, cluster=client)
    table.index = names
    table["dropped_no_follow_up"] = np.bincount(code[unseen], minlength=len(names))
    table["dropped_transfers"] = np.bincount(code[transfer], minlength=len(names))
    first = [
        "n",
        "events",
        "dropped_no_follow_up",
        "dropped_transfers",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
    ]
    return table[[*first, "n_at_risk", "reason"]]


def no_restart(
    episodes: pd.DataFrame,
    months: float = 12,
    min_days: int = 1,
    same_provider: bool = False,
    by: str | None = "provider_id",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """For what share of ended care did care *not* begin again within so many months?

    One minus `restart`, with the limits of the interval changed places; parameters and everything else as there.

    Parameters
    ----------
    episodes, months, min_days, same_provider, by, confidence
        As in `restart`.

    Returns
    -------
    DataFrame, one row per unit
        The columns of `restart`; ``estimate`` is the share *without* a restart.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01")
    >>> episodes = pd.DataFrame({
    ...     "client": range(20), "provider_id": "p", "ended_on": day, "ending_group": "volgens_plan",
    ...     "follow_up_until": pd.Timestamp("2025-12-31"),
    ...     "restart_on": [day + pd.Timedelta(60, "D")] * 5 + [pd.NaT] * 15})
    >>> no_restart(episodes)["estimate"].to_list()
    [0.75]
    """
    table = restart(episodes, months, min_days, same_provider, by, confidence)
    return table.assign(
        estimate=1 - table["estimate"], conf_low=1 - table["conf_high"], conf_high=1 - table["conf_low"]
    )
