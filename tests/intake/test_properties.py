"""What holds for every delivery, whatever stands in it."""

import io
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.codebook import Codebook
from workbench.intake import deliveries

COLUMNS = {
    "nr": st.sampled_from(["", "1", "2", "test"]),
    "aanbieder": st.sampled_from(["De Linde", "het anker", "Thuisfront", "Onbekend", "", " p003 "]),
    "gemeente": st.sampled_from(["Woerden", "632", "GM0589", "Nergens", ""]),
    "datum": st.sampled_from(["01-02-2026 10:00:00", "2026-02-01 10:00:30", "20260200", "ooit", ""]),
    "kanaal": st.sampled_from(["kiosk", "mail", "duif", ""]),
    "leeftijd": st.sampled_from(["17", "85,5", "-1", "oud", ""]),
    "past": st.sampled_from(["1", "5", "6", "Mee eens", "weet niet", "4,0", "", "a;b", 'zeg "ja"', "regel\nbreuk"]),
    "tevreden": st.sampled_from(["2", "N.V.T.", ""]),
    "cijfer": st.sampled_from(["10", "0", ""]),
    "opmerking": st.text(alphabet="aé ;,\"'\n\t\0", max_size=6),
}
RECORD = st.fixed_dictionaries(COLUMNS)
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def receive(table: pd.DataFrame, region: Codebook) -> deliveries.Received:
    buffer = io.StringIO()
    table.to_csv(buffer, sep=";", index=False)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lijst.csv").write_text(buffer.getvalue(), encoding="utf-8", newline="")
        return deliveries.receive(Path(folder), region, 2026, b"key")


@FEW
@given(st.lists(RECORD, min_size=1, max_size=12))
def test_no_record_is_lost(region: Codebook, records: list[dict[str, str]]) -> None:
    received = receive(pd.DataFrame(records), region)
    filled = sum(any(value.replace("\0", "") for value in record.values()) for record in records)
    manifest = received.deliveries.iloc[0]
    assert manifest["delivered"] == filled
    assert manifest["delivered"] == manifest["counted"] + manifest["excluded"]
    assert manifest["counted"] == len(received.responses) == len(received.answers)
    places = pd.concat([received.responses[["file", "row"]], received.exclusions[["file", "row"]]])
    assert not places.duplicated().any()


@FEW
@given(st.lists(RECORD, min_size=1, max_size=12), st.randoms())
def test_order_of_rows_and_columns_does_not_matter(region: Codebook, records: list[dict[str, str]], random) -> None:
    table = pd.DataFrame(records)
    order, names = list(table.index), list(table.columns)
    random.shuffle(order)
    random.shuffle(names)
    one, other = receive(table, region), receive(table.loc[order, names], region)
    for name in ("responses", "answers", "unanswered"):
        first, second = getattr(one, name), getattr(other, name)
        pd.testing.assert_frame_equal(
            first.drop(columns="row", errors="ignore"), second.drop(columns="row", errors="ignore")
        )
    assert sorted(one.exclusions["reason"]) == sorted(other.exclusions["reason"])
    assert sorted(one.findings["message"]) == sorted(other.findings["message"])


@FEW
@given(st.lists(RECORD, min_size=1, max_size=8))
def test_a_column_nobody_needs_changes_nothing(region: Codebook, records: list[dict[str, str]]) -> None:
    table = pd.DataFrame(records)
    one, other = receive(table, region), receive(table.assign(extra=""), region)
    pd.testing.assert_frame_equal(one.responses, other.responses)
    pd.testing.assert_frame_equal(one.answers, other.answers)


@FEW
@given(st.binary(max_size=400))
def test_no_file_breaks_the_reading(region: Codebook, raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lijst.csv").write_bytes(raw)
        received = deliveries.receive(Path(folder), region, 2026, b"key")
    assert len(received.deliveries) == 1
