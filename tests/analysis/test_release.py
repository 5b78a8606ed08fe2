"""What a reader may see: the plain rule on numbers of people, and distributions that do not give a cell away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
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
        "std_error": 0.1,
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


def test_one_small_reason_takes_another_with_it():
    """With 3 hidden, 8 is the cheapest other: the two add up to 11, so the 3 may be anything from 0 to 11."""
    assert hidden(distribution("zonder_hulp", {"1": 30, "2": 3, "3": 8, "4": 20})) == {"2", "3"}


def test_two_small_reasons_need_a_third_where_their_sum_is_small_too():
    """3 and 1 add up to 4, as everybody can see from the rest: that says too much of either."""
    assert hidden(distribution("zonder_hulp", {"1": 30, "2": 3, "3": 1, "4": 20})) == {"2", "3", "4"}


def test_reasons_that_nobody_had_are_shown_where_they_protect_nothing():
    assert hidden(distribution("zonder_hulp", {"1": 30, "2": 3, "3": 0, "4": 20})) == {"2", "4"}


def test_the_headline_share_of_few_is_a_bound():
    table = distribution("zonder_hulp", {"1": 10, "2": 20, "3": 6, "4": 4})
    whole = table[table["category"] == "4"].assign(category="")
    decided = release.decide(pd.concat([table, whole], ignore_index=True)).set_index("category")
    assert decided.at["", "reason"] == "few cases"
    assert decided.at["", "n"] == 40
    assert np.isnan(decided.at["", "estimate"])


@pytest.mark.parametrize(
    ("count", "reason"), [(0, "few cases"), (5, "few cases"), (6, ""), (34, ""), (35, "nearly all")]
)
def test_a_bound_is_given_alike_for_none_and_for_few(count, reason):
    table = estimates(measure="nut", statistic="share", estimate=[count / 40])
    assert release.decide(table)["reason"].to_list() == [reason]


def test_a_reason_that_all_had_is_not_shown():
    """Nor is it found by subtraction: one of the answers that nobody gave goes with it."""
    gone = hidden(distribution("zonder_hulp", {"1": 12, "2": 0, "3": 0, "4": 0}))
    assert "1" in gone
    assert len(gone) == 2


def test_few_negative_answers_are_shown_together_with_neutral_ones():
    table = distribution("A1", {"negative": 2, "neutral": 10, "positive": 28})
    other = table.head(1).assign(category="other", estimate=12 / 40)
    assert hidden(pd.concat([table, other], ignore_index=True)) == {"negative", "neutral"}


def test_a_statement_with_few_unfavourable_answers_is_not_shown():
    table = distribution("A1", {"negative": 1, "neutral": 2, "positive": 37})
    other = table.head(1).assign(category="other", estimate=3 / 40)
    assert hidden(pd.concat([table, other], ignore_index=True)) == {"negative", "neutral", "positive", "other"}


def test_a_mode_cannot_be_found_by_subtraction():
    counts = {"": 27.0, "link": 3.0, "mail": 21.0, "paper": 3.0}
    table = estimates(
        measure="aantal",
        statistic="count",
        category=list(counts),
        n=list(counts.values()),
        estimate=list(counts.values()),
    )
    decided = release.decide(table).set_index("category")
    assert decided["status"].to_dict() == {"": "indicative", "link": "hidden", "mail": "shown", "paper": "hidden"}


def region(values, n, statistic="mean", **columns):
    """Return providers and their region, whose figure is that of all people."""
    whole = {"mean": np.average(values, weights=n), "share": np.average(values, weights=n)}[statistic]
    return estimates(
        unit=["provider"] * len(n) + ["region"],
        unit_id=[f"p{place}" for place in range(len(n))] + ["region"],
        n=[*map(float, n), float(sum(n))],
        estimate=[*values, whole],
        statistic=statistic,
        **columns,
    )


def test_a_single_provider_with_few_answers_is_not_found_by_subtraction():
    """The rest is rounded: shares and scores are as printed, and a number of people goes to tens."""
    decided = release.decide(region([60.0, 70, 80, 50], [7, 40, 12, 90])).set_index("unit_id")
    assert decided["status"].to_dict() == {
        "p0": "hidden",
        "p1": "shown",
        "p2": "indicative",
        "p3": "shown",
        "region": "shown",
    }
    assert decided["n_precision"].notna().any()
    rounded = decided[decided["n_precision"].notna()]
    assert (rounded["n"] % 10 == 0).all()
    assert (decided["estimate"].dropna() % 1 == 0).all()


def test_where_rounding_hides_enough_nothing_more_is_hidden():
    decided = release.decide(region([60.0, 70, 80, 50], [7, 8, 52, 90]))
    assert (decided["status"] == "hidden").sum() == 2


def test_a_gap_does_not_give_back_a_mean_that_was_hidden():
    means = estimates(
        n=[40.0, 50, 7, 12, 60, 60],
        unit_id=list("ababcc"),
        group=["client"] * 2 + ["staff"] * 3 + ["client"],
        estimate=60.0,
    )
    gap = estimates(statistic="gap", n=[7.0, 12, 60], unit_id=list("abc"), estimate=0.0)
    decided = release.decide(pd.concat([means, gap], ignore_index=True))
    assert decided.loc[decided["statistic"] == "gap", "status"].to_list() == ["hidden", "indicative", "shown"]


def test_another_way_to_compute_a_hidden_figure_is_hidden_too():
    base = estimates(n=[7.0], estimate=70.0)
    other = estimates(statistic=["shrunk", "choice", "something new"], n=12.0, estimate=70.0)
    elsewhere = estimates(measure="effectief", statistic="rating", n=[7.0], estimate=70.0)
    decided = release.decide(pd.concat([base, other, elsewhere], ignore_index=True))
    assert set(decided["status"]) == {"hidden"}


def test_of_another_choice_only_the_label_of_a_provider_is_known():
    """Sixteen people of whom one dropped out by the strict definition; by the region's own, at most five did."""
    main = estimates(measure="uitval", statistic="share", unit_id=["a", "b"], n=[16.0, 100], estimate=[2 / 16, 0.3])
    other = main.assign(statistic="choice", category="dropout=strikt", estimate=[1 / 16, 0.25], label="below")
    decided = release.decide(pd.concat([main, other], ignore_index=True)).set_index(["statistic", "unit_id"])
    assert decided.loc[("share", "a"), "reason"] == "few cases"
    assert decided.loc[("choice", "a"), ["status", "label"]].to_list() == ["hidden", ""]
    assert decided.loc[("choice", "b"), ["status", "label"]].to_list() == ["shown", "below"]
    assert decided.loc["choice", ["n", "estimate", "conf_low", "conf_high", "std_error", "n_eff"]].isna().all(axis=None)


