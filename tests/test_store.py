"""One run at a time, what an interrupted run left is cleared away, and files are there whole or not at all."""

import json
import os
import platform
import subprocess
import sys

import pytest

from workbench import store
from workbench.store import Busy

OTHER = """
import sys, time
from pathlib import Path
from workbench import store
with store.only_one(Path(sys.argv[1]), "tables of sample"):
    print("taken", flush=True)
    time.sleep(600)
"""


def test_two_runs_at_once_the_second_is_told_who_is_at_work(tmp_path):
    lock = tmp_path / "at-work.json"
    with subprocess.Popen([sys.executable, "-c", OTHER, lock], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(Busy) as busy, store.only_one(lock, "reports of sample"):
            pass
        assert f"Another run is making the tables of sample: process {other.pid} on this machine, since " in str(
            busy.value
        )
        other.kill()
    with store.only_one(lock, "reports of sample"):  # killed: its lock is stale
        assert json.loads(lock.read_text())["process"] == os.getpid()
    assert not lock.exists()


@pytest.mark.parametrize(
    ("change", "free"),
    [
        ({}, False),
        ({"process": 999_999_999}, True),
        ({"began": 1.0}, True),  # the number was given to another process since
        ({"machine": "elsewhere"}, False),
        ({"machine": "elsewhere", "process": 999_999_999}, False),
    ],
)
def test_a_lock_is_stale_when_its_process_is_gone_from_this_machine(tmp_path, change, free):
    lock = tmp_path / "at-work.json"
    own = {"process": os.getpid(), "began": store._began(os.getpid()), "machine": platform.node()}
    lock.write_text(json.dumps(own | {"making": "tables", "since": "2026-11-01 10:00"} | change))
    if free:
        with store.only_one(lock, "tables"):
            pass
        return
    with pytest.raises(Busy, match="since 2026-11-01 10:00") as busy, store.only_one(lock, "tables"):
        pass
    assert (f"remove {lock}" in str(busy.value)) == ("machine" in change)
    assert lock.exists()


def test_a_lock_that_is_cut_off_is_no_lock(tmp_path):
    lock = tmp_path / "at-work.json"
    lock.write_text('{"process": 1')
    with store.only_one(lock, "tables"):
        pass


def test_what_an_interrupted_run_left_is_put_back_or_cleared_away(tmp_path):
    year = tmp_path / "2026"
    for path in ("2026/.released.former/estimates.parquet", "2026/.p001.html.ab12_x9z", ".2026.abcdefgh/answers"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    kept = ["2026/page.html", "2026/.nojekyll", "2026/.gitkeep.me", ".2025.former/answers", ".at-work.json"]
    for path in kept:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    store.tidy(year)
    there = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert there == sorted([*kept, "2026/released/estimates.parquet"])


def test_a_year_that_was_set_aside_is_put_back(tmp_path):
    (tmp_path / ".2026.former").mkdir()
    (tmp_path / ".2026.former" / "answers.parquet").touch()
    store.tidy(tmp_path / "2026")
    assert (tmp_path / "2026" / "answers.parquet").is_file()
