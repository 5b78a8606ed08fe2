"""What people experience: scores per unit, the mirror of clients and staff, and the answers behind them."""

import numpy as np
import pandas as pd

from workbench.analysis import intervals, mirror
from workbench.analysis.estimates.contract import UNITS, as_shares, in_cells, rows, together

OPINIONS = ("negative", "neutral", "positive")
OTHER = "other"  # negative and neutral together, for where these apart are too few


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

    Examples
    --------
    >>> scores = pd.DataFrame({"response_id": range(6), "provider_id": list("aaabbb"), "municipality_code": "GM0632",
    ...     "role": "client", "dimension": "d", "score": [60.0, 70, 80, 40, 50, 60]})
    >>> got = means(scores, 2026)
    >>> got[got["unit"] == "provider"][["unit_id", "n", "estimate"]].values.tolist()
    [['a', 3.0, 70.0], ['b', 3.0, 50.0]]
    """
    scored = scores.dropna(subset=["score"])
    texts = {name: scored[name].astype("category") for name in ("dimension", "role", *filter(None, UNITS.values()))}
    parts = []
    for unit, column in UNITS.items():
        by = [texts["dimension"], texts["role"], *([texts[column].rename("unit_id")] if column else [])]
        grouped = scored["score"].groupby(by, observed=True)
        table = grouped.agg(n="count", estimate="mean", variance="var").reset_index()
        table = table.astype({each.name: "str" for each in by}) if column else table.assign(unit_id="region")
        for _, part in table.groupby(["dimension", "role"]):
            low, high = intervals.bounded_mean(part["n"], part["estimate"], part["variance"])
            table.loc[part.index, "conf_low"] = low
            table.loc[part.index, "conf_high"] = high
        table["std_error"] = np.sqrt(table["variance"] / table["n"])
        table = table.rename(columns={"dimension": "measure", "role": "group"}).assign(n_eff=table["n"])
        parts.append(rows(table, statistic="mean", unit=unit, year=year, method="mean, Wilson-type interval"))
    return together(parts)


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

    Examples
    --------
    >>> scores = pd.DataFrame({"response_id": range(8), "provider_id": "a", "role": ["client"] * 4 + ["staff"] * 4,
    ...     "dimension": "d", "score": [60.0, 62, 64, 66, 80, 82, 84, 86]})
    >>> gaps(scores, 2026, margin=10)[["estimate", "label"]].values.tolist()
    [[20.0, 'different']]
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

    Examples
    --------
    >>> answers = pd.DataFrame({"provider_id": "a", "role": "client", "instrument": "x", "variant": "standaard",
    ...     "item": "K1", "code": [1, 4, 5, 5]})
    >>> items = pd.DataFrame({"instrument": ["x"], "variant": ["standaard"], "item": ["K1"], "low": [1], "high": [5],
    ...     "reversed": [False]})
    >>> got = opinions(answers, items, 2026)
    >>> got[got["unit"] == "provider"].set_index("category")["estimate"].to_dict()
    {'negative': 0.25, 'neutral': 0.0, 'other': 0.25, 'positive': 0.75}
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
