"""Which published figures add up to each other: from rows of estimates to systems of linked cells.

Providers add up to the region, and so do municipalities; the answers to a question add up to those who answered; the
definitions of drop-out are sums of reasons of ending; a mean times its number of people is a sum of scores. Each
function gives one `Linked` per group of figures that is linked so; figures of different groups share no cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from workbench.analysis import linked_counts, linked_means
from workbench.analysis.endings import DEFINITIONS, GROUPS, NO_ENDING
from workbench.analysis.linked_counts import MODES, MOMENT, OPINIONS, Key, Linked, Rules, shares

KEY = ["measure", "statistic", "group", "year"]
WHICH = ["category", "unit", "unit_id"]
SAID = ["n", "estimate", "status", "reason", "coarse", "slack", "people", "few_people"]
OTHERWISE = ("zonder_hulp", "reden_einde", "uitval", "geen_herstart", "doelen")  # shares that other systems hold


def numbers(table: pd.DataFrame, rules: Rules) -> Iterator[Linked]:
    """Yield the systems of the numbers of people that figures rest on.

    Parameters
    ----------
    table : DataFrame, one row per measure, statistic, category, unit, group and year
        With exact values, also of what is hidden, and the ``status`` and ``reason`` decided so far; ``coarse`` where
        the number of people is rounded; optional ``slack``: by how many people a row that is kept as it was published
        before may differ from today.
    rules : Rules
    """
    table = _needed(table)
    counted = table[table["statistic"].isin(["share", "incidence", "mean"]) & (table["n"] > 0)]
    for key, rows in counted[counted["measure"] != "respons"].groupby(KEY, sort=True):
        yield linked_counts.numbers(rows, key, rules)


def cells(table: pd.DataFrame, rules: Rules) -> Iterator[Linked]:
    """Yield the systems of counts behind shares and of sums behind means; parameters as in `numbers`."""
    table = _needed(table)
    counted = table[table["statistic"].isin(["share", "incidence"]) & (table["n"] > 0)]
    for key, rows in counted[counted["category"].isin([*OPINIONS, "other"])].groupby(KEY, sort=True):
        yield _opinions(rows, key, rules)
    for key, rows in counted[counted["measure"] == "zonder_hulp"].groupby(KEY, sort=True):
        cells = rows.assign(cell=rows["category"].replace("", "4"), base="n")
        yield shares(cells, key, rules, {"n": tuple("1234")})
    for key, rows in counted[yes_or_no(counted)].groupby(KEY, sort=True):
        yield shares(rows.assign(cell="yes", base="n"), key, rules, {"n": ("yes", "no")})
    for key, rows in counted[counted["measure"].isin(["reden_einde", "uitval"])].groupby(["group", "year"], sort=True):
        if (rows["measure"] == "reden_einde").any():
            yield _endings(rows, ("reden_einde", "share", *key), rules)
    for key, rows in counted[counted["measure"] == "geen_herstart"].groupby(KEY, sort=True):
        yield _restarts(rows, key, rules)
    for key, rows in table[(table["measure"] == MODES) & (table["n"] > 0)].groupby(KEY, sort=True):
        yield _counts(rows, key, rules)
    whole = (table["category"] == "") & (table["n"] > 0) & table["estimate"].notna()
    means = table[table["statistic"].isin(["mean", "adjusted", "gap"]) & whole]
    for (measure, year), rows in means.groupby(["measure", "year"], sort=True):
        yield linked_means.means(rows, (measure, "mean", "", year), rules)


def _needed(table: pd.DataFrame) -> pd.DataFrame:
    """Return what systems are made from; texts as objects, which many small tables are made of quicker, each once."""
    given = {"slack": table.get("slack", 0.0), "people": table.get("people", table["n"])}
    needed = table.assign(**given, few_people=table.get("few_people", False))[[*KEY, *WHICH, *SAID]]
    texts = {}
    for name in needed.columns[needed.dtypes == "str"]:
        code, each = pd.factorize(needed[name], use_na_sentinel=False)
        texts[name] = each.to_numpy(dtype=object)[code]
    return needed.assign(**texts, cost=linked_counts.cost_of(needed))


def yes_or_no(table: pd.DataFrame) -> pd.Series:
    """Say which rows are shares of people who did or said one thing, and part of no larger whole.

    Usefulness, the response, and the shares that a region declares as indicators.
    """
    return (table["statistic"] == "share") & (table["category"] == "") & ~table["measure"].isin(OTHERWISE)


def _opinions(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    sums = {"other": ("negative", "neutral"), "n": OPINIONS}
    return shares(rows.assign(cell=rows["category"], base="n"), key, rules, sums)


def _endings(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Reasons of ending and the definitions of drop-out, which are sums of reasons out of fewer endings."""
    real = tuple(name for name in GROUPS if name not in NO_ENDING)
    reasons = rows["measure"] == "reden_einde"
    counts = (rows["estimate"] * rows["n"]).round()
    known = rows[reasons].assign(count=counts).pivot(index=["unit", "unit_id"], columns="category", values="count")
    known = known.reindex(columns=list(real)).fillna(0.0)
    drop = rows[~reasons].assign(count=counts)
    external = [(), ("extern",)]
    bases = [tuple(name for name in real if name not in (*out, "onbekend", "overlijden")) for out in external]
    named = {name: [kinds + more for more in external] for name, kinds in DEFINITIONS.items()}
    sums: dict[str, tuple[str, ...]] = {"n": real}
    cell = rows["category"].where(reasons, "")
    for definition, ways in named.items():
        own = drop[drop["category"] == definition]
        if len(own):
            sums[definition] = _matching(own, "count", known, ways)
    if len(drop):
        sums["u"] = _matching(drop, "n", known, bases)
        chosen = drop[drop["category"] == ""]
        same = [name for name in named if name in sums and _agree(chosen, "count", known, sums[name])]
        cell = cell.mask(~reasons, rows["category"].replace("", same[0] if same else "strikt"))
        for definition in [name for name in named if name in sums]:
            sums[f"not {definition}"] = tuple(name for name in sums["u"] if name not in sums[definition])
    base = pd.Series(np.where(reasons, "n", "u"), index=rows.index)
    return shares(rows.assign(cell=cell, base=base), key, rules, sums, known)


