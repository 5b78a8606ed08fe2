"""A broken or hostile file is refused in bounded time and memory, with a finding; the others are still read."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.codebook import Codebook
from workbench.intake import bounds, deliveries, drafts
from workbench.intake.sheets import Unreadable

HEAD = "nr;aanbieder;past"
GOOD = b"nr;aanbieder;past\n1;De Linde;5\n"


def workbook(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["nr", "aanbieder", "past"])
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rezipped(raw: bytes, change: Callable[[str, bytes], bytes], further: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (further or {}).items():
            new.writestr(name, content)
    return buffer.getvalue()


def far_cell(book: openpyxl.Workbook) -> None:
    book.active.cell(1_048_576, 16_384).value = "x"


def wide(book: openpyxl.Workbook) -> None:
    book.active.append([1] * 10_000)


def nested() -> bytes:
    raw = GOOD
    for _ in range(20):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("../../xl/x.csv", raw)
        raw = buffer.getvalue()
    return raw


REFUSED = {
    "a cell far away": lambda: workbook(far_cell),
    "ten thousand columns": lambda: workbook(wide),
    "ten thousand columns of text": lambda: (";".join(["nr"] * 10_000) + "\n").encode(),
    "a workbook cut off": lambda: workbook(wide)[:3000],
    "archives in archives": nested,
    "an endless line": lambda: b"x" * (bounds.LONGEST_LINE + 1),
    "an endless second line": lambda: GOOD + b"x" * (2 * bounds.LONGEST_LINE),
    "an endless cell": lambda: GOOD + b'2;"' + b"x" * 40_000_000,
    "a quote never closed": lambda: (HEAD + '\n"' + "x;\n" * 1_000_000).encode(),
    "a sheet that lies": lambda: rezipped(
        workbook(lambda _: None),
        lambda name, content: content.replace(b'<row r="1"', b'<row r="999999999"') if "sheet1" in name else content,
    ),
    "repeated cells": lambda: repeated(),
    "a part that lies about its size": lambda: lying(),
    "random bytes": lambda: random.Random(1).randbytes(20_000),
    "few random bytes": lambda: random.Random(2).randbytes(400),
    "nothing": lambda: b"",
    "a mark and nothing else": lambda: b"\xef\xbb\xbf",
    "empty lines": lambda: b"\n" * 100_000,
    "a web page called workbook": lambda: b"<html><table><tr><td>nr</td></tr></table></html>",
    "a text document": lambda: rezipped(
        workbook(lambda _: None), lambda _, __: b"", {"word/document.xml": b"<a/>"}
    ).replace(b"xl/", b"wd/"),
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
}


def repeated() -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    row = '<table:table-row table:number-rows-repeated="2000000000"><table:table-cell office:value-type="string">'
    content = f'<office:spreadsheet><table:table table:name="a">{row}<text:p>a</text:p></table:table-cell>'
    content = f"<office:document-content {names}><office:body>{content}</table:table-row></table:table>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"{content}</office:spreadsheet></office:body></office:document-content>")
    return buffer.getvalue()


def lying() -> bytes:
    """Return a workbook whose sheet says that it is small, and unpacks to forty megabytes."""
    name, true = "xl/worksheets/sheet1.xml", b"<worksheet>" + b"x" * 40_000_000
    raw = bytearray(rezipped(workbook(lambda _: None), lambda part, content: true if part == name else content))
    said = true[:100]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        start = archive.getinfo(name).header_offset
    directory = raw.rfind(b"PK\x01\x02", 0, raw.rfind(name.encode()))
    for at in (start + 14, directory + 16):
        raw[at : at + 4] = zlib.crc32(said).to_bytes(4, "little")
        raw[at + 8 : at + 12] = len(said).to_bytes(4, "little")
    return bytes(raw)


def entities() -> bytes:
    """Return a workbook in which ten entities of ten entities each would make a billion letters."""
    each = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
    lead = f'<?xml version="1.0"?><!DOCTYPE x [{each}]>'.encode()
    cell = b'<c r="A2" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData>'
    return rezipped(
        workbook(lambda book: book.active.append([1])),
        lambda name, content: (
            lead + content.replace(b"</row></sheetData>", cell) if name.endswith("sheet1.xml") else content
        ),
    )


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_and_the_other_is_read(name: str, region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "lijst_a").write_bytes(REFUSED[name]())
    (tmp_path / "lijst_b.csv").write_bytes(GOOD)
    found = deliveries.receive(tmp_path, region, 2026, None)
    assert found.deliveries.set_index("file")["kind"].to_dict() == {"lijst_a": "unreadable", "lijst_b.csv": "responses"}
    errors = found.findings[(found.findings["file"] == "lijst_a") & (found.findings["severity"] == "error")]
    assert len(errors) == 1
    assert len(found.responses) == 1


def test_a_workbook_that_unpacks_too_far_is_refused(received: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LARGEST_UNPACKED", 1 << 20)
    raw = rezipped(workbook(lambda _: None), lambda _, content: content, {"xl/media/a.bin": b"0" * (1 << 21)})
    assert len(raw) < 20_000
    assert "unpacks" in received(raw, "lijst.xlsx").findings["message"].iat[0]


def test_formulas_without_a_result_are_told(received: Callable) -> None:
    raw = workbook(lambda book: book.active.append([1, "De Linde", "=1+4"]) or book.active.append([2, "De Linde", 4]))
    found = received(raw, "lijst.xlsx")
    assert len(found.responses) == 1
    assert found.findings["message"].str.contains("1 cell holds a formula without its result").any()


def test_macros_and_links_are_told_and_not_used(received: Callable) -> None:
    raw = workbook(lambda book: book.active.append([1, "De Linde", 5]))
    raw = rezipped(raw, lambda _, content: content, {"xl/vbaProject.bin": b"x", "xl/externalLinks/a.xml": b"<a/>"})
    found = received(raw, "lijst.xlsm")
    assert found.findings["message"].str.contains("macros and links").any()
    assert len(found.responses) == 1


@pytest.mark.parametrize(
    "cell", ["9" * 400, "1e400", "-9223372036854775809", "=1+4", "\ufffe", "\U0001f600", "5\u200b", "99999-99-99"]
)
def test_a_strange_value_costs_that_value_only(cell: str, received: Callable) -> None:
    raw = (
        f"nr;aanbieder;past;tevreden;leeftijd;datum\n1;De Linde;{cell};4;{cell};{cell}\n2;De Linde;5;4;44;2026-02-01\n"
    )
    found = received(raw.encode())
    assert len(found.responses) == 2


def test_bytes_of_several_encodings_are_read(received: Callable) -> None:
    raw = (
        "nr;aanbieder;past\n1;Café;5\n".encode() + "2;Café;4\n3;De Linde;4\n".encode("cp1252") + b"4;\xed\xa0\x80;5\0\n"
    )
    found = received(raw)
    assert found.deliveries["delivered"].item() == 4
    assert len(found.responses) == 1


def test_a_file_that_may_not_be_read(region: Codebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lijst_a.csv").write_bytes(GOOD)
    (tmp_path / "lijst_b.csv").write_bytes(GOOD.replace(b"1;", b"2;"))
    plain = Path.open

    def refuse(path: Path, *args: object, **named: object):
        if path.name == "lijst_a.csv":
            raise PermissionError(13, "Permission denied")
        return plain(path, *args, **named)

    monkeypatch.setattr(Path, "open", refuse)
    found = deliveries.receive(tmp_path, region, 2026, None)
    assert found.deliveries["kind"].tolist() == ["unreadable", "responses"]


def test_entities_are_not_unfolded(received: Callable) -> None:
    found = received(entities(), "lijst.xlsx")
    assert len(found.responses) <= 1
    assert len(found.findings.to_csv()) < 10_000


NAMES = ["..\\..\\x", "..", "-rf", "=1+1", "a\nb", "\u202eabc", "%2e%2e%2fx", "x" * 240, "'; DROP", "<b>vet<b>"]


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_is_a_name(name: str, region: Codebook, tmp_path: Path) -> None:
    """It is read under that name and told by it, and nothing is written anywhere."""
    folder = tmp_path / "raw" / "2026"
    folder.mkdir(parents=True)
    (folder / f"lijst {name}.csv").write_bytes(GOOD)
    (folder / f"{name} lijst.csv").write_bytes(GOOD.replace(b"1;", b"2;"))
    before = sorted(tmp_path.rglob("*"))
    found = deliveries.receive(folder, region, 2026, None)
    assert sorted(tmp_path.rglob("*")) == before
    assert len(found.responses) == 1
    assert f"lijst {name}.csv" in found.deliveries["file"].tolist()


def test_a_proposal_for_a_strange_name_stays_in_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "..x..%2f..\\y 2026.csv"
    path.write_bytes(GOOD)
    proposed = drafts.propose(path, None)
    assert set(proposed["columns"]["columns"]) == {"x_2f_y"}


def test_a_link_that_leads_nowhere_or_to_a_device_is_passed_over(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "lijst_a.csv").symlink_to(tmp_path / "weg.csv")
    (tmp_path / "lijst_b.csv").symlink_to("/dev/zero")
    (tmp_path / "lijst_c.csv").symlink_to(tmp_path / "lijst_c.csv")
    (tmp_path / "lijst_d.csv").write_bytes(GOOD)
    found = deliveries.receive(tmp_path, region, 2026, None)
    assert found.deliveries["file"].tolist() == ["lijst_d.csv"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_no_damage_whatever_its_encoding(encoding: str, received: Callable) -> None:
    rows = "".join(f"{n};De Linde;5;café\x0bthé – “mooi” €\n" for n in range(20))
    raw = (HEAD + ";opmerking\n" + rows).encode(encoding)
    if "16" not in encoding:
        raw = raw.replace(b"De Linde", b"De\0 Linde")
    assert len(received(raw, "lijst.xlsx").responses) == 20


def test_random_bytes_called_workbook_are_told_to_be_damaged(received: Callable) -> None:
    errors = received(random.Random(3).randbytes(6000), "lijst.xlsx").findings.query("severity == 'error'")
    assert ["The file is damaged or no table" in message for message in errors["message"]] == [True]


def test_a_workbook_whose_sheet_does_not_unpack_is_damaged():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "".join(f'<row r="{row}"/>' for row in range(5000)))
    raw = bytearray(content.getvalue())
    raw[200:260] = b"\xff" * 60
    with pytest.raises(Unreadable, match="damaged"):
        bounds.look_inside(bytes(raw))


def test_an_endless_line_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD * 50_000 + b"x" * (2 * bounds.LONGEST_LINE))
    lines = GOOD.count(b"\n") * 50_000 + 1
    with pytest.raises(Unreadable, match=f"Line {lines} is longer than 8 MB"):
        bounds.read(path)
