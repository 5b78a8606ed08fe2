"""Every kind of page, made once, and one browser to look at them: the system's own Chromium, nothing downloaded.

Where there is no browser these tests are skipped, and the summary says so; continuous integration fails instead.
The browser lives in a thread of its own, because its event loop would get in the way of the kernels of other tests.
"""

import ast
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from pages_looked_at import HOSTILE, KINDS

from workbench import open_release
from workbench.reporting import pages
from workbench.store import Places

VARIABLE = "WORKBENCH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "msedge")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
_missing = ""


def chromium() -> str:
    """Return the path of the browser, or nothing."""
    asked = [os.environ[VARIABLE]] if os.environ.get(VARIABLE) else NAMES
    return next(filter(None, map(shutil.which, asked)), "")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _missing:
        terminalreporter.section("THE PAGES WERE NOT LOOKED AT", sep="!", red=True, bold=True)
        terminalreporter.line(_missing, red=True)


@pytest.fixture(scope="session")
def browse() -> Iterator[Callable[..., Any]]:
    """Return the function that opens a page and does something with it: ``browse(path, do, width=..., **context)``."""
    global _missing
    if importlib.util.find_spec("playwright") is None:
        _missing = "Playwright is not installed: run 'make install'."
    elif not chromium():
        _missing = f"No Chromium found ({', '.join(NAMES)}). Install it, or name one in {VARIABLE}."
    if _missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_missing)
    from playwright.sync_api import sync_playwright

    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(playwright.chromium.launch, executable_path=chromium(), args=FLAGS).result()

        def visit(place: Path | str, do: Callable[[Any], Any], width: int, height: int, **context: Any) -> Any:
            opened = browser.new_context(viewport={"width": width, "height": height}, **context)
            try:
                page = opened.new_page()
                page.requested = []
                page.on("request", lambda request: page.requested.append(request.url))
                page.goto(place.as_uri() if isinstance(place, Path) else place)
                return do(page)
            finally:
                opened.close()

        def browse(
            place: Path | str, do: Callable[[Any], Any], *, width: int = 1280, height: int = 900, **context: Any
        ) -> Any:
            return thread.submit(visit, place, do, width, height, **context).result()

        yield browse
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


# ---- the pages


def executed(notebook: Path, **parameters: Any) -> nbformat.NotebookNode:
    """Return a notebook with its outputs, run here: as a kernel would show it, in a fraction of the time."""
    source = nbformat.read(notebook, as_version=4)
    scope: dict[str, Any] = {}
    for cell in source.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), str(notebook), "exec"), scope)
        if "parameters" in cell.metadata.get("tags", []):
            scope |= parameters
        shown = eval(compile(ast.Expression(last.value), str(notebook), "eval"), scope) if last else None
        html = getattr(shown, "_repr_html_", lambda: None)()
        if html is not None:
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/html": html}, execution_count=1)]
    return source


def _made(places: Places, folder: Path, kind: str, notebook: str, **parameters: Any) -> Path:
    given = {"region": "sample", "year": 2026, "edition": "provider", "language": "nl"} | parameters
    os.environ["WORKBENCH_ROOT"] = str(places.root)
    try:
        made = executed(places.root / "notebooks" / f"{notebook}.ipynb", **given)
        release = open_release("sample", 2026, given.get("provider"), language=given["language"], root=places.root)
    finally:
        del os.environ["WORKBENCH_ROOT"]
    path = folder / f"{kind}.html"
    subtitle = f"{'Report' if given['language'] == 'en' else 'Rapport'} {release.period}"
    html = pages.render(
        made, title=release.title, language=release.language, subtitle=subtitle, provenance=release.made_from
    )
    path.write_text(html, "utf-8")
    return path


def _researcher(folder: Path) -> Path:
    """A page of someone's own notebook, with what people write in one."""
    cells = [
        nbformat.v4.new_markdown_cell(
            "# Een vraag\n\nTekst met `code`, **nadruk** en [een adres](https://example.org)."
        ),
        nbformat.v4.new_markdown_cell(
            "## Een lijst\n\n1. een\n2. twee\n\n> Een citaat.\n\n| Woord | Aantal |\n|---|--:|\n| a | 1 |"
        ),
        nbformat.v4.new_markdown_cell(
            "## Tweede deel\n\n#### Dieper\n\nBegrip\n: Uitleg\n\n```\neen = " + "1 + " * 60 + "1\n```"
        ),
    ]
    path = folder / "researcher.html"
    path.write_text(pages.render(nbformat.v4.new_notebook(cells=cells), title="Een vraag", language="nl"), "utf-8")
    return path


