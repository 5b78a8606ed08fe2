"""The front page finds a provider by its name, offline, by keyboard, and says aloud how many there are."""

import pandas as pd
import pytest

from workbench.reporting import pages

NAMES = ["Coöperatie Naast Elkaar", "De Linde", "Stichting De Linde Noord", "'t Café van Ontmoeting"]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    rows = pd.DataFrame(
        {
            "name": ["De regio", *NAMES],
            "href": ["region.html", *(f"providers/p{place}.html" for place in range(len(NAMES)))],
            "n": [2310, 165, 41, 8, None],
            "status": ["", "shown", "indicative", "hidden", "earlier"],
            "kind": ["synthesis", *["provider"] * len(NAMES)],
        }
    )
    failed = pd.DataFrame({"name": ["De Eik"], "reason": ["provider.ipynb, cell 4: ValueError: no such luck"]})
    path = tmp_path_factory.mktemp("front") / "index.html"
    html = pages.index(rows, region="Merwestreek", year=2026, language="nl", failures=failed)
    path.write_text(html, "utf-8")
    return path


def searched(words):
    def search(page):
        page.keyboard.press("Tab")  # past the link to the content and to the region
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type(words)
        found = page.locator("#found")
        return {
            "in": page.evaluate("document.activeElement.id"),
            "rows": page.locator("table.reports tbody tr:visible th").all_inner_texts(),
            "said": found.inner_text(),
            "aloud": found.get_attribute("role"),
        }

    return search


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("linde", NAMES[1:3]),
        ("NOORD linde", NAMES[2:3]),
        ("cooperatie", NAMES[:1]),
        ("café", NAMES[3:]),
        ("cafe ontm", NAMES[3:]),
        ("  ", NAMES),
        ("<script>", []),
    ],
)
def test_a_name_is_found_however_it_is_typed(browse, front, words, rows):
    seen = browse(front, searched(words))
    assert seen["in"] == "search" and seen["rows"] == rows and seen["aloud"] == "status"
    assert seen["said"] == (f"{len(rows)} van 4 rapporten" if words.strip() else "")


def test_without_script_everything_is_there_and_nothing_is_promised(browse, front):
    def look(page):
        return page.locator("input").is_visible(), page.locator("table.reports tbody tr:visible").count()

    assert browse(front, look, java_script_enabled=False) == (False, 4)


def test_no_other_script_can_run(browse, front):
    def slip_in(page):
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'document.title = "slipped in"';
            document.body.append(script);
            document.querySelector('h1').setAttribute('onclick', 'document.title = "slipped in"');
            document.querySelector('h1').click();
        }""")
        return page.title()

    assert "slipped in" not in browse(front, slip_in)


def test_numbers_status_and_failures_can_be_read(browse, front):
    text = browse(front, lambda page: page.locator("main").inner_text())
    for said in ("165", "Indicatief", "Geen score", "Eerdere versie", "De Eik", "no such luck"):
        assert said in text


def test_a_report_opens_from_the_front_page(browse, site, reported):
    def follow(page):
        page.locator("table.reports a").first.click()
        page.wait_for_load_state()
        return page.url, page.locator("h1").inner_text()

    address, heading = browse(site["index"], follow)
    assert "/providers/p" in address and heading
