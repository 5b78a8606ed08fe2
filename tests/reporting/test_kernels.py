"""A kernel forked from the warm process gives what a fresh one gives, and no process outlives who started it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from workbench.reporting import kernels, notebooks, pages, warming

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
ROOT = Path(__file__).parents[2]
PARAMETERS = nbformat.v4.new_code_cell("provider = ''", metadata={"tags": ["parameters"]})
THREADS = 'threading.active_count(), sorted(os.listdir("/proc/self/fd"))[:3]'
PARENTS = "Path(f'/proc/{os.getppid()}/cmdline').read_bytes().count(b'reporting.warm')"  # whether this was forked
CELLS = """\
import os, signal, subprocess, sys, tempfile, threading, time, warnings
print(sorted(os.environ), os.getcwd(), time.tzname, [Path(part).name for part in sys.argv[:1]], len(sys.argv))
---
print(sys.path, sys.flags, signal.getsignal(signal.SIGINT).__name__, signal.getsignal(signal.SIGCHLD), os.umask(0o22))
---
os.getsid(0) == os.getpgid(0) == os.getpid(), signal.pthread_sigmask(signal.SIG_BLOCK, [])
---
tempfile.gettempdir(), os.read(0, 1)
---
1 / 0
---
raise SystemExit(3)
---
input("who? ")
---
os.kill(os.getpid(), signal.SIGINT); time.sleep(60)
---
print("to the one stream"); sys.stdout.flush(); print("and the other", file=sys.stderr)
---
sys.stdout.write("no end of line, not flushed")
---
warnings.warn("careful"); import statsmodels.api
---
subprocess.run(["echo", "from another program"]).returncode
---
!echo from the shell
---
pid = os.fork()
if not pid:
    os._exit(3)
