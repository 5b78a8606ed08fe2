"""Judgements and administrative figures as people type them: other scales, units, themes by name, impossible values."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import deliveries

JUDGED = {"wie": "provider", "bron": "source", "thema": "theme", "score": "score", "schaal": "scale", "datum": "date"}
COUNTED = {
    "wie": "provider",
    "jaar": "year",
    "cliënten": "measure:clients",
    "budget": "measure:budget",
    "wachttijd": "measure:waiting_weeks",
    "verloop": "measure:staff_turnover",
}


@pytest.fixture
def small(region: Codebook, tmp_path: Path) -> Callable[..., deliveries.Received]:
    """Return a function that receives one small list, given as its lines."""

    def receive(kind: str, fields: dict[str, str], *lines: str) -> deliveries.Received:
        (tmp_path / "lijst.csv").write_text("\n".join([";".join(fields), *lines]) + "\n")
        columns = pd.DataFrame({"columns": "k", "column": list(fields), "field": list(fields.values()), "scale": ""})
        row = region.deliveries.assign(pattern="lijst.csv", kind=kind, columns="k", instrument="", role="")
        return deliveries.receive(tmp_path, replace(region, columns=columns, deliveries=row), 2026, b"key")

    return receive


def told(found: deliveries.Received, words: str) -> bool:
    return bool(found.findings["message"].str.contains(words, regex=False).any())


def test_a_score_without_a_scale_is_on_that_of_its_own_source(small: Callable) -> None:
    found = small(
        "assessments",
        JUDGED,
        "De Linde;zelfevaluatie;autonomie;8;;",
        "Het Anker;zelfevaluatie;autonomie;4;;",
        "De Linde;toezicht;autonomie;75;0-100;",
        "De Linde;backoffice;autonomie;4;;",
    ).assessments
    assert found.set_index(["source", "provider_id"])["scale"].to_dict() == {
        ("self", "p001"): "1-10",
        ("self", "p002"): "1-10",
        ("supervisor", "p001"): "0-100",
        ("back_office", "p001"): "1-5",
    }


def test_a_score_outside_its_scale_is_none(small: Callable) -> None:
    found = small("assessments", JUDGED, "De Linde;toegang;autonomie;6;1-5;", "Het Anker;toegang;autonomie;5;1-5;")
    assert found.assessments["provider_id"].tolist() == ["p002"]
    assert found.exclusions["reason"].tolist() == ["no score"]
    assert told(found, "1 score lies outside the scale 1-5; taken as not known.")


def test_themes_are_known_by_name_and_others_are_told(small: Callable) -> None:
    found = small(
        "assessments",
        JUDGED,
        "De Linde;toegang;Ervaren kwaliteit;4;1-5;",
        "De Linde;toegang;AUTONOMIE;3;1-5;",
        "De Linde;toegang;bejegening;3;1-5;",
    )
    assert sorted(found.assessments["theme"]) == ["autonomie", "bejegening", "kwaliteit"]
    assert told(found, "1 judgement is about a theme that is no dimension, and no report shows it: 'bejegening'.")


def test_the_latest_judgement_of_a_source_counts(small: Callable) -> None:
    found = small(
        "assessments",
        JUDGED,
        "De Linde;toegang;autonomie;5;1-5;01-02-2026",
        "De Linde;toegang;autonomie;3;1-5;01-03-2026",
    )
    assert found.assessments["score"].tolist() == [3]
    assert found.exclusions["reason"].tolist() == ["duplicate"]


def test_units_are_read_and_impossible_figures_are_not(small: Callable) -> None:
    found = small(
        "context",
        COUNTED,
        "De Linde;2025;120;€ 1.500.000,00;10 weken;12,5%",
        "Het Anker;2025;-5;1200000;2,5;15",
        "Zorg & Zo;2025;80;1000;-1;0,5 %",
    )
    values = found.context.set_index(["unit_id", "measure"])["value"]
    assert values["p001"].to_dict() == {
        "budget": 1_500_000,
        "clients": 120,
        "staff_turnover": 0.125,
        "waiting_weeks": 10,
    }
    assert values["p002"].to_dict() == {"budget": 1_200_000, "staff_turnover": 0.15, "waiting_weeks": 2.5}
    assert values["p003"].to_dict() == {"budget": 1000, "clients": 80, "staff_turnover": 0.005}
    assert told(found, "1 value of clients: below zero; taken as not known.")
    assert told(found, "1 value of staff_turnover: a percentage and not a share; divided by 100.")


AGREED = {"wie": "provider", "cijfer": "measure", "actie": "action", "doel": "target"}


def test_a_target_may_stand_among_words_and_a_figure_nobody_measures_is_told(small: Callable) -> None:
    found = small(
        "agreements",
        AGREED,
        "De Linde;autonomie;Vaste begeleider;minstens 80 punten",
        "De Linde;uitval;Bellen;hoogstens 6 %",
        "De Linde;nut;Vragen;≥ 7,5",
        "De Linde;effect;Kijken;70 of 80",
        "De Linde;competentie;Scholen;eind 2027",
        "De Linde;sfeer;Taart;",
    )
    targets = found.agreements.set_index("measure")["target"]
    assert targets.dropna().to_dict() == {"autonomie": 80, "uitval": 0.06, "nut": 7.5}
    assert told(found, "1 agreement is about a figure nobody measures; no figure comes back.")
    assert told(found, "2 values are no number; taken as not known.")
