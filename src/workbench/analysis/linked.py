r"""What must stay hidden among figures that add up to each other, and what an outsider could work out all the same.

A `System` is every figure that is linked by sums: the cells of all providers, of the municipalities and of the region,
their totals, and figures that say the same in another way. Each cell is known to an outsider within bounds: when
published, to the precision it is printed with; when hidden, to what is known anyway (a count is not negative; "fewer
than ten" is). The outsider knows all sums too. What remains uncertain of a cell is found by linear programming, and
which figures to hide by an integer program over patterns (Fischetti & Salazar 2001, Management Science 47, 1008-1027),
in which the inequalities that a pattern violates are added one round after the other.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse

Numbers = NDArray[np.float64]
SMALL = 60  # figures up to which the cheapest pattern is found, however long it takes
ROUNDS = 6  # patterns proposed for a larger system; after that, figures are only added
EXACT = 500  # figures beyond which a proposal may be a per cent dearer than the cheapest, or the best of half a minute
ENOUGH = 1 - 1e-6  # of the range that is asked for
FAR = 4  # times the largest range asked for: moves beyond it need no looking at
BATCH = 20_000  # cells in one program
AT_ONCE = 2_000  # cells in a program that is solved without trying to make it smaller first
REMEMBERED = 5_000  # results kept: earlier years hold the same systems every time
LOOKS = 4  # programs that move all cells at once, before cells are looked at one by one


@dataclass(frozen=True)
class System:
    """Cells that are linked by sums, and which figure publishes each.

    Attributes
    ----------
    cells : DataFrame, one row per cell
        ``value``; ``low, high``: where an outsider knows it to lie when its figure is published; ``least, most``: when
        it is not; ``need``: the width of the range that must remain (0: not protected); ``figure``: number of the
        figure that publishes it, -1 for none.
    relations : sparse matrix, one row per sum
        The products with ``value`` are zero, and everybody knows.
    cost : array, one per figure
        What hiding it costs a reader.
    hidden : array of bool, one per figure
        Hidden already, whatever else.
    together : array of pairs of figures
        Where the first is hidden, the second is too.
    """

    cells: pd.DataFrame
    relations: sparse.csr_matrix
    cost: Numbers
    hidden: NDArray[np.bool_]
    together: NDArray[np.intp] = field(default_factory=lambda: np.empty((0, 2), dtype=np.intp))


_SOLVED: dict[bytes, NDArray[np.bool_]] = {}


class Unprotectable(ValueError):
    """Cells that no pattern protects: what is known anyway gives them away, unless all figures are kept back."""


def protect(system: System, insiders: Sequence[NDArray[np.bool_]] = ()) -> NDArray[np.bool_]:
    """Which figures must be hidden, so that every protected cell keeps the range it needs, at the least cost?

    Up to 60 figures the cheapest pattern. Of more figures a cheap one: after six proposals what was hidden stays so,
    and figures are only added until all cells are safe. Only safe patterns are returned.

    Parameters
    ----------
    system : System
    insiders : sequence of bool arrays, one per cell, optional
        Cells that somebody knows: the others must be safe from each of them, too.

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

    >>> cells = pd.DataFrame({"value": [3.0, 20, 30, 53], "need": [5, 0, 0, 0], "figure": range(4)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> sums = sparse.csr_matrix([[1.0, 1, 1, -1]])
    >>> system = System(cells, sums, np.array([1.0, 2, 3, 9]), np.array([True, False, False, False]))
    >>> protect(system).tolist()
    [True, True, False, False]
    """
    _check(system)
    key = _contents(system, insiders)
    if key not in _SOLVED:
        if len(_SOLVED) >= REMEMBERED:
            _SOLVED.pop(next(iter(_SOLVED)))
        _SOLVED[key] = _solved(system, insiders)
    return _SOLVED[key].copy()


def _contents(system: System, known: Sequence[NDArray[np.bool_]]) -> bytes:
    """Return a fingerprint of all that a result depends on: earlier years are the same systems again."""
    digest = hashlib.sha256()
    cells = system.cells[["value", "need", "figure", "low", "high", "least", "most"]].to_numpy(dtype=float)
    sums = system.relations.tocsr()
    for part in (cells, sums.data, sums.indices, sums.indptr, system.cost, system.hidden, system.together, *known):
        array = np.ascontiguousarray(part)
        digest.update(str(array.shape).encode() + array.tobytes())
    return digest.digest()


def _solved(system: System, insiders: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    nobody = np.zeros(len(system.cells), dtype=bool)
    views = [_Rooms(system, known) for known in (nobody, *insiders)]
    pattern, whole, rounds = system.hidden.astype(float), True, 0
    cuts, floor = np.empty((0, len(pattern))), system.hidden
    while True:
        broken = _broken(system, views[0], pattern)
        if not len(broken) and whole:
            broken, views = _broken_from_inside(system, views, pattern)
        if not len(broken) and whole:
            return pattern > 0.5
        whole = (bool(len(cuts)) and (whole or not len(broken))) or len(pattern) <= SMALL
        rounds += whole
        if rounds > ROUNDS and len(pattern) > SMALL:
            floor = pattern > 0.5
        cuts = np.vstack([cuts, broken])
        pattern = _cheapest(system, cuts, floor, whole)


def _broken_from_inside(system: System, views: list["_Rooms"], pattern: Numbers) -> tuple[Numbers, list["_Rooms"]]:
    """Return the inequalities broken for the first insider who finds any, and the views with that one in front."""
    for at, rooms in enumerate(views[1:], 1):
        broken = _broken(system, rooms, pattern)
        if len(broken):
            return broken, [views[0], rooms, *views[1:at], *views[at + 1 :]]
    return np.empty((0, len(pattern))), views


def ranges(system: System, hidden: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """What can an outsider say of each protected cell, if these figures are hidden?

    Two linear programs per cell; nothing is taken over from `protect`.

    Parameters
    ----------
    system : System
    hidden : array of bool, one per figure
    known : array of bool, one per cell, optional
        Cells the outsider knows already.

    Returns
    -------
    DataFrame, one row per protected cell (its label)
        ``low, high`` that cannot be ruled out; ``safe``: whether that is as wide as needed.

    Examples
    --------
    >>> cells = pd.DataFrame({"value": [3.0, 20, 23], "need": [5, 0, 0], "figure": range(3)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> system = System(cells, sparse.csr_matrix([[1.0, 1, -1]]), np.ones(3), np.array([True, False, False]))
    >>> ranges(system, np.array([True, False, False]))
       low  high   safe
    0  3.0   3.0  False
    """
    _check(system)
    cells = system.cells
    away = _by_cell(system, hidden.astype(float)) > 0.5
    low = np.where(away, cells["least"], cells["low"])
    high = np.where(away, cells["most"], cells["high"])
    if known is not None:
        low, high = (np.where(known, cells["value"], end) for end in (low, high))
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


def unsafe(system: System, hidden: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """Return the places of the protected cells whose range is too narrow: as `ranges`, quicker for many cells."""
    _check(system)
    view = np.zeros(len(system.cells), dtype=bool) if known is None else known
    return _narrow(system, _Rooms(system, view), hidden.astype(float))[0]


def _check(system: System) -> None:
    off = np.abs(system.relations @ system.cells["value"].to_numpy(dtype=float))
    if len(off) and off.max() > 1e-6 * max(1.0, system.cells["value"].abs().max()):
        raise ValueError(
            f"the sums of a system do not hold: {int((off > 1e-6).sum())} are off, by {off.max():g} at most"
        )


def _by_cell(system: System, pattern: Numbers) -> Numbers:
    """Return how far each cell is hidden; what no figure publishes is hidden."""
    figure = system.cells["figure"].to_numpy()
    return np.where(figure < 0, 1.0, pattern[np.maximum(figure, 0)] if len(pattern) else 1.0)


class _Rooms:
    """How far each cell can move down and up for an outsider, published and hidden; never farther than needed."""

    def __init__(self, system: System, known: NDArray[np.bool_]):
        cells = system.cells
        value, far = cells["value"].to_numpy(dtype=float), FAR * max(cells["need"].max(), 1e-9)
        ends = [cells[end].to_numpy(dtype=float) for end in ("low", "high", "least", "most")]
        moves = [value - ends[0], ends[1] - value, value - ends[2], ends[3] - value]
        self.down, self.up, down, up = (np.where(known, 0.0, np.clip(move, 0.0, far)) for move in moves)
        self.hidden_down, self.hidden_up = np.maximum(self.down, down), np.maximum(self.up, up)
        self.figure = cells["figure"].to_numpy()
        unprinted = self.figure < 0
        self.down = np.where(unprinted, self.hidden_down, self.down)
        self.up = np.where(unprinted, self.hidden_up, self.up)
        self.need = np.where(known, 0.0, cells["need"].to_numpy(dtype=float))

    def under(self, system: System, pattern: Numbers) -> tuple[Numbers, Numbers]:
        part = _by_cell(system, pattern)
        return (
            self.down + part * (self.hidden_down - self.down),
            self.up + part * (self.hidden_up - self.up),
        )


def _narrow(system: System, rooms: _Rooms, pattern: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """Return the protected cells whose range is too narrow, and what sets their ranges.

    All cells are moved at once first, some up and some down: what moved far enough needs no further looking at. The
    others are looked at one by one. The second result has, per narrow cell and cell of the system, the prices of the
    rooms down and up, next to each other (see `_broken`).
    """
    down, up = rooms.under(system, pattern)
    left = np.flatnonzero(rooms.need > 0)
    if 2 * len(left) * len(down) > AT_ONCE:
        left = np.setdiff1d(left, _moved_together(system, rooms, down, up))
    narrow, prices = [left[:0]], [np.empty((0, 2, len(down)))]
    size = max(1, BATCH // len(down))
    for first in range(0, len(left), size):
        several = left[first : first + size]
        reach, price = _one_by_one(several, system.relations, down, up)
        short = reach < rooms.need[several] * ENOUGH
        narrow.append(several[short])
        prices.append(price[short])
    return np.concatenate(narrow), np.concatenate(prices)


def _moved_together(system: System, rooms: _Rooms, down: Numbers, up: Numbers) -> NDArray[np.intp]:
    """Return protected cells that are seen to move far enough when all are moved at once, some up and some down."""
    free = np.flatnonzero(down + up > 0)
    relations = system.relations[:, free]
    relations = relations[np.flatnonzero(np.diff(relations.indptr))]
    need = rooms.need[free]
    targets = np.flatnonzero(need > 0)
    down, up = (np.minimum(room[free], np.where(need > 0, need, np.inf)) for room in (down, up))
    lowest, highest, signs = np.zeros(len(free)), np.zeros(len(free)), np.zeros(len(free))
    rng, left = np.random.default_rng(7), targets
    for look in range(LOOKS):
        if not len(left):
            break
        aim = np.zeros(len(free))
        signs[left] = rng.permutation(np.resize([1.0, -1.0], len(left))) if look % 2 == 0 else -signs[left]
        aim[left] = signs[left] / need[left]
        found = _move(-aim, relations, down, up).x
        lowest, highest = np.minimum(lowest, found), np.maximum(highest, found)
        left = targets[highest[targets] - lowest[targets] < need[targets] * ENOUGH]
    return free[np.setdiff1d(targets, left)]


def _move(aim: Numbers, relations: sparse.csr_matrix, down: Numbers, up: Numbers) -> optimize.OptimizeResult:
    """Move all cells within their rooms, keeping every sum, so that the product with `aim` is smallest."""
    bounds = np.column_stack([-down, up])
    found = optimize.linprog(aim, A_eq=relations, b_eq=np.zeros(relations.shape[0]), bounds=bounds, method="highs")
    if found.status != 0:
        raise ValueError(f"a system has no solution ({found.message})")
    return found


def _one_by_one(
    targets: NDArray[np.intp], relations: sparse.csr_matrix, down: Numbers, up: Numbers
) -> tuple[Numbers, Numbers]:
    """Return the range of each target, and the prices of the rooms down and up of every cell: one program for all."""
    k, m = len(targets), len(down)
    aim = np.zeros((k, 2, m))
    aim[np.arange(k), 0, targets], aim[np.arange(k), 1, targets] = -1.0, 1.0
    sums = sparse.kron(sparse.identity(2 * k), relations, format="csr")
    found = _move(aim.ravel(), sums, np.tile(down, 2 * k), np.tile(up, 2 * k))
    reach = -np.sum(aim.reshape(k, -1) * found.x.reshape(k, -1), axis=1)
    price = aim - (sums.T @ found.eqlin.marginals).reshape(aim.shape)
    return reach, np.stack([np.maximum(price, 0).sum(axis=1), np.maximum(-price, 0).sum(axis=1)], axis=1)


def _broken(system: System, rooms: _Rooms, pattern: Numbers) -> Numbers:
    """Return the inequalities that a pattern breaks: per figure how much of what is missing hiding it adds, at most 1.

    By duality the range of a cell is at most a sum over all cells of a price times their rooms; each room grows as its
    figure is hidden. Where that is less than needed, more of the figures with a price must be hidden.
    """
    narrow, price = _narrow(system, rooms, pattern)
    if not len(narrow):
        return np.empty((0, len(pattern)))
    base = price[:, 0] @ rooms.down + price[:, 1] @ rooms.up
    extra = price[:, 0] * (rooms.hidden_down - rooms.down) + price[:, 1] * (rooms.hidden_up - rooms.up)
    printed = np.flatnonzero(rooms.figure >= 0)
    sums = sparse.csr_matrix(
        (np.ones(len(printed)), (printed, rooms.figure[printed])), (len(rooms.figure), len(pattern))
    )
    short = (rooms.need[narrow] - base)[:, None]
    return np.clip((sums.T @ extra.T).T, 0.0, short) / short


def _cheapest(system: System, cuts: Numbers, floor: NDArray[np.bool_], whole: bool) -> Numbers:
    """Return the cheapest pattern that no inequality so far rules out; with figures hidden in part unless `whole`."""
    n = len(system.cost)
    if (cuts.sum(axis=1) < ENOUGH).any():
        raise Unprotectable("some cells cannot be protected: hiding every figure would still give them away")
    constraints = [optimize.LinearConstraint(sparse.csr_matrix(cuts), 1 - 1e-7, np.inf)]
    if len(system.together):
        at, (first, second) = np.arange(len(system.together)), system.together.T
        pairs = sparse.csr_matrix((np.ones(len(at)), (at, second)), (len(at), n))
        pairs -= sparse.csr_matrix((np.ones(len(at)), (at, first)), (len(at), n))
        constraints.append(optimize.LinearConstraint(pairs, 0.0, np.inf))
    found = optimize.milp(
        system.cost,
        integrality=np.full(n, int(whole)),
        bounds=optimize.Bounds(floor.astype(float), np.ones(n)),
        constraints=constraints,
        options={"mip_rel_gap": 0.0} if n <= EXACT else {"mip_rel_gap": 0.01, "time_limit": 30.0},
    )
    if found.x is None:
        return np.ones(n)
    return np.round(found.x) if whole else np.clip(found.x, floor, 1.0)
