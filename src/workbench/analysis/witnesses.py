"""Moves that were found before, and how far they show that cells can move: one that still fits proves it again.

That a protected cell has room enough is proven by moves of all cells that keep every sum and stay within their rooms.
Such moves prove it for everybody who knows none of the cells that move, and for every pattern that leaves them the
room. Linear programs are asked only for what no former move proves.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
NOTHING = 1e-7  # what a linear program may be off
KEPT = 500  # moves remembered


class Witnesses:
    """Moves of the cells of one system that keep all its sums.

    Parameters
    ----------
    n : int
        Cells of the system.
    kept : int or None
        Moves remembered, the last ones; all for None.

    Examples
    --------
    >>> found = Witnesses(3)
    >>> found.add(np.array([2.0, -2.0, 0.0]))
    >>> found.reach(np.array([5.0, 5, 5]), np.array([5.0, 5, 5]))[1].tolist()
    [2.0, 0.0, 0.0]

    Who knows the second cell knows that this did not happen.

    >>> found.reach(np.array([5.0, 0, 5]), np.array([5.0, 0, 5]))[1].tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(self, n: int, kept: int | None = KEPT):
        self.n = n
        self._moves: deque[tuple[NDArray[np.intp], Numbers]] = deque(maxlen=kept)
        self._flat: tuple[NDArray[np.intp], NDArray[np.intp], Numbers] | None = None

    def add(self, moves: Numbers) -> None:
        """Remember moves."""
        places = np.flatnonzero(np.abs(moves) > NOTHING)
        if len(places):
            self._moves.append((places, moves[places]))
            self._flat = None

    def add_all(self, others: "Witnesses", cells: NDArray[np.intp]) -> None:
        """Remember the moves of a part of the system, of which these are the cells: the others stay where they are."""
        self._moves.extend((cells[places], by) for places, by in others._moves)
        self._flat = None

    def fitting(self, down: Numbers, up: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp], Numbers]:
        """Return the moves that stay within these rooms, cell by cell: which moves, of which cell, and how far."""
        if not self._moves:
            nothing = np.empty(0, dtype=np.intp)
            return nothing, nothing, np.empty(0)
        if self._flat is None:
            which = np.repeat(np.arange(len(self._moves)), [len(places) for places, _ in self._moves])
            places, by = (np.concatenate(each) for each in zip(*self._moves, strict=True))
            self._flat = which, places, by
        which, places, by = self._flat
        outside = (by > up[places] + NOTHING) | (by < -down[places] - NOTHING)
        within = (np.bincount(which, outside, len(self._moves)) == 0)[which]
        return which[within], places[within], by[within]

    def reach(self, down: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
        """Return how far each cell is seen to move, down (as a negative number) and up, within these rooms."""
        _, places, by = self.fitting(down, up)
        lowest, highest = np.zeros(self.n), np.zeros(self.n)
        np.minimum.at(lowest, places, by)
        np.maximum.at(highest, places, by)
        return lowest, highest
