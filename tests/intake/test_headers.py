"""Where the header of a table is, whatever a program or a person did to the table before it was sent."""

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import columns, exports, likeness
from workbench.intake.sheets import Unreadable

HEADER = "nr;aanbieder;datum;vraag;opmerking"
NAMES = HEADER.split(";")
RECORDS = [f"{number};De Linde;{number}-2-2026;{number % 5 + 1};" for number in range(1, 13)]


def in_one_column(lines: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("raw", "before"),
    [
        (text(HEADER, *(f"{record};" for record in RECORDS)), 0),
        (text("Rapport", "Periode;2026", HEADER, *(f"{record};;" for record in RECORDS)), 2),
        (text(f"{HEADER};;", *RECORDS), 0),
        (text(HEADER, *(record.rstrip(";") for record in RECORDS)), 0),
        (text(*(f'"{line.replace(";", ",")}"' for line in (HEADER, *RECORDS))), 0),
        (in_one_column([line.replace(";", ",") for line in (HEADER, *RECORDS)]), 0),
    ],
    ids=[
        "delimiter behind records",
        "and titles above",
        "behind the header",
        "cells dropped",
        "quoted lines",
        "cell A",
    ],
)
def test_no_record_is_taken_for_a_header(raw: bytes, before: int) -> None:
    export = exports.read(raw, "a.csv")
    assert list(export.table.columns)[:4] == NAMES[:4]
    assert export.table.index.tolist() == [before + number for number in range(2, 14)]
    assert export.table["vraag"].tolist() == [record.split(";")[3] for record in RECORDS]
    assert not export.apart


def test_more_cells_than_names_are_refused_rather_than_shifted() -> None:
    with pytest.raises(exports.Unreadable, match="header of 5 columns"):
        exports.read(text(HEADER, *(f"{record};extra" for record in RECORDS)), "a.csv")


def test_a_last_row_that_is_cut_off_is_told() -> None:
    export = exports.read(text(HEADER, *RECORDS, "13;De Lin"), "a.csv")
    assert export.apart == (14,)


def test_names_of_columns_hold_no_number_of_a_person() -> None:
    named = "nr;aanbieder;Opmerking (bel 06-12345678);jan@voorbeeld.example;bsn 999990019"
    export = exports.read(text(named, *RECORDS), "a.csv")
    assert list(export.table.columns)[2:] == ["Opmerking (bel [TELEFOON])", "[E-MAIL]", "bsn [NUMMER]"]
    assert [finding.column for finding in export.findings] == list(export.table.columns)[2:]
    assert export.findings[0].message.startswith("The header of column 3 contains a name")


def test_parts_of_a_questionnaire_and_their_numbers_are_no_people() -> None:
    named = "nr;A. Kwaliteit;B. Toegang;Q 123456789;V. Open"
    export = exports.read(text(named, *RECORDS), "a.csv")
    assert list(export.table.columns) == named.split(";")
    assert not export.findings


def test_options_that_repeat_their_header_where_ticked_are_no_records() -> None:
    ticks = ("Begeleiding;Dagbesteding", "Begeleiding;", ";Dagbesteding")
    rows = [f"{n};{ticks[n % 3]};{n % 5 + 1}" for n in range(12)]
    export = exports.read(text("nr;Begeleiding;Dagbesteding;past", *rows), "a.csv")
    assert list(export.table.columns) == ["nr", "Begeleiding", "Dagbesteding", "past"]
    assert not export.findings


def test_a_table_without_a_header_is_told_and_names_no_one() -> None:
    rows = [f"{n};De Linde;{('Mee eens', 'Neutraal')[n % 2]};{('Neutraal', 'Oneens')[n % 2]};J. Vos" for n in range(12)]
    export = exports.read(text(*rows), "a.csv")
    assert list(export.table.columns) == [f"column {at}" for at in range(1, 6)]
    assert not any("Vos" in str(finding) for finding in export.findings)
    assert "looks like a record" in export.findings[-1].message
    assert export.findings[-1].row == 1


def test_a_first_record_of_sentences_is_a_record() -> None:
    """No code stands above them, but the name of the column."""
    rows = ["Stichting Het Anker;Wachttijd verkorten naar zes weken;Manager zorg en kwaliteit"]
    rows += [f"Zorg{n};Actie {n};Piet" for n in range(9)]
    for header in ("aanbieder;actie;eigenaar", "locatie;mooi;beter"):
        assert len(exports.read(text(header, *rows), "a.csv").table) == 10


