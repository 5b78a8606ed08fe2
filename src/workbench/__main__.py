"""The command line: ``python -m workbench <command> --region R --year Y``; ``make`` wraps it one to one.

Exit code 0 only if everything asked for was made; a mistake in the data is a message, never a traceback.
"""

import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from workbench import choosing, screen, unchanged
from workbench.screen import console, problems
from workbench.store import Busy, NotSafe, NotThere, find_root, regions

app = typer.Typer(
    help="Quality workbench for social care: deliveries in, one report per provider and a regional synthesis out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

RegionOption = Annotated[
    str | None, typer.Option("--region", "-r", help="Folder in data/raw; the only one if left out.")
]
YearOption = Annotated[int | None, typer.Option("--year", "-y", help="Year of the measurement; the last if left out.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Make everything again, also what did not change.")]


@app.command()
def report(
    region: RegionOption = None,
    year: YearOption = None,
    edition: Annotated[
        str,
        typer.Option(
            help="provider: other providers anonymous; internal: named; public: no single provider in the synthesis, "
            "counts rounded, nothing indicative."
        ),
    ] = "provider",
    municipality: Annotated[
        list[str] | None,
        typer.Option("--municipality", "-m", help="CBS code: the synthesis told for it too; all for each. Repeatable."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="nl or en; that of the region if left out.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Pages at the same time; one per core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler, such as tcp://10.0.0.5:8786: its workers make the pages."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="What one page may take.")] = 10.0,
    memory: Annotated[
        float | None, typer.Option(help="GB of data one page may hold (Linux); its part of the machine if left out.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Process what is new and make every report that is out of date."""
    places, year = choosing.region_and_year(region, year, make_sample=True)
    asked = {"edition": edition, "language": language, "municipalities": sorted(municipality or [])}
    if not force and (told := unchanged.since(places, year, asked)):
        for line in told:
            console.print(line, soft_wrap=True)
        return
    from workbench.regions import EDITIONS, LANGUAGES, choose

    choose("edition", edition, EDITIONS)
    choose("language", language or LANGUAGES[0], LANGUAGES)
    from workbench import cluster
    from workbench.reporting import warming

    cluster.reach(scheduler)
    with nullcontext() if scheduler else warming.warmed():  # kernels and workers get ready while deliveries are read
        from workbench import pipeline

        processed = pipeline.process(places, year, force=force, progress=screen.say)
        with screen.bar("Reports") as (bar, task):
            bar.update(task, description="Reports: checking whether figures give others away")

            def advance(done: int, total: int, page: str) -> None:
                bar.update(task, completed=done, total=total, description=f"Reports: {escape(page)}")

            result = pipeline.report(
                places,
                year,
                edition=edition,
                language=language,
                municipalities=municipality or (),
                jobs=jobs,
                scheduler=scheduler,
                minutes=minutes,
                memory=memory,
                force=force,
                progress=advance,
            )
    errors = screen.tell_findings(processed.tables["findings"])
    for page, why in result.failed:
        problems.print(f"[red]Not made:[/] {escape(page)}: {escape(why)}")
    total = len(result.kept) + len(result.made)
    if not processed.made and not result.made and not result.failed:
        console.print(f"Nothing changed: {total} reports are up to date.")
    else:
        screen.tell_why(result.why)
        console.print(
            f"{len(result.made)} reports made, {len(result.kept)} were up to date; "
            f"the largest worker took {result.memory:.0f} MB."
        )
    place = f"Open [bold]{escape(str(result.index))}[/]"
    console.print(place, soft_wrap=True)
    if errors and result.made:
        count, wrong = "an error" if errors == 1 else f"{errors} errors", f'revisions: ["{year} what was mended"]'
        problems.print(
            f"Published in spite of {count}. What was published stands: where figures were wrong, mend it, declare "
            f"that in region.yml ({escape(wrong)}) and run again.",
            soft_wrap=True,
        )
    if errors or result.failed:
        raise typer.Exit(1)
    found = screen.counted(processed.tables["findings"])
    unchanged.remember(places, year, asked, [*found, f"Nothing changed: {total} reports are up to date.", place])


@app.command()
def process(region: RegionOption = None, year: YearOption = None, force: ForceOption = False) -> None:
    """Turn deliveries into processed tables, and show the account of what was counted."""
    from workbench import pipeline

    places, year = choosing.region_and_year(region, year, make_sample=True)
    processed = pipeline.process(places, year, force=force, progress=screen.say)
    if not processed.made:
        console.print("Nothing changed: the processed tables are up to date.")
    screen.tell_account(processed.tables["deliveries"], processed.tables["exclusions"])
    errors = screen.tell_findings(processed.tables["findings"])
    console.print(f"Tables in [bold]{escape(str(places.processed(year)))}[/]", soft_wrap=True)
    raise typer.Exit(1 if errors else 0)


@app.command()
def check(region: RegionOption = None, year: YearOption = None) -> None:
    """List everything that is wrong in the codebook and the deliveries, writing nothing."""
    from workbench import pipeline

    places, year = choosing.region_and_year(region, year)
    received = pipeline.check(places, year)
    screen.tell_account(received.deliveries, received.exclusions)
    errors = screen.tell_findings(received.findings, everything=True)
    if received.findings.empty:
        console.print("Nothing to remark.")
    raise typer.Exit(1 if errors else 0)


@app.command()
def draft(
    region: RegionOption = None,
    year: YearOption = None,
    file: Annotated[Path | None, typer.Argument(help="One delivery; every undescribed one if left out.")] = None,
) -> None:
    """Propose codebook rows for a new delivery, for a person to accept."""
    from workbench import drafting

    places, year = choosing.region_and_year(region, year, codebook=False)
    written, unreadable = drafting.draft(places, year, file, progress=screen.say)
    for why in unreadable:
        console.print(f"Not read: {escape(why)}", soft_wrap=True)
    for path, rows in written.items():
        console.print(f"{rows:>5} proposed rows in {escape(str(path))}", soft_wrap=True)
    console.print(
        f"Nothing is used yet. Look at every row, correct it, and move what you accept to {places.codebook}. "
        f"Then: python -m workbench check --region {places.region}",
        soft_wrap=True,
    )


@app.command()
def remarks(region: RegionOption = None, year: YearOption = None) -> None:
    """Take the names out of open answers, and write the table in which a person releases them."""
    from workbench import pipeline

    places, year = choosing.region_and_year(region, year)
    path = pipeline.review(places, year, screen.say)
    console.print(
        f"Read every text in {escape(str(path))}, change what could tell who it is about, and write", soft_wrap=True
    )
    console.print("'yes' in release with your initials and the date. Nothing else is ever shown. Then run report.")


@app.command()
def sample(
    providers: Annotated[int, typer.Option(help="Number of providers.")] = 29,
    respondents: Annotated[int | None, typer.Option(help="Mean number of client answers per provider.")] = None,
    years: Annotated[int, typer.Option(help="Number of years.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same region.")] = 2026,
) -> None:
    """Write the deliveries and the codebook of the fictional region."""
    from workbench import sample as fictional

    root = find_root()
    if providers < 1 or not 1 <= years <= 3 or (respondents is not None and respondents < 1):
        raise NotThere("The fictional region needs at least 1 provider and 1 respondent, and 1 to 3 years.")
    with screen.bar("Fictional region") as (bar, task):

        def advance(_: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        fictional.make(root, providers, respondents, years, seed, progress=advance)
    console.print(f"The fictional region is in {escape(str(root / 'data' / 'raw' / choosing.SAMPLE))}", soft_wrap=True)


@app.command()
def key(region: Annotated[str, typer.Option("--region", "-r", help="Folder in data/raw.")]) -> None:
    """Make the secret key with which a region's person numbers become pseudonyms."""
    from workbench.intake import privacy

    if region not in regions(find_root()):
        raise NotThere(f"No region {region!r}; put its deliveries in data/raw/{region}/<year>/ first.")
    console.print(f"Key written to {escape(str(privacy.new_key(region)))}: keep it safe, outside the project.")


class _Pairs(TyperCommand):
    """A command whose parameters may be written as papermill does, ``-p name value``, besides ``-p name=value``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join each name and value that stand apart."""
        joined, rest = [], list(args)
        while rest:
            joined.append(rest.pop(0))
            apart = joined[-1] in ("-p", "--parameter") and len(rest) > 1 and "=" not in rest[0]
            if apart:
                joined.append(f"{rest.pop(0)}={rest.pop(0)}")
        return super().parse_args(ctx, joined)


@app.command(cls=_Pairs)
def render(
    notebook: Path,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Page to write; beside the notebook.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name value, or name=value; may be repeated.")
    ] = None,
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
) -> None:
    """Make one accessible page from a parameterised notebook."""
    from workbench import rendering

    console.print(f"Open [bold]{rendering.render_one(notebook, parameter or [], output, language)}[/]", soft_wrap=True)
    console.print("Figures on few people are left out of answers; only 'make report' audits a whole release.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on the notebooks, with the tour open; further arguments go to JupyterLab."""
    from jupyter_client.kernelspec import KernelSpecManager

    if "workbench" not in KernelSpecManager().find_kernel_specs():
        told = ["--sys-prefix", "--name", "workbench", "--display-name", "Workbench"]
        subprocess.run([sys.executable, "-m", "ipykernel", "install", *told], check=True, capture_output=True)
    notebooks = find_root() / "notebooks"
    tour = notebooks / "explore.ipynb"
    opened = tour if tour.is_file() else notebooks
    quiet = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"  # nothing is asked of the network
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(opened), quiet, *context.args]))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests, on all cores; further arguments go to pytest."""
    spread = ["--numprocesses", "logical", "--dist", "loadfile"]
    raise typer.Exit(subprocess.call([sys.executable, "-m", "pytest", *spread, *context.args], cwd=find_root()))


@app.command()
def lint() -> None:
    """Check style and types."""
    commands = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [subprocess.call([sys.executable, "-m", *command], cwd=find_root()) for command in commands]
    raise typer.Exit(max(codes))


@app.command()
def calibrate(
    regions: Annotated[int, typer.Option(help="Simulated regions per condition.")] = 1000,
    only: Annotated[str, typer.Option(help="Numbers of tests, such as 5,6; all if left out.")] = "",
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help="Processes; one per core.")] = None,
) -> None:
    """Try the statistics on simulated regions of which the truth is known; a whole run writes docs/calibration.md."""
    asked = ["--regions", str(regions), "--only", only, *(["--jobs", str(jobs)] if jobs else [])]
    raise typer.Exit(subprocess.call([sys.executable, "-m", "calibration", *asked], cwd=find_root() / "tests"))


@app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Under five minutes, smaller sizes.")] = False,
    only: Annotated[str, typer.Option(help="Names of rows, such as csv,shares; all if left out.")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write the page also where not every row was asked for.")
    ] = False,
) -> None:
    """Measure speed and memory beside the obvious way of doing it; a whole run writes docs/benchmarks.md."""
    asked = ["--only", only, *(["--quick"] if quick else []), *(["--write"] if write else [])]
    raise typer.Exit(subprocess.call([sys.executable, "-m", "bench", *asked], cwd=find_root() / "tests"))


@app.command()
def clean(
    region: RegionOption = None,
    year: YearOption = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="Remove deliveries and rows about people; what was released stays.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove what was made from the deliveries of one year: processed tables and reports; deliveries stay.

    With --personal: deliveries, open answers and every row about people; what was released or published stays.
    """
    import shutil

    places, year = choosing.region_and_year(region, year)
    made = [places.processed(year), places.reports(year)]
    rows = [path for path in sorted(places.processed(year).glob("*")) if path != places.released(year)]
    of_people = [places.raw(year), places.remarks(year), *rows]
    found = [path for path in (of_people if personal else made) if path.exists()]
    if not found:
        console.print("Nothing to remove.")
        return
    for path in found:
        console.print(f"Remove {escape(str(path))}", soft_wrap=True)
    if yes or typer.confirm("Go on?"):
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


class Stopped(BaseException):
    """Somebody pressed Ctrl-C."""


def _stop(*_: object) -> None:
    raise Stopped


def _mistakes() -> tuple[type[Exception], ...]:
    """Return what a person can mend; looked up when something went wrong only, for it takes a second to import."""
    from workbench.codebook import CodebookError
    from workbench.intake.privacy import MissingKey

    return NotThere, NotSafe, Busy, CodebookError, MissingKey, FileExistsError


def main() -> None:
    """Run a command; what a person can mend becomes one message and exit code 1."""
    signal.signal(signal.SIGINT, _stop)
    try:
        app()
    except SystemExit:
        raise
    except _mistakes() as mistake:
        for line in str(mistake).splitlines():
            problems.print(f"[red]{escape(line)}[/]", soft_wrap=True)
        sys.exit(1)
    except OSError as failure:
        where = failure.filename or "the project's folder"
        problems.print(
            f"[red]{escape(str(where))}: {failure.strerror}.[/] Nothing half-made was left; see to the place"
        )
        problems.print("(is it full, read-only, open in another program?) and run the command again.")
        sys.exit(1)
    except Stopped:
        problems.print("Stopped; what was finished is kept, the next run goes on from there.")
        sys.exit(130)


if __name__ == "__main__":
    main()
