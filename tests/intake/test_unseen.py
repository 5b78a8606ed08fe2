"""Exports and lists as programs and people really write them: what `draft` proposes for each without anyone's help."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from proposals import EENS, NAMES, PAST, TEVREDEN, proposed, written

from workbench.codebook import Codebook
from workbench.intake import arrivals, deliveries, drafts, exports, forms, likeness, ordering


def test_limesurvey_with_codes_before_its_questions(region: Codebook, tmp_path: Path) -> None:
    header = ["id. Antwoord ID", "submitdate. Datum verzonden", "lastpage. Laatste pagina", "G1Q1. Uw aanbieder"]
    header += [f"G2Q1[SQ001]. Wat vindt u? [{PAST}]", "G2Q2[other]. Welke hulp? [Anders]", "groupTime12. Groepstijd: A"]
    columns = [("1", "2", "3"), ("1980-01-01 00:00:00",), ("4",), NAMES, EENS, ("", "tuin"), ("12.3", "9.1")]
    path = written(tmp_path / "a.csv", header, *columns)
    export = exports.read(path.read_bytes(), "a.csv")
    assert export.reader == "limesurvey"
    assert export.table[header[1]].isna().all()
    fields, _ = proposed(path, region)
    assert list(fields.values()) == ["respondent", "completed_on", "ignore", "provider", "K1", "remark", "ignore"]


LSS = f"""<document><LimeSurveyDocType>Survey</LimeSurveyDocType><answers><rows>{
    "".join(
        f"<row><qid>1</qid><code>A{n}</code><answer>{name.replace('&', '&amp;')}</answer></row>"
        for n, name in enumerate(NAMES, 1)
    )
}{
    "".join(
        f"<row><qid>2</qid><code>A{n}</code><answer>{label}</answer><sortorder>{n}</sortorder></row>"
        for n, label in enumerate((*EENS[::-1], "Weet ik niet"), 1)
    )
}</rows></answers><questions><rows><row><qid>1</qid><title>wie</title><question>Wie helpt u?</question></row>
<row><qid>2</qid><title>Q2</title><question>Wat vindt u?</question></row></rows></questions><subquestions><rows>
<row><qid>3</qid><parent_qid>2</parent_qid><title>SQ1</title><question>{
    PAST
}</question></row></rows></subquestions></document>"""


@pytest.mark.parametrize("header", ["Q2[SQ1]", "Q2_SQ1"])
@pytest.mark.parametrize("known", [True, False])
def test_limesurvey_codes_mean_what_the_structure_says(
    header: str, known: bool, region: Codebook, tmp_path: Path
) -> None:
    """The list begins with who agrees most: the first place is the highest code."""
    (tmp_path / "vragen.lss").write_text(LSS)
    path = written(tmp_path / "a.csv", ["id", "submitdate", "lastpage", "wie", header], *COLUMNS, rows=30)
    draft = drafts.propose(path, region if known else None)
    assert draft["columns"].set_index("column").loc[[header, "wie"][: 2 if known else 1], "field"].tolist()[0] == "K1"
    scale = draft["scales"].set_index("label")
    assert scale["code"].to_dict() == {"A1": "5", "A2": "4", "A3": "3", "A4": "2", "A5": "1", "A6": ""}
    assert scale.at["A6", "missing"] == "dont_know"
    if known:
        aliases = draft["aliases"].set_index("spelling")["provider_id"]
        assert aliases.to_dict() == {"A1": "p001", "A2": "p002", "A3": "p003"}


COLUMNS = (("1", "2", "3"), ("2026-02-01",), ("4",), ("A1", "A2", "A3"), ("A1", "A2", "A3", "A4", "A5", "A6"))


def test_surveymonkey_in_dutch_is_no_list_of_care(region: Codebook, tmp_path: Path) -> None:
    own = "Respondent-id,Collector-id,Begindatum,Einddatum,IP-adres,E-mailadres,Voornaam,Achternaam"
    questions = [f"Uw aanbieder,Wat vindt u?,,Welke hulp?,\n,,,,,,,,Antwoord,{PAST},{TEVREDEN},Begeleiding,Anders\n"]
    rows = [
        f"{n},7,{n}-2-2026,{n}-2-2026,,,,,{NAMES[n % 3]},{EENS[n % 5]},{EENS[n % 4]},Begeleiding,\n"
        for n in range(1, 16)
    ]
    (tmp_path / "a.csv").write_text(f"{own},{''.join(questions + rows)}", "utf-8")
    fields, delivery = proposed(tmp_path / "a.csv", region)
    assert delivery["kind"] == "responses"
    assert list(fields.values())[2:4] == ["started_at", "completed_on"]
    assert [fields[f"Wat vindt u? | {question}"] for question in (PAST, TEVREDEN)] == ["K1", "K3"]
    assert fields["Welke hulp? | Begeleiding"].startswith("background:")


@pytest.mark.parametrize("status", [("IP Address", "Survey Preview", "Spam"), ("0", "1", "8")])
def test_what_qualtrics_calls_spam_or_a_preview_does_not_count(
    status: tuple[str, ...], region: Codebook, tmp_path: Path
) -> None:
    rows = [f"{n},De Linde,5,4,{status[n % 3]}" for n in range(9)]
    told = "nr,aanbieder,past,tevreden,Soort\n" + ",".join(['"{""ImportId"":""a""}"'] * 5)
    (tmp_path / "lijst.csv").write_text("\n".join(["nr,aanbieder,past,tevreden,Status", told, *rows]))
    entry = pd.DataFrame([{"columns": "lijst", "column": "Status", "field": "entry", "scale": ""}])
    book = replace(region, columns=pd.concat([region.columns, entry], ignore_index=True))
    found = deliveries.receive(tmp_path, book, 2026, None)
    assert found.exclusions["reason"].value_counts().to_dict() == {"test entry": 6}
    assert proposed(tmp_path / "lijst.csv", region)[0]["Status"] == "entry"


def test_a_name_with_its_legal_form_or_place_is_proposed(tmp_path: Path, region: Codebook) -> None:
    spelled = ("Coöperatie Het Anker U.A.", "Zorg en Zo B.V.", "De Linde - locatie Noord", "Buurtzorg")
    draft = drafts.propose(written(tmp_path / "a.csv", ["Aanbieder", PAST], spelled, EENS, rows=20), region)
    aliases = draft["aliases"].set_index("spelling")
    assert aliases["provider_id"].to_dict() == dict(zip(spelled, ("p002", "p003", "p001", ""), strict=True))
    assert aliases.at["De Linde - locatie Noord", "certainty"] < aliases.at["Zorg en Zo B.V.", "certainty"]


def test_an_open_question_with_one_address_is_an_open_question(tmp_path: Path) -> None:
    told = ("Goede hulp", "mail jan@voorbeeld.example", *(f"Verhaal {n}" for n in range(18)))
    path = written(tmp_path / "a.csv", ["Aanbieder", "Q9"], NAMES, told, rows=20)
    export = exports.read(path.read_bytes(), "a.csv")
    assert not likeness.look(export, "Q9").labels
    assert proposed(path, None)[0]["Q9"] == "remark"


def test_a_merged_cell_counts_for_every_row_it_spans() -> None:
    book = openpyxl.Workbook()
    for row in (["Zorgaanbieder", "Nr", "Cijfer"], *(["De Linde" if n == 1 else None, n, 8] for n in range(1, 5))):
        book.active.append(row)
    book.active.merge_cells("A2:A5")
    buffer = io.BytesIO()
    book.save(buffer)
    export = exports.read(buffer.getvalue(), "a.xlsx")
    assert export.table["Zorgaanbieder"].tolist() == ["De Linde"] * 4
    assert [finding.message.split(" filled")[0] for finding in export.findings] == ["3 cells were"]


@pytest.mark.parametrize("amount", [300_000, "€ 300.000"])
def test_a_merged_amount_is_not_counted_twice_and_a_merged_header_is_no_record(amount: object) -> None:
    book = openpyxl.Workbook()
    for row in (["Aanbieder", "Budget"], [], ["De Linde", amount], ["Het Anker"], ["Zorg & Zo", amount]):
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "B3:B4"):
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    export = exports.read(buffer.getvalue(), "a.xlsx")
    assert export.table["Aanbieder"].tolist() == list(NAMES)
    assert export.table["Budget"].notna().tolist() == [True, False, True]
    assert not export.findings


@pytest.mark.parametrize(
    ("clients", "spent", "delimiter"),
    [
        ("1.234", "€ 1.200.000,-", ";"),
        ("1,234", "1,200,000", ","),
        ("1.234", "1.200.000", "\t"),
        ("1234", "1.2e6", ";"),
    ],
)
def test_a_thousand_clients_is_no_client_and_a_bit(
    clients: str, spent: str, delimiter: str, region: Codebook, tmp_path: Path
) -> None:
    rows = [["Aanbieder", "Cliënten", "Uitgaven"], ["De Linde", clients, spent], ["Het Anker", "87", "5000"]]
    with (tmp_path / "cijfers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    kind = dict.fromkeys(region.deliveries.columns, "") | {"pattern": "cijfers*", "kind": "context", "columns": "c"}
    fields = ("provider", "measure:clients", "measure:spent")
    columns = [{"columns": "c", "column": name, "field": field} for name, field in zip(rows[0], fields, strict=True)]
    book = replace(region, deliveries=pd.DataFrame([kind]), columns=pd.DataFrame(columns).assign(scale=""))
    found = deliveries.receive(tmp_path, book, 2026, None)
    assert sorted(found.context["value"]) == [87, 1234, 5000, 1_200_000]


def test_why_there_is_no_answer_is_no_point_of_a_scale(region: Codebook, tmp_path: Path) -> None:
    """SPSS says of a question what 9 means, and not always that it is missing."""
    labels = dict(enumerate((*EENS[::-1], "Weet niet"), 1)) | {9: "Geen antwoord"}
    table = pd.DataFrame({"aanbieder": "De Linde", "v1": [float(code) for code in labels] * 4})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(table, path, column_labels=["", PAST], variable_value_labels={"v1": labels})
    scale = drafts.propose(path, region)["scales"].set_index("label")
    assert scale.loc["Geen antwoord", ["code", "missing"]].tolist() == ["", "skipped"]


def test_a_label_without_text_does_not_empty_its_code(tmp_path: Path) -> None:
    """SPSS keeps labels of which somebody wiped out the text; the code below is an answer."""
    path = tmp_path / "a.sav"
    table = pd.DataFrame({"v1": [1.0, 2.0, 5.0]})
    pyreadstat.write_sav(table, path, variable_value_labels={"v1": {1.0: "oneens", 2.0: " ", 5.0: "eens"}})
    assert exports.read(path.read_bytes(), "a.sav").table["v1"].tolist() == ["oneens", "2", "eens"]


def test_choices_with_commas_are_options_and_answers_with_commas_are_not() -> None:
    chosen = ("Thuis, Vervoer", "Thuis", "Vervoer, Dagbesteding", "Dagbesteding")
    said = ("Niet eens, niet oneens", "Eens", "Niet eens")
    table = pd.DataFrame({"hulp": chosen * 6, "vraag": said * 8}).astype("category")
    assert list(forms.split_choices(table, comma=True)) == [
        *(f"hulp | {option}" for option in ("Dagbesteding", "Thuis", "Vervoer")),
        "vraag",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        *("Mijn begeleider denkt goed met mij mee", "Als cliënt word ik gehoord", "Ik kan nu anders met zorgen omgaan"),
        *("Mijn hulpverlener luistert", "Ik weet wie mijn zorgverlener is", "Het begin was goed"),
    ],
)
def test_a_statement_about_people_is_a_question(statement: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", ["Aanbieder", statement], NAMES, ("1", "2", "3", "4", "5", "Overslaan"), rows=18)
    draft = drafts.propose(path, None)
    assert draft["items"]["wording_nl"].tolist() == [statement]


@pytest.mark.parametrize("named", [NAMES, ("1", "2", "3")])
def test_the_question_who_helps_is_the_provider_also_behind_a_code(named: tuple[str, ...], tmp_path: Path) -> None:
    rows = ["nr;wie;past", "Nummer;Van welke aanbieder krijgt u hulp?;Hoe tevreden bent u over uw aanbieder?"]
    rows += [f"{n};{named[n % 3]};{('Tevreden', 'Neutraal', 'Ontevreden')[n % 3]}" for n in range(12)]
    (tmp_path / "a.csv").write_text("\n".join(rows), "utf-8")
    assert proposed(tmp_path / "a.csv", None)[0] == {"nr": "respondent", "wie": "provider", "past": "past"}


def figures(book: Codebook, columns: dict[str, str], **stated: str) -> Codebook:
    """Return the region with one file of figures, whose columns have these fields."""
    kind = dict.fromkeys(book.deliveries.columns, "") | {"pattern": "cijfers*", "kind": "context", "columns": "c"}
    fields = [{"columns": "c", "column": name, "field": field, "scale": ""} for name, field in columns.items()]
    return replace(book, deliveries=pd.DataFrame([kind | stated]), columns=pd.DataFrame(fields))


def test_amounts_of_a_workbook_with_a_dash_for_cents(region: Codebook, tmp_path: Path) -> None:
    rows = [["De Linde", "€ 1.200,-"], ["Het Anker", "€ 500,-"], ["Zorg & Zo", "€ 12.000,--"]]
    pd.DataFrame(rows, columns=["Aanbieder", "Budget"]).to_excel(tmp_path / "cijfers.xlsx", index=False)
    book = figures(region, {"Aanbieder": "provider", "Budget": "measure:budget"})
    assert sorted(deliveries.receive(tmp_path, book, 2026, None).context["value"]) == [500, 1200, 12000]


@pytest.mark.parametrize(("decimal", "expected"), [(".", 1.234), ("", 1234)])
def test_a_stated_decimal_sign_is_no_sign_of_thousands(
    decimal: str, expected: float, region: Codebook, tmp_path: Path
) -> None:
    (tmp_path / "cijfers.csv").write_text("Aanbieder;Budget\nDe Linde;1.234\n")
    book = figures(region, {"Aanbieder": "provider", "Budget": "measure:budget"}, decimal=decimal)
    assert deliveries.receive(tmp_path, book, 2026, None).context["value"].iat[0] == expected


def test_a_number_among_groups_of_ages_is_no_age(region: Codebook, tmp_path: Path) -> None:
    groups = ("3", "99", "46 jaar", "45 t/m 64 jaar", "85+")
    rows = [f"{n},De Linde,5,{group}" for n, group in enumerate(groups)]
    (tmp_path / "lijst.csv").write_text("\n".join(["nr,aanbieder,past,groep", *rows]))
    group = pd.DataFrame([{"columns": "lijst", "column": "groep", "field": "age_band", "scale": ""}])
    book = replace(region, columns=pd.concat([region.columns, group], ignore_index=True))
    found = deliveries.receive(tmp_path, book, 2026, None)
    assert sorted(found.responses["age_band"].dropna()) == ["45-64", "45-64", "85+"]
    assert (found.findings["column"] == "groep").sum() == 2


@pytest.mark.parametrize(
    "labels",
    [
        ("1 (heel erg goed)", "2", "3", "4", "5 (heel erg slecht)"),
        ("1-2 keer", "3-4 keer", "5 of meer keer"),
        ("1 - Altijd", "2 - Vaak", "3 - Soms", "4 - Nooit"),
    ],
)
def test_a_number_in_a_label_is_not_always_its_place(labels: tuple[str, ...]) -> None:
    assert ordering.numbered(labels, (1, 5)) == {}
    assert len(ordering.numbered(["1 (heel slecht)", "2", "3 (heel goed)"], (1, 5))) == 3


@pytest.mark.parametrize("answers", [EENS, ("1", "2", "3", "4", "5", "Overslaan")])
@pytest.mark.parametrize(
    "statement", ["De hulp is een echte toevoeging.", "Ik krijg goede tips.", "Er is iemand op dit adres voor mij."]
)
def test_one_word_in_a_statement_does_not_stop_its_answers(
    statement: str, answers: tuple[str, ...], tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", ["Aanbieder", statement], NAMES, answers, rows=36)
    assert proposed(path, None)[0][statement] not in ("identifier", "remark", "ignore")


def test_answers_of_two_parts_each_are_no_choices() -> None:
    said = ("Ja, altijd", "Nee, altijd", "Ja, meestal", "Nee, meestal")
    table = pd.DataFrame({"vraag": said * 6}).astype("category")
    assert list(forms.split_choices(table, comma=True)) == ["vraag"]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        *((name, False) for name in ("levering 2026-01-006", "lijst 2026-03-003", "levering 01022026-14", "202601006")),
        *((name, True) for name in ("lijst 123456782", "bel 0612345678", "06-12345678", "jan@voorbeeld.example")),
        ("2026-01-02.123456782", True),
    ],
)
def test_numbers_of_deliveries_in_names_of_files(name: str, held: bool, region: Codebook, tmp_path: Path) -> None:
    (tmp_path / f"{name}.csv").write_text("a\n1\n")
    arrived, findings = arrivals.find(tmp_path, region.deliveries, 2026)
    assert len(arrived) == (not held)
    told = next((each for each in findings if "holds a number" in each.message), None)
    assert (told is not None) == held
    if told:
        assert name not in told.file
        assert "123456782" not in told.file
        assert told.remedy.startswith("Take the number")