def _bare(places: Places, folder: Path) -> Places:
    """A copy of a region in which nobody asked staff and nobody delivered episodes."""
    copy = _copy(places, folder)
    path = copy.released(2026) / "estimates.parquet"
    rows = pd.read_parquet(path)
    episodes = rows["measure"].isin(["uitval", "doelen", "geen_herstart", "reden_einde"])
    rows[~(rows["group"].eq("staff") | rows["statistic"].eq("gap") | episodes)].to_parquet(path)
    return copy


def _hostile(places: Places, folder: Path) -> Places:
    """A copy of a region in which every text that people typed is hostile."""
    copy = _copy(places, folder)
    released, texts = copy.released(2026), [*HOSTILE.values()]
    providers = pd.read_parquet(released / "providers.parquet")
    providers["name"] = [texts[place % len(texts)] for place in range(len(providers))]
    providers.to_parquet(released / "providers.parquet")
    agreements = pd.read_parquet(released / "agreements.parquet")
    for column in ("action", "owner"):
        agreements[column] = [texts[place % len(texts)] for place in range(len(agreements))]
    agreements.to_parquet(released / "agreements.parquet")
    from workbench import store

    book = store.read_json(released / "codebook.json")
    for place, (_, row) in enumerate([*book["dimensions"].items(), *book["items"].items()]):
        for column in row:
            if column.startswith(("name_", "wording_")):
                row[column] = texts[place % len(texts)]
    book["region"]["name"] = HOSTILE["script"]
    store.write_json(released / "codebook.json", book)
    return copy


def _copy(places: Places, folder: Path) -> Places:
    return Places(shutil.copytree(places.root, folder), "sample")


def _fronts(folder: Path) -> dict[str, Path]:
    """Front pages with everything that can stand on one, in plain words and in hostile ones."""
    names = list(HOSTILE.values())
    rows = pd.DataFrame(
        {
            "name": names,
            "href": [f"providers/p{place}.html" for place in range(len(names))],
            "n": range(len(names)),
            "status": ["shown", "indicative", "hidden", *["shown"] * (len(names) - 3)],
            "kind": ["synthesis", *["provider"] * (len(names) - 1)],
        }
    )
    failed = pd.DataFrame({"name": names, "reason": names[::-1]})
    made = {}
    for kind, language, table in (("hostile index", "nl", rows), ("english index", "en", rows.assign(name="De Linde"))):
        reasons = failed if language == "nl" else None
        html = pages.index(
            table, region=names[0], year=2026, language=language, failures=reasons, provenance={"a": names[1]}
        )
        made[kind] = folder / f"{kind}.html"
        made[kind].write_text(html, "utf-8")
    return made


@pytest.fixture(scope="session")
def site(reported, tmp_path_factory) -> dict[str, Path]:
    """Every kind of page: what it is called here, and its file."""
    places, result = reported
    folder = tmp_path_factory.mktemp("site")
    released = places.reports(2026)
    bare, hostile = _bare(places, folder / "bare"), _hostile(places, folder / "hostile")
    found = {
        "provider": released / "providers" / "p001.html",
        "few": released / "providers" / "p005.html",
        "synthesis": released / "region.html",
        "index": result.index,
        "bare": _made(bare, folder, "bare", "provider", provider="p002"),
        "internal": _made(places, folder, "internal", "provider", provider="p001", edition="internal"),
        "english": _made(places, folder, "english", "provider", provider="p001", language="en"),
        "english synthesis": _made(places, folder, "english synthesis", "region", edition="internal", language="en"),
        "researcher": _researcher(folder),
        "hostile provider": _made(hostile, folder, "hostile provider", "provider", provider="p001"),
        "hostile synthesis": _made(hostile, folder, "hostile synthesis", "region", edition="internal"),
        **_fronts(folder),
    }
    assert set(found) == set(KINDS)
    return found
