"""Released tables to pages: which pages there are, which are out of date, and making those.

Beside each page stand its tables as a spreadsheet and, for a provider, the form for the conversation; beside all of
them the account of the method and one bundle with everything of the year.

A page is made again when its notebook, the code, the software, its released rows or its parameters changed - by
content, not by time. A page whose notebook fails keeps its last good version and is named on the front page.
"""

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from nbformat import NotebookNode

from workbench import regions, store
from workbench.reporting import exhibit, forms, notebooks, pages, portrait, workbooks
from workbench.reporting.release import Release
from workbench.reporting.wording import word
from workbench.store import NotThere, Places

Progress = Callable[[int, int, str], None]
PROVENANCE = ("region", "year", "codebook", "code", "software")
METHOD = {"nl": "methode.md", "en": "method.md"}  # of the project's docs, in the language of the reports
CALIBRATION = "calibration.md"
BUNDLE = "bundle"


@dataclass(frozen=True)
class Page:
    """One page to make: from which notebook, with which parameters, under which name, and what stands beside it."""

    key: str
    notebook: Path
    file: Path
    title: str
    subtitle: str
    parameters: dict[str, Any]
    fingerprint: str
    method: str

    @property
    def tables(self) -> Path:
        """The tables of the page as a spreadsheet."""
        return self.file.with_suffix(".xlsx")

    @property
    def form(self) -> Path | None:
        """The form for the conversation, of a provider."""
        if "provider" not in self.parameters:
            return None
        name = forms.file_name(self.file.stem, self.parameters["year"], self.parameters["language"])
        return self.file.parent / name

    @property
    def files(self) -> list[Path]:
        """Everything that is made with the page."""
        return [self.file, self.tables, *([self.form] if self.form else [])]

    @property
    def links(self) -> list[tuple[str, str]]:
        """What a reader may open beside the page."""
        language = self.parameters["language"]
        named = [("tables", self.tables.name)]
        named += [("form", self.form.name)] if self.form else []
        named += [("method", self.method)] if self.method else []
        return [(word(name, language), href) for name, href in named]


@dataclass(frozen=True)
class Reported:
    """What `report` did: pages made, pages left as they were, and what failed (page, reason)."""

    index: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def report(
    places: Places,
    year: int,
    code: str,
    *,
    edition: str = "provider",
    language: str | None = None,
    municipalities: Sequence[str] = (),
    jobs: int | None = None,
    force: bool = False,
    progress: Progress = lambda *_: None,
) -> Reported:
    """Render every page of a year that is out of date, and the front page.

    Parameters
    ----------
    places : Places
    year : int
        Processed by `pipeline.process` before.
    code : str
        Fingerprint of code and software; part of what a page was made from.
    edition, language : str
        As in ``workbench.open_release``; the synthesis is made with named providers, but for the public edition. The
        language is that of the region where none is given.
    municipalities : sequence of str
        CBS codes for which the synthesis is told too; ``all`` for each of the region. Once made they are kept up.
    jobs : int, optional
        Pages made at the same time; by default one per core.
    force : bool
        Make every page again.
    progress : callable
        Called after each page with how many are done, how many there are, and the name.

    Raises
    ------
    NotThere
        Where nothing was released yet or a notebook is missing.
    """
    release = regions.open_release(places.region, year, root=places.root, language=language)
    regions.open_release(places.region, year, root=places.root, edition=edition)  # names the editions there are
    folder = places.reports(year) / _variant(release, edition)
    method = _method_page(places.root, folder, release.language)
    manifest = store.read_json(folder / "manifest.json")
    towns = _towns(release, [*municipalities, *(set(manifest) & set(release.codebook["municipalities"]))])
    wanted = list(_pages(places, release, code, edition, folder, towns, method))
    stale = [page for page in wanted if force or _is_stale(page, manifest)]
    made, failed = [], []
    for page, failure in _make(stale, release, jobs or os.cpu_count() or 1):
        if failure:
            failed.append((page.key, failure))
            manifest.setdefault(page.key, {})["fingerprint"] = ""
        else:
            made.append(page.key)
            manifest[page.key] = {"fingerprint": page.fingerprint, "sha256": store.fingerprint_files(page.files)}
        store.write_json(folder / "manifest.json", manifest)
        progress(len(made) + len(failed), len(stale), page.title)
    _remove_former(folder, wanted, manifest)
    bundle = folder / f"{places.region}-{year}.zip"
    store.write_text(
        folder / "index.html", _index(release, edition, wanted, failed, _theme(places.root), folder, bundle.name)
    )
    manifest[BUNDLE] = _bundle(folder, bundle, wanted, manifest)
    store.write_json(folder / "manifest.json", manifest)
    kept = [page.key for page in wanted if page not in stale]
    return Reported(folder / "index.html", tuple(sorted(made)), tuple(kept), tuple(sorted(failed)))


