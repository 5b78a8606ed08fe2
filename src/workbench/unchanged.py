"""Whether anything changed since the reports of a year were made: by content, without opening a table.

Analysts run the report often. Where every byte that goes into it, and every byte that came out of it, is as it was when
it last ended well, there is nothing to find out step by step, and nothing to import for that.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench import store
from workbench.store import Places

PACKAGE = Path(__file__).parent
STAMP = ".up-to-date.json"  # hidden: no part of what is sent


def since(places: Places, year: int, asked: Mapping[str, Any]) -> list[str]:
    """Return what was said when everything was last up to date; nothing where something changed.

    Parameters
    ----------
    places : Places
    year : int
    asked : mapping
        What decides which pages there are: edition, language, municipalities.
    """
    known = store.read_json(places.reports(year) / STAMP).get(_key(asked), {})
    told: list[str] = known.get("told", [])
    return told if known and known["fingerprint"] == fingerprint(places, year) else []


def remember(places: Places, year: int, asked: Mapping[str, Any], told: list[str]) -> None:
    """Keep that everything asked for is up to date, and what to say of it; parameters as in `since`."""
    stamps = store.read_json(places.reports(year) / STAMP)
    now = fingerprint(places, year)
    others = {key: stamp for key, stamp in stamps.items() if stamp["fingerprint"] == now}
    store.write_json(places.reports(year) / STAMP, others | {_key(asked): {"fingerprint": now, "told": told}})


def fingerprint(places: Places, year: int) -> str:
    """Return one hash over what goes into the reports of a year and what came out: names and bytes of every file."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in sys.path:  # folders of installed packages are named after their versions
        for name in sorted(package.name for package in Path(folder).glob("*.dist-info")):
            digest.update(name.encode())
    for path in _files(places, year):
        digest.update(str(path).encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(places: Places, year: int) -> Iterator[Path]:
    years = [each for each in places.years if each <= year]
    folders = [PACKAGE, places.codebook, places.root / "notebooks", places.root / "docs", places.reports(year)]
    folders += [folder for each in years for folder in (places.raw(each), places.processed(each))]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            drafted = places.draft in path.parents  # of a draft nothing is used
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".pyc" and not drafted:
                yield path
    for path in (places.ledger, *map(places.remarks, years)):
        if path.is_file():
            yield path


def _key(asked: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {asked[name]}" for name in sorted(asked))
