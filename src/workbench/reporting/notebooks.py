"""Notebook and parameters in, executed notebook out; papermill does the work, in a kernel that starts warm."""

import copy
import difflib
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from workbench.reporting import kernels
from workbench.reporting.limits import Limits

KERNEL = "python3"
IN_PYTHON = {"kernel_name": KERNEL, "language": "python"}
UNLESS_TOLD = Limits()
NO_TURN: AbstractContextManager[Any] = nullcontext()
QUIET = ["--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False"]
AT_ONCE = ["--IPythonKernel._execute_sleep=0"]  # before each reply: nbclient waits for the outputs, however late


class NotebookFailed(RuntimeError):
    """A notebook stopped: which one, in which cell, and the last line of the error."""

    def __init__(self, notebook: str, cell: int | None, error: str):
        self.notebook, self.cell, self.error = notebook, cell, error
        place = f"{notebook}, cell {cell}" if cell is not None else notebook
        super().__init__(f"{place}: {error}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.notebook, self.cell, self.error)


class KernelDied(NotebookFailed):
    """The kernel ended in the middle: the notebook ended it, or somebody, or the system for lack of memory."""


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    *,
    limits: Limits = UNLESS_TOLD,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    warm: bool = True,
    turn: AbstractContextManager[Any] = NO_TURN,
) -> NotebookNode:
    """Execute a notebook with parameters and return it with its outputs; nothing is written.

    Parameters
    ----------
    notebook : Path
        With one cell tagged ``parameters``.
    parameters : mapping
        Each name must be in that cell. A `Path` is passed as text.
    limits : Limits
        What the notebook may take.
    folder : Path, optional
        Where the kernel works; by default the folder of the notebook.
    environment : mapping, optional
        Variables of the kernel beside those of this process.
    warm : bool
        Fork the kernel where that is dependable (see `kernels`); a fresh one gives the same.
    turn : context manager, optional
        Held while cells are executed: a kernel that is ready waits for its turn, and its time begins then.

    Returns
    -------
    NotebookNode

    Raises
    ------
    ValueError
        A parameter the notebook does not have: papermill itself only warns, and the report would be about something
        else than was asked.
    NotebookFailed
        A cell raised, the notebook took too long or too much memory, or the kernel died (`KernelDied`).
    """
    source, known = _loaded(notebook.read_text("utf-8"))
    _check_parameters(notebook.name, known, parameters)
    told = copy.deepcopy(source)
    if parameters:
        given = {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
        told = parameterize_notebook(told, given, **IN_PYTHON)
    settings = kernels.settings(
        program=_program(told),
        folder=str((folder or notebook.parent).resolve()),
        environment=dict(environment or {}),
        memory=limits.memory,
        warm=warm,
    )
    reached: list[str] = []
    try:
        try:
            return _run(told, settings, limits.seconds, turn, reached)
        except DeadKernelError:
            raise
        except RuntimeError:  # the kernel did not start: another program may have taken its port just then
            return _run(told, settings, limits.seconds, turn, reached)
    except PapermillExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
        if failure.ename.endswith("MemoryError") and limits.memory:
            allowed = f"{limits.memory / 2**30:.1f} GB"
            error = f"it needs more memory than the {allowed} it may take ({error}); --memory allows more"
        raise NotebookFailed(notebook.name, failure.cell_index, error) from failure
    except CellTimeoutError as failure:
        cell = _place(told, reached[-1])
        raise NotebookFailed(notebook.name, cell, _too_long(limits.seconds)) from failure
    except DeadKernelError as failure:
        raise KernelDied(notebook.name, None, "the kernel died, perhaps for lack of memory") from failure
    except RuntimeError as failure:
        raise NotebookFailed(notebook.name, None, f"the kernel did not start ({failure}); run it again") from failure


def _run(
    source: NotebookNode,
    settings: Config,
    seconds: float,
    turn: AbstractContextManager[Any],
    reached: list[str],
) -> NotebookNode:
    kernels.register()
    held = ExitStack()
    until = 0.0
    last = next((cell.get("id") for cell in reversed(source.cells) if cell.cell_type == "code"), None)

    def begin(**_: Any) -> None:
        nonlocal until
        held.enter_context(turn)
        until = time.monotonic() + seconds

    def left(cell: NotebookNode) -> int:
        reached.append(cell.get("id", ""))
        return max(1, round(until - time.monotonic()))

    def executed(cell: NotebookNode, **_: Any) -> None:
        if last and cell.get("id") == last:
            held.close()

    with held:
        # What papermill.execute_notebook does, but for writing the notebook and reading it again.
        done = papermill_engines.execute_notebook_with_engine(
            None,
            source,
            KERNEL,
            progress_bar=False,
            on_notebook_start=begin,
            timeout_func=left,
            on_cell_executed=executed,
            extra_arguments=[*QUIET, *AT_ONCE],
            config=settings,
        )
    raise_for_execution_errors(done, None)
    return done


def _program(source: NotebookNode) -> list[tuple[str, bool]]:
    """Return of each cell that nbclient executes its source, and whether nothing follows if it fails."""
    tagged = [(cell.source, cell.metadata.get("tags", [])) for cell in source.cells if cell.cell_type == "code"]
    return [
        (text, "raises-exception" not in tags) for text, tags in tagged if text.strip() and "skip-execution" not in tags
    ]


def _too_long(seconds: float) -> str:
    took = f"{seconds:g} seconds" if seconds < 60 else f"{seconds / 60:g} minutes"
    return f"it took longer than the {took} it may take; look at what that cell does, or allow more with --minutes"


def _place(source: NotebookNode, cell: str) -> int | None:
    """Return the place of a cell in a notebook."""
    ids = [each.get("id") for each in source.cells]
    return ids.index(cell) if cell in ids else None


@lru_cache(4)  # a worker makes pages of two or three notebooks
def _loaded(text: str) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return a notebook, not to be changed, and its parameters.

    It runs in the kernel of this environment, whichever it was saved with.
    """
    source = remove_error_markers(load_notebook_node(nbformat.reads(text, as_version=4)))
    source.metadata["kernelspec"] = {"name": KERNEL, "display_name": "Python 3", "language": "python"}
    return source, tuple(papermill.inspect_notebook(source))


def parameters(notebook: Path) -> list[str]:
    """Return the names of the parameters of a notebook."""
    return list(_loaded(notebook.read_text("utf-8"))[1])


def _check_parameters(name: str, known: Sequence[str], parameters: Mapping[str, Any]) -> None:
    for asked in parameters:
        if asked not in known:
            near = difflib.get_close_matches(asked, known, 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            listed = ", ".join(known) or "none: no cell is tagged 'parameters'"
            raise ValueError(f"{name} has no parameter {asked!r}. {hint}It has: {listed}.")
