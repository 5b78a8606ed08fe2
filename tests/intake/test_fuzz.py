"""Bytes that went wrong on the way cost at most their own file: it is read or refused, and always accounted for."""

import io
import tempfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.codebook import Codebook
from workbench.intake import deliveries

TABLE = pd.DataFrame({"nr": range(1, 9), "aanbieder": ["De Linde", "Het Anker"] * 4, "past": [1, 2, 3, 4, 5, 1, 2, 9]})
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [list(TABLE.columns), *TABLE.values.tolist()]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def labelled(ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{ending}"
        write = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
        write(TABLE, path, variable_value_labels={"past": {1: "niet mee eens", 5: "mee eens"}})
        return path.read_bytes()


WHOLE = {
    "csv": lambda: TABLE.to_csv(sep=";", index=False).encode("utf-16"),
    "xlsx": workbook,
    "sav": lambda: labelled("sav"),
    "dta": lambda: labelled("dta"),
}
CHANGE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255))


@pytest.mark.parametrize("ending", WHOLE)
def test_a_damaged_file_is_read_or_refused(ending: str, region: Codebook) -> None:
    whole = WHOLE[ending]()

    @FEW
    @given(st.lists(CHANGE, min_size=1, max_size=12), st.floats(0.2, 1))
    def damaged(changes: list[tuple[float, int]], kept: float) -> None:
        raw = bytearray(whole)
        for place, value in changes:
            raw[int(place * len(raw))] = value
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"lijst_a.{ending}").write_bytes(raw[: int(kept * len(raw)) + 1])
            (Path(folder) / "lijst_b.csv").write_text("nr;aanbieder;past\n1;De Linde;5\n")
            book = replace(region, deliveries=region.deliveries)
            received = deliveries.receive(Path(folder), book, 2026, b"key")
        account = received.deliveries.set_index("file")
        assert account.at["lijst_b.csv", "counted"] == 1
        assert (account["delivered"] == account["counted"] + account["excluded"]).all()

    damaged()
