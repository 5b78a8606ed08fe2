"""What a reader sees: every section filled or explained, nobody given away, every figure traced to one released row."""

import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from shown import opened, shown, soup

import workbench
from workbench import codebook, pipeline, sample
from workbench.reporting import portrait, synthesis
from workbench.reporting.exhibits import OUTCOMES
from workbench.reporting.synthesis import maps
from workbench.store import Places

LEFT_OUT = (
    *("medewerkers_*", "trajecten_*", "beelden_*", "context_*", "afspraken_*", "uitgenodigd_*", "naasten_*"),
    *("eigen_meting_*", "pijlers_de_ronde*"),
)


@pytest.fixture(scope="module")
def partial(tmp_path_factory) -> Places:
    """Four providers, one year, and nothing but two questionnaires to clients."""
    root = tmp_path_factory.mktemp("partial")
    (root / "data" / "raw").mkdir(parents=True)
    sample.make(root, providers=4, years=1)
    places = Places(root, "sample")
    for pattern in LEFT_OUT:
        for path in places.raw(2026).glob(pattern):
            path.unlink()
    path = places.codebook / "deliveries.csv"
    path.write_text(codebook.as_text(path.read_bytes()).replace(";yes;", ";no;"), "utf-8")
    (places.codebook / "ambitions.csv").unlink()
    pipeline.process(places, 2026)
    return places


@pytest.fixture(scope="module", params=["nl", "en"])
def language(request):
    return request.param


@pytest.mark.parametrize("edition", ["provider", "internal", "public"])
def test_a_region_with_part_of_the_material_says_in_a_sentence_what_is_not_there(partial, language, edition):
    release = opened(partial, language, provider="p001", edition=edition)
    parts = shown("provider", release)
    for call in ("agreed", "mirror", "sides", "context", "remarks", "endings", "restarts", "trend", "representativity"):
        page = BeautifulSoup(parts[f"portrait.{call}(release)"]._repr_html_(), "html.parser")
        assert page.find("svg") is None, call
        assert len(page.get_text()) > 20, call
    told = parts["portrait.mirror(release)"]._repr_html_()
    assert release.say("no staff") in told
    assert release.say("no frame") in parts["portrait.participation(release)"]._repr_html_()

    whole = opened(partial, language, edition=edition)
    parts = shown("region", whole)
    for call in ("follow", "sides", "agreement", "ambitions", "agreements", "years", "representativity", "mirror_map"):
        page = BeautifulSoup(parts[f"synthesis.{call}(release)"]._repr_html_(), "html.parser")
        assert page.find("svg") is None, call
        assert len(page.get_text()) > 20, call


def test_beside_the_response_stands_that_a_kiosk_invites_nobody(small_region):
    found = set()
    for provider in ("p001", "p002", "p003", "p004", "p005", "p006"):
        release = opened(small_region, "nl", provider=provider, edition="provider")
        page = shown("provider", release)["portrait.participation(release)"]._repr_html_()
        share = release.row(measure="respons", statistic="share", unit="provider")
        ways = release.rows(measure="aantal", unit="provider", group="client", category=None)["category"]
        expected = "kiosk" in set(ways) and share is not None and share["status"] != "hidden"
        found.add((expected, release.say("uninvited") in page))
    assert found == {(True, True), (False, False)}


def test_of_many_providers_a_map_draws_those_with_most_frames_and_its_table_has_all(small_region, monkeypatch):
    release = opened(small_region, "nl")
    whole = synthesis.sides(release).parts
    monkeypatch.setattr(maps, "MOST", 2)
    (some,) = synthesis.sides(release).parts
    assert list(some.table.iloc[:, 0]) == [name for part in whole for name in part.table.iloc[:, 0]]
    drawn = [name for name in some.table.iloc[:, 0] if any(f">{name[:9]}" in chart for chart in some.chart)]
    assert len(drawn) == 2 < len(some.table)
    assert "Getekend zijn de 2 van 6 aanbieders met de meeste kaders" in some.note


def test_no_chart_is_empty_and_no_placeholder_is_left(partial, small_region, language):
    for places in (partial, small_region):
        for provider in ("p001", "p003"):
            page = soup(shown("provider", opened(places, language, provider=provider, edition="provider")))
            check_page(page)
        check_page(soup(shown("region", opened(places, language))))
        check_page(soup(shown("region", opened(places, language, municipality="GM0632", edition="public"))))


def check_page(page):
    for drawing in page.find_all("svg"):
        assert drawing.find(["path", "rect", "use", "circle", "line"]) is not None
    assert not re.search(r"\{\w+\}", page.get_text(" "))
    assert not re.search(r">[^<]*(\bnan\b|<NA>|\bNaT\b)|>None<", str(page))
    for table in page.find_all("table"):
        if "blank" not in str(table.parent.parent.get("class")):
            assert table.find("td") is not None or table.find("th", scope="row") is not None


