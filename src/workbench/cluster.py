"""The workers of a Dask cluster, for pages that would take one machine too long.

``dask scheduler`` on one machine and ``dask worker ADDRESS`` on each of them, from the same environment, make one; the
project's folder stands on storage that all of them see under the same name. A worker that ends half-way loses nothing:
the cluster gives its pages to another.
"""

import contextlib
import contextvars
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench.reporting import warming
from workbench.store import NotThere

if TYPE_CHECKING:
    from distributed import Client, Worker

USUAL_PORT = 8786  # of a scheduler
GREETING = b"pickle-protocol"  # among what a scheduler says first, to whoever connects
LOOKED_AT = 1000.0  # milliseconds between looks of Dask at what a worker runs: its usual 10 take a tenth of the worker
PATIENCE = 15.0  # seconds for a scheduler to answer, and for a first worker


def reach(scheduler: str | None) -> None:
    """See that a scheduler answers, before deliveries are read for it.

    Its client waits for ever where something else listens at that address and says nothing.

    Parameters
    ----------
    scheduler : str, optional

    Raises
    ------
    NotThere
        Where none answers at its address, with what to do.

    Examples
    --------
    >>> reach(None)
    """
    asked = urlsplit(scheduler or "")
    if not scheduler or asked.scheme not in ("tcp", "tls"):
        return
    try:
        with socket.create_connection((asked.hostname or "", asked.port or USUAL_PORT), PATIENCE) as connection:
            answers = asked.scheme == "tls" or GREETING in connection.recv(4096)
    except (OSError, ValueError) as failure:
        raise NotThere(_no_answer(scheduler)) from failure
    if not answers:
        raise NotThere(_no_answer(scheduler))


@contextlib.contextmanager
def workers(
    scheduler: str | None, identify: Callable[[], str] | None, code: str, folder: Path, notebook: Path
) -> Iterator[Executor | None]:
    """Give the workers of a cluster once all of them can do the work; none where no scheduler is named.

    Parameters
    ----------
    scheduler : str, optional
        Its address, as ``dask scheduler`` says it: ``tcp://10.0.0.5:8786``.
    identify : function, optional
        Gives the fingerprint of code and libraries of a worker.
    code : str
        What it must be: pages are the same however they are made.
    folder : Path
        Where the pages are written.
    notebook : Path
        One that workers read.

    Raises
    ------
    NotThere
        Where no scheduler answers, it has no workers, or one of them cannot do the work; with what to do.
    """
    if not scheduler:
        yield None
        return
    reach(scheduler)
    from distributed import Client

    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as failure:
        raise NotThere(_no_answer(scheduler)) from failure
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as failure:
            raise NotThere(f"The scheduler at {scheduler} has no workers: {_start(scheduler)}.") from failure
        folder.mkdir(parents=True, exist_ok=True)
        asked = client.run(fit, str(folder), str(notebook), on_error="return")
        for worker, answer in sorted(asked.items()):
            if answer:
                raise NotThere(f"The worker at {worker} cannot make pages: {_in_words(answer)}")
        if identify:
            for worker, theirs in sorted(client.run(identify, on_error="return").items()):
                if theirs != code:
                    raise NotThere(
                        f"The worker at {worker} has another version of the workbench or of a library than this "
                        "machine: install the same (requirements.lock) and start the worker again."
                    )
        _share_kernels(client, sorted(asked))
        yield client.get_executor(pure=False)


class Turn:
    """Held by a worker while it executes a notebook; it takes up the next page when this one has its turn.

    So the kernel of the next page is ready, and waits, when the turn is left; this page is written beside that.
    """

    def __init__(self) -> None:
        self._taken_up = False
        self._before = contextvars.copy_context()  # the next page begins in it: not in that of a running notebook

    def __enter__(self) -> None:
        """Wait for the turn; then let the worker take up the next page."""
        from distributed import secede

        _turns().acquire()
        if not self._taken_up:  # a notebook that is executed once more did so already
            self._taken_up = True
            self._before.run(secede)

    def __exit__(self, *_: object) -> None:
        """Leave the turn."""
        _turns().release()


@cache
def _turns() -> threading.Semaphore:
    """Return the turns of this worker: one per thread of it."""
    from distributed import get_worker

    return threading.Semaphore(get_worker().state.nthreads)


def fit(folder: str, notebook: str, dask_worker: "Worker | None" = None) -> str:
    """Say, on a worker, why it cannot make pages; nothing where it can, and then it begins to import what they need."""
    if not Path(notebook).is_file():
        return f"it does not see {notebook}; let it see the project's folder under the same name."
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".worker."):
            pass
    except OSError as failure:
        return f"it may not write in {folder} ({failure.strerror}); give it access."
    profile = dask_worker.periodic_callbacks.get("profile") if dask_worker else None
    if profile:
        profile.callback_time = LOOKED_AT
    threading.Thread(target=warming.import_for_workers).start()  # others are asked and the release audited meanwhile
    return ""


def _share_kernels(client: "Client", workers: Sequence[str]) -> None:
    """Let the workers of one machine fork their kernels from one warm process, which the first of them has."""
    machines: dict[str | None, list[str]] = {}
    for worker in workers:
        machines.setdefault(urlsplit(worker).hostname, []).append(worker)
    for first, *others in machines.values():
        address = client.run(_warm, workers=[first], on_error="ignore").get(first)
        if others and address:
            client.run(warming.join, address, workers=others, on_error="ignore")


def _warm() -> str:
    """Start, on a worker, the process that kernels of its machine are forked from; return its address."""
    return warming.own().address if warming.dependable() else ""


def _no_answer(scheduler: str) -> str:
    return f"No scheduler answers at {scheduler}: {_start(scheduler)}."


def _start(scheduler: str) -> str:
    return f"start it with 'dask scheduler' and, on each machine, 'dask worker {scheduler}'"


def _in_words(answer: str | Exception) -> str:
    if isinstance(answer, str):
        return answer
    return f"the workbench is not installed there ({answer}); install it as on this machine and start it again."
