"""Text cut into cells: how cells are held, which the first rows decide, never changes what they are."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake import cutting

HEADER = ["nummer", "L01", "L02", "kanaal"]


def _written(rows: list[list[str]]) -> bytes:
    return "".join(";".join(row) + "\n" for row in rows).encode()


def _cells(text: bytes, sample: list[list[str]]) -> list[list[str]]:
    table, misfits = cutting.cut(text, ";", len(HEADER), sample, cutting.may_break_lines(text))
    assert not misfits
    return [list(row) for row in table.astype("str").fillna("").to_numpy()]


def _answers(count: int) -> list[list[str]]:
    return [[str(1000 + at), str(at % 5 + 1), "" if at % 7 == 0 else "JN"[at % 2], "kiosk"] for at in range(count)]


def test_digits_and_letters_come_out_as_they_are() -> None:
    rows = [HEADER, *_answers(900)]
    assert _cells(_written(rows), rows) == rows


@pytest.mark.parametrize("late", ["99", "n.v.t.", "é", " 4", "04", "NA"])
def test_a_longer_answer_behind_the_first_rows_is_read_as_it_is(late: str) -> None:
    rows = [HEADER, *_answers(900)]
    rows[-2] = ["7", late, late, "kiosk"]
    expected = rows if late != "NA" else [*rows[:-2], ["7", "", "", "kiosk"], rows[-1]]
    assert _cells(_written(rows), rows[:600]) == expected


def test_a_column_of_letters_is_held_once_each() -> None:
    rows = [HEADER, *_answers(900)]
    table, _ = cutting.cut(_written(rows), ";", len(HEADER), rows, broken=False)
    assert list(table[1].cat.categories) == ["1", "2", "3", "4", "5", "L01"]  # the title last
    assert not isinstance(table[0].dtype, pd.CategoricalDtype)  # nearly every number is another


def test_rows_that_do_not_fit_keep_their_place_below_the_header() -> None:
    rows = [HEADER, *_answers(900)]
    text = _written([*rows[:700], ["1", "2"], *rows[700:], ["a", "b", "c", "d", "e"]])
    table, misfits = cutting.cut(text, ";", len(HEADER), rows, broken=False)
    assert misfits == [(701, "1;2"), (903, "a;b;c;d;e")]
    assert len(table) == 901


def test_a_header_alone_and_a_short_one() -> None:
    assert _cells(_written([HEADER]), [HEADER]) == [HEADER]
    table, misfits = cutting.cut(b"a;b\n1;2;3\n", ";", 3, [], broken=False)
    assert (misfits, table.astype("str").to_numpy().tolist()) == ([(1, "a;b")], [["1", "2", "3"]])


@given(
    st.lists(
        st.tuples(*[st.text("15JN é.", max_size=2)] * len(HEADER)).filter(any),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_the_sample_says_changes_nothing(late: list[tuple[str, ...]], end: str) -> None:
    known = [HEADER, *_answers(600)]
    text = end.join(";".join(row) for row in [*known, *late]).encode()
    read = list(csv.reader(io.StringIO(text.decode(), newline=""), delimiter=";"))
    assert _cells(text, known) == _cells(text, []) == read
