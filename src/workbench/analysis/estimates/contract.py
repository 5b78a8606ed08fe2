"""The contract of an estimate: how any table becomes rows of ``schemas.ESTIMATES``."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis import intervals

COLUMNS = (
    *("measure", "statistic", "category", "unit", "unit_id", "group", "year", "n", "n_eff", "estimate", "std_error"),
    *("conf_low", "conf_high", "delta", "p_adjusted", "reliability", "label", "method", "status", "reason"),
)
KEY = list(COLUMNS[:7])
NUMBERS = list(COLUMNS[7:16])
DEFAULTS = {"category": "", "status": "shown", "reason": "", "label": "", "method": ""}
UNITS = {"provider": "provider_id", "municipality": "municipality_code", "region": None}


def rows(table: pd.DataFrame, **fixed: Any) -> pd.DataFrame:
    """Return `table` as rows of the contract: `fixed` values everywhere, absent columns missing.

    Examples
    --------
    >>> one = pd.DataFrame({"unit_id": ["P1"], "n": [12.0], "estimate": [71.5]})
    >>> list(rows(one, measure="effect", statistic="mean")[["measure", "unit_id", "category"]].iloc[0])
    ['effect', 'P1', '']
    """
    made: dict[str, Any] = {}
    for name in COLUMNS:
        given = fixed.get(name, table[name].to_numpy() if name in table else None)
        if name in NUMBERS:
            made[name] = np.asarray(np.nan if given is None else given, dtype=float)
        elif name in DEFAULTS:
            made[name] = DEFAULTS[name] if given is None else _filled(given, DEFAULTS[name])
        else:
            made[name] = given
    return pd.DataFrame(made, index=range(len(table)))


def _filled(given: Any, default: str) -> Any:
    """Return text with the default where there is none."""
    return given if isinstance(given, str) else pd.Series(given, dtype=object).fillna(default).to_numpy()


def together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return rows of several functions as one table, in the order of the key.

    Raises
    ------
    ValueError
        Where the same figure was made twice.

    Examples
    --------
    >>> fixed = {"measure": "effect", "statistic": "mean", "unit": "provider", "group": "client", "year": 2026}
    >>> one = rows(pd.DataFrame({"unit_id": ["P2", "P1"]}), **fixed)
    >>> together([one])["unit_id"].to_list()
    ['P1', 'P2']
    """
    kept = [part for part in parts if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))
    twice = table[table.duplicated(KEY)]
    if len(twice):
        raise ValueError(f"made twice: {twice[KEY].head(3).to_dict('records')}")
    return table.sort_values(KEY, ignore_index=True)


def in_cells(counts: pd.Series, categories: Sequence[str]) -> pd.DataFrame:
    """Return one row per unit and category, also where nobody chose it, with `count` and the total `n`.

    The last level of the index of `counts` is the category.

    Examples
    --------
    >>> cells = pd.MultiIndex.from_tuples([("a", "yes"), ("a", "no")], names=["unit_id", "answer"])
    >>> answers = pd.Series([3, 1], index=cells)
    >>> in_cells(answers, ["yes", "no", "perhaps"])[["category", "count", "n"]].values.tolist()
    [['yes', 3, 4], ['no', 1, 4], ['perhaps', 0, 4]]
    """
    wide = counts.unstack(fill_value=0).reindex(columns=list(categories), fill_value=0)
    total = wide.sum(axis=1).to_numpy()
    cells = wide.reset_index().melt(wide.index.names, list(categories), "category", "count")
    return cells.assign(n=np.tile(total, len(categories)))


def as_shares(table: pd.DataFrame, **fixed: Any) -> pd.DataFrame:
    """Return counts out of n as shares with Wilson intervals.

    Examples
    --------
    >>> made = as_shares(pd.DataFrame({"unit_id": ["a"], "count": [40], "n": [50]}), measure="nut", statistic="share")
    >>> made[["estimate", "conf_low", "conf_high"]].round(4).values.tolist()
    [[0.8, 0.6696, 0.8876]]
    """
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