os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
---
thread = threading.Thread(target=print, args=["from a thread"]); thread.start(); thread.join()
---
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, 2]), multiprocessing.current_process().name, multiprocessing.parent_process())
---
print("long " * 400_000)
---
import numpy as np, pandas as pd
from IPython.display import HTML, display
shown = display(HTML("<b>rich</b>"), display_id="here"); shown.update(HTML("<i>richer</i>"))
pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]})
---
import asyncio; left = asyncio.create_task(asyncio.sleep(0.01, "a task")); await asyncio.sleep(0.02); left.done()
---
await left, type(get_ipython()).__name__, get_ipython().kernel.get_parent()["msg_type"], sys.displayhook, display
---
from IPython.display import clear_output
print("gone"); clear_output(); print("stays"); display({"application/x-own": "1"}, raw=True)
---
%%capture caught
print("held")
---
caught.stdout, In[-2], Out.keys(), get_ipython().execution_count
---
import random; random.seed(1); np.random.seed(1); random.random(), np.random.rand(), hash(1.5)
---
import matplotlib, matplotlib.pyplot as plt
print(matplotlib.get_backend(), matplotlib.rcParams["font.size"], plt.get_fignums())
plt.plot([1, 2], label="é"); plt.legend()
---
os.chdir("/"); plt.rcParams["svg.hashsalt"] = "x"; plt.rcParams["lines.linewidth"] = 9
%config InlineBackend.figure_formats = ["svg"]
plt.plot([2, 1]); plt.show(); os.getcwd()
---
import seaborn as sns; sns.set_theme(); sns.barplot(x=["a", "b"], y=[1, 2]).figure.axes
"""
AWKWARD = CELLS.split("---\n")
QUIET = next(cell for cell in AWKWARD if cell.startswith("%%capture"))


@pytest.fixture(scope="module")
def process():
    """One warm process for the module."""
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # drawings of matplotlib name no moment
    with warming.warmed() as address:
        yield address
    del os.environ["SOURCE_DATE_EPOCH"]


@pytest.fixture
def warm(process):
    """Kernels are forked from it."""
    warming.join(process)


def ran(cells: list[str], folder: Path, *, fork: bool, piped: bool = False) -> list[list[dict]]:
    """Return the outputs of cells, whatever they raise, without what two fresh kernels would not agree about."""
    kernels.register()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = {"PYTEST_CURRENT_TEST": ""}
    if piped:
        program = [(cell, False) for cell in cells]
        settings = kernels.settings(program, warm=fork, folder=str(folder), environment=environment)
    else:
        settings = Config()
        settings.WarmProvisioner.update({"warm": fork, "folder": str(folder), "environment": environment})
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120, config=settings).execute()
    return [told(cell) for cell in notebook.cells]


def told(cell: dict) -> list[dict]:
    found: list[dict] = []
    for output in cell.get("outputs", []):
        plain = json.loads(re.sub(r"ipykernel_\d+|at 0x[0-9a-f]+", "X", json.dumps(output)))
        if found and output["output_type"] == "stream" and found[-1].get("name") == output["name"]:
            found[-1]["text"] += plain["text"]  # how a stream is cut depends on time
        else:
            found.append(plain)
    return found


@pytest.mark.parametrize("piped", [False, True])
def test_awkward_cells_give_the_same_bytes(warm, tmp_path, piped):
    cells = [f"from pathlib import Path\n{cell}" if not place else cell for place, cell in enumerate(AWKWARD)]
    cells += [] if piped else [THREADS]
    fresh = ran([*cells, PARENTS], tmp_path, fork=False)
    again = ran([*cells, PARENTS], tmp_path, fork=True, piped=piped)
    assert [part[-1]["data"]["text/plain"] for part in (fresh.pop(), again.pop())] == ["0", "1"]
    assert len(fresh) == len(again) == len(cells)
    for source, one, other in zip(cells, fresh, again, strict=True):
        assert one == other, source
    assert [source for source, outputs in zip(cells, fresh, strict=True) if not outputs] == [QUIET]


def test_what_a_cell_settles_of_the_shell_holds_for_the_next(warm, tmp_path):
    cells = [
        "get_ipython().config.PlainTextFormatter.pprint = False",
        "list(range(200))",
        "get_ipython().input_transformers_post.append(lambda lines: (print(lines), lines)[1])",
        "1",
    ]
    fresh = ran(cells, tmp_path, fork=False)
    assert ran(cells, tmp_path, fork=True, piped=True) == fresh
    assert "\n" not in fresh[1][0]["data"]["text/plain"]
    assert fresh[3][0]["text"]


@pytest.mark.parametrize("name", ["provider", "region"])
def test_the_reports_are_the_same_pages(warm, small_region, name):
    notebook = small_region.root / "notebooks" / f"{name}.ipynb"
    environment = {"WORKBENCH_ROOT": str(small_region.root)}
    one, other = (notebooks.execute(notebook, {}, warm=fork, environment=environment) for fork in (False, True))
    for fresh, again in zip(one.cells, other.cells, strict=True):
        assert told(fresh) == told(again), fresh.source
    assert pages.render(one, title="t", language="nl") == pages.render(other, title="t", language="nl")


def notebook(folder: Path, *cells: str) -> Path:
    """Write a notebook with a parameter and these cells."""
    path = folder / "awkward.ipynb"
    body = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[PARAMETERS, *body])), "utf-8")
    return path


@pytest.mark.parametrize(
    ("cell", "limits"),
    [
        ("raise KeyError('no such thing')", notebooks.Limits()),
        ("import time\ntime.sleep(60)", notebooks.Limits(seconds=1)),
        ("while True:\n    pass", notebooks.Limits(seconds=1)),
        ("import os\nos._exit(0)", notebooks.Limits()),
        ("import os\nos.kill(os.getpid(), 11)", notebooks.Limits()),
        ("import os\nos.kill(os.getpid(), 2)", notebooks.Limits()),
        ("raise SystemExit('enough')", notebooks.Limits()),
    ],
)
def test_failures_are_told_the_same(warm, tmp_path, cell, limits):
    path = notebook(tmp_path, "print('before')", cell)
    told = []
    for fork in (False, True):
        with pytest.raises(notebooks.NotebookFailed) as failed:
            notebooks.execute(path, {"provider": "p001"}, warm=fork, limits=limits)
        told.append(str(failed.value))
    assert told[0] == told[1]


def test_after_a_cell_that_fails_none_is_executed(warm, tmp_path):
    may_fail = nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    cells = [nbformat.v4.new_code_cell(f"from pathlib import Path\nPath('{name}').touch()") for name in "abc"]
    path = tmp_path / "fails.ipynb"
    fails = nbformat.v4.new_code_cell("1 / 0")
    nbformat.write(nbformat.v4.new_notebook(cells=[PARAMETERS, cells[0], may_fail, cells[1], fails, cells[2]]), path)
    with pytest.raises(notebooks.NotebookFailed, match=r"fails.ipynb, cell 4: ZeroDivisionError"):
        notebooks.execute(path, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "fails.ipynb"]


FORKING = """\
import os, sys, time, multiprocessing
print("before", flush=True)
if not os.fork():
    print("child", flush=True); time.sleep(600)
