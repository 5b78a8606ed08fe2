"""The cycle: what is agreed in this year's conversation opens next year's report, beside how the figure moved."""

import io
import json
from dataclasses import replace

import nbformat
import openpyxl
import pandas as pd
import pytest

from workbench import codebook, making, open_release, pipeline
from workbench.reporting import agenda, forms, portrait
from workbench.store import Places, read_table

PROVIDER = "p001"


def _columns(sheet):
    return {cell.value: cell.column for cell in sheet[1]}


def _form(places, year, language="nl"):
    release = open_release("sample", year, PROVIDER, "provider", language, root=places.root)
    return forms.form(agenda.of(release, portrait.findings(release))), release


@pytest.fixture
def talked(own_region) -> Places:
    """A region in which the form of 2025 was filled in and came back among the deliveries of 2026."""
    pipeline.process(own_region, 2025)
    content, _ = _form(own_region, 2025)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Gesprek"]
    column = _columns(sheet)
    free = next(row for row in range(2, sheet.max_row + 1) if not sheet.cell(row, column["Cijfer"]).value)
    written = {
        "Cijfer": "Autonomie",
        "1. Herkennen we dit?": "Ja, deels",
        "2. Wat is het verhaal erachter?": "=HYPERLINK(1)",
        "Wat spreken we af?": "Elke cliënt kiest zelf een vaste begeleider.",
        "Wie? (functie, geen naam)": "teamleider",
        "Welk cijfer willen we zien?": 80,
        "Stand": "Loopt",
    }
    for head, value in written.items():
        cell = sheet.cell(free, column[head])
        cell.value = value
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
    second = {"Cijfer": "Uitval", "Wat spreken we af?": "We bellen wie wegblijft.", "Welk cijfer willen we zien?": "6%"}
    for head, value in second.items():
        sheet.cell(free + 1, column[head]).value = value
    book.save(own_region.raw(2026) / agenda.file_name(PROVIDER, 2025, "nl"))
    (own_region.raw(2026) / "afspraken_2026.csv").unlink()
    pipeline.process(own_region, 2026)
    return own_region


def test_a_filled_in_form_comes_back_by_itself(talked):
    folder = talked.processed(2026)
    agreements = read_table(folder, "agreements")
    agreements = agreements[agreements["year"] == 2025].set_index("measure")
    assert list(agreements.index) == ["autonomie", "uitval"]
    assert agreements.at["autonomie", "action"] == "Elke cliënt kiest zelf een vaste begeleider."
    assert agreements.at["autonomie", "recognised"] == "Ja, deels"
    assert agreements.at["autonomie", "status"] == "running"
    assert agreements["target"].to_dict() == {"autonomie": 80.0, "uitval": pytest.approx(0.06)}
    account = read_table(folder, "deliveries").set_index("file").loc[agenda.file_name(PROVIDER, 2025, "nl")]
    assert account["delivered"] == account["counted"] + account["excluded"]
    unused = read_table(folder, "exclusions")
    assert set(unused.loc[unused["file"] == account.name, "reason"]) == {"empty"}
    findings = read_table(folder, "findings")
    assert findings[findings["file"] == account.name].empty


def test_the_report_opens_with_what_was_agreed_and_how_the_figure_moved(talked):
    _, release = _form(talked, 2026)
    agreements = release.agreements[release.agreements["year"] == 2025].set_index("measure")
    row = agreements.loc["autonomie"]
    asked = {"measure": "autonomie", "statistic": "adjusted", "unit": "provider"}
    then, now = (release.row(**asked, year=year) for year in (2025, 2026))
    assert (row["then"], row["now"]) == (then["estimate"], now["estimate"])
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    page = portrait.agreed(release)._repr_html_()
    assert "Elke cliënt kiest zelf een vaste begeleider." in page
    assert "is niet te zeggen" in page or "Verbeterd" in page or "Verslechterd" in page or "Hetzelfde" in page


def test_an_open_agreement_stands_in_the_next_form(talked):
    content, _ = _form(talked, 2026)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Gesprek"]
    column = _columns(sheet)
    rows = [{head: sheet.cell(row, place).value for head, place in column.items()} for row in range(2, 9)]
    agreed = next(row for row in rows if row["Wat spreken we af?"] == "Elke cliënt kiest zelf een vaste begeleider.")
    assert (agreed["Jaar"], agreed["Cijfer"], agreed["Stand"]) == (2025, "Autonomie", "Loopt")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_form_has_the_columns_that_are_read_back(small_region, language):
    content, release = _form(small_region, 2026, language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[release.text("form", "sheet")]
    described = codebook.read(small_region.codebook).columns
    name = {"nl": "gespreksformulier", "en": "conversation-form"}[language]
    assert list(_columns(sheet)) == list(described.loc[described["columns"] == name, "column"])
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked and not sheet["E2"].protection.locked
    assert not (sheet.protection.objects or sheet.protection.scenarios or sheet.protection.formatRows)
    rules = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert len([rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]) == 4
    assert (rules["decimal"].operator, rules["decimal"].formula1) == ("greaterThanOrEqual", "0")
    assert (rules["date"].operator, rules["date"].formula1) == ("greaterThan", "36526")
    assert not [cell for each in book for row in each.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_notebook_says_what_stands_on_the_form(talked, year):
    given = {"region": "sample", "year": year, "provider": PROVIDER, "edition": "provider", "language": "nl"}
    again = making._told_again(given, talked.root)
    shown = portrait.conversation(open_release(*given.values(), root=talked.root))._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("execute_result", json.loads(json.dumps(shown)))])
    assert making._agenda(nbformat.v4.new_notebook(cells=[cell])) == again
    assert again["rows"]
    assert making._agenda(nbformat.v4.new_notebook()) == {}


def test_subjects_that_others_see_otherwise_are_put_up_for_discussion_without_a_figure(small_region):
    release = open_release("sample", 2026, PROVIDER, "provider", "nl", root=small_region.root)
    theme = release.themes[0]
    others = release.estimates[release.estimates["statistic"] != "discuss"]
    row = {"measure": theme, "statistic": "discuss", "category": "", "unit": "provider", "unit_id": PROVIDER}
    row |= {"year": 2026, "status": "shown"}
    for label in ("discuss", ""):
        known = pd.concat([others, pd.DataFrame([row | {"label": label}])], ignore_index=True)
        told = portrait.findings(replace(release, estimates=known))
        about = [sentence for measure, sentence in told if not measure]
        assert [sentence.startswith("Bespreken: minstens twee anderen") for sentence in about] == [True] * bool(label)
        given = agenda.of(release, told)["rows"]
        assert [row.get("measure") for row in given if row.get("finding") in about] == [None] * bool(label)


def test_the_same_form_has_the_same_bytes(small_region):
    assert _form(small_region, 2026)[0] == _form(small_region, 2026)[0]
