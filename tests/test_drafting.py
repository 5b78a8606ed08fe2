"""A new delivery in a notebook: looked at, and accepted in the codebook by a person."""

from pathlib import Path

import pytest

from workbench import codebook, drafting, pipeline
from workbench.reporting import notebooks
from workbench.store import NotThere, Places

ROWS = """Zorgaanbieder;Geslacht;De hulp past bij wat ik nodig heb.;Wilt u dit toelichten?
De Linde;vrouw;Mee eens;Bram is een kanjer
Het Anker;man;Helemaal mee eens;
De Linde;man;Neutraal;Anneke ook
De Linde;vrouw;;
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path, "streek")
    places.raw(2026).mkdir(parents=True)
    (places.raw(2026) / "lijst_2026.csv").write_text(ROWS * 5, "utf-8")
    return places


def test_what_is_shown_holds_no_free_text(places) -> None:
    draft = drafting.open_delivery("lijst_2026.csv", "streek", 2026, places.root)
    fields = draft.columns.set_index("column")["field"]
    assert fields.tolist() == ["provider", "sex", "K1", "remark"]
    assert draft.missing()["empty"].iat[0] == pytest.approx(0.5 + 0.5 * 4 / 24, abs=0.2)
    assert draft.answers("De hulp past bij wat ik nodig heb.")["share"].sum() == pytest.approx(1)
    with pytest.raises(NotThere, match="no labels that may be shown"):
        draft.answers("Wilt u dit toelichten?")


def test_accepted_rows_make_a_codebook_that_works(places) -> None:
    draft = drafting.open_delivery("lijst_2026.csv", "streek", 2026, places.root)
    added = draft.accept(0.3)
    assert {path.name for path in added} >= {"columns.csv", "deliveries.csv", "providers.csv"}
    found = pipeline.check(places, 2026)
    assert found.deliveries["counted"].item() == 15
    assert set(found.exclusions["reason"]) == {"empty"}
    with pytest.raises(NotThere, match="describes lijst_2026"):
        drafting.open_delivery("lijst_2026.csv", "streek", 2026, places.root).accept()


def test_what_is_left_out_is_not_accepted(places) -> None:
    draft = drafting.open_delivery("lijst_2026.csv", "streek", 2026, places.root)
    draft.accept(0.3, leave=["Geslacht"])
    accepted = codebook.read_table(places.codebook / "columns.csv", "columns")
    assert "Geslacht" not in set(accepted["column"])


def test_a_file_that_is_not_there_is_told_with_those_that_are(places) -> None:
    with pytest.raises(NotThere, match="lijst_2026"):
        drafting.open_delivery("lijst_2025.csv", "streek", 2026, places.root)


def test_the_intake_notebook_runs_on_the_fictional_region(small_region, monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_ROOT", str(small_region.root))
    path = small_region.root / "notebooks" / "intake.ipynb"
    executed = notebooks.execute(path, {}, folder=small_region.root)
    drawn = [
        output
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
    ]
    assert len(drawn) == 2
    printed = str(executed)
    assert "06-0000" not in printed and "voorbeeld.example" not in printed
