"""Large systems are protected in blocks as strictly as small ones are as a whole, and hardly at a greater cost."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from workbench.analysis import linked, linked_blocks, linked_patterns

PARTS = 3
NOTHING = np.empty(0, dtype=int)
seeds = st.integers(0, 2**32 - 1)


def nation(rng, providers, largest=25, municipalities=2, printed=0.0):
    """Return answers in three kinds of providers and municipalities that add up to one region, counts published.

    The region's own figures are known to lie within `printed` of their values.
    """
    of_provider = rng.integers(0, largest, (providers, PARTS))
    cut = rng.random((municipalities, PARTS))
    of_municipality = np.floor(cut / cut.sum(0) * of_provider.sum(0))
    of_municipality[-1] += of_provider.sum(0) - of_municipality.sum(0)
    parts = np.vstack([of_provider, of_municipality, of_provider.sum(0)]).astype(float)
    units, width = len(parts), PARTS + 1
    value = np.column_stack([parts, parts.sum(1)]).ravel()
    unit, counted = np.repeat(np.arange(units), width), np.tile(np.arange(width) < PARTS, units)
    own = sparse.kron(sparse.identity(units), [[1.0] * PARTS + [-1.0]], format="csr")
    across = np.zeros((2 * PARTS, len(value)))
    for part in range(PARTS):
        for row, of in ((part, range(providers)), (PARTS + part, range(providers, units - 1))):
            across[row, np.array(of) * width + part], across[row, (units - 1) * width + part] = 1.0, -1.0
    need = np.where(counted & (value > 0) & (value < 5), 5.0, 0.0)
    slack = np.where(unit == units - 1, printed, 0.0)
    cost = np.where(unit < units - 1, np.where(counted, 1.0, 3.0), 50.0) + 0.001 * value
    cells = pd.DataFrame({"value": value, "low": value - slack, "high": value + slack, "least": 0.0, "most": np.inf})
    cells = cells.assign(need=need, figure=np.arange(len(value)), unit=unit)
    return linked.System(cells, sparse.vstack([own, across], format="csr"), cost, need > 0)


def knowing(system, *units):
    """Return the places of the cells that some units know together."""
    return np.flatnonzero(system.cells["unit"].isin(units))


@pytest.fixture(scope="module")
def taken_apart():
    """Take small systems apart too, so that what is found can be compared with the exact answer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(linked, "LARGE", 0)
        for name, value in {"WIDE": 5, "SIDE_BY_SIDE": 3, "FEW": 2, "PARTNERS": 1, "MENDING": 1}.items():
            patched.setattr(linked_blocks, name, value)
        yield


@pytest.mark.usefixtures("taken_apart")
@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(6, 9), st.integers(4, 40), st.sampled_from([0.0, 1.0, 6.0]))
def test_every_pattern_is_safe_for_everybody(seed, providers, largest, printed):
    """By two programs per cell on the whole system, which know nothing of blocks."""
    system = nation(np.random.default_rng(seed), providers, largest, printed=printed)
    insiders = [knowing(system, each) for each in range(providers)]
    try:
        hidden = linked.protect(system, insiders)
    except linked.Unprotectable:
        with pytest.raises(linked.Unprotectable):  # so says the program on the whole
            linked_patterns.cheapest(system, insiders)
        return
    assert hidden[system.hidden].all()
    for known in (NOTHING, *insiders):
        ranges = linked.ranges(system, hidden, known)
        assert ranges["safe"][~ranges.index.isin(known)].all()


@pytest.mark.usefixtures("taken_apart")
@settings(max_examples=10, deadline=None)
@given(seeds, st.floats(0, 1), st.sampled_from([0.0, 1.0]))
def test_an_audit_finds_all_that_two_programs_per_cell_find_and_nothing_else(seed, part, printed):
    rng = np.random.default_rng(seed)
    system = nation(rng, int(rng.integers(6, 12)), printed=printed)
    hidden = system.hidden | (rng.random(len(system.hidden)) < part)
    views = [NOTHING, *(knowing(system, each) for each in range(4)), knowing(system, 2, 3)]
    for known, found in zip(views, linked.unsafe_to(system, hidden, views), strict=True):
        ranges = linked.ranges(system, hidden, known)
        assert set(found) == set(ranges.index[~ranges["safe"]]) - set(known)


@pytest.mark.usefixtures("taken_apart")
def test_a_cell_that_only_the_sum_over_all_gives_away_is_protected_by_another_provider():
    """All of one provider is hidden, but the region less the others gives it back: a second provider must go too."""
    system = nation(np.random.default_rng(5), 8, largest=2)
    value = system.cells["value"].to_numpy(copy=True).reshape(-1, PARTS + 1)
    value[:8, :PARTS] += 30.0
    value[0, :PARTS] = 3.0, 9.0, 9.0
    value[8, :PARTS], value[9, :PARTS] = 100.0, value[:8, :PARTS].sum(0) - 100.0
    value[10, :PARTS] = value[:8, :PARTS].sum(0)
    value[:, PARTS] = value[:, :PARTS].sum(1)
    first = np.arange(value.size) < PARTS + 1
    need = np.where(np.arange(value.size) == 0, 5.0, 0.0)
    cells = system.cells.assign(value=value.ravel(), low=value.ravel(), high=value.ravel(), need=need)
    system = dataclasses.replace(system, cells=cells, hidden=first)
    assert linked.unsafe(system, first).tolist() == [0]
    hidden = linked.protect(system)
    assert linked.ranges(system, hidden)["safe"].all()
    assert set(system.cells["unit"][hidden & ~first]) - {0}


def test_a_large_system_costs_hardly_more_than_its_cheapest_pattern():
    """A hundred providers: as many blocks, three wide sums; the program on the whole takes its time over them."""
    system = nation(np.random.default_rng(2), 100, 30)
    whole = system.cost[linked_patterns.cheapest(system)].sum()
    hidden = linked_blocks.protect(system)
    assert linked.ranges(system, hidden)["safe"].all()
    assert system.cost[hidden].sum() <= 1.05 * whole


def test_hundreds_of_providers_are_protected_and_cells_drawn_at_random_proven():
    rng = np.random.default_rng(8)
    system = nation(rng, 800, 40, municipalities=70)
    insiders = [knowing(system, each) for each in range(800)]
    hidden = linked.protect(system, insiders)
    drawn = rng.choice(np.flatnonzero(system.cells["need"] > 0), 5, replace=False)
    need = system.cells["need"].where(np.isin(np.arange(len(system.cells)), drawn), 0.0)
    few = dataclasses.replace(system, cells=system.cells.assign(need=need))
    for known in (NOTHING, insiders[0]):
        assert linked.ranges(few, hidden, known)["safe"].all()
    assert not any(len(found) for found in linked.unsafe_to(system, hidden, insiders))


def test_a_provider_that_nothing_protects_is_refused_among_hundreds():
    system = nation(np.random.default_rng(4), 400, 30)
    at = np.flatnonzero(system.cells["need"] > 0)[0]
    most = system.cells["most"].where(np.arange(len(system.cells)) != at, system.cells["value"] + 1)
    hopeless = dataclasses.replace(system, cells=system.cells.assign(most=most))
    with pytest.raises(linked.Unprotectable, match="cannot be protected"):
        linked.protect(hopeless)
