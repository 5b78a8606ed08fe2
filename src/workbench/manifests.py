"""The manifest beside the tables of a year: what they were made from, and what became of every delivered record.

By what a step was made from is known whether it must be made again; a page says it in short.
"""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import fingerprints, store, versions
from workbench.codebook import Codebook
from workbench.store import Places


def stale(places: Places, year: int, book: Codebook, step: str, years: list[int] | None = None) -> bool:
    """Return whether a step of a year was made from something else than there is now; parameters as in `made_from`."""
    made = store.read_json(places.processed(year) / "manifest.json").get(step)
    return made != made_from(places, year, book, years)


def made_from(
    places: Places,
    year: int,
    book: Codebook,
    years: list[int] | None = None,
    read: Mapping[Path, str] | None = None,
) -> str:
    """Return the fingerprint of everything a step was made from.

    Parameters
    ----------
    places : Places
    year : int
    book : Codebook
    years : list of int, optional
        Those whose deliveries and open answers the step used; the year itself if left out.
    read : mapping of Path to str, optional
        The SHA-256 of deliveries just read.
    """
    files = [path for each in years or [year] for path in sorted(places.raw(each).rglob("*")) if path.is_file()]
    parts = {
        "deliveries": fingerprints.of_files(
            [path for path in files if not path.name.startswith((".", "~$"))], read=read
        ),
        "codebook": book.sha256,
        "code": versions.code(),
        "remarks": fingerprints.of_files(
            [path for each in years or [year] if (path := places.remarks(each)).is_file()]
        ),
        "python": platform.python_version(),
        "versions": list(versions.of_figures().values()),
    }
    return _short(json.dumps(parts, sort_keys=True))


def account(tables: Mapping[str, pd.DataFrame], written: Mapping[str, int]) -> dict[str, Any]:
    """Return what came in and what became of it: delivered = counted + excluded, per file and reason.

    `written` says how many rows the tables have that are on disk only.
    """
    delivered = tables["deliveries"].set_index("file")
    why = tables["exclusions"].groupby(["file", "reason"]).size()
    records: dict[str, dict[str, Any]] = {
        str(file): {"delivered": int(each["delivered"]), "counted": int(each["counted"]), "excluded": {}}
        for file, each in delivered.iterrows()
    }
    for row in why.rename("count").reset_index().to_dict("records"):
        records[row["file"]]["excluded"][row["reason"]] = int(row["count"])
    return {
        "files": delivered["sha256"].to_dict(),
        "records": records,
        "rows": {name: len(table) for name, table in tables.items()} | dict(written),
    }


def provenance(year: int, book: Codebook, manifest: Mapping[str, Any], answered: Any = None) -> dict[str, str]:
    """Return what a page says about where it comes from, and the month of the last answer where that is known."""
    until = {} if pd.isna(answered) else {"until": f"{answered:%Y-%m}"}
    return {
        "region": book.region.name,
        "year": str(year),
        **until,
        "deliveries": str(len(manifest.get("files", {}))),
        "data": _short(json.dumps(manifest.get("files", {}), sort_keys=True)),
        "codebook": book.sha256[:12],
        "code": versions.code()[:12],
        "software": ", ".join(f"{name} {version}" for name, version in versions.of_figures().items()),
    }


def _short(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:12]
