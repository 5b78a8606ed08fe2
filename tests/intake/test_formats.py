"""The same records in every format and encoding give the same tables."""

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from workbench.codebook import Codebook
from workbench.intake import deliveries, exports, labelled

RECORDS = pd.DataFrame(
    {
        "nr": ["1", "2", "3", "4"],
        "aanbieder": ["De Linde", "Zorg & Zo", "Het Anker", "De Linde"],
        "gemeente": ["Woerden", "Oudewater", "", "Woerden"],
        "datum": ["2026-02-01", "2026-02-02", "2026-02-03", ""],
        "leeftijd": ["80", "17", "", "45"],
        "past": ["Mee eens", "Niet mee eens", "weet niet", "n.v.t."],
        "tevreden": ["5", "1", "", "3"],
        "cijfer": ["8", "10", "n.v.t.", ""],
        "opmerking": ["café; één\nregel verder", "“prima”", "", "€ 5"],
    }
)


def delimited(encoding: str, delimiter: str, end: str = "\n", mark: bytes = b"", start: str = "") -> bytes:
    text = start + RECORDS.to_csv(sep=delimiter, index=False, lineterminator=end)
    return mark + text.encode(encoding)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(RECORDS.columns))
    for record in RECORDS.itertuples(index=False):
        sheet.append([int(cell) if cell.isdigit() else cell or None for cell in record])
    for cell in sheet["D"][1:4]:
        cell.value = pd.Timestamp(cell.value).to_pydatetime()
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def open_document() -> bytes:
    cells = [RECORDS.columns, *RECORDS.itertuples(index=False)]
    rows = "".join(f"<table:table-row>{''.join(map(open_document_cell, row))}</table:table-row>" for row in cells)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f'<office:spreadsheet><table:table table:name="Blad1">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content {names}><office:body>{content}</office:body></office:document-content>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return buffer.getvalue()


def open_document_cell(text: str) -> str:
    kind = 'office:value-type="string"'
    if text.isdigit():
        kind = f'office:value-type="float" office:value="{text}"'
    elif text[:4].isdigit():
        kind = f'office:value-type="date" office:date-value="{text}"'
    return f"<table:table-cell {kind}><text:p>{html.escape(text)}</text:p></table:table-cell>"


def spss(tmp_path, compress: bool = False) -> bytes:
    labels = {"past": {4: "Mee eens", 2: "Niet mee eens", 8: "weet niet", 9: "n.v.t."}}
    back = {text: code for code, text in labels["past"].items()}
    table = RECORDS.assign(past=RECORDS["past"].map(back), tevreden=pd.to_numeric(RECORDS["tevreden"]))
    pyreadstat.write_sav(
        table,
        tmp_path / "a.sav",
        variable_value_labels=labels,
        missing_ranges={"past": [{"lo": 8, "hi": 9}]},
        compress=compress,
    )
    return (tmp_path / "a.sav").read_bytes()


FORMATS = {
    "cp1252": lambda _: delimited("cp1252", ";", "\r\n"),
    "utf-8 with mark": lambda _: delimited("utf-8-sig", ";"),
    "utf-16 with tabs": lambda _: delimited("utf-16", "\t"),
    "utf-16 without mark": lambda _: delimited("utf-16-le", "\t"),
    "commas": lambda _: delimited("utf-8", ","),
    "bars": lambda _: delimited("utf-8", "|"),
    "a hint for Excel": lambda _: delimited("utf-8", ";", start="sep=;\n"),
    "empty lines before": lambda _: delimited("utf-8", ";", start="\n\n"),
    "xlsx": lambda _: workbook(),
    "ods": lambda _: open_document(),
    "sav": spss,
    "zsav": lambda place: spss(place, compress=True),
}


@pytest.mark.parametrize("name", FORMATS)
def test_same_tables(name: str, received: Callable, tmp_path) -> None:
    plain = received(delimited("utf-8", ";"))
    other = received(FORMATS[name](tmp_path))
    assert len(plain.responses) == 3  # the fourth answers, the third does not
    for table in ("answers", "unanswered", "responses"):
        one, two = (getattr(each, table).drop(columns=["row"], errors="ignore") for each in (plain, other))
        pd.testing.assert_frame_equal(one, two)
    assert plain.exclusions["reason"].tolist() == other.exclusions["reason"].tolist()
    assert not (other.findings["severity"] == "error").any()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"%PDF-1.7", "document"),
        (b"<html><table></table></html>", "document"),
        (b"PK\x03\x04 word/document.xml", "archive"),
        (b"PK\x03\x04 xl/workbook.xml", "damaged"),
        (b"$FL2@(#) SPSS DATA FILE", "damaged"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"a;b\n" + b"1;2;3;4\n" * 10, "Hardly any row"),
    ],
)
def test_what_cannot_be_read_is_a_finding(raw: bytes, expected: str, received: Callable) -> None:
    found = received(raw)
    assert found.deliveries["kind"].tolist() == ["unreadable"]
    assert found.findings["severity"].tolist() == ["error"]
    assert expected in found.findings["message"].iat[0]
    assert found.findings["remedy"].iat[0]


