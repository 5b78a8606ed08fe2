"""The deliveries of one year: the whole way from the files that arrived to processed tables."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench import categories, schemas
from workbench.codebook import Codebook
from workbench.intake import (
    arrivals,
    assembling,
    assessments,
    bounds,
    columns,
    doubts,
    episodes,
    exports,
    overlaps,
    per_answer,
    privacy,
    records,
    remarks,
    responses,
)
from workbench.intake.findings import Finding, as_table
from workbench.intake.records import Records
from workbench.intake.sheets import Unreadable

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Received:
    """The processed tables of one year, each as `schemas` describes it.

    `episodes` lacks ``ending_group``, ``restart_on`` and ``restart_same_provider``, which take other years or a choice
    of definition.
    """

    deliveries: pd.DataFrame
    responses: pd.DataFrame
    answers: pd.DataFrame
    unanswered: pd.DataFrame
    episodes: pd.DataFrame
    assessments: pd.DataFrame
    context: pd.DataFrame
    invited: pd.DataFrame
    agreements: pd.DataFrame
    exclusions: pd.DataFrame
    findings: pd.DataFrame


def receive(
    folder: Path,
    codebook: Codebook,
    year: int,
    key: bytes | None,
    progress: Progress | None = None,
    open_answers: list[pd.DataFrame] | None = None,
) -> Received:
    """Turn the deliveries of one year into processed tables.

    Every delivered record ends in exactly one table, or in `exclusions` with a reason. A file that cannot be used is a
    finding; the others are still read.

    Parameters
    ----------
    folder : Path
        ``data/raw/<region>/<year>``.
    codebook : Codebook
    year : int
        The delivery year.
    key : bytes or None
        Key of the pseudonyms (`privacy.key_for`); needed only where a delivery holds person ids.
    progress : callable, optional
        Called with the file, how many are done and how many there are.
    open_answers : list, optional
        Gets the open answers of each delivery (`remarks.in_delivery`), for who reviews them; never to be written.

    Raises
    ------
    MissingKey
        Where a delivery holds person ids and `key` is None.
    """
    threading.Thread(target=schemas.get_ready, daemon=True).start()  # while files are read
    arrived, problems = arrivals.find(folder, codebook.deliveries, year, codebook.forms)
    corrected_by, unfound = arrivals.replaced(arrived)
    problems += unfound
    manifest: list[dict[str, object]] = []
    behind: dict[str, list[Records]] = {kind: [] for kind in schemas.TABLES}
    excluded: list[pd.DataFrame] = []
    meant: set[int] = set()
    applied: set[int] = set()
    seen: dict[str, str] = {}
    for done, delivery in enumerate(arrived):
        if progress:
            progress(delivery.file, done, len(arrived))
        try:
            raw = bounds.read(delivery.path)
        except Unreadable as trouble:
            manifest.append(_entry(delivery, "") | {"kind": "unreadable"})
            problems.append(Finding(delivery.file, "error", trouble.message, trouble.remedy))
            continue
        entry = _entry(delivery, "")
        manifest.append(entry)
        with ThreadPoolExecutor(max_workers=1) as beside:  # while the table is made
            digest = beside.submit(_sha256, raw)
            try:
                export = None
                if delivery.settings and entry["kind"] != "ignored":
                    export = exports.read(raw, delivery.file, {**delivery.settings, "year": str(year)})
                    export = per_answer.described(export, delivery.file, delivery.settings, codebook)
            except Unreadable as trouble:
                entry["kind"] = "unreadable"
                problems.append(Finding(delivery.file, "error", trouble.message, trouble.remedy))
        entry["sha256"] = digest.result()
        del raw, digest  # as large as the table that was made of it
        if export is None:
            continue
        aside = {"does not fit the header": export.apart, "adds up other rows": export.summary}
        aside |= {"answer of nobody": export.of_nobody}
        excluded += [_excluded(delivery.file, rows, reason) for reason, rows in aside.items()]
        entry |= {"reader": export.reader, "delivered": len(export.table) + sum(map(len, aside.values()))}
        problems += export.findings
        if not entry["delivered"]:
            message = "The file has a header and no records."
            problems.append(Finding(delivery.file, "warning", message, "Ask whether there was nothing to deliver."))
        if delivery.file in corrected_by:
            message = f"It is replaced by {corrected_by[delivery.file]}, a correction; its records do not count."
            problems.append(Finding(delivery.file, "note", message, "Nothing to do."))
            excluded.append(_excluded(delivery.file, export.table.index, "replaced by a correction"))
            continue
        twin = seen.setdefault(f"{entry['sha256']} {delivery.settings['pattern']}", delivery.file)
        if twin != delivery.file:
            message = f"The file is the same as {twin}, byte for byte; its records are not counted again."
            problems.append(Finding(delivery.file, "warning", message, "Take one of them away."))
            excluded.append(_excluded(delivery.file, export.table.index, "duplicate"))
            continue
        corrected, about, changed = columns.correct(export.table, delivery.file, codebook.corrections)
        meant, applied = meant | about, applied | changed
        matched, unmatched = columns.match(export, delivery.file, delivery.settings, codebook)
        if open_answers is not None and delivery.settings["kind"] == "responses":
            open_answers.append(remarks.in_delivery(corrected, matched, delivery.file))
        kept, stopped = privacy.gate(corrected, matched, delivery.file, codebook.region.fictional, key)
        problems += unmatched + stopped
        behind[delivery.settings["kind"]].append(
            records.arrange(kept, matched, delivery.file, delivery.settings, export.decimal, codebook)
        )
        del export, corrected, kept
    if progress:
        progress("", len(arrived), len(arrived))
    problems += columns.unused(codebook.corrections, meant, applied)
    return _processed(manifest, behind, excluded, problems, codebook, year, key)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _processed(
    manifest: list[dict[str, object]],
    behind: Mapping[str, list[Records]],
    excluded: list[pd.DataFrame],
    problems: list[Finding],
    codebook: Codebook,
    year: int,
    key: bytes | None,
) -> Received:
    """Clean the deliveries of each kind and put them together."""
    hash_key = privacy.hash_key(key)
    answered = doubts.between(
        [responses.clean(each, codebook, year, hash_key) for each in behind["responses"]], codebook
    )
    cared = episodes.stops(
        overlaps.merge([episodes.clean(each, codebook, year, key) for each in behind["episodes"]]), codebook
    )
    judged = [assessments.assess(each, codebook, year) for each in behind["assessments"]]
    judged_once = assessments.keep_latest("assessments", judged, by="date")
    counted = [assessments.figures(each, codebook, year) for each in behind["context"]]
    counted_once = assessments.keep_latest("context", counted)
    agreed = [assessments.agree(each, codebook, year) for each in behind["agreements"]]
    invited = [assessments.invite(each, codebook, year, key) for each in behind["invited"]]

    others: list[assessments.Cleaned | episodes.Cleaned] = [cared, judged_once, counted_once, *agreed, *invited]
    excluded = [*excluded, *(part.exclusions for part in answered), *(part.exclusions for part in others)]
    problems = [*problems, *(each for part in answered for each in part.findings), *responses.delivered_twice(answered)]
    problems = [*problems, *(each for part in others for each in part.findings)]
    response_table, answers, unanswered = assembling.assemble(answered)
    tables = {
        "responses": response_table,
        "episodes": _sorted("episodes", cared.episodes, ["client", "provider_id", "started_on", "file", "row"]),
        "assessments": _sorted("assessments", judged_once.table, ["provider_id", "source", "theme", "year"]),
        "context": _sorted("context", counted_once.table, ["unit", "unit_id", "year", "measure"]),
        "agreements": _sorted(
            "agreements", _together("agreements", agreed), ["provider_id", "year", "measure", "file", "row"]
        ),
        "invited": _sorted("invited", _together("invited", invited), ["client", "provider_id", "role", "file", "row"]),
    }
    filled = [table for table in excluded if len(table)]
    exclusions = pd.concat(filled, ignore_index=True) if filled else schemas.empty("exclusions")
    return Received(
        deliveries=_reconciled(manifest, tables, exclusions),
        answers=answers,
        unanswered=unanswered,
        exclusions=_sorted("exclusions", exclusions, ["file", "row"]),
        findings=as_table(problems),
        **tables,
    )


def _entry(delivery: arrivals.Delivery, sha256: str) -> dict[str, object]:
    settings = delivery.settings
    kind = settings.get("kind")
    return {
        "file": delivery.file,
        "sha256": sha256,
        "kind": kind,
        "reader": None,
        "instrument": (settings.get("instrument") or None) if kind == "responses" else None,
        "role": (settings.get("role") or None) if kind == "responses" else None,
        "purpose": (settings.get("purpose") or "provider_measurement")
        if kind == "responses"
        else settings.get("purpose") or None,
        "delivered": 0,
    }


def _excluded(file: str, rows: Sequence[int] | pd.Index, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"file": file, "row": list(rows), "reason": reason})


def _together(name: str, cleaned: list[assessments.Cleaned]) -> pd.DataFrame:
    parts = [part.table for part in cleaned if len(part.table)]
    return pd.concat(parts, ignore_index=True) if parts else schemas.empty(name)


def _sorted(name: str, table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return schemas.check(name, table.sort_values(by, kind="stable")) if len(table) else schemas.empty(name)


def _records(table: pd.DataFrame) -> pd.Series:
    """Return how many records of each file a table holds; one that gave several rows is one."""
    at, files = categories.held(table["file"].astype("category"))
    rows = table["row"].to_numpy(dtype=np.int64)
    last = np.zeros(len(files), dtype=np.int64)  # each file gets a stretch of places, one for each number of a row
    np.maximum.at(last, at, rows)
    first = np.append(0, (last + 1).cumsum())
    there = np.zeros(first[-1], dtype=bool)
    there[first[at] + rows] = True
    return pd.Series(np.add.reduceat(there, first[:-1], dtype=np.int64), index=files)


def _reconciled(
    manifest: list[dict[str, object]], tables: Mapping[str, pd.DataFrame], exclusions: pd.DataFrame
) -> pd.DataFrame:
    """Return the table `deliveries`; every record of a file must be counted once or excluded once.

    Raises
    ------
    RuntimeError
        Where one is lost or counted twice: a mistake in the workbench, not in the delivery.
    """
    if not manifest:
        return schemas.empty("deliveries")
    table = pd.DataFrame(manifest)
    counted = pd.concat([_records(each) for each in tables.values() if len(each)] or [pd.Series(dtype="int64")])
    counted = counted.groupby(level=0).sum()
    table["counted"] = table["file"].map(counted).fillna(0).astype("int64")
    table["excluded"] = table["file"].map(exclusions.groupby("file").size()).fillna(0).astype("int64")
    off = table[table["delivered"] != table["counted"] + table["excluded"]]
    for row in off.to_dict("records"):
        raise RuntimeError(
            f"{row['file']}: {row['delivered']} records came, {row['counted']} count, {row['excluded']} are excluded. "
            "This is a mistake in the workbench; report it with the name of the file and the codebook."
        )
    return schemas.check("deliveries", table)
