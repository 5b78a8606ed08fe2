"""Released tables to pages: which pages there are, which are out of date, and making those.

Beside each page stand its tables as a spreadsheet and, for a provider, the form for the conversation; what stands
beside all of them is of `binding`.

A page is made again when its notebook, the code, the software, its released rows or its parameters changed - by
content, not by time. A page whose notebook fails keeps its last good version and is named on the front page.
"""

import contextlib
import importlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workbench import binding, cluster, fingerprints, making, regions, store
from workbench.making import Page
from workbench.reporting.limits import Limits
from workbench.reporting.release import Release
from workbench.store import NotThere, Places

Progress = Callable[[int, int, str], None]
PROVENANCE = ("region", "year", "codebook", "code", "software")
MINUTES = 10.0  # one page may take
SELDOM = 20  # times as long as it takes, before it is written again which pages are made


@dataclass(frozen=True)
class Reported:
    """What `report` did.

    Attributes
    ----------
    made, kept : tuple of str
        Pages made, and those left as they were.
    failed : tuple of (page, reason)
    why : dict
        Of each page that was to be made: which of the things it is made from changed (`Page.made_from`), or ``new``,
        ``asked``, ``failed`` (the last time) or ``damaged`` (a file was changed or removed since).
    memory : float
        MB of the largest worker with its kernel; 0 where nothing was made.
    """

    index: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    memory: float = 0.0


