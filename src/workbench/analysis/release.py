"""Which estimates a reader may see: the plain rule on numbers of people.

A figure on fewer than ``hidden_below`` people is hidden, one on fewer than ``indicative_below`` is indicative. In a
distribution no cell of fewer than ``smallest_cell`` people is shown, and never exactly one cell is hidden, because the
others would give it back. Where too few answered negatively or neutrally, the two are shown as one. Nor is exactly one
provider or municipality hidden: the total of the region less the others would give it back.
"""

import numpy as np
import pandas as pd

VALUES = ["n", "n_eff", "estimate", "std_error", "conf_low", "conf_high", "delta", "p_adjusted", "reliability"]
FAMILY = ["measure", "statistic", "unit", "unit_id", "group", "year"]
SAME_TOTAL = ("measure", "statistic", "category", "unit", "group", "year")
ADDING_UP = ("count", "mean", "share", "adjusted", "shrunk")
COUNTS = "aantal"  # questionnaires by mode: a cell is small below the threshold for people
ORGANISATIONS = ("rating", "discuss", "context", "alpha_ordinal", "ac2", "icc_a1", "triangulation")
DISTRIBUTIONS = ("reden_einde", "zonder_hulp", COUNTS)


def decide(
    estimates: pd.DataFrame, hidden_below: int = 10, indicative_below: int = 30, smallest_cell: int = 5
) -> pd.DataFrame:
    """Return the estimates with status and reason, the values of what is hidden taken out.

    Parameters
    ----------
    estimates : DataFrame, one row per measure, statistic, category, unit, group and year
    hidden_below, indicative_below, smallest_cell : int
        Thresholds of the codebook; the first two on the people behind a figure.

    Returns
    -------
    DataFrame
        The same rows; ``status`` is ``shown``, ``indicative`` or ``hidden``; ``reason`` is ``few`` (too few people),
        ``small cells`` (of a distribution) or what it was.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": "effect", "statistic": "mean", "category": "", "unit": "provider",
    ...     "unit_id": ["a", "b", "c"], "group": "client", "year": [2024, 2025, 2026], "n": [9.0, 10, 30],
    ...     "estimate": 70.0, "reason": "", "label": "",
    ...     **dict.fromkeys(["n_eff", "std_error", "conf_low", "conf_high"], 1.0),
    ...     **dict.fromkeys(["delta", "p_adjusted", "reliability"], np.nan)})
    >>> decide(rows)[["estimate", "status", "reason"]].values.tolist()
    [[nan, 'hidden', 'few'], [70.0, 'indicative', ''], [70.0, 'shown', '']]
    """
    decided = estimates.copy()
    n = decided["n"].fillna(0)
    people = ~_of_organisations(decided)
    hide, indicate = people & (n < hidden_below), people & (n < indicative_below)
    decided["status"] = np.select([hide, indicate], ["hidden", "indicative"], "shown")
    few = hide & (decided["reason"] == "")
    decided.loc[few, "reason"] = "few"

    answered = (decided["estimate"] * n).where(decided["measure"] != COUNTS, n)
    response = (decided["measure"] == "respons") & (answered < hidden_below - 0.5) & (decided["status"] != "hidden")
    small = (answered > 0.5) & (answered < smallest_cell - 0.5) & (decided["status"] != "hidden")
    for rows, reason in (
        (response, "few"),
        (_opinions(decided, small), "small cells"),
        (_distributions(decided, small, answered), "small cells"),
    ):
        decided.loc[rows & (decided["status"] != "hidden"), ["status", "reason"]] = ["hidden", reason]

    decided.loc[decided["estimate"].isna(), "status"] = "hidden"
    decided.loc[_alone(decided, n), ["status", "reason"]] = ["hidden", "gives another away"]
    decided.loc[_gaps_of_hidden_means(decided), ["status", "reason"]] = ["hidden", "gives another away"]
    hidden = decided["status"] == "hidden"
    decided.loc[hidden, VALUES] = np.nan
    decided.loc[hidden & (decided["label"] != "too few"), "label"] = ""
    return decided


def _of_organisations(table: pd.DataFrame) -> pd.Series:
    """Say which figures are about organisations: judgements, administration, and counts of providers."""
    judged = table["statistic"].isin(ORGANISATIONS) & ~table["group"].isin(["client", "relative", "staff"])
    return judged | ((table["statistic"] == "choice") & (table["unit"] == "region"))


def _alone(decided: pd.DataFrame, n: pd.Series) -> pd.Series:
    """Say which figures must go because exactly one other unit is hidden: total minus the rest would give it back.

    Of each measure, the next smallest of the providers, and of the municipalities, goes with the one that has too few.
    """
    part = decided["unit"].isin(["provider", "municipality"]) & decided["statistic"].isin(ADDING_UP)
    family = decided.groupby([*SAME_TOTAL]).ngroup()
    few = part & (decided["status"] == "hidden") & (decided["reason"] == "few") & (n > 0)
    alone = family[few & (few.groupby(family).transform("sum") == 1)]
    gone = part & (decided["status"] == "hidden") & (n > 0)
    once = alone[alone.map(gone.groupby(family).sum()) == 1]
    candidate = part & family.isin(once) & (decided["status"] != "hidden")
    next_smallest = n[candidate].groupby(family[candidate]).idxmin()
    return pd.Series(decided.index.isin(next_smallest), index=decided.index)


def _gaps_of_hidden_means(decided: pd.DataFrame) -> pd.Series:
    """Say which gaps must go because a mean of theirs was hidden: the other mean and the gap would give it back."""
    unit = ["measure", "unit", "unit_id", "year"]
    means = decided[(decided["statistic"] == "mean") & (decided["reason"] == "gives another away")]
    keys = pd.MultiIndex.from_frame(means[unit])
    shown = (decided["statistic"] == "gap") & (decided["status"] != "hidden")
    return shown & pd.MultiIndex.from_frame(decided[unit]).isin(keys)


def _opinions(table: pd.DataFrame, small: pd.Series) -> pd.Series:
    """Say which opinions on a statement must not be shown.

    Where negative or neutral is too small, both go and the two together (``other``) stay; where positive or the two
    together are too small, everything goes.
    """
    opinion = table["category"].isin(["negative", "neutral", "positive", "other"])
    family = table.groupby(FAMILY).ngroup()
    apart = table["category"].isin(["negative", "neutral"])
    whole = family[small & opinion & ~apart]
    part = family[small & apart]
    return (opinion & family.isin(whole)) | (apart & family.isin(part))


def _distributions(table: pd.DataFrame, small: pd.Series, count: pd.Series) -> pd.Series:
    """Say which reasons, answers or modes must not be shown: the small ones; where that is one, the next smallest."""
    cell = table["measure"].isin(DISTRIBUTIONS) & (table["category"] != "")
    family = table.groupby(FAMILY).ngroup()
    few = (table["measure"] == COUNTS) & (table["status"] == "hidden")
    hidden = cell & (small | few)
    alone = family[hidden & (hidden.groupby(family).transform("sum") == 1)]
    candidate = cell & family.isin(alone) & ~hidden & (count > 0.5)
    hidden[count[candidate].groupby(family[candidate]).idxmin().to_numpy()] = True
    last = family[hidden & (table["measure"] == "zonder_hulp") & (table["category"] == "4")]
    return hidden | ((table["measure"] == "zonder_hulp") & (table["category"] == "") & family.isin(last))
