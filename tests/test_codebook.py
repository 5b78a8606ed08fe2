"""A codebook is edited by people: every mistake is named with its place and remedy, all in one reading."""

import json
import re
import shutil

import jsonschema
import pandas as pd
import pytest
import yaml

from workbench import codebook, settings
from workbench.codebook import CodebookError


@pytest.fixture
def folder(small_region, tmp_path):
    return shutil.copytree(small_region.codebook, tmp_path / "codebook")


def _replace(path, before, after):
    text = codebook.as_text(path.read_bytes())
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


MISTAKES = [
    (
        "region.yml",
        "hidden_below: 10",
        "hiden_below: 10",
        "thresholds.hiden_below: unknown key; did you mean 'hidden_below'",
    ),
    ("region.yml", "hidden_below: 10", "hidden_below: ten", "'ten' must be a whole number"),
    ("region.yml", "dropout: eenzijdig", "dropout: soms", "choose from strikt, eenzijdig, voortijdig"),
    ("region.yml", "instruments: [behoeften", "instruments: [behoefte", "'behoefte' does not ship"),
    ("region.yml", "GM0736", "GM9999", "'GM9999' is no CBS code"),
    ("deliveries.csv", ";responses;", ";respons;", "deliveries.csv, row 2, column kind.*did you mean 'responses'"),
    ("deliveries.csv", ";responses;clienten;", ";responses;clienen;", "did you mean 'clienten'"),
    (
        "columns.csv",
        "clienten;aanbieder;provider;",
        "clienten;aanbieder;provder;",
        "column field.*did you mean 'provider'",
    ),
    ("columns.csv", "clienten;id;", "clienten;submitdate;", "stands in the table twice"),
    ("aliases.csv", ";p00", ";q00", "aliases.csv.*column provider_id: 'q00.' is not known"),
    ("providers.csv", "p001;", "../p001;", "column provider_id: '../p001'; use letters, digits"),
    ("providers.csv", "provider_id;name", "provider;name", "the columns provider_id are missing"),
]


@pytest.mark.parametrize(("file", "before", "after", "said"), MISTAKES, ids=lambda value: str(value)[:30])
def test_a_mistake_is_named_with_its_place(folder, file, before, after, said):
    _replace(folder / file, before, after)
    with pytest.raises(CodebookError, match=said):
        codebook.read(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name: Gooi\n\tlanguage: nl", "line 2: this line cannot be read: it is indented with a tab"),
        ("name: Gooi: en Vecht", "a text with a colon in it must stand in quotes"),
        ('name: "Gooi', "a quote is opened and not closed"),
        ("name: Gooi\ninstruments: [pijlers", "cannot be read"),
        ("name: Gooi\ninstruments: pijlers", "'pijlers' must be a list"),
        ("name: Gooi\nthresholds: 10", "expected keys below it, indented: hidden_below"),
        ("name: Gooi\ncomparison:\n  alpha: '0,05'", "must be a number; with a point, not a comma"),
        ("name: Gooi\nthresholds:\n  hidden_below: 0", "must be at least 1"),
        ("name: Gooi\nfictional: 1", "must be true or false"),
        ("language: nl", "the key 'name'"),
    ],
)
def test_region_yml_is_explained_in_plain_words(folder, line, said):
    (folder / "region.yml").write_text(line + "\n", "utf-8")
    with pytest.raises(CodebookError) as caught:
        codebook.read(folder)
    assert said in str(caught.value)
    assert "mapping" not in str(caught.value) and "scanner" not in str(caught.value)


def test_the_schema_of_region_yml_is_that_of_the_settings(folder):
    shipped = json.loads((codebook.SHIPPED / "region.schema.json").read_text("utf-8"))
    assert shipped == settings.json_schema(codebook.shipped_instruments()), "make it again: python tests/rewrite.py"
    for text in ((folder / "region.yml").read_text("utf-8"), codebook.first_region("gooi", ["pijlers"])):
        jsonschema.validate(yaml.safe_load(text), shipped)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "Gooi", "thresholds": {"hiden_below": 10}}, shipped)


