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


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Make something in a folder of its own, by whichever process of the tests needs it first; give it to all."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made_once(name, make):
        folder = shared / f"once-{name}"
        with filelock.FileLock(folder.with_suffix(".lock")):
            kept = folder.with_suffix(".pickle")
            if not kept.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
            return pickle.loads(kept.read_bytes())

    return made_once


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
