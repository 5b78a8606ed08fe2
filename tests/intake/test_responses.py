"""Questionnaires as they come: days that cannot be, answers of other years, who answered instead."""

from collections.abc import Callable

import pytest

HEAD = "nr;aanbieder;datum;kanaal;past;tevreden"


def delivered(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def test_a_day_that_has_not_been_is_not_known(received: Callable) -> None:
    """One typing mistake must not make a page say that people answered up to 2099."""
    found = received(delivered("1;De Linde;01-02-2099;mail;5;4", "2;De Linde;31-12-2027;mail;4;4"))
    by_row = found.responses.set_index("row")["completed_on"]
    assert by_row.isna().to_dict() == {2: True, 3: False}
    assert found.findings["message"].str.contains("1 value is no day that has been; taken as not known.").any()


def test_answers_of_earlier_years_count_and_are_told(received: Callable) -> None:
    rows = ["1;De Linde;01-02-2019;mail;5;4", "2;De Linde;01-02-2025;mail;4;4", "3;De Linde;01-02-2026;mail;3;4"]
    found = received(delivered(*rows))
    assert len(found.responses) == 3
    assert found.findings["message"].str.contains("1 record was completed before 2025 and counted in 2026.").any()


@pytest.mark.parametrize(
    ("written", "mode"),
    [("Servicezuil", "kiosk"), ("QR-code", "link"), ("telefonisch", "telephone"), ("Post", "paper")],
)
def test_ways_of_asking_by_their_usual_names(written: str, mode: str, received: Callable) -> None:
    assert received(delivered(f"1;De Linde;01-02-2026;{written};5;4")).responses["mode"].tolist() == [mode]


def test_more_than_nine_records_that_are_the_same_in_all_are_told_apart(received: Callable) -> None:
    found = received(delivered(*(";De Linde;01-02-2026;mail;5;4" for _ in range(12))))
    ids = found.responses["response_id"]
    assert ids.is_unique
    assert ids.is_monotonic_increasing
    assert found.answers["response_id"].tolist() == ids.tolist()
    assert {text.partition("-")[2] for text in ids} == {"", *map(str, range(2, 13))}
    assert (found.answers.iloc[:, 1:] == found.answers.iloc[0, 1:]).all(axis=None)
