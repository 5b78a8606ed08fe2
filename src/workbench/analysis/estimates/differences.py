"""Do providers differ? Adjusted, tested, shrunken and labelled; how far they differ, and what the funnel looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analysis import comparison, funnel
from workbench.analysis.comparison import Comparison
from workbench.analysis.estimates.contract import rows, together
from workbench.analysis.estimates.funnels import LEVELS, curve, sizes, spread

FEWEST_FOR_A_BAND = 5  # with fewer providers the ends of a band point at one of them
WANTED = (0.7, 0.8)  # reliabilities: to publish a comparison, and to use it in contracting
NO_DIFFERENCE = "no measurable difference"


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
        Per provider ``adjusted`` (with delta, p value, reliability and label) and ``shrunk``. Per dimension for the
        region: ``adjusted`` (the mean of all providers); the spread of providers with enough answers, ``lowest,
        quarter, median, three_quarters, highest``; how much they truly differ, ``icc, reliability`` (of the median
        provider), ``tau`` (points) and ``n_needed`` (category: the reliability wanted); the funnel, ``funnel_95,
        funnel_998, phi, tau2``; and ``adjuster`` (category: which; points per unit, or the reason it was dropped).

    Examples
    --------
    >>> scores = pd.DataFrame({"provider_id": list("aaabbbccc"), "role": "client", "dimension": "d",
    ...     "score": [70.0, 72, 74, 60, 62, 64, 65, 67, 69]})
    >>> settings = {"minimum_n": 3, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05}
    >>> got = comparisons(scores, 2026, [], settings)
    >>> got[got["statistic"] == "adjusted"][["unit_id", "estimate", "label"]].values.tolist()[:2]
    [['a', 72.0, 'no comparison'], ['b', 62.0, 'no comparison']]
    """
    parts = []
    asked = scores[scores["role"] == role]
    for dimension, each in asked.groupby("dimension", observed=True):
        mix = adjuster_columns(each, adjusters)
        result = comparison.compare(each["score"], each["provider_id"], mix, **settings)
        fixed = {"measure": dimension, "group": role, "year": year}
        own = compared(result)
        used = [name for name in mix.columns if name not in result.dropped_adjusters]
        method = "case-mix-adjusted mean" if used else "mean, no case-mix adjustment"
        beside = np.where(own["reference"] == "others", f"{method}, beside the others", method)
        parts.append(rows(own.assign(method=beside), statistic="adjusted", unit="provider", **fixed))
        if own["shrunk"].notna().any():
            ends = {"shrunk": "estimate", "shrunk_std_error": "std_error"}
            ends |= {"shrunk_low": "conf_low", "shrunk_high": "conf_high"}
            drawn = own.drop(columns=[*ends.values(), "delta", "p_adjusted"]).rename(columns=ends)
            parts.append(rows(drawn, statistic="shrunk", unit="provider", method="hierarchical, integrated", **fixed))
        region = {**fixed, "unit": "region", "unit_id": "region"}
        parts.append(_band(own, max(int(settings["minimum_n"]), band_from), region))
        parts.append(_true_differences(result, region))
        parts.append(_adjusters(result, region))
        parts.append(_funnel(result, fixed))
    return together(parts)


def compared(result: Comparison) -> pd.DataFrame:
    """Return a comparison with the columns of an estimate: the interval of the adjusted mean, label and reason.

    Parameters
    ----------
    result : Comparison

    Returns
    -------
    DataFrame, one row per provider
        The columns of `result.table` and ``unit_id, estimate, conf_low, conf_high, n_eff, reason``; ``std_error`` is
        that of the adjusted mean, not of the difference.

    Examples
    --------
    >>> scores = pd.Series([70.0, 72, 74, 60, 62, 64, 65, 67, 69])
    >>> got = compared(comparison.compare(scores, pd.Series(list("aaabbbccc")), minimum_n=3))
    >>> got[["unit_id", "estimate", "label"]].values.tolist()[0]
    ['a', 72.0, 'no comparison']
    """
    table = result.table.rename_axis("unit_id").reset_index()
    error = np.sqrt(table["variance"])
    half = stats.t.ppf(0.975, table["df"]) * error
    partial = (result.reason != "") & (table["label"] != "too few")
    return table.assign(
        estimate=table["adjusted"],
        std_error=error,
        conf_low=table["adjusted"] - half,
        conf_high=table["adjusted"] + half,
        n_eff=table["n_eff"] if "n_eff" in table else table["n"],
        reason=result.reason,
        label=table["label"].mask(partial, "no comparison"),
    )


