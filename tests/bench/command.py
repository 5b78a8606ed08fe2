"""The command: measure every row, show the table, keep it as a document."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from bench import document
from bench.measure import JobFailed, Measured, Outcome, Row, measure
from bench.rows import rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, show, and write ``docs/benchmarks.md`` where every row was asked for."""
    parser = argparse.ArgumentParser("python -m workbench bench", description="Measure speed and memory.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under five minutes on a quiet machine")
    parser.add_argument("--only", default="", help="names of rows, such as csv,shares")
    parser.add_argument("--write", action="store_true", help="write the page also where not every row was asked for")
    parser.add_argument("--rounds", type=int, help="rounds per row; 1 if quick, else 3")
    asked = parser.parse_args()
    rounds = asked.rounds or (1 if asked.quick else 3)
    names = [name for name in asked.only.split(",") if name]
    os.environ.setdefault("PYTHONHASHSEED", "0")
    console = Console(highlight=False)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        every = rows(asked.quick, Path(folder))
        unknown = set(names) - {row.name for row in every}
        if unknown:
            sys.exit(f"No row {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in every)}.")
        chosen = [row for row in every if not names or row.name in names]
        loads: list[float] = []
        known: dict[str, list[dict[str, Any]]] | None = {} if asked.quick else None
        found = _measure(chosen, rounds, console, lambda: loads.append(_load()), known)
    seconds = time.monotonic() - began
    _show(found, console)
    console.print(f"{seconds:.0f} seconds, {rounds} round{'s' if rounds > 1 else ''}.")
    if asked.write or not names:
        left_out = Outcome("not measured in this run", None)
        rest = {row.name: (row, [], Outcome(row.missing, None) if row.missing else left_out) for row in every}
        found = list((rest | {row.name: (row, measured, outcome) for row, measured, outcome in found}).values())
        DOCUMENT.write_text(document.written(found, rounds, asked.quick, sum(loads) / len(loads)), encoding="utf-8")
        console.print(f"Written: {DOCUMENT}", soft_wrap=True)
    sys.exit(1 if any(outcome.reached.startswith("failed") for _, _, outcome in found) else 0)


def _load() -> float:
    """Return how many programs want a processor, where the system says so."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _measure(
    chosen: list[Row],
    rounds: int,
    console: Console,
    look_around: Callable[[], object],
    known: dict[str, list[dict[str, Any]]] | None,
) -> list[tuple[Row, list[Measured], Outcome]]:
    found = []
    prepared: set[str] = set()
    steps = sum(len(row.prepare) + rounds * row.turns * len(row.jobs) for row in chosen)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    if not console.is_terminal:
        console.print(f"{len(chosen)} rows, {rounds} rounds ...")
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=steps)

        def advance(what: str) -> None:
            bar.update(task, description=what, advance=1)

        for row in chosen:
            look_around()
            needed = [job for job in row.prepare if f"{job.function} {job.settings}" not in prepared]
            prepared |= {f"{job.function} {job.settings}" for job in needed}
            measured: list[Measured] = []
            try:
                measured = [] if row.missing else measure(row, needed, rounds, advance, known)
                outcome = Outcome(row.missing, None) if row.missing else row.judge(measured)
            except JobFailed as failure:
                outcome = Outcome(f"failed: {failure}", None)
            found.append((row, measured, outcome))
            told = f"{row.name}: {outcome.reached} {document.verdict(outcome)}"
            console.print(told.rstrip(), soft_wrap=True, markup=False)  # at once: a run may be stopped half-way
    return found


def _show(found: list[tuple[Row, list[Measured], Outcome]], console: Console) -> None:
    table = Table(title="Benchmarks", title_justify="left")
    for name in ("what", "against", "target", "reached", ""):
        table.add_column(name)
    for row, _, outcome in found:
        table.add_row(row.what, row.against, row.target, outcome.reached, document.verdict(outcome))
    console.print(table)
