"""A page holds what its author meant to show, in one language, and nothing else; anyone can read it."""

import base64
import hashlib
import itertools
import re
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbench.reporting import figures, pages
from workbench.reporting.exhibit import Blank, BlankTable, Card, Exhibit, KeyFigures, Paragraphs, Quotes
from workbench.reporting.wording import WORDS

HOSTILE = '<script>alert("x")</script> $\\frac{1}{2}$ & Zoon'
BARS = pd.DataFrame([{"label": HOSTILE, "share": 0.2, "conf_low": 0.1, "conf_high": 0.3, "region": 0.25}])
TABLE = BARS.rename(columns={"label": "Reden", "share": "Aandeel"})
SHOWN = [
    Exhibit("endings", "Redenen", "Een op de vijf stopt.", TABLE, figures.bars(BARS)),
    Exhibit("again", "Redenen, nog eens", "Een op de vijf stopt.", TABLE, figures.bars(BARS)),
    Exhibit("plain", "Zonder grafiek", "", TABLE),
    Paragraphs([HOSTILE], title="Wat opvalt", as_list=True),
    Quotes([HOSTILE]),
    KeyFigures([("45", "cliënten", "")]),
    Card("card", "uitval", {"Vraag": "Hoeveel?"}),
    Blank("talk", "Een op de vijf stopt."),
    BlankTable("agreed", "Nieuwe afspraken"),
]


def markdown(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def outputs(*outputs):
    return new_code_cell("SECRET_CODE = frame.head()", outputs=list(outputs))


def html(text, kind="display_data"):
    return new_output(kind, {"text/html": text, "text/plain": "SECRET_REPR"})


@pytest.fixture
def executed():
    return new_notebook(
        cells=[
            markdown("# Rapport van een aanbieder", "nl"),
            markdown("# Report of a provider", "en"),
            markdown("SECRET_AUTHOR", "author"),
            new_code_cell('provider = "SECRET_CODE"', metadata={"tags": ["parameters"]}),
            markdown("## In het kort\n\nDit is **kort**.", "nl"),
            markdown("## In short\n\nThis is **short**.", "en"),
            outputs(
                new_output("stream", name="stderr", text="SECRET_WARNING /home/someone/file.py"),
                new_output("error", ename="KeyError", evalue="SECRET_ERROR", traceback=["SECRET_TRACEBACK"]),
                new_output("display_data", {"image/png": "U0VDUkVU", "text/plain": "SECRET_IMAGE"}),
                html("<div>SECRET_FRAME</div>", "execute_result"),
                html('<p>SECRET</p><div class="workbench-exhibit"></div>'),
                *(html(shown._repr_html_()) for shown in SHOWN),
            ),
            markdown("## In het kort\n\n##### Diep\n\n### Een\n\n#### Twee", "nl"),
            markdown(
                f"## {HOSTILE}\n\n<b>ruw</b> [buiten](http://example.org/a) [binnen](#endings) ![plaatje](x.png)", "nl"
            ),
            markdown("### Zonder taal\n\n| Woord | Betekenis |\n|---|--:|\n| spiegel | 1 |"),
        ]
    )


def render(executed, **changes):
    given = {"title": "De Linde", "language": "nl", "subtitle": "Rapport 2026", "provenance": {"Gemaakt op": "3 maart"}}
    return pages.render(executed, **given | changes)


@pytest.fixture
def page(executed):
    return BeautifulSoup(render(executed), "html.parser")


def test_nothing_passes_that_was_not_meant_to(executed):
    assert "SECRET" not in render(executed)
    assert "U0VDUkVU" not in render(executed)


def test_one_language_is_kept(executed):
    dutch, english = render(executed), render(executed, language="en")
    assert "Dit is <strong>kort" in dutch and "This is" not in dutch and "Zonder taal" in dutch
    assert "This is <strong>short" in english and "Dit is" not in english and "Zonder taal" in english
    assert BeautifulSoup(english, "html.parser").html["lang"] == "en"


def test_the_page_has_its_parts(page):
    assert page.html["lang"] == "nl"
    assert page.title.get_text() == "De Linde – Rapport 2026"
    assert [heading.get_text() for heading in page.find_all("h1")] == ["De Linde"]
    assert page.find("main") and page.find("nav") and page.find("header") and page.find("footer")
    skip = page.find("a")
    assert skip.get_text() == "Naar de inhoud" and page.find(id=skip["href"][1:]).name == "main"
    assert "3 maart" in page.find("footer").get_text()


def test_headings_step_down_one_level_at_a_time(page):
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert levels.count(1) == 1


def test_every_id_is_unique_and_every_reference_has_its_target(page):
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    referred = [element["href"][1:] for element in page.find_all(href=re.compile("^#"))]
    referred += [
        key for element in page.find_all(attrs={"aria-labelledby": True}) for key in element["aria-labelledby"].split()
    ]
    referred += re.findall(r"url\(#([^)]+)\)", str(page))
    assert set(referred) <= set(ids)


def test_the_contents_lead_to_the_sections(page):
    listed = [(link["href"], link.get_text()) for link in page.find("nav").find_all("a")]
    assert listed == [(f"#{head['id']}", head.get_text()) for head in page.find("main").find_all("h2")]
    assert [key for key, _ in listed][:2] == ["#s-in-het-kort", "#s-in-het-kort-2"]


def test_the_page_asks_nothing_of_the_network(executed):
    whole = render(executed)
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+[^\s\"'<>)]*", whole))
    assert addresses == {"http://www.w3.org/2000/svg"}
    page = BeautifulSoup(whole, "html.parser")
    assert not page.find_all(["script", "link", "iframe", "img", "object", "form"])
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';") and "script-src" not in policy


