"""What a researcher commits holds no outputs, and a difference shows what was changed and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NEEDED = pytest.mark.skipif(
    not (shutil.which("git") and shutil.which("make")) or os.name == "nt", reason="needs git and make"
)


@pytest.fixture
def clone(tmp_path):
    """A repository with the project's Makefile and attributes, set up as ``make install`` does."""
    for name in ("Makefile", ".gitattributes"):
        shutil.copy2(ROOT / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    home = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(tmp_path)}

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, env=os.environ | home, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("git", "init", "-q")
    run("git", "config", "user.name", "a")
    run("git", "config", "user.email", "a@example.org")
    run("make", "-s", "clean-notebooks")
    shutil.copy2(ROOT / "notebooks" / "explore.ipynb", tmp_path)
    run("git", "add", "explore.ipynb")
    run("git", "commit", "-qm", "the tour")
    return tmp_path, run


def edited(path, change=None):
    """Run a notebook as JupyterLab would leave it: outputs, counts, and notes of the machine."""
    notebook = nbformat.read(path, as_version=4)
    for count, cell in enumerate([each for each in notebook.cells if each.cell_type == "code"], 1):
        cell.execution_count = count
        cell.outputs = [nbformat.v4.new_output("stream", text="a row about a person")]
    notebook.metadata["language_info"]["version"] = "3.99.0"
    if change:
        notebook.cells[0].source += change
    nbformat.write(notebook, path)


@NEEDED
def test_a_notebook_that_was_run_is_not_changed_for_git(clone):
    folder, run = clone
    edited(folder / "explore.ipynb")
    run("git", "add", "explore.ipynb")
    assert run("git", "diff", "--cached", "--stat") == ""
    assert "a row about a person" in (folder / "explore.ipynb").read_text("utf-8"), "the file itself keeps them"


@NEEDED
def test_what_is_committed_holds_no_outputs_and_the_difference_is_the_change(clone):
    folder, run = clone
    edited(folder / "explore.ipynb", "\n\nA line of my own.")
    told = run("git", "diff")
    added = [line for line in told.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert any("A line of my own." in line for line in added)
    assert len(added) <= 6
    run("git", "commit", "-qam", "mine")
    assert "a row about a person" not in run("git", "show", "HEAD:explore.ipynb")
