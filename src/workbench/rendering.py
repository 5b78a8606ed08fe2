"""Released tables to pages: which pages there are, which are out of date, and making those.

A page is made again when its notebook, the code, the software, its released rows or its parameters changed - by
content, not by time. A page whose notebook fails keeps its last good version and is named on the front page.
"""

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from workbench import regions, store
from workbench.reporting import notebooks, pages
from workbench.reporting.release import Release
from workbench.store import NotThere, Places

Progress = Callable[[int, int, str], None]
PROVENANCE = ("region", "year", "codebook", "code", "software")


@dataclass(frozen=True)
class Page:
    """One page to make: from which notebook, with which parameters, under which name."""

    key: str
    notebook: Path
    file: Path
    title: str
    subtitle: str
    parameters: dict[str, Any]
    fingerprint: str


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
        As in ``workbench.open_release``; the synthesis is always made with named providers. The language is that of
        the region where none is given.
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
    release = regions.open_release(places.region, year, root=places.root, edition=edition, language=language)
    folder = places.reports(year) / _variant(release, edition)
    wanted = list(_pages(places, release, code, edition, folder))
    manifest = store.read_json(folder / "manifest.json")
    stale = [page for page in wanted if force or _is_stale(page, manifest)]
    made, failed = [], []
    for page, failure in _make(stale, release, jobs or os.cpu_count() or 1):
        if failure:
            failed.append((page.key, failure))
            manifest.setdefault(page.key, {})["fingerprint"] = ""
        else:
            made.append(page.key)
            manifest[page.key] = {"fingerprint": page.fingerprint, "sha256": store.fingerprint_files([page.file])}
        store.write_json(folder / "manifest.json", manifest)
        progress(len(made) + len(failed), len(stale), page.title)
    _remove_former(folder, wanted, manifest)
    store.write_json(folder / "manifest.json", manifest)
    store.write_text(folder / "index.html", _index(release, wanted, failed, _theme(places.root)))
    kept = [page.key for page in wanted if page not in stale]
    return Reported(folder / "index.html", tuple(sorted(made)), tuple(kept), tuple(sorted(failed)))


def _variant(release: Release, edition: str) -> str:
    """Return the folder of an edition and language: none for what goes to providers in the region's own language.

    So a page for the region's own use never takes the place of one that is sent.
    """
    own = release.codebook["region"]["language"]
    parts = [edition] * (edition != regions.EDITIONS[0]) + [release.language] * (release.language != own)
    return "-".join(parts)


def _pages(places: Places, release: Release, code: str, edition: str, folder: Path) -> Iterator[Page]:
    common = {"region": places.region, "year": release.year, "language": release.language}
    words = {"nl": ("Beeld van de regio", "Rapport per aanbieder"), "en": ("The region as a whole", "Provider report")}
    synthesis, single = words[release.language]
    everywhere = [dict(release.codebook), code, _theme(places.root), _of_page(release, "")]
    shared = json.dumps(everywhere, sort_keys=True, default=str)
    estimates = release.estimates
    of_region = store.fingerprint_table(estimates[estimates["unit"] == "region"])
    own = _fingerprints(estimates[estimates["unit"] == "provider"], "unit_id")
    agreed = _fingerprints(release.agreements, "provider_id")
    whole = [store.fingerprint_table(table) for table in (estimates, release.deliveries, release.excluded)]
    whole.append(json.dumps(dict(release.providers)))

    def page(key: str, file: str, title: str, subtitle: str, made_from: list[str], parameters: dict[str, Any]) -> Page:
        notebook = places.root / "notebooks" / f"{'region' if key == 'region' else 'provider'}.ipynb"
        if not notebook.is_file():
            raise NotThere(
                f"{notebook} is missing: it is the template of this report; restore it from version control."
            )
        parts = [shared, notebook.read_text("utf-8"), json.dumps(parameters, sort_keys=True), *made_from]
        return Page(key, notebook, folder / file, title, subtitle, parameters, store.fingerprint_text(parts))

    parameters = common | {"edition": "internal"}
    yield page("region", "region.html", release.title, f"{synthesis} {release.year}", whole, parameters)
    for provider, name in sorted(release.providers.items(), key=lambda item: item[1].casefold()):
        made_from = [name, of_region, own.get(provider, ""), agreed.get(provider, "")]
        parameters = common | {"edition": edition, "provider": provider}
        file = f"providers/{_file_name(provider)}.html"
        yield page(provider, file, name, f"{single} {release.year}", made_from, parameters)


