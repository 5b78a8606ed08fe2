"""Intervals contain their estimate, stay in range, and say when they do not know."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.analysis import intervals
from workbench.analysis.incidence import incidence_at


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
@settings(deadline=None)
def test_wilson_contains_its_share_and_stays_in_range(n, data, confidence):
    k = data.draw(st.integers(0, n))
    low, high = intervals.wilson(k, n, confidence)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


@given(st.integers(1, 200), st.data())
@settings(deadline=None)
def test_wilson_solves_the_score_equation(n, data):
    k = data.draw(st.integers(1, n))
    low, _ = intervals.wilson(k, n)
    z = (k / n - low) / np.sqrt(low * (1 - low) / n)
    assert z == pytest.approx(1.959964, abs=1e-5)


def test_wilson_of_failures_is_the_mirror_image():
    low, high = intervals.wilson([3, 0], [10, 4])
    other_low, other_high = intervals.wilson([7, 4], [10, 4])
    assert 1 - other_high == pytest.approx(low)
    assert 1 - other_low == pytest.approx(high)


def test_wilson_takes_effective_numbers_and_keeps_unknown_unknown():
    low, high = intervals.wilson([2.5, np.nan, 3, 0], [6.25, 5, np.nan, 0])
    assert np.isnan(low).tolist() == [False, True, True, True]
    assert np.isnan(high).tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("k", "n", "confidence", "message"),
    [
        ([1, 5], [3, 3], 0.95, "successes is larger than n in row.* 1"),
        ([1], [-3], 0.95, "n is negative"),
        ([-1], [3], 0.95, "successes is negative"),
        ([1], [np.inf], 0.95, "n is infinite"),
        ([1], [3], 95, "confidence must lie between 0 and 1"),
    ],
)
def test_wilson_refuses_what_is_no_proportion(k, n, confidence, message):
    with pytest.raises(ValueError, match=message):
        intervals.wilson(k, n, confidence)


@st.composite
def region(draw):
    """Scores of several providers on 0-100, some of them all alike."""
    sizes = draw(st.lists(st.integers(2, 12), min_size=2, max_size=6))
    values = [draw(st.lists(st.sampled_from([0.0, 25, 50, 75, 100]), min_size=n, max_size=n)) for n in sizes]
    return [np.array(v) for v in values]


@given(region())
@settings(deadline=None)
def test_bounded_mean_contains_the_mean_and_stays_on_the_scale(groups):
    n, mean, variance = (np.array([f(g) for g in groups]) for f in (len, np.mean, lambda g: np.var(g, ddof=1)))
    low, high = intervals.bounded_mean(n, mean, variance)
    assert (low >= 0).all()
    assert (high <= 100).all()
    assert (low <= mean + 1e-9).all()
    assert (mean - 1e-9 <= high).all()
    assert (high - low > 0.01).all()  # nobody is ever certain


def test_bounded_mean_does_not_depend_on_the_coding_or_the_order():
    n, mean, variance = np.array([5, 12, 40]), np.array([98.0, 96, 78]), np.array([20.0, 40, 300])
    low, high = intervals.bounded_mean(n, mean, variance)
    back = intervals.bounded_mean(n[::-1], 1 + mean[::-1] / 25, variance[::-1] / 625, low=1, high=5)
    assert 25 * (back[0][::-1] - 1) == pytest.approx(low)
    assert 25 * (back[1][::-1] - 1) == pytest.approx(high)


def test_bounded_mean_is_near_the_t_interval_in_the_middle_of_the_scale():
    n, mean, variance = np.array([60, 60, 60]), np.array([50.0, 52, 48]), np.array([300.0, 300, 300])
    low, high = intervals.bounded_mean(n, mean, variance)
    half = stats.t.ppf(0.975, 59) * np.sqrt(variance / n)
    assert high - low == pytest.approx(2 * half, rel=0.03)


def test_bounded_mean_everybody_100_is_not_certainty():
    low, high = intervals.bounded_mean([5, 40], [100, 100], [0, 0])
    assert high.tolist() == [100, 100]
    assert 40 < low[0] < low[1] < 100


def test_a_small_effective_number_widens_the_interval():
    args = [20, 30], [70, 80], [300, 250]
    low, high = intervals.bounded_mean(*args)
    wide_low, wide_high = intervals.bounded_mean(*args, n_eff=[10, 15])
    assert (wide_low < low).all()
    assert (wide_high > high).all()


def test_one_person_has_no_interval_and_changes_nobody_elses():
    low, high = intervals.bounded_mean([20, 30, 1, 0], [70, 80, 10, np.nan], [300, 250, np.nan, np.nan])
    alone = intervals.bounded_mean([20, 30], [70, 80], [300, 250])
    assert np.isnan(low[2:]).all()
    assert np.isnan(high[2:]).all()
    assert low[:2] == pytest.approx(alone[0])


@pytest.mark.parametrize(
    ("n", "mean", "variance", "message"),
    [
        ([5], [101], [3], "mean lies outside 0 to 100 in row.* 0"),
        ([5, -1], [50, 50], [3, 3], "n is negative in row.* 1"),
        ([5], [50], [-3], "variance is negative"),
        ([5], [50], [np.inf], "variance is infinite"),
    ],
)
def test_bounded_mean_refuses_what_cannot_be(n, mean, variance, message):
    with pytest.raises(ValueError, match=message):
        intervals.bounded_mean(n, mean, variance)


def aalen_johansen(duration, event, weight, horizon):
    """The estimate by its definition, one time after the other, with weighted people."""
    survival, incidence = 1.0, 0.0
    for t in np.unique(duration[duration <= horizon]):
        at_risk = weight[duration >= t].sum()
        one = weight[(duration == t) & (event == 1)].sum() / at_risk
        incidence += survival * one
        survival *= 1 - one - weight[(duration == t) & (event == 2)].sum() / at_risk
    return incidence


@st.composite
def followed(draw):
    n = draw(st.integers(12, 40))
    duration = np.array(draw(st.lists(st.integers(1, 12), min_size=n, max_size=n)), float)
    event = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    return duration, event


@given(followed())
@settings(deadline=None, max_examples=60)
def test_incidence_and_its_error_are_the_definition_and_its_jackknife(data):
    duration, event = data
    got = intervals.cumulative_incidence(duration, event, 5)
    assume(not np.isnan(got.estimate))
    ones = np.ones(len(duration))
    assert got.estimate == pytest.approx(aalen_johansen(duration, event, ones, 5), abs=1e-12)
    assert 0 <= got.conf_low <= got.estimate <= got.conf_high <= 1
    step = 1e-6  # the infinitesimal jackknife: what a little more of each person does
    influence = [
        (aalen_johansen(duration, event, ones + step * (np.arange(len(ones)) == i), 5) - got.estimate) / step
        for i in range(len(ones))
    ]
    assert got.std_error == pytest.approx(np.sqrt(np.sum(np.square(influence))), abs=1e-4)


def test_without_competing_events_it_is_one_minus_kaplan_meier_with_greenwood():
    duration = np.array([1, 2, 2, 3, 4, 5] + [9] * 14, float)
    event = np.array([1, 1, 0, 1, 0, 1] + [0] * 14)
    survival = 19 / 20 * 18 / 19 * 16 / 17 * 14 / 15
    greenwood = 1 / (20 * 19) + 1 / (19 * 18) + 1 / (17 * 16) + 1 / (15 * 14)
    got = intervals.cumulative_incidence(duration, event, 6)
    assert got.estimate == pytest.approx(1 - survival)
    assert got.std_error == pytest.approx(survival * np.sqrt(greenwood))


def test_many_units_at_once_are_each_unit_alone():
    rng = np.random.default_rng(7)
    time, kind, unit = (
        rng.integers(1, 15, 300).astype(float),
        rng.integers(0, 3, 300).astype(float),
        rng.integers(0, 5, 300),
    )
    together = incidence_at(time, kind, unit, 5, 6.0)
    for u in range(5):
        alone = intervals.cumulative_incidence(time[unit == u], kind[unit == u], 6)
        row = together.loc[u, ["estimate", "std_error", "conf_low", "conf_high"]].astype(float)
        assert row.tolist() == pytest.approx(list(alone[:4]), abs=1e-12)


def test_the_same_people_twice_are_no_more_certain():
    rng = np.random.default_rng(8)
    duration, event = rng.integers(1, 15, 60).astype(float), rng.integers(0, 3, 60)
    once = intervals.cumulative_incidence(duration, event, 6)
    twice = intervals.cumulative_incidence(
        np.tile(duration, 2), np.tile(event, 2), 6, cluster=np.tile(np.arange(60), 2)
    )
    as_if_independent = intervals.cumulative_incidence(np.tile(duration, 2), np.tile(event, 2), 6)
    assert twice.std_error == pytest.approx(once.std_error)
    assert as_if_independent.std_error == pytest.approx(once.std_error / np.sqrt(2))


def test_no_events_and_only_events_have_honest_limits():
    none = intervals.cumulative_incidence(np.full(30, 400.0), np.zeros(30), 365)
    everybody = intervals.cumulative_incidence(np.full(30, 365.0), np.ones(30), 365)
    assert (none.estimate, none.conf_low) == (0, 0)
    assert none.conf_high == pytest.approx(1 - 0.025 ** (1 / 30))
    assert (everybody.estimate, everybody.conf_high) == (1, 1)
    assert everybody.conf_low == pytest.approx(0.025 ** (1 / 30))


def test_what_is_not_known_yet_is_not_told():
    short = intervals.cumulative_incidence([5.0] * 50, [0] * 50, 6)
    few = intervals.cumulative_incidence([5.0] * 50 + [9.0] * 9, [0] * 59, 6)
    nobody = intervals.cumulative_incidence([], [], 6)
    for got, reason in ((short, "does not reach"), (few, "fewer than 10"), (nobody, "nobody")):
        assert np.isnan(got[:4]).all()
        assert reason in got.reason


@pytest.mark.parametrize(
    ("duration", "event", "horizon", "message"),
    [
        ([1.0, -1], [0, 1], 5, "duration is negative in row.* 1"),
        ([1.0, np.nan], [0, 1], 5, "duration is missing in row.* 1"),
        ([1.0, 2], [0, 3], 5, "event is not 0, 1 or 2 in row.* 1"),
        ([1.0, 2], [0], 5, "one row per person"),
        ([1.0, 2], [0, 1], 0, "horizon must be a number above 0"),
    ],
)
def test_impossible_follow_up_is_refused(duration, event, horizon, message):
    with pytest.raises(ValueError, match=message):
        intervals.cumulative_incidence(pd.Series(duration), pd.Series(event), horizon)


def test_who_asked_everybody_knows_the_mean():
    low, high = intervals.bounded_mean([12, 12], [80, 60], [300, 300], population=[12, 24])
    assert (low[0], high[0]) == (80, 80)
    wide_low, wide_high = intervals.bounded_mean([12, 12], [80, 60], [300, 300])
    assert wide_low[1] < low[1] < 60 < high[1] < wide_high[1]
    with pytest.raises(ValueError, match="population is smaller than n in row"):
        intervals.bounded_mean([12], [80], [300], population=[11])