def test_text_from_a_delivery_stays_text(executed):
    whole = render(executed, title=HOSTILE, subtitle=HOSTILE + '"}</style>', provenance={HOSTILE: HOSTILE})
    page = BeautifulSoup(whole, "html.parser")
    assert not page.find_all("script") and len(page.find_all("style")) == 1 and not page.find_all("b")
    assert page.h1.get_text() == HOSTILE
    assert HOSTILE in page.find("tbody").get_text()
    assert "<b>ruw</b>" in page.find("main").get_text()


def test_the_same_notebook_gives_the_same_bytes(executed):
    assert render(executed) == render(nbformat.from_dict(executed))


def test_tables_have_scoped_heads(page):
    assert page.find_all("table")
    for head in page.find_all("th"):
        assert head.get("scope") in ("col", "row")


def test_what_scrolls_can_be_reached_and_is_named(page):
    for box in page.find_all(class_=["drawing", "table"]):
        assert box["tabindex"] == "0" and box["role"] == "group"
        assert box.get("aria-label") or page.find(id=box["aria-labelledby"]).get_text()


def test_two_exhibits_with_one_key_are_refused(executed):
    executed.cells.append(outputs(html(SHOWN[0]._repr_html_())))
    with pytest.raises(ValueError, match="two exhibits in one page have the key 'endings'"):
        render(executed)


def test_another_language_is_refused(executed):
    with pytest.raises(ValueError, match="'de'"):
        render(executed, language="de")


def test_a_theme_gives_values_and_nothing_else(executed):
    theme = """/* tokens of a municipality */
    @import url("https://example.org/x.css");
    .zwolle-theme { --utrecht-link-color: var(--zwolle-blue); --zwolle-blue: #005aa7; --zwolle-unused: 3px;
      --utrecht-heading-color: url(https://example.org/a.png); --workbench-border-color: red</style><script>; }
    body { display: none }"""
    style = BeautifulSoup(render(executed, theme_css=theme), "html.parser").style.get_text()
    assert style.count("--utrecht-link-color:var(--zwolle-blue);--zwolle-blue:#005aa7;") == 1
    for left_out in ("example.org", "unused", "script", "display: none }"):
        assert left_out not in style


def test_every_word_of_the_page_exists_in_both_languages():
    assert all(set(both) == {"nl", "en"} and all(both.values()) for both in WORDS.values())


def test_nbconvert_can_use_the_exporter_by_itself(executed):
    exporter = get_exporter("workbench.reporting.pages.WorkbenchExporter")(language_code="en")
    whole, _ = exporter.from_notebook_node(executed)
    assert BeautifulSoup(whole, "html.parser").h1.get_text() == "Report of a provider"
    assert "SECRET" not in whole


def test_the_command_of_jupyter_makes_the_same_page(executed, tmp_path):
    nbformat.write(executed, tmp_path / "report.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "workbench-report", "--log-level", "ERROR", "report.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tmp_path / "report.html").read_text("utf-8"), "html.parser")
    assert page.html["lang"] == "nl" and page.h1.get_text() == "Rapport van een aanbieder"
    assert page.find("meta", attrs={"http-equiv": "Content-Security-Policy"}) and not page.find_all("script")
    assert page.find("nav").find("a").get_text() == "In het kort"
    assert "SECRET" not in page.get_text()


@pytest.fixture
def front():
    rows = pd.DataFrame(
        {
            "name": ["De regio", "De Linde", HOSTILE],
            "href": ["regio.html", "providers/p1.html", "providers/a b#1.html"],
            "n": [2310, 1045, 8],
            "status": ["shown", "indicative", "hidden"],
            "kind": ["synthesis", "provider", "provider"],
        }
    )
    failed = pd.DataFrame({"name": ["Zorg & Co"], "reason": [HOSTILE]})
    delivered = pd.DataFrame({"Bestand": [HOSTILE], "Rijen": [2410]})
    return pages.index(
        rows,
        region="Merwestreek",
        year=2026,
        language="nl",
        failures=failed,
        deliveries=delivered,
        provenance={"a": "b"},
    )


def test_the_front_page_leads_to_every_report(front):
    page = BeautifulSoup(front, "html.parser")
    assert [link["href"] for link in page.find("main").find_all("a")] == [
        "regio.html",
        "providers/p1.html",
        "providers/a%20b%231.html",
    ]
    row = page.find("table", class_="reports").find_all("tr")[1]
    assert [cell.get_text() for cell in row.find_all(["th", "td"])] == [
        "De Linde",
        "1.045",
        "Indicatief: weinig antwoorden per onderwerp",
    ]
    assert "Zorg & Co" in page.get_text() and page.get_text().count(HOSTILE) == 3


def test_the_only_script_is_the_search_and_the_policy_says_which(front):
    page = BeautifulSoup(front, "html.parser")
    (script,) = page.find_all("script")
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert page.find(class_="search").has_attr("hidden")  # readable without


@pytest.mark.parametrize("href", ["https://example.org/x.html", "javascript:alert(1)", "//example.org"])
def test_the_front_page_leads_nowhere_else(href):
    rows = pd.DataFrame([{"name": "x", "href": href, "n": 1, "status": "shown", "kind": "provider"}])
    with pytest.raises(ValueError, match="relative address"):
        pages.index(rows, region="r", year=2026, language="nl")
