"""Who speaks with a kernel: over sockets, as soon as it answers; or over a pipe, with all cells of a page at once."""

import asyncio
import contextlib
import time
from collections import deque
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from traitlets import List

from workbench.reporting.parcels import Parcels, PlainSession, parcel

MOMENT = 1.0  # seconds after which is looked whether a kernel that does not answer is there


class Pipe(asyncio.Protocol):
    """The pipe to a kernel that speaks over one (see `piped`): what it replies, and what cells put out."""

    def __init__(self) -> None:
        self._session, self._parcels = PlainSession(), Parcels()
        self._transport: asyncio.Transport | None = None
        self.replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outputs: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.waiting: set[asyncio.Task[Any] | None] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Put each message that is whole where it is waited for."""
        for parts in self._parcels.opened(data):
            message = self._session.deserialize(parts)
            is_reply = message["msg_type"].endswith("_reply")
            (self.replies if is_reply else self.outputs).put_nowait(message)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, as soon as there is room for it."""
        if self._transport:
            self._transport.write(parcel(self._session.serialize(message)))

    def close(self) -> None:
        """End the pipe, and so the kernel; who still waits for a message does no longer."""
        if self._transport:
            self._transport.close()
        for task in self.waiting:
            if task:
                task.cancel()


class Channel:
    """One of the channels to a kernel, over the pipe that they share."""

    def __init__(self, pipe: Pipe, messages: "asyncio.Queue[dict[str, Any]]"):
        self._messages, self._waiting = messages, pipe.waiting
        self.send = pipe.send

    def is_alive(self) -> bool:
        """Say that it speaks."""
        return True

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for the next message.

        Raises
        ------
        Empty
            There is none within so many seconds.
        """
        task = asyncio.current_task()
        self._waiting.add(task)
        try:
            return await asyncio.wait_for(self._messages.get(), timeout)
        except TimeoutError:
            raise Empty from None
        finally:
            self._waiting.discard(task)


class PromptClient(AsyncKernelClient):
    """Speaks with a kernel as soon as it answers; nobody waits for its silence, as nbclient passes over other news.

    A kernel with a pipe is asked for the whole `program` when the first cell is asked for.
    """

    program: Any = List(help="Of each cell to execute: its source, and whether nothing follows if it fails.").tag(
        config=True
    )
    _pipe: Pipe | None = None

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Begin to speak."""
        if self._over_pipe is None:
            super().start_channels(*args, **kwargs)
            return
        self._pipe = pipe = Pipe()
        self._shell_channel, self._iopub_channel = Channel(pipe, pipe.replies), Channel(pipe, pipe.outputs)
        self._asked: deque[tuple[str, str]] | None = None

    async def stop_channels(self) -> None:  # type: ignore[override]  # nbclient waits for either
        """Speak no more."""
        if self._pipe:
            self._pipe.close()
            await asyncio.sleep(0)  # until who waited has gone
        else:
            super().stop_channels()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive.

        Raises
        ------
        RuntimeError
            Where it died or does not answer within so many seconds.
        """
        if self._pipe:
            pipe = self._pipe
            await asyncio.get_running_loop().create_connection(lambda: pipe, sock=self._over_pipe)
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < until:
            with contextlib.suppress(Empty):
                if await self._answered():
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _answered(self) -> bool:
        if self._pipe:
            await self.iopub_channel.get_msg(timeout=MOMENT)  # that it is starting
            return True
        self.kernel_info()
        reply = await self.shell_channel.get_msg(timeout=MOMENT)
        if reply["msg_type"] != "kernel_info_reply":
            return False
        await self.iopub_channel.get_msg(timeout=0.2)
        self._handle_kernel_info_reply(reply)
        return True

    def execute(self, code: str, *args: Any, **kwargs: Any) -> str:
        """Ask for a cell to be executed; return the name of the request."""
        if self._pipe and self._asked is None:
            self._asked = deque(
                (source, super(PromptClient, self).execute(source, stop_on_error=stops))
                for source, stops in self.program
            )
        if self._pipe and self._asked and self._asked[0][0] == code:
            return self._asked.popleft()[1]
        return str(super().execute(code, *args, **kwargs))

    @property
    def _over_pipe(self) -> Any:
        return getattr(getattr(self.parent, "provisioner", None), "pipe", None)
