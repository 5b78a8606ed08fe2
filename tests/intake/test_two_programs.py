"""The same answers as exported by any survey program give the same tables, whatever the order of rows and columns."""

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from workbench.codebook import Codebook
from workbench.intake import deliveries
from workbench.intake.deliveries import Received

LABELS = ("helemaal niet mee eens", "niet mee eens", "neutraal", "mee eens", "helemaal mee eens")
RECORDS = pd.DataFrame(
    {
        "nr": [str(number) for number in range(1, 7)],
        "moment": [f"2026-02-0{day} 10:00:00" for day in range(1, 7)],
        "aanbieder": ["De Linde", "Het Anker", "De Linde", "Zorg & Zo", "De Linde", "Het Anker"],
        "past": ["mee eens", "neutraal", "", "helemaal mee eens", "niet mee eens", "weet niet"],
        "tevreden": ["neutraal", "mee eens", "mee eens", "", "helemaal niet mee eens", "n.v.t."],
    }
)
PAST, HAPPY = "De hulp past bij mij.", "Ik ben tevreden over de hulp."
PLAIN = {"nr": "respondent", "moment": "completed_on", "aanbieder": "provider", "past": "K1", "tevreden": "K3"}


def delimited(table: pd.DataFrame, above: list[list[str]] | None = None, separator: str = ",") -> bytes:
    rows = pd.DataFrame([*(above or []), *table.astype(object).values.tolist()], columns=table.columns)
    return rows.to_csv(index=False, sep=separator).encode()


def named(*names: str) -> dict[str, str]:
    return dict(zip(names, PLAIN.values(), strict=True))


def limesurvey(codes: bool) -> tuple[bytes, dict[str, str]]:
    table, names = RECORDS, ["Response ID", "Datum verzonden", "Aanbieder", PAST, HAPPY]
    if codes:
        names = ["id", "submitdate", "aanbieder", "G1Q1[SQ1]", "G1Q1[SQ2]"]
        short = {label: f"AO0{at}" for at, label in enumerate(LABELS, 1)}
        table = table.assign(**{name: table[name].replace(short) for name in ("past", "tevreden")})
    page, language = ("lastpage", "startlanguage") if codes else ("Laatste pagina", "Begin taal")
    whole = table.set_axis(names, axis=1).assign(**{page: "3", language: "nl"})
    return delimited(whole), named(*names) | {page: "ignore", language: "ignore"}


def qualtrics() -> tuple[bytes, dict[str, str]]:
    names = ["ResponseId", "EndDate", "Q1", "Q2_1", "Q2_2"]
    told = ["Response ID", "End Date", "Bij welke aanbieder?", PAST, HAPPY]
    ids = [f'{{"ImportId":"QID{at}"}}' for at in range(5)]
    return delimited(RECORDS.set_axis(names, axis=1), [told, ids]), named(*names)


def surveymonkey() -> tuple[bytes, dict[str, str]]:
    names = [
        "Respondent ID",
        "Date Modified",
        "Bij welke aanbieder?",
        f"Wat vindt u? | {PAST}",
        f"Wat vindt u? | {HAPPY}",
    ]
    extra = ["Collector ID", "IP Address", "Email Address"]
    table = RECORDS.assign(moment=pd.to_datetime(RECORDS["moment"]).dt.strftime("%m/%d/%Y %I:%M:%S %p"))
    table.insert(1, "c", "9")
    table.insert(3, "ip", "")
    table.insert(4, "mail", "")
    first = ["Respondent ID", extra[0], "Date Modified", *extra[1:], "Bij welke aanbieder?", "Wat vindt u?", ""]
    second = ["", "", "", "", "", "Response", PAST, HAPPY]
    rows = pd.DataFrame([second, *table.values.tolist()], columns=first)
    return rows.to_csv(index=False).encode(), named(*names) | dict.fromkeys(extra, "ignore")


def microsoft() -> tuple[bytes, dict[str, str]]:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Aanbieder", PAST, HAPPY])
    for record in RECORDS.itertuples(index=False):
        moment = pd.Timestamp(record.moment).to_pydatetime()
        answers = [record.aanbieder, record.past or None, record.tevreden or None]
        book.active.append([int(record.nr), moment, moment, "anonymous", None, *answers])
    buffer = io.BytesIO()
    book.save(buffer)
    names = named("ID", "Tijd van voltooien", "Aanbieder", PAST, HAPPY)
    return buffer.getvalue(), names | {"Begintijd": "ignore", "E-mail": "identifier", "Naam": "identifier"}


def google() -> tuple[bytes, dict[str, str]]:
    names = ["Tijdstempel", "Nummer", "Aanbieder", f"Wat vindt u? [{PAST}]", f"Wat vindt u? [{HAPPY}]"]
    table = RECORDS[["moment", "nr", "aanbieder", "past", "tevreden"]].set_axis(names, axis=1)
    fields = ["completed_on", "respondent", "provider", "K1", "K3"]
    return delimited(table), dict(zip(names, fields, strict=True))


def stata() -> tuple[bytes, dict[str, str]]:
    path = Path(tempfile.mkdtemp()) / "a.dta"
    codes = {label: at for at, label in enumerate([*LABELS, "weet niet", "n.v.t."], 1)}
    table = RECORDS.assign(**{name: RECORDS[name].map(codes).astype(float) for name in ("past", "tevreden")})
    back = {code: label for label, code in codes.items()}
    pyreadstat.write_dta(table, path, variable_value_labels={"past": back, "tevreden": back})
    return path.read_bytes(), PLAIN


PROGRAMS: dict[str, Callable[[], tuple[bytes, dict[str, str]]]] = {
    "other order of rows": lambda: (delimited(RECORDS.iloc[::-1]), PLAIN),
    "other order of columns": lambda: (delimited(RECORDS[sorted(RECORDS.columns)], separator=";"), PLAIN),
    "LimeSurvey, codes": lambda: limesurvey(codes=True),
    "LimeSurvey, full text": lambda: limesurvey(codes=False),
    "Qualtrics": qualtrics,
    "SurveyMonkey": surveymonkey,
    "Microsoft Forms": microsoft,
    "Google Forms": google,
    "Stata": stata,
}


def received(raw: bytes, fields: dict[str, str], region: Codebook, folder: Path) -> Received:
    folder.mkdir()
    (folder / "lijst").write_bytes(raw)
    rows = [("lijst", header, field, "antwoord" if field in ("K1", "K3") else "") for header, field in fields.items()]
    described = pd.DataFrame(rows, columns=["columns", "column", "field", "scale"])
    known = region.scales[region.scales["scale"] == "eens5"].assign(scale="antwoord")
    short = pd.DataFrame({"label": [f"AO0{at}" for at in range(1, 6)], "code": [str(at) for at in range(1, 6)]})
    scales = pd.concat([region.scales, known, short.assign(scale="antwoord", missing="")], ignore_index=True)
    return deliveries.receive(folder, replace(region, columns=described, scales=scales), 2026, b"key")


@pytest.mark.parametrize("program", PROGRAMS)
def test_same_tables_from_every_program(program: str, region: Codebook, tmp_path: Path) -> None:
    plain = received(delimited(RECORDS), PLAIN, region, tmp_path / "plain")
    other = received(*PROGRAMS[program](), region, tmp_path / "other")
    assert len(plain.responses) == len(RECORDS) - 1  # the last gives no answer
    for table in ("responses", "answers", "unanswered"):
        one, two = (getattr(each, table).drop(columns=["row"], errors="ignore") for each in (plain, other))
        pd.testing.assert_frame_equal(one, two)
    assert not (other.findings["severity"] == "error").any()
