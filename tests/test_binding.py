"""What binds the pages of a year: the front page, the account of the method, one bundle of it all."""

import shutil
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup

from workbench import open_release, pipeline
from workbench.store import NotThere, Places


def test_the_front_page_says_where_a_number_of_clients_is_not_shown(reported):
    places, result = reported
    release = open_release("sample", 2026, root=places.root, language="nl")
    index = BeautifulSoup(result.index.read_text("utf-8"), "html.parser")
    counts = release.rows(measure="aantal", statistic="count", unit="provider", group="client")
    assert len(counts)
    for _, row in counts.iterrows():
        line = index.find("a", href=f"providers/{row['unit_id']}.html").find_parent("tr")
        expected = "niet getoond" if row["status"] == "hidden" else f"{row['estimate']:.0f}"
        assert line.find("td").get_text() == expected
    hidden = counts["status"] == "hidden"
    assert not hidden.any() or "niet getoond" in index.get_text()


def test_the_whole_year_is_one_bundle_with_the_same_bytes_each_time(reported, tmp_path):
    places, result = reported
    bundle = result.index.parent / "sample-2026.zip"
    assert 'href="sample-2026.zip"' in result.index.read_text("utf-8")
    with zipfile.ZipFile(bundle) as file:
        inside = set(file.namelist())
        assert file.read("providers/p001.html") == (result.index.parent / "providers" / "p001.html").read_bytes()
    assert {"index.html", "region.html", "region.xlsx", "providers/gespreksformulier_p002_2026.xlsx"} <= inside
    assert not [name for name in inside if "manifest" in name or name.endswith(".zip")]
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    before = bundle.read_bytes()
    (copy.reports(2026) / "sample-2026.zip").unlink()
    assert pipeline.report(copy, 2026).made == ()
    assert (copy.reports(2026) / "sample-2026.zip").read_bytes() == before


def test_the_account_of_the_method_stands_beside_the_reports_where_there_is_one(reported, tmp_path):
    places, result = reported
    assert "method.html" not in result.index.read_text("utf-8")
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    shutil.rmtree(copy.reports(2026))
    (copy.root / "docs").mkdir()
    (copy.root / "docs" / "methode.md").write_text("# Methode\n\n## Scores\n\nEen *score*.", "utf-8")
    (copy.root / "docs" / "calibration.md").write_text("# Calibration\n\nMeasured.", "utf-8")
    for name, parameter in (("provider", "provider"), ("region", "municipality")):
        _empty(
            copy.root / "notebooks" / f"{name}.ipynb",
            f"region = ''\nyear = 0\nedition = ''\nlanguage = 'nl'\n{parameter} = ''",
        )
    folder = pipeline.report(copy, 2026, municipalities=["GM0632"]).index.parent
    method = (folder / "method.html").read_text("utf-8")
    assert '<html lang="nl"' in method and "Een <em>score</em>." in method and 'href="calibration.html"' in method
    assert '<html lang="en"' in (folder / "calibration.html").read_text("utf-8")
    assert 'href="../method.html"' in (folder / "providers" / "p001.html").read_text("utf-8")
    assert 'href="../method.html"' in (folder / "municipalities" / "GM0632.html").read_text("utf-8")
    assert 'href="method.html"' in (folder / "index.html").read_text("utf-8")
    assert "municipalities/GM0632.html" in (folder / "index.html").read_text("utf-8")
    assert pipeline.report(copy, 2026).made == ()
    assert (folder / "municipalities" / "GM0632.html").is_file()
    with pytest.raises(NotThere, match=r"No municipality 'GM9999'; choose from GM0"):
        pipeline.report(copy, 2026, municipalities=["GM9999"])


def _empty(path, parameters):
    """Write a notebook that shows nothing."""
    cells = [
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("pass"),
    ]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), "utf-8")
