"""Nothing small can be worked out, and nothing more is hidden than needed."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import disclosure


@st.composite
def tables(draw, largest=4):
    rows, columns = draw(st.integers(2, largest)), draw(st.integers(2, 4))
    cells = st.one_of(st.integers(0, 12), st.integers(10, 60))
    counts = draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    return pd.DataFrame(counts, index=[f"r{i}" for i in range(rows)], columns=list("abcd")[:columns])


def widths(counts, hidden):
    got = disclosure.attack(counts, hidden).set_index(["row", "column"])
    return got["high"] - got["low"]


def is_safe(counts, hidden, threshold):
    width = widths(counts, hidden)
    return all(width[cell] >= threshold for cell in width.index if 0 < counts.loc[cell] < threshold)


def allowed(counts, threshold):
    totals = np.concatenate([counts.sum(axis=0), counts.sum(axis=1)])
    return not ((totals > 0) & (totals < threshold)).any()


@given(tables())
@settings(deadline=None, max_examples=30)
def test_no_small_count_can_be_worked_out(counts):
    threshold = 5
    try:
        hidden = disclosure.suppress_table(counts, threshold)
    except ValueError:
        return
    assert allowed(counts, threshold)
    assert hidden[(counts > 0) & (counts < threshold)].fillna(True).all(axis=None)
    assert not hidden[counts == 0].fillna(False).astype(bool).any(axis=None)
    assert is_safe(counts, hidden, threshold)


@pytest.mark.parametrize("seed", range(6))
def test_no_smaller_pattern_is_safe(seed):
    """Every pattern with fewer cells, or as many and smaller ones, tried one by one."""
    threshold = 5
    counts = pd.DataFrame(np.random.default_rng(seed).integers(0, 25, (3, 4)), columns=list("abcd"))
    primary = (counts > 0) & (counts < threshold)
    further = [cell for cell in itertools.product(counts.index, counts.columns) if counts.loc[cell] >= threshold]
    hidden = disclosure.suppress_table(counts, threshold) & ~primary
    found = (int(hidden.to_numpy().sum()), int((counts * hidden).to_numpy().sum()))
    assert found[0] <= 4
    for size in range(found[0] + 1):
        for extra in itertools.combinations(further, size):
            if (size, sum(counts.loc[cell] for cell in extra)) < found:
                pattern = primary.copy()
                for cell in extra:
                    pattern.loc[cell] = True
                assert not is_safe(counts, pattern, threshold)


def test_few_large_cells_rather_than_many_small_ones():
    """Around the 3 there is a square with 8, 8 and 90, and a longer way round over five times 8."""
    counts = pd.DataFrame([[3, 8, 90], [90, 8, 8], [8, 90, 8]], columns=list("abc"))
    hidden = disclosure.suppress_table(counts, 5)
    assert hidden.to_numpy().sum() == 4
    assert (counts * hidden).to_numpy().sum() == 3 + 8 + 8 + 90


def test_the_order_and_names_of_rows_and_columns_do_not_matter():
    counts = pd.DataFrame([[3, 40, 21], [50, 61, 30], [25, 33, 4]], index=list("xyz"), columns=list("abc"))
    expected = disclosure.suppress_table(counts, 5)
    turned = disclosure.suppress_table(counts.loc[list("zxy"), list("cab")].T, 5).T
    pd.testing.assert_frame_equal(turned.loc[list("xyz"), list("abc")], expected)


def test_zeros_are_published_and_protect_nothing():
    counts = pd.DataFrame([[3, 40, 0], [50, 60, 0]], index=["x", "y"], columns=list("abc"))
    hidden = disclosure.suppress_table(counts, 5)
    assert not hidden["c"].any()
    assert hidden["a"].all()
    assert hidden["b"].all()


def test_a_large_table_is_protected_in_parts():
    rng = np.random.default_rng(3)
    sizes = rng.integers(25, 120, 70)
    counts = pd.DataFrame([rng.multinomial(n, [0.03, 0.07, 0.2, 0.4, 0.3]) for n in sizes], columns=list("abcde"))
    counts.index = [f"p{i}" for i in counts.index]
    hidden = disclosure.suppress_table(counts, 5)
    primary = (counts > 0) & (counts < 5)
    assert counts.size > disclosure.LARGEST
    assert is_safe(counts, hidden, 5)
    at_least = primary.sum(axis=1).where(lambda n: n != 1, 2).sum()  # a cell alone in its row is no secret
    assert hidden.to_numpy().sum() <= 1.1 * at_least


@pytest.mark.parametrize(
    ("counts", "threshold", "message"),
    [
        ([[1, 0, 0], [30, 40, 50]], 5, "row 0 has a total below 5.*merge"),
        ([[1, 30], [2, 40]], 5, "column 'a' has a total below 5.*merge"),
        ([[3, 40]], 2, None),
        ([[3, 0, 6], [0, 50, 0], [6, 0, 0]], 5, r"no pattern protects \(0, 'a'\)"),
        ([[3.5, 40], [20, 30]], 5, "counts has a count that is not whole in row.* 0"),
        ([[3, 40], [-2, 30]], 5, "counts has a negative count in row.* 1"),
        ([[3, np.nan], [20, 30]], 5, r"counts\['b'\] is missing in row.* 0"),
        ([[30, 40], [20, 30]], 0, "threshold must be a whole number"),
    ],
)
def test_what_cannot_be_protected_is_refused(counts, threshold, message):
    table = pd.DataFrame(counts, columns=list("abc")[: len(counts[0])])
    if message is None:
        assert not disclosure.suppress_table(table, threshold).any(axis=None)
        return
    with pytest.raises(ValueError, match=message):
        disclosure.suppress_table(table, threshold)


@given(tables(largest=3), st.data())
@settings(deadline=None, max_examples=40)
def test_an_attack_always_contains_the_truth(counts, data):
    flags = data.draw(st.lists(st.booleans(), min_size=counts.size, max_size=counts.size))
    hidden = pd.DataFrame(np.reshape(flags, counts.shape), index=counts.index, columns=counts.columns)
    got = disclosure.attack(counts, hidden)
    assert len(got) == sum(flags)
    for row in got.itertuples():
        assert 0 <= row.low <= counts.loc[row.row, row.column] <= row.high


def test_an_attack_finds_what_enumeration_finds():
    """All tables of counts with the margins and the published cells of this one."""
    counts = pd.DataFrame([[1, 4, 2], [3, 2, 5], [2, 6, 1]], columns=list("abc"))
    hidden = pd.DataFrame([[True, True, False], [True, True, True], [False, True, True]], columns=list("abc"))
    cells = [tuple(cell) for cell in np.argwhere(hidden.to_numpy())]
    seen = {cell: [] for cell in cells}
    original = counts.to_numpy()
    for values in itertools.product(range(11), repeat=3):  # three free cells determine the other four
        table = original.copy()
        table[0, 0], table[1, 2], table[1, 1] = values
        table[0, 1] = original[0].sum() - table[0, 0] - table[0, 2]
        table[1, 0] = original[1].sum() - table[1, 1] - table[1, 2]
        table[2, 2] = original[:, 2].sum() - table[0, 2] - table[1, 2]
        table[2, 1] = original[2].sum() - table[2, 0] - table[2, 2]
        if (table >= 0).all() and (table.sum(axis=0) == original.sum(axis=0)).all():
            for cell in cells:
                seen[cell].append(table[cell])
    got = disclosure.attack(counts, hidden)
    for row in got.itertuples():
        possible = seen[(row.row, "abc".index(row.column))]
        assert (row.low, row.high) == (min(possible), max(possible))


def test_a_single_hidden_cell_is_no_secret():
    counts = pd.DataFrame([[3, 40], [50, 60]], columns=list("ab"))
    got = disclosure.attack(counts, counts < 5).iloc[0]
    assert (got["low"], got["high"]) == (3, 3)


def test_the_pattern_must_be_of_the_same_table():
    counts = pd.DataFrame([[3, 40], [50, 60]], columns=list("ab"))
    with pytest.raises(ValueError, match="hidden must have the rows and columns of counts"):
        disclosure.attack(counts, (counts < 5)[["b", "a"]])
    with pytest.raises(ValueError, match="hidden is not true or false"):
        disclosure.attack(counts, counts)
