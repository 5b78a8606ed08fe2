"""Starts and ends the process that kernels are forked from (`warm`), and tells others in this program where it is.

It also has ready what workers are copies of, who execute notebooks and write their pages.

This stands apart from `kernels`: who starts it early, while there is other work to do, need not speak with kernels.
"""

import atexit
import contextlib
import importlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from workbench.reporting.warm import GRACE

ALONE = {  # one thread in the libraries of a kernel: there are as many kernels as cores, and threads cannot be forked
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
OF_WORKERS = [f"workbench.reporting.{name}" for name in ("kernels", "notebooks", "pages", "workbooks", "forms")]
_JOINED: list[str] = []


class Warm:
    """A warm process, until it is left or this process ends."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="workbench-"))
        self.address = str(self._folder / "kernels")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JPY_")}
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.address)
            listener.listen(128)
            # Its input is its leash: when this process ends, however it ends, the input ends.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workbench.reporting.warm", str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=ALONE | environment,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        atexit.register(self.stop)

    def leave(self) -> None:
        """End the warm process and every kernel it made, while this process goes on; it does not end before them."""
        atexit.unregister(self.stop)
        threading.Thread(target=self.stop).start()

    def stop(self) -> None:
        """End the warm process and every kernel it made, and wait for that."""
        atexit.unregister(self.stop)
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(2 * GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def warmed() -> Iterator[str]:
    """Fork the kernels of a block from one warm process; give its address, for `join` in other processes.

    What workers are copies of gets ready beside it. Where a block around this one has a warm process, it is that one.
    """
    if _JOINED or not dependable():
        yield address() if _JOINED else ""
        return
    process = Warm()
    workers()
    try:
        join(process.address)
        yield process.address
    finally:
        _JOINED.clear()
        process.leave()


def join(address: str) -> None:
    """Fork the kernels of this process from the warm process at an address; from none if it is empty."""
    _JOINED[:] = [address]


def forget() -> None:
    """Forget the warm process that was joined, as it ended: the next kernel is of one of this process' own."""
    _JOINED.clear()


def address() -> str:
    """Return where kernels are forked: of the warm process that was joined, or of one of this process' own."""
    return _JOINED[0] if _JOINED else own().address


@cache
def own() -> Warm:
    """Return the warm process of this process, which starts when it is first asked for."""
    return Warm()


def workers(afresh: bool = False) -> BaseContext:
    """Get ready what workers, the processes that make pages, are copies of; return how they start.

    It begins to import what they need when this is first called, and goes on while there is other work to do. It
    computes nothing: its libraries have one thread, unless the environment wants more.

    Parameters
    ----------
    afresh : bool
        Start each worker by itself; always so where processes cannot be forked without danger.

    Examples
    --------
    >>> workers(afresh=True).get_start_method()
    'spawn'
    """
    if afresh or not dependable():
        return get_context("spawn")
    lacking = ALONE.keys() - os.environ.keys()
    os.environ.update({name: ALONE[name] for name in lacking})
    try:
        forkserver.set_forkserver_preload(OF_WORKERS)
        forkserver.ensure_running()
    finally:
        for name in lacking:
            del os.environ[name]
    return get_context("forkserver")


def import_for_workers() -> None:
    """Import in this process, a worker of a cluster, what others get as copies (`workers`)."""
    for name in OF_WORKERS:
        importlib.import_module(name)


def dependable() -> bool:
    """Say whether processes can be forked here without danger."""
    return sys.platform == "linux" and hasattr(socket, "SOCK_SEQPACKET")
