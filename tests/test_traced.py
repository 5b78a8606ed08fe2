"""Every number on a page is one released row, rounded as it is printed; so no number differs between pages."""

import re

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from shown import opened, shown, soup
from tracing import Tracer, tokens

from workbench import open_release


def tracer(release, places):
    """Return the tracer of a page: it starts from the released rows as they are on disk, as this reader sees them."""
    whole = open_release("sample", 2026, edition=release.edition, language="nl", root=places.root)
    known = whole.estimates if whole.named else opened(places, "nl").estimates
    if release.edition == "public":
        known = release.estimates
    return Tracer(release, known)


def pages(reported):
    """Yield every page of the region as it was made, with what its reader may know."""
    places, result = reported
    for path in sorted(result.index.parent.rglob("*.html")):
        provider = re.fullmatch(r"p\d+", path.stem)
        if provider:
            yield path, open_release("sample", 2026, path.stem, "provider", "nl", places.root)
        elif path.stem == "region":
            yield path, open_release("sample", 2026, language="nl", root=places.root)


def test_every_number_of_every_page_is_a_released_row(reported):
    places, faults, seen = reported[0], [], 0
    for path, release in pages(reported):
        trace = tracer(release, places)
        found = trace.faults(BeautifulSoup(path.read_text("utf-8"), "html.parser"))
        faults += [f"{path.name}: {fault}" for fault in found]
        assert trace.seen > 0 or release.provider, path
        seen += trace.seen
    assert not faults, "\n".join(faults)
    assert seen > 1500


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("region", {"municipality": "GM0632"}),
        ("region", {"municipality": "GM1904", "edition": "public"}),
        ("region", {"edition": "public"}),
        ("region", {"edition": "provider"}),
        ("provider", {"provider": "p001", "edition": "internal"}),
        ("provider", {"provider": "p001", "edition": "public"}),
    ],
)
def test_every_number_of_the_other_editions_is_a_released_row(small_region, name, options):
    release = opened(small_region, "nl", **options)
    trace = tracer(release, small_region)
    assert not (faults := trace.faults(soup(shown(name, release)))), "\n".join(faults)
    assert trace.seen > 50


def test_a_spreadsheet_holds_the_numbers_of_its_page(reported):
    compared = 0
    for path, _ in pages(reported):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        told = [table for exhibit in page.select("div.workbench-exhibit") for table in exhibit.find_all("table")[:1]]
        sheets = openpyxl.load_workbook(path.with_suffix(".xlsx")).worksheets[1:]
        assert len(sheets) == len(told), path.name
        for sheet, table in zip(sheets, told, strict=True):
            lines = [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in table.find_all("tr")]
            cells = [list(row) for row in sheet.iter_rows(values_only=True)]
            start = next(place for place, row in enumerate(cells) if _text(row[0]) == _text(lines[0][0]))
            for line, row in zip(lines[1:], cells[start + 1 :], strict=False):
                for text, value in zip(line, row, strict=False):
                    compared += 1
                    assert _alike(text, value), f"{path.name}, {sheet.title}: {text!r} is {value!r}"
    assert compared > 1000


def _text(value):
    return re.sub(r"[\u2060\u00ad\u200b]", "", str(value or "")).replace("\u00a0", " ").strip()


def _alike(text, value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        (written,) = tokens(text)
        plain = float(written.strip("%").replace(".", "").replace(",", ".").replace("−", "-"))
        return abs(plain / (100 if "%" in written else 1) - value) < 1e-9
    return _text(text) == _text(value) or (text == "–" and value is None)


def test_a_number_that_is_not_released_is_found(small_region):
    """A number that is off by one is seen, a number where there should be none, and a column nobody knows."""
    release = opened(small_region, "nl", provider="p001", edition="provider")
    page = str(soup(shown("provider", release)))
    exhibit = BeautifulSoup(page, "html.parser").select_one("#experience")
    score = exhibit.select_one("td.number").get_text()
    changed = str(exhibit).replace(f">{score}</td>", f">{int(score) + 1}</td>", 1)
    trace = tracer(release, small_region)
    assert any("experience" in fault for fault in trace.faults(BeautifulSoup(changed, "html.parser")))
    renamed = str(exhibit).replace(release.head("score"), "Rang")
    assert any("no rule" in fault for fault in trace.faults(BeautifulSoup(renamed, "html.parser")))
    hidden = trace.estimates.assign(status="hidden", estimate=pd.NA)
    assert Tracer(release, hidden).faults(BeautifulSoup(str(exhibit), "html.parser"))
