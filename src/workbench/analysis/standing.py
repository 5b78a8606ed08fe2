"""What was published before stands: a rerun or a small correction must not open by subtraction what was hidden.

Within a year, and until the region declares a revision:

* hidden stays hidden, unless everything that was hidden with it has since changed by at least ``smallest_cell`` people;
* a number of people that was rounded stays rounded, unless it has changed by as many;
* a figure whose people changed by fewer than that keeps the value it was published with; more, and it is replaced.
"""

import numpy as np
import pandas as pd

from workbench.analysis.linked_counts import AT_LEAST, AT_MOST, FEW, LINKED, SMALL, Rules

KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]
BLOCK = ["measure", "unit", "unit_id", "group", "year"]
TOGETHER = ["measure", "statistic", "category", "group", "year"]
PROTECTED = (FEW, SMALL, LINKED, AT_MOST, AT_LEAST)
SCORES = 100.0  # points that one person can add to a sum of scores
PUBLISHED = [
    "n",
    "n_eff",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "delta",
    "p_adjusted",
    "reliability",
    "label",
]


def latest(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the last published row of every figure.

    Examples
    --------
    >>> book = pd.DataFrame({name: ["x", "x"] for name in KEY} | {"n": [12, 20]})
    >>> latest(book)["n"].to_list()
    [20]
    """
    return ledger.drop_duplicates(KEY, keep="last")


def hold(decided: pd.DataFrame, ledger: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the figures with what was published before brought to bear on their status.

    Parameters
    ----------
    decided : DataFrame, one row per figure
        With exact values, status and reason.
    ledger : DataFrame, one row per published figure
        As `ledger.entries` gives it, oldest first, of this revision only.
    rules : Rules

    Returns
    -------
    DataFrame
        The same rows; ``coarse`` also where the number of people was rounded before; ``slack``: people by which a
        figure may differ from its published value, which is kept where this is above 0.
    """
    former = decided[KEY].merge(latest(ledger), on=KEY, how="left", validate="1:1").set_axis(decided.index)
    known = former["status"].notna()
    moved = (decided["n"] - former["people"]).abs()
    was_hidden = known & (former["status"] == "hidden") & former["reason"].isin(PROTECTED) & decided["n"].notna()
    family = decided.groupby(TOGETHER).ngroup()
    everything_moved = (moved >= rules.smallest_cell).where(was_hidden, True).groupby(family).transform("all")
    stays = was_hidden & ~everything_moved & (decided["status"] != "hidden")

    share = decided["statistic"].isin(["share", "incidence", "count"])
    one = np.where(share, 1.0, SCORES)
    one = np.where(decided["statistic"] == "count", 1.0 / decided["n"].clip(lower=1.0), one)
    sums: pd.Series = (decided["estimate"] * decided["n"] - former["exact"] * former["people"]).abs() / one
    change = pd.concat([moved, sums], axis=1).max(axis=1).where(known & (former["status"] != "hidden"), 0.0).fillna(0.0)
    block = change.groupby([decided[name] for name in BLOCK]).transform("max")
    kept = (block > 1e-9) & (block < rules.smallest_cell) & known & (former["status"] != "hidden")
    held = decided.assign(slack=np.where(kept, rules.smallest_cell - 1.0, 0.0))
    held["coarse"] |= known & former["n_precision"].notna() & ~(moved >= rules.smallest_cell)
    held.loc[stays, "status"] = "hidden"
    held.loc[stays, "reason"] = former["reason"].where(former["reason"] == SMALL, LINKED)
    return held


def as_published(released: pd.DataFrame, kept: pd.Series, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the released figures, those of `kept` that are not hidden with the values they were published with."""
    former = released[KEY].merge(latest(ledger), on=KEY, how="left", validate="1:1").set_axis(released.index)
    at = kept & (released["status"] != "hidden")
    back = released.copy()
    for name in PUBLISHED:
        back[name] = released[name].mask(at, former[name])
    return back
