"""Notebook and parameters in, executed notebook out; papermill does the work."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

KERNEL = "python3"
QUIET = ["--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False"]


class NotebookFailed(RuntimeError):
    """A notebook stopped: which one, in which cell, and the last line of the error."""

    def __init__(self, notebook: str, cell: int | None, error: str):
        self.notebook, self.cell, self.error = notebook, cell, error
        place = f"{notebook}, cell {cell}" if cell is not None else notebook
        super().__init__(f"{place}: {error}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.notebook, self.cell, self.error)


def execute(
    notebook: Path, parameters: Mapping[str, Any], *, timeout: float = 600, folder: Path | None = None
) -> NotebookNode:
    """Execute a notebook with parameters and return it with its outputs; nothing is written.

    Parameters
    ----------
    notebook : Path
        With one cell tagged ``parameters``.
    parameters : mapping
        Each name must be in that cell. A `Path` is passed as text.
    timeout : float
        Seconds one cell may take.
    folder : Path, optional
        Where the kernel works; by default the folder of the notebook.

    Returns
    -------
    NotebookNode

    Raises
    ------
    ValueError
        A parameter the notebook does not have: papermill itself only warns, and the report would be about something
        else than was asked.
    NotebookFailed
        A cell raised, took too long, or the kernel died.
    """
    source = _read(notebook)
    _check_parameters(notebook.name, source, parameters)
    given = {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
    try:
        try:
            return _run(source, given, folder or notebook.parent, timeout)
        except DeadKernelError:
            raise
        except RuntimeError:  # the kernel did not start: another program may have taken its port just then
            return _run(source, given, folder or notebook.parent, timeout)
    except PapermillExecutionError as failure:
        raise NotebookFailed(notebook.name, failure.cell_index, f"{failure.ename}: {failure.evalue}") from failure
    except CellTimeoutError as failure:
        raise NotebookFailed(notebook.name, None, f"a cell took longer than {timeout:g} seconds") from failure
    except DeadKernelError as failure:
        raise NotebookFailed(notebook.name, None, "the kernel died, perhaps for lack of memory") from failure
    except RuntimeError as failure:
        raise NotebookFailed(notebook.name, None, f"the kernel did not start ({failure}); run it again") from failure


def _run(source: NotebookNode, parameters: Mapping[str, Any], folder: Path, timeout: float) -> NotebookNode:
    return papermill.execute_notebook(
        source,
        None,
        dict(parameters),
        kernel_name=KERNEL,
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        cwd=str(folder),
        execution_timeout=timeout,
        extra_arguments=QUIET,
    )


def _read(notebook: Path) -> NotebookNode:
    """Read a notebook; it runs in the kernel of this environment, whichever it was saved with."""
    source = nbformat.read(notebook, as_version=4)
    source.metadata["kernelspec"] = {"name": KERNEL, "display_name": "Python 3", "language": "python"}
    return source


def parameters(notebook: Path) -> list[str]:
    """Return the names of the parameters of a notebook."""
    return list(papermill.inspect_notebook(_read(notebook)))


def _check_parameters(name: str, source: NotebookNode, parameters: Mapping[str, Any]) -> None:
    known = list(papermill.inspect_notebook(source))
    for asked in parameters:
        if asked not in known:
            near = difflib.get_close_matches(asked, known, 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            listed = ", ".join(known) or "none: no cell is tagged 'parameters'"
            raise ValueError(f"{name} has no parameter {asked!r}. {hint}It has: {listed}.")