def test_figures_about_organisations_need_no_people():
    table = estimates(statistic=["context", "rating"], group="organisation", n=np.nan, estimate=[12000.5, 60.0])
    assert release.decide(table)["status"].to_list() == ["shown", "shown"]


def test_few_clients_are_no_administrative_figure_to_show():
    table = estimates(measure=["clients", "budget"], statistic="context", group="organisation", n=np.nan, estimate=3.0)
    assert release.decide(table)["status"].to_list() == ["hidden", "shown"]


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
@settings(deadline=None, max_examples=40)
def test_no_answer_of_few_is_shown_or_found_by_subtraction(counts):
    if sum(counts) < 10:
        return
    named = dict(zip("1234", counts, strict=True))
    gone = hidden(distribution("zonder_hulp", named))
    for answer, count in named.items():
        if 0 < count < 5:
            assert answer in gone
            assert sum(named[each] for each in gone) >= 5


def test_thresholds_count_people_not_episodes():
    """Twelve endings of seven people are too few; so are six drop-outs by two people out of forty."""
    few = estimates(measure="uitval", statistic="share", estimate=[0.5], n=12.0, people=7.0)
    assert release.decide(few)[["status", "reason"]].values.tolist() == [["hidden", "few"]]
    two = estimates(measure="uitval", statistic="share", estimate=[0.25], n=40.0, people=30.0, people_in=2.0)
    decided = release.decide(two.assign(people_out=28.0))
    assert decided[["status", "reason"]].values.tolist() == [["hidden", "small cells"]]
    assert decided["n"].isna().all()
    assert not {"people", "people_in", "people_out"} & set(decided.columns)


def test_an_answer_of_few_people_is_not_found_by_subtraction():
    table = distribution("zonder_hulp", {"1": 30, "2": 8, "3": 12, "4": 20})
    people = table.assign(people=60.0, people_in=[25.0, 2, 11, 20], people_out=50.0)
    gone = hidden(people)
    assert "2" in gone
    assert len(gone) == 2
    assert not hidden(table)


def test_a_bound_is_not_given_away_by_the_distribution():
    """At most 5 of 14 can go on without help: then the same number does not stand among the answers."""
    table = distribution("zonder_hulp", {"1": 2, "2": 1, "3": 6, "4": 5})
    whole = table[table["category"] == "4"].assign(category="")
    decided = release.decide(pd.concat([table, whole], ignore_index=True)).set_index("category")
    assert decided.at["", "reason"] == "few cases"
    assert decided.at["4", "status"] == "hidden"


def test_it_tells_how_far_it_has_come():
    table = pd.concat([distribution("zonder_hulp", {"1": 30, "2": 3}), distribution("nut", {"": 40})])
    told = []
    release.decide(table.reset_index(drop=True), progress=lambda done, measure: told.append((done, measure)))
    assert [done for done, _ in told] == list(range(len(told)))
    assert {measure for _, measure in told} == {"zonder_hulp", "nut"}
