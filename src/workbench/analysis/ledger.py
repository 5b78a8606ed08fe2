"""What was published, figure by figure, and what an outsider could work out from all of it.

The ledger has one row per published figure: measure, group, unit and number of people, the value and its precision as
printed, in which release it stands and since when. It never forgets: a figure that was published stays known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis import linked, relations, standing
from workbench.analysis.linked_counts import Linked, Rules
from workbench.analysis.printed import decimals
from workbench.analysis.release import with_people

PEOPLE = "number of people"
FEW_NAMED = 3  # figures named in one message
KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]
FIGURES = ["n", "n_eff", "estimate", "std_error", "conf_low", "conf_high", "delta", "p_adjusted", "reliability"]
WHICH = ["release", "edition", "revision", "published_on"]
COLUMNS = [*KEY, "status", "reason", "label", *FIGURES, "n_precision", "precision", "people", "exact", *WHICH]


def revision(declared: Sequence[str], year: int) -> str:
    """Return the last revision that a region declared for a year: its words, after the year.

    Examples
    --------
    >>> revision(["2025 late deliveries", "2026 reversed statement mended"], 2026)
    '2026 reversed statement mended'
    """
    of_year = [each for each in declared if each.split()[:1] == [str(year)]]
    return of_year[-1] if of_year else ""


def entries(
    estimates: pd.DataFrame,
    released: pd.DataFrame,
    release: str,
    edition: str,
    published_on: str,
    revision: str = "",
    former: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the rows of the ledger for one release: every figure in it, hidden ones without a value.

    Parameters
    ----------
    estimates, released : DataFrame, one row per figure
        As computed, and as `release.decide` gave it.
    release, edition : str
        What was published: the year of the report or the name of an export; and the fingerprint of the figures in it.
    published_on : str
        Date.
    revision : str
        The revision of the year that the region declared, if any.
    former : DataFrame, optional
        The ledger so far: a figure that is printed as it was keeps the people and value it was first printed for, so
        that small changes do not add up unseen.

    Returns
    -------
    DataFrame
        ``estimate, conf_low, conf_high`` as printed; ``precision``: the unit of the last printed decimal; ``people``:
        how many people there are behind the figure, also where that is not published; ``exact``: its value, missing
        where it is hidden.

    Examples
    --------
    >>> key = {"measure": "nut", "statistic": "share", "category": "", "unit": "provider", "unit_id": "p",
    ...     "group": "client", "year": 2026}
    >>> computed = pd.DataFrame([key | {"n": 40.0, "estimate": 0.775}])
    >>> shown = key | {"status": "shown", "reason": "", "label": "", "n_precision": None}
    >>> released = pd.DataFrame([shown | dict.fromkeys(FIGURES, 0.5) | {"n": 40.0, "estimate": 0.78}])
    >>> row = entries(computed, released, "2026", "4f1c", "2026-11-02").iloc[0]
    >>> [float(row[name]) for name in ("estimate", "precision", "people", "exact")]
    [0.78, 0.01, 40.0, 0.775]
    """
    exact = released[KEY].merge(estimates[[*KEY, "n", "estimate"]], on=KEY, how="left", validate="1:1")
    hidden = (released["status"] == "hidden").to_numpy()
    entered = released.assign(
        precision=10.0 ** -decimals(released).astype(float),
        people=exact["n"].to_numpy(),
        exact=exact["estimate"].mask(hidden).to_numpy(),
        release=release,
        edition=edition,
        revision=revision,
        published_on=published_on,
    )
    entered = entered[COLUMNS].reset_index(drop=True)
    if former is None or former.empty:
        return entered
    before = entered[KEY].merge(standing.latest(former), on=KEY, how="left", validate="1:1")
    printed = ["status", "n", "estimate", "conf_low", "conf_high"]
    same = pd.concat(
        [(entered[each] == before[each]) | (entered[each].isna() & before[each].isna()) for each in printed], axis=1
    )
    for name in ("people", "exact"):
        entered[name] = entered[name].mask(same.all(axis=1), before[name])
    return entered


@dataclass(frozen=True)
class Figure:
    """Which number is meant: of a measure, a unit and a group; ``people`` behind it, or a ``cell`` of it."""

    measure: str
    cell: str
    group: str
    unit: str
    unit_id: str
    year: int

    def told(self, name: Callable[[str], str]) -> str:
        """Say which number is meant; `name` gives what a reader calls a code."""
        whose = name(self.unit_id) if self.unit != self.unit_id else "the region"
        who = f", {name(self.group)}" if self.group else ""
        what = self.cell if self.cell == PEOPLE else " ".join(name(part) for part in self.cell.split(" ") if part)
        return f"{name(self.measure)} {self.year}{who}, {whose}: {what}"


