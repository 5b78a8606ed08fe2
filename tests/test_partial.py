"""Regions that have only one kind of material: every section is there, and says in a sentence what is missing."""

import shutil

import nbformat
import pytest
from bs4 import BeautifulSoup
from shown import ROOT, SHOWS, opened, shown

from workbench import codebook, pipeline, sample
from workbench.store import Places

ONLY = {"episodes": ("trajecten_*",), "assessments": ("beelden_*",), "staff": ("medewerkers_*",)}
FILLED = {  # which cells have a table or a chart, where nothing else was delivered
    "episodes": {"outcomes", "endings", "restarts"},
    "assessments": {"sides"},
    "staff": {"participation"},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    (root / "data" / "raw").mkdir(parents=True)
    sample.make(root, providers=4, years=1)
    places = Places(root, "sample")
    path = places.codebook / "deliveries.csv"
    path.write_text(codebook.as_text(path.read_bytes()).replace(";yes;", ";no;"), "utf-8")
    return root


@pytest.fixture(scope="module", params=list(ONLY))
def only(request, project, tmp_path_factory):
    """A region with one kind of delivery: its kind, and the region."""
    places = Places(shutil.copytree(project, tmp_path_factory.mktemp("only") / "project"), "sample")
    kept = {path for pattern in ONLY[request.param] for path in places.raw(2026).glob(pattern)}
    assert kept
    for path in sorted(places.raw(2026).rglob("*")):
        if path.is_file() and path not in kept:
            path.unlink()
    pipeline.process(places, 2026)
    return request.param, places


def sections(name, parts):
    """Return what the cells of each section show: heading to parts."""
    found, heading = {}, ""
    for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown" and "nl" in cell.metadata.get("tags", []) and cell.source.startswith("## "):
            heading = cell.source.splitlines()[0]
        if cell.cell_type == "code" and SHOWS.match(cell.source):
            found.setdefault(heading, {})[cell.source] = BeautifulSoup(parts[cell.source]._repr_html_(), "html.parser")
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("edition", ["provider", "internal", "public"])
def test_every_section_says_in_a_sentence_what_is_missing(only, language, edition):
    kind, places = only
    for name, options in (("provider", {"provider": "p001"}), ("region", {}), ("region", {"municipality": "GM0632"})):
        release = opened(places, language, edition=edition, **options)
        for heading, cells in sections(name, shown(name, release)).items():
            told = " ".join(cell.get_text(" ") for cell in cells.values()).strip()
            assert len(told) > 20, f"{kind}, {name}: {heading} says nothing"
            for call, cell in cells.items():
                for drawing in cell.find_all("svg"):
                    assert drawing.find(["path", "use"]) is not None, call
                    assert len(drawing.find_all("text")) > 2, call
                for table in cell.select("div.workbench-exhibit table"):
                    told = "".join(cell.get_text() for cell in table.tbody.find_all("td"))
                    assert told.strip("–"), f"{kind}: {call} is a table of nothing"


def test_what_was_delivered_is_there(only):
    kind, places = only
    release = opened(places, "nl", provider="p001", edition="internal")
    parts = shown("provider", release)
    filled = {call.split(".")[1].split("(")[0] for call, part in parts.items() if "<table" in part._repr_html_()}
    assert FILLED[kind] <= filled
    assert not {"experience", "mirror", "answers", "trend", "agreed"} & filled
