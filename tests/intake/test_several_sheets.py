"""Workbooks with a sheet per provider: told when they are not read, proposed, and read together once accepted."""

import io
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import deliveries, drafts, exports

HEADER = ["nr", "datum", "De hulp past bij wat ik nodig heb.", "Ik ben tevreden over de hulp."]


def records(first: int, count: int) -> list[list[object]]:
    return [[number, f"{number % 27 + 1}-2-2026", number % 5 + 1, 4] for number in range(first, first + count)]


def workbook(sheets: Mapping[str, list[list[object]]], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


PER_PROVIDER = {
    "De Linde": [HEADER, *records(1, 12)],
    "St. Het Anker": [HEADER, *records(13, 5)],
    "Zorg & Zo": [HEADER, *records(18, 3)],
}


def book_for(draft: Mapping[str, pd.DataFrame], region: Codebook) -> Codebook:
    """Return the codebook with what was proposed accepted."""
    names = {name: getattr(region, name).columns for name in ("deliveries", "columns", "aliases")}
    accepted = {name: draft[name].reindex(columns=columns, fill_value="") for name, columns in names.items()}
    return replace(region, **accepted | {"aliases": pd.concat([region.aliases, accepted["aliases"]])})


def test_the_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    export = exports.read(workbook(PER_PROVIDER), "a.xlsx")
    assert len(export.table) == 12
    (told,) = export.findings
    assert "only 'De Linde' is read, not 'St. Het Anker', 'Zorg & Zo'. 3 of them have the same header." in told.message
    assert told.remedy.startswith("Write * in deliveries.csv, column sheet")


def test_the_draft_reads_them_together_and_the_sheet_is_the_provider(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "per_aanbieder.xlsx").write_bytes(workbook(PER_PROVIDER))
    draft = drafts.propose(tmp_path / "per_aanbieder.xlsx", region)
    assert draft["deliveries"]["sheet"].tolist() == ["*"]
    assert draft["columns"]["field"].tolist() == ["respondent", "completed_on", "K1", "K3", "provider"]
    assert draft["aliases"][["spelling", "provider_id"]].to_numpy().tolist() == [["St. Het Anker", "p002"]]
    found = deliveries.receive(tmp_path, book_for(draft, region), 2026, None)
    assert found.responses["provider_id"].value_counts().to_dict() == {"p001": 12, "p002": 5, "p003": 3}
    assert found.deliveries[["delivered", "counted"]].to_numpy().tolist() == [[20, 20]]
    told = found.findings["message"].str.extract("3 sheets are read as one table.*: (.*)")[0].dropna().tolist()
    assert told == ["'De Linde' from row 2, 'St. Het Anker' from row 14, 'Zorg & Zo' from row 19."]


def test_a_column_that_names_the_provider_goes_before_the_sheet(region: Codebook, tmp_path: Path) -> None:
    sheets = {
        name: [[*rows[0], "Aanbieder"], *([*row, "Het Anker"] for row in rows[1:])]
        for name, rows in PER_PROVIDER.items()
    }
    (tmp_path / "a.xlsx").write_bytes(workbook(sheets))
    fields = drafts.propose(tmp_path / "a.xlsx", region)["columns"].set_index("column")["field"]
    assert fields[["Aanbieder", "tabblad"]].tolist() == ["provider", "ignore"]


def test_titles_totals_and_a_double_header_on_each_sheet() -> None:
    above: list[list[object]] = [
        ["Rapportage 2026"],
        [],
        ["Algemeen", None, "Oordeel", None],
        ["nr", "datum", "past", "fijn"],
    ]
    sheets = {name: [*above, *rows[1:], ["Totaal", None, 40, 50]] for name, rows in PER_PROVIDER.items()}
    export = exports.read(workbook(sheets, "C3:D3"), "a.xlsx", {"sheet": "*"})
    assert list(export.table.columns) == ["Algemeen | nr", "datum", "Oordeel | past", "Oordeel | fijn", "tabblad"]
    assert export.table["tabblad"].value_counts().to_dict() == {"De Linde": 12, "St. Het Anker": 5, "Zorg & Zo": 3}
    assert len(export.summary) == 3


@pytest.mark.parametrize("name", ["Alle", "Totaal"])
def test_an_overview_of_all_is_not_read_again(name: str) -> None:
    everything = {name: [HEADER, *(row for rows in PER_PROVIDER.values() for row in rows[1:])], **PER_PROVIDER}
    export = exports.read(workbook(everything), "a.xlsx", {"sheet": "*"})
    assert len(export.table) == 20
    assert any(f"The sheet '{name}' holds the records of the other sheets" in each.message for each in export.findings)


def test_totals_below_each_sheet_are_no_records() -> None:
    """Also those that between records would be a name: "Aantal" with a number within the scale beside it."""
    sheets = {name: [*rows, ["Aantal", None, 5, 5], ["Std", None, 1, 1]] for name, rows in PER_PROVIDER.items()}
    export = exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"})
    assert (len(export.table), len(export.summary)) == (20, 6)
    assert export.table["tabblad"].notna().all()


def test_a_last_record_of_an_organisation_that_is_called_total_keeps_its_sheet() -> None:
    header = ["aanbieder", "team", "cijfer"]
    sheets = {team: [header, ["De Linde", "a", 7], ["Totaal Thuis", "b", 8]] for team in ("Noord", "Zuid", "West")}
    table = exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"}).table
    assert table["tabblad"].tolist() == ["Noord", "Noord", "Zuid", "Zuid", "West", "West"]


def test_a_few_answers_that_stand_on_other_sheets_too_are_kept_and_told() -> None:
    header = [*HEADER[2:], "Duur"]
    answers: list[list[object]] = [[4, 5, 2], [3, 4, 1]]
    sheets = {"De Linde": [header, *answers], "Het Anker": [header, answers[0]], "Zorg & Zo": [header, answers[1]]}
    export = exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"})
    assert len(export.table) == 4
    assert any("Records of the sheet 'De Linde' stand on other sheets too" in each.message for each in export.findings)


def test_an_overview_with_a_record_more_is_told() -> None:
    """Which of them count is left to a person: the one more may be that of a provider without a sheet."""
    rows = [row for rows in PER_PROVIDER.values() for row in rows[1:]]
    sheets = {"Alle": [HEADER, *rows, *records(40, 1)], **PER_PROVIDER}
    export = exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"})
    (told,) = [each for each in export.findings if "'Alle' stand on other sheets too" in each.message]
    assert told.severity == "error"


def test_a_sheet_with_another_header_is_told_and_a_pattern_chooses(region: Codebook) -> None:
    sheets = {**PER_PROVIDER, "Toelichting": [["Wat", "Uitleg"], *([f"v{n}", "tekst"] for n in range(6))]}
    export = exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"})
    assert len(export.table) == 20
    assert any("The header of 'Toelichting' is another" in each.message for each in export.findings)
    assert len(exports.read(workbook(sheets), "a.xlsx", {"sheet": "*n*er"}).table) == 5


@pytest.mark.parametrize(
    "names", [("2024", "2025", "2026"), ("Kwartaal 1", "Kwartaal 2", "Kwartaal 3"), ("A", "B", "C")]
)
def test_sheets_of_other_things_are_left_to_a_person(names: tuple[str, ...], region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook(dict(zip(names, PER_PROVIDER.values(), strict=True))))
    assert drafts.propose(tmp_path / "a.xlsx", region)["deliveries"]["sheet"].tolist() == [""]


def test_the_name_of_a_person_on_a_sheet_is_not_repeated() -> None:
    sheets = dict(zip(("Jan de Vries", "Fatima Bakker", "P. Jansen"), PER_PROVIDER.values(), strict=True))
    told = str(exports.read(workbook(sheets), "a.xlsx").findings)
    assert "Vries" not in told and "Bakker" not in told


def test_hundreds_of_other_sheets_are_passed_over_at_a_glance() -> None:
    other = [["Wat", "Hoeveel", "Waarom"], *([f"regel {n}", n, "daarom"] for n in range(3))]
    sheets = {**PER_PROVIDER, **{f"Tabel {n}": other for n in range(300)}}
    started = time.perf_counter()
    assert len(exports.read(workbook(sheets), "a.xlsx", {"sheet": "*"}).table) == 20
    assert time.perf_counter() - started < 30


def test_of_sheets_named_after_years_that_of_the_delivery_is_read() -> None:
    years = {"2024": [HEADER, *records(1, 40)], "2025": [HEADER, *records(50, 30)], "2026": [HEADER, *records(90, 4)]}
    raw = workbook(years)
    for year, count in (("2025", 30), ("2026", 4), ("", 4)):
        export = exports.read(raw, "enquete.xlsx", {"year": year})
        assert len(export.table) == count
        (found,) = [each for each in export.findings if "is read, not" in each.message]
        assert (found.severity, f"only {year or '2026'!r} is read" in found.message) == ("note", True)
    other = exports.read(raw, "enquete.xlsx", {"year": "2023"})
    assert [each.severity for each in other.findings if "is read, not" in each.message] == ["warning"]
    assert len(exports.read(raw, "enquete.xlsx", {"year": "2026", "sheet": "*"}).table) == 74
