"""What a notebook shows is real, escaped HTML: figures with a text alternative, tables with heads."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from workbench.reporting import figures
from workbench.reporting.exhibit import Blank, BlankTable, Card, Exhibit, KeyFigures, Paragraphs, Quotes

HOSTILE = "<img src=x onerror=alert(1)> & \"Zoon\" 'b.v.'"
ROWS = pd.DataFrame({"Naam": ["De Linde", HOSTILE], "Aandeel": [0.625, None], "Aantal": [1234, 8]})
BARS = pd.DataFrame([{"label": HOSTILE, "share": 0.2, "conf_low": 0.1, "conf_high": 0.3, "region": 0.25}])


def soup(shown):
    return BeautifulSoup(shown._repr_html_(), "html.parser")


def exhibit(**changes):
    given = {"key": "endings", "caption": "Redenen", "finding": "Een op de vijf.", "table": ROWS}
    return Exhibit(**given | {"formats": {"Aandeel": "share"}} | changes)


def test_a_chart_says_its_finding_and_shows_its_figures():
    page = soup(exhibit(chart=figures.bars(BARS)))
    drawing = page.find("svg")
    assert drawing["role"] == "img"
    named = [page.find(id=key).get_text() for key in drawing["aria-labelledby"].split()]
    assert named == ["Redenen", "Een op de vijf."]
    assert page.find("details").find("table").caption.get_text() == "Redenen"
    assert page.find("summary").get_text() == "De cijfers bij deze figuur"


def test_a_table_without_a_chart_is_open_with_heads_that_have_a_scope():
    page = soup(exhibit())
    assert page.find("details") is None
    assert [head["scope"] for head in page.find_all("th")] == ["col", "col", "col", "row", "row"]
    cells = [cell.get_text() for cell in page.find("tbody").find("tr").find_all(["th", "td"])]
    assert cells == ["De Linde", "62%", "1.234"]
    assert [cell.get("class") for cell in page.find("tbody").find("tr").find_all("td")] == [["number"], ["number"]]
    assert page.find_all("tr")[2].find("td").get_text() == "–"


def test_english_figures_are_written_in_english():
    text = soup(exhibit(language="en", chart=figures.bars(BARS, language="en"))).get_text()
    assert "1,234" in text and "The figures behind this chart" in text


def test_two_charts_in_one_page_share_no_ids():
    pages = [soup(exhibit(key=key, chart=figures.bars(BARS))) for key in ("one", "other")]
    ids = [{element["id"] for element in page.find_all(id=True)} for page in pages]
    assert not ids[0] & ids[1]
    for page, own in zip(pages, ids, strict=True):
        used = {element["href"][1:] for element in page.find_all("use")}
        assert used <= own


def test_an_empty_table_says_so():
    assert "geen cijfers" in soup(exhibit(table=ROWS.head(0))).get_text()


@pytest.mark.parametrize(
    "shown",
    [
        exhibit(caption=HOSTILE, finding=HOSTILE, note=HOSTILE, chart=figures.bars(BARS)),
        exhibit(table=ROWS.set_axis([HOSTILE, "a", "b"], axis=1), formats={}),
        Paragraphs([HOSTILE], title=HOSTILE),
        Paragraphs([HOSTILE], title=HOSTILE, as_list=True),
        Quotes([HOSTILE], title=HOSTILE),
        KeyFigures([(HOSTILE, HOSTILE, HOSTILE)]),
        Card("card", HOSTILE, {HOSTILE: HOSTILE}),
        Blank("blank", HOSTILE, questions=[HOSTILE]),
        BlankTable("blanks", HOSTILE, columns=[HOSTILE]),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_text_from_a_delivery_stays_text(shown):
    page = soup(shown)
    assert page.find("img") is None
    assert not [name for element in page.find_all() for name in element.attrs if name.startswith("on")]
    assert HOSTILE in page.get_text()


def test_the_form_asks_the_four_questions():
    page = soup(Blank("talk", "Medewerkers zijn positiever."))
    assert [question.get_text() for question in page.find_all(class_="question")] == [
        "Herkennen we dit?",
        "Wat is het verhaal erachter?",
        "Hoe waarderen we dit?",
        "Wat kan er beter, en hoe?",
    ]


@pytest.mark.parametrize("key", ["", "1", "Endings", "a b", 'x" onload="y'])
def test_a_key_that_cannot_be_an_anchor_is_refused(key):
    with pytest.raises(ValueError, match="key of an exhibit"):
        exhibit(key=key)


def test_a_format_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="Aandel"):
        exhibit(formats={"Aandel": "share"})


def test_a_chart_in_parts_is_one_figure():
    page = soup(exhibit(chart=(figures.bars(BARS), figures.bars(BARS))))
    assert len(page.find_all("figure")) == 1 and len(page.find_all("figcaption")) == 1
    titles = [page.find(id=svg["aria-labelledby"].split()[0]).get_text() for svg in page.find_all("svg")]
    assert len(titles) == 2 and titles[0].endswith("(1/2)") and titles[1].endswith("(2/2)")
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_of_a_table_too_long_for_a_page_the_first_rows_are_there_and_all_in_the_spreadsheet():
    rows = pd.DataFrame({"Naam": [f"Aanbieder {place}" for place in range(2000)]})
    for changes in ({"chart": figures.bars(BARS)}, {}):
        long = exhibit(table=rows, formats={}, **changes)
        page = soup(long)
        assert len(page.find("tbody").find_all("tr")) == 300
        assert "eerste 300 van 2.000 rijen" in page.get_text()
        assert len(long.tables()[0]["rows"]) == 2000
    assert "van" not in soup(exhibit(table=rows.head(300), formats={})).find("figure").get_text().split()


def test_a_table_too_long_for_paper_says_so_there():
    long = pd.concat([BARS] * 80, ignore_index=True)
    page = soup(exhibit(table=long, formats={}, chart=figures.bars(BARS)))
    assert "huge" in page.find("details")["class"] and "80 rijen" in page.find(class_="on-paper").get_text()
    assert not soup(exhibit(chart=figures.bars(BARS))).find(class_="on-paper")
