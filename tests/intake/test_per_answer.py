"""Deliveries with one row per answer: proposed, and read to the same tables as with one row per questionnaire."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.codebook import Codebook
from workbench.intake import deliveries, drafts, exports, per_answer

PAST, HAPPY = "De hulp past bij wat ik nodig heb.", "Ik ben tevreden over de hulp."
EENS = ("Helemaal niet mee eens", "Niet mee eens", "Neutraal", "Mee eens", "Helemaal mee eens", "")
NAMES = ("De Linde", "Het Anker", "Zorg & Zo")
WIDE = pd.DataFrame(
    {
        "respondent": [f"r{n}" for n in range(1, 25)],
        "aanbieder": [NAMES[n % 3] for n in range(24)],
        "datum": [f"{n + 1}-2-2026" for n in range(24)],
        PAST: [EENS[n % 6] for n in range(24)],
        HAPPY: [EENS[n % 5] for n in range(24)],
        "Wilt u dit toelichten?": ["" if n % 4 else f"Verhaal nummer {n}" for n in range(24)],
    }
)
ABOUT = ["respondent", "aanbieder", "datum"]


def long(wide: pd.DataFrame = WIDE, question: str = "vraag", answer: str = "antwoord") -> pd.DataFrame:
    """Return the questionnaires with one row per answer, the questions of a person below one another."""
    below = wide.melt(ABOUT, var_name=question, value_name=answer)
    place = wide.reset_index().set_index("respondent")["index"]
    return below.iloc[below["respondent"].map(place).argsort(kind="stable")]


def tables(table: pd.DataFrame, book: Codebook, folder: Path) -> tuple[deliveries.Received, pd.DataFrame]:
    """Return what a delivery becomes once its proposal is accepted, and the proposed columns."""
    folder.mkdir()
    table.to_csv(folder / "lijst.csv", index=False, sep=";")
    draft = drafts.propose(folder / "lijst.csv", book)
    names = ("deliveries", "columns")
    parts = {name: draft[name].reindex(columns=getattr(book, name).columns, fill_value="") for name in names}
    return deliveries.receive(folder, replace(book, **parts), 2026, b"key"), draft["columns"]


def same(received: deliveries.Received) -> pd.DataFrame:
    keys = received.responses.drop(columns=["file", "row"])
    return (
        keys.merge(received.answers, on="response_id", validate="1:1").sort_values("response_id").reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("question", "answer"), [("vraag", "antwoord"), ("Question_text", "Answer"), ("stelling_tekst", "Waarde")]
)
@pytest.mark.parametrize("shuffled", [False, True])
def test_one_row_per_answer_is_read_as_one_row_per_questionnaire(
    question: str, answer: str, shuffled: bool, region: Codebook, tmp_path: Path
) -> None:
    wide, _ = tables(WIDE, region, tmp_path / "wide")
    delivered = long(WIDE, question, answer)
    below, columns = tables(
        delivered.sample(frac=1, random_state=1) if shuffled else delivered, region, tmp_path / "long"
    )
    field = columns.set_index("column")["field"]
    assert field[[question, answer, PAST, HAPPY]].tolist() == ["question", "answer", "K1", "K3"]
    assert len(below.responses) == 24
    pd.testing.assert_frame_equal(same(below), same(wide))
    assert below.deliveries[["delivered", "counted"]].to_numpy().tolist() == [[24, 24]]
    assert below.findings["message"].str.contains("72 answers were put together into 24 questionnaires").any()


def test_of_a_code_and_a_text_the_text_is_taken(region: Codebook, tmp_path: Path) -> None:
    delivered = long().assign(vraagnummer=lambda table: table["vraag"].map({PAST: "v1", HAPPY: "v2"}).fillna("v3"))
    delivered.assign(score="1").to_csv(tmp_path / "a.csv", index=False)
    layout = per_answer.recognise(exports.read((tmp_path / "a.csv").read_bytes(), "a.csv"))
    assert layout == per_answer.Layout(("respondent", "aanbieder"), "vraag", "antwoord")


@pytest.mark.parametrize(
    "table",
    [
        WIDE,
        pd.DataFrame({"aanbieder": NAMES * 2, "thema": ["Effect"] * 3 + ["Toegang"] * 3, "score": ["7"] * 6}),
        pd.DataFrame({"aanbieder": NAMES * 2, "vraag": ["a"] * 3 + ["b"] * 3, "waarde": ["7"] * 6}),
        pd.DataFrame({"nr": list("123456"), "vraag": list("ababab"), "antwoord": ["1"] * 6, "aanbieder": NAMES * 2}),
    ],
    ids=["wide", "judgements", "figures", "one answer each"],
)
def test_other_deliveries_are_left_as_they_are(table: pd.DataFrame, tmp_path: Path) -> None:
    table.to_csv(tmp_path / "a.csv", index=False)
    assert per_answer.recognise(exports.read((tmp_path / "a.csv").read_bytes(), "a.csv")) is None


def described(book: Codebook, **fields: str) -> Codebook:
    rows = [
        {"columns": "lijst", "column": name.replace("_", " "), "field": field, "scale": ""}
        for name, field in fields.items()
    ]
    return replace(book, columns=pd.DataFrame(rows))


FIELDS = {
    "wie": "respondent",
    "aanbieder": "provider",
    "vraag": "question",
    "antwoord": "answer",
    "K1": "K1",
    "K3": "K3",
}


def test_answers_of_nobody_and_two_answers_to_one_question_are_told(region: Codebook, tmp_path: Path) -> None:
    rows = [
        "r1;De Linde;K1;4",
        "r1;De Linde;K3;5",
        "r1;De Linde;K1;2",
        "r2;De Linde;K1;4",
        "r2;De Linde;K1;4",
        ";De Linde;K1;3",
    ]
    (tmp_path / "lijst.csv").write_text("\n".join(["wie;aanbieder;vraag;antwoord", *rows]))
    book = described(region, **FIELDS)
    found = deliveries.receive(tmp_path, book, 2026, None)
    assert found.exclusions[["row", "reason"]].to_numpy().tolist() == [[7, "answer of nobody"]]
    assert found.answers.set_index("K3").loc[5, "K1"] is pd.NA
    assert found.deliveries[["delivered", "counted", "excluded"]].to_numpy().tolist() == [[3, 2, 1]]
    told = " ".join(found.findings["message"])
    assert "1 answer names no respondent" in told
    assert "1 questionnaire has more than one answer to one question" in told


def test_the_moment_tells_two_questionnaires_of_a_person_apart(region: Codebook, tmp_path: Path) -> None:
    rows = [f"r1;De Linde;{moment};K{k};4" for moment in ("start", "eind") for k in (1, 3)]
    (tmp_path / "lijst.csv").write_text("\n".join(["wie;aanbieder;moment;vraag;antwoord", *rows]))
    fields = {"wie": "client", "aanbieder": "provider", "moment": "moment", "vraag": "question", "antwoord": "answer"}
    found = deliveries.receive(tmp_path, described(region, **fields, K1="K1", K3="K3"), 2026, b"key")
    assert sorted(found.responses["moment"]) == ["eind", "start"]


def test_what_is_told_of_a_person_once_holds_for_all_answers(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "lijst.csv").write_text("wie;aanbieder;vraag;antwoord\nr1;De Linde;K1;4\nr1;;K3;5\n")
    book = described(region, **FIELDS)
    found = deliveries.receive(tmp_path, book, 2026, None)
    assert found.answers[["K1", "K3"]].to_numpy().tolist() == [[4, 5]]


def test_what_the_codebook_lacks_for_it_is_told(region: Codebook, tmp_path: Path) -> None:
    (tmp_path / "lijst.csv").write_text("wie;vraag;antwoord\nr1;K1;4\n")
    found = deliveries.receive(tmp_path, described(region, vraag="question", antwoord="answer", K1="K1"), 2026, None)
    assert found.deliveries["kind"].tolist() == ["unreadable"]
    assert "no column is its respondent" in found.findings["message"].iat[0]


def test_two_questionnaires_with_one_number_and_the_same_answers_are_told(region: Codebook, tmp_path: Path) -> None:
    rows = [f"{n};De Linde;{where};K{k};4" for where in ("Noord", "Zuid") for n in (1, 2) for k in (1, 3)]
    (tmp_path / "lijst.csv").write_text("\n".join(["wie;aanbieder;locatie;vraag;antwoord", *rows]))
    found = deliveries.receive(tmp_path, described(region, **FIELDS, locatie="ignore"), 2026, None)
    (told,) = found.findings[found.findings["message"].str.contains("more than once")].to_dict("records")
    assert told["severity"] == "warning"
    assert told["message"].startswith("2 questionnaires have the same answer to one question")
    assert "'locatie' differ there" in told["message"]


def test_spellings_of_one_question_are_one_question(region: Codebook, tmp_path: Path) -> None:
    rows = ["r1;De Linde;K1;4", "r1;De Linde;K3;5", "r2;De Linde;k1 ;2", "r2;De Linde;K3;3"]
    (tmp_path / "lijst.csv").write_text("\n".join(["wie;aanbieder;vraag;antwoord", *rows]))
    found = deliveries.receive(tmp_path, described(region, **FIELDS), 2026, None)
    assert sorted(found.answers["K1"].tolist()) == [2, 4]
