"""Does the conclusion depend on a choice? The labels under the other defensible choices."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import comparison
from workbench.analysis.estimates.contract import rows, together
from workbench.analysis.estimates.differences import adjuster_columns, compared
from workbench.analysis.estimates.funnels import OUTCOMES, outcomes_beside_region
from workbench.analysis.estimates.results import answered_outcomes, outcome_rows

NO_MIX, WEIGHTED, COMPLETE, OWN_VARIANCE = "no case-mix", "weighted", "complete cases", "own variance"
SILENT = ("too few", "no comparison", "")
OTHER_MARK = {7: 8, 8: 7}  # the two usual thresholds of a useful mark


def other_comparisons(
    scores: pd.DataFrame,
    main: pd.DataFrame,
    year: int,
    adjusters: Sequence[str],
    settings: Mapping[str, Any],
    weights: pd.Series,
    complete: pd.Series,
    role: str = "client",
) -> pd.DataFrame:
    """Would providers be labelled otherwise without case-mix, with weights, on complete cases, with their own variance?

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        As in `comparisons`, with ``response_id``.
    main : DataFrame
        Rows of `comparisons`.
    year, adjusters, settings
        As there.
    weights : Series
        Of `representation`; only those who have one take part in the weighted choice.
    complete : Series of bool
        Per row of `scores`: every item of the dimension was answered.
    role : str

    Returns
    -------
    DataFrame
        Statistic ``choice``, the name of the choice in `category`: per provider the figure and label under it, for the
        region how many of the `n` providers compared are labelled otherwise.

    Examples
    --------
    >>> scores = pd.DataFrame({"response_id": range(9), "provider_id": list("aaabbbccc"), "role": "client",
    ...     "dimension": "d", "score": [70.0, 72, 74, 60, 62, 64, 65, 67, 69]})
    >>> settings = {"minimum_n": 3, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05}
    >>> main = pd.DataFrame(columns=["statistic", "unit", "measure", "unit_id", "group", "label"])
    >>> nobody, everything = pd.Series(dtype=float), pd.Series(True, index=scores.index)
    >>> got = other_comparisons(scores, main, 2026, [], settings, nobody, everything)
    >>> got["category"].unique().tolist()
    ['own variance']
    """
    asked = scores[scores["role"] == role].assign(
        complete=complete, weight=scores["response_id"].map(weights) if len(weights) else np.nan
    )
    parts = []
    for dimension, each in asked.groupby("dimension", observed=True):
        mix = adjuster_columns(each, adjusters)
        framed, whole = each["weight"].notna(), each["complete"] & mix.notna().all(axis=1)
        tried: dict[str, tuple[pd.Series, dict[str, Any]]] = {}
        everybody = pd.Series(True, index=each.index)
        if mix.shape[1]:
            tried[NO_MIX] = (everybody, {"adjusters": None})
        if framed.any():
            tried[WEIGHTED] = (framed, {"weights": each.loc[framed, "weight"]})
        if not whole.all():
            tried[COMPLETE] = (whole, {})
        tried[OWN_VARIANCE] = (everybody, {"variance": "manual"})
        for name, (who, otherwise) in tried.items():
            if not who.any():
                continue
            given = {"adjusters": mix[who], **settings, **otherwise}
            result = comparison.compare(each.loc[who, "score"], each.loc[who, "provider_id"], **given)
            made = compared(result).assign(measure=dimension, category=name)
            parts.append(rows(made, statistic="choice", unit="provider", group=role, year=year, method=name))
    return _with_count(parts, main[main["statistic"] == "adjusted"])


def other_outcomes(
    episodes: pd.DataFrame,
    marks: pd.DataFrame,
    main: pd.DataFrame,
    year: int,
    definitions: Mapping[str, Any],
    settings: Mapping[str, Any],
    until: pd.Timestamp,
) -> pd.DataFrame:
    """Would outcomes be labelled otherwise under the other definitions of drop-out, restart and usefulness?

    Parameters
    ----------
    episodes : DataFrame, one row per care episode, restarts linked
    marks : DataFrame, one row per response
        As in `answered_outcomes`.
    main : DataFrame
        Rows of `outcomes_beside_region` under the chosen definitions.
    year : int
    definitions : mapping
        The chosen ones, as in `outcome_rows`, and ``usefulness_from``.
    settings : mapping
        As in `outcomes_beside_region`.
    until : Timestamp
        As in `outcome_rows`.

    Returns
    -------
    DataFrame
        As `other_comparisons`.

    Examples
    --------
    >>> marks = pd.DataFrame({"provider_id": "p", "municipality_code": "GM0632", "nut": [6, 7, 8, 9], "verder": 4})
    >>> definitions = {"dropout": "eenzijdig", "dropout_external": "keep", "restart_months": 12,
    ...     "restart_same_provider": False, "usefulness_from": 7}
    >>> settings = {"minimum_n": 3, "minimum_difference": 5, "alpha": 0.05}
    >>> main = pd.DataFrame(columns=["category", "statistic", "measure", "unit", "unit_id", "group", "label"])
    >>> got = other_outcomes(pd.DataFrame(), marks, main, 2026, definitions, settings, pd.Timestamp("2025-12-31"))
    >>> got[["category", "estimate", "label"]].values.tolist()
    [['from=8', 0.5, 'no comparison']]
    """
    parts = []
    for measure, name, otherwise in _definitions(definitions):
        if measure != "nut" and episodes.empty:
            continue
        if measure == "nut":
            made = answered_outcomes(marks, year, int(otherwise["usefulness_from"]))
        else:
            made = outcome_rows(episodes, year, {**definitions, **otherwise}, until, measures=(measure,))
        made = made[(made["measure"] == measure) & (made["unit"] != "municipality")]
        beside = outcomes_beside_region(made, settings)
        ours = (beside["statistic"] == OUTCOMES[measure]) & (beside["category"] == "") & (beside["unit"] == "provider")
        parts.append(beside[ours].assign(statistic="choice", category=name))
    chosen = main[(main["category"] == "") & (main["statistic"] == main["measure"].map(OUTCOMES))]
    return _with_count(parts, chosen)


def _definitions(chosen: Mapping[str, Any]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Return the other defensible definitions: of which measure, what it is called, what changes."""
    for other in ("strikt", "eenzijdig", "voortijdig"):
        if other != chosen["dropout"]:
            yield "uitval", f"dropout={other}", {"dropout": other}
    for other in ("keep", "exclude", "count"):
        if other != chosen["dropout_external"]:
            yield "uitval", f"external={other}", {"dropout_external": other}
    for months in (6, 12):
        if months != chosen["restart_months"]:
            yield "geen_herstart", f"months={months}", {"restart_months": months}
    same = not chosen["restart_same_provider"]
    yield "geen_herstart", "same provider" if same else "any provider", {"restart_same_provider": same}
    mark = OTHER_MARK.get(int(chosen["usefulness_from"]), 7)
    yield "nut", f"from={mark}", {"usefulness_from": mark}


def _with_count(parts: Sequence[pd.DataFrame], main: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the choices and, for the region, how many providers get another label."""
    if not parts:
        return together([])
    made = together(parts)
    keys = ["measure", "unit_id", "group"]
    own = main[main["unit"] == "provider"][[*keys, "label"]]
    both = made.merge(own, on=keys, how="left", suffixes=("", "_main"), validate="m:1")
    both_told = both[~both["label"].isin(SILENT) & ~both["label_main"].fillna("").isin(SILENT)]
    other = (both_told["label"] != both_told["label_main"]).astype(float)
    by = [both_told[name] for name in ("measure", "category", "group", "year")]
    table = other.groupby(by).agg(estimate="sum", n="size").reset_index()
    counted = rows(table, statistic="choice", unit="region", unit_id="region", method="labels that differ")
    return together([made, counted])
