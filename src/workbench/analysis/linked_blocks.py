r"""Large systems, a few blocks at a time: what must stay hidden where thousands of providers add up to one region.

Most sums are over the few figures of one provider; the providers hang together only through sums over all of them.
Without those wide sums a system falls apart into blocks, and two facts make the blocks worth looking at:

* an outsider who does not know the wide sums knows less. What a block gives away by itself, it gives away; and the
  cheapest patterns of all blocks by themselves cost no more than the cheapest pattern of the whole.
* moves of the cells of a few blocks that keep every sum, the wide ones included, are moves of the whole. What they
  prove of a cell is proven, whatever the other blocks could do besides.

So each block gets its cheapest pattern by itself; then every protected cell is proven to keep its range by moves among
a few blocks, or, where these find none, among all. Where that fails too, the wide sums do give the cell away: a pattern
is sought for its block and others that can make up for it, what all others hold being taken as known. In thousands of
providers hardly any such cell is left, and the result costs hardly more than the sum of the blocks, which no pattern of
the whole undercuts.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis.linked_patterns import cheapest
from workbench.analysis.linked_proofs import ENOUGH, Search
from workbench.analysis.linked_system import Known, Numbers, Rooms, System, Unprotectable, contents, known_places
from workbench.analysis.witnesses import Witnesses

WIDE = 60  # cells beyond which a sum is one that blocks are told apart without
SIDE_BY_SIDE = 40  # blocks whose cells are moved against each other
FEW = 10  # blocks that are looked at with others which are chosen for them
PARTNERS = 10  # cells chosen from every wide sum: those with most room
MENDING = 3  # the same, for a pattern
Places = NDArray[np.intp]


class Blocks:
    """The blocks of a system, and the moves found in it so far.

    Parameters
    ----------
    system : System

    Attributes
    ----------
    of_cell : array, one per cell
        Number of its block: cells of one block share a sum that is not wide, or a figure, or figures that go together.
    """

    def __init__(self, system: System):
        self.system = system
        sums = system.relations.tocsr()
        wide = np.diff(sums.indptr) > WIDE
        self.of_cell = _connected(system, sums[~wide])
        self._sums, self._own, self._wide = sums.tocsc(), sums[~wide].tocsc(), sums[wide]
        self._order = np.argsort(self.of_cell, kind="stable")
        self._starts = np.searchsorted(self.of_cell[self._order], np.arange(self.of_cell.max(initial=-1) + 2))
        size, printed = np.diff(self._starts), np.bincount(self.of_cell, system.cells["figure"] >= 0, len(self._starts))
        always = np.flatnonzero(printed[:-1] == 0)  # what belongs to nobody makes up for much
        self._always = np.union1d(always, size.argmax()) if len(size) else always  # and so does the region
        self.found = Witnesses(len(self.of_cell), kept=None)

    def narrow_alone(self, rooms: Rooms, hidden: NDArray[np.bool_]) -> Places:
        """Return the blocks in which a protected cell keeps too small a range even if nobody knows the wide sums."""
        down, up = rooms.under(hidden.astype(float))
        narrow = [
            cells[Search(_rows(self._own, cells)).narrow(rooms.need[cells], down[cells], up[cells])[0]]
            for cells in self._side_by_side(rooms.need > 0, down + up)
        ]
        return np.unique(self.of_cell[np.concatenate(narrow)]) if narrow else np.empty(0, dtype=np.intp)

    def narrow(self, rooms: Rooms, hidden: NDArray[np.bool_], some: bool = False, remembered: bool = True) -> Places:
        """Return the protected cells whose range is too narrow, the wide sums being known.

        Parameters
        ----------
        rooms : Rooms
        hidden : array of bool, one per figure
        some : bool
            Whether a few of them will do.
        remembered : bool
            Whether moves found before are looked at, and new ones kept: of no use for a few cells of one insider.
        """
        down, up = rooms.under(hidden.astype(float))
        left = rooms.need > 0
        if remembered:
            lowest, highest = self.found.reach(down, up)
            left &= highest - lowest < rooms.need * ENOUGH
        for groups in (self._side_by_side, self._with_partners) if remembered else (self._with_partners,):
            for cells in groups(left.copy(), down + up):
                left[cells] = self._moved(cells, left, rooms.need, (down, up), remembered)
        everything, narrow = np.flatnonzero(down + up > 0), np.zeros(len(left), dtype=bool)
        while left.any() and not (some and narrow.any()):
            few = np.zeros(len(left), dtype=bool)
            few[np.flatnonzero(left)[:FEW]] = True
            left &= ~few
            few[everything] = self._moved(everything, few, rooms.need, (down, up), remembered)
            narrow |= few
        return np.flatnonzero(narrow)

    def doubtful(self, rooms: Rooms, hidden: NDArray[np.bool_], insiders: Sequence[Known]) -> dict[int, Places]:
        """Return which protected cells are not yet proven to whom: number of the insider, and the places of the cells.

        Who knows the cells of one provider knows that moves in which they take part did not happen; moves among others
        prove as much to him as to everybody. So every block is moved once more, against others than the first time:
        hardly anybody takes part both times. What is left is to be looked at again without him.
        """
        if not len(insiders):
            return {}
        down, up = rooms.under(hidden.astype(float))
        for cells in self._side_by_side(rooms.need > 0, down + up, again=True):
            self._moved(cells, rooms.need > 0, rooms.need, (down, up))
        known, (which, places, by) = _by_cell(insiders, len(self.of_cell)), self.found.fitting(down, up)
        size = (which.max(initial=-1) + 1, len(self.of_cell))
        takes_part = (sparse.csr_matrix((np.ones(len(which)), (which, places)), size) @ known).tocsr()
        order = np.argsort(self.of_cell[places], kind="stable")
        which, places, by = which[order], places[order], by[order]
        starts = np.searchsorted(self.of_cell[places], np.arange(len(self._starts)))
        found: dict[int, list[Places]] = {}
        for block in np.unique(self.of_cell[rooms.need > 0]):
            cells = self._cells(np.array([block]))
            cells = cells[rooms.need[cells] > 0]
            at = starts[block] + np.flatnonzero(np.isin(places[starts[block] : starts[block + 1]], cells))
            move, row = np.unique(which[at], return_inverse=True)
            moves = np.zeros((len(move), len(cells)))
            moves[row, np.searchsorted(cells, places[at])] = by[at]
            people, width = _without_each(moves, takes_part[move])
            short = (width < rooms.need[cells] * ENOUGH) & (known[cells][:, people].toarray().T == 0)
            for who in np.flatnonzero(short.any(axis=1)):
                found.setdefault(int(people[who]), []).append(cells[short[who]])
        return {who: np.concatenate(found[who]) for who in sorted(found)}

    def part(
        self, blocks: Places, hidden: NDArray[np.bool_], own: bool = False
    ) -> tuple[System, NDArray[np.intp], NDArray[np.intp]]:
        """Return some blocks as a system, and the places of its cells and figures in the whole.

        Its sums hold for what its cells move; what the cells of other blocks hold is taken as known. With `own`, wide
        sums are taken as not known.
        """
        cells = np.sort(self._cells(blocks))
        table = self.system.cells.iloc[cells]
        figure = table["figure"].to_numpy()
        figures, number = np.unique(figure[figure >= 0], return_inverse=True)
        renumbered = np.full(len(figure), -1)
        renumbered[figure >= 0] = number
        at = np.full(len(self.system.cost), -1)
        at[figures] = np.arange(len(figures))
        pairs = at[self.system.together]
        return (
            System(
                table.assign(figure=renumbered).reset_index(drop=True),
                _rows(self._own if own else self._sums, cells),
                self.system.cost[figures],
                hidden[figures],
                pairs[(pairs >= 0).all(axis=1)],
            ),
            cells,
            figures,
        )

    def partners(self, blocks: Places, room: Numbers, many: int) -> Places:
        """Return blocks that can make up for what some blocks move: of every wide sum those with most room."""
        mine = np.zeros(len(self.of_cell), dtype=bool)
        mine[self._cells(blocks)] = True
        chosen = [blocks, self._always]
        for row in range(self._wide.shape[0]):
            cells = self._wide.indices[self._wide.indptr[row] : self._wide.indptr[row + 1]]
            if (room[cells[mine[cells]]] > 0).any():
                others = cells[~mine[cells] & (room[cells] > 0)]
                chosen.append(self.of_cell[others[np.argsort(-room[others], kind="stable")[:many]]])
        return np.unique(np.concatenate(chosen))

    def _cells(self, blocks: Places) -> Places:
        if not len(blocks):
            return np.empty(0, dtype=np.intp)
        return np.concatenate([self._order[self._starts[block] : self._starts[block + 1]] for block in blocks])

    def _moved(
        self,
        cells: Places,
        wanted: NDArray[np.bool_],
        need: Numbers,
        room: tuple[Numbers, Numbers],
        remembered: bool = True,
    ) -> NDArray[np.bool_]:
        """Move some cells only, and say which of the wanted ones do not move far enough."""
        search, wanted = Search(_rows(self._sums, cells), every=True), wanted[cells]
        narrow, _ = search.narrow(np.where(wanted, need[cells], 0.0), *(way[cells] for way in room))
        if remembered:
            self.found.add_all(search.found, cells)
        return np.isin(np.arange(len(cells)), narrow)

    def _side_by_side(self, wanted: NDArray[np.bool_], room: Numbers, again: bool = False) -> Iterator[Places]:
        """Yield the cells that have room in the blocks of wanted cells, so many at a time; `again` other ones."""
        blocks = np.unique(self.of_cell[wanted])
        groups = -(-len(blocks) // SIDE_BY_SIDE)
        size = min(max(groups, FEW), SIDE_BY_SIDE)
        for at in range(-(-len(blocks) // size) if again else groups):
            chosen = blocks[at * size : (at + 1) * size] if again else blocks[at::groups]
            cells = self._cells(np.union1d(chosen, self._always))
            yield cells[(room[cells] > 0) | wanted[cells]]

    def _with_partners(self, wanted: NDArray[np.bool_], room: Numbers) -> Iterator[Places]:
        """Yield the cells that have room in a few blocks of wanted cells and in the blocks with most room elsewhere."""
        blocks = np.unique(self.of_cell[wanted])
        for at in range(0, len(blocks), FEW):
            cells = self._cells(self.partners(blocks[at : at + FEW], room, PARTNERS))
            yield cells[(room[cells] > 0) | wanted[cells]]


def protect(system: System, insiders: Sequence[Known] = ()) -> NDArray[np.bool_]:
    """Return a pattern that protects every cell of a large system; parameters and errors as in `linked.protect`."""
    blocks, rooms, hidden = Blocks(system), Rooms(system), system.hidden.copy()
    solved: dict[bytes, NDArray[np.bool_]] = {}  # small blocks are often alike
    for block in blocks.narrow_alone(rooms, hidden):
        part, _, figures = blocks.part(np.array([block]), hidden, own=True)
        key = contents(part)
        if key not in solved:
            solved[key] = cheapest(part)
        hidden[figures] = solved[key]
    while len(narrow := blocks.narrow(rooms, hidden, some=True)):
        hidden = _mended(blocks, rooms, hidden, narrow, insiders)
    for at, doubtful in blocks.doubtful(rooms, hidden, insiders).items():
        inside = rooms.knowing(insiders[at]).only(doubtful)
        while len(narrow := blocks.narrow(inside, hidden, some=True, remembered=False)):
            hidden = _mended(blocks, inside, hidden, narrow, insiders)
    return hidden


def unsafe_to(system: System, hidden: NDArray[np.bool_], insiders: Sequence[Known]) -> Iterator[NDArray[np.intp]]:
    """Yield for each insider the places of the protected cells whose range is too narrow, as `linked.unsafe_to`."""
    blocks, rooms = Blocks(system), Rooms(system)
    open_to_all = blocks.narrow(rooms, hidden)
    secret = np.setdiff1d(np.arange(len(system.cells)), open_to_all)
    doubtful = blocks.doubtful(rooms.only(secret), hidden, insiders)
    for at, known in enumerate(insiders):
        inside = rooms.knowing(known)
        more = blocks.narrow(inside.only(doubtful[at]), hidden, remembered=False) if at in doubtful else open_to_all[:0]
        yield np.union1d(open_to_all[inside.need[open_to_all] > 0], more)


def _mended(
    blocks: Blocks, rooms: Rooms, hidden: NDArray[np.bool_], narrow: Places, insiders: Sequence[Known]
) -> NDArray[np.bool_]:
    """Return a pattern in which the first narrow cell has its range: more is hidden in its block or in others."""
    down, up = rooms.under(hidden.astype(float))
    cost = np.where(rooms.figure < 0, 1.0, blocks.system.cost[np.maximum(rooms.figure, 0)])
    worth = (rooms.hidden_down + rooms.hidden_up) / np.maximum(cost, 1e-9)
    own, many = blocks.of_cell[narrow[:1]], MENDING
    known = _by_cell(insiders, len(blocks.of_cell))
    while True:
        chosen = np.union1d(blocks.partners(own, down + up, many), blocks.partners(own, worth, many))
        part, cells, figures = blocks.part(chosen, hidden)
        many *= 4
        here = known[cells].tocsc()
        try:
            inside = [here.indices[start:end] for start, end in pairwise(here.indptr) if end > start]
            more = cheapest(part, inside, quick=True)
        except Unprotectable:
            if len(cells) == len(blocks.of_cell):
                raise
            continue
        if (more > hidden[figures]).any():
            mended = hidden.copy()
            mended[figures] = more
            return mended
        if len(cells) == len(blocks.of_cell):
            raise Unprotectable("some cells are narrow by less than a program can tell")


def _by_cell(insiders: Sequence[Known], cells: int) -> sparse.csr_matrix:
    """Return who knows which cell: one row per cell, one column per insider."""
    known = [known_places(each) for each in insiders]
    who = np.repeat(np.arange(len(known)), [len(each) for each in known])
    which = np.concatenate([*known, np.empty(0, dtype=np.intp)])
    return sparse.csr_matrix((np.ones(len(who)), (which, who)), (cells, len(known)))


def _without_each(moves: Numbers, takes_part: sparse.csr_matrix) -> tuple[NDArray[np.intp], Numbers]:
    """Return who takes part in any of some moves, and how far cells go by the moves in which each takes none.

    Parameters
    ----------
    moves : array, moves x cells
    takes_part : sparse matrix, moves x insiders

    Returns
    -------
    people, width : arrays
        The second people x cells.
    """
    people, column = np.unique(takes_part.indices, return_inverse=True)
    stands = np.ones((len(moves), len(people)))
    stands[np.repeat(np.arange(len(moves)), np.diff(takes_part.indptr)), column] = 0.0
    moved = stands[:, :, None] * moves[:, None, :]
    return people, moved.max(axis=0, initial=0.0) - moved.min(axis=0, initial=0.0)


def _rows(sums: sparse.csc_matrix, cells: Places) -> sparse.csr_matrix:
    """Return the sums of some cells."""
    part = sums[:, cells].tocsr()
    return part[np.diff(part.indptr) > 0]


def _connected(system: System, sums: sparse.csr_matrix) -> NDArray[np.intp]:
    """Return the number of the block of each cell."""
    n, figure = len(system.cells), system.cells["figure"].to_numpy()
    first = n + sums.shape[0]  # sums come after the cells, figures after the sums
    printed, pairs, entries = np.flatnonzero(figure >= 0), first + system.together, sums.tocoo()
    one = np.concatenate([entries.col, printed, pairs[:, 0]])
    other = np.concatenate([n + entries.row, first + figure[printed], pairs[:, 1]])
    size = first + len(system.cost)
    graph = sparse.coo_matrix((np.ones(len(one)), (one, other)), shape=(size, size))
    label = sparse.csgraph.connected_components(graph, directed=False)[1][:n]
    return np.unique(label, return_inverse=True)[1]
