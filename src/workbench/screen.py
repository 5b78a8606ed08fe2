"""What the commands say on the screen: progress, the account of the deliveries, what is wrong, what was made again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)
SHOWN_FINDINGS = 30
NARROW = 100  # characters: a screen that has no room for every column
BESIDE = 48  # characters of the columns beside the names of files
SHOWN_PAGES = 5
COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}
CAUSES = {
    "new": "not made before",
    "asked": "as asked (--force)",
    "failed": "it failed the last time",
    "damaged": "a file was changed or removed since",
    "notebook": "the notebook changed",
    "code": "the code or a library changed",
    "codebook": "the codebook changed",
    "figures": "its own released figures changed",
    "region": "the region's released figures changed",
    "parameters": "its name, period or parameters changed",
    "look": "colours or the account of the method changed",
}


def say(line: str) -> None:
    """Show one line as it is: what stands in brackets is no colour."""
    console.print(escape(line))


@contextmanager
def bar(title: str) -> Iterator[tuple[Progress, TaskID]]:
    """Show a progress bar with how many of how many and the time left; a plain line where nobody watches."""
    if not console.is_terminal:
        console.print(f"{title} ...")
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as shown:
        yield shown, shown.add_task(title, total=None)


def tell_account(deliveries: "pd.DataFrame", exclusions: "pd.DataFrame") -> None:
    """Show delivered, counted and excluded per file, and why; a name that is cut would name no file."""
    narrow = console.width < NARROW
    table = Table(title="Deliveries", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    longest = max((len(name) for name in deliveries["file"]), default=0)
    table.add_column("file", overflow="fold", no_wrap=longest + BESIDE <= console.width)
    for name in ("delivered", "counted", "excluded"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("why")
    if not narrow:
        table.add_column("kind", no_wrap=True)
    why = exclusions.groupby("file")["reason"].agg(
        lambda reasons: ", ".join(f"{reason} {n}" for reason, n in reasons.value_counts().sort_index().items())
    )
    for row in deliveries.to_dict("records"):
        counts = [f"{row[name]:,}" for name in ("delivered", "counted", "excluded")]
        kind = row["kind"] if isinstance(row["kind"], str) else "not used"
        told = [escape(row["file"]), *counts, escape(str(why.get(row["file"], ""))), kind]
        table.add_row(*told[: len(table.columns)])
    console.print(table)


def tell_why(why: Mapping[str, Sequence[str]]) -> None:
    """Show what was to be made again, and what changed."""
    pages: dict[str, list[str]] = {}
    for page, causes in why.items():
        pages.setdefault("; ".join(CAUSES[cause] for cause in causes), []).append(page)
    for cause, names in pages.items():
        shown = ", ".join(names[:SHOWN_PAGES]) + (", ..." if len(names) > SHOWN_PAGES else "")
        console.print(f"Made again, {cause}: {len(names)} ({escape(shown)})", soft_wrap=True)


def tell_findings(findings: "pd.DataFrame", everything: bool = False) -> int:
    """Show what is wrong in the deliveries, the worst first; return the number of errors."""
    from workbench.intake.findings import by_weight

    ordered = by_weight(findings)
    shown = ordered if everything else ordered[ordered["severity"] == "error"].head(SHOWN_FINDINGS)
    for row in shown.to_dict("records"):
        place = row["file"] + (f", row {row['row']}" if row["row"] else "")
        place += f", column {row['column']}" if isinstance(row["column"], str) and row["column"] else ""
        target = problems if row["severity"] == "error" else console
        colour = COLOURS[row["severity"]]
        target.print(f"[{colour}]{row['severity']}[/] {escape(place)}: {escape(row['message'])}", soft_wrap=True)
        target.print(f"      {escape(row['remedy'])}", soft_wrap=True)
    if not everything:
        for line in counted(findings):
            console.print(line)
    return int((findings["severity"] == "error").sum())


def counted(findings: "pd.DataFrame") -> list[str]:
    """Return one line on how many findings there are; none where there are none."""
    counts = findings["severity"].value_counts()
    said = [f"{counts[each]} {each}{'s' if counts[each] > 1 else ''}" for each in COLOURS if each in counts]
    return [f"Findings: {', '.join(said)}. 'python -m workbench check' lists them."] if said else []
