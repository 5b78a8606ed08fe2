"""The command: what to run, how far it is, and the table at the end."""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from workbench import fingerprints

from . import document
from .run import CHECKS, findings

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "calibration.md"
REGIONS = 1000


def main() -> None:
    """Run, tell, write ``docs/calibration.md`` after a whole run, and exit 1 where a limit is missed."""
    asked = _asked()
    only = {int(number) for number in asked.only.split(",") if number} if asked.only else set()
    unknown = only - {check.number for check in CHECKS}
    if unknown:
        sys.exit(f"No test {', '.join(map(str, sorted(unknown)))}; there are 1 to {len(CHECKS)}.")
    chosen = [check for check in CHECKS if not only or check.number in only]
    console = Console(highlight=False)
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    if not console.is_terminal:
        console.print(f"{len(chosen)} tests, {asked.regions:,} regions per condition, {asked.jobs} processes ...")
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("regions", total=None)
        found = findings(
            chosen,
            asked.regions,
            asked.jobs,
            lambda what, done, total: bar.update(task, description=f"regions: {what}", completed=done, total=total),
            kept=_kept(),
        )
    table = Table(title=f"Calibration, {asked.regions:,} regions per condition", title_justify="left")
    for name in ("test", "what", "limit", "reached", ""):
        table.add_column(name)
    for check in chosen:
        for finding in found[check.number]:
            verdict = "holds" if finding.holds() else "[red]MISSED[/]"
            table.add_row(str(check.number), finding.what, finding.limit, finding.reached, verdict)
    console.print(table)
    missed = sum(not finding.holds() for each in found.values() for finding in each)
    console.print(f"{time.monotonic() - began:.0f} seconds. {missed or 'No'} limit{'' if missed == 1 else 's'} missed.")
    if only or asked.regions < REGIONS:
        console.print(f"Not a whole run ({REGIONS:,} regions, every test): {DOCUMENT.name} is left as it is.")
    else:
        DOCUMENT.write_text(document.written(chosen, found, asked.regions), encoding="utf-8")
        console.print(f"Written: {DOCUMENT}", soft_wrap=True)
    sys.exit(1 if missed else 0)


def _kept() -> Path:
    """Return the folder of what this very code drew before; of other code nothing is used."""
    telling = {"__main__.py", "command.py", "document.py", "test_calibration.py"}
    drawing = [path for path in Path(__file__).parent.glob("*.py") if path.name not in telling]
    sources = [*(ROOT / "src" / "workbench" / "analysis").rglob("*.py"), *drawing]
    folder = ROOT / ".calibration" / fingerprints.of_files(sorted(sources))[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m workbench calibrate", description="Simulate what the statistics promise."
    )
    parser.add_argument("--regions", type=int, default=REGIONS, help="regions per condition")
    parser.add_argument("--only", default="", help="numbers of tests, such as 5,6")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; they do not change a figure")
    asked = parser.parse_args()
    if asked.regions < 1 or asked.jobs < 1:
        parser.error("--regions and --jobs are at least 1")
    return asked
