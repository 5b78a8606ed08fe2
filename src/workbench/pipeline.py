"""The order of the method: deliveries in, tables, estimates, disclosure, pages out.

`process` and `report` read like the method section of a study. Everything regional is computed here, once; a report
notebook only narrates what `released/` holds.
"""

import dataclasses
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import codebook as codebooks
from workbench import (
    estimating,
    fingerprints,
    indicators,
    manifests,
    memory,
    portions,
    releasing,
    schemas,
    scoring,
    store,
    versions,
)
from workbench.analysis import ledger, movement, release
from workbench.codebook import Codebook
from workbench.intake import deliveries, findings, privacy, remarks
from workbench.store import NotSafe, NotThere, Places

if TYPE_CHECKING:
    from workbench import rendering

Progress = Callable[[str], None]
RECEIVED = (
    *("deliveries", "responses", "answers", "unanswered", "episodes", "assessments", "context", "invited"),
    *("agreements", "exclusions", "findings"),
)
LARGEST = ("answers", "responses", "unanswered")  # beside the scores: the longest to write first
_SHOWN = 20
SILENCE = 20  # seconds without a word, while is decided what may be shown
TOLD = 10  # figures named in the message of a release that is not published


@dataclass(frozen=True)
class Processed:
    """What `process` did: the tables of one year, and which steps were needed."""

    places: Places
    year: int
    made: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]


def process(places: Places, year: int, *, force: bool = False, progress: Progress = lambda _: None) -> Processed:
    """Turn the deliveries of a year, and of the years before it, into processed and released tables.

    Only what changed is made again: a year whose deliveries, codebook and code are as they were is left alone.

    Parameters
    ----------
    places : Places
        The region.
    year : int
        Year of the measurement; deliveries in ``data/raw/<region>/<year>``.
    force : bool
        Make everything again.
    progress : callable
        Gets one line per step.

    Raises
    ------
    NotThere
        Where the year has no deliveries.
    CodebookError
        With every mistake in the codebook.
    Busy
        Where another run is at work on the region.
    """
    _must_have(places, year)
    book = codebooks.read(places.codebook)
    with store.only_one(places.lock, f"tables of {places.region}"):
        return _process(places, year, book, force, progress)


def _process(places: Places, year: int, book: Codebook, force: bool, progress: Progress) -> Processed:
    years = [each for each in places.years if each <= year]
    for each in years:
        store.tidy(places.processed(each))
    made = []
    for each in years:
        if force or manifests.stale(places, each, book, "received"):
            progress(f"{each}: reading deliveries")
            receive(places, each, book)
            made.append(f"{each} received")
    if force or made or manifests.stale(places, year, book, "estimated", years):
        estimate(places, year, years, book, progress)
        made.append(f"{year} estimated")
    names = ("deliveries", "exclusions", "findings", "estimates")
    tables = {name: store.read_table(places.processed(year), name) for name in names}
    return Processed(places, year, tuple(made), tables)


def report(places: Places, year: int, **options: Any) -> "rendering.Reported":
    """Render every page that is out of date and the front page; options as in `rendering.report`.

    Raises
    ------
    NotSafe
        Where the figures of the release, with each other, give away what must not be known. Nothing is rendered.
    Busy
        Where another run is at work on the region.
    """
    from workbench import rendering  # drawing takes seconds to import, and reading deliveries needs none of it

    with store.only_one(places.lock, f"reports of {places.region}"):
        store.tidy(places.reports(year))
        enter, identify = functools.partial(publish, places, year), versions.software
        return rendering.report(places, year, identify(), identify=identify, publish=enter, **options)


