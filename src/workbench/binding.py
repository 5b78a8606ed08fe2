"""What binds the pages of a year: the front page, the account of the method, the colours, one bundle of it all.

What is written stands in the manifest beside the pages with what it was made from: it is left alone while that is so.
"""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import fingerprints, regions, store
from workbench.making import Page
from workbench.reporting import bundles
from workbench.reporting.release import Release
from workbench.reporting.wording import word

METHOD = {"nl": "methode.md", "en": "method.md"}  # of the project's docs, in the language of the reports
CALIBRATION = "calibration.md"
BUNDLE, INDEX, METHOD_PAGE = "bundle", "index", "method page"  # in the manifest beside the pages


def front_page(
    release: Release,
    edition: str,
    wanted: list[Page],
    failed: list[tuple[str, str]],
    theme_css: str,
    folder: Path,
    bundle: str,
) -> str:
    """Return the front page: links, numbers, status, and what could not be made.

    Parameters
    ----------
    release : Release
    edition : str
        In the public one numbers are rounded.
    wanted : list of Page
        In their order; one that is not there is left out.
    failed : list of (page, reason)
    theme_css : str
    folder : Path
        Of the front page; links are told from there.
    bundle : str
        Name of the file that holds everything.
    """
    counted = release.rows(measure="aantal", statistic="count", unit="provider", group="client")
    clients = counted.set_index("unit_id")["estimate"]
    scored = release.rows(measure=release.dimensions, statistic="adjusted", unit="provider")
    order = pd.CategoricalDtype(["hidden", "indicative", "shown"], ordered=True)
    best = scored["status"].astype(order).groupby(scored["unit_id"]).max().astype(str)
    if edition == "public":
        clients, best = regions.rounded(clients), best.replace("indicative", "hidden")
    withheld = set(counted.loc[counted["status"] == "hidden", "unit_id"])
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
                    "n": release.text("titles", "not shown") if page.key in withheld else clients.get(page.key),
                    "status": "earlier" if page.key in unmade else status,
                    "href": page.file.relative_to(folder).as_posix(),
                }
            )
    from workbench.reporting import pages

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


def method_page(root: Path, folder: Path, language: str, manifest: dict[str, Any], code: str) -> str:
    """Write the account of the method beside the reports; return its name, or nothing where there is no account.

    How well the method does in simulations is a page of its own behind it, in the language it was written in. Both are
    left as they are where nothing changed.

    Parameters
    ----------
    root : Path
        The project; the account is in its ``docs``.
    folder : Path
        Of the reports.
    language : str
    manifest : dict
        Of the reports; what the account was made from is written down in it.
    code : str
        Fingerprint of code and software.
    """
    docs = root / "docs"
    account = docs / METHOD[language]
    if not account.is_file():
        return ""
    theme_css = theme(root)
    texts = {
        name: path.read_text("utf-8") for name in (METHOD[language], CALIBRATION) if (path := docs / name).is_file()
    }
    files = [folder / name for name in ("method.html", "calibration.html")[: len(texts)]]
    fingerprint = fingerprints.of_text([code, language, theme_css, *texts.values()])
    if manifest.get(METHOD_PAGE) == fingerprint and all(path.is_file() for path in files):
        return "method.html"
    from workbench.reporting import pages  # needed by who writes a page only

    links = []
    if CALIBRATION in texts:
        page = pages.document([texts[CALIBRATION]], title=word("calibration", "en"), language="en", theme_css=theme_css)
        store.write_text(folder / "calibration.html", page)
        links.append((word("calibration", language), "calibration.html"))
    told, title = [texts[METHOD[language]]], word("method", language)
    page = pages.document(told, title=title, language=language, theme_css=theme_css, links=links)
    store.write_text(folder / "method.html", page)
    manifest[METHOD_PAGE] = fingerprint
    return "method.html"


def bundle(folder: Path, target: Path, wanted: Sequence[Page], manifest: dict[str, Any]) -> str:
    """Write everything of the year to one file for the archive, where something changed; return its fingerprint."""
    loose = [path for name in ("index.html", "method.html", "calibration.html") if (path := folder / name).is_file()]
    known = [json.dumps(manifest.get(page.key, {}), sort_keys=True) for page in wanted]
    fingerprint = fingerprints.of_text([*known, fingerprints.of_files(loose)])
    if manifest.get(BUNDLE) == fingerprint and target.is_file():
        return fingerprint
    paths = [*loose, *(path for page in wanted for path in page.files if path.is_file())]
    names = [path.relative_to(folder).as_posix() for path in paths]
    with store.beside(target) as file, file.open("wb") as written:  # thousands of pages are not held at once
        bundles.write(written, names, lambda name: (folder / name).read_bytes())
    return fingerprint


def remove_former(folder: Path, wanted: list[Page], manifest: dict[str, Any]) -> None:
    """Remove pages of providers that are no longer in the codebook: a former page is not this year's report."""
    known = {path for page in wanted for path in page.files}
    for path in (folder / "providers").glob("[!.]*"):
        if path not in known:
            path.unlink()
    for key in set(manifest) - {page.key for page in wanted} - {BUNDLE, INDEX, METHOD_PAGE}:
        del manifest[key]


def theme(root: Path) -> str:
    """Return the municipality's own colours and fonts, where there is a ``notebooks/theme.css``."""
    with contextlib.suppress(FileNotFoundError):
        return (root / "notebooks" / "theme.css").read_text("utf-8")
    return ""
