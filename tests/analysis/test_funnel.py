"""Funnels are drawn by one rule and labelled by another; both are held here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.analysis import funnel


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.sampled_from([0.8, 0.95, 0.998]))
@settings(deadline=None)
def test_proportion_limits_surround_the_target_and_are_shares(n, target, level):
    low, high = funnel.proportion_limits([n], target, level)
    assert 0 <= low[0] <= target + 1 / n
    assert target - 1 / n <= high[0] <= 1
    assert low[0] <= high[0]


def test_the_outer_funnel_encloses_the_inner_one():
    n = np.arange(1, 200)
    inner, outer = funnel.proportion_limits(n, 0.8, 0.95), funnel.proportion_limits(n, 0.8, 0.998)
    assert (outer[0] <= inner[0]).all()
    assert (inner[1] <= outer[1]).all()


def test_a_funnel_of_failures_is_near_the_mirror_image_of_that_of_successes():
    n = np.array([400, 1000])
    low, high = funnel.proportion_limits(n, 0.3, 0.95)
    other_low, other_high = funnel.proportion_limits(n, 0.7, 0.95)
    assert 1 - other_high == pytest.approx(low, abs=1.01 / 400)
    assert 1 - other_low == pytest.approx(high, abs=1.01 / 400)


def test_impossible_targets_have_flat_funnels_and_no_units_none():
    for target in (0.0, 1.0):
        low, high = funnel.proportion_limits([5, 0], target, 0.95)
        assert low[0] == high[0] == target
        assert np.isnan([low[1], high[1]]).all()


@given(st.floats(0.05, 500))
@settings(deadline=None)
def test_rate_limits_surround_one(expected):
    low, high = funnel.rate_limits([expected], 0.95)
    assert 0 <= low[0] <= 1 + 1 / expected
    assert high[0] > 1 - 1e-9 or expected < 1
    assert low[0] < high[0]


def test_mean_limits_close_in_with_the_square_root_of_n():
    low, high = funnel.mean_limits([16, 64, 0], 70, 400, 0.95)
    assert (high - 70)[:2] == pytest.approx([1.959964 * 5, 1.959964 * 2.5])
    assert (70 - low)[:2] == pytest.approx((high - 70)[:2])
    assert np.isnan(low[2])


@given(st.integers(1, 60), st.floats(0.01, 0.99), st.data())
@settings(deadline=None)
def test_mid_p_is_a_probability_and_smallest_far_from_the_target(n, target, data):
    p = funnel.mid_p(np.arange(n + 1), n, target)
    assert ((p >= 0) & (p <= 1)).all()
    peak = int(p.argmax())
    assert (np.diff(p[: peak + 1]) >= -1e-12).all()
    assert (np.diff(p[peak:]) <= 1e-12).all()


def test_mid_p_never_flags_too_often():
    """Enumerated: the share of units that equal the target and have p < .05."""
    sizes = [
        stats.binom.pmf(np.arange(n + 1), n, target)[funnel.mid_p(np.arange(n + 1), n, target) < 0.05].sum()
        for n in range(5, 201, 5)
        for target in (0.02, 0.1, 0.5, 0.8, 0.97)
    ]
    assert np.mean(sizes) <= 0.05
    assert max(sizes) <= 0.09


def test_five_out_of_five_at_a_high_target_is_no_outlier_though_it_lies_outside_the_curve():
    _, high = funnel.proportion_limits([5], 0.97, 0.95)
    assert high[0] < 1
    assert funnel.mid_p([5], [5], 0.97)[0] > 0.8


def test_chance_alone_gives_phi_near_one_with_and_without_winsorising():
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    assert funnel.overdispersion(z) == pytest.approx(1, abs=0.01)
    assert funnel.overdispersion(z, winsorise=0) == pytest.approx(1, abs=0.01)
    assert funnel.overdispersion(z, corrected=False) == pytest.approx(0.67865, abs=0.005)


def test_one_wild_unit_hardly_moves_phi():
    z = stats.norm.ppf((np.arange(40) + 0.5) / 40)
    wild = np.append(z, 15)
    assert funnel.overdispersion(wild) < 1.25 * funnel.overdispersion(z)
    assert funnel.overdispersion(wild, winsorise=0) > 4 * funnel.overdispersion(z, winsorise=0)


def test_fewer_than_eight_units_give_no_estimate():
    assert np.isnan(funnel.overdispersion(np.arange(7)))
    assert np.isnan(funnel.overdispersion([*range(7), np.nan]))
    assert np.isnan(funnel.additive_tau2(np.arange(7), np.ones(7), 3))


def test_tau2_finds_the_spread_that_was_put_in():
    chance = stats.norm.ppf((np.arange(500) + 0.5) / 500)
    y = 70 + np.sqrt(4 + 9) * chance
    assert funnel.additive_tau2(y, np.full(500, 2.0), 70) == pytest.approx(9, rel=0.03)
    assert funnel.additive_tau2(70 + chance, np.full(500, 2.0), 70) == 0


def test_the_order_of_units_and_unknown_units_do_not_matter():
    y, s = np.array([1.0, 4, 2, 8, 5, 7, 3, 6, np.nan]), np.array([1.0, 2, 1, 2, 1, 2, 1, 2, 1])
    expected = funnel.additive_tau2(y[:8], s[:8], 4)
    assert funnel.additive_tau2(y, s, 4) == pytest.approx(expected)
    assert funnel.additive_tau2(y[::-1], s[::-1], 4) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: funnel.proportion_limits([2.5], 0.5, 0.95), "n is not a whole number in row.* 0"),
        (lambda: funnel.proportion_limits([-2], 0.5, 0.95), "n is negative"),
        (lambda: funnel.proportion_limits([2], 1.5, 0.95), "target must be a share"),
        (lambda: funnel.proportion_limits([2], 0.5, 95), "level must lie between 0 and 1"),
        (lambda: funnel.rate_limits([np.inf], 0.95), "expected is infinite"),
        (lambda: funnel.mid_p([4], [3], 0.5), "successes is larger than n"),
        (lambda: funnel.overdispersion([1.0] * 9, winsorise=0.5), "winsorise must lie"),
        (lambda: funnel.additive_tau2([1.0, 2], [1.0, 0], 0), "std_error is not above 0 in row.* 1"),
    ],
)
def test_impossible_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
