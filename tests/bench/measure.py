"""Rows of the table: who is measured beside whom, in rounds that take turns, every time in a fresh process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

TESTS = Path(__file__).parent.parent


class JobFailed(RuntimeError):
    """A job did not end well; the message is the end of what it printed."""


@dataclass(frozen=True)
class Job:
    """Work to be measured: a function of this package and its settings."""

    name: str
    function: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    times: float = 1.0  # what was measured is this part of the whole: seconds are multiplied by it


@dataclass(frozen=True)
class Measured:
    """What the rounds gave for one job, one each per round, and what it told.

    `seconds` on the clock and of `processor` time (of all processes together), `peak` memory in MB.
    """

    job: Job
    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    peak: tuple[float, ...]
    told: Mapping[str, Any]

    @property
    def middle(self) -> float:
        """Median seconds."""
        return median(self.seconds)


@dataclass(frozen=True)
class Outcome:
    """Reached in words, and whether the target is met; None where there is nothing to meet."""

    reached: str
    met: bool | None


Judge = Callable[[Sequence[Measured]], Outcome]


@dataclass(frozen=True)
class Row:
    """One line of the table of targets.

    Attributes
    ----------
    name : str
        For ``--only``.
    what, against, target : str
        As they stand in the table.
    jobs : sequence of Job
        The first is ours.
    judge : function of the measurements, in the order of the jobs
    prepare : sequence of Job
        Run once before, not measured.
    missing : str
        Why it cannot be measured; empty if it can.
    size : str
        What was measured, and how much of it.
    turns : int
        How often in each round: more where all takes seconds, of which a busy moment is a large part.
    """

    name: str
    what: str
    against: str
    target: str
    jobs: Sequence[Job] = ()
    judge: Judge = lambda _: Outcome("", None)
    prepare: Sequence[Job] = ()
    missing: str = ""
    size: str = ""
    turns: int = 1


def run(job: Job) -> dict[str, Any]:
    """Run a job in a fresh process and return what it printed last."""
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in job.settings.items()}
    command = [sys.executable, "-m", "bench.job", job.function, json.dumps(settings)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, env=os.environ, check=False)
    if done.returncode:
        raise JobFailed(f"{job.name}: {(done.stderr or done.stdout).strip()[-600:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found | {name: found[name] * job.times for name in ("seconds", "processor")}


def measure(
    row: Row,
    prepare: Sequence[Job],
    rounds: int,
    progress: Callable[[str], object],
    known: dict[str, list[dict[str, Any]]] | None = None,
) -> list[Measured]:
    """Measure the jobs of a row in turn, round after round, so that a slower minute meets all of them.

    `prepare` are the preparations of the row that are still to be made. What is in `known`, measured for a row before,
    is not measured again; without it every row has measurements of its own.
    """
    for job in prepare:
        progress(job.name)
        run(job)
    known = {} if known is None else known
    keys = [f"{job.function} {job.settings}" for job in row.jobs]
    found = [known.get(key, []) for key in keys]
    for _ in range(rounds * row.turns):
        for job, got in zip(row.jobs, found, strict=True):
            progress(job.name)
            if len(got) < rounds * row.turns:
                got.append(run(job))
    known |= dict(zip(keys, found, strict=True))
    return [
        Measured(job, *(tuple(one[name] for one in got) for name in ("seconds", "processor", "peak")), got[-1])
        for job, got in zip(row.jobs, found, strict=True)
    ]


def ratios(one: Measured, other: Measured) -> list[float]:
    """Ratio of seconds, round by round."""
    return [a / b for a, b in zip(one.seconds, other.seconds, strict=True)]


def spread(values: Sequence[float], form: str = ".3g") -> str:
    """Median, and smallest to largest where there is more than one."""
    middle = format(median(values), form)
    return middle if len(values) < 2 else f"{middle} ({format(min(values), form)} to {format(max(values), form)})"


def at_most(limit: float, unit: str = "x") -> Judge:
    """Judge ours over the other: at most so many times its seconds."""

    def judge(found: Sequence[Measured]) -> Outcome:
        values = ratios(found[0], found[1])
        return Outcome(f"{spread(values)} {unit}", median(values) <= limit)

    return judge


def faster(limit: float) -> Judge:
    """Judge how many times faster ours is than the other."""

    def judge(found: Sequence[Measured]) -> Outcome:
        values = ratios(found[1], found[0])
        return Outcome(f"{spread(values)} x faster", median(values) >= limit)

    return judge