time.sleep(0.3); print("after")
---
if not os.fork():
    1 / 0
os.wait(); print("parent")
---
for _ in range(30):
    os.write(1, b"hi\\n"); os.system("echo ho")
---
def talk(_):
    while True:
        print("talk")
for _ in range(3):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map_async(talk, range(2)); time.sleep(0.1)
---
print("half an \\ud83d", 1 / 2)
---
import subprocess; subprocess.run("ls -l /proc/self/fd | grep -c socket", shell=True, capture_output=True).stdout
"""


def test_what_cells_fork_and_other_programs_write_is_told_once_and_harms_nothing(warm, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # where it is, IPython leaves the descriptors alone
    executed = notebooks.execute(notebook(tmp_path, *FORKING.split("---\n")), {}, limits=notebooks.Limits(seconds=60))
    forking, falling, writing, _, half, _ = (
        "".join(output.get("text", "") for output in cell.outputs) for cell in executed.cells[1:]
    )
    assert forking == "before\nchild\nafter\n"
    assert falling == "parent\n"
    assert (writing.count("hi\n"), writing.count("ho\n")) == (30, 30)
    assert half == "half an ? 0.5\n"
    assert executed.cells[-1].outputs[0].data["text/plain"] == "b'0\\n'"


def test_exit_in_a_cell_ends_the_page_as_it_ends_a_kernel(warm, tmp_path, capfd):
    with pytest.raises(notebooks.KernelDied):
        notebooks.execute(notebook(tmp_path, "exit()", "open('after', 'w')"), {})
    assert not (tmp_path / "after").exists()
    assert "Traceback" not in capfd.readouterr().err


def test_kernels_share_no_random_state_and_no_memory(warm, tmp_path):
    cells = [
        "import random, tempfile, uuid\nimport numpy as np\nimport workbench",
        "random.random(), np.random.rand(), uuid.uuid4(), tempfile.mktemp()",
        "hasattr(workbench, 'left')",
        "workbench.left = 1\nfrom pathlib import Path\nPath('left.py').write_text('x = 1')",
    ]
    one, other = (ran(cells, tmp_path, fork=True) for _ in range(2))
    assert one[1] != other[1]
    assert one[2] == other[2]
    assert other[2][0]["data"]["text/plain"] == "False"


@pytest.mark.parametrize(
    "hindrance",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=[600], daemon=True).start()",
        "raise RuntimeError('the warm process fails')",
        "import os\nos._exit(1)",
        "import time\ntime.sleep(600)",
    ],
)
def test_where_the_warm_process_fails_a_fresh_kernel_does_the_work(tmp_path, monkeypatch, hindrance):
    (tmp_path / "babel.py").write_text(hindrance, "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setattr(kernels, "PATIENCE", 3.0)
    monkeypatch.setattr(warming, "_JOINED", [])
    with warming.warmed():
        executed = notebooks.execute(notebook(tmp_path, "print(1 + 1)"), {})
    assert executed.cells[-1].outputs[0].text == "2\n"


def test_where_a_warm_process_of_others_ended_the_next_kernel_is_of_one_of_this_process(process, tmp_path, monkeypatch):
    monkeypatch.setattr(warming, "_JOINED", [str(tmp_path / "ended")])
    monkeypatch.setattr(warming, "own", lambda: SimpleNamespace(address=process))
    path = notebook(tmp_path, f"import os\nfrom pathlib import Path\n{PARENTS}")
    parents = [notebooks.execute(path, {}).cells[-1].outputs[0].data["text/plain"] for _ in range(2)]
    assert parents == ["0", "1"]


def test_a_block_within_another_has_the_same_warm_process(warm):
    with warming.warmed() as one, warming.warmed() as other:
        assert one == other == warming.address()
    assert warming.address() == one


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "PYTHONHASHSEED"])
def test_a_kernel_for_another_environment_is_a_fresh_one(warm, tmp_path, name):
    show = f"import os\nfrom pathlib import Path\n{PARENTS}"
    parents = []
    for environment in ({}, {name: "2"}):
        executed = notebooks.execute(notebook(tmp_path, show), {}, environment=environment)
        parents.append(executed.cells[-1].outputs[0].data["text/plain"])
    assert parents == ["1", "0"]


def test_plain_papermill_finds_the_provisioner_by_its_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][kernels.GROUP] == {kernels.NAME: "workbench.reporting.kernels:WarmProvisioner"}


PROGRAM = """
import sys
from pathlib import Path
from workbench.reporting import notebooks, warming
if __name__ == "__main__":
    with warming.warmed():
        notebooks.execute(Path(sys.argv[1]), {}, warm=sys.argv[2] == "forked")
