"""The region's estimates: every number with its uncertainty, as rows of one contract.

Each function takes processed tables and gives rows of ``schemas.ESTIMATES``: one row per measure, statistic, category,
unit, group and year. Units are providers, municipalities and the region. Nothing here hides anything: the status is
``shown`` until `disclosure` has had its say.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import comparison, intervals, mirror, outcomes

COLUMNS = (
    *("measure", "statistic", "category", "unit", "unit_id", "group", "year", "n", "n_eff", "estimate", "std_error"),
    *("conf_low", "conf_high", "delta", "p_adjusted", "reliability", "label", "method", "status", "reason"),
)
KEY = list(COLUMNS[:7])
NUMBERS = list(COLUMNS[7:16])
UNITS = {"provider": "provider_id", "municipality": "municipality_code", "region": None}
OPINIONS = ("negative", "neutral", "positive")
OTHER = "other"  # negative and neutral together, for where these apart are too few
INVITING_MODES = ("mail", "link", "sms", "paper", "telephone")  # a kiosk invites nobody
FEWEST_FOR_A_BAND = 5  # with fewer providers the ends of a band point at one of them


def rows(table: pd.DataFrame, **fixed: Any) -> pd.DataFrame:
    """Return `table` as rows of the contract: `fixed` values everywhere, absent columns missing.

    Examples
    --------
    >>> one = pd.DataFrame({"unit_id": ["P1"], "n": [12.0], "estimate": [71.5]})
    >>> list(rows(one, measure="effect", statistic="mean")[["measure", "unit_id", "category"]].iloc[0])
    ['effect', 'P1', '']
    """
    filled = table.assign(**fixed)
    for name, default in (("category", ""), ("status", "shown"), ("reason", ""), ("label", ""), ("method", "")):
        filled[name] = filled[name].fillna(default) if name in filled else default
    return filled.reindex(columns=list(COLUMNS)).astype(dict.fromkeys(NUMBERS, float))


def together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return rows of several functions as one table, in the order of the key.

    Raises
    ------
    ValueError
        Where the same figure was made twice.
    """
    kept = [part for part in parts if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))
    twice = table[table.duplicated(KEY)]
    if len(twice):
        raise ValueError(f"made twice: {twice[KEY].head(3).to_dict('records')}")
    return table.sort_values(KEY, ignore_index=True)