def test_a_delivery_without_a_provider_column(received: Callable) -> None:
    raw = RECORDS.drop(columns=["aanbieder", "gemeente"]).to_csv(sep=";", index=False).encode()
    found = received(raw, provider="p002", municipality="Woerden")
    assert set(found.responses["provider_id"]) == {"p002"}
    assert set(found.responses["municipality_code"]) == {"GM0632"}


def test_rows_keep_the_number_a_person_sees(received: Callable) -> None:
    raw = b"sep=;\nnr;aanbieder;past\n\n1;De Linde;5\n2;De Linde;\n;;\n3;De Linde;4;;\n4;De Linde\n5;De Linde;3;x\n"
    found = received(raw)
    assert found.responses.sort_values("row")["row"].tolist() == [4, 7]
    reasons = found.exclusions.set_index("row")["reason"].to_dict()
    assert reasons == {5: "empty", 8: "empty", 9: "does not fit the header"}


def test_a_quote_that_is_never_closed_is_found(received: Callable) -> None:
    lines = ["nr;aanbieder;gemeente;past;tevreden;opmerking"]
    lines += [
        f'{number};De Linde;Woerden;5;4;"heel goed' if number in (2, 4) else f"{number};De Linde;Woerden;5;4;"
        for number in range(1, 7)
    ]
    found = received("\n".join([*lines, ""]).encode())
    errors = found.findings[found.findings["severity"] == "error"]
    assert "looks like whole rows" in errors["message"].iat[0]
    assert errors["row"].iat[0] == 3


def test_a_file_that_ends_half_way_is_found(received: Callable) -> None:
    found = received(b"nr;aanbieder;past\n1;De Linde;5\n2;De Li")
    assert found.exclusions[["row", "reason"]].values.tolist() == [[3, "does not fit the header"]]
    assert "cut off" in found.findings["message"].iat[0]


def test_the_same_delivery_in_two_forms_is_found(region: Codebook, tmp_path: Path) -> None:
    table = pd.concat([RECORDS.iloc[:1]] * 6).assign(nr=range(6))
    table.to_csv(tmp_path / "lijst.csv", sep=";", index=False)
    table.to_csv(tmp_path / "lijst_nieuw.csv", sep="\t", index=False, encoding="utf-16")
    found = deliveries.receive(tmp_path, region, 2026, None).findings
    twice = found[found["message"].str.contains("counted twice")]
    assert twice[["file", "severity"]].values.tolist() == [["lijst_nieuw.csv", "warning"]]


def test_a_labelled_file_is_read_in_parts_as_if_it_were_one(tmp_path, monkeypatch):
    """Values that first turn up in a later part, letters beside numbers there, and an end on a part's edge."""
    table = pd.DataFrame(
        {
            "number": [1.0, 2.0, None, 2.5, 1.0, 9.0],
            "text": ["a", "", "b ", "a", "NA", "c"],
            "day": pd.to_datetime(["2026-01-01", None, "2026-01-02", "2026-01-01", None, None]),
            "letters": [1.0, 1.0, 2.0, 1.0, ".", 2.0],
        }
    )
    table["letters"] = table["letters"].replace(".", "a")
    place = tmp_path / "a.dta"
    pyreadstat.write_dta(
        table, place, missing_user_values={"letters": ["a"]}, variable_value_labels={"number": {9.0: "x"}}
    )
    whole = exports.read(place.read_bytes(), "a.dta").table.astype("str")
    assert whole["letters"].tolist() == ["1", "1", "2", "1", ".a", "2"]
    assert whole["number"].fillna("").tolist() == ["1", "2", "", "2.5", "1", "x"]
    assert whole["text"].fillna("").tolist() == ["a", "", "b", "a", "", "c"]
    for rows in (1, 2, 4, 5, 6):
        monkeypatch.setattr(labelled, "_ROWS", rows)
        pd.testing.assert_frame_equal(exports.read(place.read_bytes(), "a.dta").table.astype("str"), whole)


@pytest.mark.parametrize(("compress", "limit"), [(False, 2), (True, 4)])
def test_fewer_rows_at_a_time_of_a_file_that_is_not_compressed(tmp_path, monkeypatch, compress, limit):
    monkeypatch.setattr(labelled, "_ROWS", 2)
    monkeypatch.setattr(labelled, "_PACKED_ROWS", 4)
    asked = []

    def read(file, **settings):
        asked.append(settings["row_limit"])
        return pyreadstat.read_sav(file, **settings)

    monkeypatch.setitem(labelled._READERS, "spss", read)
    place = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": range(7), "b": list("uvwxyxu")}), place, row_compress=compress)
    table = exports.read(place.read_bytes(), "a.sav").table.astype("str")
    assert set(asked) == {limit}
    assert table["a"].tolist() == list("0123456")
    assert table["b"].tolist() == list("uvwxyxu")
