"""Pages, made by processes on this machine or by the workers of a Dask cluster; what breaks on the way loses nothing.

A page is an executed notebook as HTML, its tables as a spreadsheet and, for a provider, the form for the conversation.
Where a worker ends without a word its pages are made again, in the end one by one, so that the page that ends workers
is named and the others are there.
"""

import errno
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import cluster, fingerprints, store
from workbench.reporting import agenda, warming
from workbench.reporting.limits import Limits
from workbench.reporting.wording import word

if TYPE_CHECKING:
    from nbformat import NotebookNode

TOGETHER = 2  # times that pages whose worker ended are made again beside others, before each is made alone
MOMENT = 0.2  # seconds until what was killed is gone, and is seen to be
SMALLEST = 1 << 30  # bytes of memory any page may take
FOR_GOOD = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)  # of which no next page gets better
_turns: AbstractContextManager[Any] = nullcontext()  # at executing a notebook, of the workers of this machine
_writing = threading.Lock()  # a worker of a cluster may still write one page as the next is done
LOST = "the process that made it was ended, three times: perhaps for lack of memory (see --memory, --jobs)"


@dataclass(frozen=True)
class Page:
    """One page to make: from which notebook, with which parameters, under which name, and what stands beside it.

    `made_from` has a fingerprint of each thing the page is made from: when one of them changes, it is made again.
    """

    key: str
    notebook: Path
    file: Path
    title: str
    subtitle: str
    parameters: dict[str, Any]
    made_from: dict[str, str]
    method: str

    @property
    def fingerprint(self) -> str:
        """One hash over everything the page is made from."""
        return fingerprints.of_text([f"{name} {value}" for name, value in sorted(self.made_from.items())])

    @property
    def tables(self) -> Path:
        """The tables of the page as a spreadsheet."""
        return self.file.with_suffix(".xlsx")

    @property
    def form(self) -> Path | None:
        """The form for the conversation, of a provider."""
        if "provider" not in self.parameters:
            return None
        name = agenda.file_name(self.file.stem, self.parameters["year"], self.parameters["language"])
        return self.file.parent / name

    @property
    def files(self) -> list[Path]:
        """Everything that is made with the page."""
        return [self.file, self.tables, *([self.form] if self.form else [])]

    @property
    def links(self) -> list[tuple[str, str]]:
        """What a reader may open beside the page."""
        language = self.parameters["language"]
        named = [("tables", self.tables.name)]
        named += [("form", self.form.name)] if self.form else []
        named += [("method", self.method)] if self.method else []
        return [(word(name, language), href) for name, href in named]


@dataclass(frozen=True)
class Made:
    """How the making of a page went: why it failed, or nothing; and the MB of memory its worker and kernel took."""

    failure: str = ""
    memory: float = 0.0


def make(
    stale: Sequence[Page],
    told: Callable[[Page], dict[str, str]],
    theme_css: str,
    *,
    limits: Limits,
    jobs: int | None = None,
    workers: Executor | None = None,
) -> Iterator[tuple[Page, Made]]:
    """Yield each page as soon as it is done.

    Parameters
    ----------
    stale : sequence of Page
    told : function of a page
        What the page says it was made from.
    theme_css : str
        The municipality's own colours.
    limits : Limits
        What one page may take.
    jobs : int, optional
        Pages at the same time on this machine; one per core.
    workers : Executor, optional
        Workers on other machines, in place of processes on this one.

    Raises
    ------
    OSError
        Where no page can be written: the disk is full, or the folder may not be written in.
    """
    if not stale:
        return

    def given(page: Page) -> tuple[Any, ...]:
        return asdict(page), told(page), theme_css, limits

    if workers:
        on_cluster = partial(make_page, turn=cluster.Turn)
        yield from _outcomes({workers.submit(on_cluster, *given(page)): page for page in stale})
        return
    left, at_once = list(stale), min(jobs or os.cpu_count() or 1, len(stale))
    with warming.warmed() as address:
        for _ in range(TOGETHER):
            lost = []
            for page, made in _here(left, given, at_once, address):
                if made.failure == LOST:
                    lost.append(page)
                else:
                    yield page, made
            if not (left := lost):
                return
            time.sleep(MOMENT)
        for page in left:
            yield from _here([page], given, 1, address, afresh=True)


