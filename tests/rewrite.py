"""Make the generated documents and the golden table again; look at the difference before committing it.

    python tests/rewrite.py
"""

from pathlib import Path

from test_docs import MARK

from workbench import schemas

ROOT = Path(__file__).parent.parent


def data_dictionary() -> None:
    """Replace the dictionary at the end of ``docs/data.md``."""
    path = ROOT / "docs" / "data.md"
    text, mark, made = path.read_text("utf-8").partition(MARK)
    lead = made.partition("###")[0]
    path.write_text(text + mark + lead + schemas.dictionary(), "utf-8")


if __name__ == "__main__":
    data_dictionary()
