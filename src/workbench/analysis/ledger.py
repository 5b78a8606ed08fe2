"""What was published, figure by figure, and what an outsider could work out from all of it.

The ledger has one row per published figure: measure, group, unit and number of people, the value and its precision as
printed, in which release it stands and since when. It never forgets: a figure that was published stays known.
"""

from dataclasses import dataclass

import pandas as pd

from workbench.analysis import linked, relations
from workbench.analysis.linked_counts import Linked, Rules
from workbench.analysis.printed import decimals

KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]
COLUMNS = [*KEY, "status", "reason", "n", "n_precision", "value", "low", "high", "precision", "release", "published_on"]


def entries(released: pd.DataFrame, release: str, published_on: str) -> pd.DataFrame:
    """Return the rows of the ledger for one release: every figure in it, hidden ones without a value.

    Parameters
    ----------
    released : DataFrame, one row per figure
        As `release.decide` gives it.
    release : str
        What was published: the year of the report, or the name of an export.
    published_on : str
        Date.

    Returns
    -------
    DataFrame
        ``value, low, high``: estimate and interval as printed; ``precision``: the unit of the last printed decimal.

    Examples
    --------
    >>> one = {"measure": "nut", "statistic": "share", "category": "", "unit": "provider", "unit_id": "p", "group":
    ...     "client", "year": 2026, "status": "shown", "reason": "", "n": 40.0, "n_precision": None, "estimate": 0.78,
    ...     "conf_low": 0.6, "conf_high": 0.9}
    >>> entries(pd.DataFrame([one]), "2026", "2026-11-02")[["n", "value", "precision"]].iloc[0].to_list()
    [40.0, 0.78, 0.01]
    """
    named = released.rename(columns={"estimate": "value", "conf_low": "low", "conf_high": "high"})
    precision = 10.0 ** -decimals(released)
    return named.assign(precision=precision, release=release, published_on=published_on)[COLUMNS]


@dataclass(frozen=True)
class Leak:
    """A figure that could be worked out: what it is of, from which figures, and what to hide to prevent it."""

    figure: str
    low: float
    high: float
    remedy: tuple[str, ...]

    def __str__(self) -> str:
        hide = "; ".join(self.remedy) or "every figure it is linked with"
        found = f"{self.figure} can be worked out to lie between {self.low:g} and {self.high:g}."
        return f"{found} Cheapest remedy: hide {hide}."


def audit(estimates: pd.DataFrame, released: pd.DataFrame, rules: Rules) -> list[Leak]:
    """Which protected numbers could an outsider work out from a release? None if it is safe.

    Starts from what is in the release, whoever decided it: for every count of people that must not be known, and every
    mean on too few, the smallest and the largest value that all published figures together leave possible, at the
    precision they are printed with.

    Parameters
    ----------
    estimates : DataFrame, one row per figure
        As computed, exact.
    released : DataFrame, one row per figure
        As released, with the same keys.
    rules : Rules

    Raises
    ------
    ValueError
        Where a released figure was never computed, or has no row in the release.
    """
    both = estimates.drop(columns=["status", "reason", "n_precision"], errors="ignore").merge(
        released[[*KEY, "status", "reason", "n", "n_precision", "estimate"]],
        on=KEY,
        how="outer",
        suffixes=("", "_released"),
        validate="1:1",
        indicator=True,
    )
    strangers = both[both["_merge"] != "both"]
    if len(strangers):
        raise ValueError(f"released and computed figures differ: {strangers[KEY].head(3).to_dict('records')}")
    both["coarse"] = both["n_precision"].notna()
    leaks = []
    for system in (*relations.numbers(both, rules), *relations.cells(both, rules)):
        for known in (None, *system.insiders):
            for at in linked.unsafe(system.system, system.system.hidden, known):
                leaks.append(_leak(system, int(at)))
    return list({str(leak): leak for leak in leaks}.values())


def _leak(system: Linked, at: int) -> Leak:
    """Describe one cell that can be worked out, with the cheapest way to prevent it."""
    whole = system.system
    only = whole.cells.assign(need=whole.cells["need"].where(whole.cells.index == whole.cells.index[at], 0.0))
    alone = linked.System(only, whole.relations, whole.cost, whole.hidden)
    ends = linked.ranges(alone, whole.hidden).iloc[0]
    try:
        more = linked.protect(alone) & ~whole.hidden
    except linked.Unprotectable:
        more = whole.hidden & False
    remedy = [_name(system, cell) for _, cell in only[only["figure"].isin(more.nonzero()[0])].iterrows()]
    return Leak(_name(system, only.iloc[at]), ends["low"], ends["high"], tuple(remedy))


def _name(system: Linked, cell: pd.Series) -> str:
    measure, statistic, group, year = system.key
    what = "number of people" if cell["name"] in ("n", "u", "people") else f"{statistic} {cell['name']}"
    return f"{measure} {year}, {group or 'all'}, {cell['unit']} {cell['unit_id']}: {what}"
