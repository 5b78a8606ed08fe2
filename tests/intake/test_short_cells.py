"""Short cells are read in a quick way: what comes out must be what the careful way gives, whatever stands in them."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.intake import cutting, short_cells

HEADER = "naam;past;keuze;leeg\n"
RECORD = "Huis De Linde;4;ja;\n"


def _cut(text: str, broken: bool) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    sample = list(csv.reader(io.StringIO(text[:60_000], newline=""), delimiter=";"))
    return cutting.cut(text.encode(), ";", 4, sample, broken)


def _same_in_both_ways(text: str) -> None:
    quick, further = _cut(text, broken=False)
    careful, misfits = _cut(text, broken=True)  # as a text is cut that may hold line breaks: by a reader of any text
    pd.testing.assert_frame_equal(quick.astype("str"), careful.astype("str"))
    assert further == misfits


@pytest.mark.parametrize(
    "odd",
    [
        *("Het Anker;5;nee;\n", "Het Anker;;;\n", "Het Anker;NA;#N/B;NULL\n", "Het Anker; ; ja;x\n"),
        *("Het Anker;10;misschien;\n", "Het Anker;é;één;ü\n", "Het Anker;past;keuze;leeg\n", "Het Anker;4\r5;ja;\n"),
        *("Het Anker;4;ja;\r\n", "Het Anker;4;ja;\rHuis;5;nee;\n", "Het Anker;4\n", "Het Anker;4;ja;;x\n", "\n"),
        *(
            "Het Anker;4;ja;",
            "Het Anker;4;achtbyte;\n",
            "Het Anker;4;negen tel;\n",
            "Het Anker;4;\u4e2d\u6587\u5b57;\n",
        ),
    ],
)
def test_an_odd_row_far_below_is_read_as_ever(odd):
    _same_in_both_ways(HEADER + RECORD * 30_000 + odd + (RECORD * 3 if odd.endswith("\n") else ""))


def test_a_title_may_be_a_delimiter():
    _same_in_both_ways('naam;";";NA;leeg\n' + RECORD * 700 + "Het Anker;;;\n")


def test_rows_may_end_as_windows_ends_them():
    _same_in_both_ways((HEADER + RECORD * 700).replace("\n", "\r\n"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='";\0'), max_size=9), min_size=3, max_size=30))
def test_any_text_is_read_as_ever(texts):
    _same_in_both_ways(HEADER + RECORD * 700 + "".join(f"Het Anker;{text};{text[:8]};\n" for text in texts))


def test_short_cells_are_read_the_quick_way():
    text = (HEADER + RECORD * 700).encode()
    sample = [row.split(";") for row in text.decode().splitlines()]
    assert sorted(short_cells.read(text, len(HEADER), ";", 4, sample)) == [0, 1, 2, 3]


def test_long_cells_are_left_to_the_reader_of_any_text():
    text = HEADER.encode() + f"{'zeer ' * 20};4;ja;\n".encode() * 700
    sample = [row.split(";") for row in text.decode().splitlines()]
    assert sorted(short_cells.read(text, len(HEADER), ";", 4, sample)) == [1, 2, 3]
    _same_in_both_ways(text.decode())


@pytest.mark.parametrize("odd", ["x" * 17, "x" * 63 + "é", "x" * 65, "NA", "", "a\rb", "a\0b"])
def test_labels_and_numbers_of_people_are_read_as_ever(odd):
    rows = "".join(
        f"Aanbieder {at % 9};{at};2026-01-05 {at:05d};{'zelf' if at % 2 else 'met hulp'}\n" for at in range(3_000)
    )
    for place in range(3):
        cells = ["Aanbieder 1", "7", "2026-01-06", "zelf"]
        cells[place] = odd
        _same_in_both_ways("aanbieder;nr;datum;door\n" + rows + ";".join(cells) + "\n")
