"""The documents say what the code does."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbench import codebook, schemas
from workbench.__main__ import app

ROOT = Path(__file__).parent.parent
MARK = "## Processed tables\n"
EDITIONS = ("method.md", "methode.md")
PARTS = {"In gewone woorden": "In words", "Formule": "Formula", "Waarom zo": "Why", "Bron": "Source"}


def sections(edition):
    """Title and text of every section of the method."""
    found = re.split(r"^## (.*)\n", (ROOT / "docs" / edition).read_text("utf-8"), flags=re.MULTILINE)
    return list(zip(found[1::2], found[2::2], strict=True))


def parts(text):
    """The words in bold with which paragraphs begin, in English."""
    return [PARTS.get(name, name) for name in re.findall(r"^\*\*(.*?)\.\*\*", text, flags=re.MULTILINE)]


def figures(text):
    """The numbers in a text, whichever language writes the comma and the point (0.70 and 0,70; .30 and 0,30)."""
    return {re.sub(r"[.,]", "", each).lstrip("0") for each in re.findall(r"\d+(?:[.,]\d+)*", text)}


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


def test_both_editions_of_the_method_have_the_same_sections():
    english, dutch = (sections(edition) for edition in EDITIONS)
    codes = [[re.findall(r"`(.*?)`", title) for title, _ in edition] for edition in (english, dutch)]
    assert codes[0] == codes[1]
    assert [parts(text) for _, text in english] == [parts(text) for _, text in dutch]


def test_both_editions_of_the_method_give_the_same_figures():
    for (title, english), (_, dutch) in zip(*map(sections, EDITIONS), strict=True):
        assert figures(english) == figures(dutch), f"section {title!r}: only one edition of the method was changed"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_contents_of_the_method_lead_to_every_section(edition):
    text = (ROOT / "docs" / edition).read_text("utf-8")
    places = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title, _ in sections(edition)]
    contents = text.partition("\n## ")[0]
    assert re.findall(r"\(#(.*?)\)", contents) == places


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_no_row_of_a_table_stands_alone(path):
    lines = ["", *path.read_text("utf-8").splitlines(), ""]
    alone = [
        line
        for above, line, below in zip(lines, lines[1:], lines[2:], strict=False)
        if line.startswith("|") and not above.startswith("|") and not re.match(r"\|[\s:|-]+$", below)
    ]
    assert not alone


def test_the_help_of_clean_is_plain_text(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, ["clean", "--help"]).output
    assert "With --personal: deliveries" in shown
    assert "`" not in shown
