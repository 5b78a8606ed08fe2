"""What a register does not know yet, or never will, reaches the reader; and so does doubt about questionnaires."""

import dataclasses

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from shown import opened
from tracing import Tracer

from workbench import codebook, estimating, releasing, store
from workbench.analysis.release import decide
from workbench.reporting import portrait, synthesis

OF_ENDINGS = ["uitval", "reden_einde", "geen_herstart", "doelen", "voorlopig"]
SILENT = "p002"


@pytest.fixture(scope="module")
def outcomes(small_region):
    """Return a function that gives the outcomes of 2026 as they are released, with providers paid by task."""
    book = codebook.read(small_region.codebook)
    asked = estimating.survey(small_region.processed(2026), 2026, book)
    delivered = [store.read_table(small_region.processed(year), "episodes") for year in (2025, 2026)]
    episodes = estimating.link(pd.concat(delivered, ignore_index=True))

    def made(*paid_by_task):
        told = episodes.assign(stops_expected=~episodes["provider_id"].isin(paid_by_task))
        exact = estimating.outcomes_of(asked, told, 2026, book)
        return told, exact, decide(exact, **dataclasses.asdict(book.region.thresholds))

    return made


def page(*parts):
    return BeautifulSoup("".join(part._repr_html_() for part in parts), "html.parser")


def text(*parts):
    return page(*parts).get_text()


def seen_by(places, released, provider=None):
    """Return a release that holds these figures, of one provider beside the region or of all."""
    own = released["unit_id"].isin([provider, "region"]) if provider else released["unit"].notna()
    return dataclasses.replace(opened(places, "nl", provider=provider), estimates=released[own])


def of(rows, measure, unit_id, category=""):
    (row,) = rows[
        (rows["measure"] == measure)
        & rows["statistic"].isin(["share", "incidence"])
        & (rows["unit_id"] == unit_id)
        & (rows["category"] == category)
    ].to_dict("records")
    return row


def test_how_many_endings_are_provisional_is_said(small_region, outcomes):
    episodes, exact, released = outcomes()
    real = episodes[
        (episodes["ended_on"].dt.year == 2025) & ~episodes["ending_group"].isin(["tijdelijk", "administratief"])
    ]
    late = real["ended_on"] > "2025-06-30"
    whole = of(exact, "voorlopig", "region")
    assert (whole["n"], whole["estimate"]) == (len(real), late.mean())
    mine = of(exact, "voorlopig", "p001")
    assert mine["n"] == (real["provider_id"] == "p001").sum()

    for provider, unit_id in (("p001", "p001"), (None, "region")):
        release = seen_by(small_region, released, provider)
        row = of(released, "voorlopig", unit_id)
        told = text(portrait.outcomes(release) if provider else synthesis.registers(release))
        about = "ongeveer " if pd.notna(row["n_precision"]) else ""
        assert (
            f"Van de {about}{row['n']:.0f} trajecten die eindigden in 2025, eindigde {row['estimate']:.0%} in" in told
        )


def test_a_rounded_number_of_endings_is_called_about(small_region, outcomes):
    released = outcomes()[2].copy()
    late = released["measure"].eq("voorlopig") & released["unit_id"].isin(["region", "p001"])
    released.loc[late, ["n", "n_precision"]] = [250.0, 10.0]
    release = seen_by(small_region, released)
    shown = page(synthesis.registers(release))
    assert "Van de ongeveer 250 trajecten die eindigden" in shown.get_text()
    line = shown.find("th", string=release.providers["p001"]).find_parent("tr")
    assert line.find("td").get_text() == "ongeveer 250"
    assert not Tracer(release, released).faults(shown)


def test_few_endings_are_no_number_here_either(small_region, outcomes):
    released = outcomes()[2]
    release = seen_by(small_region, released)
    (few,) = released.loc[(released["measure"] == "voorlopig") & (released["reason"] == "few"), "unit_id"]
    line = page(synthesis.registers(release)).find("th", string=release.providers[few]).find_parent("tr")
    assert [cell.get_text() for cell in line.find_all("td")] == ["< 10", "–"]


