"""Pages are made whatever breaks on the way, here or on a cluster, and what cannot be made is named."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import forkserver
from pathlib import Path

import nbformat
import pytest

from workbench import making, store
from workbench.making import Page
from workbench.reporting import warming
from workbench.reporting.notebooks import Limits

SHOW = "from workbench.reporting.exhibit import Paragraphs\nParagraphs(['page ' + name])"


def pages(folder: Path, cell: str, names: str) -> list[Page]:
    """Return pages of a notebook that does something and then shows its name."""
    (folder / "notebooks").mkdir(exist_ok=True)
    notebook = folder / "notebooks" / "tiny.ipynb"
    parameters = nbformat.v4.new_code_cell("name = ''\nlanguage = 'nl'", metadata={"tags": ["parameters"]})
    cells = [parameters, nbformat.v4.new_code_cell(cell), nbformat.v4.new_code_cell(SHOW)]
    notebook.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), "utf-8")
    given = [{"name": name, "language": "nl"} for name in names.split()]
    return [
        Page(each["name"], notebook, folder / "pages" / f"{each['name']}.html", each["name"], "", each, {}, "")
        for each in given
    ]


def made(wanted: list[Page], **options) -> dict[str, str]:
    """Make pages; return why each failed, or nothing."""
    options = {"limits": Limits(seconds=60), "jobs": 2} | options
    return {page.key: done.failure for page, done in making.make(wanted, lambda _: {}, "", **options)}


def whole(wanted: list[Page]) -> bool:
    """Say whether all pages are there, and nothing half-made beside them."""
    files = {path for page in wanted for path in page.files}
    return set(wanted[0].file.parent.rglob("*")) == files and all(
        f"page {page.key}" in page.file.read_text("utf-8") for page in wanted
    )


def test_a_worker_that_is_killed_loses_nothing_and_a_page_that_kills_workers_is_named(tmp_path):
    cell = """\
import os, signal, time
from pathlib import Path
once = Path("killed")
if name == "b" and not once.exists():
    once.touch()
    os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGKILL)
if name == "c":
    while not once.exists():
        time.sleep(0.05)
    os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGKILL)
"""
    wanted = pages(tmp_path, cell, "a b c d")
    told = made(wanted)
    assert {key: why for key, why in told.items() if why} == {"c": making.LOST}
    assert whole([page for page in wanted if page.key != "c"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers start by themselves")
def test_where_the_process_that_workers_are_copies_of_is_killed_nothing_is_lost(tmp_path):
    cell = """\
import os
from pathlib import Path
import psutil
once = Path("killed")
if name == "b" and not once.exists():
    once.touch()
    psutil.Process(int(os.environ["JPY_PARENT_PID"])).parent().kill()
"""
    wanted = pages(tmp_path, cell, "a b c")
    assert made(wanted) == {"a": "", "b": "", "c": ""}
    assert whole(wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers start by themselves")
@pytest.mark.parametrize("seconds", [0, 0.2])
def test_where_that_process_is_killed_while_it_imports_nothing_is_lost(tmp_path, seconds):
    wanted = pages(tmp_path, "pass", "a b")
    forkserver._forkserver._stop()
    warming.workers()
    threading.Timer(seconds, os.kill, (forkserver._forkserver._forkserver_pid, signal.SIGKILL)).start()
    assert made(wanted) == {"a": "", "b": ""}
    assert whole(wanted)


def test_a_kernel_that_is_killed_is_started_again_and_one_that_ends_itself_is_named(tmp_path):
    cell = """\
import os, signal
from pathlib import Path
once = Path("killed")
if name == "b" and not once.exists():
    once.touch()
    os.kill(os.getpid(), signal.SIGKILL)
if name == "c":
    os._exit(0)
"""
    wanted = pages(tmp_path, cell, "a b c")
    told = made(wanted)
    assert {key for key, why in told.items() if why} == {"c"}
    assert "the kernel died" in told["c"]
    assert whole(wanted[:2])


def test_a_page_that_hangs_or_eats_memory_is_named_with_a_remedy(tmp_path):
    cell = "import time\nheld = bytearray(3 * 2**30) if name == 'hungry' else None\ntime.sleep(60 * (name == 'slow'))"
    wanted = pages(tmp_path, cell, "a hungry slow")
    told = made(wanted, limits=Limits(seconds=8, memory=2**31))
    assert told["a"] == ""
    assert "tiny.ipynb, cell 2: it took longer than the 8 seconds it may take" in told["slow"]
    assert "--minutes" in told["slow"]
    assert sys.platform != "linux" or ("cell 2" in told["hungry"] and "--memory" in told["hungry"])
    assert whole(wanted[:1])


@pytest.mark.parametrize("function", ["write_text", "write_bytes"])
def test_a_full_disk_stops_everything_with_nothing_half_made(tmp_path, monkeypatch, function):
    wanted = pages(tmp_path, "pass", "a")
    told = []

    def full(path, content):
        told.append(path)
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(store, function, full)
    with pytest.raises(OSError, match="No space left"):
        list(making._outcomes({_now(making.make_page, wanted[0].__dict__, {}, "", Limits()): wanted[0]}))
    assert told
    assert not list((tmp_path / "pages").rglob(".*"))


def _now(function, *arguments):
    """Return a future that is done."""
    from concurrent.futures import Future

    future: Future = Future()
    try:
        future.set_result(function(*arguments))
    except OSError as failure:
        future.set_exception(failure)
    return future


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of files there")
def test_a_file_that_cannot_be_written_whole_is_not_there_at_all(tmp_path):
    program = """
import resource, signal, sys
from pathlib import Path
import numpy as np
import pandas as pd
from workbench import store
folder = Path(sys.argv[1])
store.write_text(folder / "page.html", "former")
store.write_tables(folder, {"ledger": pd.DataFrame({"a": range(10)})})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
for write in (
    lambda: store.write_text(folder / "page.html", "x" * 100_000),
    lambda: store.write_tables(folder, {"ledger": pd.DataFrame({"a": np.random.default_rng(1).random(100_000)})}),
    lambda: store.write_json(folder / "manifest.json", ["x" * 100_000]),
):
    try:
        write()
    except OSError:
        continue
    sys.exit("it was written")
assert len(store.read_table(folder, "ledger")) == 10
"""
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)
    assert (tmp_path / "page.html").read_text() == "former"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.parquet", "page.html"]


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_making as here
from workbench import making
if __name__ == "__main__":
    wanted = here.pages(Path(sys.argv[1]), "import time; time.sleep(600 * (name in 'xy'))", "a b x y")
    for page, done in making.make(wanted, lambda _: {}, "", limits=here.Limits(), jobs=2):
        print(page.key, done.failure, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_finished_pages_and_no_process(tmp_path, ending):
    (tmp_path / "run.py").write_text(PROGRAM, "utf-8")
    environment = os.environ | {"THIS_RUN": str(tmp_path)}
    command = [sys.executable, tmp_path / "run.py", tmp_path, Path(__file__).parent]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as run:
        told = {run.stdout.readline().strip() for _ in range(2)}
        run.send_signal(ending)
        run.wait(30)
    assert told == {"a", "b"}
    until = time.monotonic() + 15
    while _with_variable(f"THIS_RUN={tmp_path}") and time.monotonic() < until:
        time.sleep(0.1)
    assert _with_variable(f"THIS_RUN={tmp_path}") == []
    assert whole(pages(tmp_path, "pass", "a b"))


def _with_variable(setting: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if setting.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [command for command in found if command]
