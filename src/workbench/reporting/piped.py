"""A kernel for a page: IPython's own, that reads its requests from a pipe and answers over it.

A kernel as notebooks know it speaks over five sockets, with threads that take turns with the code of the cells, and
waits after each cell for the next: on a page of thirty cells that took as long as half of the cells themselves. A page
has one client, who knows all cells beforehand; here they are executed one after the other, and after one that fails
none is. What cells see and what they put out is the same, but for the threads and sockets there are, and for rich
outputs (not text) of processes that a cell forks, which nobody gets.
"""

import asyncio
import contextlib
import os
import queue
import select
import socket
import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import Any as AnyTrait
from traitlets import default

from workbench.reporting.parcels import Parcels, PlainSession, parcel

PIECE = 1 << 16  # bytes to read at once


class Outlet(IOPubThread):
    """Where IPython sends replies and outputs; those of one cell go into the pipe together."""

    thread: Any = None  # there is none: who flushes a stream sends what it holds
    io_loop: Any = None

    def __init__(self, pipe: socket.socket):
        self._pipe = pipe
        self._owner = os.getpid()
        self._held, self._holding = bytearray(), threading.RLock()
        self._leaving: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # A thread of its own sends: a signal may interrupt the cells in the middle of anything.
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._sender.start()

    def schedule(self, f: Callable[[], Any]) -> None:
        """Do at once what a thread would do."""
        f()

    def send_multipart(self, parts: Sequence[bytes | memoryview], *_: Any, **__: Any) -> None:
        """Hold a message until its cell is done, or much is held."""
        if not self.is_own():
            return
        message = parcel(parts)
        with self._holding:
            self._held += message
            if len(self._held) > PIECE:
                self.send_held()

    def send_held(self) -> None:
        """Send what is held."""
        with self._holding:
            held, self._held = self._held, bytearray()
            self._leaving.put(bytes(held))

    def end(self) -> None:
        """Wait until everything is sent."""
        self._leaving.put(None)
        self._sender.join()

    def _send(self) -> None:
        with contextlib.suppress(ConnectionError):
            while (held := self._leaving.get()) is not None:
                self._pipe.sendall(held)

    def is_own(self) -> bool:
        """Say whether this is the process of the kernel, and not one that a cell forked: that has no word here."""
        return os.getpid() == self._owner


class PageStream(OutStream):
    """A standard stream of a page: sent before what is displayed next, and at the end of a cell.

    What other programs write on its descriptor, and what a cell forked, comes through a pipe that a thread reads; so
    does a flush, that nothing comes after the end of its cell.
    """

    _fid: Any

    def _setup_stream_redirects(self, name: str) -> None:
        self._reading = threading.RLock()
        super()._setup_stream_redirects(name)

    def _watch_pipe_fd(self) -> None:
        while self._should_watch:
            select.select([self._fid], [], [])
            self._take()

    def _take(self) -> None:
        """Take what the pipe holds now."""
        with self._reading:
            if select.select([self._fid], [], [], 0)[0]:
                written = os.read(self._fid, PIECE)
                super().write(written.decode(errors="replace"))
                os.write(self._original_stdstream_copy, written)

    def write(self, string: str) -> int:
        """Write; what cannot be encoded as a question mark."""
        try:
            encoded = string.encode()
        except UnicodeEncodeError:
            encoded = string.encode(errors="replace")
            string = encoded.decode()
        if self._should_watch and not self._is_master_process():
            return os.write(self._original_stdstream_fd, encoded)
        return super().write(string) or 0

    def flush(self) -> None:
        """Hand over what is written."""
        if self._should_watch and self._is_master_process():
            self._take()
        super().flush()

    def _schedule_flush(self) -> None:
        """Hand nothing over by the clock: nobody is watching."""


class PageKernel(IPythonKernel):
    """Executes what it is asked, until something fails."""

    shell_stream = AnyTrait()  # an `Outlet`
    _supports_kernel_subshells = False

    def _abort_queues(self, _: str | None = None) -> None:
        """Execute nothing more: of what follows on a cell that failed nothing holds."""
        self._aborting = True


class PageApp(IPKernelApp):
    """Starts the kernel of a page as a kernel is started, without sockets."""

    kernel_class = PageKernel
    outstream_class = f"{__name__}.{PageStream.__name__}"

    @default("session")
    def _plain_session(self) -> PlainSession:
        return PlainSession(parent=self)

    def serve(self, pipe: socket.socket, arguments: Sequence[str]) -> None:
        """Answer what comes over the pipe until it ends."""
        pipe.set_inheritable(False)
        self._pipe = pipe
        self.initialize(list(arguments))
        asyncio.run(self._serve())

    def init_poller(self) -> None:
        """Watch over nobody: who asked for this kernel ends it by ending the pipe."""

    def init_sockets(self) -> None:
        """Take the pipe for every channel."""
        self.configure_tornado_logger()
        self.iopub_thread = self.iopub_socket = Outlet(self._pipe)

    def init_heartbeat(self) -> None:
        """Have no heartbeat: a process that ends is seen to end."""

    def write_connection_file(self, **_: Any) -> None:
        """Leave the connection file as it is: nobody else can connect."""

    def init_kernel(self) -> None:
        """Make the kernel."""
        self.log.setLevel(self.log_level)  # else every message is put in a record that nobody sees
        self.kernel = self.kernel_class.instance(
            parent=self,
            session=self.session,
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    async def _serve(self) -> None:
        requests: asyncio.Queue[list[bytes] | None] = asyncio.Queue()
        parcels, loop = Parcels(), asyncio.get_running_loop()

        def take() -> None:
            try:
                piece = self._pipe.recv(PIECE, socket.MSG_DONTWAIT)
            except ConnectionError:
                piece = b""
            for request in parcels.opened(piece):
                requests.put_nowait(request)
            if not piece:
                loop.remove_reader(self._pipe)
                requests.put_nowait(None)

        loop.add_reader(self._pipe, take)
        self.kernel.start()
        self.kernel.shell_stream = self.iopub_socket
        self.kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self.iopub_thread.send_held()
        while not self.kernel.shell.exit_now and (request := await requests.get()) is not None:
            await self.kernel.dispatch_shell(request)
            if not self.iopub_thread.is_own():
                os._exit(0)  # a process that a cell forked and that did not end there
            self.iopub_thread.send_held()
            await asyncio.sleep(0)  # tasks that cells left go on
        self.iopub_thread.end()