def _matching(rows: pd.DataFrame, column: str, known: pd.DataFrame, ways: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first of several sums of reasons that gives the counts that were published."""
    return next((way for way in ways if _agree(rows, column, known, way)), ways[0])


def _agree(rows: pd.DataFrame, column: str, known: pd.DataFrame, parts: tuple[str, ...]) -> bool:
    wanted = rows.set_index(["unit", "unit_id"])[column]
    return bool((known[list(parts)].sum(axis=1).reindex(wanted.index) == wanted).all())


def _restarts(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Restarts within each window: those within a shorter one are among those within a longer."""
    months = sorted({int(each) for each in rows["category"] if each})
    longest = str(months[-1]) if months else ""
    twin = rows[rows["category"] == ""].set_index(["unit", "unit_id"])["estimate"]
    for each in months:
        other = rows[rows["category"] == str(each)].set_index(["unit", "unit_id"])["estimate"].reindex(twin.index)
        if (other.isna() == twin.isna()).all() and np.allclose(other.dropna(), twin.dropna()):
            longest = str(each)
    cell = rows["category"].replace("", longest)
    again = rows.assign(window=cell, count=((1 - rows["estimate"]) * rows["n"]).round())
    again = again.drop_duplicates(["unit", "unit_id", "window"])
    wide = again.pivot(index=["unit", "unit_id"], columns="window", values="count")
    wide = wide.reindex(columns=[str(each) for each in months]).ffill(axis=1).fillna(0.0).cummax(axis=1)
    atoms = wide.diff(axis=1).fillna(wide.iloc[:, [0]]).add_prefix("within ")
    atoms["none"] = (again.groupby(["unit", "unit_id"])["n"].max().reindex(atoms.index) - wide.iloc[:, -1]).clip(
        lower=0
    )
    later = {str(each): tuple(f"within {more}" for more in months if more > each) for each in months}
    sums = {window: (*parts, "none") for window, parts in later.items()}
    sums |= {f"restart {each}": tuple(f"within {less}" for less in months if less <= each) for each in months[1:]}
    sums["n"] = tuple(atoms.columns)
    return shares(rows.assign(cell=cell, base="n"), key, rules, sums, atoms)


def _counts(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Questionnaires in all, by mode and by moment: both add up to the same number."""
    categories = sorted(set(rows["category"]) - {""})
    at = rows["category"].str.startswith(MOMENT)
    named = rows.assign(cell=rows["category"].replace("", "n"), base="")
    wide = rows[rows["category"] != ""].pivot(index=["unit", "unit_id"], columns="category", values="estimate")
    whole = rows[rows["category"] == ""].set_index(["unit", "unit_id"])["estimate"]
    atoms = wide.reindex(index=whole.index, columns=categories).fillna(0.0)
    sums = {}
    for name, moment in (("n", False), ("n by moment", True))[: 1 + at.any()]:
        own = [each for each in categories if each.startswith(MOMENT) == moment]
        atoms[f"{name}, not known"] = (whole - atoms[own].sum(axis=1)).clip(lower=0)
        sums[name] = (*own, f"{name}, not known")
    linked = shares(named, key, rules, sums, atoms)
    return _alike(linked, *sums) if len(sums) > 1 else linked


def _alike(linked: Linked, one: str, other: str) -> Linked:
    """Say that two sums of every unit are the same number."""
    cells = linked.system.cells.reset_index(drop=True)
    first, second = (cells.index[cells["name"].eq(name) & cells["unit_id"].ne("")] for name in (one, other))
    pairs, ones = np.arange(len(first)), np.ones(len(first))
    same = sparse.coo_matrix(
        (np.r_[ones, -ones], (np.r_[pairs, pairs], np.r_[first, second])), (len(first), len(cells))
    )
    relations = sparse.vstack([linked.system.relations, same], format="csr")
    return replace(linked, system=replace(linked.system, relations=relations))
