"""The benchmarks as a document: machine, software, targets and what was reached."""

import importlib.metadata
import os
import platform
from collections.abc import Sequence

from bench.measure import Measured, Outcome, Row, spread

SOFTWARE = ("numpy", "pandas", "pyarrow", "scipy", "statsmodels", "matplotlib", "nbconvert", "papermill", "pyreadstat")
OPENING = """\
# How fast, and in how much memory

`make bench` measures every row beside the obvious way of doing the same, in one run, and writes this page; every figure
comes from that run. Each measurement is a fresh process; the two sides take turns, {rounds}. A ratio is taken of each
turn; given are the median and, after more than one turn, the smallest and the largest. Nothing here is a limit that a
test holds: machines differ, and a busy one is slower. Seconds are those of the work itself, without the start of
Python, unless it says "whole commands". Peak memory is that of the largest single process.

{size} Machine: {cores} cores, {memory:.0f} GB of memory, {system}. Python {python}; {software}. Programs that wanted a
processor during the run, these included: {load} on average. Where that is more than there are cores the clock says more
about the others; processor seconds, below, are what the work itself took.
"""
QUICK = """\
**This is a quick run: smaller than the sizes the targets are meant for** (`python -m workbench bench`), and what serves
several rows is measured once."""


def written(found: Sequence[tuple[Row, Sequence[Measured], Outcome]], rounds: int, quick: bool, load: float) -> str:
    """Return the document."""
    software = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SOFTWARE)
    opening = OPENING.format(
        rounds=_turns([row for row, _, _ in found], rounds),
        size=QUICK if quick else "The whole run.",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        memory=_memory(),
        system=platform.system(),
        python=platform.python_version(),
        software=software,
        load=f"{load:.1f}",
    )
    lines = [
        f"| {row.what} | {row.against} | {row.target} | {outcome.reached} | {verdict(outcome)} |"
        for row, _, outcome in found
    ]
    details = [
        f"| {row.name} | {one.job.name} | {spread(one.seconds)} | {spread(one.processor)} | {max(one.peak):.0f} |"
        for row, measured, _ in found
        for one in measured
    ]
    sizes = [f"- `{row.name}`: {row.size}." for row, _, _ in found if row.size]
    parts = [
        opening,
        "| what | against | target | reached | |\n|---|---|---|---|---|\n" + "\n".join(lines),
        "## What was measured\n\n" + "\n".join(sizes),
        "## Seconds and memory\n\n| row | who | seconds | processor seconds | peak MB |\n|---|---|---|---|---|\n"
        + "\n".join(details),
    ]
    return "\n\n".join(parts).replace("\n\n\n", "\n\n") + "\n"


def _turns(rows: Sequence[Row], rounds: int) -> str:
    """Say how often each row was measured.

    Examples
    --------
    >>> _turns([Row("a", "", "", ""), Row("b", "", "", "", turns=2)], 3)
    '3 times; where a busy moment weighs more, oftener: `b` 6 times'
    >>> _turns([Row("a", "", "", "")], 1)
    'once'
    """
    often = [f"`{row.name}` {rounds * row.turns} times" for row in rows if row.turns > 1]
    more = f"; where a busy moment weighs more, oftener: {', '.join(often)}" if often else ""
    return ("once" if rounds == 1 else f"{rounds} times") + more


def verdict(outcome: Outcome) -> str:
    """Say in a word or two whether a target is met."""
    return "" if outcome.met is None else "met" if outcome.met else "**not met**"


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return float("nan")