def publish(places: Places, year: int) -> None:
    """Audit the release of a year and enter it in the ledger; a release that stands there already is left alone.

    Raises
    ------
    NotSafe
        With the figures that could be worked out, and the cheapest remedy for each.
    """
    edition = fingerprints.of_table(fingerprints.rows(portions.each(places.released(year), "estimates")))[:12]
    if places.ledger.is_file():
        entered = store.read_table(places.ledger.parent, places.ledger.stem, ["edition"])
        if (entered["edition"] == edition).any():
            return
    known = store.read_table(places.ledger.parent, places.ledger.stem) if places.ledger.is_file() else None
    released = portions.read(places.released(year), "estimates")
    estimates = store.read_table(places.processed(year), "estimates")
    book = codebooks.read(places.codebook)
    limits = dataclasses.asdict(book.region.thresholds)
    leaks = ledger.audit(estimates, released, ledger.Rules.of(limits))
    if leaks:
        names = _names(book)
        more = f"\nand {len(leaks) - TOLD} more." if len(leaks) > TOLD else ""
        told = "\n".join(leak.told(lambda code: names.get(code, code)) for leak in leaks[:TOLD])
        raise NotSafe(
            f"Not published: {len(leaks)} figures that must not be known could be worked out.\n{told}{more}\n"
            "What was published before stands as it was. Make the release again with "
            f"'python -m workbench process --region {places.region} --year {year} --force'."
        )
    today = datetime.now(UTC).date().isoformat()
    revision = ledger.revision(book.region.revisions, year)
    former = known[known["revision"] == revision] if known is not None else None
    entered = ledger.entries(estimates, released, str(year), edition, today, revision, former)
    whole = entered if known is None else pd.concat([known, entered], ignore_index=True)
    store.write_tables(places.ledger.parent, {places.ledger.stem: whole})


def _names(book: Codebook) -> dict[str, str]:
    """Return what a reader calls providers, municipalities, items and measures."""
    items = book.items.drop_duplicates("item")
    known = {item: f"{item} ({wording})" for item, wording in zip(items["item"], items["wording_nl"], strict=True)}
    known |= {measure: book.name_of(measure, "en") for measure in [*book.cards, *book.dimensions["dimension"]]}
    known |= dict(zip(book.municipalities["municipality_code"], book.municipalities["name"], strict=True))
    return known | dict(zip(book.providers["provider_id"], book.providers["name"], strict=True))


def _standing(places: Places, year: int, book: Codebook) -> pd.DataFrame | None:
    """Return what was published before and stands; nothing where the region declared a revision since."""
    if not places.ledger.is_file():
        return None
    known = store.read_table(places.ledger.parent, places.ledger.stem)
    return known[known["revision"] == ledger.revision(book.region.revisions, year)]


def check(places: Places, year: int) -> deliveries.Received:
    """Read the codebook and the deliveries of a year as `process` does, writing nothing."""
    book = codebooks.read(places.codebook)
    _must_have(places, year)
    received = deliveries.receive(places.raw(year), book, year, _key(places, book))
    return dataclasses.replace(received, findings=_with_orientation(received, book))


@memory.reused()
def receive(places: Places, year: int, book: Codebook) -> None:
    """Read the deliveries of one year into processed tables, and account for every record.

    Notes
    -----
    Every delivered record ends in exactly one table or in ``exclusions``; ``deliveries`` holds the account per file.
    """
    open_answers: list[pd.DataFrame] | None = [] if places.remarks(year).is_file() else None
    received = deliveries.receive(places.raw(year), book, year, _key(places, book), open_answers=open_answers)
    tables = {name: getattr(received, name) for name in RECEIVED}
    tables["responses"] = estimating.weigh(tables["responses"], tables["invited"])
    former = places.processed(year)
    with store.whole_folder(former) as folder:
        store.keep(former, folder, ["released", "estimates.parquet", "exported_people.parquet"])
        with store.writing(folder) as write:  # tables are written while others are made
            parts = scoring.in_parts(tables["responses"], tables["answers"], book)
            write({"scores": (schemas.check("scores", part) for part in parts)})
            write({name: tables[name] for name in LARGEST})
            tables["remarks"], problems = _released_remarks(places, year, book, received, open_answers)
            tables["findings"] = _with(_with_orientation(received, book), findings.as_table(problems))
            grouped = tables["episodes"].assign(ending_group=estimating.ending_groups(tables["episodes"]))
            tables["episodes"] = schemas.check("episodes", grouped)
            write({name: table for name, table in tables.items() if name not in LARGEST})
            read = {places.raw(year) / file: sha256 for file, sha256 in _read(received).items()}
            made_from = manifests.made_from(places, year, book, read=read)
        account = manifests.account(tables, {"scores": store.count(folder, "scores")})
        store.write_json(folder / "manifest.json", {"received": made_from} | account)


