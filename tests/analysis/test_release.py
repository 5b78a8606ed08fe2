"""What a reader may see: the plain rule on numbers of people, and distributions that do not give a cell away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis import release


def estimates(**columns):
    """Return rows of the contract with plain values where a test says nothing."""
    defaults = {
        "measure": "effect",
        "statistic": "mean",
        "category": "",
        "unit": "provider",
        "unit_id": "p",
        "group": "client",
        "year": 2026,
        "n": 40.0,
        "estimate": 0.5,
        "label": "",
        "reason": "",
    }
    table = pd.DataFrame(columns)
    for name, value in (defaults | dict.fromkeys(release.VALUES[1:2] + release.VALUES[3:], 1.0)).items():
        if name not in table:
            table[name] = value
    return table


def distribution(measure, counts):
    n = float(sum(counts.values()))
    shares = [count / n for count in counts.values()]
    return estimates(category=list(counts), estimate=shares, measure=measure, statistic="share", n=n)


def hidden(table):
    decided = release.decide(table)
    return set(decided.loc[decided["status"] == "hidden", "category"])


@pytest.mark.parametrize(
    ("n", "status"), [(0, "hidden"), (9, "hidden"), (10, "indicative"), (29, "indicative"), (30, "shown")]
)
def test_the_plain_rule(n, status):
    assert release.decide(estimates(n=[float(n)]))["status"].to_list() == [status]


def test_what_is_hidden_holds_no_number_and_no_label():
    decided = release.decide(estimates(n=[9.0], label=["above"])).iloc[0]
    assert decided[release.VALUES].isna().all()
    assert (decided["label"], decided["reason"]) == ("", "few")


def test_too_few_stays_a_label():
    assert release.decide(estimates(n=[9.0], label=["too few"]))["label"].to_list() == ["too few"]


def test_a_figure_that_is_not_known_is_hidden_with_its_own_reason():
    decided = release.decide(estimates(estimate=[np.nan], reason=["follow-up does not reach the horizon"]))
    assert decided["status"].to_list() == ["hidden"]
    assert decided["reason"].to_list() == ["follow-up does not reach the horizon"]


def test_one_small_reason_takes_the_smallest_other_with_it():
    assert hidden(distribution("reden_einde", {"a": 30, "b": 3, "c": 8, "d": 20})) == {"b", "c"}


def test_two_small_reasons_need_no_third():
    assert hidden(distribution("reden_einde", {"a": 30, "b": 3, "c": 2, "d": 20})) == {"b", "c"}


def test_reasons_that_nobody_had_are_shown_and_protect_nothing():
    assert hidden(distribution("reden_einde", {"a": 30, "b": 3, "c": 0, "d": 20})) == {"b", "d"}


def test_the_headline_share_goes_with_its_cell():
    table = distribution("zonder_hulp", {"1": 10, "2": 20, "3": 6, "4": 4})
    whole = table[table["category"] == "4"].assign(category="")
    assert hidden(pd.concat([table, whole], ignore_index=True)) == {"3", "4", ""}


def test_few_negative_answers_are_shown_together_with_neutral_ones():
    table = distribution("A1", {"negative": 2, "neutral": 10, "positive": 28})
    other = table.head(1).assign(category="other", estimate=12 / 40)
    assert hidden(pd.concat([table, other], ignore_index=True)) == {"negative", "neutral"}


def test_a_statement_with_few_unfavourable_answers_is_not_shown():
    table = distribution("A1", {"negative": 1, "neutral": 2, "positive": 37})
    other = table.head(1).assign(category="other", estimate=3 / 40)
    assert hidden(pd.concat([table, other], ignore_index=True)) == {"negative", "neutral", "positive", "other"}


def test_a_mode_cannot_be_found_by_subtraction():
    counts = {"": 27.0, "link": 6.0, "mail": 21.0}
    table = estimates(measure="aantal", category=list(counts), n=list(counts.values()), estimate=list(counts.values()))
    decided = release.decide(table).set_index("category")
    assert decided["status"].to_dict() == {"": "indicative", "link": "hidden", "mail": "hidden"}
    assert decided["reason"].to_dict() == {"": "", "link": "few", "mail": "small cells"}


def test_the_response_is_hidden_where_few_answered_and_cannot_be_found_by_subtraction():
    shares = {"few": 0.1, "next": 0.3, "enough": 0.4}
    table = estimates(
        measure="respons", n=50.0, estimate=list(shares.values()), unit_id=list(shares), statistic="share"
    )
    decided = release.decide(table)
    assert decided["status"].to_list()[0] == "hidden"
    assert (decided["status"] == "hidden").sum() == 2


def test_one_hidden_provider_takes_the_next_smallest_along():
    decided = release.decide(estimates(n=[7.0, 40, 12, 90], unit_id=list("abcd"))).set_index("unit_id")
    assert decided["status"].to_dict() == {"a": "hidden", "b": "shown", "c": "hidden", "d": "shown"}
    assert decided.at["c", "reason"] == "gives another away"


def test_two_hidden_providers_need_no_third():
    assert (release.decide(estimates(n=[7.0, 8, 12, 90], unit_id=list("abcd")))["status"] == "hidden").sum() == 2


def test_a_gap_does_not_give_back_a_mean_that_was_hidden():
    means = estimates(
        n=[40.0, 50, 7, 12, 60, 60], unit_id=list("ababcc"), group=["client"] * 2 + ["staff"] * 3 + ["client"]
    )
    gap = estimates(statistic="gap", n=[7.0, 12, 60], unit_id=list("abc"))
    decided = release.decide(pd.concat([means, gap], ignore_index=True))
    assert decided.loc[decided["statistic"] == "gap", "status"].to_list() == ["hidden", "hidden", "shown"]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8))
def test_no_distribution_hides_exactly_one_reason_that_somebody_had(counts):
    named = {str(place): count for place, count in enumerate(counts)}
    if sum(counts) < 10:
        return
    gone = [each for each in hidden(distribution("reden_einde", named)) if named[each]]
    assert len(gone) != 1 or sum(count > 0 for count in counts) == 1
    assert all(each in gone for each, count in named.items() if 0 < count < 5)
