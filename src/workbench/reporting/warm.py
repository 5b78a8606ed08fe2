"""The process that kernels are forked from: it imports what notebooks need once, and forks a kernel per request.

`kernels` starts it (``python -m workbench.reporting.warm``) and speaks with it; by hand it is of no use. It has one
thread, keeps nothing of any kernel, and ends, with every kernel it made, when the process that started it ends.

A request is one message over a Unix socket: command, folder and environment, and with it the standard streams of who
asks. The kernel answers with the number of its process; the same connection tells its exit code later, and when who
asked ends, the kernel ends. Where a third stream comes with the request, the kernel speaks over that (see `piped`).
The fork server of the standard library was tried first: it imports the main module of who asks into every kernel,
leaves out what a process does at its exit, and does not serve several processes.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

LARGEST = 1 << 18  # bytes of a request
LAUNCHER = "ipykernel_launcher"
NEEDED = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "tornado.platform.asyncio", "tornado.queues"),
    *(
        "IPython.core.completerlib",
        "IPython.core.debugger_backport",
        "IPython.core.logger",
        "IPython.core.oinspect",
        "IPython.extensions.storemagic",
        "encodings.idna",
        "faulthandler",
        "psutil",
    ),
    *("matplotlib.pyplot", "matplotlib.backends.backend_svg", "matplotlib.backends.backend_agg"),
    *("pandas", "pandas.core.arrays.arrow.extension_types", "pandas.core.methods.to_dict"),
    *("pandas.core.reshape.reshape", "pyarrow.parquet", "pyarrow.dataset", "pyarrow.pandas_compat"),
    *(
        "workbench.regions",
        "workbench.reporting.exhibits",
        "workbench.reporting.piped",
        "workbench.reporting.portrait",
        "workbench.reporting.synthesis",
    ),
)
LATER = ("scipy.stats", "seaborn", "statsmodels.formula.api", "workbench.analysis.estimates")
BACKEND = "module://matplotlib_inline.backend_inline"  # what a kernel sets before a notebook imports matplotlib
WRITTEN = "".join(map(chr, (*range(0x20, 0x7F), *range(0xC0, 0x100)))) + "–−…’‘“”·×≥≤"
IDLE = 4.0  # seconds without a request, after which what few notebooks need is imported
GRACE = 5.0  # seconds for a kernel that was asked to end
PATIENCE = 10.0  # seconds for a message that was announced
READ_AT_START = (
    *("PYTHON", "LD_", "LC_", "LANG", "MPL", "JUPYTER", "IPYTHON", "XDG_", "ARROW_", "JE_", "MALLOC_", "HOME"),
    *("OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH"),
)
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def main() -> None:
    """Serve the socket whose descriptor is the first argument until the standard input ends."""
    environment = _read_at_start(os.environ)
    listener, owner = socket.socket(fileno=int(sys.argv[1])), os.dup(0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    del sys.path[0]  # the present folder, as the launcher of a kernel does
    os.environ.setdefault("MPLBACKEND", BACKEND)
    before = set(os.environ)
    _import(NEEDED)
    left = {name: os.environ[name] for name in os.environ.keys() - before}
    _rehearse()
    _settle()
    Nursery(listener, owner, environment, left).serve()
    os._exit(0)  # nothing here is worth taking apart


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what Python and its libraries read when they start, and never again."""
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


def _import(names: Sequence[str]) -> None:
    """Import what is there; a notebook that needs what is not there says so itself."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _rehearse() -> None:
    """Show a small chart and its table: fonts, texts and what is made once are there then; pyplot is not touched."""
    import pandas as pd

    from workbench.reporting import figures, phrases, sheet, wording
    from workbench.reporting.exhibit import Exhibit

    phrases.texts()
    sheet.text_width(WRITTEN)
    measured = pd.DataFrame({"label": "é", "year": [1, 2], "estimate": [1.0, 2.0]})
    measured = measured.assign(conf_low=0.5, conf_high=2.5, region=1.5)
    for language in wording.LANGUAGES:
        chart = figures.trend(measured, language=language)
        Exhibit("rehearsal", "é", "é", measured, chart, language=language)._repr_mimebundle_()


def _settle() -> None:
    """Take what is there out of the collector's sight, so that kernels go on sharing its memory."""
    gc.collect()
    gc.freeze()


