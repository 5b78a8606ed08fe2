"""Overlapping records of one person, provider and product are one episode, in whatever order they come."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.codebook import Codebook
from workbench.intake import deliveries, episodes, messages, overlaps

DAYS = pd.date_range("2025-01-01", periods=12)
RECORD = st.tuples(
    st.sampled_from("ab"), st.sampled_from(["02", None]), st.integers(0, 11), st.integers(0, 11) | st.none()
)


def records(rows: list[tuple[str, str | None, int, int | None]]) -> pd.DataFrame:
    """Return care records of one provider: client, product, first day, days until the end."""
    ends = [pd.NaT if length is None else DAYS[start] + pd.Timedelta(days=length) for _, _, start, length in rows]
    return pd.DataFrame(
        {
            "client": [row[0] for row in rows],
            "provider_id": "p1",
            "law": "BiJ",
            "product": pd.Series([row[1] for row in rows], dtype="str"),
            "started_on": [DAYS[row[2]] for row in rows],
            "ended_on": pd.to_datetime(pd.Series(ends)),
            "ending_code": "01",
            "follow_up_until": pd.Timestamp("2025-12-31"),
            "goals_set": float("nan"),
            "goals_reached": float("nan"),
            "file": "a.csv",
            "row": range(2, len(rows) + 2),
        }
    )


def merged(table: pd.DataFrame) -> episodes.Cleaned:
    return overlaps.merge([episodes.Cleaned(table, pd.DataFrame(), [])])


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=9), st.randoms())
def test_episodes_cover_the_same_days_and_never_overlap(rows: list, random) -> None:
    table = records(rows)
    found = merged(table)
    assert len(found.episodes) + len(found.exclusions) == len(table)
    assert days_of(found.episodes) == days_of(table)
    assert sum(map(len, listed(found.episodes).values())) == sum(
        len(set(days)) for days in listed(found.episodes).values()
    )
    order = list(table.index)
    random.shuffle(order)
    columns = ["client", "product", "started_on", "ended_on"]
    other = merged(table.loc[order]).episodes[columns]
    pd.testing.assert_frame_equal(
        found.episodes[columns].sort_values(columns, ignore_index=True), other.sort_values(columns, ignore_index=True)
    )


def listed(table: pd.DataFrame) -> dict[tuple[str, str], list[pd.Timestamp]]:
    found: dict[tuple[str, str], list[pd.Timestamp]] = {}
    ends = table["ended_on"].fillna(pd.Timestamp("2025-03-01"))
    for client, product, start, end in zip(
        table["client"], table["product"].fillna(""), table["started_on"], ends, strict=True
    ):
        found.setdefault((client, product), []).extend(pd.date_range(start, end))
    return found


def days_of(table: pd.DataFrame) -> dict[tuple[str, str], set[pd.Timestamp]]:
    return {person: set(days) for person, days in listed(table).items()}


@pytest.mark.parametrize(
    ("cell", "expected"), [("1", "01"), ("03", "03"), ("verhuisd naar haar zus", "other"), ("", None)]
)
def test_ending_codes_are_codes(cell: str, expected: str | None, region: Codebook, tmp_path: Path) -> None:
    columns = pd.DataFrame(
        [("t", "Aanbieder", "provider", ""), ("t", "Start", "started_on", ""), ("t", "Reden", "ending_code", "")],
        columns=["columns", "column", "field", "scale"],
    )
    row = region.deliveries.assign(pattern="t.csv", kind="episodes", columns="t", instrument="", law="BiJ", release="7")
    (tmp_path / "t.csv").write_text(f"Aanbieder;Start;Reden\nDe Linde;01-02-2025;{cell}\n")
    found = deliveries.receive(tmp_path, replace(region, columns=columns, deliveries=row), 2026, None)
    codes = found.episodes["ending_code"]
    assert codes.isna().all() if expected is None else codes.tolist() == [expected]
    assert "zus" not in found.findings.to_csv()


@pytest.mark.parametrize(
    ("law", "contract", "expected"),
    [("iWmo", "yes", False), ("iJw", "ja", False), ("BiJ", "yes", True), ("iWmo", "no", True)],
)
def test_stop_messages_may_be_absent_where_the_contract_asks_for_none(
    law: str, contract: str, expected: bool, region: Codebook
) -> None:
    """The youth register has ends whatever the contract is: it is no message."""
    known = region.providers.assign(taakgericht=contract)
    table = records([("a", "02", 0, None)] * 12).assign(
        client=[f"c{number}" for number in range(12)], law=law, provider_id=known["provider_id"].iat[0]
    )
    found = episodes.stops(merged(table), replace(region, providers=known))
    assert (found.episodes["stops_expected"] == expected).all()
    (told,) = found.findings
    assert told.severity == ("warning" if expected else "note")
    assert ("youth register" in told.remedy) == (law == "BiJ")


CHANGED = "changed by a later message"
MERGED = "merged with another record"


@pytest.mark.parametrize(
    ("rows", "spells", "reasons"),
    [
        (  # the start was a fortnight later
            [("01-01-2025", "", "1"), ("15-01-2025", "", "2"), ("15-01-2025", "01-06-2025", "1")],
            [("01-15", "06-01")],
            [CHANGED, MERGED],
        ),
        (  # the end was earlier than said first
            [("01-01-2025", "", "1"), ("01-01-2025", "15-06-2025", "1"), ("01-01-2025", "01-06-2025", "2")],
            [("01-01", "06-01")],
            [CHANGED, MERGED],
        ),
        (  # of two periods of one assignment the nearest one is changed
            [
                ("01-01-2025", "", "1"),
                ("01-01-2025", "01-03-2025", "1"),
                ("01-05-2025", "", "1"),
                ("08-05-2025", "", "2"),
            ],
            [("01-01", "03-01"), ("05-08", "")],
            [CHANGED, MERGED],
        ),
        ([("15-01-2025", "", "2")], [("01-15", "")], []),  # the first message was in last year's delivery
        ([("01-01-2025", "", "1"), ("01-01-2025", "", "3")], [], ["taken back by a later message"] * 2),
    ],
)
def test_a_changed_message_stands_for_the_first(
    rows: list, spells: list, reasons: list, region: Codebook, tmp_path: Path
) -> None:
    heads = {"bsn": "client", "wie": "provider", "toewijzing": "assignment", "begin": "started_on", "eind": "ended_on"}
    heads |= {"status": "message_status"}
    lines = [f"c1;De Linde;7;{begin};{end};{status}" for begin, end, status in rows]
    columns = pd.DataFrame({"columns": "t", "column": list(heads), "field": list(heads.values()), "scale": ""})
    row = region.deliveries.assign(pattern="t.csv", kind="episodes", columns="t", instrument="", law="iWmo")
    for order in (lines, lines[::-1]):
        (tmp_path / "t.csv").write_text("\n".join([";".join(heads), *order]) + "\n")
        found = deliveries.receive(tmp_path, replace(region, columns=columns, deliveries=row), 2026, b"key")
        table = found.episodes.sort_values("started_on")
        days = [table[name].dt.strftime("%m-%d").fillna("").tolist() for name in ("started_on", "ended_on")]
        assert list(zip(*days, strict=True)) == spells
        assert sorted(found.exclusions["reason"]) == reasons


def test_of_two_changes_of_one_start_the_last_one_stands() -> None:
    """The second one changes the first again; it does not take the place of another period."""
    told = [("01-01", "1", "a"), ("09-01", "1", "a"), ("01-15", "2", "b"), ("01-20", "2", "c")]
    starts = pd.DataFrame(
        {
            "client": "c",
            "provider_id": "p1",
            "assignment": "7",
            "message_status": [status for _, status, _ in told],
            "started_on": pd.to_datetime([f"2025-{day}" for day, _, _ in told]),
            "ended_on": pd.NaT,
            "file": [file for *_, file in told],
            "row": [2, 3, 2, 2],
        }
    )
    kept, out = messages.join(starts)
    assert kept["started_on"].dt.strftime("%m-%d").tolist() == ["09-01", "01-20"]
    assert out[["file", "row", "reason"]].values.tolist() == [["a", 2, CHANGED], ["b", 2, CHANGED]]
