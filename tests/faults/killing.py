"""One process of a run is killed at a random moment; the next run must end with the release of a run left alone."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench import sample
from workbench.store import Places

ROOT = Path(__file__).parents[2]
YEAR = 2026
AGAIN = 3  # runs after a kill until everything must be there
KINDS = {  # of the processes of a run, by what stands in their command
    "warm process": "workbench.reporting.warm",
    "fork server": "multiprocessing.forkserver",
}
NOBODY = "nobody"
COPIES = {"warm process": "kernel", "fork server": "worker"}  # what is forked from each
VICTIMS = ("main", "worker", "kernel", "warm process", "fork server")


class NotWhole(AssertionError):
    """A release is not as that of a run that was left alone, or something outlived its run."""


@dataclass(frozen=True)
class Blow:
    """Who was killed, how many seconds after the start, and how many runs it took until everything was there."""

    victim: str
    after: float
    runs: int

    def __str__(self) -> str:
        return f"{self.victim} killed after {self.after:.1f} s, whole after {self.runs} more runs"


def region(folder: Path, providers: int) -> Places:
    """Write a fictional region of one year, its tables and its reports not made."""
    (folder / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    sample.make(folder, providers=providers, respondents=25, years=1)
    return Places(folder, "sample")


def rounds(
    places: Places, times: int, seed: int, victims: Sequence[str] = VICTIMS, again: str = "all"
) -> Iterator[Blow]:
    """Strike so many times; a run that is left alone says what must come of it and how long it takes.

    It is the second one, for a release is held against what was published before. The victims take turns; every run
    makes ``all`` again, or only the ``pages``.

    Raises
    ------
    NotWhole
        At the first release that is not as it must be.
    """
    _must_end(_started(places, again))
    began = time.monotonic()
    _must_end(_started(places, again))
    lasted = time.monotonic() - began
    expected = digest(places)
    chance = random.Random(seed)
    for place in range(times):
        victim = victims[place % len(victims)]
        while (blow := _strike(places, victim, chance.uniform(0, lasted), expected, again)).victim == NOBODY:
            pass  # the run was done before its turn came
        yield blow


def digest(places: Places) -> dict[str, str]:
    """Return a fingerprint of every file a reader or a next run uses."""
    folders = (places.processed(YEAR), places.reports(YEAR))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = {str(path.relative_to(places.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    if not any(name.endswith("index.html") for name in found):
        raise NotWhole(f"no front page in {places.reports(YEAR)}")
    return found


def _strike(places: Places, victim: str, after: float, expected: dict[str, str], again: str) -> Blow:
    run = _started(places, again)
    began, struck = time.monotonic(), NOBODY
    while run.poll() is None:
        if time.monotonic() - began >= after and (found := _processes(run.pid, victim)):
            os.kill(random.choice(found), signal.SIGKILL)
            struck, after = victim, time.monotonic() - began
            break
        time.sleep(0.02)
    code, runs = run.wait(600), 0
    if left := _left(run.pid):
        raise NotWhole(f"{left} outlived their run ({victim} killed after {after:.1f} s)")
    while code and runs < AGAIN:
        runs += 1
        code = _started(places).wait(600)
    now = digest(places)
    wrong = sorted(name for name in now.keys() | expected.keys() if now.get(name) != expected.get(name))
    if code or wrong:
        raise NotWhole(f"{struck} killed after {after:.1f} s: exit code {code}, {wrong} not as they must be")
    return Blow(struck, after, runs)


def _started(places: Places, again: str = "") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "faults.run", str(places.root), *([again] if again else [])]
    environment = os.environ | {"FAULTS": str(os.getpid())}
    out = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=Path(__file__).parents[1], env=environment, start_new_session=True, **out)


def _must_end(run: subprocess.Popen[bytes]) -> None:
    if run.wait(900):
        raise NotWhole("the run that was left alone failed")


def _processes(main: int, kind: str) -> list[int]:
    """Return the processes of a run that are of a kind."""
    if kind == "main":
        return [main]
    found = []
    try:
        for process in psutil.Process(main).children(recursive=True):
            command = " ".join(process.cmdline())
            named = next((name for name, part in KINDS.items() if part in command), "")
            if named and KINDS[named] in " ".join(process.parent().cmdline()):
                named = COPIES[named]
            if named == kind:
                found.append(process.pid)
    except (psutil.Error, AttributeError):
        return []
    return found


def _left(main: int, seconds: float = 15) -> list[str]:
    """Return the commands of processes that a run leaves behind, after some time to end."""
    until = time.monotonic() + seconds
    while found := [" ".join(each.cmdline()) for each in psutil.process_iter() if _of_a_run(each, main)]:
        if time.monotonic() > until:
            return found
        time.sleep(0.1)
    return []


def _of_a_run(process: psutil.Process, main: int) -> bool:
    try:
        ours = process.pid != os.getpid() and process.environ().get("FAULTS") == str(os.getpid())
        return ours and process.pid != main and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
