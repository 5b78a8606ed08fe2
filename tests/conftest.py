"""A small fictional region, made and processed once for all tests that need one, in whatever process they run."""

import os
import pickle
import shutil
from pathlib import Path

import filelock
import hypothesis
import pytest

from workbench import pipeline, sample
from workbench.rendering import Reported
from workbench.store import Places

ROOT = Path(__file__).parent.parent
hypothesis.settings.register_profile("workbench", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("workbench")


def new_project(folder: Path) -> Path:
    """Return a project without deliveries, with the notebooks of this one."""
    (folder / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


@pytest.fixture(scope="session")
def project():
    """Make a project without deliveries in a folder."""
    return new_project


def contents(folder: Path) -> dict[str, int]:
    """Return the files below a folder, each with the moment it was written."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Make something in a folder of its own, by whichever process of the tests needs it first; give it to all.

    At the end everything made so must be as it was: a test that writes in it decides what the next one finds.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    given: dict[Path, dict[str, int]] = {}

    def made_once(name, make):
        folder = shared / f"once-{name}"
        with filelock.FileLock(folder.with_suffix(".lock")):
            kept = folder.with_suffix(".pickle")
            if not kept.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                made = make(folder)
                kept.write_bytes(pickle.dumps((made, contents(folder))))
            made, given[folder] = pickle.loads(kept.read_bytes())
            return made

    yield made_once
    for folder, before in given.items():
        after = contents(folder)
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        assert not changed, f"A test changed what all tests share, {folder.name}: {changed[:5]}; it needs a copy."


@pytest.fixture(scope="session")
def small_region(once) -> Places:
    """Six providers, two years, processed; read only."""

    def make(folder: Path) -> Places:
        places = Places(new_project(folder / "project"), "sample")
        sample.make(places.root, providers=6, years=2)
        pipeline.process(places, 2026)
        return places

    return once("small", make)


@pytest.fixture(scope="session")
def reported(small_region, once) -> tuple[Places, Reported]:
    """The small region with all its pages; read only."""

    def make(folder: Path) -> tuple[Places, Reported]:
        places = Places(shutil.copytree(small_region.root, folder / "project"), "sample")
        return places, pipeline.report(places, 2026)

    return once("reported", make)


@pytest.fixture
def own_region(small_region, tmp_path) -> Places:
    """A copy of the small region that a test may change."""
    shutil.copytree(small_region.root, tmp_path / "project")
    return Places(tmp_path / "project", "sample")
