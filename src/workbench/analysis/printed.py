"""How precisely a figure is published: as it is printed, so that a chart or a spreadsheet tells no more than the page.

Shares in whole per cents, scores and differences in whole points, marks and ratios with their decimals, how many people
were still followed in tens. Everything is decided on exact figures first; rounding comes last.
"""

import numpy as np
import pandas as pd

from workbench.analysis.intervals import wilson

SHARES = ("share", "incidence", "partial", "skipped", "percent_agreement")
POINTS = (
    *("mean", "adjusted", "shrunk", "gap", "lowest", "quarter", "median", "three_quarters", "highest", "rating"),
    *("change", "detectable", "funnel"),
)
OUTCOMES = ("uitval", "reden_einde", "nut", "zonder_hulp", "geen_herstart", "doelen", "respons")
ENDS = ["estimate", "conf_low", "conf_high", "delta"]
TENS = -1  # decimals of how many people were still followed
RATIO = 2  # decimals of a figure that is no share, score or count


def decimals(table: pd.DataFrame) -> pd.Series:
    """Return with how many decimals each estimate is published: shares as shares, so 2 is a whole per cent.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": ["effect", "nut", "nut"], "statistic": ["mean", "mean", "share"]})
    >>> decimals(rows).to_list()
    [0, 1, 2]
    """
    share = table["statistic"].isin(SHARES) | table["measure"].isin(OUTCOMES)
    mark = (table["measure"] == "nut") & (table["statistic"] == "mean")
    points = table["statistic"].isin([*POINTS, "count"]) | (table["statistic"] == "choice")
    followed = table["statistic"] == "at_risk"
    return pd.Series(np.select([followed, mark, share, points], [TENS, 1, 2, 0], RATIO), index=table.index)


def as_printed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures with no more decimals than a page prints; administrative figures stay as they are.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": ["nut"], "statistic": ["share"], "estimate": [0.7777], "conf_low": [0.451],
    ...     "conf_high": [0.937], "delta": [None], "std_error": [0.1386], "p_adjusted": [None], "reliability": [None]})
    >>> as_printed(rows)[["estimate", "conf_low", "std_error"]].iloc[0].to_list()
    [0.78, 0.45, 0.139]
    """
    places = decimals(table).where(table["statistic"] != "context", 6)
    rounded = table.copy()
    for digits in sorted(places.unique()):
        at = places == digits
        for columns, more in ((ENDS, 0), (["std_error"], 1)):
            rounded.loc[at, columns] = table.loc[at, columns].astype(float).round(int(digits) + more)
    rounded["p_adjusted"] = table["p_adjusted"].astype(float).round(4)
    rounded["reliability"] = table["reliability"].astype(float).round(3)
    return rounded


def counts_alike(count: int, n: int) -> tuple[int, int]:
    """Return the smallest and the largest count out of `n` whose share and Wilson interval print the same.

    Examples
    --------
    >>> counts_alike(12, 40), counts_alike(300, 1000)
    ((12, 12), (296, 302))
    """
    width = int(0.01 * n) + 1
    near = np.arange(max(0, count - width), min(n, count + width) + 1)
    low, high = wilson(near, np.full(len(near), n))
    printed = np.round(np.column_stack([near / n, low, high]), 2)
    alike = near[(printed == printed[near == count]).all(axis=1)]
    return int(alike.min()), int(alike.max())
