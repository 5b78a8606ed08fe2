"""The programs give what a solver that starts from nothing gives, and say nothing."""

import numpy as np
import pytest
from scipy import optimize, sparse

from workbench.analysis.programs import Moves, Patterns


@pytest.mark.parametrize("seed", range(5))
def test_moves_from_the_last_answer_are_as_far_as_moves_from_nothing(seed):
    rng = np.random.default_rng(seed)
    sums = sparse.csr_matrix(rng.choice([-1.0, 0, 0, 1], (6, 20)))
    moves = Moves(sums)
    for _ in range(4):
        down, up = rng.integers(0, 9, (2, 20)).astype(float)
        moves.within(down, up)
        for cell in range(20):
            for sign in (1.0, -1.0):
                at, price = moves.of_one(cell, sign)
                aim = np.zeros(20)
                aim[cell] = sign
                fresh = optimize.linprog(aim, A_eq=sums, b_eq=np.zeros(6), bounds=np.column_stack([-down, up]))
                assert sign * at[cell] == pytest.approx(fresh.fun, abs=1e-7)
                bound = np.maximum(price, 0) @ down + np.maximum(-price, 0) @ up
                assert bound == pytest.approx(-fresh.fun, abs=1e-7)  # what the prices promise


@pytest.mark.parametrize("seed", range(5))
def test_patterns_are_the_cheapest(seed):
    rng = np.random.default_rng(seed)
    cost, cuts = rng.integers(1, 20, 15).astype(float), rng.choice([0, 0, 0.4, 0.7, 1.0], (12, 15))
    cuts[:, 0] = 1.0
    patterns = Patterns(cost, np.array([[3, 4]]))
    patterns.require(cuts[:6])
    patterns.cheapest(np.zeros(15, dtype=bool), False, 0.0)
    patterns.require(cuts[6:])
    floor = np.arange(15) == 3
    found = patterns.cheapest(floor, True, 0.0)
    fresh = optimize.milp(
        cost,
        integrality=np.ones(15),
        bounds=optimize.Bounds(floor | (np.arange(15) == 4), 1),
        constraints=optimize.LinearConstraint(cuts, 1 - 1e-7),
    )
    assert cost @ found == pytest.approx(fresh.fun)
    assert (cuts @ found > 1 - 1e-6).all()


def test_solving_is_silent(capfd):
    rng = np.random.default_rng(2)
    patterns = Patterns(rng.integers(1, 20, 80).astype(float), np.empty((0, 2), dtype=np.intp))
    patterns.require(rng.choice([0, 0, 0.3, 0.6], (60, 80)))
    patterns.cheapest(np.zeros(80, dtype=bool), True, 0.0)
    assert capfd.readouterr() == ("", "")


def test_a_program_that_the_first_way_loses_is_solved_by_another():
    """Gaps between means: with these numbers of people the primal simplex ends without an answer, twice."""
    rng = np.random.default_rng(3627)
    pairs = rng.integers(3, 14)
    people = rng.integers(3, 60, (pairs, 2))
    sums = np.zeros((pairs + 2, 3 * pairs))
    for pair, (staff, clients) in enumerate(people):
        sums[pair, 3 * pair : 3 * pair + 3] = 1 / staff, -1 / clients, -1
    sums[pairs, 0::3], sums[pairs + 1, 1::3] = 1, 1
    moves = Moves(sparse.csr_matrix(sums))
    rooms = [rng.choice([0, 0.25, 0.5, 3, 40, 360], 3 * pairs) * rng.random(3 * pairs).round(2) for _ in range(2)]
    moves.within(*rooms)
    for _ in range(4):
        aim = np.where(rng.random(3 * pairs) < 0.4, rng.choice([-1, 1], 3 * pairs) / (10 * people.mean()), 0)
        bounds = np.column_stack([-rooms[0], rooms[1]])
        fresh = optimize.linprog(aim, A_eq=sums, b_eq=np.zeros(pairs + 2), bounds=bounds)
        assert aim @ moves.farthest(aim) == pytest.approx(fresh.fun, abs=1e-6)
