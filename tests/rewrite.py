"""Make the generated documents and the golden table again; look at the difference before committing it.

python tests/rewrite.py
"""

import tempfile
from pathlib import Path

from test_docs import MARK
from test_golden import GOLDEN, chosen

from workbench import codebook, open_region, pipeline, sample, schemas, settings, store
from workbench.store import Places

ROOT = Path(__file__).parent.parent


def data_dictionary() -> None:
    """Replace the dictionary at the end of ``docs/data.md``."""
    path = ROOT / "docs" / "data.md"
    text, mark, made = path.read_text("utf-8").partition(MARK)
    lead = made.partition("###")[0]
    path.write_text(text + mark + lead + schemas.dictionary(), "utf-8")


def region_schema() -> None:
    """Write the JSON Schema of ``region.yml`` with which editors complete it."""
    store.write_json(codebook.SHIPPED / "region.schema.json", settings.json_schema(codebook.shipped_instruments()))


def golden_estimates() -> None:
    """Run the small fictional region of the tests and keep its figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "data" / "raw").mkdir(parents=True)
        sample.make(root, providers=6, years=2)
        pipeline.process(Places(root, "sample"), 2026)
        GOLDEN.parent.mkdir(exist_ok=True)
        rows = chosen(open_region("sample", 2026, root=root).estimates)
        rows.to_csv(GOLDEN, index=False, lineterminator="\n", float_format="%.10g")


def cookbook() -> None:
    """Run the recipes of ``docs/cookbook.md`` on the small fictional region and write what they give."""
    import sys

    sys.path.insert(0, str(ROOT / "tests" / "research"))
    from test_cookbook import PATH, made

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "data" / "raw").mkdir(parents=True)
        sample.make(root, providers=6, years=2)
        pipeline.process(Places(root, "sample"), 2026)
        PATH.write_text(made(open_region("sample", 2026, language="en", root=root)), "utf-8")


if __name__ == "__main__":
    cookbook()
    data_dictionary()
    region_schema()
    golden_estimates()
