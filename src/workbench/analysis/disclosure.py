"""What must stay hidden in a published table, and what an outsider could work out all the same."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse

from workbench.analysis.arguments import listed, numbers, refuse

LARGEST = 10_000  # primary cells x cells that one integer program takes on


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

    An integer program: per cell hidden or not, per primary cell two tables an outsider cannot rule out, which keep all
    margins, change hidden cells only, and differ by the threshold in the primary cell (Fischetti & Salazar 2001,
    Management Science 47, 1008-1027). For tables too large for that, cells are protected one after the other by the
    cheapest pattern that does, and what proved superfluous is published again: safe, not always the fewest.

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
    within the block only.
    """
    if table.shape[0] < table.shape[1]:
        turned = _hide(table.T, primary.T, threshold)
        return None if turned is None else turned.T
    n_blocks = max(1, min(len(table) // 2, round(np.sqrt(primary.sum() * (table > 0).sum() / LARGEST))))
    hidden = primary.copy()
    waiting: list[NDArray[np.intp]] = []
    for block in np.array_split(np.arange(len(table)), n_blocks):
        rows = np.concatenate([*waiting, block])
        pattern = _fewest(table[rows], primary[rows], threshold)
        if pattern is None:
            waiting.append(block)
        else:
            hidden[rows] = pattern
            waiting = []
    if waiting:  # the last blocks cannot be protected by themselves
        return _fewest(table, primary, threshold) if n_blocks > 1 else None
    return hidden


def _fewest(table: NDArray[np.float64], primary: NDArray[np.bool_], threshold: int) -> NDArray[np.bool_] | None:
    """Hide the fewest cells that protect `primary`; None if impossible.

    Unknowns are z (hidden or not) per cell and, for each primary cell, an upward and a downward move per cell in units
    of the threshold. No move need be larger than the threshold: larger ones can be scaled down, because doing nothing
    is possible too, and what does not pass through the primary cell can be taken off.
    """
    if not primary.any():
        return primary
    row, column = np.nonzero(table > 0)
    value, must = table[row, column], primary[row, column]
    m, targets = len(value), np.flatnonzero(must)
    copies = 2 * len(targets)
    one, all_moves = sparse.identity(m, format="csr"), sparse.identity(copies * m, format="csr")
    room = sparse.diags(np.minimum(value / threshold, 1))
    sums = sparse.kron(sparse.identity(copies), _margins(row, column))
    at = np.arange(len(targets))
    up, down = m + 2 * at * m + targets, m + (2 * at + 1) * m + targets
    width = sparse.csr_matrix(
        (np.repeat([1.0, -1.0], len(at)), (np.tile(at, 2), np.concatenate([up, down]))), (len(at), m + copies * m)
    )
    constraints = [
        optimize.LinearConstraint(sparse.hstack([sparse.csr_matrix((sums.shape[0], m)), sums]), 0, 0),
        optimize.LinearConstraint(sparse.hstack([sparse.vstack([-one] * copies), all_moves]), -np.inf, 0),
        optimize.LinearConstraint(sparse.hstack([sparse.vstack([room] * copies), all_moves]), 0, np.inf),
        optimize.LinearConstraint(width, 1, np.inf),
    ]
    found = optimize.milp(
        np.concatenate([value.sum() + 1 + value, np.zeros(copies * m)]),
        integrality=np.concatenate([np.ones(m), np.zeros(copies * m)]),
        bounds=optimize.Bounds(
            np.concatenate([must.astype(float), np.full(copies * m, -1.0)]), np.ones(m + copies * m)
        ),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, "presolve": False},  # HiGHS writes to the screen while undoing its presolve
    )
    if found.x is None:
        return None
    hidden = np.zeros(table.shape, dtype=bool)
    hidden[row, column] = found.x[:m] > 0.5
    return hidden


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
