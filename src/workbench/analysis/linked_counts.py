"""Systems of linked counts: which people are counted in which published share, and how exactly that is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis.linked import System
from workbench.analysis.printed import counts_alike

OPINIONS = ("negative", "neutral", "positive")
MODES = "aantal"
MOMENT = "moment="  # before the moment of answering, where a count is by moment and not by mode
AT_MOST, AT_LEAST = "few cases", "nearly all"  # published as a bound
FEW, SMALL = "few", "small cells"
LINKED = "gives another away"
PARTS = ("provider", "municipality")
LARGE = 100  # people; whole per cents do not tell such a number once it is rounded
COARSE = 10  # a number of people that would give a small one away is rounded to this
REGISTERED = ("reden_einde", "geen_herstart")  # what a provider knows of its own clients anyway
HEADLINE, MAIN, DETAIL = 8.0, 3.0, 1.0
UNIT_COST = {"region": 100.0, "provider": 4.0, "municipality": 3.0}
KEY = ["measure", "statistic", "group", "year"]
Key = tuple[Any, ...]  # measure, statistic, group, year


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
    def insiders(self) -> list[NDArray[np.intp]]:
        """Which cells each provider knows, their places: those of its own episodes."""
        cells = self.system.cells
        own = np.flatnonzero(cells["unit"] == "provider")
        whose, names = pd.factorize(cells["unit_id"].iloc[own], sort=True)
        if self.key[0] not in REGISTERED or len(names) <= 2 or not (cells["need"] > 0).any():
            return []  # of two providers, each can subtract itself
        held = np.bincount(whose, cells["value"].iloc[own], len(names))
        apart = np.split(own[np.argsort(whose, kind="stable")], np.cumsum(np.bincount(whose))[:-1])
        return [places for places, any_ in zip(apart, held > 0, strict=True) if any_]


@dataclass(frozen=True)
class Rules:
    """The thresholds that the model knows: people behind a figure, people in a cell, points that stay uncertain."""

    hidden_below: int = 10
    smallest_cell: int = 5
    uncertain_points: float = 10.0

    @classmethod
    def of(cls, thresholds: Mapping[str, Any]) -> "Rules":
        """Return those of a region's thresholds.

        Examples
        --------
        >>> Rules.of({"hidden_below": 15, "indicative_below": 30, "smallest_cell": 5, "uncertain_points": 10.0})
        Rules(hidden_below=15, smallest_cell=5, uncertain_points=10.0)
        """
        return cls(**{each.name: thresholds[each.name] for each in fields(cls)})


def numbers(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """How many people figures rest on: of providers and municipalities, which add up to the region.

    A large number that would give a small one away is rounded; where percentages would tell a number in spite of its
    rounding, because it is below `LARGE`, all figures on it go.
    """
    table, block = _by_unit(rows)
    value, large = table["n"].to_numpy(dtype=float), (table["n"] >= LARGE).to_numpy()
    few = (table["people"] < rules.hidden_below).to_numpy()
    across, rest = across_units(table.index, value[:, None], ["people"])
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
            "most": np.where(
                few,
                np.where(value < rules.hidden_below, rules.hidden_below - 1, np.inf),
                np.where(rounded, np.maximum(near + COARSE / 2, value), np.inf),
            ),
            "need": np.where(few & part, float(rules.smallest_cell), 0.0),
            "figure": np.arange(len(table)),
        }
    )
    if len(rest):
        spare = sparse.csr_matrix(
            (np.ones(len(rest)), (rest.pop("row"), np.arange(len(rest)))), (across.shape[0], len(rest))
        )
        across = sparse.hstack([across, spare], format="csr")
        ends = {"least": np.minimum(rest["value"], 0.0), "most": np.inf, "need": 0.0, "figure": -1}
        people = pd.concat([people, rest.assign(low=rest["value"], high=rest["value"], **ends)], ignore_index=True)
    cost = np.where(large, 1.0, table["cost"]) + 0.001 * np.minimum(value, 1000)
    hidden = ~table["said"].to_numpy() | table["c"].to_numpy()
    number = pd.Series(block, index=rows.index)
    return Linked(System(people, across, cost, hidden), key, number.iloc[:0], number)


def _by_unit(rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return what is said of the people of each unit, and the place of each row among the units."""
    away, bound = (rows["status"] == "hidden").to_numpy(), rows["reason"].isin([AT_MOST, AT_LEAST]).to_numpy()
    of_row = pd.MultiIndex.from_frame(rows[["unit", "unit_id"]])
    units = of_row.unique().sort_values()
    block = units.get_indexer(of_row)
    said, many = ~away | bound, len(units)
    n = np.zeros(many)
    np.maximum.at(n, block, rows["n"].to_numpy(dtype=float))
    cost = np.bincount(block, np.where(said, rows["cost"], 0.0), many)
    flags = {"bound": bound, "said": said, "c": rows["coarse"].to_numpy(dtype=bool)}
    any_of = {name: np.bincount(block, flag, many) > 0 for name, flag in flags.items()}
    people = np.full(many, np.inf)
    np.minimum.at(people, block, rows["people"].to_numpy(dtype=float))
    return pd.DataFrame({"n": n, "people": people, "cost": cost, **any_of}, index=units), block


