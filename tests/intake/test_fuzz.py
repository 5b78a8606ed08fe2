"""Bytes that went wrong on the way cost at most their own file: it is read or refused, and always accounted for.

Short in the suite; ``FUZZ=2000 pytest tests/intake/test_fuzz.py`` looks longer.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake.test_families import GOOGLE, SURVEYMONKEY
from intake.test_formats import open_document
from intake.test_formats import workbook as dated_workbook

from workbench import codebook
from workbench.codebook import Codebook, CodebookError
from workbench.intake import deliveries, drafts
from workbench.intake.sheets import Unreadable

TABLE = pd.DataFrame({"nr": range(1, 9), "aanbieder": ["De Linde", "Het Anker"] * 4, "past": [1, 2, 3, 4, 5, 1, 2, 9]})
FEW = settings(
    max_examples=int(os.environ.get("FUZZ", "5")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
QUALTRICS = (
    'ResponseId,EndDate,past,aanbieder\nResponse ID,End Date,De hulp past bij mij,Aanbieder\n"{""ImportId"":""_recordId'
    '""}","{""ImportId"":""endDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
    "R_1,2026-02-01 10:00:00,4,De Linde\nR_2,2026-02-02 10:00:00,5,Het Anker\n"
)
LIMESURVEY = (
    '"id","submitdate","lastpage","startlanguage","seed","aanbieder","past"\n'
    '"1","1980-01-01 00:00:00","3","nl","12","De Linde","AO04"\n"2","","1","nl","13","Het Anker",""\n'
)


def labelled(ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{ending}"
        write = pyreadstat.write_dta if ending == "dta" else pyreadstat.write_sav
        more = {"compress": True} if ending == "zsav" else {}
        write(TABLE, path, variable_value_labels={"past": {1: "niet mee eens", 5: "mee eens"}}, **more)
        return path.read_bytes()


WHOLE: dict[str, Callable[[], bytes]] = {
    "csv": lambda: TABLE.to_csv(sep=";", index=False).encode("utf-16"),
    "tab": lambda: TABLE.to_csv(sep="\t", index=False, decimal=",").encode("cp1252"),
    "xlsx": dated_workbook,
    "ods": open_document,
    "sav": lambda: labelled("sav"),
    "zsav": lambda: labelled("zsav"),
    "dta": lambda: labelled("dta"),
    "qualtrics": QUALTRICS.encode,
    "surveymonkey": SURVEYMONKEY.encode,
    "google": GOOGLE.encode,
    "limesurvey": LIMESURVEY.encode,
}
# What has a meaning to readers: quotes, ends of lines, marks, numbers that are too large, formulas, names of folders.
TOKENS = (
    *(b'"', b'""', b"\0", b"\r", b"\n", b";;;;", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"9" * 40, b"1e999"),
    *(b"=1+1", b"../../x", b"<!ENTITY a 'b'>", b"PK\x03\x04", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"99991231"),
)
WHERE = st.floats(0, 1, exclude_max=True)
CHANGE = st.one_of(
    st.tuples(st.just("byte"), WHERE, st.integers(0, 255).map(lambda value: bytes([value]))),
    st.tuples(st.just("token"), WHERE, st.sampled_from(TOKENS)),
    st.tuples(st.just("cut"), WHERE, st.integers(1, 200).map(bytes)),
    st.tuples(st.just("twice"), WHERE, st.integers(1, 200).map(bytes)),
)


def damaged(whole: bytes, changes: list[tuple[str, float, bytes]], kept: float) -> bytes:
    """Return bytes with some changed, put in, taken out or doubled, and the end cut off."""
    raw = bytearray(whole)
    for what, where, piece in changes:
        at = int(where * len(raw))
        if what == "byte":
            raw[at : at + 1] = piece
        elif what == "token":
            raw[at:at] = piece
        elif what == "cut":
            del raw[at : at + len(piece)]
        else:
            raw[at:at] = raw[at : at + len(piece)]
    return bytes(raw[: int(kept * len(raw)) + 1])


@pytest.mark.parametrize("family", WHOLE)
def test_a_damaged_file_is_read_or_refused(family: str, region: Codebook) -> None:
    whole = WHOLE[family]()

    @FEW
    @given(st.lists(CHANGE, min_size=1, max_size=12), st.one_of(st.just(1.0), st.floats(0.2, 1)))
    def look(changes: list[tuple[str, float, bytes]], kept: float) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lijst_a.bin"
            path.write_bytes(damaged(whole, changes, kept))
            (Path(folder) / "lijst_b.csv").write_text("nr;aanbieder;past\n1;De Linde;5\n")
            received = deliveries.receive(Path(folder), region, 2026, b"key")
            try:
                drafts.propose(path, None)
            except Unreadable as why:
                assert why.remedy
        account = received.deliveries.set_index("file")
        assert account.at["lijst_b.csv", "counted"] == 1
        assert (account["delivered"] == account["counted"] + account["excluded"]).all()

    look()


@pytest.mark.parametrize("name", ["region.yml", "columns.csv", "deliveries.csv", "providers.csv", "scales.csv"])
def test_a_damaged_codebook_is_read_or_told(name: str, tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "stories" / "codebook"
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    whole = (
        (source / name).read_bytes()
        if (source / name).is_file()
        else (";".join(codebook.TABLES[name.removesuffix(".csv")]) + "\n").encode()
    )

    @FEW
    @given(st.lists(CHANGE, min_size=1, max_size=6), st.just(1.0))
    def look(changes: list[tuple[str, float, bytes]], kept: float) -> None:
        (tmp_path / name).write_bytes(damaged(whole, changes, kept))
        try:
            codebook.read(tmp_path)
        except CodebookError as told:
            assert all(told.mistakes)

    look()
