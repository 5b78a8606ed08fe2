"""Structures of LimeSurvey questionnaires in one folder: each explains the delivery it belongs to."""

from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import drafts

HULP = ("De hulp past bij wat ik nodig heb.", "Ik ben tevreden over de hulp.")
WERK = ("Ik kan mijn werk goed doen.", "Ik krijg genoeg uitleg.")
NAMES = ("De Linde", "Het Anker", "Zorg & Zo")


def structure(number: str, questions: tuple[str, ...], labels: tuple[str, ...]) -> str:
    """Return the ``.lss`` of a questionnaire with these questions, each with these answers A1, A2, ..."""
    asked = "".join(
        f"<row><qid>{at}</qid><sid>{number}</sid><title>Q{at}</title><question>{text}</question></row>"
        for at, text in enumerate(questions, 1)
    )
    answers = "".join(
        f"<row><qid>{at}</qid><code>A{n}</code><answer>{label}</answer><sortorder>{n}</sortorder></row>"
        for at in range(1, len(questions) + 1)
        for n, label in enumerate(labels, 1)
    )
    return (
        f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType><answers><rows>{answers}</rows></answers>"
        f"<questions><rows>{asked}</rows></questions></document>"
    )


UP, DOWN = ("Oneens", "Neutraal", "Eens"), ("Eens", "Neutraal", "Oneens")


def questions_of(folder: Path, name: str, asked: int, book: Codebook) -> dict[str, str]:
    rows = [
        {"aanbieder": NAMES[n % 3], **{f"Q{at}": f"A{(n + at) % 3 + 1}" for at in range(1, asked + 1)}}
        for n in range(30)
    ]
    pd.DataFrame(rows).to_csv(folder / name, index=False)
    draft = drafts.propose(folder / name, book)
    fields = draft["columns"].set_index("column")["field"]
    worded = draft["items"].set_index("item")["wording_nl"].to_dict()
    return {f"Q{at}": worded.get(fields[f"Q{at}"], fields[f"Q{at}"]) for at in range(1, asked + 1)}


@pytest.mark.parametrize("number", ["111111", "222222"])
def test_the_number_in_the_name_of_the_file_tells_which(number: str, region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "a.lss").write_text(structure("111111", HULP, UP))
    (tmp_path / "b.lss").write_text(structure("222222", WERK, DOWN))
    found = questions_of(tmp_path, f"results-survey{number}.csv", 2, region)
    assert list(found.values()) == (["K1", "K3"] if number == "111111" else list(WERK))


@pytest.mark.parametrize("asked", [2, 4])
def test_else_the_columns_tell(asked: int, region: Codebook, tmp_path: Path) -> None:
    longer = (*WERK, "Ik heb fijne collega's.", "Ik blijf hier werken.")
    (tmp_path / "a.lss").write_text(structure("111111", HULP, UP))
    (tmp_path / "b.lss").write_text(structure("222222", longer, UP))
    found = questions_of(tmp_path, "antwoorden.csv", asked, region)
    assert list(found.values()) == (["K1", "K3"] if asked == 2 else list(longer))


def test_where_nothing_tells_neither_is_used(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "a.lss").write_text(structure("111111", HULP, UP))
    (tmp_path / "b.lss").write_text(structure("222222", WERK, DOWN))
    assert list(questions_of(tmp_path, "antwoorden.csv", 2, region).values()) == ["Q1", "Q2"]
    delivery = drafts.propose(tmp_path / "antwoorden.csv", region)["deliveries"].iloc[0]
    assert "111111 and 222222" in delivery["example"]
    assert delivery["certainty"] == 0.2


def test_the_structure_of_another_questionnaire_is_not_used(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "a.lss").write_text(structure("111111", HULP, UP))
    assert list(questions_of(tmp_path, "results-survey333333.csv", 2, region).values()) == ["Q1", "Q2"]
    assert list(questions_of(tmp_path, "results-2026.csv", 2, region).values()) == ["K1", "K3"]
