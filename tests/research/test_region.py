"""A region opens in one line, says what it holds, and reads nothing before it is asked."""

import pandas as pd
import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter
from IPython.core.oinspect import Inspector

from workbench import open_region, schemas
from workbench.research import Region
from workbench.store import NotSafe, NotThere


@pytest.fixture
def fresh(small_region):
    return open_region("sample", 2026, root=small_region.root)


def test_a_question_mark_behind_a_table_says_what_a_row_is(fresh):
    shown = Inspector(theme_name="nocolor").info(Region.scores, oname="region.scores")
    assert shown["docstring"].startswith("One row per response and dimension.")
    assert "score : number\n    0-100, higher is better" in shown["docstring"]
    assert "response_id : text\n" in shown["docstring"]
    assert isinstance(vars(Region)["scores"], property), "IPython shows the text of a property, not of the table in it"


def test_every_table_is_an_attribute_that_reads_as_its_contract(fresh):
    for name in schemas.TABLES:
        table = getattr(fresh, name)
        assert list(table.columns[: len(schemas.TABLES[name].columns)]) == list(schemas.TABLES[name].columns), name


def test_completion_names_tables_and_questions_and_reads_nothing(fresh):
    completer = IPCompleter(namespace={"region": fresh})
    with provisionalcompleter():
        offered = {each.text.lstrip(".") for each in completer.completions("region.", 7)}
    assert {"scores", "episodes", "compare", "follow", "codebook", "about"} <= offered
    assert fresh._read == {}
    assert "codebook" not in vars(fresh)


def test_the_overview_accounts_for_everything_delivered(fresh):
    text, html = repr(fresh), fresh._repr_html_()
    assert fresh._read == {}, "an overview must not read the tables"
    delivered, excluded = fresh.deliveries["delivered"].sum(), len(fresh.exclusions)
    assert f"{delivered:,} records delivered: {delivered - excluded:,} counted, {excluded} left out." in text
    for reason, count in fresh.exclusions["reason"].value_counts().items():
        assert f"{reason} {count}" in html
    assert f"Provisional: {fresh.episodes['provisional'].sum()} of {len(fresh.episodes)} episodes" in html
    assert f"{len(fresh.scores):,}" in text
    assert "color:#" not in html, "no colour of its own: it must be readable in a dark theme too"


def test_years_come_together_or_apart(years, small_region):
    assert years.years == [2025, 2026]
    assert set(years.scores["year"]) == {2025, 2026}
    apart = years.in_year(2025)
    assert len(apart.responses) == (years.responses["year"] == 2025).sum()
    two = open_region("sample", [2025, 2026], root=small_region.root)
    assert len(two.responses) == len(years.responses)


def test_an_episode_of_two_deliveries_comes_once(years):
    assert not years.episodes.duplicated(["client", "provider_id", "product", "started_on"]).any()
    assert len(years.episodes) < sum(len(years.in_year(year).episodes) for year in years.years)


def test_respondents_are_one_row_each_with_their_scores_and_answers(region):
    wide = region.respondents
    assert len(wide) == len(region.responses) and wide["response_id"].is_unique
    one = region.scores.dropna(subset=["score"]).iloc[0]
    own = wide.set_index("response_id").loc[one["response_id"]]
    assert own[one["dimension"]] == one["score"]
    assert {"A1", "age_band"} <= set(wide.columns)


def test_what_a_researcher_changes_stays_with_the_researcher(region):
    mine = region.scores
    mine["score"] = 0
    assert region.scores["score"].max() > 0


def test_codes_get_the_names_readers_know(region):
    assert region.label("GM0632") == "Woerden"
    assert region.label("autonomie") == "Autonomy"
    assert region.label("A1") == "I choose myself what I want help with."
    shown = region.labelled(region.scores)
    assert "Autonomy" in set(shown["dimension"])
    assert set(region.scores["dimension"]) != set(shown["dimension"]), "the region's own table stays in codes"


def test_about_names_every_column(region):
    assert region.about("scores").loc["score", "holds"] == "0-100, higher is better; half rule"
    answers = region.about("answers")
    assert set(answers.index) == set(region.answers.columns)
    assert answers.loc["A1", "holds"] == region.label("A1")
    assert region.about().loc["scores", "rows"] == len(region.scores)


@pytest.mark.parametrize(
    ("region", "year", "said"),
    [
        ("sample", 2019, "No tables of 'sample' in 2019; there are 2025, 2026. There are no deliveries of then."),
        ("sampel", 2026, "No region 'sampel'"),
        ("sampel", None, "There are sample."),
    ],
)
def test_what_is_not_there_is_told_with_what_is(small_region, region, year, said):
    with pytest.raises(NotThere, match=said):
        open_region(region, year, root=small_region.root)


def test_a_region_that_was_not_processed_says_how(own_region):
    import shutil

    shutil.rmtree(own_region.root / "data" / "processed")
    with pytest.raises(NotThere, match="python -m workbench process --region sample"):
        open_region("sample", 2026, root=own_region.root)


def test_a_misspelt_table_or_measure_gets_a_hint(region):
    with pytest.raises(NotThere, match="did you mean 'scores'"):
        region.table("score")
    with pytest.raises(NotThere, match="did you mean 'autonomie'"):
        region.compare("autonomi")


def test_measures_say_what_can_be_asked_of_whom(region):
    known = region.measures
    assert known.loc["autonomie", "asked of"] == "client, relative, staff"
    assert known.loc["T1", "asked of"] == "client"
    assert set(known["kind"]) == {"dimension", "item", "outcome", "context"}
    assert isinstance(known, pd.DataFrame) and known.index.is_unique


def test_an_answer_leaves_and_rows_of_people_do_not(own_region):
    region = open_region("sample", 2026, language="en", root=own_region.root)
    left = region.export(region.compare("autonomie"), "autonomy", why="council")
    assert all(path.is_file() for path in left.files)
    few = region.compare("autonomie").estimates.query("unit == 'provider' and n < 10")["unit_id"].unique()
    assert not left.table.astype(str).isin([*few, *map(region.label, few)]).any(axis=None)
    for rows in (region.scores, region.respondents):
        with pytest.raises(NotSafe, match="rows about people"):
            region.export(rows, "people", why="council")
    counted = region.export(region.count("mode"), "modes", why="council")
    assert (counted.table["estimate"].dropna() >= 10).all()
    with pytest.raises(NotThere, match="did you mean 'age_band'"):
        region.count("age_bnd")
