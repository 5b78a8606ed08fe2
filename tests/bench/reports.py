"""Reports: the whole step, nothing or little changed, and the obvious way of a loop of commands."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.job import SECONDS, timed

YEAR = 2026
ROOT = Path(__file__).parents[2]


def prepare(root: str, providers: int) -> None:
    """Write the fictional region of this many providers, one year; make its tables and publish them, but no page."""
    from workbench import pipeline, sample
    from workbench.store import Places

    project = Path(root)
    (project / "data" / "raw").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "notebooks", project / "notebooks", dirs_exist_ok=True)
    sample.make(project, providers=providers, years=1)
    places = Places(project, "sample")
    pipeline.process(places, YEAR)
    pipeline.publish(places, YEAR)


def whole(root: str, jobs: int | None = None, scheduler: str | None = None) -> dict[str, Any]:
    """Make every page."""
    from workbench import pipeline
    from workbench.store import Places

    with timed():
        done = pipeline.report(Places(Path(root), "sample"), YEAR, force=True, jobs=jobs, scheduler=scheduler)
    _refuse(done.failed)
    return {"pages": len(done.made), "memory": done.memory}


def one_worker(root: str) -> dict[str, Any]:
    """Make the pages of all providers with one worker, not the synthesis; the seconds are those from first to last."""
    from workbench import rendering, versions
    from workbench.store import Places

    places = Places(Path(root), "sample")
    _refuse(rendering.report(places, YEAR, versions.software()).failed)  # so that the synthesis is there
    folder = places.reports(YEAR) / "providers"
    for page in folder.glob("*.html"):
        page.unlink()  # what is not there is made again, and nothing else
    with timed():
        done = rendering.report(places, YEAR, versions.software(), jobs=1)
    written = sorted(page.stat().st_mtime for page in folder.glob("*.html"))
    _refuse(done.failed)
    _refuse({"region"} & {*done.made})
    SECONDS[:] = [(written[-1] - written[0]) * len(written) / (len(written) - 1)]
    return {"pages": len(done.made), "memory": done.memory}


def on_cluster(root: str, workers: int) -> dict[str, Any]:
    """Make every page on a Dask cluster on the loopback, which is there before."""
    from distributed import Client

    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "scheduler.json"
        at = ["--scheduler-file", str(told), "--no-dashboard"]
        scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *at], **quiet)
        each = ["--nworkers", str(workers), "--nthreads", "1", "--local-directory", folder]
        worker = subprocess.Popen([*dask, "worker", *at, *each], **quiet)
        try:
            with Client(scheduler_file=str(told), timeout=60) as client:
                client.wait_for_workers(workers, timeout=60)
                address = client.scheduler.address
            return whole(root, scheduler=address)
        finally:
            for process in (worker, scheduler):
                process.terminate()
                process.wait(60)


def command(root: str, *, force: bool = False) -> None:
    """Type the command: process and report, with the start of Python."""
    parts = [sys.executable, "-m", "workbench", "report", "--region", "sample", "--year", str(YEAR)]
    with timed():
        subprocess.run([*parts, *(["--force"] if force else [])], cwd=root, check=True, capture_output=True)


def one_changed(root: str) -> dict[str, Any]:
    """Change one released figure of one provider, and make what follows from it."""
    import pandas as pd

    from workbench import rendering, versions
    from workbench.store import Places

    places = Places(Path(root), "sample")
    path = places.processed(YEAR) / "released" / "estimates.parquet"
    table = pd.read_parquet(path)
    own = table.index[(table["unit"] == "provider") & (table["status"] == "shown") & table["estimate"].notna()][0]
    table.loc[own, "estimate"] += 1e-6
    table.to_parquet(path)
    with timed():
        done = rendering.report(places, YEAR, versions.software())  # the audit of the release is another row
    _refuse(done.failed)
    return {"pages": len(done.made)}


def synthesis(root: str) -> dict[str, Any]:
    """Make the synthesis alone, where kernels and workers are ready: what it takes of a run."""
    from workbench import rendering, versions
    from workbench.reporting import warming
    from workbench.store import Places

    places = Places(Path(root), "sample")

    def again() -> list[str]:
        (places.reports(YEAR) / "region.html").unlink()
        return list(rendering.report(places, YEAR, versions.software()).made)

    with warming.warmed():
        again()
        with timed():
            made = again()
    _refuse([] if made == ["region"] else [("pages", made)])
    return {"pages": len(made)}


def loop(root: str, providers: int) -> None:
    """Execute and convert the provider notebook by the commands of papermill and nbconvert, one after the other."""
    folder = Path(root) / "loop"
    folder.mkdir(exist_ok=True)
    programs = Path(sys.executable).parent
    for provider in _providers(root)[:providers]:
        notebook = folder / f"{provider}.ipynb"
        given = {"region": "sample", "year": str(YEAR), "provider": provider, "edition": "provider", "language": "nl"}
        parameters = [part for name, value in given.items() for part in ("-p", name, value)]
        execute = [
            programs / "papermill",
            "provider.ipynb",
            notebook,
            "-k",
            "python3",
            "--no-progress-bar",
            *parameters,
        ]
        convert = [programs / "jupyter", "nbconvert", "--to", "html", "--no-input", notebook]
        with timed():
            for each in (execute, convert):
                subprocess.run(list(map(str, each)), cwd=Path(root) / "notebooks", check=True, capture_output=True)


def floor(root: str) -> None:
    """Run the code of every provider's page in this one warm process: each figure drawn once, no page made."""
    import json

    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    os.chdir(Path(root) / "notebooks")
    cells = json.loads(Path("provider.ipynb").read_text("utf-8"))["cells"]
    shell = InteractiveShell.instance()

    def run(**parameters: str) -> None:
        shell.reset(new_session=False)
        for cell in cells:
            if cell["cell_type"] != "code":
                continue
            shell.run_cell("".join(cell["source"])).raise_error()
            if "parameters" in cell["metadata"].get("tags", []):
                shell.user_ns.update(parameters)

    chosen = _providers(root)
    with capture_output():
        run(provider=chosen[0])
        with timed():
            for provider in chosen:
                run(provider=provider)


def from_nothing(root: str, providers: int) -> None:
    """Type the command in a project without deliveries: the fictional region, its tables and its pages."""
    project = Path(root)
    shutil.rmtree(project, ignore_errors=True)
    (project / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    start = [sys.executable, "-m", "workbench"]
    with timed():
        if providers != 29:
            made = [*start, "sample", "--providers", str(providers)]
            subprocess.run(made, cwd=project, check=True, capture_output=True)
        subprocess.run([*start, "report"], cwd=project, check=False, capture_output=True)
    pages = list((project / "reports").rglob("providers/*.html"))
    _refuse([] if len(pages) == providers else [("pages", f"{len(pages)} of {providers}")])


def _providers(root: str) -> list[str]:
    import workbench

    return sorted(workbench.open_release("sample", YEAR, root=Path(root)).providers)


def _refuse(failed: Any) -> None:
    if failed:
        raise SystemExit(f"not every page was made: {failed}")
