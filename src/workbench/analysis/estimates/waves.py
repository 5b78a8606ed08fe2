"""Did scores change since an earlier year? Both years brought to the same mix; changed questions are breaks."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import trend
from workbench.analysis.estimates.contract import rows, together
from workbench.analysis.estimates.differences import adjuster_columns
from workbench.analysis.hypotheses import Difference, p_difference, p_equivalence, t_interval
from workbench.analysis.moments import moments

OTHER_MODE = 0.5  # from this part of answers given along another way, a series is broken
OTHER_QUESTIONS = 0.1  # and from this part given to another questionnaire
BREAK = "break"


def changes(
    waves: Mapping[int, pd.DataFrame],
    year: int,
    adjusters: Sequence[str],
    settings: Mapping[str, Any],
    broken: Collection[tuple[str, int]] = (),
    role: str = "client",
) -> pd.DataFrame:
    """Did providers, and the region, change since each earlier year?

    Where a tenth of a provider's answers were given to another questionnaire, or half along another way, the series is
    broken: a difference would say more about the asking than about the support. So for a dimension whose
    questions changed.

    Parameters
    ----------
    waves : mapping of year to DataFrame, one row per response and dimension
        Needs ``response_id, provider_id, role, dimension, score, instrument, mode`` and the adjusters.
    year : int
        The last wave.
    adjusters : sequence of str
        As in `comparisons`.
    settings : mapping
        ``minimum_n`` and ``minimum_difference`` (points).
    broken : collection of (dimension, year)
        Dimensions whose questions are others from that year on.
    role : str
        Whose scores.

    Returns
    -------
    DataFrame
        Statistic ``change``: this year less the earlier one (in `category`), per provider and for the providers
        together; `n` is that of the smaller wave, `label` the verdict, or empty with reason ``break``. Statistic
        ``detectable`` for the region: the change that could be seen with 80% power at the median number of answers.

    Examples
    --------
    >>> wave = pd.DataFrame({"response_id": range(20), "provider_id": "p", "role": "client", "dimension": "d",
    ...     "score": [60.0, 62] * 10, "instrument": "x", "mode": "mail"})
    >>> waves = {2025: wave, 2026: wave.assign(score=wave["score"] + 12)}
    >>> got = changes(waves, 2026, [], {"minimum_n": 10, "minimum_difference": 5})
    >>> got[got["unit"] == "provider"][["category", "estimate", "label"]].values.tolist()
    [['2025', 12.0, 'changed']]
    """
    margin, minimum_n = float(settings["minimum_difference"]), int(settings["minimum_n"])
    parts = []
    for earlier in sorted(each for each in waves if each < year):
        both = pd.concat([waves[earlier].assign(last=False), waves[year].assign(last=True)], ignore_index=True)
        both = both[both["role"] == role]
        shared = both.groupby("dimension")["last"].nunique()
        found = []
        for dimension in shared.index[shared == 2]:
            each = both[both["dimension"] == dimension]
            mix = adjuster_columns(each, adjusters)
            changed = any(name == dimension and earlier < since <= year for name, since in broken)
            breaks = set(each["provider_id"]) if changed else _asked_otherwise(each)
            made = trend.adjusted_change(each["score"], each["provider_id"], each["last"], mix, breaks, margin)
            found.append(made.rename_axis("unit_id").reset_index().assign(measure=dimension))
        if not any(len(each) for each in found):
            continue
        table = pd.concat(found, ignore_index=True).assign(unit="provider")
        table["n"] = table[["n_first", "n_last"]].min(axis=1)
        few = table["n"] < minimum_n
        table[["p_value", "p_stable"]] = table[["p_value", "p_stable"]].mask(few)
        told = trend.verdicts(table, margin)
        told["label"] = told["verdict"].mask(few, "too few").mask(told["broken"], "")
        whole = trend.verdicts(_together(table, margin), margin)
        both_units = pd.concat([told, whole.assign(label=whole["verdict"])], ignore_index=True)
        both_units["reason"] = np.where(both_units["broken"].astype(bool), BREAK, "")
        both_units = both_units.rename(columns={"difference": "estimate"}).assign(n_eff=both_units["n"])
        method = "difference of adjusted means"
        fixed = {"statistic": "change", "category": str(earlier), "group": role, "year": year, "method": method}
        parts.append(rows(both_units, **fixed))
    if parts:
        parts.append(_detectable(waves[year], minimum_n, role, year))
    return together(parts)


def _asked_otherwise(scores: pd.DataFrame) -> set[str]:
    """Return the providers that were asked with other questionnaires, or mostly along other ways, in the two waves."""
    found: set[str] = set()
    for column, enough in (("instrument", OTHER_QUESTIONS), ("mode", OTHER_MODE)):
        known = scores.dropna(subset=["score", column])
        counts = known.groupby(["provider_id", "last", column]).size().unstack(fill_value=0)
        parts = counts.div(counts.sum(axis=1), axis=0)
        first, last = (parts[parts.index.get_level_values("last") == wave].droplevel("last") for wave in (False, True))
        both = first.index.intersection(last.index)
        distance = (first.loc[both] - last.loc[both]).abs().sum(axis=1) / 2
        found |= set(distance.index[distance >= enough])
    return found


def _together(table: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Return the mean change of the providers measured both times, per dimension."""
    made = table[~table["broken"]]
    by = made.groupby("measure")
    P = by.size()
    mean = by["difference"].mean()
    error = np.sqrt((made["std_error"] ** 2).groupby(made["measure"]).sum()) / P
    df = by["df"].sum()
    difference = Difference(mean.to_numpy(), error.to_numpy(), df.to_numpy())
    low, high = t_interval(difference)
    return pd.DataFrame(
        {
            "measure": P.index,
            "unit": "region",
            "unit_id": "region",
            "n": by["n"].sum().to_numpy(),
            "difference": difference.estimate,
            "std_error": difference.std_error,
            "conf_low": low,
            "conf_high": high,
            "p_value": p_difference(difference),
            "p_stable": p_equivalence(difference, margin),
            "broken": False,
        }
    )


def _detectable(scores: pd.DataFrame, minimum_n: int, role: str, year: int) -> pd.DataFrame:
    """Return the change that two waves as large as this one could show at the median provider."""
    found = []
    for dimension, each in scores[scores["role"] == role].dropna(subset=["score"]).groupby("dimension"):
        code, names = pd.factorize(each["provider_id"])
        got = moments(each["score"].to_numpy(float), code, len(names))
        enough = got.n >= minimum_n
        if enough.any():
            n = float(np.median(got.n[enough]))
            variance = float(got.squares[enough].sum() / (got.n[enough] - 1).sum())
            found.append({"measure": dimension, "n": n, "estimate": trend.detectable(n, variance)})
    fixed = {"statistic": "detectable", "unit": "region", "unit_id": "region", "group": role, "year": year}
    return rows(pd.DataFrame(found), method="80% power, 5% two-sided", **fixed) if found else together([])