@dataclass(frozen=True)
class Leak:
    """A figure that could be worked out: between which ends, from which figures, and what to hide to prevent it."""

    figure: Figure
    low: float
    high: float
    given_by: tuple[Figure, ...]
    remedy: tuple[Figure, ...]

    def told(self, name: Callable[[str], str]) -> str:
        """Tell it to whoever is to prevent it."""
        found = f"{self.figure.told(name)} can be worked out to lie between {self.low:g} and {self.high:g}"
        told = [each.told(name) for each in self.given_by[:FEW_NAMED]]
        more = f"; and {len(self.given_by) - FEW_NAMED} more" if len(self.given_by) > FEW_NAMED else ""
        given = f", given by: {'; '.join(told)}{more}." if told else "."
        hide = "; ".join(each.told(name) for each in self.remedy) or "every figure it is linked with"
        return f"{found}{given} Cheapest remedy: hide {hide}."

    def __str__(self) -> str:
        return self.told(str)


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
    both = as_seen(estimates, released, rules)
    leaks = _openly(both, released)
    for system in (*relations.numbers(both, rules), *relations.cells(both, rules)):
        everybody, told = [linked.NOTHING, *system.insiders], set[int]()
        found = linked.unsafe_to(system.system, system.system.hidden, everybody)
        for known, places in zip(everybody, found, strict=True):
            leaks += [_leak(system, at, known) for at in places.tolist() if at not in told]
            told.update(places.tolist())
    return list({leak.figure: leak for leak in reversed(leaks)}.values())[::-1]


def as_seen(estimates: pd.DataFrame, released: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return exact figures with what the release says of them: what `relations` makes systems from.

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
    moved = both["n_released"].notna() & ~both["coarse"] & (both["n_released"] != both["n"])
    both["slack"] = np.where(moved, rules.smallest_cell - 1.0, 0.0)
    return with_people(both, rules)


def _openly(both: pd.DataFrame, released: pd.DataFrame) -> list[Leak]:
    """Return the figures that are called hidden and have a value all the same."""
    open_ = released[(released["status"] == "hidden") & released["estimate"].notna()]
    exact = open_[KEY].merge(both[[*KEY, "estimate"]], on=KEY, how="left", validate="1:1")["estimate"]
    leaks = []
    for (_, row), value in zip(open_.iterrows(), exact, strict=True):
        cell = " ".join(each for each in (row["statistic"], row["category"]) if each)
        figure = Figure(row["measure"], cell, row["group"], row["unit"], row["unit_id"], int(row["year"]))
        leaks.append(Leak(figure, value, value, (figure,), (figure,)))
    return leaks


def _leak(system: Linked, at: int, known: linked.Known) -> Leak:
    """Describe one cell that can be worked out, from what, and the cheapest way to prevent it."""
    whole = system.system
    only = whole.cells.assign(need=whole.cells["need"].where(whole.cells.index == whole.cells.index[at], 0.0))
    alone = replace(whole, cells=only)
    ends = linked.ranges(alone, whole.hidden, known).iloc[0]
    try:
        more = linked.protect(alone, [known]) & ~whole.hidden
    except linked.Unprotectable:
        more = whole.hidden & False
    given = linked.given_by(alone, whole.hidden, known)
    figure = _name(system, only.iloc[at])
    return Leak(figure, ends["low"], ends["high"], *(_named(system, figures) for figures in (given, more)))


def _named(system: Linked, figures: NDArray[np.bool_]) -> tuple[Figure, ...]:
    """Return figures of a system by what they are of, each once."""
    cells = system.system.cells
    named = [_name(system, cell) for _, cell in cells[cells["figure"].isin(np.flatnonzero(figures))].iterrows()]
    return tuple(dict.fromkeys(named))


def _name(system: Linked, cell: pd.Series) -> Figure:
    measure, statistic, group, year = system.key
    what = f"{statistic} {cell['name']}"
    if statistic == "mean" and not group:  # means of all groups are one system
        what, _, group = str(cell["name"]).partition(" ")
    if cell["name"] in ("n", "u", "people"):
        what = PEOPLE
    return Figure(measure, what, group, cell["unit"], cell["unit_id"], int(year))
