"""Questions give the figures of the reports, say no more than these carry, and show nothing of few people."""

import importlib

import nbformat
import numpy as np
import pandas as pd
import pytest

from workbench import schemas
from workbench.analysis.intervals import wilson
from workbench.reporting import pages, workbooks
from workbench.research.answer import Answer
from workbench.store import NotThere

FIGURES = ["estimate", "conf_low", "conf_high", "delta", "p_adjusted", "reliability", "n"]
ASKED = {
    "providers": lambda region: region.compare("autonomie"),
    "municipalities": lambda region: region.compare("effect", by="municipality_code"),
    "target groups": lambda region: region.compare("effect", by="age_band"),
    "groups of providers": lambda region: region.compare("autonomie", by=GROUPS),
    "an item": lambda region: region.compare("A1"),
    "an outcome": lambda region: region.compare("uitval"),
    "a relation": lambda region: region.relate("autonomie", "competentie"),
    "a policy": lambda region: region.follow("toegankelijkheid", "Woerden", since=2026),
    "the mirror": lambda region: region.mirror("autonomie"),
    "a change": lambda region: region.change("autonomie"),
    "answers": lambda region: region.item("A1", by="age_band"),
    "remarks": lambda region: region.themes({"shopping": ["boodschap"]}),
}
GROUPS = {"p001": "large", "p002": "large", "p003": "small", "p004": "small", "p006": "small"}


@pytest.fixture(scope="module")
def asked(region):
    return {name: ask(region) for name, ask in ASKED.items()}


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_is_a_picture_a_sentence_a_table_and_estimates(asked, name):
    answer = asked[name]
    assert isinstance(answer, Answer)
    assert answer.finding.endswith(".")
    assert len(answer.table) and answer.table.iloc[:, 0].notna().all()
    checked = schemas.check("estimates", answer.estimates)
    assert len(checked) == len(answer.estimates) > 0
    assert (answer.chart is None) == (name == "remarks")
    assert answer.finding in repr(answer)


def test_pages_and_spreadsheets_take_answers_as_they_are(asked):
    outputs = [
        nbformat.v4.new_output("display_data", answer._repr_mimebundle_(), metadata={}) for answer in asked.values()
    ]
    cells = [nbformat.v4.new_code_cell("ask", outputs=[output]) for output in outputs]
    html = pages.render(nbformat.v4.new_notebook(cells=cells), title="Questions", language="en")
    assert all(f'id="{answer.key}"' in html for answer in asked.values())
    tables = [table for answer in asked.values() for table in answer.tables()]
    assert workbooks.of_tables(tables, "Questions", "en")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_answers_are_given_in_the_language_asked_for(small_region, language):
    from workbench import open_region

    answer = open_region("sample", 2026, language=language, root=small_region.root).compare(
        "effect", "municipality_code"
    )
    assert ("gemeente" in answer.finding) == (language == "nl")
    assert ("municipalities" in answer.finding) == (language == "en")


def test_a_comparison_of_providers_is_that_of_the_reports(region, asked):
    ours = asked["providers"].estimates
    keys = ["statistic", "unit", "unit_id", "category"]
    mine = ours[ours["statistic"].isin(["adjusted", "shrunk", "icc"])].set_index(keys).sort_index()
    theirs = region.estimates.query("measure == 'autonomie' and group == 'client' and year == 2026").set_index(keys)
    pd.testing.assert_frame_equal(mine[FIGURES], theirs.loc[mine.index, FIGURES])
    assert list(mine["label"]) == list(theirs.loc[mine.index, "label"])


def test_who_answered_with_few_is_nowhere_in_what_is_shown(region, asked):
    ours = asked["providers"].estimates.query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")
    few = ours.index[ours["n"] < 10]
    assert len(few) and (ours.loc[few, "status"] == "hidden").all()
    html = asked["providers"]._repr_html_()
    for provider in few:
        assert region.label(provider) not in html


def test_adjusting_for_nothing_gives_the_plain_means(region):
    plain = region.compare("autonomie", adjust=[]).estimates
    scores = region.survey().scores.query("dimension == 'autonomie' and role == 'client'")
    means = scores.groupby("provider_id")["score"].mean()
    own = plain.query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")["estimate"]
    pd.testing.assert_series_equal(own, means.reindex(own.index), check_names=False)


def test_within_the_same_providers_is_another_question(region):
    between = region.compare("effect", by="municipality_code").estimates["estimate"]
    within = region.compare("effect", by="municipality_code", adjust=["provider_id"])
    assert "the provider itself" in within.note
    assert (between.to_numpy() != within.estimates["estimate"].to_numpy()).any()


def test_groups_of_providers_are_as_uncertain_as_their_providers_differ(region):
    groups = region.compare("autonomie", by=GROUPS).estimates
    people = region.compare("autonomie", by="municipality_code").estimates
    assert groups["std_error"].min() > people["std_error"].min()
    assert set(groups["category"]) == {"large", "small"}
    by_name = region.compare("autonomie", by={region.label(each): group for each, group in GROUPS.items()})
    pd.testing.assert_frame_equal(by_name.estimates, groups)


def test_an_outcome_is_that_of_the_reports(region, asked):
    theirs = region.estimates.query("measure == 'uitval' and unit == 'provider' and category == '' and year == 2026")
    theirs = theirs[theirs["statistic"] == "share"].set_index("unit_id")["estimate"]
    ours = asked["an outcome"].estimates.set_index("unit_id")["estimate"]
    pd.testing.assert_series_equal(ours.sort_index(), theirs.sort_index())