def _read(received: deliveries.Received) -> dict[str, str]:
    """Return the SHA-256 of each delivery that could be read."""
    read = received.deliveries[received.deliveries["sha256"].fillna("") != ""]
    return dict(zip(read["file"], read["sha256"], strict=True))


def _with_orientation(received: deliveries.Received, book: Codebook) -> pd.DataFrame:
    """Return the findings with those about answers that mean something else than the codebook says."""
    found = received.findings
    for look in (scoring.misoriented, scoring.shortened):
        found = _with(found, look(received.responses, received.answers, book))
    return _with(found, findings.as_table(_silent_providers(received, book)))


def _silent_providers(received: deliveries.Received, book: Codebook) -> list[findings.Finding]:
    """Return a finding for the providers of the codebook about whom no delivery of the year holds anything."""
    tables = (received.responses, received.episodes, received.invited, received.assessments)
    heard = {str(provider) for table in tables for provider in table["provider_id"].unique()}
    silent = [
        name for each, name in book.providers[["provider_id", "name"]].itertuples(index=False) if each not in heard
    ]
    if not heard or not silent:
        return []
    shown = ", ".join(silent[:_SHOWN]) + (f" and {len(silent) - _SHOWN} more" if len(silent) > _SHOWN else "")
    message = f"No delivery holds anything about {findings.times(len(silent), 'provider', 'providers')}: {shown}."
    remedy = "Ask for their deliveries; see aliases.csv for other spellings; or take them out of providers.csv."
    return [findings.Finding("providers.csv", "warning", message, remedy)]


