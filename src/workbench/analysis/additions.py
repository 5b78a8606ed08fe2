"""Which figures may be added to those that were published: what a researcher exports beside the release of a year."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analysis import ledger, linked, relations, release
from workbench.analysis.linked_counts import FEW, LINKED, Linked, Rules

KEY = ledger.KEY
FAMILY = ["measure", "statistic", "unit", "unit_id", "group", "year"]
FIXED = 1e6  # a published figure cannot be taken back: what needs that is not added
VARIANT = "(other choices)"  # a released figure computed in another way has a key of its own
BREAKDOWNS = ("mean", "adjusted", "share", "count")
Systems = Callable[[pd.DataFrame, Rules], Iterator[Linked]]


def decide(
    new: pd.DataFrame, estimates: pd.DataFrame, released: pd.DataFrame, rules: Rules, indicative_below: int
) -> pd.DataFrame:
    """Return new estimates as they may be published beside a release that stands, the rest without values.

    A figure that is in the release comes back as it was released; one that has its key and another value gets a
    category of its own and is shown where its twin is. The others follow the same rules: enough people, no
    small cells, and nothing from which, with everything in the release, a protected number could be worked out. Where
    that would need a published figure to be hidden, the new ones stay behind. Groups of people that are broken down
    further than the release does add up to a figure that is known: one hidden group takes a second with it.

    Parameters
    ----------
    new : DataFrame, one row per figure
        In the contract of estimates, exact.
    estimates, released : DataFrame, one row per figure
        Of the release, exact and as released.
    rules : Rules
    indicative_below : int

    Raises
    ------
    ValueError
        Where a figure is in `new` twice.

    Examples
    --------
    >>> columns = dict.fromkeys([*release.VALUES[1:2], *release.VALUES[3:]], 1.0)
    >>> new = pd.DataFrame({"measure": "effect", "statistic": "mean", "category": ["young", "old", "older"],
    ...     "unit": "region", "unit_id": "region", "group": "client", "year": 2026, "n": [7.0, 30, 50],
    ...     "estimate": 70.4, "label": "", "method": "", "status": "", "reason": ""} | columns)
    >>> none = new.head(0).assign(n_precision=1.0)
    >>> decide(new, none, none, Rules(), 30)[["category", "estimate", "status"]].values.tolist()
    [['young', nan, 'hidden'], ['old', nan, 'hidden'], ['older', 70.0, 'shown']]
    """
    twice = new[new.duplicated(KEY)]
    if len(twice):
        raise ValueError(f"the same figure is there twice: {twice[KEY].head(3).to_dict('records')}")
    known = ledger.as_seen(estimates, released, rules)
    stands, variant = _in_release(new, known)
    fresh = release.alone(new[~stands].assign(reason=""), rules, indicative_below).assign(coarse=False, slack=0.0)
    twins = pd.MultiIndex.from_frame(released.loc[released["status"] == "hidden", KEY])
    taken = pd.MultiIndex.from_frame(fresh[KEY]).isin(twins)
    fresh.loc[taken & (fresh["status"] != "hidden"), ["status", "reason"]] = ["hidden", LINKED]
    apart = variant[~stands]  # another way to compute a released figure: it adds up to nothing, and follows its twin
    fresh = _in_families(fresh, rules)
    beside = known[known["year"].isin(fresh["year"])].assign(fresh=False)
    for systems in (relations.numbers, relations.cells):
        fresh = _beside(fresh, apart, beside, systems, rules)
    decided = release.published(fresh.drop(columns="fresh", errors="ignore"))
    decided["category"] = decided["category"].mask(apart, (decided["category"] + " " + VARIANT).str.strip())
    again = new.loc[stands, KEY].merge(released, on=KEY, how="left", validate="1:1").set_axis(new.index[stands])
    whole = pd.concat([part for part in (decided, again) if len(part)] or [decided])
    return whole.loc[new.index]


def _in_release(new: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Say which figures are in the release with the same value, and which with another."""
    there = new[KEY].merge(known[[*KEY, "n", "estimate"]], on=KEY, how="left", validate="1:1").set_axis(new.index)
    within = pd.MultiIndex.from_frame(new[KEY]).isin(pd.MultiIndex.from_frame(known[KEY]))
    alike = np.isclose(there["n"], new["n"], equal_nan=True)
    alike &= np.isclose(there["estimate"], new["estimate"], equal_nan=True)
    return pd.Series(within & alike, index=new.index), pd.Series(within & ~alike, index=new.index)


def _in_families(fresh: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Hide a second group where one is hidden for lack of people: all groups together are known."""
    fresh = fresh.copy()
    broken = fresh["statistic"].isin(BREAKDOWNS) & (fresh["category"] != "")
    group = fresh["category"].map(lambda category: category.rpartition(": ")[2])
    for _, family in fresh[broken].groupby(FAMILY):
        people = family["n"].groupby(group[family.index]).max().sort_values(kind="stable")
        few = family.loc[(family["status"] == "hidden") & (family["reason"] == FEW)]
        gone = set(group[few.index])
        for each in people.index:
            if not gone or (len(gone) > 1 and people[list(gone)].sum() >= rules.hidden_below):
                break
            gone.add(each)
        further = family.index[group[family.index].isin(gone) & (family["status"] != "hidden")]
        fresh.loc[further, ["status", "reason"]] = ["hidden", LINKED]
    return fresh


def _beside(
    fresh: pd.DataFrame, apart: pd.Series, beside: pd.DataFrame, systems: Systems, rules: Rules
) -> pd.DataFrame:
    """Hide the new figures with which, and with what was published, something could be worked out."""
    fresh = fresh.copy()
    adding = fresh[~apart & ((fresh["statistic"] != "mean") | (fresh["category"] == ""))]
    adding = adding.assign(fresh=True)
    measures = set(adding["measure"])
    ending = {"uitval", "reden_einde"}
    measures |= ending if measures & ending else set()
    table = pd.concat([beside[beside["measure"].isin(measures)], adding], ignore_index=True)
    label = pd.Series(adding.index, index=table.index[-len(adding) :] if len(adding) else table.index[:0])
    for system in systems(table, rules) if len(adding) else ():
        of_new = system.number.index[table.loc[system.number.index, "fresh"].to_numpy()]
        if len(of_new):
            gone = _gone(system, table, of_new)
            at = label[gone]
            at = at[(fresh.loc[at, "status"] != "hidden").to_numpy()]
            fresh.loc[at, ["status", "reason"]] = ["hidden", LINKED]
    return fresh


def _gone(system: Linked, table: pd.DataFrame, of_new: pd.Index) -> pd.Index:
    """Return the new rows of a system that must stay behind."""
    whole, figure = system.system, system.figure if len(system.figure) else system.number
    printed = table.loc[figure.index[figure >= 0]]
    fixed = np.zeros(len(whole.cost), dtype=bool)
    fixed[figure[printed.index[~printed["fresh"].to_numpy(dtype=bool)]].to_numpy()] = True
    dear = replace(whole, cost=np.where(fixed, FIXED, whole.cost))
    try:
        gone = linked.protect(dear, system.insiders)
    except linked.Unprotectable:
        return of_new
    further = gone & ~whole.hidden
    if (further & fixed).any():
        return of_new
    own = figure[of_new.intersection(figure.index)]
    counted = system.number[of_new]
    away = own.index[(own >= 0) & further[own.clip(lower=0).to_numpy()]]
    return away.union(counted.index[(counted >= 0) & further[counted.clip(lower=0).to_numpy()]])
