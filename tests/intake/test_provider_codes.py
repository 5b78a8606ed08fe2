"""Providers delivered as numbers: AGB and KvK codes, or numbers people gave them."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import drafts

ANSWERS = ("1", "2", "3", "4", "5")


def draft(header: str, codes: tuple[str, ...], book: Codebook | None, folder: Path) -> dict[str, pd.DataFrame]:
    rows = [{header: codes[n % len(codes)], "Ik ben tevreden over de hulp.": ANSWERS[n % 5]} for n in range(30)]
    pd.DataFrame(rows).to_csv(folder / "a.csv", index=False)
    return drafts.propose(folder / "a.csv", book)


@pytest.mark.parametrize("header", ["Code", "Vraag 1", "Uw zorgaanbieder"])
@pytest.mark.parametrize(
    ("codes", "unknown"),
    [
        (("01234567", "07654321", "00112233"), []),
        (("1234567", "7654321", "112233"), []),
        (("11111111", "22222222", "33333333"), []),
        (("01234567", "22222222", "07654322"), ["07654322"]),
    ],
)
def test_codes_of_known_providers_are_those_providers(
    header: str, codes: tuple[str, ...], unknown: list[str], region: Codebook, tmp_path: Path
) -> None:
    found = draft(header, codes, region, tmp_path)
    assert found["columns"].set_index("column").at[header, "field"] == "provider"
    assert found["aliases"][["spelling", "provider_id"]].to_numpy().tolist() == [[code, ""] for code in unknown]
    assert (found["aliases"]["certainty"] == 0).all()


def test_a_code_with_its_register_or_a_point_is_proposed_and_a_near_one_is_not(
    region: Codebook, tmp_path: Path
) -> None:
    found = draft("Aanbieder", ("AGB 01234567", "7654321.0", "01 234568"), region, tmp_path)["aliases"]
    assert found.set_index("spelling")["provider_id"].to_dict() == {
        "01 234568": "",
        "7654321.0": "p002",
        "AGB 01234567": "p001",
    }


def test_numbers_that_people_gave_to_providers(region: Codebook, tmp_path: Path) -> None:
    aliases = pd.DataFrame(
        {"spelling": ["101", "102"], "provider_id": ["p001", "p002"], "reason": "", "decided_on": ""}
    )
    book = replace(region, aliases=aliases)
    assert draft("Code", ("101", "102"), book, tmp_path)["columns"]["field"].tolist() == ["provider", "K3"]
    book = replace(region, aliases=aliases.assign(spelling=["1", "2"]))
    assert draft("Cijfer", ("1", "2", "3"), book, tmp_path)["columns"]["field"].tolist()[0] != "provider"


@pytest.mark.parametrize(("header", "register"), [("AGB-code", "agb"), ("KvK nummer", "kvk"), ("Aanbieder", "")])
def test_a_number_in_a_first_codebook_is_a_provider_with_its_number(header: str, register: str, tmp_path: Path) -> None:
    found = draft(header, ("1234567", "7654321"), None, tmp_path)["providers"]
    assert found["name"].tolist() == ["1234567", "7654321"]
    assert (found["certainty"] == 0.2).all()
    expected = {name: ["01234567", "07654321"] if name == register else ["", ""] for name in ("agb", "kvk")}
    assert found[["agb", "kvk"]].to_dict("list") == expected