def test_a_header_that_comes_back_half_way_is_no_record() -> None:
    export = exports.read(text(HEADER, *RECORDS[:6], HEADER, *RECORDS[6:]), "a.csv")
    assert not export.findings


def sheets(**filled: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in filled.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_answers_are_read_and_not_the_tables_made_of_them() -> None:
    tables = [[f"Vraag {n}", *range(20)] for n in range(20)]
    records = [NAMES[:4], *(record.split(";")[:4] for record in RECORDS)]
    export = exports.read(sheets(Antwoorden=records, Kruistabellen=tables), "a.xlsx")
    assert list(export.table.columns) == NAMES[:4]
    told = " ".join(finding.message for finding in export.findings)
    assert "only 'Antwoorden' is read" in told
    assert "1 row of the workbook is hidden. Hidden rows of a sheet that is read are read too." in told


@pytest.mark.parametrize(
    ("large", "small"), [("Tabel1", "Blad2"), ("Export tabel", "Info"), ("Resultaten", "Respons"), ("Blad1", "Data")]
)
def test_no_name_of_a_sheet_outweighs_its_size(large: str, small: str) -> None:
    records = [NAMES[:4], *(record.split(";")[:4] for record in RECORDS)]
    export = exports.read(sheets(**{small: [["gemaakt", "door"], ["vandaag", "Excel"]], large: records}), "a.xlsx")
    assert len(export.table) == len(RECORDS)


def test_a_title_of_several_cells_is_no_header() -> None:
    export = exports.read(text("Rapport;Regio Oost;Jeugdhulp", HEADER, *RECORDS[:3]), "a.csv")
    assert list(export.table.columns) == NAMES
    assert len(export.table) == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_row_of_codes_and_a_row_of_questions_are_one_header(order: tuple[int, int]) -> None:
    rows = ["nr;aanb;dat;v1;opm", "Nummer;Aanbieder;Datum;Hoe tevreden bent u over de hulp?;Wilt u nog iets zeggen?"]
    export = exports.read(text(*(rows[at] for at in order), *RECORDS), "a.csv")
    assert list(export.table.columns) == rows[0].split(";")
    assert export.wording["v1"] == "Hoe tevreden bent u over de hulp?"
    assert export.table.index.tolist() == list(range(3, 15))
    assert "The second row was taken for the" in export.findings[0].message


def test_the_first_of_many_open_answers_is_no_row_of_questions() -> None:
    said = [f"Mijn begeleider komt {n} keer;Fijn dat het zo goed gaat, dag {n}" for n in range(10)]
    assert len(exports.read(text("v1;v2", *said), "a.csv").table) == 10


def test_a_record_of_sentences_is_no_row_of_questions() -> None:
    said = [f"Mijn begeleider komt {n} keer;Fijn dat het zo goed gaat, dag {n};Ja" for n in range(12)]
    assert len(exports.read(text("v1;v2;v3", *said), "a.csv").table) == 12


@pytest.mark.parametrize(
    "heading",
    [
        "Hoe oordeelt u over ....De hulp past bij wat ik nodig heb",
        "In hoeverre bent u het eens met:.De hulp past bij wat ik nodig heb.",
        "Wat vindt u? [De hulp past bij wat ik nodig heb.]",
        "De hulp past bij wat ik nodig heb. - In hoeverre bent u het eens met de stelling?",
        "In hoeverre bent u het eens met: De hulp past bij wat ik nodig heb.",
        "De hulp past bij wat ik nodig heb. (1 = helemaal niet mee eens, 5 = helemaal mee eens)",
    ],
)
def test_a_statement_behind_the_question_above_it_is_the_known_item(
    heading: str, region: Codebook, tmp_path: Path
) -> None:
    """Microsoft Forms writes the question over a list, a point, and the statement; agencies write it in other ways."""
    export = exports.Export(pd.DataFrame({heading: ["Mee eens"]}, dtype="str"), "msforms")
    assert columns.proposals(heading, "responses", region)[0] == "K1"
    assert max(likeness.by_wording(likeness.look(export, heading), region.items).items(), key=lambda each: each[1]) == (
        "K1",
        pytest.approx(0.95, abs=0.02),
    )


def workbook(rows: list[list[object]], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


DELIVERED = [[number, "De Linde", f"{number}-2-2026", number % 5 + 1, number % 10 + 1] for number in range(1, 10)]


@pytest.mark.parametrize(
    ("rows", "merged", "names"),
    [
        (
            [["nr", "Aanbieder", "Datum", "Oordeel", None], [None] * 3 + ["Kwaliteit", "Effect"]],
            ("A1:A2", "B1:B2", "C1:C2", "D1:E1"),
            ["nr", "Aanbieder", "Datum", "Oordeel | Kwaliteit", "Oordeel | Effect"],
        ),
        (
            [["nr", "Aanbieder", "Datum", "Oordeel", None], [None] * 3 + ["Kwaliteit", "Effect"]],
            ("A1:A3", "B1:B3", "C1:C2", "D1:E1"),
            ["nr", "Aanbieder", "Datum", "Oordeel | Kwaliteit", "Oordeel | Effect"],
        ),
        (
            [["nr", "Aanbieder", "Datum", "Kwaliteit", "Effect"]],
            (),
            ["nr", "Aanbieder", "Datum", "Kwaliteit", "Effect"],
        ),
    ],
)
def test_a_row_of_units_below_the_header_is_no_record(
    rows: list[list[object]], merged: tuple[str, ...], names: list[str]
) -> None:
    units = [None, None, "dd-mm-jjjj", "(1-5)", "(1 t/m 10)"]
    export = exports.read(workbook([*rows, units, *DELIVERED], merged), "a.xlsx")
    assert list(export.table.columns) == names
    assert export.table.index.tolist() == [len(rows) + 2 + at for at in range(9)]
    assert [each.message for each in export.findings if "no record" in each.message] == [
        "The row below the header says in what the columns are written (units, formats); it is no record."
    ]
    stated = exports.read(workbook([*rows, units, *DELIVERED], merged), "a.xlsx", {"header_rows": str(len(rows))})
    assert len(stated.table) == 10


@pytest.mark.parametrize(
    "record", [[1, "De Linde", None, 1, "(5)"], [None, None, None, "1-5", "1-10"], [None, None, "datum", None, None]]
)
def test_a_first_record_is_not_taken_for_units(record: list[object]) -> None:
    header = ["nr", "Aanbieder", "Datum", "Kwaliteit", "Effect"]
    assert len(exports.read(workbook([header, record, *DELIVERED]), "a.xlsx").table) == 10


def test_of_statements_that_begin_alike_the_one_that_was_cut_off_is_meant(region: Codebook) -> None:
    """By likeness alone "Door de hulp kan ik beter d..." was the other statement that begins with these words."""
    cut = {
        heading: ["Mee eens"]
        for heading in ("Door de hulp kan ik beter d...", "Door de hulp kan ik mij", "Door de hulp kan ik")
    }
    export = exports.Export(pd.DataFrame(cut, dtype="str"), "delimited")
    found = {heading: likeness.by_wording(likeness.look(export, heading), region.items) for heading in cut}
    assert [max(each.items(), key=lambda item: item[1])[0] for each in list(found.values())[:2]] == ["E1", "E2"]
    assert all(sure <= 0.5 for sure in found["Door de hulp kan ik"].values())


def test_the_numbers_of_rows_that_r_writes_have_no_name() -> None:
    export = exports.read(text(HEADER, *(f'"{at}";{record}' for at, record in enumerate(RECORDS, 1))), "a.csv")
    assert export.table["vraag"].tolist() == [record.split(";")[3] for record in RECORDS]
    assert export.table["column 1"].tolist() == [str(at) for at in range(1, 13)]


def test_questions_below_their_numbers_are_their_texts() -> None:
    numbers = ["ID", "Aanbieder", 1, 2, 3]
    asked = [None, None, "De hulp past bij wat ik nodig heb.", "Ik ben tevreden over de hulp.", "De sfeer is goed."]
    records = [[at, "De Linde", at % 5 + 1, 4, 5] for at in range(1, 12)]
    export = exports.read(workbook([numbers, asked, *records]), "a.xlsx")
    assert export.wording == dict(zip("123", asked[2:], strict=True))
    assert len(export.table) == 11
    first = [[1, "De Linde", "Alles ging goed hoor", "Prima geholpen door haar", "Dank u wel daarvoor"], *records[1:]]
    assert len(exports.read(workbook([["ID", "Aanbieder", "V1", "V2", "V3"], *first]), "a.xlsx").table) == 11


def test_a_header_of_more_rows_than_there_are_is_told() -> None:
    with pytest.raises(Unreadable, match=r"fewer rows than its header should have \(2\)"):
        exports.read(text(HEADER, ""), "a.csv", {"header_rows": "2"})
