"""The small region as a researcher opens it."""

import pytest

from workbench import open_region


@pytest.fixture(scope="session")
def region(small_region):
    """The last year of the small region; read only, answers in English."""
    return open_region("sample", 2026, language="en", root=small_region.root)


@pytest.fixture(scope="session")
def years(small_region):
    """Both years of the small region together; read only."""
    return open_region("sample", language="en", root=small_region.root)
