"""Figures that add up to each other, and how far each can differ from its value for somebody who looks."""

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Numbers = NDArray[np.float64]
Known = NDArray[np.bool_] | NDArray[np.intp]  # cells that somebody knows: true or false for each, or their places
FAR = 4  # times the largest range asked for: moves beyond it need no looking at


def known_places(known: Known) -> NDArray[np.intp]:
    """Return the places of the cells that somebody knows."""
    return np.flatnonzero(known) if known.dtype == bool else known.astype(np.intp)


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


class Unprotectable(ValueError):
    """Cells that no pattern protects: what is known anyway gives them away, unless all figures are kept back."""


def contents(system: System, known: Sequence[Known] = ()) -> bytes:
    """Return a fingerprint of all that a pattern depends on: systems alike have the same one."""
    digest = hashlib.sha256()
    cells = system.cells[["value", "need", "figure", "low", "high", "least", "most"]].to_numpy(dtype=float)
    sums = system.relations.tocsr()
    for part in (cells, sums.data, sums.indices, sums.indptr, system.cost, system.hidden, system.together, *known):
        array = np.ascontiguousarray(part)
        digest.update(str(array.shape).encode() + array.tobytes())
    return digest.digest()


class Rooms:
    """How far each cell can move down and up for an outsider, published and hidden; never farther than needed.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System):
        cells = system.cells
        value, far = cells["value"].to_numpy(dtype=float), FAR * max(cells["need"].max(), 1e-9)
        ends = [cells[end].to_numpy(dtype=float) for end in ("low", "high", "least", "most")]
        moves = [value - ends[0], ends[1] - value, value - ends[2], ends[3] - value]
        self.down, self.up, down, up = (np.clip(move, 0.0, far) for move in moves)
        self.hidden_down, self.hidden_up = np.maximum(self.down, down), np.maximum(self.up, up)
        self.figure = cells["figure"].to_numpy()
        unprinted = self.figure < 0
        self.down = np.where(unprinted, self.hidden_down, self.down)
        self.up = np.where(unprinted, self.hidden_up, self.up)
        self.need = cells["need"].to_numpy(dtype=float)

    def knowing(self, known: Known) -> "Rooms":
        """Return the rooms for who knows some cells: they do not move, and are no secret to him."""
        rooms = copy.copy(self)
        for name in ("down", "up", "hidden_down", "hidden_up", "need"):
            room = getattr(self, name).copy()
            room[known] = 0.0
            setattr(rooms, name, room)
        return rooms

    def only(self, places: NDArray[np.intp]) -> "Rooms":
        """Return the same rooms with some cells protected only."""
        rooms = copy.copy(self)
        rooms.need = np.zeros(len(self.need))
        rooms.need[places] = self.need[places]
        return rooms

    def under(self, pattern: Numbers) -> tuple[Numbers, Numbers]:
        """Return how far each cell moves down and up while figures are hidden, some in part."""
        part = np.where(self.figure < 0, 1.0, pattern[np.maximum(self.figure, 0)] if len(pattern) else 1.0)
        return (
            self.down + part * (self.hidden_down - self.down),
            self.up + part * (self.hidden_up - self.up),
        )
