"""An indicator that a region declares is in both reports, with its definition, and gives nobody away."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import codebook, open_region, open_release, pipeline, portions
from workbench.analysis import release
from workbench.analysis.intervals import wilson
from workbench.codebook import CodebookError
from workbench.indicators import Rule, beforehand
from workbench.reporting import portrait, synthesis
from workbench.store import NotThere, Places

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "indicators.md").read_text("utf-8")
EXAMPLE = re.search(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)[1]
HEAD = EXAMPLE.partition("\n")[0]
MORE = """\
nabij;mean of answers;V1, V3;;;;;Mensen nabij;;;;;
langdurig;share of durations;;12;;lower;government;Een jaar of langer;;;;;
overstap_of_zelf;share of endings;overstap, eenzijdig_client;;;lower;government;Overstap of zelf gestopt;;;;;
klachten_per_client;ratio;complaints / clients;;;lower;government;Klachten per cliënt;;;;;
"""


@pytest.fixture(scope="module")
def declared(small_region, tmp_path_factory) -> Places:
    """The small region with the indicator of the document and one of every other rule."""
    root = shutil.copytree(small_region.root, tmp_path_factory.mktemp("indicators") / "project")
    places = Places(root, "sample")
    (places.codebook / "indicators.csv").write_text(EXAMPLE + MORE, "utf-8")
    pipeline.process(places, 2026)
    return places


@pytest.fixture(scope="module")
def released(declared):
    return portions.read(declared.released(2026), "estimates")


def test_trying_it_writes_nothing_and_gives_what_the_report_will_say(small_region, declared):
    region = open_region("sample", 2026, language="en", root=small_region.root)
    call = re.search(r"^region\.indicator\(.*\)$", DOCUMENT, re.MULTILINE)[0]
    tried = eval(call, {"region": region})
    assert not (small_region.codebook / "indicators.csv").exists()
    made = pd.read_parquet(declared.processed(2026) / "estimates.parquet")
    made = made.query("measure == 'tevreden' and statistic == 'share' and unit == 'provider' and year == 2026")
    ours = tried.estimates.query("statistic == 'share' and unit == 'provider'")
    columns = ["n", "estimate", "conf_low", "conf_high", "delta", "p_adjusted", "label"]
    both = [table.set_index("unit_id")[columns].sort_index() for table in (ours, made)]
    pd.testing.assert_frame_equal(*both)


def test_a_share_of_answers_is_that_of_plain_pandas(declared):
    region = open_region("sample", 2026, root=declared.root)
    answers = region.answers.merge(region.responses, on="response_id").query("role == 'client'").dropna(subset=["K3"])
    own = answers[answers["provider_id"] == "p001"]["K3"] >= 4
    row = region.estimates.query("measure == 'tevreden' and unit_id == 'p001' and year == 2026").iloc[0]
    low, high = map(float, wilson(own.sum(), len(own)))
    assert (row["estimate"], row["n"]) == (pytest.approx(own.mean()), len(own))
    assert (row["conf_low"], row["conf_high"]) == (pytest.approx(low), pytest.approx(high))


def test_every_rule_gives_what_it_says(declared):
    region = open_region("sample", 2026, root=declared.root)
    found = region.estimates.query("year == 2026 and unit_id == 'region'")
    found = found[found["category"].isin(["", "2025"])].set_index(["measure", "statistic"])["estimate"]
    episodes = open_region("sample", root=declared.root).episodes
    ended = episodes[(episodes["ended_on"].dt.year == 2025) & (episodes["follow_up_until"] >= episodes["ended_on"])]
    ended = ended[~ended["ending_group"].isin(["tijdelijk", "administratief"])]
    months = (ended["ended_on"] - ended["started_on"]).dt.days / (365.25 / 12)
    assert found["langdurig", "share"] == pytest.approx((months >= 12).mean())
    which = ended["ending_group"].isin(["overstap", "eenzijdig_client"])
    assert found["overstap_of_zelf", "share"] == pytest.approx(which.mean())
    wide = region.context.query("unit == 'provider'").pivot(
        index=["unit_id", "year"], columns="measure", values="value"
    )
    totals = wide.dropna(subset=["complaints", "clients"]).groupby("year")[["complaints", "clients"]].sum().iloc[-1]
    assert found["klachten_per_client", "context"] == pytest.approx(totals["complaints"] / totals["clients"])
    assert 0 < found["nabij", "mean"] < 100


@pytest.mark.parametrize("language", ["nl", "en"])
def test_both_reports_have_it_with_definition_and_years(declared, language):
    name = {"nl": "Tevreden over de hulp", "en": "Satisfied with the support"}[language]
    caveat = {"nl": "niet hetzelfde als geholpen", "en": "not the same as being helped"}[language]
    own = open_release("sample", 2026, "p001", language=language, root=declared.root)
    whole = open_release("sample", 2026, language=language, root=declared.root)
    for html in (portrait.indicators(own)._repr_html_(), synthesis.indicators(whole)._repr_html_()):
        assert name in html and caveat in html
        assert 'id="card-tevreden"' in html
        assert 'id="indicators-years"' in html
        assert "{" not in re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["provider", "region"])
def test_the_notebooks_of_both_reports_show_indicators(name):
    assert ".indicators(release)" in (ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8")


def test_a_region_without_indicators_shows_nothing_of_them(small_region):
    release = open_release("sample", 2026, "p001", root=small_region.root)
    assert portrait.indicators(release).parts == []


def test_nothing_is_released_of_few_people_or_of_what_is_hidden(declared, released):
    own = released[released["measure"].isin(["tevreden", "langdurig", "overstap_of_zelf"])]
    shown = own[(own["statistic"] == "share") & (own["status"] != "hidden")]
    people = shown["estimate"] * shown["n"]
    assert (shown["n"] >= 10).all() and len(shown)
    assert (people > 4.4).all() and (shown["n"] - people > 4.4).all()
    key = ["unit", "unit_id", "year"]
    satisfied = shown[shown["measure"] == "tevreden"]
    gone = released.query("measure == 'K3' and category == 'positive' and group == 'client' and status == 'hidden'")
    assert not pd.MultiIndex.from_frame(satisfied[key]).isin(pd.MultiIndex.from_frame(gone[key])).any()


def test_the_release_with_indicators_passes_its_audit(declared):
    pipeline.publish(declared, 2026)
    assert declared.ledger.is_file()


def test_what_is_hidden_elsewhere_is_not_told_by_an_indicator():
    key = {"unit": "provider", "group": "client", "year": 2026, "n": 40.0}
    main = pd.DataFrame(
        [
            {**key, "measure": "K3", "category": "positive", "unit_id": each, "estimate": 0.7, "statistic": "share"}
            for each in "abc"
        ]
    )
    seen = main.assign(status=["hidden", "shown", "shown"], n_precision=[np.nan, 10.0, np.nan])
    own = main.assign(measure="tevreden", category="", estimate=[0.7, 0.7, 0.65])
    found = beforehand([Rule("tevreden", "share of answers", ("K3",), 4)], own, main, seen, least=5)
    assert found["hidden"].to_list() == [True, False, True], "28 of 40 less 26 of 40 would tell of two people"
    assert found["coarse"].to_list() == [False, True, False]
    assert "beforehand" in release.decide.__doc__


def test_a_number_of_complaints_that_is_not_shown_is_not_told_by_a_ratio(declared, released):
    key = ["unit", "unit_id", "category"]
    hidden = released.query("measure == 'complaints' and status == 'hidden' and year == 2026")
    shown = released.query("measure == 'klachten_per_client' and status != 'hidden'")
    assert len(hidden) and len(shown)
    assert not pd.MultiIndex.from_frame(shown[key]).isin(pd.MultiIndex.from_frame(hidden[key])).any()


def test_a_researcher_asks_for_it_by_its_code_or_name(declared):
    region = open_region("sample", 2026, language="en", root=declared.root)
    assert region.compare("tevreden").estimates["measure"].eq("tevreden").all()
    assert region.compare("Satisfied with the support").key == region.compare("tevreden").key


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("uitval;share of answers;K3;4;;;;Naam;;;;;", "'uitval' is the name of another measure"),
        ("Tevreden;share of answers;K3;4;;;;Naam;;;;;", "use small letters"),
        ("a;share of replies;K3;4;;;;Naam;;;;;", "rule: 'share of replies' is not known; choose from share of answers"),
        ("a;share of answers;K9;4;;;;Naam;;;;;", "of: 'K9' is not known; name an item"),
        ("a;share of answers;K2, K3;4;;;;Naam;;;;;", "of: 'K2, K3'; name one item"),
        ("a;share of answers;K3;vier;;;;Naam;;;;;", "at_least: 'vier' is no number; give the code"),
        ("a;share of endings;verhuisd;;;;;Naam;;;;;", "of: 'verhuisd' is not known; name a group of endings"),
        ("a;ratio;complaints;;;;;Naam;;;;;", "name two measures, such as complaints / clients"),
        ("a;mean of answers;;;;;;Naam;;;;;", "of: it is empty"),
        ("a;share of answers;K3;4;child;;;Naam;;;;;", "role: 'child' is not known"),
        ("a;share of answers;K3;4;;;;;;;;;", "name_nl: say what readers call it"),
    ],
)
def test_a_mistake_in_a_row_is_told_with_its_place(small_region, tmp_path, row, said):
    folder = shutil.copytree(small_region.codebook, tmp_path / "codebook")
    (folder / "indicators.csv").write_text(f"{HEAD}\n{row}\n", "utf-8")
    with pytest.raises(CodebookError) as wrong:
        codebook.read(folder)
    assert said in str(wrong.value)
    assert "indicators.csv, row 2" in str(wrong.value)


def test_trying_nonsense_says_what_is_wrong(small_region):
    region = open_region("sample", 2026, root=small_region.root)
    with pytest.raises(CodebookError, match="choose from share of answers"):
        region.indicator("share of replies", "K3", 4)
    with pytest.raises(NotThere, match="No unit 'team'"):
        region.indicator("share of answers", "K3", 4, by="team")