def _band(own: pd.DataFrame, minimum_n: int, region: Mapping[str, Any]) -> pd.DataFrame:
    """Return the mean of all providers, and the spread of those with enough answers."""
    part = own[own["estimate"].notna()]
    enough = part.loc[part["n"] >= minimum_n, "estimate"]
    band = {"adjusted": float(part["estimate"].mean())}
    if len(enough) >= FEWEST_FOR_A_BAND:
        quantiles = {"lowest": 0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "highest": 1}
        band |= {name: float(enough.quantile(q)) for name, q in quantiles.items()}
    people = {"adjusted": part["n"].sum()}
    table = pd.DataFrame({"statistic": band.keys(), "estimate": band.values()})
    table["n"] = table["statistic"].map(people).fillna(part.loc[part["n"] >= minimum_n, "n"].sum())
    return rows(table, method="over providers", **region)


def _true_differences(result: Comparison, region: Mapping[str, Any]) -> pd.DataFrame:
    """Return how much providers truly differ, and how many answers it takes to tell them apart."""
    n = float(result.table.loc[result.table["adjusted"].notna(), "n"].sum())
    reliability = result.table.loc[result.table["n"] >= 2, "reliability"].median()
    known = {"icc": result.icc, "reliability": reliability, "tau": np.sqrt(result.between.tau2)}
    table = pd.DataFrame({"statistic": known.keys(), "estimate": known.values(), "category": ""})
    needed = [(f"{wanted:g}", result.between.n_for(wanted)) for wanted in WANTED if not np.isnan(result.icc)]
    answers = pd.DataFrame(needed, columns=["category", "estimate"]).assign(statistic="n_needed")
    both = pd.concat([table, answers], ignore_index=True).astype({"estimate": float})
    counts = both["statistic"].isin(["icc", "n_needed"])
    alike = not (result.differ or np.isnan(result.icc))
    both["label"] = np.where(counts & alike, NO_DIFFERENCE, "")
    nothing = NO_DIFFERENCE if result.icc <= 0 else "too few providers"
    both["reason"] = np.where(counts & (not result.icc > 0), nothing, "")
    both["estimate"] = both["estimate"].where(np.isfinite(both["estimate"]))
    return rows(both.assign(n=n), method="REML", **region)


def _adjusters(result: Comparison, region: Mapping[str, Any]) -> pd.DataFrame:
    """Return what each adjuster was worth, or why it was not used."""
    used = pd.DataFrame({"category": result.slopes.index, "estimate": result.slopes.to_numpy(), "reason": ""})
    dropped = result.dropped_adjusters
    left_out = pd.DataFrame({"category": dropped.keys(), "estimate": np.nan, "reason": dropped.values()})
    table = pd.concat([part for part in (used, left_out) if len(part)] or [used], ignore_index=True)
    table = table.assign(n=float(result.table["n"].sum()))
    return rows(table, statistic="adjuster", method="least squares within providers", **region)


def _funnel(result: Comparison, fixed: Mapping[str, Any]) -> pd.DataFrame:
    """Return the funnel of adjusted means around their mean weighted by precision."""
    table = result.table[result.table["adjusted"].notna() & (result.table["n"] >= 2)]
    if len(table) < comparison.PROVIDERS_FOR_A_MEAN or not result.pooled_variance > 0:
        return together([])
    error = np.sqrt(result.pooled_variance / table["n"])
    target = float(np.average(table["adjusted"], weights=1 / error**2))
    found = spread(table["adjusted"], error, target)
    n = sizes(float(table["n"].max()))
    of_mean = result.pooled_variance + found.tau2 * n  # per person: the limits divide by n
    limits = {name: funnel.mean_limits(n, target, of_mean, level) for name, level in LEVELS.items()}
    return curve(n, target, limits, found, float(table["n"].sum()), fixed)
