"""Pages: made when something changed, kept when a notebook fails, never showing what they should not."""

import hashlib
import html
import json
import re
import shutil
import time

import nbformat
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench import __main__ as command_line
from workbench import open_release, pipeline, rendering, store
from workbench.store import Places

RUNNER = CliRunner()
PROVIDERS = [f"p00{number}" for number in range(1, 7)]


def _pages(places):
    return sorted(places.reports(2026).rglob("*.html"))


def _tiny(path, body, parameters="region = ''\nyear = 0\nprovider = ''\nedition = ''\nlanguage = 'nl'"):
    """Write a notebook that only shows one sentence."""
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(body)]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), "utf-8")


def test_one_page_per_provider_and_the_synthesis(reported):
    places, result = reported
    assert result.failed == ()
    names = [path.relative_to(places.reports(2026)).as_posix() for path in _pages(places)]
    assert names == ["index.html", *(f"providers/{each}.html" for each in PROVIDERS), "region.html"]
    index = html.unescape((places.reports(2026) / "index.html").read_text("utf-8"))
    for name in open_release("sample", 2026, root=places.root).providers.values():
        assert name in index


def test_tables_and_forms_stand_beside_the_pages_that_link_to_them(reported):
    places, result = reported
    folder = result.index.parent
    for provider in PROVIDERS:
        page = (folder / "providers" / f"{provider}.html").read_text("utf-8")
        for name in (f"{provider}.xlsx", f"gespreksformulier_{provider}_2026.xlsx"):
            assert (folder / "providers" / name).is_file()
            assert f'href="{name}"' in page
        book = openpyxl.load_workbook(folder / "providers" / f"{provider}.xlsx")
        assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        captions = re.findall(r'<caption id="([\w-]+)-table">', page)
        assert len(book.sheetnames) == len(captions) + 1
        forbidden = [name for other, name in _names(places).items() if other != provider]
        cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
        assert not [name for name in forbidden if any(name in text for text in cells)]
    assert (folder / "region.xlsx").is_file()


def _names(places):
    return open_release("sample", 2026, root=places.root).providers


def test_nothing_changed_means_nothing_made(reported, tmp_path):
    places = Places(shutil.copytree(reported[0].root, tmp_path / "again"), "sample")
    before = {path: path.stat().st_mtime_ns for path in _pages(places) if path.name != "index.html"}
    again = pipeline.report(places, 2026)
    assert again.made == ()
    assert len(again.kept) == 7
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_pages_hold_no_code_no_paths_and_nothing_from_outside(reported):
    places, _ = reported
    for path in _pages(places):
        page = path.read_text("utf-8")
        assert str(places.root) not in page
        assert "open_release" not in page
        assert "Traceback" not in page
        assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)
        assert len(page) < 1_000_000
        assert page.count("<h1") == 1
        assert '<html lang="nl"' in page


def test_a_provider_page_names_no_other_provider(reported):
    places, _ = reported
    names = open_release("sample", 2026, root=places.root).providers
    for provider in PROVIDERS:
        page = (places.reports(2026) / "providers" / f"{provider}.html").read_text("utf-8")
        others = [name for other, name in names.items() if other != provider]
        assert not [name for name in others if name in page]


def test_a_figure_on_a_page_is_the_released_estimate(reported):
    places, _ = reported
    release = open_release("sample", 2026, "p001", root=places.root)
    page = (places.reports(2026) / "providers" / "p001.html").read_text("utf-8")
    for _, row in release.rows(statistic="share", unit="provider", measure=["nut", "doelen"]).iterrows():
        if row["status"] != "hidden":
            assert f"{round(row['estimate'] * 100)}%" in page


def test_the_same_inputs_give_the_same_bytes(reported, tmp_path):
    places, _ = reported
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    digest = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _pages(places)}
    for name in ("region.html", "providers/p001.html"):
        (copy.reports(2026) / name).unlink()
    assert pipeline.report(copy, 2026, jobs=1).made == ("p001", "region")
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _pages(copy)} == digest


def test_a_failing_notebook_keeps_the_last_good_page_and_the_others_are_made(own_region, monkeypatch):
    show = "from workbench.reporting.exhibit import Paragraphs\nParagraphs(['{said} ' + provider])"
    parameters = "region = ''\nyear = 0\nedition = ''\nlanguage = 'nl'\nprovider = 'region'"
    _tiny(own_region.root / "notebooks" / "region.ipynb", show.format(said="first"), parameters)
    notebook = own_region.root / "notebooks" / "provider.ipynb"
    _tiny(notebook, show.format(said="first"))
    assert pipeline.report(own_region, 2026).failed == ()

    _tiny(notebook, "assert provider != 'p002', 'no such luck'\n" + show.format(said="second"))
    monkeypatch.setenv("WORKBENCH_ROOT", str(own_region.root))
    (own_region.raw(2026) / "stray.txt").write_text("nobody said what this is", "utf-8")
    told = RUNNER.invoke(command_line.app, ["report", "--region", "sample"])
    assert told.exit_code == 1
    assert "Published in spite of an error. What was published stands" in told.output
    assert 'revisions: ["2026 what was mended"]' in told.output
    assert "p002" in told.output
    assert "no such luck" in told.output
    folder = own_region.reports(2026)
    assert "first p002" in (folder / "providers" / "p002.html").read_text("utf-8")
    assert "second p003" in (folder / "providers" / "p003.html").read_text("utf-8")
    assert "Eerdere versie" in (folder / "index.html").read_text("utf-8")
    assert "no such luck" in (folder / "index.html").read_text("utf-8")

    _tiny(notebook, show.format(said="second"))
    again = pipeline.report(own_region, 2026)
    assert set(again.made) == set(PROVIDERS)


