"""Deliveries in, released tables out: nothing lost, nothing made twice, nothing half written."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import codebook, estimating, open_region, open_release, pipeline, schemas, scoring, store
from workbench.codebook import CodebookError
from workbench.store import NotThere


def _bytes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_delivered_record_is_counted_or_excluded(small_region):
    tables = open_region("sample", 2026, root=small_region.root)
    account = tables.deliveries
    assert (account["delivered"] == account["counted"] + account["excluded"]).all()
    per_file = tables.exclusions.groupby("file").size().reindex(account["file"], fill_value=0)
    assert (per_file.to_numpy() == account["excluded"].to_numpy()).all()
    by_kind = account.groupby("kind")["counted"].sum()
    assert by_kind["responses"] == len(tables.responses) == len(tables.answers)
    assert by_kind["episodes"] == len(tables.episodes)
    assert by_kind["invited"] == len(tables.invited)


def test_processed_tables_meet_their_contracts(small_region):
    folder = small_region.processed(2026)
    for name in schemas.TABLES:
        table = store.read_table(folder, name)
        pd.testing.assert_frame_equal(schemas.check(name, table), table, check_dtype=False)


def test_nothing_changed_means_nothing_made(own_region):
    before = _bytes(own_region.processed(2026))
    again = pipeline.process(own_region, 2026)
    assert again.made == ()
    assert _bytes(own_region.processed(2026)) == before


def test_same_inputs_give_the_same_bytes(own_region):
    before = _bytes(own_region.processed(2026))
    pipeline.process(own_region, 2026, force=True)
    assert _bytes(own_region.processed(2026)) == before


def test_a_changed_codebook_makes_everything_again(own_region):
    path = own_region.codebook / "region.yml"
    path.write_text(path.read_text("utf-8").replace("hidden_below: 10", "hidden_below: 12"), "utf-8")
    assert "2026 estimated" in pipeline.process(own_region, 2026).made
    assert open_release("sample", 2026, root=own_region.root).thresholds["hidden_below"] == 12


def test_a_year_without_deliveries_names_the_years_there_are(small_region):
    with pytest.raises(NotThere, match=r"1999.*2025, 2026"):
        pipeline.process(small_region, 1999)


def test_a_mistake_in_the_codebook_leaves_everything_as_it_was(own_region):
    before = _bytes(own_region.processed(2026))
    path = own_region.codebook / "region.yml"
    path.write_text(path.read_text("utf-8") + "\nthreshholds: {hidden_below: 3}\n", "utf-8")
    with pytest.raises(CodebookError, match="did you mean 'thresholds'"):
        pipeline.process(own_region, 2026)
    assert _bytes(own_region.processed(2026)) == before


def test_an_unknown_provider_is_an_error_and_the_rest_counts(own_region):
    aliases = own_region.codebook / "aliases.csv"
    rows = codebook.as_text(aliases.read_bytes()).splitlines()
    aliases.write_text("\n".join(rows[:1]) + "\n", "utf-8")
    processed = pipeline.process(own_region, 2026)
    errors = processed.tables["findings"].query("severity == 'error'")
    assert len(errors)
    assert errors["remedy"].str.contains("aliases.csv").any()
    assert (processed.tables["exclusions"]["reason"] == "unknown provider").any()
    assert len(store.read_table(own_region.processed(2026), "responses")) > 100


def test_released_tables_hold_nothing_on_few_people(small_region):
    release = open_release("sample", 2026, root=small_region.root)
    shown = release.estimates[release.estimates["status"] != "hidden"]
    administrative = shown["group"].isin(["organisation", "assessors", "self", "access", "back_office", "supervisor"])
    choice = shown["statistic"] == "choice"
    of_providers = choice & (shown["unit"] == "region")
    labels = shown[choice & ~of_providers]
    assert len(labels) and labels[["n", "n_eff", "estimate", "std_error", "conf_low", "conf_high", "delta"]].isna().all(
        axis=None
    )
    shown = shown.drop(labels.index)
    mode = (shown["measure"] == "aantal") & (shown["category"] != "")
    assert (shown.loc[~administrative & ~of_providers & ~mode, "n"] >= 10).all()
    assert (shown.loc[mode, "n"] >= 5).all()
    hidden = release.estimates[release.estimates["status"] == "hidden"]
    bound = hidden["reason"].isin(["few cases", "nearly all"])
    assert (hidden.loc[bound, "n"] >= 10).all()
    hidden = hidden.assign(n=hidden["n"].mask(bound))
    assert hidden[["n", "estimate", "conf_low", "conf_high", "delta"]].isna().all(axis=None)
    assert (release.estimates["reason"].where(release.estimates["status"] == "hidden", "-") != "").all()


def test_a_distribution_never_hides_exactly_one_reason(small_region):
    estimates = open_region("sample", 2026, root=small_region.root).estimates
    released = open_release("sample", 2026, root=small_region.root).estimates
    keys = ["unit", "unit_id", "year"]
    reasons = released[(released["measure"] == "reden_einde") & (released["unit"] == "provider")]
    whole = estimates[(estimates["measure"] == "reden_einde") & (estimates["estimate"] > 0)]
    present = reasons.merge(whole[[*keys, "category"]], on=[*keys, "category"], validate="1:1")
    hidden = (present["status"] == "hidden").groupby([present[key] for key in keys]).sum()
    assert (hidden != 1).all()


def test_a_provider_sees_no_other_provider(small_region):
    own = open_release("sample", 2026, "p001", root=small_region.root)
    assert set(own.estimates.loc[own.estimates["unit"] == "provider", "unit_id"]) == {"p001"}
    assert list(own.providers) == ["p001"]
    assert set(own.agreements["provider_id"]) <= {"p001"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"provider": "p9"}, "No provider 'p9'.*p001"),
        ({"edition": "secret"}, "choose from provider, internal"),
        ({"language": "fr"}, "choose from nl, en"),
        ({"year": 1999}, "No processed tables of 'sample' in 1999"),
    ],
)
def test_what_is_not_there_is_named(small_region, asked, said):
    with pytest.raises(NotThere, match=said):
        open_release("sample", **({"year": 2026, "root": small_region.root} | asked))


def test_versions_with_other_answer_scales_are_not_averaged():
    items = pd.DataFrame(
        {
            "instrument": "q",
            "variant": ["standaard", "smiley3"],
            "item": "K1",
            "dimension": "kwaliteit",
            "low": 1.0,
            "high": [5.0, 3.0],
            "reversed": False,
        }
    )
    book = type("Book", (), {"items": items})
    responses = pd.DataFrame(
        {
            "response_id": ["a", "b"],
            "provider_id": "p",
            "role": "client",
            "instrument": "q",
            "variant": ["standaard", "smiley3"],
        }
    )
    scores = scoring.score(responses, pd.DataFrame({"response_id": ["a", "b"], "K1": [4.0, 3.0]}), book)
    assert scores["score"].to_list() == [75, 100]
    assert estimating._comparable(scores, book).tolist() == [True, False]


def test_scores_made_and_written_in_parts_are_those_made_at_once(small_region, tmp_path):
    places, book = small_region, codebook.read(small_region.codebook)
    responses, answers = (store.read_table(places.processed(2026), name) for name in ("responses", "answers"))
    whole = store.read_table(places.processed(2026), "scores")
    parts = (schemas.check("scores", part) for part in scoring.in_parts(responses, answers, book, most=7))
    with store.writing(tmp_path) as write:
        write({"scores": parts})
    pd.testing.assert_frame_equal(store.read_table(tmp_path, "scores"), whole)
    assert store.count(tmp_path, "scores") == len(whole) > 7


def test_episodes_known_later_replace_what_was_known_before():
    day = pd.Timestamp
    columns = {
        "client": "c",
        "provider_id": "p",
        "law": "iWmo",
        "product": "02",
        "file": "f",
        "row": 2,
        "ending_group": "volgens_plan",
    }
    rows = pd.DataFrame(
        [
            columns | {"started_on": day("2024-03-01"), "ended_on": pd.NaT, "follow_up_until": day("2024-12-31")},
            columns
            | {"started_on": day("2024-03-01"), "ended_on": day("2024-11-01"), "follow_up_until": day("2025-12-31")},
            columns | {"started_on": day("2025-02-01"), "ended_on": pd.NaT, "follow_up_until": day("2025-12-31")},
        ]
    )
    linked = estimating.link(rows)
    assert len(linked) == 2
    assert linked.loc[0, "ended_on"] == day("2024-11-01")
    assert linked.loc[0, "restart_on"] == day("2025-02-01")
    assert bool(linked.loc[0, "restart_same_provider"])


def test_estimates_are_of_the_size_the_region_was_made_with(small_region):
    estimates = open_region("sample", 2026, root=small_region.root).estimates
    regional = estimates[(estimates["unit"] == "region") & (estimates["category"] == "") & (estimates["year"] == 2026)]
    share = regional[regional["statistic"].isin(["share", "incidence"])].set_index("measure")["estimate"]
    assert 0.03 < share["uitval"] < 0.25
    assert 0.70 < share["geen_herstart"] < 0.95
    assert np.isclose(share["respons"], 0.35, atol=0.25)


def test_each_register_is_followed_until_its_own_delivery_is_complete():
    day = pd.Timestamp
    shared = {"provider_id": "p", "product": "02", "file": "f", "row": 2, "ending_group": "volgens_plan"}
    rows = pd.DataFrame(
        [
            {"client": "a", "law": "iWmo", "municipality_code": "GM0632", "follow_up_until": day("2025-12-31")},
            {"client": "b", "law": "iJw", "municipality_code": "GM0632", "follow_up_until": day("2024-09-30")},
        ]
    ).assign(**shared, started_on=day("2024-01-01"), ended_on=day("2024-06-30"))
    linked = estimating.link(rows).set_index("law")
    assert linked.at["iJw", "follow_up_until"] == day("2024-09-30")
    assert linked.at["iWmo", "follow_up_until"] == day("2025-12-31")


def test_care_that_was_paused_and_went_on_is_one_episode_and_no_restart():
    day = pd.Timestamp
    shared = {"client": "a", "provider_id": "p", "product": "02", "law": "iWmo", "municipality_code": "GM0632"}
    shared |= {"file": "f", "row": 2, "follow_up_until": day("2025-12-31")}
    rows = pd.DataFrame(
        [
            shared | {"started_on": day("2024-01-01"), "ended_on": day("2024-03-01"), "ending_group": "tijdelijk"},
            shared | {"started_on": day("2024-05-01"), "ended_on": day("2024-09-01"), "ending_group": "volgens_plan"},
            shared | {"started_on": day("2025-02-01"), "ended_on": day("2025-04-01"), "ending_group": "tijdelijk"},
        ]
    )
    linked = estimating.link(rows)
    assert linked["started_on"].tolist() == [day("2024-01-01"), day("2025-02-01")]
    assert linked["ending_group"].tolist() == ["volgens_plan", "tijdelijk"]
    assert linked.loc[0, "restart_on"] == day("2025-02-01")


def test_more_goals_reached_than_set_is_found_and_the_rest_counts(own_region):
    path = next(own_region.raw(2026).glob("trajecten_iwmo_*.csv"))
    text = path.read_bytes().decode("cp1252")
    header, first, *rest = text.splitlines()
    column = [name.strip('"') for name in header.split(";")].index("Aantal doelen behaald")
    rows = [line.split(";") for line in (first, *rest)]
    filled = next(row for row in rows if row[column].strip('"'))
    filled[column] = "99"
    path.write_bytes("\r\n".join([header, *(";".join(row) for row in rows)]).encode("cp1252"))
    processed = pipeline.process(own_region, 2026)
    assert processed.tables["findings"]["message"].str.contains("more goals than were set").any()
    assert (processed.tables["estimates"]["measure"] == "doelen").any()


def test_an_earlier_release_survives_a_new_reading_of_its_year(own_region):
    pipeline.process(own_region, 2025)
    path = own_region.codebook / "region.yml"
    path.write_text(path.read_text("utf-8").replace("restart_months: 12", "restart_months: 6"), "utf-8")
    pipeline.process(own_region, 2026)
    assert (own_region.released(2025) / "estimates.parquet").is_file()


def test_adjusters_must_be_known(own_region):
    path = own_region.codebook / "region.yml"
    path.write_text(path.read_text("utf-8") + "\ncomparison: {adjusters: [agee_band]}\n", "utf-8")
    with pytest.raises(CodebookError, match="did you mean 'age_band'"):
        pipeline.process(own_region, 2026)


def test_every_reason_of_exclusion_has_words(small_region):
    from workbench.reporting import phrases

    stories = Path(__file__).parent.glob("stories/*/expected/exclusions.csv")
    tables = [pd.read_csv(path, sep=";") for path in stories]
    tables.append(open_region("sample", 2026, root=small_region.root).exclusions)
    reasons = set(pd.concat(tables)["reason"].dropna())
    assert len(reasons) > 5
    assert reasons <= set(phrases.texts()["names"])


def test_a_changed_question_breaks_the_series_of_its_dimension(own_region):
    path = own_region.codebook / "breaks.csv"
    path.write_text("measure;since;reason;decided_on\nautonomie;2026;other wording;2026-01-10\n", "utf-8")
    pipeline.process(own_region, 2026)
    changed = open_region("sample", 2026, root=own_region.root).estimates.query(
        "statistic == 'change' and unit == 'provider'"
    )
    assert set(changed.query("measure == 'autonomie'")["reason"]) == {"break"}
    assert "" in set(changed.query("measure == 'competentie'")["reason"])
