"""The tests behind gaps and changes, held against scipy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.analysis import hypotheses
from workbench.analysis.moments import moments

SAMPLE = st.lists(st.sampled_from([0.0, 25, 50, 75, 100]), min_size=2, max_size=20)


def of(values):
    values = np.array(values)
    return moments(values, np.zeros(len(values), dtype=int), 1)


@given(SAMPLE, SAMPLE)
@pytest.mark.filterwarnings("ignore:Precision loss")
@settings(deadline=None)
def test_welch_is_scipys(a, b):
    got = hypotheses.welch(of(a), of(b))
    if np.ptp(a) + np.ptp(b) == 0:
        assert np.isnan(hypotheses.p_difference(got)[0])
        return
    expected = stats.ttest_ind(b, a, equal_var=False)
    low, high = expected.confidence_interval()
    assert hypotheses.p_difference(got)[0] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert np.ravel(hypotheses.t_interval(got)) == pytest.approx([low, high], rel=1e-6, abs=1e-6)


def test_paired_is_scipys():
    first, last = np.array([50.0, 62, 71, 40, 55]), np.array([60.0, 61, 80, 52, 58])
    got = hypotheses.paired(of(last - first))
    assert hypotheses.p_difference(got)[0] == pytest.approx(stats.ttest_rel(last, first).pvalue)


@given(st.floats(-20, 20), st.floats(0.1, 10), st.integers(2, 60), st.floats(0.5, 15))
@settings(deadline=None)
def test_equivalent_exactly_when_the_90_percent_interval_lies_inside_the_margin(gap, error, df, margin):
    got = hypotheses.Difference(np.array([gap]), np.array([error]), np.array([float(df)]))
    low, high = hypotheses.t_interval(got, 0.90)
    p = hypotheses.p_equivalence(got, margin)[0]
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == (low[0] > -margin and high[0] < margin)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
@settings(deadline=None)
def test_benjamini_hochberg_is_scipys_in_any_order(p, random):
    expected = stats.false_discovery_control(p)
    assert hypotheses.benjamini_hochberg(p) == pytest.approx(expected)
    order = list(range(len(p)))
    random.shuffle(order)
    assert hypotheses.benjamini_hochberg(np.array(p)[order]) == pytest.approx(expected[order])


def test_a_question_without_an_answer_is_outside_the_family():
    got = hypotheses.benjamini_hochberg([0.01, np.nan, 0.04])
    assert got[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(got[1])


def test_no_p_value_is_above_one_or_below_zero():
    with pytest.raises(ValueError, match=r"p lies outside 0 to 1 in row.* 1"):
        hypotheses.benjamini_hochberg([0.5, 1.5])


def test_rounding_is_no_spread():
    """33.3 summed 30 times differs from 999 in the last digit; that is not a difference between people."""
    got = hypotheses.welch(of([33.3] * 30), of([33.3] * 7))
    assert got.std_error[0] == 0
    assert np.isnan(hypotheses.p_difference(got)[0])
