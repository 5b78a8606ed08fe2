"""The rules of the youth register (BiJ, Informatieprotocol Beleidsinformatie Jeugd), each with a delivery of its own.

People are written as one letter; a record is: person, start, end, reason, form, provider.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import arrivals, deliveries

HEADS = {
    "bsn": "bsn",
    "geboren": "birth_date",
    "sekse": "sex",
    "postcode": "postcode",
    "wie": "provider",
    "vorm": "product",
    "begin": "started_on",
    "eind": "ended_on",
    "reden": "ending_code",
    "soort": "financing",
}
PEOPLE = {"a": "999990019", "b": "999991188", "c": "999992417"}
EMPTY = dict.fromkeys(HEADS, "")


def record(
    person: str, begin: str, end: str = "", reason: str = "", form: str = "02", who: str = "De Linde", **more: str
) -> dict[str, str]:
    own = {"bsn": PEOPLE.get(person, person), "wie": who, "vorm": form, "begin": begin, "eind": end, "reden": reason}
    return EMPTY | own | more


@pytest.fixture
def register(region: Codebook, tmp_path: Path) -> Callable[..., deliveries.Received]:
    """Return a function that receives lists; until when each is complete, what it replaces and its law are by name."""

    def receive(
        lists: dict[str, list[dict[str, str]]],
        until: dict[str, str] | None = None,
        replaces: dict[str, str] | None = None,
        laws: dict[str, str] | None = None,
    ) -> deliveries.Received:
        folder = tmp_path / "2026"
        folder.mkdir(exist_ok=True)
        for name, rows in lists.items():
            pd.DataFrame(rows).to_csv(folder / f"{name}.csv", sep=";", index=False)
        row = region.deliveries.iloc[0].to_dict() | {"kind": "episodes", "columns": "lijst", "instrument": ""}
        described = [
            row
            | {"pattern": f"{name}.csv", "law": (laws or {}).get(name, "BiJ"), "release": "7"}
            | {"complete_until": (until or {}).get(name, ""), "replaces": (replaces or {}).get(name, "")}
            for name in lists
        ]
        columns = pd.DataFrame({"columns": "lijst", "column": list(HEADS), "field": list(HEADS.values()), "scale": ""})
        book = replace(region, deliveries=pd.DataFrame(described).astype("str"), columns=columns)
        return deliveries.receive(folder, book, 2026, b"key")

    return receive


def spells(found: deliveries.Received) -> list[tuple[str, ...]]:
    """Return the episodes as product, first day, last day and reason, in order of time."""
    table = found.episodes.sort_values(["started_on", "ended_on", "product"])
    days = [table[name].dt.strftime("%m-%d").fillna("") for name in ("started_on", "ended_on")]
    return list(zip(table["product"], *days, table["ending_code"].astype("str").fillna(""), strict=True))


def reasons(found: deliveries.Received) -> list[str]:
    return sorted(found.exclusions["reason"])


def told(found: deliveries.Received, words: str) -> bool:
    return bool(found.findings["message"].str.contains(words, regex=False).any())


def test_overlapping_records_are_one_from_the_earliest_start_to_the_last_end(register: Callable) -> None:
    rows = [("20250201", "20250501", "03"), ("20250110", "20250301", "02"), ("20250415", "20250610", "01")]
    found = register({"a": [record("a", *each) for each in rows]})
    assert spells(found) == [("02", "01-10", "06-10", "01")]
    assert reasons(found) == ["merged with another record"] * 2


def test_care_ends_only_when_the_last_record_does(register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250701", "01"), record("a", "20250301")]})
    assert spells(found) == [("02", "01-10", "", "")]


@pytest.mark.parametrize(("begin", "count"), [("20250301", 1), ("20250302", 2), ("20250401", 2)])
def test_only_records_with_a_day_in_common_overlap(begin: str, count: int, register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250301", "01"), record("a", begin, "20250601", "01")]})
    assert len(found.episodes) == count


def test_a_change_of_form_closes_one_and_opens_another(register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250301", "01"), record("a", "20250301", form="11")]})
    assert spells(found) == [("02", "01-10", "03-01", "01"), ("11", "03-01", "", "")]


def test_every_institution_reports_for_itself(register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250301", "01"), record("a", "20250201", who="Het Anker")]})
    assert found.episodes["client"].nunique() == 1
    assert sorted(found.episodes["provider_id"]) == ["p001", "p002"]


def test_the_same_code_of_another_law_is_other_help(register: Callable) -> None:
    lists = {"jeugd": [record("a", "20250110", "20250301", "01")], "wmo": [record("a", "20250201", "20250601", "19")]}
    assert len(register(lists, laws={"wmo": "iWmo"}).episodes) == 2
    assert len(register(lists).episodes) == 1


@pytest.mark.parametrize("written", ["2", "02"])
def test_a_form_that_lost_its_zero_is_the_same_form(written: str, register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250301", "01"), record("a", "20250201", form=written)]})
    assert spells(found) == [("02", "01-10", "", "")]


def test_without_number_birth_date_sex_and_postcode_are_the_person(register: Callable) -> None:
    people = [
        {"geboren": "20100312", "sekse": "V", "postcode": "3441AB"},
        {"geboren": "12-03-2010", "sekse": "vrouw", "postcode": "3441 ab"},
        {"geboren": "2010-03-12", "sekse": "2", "postcode": "3441AB"},
        {"geboren": "20100312", "sekse": "M", "postcode": "3441AB"},
        {"geboren": "20100300", "sekse": "V", "postcode": "3441AB"},  # only the month is known
    ]
    records = [record("999999999", f"20250{month}01", **who) for month, who in enumerate(people, 1)]
    clients = register({"a": records}).episodes
    assert len(clients) == 3  # the first three are one person, whose care without an end overlaps
    assert clients["client"].nunique() == 3


def test_people_without_anything_to_know_them_by_are_counted_and_never_linked(register: Callable) -> None:
    unknown = {"geboren": "00000000", "sekse": "O", "postcode": "3441AB"}
    rows = [("999999999", "20250110", unknown), ("999999999", "20250201", unknown), ("000000000", "20250101", {})]
    found = register({"a": [record(number, begin, **more) for number, begin, more in rows]})
    assert found.episodes["client"].nunique() == 3
    assert told(found, "3 records have no person id")


def test_a_later_list_knows_how_care_went_on(register: Callable) -> None:
    found = register(
        {"h1": [record("a", "20250110"), record("b", "20250201")], "h2": [record("a", "20250110", "20250930", "01")]},
        until={"h1": "2025-06-30", "h2": "2025-12-31"},
    )
    assert spells(found) == [("02", "01-10", "09-30", "01"), ("02", "02-01", "", "")]
    assert reasons(found) == ["duplicate"]
    assert told(found, "1 record was still running, and not in the later list of the same provider")


def test_a_start_that_a_later_list_moved_is_no_care_without_end(register: Callable) -> None:
    found = register(
        {"h1": [record("a", "20250110")], "h2": [record("a", "20250117", "20250930", "01")]},
        until={"h1": "2025-06-30", "h2": "2025-12-31"},
    )
    assert spells(found) == [("02", "01-10", "09-30", "01")]


def test_a_correction_replaces_the_whole_period(register: Callable) -> None:
    lists = {
        "h1": [record("a", "20250110", "20250301", "01"), record("b", "20250201"), record("c", "20250201")],
        "h1_correctie": [record("a", "20250110", "20250301", "03"), record("b", "20250201")],
    }
    until = dict.fromkeys(lists, "2025-06-30")
    together = register(lists, until)
    assert len(together.episodes) == 3
    assert told(together, "2 records stand in h1.csv too, which is about the same time")

    found = register(lists, until, replaces={"h1_correctie": "h1.csv"})
    assert spells(found) == [("02", "01-10", "03-01", "03"), ("02", "02-01", "", "")]
    assert reasons(found) == ["replaced by a correction"] * 3
    assert found.deliveries["excluded"].tolist() == [3, 0]
    assert told(found, "It is replaced by h1_correctie.csv, a correction; its records do not count.")


def test_a_correction_of_nothing_is_told(register: Callable) -> None:
    found = register({"h1": [record("a", "20250110")]}, replaces={"h1": "h1_eerste*.csv"})
    assert len(found.episodes) == 1
    assert told(found, "it replaces 'h1_eerste*.csv', and no such delivery is there")


def test_deliveries_that_replace_each_other_are_not_lost(register: Callable) -> None:
    lists = {"h1": [record("a", "20250110")], "h1_nieuw": [record("b", "20250110")]}
    found = register(lists, replaces={"h1": "h1_nieuw.csv", "h1_nieuw": "h1.csv"})
    assert len(found.episodes) == 2
    assert told(found, "it replaces h1.csv, and is replaced by it; both count.")


def test_two_corrections_by_one_description_do_not_replace_each_other() -> None:
    described = {"pattern": "h1_correctie*.csv", "replaces": "h1*.csv"}
    first = arrivals.Delivery("h1.csv", Path("h1.csv"), {"pattern": "h1.csv", "replaces": ""})
    again = [arrivals.Delivery(name, Path(name), described) for name in ("h1_correctie1.csv", "h1_correctie2.csv")]
    replaced, found = arrivals.replaced([first, *again])
    assert replaced == {"h1.csv": "h1_correctie2.csv"}
    assert [each.severity for each in found] == ["error", "error"]


def test_help_that_people_buy_themselves_does_not_count(register: Callable) -> None:
    kinds = {"a": "ZIN", "b": "PGB", "c": "Persoonsgebonden budget", "999993653": "", "999994888": "geen PGB"}
    found = register({"a": [record(person, "20250101", soort=kind) for person, kind in kinds.items()]})
    assert len(found.episodes) == 3
    assert reasons(found) == ["personal budget"] * 2


def test_a_planned_end_is_no_end(register: Callable) -> None:
    found = register(
        {"h1": [record("a", "20250110", "20250930", "01"), record("b", "20250110", "20250630", "01")]},
        until={"h1": "2025-06-30"},
    )
    assert spells(found) == [("02", "01-10", "06-30", "01"), ("02", "01-10", "", "")]
    assert told(found, "1 record ends after 30-06-2025, until when the list is complete: counted as running.")


def test_a_reason_without_an_end_is_told(register: Callable) -> None:
    found = register({"a": [record("a", "20250110", reason="03"), record("b", "20250110", "00000000", "1")]})
    assert found.episodes["ended_on"].isna().all()
    assert told(found, "2 records have a reason of ending and no end date; counted as running.")


def test_an_unknown_part_of_a_date_is_in_the_middle(register: Callable) -> None:
    found = register({"a": [record("a", "20250200", "20250000", "5")]})
    assert spells(found) == [("02", "02-15", "07-01", "05")]


def test_reasons_of_another_code_list_are_told(register: Callable) -> None:
    found = register({"a": [record("a", "20250110", "20250301", "31")]})
    assert told(found, "1 record ends for a reason BiJ does not have: '31'.")
