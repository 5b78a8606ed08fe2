"""Agreement between assessors."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import agreement

RATING = st.one_of(st.just(np.nan), st.integers(1, 4).map(float))
TABLE = st.lists(st.lists(RATING, min_size=3, max_size=3), min_size=2, max_size=15).map(pd.DataFrame)
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def distance(level, c, k, values):
    if level == "nominal":
        return float(c != k)
    if level == "interval":
        return (c - k) ** 2
    if level == "ratio":
        return ((c - k) / (c + k)) ** 2
    low, high = min(c, k), max(c, k)
    between = sum((values == g).sum() for g in np.unique(values) if low <= g <= high)
    return (between - ((values == c).sum() + (values == k).sum()) / 2) ** 2 if c != k else 0.0


def alpha_by_definition(table, level):
    """One minus the mean distance of pairs within a unit over that of all pairs."""
    units = [row[~np.isnan(row)] for row in table.to_numpy(dtype=float)]
    units = [row for row in units if len(row) > 1]
    values = np.concatenate(units) if units else np.array([])
    if len(values) == 0:
        return np.nan
    within = sum(
        sum(distance(level, c, k, values) for c, k in itertools.permutations(row, 2)) / (len(row) - 1) for row in units
    ) / len(values)
    among = sum(distance(level, c, k, values) for c, k in itertools.permutations(values, 2))
    among /= len(values) * (len(values) - 1)
    return 1 - within / among if among > 0 else np.nan


@given(TABLE, st.sampled_from(LEVELS))
@settings(deadline=None, max_examples=60)
def test_alpha_is_its_definition(table, level):
    got = agreement.krippendorff_alpha(table, level)
    assert got == pytest.approx(alpha_by_definition(table, level), abs=1e-9, nan_ok=True)
    assert np.isnan(got) or got <= 1 + 1e-12


@given(TABLE, st.permutations(range(3)))
@settings(deadline=None, max_examples=30)
def test_who_the_assessors_are_and_in_what_order_units_come_does_not_matter(table, order):
    other = table.iloc[::-1, list(order)]
    for measure in (agreement.krippendorff_alpha, agreement.gwet_ac):
        assert measure(other) == pytest.approx(measure(table), abs=1e-12, nan_ok=True)


def test_perfect_agreement_is_one_everywhere():
    table = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]})
    for level in LEVELS:
        assert agreement.krippendorff_alpha(table, level) == 1
    for weights in ("unweighted", "linear", "quadratic", "ordinal"):
        assert agreement.gwet_ac(table, weights) == pytest.approx(1)
    for kind in ("A,1", "A,k", "C,1", "C,k"):
        assert agreement.icc(table, kind) == pytest.approx(1)


def test_everybody_always_the_same_is_undefined_and_not_zero():
    table = pd.DataFrame({"a": [3, 3, 3], "b": [3, 3, 3]})
    assert np.isnan(agreement.krippendorff_alpha(table))
    assert np.isnan(agreement.gwet_ac(table))
    assert np.isnan(agreement.icc(table))
    assert agreement.gwet_ac(table, categories=[1, 2, 3, 4]) == 1


def test_nearly_everybody_the_same_is_where_alpha_collapses_and_ac_does_not():
    table = pd.DataFrame({"a": [3] * 30 + [2], "b": [3] * 29 + [2, 3]})
    assert agreement.krippendorff_alpha(table) < 0.1
    assert agreement.gwet_ac(table) > 0.9


def test_one_assessor_per_unit_says_nothing():
    table = pd.DataFrame({"a": [1, np.nan, 3], "b": [np.nan, 2, np.nan]})
    assert np.isnan(agreement.krippendorff_alpha(table))
    assert np.isnan(agreement.gwet_ac(table))
    assert np.isnan(agreement.icc(table))
    assert np.isnan(agreement.icc(table[["a"]].dropna()))


def test_a_unit_nobody_judged_changes_nothing():
    table = pd.DataFrame({"a": [1, 2, 3, 2.0], "b": [1, 2, 2, np.nan], "c": [2, 2, 3, 1]})
    longer = pd.concat([table, pd.DataFrame({"a": [np.nan], "b": [np.nan], "c": [np.nan]})], ignore_index=True)
    for measure in (agreement.krippendorff_alpha, agreement.gwet_ac, agreement.icc):
        assert measure(longer) == pytest.approx(measure(table))


def test_an_unused_grade_of_the_scale_counts_where_it_is_named():
    table = pd.DataFrame({"a": [1, 2, 1, 2, 1], "b": [1, 2, 2, 2, 1]})
    assert agreement.gwet_ac(table, categories=[1, 2, 3, 4]) != pytest.approx(agreement.gwet_ac(table))
    with pytest.raises(ValueError, match="no categories"):
        agreement.gwet_ac(table, categories=[1, 3])


def test_a_severe_assessor_is_consistent_but_not_in_agreement():
    table = pd.DataFrame({"a": [5.0, 7, 8, 6], "b": [3.0, 5, 6, 4]})
    assert agreement.icc(table, "C,1") == pytest.approx(1)
    assert agreement.icc(table, "A,1") < 0.7
    assert agreement.icc(table, "A,1") < agreement.icc(table, "A,k")


def test_chance_gives_about_zero():
    rng = np.random.default_rng(6)
    table = pd.DataFrame(rng.integers(1, 5, (600, 3)))
    for level in LEVELS:
        assert abs(agreement.krippendorff_alpha(table, level)) < 0.06
    assert abs(agreement.icc(table)) < 0.06


def test_the_interval_holds_the_coefficient_and_is_the_same_tomorrow():
    rng = np.random.default_rng(9)
    truth = rng.integers(1, 5, 60)
    table = pd.DataFrame({name: np.where(rng.random(60) < 0.7, truth, rng.integers(1, 5, 60)) for name in "abc"})
    for coefficient in (agreement.krippendorff_alpha, agreement.gwet_ac, agreement.icc):
        got = agreement.interval(table, coefficient, draws=200)
        assert got.low < coefficient(table) < got.high
        assert got == agreement.interval(table, coefficient, draws=200)
        assert got.reason == ""
    few = agreement.interval(table.head(12), draws=200)
    assert "fewer than 20" in few.reason


def test_no_interval_where_there_is_no_coefficient():
    got = agreement.interval(pd.DataFrame({"a": [3] * 30, "b": [3] * 30}), draws=20)
    assert np.isnan(got.low)
    assert "not defined" in got.reason


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: agreement.krippendorff_alpha(pd.DataFrame({"a": [1], "b": [2]}), "rank"), "level must be one of"),
        (lambda: agreement.gwet_ac(pd.DataFrame({"a": [1], "b": [2]}), "cubic"), "weights must be one of"),
        (lambda: agreement.icc(pd.DataFrame({"a": [1], "b": [2]}), "A"), "kind must be one of"),
        (lambda: agreement.icc(pd.DataFrame({"a": ["good"], "b": [2]})), r"ratings\['a'\] must hold numbers"),
        (lambda: agreement.krippendorff_alpha(pd.DataFrame({"a": [1], "b": [np.inf]})), r"ratings\['b'\] is infinite"),
    ],
)
def test_what_is_no_rating_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