def shares(
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
    across, rest = across_units(known.index, value[:, : len(parts)], names)
    relations = sparse.vstack([within, across], format="csr")
    place = known.index.get_indexer(pd.MultiIndex.from_frame(rows[["unit", "unit_id"]]))
    which = pd.Index(names)
    of_cell, of_base = (which.get_indexer(pd.Index(rows[kind])) for kind in ("cell", "base"))
    of_cell, of_base = place * len(names) + of_cell, np.where(of_base < 0, -1, place * len(names) + of_base)
    if len(rest):
        spare = sparse.csr_matrix(
            (np.ones(len(rest)), (within.shape[0] + rest.pop("row"), np.arange(len(rest)))),
            (relations.shape[0], len(rest)),
        )
        relations = sparse.hstack([relations, spare], format="csr")
        cells = pd.concat([cells, rest], ignore_index=True)
    of_unit = np.arange(len(cells)) // len(names)
    return _published(rows, cells, relations, (of_cell, of_base, of_unit), key, rules)


def across_units(
    index: pd.Index, value: NDArray[np.float64], names: Sequence[str]
) -> tuple[sparse.csr_matrix, pd.DataFrame]:
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
    rows: list[NDArray[np.float64]] = []
    left: list[dict[str, object]] = []
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


def _published(
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    relations: sparse.csr_matrix,
    places: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]],
    key: Key,
    rules: Rules,
) -> Linked:
    """Say of every cell what publishes it, how precisely, what is known when hidden, and how uncertain it must stay.

    `places` are the cell and the base of each row, and the unit of each cell.
    """
    of_cell, of_base, of_unit = places
    printed = np.unique(np.concatenate([of_cell, of_base[of_base >= 0]]))
    place = pd.Series(np.arange(len(printed)), index=printed)
    figure = pd.Series(place[of_cell].to_numpy(), index=rows.index)
    number = pd.Series(place.reindex(of_base).fillna(-1).astype(int).to_numpy(), index=rows.index)

    away, reason = rows["status"].to_numpy() == "hidden", rows["reason"].to_numpy()
    bound = away & np.isin(reason, [AT_MOST, AT_LEAST])
    whole = (rows["base"] != "") | (rows["category"] == "")
    few = (away & (reason == FEW)) | (whole & (rows["people"] < rules.hidden_below)).to_numpy()
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

    in_few = np.isin(of_unit, of_unit[few_rows]) & (part | region)
    base = in_few | (is_number & part & (key[0] == MODES))
    need = (part | region) & (value > 0.5) & (value < np.where(base, rules.hidden_below, rules.smallest_cell) - 0.5)
    need &= ~(is_number & (region | (key[0] != MODES)))
    for at, base in zip(of_cell[away & (reason == SMALL)], of_base[away & (reason == SMALL)], strict=True):
        need[at] |= value[at] > value[base] - 0.5  # a reason that all had
    need[of_cell[away & rows["few_people"].to_numpy(dtype=bool)]] = True
    of_few_people = few_rows[(rows["n"] >= rules.hidden_below).to_numpy()[few]]
    need |= np.isin(of_unit, of_unit[of_few_people]) & part & ~is_number & (value > 0.5)
    if key[0] == "respons":
        own = cells["name"].to_numpy() == "yes"
        need = own & part & (value > 0.5) & (value < rules.hidden_below - 0.5)
    pairs = np.column_stack([number, figure])[based & ~bound & (of_base != of_cell)]
    together = np.unique(pairs, axis=0).astype(np.intp).reshape(-1, 2)
    cost = np.bincount(figure, rows["cost"].to_numpy(dtype=float), len(printed)).astype(float) + 0.1
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
            low[cell], high[cell] = counts_alike(round(value[cell]), int(n[at]))
    bound = ~np.isin(of_cell, of_cell[(rows["status"] != "hidden").to_numpy()])  # nowhere else is it shown
    few, all_but = bound & (reason == AT_MOST), bound & (reason == AT_LEAST)
    low[of_cell[few]], high[of_cell[few]] = 0.0, float(rules.smallest_cell)
    low[of_cell[all_but]], high[of_cell[all_but]] = n[all_but] - rules.smallest_cell, n[all_but]
    slack = rows["slack"].to_numpy()
    for cells in (of_cell, of_base):
        kept = (slack > 0) & (cells >= 0)
        low[cells[kept]], high[cells[kept]] = low[cells[kept]] - slack[kept], high[cells[kept]] + slack[kept]
    return np.minimum(np.maximum(low, 0.0), value), np.maximum(high, value)


def cost_of(rows: pd.DataFrame) -> pd.Series:
    """Return what hiding a row costs a reader: headline figures of the region most, details of one unit least."""
    chosen = rows["category"] == ""
    detail = (rows["measure"] == MODES) | rows["category"].isin(["strikt", "eenzijdig", "voortijdig", "6", "12"])
    weight = np.select([chosen, detail], [HEADLINE, DETAIL], MAIN)
    size = 0.001 * (rows["estimate"].abs() * rows["n"]).fillna(0.0).clip(upper=1000)
    return rows["unit"].map(UNIT_COST).astype(float) * weight + size
