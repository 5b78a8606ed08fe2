"""A broken or hostile file is refused in bounded time and memory, with a finding; the others are still read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbench.codebook import Codebook
from workbench.intake import bounds, deliveries

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
