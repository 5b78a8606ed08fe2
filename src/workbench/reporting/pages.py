"""Executed notebook in, one accessible HTML file out.

The page is built from what an author meant to show and nothing else: the markdown of one language, and the outputs that
``exhibit`` made. Code, plain text, warnings, tracebacks and images of a cell never reach it.

A page is one file: style inside, no font, script or image from elsewhere, and a content-security policy that forbids
them. The look is in ``template/page.css``; everything a municipality may change is a custom property named
``--workbench-...`` that falls back on the NL Design System token of the same meaning (``template/tokens.css``).
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import jinja2
import mistune
import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Dict, Unicode, default

from workbench.reporting.exhibit import MARK, table
from workbench.reporting.wording import LANGUAGES, WORDS, breakable, cell, printable

if TYPE_CHECKING:
    import pandas as pd

TEMPLATES = Path(__file__).parent / "template"
AUTHOR = "author"
IN_MARGIN = 70


@dataclass(frozen=True)
class Section:
    """A part of the page under one second-level heading; the part before the first has no title."""

    key: str
    title: Markup
    body: Markup


class WorkbenchExporter(HTMLExporter):
    """nbconvert exporter ``workbench-report``: own template, one language, no code.

    ``jupyter nbconvert --to workbench-report --WorkbenchExporter.language_code=nl executed.ipynb``
    """

    export_from_notebook = "Workbench report (HTML)"

    title = Unicode("", help="Title of the page; by default the first heading of the notebook.").tag(config=True)
    subtitle = Unicode("", help="Line under the title.").tag(config=True)
    theme_css = Unicode("", help="Custom properties of a municipality: the text of its token file.").tag(config=True)
    provenance = Dict(help="What the page was made from: name to value.").tag(config=True)

    @default("template_name")
    def _template_name_default(self) -> str:
        return TEMPLATES.name

    @default("template_file")
    def _template_file_default(self) -> str:
        return "report.html.j2"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(TEMPLATES.parent)]

    @default("language_code")
    def _language_code_default(self) -> str:
        return LANGUAGES[0]

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.finalize = _finalized
        environment.filters |= {"css_text": css_text, "breakable": lambda text: Markup(breakable(text))}
        return environment

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; ``resources["page"]`` may hold what the traits hold otherwise."""
        # HTMLExporter's own method parses and rewrites the whole page to mend what its templates lack.
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
        asked = {
            "title": self.title,
            "subtitle": self.subtitle,
            "language": self.language_code,
            "provenance": self.provenance,
            "theme_css": self.theme_css,
        } | resources.get("page", {})
        if asked["language"] not in LANGUAGES:
            raise ValueError(f"no pages in language {asked['language']!r}: choose from {', '.join(LANGUAGES)}.")
        heading, sections = _contents(nb, asked["language"])
        resources["page"] = asked | {
            "title": asked["title"] or heading or nb.metadata.get("title", "") or WORDS["report"][asked["language"]],
            "sections": sections,
            "style": _style(asked["theme_css"]),
            "words": _words(asked["language"]),
        }
        return str(self.template.render(nb=nb, resources=resources)), resources


