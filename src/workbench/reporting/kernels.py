"""Warm kernels: a Jupyter kernel provisioner that forks each kernel from a process that has imported everything.

Starting Python and importing what a report needs takes longer than the report itself. papermill and nbclient stay as
they are; who wants this names the provisioner, `NAME`, in a kernel specification or in the environment::

    JUPYTER_DEFAULT_PROVISIONER_NAME=workbench-warm papermill provider.ipynb executed.ipynb

A forked kernel does what a fresh one does. Where that is not certain - another system than Linux, another environment,
a warm process with threads, one that failed - a fresh kernel is started instead, silently slower.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import Bool, Dict, Integer, Unicode
from traitlets.config import Config

from workbench.reporting import client, warming
from workbench.reporting.warm import LARGEST, LAUNCHER
from workbench.reporting.warming import ALONE

NAME = "workbench-warm"
GROUP = "jupyter_client.kernel_provisioners"
PATIENCE = 60.0  # seconds until a warm process that is still importing is given up


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by forking the warm process, or a fresh one; then it is like any local kernel."""

    process: Any = None
    warm = Bool(True, help="Fork where that is dependable; else always start a fresh kernel.").tag(config=True)
    environment = Dict(help="Variables for the kernel beside those of this process.").tag(config=True)
    folder = Unicode("", help="Where the kernel works; as asked, or the present folder, if empty.").tag(config=True)
    piped = Bool(False, help="Let a forked kernel speak over a pipe (see `piped`).").tag(config=True)
    pipe: socket.socket | None = None
    memory = Integer(0, help="Bytes the kernel may take for its data; no limit if 0 (Linux).").tag(config=True)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Settle folder and environment; fresh and forked kernels get the same."""
        launch = await super().pre_launch(**kwargs)
        launch["env"] = ALONE | launch["env"] | self.environment
        return launch | ({"cwd": self.folder} if self.folder else {})

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel."""
        forked = None
        if self.warm and _can_fork(cmd, kwargs):
            folder = str(Path(kwargs.get("cwd") or ".").resolve())
            forked = await asyncio.to_thread(_fork, cmd, folder, kwargs["env"], piped=self.piped)
        if forked is None:
            await super().launch_kernel(cmd, **kwargs)
        else:
            self.pipe = forked.pipe
            self.process, self.pid, self.pgid = forked, forked.pid, forked.pid
            self.cwd = kwargs.get("cwd", Path.cwd())
        if self.memory:
            limit_memory(self.process.pid, self.memory)
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Leave a forked kernel that is asked to end to the warm process, which sees to it: a page needs not wait."""
        if isinstance(self.process, Forked) and not restart:
            self.process.leave()
            if self.pipe and self.parent:
                self.parent._control_socket.linger = 0  # nobody is there to read the request


def settings(program: Sequence[tuple[str, bool]] = (), **provisioning: Any) -> Config:
    """Return what a notebook client is told (its ``config``): who speaks, and the traits of `WarmProvisioner`.

    With a `program` (see `client.PromptClient`) the kernel, if it is forked, speaks over a pipe and executes that.
    """
    config = Config()
    config.WarmProvisioner.update({**provisioning, "piped": bool(program)})
    config.PromptClient.program = list(program)
    config.AsyncKernelManager.client_class = f"{client.__name__}.{client.PromptClient.__name__}"
    return config


class Forked:
    """A kernel that is a child of the warm process; it is spoken with as with a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket, pipe: socket.socket | None = None):
        self.pid, self._connection, self.pipe = pid, connection, pipe
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._told(socket.MSG_DONTWAIT)

    def wait(self) -> int:
        """Wait for the exit code."""
        while (code := self._told(0)) is None:
            pass
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal while it runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def leave(self) -> None:
        """Leave it to the warm process to see that it ends, soon or by force."""
        with contextlib.suppress(OSError):
            self._connection.send(b"leave")
        _forget_ended()
        _LEFT.append(Forked(self.pid, self._connection))
        self.returncode = 0

    def _told(self, flags: int) -> int | None:
        if self.returncode is None:
            try:
                told = self._connection.recv(LARGEST, flags)
            except BlockingIOError:
                return None
            except OSError:
                told = b""
            # Without a word the warm process ended itself, and its kernels with it.
            ended = json.loads(told or "{}")
            self.returncode = int(ended.get("code", -signal.SIGKILL))
            _LARGEST[:] = [max(*_LARGEST, float(ended.get("memory", 0)))]
            self._connection.close()
        return self.returncode


def register() -> str:
    """Make the provisioner known in this process, also where the installation does not tell of it; return its name."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners.setdefault(NAME, EntryPoint(NAME, f"{__name__}:{WarmProvisioner.__name__}", GROUP))
    factory.default_provisioner_name = NAME
    return NAME


_LARGEST = [0.0]
_LEFT: list[Forked] = []


def memory() -> float:
    """Return the MB of memory of this process at its largest, and of the largest kernel it had (not on Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    _forget_ended()
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, fresh = (resource.getrusage(each).ru_maxrss / unit for each in who)
    return own + max(fresh, *_LARGEST)


def _forget_ended() -> None:
    """Close the connections to kernels that were left and have ended since; what they took is kept."""
    _LEFT[:] = [kernel for kernel in _LEFT if kernel.poll() is None]


def _can_fork(command: list[str], launch: Mapping[str, Any]) -> bool:
    """Say whether a kernel is one of this Python, started in no special way."""
    special = {name for name, value in launch.items() if value is not None} - {"env", "cwd", "kernel_id"}
    return warming.dependable() and not special and command[:3] == [sys.executable, "-m", LAUNCHER]


def _fork(command: list[str], folder: str, environment: Mapping[str, str], *, piped: bool) -> Forked | None:
    """Return a kernel forked from the warm process, or nothing where that did not work."""
    address = warming.address()
    if not address:
        return None
    environment = {**environment, "JPY_PARENT_PID": str(os.getpid())}
    request = json.dumps({"command": command, "folder": folder, "environment": environment}).encode()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(PATIENCE)
    pipe, of_kernel = socket.socketpair() if piped else (None, None)
    try:
        connection.connect(address)
        socket.send_fds(connection, [request], [1, 2, *([of_kernel.fileno()] if of_kernel else [])])
        answer = json.loads(connection.recv(LARGEST) or "{}")
    except TimeoutError:
        warming.join("")
        answer = {}
    except OSError:
        warming.forget()
        answer = {}
    finally:
        if of_kernel:
            of_kernel.close()
    if "pid" not in answer:
        connection.close()
        if pipe:
            pipe.close()
        return None
    connection.settimeout(None)
    return Forked(answer["pid"], connection, pipe)


def limit_memory(pid: int, limit: int) -> None:
    """Let a process take no more than so many bytes for its data beside what it has, where the system can see to it."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):
            told = Path(f"/proc/{pid}/status").read_text("ascii")
            has = next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmData:"))
            most = 1024 * has + limit
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
