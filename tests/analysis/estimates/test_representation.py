"""Weights towards the invited, and what they can and cannot mend."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates
from workbench.analysis.frames import weigh

AGES = ["18-22", "45-64", "85+"]


def region(seed=1, lower=25.0, rates=(0.15, 0.5, 0.5)):
    """Return invited people and those who answered: the young answer less and score lower."""
    draw = np.random.default_rng(seed)
    invited = pd.DataFrame(
        {
            "provider_id": np.repeat([f"p{i}" for i in range(6)], 200),
            "municipality_code": "GM0632",
            "role": "client",
            "instrument": "x",
            "age_band": draw.choice(AGES, 1200, p=[0.4, 0.4, 0.2]),
            "sex": draw.choice(["female", "male"], 1200),
            "product": "support",
        }
    )
    score = 75 - lower * (invited["age_band"] == "18-22") + 10 * draw.standard_normal(1200)
    answers = draw.random(1200) < invited["age_band"].map(dict(zip(AGES, rates, strict=True)))
    given = invited.assign(score=score.clip(0, 100), mode="mail", dimension="d")[answers].reset_index(drop=True)
    return invited, given.assign(response_id=[str(i) for i in range(len(given))]), float(score.mean())


def of(table, statistic):
    return table[table["statistic"] == statistic].set_index("category")


def test_weights_take_off_the_bias_of_who_answered():
    invited, given, truth = region()
    _, weights = estimates.representation(given, invited, 2026)
    got = estimates.weighted_means(given, weights, invited, 2026)
    whole = got[got["unit"] == "region"].iloc[0]
    assert abs(given["score"].mean() - truth) > 4
    assert whole["estimate"] == pytest.approx(truth, abs=1.5)
    assert whole["conf_low"] < truth < whole["conf_high"]
    assert whole["n_eff"] < whole["n"]
    assert weights["weight"].sum() == pytest.approx(len(invited))


def test_it_says_who_is_missing():
    invited, given, _ = region()
    rows, _ = estimates.representation(given, invited, 2026)
    partial = of(rows, "partial")["estimate"]
    assert partial["age_band=18-22"] < 0 < partial["age_band=45-64"]
    assert partial["age_band"] > 3 * partial["sex"]
    assert of(rows, "r_indicator")["estimate"].item() < 0.75
    response = len(given) / len(invited)
    assert of(rows, "max_bias")["estimate"].item() == pytest.approx(100 * (1 - response))


def test_everybody_answering_alike_is_representative():
    invited, given, _ = region(rates=(0.4, 0.4, 0.4))
    rows, _ = estimates.representation(given, invited, 2026)
    assert of(rows, "r_indicator_adjusted")["estimate"].item() > 0.9
    assert of(rows, "design_effect")["estimate"]["after"] < 1.1


def test_a_small_frame_has_no_indicator():
    invited, given, _ = region()
    few = invited["provider_id"] == "p0"
    rows, _ = estimates.representation(given[given["provider_id"] == "p0"], invited[few].iloc[:150], 2026)
    row = of(rows, "r_indicator")
    assert np.isnan(row["estimate"].item())
    assert row["reason"].item() == "few invited"


def test_without_a_frame_nothing_is_weighted():
    _, given, _ = region()
    rows, weights = estimates.representation(given, pd.DataFrame(columns=["role", "instrument"]), 2026)
    assert rows.empty
    assert weights.empty
    assert estimates.weighted_means(given, weights, pd.DataFrame(columns=["role"]), 2026).empty


def test_background_that_respondents_did_not_give_is_not_used():
    invited, given, _ = region()
    given["sex"] = given["sex"].where(np.arange(len(given)) % 2 == 0)
    rows, _ = estimates.representation(given, invited, 2026)
    assert not any(category.startswith("sex") for category in of(rows, "partial").index)


def test_everybody_who_was_invited_answered():
    """A census of these people has no sampling error: they are described, not compared."""
    invited, given, _ = region(rates=(1.0, 1.0, 1.0))
    _, weights = estimates.representation(given, invited, 2026)
    got = estimates.weighted_means(given, weights, invited, 2026)
    assert got["std_error"].to_list() == pytest.approx([0] * len(got), abs=1e-9)


def test_a_category_with_few_respondents_goes_with_its_neighbour():
    respondents = pd.DataFrame({"p": "a", "age": ["18-22"] * 2 + ["45-64"] * 20 + ["85+"] * 10})
    frame = pd.DataFrame({"p": "a", "age": ["18-22"] * 20 + ["45-64"] * 40 + ["85+"] * 20})
    got = weigh(respondents, frame, "p", ["age"], {"age": AGES})
    assert got.collapsed == ["age: 18-22 + 45-64"]
    assert got.weights.iloc[0] == pytest.approx(60 / 22)


def test_extreme_weights_are_cut_off_and_the_margins_still_hold():
    respondents = pd.DataFrame({"p": ["a"] * 50 + ["b"] * 5, "age": (["old"] * 44 + ["young"] * 6) + ["young"] * 5})
    frame = pd.DataFrame({"p": ["a"] * 60 + ["b"] * 200, "age": ["old"] * 50 + ["young"] * 10 + ["young"] * 200})
    got = weigh(respondents, frame, "p", ["age"])
    assert got.trimmed == 5
    assert got.weights[respondents["p"] == "b"].sum() == pytest.approx(200)


def test_units_nobody_answered_at_are_named():
    respondents = pd.DataFrame({"p": ["a"] * 10, "age": ["old"] * 10})
    frame = pd.DataFrame({"p": ["a"] * 20 + ["silent"] * 20, "age": "old"})
    assert weigh(respondents, frame, "p", ["age"]).without_respondents == ["silent"]


def test_margins_that_cannot_be_met_at_once_leave_out_background_and_not_the_run():
    respondents = pd.DataFrame({"p": ["a"] * 10 + ["b"] * 10, "age": ["old"] * 10 + ["young"] * 10})
    frame = pd.DataFrame(
        {"p": ["a"] * 100 + ["b"] * 100, "age": ["old"] * 50 + ["young"] * 50 + ["old"] * 10 + ["young"] * 90}
    )
    got = weigh(respondents, frame, "p", ["age"])
    assert got.dropped == ["age"]
    assert got.weights.to_list() == [10] * 20


def test_unknown_background_does_not_make_a_unit_count_for_more():
    respondents = pd.DataFrame(
        {"p": ["a"] * 20 + ["b"] * 10, "age": ["old", "young"] * 5 + [None] * 10 + ["old", "young"] * 5}
    )
    frame = pd.DataFrame({"p": ["a"] * 40 + ["b"] * 40, "age": ["old", "young"] * 40})
    got = weigh(respondents, frame, "p", ["age"])
    assert got.weights.groupby(respondents["p"]).sum().to_list() == pytest.approx([40, 40])


def test_more_answers_than_people_invited_get_no_weight():
    respondents = pd.DataFrame({"p": ["a"] * 20 + ["b"] * 10, "age": "old"})
    frame = pd.DataFrame({"p": ["a"] * 10 + ["b"] * 40, "age": "old"})
    got = weigh(respondents, frame, "p", ["age"])
    assert got.overfull == ["a"]
    assert got.weights.notna().sum() == 10


def test_errors_do_not_lean_on_background_that_was_not_raked():
    invited, given, _ = region(lower=0)
    given["product"] = np.where(np.arange(len(given)) % 2 == 0, "x", "y")
    given["score"] = 50.0 + 40 * (given["product"] == "x")
    invited = invited.drop(columns="product")
    _, weighted = estimates.representation(given, invited, 2026)
    got = estimates.weighted_means(given, weighted, invited, 2026).query("unit == 'region'")
    assert got["std_error"].item() == pytest.approx(20 / np.sqrt(len(given)), rel=0.3)


def test_the_worst_case_goes_with_the_response_that_is_shown():
    invited, given, _ = region()
    given["age_band"] = given["age_band"].where(np.arange(len(given)) % 15 != 0)
    rows, _ = estimates.representation(given, invited, 2026)
    shown = estimates.participation(given, invited, 2026).query("measure == 'respons' and unit == 'region'")
    assert of(rows, "max_bias")["estimate"].item() == pytest.approx(100 * (1 - shown["estimate"].item()))