def _here(
    left: Sequence[Page], given: Callable[[Page], tuple[Any, ...]], jobs: int, address: str, afresh: bool = False
) -> Iterator[tuple[Page, Made]]:
    context = warming.workers(afresh)
    turns = context.BoundedSemaphore(jobs)
    # One process more than there are turns: it writes a page while the notebooks of others are executed.
    pool = ProcessPoolExecutor(min(jobs + 1, len(left)), context, _begin, (address, turns, dict(os.environ)))

    try:
        waiting = {pool.submit(make_page, *given(page)): page for page in left}
    except (BrokenProcessPool, ConnectionError, EOFError):  # what workers are copies of ended at this moment
        _end(pool)
        yield from ((page, Made(LOST)) for page in left)
        return
    try:
        yield from _outcomes(waiting)
    except BaseException:
        _end(pool)
        raise
    pool.shutdown(wait=False)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers of a pool at once; nothing they write is ever half there."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _begin(address: str, turns: AbstractContextManager[Any], environment: Mapping[str, str]) -> None:
    """Make a process a worker: interrupts are the parent's, its end too, and all share one warm process and turns."""
    global _turns
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warming.join(address)
    _turns = turns


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        connection.wait([parent.sentinel])
        os._exit(1)


def _outcomes(waiting: dict[Future[Made], Page]) -> Iterator[tuple[Page, Made]]:
    for done in as_completed(waiting):
        try:
            made = done.result()
        except BrokenProcessPool:
            made = Made(LOST)
        except OSError as failure:
            if failure.errno in FOR_GOOD:
                raise
            made = Made(f"{type(failure).__name__}: {failure}")
        except Exception as failure:  # whatever a notebook or a cluster comes up with, the other pages are made
            made = Made(f"{type(failure).__name__}: {failure}")
        yield waiting[done], made


def make_page(
    page: dict[str, Any],
    told: dict[str, str],
    theme_css: str,
    limits: Limits,
    turn: Callable[[], AbstractContextManager[Any]] | None = None,
) -> Made:
    """Execute one notebook and write its page whole, and what stands beside it.

    The notebook runs in a kernel of its own, so that what one page leaves behind cannot reach another. A kernel that
    somebody else ended is started once more, fresh.

    Parameters
    ----------
    page : dict
        A `Page`.
    told : dict
        What the page says it was made from.
    theme_css : str
    limits : Limits
    turn : function, optional
        Gives what is held while the notebook is executed; by default one of the turns on this machine.
    """
    from workbench.reporting import kernels, notebooks

    made = Page(**page)
    root, language = made.notebook.parent.parent, made.parameters["language"]
    execute = partial(
        notebooks.execute,
        made.notebook,
        made.parameters,
        limits=limits,
        environment={"WORKBENCH_ROOT": str(root)},
        turn=turn() if turn else _turns,
    )
    try:
        try:
            executed = execute()
        except notebooks.KernelDied:
            executed = execute(warm=False)
    except (notebooks.NotebookFailed, ValueError) as failure:
        return Made(str(failure), kernels.memory())
    from workbench.reporting import forms, pages, workbooks  # while the notebook of another page is executed

    with _writing:
        html = pages.render(
            executed,
            title=made.title,
            language=language,
            subtitle=made.subtitle,
            provenance=told,
            theme_css=theme_css,
            links=made.links,
        )
        heading = f"{made.title}, {made.subtitle}"
        beside = {made.tables: workbooks.of_tables(tables(executed), heading, language)}
        if made.form:
            beside[made.form] = forms.form(_agenda(executed) or _told_again(made.parameters, root))
        for path, content in beside.items():
            store.write_bytes(path, content)
        store.write_text(made.file, html)
    return Made("", kernels.memory())


def tables(executed: "NotebookNode") -> list[dict[str, Any]]:
    """Return the tables that an executed notebook shows, in their order."""
    from workbench.reporting import exhibit

    return [table for tables in _put_out(executed, exhibit.TABLES) for table in tables]


def _agenda(executed: "NotebookNode") -> dict[str, Any]:
    """Return what stands on the form, as the notebook put it out; nothing where it did not."""
    return next(_put_out(executed, agenda.AGENDA), {})


def _told_again(parameters: dict[str, Any], root: Path) -> dict[str, Any]:
    """Return what stands on the form of a notebook from which somebody took the conversation."""
    from workbench import regions
    from workbench.reporting import portrait

    asked = {name: parameters[name] for name in ("region", "year", "provider", "edition", "language")}
    release = regions.open_release(**asked, root=root)
    return agenda.of(release, portrait.findings(release))


def _put_out(executed: "NotebookNode", kind: str) -> Iterator[Any]:
    """Yield the outputs of one kind of an executed notebook, in their order."""
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if kind in output.get("data", {}):
                yield output["data"][kind]
