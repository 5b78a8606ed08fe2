"""Which published figures add up to each other: from rows of estimates to systems of linked cells.

Providers add up to the region, and so do municipalities; the answers to a question add up to those who answered; the
definitions of drop-out are sums of reasons of ending; a mean times its number of people is a sum of scores. Each
function gives one `Linked` per group of figures that is linked so; figures of different groups share no cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from workbench.analysis.endings import DEFINITIONS, GROUPS, NO_ENDING
from workbench.analysis.linked import System
from workbench.analysis.printed import counts_alike, decimals

OPINIONS = ("negative", "neutral", "positive")
MODES = "aantal"
AT_MOST, AT_LEAST = "few cases", "nearly all"  # published as a bound
FEW, SMALL = "few", "small cells"
PARTS = ("provider", "municipality")
LARGE = 100  # people; whole per cents do not tell such a number once it is rounded
COARSE = 10  # a number of people that would give a small one away is rounded to this
INSIDERS = 40  # providers whose own knowledge is reckoned with, one at a time
REGISTERED = ("reden_einde", "geen_herstart")  # what a provider knows of its own clients anyway
HEADLINE, MAIN, DETAIL = 8.0, 3.0, 1.0
UNIT_COST = {"region": 100.0, "provider": 4.0, "municipality": 3.0}
KEY = ["measure", "statistic", "group", "year"]
Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Linked:
    """A system of figures, and which rows of estimates they are.

    Attributes
    ----------
    system : System
        Its cells have ``unit, unit_id`` and the ``name`` of what is counted besides.
    key : tuple
        Measure, statistic, group and year.
    figure : Series
        Per row of the estimates (its label) the number of the figure that it prints.
    number : Series
        Per row the number of the figure that publishes how many people it rests on; -1 for none.
    """

    system: System
    key: Key
    figure: pd.Series
    number: pd.Series

    @property
    def insiders(self) -> list[np.ndarray]:
        """Which cells a provider knows: those of its own episodes. Of many providers the largest."""
        cells = self.system.cells
        others = cells.loc[cells["unit"] == "provider", "unit_id"].nunique() > 2  # of two, each can subtract itself
        if self.key[0] not in REGISTERED or not others or not (cells["need"] > 0).any():
            return []
        held = cells["value"].where(cells["unit"] == "provider").groupby(cells["unit_id"]).sum()
        most = held[held > 0].sort_values(ascending=False, kind="stable").index[:INSIDERS]
        return [(cells["unit"].eq("provider") & cells["unit_id"].eq(each)).to_numpy() for each in sorted(most)]


@dataclass(frozen=True)
class Rules:
    """The thresholds that the model knows: people behind a figure, people in a cell, points that stay uncertain."""

    hidden_below: int = 10
    smallest_cell: int = 5
    uncertain_points: float = 10.0


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
    counted = table[table["statistic"].isin(["share", "incidence", "mean"]) & (table["n"] > 0)]
    for key, rows in counted[counted["measure"] != "respons"].groupby(KEY, sort=True):
        yield _numbers(rows, key, rules)


def cells(table: pd.DataFrame, rules: Rules) -> Iterator[Linked]:
    """Yield the systems of counts behind shares and of sums behind means; parameters as in `numbers`."""
    table = table.assign(slack=table["slack"] if "slack" in table else 0.0)
    shares = table[table["statistic"].isin(["share", "incidence"]) & (table["n"] > 0)]
    for key, rows in shares[shares["category"].isin([*OPINIONS, "other"])].groupby(KEY, sort=True):
        yield _opinions(rows, key, rules)
    for key, rows in shares[shares["measure"] == "zonder_hulp"].groupby(KEY, sort=True):
        cells = rows.assign(cell=rows["category"].replace("", "4"), base="n")
        yield _shares(cells, key, rules, {"n": tuple("1234")})
    for key, rows in shares[shares["measure"].isin(["nut", "respons"])].groupby(KEY, sort=True):
        yield _shares(rows.assign(cell="yes", base="n"), key, rules, {"n": ("yes", "no")})
    for key, rows in shares[shares["measure"].isin(["reden_einde", "uitval"])].groupby(["group", "year"], sort=True):
        if (rows["measure"] == "reden_einde").any():
            yield _endings(rows, ("reden_einde", "share", *key), rules)
    for key, rows in shares[shares["measure"] == "geen_herstart"].groupby(KEY, sort=True):
        yield _restarts(rows, key, rules)
    for key, rows in table[(table["measure"] == MODES) & (table["n"] > 0)].groupby(KEY, sort=True):
        yield _counts(rows, key, rules)
    means = table[table["statistic"].isin(["mean", "adjusted", "gap"]) & (table["n"] > 0) & table["estimate"].notna()]
    for (measure, year), rows in means.groupby(["measure", "year"], sort=True):
        yield _means(rows, (measure, year), rules)


def _opinions(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    sums = {"other": ("negative", "neutral"), "n": OPINIONS}
    return _shares(rows.assign(cell=rows["category"], base="n"), key, rules, sums)


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
    return _shares(rows.assign(cell=cell, base=base), key, rules, sums, known)


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
    return _shares(rows.assign(cell=cell, base="n"), key, rules, sums, atoms)


def _counts(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Questionnaires by mode and in all."""
    modes = tuple(sorted(set(rows["category"]) - {""}))
    named = rows.assign(cell=rows["category"].replace("", "n"), base="")
    atoms = rows[rows["category"] != ""].pivot(index=["unit", "unit_id"], columns="category", values="estimate")
    whole = rows[rows["category"] == ""].set_index(["unit", "unit_id"])["estimate"]
    atoms = atoms.reindex(index=whole.index, columns=list(modes)).fillna(0.0)
    atoms["not known"] = (whole - atoms.sum(axis=1)).clip(lower=0)
    return _shares(named, key, rules, {"n": (*modes, "not known")}, atoms)