def _with(known: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    if more.empty:
        return known
    return schemas.check("findings", pd.concat([known, more]).sort_values("file", kind="stable"))


def _released_remarks(
    places: Places,
    year: int,
    book: Codebook,
    received: deliveries.Received,
    open_answers: list[pd.DataFrame] | None,
) -> tuple[pd.DataFrame, list[findings.Finding]]:
    """Return the remarks people released, verified against the deliveries; none where nobody reviewed any."""
    path = places.remarks(year)
    if open_answers is None:
        return schemas.empty("remarks"), []
    key = privacy.key_for(places.region, book.region.fictional)
    delivered = remarks.identify(open_answers, received.responses, key, year)
    return remarks.released(remarks.read(path.read_bytes()), delivered, year, f"remarks/{path.name}")


def review(places: Places, year: int, progress: Progress, deidentify: Callable[[str], str] | None = None) -> Path:
    """Write the table in which people release the open answers of a year; what they decided before stays.

    Parameters
    ----------
    places : Places
        The table is ``data/remarks/<region>/<year>.csv``: readable by its owner only, and not in git.
    year : int
    progress : callable
        Gets one line per step.
    deidentify : callable, optional
        Takes names out of a text; `deidentify.dutch` if left out.

    Raises
    ------
    MissingKey
        Where a region that is not fictional has no key.
    """
    from workbench.intake import deidentify as names

    _must_have(places, year)
    book = codebooks.read(places.codebook)
    key = privacy.key_for(places.region, book.region.fictional)
    found: list[pd.DataFrame] = []
    received = deliveries.receive(places.raw(year), book, year, key, open_answers=found)
    delivered = remarks.identify(found, received.responses, key, year)
    path = places.remarks(year)
    before = remarks.read(path.read_bytes() if path.is_file() else b"remark_id;text")
    fresh = int((~delivered["remark_id"].isin(before["remark_id"])).sum())
    progress(f"{year}: {len(delivered)} open answers, {fresh} not yet in the table")
    take_out = deidentify or (names.dutch(progress) if fresh else str)

    def every_hundred(done: int, total: int) -> None:
        if done % 100 == 0:
            progress(f"taking out names: {done} of {total}")

    table = remarks.review(delivered, before, take_out, every_hundred)
    store.write_protected(path, codebooks.for_excel(table))
    return path


def estimate(places: Places, year: int, years: list[int], book: Codebook, progress: Progress = lambda _: None) -> None:
    """Compute every figure of a report year from the tables of all years up to it, and release what may be seen."""
    by_year = {each: places.processed(each) for each in years}
    table = schemas.check("estimates", estimating.of_region(by_year, year, book, progress))
    thresholds = dataclasses.asdict(book.region.thresholds)
    standing = _standing(places, year, book)
    progress(f"{year}: deciding which of {len(table):,} figures may be shown")
    released = schemas.check("estimates", _decided(table, book, thresholds, standing, _now_and_then(year, progress)))

    folder = by_year[year]
    manifest = store.read_json(folder / "manifest.json")
    quoted = remarks.shown(
        store.read_table(folder, "remarks"),
        store.read_table(folder, "responses", ["provider_id", "role"]),
        book.region.thresholds.hidden_below,
    )
    with store.whole_folder(folder / "released") as beside:
        store.write_tables(beside, {"remarks": quoted})
        store.write_tables(beside, releasing.tables(by_year, year, book, released))
        portions.write(beside, "estimates", released, ["unit", "unit_id"])
        ambitions = movement.of_ambitions(book.ambitions, released, year, releasing.figures(book))
        store.write_json(
            beside / "codebook.json", releasing.readable(book) | {"ambitions": ambitions.to_dict("records")}
        )
        answered = store.read_table(folder, "responses", ["completed_on"])["completed_on"].max()
        store.write_json(beside / "provenance.json", manifests.provenance(year, book, manifest, answered))
    store.write_tables(folder, {"estimates": table})
    store.write_json(folder / "manifest.json", manifest | {"estimated": manifests.made_from(places, year, book, years)})


def _decided(
    table: pd.DataFrame,
    book: Codebook,
    thresholds: Mapping[str, Any],
    standing: pd.DataFrame | None,
    progress: Callable[[int, str], None],
) -> pd.DataFrame:
    """Decide what a reader may see: the figures that ship first, then the region's own indicators beside them."""
    wanted = indicators.rules(book)
    mine = table["measure"].isin([rule.measure for rule in wanted])
    main, own = table[~mine].reset_index(drop=True), table[mine].reset_index(drop=True)
    released = release.decide(main, **thresholds, ledger=standing, progress=progress)
    if own.empty:
        return released
    beforehand = indicators.beforehand(wanted, own, main, released, book.region.thresholds.smallest_cell)
    decided = release.decide(own, **thresholds, ledger=standing, beforehand=beforehand)
    both = pd.concat([released, decided], ignore_index=True)
    return both.sort_values(list(ledger.KEY), ignore_index=True)


def _now_and_then(year: int, progress: Progress) -> Callable[[int, str], None]:
    """Return what tells how far deciding has come: nothing where it takes seconds, then a line now and then."""
    said = time.monotonic()

    def told(done: int, measure: str) -> None:
        nonlocal said
        if time.monotonic() - said > SILENCE:
            said = time.monotonic()
            progress(f"{year}: {done} groups of figures that add up decided on, now {measure}")

    return told


def _must_have(places: Places, year: int) -> None:
    if year not in places.years:
        there = ", ".join(map(str, places.years)) or "no year at all"
        raise NotThere(f"No deliveries in {places.raw(year)}; there are deliveries for {there}. Put the files there.")


def _key(places: Places, book: Codebook) -> bytes | None:
    """Return the key of the pseudonyms, or None: a region whose deliveries hold no person numbers needs none."""
    try:
        return privacy.key_for(places.region, book.region.fictional)
    except privacy.MissingKey:
        return None
