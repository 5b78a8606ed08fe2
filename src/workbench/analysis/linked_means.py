"""Systems of linked means: sums of scores that add up, gaps between two means, and adjusted scores that average."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis.linked import System
from workbench.analysis.linked_counts import PARTS, Key, Linked, Rules
from workbench.analysis.printed import decimals

POINTS, MARKS = (0.0, 100.0), (1.0, 10.0)


def means(rows: pd.DataFrame, key: Key, rules: Rules) -> Linked:
    """Return the system of one measure and year: means of all groups, the gaps between them, adjusted scores.

    The numbers of people are taken as known, so that a mean is a sum of scores; what must stay uncertain is a mean on
    too few people. All figures of a provider's clients on one measure go or stay together.

    Parameters
    ----------
    rows : DataFrame
        Statistics ``mean``, ``adjusted`` and ``gap`` of one measure and year, none missing.
    key : tuple
        Measure, statistic, group and year.
    rules : Rules
    """
    rows = rows.sort_values(["statistic", "unit", "unit_id", "group"])
    cells = _cells(rows, key[0], rules)
    number, _ = pd.factorize(_switch(rows))
    cells["figure"] = number
    hidden = np.bincount(number, (rows["status"] == "hidden").to_numpy()) > 0
    matrix, over = _sums(rows, cells["value"].to_numpy(), _people(rows))
    matrix, cells = _with_rest(matrix, over, cells)
    cost = np.bincount(number, rows["cost"].to_numpy(dtype=float)).astype(float)
    system = System(cells, matrix, cost, hidden, _together(rows, number))
    return Linked(system, key, pd.Series(number, index=rows.index), pd.Series(-1, index=rows.index))


def _people(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return what each figure is multiplied with to become a sum: its people, for means; adjusted scores and gaps 1."""
    return np.where(rows["statistic"] == "mean", rows["n"], 1.0).astype(float)


def _cells(rows: pd.DataFrame, measure: str, rules: Rules) -> pd.DataFrame:
    """Return one cell per figure: its sum, and between which ends that is known, published or not."""
    lowest, highest = MARKS if measure == "nut" else POINTS
    people, estimate = _people(rows), rows["estimate"].to_numpy(dtype=float)
    half = 0.25 * 10.0 ** -float(decimals(rows).iloc[0])  # three rounded numbers, mean and interval, say more than one
    slack = rows["slack"].to_numpy(dtype=float) * (highest - lowest) + half * people
    gap = (rows["statistic"] == "gap").to_numpy()
    few = rows["n"] < rules.hidden_below
    least = np.where(gap, lowest - highest, np.minimum(lowest, estimate))
    most = np.where(gap, highest - lowest, np.maximum(highest, estimate))
    uncertain = rules.uncertain_points / 100 * (highest - lowest)
    return pd.DataFrame(
        {
            "unit": rows["unit"].to_numpy(),
            "unit_id": rows["unit_id"].to_numpy(),
            "name": (rows["statistic"] + " " + rows["group"]).to_numpy(),
            "value": estimate * people,
            "low": estimate * people - slack,
            "high": estimate * people + slack,
            "least": least * people,
            "most": most * people,
            "need": np.where(few.to_numpy() & ~gap, uncertain * people, 0.0),
        }
    )


def _switch(rows: pd.DataFrame) -> pd.Series:
    """Say which rows go together: all of a unit and group; gaps, and the region's adjusted score, by themselves."""
    gap = rows["statistic"] == "gap"
    apart = (rows["unit"] == "region") & (rows["statistic"] == "adjusted")
    block = rows["unit"] + "\x1f" + rows["unit_id"] + "\x1f" + rows["group"]
    return (block + "\x1f").where(~gap, block + "\x1fgap").where(~apart, block + "\x1fadjusted")


def _together(rows: pd.DataFrame, number: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which figures take a gap along: the two means that it is between."""
    named = dict(zip(_switch(rows), number, strict=True))
    gaps = rows[rows["statistic"] == "gap"]
    pairs = [
        (named[of], named[f"provider\x1f{unit_id}\x1f{group}\x1fgap"])
        for unit_id, group in zip(gaps["unit_id"], gaps["group"], strict=True)
        for role in ("staff", "client")
        if (of := f"provider\x1f{unit_id}\x1f{role}\x1f") in named
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _sums(
    rows: pd.DataFrame, value: NDArray[np.float64], people: NDArray[np.float64]
) -> tuple[sparse.csr_matrix, NDArray[np.float64]]:
    """Return what adds up, one row per sum, and by how much each falls short."""
    keys = zip(rows["unit"], rows["unit_id"], rows["statistic"], rows["group"], strict=True)
    at = {key: place for place, key in enumerate(keys)}
    found: list[tuple[list[int], list[float]]] = []
    for (statistic, group), part in rows[rows["statistic"] != "gap"].groupby(["statistic", "group"]):
        region = at.get(("region", "region", statistic, group))
        for kind in PARTS if statistic == "mean" else ("provider",):
            of = [at[kind, each, statistic, group] for each in part.loc[part["unit"] == kind, "unit_id"]]
            if region is not None and of:
                less = -1.0 if statistic == "mean" else -float(len(of))
                found.append(([*of, region], [*[1.0] * len(of), less]))
    for unit_id, group in rows.loc[rows["statistic"] == "gap", ["unit_id", "group"]].itertuples(index=False):
        of = [at[key] for role in ("staff", "client") if (key := ("provider", unit_id, "mean", role)) in at]
        if len(of) == 2:
            gap = at["provider", unit_id, "gap", group]
            found.append(([*of, gap], [1 / people[of[0]], -1 / people[of[1]], -1.0]))
    which = np.repeat(np.arange(len(found)), [len(places) for places, _ in found])
    places, by = (np.array([each for entry in found for each in entry[side]]) for side in (0, 1))
    matrix = sparse.csr_matrix((by.astype(float), (which, places.astype(int))), (len(found), len(rows)))
    return matrix, -matrix @ value


def _with_rest(
    matrix: sparse.csr_matrix, over: NDArray[np.float64], cells: pd.DataFrame
) -> tuple[sparse.csr_matrix, pd.DataFrame]:
    """Add a cell for what does not add up: people without a municipality, whom nobody knows, or computer arithmetic."""
    loose = np.flatnonzero(np.abs(over) > 1e-9)
    if not len(loose):
        return matrix, cells
    value = over[loose]
    computed = np.abs(value) < 1e-6 * max(1.0, float(cells["value"].abs().max()))
    rest = pd.DataFrame({"value": value, "low": value, "high": value, "need": 0.0, "figure": -1})
    rest["least"] = np.where(computed, value, np.minimum(value, 0.0))
    rest["most"] = np.where(computed, value, np.inf)
    spare = sparse.csr_matrix((np.ones(len(loose)), (loose, np.arange(len(loose)))), (len(over), len(loose)))
    named = rest.assign(unit="no municipality", unit_id="", name="")
    return sparse.hstack([matrix, spare], format="csr"), pd.concat([cells, named], ignore_index=True)
