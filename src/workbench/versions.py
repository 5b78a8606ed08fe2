"""Which code and which libraries are at work here: a page is made again when they change, and says what they were."""

import importlib.metadata
import platform
from pathlib import Path

from workbench import fingerprints

OF_FIGURES = ("workbench", "pandas", "numpy", "scipy", "highspy", "statsmodels", "pyarrow")
OF_PAGES = ("matplotlib", "seaborn", "nbconvert", "papermill", "babel", "xlsxwriter")


def software() -> str:
    """Return one hash over the workbench's code and the libraries that shape a page."""
    versions = [platform.python_version(), *map(importlib.metadata.version, (*OF_FIGURES, *OF_PAGES))]
    return fingerprints.of_text([code(), *versions])


def code() -> str:
    """Return one hash over everything that ships with the workbench: code, texts, templates, instruments."""
    package = Path(__file__).parent
    files = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return fingerprints.of_files(files, package)


def of_figures() -> dict[str, str]:
    """Return the version of each library that figures depend on, by name."""
    return {name: importlib.metadata.version(name) for name in OF_FIGURES}
