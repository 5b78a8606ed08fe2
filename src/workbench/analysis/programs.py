"""Linear and integer programs that are asked many times with small changes, each starting from the last answer.

HiGHS does the work. One thread and no limit in seconds: the same question gives the same answer on every machine.
"""

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Numbers = NDArray[np.float64]
NODES = 2_000  # branches looked at, for a pattern that need not be the cheapest
DUAL, PRIMAL = 1, 4  # how the simplex method goes about it
SOLVED = highspy.HighsModelStatus.kOptimal


class Moves:
    """Moves of the cells of a system that keep every sum, within the room each cell has.

    Parameters
    ----------
    relations : sparse matrix, one row per sum
        Whose products with the moves are zero.
    """

    def __init__(self, relations: sparse.csr_matrix):
        n_sums, self.n = relations.shape
        sums = relations.tocsr()
        self._at = np.arange(self.n, dtype=np.int32)
        self._model = _silent()
        self._model.setOptionValue("presolve", "off")  # it forgets where the last program ended
        self._model.setOptionValue("simplex_strategy", PRIMAL)  # the last end is a place to go on from, for another aim
        self._model.addVars(self.n, np.zeros(self.n), np.zeros(self.n))
        zero = np.zeros(n_sums)
        starts, places = sums.indptr[:-1].astype(np.int32), sums.indices.astype(np.int32)
        self._model.addRows(n_sums, zero, zero, sums.nnz, starts, places, sums.data.astype(float))

    def within(self, down: Numbers, up: Numbers) -> None:
        """Say how far each cell may move."""
        self._model.changeColsBounds(self.n, self._at, -down, up)

    def farthest(self, aim: Numbers) -> Numbers:
        """Return moves of which the product with `aim` is smallest."""
        self._model.changeColsCost(self.n, self._at, aim)
        return self._moved()[0]

    def of_one(self, cell: int, sign: float) -> tuple[Numbers, Numbers]:
        """Return moves that take one cell as far as it goes, down for a sign of 1 and up for -1, and their prices.

        A price says by how much the product of sign and move falls when the cell it is of has one more room: it is
        positive where that is room down, negative where it is room up.
        """
        self._model.changeColsCost(self.n, self._at, np.zeros(self.n))
        self._model.changeColCost(cell, sign)
        return self._moved()

    def _moved(self) -> tuple[Numbers, Numbers]:
        self._model.run()
        for strategy in (PRIMAL, DUAL):  # a start that misled: from nothing, then by another way
            if self._model.getModelStatus() == SOLVED:
                break
            self._model.clearSolver()
            self._model.setOptionValue("simplex_strategy", strategy)
            self._model.run()
        self._model.setOptionValue("simplex_strategy", PRIMAL)
        if self._model.getModelStatus() != SOLVED:
            why = self._model.modelStatusToString(self._model.getModelStatus())
            raise ValueError(f"a system has no solution ({why})")
        found = self._model.getSolution()
        return np.array(found.col_value), np.array(found.col_dual)


class Patterns:
    """Patterns of hidden figures, the cheapest that no inequality so far rules out.

    Parameters
    ----------
    cost : array, one per figure
    together : array of pairs of figures
        Where the first is hidden, the second is too.
    """

    def __init__(self, cost: Numbers, together: NDArray[np.intp]):
        self.n = len(cost)
        self._at = np.arange(self.n, dtype=np.int32)
        self._model = _silent()
        self._model.addVars(self.n, np.zeros(self.n), np.ones(self.n))
        self._model.changeColsCost(self.n, self._at, cost.astype(float))
        for first, second in together:
            self._model.addRow(0.0, highspy.kHighsInf, 2, np.array([first, second], np.int32), np.array([-1.0, 1.0]))

    def require(self, cuts: Numbers) -> None:
        """Add inequalities: per figure how much of what is missing hiding it adds, which must come to 1."""
        rows = sparse.csr_matrix(cuts)
        starts, places = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        least, most = np.full(len(cuts), 1 - 1e-7), np.full(len(cuts), highspy.kHighsInf)
        self._model.addRows(len(cuts), least, most, rows.nnz, starts, places, rows.data)

    def cheapest(self, floor: NDArray[np.bool_], whole: bool, gap: float) -> Numbers:
        """Return the cheapest pattern above `floor`; figures may be hidden in part unless `whole`.

        With a `gap` the pattern may cost that part more than the cheapest. Everything is hidden where none is found.
        """
        self._model.changeColsBounds(self.n, self._at, floor.astype(float), np.ones(self.n))
        self._model.setOptionValue("mip_rel_gap", gap)
        self._model.setOptionValue("mip_max_nodes", NODES if gap else highspy.kHighsIInf)
        pattern = self._best(False)
        if not whole:
            return np.clip(pattern, floor, 1.0)
        if np.abs(pattern - np.round(pattern)).max(initial=0.0) > 1e-6:
            pattern = self._best(True)
        return np.round(pattern)

    def _best(self, whole: bool) -> Numbers:
        self._model.changeColsIntegrality(self.n, self._at, np.full(self.n, int(whole), np.uint8))
        self._model.run()
        if self._model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return np.ones(self.n)
        return np.array(self._model.getSolution().col_value)


def _silent() -> highspy.Highs:
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    return model
