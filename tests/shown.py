"""What the cells of a report's notebook show, without a kernel: once per release, for all tests that look at it."""

import re
from functools import cache
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup

from workbench import open_release
from workbench.reporting import exhibits, portrait, synthesis

ROOT = Path(__file__).parent.parent
MADE: dict = {}
SHOWS = re.compile(r"^(portrait|synthesis|exhibits)\.\w+\(release[^\n]*\)$")


def shown(name, release):
    """Return what each cell of a report's notebook shows, in order."""
    key = (name, release.language, release.edition, release.provider, release.municipality, id(release.codebook))
    if key not in MADE:
        MADE[key] = (release, _shown(name, release))
    return MADE[key][1]


def _shown(name, release):
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    calls = [cell.source for cell in notebook.cells if cell.cell_type == "code" and SHOWS.match(cell.source)]
    assert len(calls) > 20
    known = {"portrait": portrait, "synthesis": synthesis, "exhibits": exhibits, "release": release}
    return {call: eval(call, known) for call in calls}


def soup(parts):
    return BeautifulSoup("".join(part._repr_html_() for part in parts.values()), "html.parser")


@cache
def opened(places, language, **options):
    return open_release("sample", 2026, root=places.root, language=language, **options)
