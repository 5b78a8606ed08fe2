"""The tables of a page as a spreadsheet: what the page shows, as numbers where they are, never a formula."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from workbench.reporting import workbooks
from workbench.reporting.exhibit import Exhibit

HOSTILE = '=HYPERLINK("http://example.org";"klik")'
TABLE = pd.DataFrame(
    {
        "Aanbieder": [HOSTILE, "+31", "-1", "@SUM(A1)", "De Linde"],
        "Aandeel": [0.62, None, 0.5, 0.07, 1.0],
        "Aantal": [1234, 8, 10, 55, 30],
        "Score": ["71", "", "−3", "62,5", "100"],
    }
)


@pytest.fixture
def content():
    formats = {"Aandeel": "share", "Aantal": "count", "Score": "points"}
    one = Exhibit("outcomes", HOSTILE, "=1+1", TABLE, note="+let op", formats=formats)
    same = Exhibit("a-key-that-is-much-longer-than-a-sheet-may-be", "Nog een", "", TABLE.head(1), formats=formats)
    other = Exhibit("a-key-that-is-much-longer-than-a-sheet-may-seem", "En nog een", "", TABLE.head(1), formats=formats)
    tables = [table for exhibit in (one, same, other) for table in exhibit.tables()]
    return workbooks.of_tables(tables, "=Rapport", "nl")


def test_no_cell_is_a_formula_and_text_stays_text(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    dangerous = [cell for cell in cells if isinstance(cell.value, str) and cell.value[:1] in "=+-@"]
    assert len(dangerous) >= 6
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in dangerous)
    raw = zipfile.ZipFile(io.BytesIO(content))
    assert not [name for name in raw.namelist() if "<f>" in raw.read(name).decode("utf-8", "ignore")]


def test_numbers_are_numbers_as_the_page_shows_them(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert [(cell.value, cell.number_format) for cell in rows[HOSTILE][1:]] == [
        (0.62, "0%"),
        (1234, "#,##0"),
        (71, "0"),
    ]
    assert rows["-1"][3].value == -3
    assert (rows["@SUM(A1)"][3].value, rows["@SUM(A1)"][3].number_format) == (62.5, "0.0")
    assert rows["+31"][1].value == "–"


def test_sheets_have_names_of_their_own_and_a_list_in_front(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[0] == "Inhoud"
    assert len(set(book.sheetnames)) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    linked = [cell.hyperlink.location or cell.hyperlink.target for cell in book["Inhoud"]["A"] if cell.hyperlink]
    assert len(linked) == 3


def test_the_same_content_gives_the_same_bytes(content):
    table = Exhibit("outcomes", "Uitkomsten", "", TABLE).tables()
    assert workbooks.of_tables(table, "x", "nl") == workbooks.of_tables(table, "x", "nl")
    assert b"1980" in zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml")


@pytest.mark.parametrize("said", ["\U0001f600" * 40, "De\ud800 \x01heer\uffff", 'Wie\'s <x> & "y"', "x" * 40_000])
def test_whatever_a_table_is_called_and_holds_there_is_a_workbook(said):
    table = Exhibit("outcomes", said, said, pd.DataFrame({"Aanbieder": [said, "\x01=1+1"]}, dtype=object)).tables()
    book = openpyxl.load_workbook(io.BytesIO(workbooks.of_tables(table, said, "nl")))
    assert len(book.sheetnames) == 2
    assert all(len(name.encode("utf-16-le")) <= 62 for name in book.sheetnames)
    cell = next(cell for cell in book.worksheets[1]["A"] if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
