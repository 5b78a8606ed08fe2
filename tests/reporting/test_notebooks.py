"""A notebook is executed with the parameters asked for, or refused with a reason, and leaves nothing behind."""

import pickle
import sys

import nbformat
import pytest

from workbench.reporting import notebooks


@pytest.fixture
def notebook(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(
            'provider = ""  # whose report\nyear = 2026  # of the survey', metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell("from pathlib import Path\nprint(provider, year, Path.cwd().name)"),
        nbformat.v4.new_code_cell('if provider == "broken":\n    raise KeyError("no such provider")'),
    ]
    path = tmp_path / "provider.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_parameters_reach_the_notebook(notebook, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    executed = notebooks.execute(notebook, {"provider": "De Linde", "year": 2025}, folder=folder)
    printed = [output.text for cell in executed.cells for output in cell.get("outputs", [])]
    assert printed == ["De Linde 2025 elsewhere\n"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "provider.ipynb"]


def test_a_misspelt_parameter_is_refused(notebook):
    with pytest.raises(ValueError, match=r"no parameter 'providr'. Did you mean 'provider'\? It has: provider, year"):
        notebooks.execute(notebook, {"providr": "De Linde"})


def test_a_failure_says_where_and_why(notebook):
    with pytest.raises(notebooks.NotebookFailed) as failed:
        notebooks.execute(notebook, {"provider": "broken"})
    assert failed.value.notebook == "provider.ipynb"
    assert "KeyError: 'no such provider'" in str(failed.value)
    assert "\n" not in str(failed.value)
    assert str(pickle.loads(pickle.dumps(failed.value))) == str(failed.value)


def test_a_notebook_that_takes_too_long_is_stopped(tmp_path):
    path = tmp_path / "slow.ipynb"
    cells = [
        nbformat.v4.new_code_cell("seconds = 30", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import time\ntime.sleep(seconds)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    for given, place in [({"seconds": 60}, 2), ({}, 1)]:
        with pytest.raises(notebooks.NotebookFailed, match=f"slow.ipynb, cell {place}: it took longer than the 1 sec"):
            notebooks.execute(path, given, limits=notebooks.Limits(seconds=1))


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is limited on Linux only")
@pytest.mark.parametrize("warm", [True, False])
def test_a_notebook_that_takes_too_much_memory_is_named_with_the_cell(tmp_path, warm):
    path = tmp_path / "hungry.ipynb"
    cells = [
        nbformat.v4.new_code_cell("gigabytes = 0", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("held = bytearray(gigabytes * 2**30)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with pytest.raises(notebooks.NotebookFailed, match=r"hungry.ipynb, cell 2: .* more memory than the 1.0 GB"):
        notebooks.execute(path, {"gigabytes": 3}, limits=notebooks.Limits(memory=2**30), warm=warm)