def test_a_later_delivery_makes_endings_final(small_region):
    first, later = (store.read_table(small_region.processed(year), "episodes") for year in (2025, 2026))
    alone, both = (estimating.link(each) for each in (first, pd.concat([first, later], ignore_index=True)))
    ended = pd.Timestamp("2024-07-01"), pd.Timestamp("2024-12-31")
    assert alone.loc[alone["ended_on"].between(*ended), "provisional"].all()
    assert not both.loc[both["ended_on"].between(*ended), "provisional"].any()
    assert both.loc[both["ended_on"] > "2025-06-30", "provisional"].all()


def test_providers_paid_by_task_are_told_apart_and_not_compared(small_region, outcomes):
    _, before, _ = outcomes()
    _, exact, released = outcomes(SILENT)
    own = released[(released["unit_id"] == SILENT) & released["measure"].isin(OF_ENDINGS)]
    assert set(own["measure"]) == set(OF_ENDINGS)
    assert (own["reason"] == "no stop messages").all()
    assert (own["status"] == "hidden").all()
    assert (own["label"] == "").all()
    assert own[["n", "estimate", "delta"]].isna().all(axis=None)
    for measure in ("uitval", "doelen"):
        others = [of(before, measure, each)["n"] for each in ("p001", "p003", "p004", "p005", "p006")]
        assert of(exact, measure, "region")["n"] == sum(others)
    assert of(released, "nut", SILENT)["reason"] != "no stop messages"  # what people say themselves stays


def test_reports_say_why_endings_are_not_known(small_region, outcomes):
    released = outcomes(SILENT)[2]
    whole = seen_by(small_region, released)
    name = whole.providers[SILENT]
    assert f"Op eindes zijn daarom niet vergeleken: {name}." in text(synthesis.outcomes(whole))
    line = page(synthesis.registers(whole)).find("th", string=name).find_parent("tr")
    assert "geen stopberichten (taakgericht)" in line.get_text()

    one = seen_by(small_region, released, SILENT)
    finding = page(portrait.outcomes(one)).select_one(".finding").get_text()
    assert finding.count("hoeft geen stopberichten te sturen") == 1
    assert "geen stopberichten (taakgericht)" in text(portrait.endings(one))
    assert "te weinig mensen" not in text(portrait.restarts(one))
    for release, parts in ((whole, synthesis), (one, portrait)):
        shown = [parts.outcomes(release), *([synthesis.registers(release)] if parts is synthesis else [])]
        assert not Tracer(release, released).faults(page(*shown))


def test_the_sentence_on_restarts_says_a_bound_that_its_table_gives(small_region, outcomes):
    released = outcomes()[2].copy()
    own = released["measure"].eq("geen_herstart") & released["unit_id"].eq("p001")
    curve = own & released["statistic"].eq("incidence") & released["category"].ne("")
    released.loc[curve, ["status", "reason"]] = ["hidden", "follow-up does not reach the horizon"]
    last = released.index[curve & released["category"].eq("6")]
    released.loc[last, ["reason", "n", "n_precision"]] = ["nearly all", 24.0, float("nan")]
    released.loc[curve, ["estimate", "conf_low", "conf_high"]] = float("nan")
    assert len(last) == 1
    release = seen_by(small_region, released, "p001")
    shown = page(portrait.restarts(release))
    finding = shown.select_one(".finding").get_text()
    assert finding == "Van de mensen die stopten, had minstens 79% na 6 maanden nog geen nieuwe hulp."
    assert "Minstens 19 van de 24 (79%)" in shown.get_text()
    assert not Tracer(release, released).faults(shown)


def test_why_endings_are_not_known_is_one_sentence(small_region, outcomes):
    one = seen_by(small_region, outcomes(SILENT)[2], SILENT)
    told = page(portrait.endings(one)).get_text()
    assert told.count(":") == 1
    assert "niet bekend, want er zijn geen stopberichten" in told


def test_a_start_with_a_provider_paid_by_task_is_a_restart_all_the_same():
    day = pd.Timestamp
    shared = {"client": "c", "product": "02", "law": "iWmo", "municipality_code": "GM0632", "file": "f", "row": 2}
    shared |= {"follow_up_until": day("2025-12-31"), "ending_group": "volgens_plan"}
    ended = shared | {"provider_id": "p1", "started_on": day("2024-01-01"), "ended_on": day("2024-06-30")}
    begun = shared | {"provider_id": SILENT, "started_on": day("2024-09-01"), "ended_on": day(None)}
    episodes = pd.DataFrame([ended | {"stops_expected": True}, begun | {"stops_expected": False}])
    known = estimating.known(estimating.link(episodes), 2026)
    assert known[["provider_id", "restart_on"]].values.tolist() == [["p1", day("2024-09-01")]]