def _towns(release: Release, asked: Sequence[str]) -> list[str]:
    """Return the municipalities asked for.

    Raises
    ------
    NotThere
        For a code that is none of the region's.
    """
    there = release.codebook["municipalities"]
    for code in asked:
        if code not in there and code != "all":
            named = ", ".join(f"{known} ({there[known]})" for known in sorted(there))
            raise NotThere(f"No municipality {code!r}; choose from {named}, or all.")
    return sorted(there if "all" in asked else set(asked), key=there.__getitem__)


def _method_page(root: Path, folder: Path, language: str) -> str:
    """Write the account of the method beside the reports; return its name, or nothing where there is no account.

    How well the method does in simulations is a page of its own behind it, in the language it was written in.
    """
    docs = root / "docs"
    account = docs / METHOD[language]
    if not account.is_file():
        return ""
    links = []
    theme = _theme(root)
    if (docs / CALIBRATION).is_file():
        measured = [(docs / CALIBRATION).read_text("utf-8")]
        page = pages.document(measured, title=word("calibration", "en"), language="en", theme_css=theme)
        store.write_text(folder / "calibration.html", page)
        links.append((word("calibration", language), "calibration.html"))
    told = [account.read_text("utf-8")]
    page = pages.document(told, title=word("method", language), language=language, theme_css=theme, links=links)
    store.write_text(folder / "method.html", page)
    return "method.html"


def _bundle(folder: Path, target: Path, wanted: Sequence[Page], manifest: dict[str, Any]) -> str:
    """Write everything of the year to one file for the archive, where something changed; return its fingerprint."""
    loose = [path for name in ("index.html", "method.html", "calibration.html") if (path := folder / name).is_file()]
    known = [json.dumps(manifest.get(page.key, {}), sort_keys=True) for page in wanted]
    fingerprint = store.fingerprint_text([*known, store.fingerprint_files(loose)])
    if manifest.get(BUNDLE) == fingerprint and target.is_file():
        return fingerprint
    paths = [*loose, *(path for page in wanted for path in page.files if path.is_file())]
    content = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    store.write_bytes(target, workbooks.bundle(content))
    return fingerprint


def _variant(release: Release, edition: str) -> str:
    """Return the folder of an edition and language: none for what goes to providers in the region's own language.

    So a page for the region's own use never takes the place of one that is sent.
    """
    own = release.codebook["region"]["language"]
    parts = [edition] * (edition != regions.EDITIONS[0]) + [release.language] * (release.language != own)
    return "-".join(parts)


