r"""What must stay hidden among figures that add up to each other, and what an outsider could work out all the same.

A `System` is every figure that is linked by sums: the cells of all providers, of the municipalities and of the region,
their totals, and figures that say the same in another way. Each cell is known to an outsider within bounds: when
published, to the precision it is printed with; when hidden, to what is known anyway (a count is not negative; "fewer
than ten" is). The outsider knows all sums too. What remains uncertain of a cell is found by linear programming, and
which figures to hide by an integer program over patterns (Fischetti & Salazar 2001, Management Science 47, 1008-1027),
in which the inequalities that a pattern violates are added one round after the other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse

from workbench.analysis.programs import Moves, Patterns
from workbench.analysis.witnesses import Witnesses

Numbers = NDArray[np.float64]
SMALL = 60  # figures up to which the cheapest pattern is found, however long it takes
ROUNDS = 60  # patterns proposed for a larger system; after that, figures are only added
A_LITTLE = 0.01  # part of every figure taken as hidden while inequalities are sought: few figures make strong ones
EXACT = 500  # figures beyond which a proposal may be a per cent dearer than the cheapest
ENOUGH = 1 - 1e-6  # of the range that is asked for
FAR = 4  # times the largest range asked for: moves beyond it need no looking at
MANY = 12  # protected cells from which it pays to move them all at once first
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

    Up to 60 figures the cheapest pattern. Of more figures a cheap one: after sixty proposals what was hidden stays so,
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
    groups = [_Rooms(system, known) for known in _coalitions(insiders)] if len(insiders) >= MANY else []
    search, patterns = _Search(system.relations), Patterns(system.cost, system.together)
    pattern, floor, rounds, asked = system.hidden.astype(float), system.hidden, 0, False
    whole = True
    while True:
        broken = _broken(search, views[0], pattern)
        if not len(broken) and whole:
            broken, views = _broken_from_inside(search, views, groups, pattern)
        if not len(broken) and whole:
            return pattern > 0.5
        if (broken.sum(axis=1) < ENOUGH).any():
            raise Unprotectable("some cells cannot be protected: hiding every figure would still give them away")
        whole = (asked and (whole or not len(broken))) or len(pattern) <= SMALL
        asked = True
        rounds += whole
        if rounds > ROUNDS and len(pattern) > SMALL:
            floor = pattern > 0.5
        patterns.require(broken)
        pattern = patterns.cheapest(floor, whole, 0.0 if len(pattern) <= EXACT else 0.01)


def _broken_from_inside(
    search: "_Search", views: list["_Rooms"], groups: Sequence["_Rooms"], pattern: Numbers
) -> tuple[Numbers, list["_Rooms"]]:
    """Return the inequalities broken for the first insider who finds any, and the views with that one in front."""
    for at, rooms in enumerate(views[1:], 1):
        if at == 2:  # the first is who found something the last time
            for group in groups:
                _moved_together(search, group, *group.under(pattern))
        broken = _broken(search, rooms, pattern, inside=True)
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
    figure = cells["figure"].to_numpy()
    away = (figure < 0) | (hidden[figure] if len(hidden) else True)
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
    view = np.zeros(len(system.cells), dtype=bool) if known is None else known
    return next(iter(unsafe_to(system, hidden, [view])))


def unsafe_to(
    system: System, hidden: NDArray[np.bool_], insiders: Sequence[NDArray[np.bool_]]
) -> Iterator[NDArray[np.intp]]:
    """Yield for each insider (the cells each knows) the places of the protected cells whose range is too narrow.

    As `unsafe`, quicker for many insiders: what a group of them cannot know together, none of them can.
    """
    _check(system)
    search, pattern = _Search(system.relations), hidden.astype(float)
    for group in _coalitions(insiders) if len(insiders) >= MANY else ():
        rooms = _Rooms(system, group)
        _moved_together(search, rooms, *rooms.under(pattern))
    for known in insiders:
        rooms = _Rooms(system, known)
        yield _narrow(search, rooms, *rooms.under(pattern))[0]


def given_by(system: System, hidden: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Say which published figures keep the ranges of protected cells too narrow.

    Examples
    --------
    The 3 is the rest of 23 after 20.

    >>> cells = pd.DataFrame({"value": [3.0, 20, 23], "need": [5, 0, 0], "figure": range(3)})
    >>> cells = cells.assign(low=cells["value"], high=cells["value"], least=0.0, most=np.inf)
    >>> system = System(cells, sparse.csr_matrix([[1.0, 1, -1]]), np.ones(3), np.array([True, False, False]))
    >>> given_by(system, system.hidden).tolist()
    [False, True, True]
    """
    view = np.zeros(len(system.cells), dtype=bool) if known is None else known
    adds = _broken(_Search(system.relations), _Rooms(system, view), hidden.astype(float))
    return (adds > 1e-9).any(axis=0) & ~hidden