def test_what_dutch_excel_does_to_a_table_is_undone(folder):
    before = codebook.read(folder)
    for path in folder.glob("*.csv"):
        rows = codebook.as_text(path.read_bytes()).splitlines()
        excel = "\r\n".join(f"{row};;" if at % 2 else row + ";;" for at, row in enumerate(rows))
        path.write_bytes((excel + "\r\n;;;;\r\n").encode("cp1252"))
    text = (folder / "providers.csv").read_bytes().decode("cp1252")
    (folder / "providers.csv").write_text(re.sub(r"(?m);0+([0-9]{5,7});", r";\1;", text), encoding="cp1252")
    after = codebook.read(folder)
    for name in codebook.TABLES:
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize("cell", ["1-mei", "02-mrt", "1,23E+07"])
def test_what_excel_made_unrecognisable_is_told(folder, cell):
    _replace(folder / "providers.csv", ";taakgericht", f";taakgericht\n{cell};Naam;;;;")
    with pytest.raises(CodebookError, match=f"Excel made '{re.escape(cell)}' of what was typed"):
        codebook.read(folder)


def test_a_label_is_no_formula_in_excel(tmp_path):
    table = pd.DataFrame({"scale": ["a"], "label": ["=1+1"], "code": ["-1"], "missing": [""]})
    codebook.write_table(tmp_path / "scales.csv", table)
    assert "a; =1+1;-1;" in (tmp_path / "scales.csv").read_text("utf-8-sig")


def test_the_statutory_survey_never_grades_a_provider(folder):
    _replace(folder / "region.yml", "[behoeften, pijlers, uitkomsten]", "[behoeften, pijlers, uitkomsten, ceo_wmo]")
    row = "ceo*.csv;;responses;clienten;ceo_wmo" + ";" * (len(codebook.TABLES["deliveries"]) - 5)
    with (folder / "deliveries.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    book = codebook.read(folder)
    assert book.deliveries["purpose"].iat[-1] == "statutory"
    grades = book.dimensions.set_index("dimension")["grades_provider"]
    assert not grades["ceo_toegang"]
    assert len(book.items[book.items["instrument"] == "ceo_wmo"]) == 10


def test_changed_questions_are_breaks(folder):
    (folder / "breaks.csv").write_text("measure;since;reason\nA1;2025;andere vraag\nkwaliteit;2026;nieuwe lijst\n")
    book = codebook.read(folder)
    assert {("A1", 2025), ("autonomie", 2025), ("kwaliteit", 2026)} <= set(book.broken)
    (folder / "breaks.csv").write_text("measure;since;reason\nA1;vorig jaar;andere vraag\n")
    with pytest.raises(CodebookError, match="'vorig jaar' is no year"):
        codebook.read(folder)


def test_all_mistakes_come_at_once(folder):
    _replace(folder / "region.yml", "hidden_below", "hiden_below")
    _replace(folder / "providers.csv", "provider_id;name", "provider_id;naam")
    with pytest.raises(CodebookError) as caught:
        codebook.read(folder)
    assert len(caught.value.mistakes) == 2


def test_a_missing_table_says_what_it_needs(folder):
    (folder / "providers.csv").unlink()
    with pytest.raises(CodebookError, match=r"providers.csv is missing: it needs the columns provider_id, name"):
        codebook.read(folder)


def test_no_codebook_at_all(tmp_path):
    with pytest.raises(CodebookError, match=r"region.yml is missing"):
        codebook.read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
def test_tables_survive_a_visit_to_excel(folder, encoding, separator):
    path = folder / "providers.csv"
    whole = codebook.read(folder)
    table = whole.providers
    path.write_bytes(table.to_csv(sep=separator, index=False).encode(encoding))
    assert codebook.read(folder).providers.equals(table)


def test_the_region_wins_from_what_ships(folder):
    codebook.write_table(
        folder / "dimensions.csv",
        codebook.read(folder)
        .dimensions.query("dimension == 'effect'")
        .assign(name_nl="Opbrengst", grades_provider="no"),
    )
    dimensions = codebook.read(folder).dimensions.set_index("dimension")
    assert dimensions.at["effect", "name_nl"] == "Opbrengst"
    assert not dimensions.at["effect", "grades_provider"]
    assert dimensions.at["autonomie", "grades_provider"]


def test_the_fingerprint_follows_the_content(folder):
    before = codebook.fingerprint(folder)
    assert codebook.fingerprint(folder) == before
    codebook.write_table(folder / "draft" / "providers.csv", codebook.read(folder).providers)
    assert codebook.fingerprint(folder) == before, "of a draft nothing is used"
    _replace(folder / "region.yml", "hidden_below: 10", "hidden_below: 11")
    assert codebook.fingerprint(folder) != before
