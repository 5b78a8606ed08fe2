"""A small fictional region, made and processed once for all tests that need one."""

import shutil
from pathlib import Path

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
def small_region(tmp_path_factory) -> Places:
    """Six providers, two years, processed; read only."""
    root = new_project(tmp_path_factory.mktemp("project"))
    sample.make(root, providers=6, years=2)
    places = Places(root, "sample")
    pipeline.process(places, 2026)
    return places


@pytest.fixture(scope="session")
def reported(small_region, tmp_path_factory) -> tuple[Places, Reported]:
    """The small region with all its pages; read only."""
    root = shutil.copytree(small_region.root, tmp_path_factory.mktemp("reported") / "project")
    places = Places(root, "sample")
    return places, pipeline.report(places, 2026)


@pytest.fixture
def own_region(small_region, tmp_path) -> Places:
    """A copy of the small region that a test may change."""
    shutil.copytree(small_region.root, tmp_path / "project")
    return Places(tmp_path / "project", "sample")