def _pages(
    places: Places,
    release: Release,
    code: str,
    edition: str,
    folder: Path,
    towns: Sequence[str] = (),
    method: str = "",
) -> Iterator[Page]:
    common = {"region": places.region, "year": release.year, "language": release.language}
    words = {"nl": ("Beeld van de regio", "Rapport per aanbieder"), "en": ("The region as a whole", "Provider report")}
    synthesis, single = words[release.language]
    everywhere = [dict(release.codebook), code, _theme(places.root), _of_page(release, ""), method]
    shared = json.dumps(everywhere, sort_keys=True, default=str)
    estimates = release.estimates
    of_region = store.fingerprint_table(estimates[estimates["unit"] == "region"])
    own = _fingerprints(estimates[estimates["unit"] == "provider"], "unit_id")
    agreed = _fingerprints(release.agreements, "provider_id")
    quoted = _fingerprints(release.remarks, "provider_id")
    left_out = _fingerprints(release.left_out, "provider_id")
    tables = (estimates, release.deliveries, release.excluded, release.agreements)
    whole = [store.fingerprint_table(table) for table in tables]
    whole.append(json.dumps(dict(release.providers)))

    def page(key: str, file: str, title: str, subtitle: str, made_from: list[str], parameters: dict[str, Any]) -> Page:
        notebook = places.root / "notebooks" / f"{'provider' if 'provider' in parameters else 'region'}.ipynb"
        if not notebook.is_file():
            raise NotThere(
                f"{notebook} is missing: it is the template of this report; restore it from version control."
            )
        parts = [shared, notebook.read_text("utf-8"), json.dumps(parameters, sort_keys=True), subtitle, *made_from]
        above = "../" * file.count("/") + method if method else ""
        return Page(key, notebook, folder / file, title, subtitle, parameters, store.fingerprint_text(parts), above)

    parameters = common | {"edition": "public" if edition == "public" else "internal"}
    yield page("region", "region.html", release.title, f"{synthesis} {release.period}", whole, parameters)
    for town in towns:
        name = release.codebook["municipalities"][town]
        file, told = f"municipalities/{town}.html", parameters | {"municipality": town}
        yield page(town, file, name, f"{synthesis} {release.period}", whole, told)
    for provider, name in sorted(release.providers.items(), key=lambda item: item[1].casefold()):
        made_from = [name, of_region, *(each.get(provider, "") for each in (own, agreed, quoted, left_out))]
        parameters = common | {"edition": edition, "provider": provider}
        file = f"providers/{_file_name(provider)}.html"
        yield page(provider, file, name, f"{single} {release.period}", made_from, parameters)


def _fingerprints(table: pd.DataFrame, column: str) -> dict[str, str]:
    return {str(unit): store.fingerprint_table(rows) for unit, rows in table.groupby(column)}


def _file_name(provider: str) -> str:
    """Return a provider's id as a file name that is safe everywhere."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in provider)


def _is_stale(page: Page, manifest: dict[str, Any]) -> bool:
    known = manifest.get(page.key, {})
    if known.get("fingerprint") != page.fingerprint or not all(path.is_file() for path in page.files):
        return True
    return known.get("sha256") != store.fingerprint_files(page.files)


def _of_page(release: Release, figures: str) -> dict[str, str]:
    """Return what one page was made from; `figures` is the fingerprint of the released rows on it."""
    made_from = {name: release.provenance[name] for name in PROVENANCE} | {"figures": figures[:12]}
    return {release.word(name): value for name, value in made_from.items()}


def _make(stale: list[Page], release: Release, jobs: int) -> Iterator[tuple[Page, str]]:
    """Yield each page as soon as it is done, with the reason where it failed."""
    if not stale:
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(stale)), context, initializer=_leave_interrupts_to_the_parent) as workers:
        waiting: dict[Future[str], Page] = {
            workers.submit(make_page, asdict(page), release.language, _of_page(release, page.fingerprint)): page
            for page in stale
        }
        try:
            for done in as_completed(waiting):
                yield waiting[done], _outcome(done)
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _outcome(done: Future[str]) -> str:
    try:
        return done.result()
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}"


def make_page(page: dict[str, Any], language: str, provenance: dict[str, str]) -> str:
    """Execute one notebook and write its page whole; return why it failed, or nothing.

    Runs in a process of its own, so that what one page leaves behind cannot reach another.
    """
    made = Page(**page)
    root = made.notebook.parent.parent
    os.environ["WORKBENCH_ROOT"] = str(root)
    try:
        executed = notebooks.execute(made.notebook, made.parameters, folder=made.notebook.parent)
    except (notebooks.NotebookFailed, ValueError) as failure:
        return str(failure)
    html = pages.render(
        executed,
        title=made.title,
        language=language,
        subtitle=made.subtitle,
        provenance=provenance,
        theme_css=_theme(root),
        links=made.links,
    )
    heading = f"{made.title}, {made.subtitle}"
    beside = {made.tables: workbooks.of_tables(_tables(executed), heading, language)}
    if made.form:
        asked = {name: made.parameters[name] for name in ("region", "year", "provider", "edition", "language")}
        release = regions.open_release(**asked, root=root)
        beside[made.form] = forms.form(release, portrait.findings(release))
    for path, content in beside.items():
        store.write_bytes(path, content)
    store.write_text(made.file, html)
    return ""


def _tables(executed: NotebookNode) -> list[dict[str, Any]]:
    """Return the tables that an executed notebook shows, in their order."""
    outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
    return [table for output in outputs for table in output.get("data", {}).get(exhibit.TABLES, [])]


def render_one(notebook: Path, parameters: list[str], output: Path | None, language: str) -> Path:
    """Make one page from anyone's parameterised notebook.

    Parameters
    ----------
    notebook : Path
    parameters : list of str
        ``name=value`` each; a value that reads as a number is one. A notebook with a parameter ``language`` gets the
        language of the page.
    output : Path, optional
        The page; beside the notebook if left out.
    language : str

    Raises
    ------
    NotThere
        Where the notebook is missing, a parameter is not its, or a cell fails.
    """
    if not notebook.is_file():
        raise NotThere(f"{notebook} does not exist; give the path of a notebook.")
    if wrong := [each for each in parameters if "=" not in each]:
        raise NotThere(f"{wrong[0]!r} is no parameter; write -p name value.")
    given = {name: yaml.safe_load(value) for name, _, value in (each.partition("=") for each in parameters)}
    language = str(given.get("language", language))
    if "language" in notebooks.parameters(notebook):
        given.setdefault("language", language)
    try:
        executed = notebooks.execute(notebook, given)
    except (notebooks.NotebookFailed, ValueError) as failure:
        raise NotThere(str(failure)) from failure
    target = output or notebook.with_suffix(".html")
    made_from = {"notebook": notebook.name} | {name: str(value) for name, value in given.items()}
    theme = ""
    with contextlib.suppress(NotThere):
        theme = _theme(store.find_root(notebook.parent.resolve()))
    executed.metadata["title"] = notebook.stem  # for one without a heading
    html = pages.render(executed, title="", language=language, provenance=made_from, theme_css=theme)
    store.write_text(target, html)
    return target


def _theme(root: Path) -> str:
    """Return the municipality's own colours and fonts, where there is a ``notebooks/theme.css``."""
    with contextlib.suppress(FileNotFoundError):
        return (root / "notebooks" / "theme.css").read_text("utf-8")
    return ""


