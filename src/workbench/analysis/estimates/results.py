"""The five outcomes per provider, municipality and region: from care episodes, and as people state them."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import intervals, outcomes
from workbench.analysis.estimates.contract import UNITS, as_shares, in_cells, rows, together
from workbench.analysis.estimates.persons import with_people

MEASURES = ("uitval", "reden_einde", "geen_herstart", "doelen", "voorlopig")
NO_STOPS = "no stop messages"  # reason of providers whose contract asks for none


def outcome_rows(
    episodes: pd.DataFrame,
    year: int,
    definitions: Mapping[str, object],
    until: pd.Timestamp,
    measures: Collection[str] = MEASURES,
) -> pd.DataFrame:
    """The outcomes that need no questionnaire: drop-out, reasons of ending, no restart, goals reached, what may change.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode, restarts linked
    year : int
        Year of the report.
    definitions : mapping
        ``dropout, dropout_external, restart_months, restart_min_days, restart_same_provider``.
    until : Timestamp
        Last date the register is complete: endings in its calendar year count, for restarts those of two years.
    measures : collection of str
        Which of them.

    Returns
    -------
    DataFrame
        Measures ``uitval`` (category: the other definitions beside the chosen one), ``reden_einde``,
        ``geen_herstart`` (category: months; statistic ``at_risk``: how many were still followed then), ``doelen`` and
        ``voorlopig`` (of how many endings more may come in late; only where some are ``provisional``), per provider,
        municipality and region.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> episodes = pd.DataFrame({"client": list("abcd"), "provider_id": "p", "municipality_code": "GM0632",
    ...     "ending_group": ["volgens_plan", "volgens_plan", "volgens_plan", "eenzijdig_client"],
    ...     "started_on": day("2025-01-01"), "ended_on": day("2025-06-30"), "follow_up_until": day("2025-12-31")})
    >>> definitions = {"dropout": "eenzijdig", "dropout_external": "keep"}
    >>> got = outcome_rows(episodes, 2026, definitions, day("2025-12-31"), measures=["uitval"])
    >>> got[(got["unit"] == "provider") & (got["category"] == "")]["estimate"].to_list()
    [0.25]
    """
    ended = episodes[episodes["ended_on"].dt.year == until.year]
    followed = episodes[episodes["ended_on"].dt.year.between(until.year - 1, until.year)]
    late = "voorlopig" in measures and "provisional" in ended and bool(ended["provisional"].any())
    parts = []
    for unit, by in UNITS.items():
        fixed = {"unit": unit, "group": "client", "year": year}
        if late:
            table, method = _by_unit(outcomes.provisional_shares(ended, by=by)), "share, Wilson interval"
            table = table[table["n"] > 0]
            parts.append(rows(table, measure="voorlopig", statistic="share", method=method, **fixed))
        if "uitval" in measures:
            parts += _dropouts(ended, by, definitions, fixed)
        if "reden_einde" in measures:
            reasons = outcomes.ending_shares(ended, by=by).reset_index()
            reasons = _by_unit(reasons, reset=False).rename(columns={"ending_group": "category"})
            method = "share, Wilson interval"
            parts.append(rows(reasons, measure="reden_einde", statistic="share", method=method, **fixed))
        if "geen_herstart" in measures:
            parts += _restarts(followed, by, definitions, fixed)
        if "doelen" in measures:
            goals, method = _by_unit(outcomes.goals(ended, by=by)), "goals reached / set, clustered"
            parts.append(rows(goals, measure="doelen", statistic="share", method=method, **fixed))
    return with_people(together(parts), ended, followed, definitions)


def silent(table: pd.DataFrame, providers: Collection[str], reason: str) -> pd.DataFrame:
    """Return for providers without figures the rows that others have, with the reason instead of a number.

    Parameters
    ----------
    table : DataFrame
        Rows of the contract, with those of the region.
    providers : collection of str
        Those that have no rows in `table`.
    reason : str

    Returns
    -------
    DataFrame
        The shares and incidences of the region as rows of each provider, every number missing.

    Examples
    --------
    >>> whole = rows(pd.DataFrame({"n": [40.0], "estimate": [0.1]}), measure="uitval", statistic="share",
    ...     unit="region", unit_id="region", group="client", year=2026)
    >>> silent(whole, ["p7"], NO_STOPS)[["unit_id", "measure", "estimate", "reason"]].values.tolist()
    [['p7', 'uitval', nan, 'no stop messages']]
    """
    whole = table[(table["unit"] == "region") & table["statistic"].isin(["share", "incidence"])]
    kept = whole[["measure", "statistic", "category", "group", "year", "method"]]
    return together(rows(kept, unit="provider", unit_id=each, reason=reason) for each in providers)


def _dropouts(
    ended: pd.DataFrame, by: str | None, definitions: Mapping[str, object], fixed: Mapping[str, Any]
) -> list[pd.DataFrame]:
    """Return drop-out under the chosen definition, and under each by name."""
    parts = []
    for definition in ("strikt", "eenzijdig", "voortijdig"):
        external = str(definitions["dropout_external"])
        table = _by_unit(outcomes.dropout(ended, definition=definition, external=external, by=by))
        made = rows(
            table, measure="uitval", statistic="share", method=f"share ({definition}), Wilson interval", **fixed
        )
        parts.append(made.assign(category=definition))
        if definition == definitions["dropout"]:
            parts.append(made)
    return parts


def _restarts(
    followed: pd.DataFrame, by: str | None, definitions: Mapping[str, object], fixed: Mapping[str, Any]
) -> list[pd.DataFrame]:
    """Return who did not start again within the chosen window, and within 6 and 12 months by name."""
    months, parts = int(str(definitions["restart_months"])), []
    for window in sorted({6, 12, months}):
        table = outcomes.no_restart(
            followed,
            months=window,
            min_days=int(str(definitions["restart_min_days"])),
            same_provider=bool(definitions["restart_same_provider"]),
            by=by,
        )
        method = f"Aalen-Johansen at {window} months"
        by_unit = _by_unit(table)
        made = rows(by_unit, measure="geen_herstart", statistic="incidence", method=method, **fixed)
        remaining = by_unit[["unit_id", "n"]].assign(estimate=by_unit["n_at_risk"], category=str(window))
        parts.append(made.assign(category=str(window)))
        parts.append(rows(remaining, measure="geen_herstart", statistic="at_risk", method="count", **fixed))
        if window == months:
            parts.append(made)
    return parts


def answered_outcomes(marks: pd.DataFrame, year: int, threshold: int) -> pd.DataFrame:
    """The outcomes people state themselves: usefulness and continuing without help.

    Parameters
    ----------
    marks : DataFrame, one row per response
        Needs ``provider_id, municipality_code, nut`` (1-10) and ``verder`` (1-4); missing where not answered.
    year : int
    threshold : int
        Marks from here count as useful.

    Returns
    -------
    DataFrame
        Measures ``nut`` (statistics ``mean`` 1-10 and ``share`` from the threshold) and ``zonder_hulp`` (statistic
        ``share``: category empty for code 4, ``1`` to ``4`` for the distribution).

    Examples
    --------
    >>> marks = pd.DataFrame({"provider_id": "p", "municipality_code": "GM0632", "nut": [6, 7, 8, 9],
    ...     "verder": [4, 4, 2, 1]})
    >>> got = answered_outcomes(marks, 2026, threshold=7)
    >>> own = got[(got["unit"] == "provider") & (got["category"] == "")]
    >>> own[["measure", "statistic", "estimate"]].values.tolist()
    [['nut', 'mean', 7.5], ['nut', 'share', 0.75], ['zonder_hulp', 'share', 0.5]]
    """
    parts = []
    for unit, by in UNITS.items():
        unit_id = (marks[by] if by else pd.Series("region", index=marks.index)).rename("unit_id")
        fixed = {"unit": unit, "group": "client", "year": year}
        given = marks["nut"].notna() & unit_id.notna()
        if given.any():
            grouped = marks.loc[given, "nut"].groupby(unit_id[given])
            table = grouped.agg(n="count", estimate="mean", variance="var")
            low, high = intervals.bounded_mean(table["n"], table["estimate"], table["variance"], low=1, high=10)
            table = table.assign(conf_low=low, conf_high=high, std_error=np.sqrt(table["variance"] / table["n"]))
            parts.append(rows(table.reset_index(), measure="nut", statistic="mean", method="mean mark", **fixed))
            enough = (marks.loc[given, "nut"] >= threshold).groupby(unit_id[given]).agg(n="count", count="sum")
            parts.append(as_shares(enough.reset_index(), measure="nut", statistic="share", **fixed))
        known = marks["verder"].notna() & unit_id.notna()
        if known.any():
            codes = marks.loc[known, "verder"].astype(int).astype(str)
            cells = in_cells(marks[known].groupby([unit_id[known], codes]).size(), list("1234"))
            both = pd.concat([cells, cells[cells["category"] == "4"].assign(category="")], ignore_index=True)
            parts.append(as_shares(both, measure="zonder_hulp", statistic="share", **fixed))
    return together(parts)


def _by_unit(table: pd.DataFrame, reset: bool = True) -> pd.DataFrame:
    """Return a table per unit with the unit in ``unit_id``; the one row for everything is the region."""
    table = table.rename_axis("unit_id").reset_index() if reset else table.rename(columns={table.columns[0]: "unit_id"})
    table = table.dropna(subset=["unit_id"])
    return table.assign(unit_id=table["unit_id"].replace("all", "region"), n_eff=table["n"])
