"""What must stay hidden in a published table, and what an outsider could work out all the same."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse

from workbench.analysis.arguments import listed, numbers, refuse

LARGEST = 200  # cells up to which the fewest are found exactly


def attack(counts: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """What can an outsider work out about the hidden cells of a table whose other cells and margins are published?

    The smallest and the largest value each hidden cell can have, given that rows and columns add up and no count is
    negative: two linear programs per cell. A cell is recovered where both are equal. Not aware of other tables or of
    earlier editions: those must be put into one table first.

    Parameters
    ----------
    counts : DataFrame
        Two-way table of counts without margins.
    hidden : DataFrame of bool
        Same rows and columns: which cells are not published.

    Returns
    -------
    DataFrame, one row per hidden cell
        ``row, column, low, high``.

    Raises
    ------
    ValueError
        Counts that are negative, missing or not whole; `hidden` of another shape, or not true or false.

    Examples
    --------
    Four hidden cells in a square: the 3 can be anything from 0 to 7, as its row holds 7 and its column 8.

    >>> counts = pd.DataFrame([[3, 4, 9], [5, 6, 9]], index=["x", "y"], columns=list("abc"))
    >>> attack(counts, counts < 9)
      row column  low  high
    0   x      a  0.0   7.0
    1   x      b  0.0   7.0
    2   y      a  1.0   8.0
    3   y      b  3.0  10.0
    """
    table = _table(counts)
    pattern = _pattern(counts, hidden)
    row, column = np.nonzero(pattern)
    value = table[pattern]
    low, high = np.empty(len(value)), np.empty(len(value))
    for at in _connected(row, column, table.shape):
        margins = _margins(row[at], column[at])
        total = margins @ value[at]
        for position, cell in enumerate(at):
            aim = np.zeros(len(at))
            aim[position] = 1.0
            low[cell] = _extreme(aim, margins, total)
            high[cell] = -_extreme(-aim, margins, total)
    return pd.DataFrame({"row": counts.index[row], "column": counts.columns[column], "low": low, "high": high})


def suppress_table(counts: pd.DataFrame, threshold: int) -> pd.DataFrame:
    r"""Which cells must be hidden so that no small count can be worked out from the rest and the margins?

    Primary cells are counts of 1 to `threshold` - 1. As few further cells as possible are hidden with them (among equal
    numbers those with the smallest counts), so that for every primary cell an outsider is left with a range of at least
    `threshold`. Zeros stay published and protect nothing.

    An integer program over patterns (per cell hidden or not) under the condition that for each primary cell there are
    two tables an outsider cannot rule out, which keep all margins, change hidden cells only and differ by the threshold
    in that cell; solved by adding the violated inequalities one round after the other (Fischetti & Salazar 2001,
    Management Science 47, 1008-1027). Tables of more than 200 cells are protected in blocks of rows: as safe, not
    always the fewest.

    Parameters
    ----------
    counts : DataFrame
        Two-way table of counts without margins; the margins will be published.
    threshold : int
        Smallest count that may be shown, at least 1.

    Returns
    -------
    DataFrame of bool
        True for hidden cells, primary and secondary.

    Raises
    ------
    ValueError
        Counts that are negative, missing or not whole; a row or column whose total is itself below the threshold (merge
        it with another first); a table in which no pattern protects every primary cell.

    Examples
    --------
    The 3 must go, and with it the cheapest square around it.

    >>> counts = pd.DataFrame([[3, 40, 20], [50, 60, 30]], index=["x", "y"], columns=list("abc"))
    >>> suppress_table(counts, 5)
          a      b     c
    x  True  False  True
    y  True  False  True
    """
    table = _table(counts)
    if threshold != int(threshold) or threshold < 1:
        raise ValueError(f"threshold must be a whole number of at least 1, not {threshold}")
    for name, total, labels in (
        ("row", table.sum(axis=1), counts.index),
        ("column", table.sum(axis=0), counts.columns),
    ):
        small = (total > 0) & (total < threshold)
        if small.any():
            raise ValueError(
                f"counts cannot be protected: {name} {listed(labels[small])} has a total below {threshold}, which the "
                "margins publish; merge it with another first"
            )
    primary = (table > 0) & (table < threshold)
    hidden = _hide(table, primary, threshold)
    if hidden is None:
        where = [(counts.index[i], counts.columns[j]) for i, j in zip(*np.nonzero(primary), strict=True)]
        raise ValueError(f"counts cannot be protected at {threshold}: no pattern protects {listed(where)}")
    return pd.DataFrame(hidden, index=counts.index, columns=counts.columns)


def _hide(table: NDArray[np.float64], primary: NDArray[np.bool_], threshold: int) -> NDArray[np.bool_] | None:
    """Hide primary cells and what protects them, in blocks of rows where the table is large; None if impossible.

    What protects a cell within a block protects it in the table: an outsider cannot rule out the tables that differ
    within the block only. A block that cannot be protected by itself goes together with the next.
    """
    if table.shape[0] < table.shape[1]:
        turned = _hide(table.T, primary.T, threshold)
        return None if turned is None else turned.T
    hidden = primary.copy()
    waiting = np.empty(0, dtype=np.intp)
    n_blocks = min(-(-table.size // LARGEST), max(len(table) // 2, 1))
    for block in np.array_split(np.arange(len(table)), n_blocks):
        rows = np.concatenate([waiting, block])
        pattern = _fewest(table[rows], primary[rows], threshold)
        waiting = rows if pattern is None else waiting[:0]
        if pattern is not None:
            hidden[rows] = pattern
    if not len(waiting):
        return hidden
    return _fewest(table, primary, threshold) if len(waiting) < len(table) else None


def _fewest(table: NDArray[np.float64], primary: NDArray[np.bool_], threshold: int) -> NDArray[np.bool_] | None:
    """Hide the fewest cells that protect `primary`; None if hiding everything would not.

    Proposes the cheapest pattern, asks which primary cells it leaves within reach, adds for each of those the
    inequality that says why, and proposes again: first with cells hidden in part, which is quick, then whole.
    """
    if not primary.any():
        return primary
    row, column = np.nonzero(table > 0)
    value, must = table[row, column], primary[row, column]
    margins, room, targets = _margins(row, column), np.minimum(value / threshold, 1), np.flatnonzero(must)
    cost = value.sum() + 1 + value
    if len(_too_narrow(np.ones(len(value)), targets, margins, room)):
        return None
    cuts = np.empty((0, len(value)))
    pattern, whole = must.astype(float), False
    while True:
        narrow = _too_narrow(pattern, targets, margins, room)
        if not len(narrow) and whole:
            hidden = np.zeros(table.shape, dtype=bool)
            hidden[row, column] = pattern > 0.5
            return hidden
        whole = whole or not len(narrow)
        cuts = np.vstack([cuts, narrow])
        proposed = optimize.milp(
            cost,
            integrality=np.full(len(value), int(whole)),
            bounds=optimize.Bounds(must.astype(float), np.ones(len(value))),
            constraints=optimize.LinearConstraint(sparse.csr_matrix(cuts), 1 - 1e-9, np.inf),
            options={"mip_rel_gap": 0.0},
        )
        pattern = np.round(proposed.x) if whole else proposed.x


def _too_narrow(
    pattern: NDArray[np.float64],
    targets: NDArray[np.intp],
    margins: sparse.csr_matrix,
    room: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Inequalities that a pattern breaks: for each target whose range is below 1, coefficients that must reach 1.

    In units of the threshold. The range of a target is that between two tables with the same margins, in which a cell
    moves up by at most its part in the pattern and down by at most `room` of it. (No move need exceed 1: larger ones
    can be scaled down, and what does not pass through the target taken off.) By duality the range is at most a sum
    over cells of a coefficient times the part; so where it is below 1, more of those cells must be hidden.
    """
    m = len(room)
    found = []
    for part in np.array_split(targets, max(1, len(targets) * m // 20_000)):  # a part at a time: little memory
        k = len(part)
        aim = np.zeros((k, 2, m))
        aim[np.arange(k), 0, part], aim[np.arange(k), 1, part] = -1, 1  # the first table as high, the second as low
        sums = sparse.kron(sparse.identity(2 * k), margins).tocsr()
        bounds = np.column_stack([np.tile(-room * pattern, 2 * k), np.tile(pattern, 2 * k)])
        best = optimize.linprog(aim.ravel(), A_eq=sums, b_eq=np.zeros(sums.shape[0]), bounds=bounds, method="highs")
        reached = -np.sum(aim.reshape(k, -1) * best.x.reshape(k, -1), axis=1)
        price = aim - (sums.T @ best.eqlin.marginals).reshape(aim.shape)
        coefficient = np.sum(np.maximum(-price, 0) + np.maximum(price, 0) * room, axis=1)
        found.append(np.minimum(coefficient, 1)[reached < 1 - 1e-5])
    return np.vstack(found)


def _table(counts: pd.DataFrame) -> NDArray[np.float64]:
    columns = [
        numbers(f"counts[{name!r}]", counts.iloc[:, at], missing=False) for at, name in enumerate(counts.columns)
    ]
    table = np.column_stack(columns) if columns else np.empty(counts.shape)
    refuse("counts", (table < 0).any(axis=1), "has a negative count", counts.index)
    refuse("counts", (table != np.round(table)).any(axis=1), "has a count that is not whole", counts.index)
    refuse("counts", counts.index.duplicated(), "repeats a row label", counts.index)
    refuse("counts", counts.columns.duplicated(), "repeats a column label", counts.columns)
    return table


def _pattern(counts: pd.DataFrame, hidden: pd.DataFrame) -> NDArray[np.bool_]:
    if not (hidden.index.equals(counts.index) and hidden.columns.equals(counts.columns)):
        raise ValueError("hidden must have the rows and columns of counts, in the same order")
    refuse("hidden", ~hidden.isin([True, False]).all(axis=1), "is not true or false", hidden.index)
    return hidden.to_numpy(dtype=bool)


def _margins(row: NDArray[np.intp], column: NDArray[np.intp]) -> sparse.csr_matrix:
    """Sums of the given cells that are known: one per row and one per column."""
    of_row, of_column = (np.unique(part, return_inverse=True)[1] for part in (row, column))
    at = np.arange(len(row))
    ones = np.ones(len(row))
    rows = sparse.csr_matrix((ones, (of_row, at)))
    columns = sparse.csr_matrix((ones, (of_column, at)))
    return sparse.vstack([rows, columns]).tocsr()


def _connected(row: NDArray[np.intp], column: NDArray[np.intp], shape: tuple[int, int]) -> list[NDArray[np.intp]]:
    """Groups of cells linked by shared rows and columns; what happens in one says nothing of another."""
    if not len(row):
        return []
    n = shape[0] + shape[1]
    graph = sparse.coo_matrix((np.ones(len(row)), (row, shape[0] + column)), shape=(n, n))
    part = sparse.csgraph.connected_components(graph, directed=False)[1][row]
    return [np.flatnonzero(part == label) for label in np.unique(part)]


def _extreme(aim: NDArray[np.float64], margins: sparse.csr_matrix, total: NDArray[np.float64]) -> float:
    found = optimize.linprog(aim, A_eq=margins, b_eq=total, bounds=(0, None), method="highs")
    if found.status != 0:
        raise ValueError(f"counts: the table an outsider sees has no solution ({found.message})")
    return float(np.round(found.fun))