def _remove_former(folder: Path, wanted: list[Page], manifest: dict[str, Any]) -> None:
    """Remove pages of providers that are no longer in the codebook: a former page is not this year's report."""
    known = {path for page in wanted for path in page.files}
    for path in (folder / "providers").glob("[!.]*"):
        if path not in known:
            path.unlink()
    for key in set(manifest) - {page.key for page in wanted} - {BUNDLE}:
        del manifest[key]


def _index(
    release: Release,
    edition: str,
    wanted: list[Page],
    failed: list[tuple[str, str]],
    theme_css: str,
    folder: Path,
    bundle: str,
) -> str:
    """Return the front page: links, numbers, status, and what could not be made."""
    counted = release.rows(measure="aantal", statistic="count", unit="provider", group="client")
    clients = counted.set_index("unit_id")["estimate"]
    scored = release.rows(measure=release.dimensions, statistic="adjusted", unit="provider")
    order = pd.CategoricalDtype(["hidden", "indicative", "shown"], ordered=True)
    best = scored["status"].astype(order).groupby(scored["unit_id"]).max().astype(str)
    if edition == "public":
        clients, best = regions.rounded(clients), best.replace("indicative", "hidden")
    unmade = {key for key, _ in failed}
    rows = []
    for page in wanted:
        if page.file.is_file():
            kind = "provider" if page.form else "synthesis"
            status = "" if kind == "synthesis" else best.get(page.key, "hidden")
            rows.append(
                {
                    "kind": kind,
                    "name": page.title,
                    "n": clients.get(page.key),
                    "status": "earlier" if page.key in unmade else status,
                    "href": page.file.relative_to(folder).as_posix(),
                }
            )
    titles = {page.key: page.title for page in wanted}
    failures = pd.DataFrame([(titles[key], why) for key, why in failed], columns=["name", "reason"])
    method = [(word("method", release.language), wanted[0].method)] if wanted[0].method else []
    return pages.index(
        pd.DataFrame(rows, columns=["kind", "name", "n", "status", "href"]),
        region=release.title,
        year=release.year,
        language=release.language,
        provenance=release.made_from,
        failures=failures,
        theme_css=theme_css,
        links=[*method, (word("bundle", release.language), bundle)],
    )
