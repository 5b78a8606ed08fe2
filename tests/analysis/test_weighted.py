"""Weighted shares: the same as plain ones where weights are equal, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import intervals, weighting


@pytest.fixture
def people():
    rng = np.random.default_rng(11)
    n = 400
    answers = pd.DataFrame(
        {"lonely": rng.choice(["no", "some", "very"], n), "smokes": rng.choice([0.0, 1.0, np.nan], n)}
    )
    units = pd.DataFrame({"municipality": rng.choice(list("abcdefg"), n), "age": rng.choice(["young", "old"], n)})
    return answers, units, rng.lognormal(0, 0.6, n)


def test_every_unit_and_answer_has_a_row_and_shares_add_up(people):
    answers, units, w = people
    got = weighting.shares(answers, w, units)
    assert len(got) == (7 + 2) * (3 + 2)
    assert not got.duplicated(["level", "unit", "item", "answer"]).any()
    np.testing.assert_allclose(got.groupby(["level", "unit", "item"])["estimate"].sum(), 1)
    assert got.loc[got["item"] == "lonely"].groupby(["level", "unit"])["n"].first().loc["age"].sum() == 400
    inside = (got["conf_low"] <= got["estimate"]) & (got["estimate"] <= got["conf_high"])
    assert inside.all()
    assert got["n_eff"].le(got["n"]).all()


def test_equal_weights_give_plain_shares(people):
    answers, units, _ = people
    got = weighting.shares(answers[["lonely"]], np.full(400, 7.0), units.assign(all="all")[["all"]])
    count = answers["lonely"].value_counts().sort_index().to_numpy()
    np.testing.assert_allclose(got["estimate"], count / 400)
    np.testing.assert_allclose(got["std_error"], np.sqrt(count / 400 * (1 - count / 400) / 399))
    low, _ = intervals.wilson(got["estimate"] * 399, np.full(3, 399))
    np.testing.assert_allclose(got["conf_low"], low)


def test_the_scale_of_weights_and_the_order_of_people_do_not_matter(people):
    answers, units, w = people
    base = weighting.shares(answers, w, units)
    order = np.random.default_rng(1).permutation(400)
    pd.testing.assert_frame_equal(base, weighting.shares(answers, w * 1000, units))
    pd.testing.assert_frame_equal(base, weighting.shares(answers.iloc[order], w[order], units.iloc[order]))


def test_strata_that_all_answer_alike_leave_no_doubt():
    answers = pd.DataFrame({"q": ["yes"] * 10 + ["no"] * 10})
    town = pd.Series(["a"] * 10 + ["b"] * 10)
    got = weighting.shares(answers, np.ones(20), pd.DataFrame({"all": ["all"] * 20}), strata=town)
    assert got["std_error"].eq(0).all()
    alone = weighting.shares(answers, np.ones(20), pd.DataFrame({"all": ["all"] * 20}))
    assert alone["std_error"].gt(0.1).all()


def test_a_unit_in_which_nobody_answered_keeps_its_rows():
    answers = pd.DataFrame({"q": ["yes", "no", None, None]})
    units = pd.DataFrame({"town": ["a", "a", "b", None]})
    got = weighting.shares(answers, np.ones(4), units).set_index(["unit", "answer"])
    assert got.loc["b", "n"].eq(0).all()
    assert got.loc["b"][["n_eff", "estimate", "std_error", "conf_low", "conf_high"]].isna().all(axis=None)


def test_everybody_alike_has_an_interval():
    got = weighting.shares(
        pd.DataFrame({"q": ["yes"] * 8}), [1.0, 1, 1, 1, 1, 1, 1, 3], pd.DataFrame({"town": ["a"] * 8})
    )
    low, _ = intervals.wilson(100 / 16, 100 / 16)  # Kish: 10**2 / 16
    assert got["conf_high"].item() == 1
    assert got["conf_low"].item() == pytest.approx(low.item())


def test_people_without_weight_do_not_count(people):
    answers, units, w = people
    some = np.where(np.arange(400) < 100, 0.0, w)
    pd.testing.assert_frame_equal(
        weighting.shares(answers, some, units), weighting.shares(answers[100:], w[100:], units[100:])
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [1.0, -1, 1]}, "weights is negative in row.s. 1"),
        ({"weights": [1.0, np.nan, 1]}, "weights is missing"),
        ({"weights": [1.0, 1]}, "one row per respondent"),
        ({"units": pd.DataFrame({"town": list("aab")}, index=[3, 4, 5])}, "one row per respondent"),
        ({"strata": pd.Series(["x", None, "y"])}, "strata is missing in row.s. 1"),
        ({"answers": pd.DataFrame([[1, 2]] * 3, columns=["q", "q"])}, "answers has a column again"),
    ],
)
def test_what_cannot_be_weighted_is_refused(change, message):
    given = {
        "answers": pd.DataFrame({"q": ["yes", "no", "yes"]}),
        "weights": [1.0, 2, 3],
        "units": pd.DataFrame({"town": list("aab")}),
    }
    with pytest.raises(ValueError, match=message):
        weighting.shares(**(given | change))
