"""Weights and what they can and cannot repair."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import weighting


def population(n=600, seed=2):
    """Invited people, of whom the old and the women answer more often."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"age": rng.choice(["18-44", "45-64", "65+"], n, p=[0.3, 0.3, 0.4]), "sex": rng.choice(["f", "m"], n)}
    )
    chance = frame["age"].map({"18-44": 0.2, "45-64": 0.4, "65+": 0.7}) + 0.1 * (frame["sex"] == "f")
    return frame, pd.Series(rng.random(n) < chance)


def test_raked_weights_meet_every_margin_and_keep_the_order():
    frame, answered = population()
    sample = frame[answered]
    margins = {name: frame[name].value_counts() for name in frame}
    weights = weighting.rake(sample, margins)
    assert weights.index.equals(sample.index)
    for name, margin in margins.items():
        assert weights.groupby(sample[name]).sum().to_dict() == pytest.approx(margin.to_dict())
    assert weights.sum() == pytest.approx(len(frame))


@given(st.permutations(range(40)))
@settings(deadline=None, max_examples=20)
def test_the_order_of_people_margins_and_categories_does_not_matter(order):
    frame, _ = population()
    sample, order = frame.head(40), list(order)
    margins = {name: frame[name].value_counts() for name in frame}
    expected = weighting.rake(sample, margins)
    other = {name: margins[name].iloc[::-1] for name in reversed(margins)}
    got = weighting.rake(sample.iloc[order], other)
    assert got.sort_index().to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-8)


def test_a_sample_that_already_fits_gets_equal_weights():
    frame, _ = population()
    weights = weighting.rake(frame, {name: 3 * frame[name].value_counts() for name in frame})
    assert weights.to_numpy() == pytest.approx(3)


def test_categories_may_be_numbers():
    sample = pd.DataFrame({"band": [1, 1, 2]})
    assert weighting.rake(sample, {"band": pd.Series({2: 5, 1: 8})}).tolist() == [4, 4, 5]


@pytest.mark.parametrize(
    ("sample", "margins", "message"),
    [
        ({"a": ["x", "x"]}, {"a": pd.Series({"x": 5, "y": 3})}, r"nobody in 'y': collapse"),
        ({"a": ["x", "z"]}, {"a": pd.Series({"x": 5})}, r"no population for 'z'"),
        ({"a": ["x", "y"]}, {"a": pd.Series({"x": 5, "y": 0})}, r"no population for 'y'"),
        ({"a": ["x", None]}, {"a": pd.Series({"x": 5})}, r"sample\['a'\] is missing in row.* 1"),
        ({"a": ["x", "y"]}, {"b": pd.Series({"x": 5})}, "sample has no column 'b'"),
        ({"a": ["x", "y"]}, {"a": pd.Series({"x": 5, "y": -3})}, r"margins\['a'\] is negative in row.* 'y'"),
        (
            {"a": ["x", "y"], "b": ["p", "q"]},
            {"a": pd.Series({"x": 5, "y": 5}), "b": pd.Series({"p": 5, "q": 9})},
            "margins have different totals",
        ),
        (
            {"a": ["x", "y"], "b": ["p", "q"]},
            {"a": pd.Series({"x": 5, "y": 5}), "b": pd.Series({"p": 4, "q": 6})},
            "cannot be met at once",
        ),
    ],
)
def test_margins_that_do_not_fit_are_refused_by_name(sample, margins, message):
    with pytest.raises(ValueError, match=message):
        weighting.rake(pd.DataFrame(sample), margins)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
@settings(deadline=None)
def test_effective_numbers_lie_between_one_and_all(weights):
    n_eff = weighting.effective_n(weights)
    assert 1 - 1e-9 <= n_eff <= len(weights) + 1e-9
    assert weighting.design_effect(weights) == pytest.approx(len(weights) / n_eff)
    assert weighting.effective_n(7 * np.array(weights)) == pytest.approx(n_eff)


def test_weights_that_are_no_weights():
    assert np.isnan(weighting.effective_n([]))
    assert np.isnan(weighting.effective_n([0, 0]))
    assert weighting.effective_n([1e200, 1e200]) == 2
    for wrong, message in (([1, -1], "negative"), ([1, np.nan], "missing"), ([np.inf], "infinite")):
        with pytest.raises(ValueError, match=f"weights is {message}"):
            weighting.effective_n(wrong)


def test_one_column_gives_the_response_rates_as_propensities():
    frame, answered = population()
    got = weighting.representativity(frame[["age"]], answered)
    rate = answered.groupby(frame["age"]).transform("mean")
    assert got.r_indicator == pytest.approx(1 - 2 * rate.std())
    n, share = answered.groupby(frame["age"]).count(), answered.groupby(frame["age"]).mean()
    chance = (share * (1 - share)).sum() / len(frame)  # variance of a rate, p(1-p)/n, averaged over people
    assert n.sum() == len(frame)
    adjusted = 1 - 2 * np.sqrt((1 + 1 / len(frame)) * rate.var() - chance)
    assert got.r_indicator_adjusted == pytest.approx(adjusted)


def test_adjusting_takes_off_what_chance_adds():
    frame, _ = population()
    by_chance = pd.Series(np.random.default_rng(5).random(len(frame)) < 0.4)
    got = weighting.representativity(frame, by_chance)
    assert got.r_indicator <= got.r_indicator_adjusted <= 1
    selective = weighting.representativity(*population())
    assert selective.r_indicator_adjusted < 0.75


def test_everybody_answered_or_nobody():
    frame, answered = population()
    for all_alike in (answered | True, answered & False):
        got = weighting.representativity(frame, all_alike)
        assert got.r_indicator == pytest.approx(1, abs=1e-6)
        assert got.response_rate == all_alike.mean()


def test_a_category_that_answered_completely_does_not_break_the_model():
    frame, answered = population()
    got = weighting.representativity(frame, answered | (frame["age"] == "65+"))
    rest = frame["age"] != "65+"
    part = weighting.representativity(frame[rest], answered[rest])
    assert 0 < got.r_indicator < part.r_indicator


def test_columns_that_repeat_each_other_change_nothing():
    frame, answered = population()
    double = frame.assign(again=frame["age"].str.upper(), always="x")
    got, plain = weighting.representativity(double, answered), weighting.representativity(frame, answered)
    assert got.r_indicator == pytest.approx(plain.r_indicator)
    assert got.r_indicator_adjusted == pytest.approx(plain.r_indicator_adjusted)


def test_few_invited_are_marked():
    frame, answered = population()
    assert weighting.representativity(frame, answered).reason == ""
    assert "fewer than 200" in weighting.representativity(frame.head(199), answered.head(199)).reason


@pytest.mark.parametrize(
    ("frame", "answered", "message"),
    [
        ({"a": ["x", None]}, [True, False], r"frame\['a'\] is missing in row.* 1"),
        ({"a": ["x", "y"]}, [True, None], "responded is not true or false in row.* 1"),
        ({"a": ["x", "y"]}, [True], "must share one index"),
        ({"a": []}, [], "nobody was invited"),
    ],
)
def test_a_frame_that_is_no_frame_is_refused(frame, answered, message):
    frame = pd.DataFrame(frame)
    with pytest.raises(ValueError, match=message):
        weighting.representativity(frame, pd.Series(answered, index=frame.index[: len(answered)], dtype=object))