def report(
    places: Places,
    year: int,
    code: str,
    *,
    edition: str = "provider",
    language: str | None = None,
    municipalities: Sequence[str] = (),
    jobs: int | None = None,
    scheduler: str | None = None,
    identify: Callable[[], str] | None = None,
    publish: Callable[[], None] = lambda: None,
    minutes: float = MINUTES,
    memory: float | None = None,
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
        Pages made at the same time on this machine; by default one per core.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers make the pages; they see the project's folder under the same name.
    identify : function, optional
        Gives the `code` of a worker of that cluster: it must be the same.
    publish : function
        Called once all that is asked for is known to be possible, and before any page is made.
    minutes : float
        What one page may take.
    memory : float, optional
        GB the notebook of one page may take for its data (on Linux); by default what each job has of this machine.
    force : bool
        Make every page again.
    progress : callable
        Called after each page with how many are done, how many there are, and the name.

    Raises
    ------
    NotThere
        Where nothing was released yet or a notebook is missing.
    """
    release = regions.open_front(places, year, language)
    regions.choose("edition", edition, regions.EDITIONS)
    folder = places.reports(year) / _variant(release, edition)
    manifest = store.read_json(folder / "manifest.json")
    method = binding.method_page(places.root, folder, release.language, manifest, code)
    towns = _towns(release, [*municipalities, *(set(manifest) & set(release.codebook["municipalities"]))])
    wanted = list(_pages(places, release, code, edition, folder, towns, method))
    why = {page.key: ("asked",) if force else _why(page, manifest) for page in wanted}
    stale = [page for page in wanted if why[page.key]]
    limits = Limits(60 * minutes, _bytes(memory, jobs))
    made, failed, largest = [], [], 0.0
    working = cluster.workers(scheduler, identify, code, folder, wanted[0].notebook)
    with working as workers, _noted(folder, manifest) as note:
        publish()
        for page, outcome in making.make(
            stale,
            lambda page: _of_page(release, _figures(page)),
            binding.theme(places.root),
            jobs=jobs,
            limits=limits,
            workers=workers,
        ):
            importlib.import_module("workbench.reporting.pages")  # for the front page, while others are being made
            largest = max(largest, outcome.memory)
            if outcome.failure:
                failed.append((page.key, outcome.failure))
                manifest.setdefault(page.key, {})["fingerprint"] = ""
            else:
                made.append(page.key)
                sha256 = fingerprints.of_files(page.files)
                manifest[page.key] = {
                    "fingerprint": page.fingerprint,
                    "made_from": page.made_from,
                    "sha256": sha256,
                }
            note()
            progress(len(made) + len(failed), len(stale), page.title)
    binding.remove_former(folder, wanted, manifest)
    bundle = folder / f"{places.region}-{year}.zip"
    shown = [[page.key, page.title, page.file.is_file(), page.fingerprint] for page in wanted]
    front = fingerprints.of_text([code, edition, binding.theme(places.root), _json([shown, failed, release.made_from])])
    if manifest.get(binding.INDEX) != front or not (folder / "index.html").is_file():
        index = binding.front_page(release, edition, wanted, failed, binding.theme(places.root), folder, bundle.name)
        store.write_text(folder / "index.html", index)
        manifest[binding.INDEX] = front
    manifest[binding.BUNDLE] = binding.bundle(folder, bundle, wanted, manifest)
    store.write_json(folder / "manifest.json", manifest)
    kept = [page.key for page in wanted if page not in stale]
    causes = {page.key: why[page.key] for page in stale}
    return Reported(folder / "index.html", tuple(sorted(made)), tuple(kept), tuple(sorted(failed)), causes, largest)


@contextlib.contextmanager
def _noted(folder: Path, manifest: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Give what writes down which pages are made: each at once, and of thousands a few together.

    Writing takes no more than a twentieth of the time; what is left is written at the end, whatever ends it. Pages that
    were not written down when the computer stopped are made again.
    """
    written, took, pending = 0.0, 0.0, False

    def write() -> None:
        nonlocal written, took, pending
        began = time.monotonic()
        store.write_json(folder / "manifest.json", manifest)
        written = time.monotonic()
        took, pending = written - began, False

    def note() -> None:
        nonlocal pending
        pending = True
        if time.monotonic() - written >= SELDOM * took:
            write()

    try:
        yield note
    finally:
        if pending:
            write()


def _bytes(gigabytes: float | None, jobs: int | None) -> int:
    """Return the bytes a page may take: as asked, or its part of this machine where that is known."""
    if gigabytes is not None:
        return round(gigabytes * 2**30)
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    return max(making.SMALLEST, there // (jobs or os.cpu_count() or 1))


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
    decided = {name: part for name, part in release.codebook.items() if name != "ambitions"}  # these hold figures
    everywhere = {
        "code": fingerprints.of_text([code, release.provenance["code"], release.provenance["software"]]),
        "codebook": fingerprints.of_text([release.provenance["codebook"], _json(decided)]),
        "look": fingerprints.of_text([binding.theme(places.root), method]),
    }
    estimates = fingerprints.rows(regions.figures(places, release.year), ["unit", "unit_id"])
    of_region = fingerprints.of_table(estimates.where(estimates.of["unit"] == "region"))
    own = fingerprints.of_units(estimates.where(estimates.of["unit"] == "provider"), "unit_id")
    agreed = fingerprints.of_units(release.agreements, "provider_id")
    quoted = fingerprints.of_units(release.remarks, "provider_id")
    left_out = fingerprints.of_units(release.left_out, "provider_id")
    accounts = (release.deliveries, release.excluded, release.flagged, release.left_out)
    tables = (estimates, release.agreements, *accounts)
    whole = [fingerprints.of_table(table) for table in tables]
    whole += [_json(dict(release.providers)), _json(release.codebook.get("ambitions", []))]

    def page(key: str, file: str, title: str, subtitle: str, figures: dict[str, str], given: dict[str, Any]) -> Page:
        notebook = places.root / "notebooks" / f"{'provider' if 'provider' in given else 'region'}.ipynb"
        if not notebook.is_file():
            raise NotThere(
                f"{notebook} is missing: it is the template of this report; restore it from version control."
            )
        made_from = {
            "notebook": fingerprints.of_text([notebook.read_text("utf-8")]),
            "parameters": fingerprints.of_text([_json(given), title, subtitle]),
        }
        above = "../" * file.count("/") + method if method else ""
        return Page(key, notebook, folder / file, title, subtitle, given, everywhere | made_from | figures, above)

    given = common | {"edition": "public" if edition == "public" else "internal"}
    everything = {"figures": fingerprints.of_text(whole)}
    yield page("region", "region.html", release.title, f"{synthesis} {release.period}", everything, given)
    for town in towns:
        name = release.codebook["municipalities"][town]
        file, told = f"municipalities/{town}.html", given | {"municipality": town}
        yield page(town, file, name, f"{synthesis} {release.period}", everything, told)
    for provider, name in sorted(release.providers.items(), key=lambda item: item[1].casefold()):
        rows = [each.get(provider, "") for each in (own, agreed, quoted, left_out)]
        figures = {"figures": fingerprints.of_text(rows), "region": of_region}
        given = common | {"edition": edition, "provider": provider}
        file = f"providers/{_file_name(provider)}.html"
        yield page(provider, file, name, f"{single} {release.period}", figures, given)


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, default=str)


def _file_name(provider: str) -> str:
    """Return a provider's id as a file name that is safe everywhere."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in provider)


def _why(page: Page, manifest: dict[str, Any]) -> tuple[str, ...]:
    """Say what makes a page out of date, as in `Reported`; nothing where it is as it should be."""
    known = manifest.get(page.key)
    if not known:
        return ("new",)
    if not known.get("fingerprint"):
        return ("failed",)
    before = known.get("made_from", {})
    changed = tuple(sorted(name for name, value in page.made_from.items() if before.get(name) != value))
    if changed:
        return changed
    whole = all(path.is_file() for path in page.files) and known.get("sha256") == fingerprints.of_files(page.files)
    return () if whole else ("damaged",)


def _figures(page: Page) -> str:
    """Return the fingerprint of the released rows on a page."""
    return fingerprints.of_text([page.made_from["figures"], page.made_from.get("region", "")])


def _of_page(release: Release, figures: str) -> dict[str, str]:
    """Return what one page was made from; `figures` is the fingerprint of the released rows on it."""
    made_from = {name: release.provenance[name] for name in PROVENANCE} | {"figures": figures[:12]}
    return {release.word(name): value for name, value in made_from.items()}


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
    from workbench.reporting import notebooks, pages

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
        theme = binding.theme(store.find_root(notebook.parent.resolve()))
    executed.metadata["title"] = notebook.stem  # for one without a heading
    html = pages.render(executed, title="", language=language, provenance=made_from, theme_css=theme)
    store.write_text(target, html)
    return target
