"""A new delivery: proposed as a draft, or looked at in a notebook and accepted in the codebook by a person."""

from pathlib import Path

import pandas as pd
import pytest

from workbench import codebook, drafting, pipeline, unchanged
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


def test_a_damaged_delivery_does_not_keep_the_others_from_being_proposed(tmp_path) -> None:
    places = Places(tmp_path, "own")
    places.raw(2026).mkdir(parents=True)
    (places.raw(2026) / "damaged.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    table = pd.DataFrame({"Aanbieder": ["De Linde", "Het Anker"] * 15, "Ik kies zelf": [1, 2, 3, 4, 5] * 6})
    table.to_csv(places.raw(2026) / "enquete.csv", index=False)
    written, unreadable = drafting.draft(places, 2026)
    assert [line.partition(":")[0] for line in unreadable] == ["damaged.xlsx"]
    assert any(path.name == "columns.csv" for path in written)


def test_a_next_draft_keeps_the_former_and_changes_no_report(tmp_path) -> None:
    places = Places(tmp_path, "own")
    places.raw(2026).mkdir(parents=True)
    table = pd.DataFrame({"Aanbieder": ["De Linde", "Het Anker"] * 15, "Ik kies zelf": [1, 2, 3, 4, 5] * 6})
    for name in ("een.csv", "twee.csv"):
        table.to_csv(places.raw(2026) / name, index=False)
    before = unchanged.fingerprint(places, 2026)
    said: list[str] = []
    drafting.draft(places, 2026, places.raw(2026) / "een.csv", said.append)
    assert not said
    corrected = places.draft / "deliveries.csv"
    corrected.write_text(corrected.read_text("utf-8").replace("een.csv", "mijn werk.csv"), "utf-8")
    drafting.draft(places, 2026, places.raw(2026) / "twee.csv", said.append)
    drafting.draft(places, 2026, places.raw(2026) / "een.csv", said.append)
    assert said == [f"The former draft is kept in {places.draft / name}." for name in ("former-1", "former-2")]
    assert "mijn werk.csv" in (places.draft / "former-1" / "deliveries.csv").read_text("utf-8")
    assert "twee.csv" in (places.draft / "former-2" / "deliveries.csv").read_text("utf-8")
    assert unchanged.fingerprint(places, 2026) == before


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