def test_a_damaged_page_is_made_again_and_no_other(reported, tmp_path):
    places, _ = reported
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    page = copy.reports(2026) / "providers" / "p004.html"
    whole = page.read_bytes()
    page.write_text("damaged", "utf-8")
    assert pipeline.report(copy, 2026).made == ("p004",)
    assert page.read_bytes() == whole


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "--region", "nowhere"], "No region 'nowhere'"),
        (["report", "--region", "sample", "--year", "1999"], "No deliveries in"),
        (["report", "--region", "sample", "--language", "fr"], "No language 'fr'; choose from nl, en"),
        (["render", "nothing.ipynb"], "nothing.ipynb does not exist"),
    ],
)
def test_mistakes_are_one_message_and_exit_code_1(small_region, monkeypatch, capsys, arguments, said):
    monkeypatch.setenv("WORKBENCH_ROOT", str(small_region.root))
    monkeypatch.setattr("sys.argv", ["workbench", *arguments])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == 1
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_render_makes_a_page_of_anyones_notebook(tmp_path, monkeypatch):
    notebook = tmp_path / "question.ipynb"
    _tiny(
        notebook, "from workbench.reporting.exhibit import Paragraphs\nParagraphs(['asked of ' + place])", "place = ''"
    )
    told = RUNNER.invoke(command_line.app, ["render", str(notebook), "-p", "place=GM0632"])
    assert told.exit_code == 0, told.output
    assert "asked of GM0632" in notebook.with_suffix(".html").read_text("utf-8")


def test_the_example_of_an_own_notebook_becomes_a_page(small_region, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_ROOT", str(small_region.root))
    notebook, page = small_region.root / "notebooks" / "explore" / "gemeente.ipynb", tmp_path / "vraag.html"
    asked = ["-p", "municipality", "GM1904", "-p", "year=2026", "--language", "en", "-o", str(page)]
    told = RUNNER.invoke(command_line.app, ["render", str(notebook), *asked])
    assert told.exit_code == 0, told.output
    html = page.read_text("utf-8")
    assert '<html lang="en"' in html and "How accessible is support" in html
    assert "Stichtse Vecht" in html and html.count('class="drawing"') == 3
    assert "gemeenteraad" not in html and "workbench render" not in html, "another language, and what is for authors"
    assert "open_region" not in html, "no code"


@pytest.mark.parametrize("name", ["explore", "provider", "region"])
def test_notebooks_run_as_they_stand(own_region, monkeypatch, name):
    from workbench.reporting import notebooks

    monkeypatch.setenv("WORKBENCH_ROOT", str(own_region.root))
    asked = {"export": True} if name == "explore" else {}
    executed = notebooks.execute(own_region.root / "notebooks" / f"{name}.ipynb", asked)
    exported = own_region.reports(2026) / "exports" / "autonomy-by-provider.xlsx"
    assert exported.is_file() == (name == "explore")
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code[2:])


def test_a_renamed_provider_and_a_theme_make_pages_stale(reported, tmp_path):
    places, _ = reported
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    from workbench import regions, rendering, versions

    def stale():
        release = regions.open_release("sample", 2026, root=copy.root)
        manifest = json.loads((copy.reports(2026) / "manifest.json").read_text("utf-8"))
        pages = rendering._pages(copy, release, versions.software(), "provider", copy.reports(2026))
        return {page.key for page in pages if rendering._why(page, manifest)}

    assert stale() == set()
    table = pd.read_parquet(copy.released(2026) / "providers.parquet")
    table["name"] = table["name"].mask(table["provider_id"] == "p001", "Another name")
    table.to_parquet(copy.released(2026) / "providers.parquet")
    assert stale() == {"p001", "region"}
    (copy.root / "notebooks" / "theme.css").write_text(":root { --workbench-link-color: #333; }", "utf-8")
    assert stale() == {*PROVIDERS, "region"}


def test_an_unknown_edition_is_one_message(small_region, monkeypatch, capsys):
    monkeypatch.setenv("WORKBENCH_ROOT", str(small_region.root))
    monkeypatch.setattr("sys.argv", ["workbench", "report", "--region", "sample", "--edition", "secret"])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == 1
    assert "No edition 'secret'; choose from provider, internal, public" in " ".join(capsys.readouterr().err.split())
    assert not small_region.ledger.exists()