"""
TELL = """\
import os, subprocess, time
from pathlib import Path
child = subprocess.Popen(["sleep", "600"]).pid
Path("pids").write_text(f"{os.getpid()} {os.getppid()} {child}")
"""


def started(folder: Path, kind: str, then: str) -> tuple[subprocess.Popen, list[int]]:
    """Start a program that executes a notebook; return it, and the kernel, its parent and its child, once they are."""
    path = notebook(folder, TELL + then)
    (folder / "program.py").write_text(PROGRAM, "utf-8")
    program = subprocess.Popen([sys.executable, folder / "program.py", path, kind], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (folder / "pids").is_file() or not (folder / "pids").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    return program, [int(pid) for pid in (folder / "pids").read_text().split()]


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Say whether all these processes end within so many seconds."""
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("then", ["", "1 / 0"])
def test_a_kernel_is_gone_when_its_notebook_is_done(warm, tmp_path, then):
    with contextlib.suppress(notebooks.NotebookFailed):
        notebooks.execute(notebook(tmp_path, TELL + then), {})
    kernel, _, child = map(int, (tmp_path / "pids").read_text().split())
    assert gone([kernel, child])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_who_started_it(tmp_path, ending):
    program, pids = started(tmp_path, "forked", "time.sleep(600)")
    program.send_signal(ending)
    program.wait(60)
    assert pids[1] != program.pid
    assert gone(pids), [pid for pid in pids if alive(pid)]


def test_a_fresh_kernel_does_not_outlive_who_started_it_either(tmp_path):
    program, pids = started(tmp_path, "fresh", "time.sleep(600)")
    program.kill()
    program.wait()
    os.kill(pids[2], signal.SIGKILL)
    assert pids[1] == program.pid
    assert gone(pids[:1])


def test_kernels_end_with_the_warm_process(tmp_path):
    program, pids = started(tmp_path, "forked", "time.sleep(600)")
    os.kill(pids[1], signal.SIGKILL)
    assert program.wait(60) == 1
    assert gone(pids[:2])
    os.kill(pids[2], signal.SIGKILL)
