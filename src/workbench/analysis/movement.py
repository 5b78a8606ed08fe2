"""How a figure moved since something was agreed about it, and whether it came where people wanted it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

ENDS = ["estimate", "conf_low", "conf_high"]
MOVED = ("then", "now", "difference", "difference_low", "difference_high", "movement", "reached")
HIDDEN = "hidden"
BREAK = "break"


def difference(
    now: pd.Series | Mapping[str, float], then: pd.Series | Mapping[str, float]
) -> tuple[float, float, float]:
    r"""Difference of two independent estimates (now - then) with its 95% interval, from their own intervals.

    With estimates :math:`t_1, t_2` and their limits :math:`(l, u)`, the square-and-add limits are

    .. math:: t_1 - t_2 - \sqrt{(t_1 - l_1)^2 + (u_2 - t_2)^2}, \quad t_1 - t_2 + \sqrt{(u_1 - t_1)^2 + (t_2 - l_2)^2}

    They keep the asymmetry of intervals near 0 or 1, which :math:`\pm z\,se` does not (Newcombe 1998, Statistics in
    Medicine 17, method 10, for shares; Zou & Donner 2008, Statistics in Medicine 27, in general). Not for figures about
    the same people or the same period: those are not independent.

    Parameters
    ----------
    now, then : mapping
        ``estimate, conf_low, conf_high``.

    Returns
    -------
    difference, low, high : float

    Examples
    --------
    >>> from workbench.analysis.intervals import wilson
    >>> low, high = wilson([48, 56], [80, 70])   # Newcombe 1998, table II, contrast (a)
    >>> then = {"estimate": 48 / 80, "conf_low": low[0], "conf_high": high[0]}
    >>> now = {"estimate": 56 / 70, "conf_low": low[1], "conf_high": high[1]}
    >>> print(*(f"{value:.4f}" for value in difference(now, then)))
    0.2000 0.0524 0.3339
    """
    gap = now["estimate"] - then["estimate"]
    low = gap - np.hypot(now["estimate"] - now["conf_low"], then["conf_high"] - then["estimate"])
    high = gap + np.hypot(now["conf_high"] - now["estimate"], then["estimate"] - then["conf_low"])
    return float(gap), float(low), float(high)


def reached(row: pd.Series | Mapping[str, float], target: float, direction: str) -> str:
    """Say whether a figure is where it should be: ``reached``, ``not reached`` or ``cannot be said``.

    Only an interval that lies wholly on one side of the target says so; a target inside it cannot be decided.

    Parameters
    ----------
    row : mapping
        ``estimate, conf_low, conf_high``; missing ends cannot decide.
    target : float
        In the unit of the figure.
    direction : {"higher", "lower"}
        Which way is an improvement.

    Examples
    --------
    >>> row = {"estimate": 74.0, "conf_low": 71.0, "conf_high": 77.0}
    >>> [reached(row, target, "higher") for target in (70, 75, 80)]
    ['reached', 'cannot be said', 'not reached']
    """
    low, high = row["conf_low"], row["conf_high"]
    if direction == "lower":
        low, high, target = -high, -low, -target
    if low >= target:
        return "reached"
    return "not reached" if high < target else "cannot be said"


def of_agreements(
    agreements: pd.DataFrame,
    released: pd.DataFrame,
    year: int,
    statistics: Mapping[str, str],
    better: Mapping[str, str],
    years_of: Mapping[str, int],
) -> pd.DataFrame:
    """Say of each agreement how its figure moved, from what was released and nothing else.

    Parameters
    ----------
    agreements : DataFrame, one row per agreement
        Needs ``provider_id, measure, year`` (in which it was agreed) and ``target``.
    released : DataFrame, rows of the estimates contract after disclosure control
        What is hidden there is hidden here: nothing can be worked out that was not shown.
    year : int
        Year of the report.
    statistics : mapping of measure to statistic
        Which of its figures an agreement is about; others are ``adjusted``.
    better : mapping of measure to direction
        ``lower`` where less is better; others are ``higher``.
    years_of : mapping of measure to int
        Over how many years a figure is taken; others over one. Figures whose years overlap are not compared.

    Returns
    -------
    DataFrame, one row per agreement
        Adds ``statistic``; ``then, now``; ``difference, difference_low, difference_high`` (now - then: the tested
        ``change`` where there is one, else `difference`); ``movement`` (``better, worse, stable, not to be told,
        break, not comparable``, empty where a figure is missing); ``reached`` (empty where there is no target or no
        figure).
    """
    table = agreements.reset_index(drop=True)
    shown = released[(released["unit"] == "provider") & (released["group"] == "client")]
    whole = shown[(shown["category"] == "") & (shown["status"] != HIDDEN)]
    figures = whole.set_index(["measure", "statistic", "unit_id", "year"]).sort_index()
    tested = shown[(shown["statistic"] == "change") & (shown["year"] == year)]
    tested = tested.set_index(["measure", "category", "unit_id"]).sort_index()
    rows = []
    for row in table.to_dict("records"):
        measure, provider = row["measure"], row["provider_id"]
        statistic = statistics.get(measure, "adjusted")
        then, now = (_at(figures, (measure, statistic, provider, each)) for each in (row["year"], year))
        change = _at(tested, (measure, str(row["year"]), provider))
        direction = better.get(measure, "higher")
        apart = year - row["year"] >= years_of.get(measure, 1)
        moved = _moved(then, now, change, direction, apart)
        hit = reached(now, row["target"], direction) if now is not None and pd.notna(row["target"]) else ""
        values = {"then": _value(then), "now": _value(now), **moved, "reached": hit}
        rows.append({"statistic": statistic} | values)
    return table.join(pd.DataFrame(rows, columns=["statistic", *MOVED], index=table.index))


def of_ambitions(
    ambitions: pd.DataFrame, released: pd.DataFrame, year: int, statistics: Mapping[str, str]
) -> pd.DataFrame:
    """Say of each ambition whether the region is where it wants to be, from what was released.

    Parameters
    ----------
    ambitions : DataFrame, one row per ambition and figure
        Needs ``measure, direction`` and ``target``.
    released : DataFrame, rows of the estimates contract after disclosure control
    year : int
        Year of the report.
    statistics : mapping of measure to statistic
        Which of its figures an ambition is about; others are ``mean``: of everybody who answered in the region.

    Returns
    -------
    DataFrame, one row per ambition
        Adds ``statistic`` and ``reached``, empty where there is no figure to show.
    """
    of = released[(released["unit"] == "region") & (released["group"] == "client") & (released["category"] == "")]
    shown = of[(of["status"] != HIDDEN) & (of["year"] == year)].set_index(["measure", "statistic"]).sort_index()
    statistic = [statistics.get(measure, "mean") for measure in ambitions["measure"]]
    verdicts = []
    for row, which in zip(ambitions.to_dict("records"), statistic, strict=True):
        found = _at(shown, (row["measure"], which))
        verdicts.append("" if found is None else reached(found, row["target"], row["direction"]))
    return ambitions.assign(statistic=statistic, reached=verdicts)


def _at(table: pd.DataFrame, key: tuple[object, ...]) -> pd.Series | None:
    return table.loc[[key]].iloc[0] if key in table.index else None


def _value(row: pd.Series | None) -> float:
    return float("nan") if row is None else float(row["estimate"])


def _moved(
    then: pd.Series | None, now: pd.Series | None, change: pd.Series | None, direction: str, apart: bool
) -> dict[str, object]:
    nothing = {"difference": np.nan, "difference_low": np.nan, "difference_high": np.nan}
    if change is not None and change["reason"] == BREAK:
        return nothing | {"movement": BREAK}
    if then is None or now is None:
        return nothing | {"movement": ""}
    if not apart or now["estimate"] != now["estimate"] or then["estimate"] != then["estimate"]:
        return nothing | {"movement": "not comparable"}
    if change is not None and change["status"] != HIDDEN and pd.notna(change["estimate"]):
        gap, low, high = (float(change[end]) for end in ENDS)
        verdict = str(change["label"]).replace("too few", "not to be told")
    else:
        gap, low, high = difference(now, then)
        if np.isnan(low) or np.isnan(high):
            return nothing | {"movement": "not comparable"}
        verdict = "changed" if low > 0 or high < 0 else "not to be told"
    if verdict == "changed":
        verdict = "better" if (gap > 0) == (direction == "higher") else "worse"
    return {"difference": gap, "difference_low": low, "difference_high": high, "movement": verdict}
