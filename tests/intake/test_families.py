"""Exports as survey programs write them, recognised by what they hold."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from workbench.intake import drafts, exports

OWN = (
    "Respondent ID,Collector ID,Date Created,Date Modified,IP Address,Email Address,First Name,Last Name,Custom Data 1"
)
QUESTIONS = (
    "Welke aanbieder?,Welke hulp krijgt u?,,,Wat vindt u?,,Wilt u nog iets zeggen?",
    "Response,Begeleiding,Dagbesteding,Anders (geef nadere toelichting),De hulp past bij mij.,Ik ben tevreden.,"
    "Open-Ended Response",
)
SURVEYMONKEY = f"""\
{OWN},{QUESTIONS[0]}
,,,,,,,,,{QUESTIONS[1]}
114,22,02/13/2026 03:05:12 PM,02/13/2026 03:09:00 PM,,,,,,De Linde,Begeleiding,,,Mee eens,Eens,Alles goed
115,22,02/03/2026 11:05:12 AM,02/03/2026 11:09:00 AM,,,,,,Het Anker,Begeleiding,Dagbesteding,,Neutraal,,
"""
GOOGLE = """\
"Tijdstempel","Welke aanbieder?","Wat vindt u? [De hulp past bij mij.]","Welke hulp krijgt u?"
"2026/02/13 3:05:12 PM GMT+1","De Linde","Mee eens","Begeleiding;Dagbesteding"
"2026/02/14 11:05:12 AM GMT+1","Het Anker","Neutraal","Begeleiding"
"2026/02/14 11:07:12 AM GMT+1","Het Anker","Mee eens","Dagbesteding;Begeleiding"
"2026/02/14 11:09:12 AM GMT+1","Het Anker","Mee eens","Begeleiding"
"2026/02/14 11:19:12 AM GMT+1","Het Anker","Mee eens","Dagbesteding"
"""


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_surveymonkey_has_two_header_rows() -> None:
    export = exports.read(SURVEYMONKEY.encode(), "a.csv")
    assert export.reader == "surveymonkey"
    assert list(export.table.columns)[9:] == [
        "Welke aanbieder?",
        "Welke hulp krijgt u? | Begeleiding",
        "Welke hulp krijgt u? | Dagbesteding",
        "Welke hulp krijgt u? | Anders (geef nadere toelichting)",
        "Wat vindt u? | De hulp past bij mij.",
        "Wat vindt u? | Ik ben tevreden.",
        "Wilt u nog iets zeggen?",
    ]
    assert export.table.index.tolist() == [3, 4]
    assert export.table["Welke hulp krijgt u? | Dagbesteding"].tolist()[1] == "Dagbesteding"


def test_surveymonkey_is_the_same_as_a_workbook() -> None:
    rows = [line.split(",") for line in SURVEYMONKEY.splitlines()]
    one = exports.read(SURVEYMONKEY.encode(), "a.csv")
    two = exports.read(workbook([[cell or None for cell in row] for row in rows]), "a.xlsx")
    assert two.reader == "surveymonkey"
    pd.testing.assert_frame_equal(one.table.astype("str"), two.table.astype("str"))


def test_microsoft_forms_choices_become_columns() -> None:
    header = ["Id", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Welke aanbieder?", "Welke hulp krijgt u?\xa0"]
    rows = [
        [1, "2/13/26 15:05:12", "2/13/26 15:09:12", "anonymous", None, "De Linde", "Begeleiding;Vervoer;"],
        [2, "2/14/26 9:05:12", "2/14/26 9:09:12", "anonymous", None, "De Linde", "Begeleiding;"],
        [3, "2/14/26 9:15:12", "2/14/26 9:19:12", "anonymous", None, "Het Anker", "Vervoer;Mijn zus brengt me;"],
        [4, "2/14/26 9:25:12", "2/14/26 9:29:12", "anonymous", None, "Het Anker", None],
    ]
    export = exports.read(workbook([header, *rows]), "a.xlsx")
    assert export.reader == "msforms"
    chosen = export.table.filter(like=" | ")
    assert list(chosen.columns) == [f"Welke hulp krijgt u? | {option}" for option in ("Begeleiding", "Vervoer", "...")]
    assert chosen.notna().sum().tolist() == [2, 2, 1]


def test_google_forms_and_its_moments(received: Callable) -> None:
    export = exports.read(GOOGLE.encode(), "a.csv")
    assert export.reader == "googleforms"
    assert export.table["Welke hulp krijgt u? | Dagbesteding"].notna().tolist() == [True, False, True, False, True]


def test_draft_knows_what_survey_programs_add(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SURVEYMONKEY)
    fields = drafts.propose(tmp_path / "a.csv", None)["columns"].set_index("column")["field"]
    assert fields["Respondent ID"] == "respondent"
    assert fields["Date Modified"] == "completed_on"
    assert fields["Date Created"] == "started_at"
    assert set(fields[["IP Address", "Email Address", "First Name", "Last Name"]]) == {"identifier"}
    assert fields["Wilt u nog iets zeggen?"] == "remark"


def test_stata_labels_and_extended_missings(tmp_path: Path, received: Callable) -> None:
    table = pd.DataFrame({"aanbieder": ["De Linde"] * 4, "past": pd.Series([4, 2, "a", 3], dtype=object)})
    pyreadstat.write_dta(
        table,
        tmp_path / "a.dta",
        variable_value_labels={"past": {4: "Mee eens", 2: "Niet mee eens", "a": "weet niet"}},
        missing_user_values={"past": ["a"]},
    )
    found = received((tmp_path / "a.dta").read_bytes(), "lijst.dta")
    assert found.deliveries["reader"].tolist() == ["stata"]
    assert sorted(found.answers["K1"].dropna()) == [2, 3, 4]
    assert found.exclusions["reason"].tolist() == ["empty"]  # who does not know and says nothing else


LSS = """<?xml version="1.0"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<answers><rows><row><qid>1</qid><code>AO01</code><answer>Niet mee eens</answer><sortorder>1</sortorder></row>
<row><qid>1</qid><code>AO02</code><answer>Mee eens</answer><sortorder>2</sortorder></row></rows></answers>
<questions><rows><row><qid>1</qid><title>uw</title><question>Wat vindt u?</question></row>
<row><qid>4</qid><title>wie</title><question>Van wie krijgt u hulp?</question></row></rows></questions>
<subquestions><rows><row><qid>2</qid><parent_qid>1</parent_qid><title>A</title>
<question>&lt;b&gt;Ik voel mij thuis.&lt;/b&gt;</question></row></rows></subquestions></document>"""


def test_draft_reads_questions_from_the_structure(tmp_path: Path) -> None:
    (tmp_path / "vragen.lss").write_text(LSS)
    rows = "1,2026-02-01,De Linde,AO02\n2,2026-02-01,Anker,AO01\n" * 5
    (tmp_path / "a.csv").write_text(f"id,submitdate,wie,uw[A]\n{rows}")
    draft = drafts.propose(tmp_path / "a.csv", None)
    assert "Wat vindt u? [Ik voel mij thuis.]" in draft["items"]["wording_nl"].tolist()
    assert draft["scales"].set_index("label")["code"][["AO01", "AO02"]].tolist() == ["1", "2"]


def test_structure_beside_the_answers_is_no_error(received: Callable) -> None:
    found = received(LSS.encode(), "vragen.lss")
    assert found.findings["severity"].tolist() == ["note"]


HEAD = "nr;aanbieder;gemeente;datum;past;tevreden;cijfer"
ROWS = [f"{number};De Linde;Woerden;2026-02-01;5;4;8" for number in range(1, 4)]


@pytest.mark.parametrize(
    "above", [["Rapportage;;;;;;", "Gemaakt op;01-02-2026;;;;;"], ["Rapportage", "Periode: 2026", ""], ["", "Titel"]]
)
def test_rows_above_the_header_are_passed_over(above: list[str], received: Callable) -> None:
    found = received("\n".join([*above, HEAD, *ROWS]).encode())
    assert found.responses["row"].sort_values().tolist() == [len(above) + number for number in (2, 3, 4)]
    assert not (found.findings["severity"] == "error").any()


@pytest.mark.parametrize("below", [["Totaal;3;;;;;", "Gemiddelde;;;;5;4;8"], ["", "Totaal: 3"]])
def test_rows_that_add_up_the_others_do_not_count(below: list[str], received: Callable) -> None:
    found = received("\n".join([HEAD, *ROWS, *below]).encode())
    assert len(found.responses) == 3
    assert set(found.exclusions["reason"]) == {"adds up other rows"}
    assert found.deliveries["delivered"].item() == 3 + len(found.exclusions)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["02/13/2026 3:05 PM", "02/01/2026 1:05 AM", "12/01/2025"], ""),
        (["13 februari 2026", "1 feb. 2026", "December 1, 2025 4:05 PM"], ""),
        (["13-2-26", "1-2-26 10:30", "1/12/25"], ""),
        (["2/13/26", "2/1/26 10:30", "12/1/25"], ""),
        (["02/13/2026", "02/01/2026", "12/01/2025"], "mdy"),
        (["13/02/2026", "01/02/2026", "01/12/2025"], ""),
    ],
)
def test_dates_of_every_country(cells: list[str], order: str, received: Callable) -> None:
    rows = [row.replace("2026-02-01", cell) for row, cell in zip(ROWS, cells, strict=True)]
    found = received("\n".join([HEAD, *rows]).encode(), dates=order).responses.sort_values("row")
    assert found["completed_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-13", "2026-02-01", "2025-12-01"]
