"""What people experience: scores per provider, compared, mirrored, and the answers behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import comparison, intervals, mirror
from workbench.analysis.estimates.contract import UNITS, as_shares, in_cells, rows, together

OPINIONS = ("negative", "neutral", "positive")
OTHER = "other"  # negative and neutral together, for where these apart are too few
FEWEST_FOR_A_BAND = 5  # with fewer providers the ends of a band point at one of them


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
        cells = in_cells(counts, OPINIONS)
        other = cells[cells["category"] != "positive"]
        other = other.groupby(["measure", "group", "unit_id", "n"], as_index=False).agg(count=("count", "sum"))
        both = pd.concat([cells, other.assign(category=OTHER)], ignore_index=True)
        parts.append(as_shares(both, statistic="share", unit=unit, year=year))
    return together(parts)
