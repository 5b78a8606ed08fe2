r"""What must stay hidden among figures that add up to each other, and what an outsider could work out all the same.

A `System` is every figure that is linked by sums: the cells of all providers, of the municipalities and of the region,
their totals, and figures that say the same in another way. Each cell is known to an outsider within bounds: when
published, to the precision it is printed with; when hidden, to what is known anyway (a count is not negative; "fewer
than ten" is). The outsider knows all sums too. What remains uncertain of a cell is found by linear programming, and
which figures to hide by an integer program over patterns (`linked_patterns`). Systems of thousands of figures are
looked at a few providers at a time (`linked_blocks`): what is proven of a cell is the same.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from workbench.analysis import linked_blocks
from workbench.analysis.linked_patterns import cheapest, inequalities
from workbench.analysis.linked_proofs import ENOUGH, Search, coalitions
from workbench.analysis.linked_system import Known, Rooms, System, Unprotectable, contents

__all__ = ["System", "Unprotectable", "given_by", "protect", "ranges", "unsafe", "unsafe_to"]

LARGE = 500  # figures beyond which a system is looked at in blocks
REMEMBERED = 5_000  # results kept: earlier years hold the same systems every time

NOTHING: Known = np.empty(0, dtype=np.intp)  # what an outsider knows of the cells
_SOLVED: dict[bytes, NDArray[np.bool_]] = {}


def protect(system: System, insiders: Sequence[Known] = ()) -> NDArray[np.bool_]:
    """Which figures must be hidden, so that every protected cell keeps the range it needs, at the least cost?

    Up to 60 figures the cheapest pattern. Of more figures a cheap one (`linked_patterns.cheapest`, and where many
    providers add up `linked_blocks.protect`). Only safe patterns are returned.

    Parameters
    ----------
    system : System
    insiders : sequence of arrays, optional
        Cells that somebody knows (true or false for each cell, or their places): the others must be safe from each of
        them, too.

    Returns
    -------
    array of bool, one per figure

    Raises
    ------
    Unprotectable
        Where hiding every figure would not protect a cell.
    ValueError
        Where the sums do not hold.

    Examples
    --------
    Three providers and their region, all counts published; the 3 must not be known, nor the 3 by subtraction.

    >>> from scipy import sparse
    >>> cells = pd.DataFrame({"value": [3.0, 20, 30, 53], "need": [5, 0, 0, 0], "figure": range(4)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> sums = sparse.csr_matrix([[1.0, 1, 1, -1]])
    >>> system = System(cells, sums, np.array([1.0, 2, 3, 9]), np.array([True, False, False, False]))
    >>> protect(system).tolist()
    [True, True, False, False]
    """
    _check(system)
    key = contents(system, insiders)
    if key not in _SOLVED:
        if len(_SOLVED) >= REMEMBERED:
            _SOLVED.pop(next(iter(_SOLVED)))
        _SOLVED[key] = (linked_blocks.protect if _large(system) else cheapest)(system, insiders)
    return _SOLVED[key].copy()


def ranges(system: System, hidden: NDArray[np.bool_], known: Known | None = None) -> pd.DataFrame:
    """What can an outsider say of each protected cell, if these figures are hidden?

    Two linear programs per cell; nothing is taken over from `protect`.

    Parameters
    ----------
    system : System
    hidden : array of bool, one per figure
    known : array, optional
        Cells the outsider knows already: true or false for each, or their places.

    Returns
    -------
    DataFrame, one row per protected cell (its label)
        ``low, high`` that cannot be ruled out; ``safe``: whether that is as wide as needed.

    Examples
    --------
    >>> from scipy import sparse
    >>> cells = pd.DataFrame({"value": [3.0, 20, 23], "need": [5, 0, 0], "figure": range(3)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> system = System(cells, sparse.csr_matrix([[1.0, 1, -1]]), np.ones(3), np.array([True, False, False]))
    >>> ranges(system, np.array([True, False, False]))
       low  high   safe
    0  3.0   3.0  False
    """
    _check(system)
    cells = system.cells
    figure = cells["figure"].to_numpy()
    away = (figure < 0) | (hidden[figure] if len(hidden) else True)
    low = np.where(away, cells["least"], cells["low"])
    high = np.where(away, cells["most"], cells["high"])
    if known is not None:
        low[known] = high[known] = cells["value"].to_numpy()[known]
    zero = np.zeros(system.relations.shape[0])
    rows = []
    for at in np.flatnonzero(cells["need"] > 0):
        aim = np.zeros(len(cells))
        aim[at] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            got = optimize.linprog(
                sign * aim, A_eq=system.relations, b_eq=zero, bounds=np.column_stack([low, high]), method="highs"
            )
            ends.append(sign * got.fun if got.status == 0 else -sign * np.inf)
        wide = ends[1] - ends[0] >= cells["need"].iloc[at] * ENOUGH
        rows.append((round(ends[0], 6), round(ends[1], 6), wide))
    labels = cells.index[cells["need"] > 0]
    return pd.DataFrame(rows, index=labels, columns=["low", "high", "safe"])


def unsafe(system: System, hidden: NDArray[np.bool_], known: Known | None = None) -> NDArray[np.intp]:
    """Return the places of the protected cells whose range is too narrow: as `ranges`, quicker for many cells."""
    return next(iter(unsafe_to(system, hidden, [NOTHING if known is None else known])))


def unsafe_to(system: System, hidden: NDArray[np.bool_], insiders: Sequence[Known]) -> Iterator[NDArray[np.intp]]:
    """Yield for each insider (the cells each knows) the places of the protected cells whose range is too narrow.

    As `unsafe`, quicker for many insiders: what a group of them cannot know together, none of them can.
    """
    _check(system)
    if _large(system):
        yield from linked_blocks.unsafe_to(system, hidden, insiders)
        return
    search, pattern, rooms = Search(system.relations), hidden.astype(float), Rooms(system)
    for group in coalitions(insiders):
        together = rooms.knowing(group)
        search.all_moved(together.need, *together.under(pattern))
    for known in insiders:
        apart = rooms.knowing(known)
        yield search.narrow(apart.need, *apart.under(pattern))[0]


def given_by(system: System, hidden: NDArray[np.bool_], known: Known | None = None) -> NDArray[np.bool_]:
    """Say which published figures keep the ranges of protected cells too narrow.

    Examples
    --------
    The 3 is the rest of 23 after 20.

    >>> from scipy import sparse
    >>> cells = pd.DataFrame({"value": [3.0, 20, 23], "need": [5, 0, 0], "figure": range(3)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> system = System(cells, sparse.csr_matrix([[1.0, 1, -1]]), np.ones(3), np.array([True, False, False]))
    >>> given_by(system, system.hidden).tolist()
    [False, True, True]
    """
    rooms = Rooms(system).knowing(NOTHING if known is None else known)
    adds = inequalities(Search(system.relations), rooms, hidden.astype(float))
    return (adds > 1e-9).any(axis=0) & ~hidden


def _large(system: System) -> bool:
    """Say whether a system has many figures, and sums over so many that it falls into blocks without them."""
    return len(system.cost) > LARGE and bool((np.diff(system.relations.tocsr().indptr) > linked_blocks.WIDE).any())


def _check(system: System) -> None:
    off = np.abs(system.relations @ system.cells["value"].to_numpy(dtype=float))
    if len(off) and off.max() > 1e-6 * max(1.0, system.cells["value"].abs().max()):
        raise ValueError(
            f"the sums of a system do not hold: {int((off > 1e-6).sum())} are off, by {off.max():g} at most"
        )