def test_every_section_of_the_region_with_everything_has_figures(small_region, language):
    parts = shown("provider", opened(small_region, language, provider="p001", edition="provider"))
    for call in ("agreed", "experience", "answers", "trend", "mirror", "outcomes", "restarts", "sides", "context"):
        assert "<table" in parts[f"portrait.{call}(release)"]._repr_html_(), call
    parts = shown("region", opened(small_region, language))
    for call in (
        "participation",
        "differences",
        "comparisons",
        "mirror_map",
        "follow",
        "sides",
        "agreement",
        "ambitions",
    ):
        assert "<table" in parts[f"synthesis.{call}(release)"]._repr_html_(), call
    for call in ("agreements", "reliability", "skipped", "answers_needed", "choices", "years"):
        assert "<table" in parts[f"synthesis.{call}(release)"]._repr_html_(), call


def test_an_edition_without_names_holds_no_figure_of_a_single_provider(small_region, language):
    named = opened(small_region, language)
    peers = set(named.providers.values())
    for edition in ("provider", "public"):
        release = opened(small_region, language, edition=edition)
        own = release.estimates[release.estimates["unit"] == "provider"]
        assert own[["n", "estimate", "conf_low", "conf_high", "delta", "reliability"]].isna().all().all()
        assert set(own["unit_id"]) <= {""}
        text = soup(shown("region", release)).get_text(" ")
        assert not [name for name in peers if name in text]
        assert not [provider for provider in named.providers if re.search(rf"\b{provider}\b", text)]


def test_a_provider_edition_shows_the_band_and_no_peer(small_region, language):
    release = opened(small_region, language, provider="p001", edition="provider")
    assert set(release.estimates.loc[release.estimates["unit"] == "provider", "unit_id"]) == {"p001"}
    assert "municipality" not in set(release.estimates["unit"])
    others = [name for other, name in opened(small_region, language).providers.items() if other != "p001"]
    text = soup(shown("provider", release)).get_text(" ")
    assert not [name for name in others if name in text]
    experience = shown("provider", release)["portrait.experience(release)"]
    heads = list(experience.table.columns)
    assert heads.count(release.head("n")) == 1  # the number of answers is the provider's own


def test_a_provider_edition_rests_on_nothing_of_a_single_peer(small_region, tmp_path, language):
    """Without every row, name and file of the others the page is the same: no order, number or rarity of theirs."""
    root = shutil.copytree(small_region.root, tmp_path / "project")
    released = Places(root, "sample").released(2026)
    for path in sorted(released.glob("*.parquet")):
        table = pd.read_parquet(path)
        if path.stem == "estimates":
            table = table[(table["unit"] == "region") | (table["unit_id"] == "p001")]
        elif "provider_id" in table:
            table = table[table["provider_id"] == "p001"]
        else:
            table = table.head(0)
        table.to_parquet(path)
    for edition in ("provider", "public"):
        whole = opened(small_region, language, provider="p001", edition=edition)
        alone = opened(Places(root, "sample"), language, provider="p001", edition=edition)
        assert str(soup(shown("provider", alone))) == str(soup(shown("provider", whole)))
        assert not {*whole.deliveries["file"], *whole.excluded["file"]} - {""}


def test_with_four_providers_no_band_points_at_one_of_them(partial, language):
    release = opened(partial, language, provider="p001", edition="provider")
    ends = release.rows(statistic=["lowest", "highest", "quarter", "median", "three_quarters"], unit="region")
    assert ends["estimate"].isna().all()
    told = shown("provider", release)["portrait.experience(release)"]
    assert not hasattr(told, "table") or not "".join(told.table[release.head("middle")])


def test_the_public_edition_rounds_counts_and_leaves_out_what_is_indicative(small_region, language):
    release = opened(small_region, language, edition="public")
    counts = release.estimates.loc[release.estimates["statistic"] == "count", "estimate"].dropna()
    assert len(counts) and (counts % 5 == 0).all()
    assert (release.estimates["n"].dropna() % 5 == 0).all()
    assert "indicative" not in set(release.estimates["status"])
    assert release.thresholds["hidden_below"] == release.thresholds["indicative_below"]
    assert release.text("method", "edition public") in soup(shown("region", release)).get_text(" ")


def test_the_same_figure_never_differs_between_pages(small_region, language):
    """Scores and outcomes of a provider in the synthesis are those of its own report, and of the released rows."""
    whole = opened(small_region, language)
    outcomes = shown("region", whole)["synthesis.outcomes(release)"].table.set_index(whole.head("provider"))
    compared = {
        table["key"].removeprefix("comparison-"): table
        for table in shown("region", whole)["synthesis.comparisons(release)"].tables()
        if table["key"].startswith("comparison-")
    }
    found = 0
    for provider, name in whole.providers.items():
        release = opened(small_region, language, provider=provider, edition="provider")
        parts = shown("provider", release)
        own = parts["portrait.outcomes(release)"]
        for _, row in own.table.iterrows() if hasattr(own, "table") else ():
            if row[release.head("share")]:
                written = f"{row[release.head('share')]} ({row[release.head('interval')]})"
                cell = str(outcomes.at[name, row[release.head("outcome")]])
                assert cell.rstrip(" ▲▼") == written
                found += 1
        experience = parts["portrait.experience(release)"]
        for _, row in experience.table.iterrows() if hasattr(experience, "table") else ():
            measure = next(each for each in release.dimensions if release.name(each) == row[release.head("dimension")])
            others = {line[0]: line[1] for line in compared[measure]["rows"]}
            if row[release.head("score")]:
                assert others[name] == row[release.head("score")]
                estimate = release.row(measure=measure, statistic="adjusted", unit="provider", group="client")
                assert row[release.head("score")] == f"{estimate['estimate']:.0f}"
                found += 1
    assert found > 30