def flagged(*counts):
    rows = [(file, flag) for file, flag, count in counts for _ in range(count)]
    return pd.DataFrame(rows, columns=["file", "flags"])


def test_doubtful_questionnaires_that_count_are_in_the_account(small_region):
    told = releasing._flagged(
        flagged(
            ("post.csv", "straight-lining", 7),
            ("post.csv", "straight-lining; too fast", 6),
            ("zuil.csv", "too fast", 30),
            ("zuil.csv", None, 50),
            ("zuil.csv", "near duplicate", 2),
        ),
        smallest_cell=5,
    ).set_index(["file", "flag"])["records"]
    assert told.dropna().to_dict() == {
        ("", "straight-lining"): 13,
        ("", "too fast"): 36,
        ("post.csv", "straight-lining"): 13,
        ("post.csv", "too fast"): 6,
        ("zuil.csv", "too fast"): 30,
    }
    assert told.index[told.isna()].tolist() == [("", "near duplicate"), ("zuil.csv", "near duplicate")]

    release = dataclasses.replace(opened(small_region, "nl"), flagged=told.reset_index())
    shown = page(synthesis.deliveries(release))
    lines = [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in shown.select("#flagged tbody tr")]
    assert ["post.csv", "Overal hetzelfde ingevuld", "13"] in lines
    assert ["zuil.csv", "Vrijwel hetzelfde als een andere regel", "–"] in lines
    assert "als het een klein aantal zou verraden" in shown.get_text()
    assert all(file for file, _, _ in lines)
    assert not Tracer(release, release.estimates).faults(shown)


@pytest.mark.parametrize("edition", ["provider", "public"])
def test_without_names_doubt_is_told_for_all_deliveries_together(small_region, edition):
    release = opened(small_region, "nl", edition=edition)
    counts = releasing._flagged(flagged(("a.csv", "too fast", 3), ("b.csv", "too fast", 9)), 5)
    release = dataclasses.replace(release, flagged=counts[counts["file"] == ""])
    shown = page(synthesis.deliveries(release)).select_one("#flagged")
    assert "b.csv" not in shown.get_text()
    assert [cell.get_text() for cell in shown.select("tbody td")] == ["12"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_doubt_about_few_is_told_in_a_sentence_where_there_are_no_names(small_region, language):
    release = opened(small_region, language, edition="provider")
    counts = releasing._flagged(flagged(("a.csv", "too fast", 2), ("a.csv", "straight-lining", 1)), 5)
    release = dataclasses.replace(release, flagged=counts[counts["file"] == ""])
    shown = page(synthesis.deliveries(release))
    assert shown.select_one("#flagged") is None
    assert release.word("too fast") in shown.get_text()
    assert release.word("straight-lining") in shown.get_text()


def test_one_small_count_does_not_follow_from_the_total():
    counts = releasing._flagged(
        flagged(("a.csv", "too fast", 3), ("b.csv", "too fast", 9), ("c.csv", "too fast", 20)), 5
    )
    told = counts.set_index("file")["records"]
    assert told[""] == 32
    assert told[["a.csv", "b.csv"]].isna().all()
    assert told["c.csv"] == 20


def test_a_number_that_only_hides_a_small_one_is_not_called_small(small_region):
    """Nine are left out because three elsewhere would follow from them: to say that they are few would be untrue."""
    counts = releasing._flagged(flagged(("a.csv", "too fast", 3), ("b.csv", "too fast", 9)), 5)
    release = dataclasses.replace(opened(small_region, "nl"), flagged=counts)
    assert [cell.get_text() for cell in page(synthesis.deliveries(release)).select("#flagged td")[1::2]] == ["–", "–"]
    left_out = pd.DataFrame({"provider_id": "p001", "reason": ["empty", "late"], "records": [float("nan"), 12.0]})
    own = dataclasses.replace(opened(small_region, "nl", provider="p001"), left_out=left_out)
    cells = page(portrait.participation(own)).select("#left-out tbody td")
    assert sorted(cell.get_text() for cell in cells) == ["12", "–"]
