"""Lists of care, figures, judgements and invitations as people keep them: what `draft` proposes for each."""

from pathlib import Path

import pandas as pd
import pytest
from proposals import EENS, NAMES, PAST, TEVREDEN, proposed, written

from workbench.codebook import Codebook
from workbench.intake import episodes, exports, records

LISTS = {
    "care in own words": (
        ["Cliënt", "Naam cliënt", "Geb.dat", "Zorgaanbieder", "Ingangsdatum zorg", "Datum einde zorg", "Einde reden"],
        [("C1", "C2"), ("Jan Jansen",), ("3-4-1950",), NAMES, ("1-2-2025",), ("1-8-2025", ""), ("Verhuizing", "Klaar")],
        ("episodes", ""),
        ["client", "identifier", "birth_date", "provider", "started_on", "ended_on", "ending_code"],
    ),
    "iJw with other signs": (
        [
            "burgerservicenr",
            "AGB_aanbieder",
            "Toewijzingsnr.",
            "Product-categorie",
            "startdatum hulp",
            "reden einde (code)",
        ],
        [("999990019",), ("1234567",), ("1", "2"), ("45", "50"), ("1-2-2025",), ("", "31")],
        ("episodes", "iJw"),
        ["bsn", "provider", "assignment", "product", "started_on", "ending_code"],
    ),
    "start messages": (
        ["Cliëntnummer", "Aanbieder", "Toewijzingsnummer", "Productcategorie", "Begindatum", "Status aanlevering"],
        [("C1", "C2"), NAMES, ("1", "2"), ("45", "50"), ("1-2-2025",), ("1",)],
        ("episodes", "iJw"),
        ["client", "provider", "assignment", "product", "started_on", "message_status"],
    ),
    "care that goes on": (
        ["Cliëntnummer", "Aanbieder", "Begindatum", "Einddatum"],
        [("C1", "C2"), NAMES, ("01022025",), ("1-8-2025", "loopt nog", "Lopend")],
        ("episodes", ""),
        ["client", "provider", "started_on", "ended_on"],
    ),
    "the youth register": (
        ["BSN", "Hulpvorm", "Verwijzer", "Datum aanvang", "Datum einde", "AGB-code"],
        [("999990019",), ("4", "5"), ("1", "2"), ("20250101",), ("20250601", ""), ("01234567",)],
        ("episodes", "BiJ"),
        ["bsn", "product", "ignore", "started_on", "ended_on", "provider"],
    ),
    "judgements side by side": (
        ["Aanbieder", "Kwaliteit", "Effect van de hulp", "Toegankelijkheid"],
        [NAMES, ("7,5", "8"), ("6", "7"), ("8", "9")],
        ("assessments", ""),
        ["provider", "measure:kwaliteit", "ignore", "measure:toegankelijkheid"],
    ),
    "figures with their units": (
        ["Aanbieder", "Aantal cliënten", "Wachttijd (weken)", "Verloop personeel"],
        [NAMES, ("1.234", "80"), ("6,5 weken", "3 wk"), ("12%", "8,5 %")],
        ("context", ""),
        ["provider", "measure:clients", "measure:waiting_weeks", "measure:staff_turnover"],
    ),
    "figures below a group of columns": (
        ["Aanbieder", "Volume | Aantal cliënten", "Volume | Instroom", "Geld | Budget"],
        [NAMES, ("34", "80"), ("5", "3"), ("1200000", "5000")],
        ("context", ""),
        ["provider", "measure:clients", "measure:inflow", "measure:budget"],
    ),
    "who was invited on a day in eight figures": (
        ["Cliëntnummer", "Aanbieder", "E-mailadres", "Datum verzending"],
        [("C1", "C2"), NAMES, ("c1@voorbeeld.example",), ("01022026",)],
        ("invited", ""),
        ["client", "provider", "identifier", "ignore"],
    ),
    "who was invited": (
        ["Cliëntnummer", "Aanbieder", "E-mailadres", "Verzonden op"],
        [("C1", "C2"), NAMES, ("c1@voorbeeld.example",), ("1-2-2026",)],
        ("invited", ""),
        ["client", "provider", "identifier", "ignore"],
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_known_by_what_their_columns_are_called(name: str, region: Codebook, tmp_path: Path) -> None:
    header, columns, (kind, law), expected = LISTS[name]
    fields, delivery = proposed(written(tmp_path / "a.csv", header, *columns), region)
    assert (delivery["kind"], delivery["law"]) == (kind, law)
    assert list(fields.values()) == expected


def test_dates_of_care_beside_statements_make_no_list_of_care(tmp_path: Path, region: Codebook) -> None:
    header = ["Aanbieder", "Startdatum hulp", "Einddatum hulp", PAST, TEVREDEN, "De sfeer is goed."]
    path = written(tmp_path / "a.csv", header, NAMES, ("1-2-2025",), ("1-8-2025",), EENS, EENS, EENS, rows=30)
    assert proposed(path, region)[1]["kind"] == "responses"


def test_reasons_and_ends_of_care_as_lists_write_them(region: Codebook, tmp_path: Path) -> None:
    header = ["Cliëntnummer", "Aanbieder", "Startdatum", "Einddatum", "Reden beëindiging"]
    ends = ("31-12-9999", "n.v.t.", "1-11-2025 00:00")
    reasons = ("", "", "31 - Volgens plan")
    path = written(tmp_path / "a.csv", header, ("C1", "C2", "C3"), NAMES, ("1-3-2025",), ends, reasons, rows=12)
    fields, _ = proposed(path, region)
    assert list(fields.values()) == ["client", "provider", "started_on", "ended_on", "ending_code"]
    assert episodes._ending_code("31 - Volgens plan") == "31"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("iWmo", ["iWmo", "iWmo", None, None]),
        ("iJw", ["iJw", None, "iJw", None]),
        ("BiJ", ["BiJ", None, "BiJ", None]),
        ("", [None] * 4),
    ],
)
def test_the_law_of_a_file_is_not_that_of_a_record_of_another(
    stated: str, expected: list[str | None], region: Codebook
) -> None:
    fields = pd.DataFrame({"law": pd.Series([None, "Wmo", "Jeugdwet", "Wlz"], dtype="str")})
    none = pd.DataFrame(columns=["header", "item", "scale"])
    delivered = records.Records(
        "a.csv", {"law": stated}, "", fields, {"law": "Wet"}, {}, fields[[]], none, fields["law"].isna()
    )
    laws, findings = episodes._laws(delivered)
    assert [law if isinstance(law, str) else None for law in laws] == expected
    assert len(findings) == 1


