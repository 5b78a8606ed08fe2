"""Run the simulations on all cores, the same whatever their number, and judge."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench import store

from . import agreeing, certainties, comparing, differences, funnels, hiding, measuring, uncertainty
from .experiment import Check, Finding, Simulation

ROOMS = (measuring, uncertainty, comparing, funnels, differences, hiding, certainties, agreeing)
CHECKS: tuple[Check, ...] = tuple(
    sorted((check for room in ROOMS for check in room.CHECKS), key=lambda one: one.number)
)
SIMULATIONS: dict[str, Simulation] = {check.simulation.name: check.simulation for check in CHECKS}
PART = 20  # regions a process draws at a time: neither the order of parts nor their place changes a figure


def findings(
    checks: Iterable[Check],
    regions: int,
    jobs: int,
    progress: Callable[[str, int, int], object] = lambda *_: None,
    most: int | None = None,
    kept: Path | None = None,
) -> dict[int, list[Finding]]:
    """Return what each check found.

    Parameters
    ----------
    checks : iterable of Check
    regions : int
        Regions per condition; a simulation may ask for a multiple.
    jobs : int
        Processes. The figures do not depend on it: every region has a seed of its own.
    progress : callable
        Called as ``progress(simulation, done, total)``, in regions.
    most : int, optional
        Conditions per simulation, evenly chosen; all if left out.
    kept : Path, optional
        Folder in which what was drawn is kept, so that an interrupted run goes on where it stopped.
    """
    chosen = list(checks)
    names = list(dict.fromkeys(check.simulation.name for check in chosen))
    files = {name: kept / f"{name.replace(' ', '-')}-{regions}.parquet" for name in names} if kept else {}
    tables = {name: pd.read_parquet(path) for name, path in files.items() if path.is_file()}
    names = [name for name in names if name not in tables]
    parts = [part for name in names for part in _parts(name, regions, most)]
    total = sum(last - first for _, _, first, last in parts)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    left = Counter(name for name, *_ in parts)
    done = 0
    with ProcessPoolExecutor(jobs) if jobs > 1 else _Here() as pool:
        for (name, _, first, last), drawn in zip(parts, pool.map(_draw, parts), strict=True):
            rows[name] += drawn
            left[name] -= 1
            done += last - first
            progress(name, done, total)
            if not left[name]:
                tables[name] = pd.DataFrame(rows.pop(name))
                if kept:
                    store.write_bytes(files[name], tables[name].to_parquet())
    return {check.number: check.judge(tables[check.simulation.name]) for check in chosen}


def _parts(name: str, regions: int, most: int | None) -> list[tuple[str, int, int, int]]:
    simulation = SIMULATIONS[name]
    count, conditions = simulation.regions(regions), len(simulation.conditions)
    chosen = np.unique(np.linspace(0, conditions - 1, min(conditions, most or conditions)).round().astype(int))
    return [
        (name, int(condition), first, min(first + PART, count))
        for condition in chosen
        for first in range(0, count, PART)
    ]


def _draw(part: tuple[str, int, int, int]) -> list[dict[str, Any]]:
    name, condition, first, last = part
    return SIMULATIONS[name].rows(condition, first, last)


class _Here:
    """The same as a pool, without processes."""

    map = staticmethod(map)

    def __enter__(self) -> "_Here":
        return self

    def __exit__(self, *_: object) -> None:
        return None
