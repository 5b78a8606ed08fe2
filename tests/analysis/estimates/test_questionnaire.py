"""What the questionnaire tells of itself."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates

ITEMS = pd.DataFrame(
    {
        "instrument": "x",
        "variant": "standaard",
        "item": ["a", "b", "c", "noise", "b_again"],
        "dimension": ["d", "d", "d", "d", "d"],
        "low": 1,
        "high": 5,
        "reversed": [False, False, True, False, False],
    }
)


def asked(n=200, seed=1):
    """Return a questionnaire in which `noise` measures nothing and `b_again` repeats b."""
    draw = np.random.default_rng(seed)
    level = draw.normal(0, 1, n)

    def code(values):
        return np.clip(np.round(3.5 + values), 1, 5)

    answers = pd.DataFrame(
        {
            "response_id": [str(i) for i in range(n)],
            "a": code(level + 0.6 * draw.normal(size=n)),
            "b": code(level + 0.6 * draw.normal(size=n)),
            "c": 6 - code(level + 0.6 * draw.normal(size=n)),
            "noise": code(draw.normal(size=n)),
        }
    )
    answers["b_again"] = answers["b"].where(draw.random(n) > 0.05, 3)
    responses = answers[["response_id"]].assign(role="client", instrument="x", variant="standaard")
    return answers, responses


def unanswered(*rows):
    return pd.DataFrame(rows, columns=["response_id", "item", "kind"])


def of(table, statistic):
    return table[table["statistic"] == statistic].set_index("measure")


def test_an_item_that_measures_nothing_stands_out():
    answers, responses = asked()
    got = estimates.examined(answers, responses, unanswered(), ITEMS, 2026)
    labels = of(got, "item_rest")["label"]
    assert labels["noise"] == "adds nothing"
    assert labels["a"] == ""
    whole = of(got, "alpha").loc["d"]
    assert of(got, "alpha_if_dropped").at["noise", "estimate"] > whole["estimate"] > whole["conf_low"]
    assert "no single factor" in of(got, "omega").at["d", "reason"]  # an item repeated is a factor of its own
    once = estimates.examined(answers.drop(columns="b_again"), responses, unanswered(), ITEMS, 2026)
    assert of(once, "omega").at["d", "estimate"] == pytest.approx(of(once, "alpha").at["d", "estimate"], abs=0.1)


def test_an_item_that_was_turned_wrongly_points_the_other_way():
    answers, responses = asked()
    wrong = ITEMS.assign(reversed=False)
    labels = of(estimates.examined(answers, responses, unanswered(), wrong, 2026), "item_rest")["label"]
    assert labels["c"] == "other way"


def test_two_items_that_ask_the_same_are_named_once():
    answers, responses = asked()
    got = of(estimates.examined(answers, responses, unanswered(), ITEMS, 2026), "same_question")
    assert got.index.to_list() == ["b"]
    assert got["category"].to_list() == ["b_again"]
    assert got["n"].item() == 200


def test_who_was_not_asked_did_not_skip():
    answers, responses = asked(40)
    answers.loc[:9, "a"] = np.nan
    kinds = ["skipped"] * 4 + ["dont_know"] * 2 + ["not_asked"] * 4
    left = unanswered(*[(str(i), "a", kind) for i, kind in enumerate(kinds)])
    got = of(estimates.examined(answers, responses, left, ITEMS, 2026), "skipped")
    assert got.at["a", "n"] == 36
    assert got.at["a", "estimate"] == pytest.approx(6 / 36)
    assert got.at["b", "estimate"] == 0


def test_few_answers_say_nothing_of_an_item():
    answers, responses = asked(20)
    got = estimates.examined(answers, responses, unanswered(), ITEMS, 2026)
    assert set(of(got, "item_rest")["label"]) == {""}
    assert "100 complete answers" in of(got, "omega")["reason"].item()
    assert of(got, "same_question").empty


def test_a_scale_nobody_got_does_not_silence_the_rest():
    answers, responses = asked()
    routed = ITEMS.iloc[[0]].assign(item="r", dimension="routed")
    got = estimates.examined(answers.assign(r=np.nan), responses, unanswered(), pd.concat([ITEMS, routed]), 2026)
    assert of(got, "alpha").index.to_list() == ["d"]


def test_what_rests_on_complete_answers_says_how_many():
    answers, responses = asked()
    answers.loc[5:, "noise"] = np.nan
    got = of(estimates.examined(answers, responses, unanswered(), ITEMS, 2026), "item_rest")
    assert got.at["a", "n"] == 5
    assert set(got["label"]) == {""}