def test_a_relation_warns_that_providers_are_not_people(asked):
    answer = asked["a relation"]
    assert "need not hold for people" in answer.note
    found = answer.estimates.set_index("statistic")["estimate"]
    assert {"correlation", "rank_correlation", "within_correlation"} <= set(found.index)
    assert found["correlation"] != pytest.approx(found["within_correlation"], abs=0.05)


def test_a_policy_is_followed_by_the_change_beside_that_of_the_others(region, asked):
    estimates = asked["a policy"].estimates
    cells = estimates.query("statistic == 'adjusted'").pivot(index="unit_id", columns="year", values="estimate")
    change = cells[2026] - cells[2025]
    effect = estimates.query("statistic == 'policy_effect'").iloc[0]
    assert effect["unit_id"] == "GM0632"
    others = change.drop("GM0632")
    assert change["GM0632"] - others.max() <= effect["estimate"] <= change["GM0632"] - others.min()
    assert effect["conf_low"] < effect["estimate"] < effect["conf_high"]


@pytest.mark.parametrize(
    ("effect", "drift", "finding", "noted"),
    [
        (25, 0, "rose more in Woerden since 2026 than elsewhere: +2", "they did not demonstrably drift apart"),
        (-25, 0, "fell in Woerden since 2026 compared with elsewhere: −2", "they did not demonstrably drift apart"),
        (3, 0, "changed a little otherwise in Woerden", "they did not demonstrably drift apart"),
        (0, 0, "it cannot be said whether Woerden changed otherwise", "they did not demonstrably drift apart"),
        (25, 30, "rose more", "they drifted apart already"),
    ],
)
def test_what_is_said_of_a_policy_follows_from_the_municipalities(region, monkeypatch, effect, drift, finding, noted):
    rng = np.random.default_rng(1)
    towns = ["GM0632", "GM0736", "GM0335", "GM0589", "GM1904"]
    years = [(town, year) for town in towns for year in (2024, 2025, 2026)]
    cells = pd.DataFrame(years, columns=["unit_id", "year"]).assign(n=80.0, variance=0.2)
    moved = rng.normal(0, 0.4, len(cells)) + (cells["year"] - 2024)
    there = cells["unit_id"] == "GM0632"
    extra = effect * (cells["year"] >= 2026) + drift * (cells["year"] - 2024)
    module = importlib.import_module("workbench.research.questions.follow")
    monkeypatch.setattr(module, "_of_people", lambda *_: cells.assign(estimate=60 + moved + extra.where(there, 0)))
    answer = region.follow("toegankelijkheid", "Woerden", since=2026)
    assert finding in answer.finding
    assert noted in answer.note
    assert set(answer.estimates["statistic"]) == {"adjusted", "policy_effect", "policy_effect_before"}


def test_a_policy_needs_years_on_both_sides(region):
    with pytest.raises(NotThere, match="takes a year before and one from then on; there are figures of 2025, 2026"):
        region.follow("toegankelijkheid", "Woerden", since=2025)
    with pytest.raises(NotThere, match="No municipality 'Woerdem'"):
        region.follow("toegankelijkheid", "Woerdem", since=2026)


def test_answers_by_group_are_shares_with_wilson_intervals(region, asked):
    given = region.survey().given.query("role == 'client'").dropna(subset=["A1"])
    own = given[given["age_band"] == "45-64"]["A1"]
    row = asked["answers"].estimates.set_index("category").loc["positive: 45-64"]
    low, high = map(float, wilson((own > 3).sum(), len(own)))
    assert row["estimate"] == pytest.approx((own > 3).mean())
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))


def test_nothing_is_shown_of_one_to_four_people(region):
    for by in ("age_band", "provider_id", "municipality_code", "product"):
        rows = region.item("A1", by=by).estimates
        shown = rows[rows["status"] != "hidden"]
        people = shown["estimate"] * shown["n"]
        assert not people.between(0.5, 4.5).any()
        assert (shown["n"] >= 10).all()


def test_remarks_are_sorted_by_the_words_in_them(region):
    answer = region.themes({"shopping": "boodschap", "nothing": "xyzzy"})
    counts = answer.estimates.set_index("category")["estimate"]
    expected = region.remarks["text"].str.contains("boodschap", case=False).sum()
    assert counts["shopping"] == expected > 0
    assert "nothing" not in counts.index
    assert counts.sum() == len(region.remarks)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda region: region.compare("waiting_weeks"), "a figure of the administration"),
        (lambda region: region.compare("toegankelijkheid", role="staff"), "it was asked of: client"),
        (lambda region: region.compare("autonomie", by="age_bnd"), "did you mean 'age_band'"),
        (lambda region: region.compare("autonomie", adjust=["age"]), "No column 'age' to adjust for"),
        (lambda region: region.compare("uitval", by="age_band"), "by provider_id and by municipality_code"),
        (lambda region: region.item("autonomie"), "is no single question"),
        (lambda region: region.mirror("effect"), "not both asked"),
        (lambda region: region.relate("effect", "uitval", unit="team"), "No unit 'team'"),
        (lambda region: region.change("autonomie", since=2020), "No earlier year '2020'"),
        (lambda region: region.themes(year=2019), "No open answers were released in 2019"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(region, ask, said):
    with pytest.raises(NotThere, match=said):
        ask(region)


def test_too_few_units_give_no_relation(region):
    answer = region.relate("uitval", "effect", unit="municipality_code")
    assert answer.estimates["estimate"].isna().all() or np.isfinite(answer.estimates["estimate"]).any()
    assert "too few" in answer.finding or "cannot be said" in answer.finding
