"""What leaves the house, what stays, and what can be removed."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench import open_release
from workbench.__main__ import app
from workbench.reporting import notebooks

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NAMES = ["estimates", "providers", "deliveries", "excluded", "agreements"]


@pytest.mark.parametrize("name", ["provider", "region"])
def test_report_notebooks_open_the_release_and_nothing_else(name):
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "open_release(" in code
    for other in ("open_region", "read_", " open(", "Path"):
        assert other not in code


def test_a_release_needs_no_row_about_a_person(small_region, tmp_path):
    """With the released tables alone, and nothing beside them, a report knows all it knows otherwise."""
    root = tmp_path / "project"
    shutil.copytree(small_region.released(2026), root / "data" / "processed" / "sample" / "2026" / "released")
    (root / "data" / "raw").mkdir()
    there = open_release("sample", 2026, "p001", root=small_region.root)
    alone = open_release("sample", 2026, "p001", root=root)
    pd.testing.assert_frame_equal(there.estimates, alone.estimates)
    assert there.codebook == alone.codebook
    assert there.provenance == alone.provenance


@pytest.mark.parametrize(("name", "parameters"), [("provider", {"provider": "p001"}), ("region", {})])
def test_report_notebooks_run_where_nothing_else_is(small_region, tmp_path, monkeypatch, name, parameters):
    """In a project that holds the released tables and nothing about people, the page is the same."""
    root = tmp_path / "project"
    shutil.copytree(small_region.released(2026), root / "data" / "processed" / "sample" / "2026" / "released")
    (root / "data" / "raw").mkdir()
    outputs = []
    for place in (small_region.root, root):
        monkeypatch.setenv("WORKBENCH_ROOT", str(place))
        executed = notebooks.execute(NOTEBOOKS / f"{name}.ipynb", {"region": "sample", "year": 2026} | parameters)
        outputs.append([output.get("data") for cell in executed.cells for output in cell.get("outputs", [])])
    assert outputs[0] == outputs[1]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A region with a delivery, tables, a release and a ledger, all of them empty files."""
    data = tmp_path / "data"
    for name in (
        *("raw/x/2026/a.csv", "codebook/x/region.yml", "remarks/x/2026.csv", "processed/x/ledger.parquet"),
        *("processed/x/2026/responses.parquet", "processed/x/2026/released/estimates.parquet"),
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    monkeypatch.setenv("WORKBENCH_ROOT", str(tmp_path))
    return data


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_rows_about_people_are_removed_and_what_was_published_stays(project):
    result = CliRunner().invoke(app, ["clean", "--region", "x", "--year", "2026", "--personal", "--yes"])
    assert result.exit_code == 0
    assert files(project) == {
        "codebook/x/region.yml",
        "processed/x/ledger.parquet",
        "processed/x/2026/released/estimates.parquet",
    }


def test_cleaning_leaves_the_ledger(project):
    assert CliRunner().invoke(app, ["clean", "--region", "x", "--year", "2026", "--yes"]).exit_code == 0
    left = files(project)
    assert "processed/x/ledger.parquet" in left
    assert "raw/x/2026/a.csv" in left
    assert not any("2026/r" in name for name in left)


def test_nothing_is_removed_without_a_word(project):
    before = files(project)
    CliRunner().invoke(app, ["clean", "--region", "x", "--year", "2026", "--personal"], input="n\n")
    assert files(project) == before
