"""A real scheduler and two workers make the same pages; what is wrong with a cluster is one sentence."""

import json
import platform
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from test_making import Limits, pages, whole

from workbench import __main__ as command_line
from workbench import cluster, making
from workbench.reporting import warming
from workbench.store import NotThere

CODE = platform.python_version()


def started(arguments: list, folder: Path) -> subprocess.Popen:
    with (folder / "log").open("a") as log:
        command = [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"]
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler on the loopback; its address."""
    folder = tmp_path_factory.mktemp("scheduler")
    told = folder / "scheduler.json"
    process = started(["scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told], folder)
    until = time.monotonic() + 60
    while not told.is_file() or not told.stat().st_size:
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.05)
    yield json.loads(told.read_text())["address"]
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def two_workers(scheduler, tmp_path_factory):
    """Two workers of it; its address."""
    folder = tmp_path_factory.mktemp("workers")
    at = ["worker", scheduler, "--nworkers", "2", "--nthreads", "1", "--local-directory", folder]
    process = started(at, folder)
    yield scheduler
    process.send_signal(signal.SIGINT)
    process.wait(60)


def on_cluster(address: str, wanted: list, code: str = CODE) -> dict[str, str]:
    """Make pages on the cluster; return why each failed, or nothing."""
    folder, notebook = wanted[0].file.parent, wanted[0].notebook
    with cluster.workers(address, platform.python_version, code, folder, notebook) as workers:
        limits = Limits(seconds=60)
        return {
            page.key: done.failure
            for page, done in making.make(wanted, lambda _: {}, "", limits=limits, workers=workers)
        }


def test_a_scheduler_that_is_not_there_is_one_sentence_before_anything_is_read(own_region, monkeypatch, capsys):
    monkeypatch.setenv("WORKBENCH_ROOT", str(own_region.root))
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    monkeypatch.setattr("workbench.pipeline.process", None)
    monkeypatch.setattr("sys.argv", ["workbench", "report", "--region", "sample", "--scheduler", "tcp://127.0.0.1:9"])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("No scheduler answers at tcp://127.0.0.1:9: start it with 'dask scheduler'")
    assert len(said.splitlines()) == 1
    assert not own_region.reports(2026).exists()
    assert not own_region.ledger.exists()


@pytest.mark.parametrize("says", [b"", b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_an_address_where_something_else_answers_is_one_sentence(says, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as beside:
        answered = beside.submit(_answer, listener, says)
        with pytest.raises(NotThere, match=r"No scheduler answers at tcp://127.0.0.1:\d+: start it with"):
            cluster.reach(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        assert answered.result(5) == b""


def _answer(listener: socket.socket, says: bytes) -> bytes:
    """Take one connection, say something and return what is said back until it is closed."""
    connection = listener.accept()[0]
    with connection:
        connection.sendall(says)
        return connection.recv(1)


def test_a_scheduler_without_workers_is_one_sentence(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(NotThere, match=r"The scheduler at tcp://127.0.0.1:\d+ has no workers: start it with"):
        on_cluster(scheduler, pages(tmp_path, "pass", "a"))


def test_the_same_pages_byte_for_byte_and_a_killed_worker_loses_nothing(two_workers, tmp_path):
    cell = """\
import os, signal
from pathlib import Path
once = Path("killed")
if name == "b" and not once.exists():
    once.touch()
    os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGKILL)
"""
    there, here = tmp_path / "there", tmp_path / "here"
    for folder in (there, here):
        folder.mkdir()
    wanted = pages(there, cell, "a b c d")
    assert on_cluster(two_workers, wanted) == dict.fromkeys("abcd", "")
    assert (there / "notebooks" / "killed").is_file()
    assert whole(wanted)
    same = pages(here, "pass", "a b c d")
    assert not any(done.failure for _, done in making.make(same, lambda _: {}, "", limits=Limits(), jobs=2))
    for one, other in zip(wanted, same, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
        assert one.tables.read_bytes() == other.tables.read_bytes()


def test_workers_of_one_machine_fork_kernels_from_one_process(two_workers, tmp_path):
    from distributed import Client

    with Client(two_workers, set_as_default=False) as client:
        wanted = pages(tmp_path, "pass", "a")
        assert on_cluster(two_workers, wanted) == {"a": ""}
        told = client.run(warming.address)
    assert len(told) == 2
    assert len(set(told.values())) == 1


def test_a_worker_with_another_version_is_one_sentence(two_workers, tmp_path):
    wanted = pages(tmp_path, "pass", "a")
    with pytest.raises(NotThere, match=r"The worker at tcp://\S+ has another version of the workbench or of a library"):
        on_cluster(two_workers, wanted, code="another")
    assert not list((tmp_path / "pages").glob("*"))


def test_a_worker_that_does_not_see_the_project_or_may_not_write_is_one_sentence(two_workers, tmp_path):
    wanted = pages(tmp_path, "pass", "a")
    wanted[0].notebook.rename(tmp_path / "elsewhere.ipynb")
    with pytest.raises(NotThere, match=r"The worker at tcp://\S+ cannot make pages: it does not see"):
        on_cluster(two_workers, wanted)
    assert cluster.fit("/proc/nowhere", __file__).startswith("it may not write in /proc/nowhere (")


def test_a_worker_without_the_package_is_one_sentence(scheduler, tmp_path, monkeypatch):
    (tmp_path / "workbench.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ExitStack() as stack:
        worker = started(["worker", scheduler, "--no-nanny", "--nthreads", "1", "--name", "bare"], tmp_path)
        stack.callback(worker.wait, 60)
        stack.callback(worker.kill)
        from distributed import Client

        with Client(scheduler, set_as_default=False) as client:
            until = time.monotonic() + 60
            while "bare" not in {told["id"] for told in client.scheduler_info(n_workers=-1)["workers"].values()}:
                assert time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.05)
        with pytest.raises(NotThere, match=r"cannot make pages: the workbench is not installed there"):
            on_cluster(scheduler, pages(tmp_path, "pass", "a"))
