"""Answers with worded ends, numbers of another range, degrees of good: what `draft` proposes for each label."""

import re
from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import drafts

NAMES = ("De Linde", "Het Anker", "Zorg & Zo")
PAST = "De hulp past bij wat ik nodig heb."


def proposed(answers: tuple[str, ...], question: str, book: Codebook, folder: Path) -> tuple[pd.Series, pd.Series]:
    """Return the item proposed for a question (empty if it is known), and the code of each label."""
    rows = [{"aanbieder": NAMES[n % 3], question: answers[n % len(answers)]} for n in range(6 * len(answers))]
    pd.DataFrame(rows).to_csv(folder / "a.csv", index=False, sep=";")
    draft = drafts.propose(folder / "a.csv", book)
    item = draft["items"].iloc[0] if len(draft["items"]) else pd.Series(dtype="str")
    return item, draft["scales"].set_index("label")["code"]


@pytest.mark.parametrize(
    ("answers", "span", "turned"),
    [
        (("1 geen problemen", "2", "3", "4", "5 veel problemen"), ("1", "5"), "yes"),
        (("1 heel erg", "2", "4", "5 ging wel"), ("1", "5"), "no"),
        (("0 helemaal niets", *"123456789", "10 alles"), ("0", "10"), "no"),
        (("1 heel goed", "2", "3", "4", "5 heel slecht", "9 weet niet"), ("1", "5"), "yes"),
        (("geen last", "2", "3", "4", "veel last"), ("1", "5"), "yes"),
        (("nooit", "1", "2", "3", "elke dag"), ("0", "4"), "no"),
        (("1 slecht", "2", "3", "4", "5 goed", "6 niet van toepassing / weet niet"), ("1", "5"), "no"),
        (("1 slecht", "2", "3", "4", "5 goed", "9 = wil niet antwoorden"), ("1", "5"), "no"),
        (("1 altijd problemen", "2", "3", "4", "5 nooit problemen"), ("1", "5"), "no"),
        (("1 kan beter", "2", "3", "4", "5 het kan niet beter"), ("1", "5"), "no"),
        (("1 minder goed", "2", "3", "4", "5 goed"), ("1", "5"), "no"),
    ],
)
def test_a_question_of_its_own_is_read_by_its_numbers(
    answers: tuple[str, ...], span: tuple[str, str], turned: str, region: Codebook, tmp_path: Path
) -> None:
    item, codes = proposed(answers, "Hoe gaat dat bij u?", region, tmp_path)
    assert (item["low"], item["high"], item["reversed"]) == (*span, turned)
    ends = [label for label in answers if not label.isdigit() and not re.search("weet niet|wil niet", label)]
    assert codes[ends].tolist() == list(span)
    assert "2" not in codes.index  # a number stands for itself


def test_which_end_is_which_is_left_to_a_person(region: Codebook, tmp_path: Path) -> None:
    item, codes = proposed(("hier", "2", "3", "4", "daar"), "Waar bent u?", region, tmp_path)
    assert (item["low"], item["high"]) == ("1", "5")
    assert codes.to_dict() == {"daar": "", "hier": ""}


def test_numbers_that_go_down_are_turned_for_a_known_item(region: Codebook, tmp_path: Path) -> None:
    """A scale of a known item goes up: "2" beside "1 helemaal mee eens" is a four there."""
    answers = ("1 helemaal mee eens", "2", "3", "4", "5 helemaal mee oneens")
    item, codes = proposed(answers, PAST, region, tmp_path)
    assert item.empty
    assert codes[list(answers)].tolist() == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    "answers",
    [
        ("0", "1", "2", "3", "4"),
        ("0", "25", "50", "75", "100"),
        ("heel slecht", "slecht", "gaat wel", "goed", "heel goed"),
        ("helemaal niet blij", "niet blij", "neutraal", "blij", "heel blij"),
        ("helemaal niet", "niet", "een beetje", "wel", "helemaal wel"),
        ("--", "-", "+/-", "+", "++"),
    ],
)
def test_other_numbers_and_degrees_of_good_have_an_order(
    answers: tuple[str, ...], region: Codebook, tmp_path: Path
) -> None:
    _, codes = proposed(answers, PAST, region, tmp_path)
    assert codes[list(answers)].tolist() == ["1", "2", "3", "4", "5"]


def test_a_column_with_other_numbers_is_not_sure_without_its_scale(region: Codebook, tmp_path: Path) -> None:
    """Read without that scale, three of its numbers would be answers, each one too low."""
    rows = [{"aanbieder": NAMES[n % 3], PAST: str(n % 5)} for n in range(30)]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False, sep=";")
    column = drafts.propose(tmp_path / "a.csv", region)["columns"].set_index("column").loc[PAST]
    assert column["field"] == "K1"
    assert column["certainty"] == 0.2
    assert "not those of the item" in column["example"]


@pytest.mark.parametrize("answers", [("2", "3", "4", "5", "6"), ("3", "4", "5", "6", "7")])
def test_numbers_from_above_one_are_no_other_range(answers: tuple[str, ...], region: Codebook, tmp_path: Path) -> None:
    """Nobody gave the lowest: 6 may say that there is no answer, and a scale of seven has other ends."""
    _, codes = proposed(answers, PAST, region, tmp_path)
    assert set(codes) == {""}
    assert set(codes.index) <= {"6", "7"}


def test_a_column_with_numbers_beyond_the_scale_is_not_sure(region: Codebook, tmp_path: Path) -> None:
    """Of seven degrees of which the lower two were not given, three would be answers of five."""
    rows = [{"aanbieder": NAMES[n % 3], PAST: str(n % 5 + 3)} for n in range(30)]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False, sep=";")
    column = drafts.propose(tmp_path / "a.csv", region)["columns"].set_index("column").loc[PAST]
    assert (column["field"], column["certainty"]) == ("K1", 0.2)


@pytest.mark.parametrize(
    "answers", [("1 slecht", "2", "3", "4", "5 niet slecht"), ("1 vaak last", "2", "5 nooit last")]
)
def test_lacking_what_is_bad_does_not_turn_a_known_item(
    answers: tuple[str, ...], region: Codebook, tmp_path: Path
) -> None:
    _, codes = proposed(answers, PAST, region, tmp_path)
    assert codes[[answers[0], answers[-1]]].tolist() == ["1", "5"]


def test_a_nought_beside_all_codes_is_no_lowest_answer(region: Codebook, tmp_path: Path) -> None:
    _, codes = proposed(("0", "1", "2", "3", "4", "5"), PAST, region, tmp_path)
    assert codes.to_dict() == {"0": ""}


def test_what_is_less_than_something_is_no_end(region: Codebook, tmp_path: Path) -> None:
    _, codes = proposed(("donkerrood", "rood", "oranje", "lichtgroen", "groen"), PAST, region, tmp_path)
    assert codes["rood"] == ""


def test_spellings_of_one_label_are_one_label(region: Codebook, tmp_path: Path) -> None:
    """Capitals and a point behind it make no other answer, nor too many answers for a question."""
    labels = ("Helemaal niet mee eens", "Niet mee eens", "Neutraal", "Mee eens", "Helemaal mee eens")
    spelled = tuple(form for label in labels for form in (label, label.upper(), label.lower(), f"{label}."))
    _, codes = proposed(spelled, PAST, region, tmp_path)
    assert codes.to_dict() == {f"{label}.": str(code) for code, label in enumerate(labels, 1)}
