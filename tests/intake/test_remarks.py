"""Open answers are withheld until a person releases them, verified in every run, and never written as delivered."""

import importlib.util
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from workbench import open_release, pipeline, store
from workbench.codebook import Codebook
from workbench.intake import deidentify, remarks

REGION = "sample"


def nameless(text: str) -> str:
    return text.replace("Anneke", "[PERSOON-1]")


def table(places) -> pd.DataFrame:
    return remarks.read(places.remarks(2026).read_bytes())


def write(places, reviewed: pd.DataFrame) -> None:
    places.remarks(2026).write_text(pipeline.codebooks.for_excel(reviewed), "utf-8")


def test_the_fictional_region_shows_released_remarks(small_region) -> None:
    shown = store.read_table(small_region.released(2026), "remarks")
    assert len(shown) > 3
    assert "released_by" not in shown
    assert set(store.read_table(small_region.processed(2026), "remarks")["released_by"]) == {"redactie"}
    provider = shown["provider_id"].iat[0]
    assert len(open_release(REGION, 2026, provider, root=small_region.root).remarks) > 0


def test_the_review_keeps_decisions_and_adds_new_remarks_without_names(own_region) -> None:
    before = table(own_region)
    edited = before.assign(text=before["text"].where(before.index > 0, "Door mij ingekort."))
    write(own_region, edited)
    told: list[str] = []
    path = pipeline.review(own_region, 2026, told.append, nameless)
    after = table(own_region)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert after.set_index("remark_id")["text"][before["remark_id"].iat[0]] == "Door mij ingekort."
    assert len(after) > len(before)
    assert set(after.loc[~after["remark_id"].isin(before["remark_id"]), "release"]) == {"no"}
    assert not after["text"].str.contains("Anneke").any()
    assert after["text"].str.contains("PERSOON").any()
    assert any("open answers" in line for line in told)


def test_a_withdrawn_remark_is_gone_in_the_next_run(own_region) -> None:
    before = table(own_region)
    withdrawn = before["remark_id"].iat[0]
    write(own_region, before.assign(release=before["release"].where(before["remark_id"] != withdrawn, "nee")))
    assert pipeline.process(own_region, 2026).made
    for folder in (own_region.processed(2026), own_region.released(2026)):
        assert withdrawn not in set(store.read_table(folder, "remarks")["remark_id"])


def test_nothing_that_identifies_people_is_released(own_region) -> None:
    before = table(own_region)
    write(own_region, before.assign(text="Bel mij op 06-12345678."))
    pipeline.process(own_region, 2026)
    assert store.read_table(own_region.processed(2026), "remarks").empty
    found = store.read_table(own_region.processed(2026), "findings")
    found = found[found["file"] == "remarks/2026.csv"]
    assert found["severity"].tolist() == ["error"]
    assert "12345678" not in found.to_csv()


def test_somebody_must_sign(own_region) -> None:
    write(own_region, table(own_region).assign(released_by=""))
    pipeline.process(own_region, 2026)
    assert store.read_table(own_region.processed(2026), "remarks").empty


def test_a_remark_that_is_in_no_delivery_is_not_shown(own_region) -> None:
    invented = table(own_region).head(1).assign(remark_id="0123456789abcdef", text="Verzonnen.")
    write(own_region, invented)
    pipeline.process(own_region, 2026)
    assert store.read_table(own_region.processed(2026), "remarks").empty


def test_few_answers_no_remarks(small_region) -> None:
    known = store.read_table(small_region.processed(2026), "remarks")
    responses = store.read_table(small_region.processed(2026), "responses")
    one = known["provider_id"].iat[0]
    few = responses[(responses["provider_id"] != one) | (responses.index < 3)]
    assert one not in set(remarks.shown(known, few, 10)["provider_id"])


def test_a_remark_may_be_about_a_dimension(region: Codebook) -> None:
    matched = pd.DataFrame({"header": ["Waarom?", "Tips"], "field": ["remark:kwaliteit", "remark"]})
    delivered = pd.DataFrame({"Waarom?": ["Goed."], "Tips": [" "]}, index=[2])
    assert remarks.in_delivery(delivered, matched, "a.csv")[["row", "dimension"]].values.tolist() == [[2, "kwaliteit"]]


def lists_are_built() -> bool:
    found = importlib.util.find_spec("deduce")
    return bool(found and found.origin and list(Path(found.origin).parent.rglob("cache/*.pickle")))


@pytest.mark.skipif(not lists_are_built(), reason="deduce is not here, or its lists (some minutes) are not yet built")
def test_names_are_taken_out_of_dutch_text() -> None:
    take_out = deidentify.dutch(lambda _: None)
    text = take_out("Mijn begeleider Anneke de Haan uit Woerden kwam te laat. Bel 06-12345678 of jan@voorbeeld.nl.")
    for personal in ("Anneke", "Haan", "12345678", "jan@"):
        assert personal not in text
    assert text.startswith("Mijn begeleider")


def test_a_report_never_loads_the_word_lists() -> None:
    asked = "import sys, workbench.pipeline, workbench.intake.remarks; print('deduce' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", asked], text=True).strip() == "False"