def _fingerprints(table: pd.DataFrame, column: str) -> dict[str, str]:
    return {str(unit): store.fingerprint_table(rows) for unit, rows in table.groupby(column)}


def _file_name(provider: str) -> str:
    """Return a provider's id as a file name that is safe everywhere."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in provider)


def _is_stale(page: Page, manifest: dict[str, Any]) -> bool:
    known = manifest.get(page.key, {})
    if known.get("fingerprint") != page.fingerprint or not page.file.is_file():
        return True
    return known.get("sha256") != store.fingerprint_files([page.file])


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
    )
    store.write_text(made.file, html)
    return ""


def render_one(notebook: Path, parameters: list[str], output: Path | None, language: str) -> Path:
    """Make one page from anyone's parameterised notebook.

    Parameters
    ----------
    notebook : Path
    parameters : list of str
        ``name=value`` each; a value that reads as a number is one.
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
        raise NotThere(f"{wrong[0]!r} is no parameter; write name=value.")
    given = {name: yaml.safe_load(value) for name, _, value in (each.partition("=") for each in parameters)}
    try:
        executed = notebooks.execute(notebook, given)
    except (notebooks.NotebookFailed, ValueError) as failure:
        raise NotThere(str(failure)) from failure
    target = output or notebook.with_suffix(".html")
    store.write_text(target, pages.render(executed, title=notebook.stem, language=language))
    return target


def _theme(root: Path) -> str:
    """Return the municipality's own colours and fonts, where there is a ``notebooks/theme.css``."""
    with contextlib.suppress(FileNotFoundError):
        return (root / "notebooks" / "theme.css").read_text("utf-8")
    return ""


def _remove_former(folder: Path, wanted: list[Page], manifest: dict[str, Any]) -> None:
    """Remove pages of providers that are no longer in the codebook: a former page is not this year's report."""
    known = {page.file for page in wanted}
    for path in (folder / "providers").glob("*.html"):
        if path not in known:
            path.unlink()
    for key in set(manifest) - {page.key for page in wanted}:
        del manifest[key]


def _index(release: Release, wanted: list[Page], failed: list[tuple[str, str]], theme_css: str) -> str:
    """Return the front page: links, numbers, status, and what could not be made."""
    counted = release.rows(measure="aantal", statistic="count", unit="provider", group="client")
    counted = counted.set_index("unit_id")
    scored = release.rows(measure=release.dimensions, statistic="adjusted", unit="provider")
    order = pd.CategoricalDtype(["hidden", "indicative", "shown"], ordered=True)
    best = scored["status"].astype(order).groupby(scored["unit_id"]).max().astype(str)
    folder = next(page.file.parent for page in wanted if page.key == "region")
    rows = []
    for page in wanted:
        if page.file.is_file():
            kind = "synthesis" if page.key == "region" else "provider"
            status = "" if kind == "synthesis" else best.get(page.key, "hidden")
            n = counted["estimate"].get(page.key)
            href = page.file.relative_to(folder).as_posix()
            rows.append({"kind": kind, "name": page.title, "n": n, "status": status, "href": href})
    titles = {page.key: page.title for page in wanted}
    failures = pd.DataFrame([(titles[key], why) for key, why in failed], columns=["name", "reason"])
    return pages.index(
        pd.DataFrame(rows, columns=["kind", "name", "n", "status", "href"]),
        region=release.title,
        year=release.year,
        language=release.language,
        provenance={release.word(name): value for name, value in release.provenance.items()},
        failures=failures,
        theme_css=theme_css,
    )