class Nursery:
    """The loop that forks kernels, tells how they ended, and ends those whose requester is gone."""

    def __init__(self, listener: socket.socket, owner: int, environment: Mapping[str, str], left: Mapping[str, str]):
        self._listener, self._owner = listener, owner
        self._environment = environment  # what was read when this started
        self._left = left  # what imports put into the environment: in a fresh kernel they do too
        self._kernels: dict[int, socket.socket] = {}
        self._leaving: dict[int, float] = {}  # those asked to end: until when they may take
        self._selector = selectors.DefaultSelector()
        self._waking, self._woken = os.pipe()
        for end in (self._waking, self._woken):
            os.set_blocking(end, False)

    def serve(self) -> None:
        """Serve until the owner ends, and the kernels that are ending have."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for end in (self._listener, self._owner, self._waking):
            self._selector.register(end, selectors.EVENT_READ)
        later: Sequence[str] = LATER
        open_ = True
        while open_ or self._leaving:
            ready = [key.fileobj for key, _ in self._selector.select(IDLE)]
            if not ready and later:
                _import(later)
                _settle()
                later = ()
            if self._waking in ready:
                os.read(self._waking, 4096)
            self._reap()
            for pid in list(self._kernels):
                self._heed(pid, ready)
            if self._owner in ready:
                open_ = False
                self._selector.unregister(self._owner)
                for pid in self._kernels.keys() - self._leaving.keys():
                    _kill(pid)
            elif self._listener in ready:
                self._take_request()
        for pid in self._kernels:
            _kill(pid)

    def _heed(self, pid: int, ready: Sequence[Any]) -> None:
        """Give a kernel that was asked to end some time; end one that takes longer, or whose requester is gone."""
        connection = self._kernels[pid]
        if connection in ready:
            with contextlib.suppress(OSError):
                if connection.recv(LARGEST):
                    self._leaving[pid] = time.monotonic() + GRACE
                    return
            if pid in self._leaving:  # its requester needs not be there for that
                self._selector.unregister(connection)
            else:
                _kill(pid)
        if self._leaving.get(pid, float("inf")) < time.monotonic():
            _kill(pid)

    def _take_request(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(PATIENCE)
        try:
            message, streams, _, _ = socket.recv_fds(connection, LARGEST, 3)
            request = json.loads(message)
        except (OSError, ValueError):
            connection.close()
            return
        refusal = self._refusal(request["environment"], Path(request["folder"]))
        if refusal:
            with contextlib.suppress(OSError):
                connection.send(json.dumps({"refused": refusal}).encode())
            connection.close()
        elif (pid := os.fork()) == 0:
            self._let_go()
            request["environment"] = {**self._left, **request["environment"]}
            _be_kernel(request, streams, connection)
        else:
            self._kernels[pid] = connection
            self._selector.register(connection, selectors.EVENT_READ)
        for stream in streams:
            os.close(stream)

    def _refusal(self, environment: Mapping[str, str], folder: Path) -> str:
        """Say why a kernel forked here would not be as a fresh one; nothing where it would."""
        differ = _read_at_start(environment).items() ^ self._environment.items()
        threads = len(list(Path("/proc/self/task").iterdir()))
        if differ:
            return f"another environment: {', '.join(sorted({name for name, _ in differ}))}"
        if threads > 1:
            return f"{threads} threads"
        return "settings of matplotlib in the folder" if (folder / "matplotlibrc").is_file() else ""

    def _reap(self) -> None:
        """Tell how kernels ended, and end what they left running."""
        for pid in list(self._kernels):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                _kill(pid)  # its group: the number is not given to another before it is waited for
                _, status, used = os.wait4(pid, 0)
                told = {"code": os.waitstatus_to_exitcode(status), "memory": used.ru_maxrss / 2**10}
                connection = self._kernels.pop(pid)
                self._leaving.pop(pid, None)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(connection)
                with contextlib.suppress(OSError):
                    connection.send(json.dumps(told).encode())
                connection.close()

    def _let_go(self) -> None:
        """Leave to a kernel nothing of this process that is open."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for end in (self._owner, self._waking, self._woken):
            os.close(end)
        for connection in (self._listener, *self._kernels.values()):
            connection.close()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _be_kernel(request: Mapping[str, Any], streams: Sequence[int], connection: socket.socket) -> NoReturn:
    """Run as ``python -m ipykernel_launcher`` would, and leave as a process leaves."""
    code = 1
    try:
        _begin(request, streams)
        connection.send(json.dumps({"pid": os.getpid()}).encode())
        connection.close()
        if len(streams) > 2:
            from workbench.reporting.piped import PageApp

            PageApp.instance().serve(socket.socket(fileno=streams[2]), sys.argv[1:])
            raise SystemExit(0)
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(parent_handle=int(request["environment"]["JPY_PARENT_PID"]))
        # ipykernel closes its streams while this thread may be flushing them, and then waits ten seconds for it.
        IPKernelApp.instance().control_thread.join(GRACE / 5)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
        finally:
            os._exit(code)


def _begin(request: Mapping[str, Any], streams: Sequence[int]) -> None:
    """Make of a copy of the warm process one that was started by itself."""
    warm = os.getppid()
    os.setsid()
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != warm:
        os._exit(1)
    for stream, given in zip((1, 2), streams[:2], strict=True):
        os.dup2(given, stream)
        os.close(given)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    tempfile.tempdir = None
    command = request["command"]
    sys.orig_argv = command
    sys.argv = [str(importlib.util.find_spec(LAUNCHER).origin), *command[command.index(LAUNCHER) + 1 :]]  # type: ignore
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


if __name__ == "__main__":
    main()
