"""Nothing protected can be worked out from figures that add up, and hardly more is hidden than needed."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from workbench.analysis import disclosure, linked, linked_patterns


def system(values, relations, need, hidden=(), cost=None, **bounds):
    """Return a system in which every cell is a figure of its own, published exactly."""
    values = np.asarray(values, dtype=float)
    cells = pd.DataFrame({"value": values, "low": values, "high": values, "least": 0.0, "most": np.inf})
    cells = cells.assign(need=np.asarray(need, dtype=float), figure=np.arange(len(values))).assign(**bounds)
    away = np.zeros(len(values), dtype=bool)
    away[list(hidden)] = True
    return linked.System(
        cells, sparse.csr_matrix(np.atleast_2d(relations)), np.ones(len(values)) if cost is None else cost, away
    )


def table(counts, threshold=5):
    """Return a two-way table with its margins and total as one system, all margins to stay."""
    rows, columns = counts.shape
    full = np.pad(counts, ((0, 1), (0, 1)))
    full[-1, :-1], full[:-1, -1], full[-1, -1] = counts.sum(0), counts.sum(1), counts.sum()
    at = np.arange(full.size).reshape(full.shape)
    relations = []
    for line in [*at, *at.T]:
        row = np.zeros(full.size)
        row[line[:-1]], row[line[-1]] = 1, -1
        relations.append(row)
    inner = np.zeros(full.shape, dtype=bool)
    inner[:rows, :columns] = True
    need = np.where(inner & (full > 0) & (full < threshold), threshold, 0)
    cost = np.where(inner, 1 + 0.001 * full, 1000.0).ravel()
    return system(full.ravel(), relations, need.ravel(), np.flatnonzero(need), cost), at


@pytest.mark.parametrize("seed", range(12))
def test_the_pattern_is_safe_and_as_cheap_as_the_best_of_all(seed):
    """Every pattern of a small table, tried one by one, and no cheaper one is safe."""
    counts = np.random.default_rng(seed).integers(0, 25, (3, 3))
    whole, at = table(counts)
    hidden = linked.protect(whole)
    assert linked.ranges(whole, hidden)["safe"].all()
    cost = whole.cost[hidden].sum()
    inner = [int(cell) for cell in at[:3, :3].ravel() if not whole.hidden[cell]]
    for size in range(len(inner) + 1):
        for extra in itertools.combinations(inner, size):
            pattern = whole.hidden.copy()
            pattern[list(extra)] = True
            if whole.cost[pattern].sum() < cost - 1e-6:
                assert not linked.ranges(whole, pattern)["safe"].all()


@pytest.mark.parametrize("seed", range(20))
def test_it_agrees_with_the_protection_of_a_table(seed):
    """Where margins stay, a two-way table is hidden as `disclosure.suppress_table` does."""
    counts = pd.DataFrame(np.random.default_rng(seed).integers(0, 40, (4, 5)))
    try:
        expected = disclosure.suppress_table(counts, 5)
    except ValueError:
        return
    whole, at = table(counts.to_numpy())
    hidden = linked.protect(whole)
    inner = hidden[at[:4, :5]]
    assert linked.ranges(whole, hidden)["safe"].all()
    assert inner.sum() <= expected.to_numpy().sum()


@pytest.mark.parametrize("seed", range(8))
def test_over_suppression_stays_below_half_of_the_optimum_where_figures_are_only_added(seed, monkeypatch):
    counts = np.random.default_rng(100 + seed).integers(0, 20, (6, 8))
    whole, _ = table(counts)
    best = whole.cost[linked.protect(whole)].sum()
    monkeypatch.setattr(linked_patterns, "ROUNDS", 0)
    monkeypatch.setattr(linked_patterns, "SMALL", 0)
    quick = linked.protect(whole)
    assert linked.ranges(whole, quick)["safe"].all()
    assert whole.cost[quick].sum() <= 1.5 * best


def test_quick_and_thorough_looks_agree():
    rng = np.random.default_rng(3)
    for _ in range(10):
        whole, _ = table(rng.integers(0, 12, (4, 4)))
        hidden = whole.hidden | (rng.random(len(whole.hidden)) < 0.3)
        ranges = linked.ranges(whole, hidden)
        assert set(linked.unsafe(whole, hidden)) == set(ranges.index[~ranges["safe"]])


def test_a_range_always_contains_the_truth():
    rng = np.random.default_rng(4)
    for _ in range(10):
        whole, _ = table(rng.integers(0, 12, (3, 4)))
        hidden = rng.random(len(whole.hidden)) < 0.5
        ranges = linked.ranges(whole, hidden)
        value = whole.cells.loc[ranges.index, "value"]
        assert (ranges["low"] <= value + 1e-6).all()
        assert (ranges["high"] >= value - 1e-6).all()


def test_a_rounded_total_protects():
    """Known as 50 to 56 the total leaves the 3 between 0 and 6; exactly known it gives the 3 away."""
    exact = system([3, 20, 30, 53], [1, 1, 1, -1], [5, 0, 0, 0], [0])
    assert linked.protect(exact).sum() == 2
    rounded = system([3, 20, 30, 53], [1, 1, 1, -1], [5, 0, 0, 0], [0], low=[3, 20, 30, 50], high=[3, 20, 30, 56])
    assert linked.protect(rounded).tolist() == [True, False, False, False]


def test_two_tables_that_are_safe_each_can_give_a_cell_away_together():
    """a + b + c = 15 and b + c = 12 are harmless apart; together they tell that a is 3."""
    values, sums = [3, 4, 8, 15, 12], [[1, 1, 1, -1, 0], [0, 1, 1, 0, -1]]
    need, hidden = [5, 0, 0, 0, 0], [0, 1, 2]
    apart = system(values[:4], [sums[0][:4]], need[:4], hidden)
    assert linked.ranges(apart, apart.hidden)["safe"].all()
    both = system(values, sums, need, hidden)
    assert not linked.ranges(both, both.hidden)["safe"].any()
    assert linked.protect(both)[3:].any()


def test_an_insider_knows_more():
    """Hidden are 3 and 8; whoever knows the 8 subtracts it. A third must go."""
    whole = system([3, 8, 30, 41], [1, 1, 1, -1], [5, 0, 0, 0], [0])
    assert linked.protect(whole).sum() == 2
    insider = np.array([False, True, False, False])
    hidden = linked.protect(whole, [insider])
    assert linked.ranges(whole, hidden, insider)["safe"].all()
    assert hidden.sum() >= 2
    assert not (hidden[1] and hidden.sum() == 2)


def test_what_nothing_protects_is_refused():
    alone = system([3, 3], [1, -1], [5, 0], [0], most=[4.0, 4.0])
    with pytest.raises(linked.Unprotectable, match="cannot be protected"):
        linked.protect(alone)


def test_sums_that_do_not_hold_are_refused():
    with pytest.raises(ValueError, match="sums of a system do not hold"):
        linked.protect(system([3, 4, 8], [1, 1, -1], [5, 0, 0]))