def _numbers(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """How many people figures rest on: of providers and municipalities, which add up to the region.

    A large number that would give a small one away is rounded; where percentages would tell a number in spite of its
    rounding, because it is below `LARGE`, all figures on it go.
    """
    rows = rows.sort_values(["unit", "unit_id", "category"])
    block = pd.MultiIndex.from_frame(rows[["unit", "unit_id"]])
    away, bound = rows["status"] == "hidden", rows["reason"].isin([AT_MOST, AT_LEAST])
    shown = pd.DataFrame({"cost": _cost(rows).where(~away | bound, 0.0), "bound": bound, "said": ~away | bound})
    known = rows.assign(**shown).groupby(["unit", "unit_id"], sort=True)
    table = known.agg(n=("n", "max"), cost=("cost", "sum"), bound=("bound", "any"), said=("said", "any"), c=("coarse", "any"))
    value, large = table["n"].to_numpy(dtype=float), (table["n"] >= LARGE).to_numpy()
    few = value < rules.hidden_below
    across, rest = _across(table.index, value[:, None], ["people"])
    near = COARSE * np.round(value / COARSE)
    rounded = large | table["bound"].to_numpy()
    part = table.index.get_level_values("unit").isin(PARTS)
    people = pd.DataFrame(
        {
            "unit": table.index.get_level_values("unit"),
            "unit_id": table.index.get_level_values("unit_id"),
            "name": "people",
            "value": value,
            "low": value,
            "high": value,
            "least": np.where(rounded & ~few, np.minimum(near - COARSE / 2, value), 1.0),
            "most": np.where(few, rules.hidden_below - 1, np.where(rounded, np.maximum(near + COARSE / 2, value), np.inf)),
            "need": np.where(few & part, float(rules.smallest_cell), 0.0),
            "figure": np.arange(len(table)),
        }
    )
    if len(rest):
        spare = sparse.csr_matrix((np.ones(len(rest)), (rest.pop("row"), np.arange(len(rest)))), (across.shape[0], len(rest)))
        across = sparse.hstack([across, spare], format="csr")
        ends = {"least": np.minimum(rest["value"], 0.0), "most": np.inf, "need": 0.0, "figure": -1}
        people = pd.concat([people, rest.assign(low=rest["value"], high=rest["value"], **ends)], ignore_index=True)
    cost = np.where(large, 1.0, table["cost"]) + 0.001 * np.minimum(value, 1000)
    hidden = few | ~table["said"].to_numpy() | table["c"].to_numpy()
    number = pd.Series(table.index.get_indexer(block), index=rows.index)
    return Linked(System(people, across, cost, hidden), key, number.iloc[:0], number)


def _shares(
    rows: pd.DataFrame,
    key: Key,
    rules: Rules,
    sums: Mapping[str, tuple[str, ...]],
    known: pd.DataFrame | None = None,
) -> Linked:
    """Return the system of counts behind shares out of a base.

    Parameters
    ----------
    rows : DataFrame
        With ``cell``, the name of what is counted, and ``base``, that of what it is out of.
    key : tuple
        Measure, statistic, group and year.
    sums : mapping
        Names of sums and the parts they are of; every other name is such a part.
    known : DataFrame, optional
        Counts per unit (index ``unit, unit_id``) and part; by default those of the rows, and what is left of ``n``.
    """
    parts = tuple(dict.fromkeys(part for way in sums.values() for part in way))
    rows = rows.sort_values(["unit", "unit_id", "cell", "category"])
    if known is None:
        count = (rows["estimate"] * rows["n"]).round()
        wide = rows.assign(count=count).drop_duplicates(["unit", "unit_id", "cell"])
        known = wide.pivot(index=["unit", "unit_id"], columns="cell", values="count").reindex(columns=list(parts))
        total = wide.groupby(["unit", "unit_id"])["n"].max().reindex(known.index)
        missing = known.columns[known.isna().all()]
        known[missing] = known[missing].fillna(0.0)
        known.loc[:, missing[:1]] = (total - known.sum(axis=1)).to_numpy()[:, None] if len(missing) else 0.0
        known = known.fillna(0.0)
    known = known.sort_index()
    names = [*parts, *sums]
    member = np.array([[float(part in sums.get(name, (name,))) for name in names] for part in parts])
    value = known[list(parts)].to_numpy(dtype=float) @ member
    cells = pd.DataFrame(
        {
            "unit": np.repeat(known.index.get_level_values("unit"), len(names)),
            "unit_id": np.repeat(known.index.get_level_values("unit_id"), len(names)),
            "name": np.tile(names, len(known)),
            "value": value.ravel(),
        }
    )
    block = np.column_stack([member[:, len(parts) :].T, -np.eye(len(sums))])
    within = sparse.kron(sparse.identity(len(known)), block, format="csr")
    across, rest = _across(known.index, value[:, : len(parts)], names)
    relations = sparse.vstack([within, across], format="csr")
    if len(rest):
        spare = sparse.csr_matrix(
            (np.ones(len(rest)), (within.shape[0] + rest.pop("row"), np.arange(len(rest)))),
            (relations.shape[0], len(rest)),
        )
        relations = sparse.hstack([relations, spare], format="csr")
        cells = pd.concat([cells, rest], ignore_index=True)
    return _published(rows, cells, relations, key, rules)


def _across(index: pd.MultiIndex, value: np.ndarray, names: Sequence[str]) -> tuple[sparse.csr_matrix, pd.DataFrame]:
    """Return the sums over providers and over municipalities to the region, and what is left over there.

    Parameters
    ----------
    index : MultiIndex of unit and unit_id
    value : array, units x parts
    names : sequence of str
        Cells of a unit, the parts first.
    """
    unit = index.get_level_values("unit").to_numpy()
    region = np.flatnonzero(unit == "region")
    width, n_parts = len(names), value.shape[1]
    rows, left = [], []
    for kind in PARTS if len(region) else ():
        of = np.flatnonzero(unit == kind)
        for part in range(n_parts if len(of) else 0):
            row = np.zeros(len(index) * width)
            row[of * width + part], row[region[0] * width + part] = 1.0, -1.0
            over = value[region[0], part] - value[of, part].sum()
            if abs(over) > 1e-9:
                here = {"unit": f"no {kind}", "unit_id": "", "name": names[part], "row": len(rows), "value": over}
                left.append(here)
            rows.append(row)
    return sparse.csr_matrix(np.array(rows).reshape(-1, len(index) * width)), pd.DataFrame(left)


def _published(rows: pd.DataFrame, cells: pd.DataFrame, relations: sparse.csr_matrix, key: Key, rules: Rules) -> Linked:
    """Say of every cell what publishes it, how precisely, what is known when hidden, and how uncertain it must stay."""
    index = pd.MultiIndex.from_frame(cells[["unit", "unit_id", "name"]])
    of_cell = index.get_indexer(pd.MultiIndex.from_frame(rows[["unit", "unit_id", "cell"]]))
    of_base = index.get_indexer(pd.MultiIndex.from_frame(rows[["unit", "unit_id", "base"]]))
    printed = np.unique(np.concatenate([of_cell, of_base[of_base >= 0]]))
    place = pd.Series(np.arange(len(printed)), index=printed)
    figure = pd.Series(place[of_cell].to_numpy(), index=rows.index)
    number = pd.Series(place.reindex(of_base).fillna(-1).astype(int).to_numpy(), index=rows.index)

    away, reason = rows["status"].to_numpy() == "hidden", rows["reason"].to_numpy()
    bound = away & np.isin(reason, [AT_MOST, AT_LEAST])
    few = away & ((reason == FEW) | ((rows["base"] != "") & (rows["n"] < rules.hidden_below)).to_numpy())
    few_rows = np.where(of_base >= 0, of_base, of_cell)[few]
    hidden = np.bincount(figure, away & ~bound, len(printed)) > 0
    hidden &= np.bincount(figure, bound, len(printed)) == 0
    based = of_base >= 0
    said = based & np.where(bound, ~rows["coarse"].to_numpy(dtype=bool), ~away)
    silent = np.setdiff1d(of_base[based], of_base[said])
    hidden[place[silent]] = True

    value, unit = cells["value"].to_numpy(), cells["unit"].to_numpy()
    is_number = cells["name"].isin(["n", "u"]).to_numpy()
    part, region = np.isin(unit, PARTS), unit == "region"
    is_few = np.isin(np.arange(len(cells)), few_rows)
    low, high = _precision(rows, value, of_cell, of_base, rules)
    least, most = np.zeros(len(cells)), np.full(len(cells), np.inf)
    least[~part & ~region] = np.minimum(value, 0.0)[~part & ~region]
    most[~part & ~region & (value < 0)] = 1.0
    if key[0] != MODES:
        near = COARSE * np.round(value / COARSE)
        least = np.where(is_number, np.minimum(np.maximum(near - COARSE / 2, 1.0), value), least)
        most = np.where(is_number, np.maximum(near + COARSE / 2, value), most)
        least[silent], most[silent] = 1.0, np.inf
    least = np.where(is_few, 1.0, least)
    most = np.where(is_few, np.maximum(rules.hidden_below - 1, value), most)

    pair = pd.MultiIndex.from_frame(cells[["unit", "unit_id"]])
    in_few = pair.isin(pair[few_rows]) & (part | region)
    base = in_few | (is_number & part & (key[0] == MODES))
    need = (part | region) & (value > 0.5) & (value < np.where(base, rules.hidden_below, rules.smallest_cell) - 0.5)
    need &= ~(is_number & (region | (key[0] != MODES)))
    for at, base in zip(of_cell[away & (reason == SMALL)], of_base[away & (reason == SMALL)], strict=True):
        need[at] |= value[at] > value[base] - 0.5  # a reason that all had
    if key[0] == "respons":
        own = cells["name"].to_numpy() == "yes"
        need = own & part & (value > 0.5) & (value < rules.hidden_below - 0.5)
    pairs = np.column_stack([number, figure])[based & ~bound & (of_base != of_cell)]
    together = np.unique(pairs, axis=0).astype(np.intp).reshape(-1, 2)
    cost = np.bincount(figure, _cost(rows), len(printed)) + 0.1
    known = {"low": low, "high": high, "least": least, "most": most, "need": need * float(rules.smallest_cell)}
    cells = cells.assign(**known, figure=place.reindex(np.arange(len(cells))).fillna(-1).astype(int).to_numpy())
    return Linked(System(cells, relations, cost, hidden, together), key, figure, number)


def _precision(
    rows: pd.DataFrame, value: np.ndarray, of_cell: np.ndarray, of_base: np.ndarray, rules: Rules
) -> tuple[np.ndarray, np.ndarray]:
    """Return within which ends each cell lies for who sees it published.

    Figures of a provider count as exact. Those of a municipality or a region are known as they are printed; figures
    that are kept from an earlier version as far as they may have moved since.
    """
    low, high = value.copy(), value.copy()
    n, unit, reason = rows["n"].to_numpy(), rows["unit"].to_numpy(), rows["reason"].to_numpy()
    wide = np.flatnonzero((unit != "provider") & (of_base >= 0) & (rows["status"] != "hidden").to_numpy())
    survival = (rows["statistic"] == "incidence").to_numpy()
    for at in wide:
        cell = of_cell[at]
        if survival[at]:  # half of what rounding leaves: the ends of the interval are printed too
            low[cell], high[cell] = value[cell] - 0.0025 * n[at], value[cell] + 0.0025 * n[at]
        else:
            low[cell], high[cell] = counts_alike(int(round(value[cell])), int(n[at]))
    most, least = reason == AT_MOST, reason == AT_LEAST
    low[of_cell[most]], high[of_cell[most]] = 0.0, float(rules.smallest_cell)
    low[of_cell[least]], high[of_cell[least]] = n[least] - rules.smallest_cell, n[least]
    slack = rows["slack"].to_numpy()
    for cells in (of_cell, of_base):
        at = (slack > 0) & (cells >= 0)
        low[cells[at]], high[cells[at]] = low[cells[at]] - slack[at], high[cells[at]] + slack[at]
    return np.minimum(np.maximum(low, 0.0), value), np.maximum(high, value)


def _means(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Sums of scores behind means, the gaps between two means, and adjusted scores that average to that of the region.

    The numbers of people are taken as known. All figures of a provider's clients on one measure go or stay together.
    """
    measure, year = key
    lowest, highest = (1.0, 10.0) if measure == "nut" else (0.0, 100.0)
    digits = decimals(rows).iloc[0]
    half = 0.25 * 10.0 ** -float(digits)  # three rounded numbers, estimate and interval, say more than one
    rows = rows.sort_values(["statistic", "unit", "unit_id", "group"])
    scale = np.where(rows["statistic"] == "mean", rows["n"], 1.0)
    away = (rows["status"] == "hidden").to_numpy()
    few = away & (rows["reason"] == "few").to_numpy() & (rows["statistic"] != "gap").to_numpy()
    value = rows["estimate"].to_numpy() * scale
    slack = rows["slack"].to_numpy() * (highest - lowest)
    names = list(zip(rows["unit"], rows["unit_id"], rows["statistic"] + " " + rows["group"], strict=True))
    gap = (rows["statistic"] == "gap").to_numpy()
    cells = pd.DataFrame(
        {
            "unit": rows["unit"].to_numpy(),
            "unit_id": rows["unit_id"].to_numpy(),
            "name": [name for _, _, name in names],
            "value": value,
            "low": value - half * scale - slack,
            "high": value + half * scale + slack,
            "least": np.where(gap, lowest - highest, np.minimum(lowest, rows["estimate"]) * scale),
            "most": np.where(gap, highest - lowest, np.maximum(highest, rows["estimate"]) * scale),
            "need": np.where(few, rules.uncertain_points / 100 * (highest - lowest) * scale, 0.0),
        }
    )
    switch = rows["unit"] + "\x1f" + rows["unit_id"] + "\x1f" + rows["group"]
    switch = switch.where(~gap, "gap\x1f" + rows["unit_id"]) + np.where(
        (rows["unit"] == "region") & (rows["statistic"] == "adjusted"), "\x1fadjusted", ""
    )
    number, _ = pd.factorize(switch)
    cells["figure"] = number
    n_figures = int(number.max()) + 1 if len(number) else 0
    cost = np.bincount(number, _cost(rows), n_figures)
    hidden = np.bincount(number, away, n_figures) > 0
    at = {name: place for place, name in enumerate(names)}
    relations, extra = [], []
    for (statistic, group), part in rows[~gap].groupby(["statistic", "group"]):
        region = at.get(("region", "region", f"{statistic} {group}"))
        if region is None:
            continue
        for kind in PARTS if statistic == "mean" else ("provider",):
            of = [at[kind, each, f"{statistic} {group}"] for each in part.loc[part["unit"] == kind, "unit_id"]]
            if of:
                row = np.zeros(len(rows))
                row[of] = 1.0
                row[region] = -1.0 if statistic == "mean" else -float(len(of))
                over = -float(row @ value)
                relations.append(row)
                extra.append(over)
    for place in np.flatnonzero(gap):
        unit_id = rows["unit_id"].iloc[place]
        ends = [at.get(("provider", unit_id, f"mean {role}")) for role in ("staff", "client")]
        if None not in ends:
            row = np.zeros(len(rows))
            row[ends[0]], row[ends[1]], row[place] = 1 / scale[ends[0]], -1 / scale[ends[1]], -1.0
            relations.append(row)
            extra.append(-float(row @ value))
    matrix = sparse.csr_matrix(np.array(relations).reshape(-1, len(rows)))
    over = np.array(extra)
    loose = np.flatnonzero(np.abs(over) > 1e-9)
    if len(loose):  # people without a municipality, and what rounding in a computation leaves
        known = np.abs(over[loose]) < 1e-6 * max(1.0, np.abs(value).max())
        rest = pd.DataFrame(
            {
                "value": over[loose],
                "low": over[loose],
                "high": over[loose],
                "least": np.where(known, over[loose], np.minimum(over[loose], 0.0)),
                "most": np.where(known, over[loose], np.maximum(over[loose], 0.0) + np.where(known, 0, np.inf)),
                "need": 0.0,
                "figure": -1,
            }
        ).assign(unit="not known", unit_id="", name="")
        spare = sparse.csr_matrix((np.ones(len(loose)), (loose, np.arange(len(loose)))), (len(over), len(loose)))
        matrix, cells = sparse.hstack([matrix, spare]).tocsr(), pd.concat([cells, rest], ignore_index=True)
    block = dict(zip(switch, number, strict=True))
    together = [
        (block[f"provider\x1f{unit_id}\x1f{role}"], block[f"gap\x1f{unit_id}"])
        for unit_id in rows.loc[gap, "unit_id"]
        for role in ("staff", "client")
        if f"provider\x1f{unit_id}\x1f{role}" in block
    ]
    figure = pd.Series(number, index=rows.index)
    system = System(cells, matrix, cost, hidden, np.array(together, dtype=np.intp).reshape(-1, 2))
    return Linked(system, (measure, "mean", "", year), figure, pd.Series(-1, index=rows.index))


def _cost(rows: pd.DataFrame) -> pd.Series:
    """Return what hiding a row costs a reader: headline figures of the region most, details of one unit least."""
    chosen = rows["category"] == ""
    detail = (rows["measure"] == MODES) | rows["category"].isin(["strikt", "eenzijdig", "voortijdig", "6", "12"])
    weight = np.select([chosen, detail], [HEADLINE, DETAIL], MAIN)
    size = 0.001 * (rows["estimate"].abs() * rows["n"]).fillna(0.0).clip(upper=1000)
    return rows["unit"].map(UNIT_COST).astype(float) * weight + size