def test_what_is_most_common_is_not_said_of_parts_that_are_not_shown(small_region, language):
    """Where only the parts that nobody chose may be shown, nothing is drawn and nothing is claimed."""
    release = opened(small_region, language, provider="p001", edition="provider")
    mine = release.estimates["measure"].eq("reden_einde") & release.estimates["unit"].eq("provider")
    kept = mine & release.estimates["estimate"].eq(0)
    assert kept.any()
    hidden = release.estimates.assign(
        status=release.estimates["status"].mask(mine & ~kept, "hidden"),
        estimate=release.estimates["estimate"].mask(mine & ~kept),
    )
    shown_ = portrait.endings(replace(release, estimates=hidden))
    assert shown_.finding == release.say("most common unknown")
    assert shown_.chart is None
    whole = portrait.endings(release)
    assert whole.finding != shown_.finding and whole.chart is not None


def test_names_inside_a_sentence_keep_their_capitals(small_region):
    release = opened(small_region, "nl", provider="p001", edition="provider")
    page = soup(shown("provider", release)).get_text(" ")
    assert not re.search(r"\bwlz\b|\bwmo\b", page)


def test_each_outcome_is_one_released_row(small_region):
    release = opened(small_region, "nl", provider="p001", edition="provider")
    table = shown("provider", release)["portrait.outcomes(release)"].table.set_index(release.head("outcome"))
    for measure, statistic in OUTCOMES.items():
        row = release.row(measure=measure, statistic=statistic, unit="provider", group="client")
        if row is not None and row["status"] != "hidden":
            shown_share = table.at[release.name(measure, statistic), release.head("share")]
            assert shown_share == f"{row['estimate'] * 100:.0f}%"


def test_a_mark_and_a_share_of_the_same_question_have_different_names(small_region, language):
    release = opened(small_region, language)
    assert release.name("nut", "mean") != release.name("nut", "share")
    assert "7" in release.name("nut", "share")


def test_definition_cards_name_their_source_in_both_reports(small_region, language):
    for name, options in (("provider", {"provider": "p001"}), ("region", {})):
        release = opened(small_region, language, **options)
        page = soup(shown(name, release))
        cards = page.find_all("details", class_="workbench-card")
        assert len({card["id"] for card in cards}) == len(cards) >= 16
        assert {"card-mirror", "card-sides", "card-context"} < {card["id"] for card in cards}
        for card in cards:
            heads = [head.get_text() for head in card.find_all("dt")]
            assert release.head("denominator") in heads
            assert release.head("source") in heads
            assert "{" not in card.get_text()


def test_a_council_reads_what_may_not_be_concluded(small_region, language):
    release = opened(small_region, language, municipality="GM0632", edition="public")
    page = soup(shown("region", release)).get_text(" ")
    assert "Woerden" in page
    for number in range(1, 5):
        assert release.say(f"council not {number}") in page
    assert release.say("measured since", first=2025, last=2026) in page


def test_a_remark_is_shown_only_when_it_was_released(small_region, tmp_path, monkeypatch):
    root = shutil.copytree(small_region.root, tmp_path / "project")
    remarks = pd.DataFrame(
        {
            "provider_id": ["p001", "p002"],
            "dimension": ["autonomie", "autonomie"],
            "role": "client",
            "text": ["Ik mag <b>zelf</b> kiezen.", "Van een ander."],
        }
    )
    remarks.to_parquet(Places(root, "sample").released(2026) / "remarks.parquet")
    release = workbench.open_release("sample", 2026, "p001", "provider", "nl", root)
    page = portrait.remarks(release)._repr_html_()
    assert "Ik mag &lt;b&gt;zelf&lt;/b&gt; kiezen." in page
    assert "Van een ander" not in page


def test_verdicts_and_totals_are_the_same_in_every_edition(small_region, language):
    """A provider told apart counts in each edition; totals of the public one are rounded once, not per file."""
    whole = opened(small_region, language)
    for edition in ("provider", "public"):
        release = opened(small_region, language, edition=edition)
        assert str(soup({"": synthesis.in_short(release)})) == str(soup({"": synthesis.in_short(whole)}))
        files = whole.deliveries[whole.deliveries["kind"] != "ignored"]
        for name in ("delivered", "counted", "excluded"):
            assert abs(release.deliveries[name].sum() - files[name].sum()) <= 2.5
