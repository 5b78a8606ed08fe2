"""Which protected cells are proven to keep their ranges: by moves of all cells that no sum betrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis.linked_system import Known, Numbers, known_places
from workbench.analysis.programs import Moves
from workbench.analysis.witnesses import KEPT, Witnesses

ENOUGH = 1 - 1e-6  # of the range that is asked for
MANY = 12  # protected cells from which it pays to move them all at once first
LOOKS = 4  # programs that move all cells at once, before cells are looked at one by one


class Search:
    """The programs that move the cells of one system, and the moves they found so far.

    Parameters
    ----------
    relations : sparse matrix, one row per sum
    every : bool
        Whether moves of one cell are remembered too, and not only those of all at once.
    """

    def __init__(self, relations: sparse.csr_matrix, every: bool = False):
        self.moves = Moves(relations)
        self.found = Witnesses(relations.shape[1], kept=None if every else KEPT)
        self.every = every

    def narrow(self, need: Numbers, down: Numbers, up: Numbers) -> tuple[NDArray[np.intp], Numbers]:
        """Return the protected cells whose range is too narrow, and what sets their ranges.

        What former moves prove needs no program. Then all cells are moved at once, some up and some down; then one by
        one those that were not yet seen to move far enough.

        Parameters
        ----------
        need : array, one per cell
            The width of the range that must remain, 0 where none must.
        down, up : array, one per cell
            How far each can move.

        Returns
        -------
        places, prices : arrays
            The second has, per narrow cell and cell of the system, the prices of the rooms down and up, next to each
            other: by duality the range is at most the sum of prices times rooms.
        """
        enough = need * ENOUGH
        lowest, highest = self.all_moved(need, down, up)
        narrow, prices = [], []
        missing = np.flatnonzero((need > 0) & (highest - lowest < enough))
        if len(missing):
            self.moves.within(down, up)
        for target in missing:
            price = np.zeros((2, len(down)))
            for sign in (1.0, -1.0):
                if highest[target] - lowest[target] >= enough[target]:
                    break
                at, slope = self.moves.of_one(int(target), sign)
                if self.every:
                    self.found.add(at)
                lowest, highest = np.minimum(lowest, at), np.maximum(highest, at)
                price += np.maximum(slope, 0), np.maximum(-slope, 0)
            if highest[target] - lowest[target] < enough[target]:
                narrow.append(target)
                prices.append(price)
        return np.array(narrow, dtype=np.intp), np.array(prices).reshape(-1, 2, len(down))

    def all_moved(self, need: Numbers, down: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
        """Return how far cells are seen to move, down and up, when all are moved at once, some up and some down."""
        lowest, highest = self.found.reach(down, up)
        left, signs = np.flatnonzero((need > 0) & (highest - lowest < need * ENOUGH)), np.zeros(len(down))
        if len(left) < MANY:
            return lowest, highest
        rng = np.random.default_rng(7)
        farther = np.where(need > 0, need, np.inf)
        self.moves.within(np.minimum(down, farther), np.minimum(up, farther))
        for look in range(LOOKS):
            if len(left) < MANY:
                break
            aim = np.zeros(len(down))
            signs[left] = rng.permutation(np.resize([1.0, -1.0], len(left))) if look % 2 == 0 else -signs[left]
            aim[left] = -signs[left] / need[left]
            at = self.moves.farthest(aim)
            self.found.add(at)
            lowest, highest = np.minimum(lowest, at), np.maximum(highest, at)
            left = left[highest[left] - lowest[left] < need[left] * ENOUGH]
        return lowest, highest


def coalitions(insiders: Sequence[Known]) -> list[NDArray[np.intp]]:
    """Return what groups of insiders know together: of any two insiders, some group holds the first and not the second.

    What a group cannot know, none of it can: moves that prove it for the group prove it for each. About twice the root
    of their number of groups will do, the rows and the columns of a square. None for few insiders, who are asked apart.
    """
    if len(insiders) < MANY:
        return []
    at, side = np.arange(len(insiders)), int(np.ceil(np.sqrt(len(insiders))))
    known = [known_places(each) for each in insiders]
    lines = [np.flatnonzero(way == line) for way in (at // side, at % side) for line in range(side)]
    return [np.unique(np.concatenate([known[each] for each in line])) for line in lines if len(line)]
