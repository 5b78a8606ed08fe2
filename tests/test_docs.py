"""The documents say what the code does."""

from pathlib import Path

from workbench import codebook, schemas

ROOT = Path(__file__).parent.parent
MARK = "## Processed tables\n"


def test_the_data_dictionary_is_that_of_the_schemas():
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    made = text.partition(MARK)[2].strip()
    remedy = "make it again: python tests/rewrite.py"
    assert made.endswith(schemas.dictionary().strip()), remedy


def test_every_codebook_column_is_explained():
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    for table, columns in codebook.TABLES.items():
        assert f"`{table}.csv`" in text
        for column in columns:
            assert f"`{column}`" in text, f"docs/data.md does not explain {table}.{column}"


def test_the_readme_begins_with_the_two_commands():
    start = (ROOT / "README.md").read_text("utf-8")[:400]
    assert "make report" in start
    assert "make test" in start