@pytest.mark.parametrize(
    ("header", "columns", "expected"),
    [
        (["Cliënt", "Perceel", "Startdatum", "Einddatum"], [("C1",), ("1", "2"), ("1-2-2025",), ("1-8-2025",)], ""),
        (
            ["Toewijzingsnummer", "Productcategorie", "Startdatum", "Einddatum"],
            [("1", "2"), ("1", "2"), ("1-2-2025",), ("1-8-2025",)],
            "iWmo",
        ),
    ],
)
def test_a_few_small_numbers_are_no_law(
    header: list[str], columns: list[tuple[str, ...]], expected: str, region: Codebook, tmp_path: Path
) -> None:
    delivery = proposed(written(tmp_path / "a.csv", header, *columns), region)[1]
    assert (delivery["kind"], delivery["law"]) == ("episodes", expected)


def test_answers_of_people_about_themes_are_answers(region: Codebook, tmp_path: Path) -> None:
    header = ["Respondentnummer", "Aanbieder", "Kwaliteit", "Toegankelijkheid"]
    columns = [tuple(map(str, range(60))), NAMES, ("7", "8"), ("6", "9")]
    assert proposed(written(tmp_path / "a.csv", header, *columns, rows=60), region)[1]["kind"] == "responses"


def test_judgements_may_come_through_a_survey_program(region: Codebook, tmp_path: Path) -> None:
    header = ["Id", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Aanbieder", "Thema", "Score"]
    moment = ("1-2-2026 10:00",)
    columns = [("1", "2"), moment, moment, ("anonymous",), ("",), NAMES, ("Kwaliteit", "Effect"), ("7", "8")]
    path = written(tmp_path / "a.csv", header, *columns)
    assert exports.read(path.read_bytes(), "a.csv").reader == "msforms"
    assert proposed(path, region)[1]["kind"] == "assessments"


def test_the_end_of_care_is_not_when_a_questionnaire_was_completed(region: Codebook, tmp_path: Path) -> None:
    header = ["Aanbieder", "Startdatum", "Einddatum", PAST, TEVREDEN, "De sfeer is goed."]
    path = written(tmp_path / "a.csv", header, NAMES, ("1-2-2025",), ("1-8-2025",), EENS, EENS, EENS, rows=30)
    fields, delivery = proposed(path, region)
    assert delivery["kind"] == "responses"
    assert not {"started_at", "completed_on"} & set(fields.values())


@pytest.mark.parametrize("text", ["2 weken opname", "20 gesprekken gehad"])
def test_a_count_is_no_reason_of_ending(text: str) -> None:
    assert episodes._ending_code(text) == text
    assert [episodes._ending_code(each) for each in ("31) Volgens plan", "2: Verhuizing")] == ["31", "02"]