def render(
    executed: NotebookNode,
    *,
    title: str,
    language: str,
    subtitle: str = "",
    provenance: Mapping[str, str] | None = None,
    theme_css: str = "",
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page of an executed notebook.

    Parameters
    ----------
    executed : NotebookNode
        Markdown cells tagged ``nl`` or ``en`` are kept for that language only, untagged ones always; those tagged
        ``author`` are for whoever opens the notebook and stay there.
    title, subtitle : str
        The heading of the page, and the line above it; both also stand in the margin of each printed page.
    language : {"nl", "en"}
    provenance : mapping
        What the page was made from, in order: name to value as a reader should see it.
    theme_css : str
        A municipality's token file. Only custom properties are taken from it, and of those only the ones the page uses.
    links : sequence of (text, address)
        Files that stand beside the page.

    Returns
    -------
    str
        The same bytes for the same input.
    """
    asked = {
        "title": title,
        "subtitle": subtitle,
        "language": language,
        "provenance": dict(provenance or {}),
        "theme_css": theme_css,
        "links": [(name, _relative(href)) for name, href in links],
    }
    page, _ = _exporter().from_notebook_node(executed, {"page": asked})
    return page


def document(
    texts: Sequence[str], *, title: str, language: str, theme_css: str = "", links: Sequence[tuple[str, str]] = ()
) -> str:
    """Return a page of plain markdown, such as the account of the method; its first heading gives way to `title`."""
    cells = [nbformat.v4.new_markdown_cell(text, id=f"part-{place}") for place, text in enumerate(texts)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return render(notebook, title=title, language=language, theme_css=theme_css, links=links)


def index(
    rows: "pd.DataFrame",
    *,
    region: str,
    year: int,
    language: str,
    provenance: Mapping[str, str] | None = None,
    failures: "pd.DataFrame | None" = None,
    deliveries: "pd.DataFrame | None" = None,
    theme_css: str = "",
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the front page of a region: where the reports are, and what could not be made.

    Parameters
    ----------
    rows : DataFrame, one row per page made
        Needs ``name``, ``href`` (a file beside the front page or below it), ``n``, ``status`` (``shown``,
        ``indicative``, ``hidden``) and ``kind`` (``synthesis`` or ``provider``). The order is kept.
    failures : DataFrame, one row per page not made
        Needs ``name`` and ``reason``.
    deliveries : DataFrame, one row per delivery
        Shown as it is.
    links : sequence of (text, address)
        Files that stand beside the front page.

    Returns
    -------
    str
    """
    words = _words(language)
    listed = [
        {
            "name": str(row["name"]),
            "href": _relative(str(row["href"])),
            "n": cell(row["n"], language, "count"),
            "status": words.get(str(row["status"]), str(row["status"])),
            "mark": str(row["status"]),
            "kind": str(row["kind"]),
        }
        for row in rows.to_dict("records")
    ]
    failed = [] if failures is None else failures[["name", "reason"]].astype(str).to_dict("records")
    delivered = None
    if deliveries is not None and not deliveries.empty:
        delivered = Markup(table("deliveries", words["deliveries"], deliveries, {}, language))
    script = (TEMPLATES / "search.js").read_text("utf-8").strip()
    page = {
        "title": f"{region} {year}",
        "subtitle": words["quality monitor"],
        "language": language,
        "provenance": dict(provenance or {}),
        "style": _style(theme_css),
        "words": words,
        "links": [(name, _relative(href)) for name, href in links],
        "synthesis": [row for row in listed if row["kind"] != "provider"],
        "reports": [row for row in listed if row["kind"] == "provider"],
        "failures": failed,
        "deliveries": delivered,
        "script": Markup(script),
        "script_hash": "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    return str(_exporter().environment.get_template("index.html.j2").render(resources={"page": page}))


@cache
def _exporter() -> WorkbenchExporter:
    return WorkbenchExporter(default_preprocessors=[])  # each of them, also if it does nothing, checks every cell


def _words(language: str) -> dict[str, str]:
    return {key: both[language] for key, both in WORDS.items()}


def _relative(href: str) -> str:
    if urlsplit(href).scheme or href.startswith("//"):
        raise ValueError(f"{href!r} does not stand beside the front page: give a relative address.")
    return quote(href, safe="/.-_~")


# ---- what of the notebook reaches the page


def _contents(notebook: NotebookNode, language: str) -> tuple[str, list[Section]]:
    """Return the first title of the notebook and its sections.

    The page has one title, so other first-level headings count as second level, and no heading is more than one level
    below the one before it.
    """
    title = ""
    parts: list[tuple[str, list[str]]] = [("", [])]
    level = 1
    for block in _blocks(notebook, language):
        heading = re.fullmatch(r"<h([1-6])>(.*)</h\1>", block, flags=re.DOTALL)
        if heading is None:
            parts[-1][1].append(block)
            continue
        asked, text = int(heading[1]), heading[2]
        if asked == 1 and not title:
            title = unescape(re.sub(r"<[^>]+>", "", text))
            continue
        level = min(max(asked, 2), level + 1)
        if level == 2:
            parts.append((text, []))
        else:
            parts[-1][1].append(f"<h{level}>{text}</h{level}>")
    sections = []
    used = set(_ids("".join(block for _, blocks in parts for block in blocks)))
    for text, blocks in parts:
        body = "\n".join(blocks)
        if text or body:
            sections.append(Section(_anchor(text, used) if text else "", Markup(text), Markup(body)))
    return title, sections


def _blocks(notebook: NotebookNode, language: str) -> Iterator[str]:
    """Yield pieces of HTML: each heading of the narrative by itself, the text between headings, each exhibit."""
    for source in notebook.cells:
        tags = source.metadata.get("tags", [])
        if source.cell_type == "markdown":
            if language in tags or not {*LANGUAGES, AUTHOR} & set(tags):
                yield from (piece for piece in _narrative(source.source, WORDS["table"][language]) if piece)
        elif source.cell_type == "code":
            for output in source.get("outputs", []):
                html = output.get("data", {}).get("text/html", "")
                html = "".join(html) if isinstance(html, list) else html
                if re.match(rf'<\w+ class="{MARK}', html):
                    yield html


class _Narrative(mistune.HTMLRenderer):
    """Markdown of an author; raw HTML is shown as text, and nothing points outside the page."""

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        return f'<a href="{escape(url)}">{text}</a>' if url.startswith("#") else text

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        return text


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_Narrative(escape=True), plugins=["table", "def_list"])


def _narrative(source: str, label: str) -> list[str]:
    html = str(_markdown()(source))
    html = re.sub(r"<th(?=[ >])", '<th scope="col"', html)
    html = html.replace("<table>", f'<div class="table" role="group" tabindex="0" aria-label="{label}"><table>')
    html = html.replace("</table>", "</table></div>")
    return [piece.strip() for piece in re.split(r"(<h[1-6]>.*?</h[1-6]>)", html, flags=re.DOTALL)]


def _ids(html: str) -> list[str]:
    ids = re.findall(r'<[^<>]*?\sid="([^"]+)"', html)
    twice = sorted({key for key in ids if ids.count(key) > 1})
    if twice:
        raise ValueError(f"two exhibits in one page have the key {twice[0]!r}: give each its own.")
    return ids


def _anchor(heading: str, used: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", unescape(re.sub(r"<[^>]+>", "", heading))).encode("ascii", "ignore").decode()
    stem = "s-" + (re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "deel")
    key, count = stem, 1
    while key in used:
        count += 1
        key = f"{stem}-{count}"
    used.add(key)
    return key


# ---- the look


@cache
def _style(theme_css: str) -> Markup:
    """Return the style of the page with a municipality's values for the tokens it uses.

    Whatever else stands in a token file (rules, imports, addresses) stays out: the page depends on none of it.
    """
    style = "\n".join((TEMPLATES / name).read_text("utf-8").strip() for name in ("tokens.css", "page.css"))
    style = re.sub(r"/\*.*?\*/\n?", "", style, flags=re.DOTALL)
    given = dict(
        re.findall(r"(--[\w-]+)\s*:\s*([^;{}<>]+?)\s*(?=[;}])", re.sub(r"/\*.*?\*/", "", theme_css, flags=re.S))
    )
    given = {name: value for name, value in given.items() if "url(" not in value and "\\" not in value}
    wanted: list[str] = []
    queue = re.findall(r"--[\w-]+", style)
    while queue:
        name = queue.pop(0)
        if name in given and name not in wanted:
            wanted.append(name)
            queue += re.findall(r"--[\w-]+", given[name])
    theme = "".join(f"{name}:{given[name]};" for name in wanted)
    return Markup(style + (f"\n:root{{{theme}}}" if theme else ""))


def css_text(text: str) -> Markup:
    """Write text as a string in CSS, whatever is in it; long text is cut, for it stands in a margin."""
    text = printable(text)
    text = text if len(text) <= IN_MARGIN else text[: IN_MARGIN - 1].rstrip() + "…"
    return Markup('"' + re.sub(r"[^\w .,:;()–-]", lambda sign: f"\\{ord(sign[0]):x} ", text) + '"')


def _finalized(value: Any) -> Any:
    """Return a value as the templates write it: text of others without signs that act on what stands around it."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
