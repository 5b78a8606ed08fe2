"""A provider's own survey, which no questionnaire that ships can take in: proposed, accepted and read in one go."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from workbench import codebook
from workbench.intake import deliveries, drafts

PROVIDERS = ("Stichting De Wending", "Zorggroep Noorderhof")
STATEMENTS = ("Ik voel mij welkom", "Mijn begeleider denkt goed met mij mee")


def smileys(path: Path, answers: tuple[str, ...]) -> None:
    lines = [";".join(("Organisatie", "Team", "Ingevuld op", "Verzonden op", *STATEMENTS))]
    for at in range(30):
        given = (answers[at % len(answers)], answers[(at + 1) % len(answers)])
        lines.append(f"{PROVIDERS[at % 2]};Team {'AB'[at % 2]};{at % 28 + 1}-04-2026;1-3-2026;{';'.join(given)}")
    path.write_bytes("\r\n".join(lines).encode("cp1252"))


def own_survey(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Toelichting bij de levering"])
    sheet = book.create_sheet("Antwoorden")
    for title in (["Cliënttevredenheid"], ["Export van 3 mei 2026"], []):
        sheet.append(title)
    sheet.append(["Nr", "Ingevuld", "Aanbieder", "Ik word serieus genomen", "Welk rapportcijfer geeft u ons?"])
    for at in range(30):
        often = ("Altijd", "Meestal", "Soms", "n.v.t.")[at % 4]
        sheet.append([at + 1, 45717 + at, PROVIDERS[0], often, ("7", "8", "7,5", "9")[at % 4]])
    sheet.append(["Totaal", None, None, None, "7,9"])
    book.save(path)


@pytest.fixture
def accepted(tmp_path: Path) -> tuple[Path, codebook.Codebook]:
    """Return a folder with three deliveries, and the codebook that comes of accepting everything proposed."""
    folder, own = tmp_path / "2026", tmp_path / "codebook"
    folder.mkdir()
    smileys(folder / "kiosk_5smileys.csv", ("1", "2", "3", "4", "5", "Overslaan"))
    smileys(folder / "kiosk_3smileys.csv", ("Niet mee eens", "Neutraal", "Mee eens", "Overslaan"))
    own_survey(folder / "wending_2026.xlsx")
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in drafts.TABLES}
    for path in sorted(folder.iterdir()):
        before = pd.concat(parts["items"]) if parts["items"] else None
        for name, rows in drafts.propose(path, None, proposed=before).items():
            parts[name].append(rows)
    tables = {name: pd.concat(each, ignore_index=True) for name, each in parts.items()}
    for name, table in tables.items():
        rows = table.drop_duplicates(list(codebook.KEYS[name])) if name in codebook.KEYS else table
        codebook.write_table(own / f"{name}.csv", rows)
    (own / "region.yml").write_text(codebook.first_region("proef", drafts.shipped_in(tables)), "utf-8")
    return folder, codebook.read(own)


def test_everything_delivered_counts(accepted: tuple[Path, codebook.Codebook]) -> None:
    received = deliveries.receive(*accepted, 2026, None)
    account = received.deliveries.set_index("file")
    assert account["counted"].tolist() == [30, 30, 30]
    assert account.at["wending_2026.xlsx", "excluded"] == 1  # the row that adds up the others
    assert not (received.findings["severity"] == "error").any()
    assert received.responses["completed_on"].notna().all()
    assert set(received.responses["team"].dropna()) == {"Team A", "Team B"}


def test_three_and_five_answers_are_versions_of_one_statement(accepted: tuple[Path, codebook.Codebook]) -> None:
    items = accepted[1].items
    for statement in STATEMENTS:
        rows = items[items["wording_nl"] == statement]
        assert rows["item"].nunique() == 1
        assert dict(zip(rows["variant"], rows["high"], strict=True)) == {"standaard": 3, "5_antwoorden": 5}
    described = accepted[1].deliveries.set_index("pattern")[["instrument", "variant"]]
    assert described.loc["kiosk_5smileys.csv"].tolist() == ["kiosk_3smileys", "5_antwoorden"]


def test_frequencies_and_marks_are_items_of_their_own(accepted: tuple[Path, codebook.Codebook]) -> None:
    items = accepted[1].items.set_index(["instrument", "wording_nl"])
    assert items.loc[("wending", "Ik word serieus genomen"), "high"] == 4
    assert items.loc[("wending", "Welk rapportcijfer geeft u ons?"), "high"] == 10


def test_versions_are_read_each_by_its_own_answers(accepted: tuple[Path, codebook.Codebook]) -> None:
    received = deliveries.receive(*accepted, 2026, None)
    statement = accepted[1].items.loc[accepted[1].items["wording_nl"] == STATEMENTS[0], "item"].iat[0]
    codes = received.responses.merge(received.answers, on="response_id").groupby("file", observed=True)[statement]
    assert codes.max().loc[["kiosk_3smileys.csv", "kiosk_5smileys.csv"]].tolist() == [3, 5]


def test_answers_are_read_as_they_were_given(accepted: tuple[Path, codebook.Codebook]) -> None:
    folder, book = accepted
    received = deliveries.receive(folder, book, 2026, None)
    often, mark = (
        book.items.loc[book.items["wording_nl"] == text, "item"].item()
        for text in ("Ik word serieus genomen", "Welk rapportcijfer geeft u ons?")
    )
    assert received.answers[often].value_counts().to_dict() == {4: 8, 3: 8, 2: 7}
    assert received.answers[mark].dropna().mean() == pytest.approx((8 * 7 + 8 * 8 + 7 * 7.5 + 7 * 9) / 30)
    why = received.unanswered.groupby("kind", observed=True).size().to_dict()
    assert why["not_applicable"] == 7


EENS = ("Helemaal mee oneens", "Mee oneens", "Neutraal", "Mee eens", "Helemaal mee eens")


def proposed(columns: dict[str, tuple[str, ...]], folder: Path) -> dict[str, pd.DataFrame]:
    rows = [{name: given[at % len(given)] for name, given in columns.items()} for at in range(40)]
    pd.DataFrame(rows).to_csv(folder / "a.csv", index=False, sep=";")
    return drafts.propose(folder / "a.csv", None)


def test_a_survey_of_staff_is_known_by_what_it_asks(tmp_path: Path) -> None:
    draft = proposed(
        {
            "Medewerkernummer": tuple(str(number) for number in range(1000, 1040)),
            "Functie": ("Begeleider", "Teamleider"),
            "Organisatie": PROVIDERS,
            "Mijn leidinggevende luistert naar mij": EENS,
            "Hoe waarschijnlijk is het dat u ons als werkgever aanbeveelt? (0-10)": ("3", "7", "8", "9"),
        },
        tmp_path,
    )
    assert draft["deliveries"]["role"].tolist() == ["staff"]
    assert draft["columns"]["field"].tolist()[:3] == ["respondent", "background:functie", "provider"]
    assert draft["items"][["low", "high"]].to_numpy().tolist() == [["1", "5"], ["0", "10"]]


def test_questions_about_help_are_not_the_kind_of_help(tmp_path: Path) -> None:
    draft = proposed(
        {
            "Aanbieder": PROVIDERS,
            "Heeft u een vaste hulp?": ("Ja", "Nee", "Weet ik niet"),
            "Hoe lang krijgt u hulp?": ("korter dan een jaar", "1 tot 2 jaar", "langer dan 2 jaar"),
            "Van wie krijgt u hulp?": ("familie; buren", "professional", "familie", "buren; professional"),
            "Welke hulp krijgt u?": ("Begeleiding", "Dagbesteding"),
            "Hoe oud ben je?": ("12", "13", "15"),
            "Ben je een jongen of een meisje?": ("jongen", "meisje", "anders"),
            "Hoe gaat het? 1=slecht 10=goed": ("4", "7", "8"),
        },
        tmp_path,
    )
    fields = draft["columns"].set_index("column")["field"]
    assert [name for name, field in fields.items() if field == "product"] == ["Welke hulp krijgt u?"]
    assert fields["Van wie krijgt u hulp?"] == "ignore"
    assert fields[["Hoe oud ben je?", "Ben je een jongen of een meisje?"]].tolist() == ["age", "sex"]
    marks = draft["items"].set_index("wording_nl").loc["Hoe gaat het? 1=slecht 10=goed"]
    assert marks[["low", "high"]].tolist() == ["1", "10"]