def adjuster_columns(responses: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the case-mix adjusters of each response as numbers.

    Numeric columns stay; text becomes one 0/1 column per level but the most frequent one, missing where the text is.

    Examples
    --------
    >>> adjuster_columns(pd.DataFrame({"sex": ["male", "female", None, "female"]}), ["sex"])["sex: male"].to_list()
    [1.0, 0.0, nan, 0.0]
    """
    parts: dict[str, pd.Series] = {}
    for name in names:
        if name not in responses:
            continue
        column = responses[name]
        if pd.api.types.is_numeric_dtype(column):
            parts[name] = column.astype(float)
            continue
        levels = column.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
        for level in sorted(levels[1:]):
            parts[f"{name}: {level}"] = (column == level).astype(float).where(column.notna())
    return pd.DataFrame(parts, index=responses.index)


def means(scores: pd.DataFrame, year: int) -> pd.DataFrame:
    """How high do the respondents of each unit score? Mean of 0-100 scores with an interval that holds at the ceiling.

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``provider_id, municipality_code, role, dimension, score``; a missing score counts for nothing.
    year : int

    Returns
    -------
    DataFrame, one row per dimension, role and unit
        Rows of the contract, statistic ``mean``; the interval is that of statistics.md A9.
    """
    scored = scores.dropna(subset=["score"])
    parts = []
    for unit, column in UNITS.items():
        unit_id = scored[column] if column else pd.Series("region", index=scored.index)
        grouped = scored.groupby([scored["dimension"], scored["role"], unit_id.rename("unit_id")], observed=True)
        table = grouped["score"].agg(n="count", estimate="mean", variance="var").reset_index()
        for _, part in table.groupby(["dimension", "role"]):
            low, high = intervals.bounded_mean(part["n"], part["estimate"], part["variance"])
            table.loc[part.index, "conf_low"] = low
            table.loc[part.index, "conf_high"] = high
        table["std_error"] = np.sqrt(table["variance"] / table["n"])
        table = table.rename(columns={"dimension": "measure", "role": "group"}).assign(n_eff=table["n"])
        parts.append(rows(table, statistic="mean", unit=unit, year=year, method="mean, Wilson-type interval"))
    return together(parts)


def comparisons(
    scores: pd.DataFrame,
    year: int,
    adjusters: Sequence[str],
    settings: Mapping[str, Any],
    role: str = "client",
    band_from: int = 10,
) -> pd.DataFrame:
    """Does a provider differ from the mean of all providers, after case-mix adjustment?

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``provider_id, role, dimension, score`` and the adjusters; responses without a score stay in, because
        their background counts in the imputation (statistics.md A2).
    year : int
    adjusters : sequence of str
        Background columns of `scores`; absent ones are left out.
    settings : mapping
        ``minimum_n, minimum_reliability, minimum_difference, alpha, certainty`` as in `comparison.label`.
    role : str
        Whose scores.
    band_from : int
        Answers a provider needs to count in the spread; never fewer than ``minimum_n``.

    Returns
    -------
    DataFrame
        Statistics ``adjusted`` (with delta, p value, reliability and label) and ``shrunk`` per provider; per dimension
        for the region ``adjusted`` (the mean of all providers), ``icc``, and the spread of providers with enough
        answers: ``lowest, quarter, median, three_quarters, highest``.
    """
    parts = []
    asked = scores[scores["role"] == role]
    for dimension, each in asked.groupby("dimension", observed=True):
        mix = adjuster_columns(each, adjusters)
        result = comparison.compare(each["score"], each["provider_id"], mix, **settings)
        table = result.table.rename_axis("unit_id").reset_index()
        fixed = {"measure": dimension, "group": role, "year": year}
        used = [name for name in mix.columns if name not in result.dropped_adjusters]
        method = "case-mix-adjusted mean" if used else "mean, no case-mix adjustment"
        half = table["std_error_adjusted"] = np.sqrt(table["variance"])
        low, high = _around(table["adjusted"], half, table["df"])
        own = table.assign(estimate=table["adjusted"], std_error=half, conf_low=low, conf_high=high)
        own["reason"] = result.reason or ""
        own["label"] = own["label"].mask((own["reason"] != "") & (own["label"] != "too few"), "no comparison")
        parts.append(rows(own, statistic="adjusted", unit="provider", method=method, **fixed))
        if table["shrunk"].notna().any():
            drawn = table.assign(
                estimate=table["shrunk"],
                std_error=table["shrunk_std_error"],
                conf_low=table["shrunk_low"],
                conf_high=table["shrunk_high"],
                delta=np.nan,
                p_adjusted=np.nan,
            )
            parts.append(rows(drawn, statistic="shrunk", unit="provider", method="hierarchical, integrated", **fixed))
        parts.append(_spread(own, max(int(settings["minimum_n"]), band_from), result.icc, fixed))
    return together(parts)


def _around(estimate: pd.Series, std_error: pd.Series, df: pd.Series) -> tuple[pd.Series, pd.Series]:
    from scipy import stats

    half = stats.t.ppf(0.975, df) * std_error
    return estimate - half, estimate + half


def _spread(own: pd.DataFrame, minimum_n: int, icc: float, fixed: Mapping[str, Any]) -> pd.DataFrame:
    """Return the region's rows of one comparison: mean of all providers, spread of those with enough answers, icc."""
    enough = own.loc[own["n"] >= minimum_n, "estimate"]
    spread = {"adjusted": float(own["estimate"].mean()), "icc": icc}
    if len(enough) >= FEWEST_FOR_A_BAND:
        quantiles = {"lowest": 0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "highest": 1}
        spread |= {name: float(enough.quantile(q)) for name, q in quantiles.items()}
    table = pd.DataFrame({"statistic": spread.keys(), "estimate": spread.values()}).assign(n=own["n"].sum())
    return rows(table, unit="region", unit_id="region", method="over providers", **fixed)


def gaps(scores: pd.DataFrame, year: int, margin: float) -> pd.DataFrame:
    """Do staff and clients see the same? Gap (staff minus clients) per provider and dimension, with a verdict.

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        Needs ``response_id, provider_id, role, dimension, score``.
    year : int
    margin : float
        Points within which a gap does not matter.

    Returns
    -------
    DataFrame, one row per provider and dimension that both groups answered
        Rows of the contract, statistic ``gap``; `n` is that of the smaller group, `label` the verdict.
    """
    both = scores[scores["role"].isin(["client", "staff"])].dropna(subset=["score"])
    shared = both.groupby("dimension")["role"].nunique()
    both = both[both["dimension"].isin(shared[shared == 2].index)]
    if both.empty:
        return together([])
    columns = ["response_id", "provider_id", "role", "dimension", "score"]
    table = mirror.gaps(both[columns], margin=margin)
    table = table[(table["n_client"] > 0) & (table["n_staff"] > 0)].assign(
        n=table[["n_client", "n_staff"]].min(axis=1),
        estimate=table["gap"],
        p_adjusted=table["p_difference_adjusted"],
        label=table["verdict"],
    )
    table = table.rename(columns={"dimension": "measure", "provider_id": "unit_id"})
    return rows(table, statistic="gap", unit="provider", group="client", year=year, method="Welch, staff - clients")


def opinions(answers: pd.DataFrame, items: pd.DataFrame, year: int) -> pd.DataFrame:
    """How are the answers to each question distributed? Shares negative, neutral, positive per unit.

    Parameters
    ----------
    answers : DataFrame, one row per response and item answered
        Needs ``provider_id, role, instrument, variant, item, code``.
    items : DataFrame, one row per instrument, variant and item
        ``low, high, reversed``; only items with a middle (an odd number of answers) belong here.
    year : int

    Returns
    -------
    DataFrame, one row per item, opinion, role and unit (providers and region)
        Rows of the contract, statistic ``share``; 3 and 5 points meet in the three opinions. Category ``other`` is
        negative and neutral together.
    """
    keys = ["instrument", "variant", "item"]
    known = answers.merge(items[[*keys, "low", "high", "reversed"]], on=keys, how="inner", validate="m:1")
    oriented = known["code"].where(~known["reversed"], known["low"] + known["high"] - known["code"])
    middle = (known["low"] + known["high"]) / 2
    known["category"] = np.select([oriented < middle, oriented > middle], ["negative", "positive"], "neutral")
    parts = []
    for unit in ("provider", "region"):
        unit_id = known["provider_id"] if unit == "provider" else pd.Series("region", index=known.index)
        named = known.rename(columns={"item": "measure", "role": "group"}).assign(unit_id=unit_id)
        counts = named.groupby(["measure", "group", "unit_id", "category"], observed=True).size()
        cells = _cells(counts, OPINIONS)
        other = cells[cells["category"] != "positive"]
        other = other.groupby(["measure", "group", "unit_id", "n"], as_index=False).agg(count=("count", "sum"))
        both = pd.concat([cells, other.assign(category=OTHER)], ignore_index=True)
        parts.append(_shares(both, statistic="share", unit=unit, year=year))
    return together(parts)


def _cells(counts: pd.Series, categories: Sequence[str]) -> pd.DataFrame:
    """Return one row per unit and category, also where nobody chose it, with `count` and the total `n`.

    The last level of the index of `counts` is the category.
    """
    wide = counts.unstack(fill_value=0).reindex(columns=list(categories), fill_value=0)
    total = wide.sum(axis=1).to_numpy()
    cells = wide.reset_index().melt(wide.index.names, list(categories), "category", "count")
    return cells.assign(n=np.tile(total, len(categories)))


def _shares(table: pd.DataFrame, **fixed: Any) -> pd.DataFrame:
    """Return counts out of n as shares with Wilson intervals."""
    low, high = intervals.wilson(table["count"], table["n"])
    share = table["count"] / table["n"]
    shown = table.assign(
        estimate=share,
        conf_low=low,
        conf_high=high,
        n_eff=table["n"],
        std_error=np.sqrt(share * (1 - share) / table["n"]),
    )
    return rows(shown, method="share, Wilson interval", **fixed)


def participation(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Who answered? Numbers counted per role and mode, and the response where a frame exists.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
    invited : DataFrame, one row per invited person
    year : int

    Returns
    -------
    DataFrame
        Measure ``aantal`` (statistic ``count``; by mode in `category`) and measure ``respons`` (statistic ``share`` of
        the invited clients, n = invited).
    """
    parts = []
    for unit, column in UNITS.items():
        if unit == "municipality":
            continue
        unit_id = responses[column] if column else pd.Series("region", index=responses.index)
        keys = [unit_id.rename("unit_id"), responses["role"].rename("group")]
        whole = responses.groupby(keys).size().rename("estimate").reset_index()
        modes = responses.groupby([*keys, responses["mode"].rename("category")]).size().rename("estimate").reset_index()
        counted = pd.concat([whole, modes], ignore_index=True)
        counted["n"] = counted["estimate"]
        parts.append(rows(counted, measure="aantal", statistic="count", unit=unit, year=year, method="count"))
    parts.append(_response(responses, invited, year))
    return together(parts)


def _response(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which share of the invited clients answered, per provider and for the region.

    Only providers and questionnaires with a frame take part, on both sides. More answers than people invited cannot be:
    then there is no figure, and the reason says so.
    """
    keys = ["provider_id", "instrument"]
    frame = invited[invited["role"] == "client"].groupby(keys).size().rename("n").reset_index()
    given = responses[(responses["role"] == "client") & responses["mode"].isin(INVITING_MODES)]
    counts = given.groupby(keys).size().rename("count").reset_index()
    both = frame.merge(counts, on=keys, how="left", validate="1:1").fillna({"count": 0})
    parts = []
    for unit, column in (("provider", "provider_id"), ("region", None)):
        unit_id = both[column] if column else pd.Series("region", index=both.index)
        table = both.groupby(unit_id.rename("unit_id"))[["n", "count"]].sum().reset_index()
        too_many = table["count"] > table["n"]
        shares = _shares(
            table.assign(count=table["count"].mask(too_many, 0)),
            **{"measure": "respons", "statistic": "share", "unit": unit, "group": "client", "year": year},
        )
        unknown = too_many.to_numpy()
        shares.loc[unknown, ["estimate", "std_error", "conf_low", "conf_high"]] = np.nan
        shares.loc[unknown, "reason"] = "more answers than people invited"
        parts.append(shares)
    return together(parts)


def outcome_rows(
    episodes: pd.DataFrame, year: int, definitions: Mapping[str, object], until: pd.Timestamp
) -> pd.DataFrame:
    """The outcomes that need no questionnaire: drop-out, reasons of ending, no restart, goals reached.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode, restarts linked
    year : int
        Year of the report.
    definitions : mapping
        ``dropout, dropout_external, restart_months, restart_min_days, restart_same_provider``.
    until : Timestamp
        Last date the register is complete: endings in its calendar year count, for restarts those of two years.

    Returns
    -------
    DataFrame
        Measures ``uitval`` (category: the other definitions beside the chosen one), ``reden_einde``,
        ``geen_herstart`` (category: months) and ``doelen``, per provider, municipality and region.
    """
    ended = episodes[episodes["ended_on"].dt.year == until.year]
    followed = episodes[episodes["ended_on"].dt.year.between(until.year - 1, until.year)]
    chosen = str(definitions["dropout"])
    external = str(definitions["dropout_external"])
    months = int(str(definitions["restart_months"]))
    parts = []
    for unit, by in UNITS.items():
        fixed = {"unit": unit, "group": "client", "year": year}
        for definition in ("strikt", "eenzijdig", "voortijdig"):
            table = _by_unit(outcomes.dropout(ended, definition=definition, external=external, by=by))
            categories = ["", definition] if definition == chosen else [definition]
            for category in categories:
                parts.append(
                    rows(
                        table,
                        measure="uitval",
                        statistic="share",
                        category=category,
                        method=f"share ({definition}), Wilson interval",
                        **fixed,
                    )
                )
        reasons = outcomes.ending_shares(ended, by=by).reset_index()
        reasons = _by_unit(reasons, reset=False).rename(columns={"ending_group": "category"})
        parts.append(rows(reasons, measure="reden_einde", statistic="share", method="share, Wilson interval", **fixed))
        for window in sorted({6, 12, months}):
            table = _by_unit(
                outcomes.no_restart(
                    followed,
                    months=window,
                    min_days=int(str(definitions["restart_min_days"])),
                    same_provider=bool(definitions["restart_same_provider"]),
                    by=by,
                )
            )
            for category in ["", str(window)] if window == months else [str(window)]:
                parts.append(
                    rows(
                        table,
                        measure="geen_herstart",
                        statistic="incidence",
                        category=category,
                        method=f"Aalen-Johansen at {window} months",
                        **fixed,
                    )
                )
        goals = _by_unit(outcomes.goals(ended, by=by))
        parts.append(rows(goals, measure="doelen", statistic="share", method="goals reached / set, clustered", **fixed))
    return together(parts)


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
            parts.append(_shares(enough.reset_index(), measure="nut", statistic="share", **fixed))
        known = marks["verder"].notna() & unit_id.notna()
        if known.any():
            codes = marks.loc[known, "verder"].astype(int).astype(str)
            cells = _cells(marks[known].groupby([unit_id[known], codes]).size(), list("1234"))
            both = pd.concat([cells, cells[cells["category"] == "4"].assign(category="")], ignore_index=True)
            parts.append(_shares(both, measure="zonder_hulp", statistic="share", **fixed))
    return together(parts)


def _by_unit(table: pd.DataFrame, reset: bool = True) -> pd.DataFrame:
    """Return a table per unit with the unit in ``unit_id``; the one row for everything is the region."""
    table = table.rename_axis("unit_id").reset_index() if reset else table.rename(columns={table.columns[0]: "unit_id"})
    table = table.dropna(subset=["unit_id"])
    return table.assign(unit_id=table["unit_id"].replace("all", "region"), n_eff=table["n"])
