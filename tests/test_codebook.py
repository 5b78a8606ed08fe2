"""A codebook is edited by people: every mistake is named with its place and remedy, all in one reading."""

import shutil

import pytest

from workbench import codebook
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
    ("region.yml", "hidden_below: 10", "hidden_below: ten", "'ten' is not int"),
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
    _replace(folder / "region.yml", "hidden_below: 10", "hidden_below: 11")
    assert codebook.fingerprint(folder) != before