def test_what_is_made_again_is_said_with_the_reason_and_nothing_else_is_made(reported, tmp_path, monkeypatch):
    places, _ = reported
    monkeypatch.setattr(pipeline, "publish", lambda *_: None)  # what follows is no release to audit
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    for name, parameters in (("provider", "provider = ''"), ("region", "municipality = ''")):
        shared = "region = ''\nyear = 0\nedition = ''\nlanguage = 'nl'\n"
        _tiny(copy.root / "notebooks" / f"{name}.ipynb", "pass", shared + parameters)
    assert set(pipeline.report(copy, 2026).why.values()) == {("notebook",)}

    def report():
        made = pipeline.report(copy, 2026)
        assert set(made.made) == set(made.why)
        return made.why

    _change(copy, "estimates", lambda rows: (rows["unit"] == "provider") & (rows["unit_id"] == "p002"))
    assert report() == {"p002": ("figures",), "region": ("figures",)}
    _change(copy, "agreements", lambda rows: rows["provider_id"] == "p003", "action")
    assert set(report()) == {"p003", "region"}
    _change(copy, "estimates", lambda rows: rows["unit"] == "region")
    assert report() == {"region": ("figures",)} | dict.fromkeys(PROVIDERS, ("region",))
    folder = copy.released(2026)
    book = json.loads((folder / "codebook.json").read_text("utf-8"))
    (folder / "codebook.json").write_text(json.dumps(book | {"ambitions": [{"ambition": "another"}]}), "utf-8")
    assert report() == {"region": ("figures",)}
    (copy.root / "notebooks" / "theme.css").write_text(":root { --workbench-link-color: #333; }", "utf-8")
    assert set(report().values()) == {("look",)}
    (copy.reports(2026) / "providers" / "p004.xlsx").write_bytes(b"damaged")
    assert report() == {"p004": ("damaged",)}
    assert report() == {}
    monkeypatch.setenv("WORKBENCH_ROOT", str(copy.root))
    (copy.reports(2026) / "providers" / "p005.html").unlink()
    told = RUNNER.invoke(command_line.app, ["report", "--region", "sample"])
    assert "Made again, a file was changed or removed since: 1 (p005)" in told.output.replace("\n", " ")


def _change(places, table, chosen, column="estimate"):
    """Change one value of one released row."""
    path = places.released(2026) / f"{table}.parquet"
    rows = pd.read_parquet(path)
    at = rows.index[chosen(rows) & rows[column].notna()][0]
    rows.loc[at, column] = rows.loc[at, column] + (1e-9 if column == "estimate" else ".")
    rows.to_parquet(path)


def test_where_no_byte_changed_nothing_is_found_out_again(reported, tmp_path, monkeypatch):
    places, _ = reported
    copy = Places(shutil.copytree(places.root, tmp_path / "again"), "sample")
    monkeypatch.setenv("WORKBENCH_ROOT", str(copy.root))
    asked = ["report", "--region", "sample"]
    first = RUNNER.invoke(command_line.app, asked)
    assert first.exit_code == 0, first.output
    monkeypatch.setattr(pipeline, "process", lambda *_, **__: 1 / 0)
    again = RUNNER.invoke(command_line.app, asked)
    assert again.exit_code == 0, again.output
    assert [line for line in again.output.splitlines() if line] == [
        line for line in first.output.splitlines() if line and line != "Reports ..."
    ]
    assert "Nothing changed: 7 reports are up to date." in again.output
    for path in (
        copy.reports(2026) / "providers" / "p001.html",
        copy.root / "notebooks" / "provider.ipynb",
        next(path for path in sorted(copy.raw(2025).rglob("*")) if path.is_file()),
        copy.processed(2026) / "scores.parquet",
        copy.codebook / "region.yml",
    ):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert isinstance(RUNNER.invoke(command_line.app, asked).exception, ZeroDivisionError), path
        path.write_bytes(before)
    assert RUNNER.invoke(command_line.app, asked).exit_code == 0
    for more in (["--force"], ["--edition", "public"], ["--language", "en"], ["--municipality", "all"]):
        assert isinstance(RUNNER.invoke(command_line.app, [*asked, *more]).exception, ZeroDivisionError), more


def test_which_of_thousands_of_pages_are_made_is_written_a_few_together_and_whole_at_the_end(tmp_path, monkeypatch):
    """Writing all of them after each would take longer than the pages."""
    written = []

    def slow(path, content):
        time.sleep(0.01)
        written.append(len(content))

    monkeypatch.setattr(store, "write_json", slow)
    manifest = {}
    with pytest.raises(KeyboardInterrupt), rendering._noted(tmp_path, manifest) as note:
        for page in range(40):
            manifest[page] = "made"
            note()
        raise KeyboardInterrupt
    assert written[0] == 1
    assert written[-1] == 40
    assert len(written) <= 4


def test_nothing_is_written_where_nothing_was_made(tmp_path):
    with pytest.raises(store.NotSafe), rendering._noted(tmp_path / "reports", {}):
        raise store.NotSafe
    assert not (tmp_path / "reports").exists()