def _check(system: System) -> None:
    off = np.abs(system.relations @ system.cells["value"].to_numpy(dtype=float))
    if len(off) and off.max() > 1e-6 * max(1.0, system.cells["value"].abs().max()):
        raise ValueError(
            f"the sums of a system do not hold: {int((off > 1e-6).sum())} are off, by {off.max():g} at most"
        )


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

    def under(self, pattern: Numbers) -> tuple[Numbers, Numbers]:
        """Return how far each cell moves down and up while figures are hidden, some in part."""
        part = np.where(self.figure < 0, 1.0, pattern[np.maximum(self.figure, 0)] if len(pattern) else 1.0)
        return (
            self.down + part * (self.hidden_down - self.down),
            self.up + part * (self.hidden_up - self.up),
        )


class _Search:
    """The programs that move the cells of one system, and the moves they found so far."""

    def __init__(self, relations: sparse.csr_matrix):
        self.moves = Moves(relations)
        self.found = Witnesses(relations.shape[1])


def _coalitions(insiders: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    """Return what groups of insiders know together: of any two insiders, some group holds the first and not the second.

    What a group cannot know, none of it can: moves that prove it for the group prove it for each. About twice the root
    of their number of groups will do, the rows and the columns of a square.
    """
    at, side = np.arange(len(insiders)), int(np.ceil(np.sqrt(len(insiders))))
    known = np.array(insiders)
    lines = [way == line for way in (at // side, at % side) for line in range(side)]
    return [np.asarray(known[line].any(axis=0)) for line in lines if line.any()]


def _narrow(search: _Search, rooms: _Rooms, down: Numbers, up: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """Return the protected cells whose range is too narrow, and what sets their ranges.

    What former moves prove needs no program. Then all cells are moved at once, some up and some down; then one by one
    those that were not yet seen to move far enough. The second result has, per narrow cell and cell of the system, the
    prices of the rooms down and up, next to each other (see `_broken`).
    """
    enough = rooms.need * ENOUGH
    lowest, highest = _moved_together(search, rooms, down, up)
    narrow, prices = [], []
    missing = np.flatnonzero((rooms.need > 0) & (highest - lowest < enough))
    if len(missing):
        search.moves.within(down, up)
    for target in missing:
        price = np.zeros((2, len(down)))
        for sign in (1.0, -1.0):
            if highest[target] - lowest[target] >= enough[target]:
                break
            at, slope = search.moves.of_one(int(target), sign)
            lowest, highest = np.minimum(lowest, at), np.maximum(highest, at)
            price += np.maximum(slope, 0), np.maximum(-slope, 0)
        if highest[target] - lowest[target] < enough[target]:
            narrow.append(target)
            prices.append(price)
    return np.array(narrow, dtype=np.intp), np.array(prices).reshape(-1, 2, len(down))


def _moved_together(search: _Search, rooms: _Rooms, down: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far cells are seen to move, down and up, when all are moved at once, some up and some down."""
    lowest, highest = search.found.reach(down, up)
    left, signs = np.flatnonzero((rooms.need > 0) & (highest - lowest < rooms.need * ENOUGH)), np.zeros(len(down))
    if len(left) < MANY:
        return lowest, highest
    rng = np.random.default_rng(7)
    farther = np.where(rooms.need > 0, rooms.need, np.inf)
    search.moves.within(np.minimum(down, farther), np.minimum(up, farther))
    for look in range(LOOKS):
        if len(left) < MANY:
            break
        aim = np.zeros(len(down))
        signs[left] = rng.permutation(np.resize([1.0, -1.0], len(left))) if look % 2 == 0 else -signs[left]
        aim[left] = -signs[left] / rooms.need[left]
        at = search.moves.farthest(aim)
        search.found.add(at)
        lowest, highest = np.minimum(lowest, at), np.maximum(highest, at)
        left = left[highest[left] - lowest[left] < rooms.need[left] * ENOUGH]
    return lowest, highest


def _broken(search: _Search, rooms: _Rooms, pattern: Numbers, inside: bool = False) -> Numbers:
    """Return the inequalities that a pattern breaks: per figure how much of what is missing hiding it adds, at most 1.

    By duality the range of a cell is at most a sum over all cells of a price times their rooms; each room grows as its
    figure is hidden. Where that is less than needed, more of the figures with a price must be hidden. Prices are sought
    with a little of every figure hidden first: of several that explain a range it is then the one of few figures, which
    rules out most patterns.
    """
    if inside and not len(_narrow(search, rooms, *rooms.under(pattern))[0]):
        return np.empty((0, len(pattern)))
    narrow, price = _narrow(search, rooms, *rooms.under(np.maximum(pattern, A_LITTLE)))
    if not len(narrow):
        narrow, price = _narrow(search, rooms, *rooms.under(pattern))
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
