"""Who may import whom, and what the project's files may hold."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "workbench"
ROOMS = {
    "analysis": {"analysis", "schemas"},
    "intake": {"intake", "categories", "codebook", "pseudonyms", "schemas"},
    "reporting": {"reporting", "schemas"},
    "sample": {"sample", "codebook", "pseudonyms", "schemas"},
    "codebook": {"codebook", "indicator_cards", "schemas", "settings"},
    "indicator_cards": {"schemas"},
    "indicators": {"analysis", "codebook", "indicator_cards", "scoring"},
    "settings": set(),
    "pseudonyms": set(),
    "schemas": {"categories", "schemas"},
    "categories": set(),
    "memory": set(),
    "parquet": {"categories"},
    "store": {"parquet"},
    "portions": {"store"},
    "fingerprints": set(),
    "exporting": {"analysis", "codebook", "fingerprints", "portions", "reporting", "schemas", "store"},
    "regions": {"portions", "reporting", "research", "schemas", "store"},
    "research": {
        "analysis",
        "codebook",
        "estimating",
        "exporting",
        "indicator_cards",
        "indicators",
        "reporting",
        "research",
        "schemas",
        "scoring",
        "store",
    },
    "cluster": {"reporting", "store"},
    "versions": {"fingerprints"},
    "unchanged": {"store"},
    "making": {"cluster", "fingerprints", "regions", "reporting", "store"},
    "binding": {"fingerprints", "making", "regions", "reporting", "store"},
    "rendering": {"binding", "cluster", "fingerprints", "making", "regions", "reporting", "store"},
    "estimating": {"analysis", "codebook", "indicators", "schemas", "scoring", "store"},
    "scoring": {"analysis", "categories", "codebook", "schemas"},
    "drafting": {"codebook", "intake", "store"},
    "releasing": {"analysis", "codebook", "intake", "store"},
    "manifests": {"codebook", "fingerprints", "store", "versions"},
    "pipeline": {
        "analysis",
        "codebook",
        "estimating",
        "fingerprints",
        "indicators",
        "intake",
        "manifests",
        "memory",
        "portions",
        "releasing",
        "rendering",
        "schemas",
        "scoring",
        "store",
        "versions",
    },
    "screen": {"intake"},
    "choosing": {"sample", "screen", "store"},
    "__main__": {
        "choosing",
        "cluster",
        "codebook",
        "drafting",
        "intake",
        "pipeline",
        "regions",
        "rendering",
        "reporting",
        "sample",
        "screen",
        "store",
        "unchanged",
    },
    "__init__": {"regions"},
}
TOUCH_FILES = re.compile(r"\bopen\(|read_text|write_text|read_bytes|write_bytes|read_csv|read_parquet|to_parquet")
MAY_TOUCH_FILES = (
    "intake",
    "sample",
    "codebook",
    "drafting",
    "exporting",
    "pipeline",
    "store",
    "parquet",
    "fingerprints",
    "unchanged",
    "regions",
    "making",
    "binding",
    "rendering",
    "research",
    "__main__",
)
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def _imported(path: Path) -> set[str]:
    """Return the rooms of ours that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            names = below if node.module == "workbench" else [node.module]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("workbench.")}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_follow_the_arrows(path):
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    assert _imported(path) <= ROOMS[room], f"{room} may import {sorted(ROOMS[room])}"


def test_analysis_and_exhibits_touch_no_files():
    allowed = {"notebooks.py", "pages.py", "kernels.py", "warm.py", "texts.py"}
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room not in MAY_TOUCH_FILES and path.name not in allowed:
            assert not TOUCH_FILES.search(path.read_text("utf-8")), f"{path.name} touches files"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_only_narrate(path):
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code), "strip the outputs"
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in code) == 1
    for cell in code:
        source = "".join(cell["source"])
        assert not re.search(r"\bdef |\bgroupby\(|\blambda .*groupby", source), source
        lines = [line for line in source.splitlines() if line.strip() and not line.startswith(("import", "from"))]
        assert len(lines) <= 6, source


@pytest.mark.parametrize("name", ["provider", "region"])
def test_report_notebooks_tell_everything_in_both_languages(name):
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    tags = [cell["metadata"].get("tags", []) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert sum("nl" in tag for tag in tags) == sum("en" in tag for tag in tags) > 5


def test_files_name_no_registry_and_no_machine():
    folders = [ROOT / name for name in ("src", "tests", "notebooks", "docs", ".ci")]
    texts = [path for folder in folders for path in folder.rglob("*") if path.suffix not in (".png", ".pyc")]
    texts += [path for path in ROOT.iterdir() if path.is_file()]
    assert len(texts) > 100
    hosts = re.compile(r"https?://[^ ]*/simple|--index-url|pypi\.org|files\.pythonhosted|registry\.npmjs")
    for path in texts:
        if path.is_file() and path != Path(__file__):
            assert not hosts.search(path.read_text("utf-8", errors="replace")), path
