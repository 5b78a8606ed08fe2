"""Text that people typed is text in every place of every page: heading, sentence, table, chart, caption, index."""

import pytest
from pages_looked_at import HOSTILE

from workbench.reporting.sheet import one_line, shortened
from workbench.reporting.wording import printable

PLACES = """() => ({
    heading: document.querySelector('h1').textContent,
    title: document.title,
    cells: [...document.querySelectorAll('th, td')].map(each => each.textContent),
    charts: [...document.querySelectorAll('svg text')].map(each => each.textContent),
    captions: [...document.querySelectorAll('.caption, caption, svg title, svg desc')].map(each => each.textContent),
    sentences: [...document.querySelectorAll('p, li')].map(each => each.textContent),
    links: [...document.querySelectorAll('a')].map(each => [each.textContent, each.getAttribute('href')]),
    foreign: [...document.querySelectorAll('script, img, iframe, object, embed, form, link, base, svg a, svg image')]
        .map(each => each.outerHTML.slice(0, 200)),
    handlers: [...document.querySelectorAll('*')].flatMap(each => each.getAttributeNames())
        .filter(name => name.startsWith('on')),
})"""
PAGES = ("hostile provider", "hostile synthesis", "hostile index")


def plain(text):
    return " ".join(printable(text).split())


@pytest.fixture(scope="module")
def places(browse, site):
    return {kind: browse(site[kind], lambda page: page.evaluate(PLACES)) for kind in PAGES}


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_came_to_life(places, kind):
    found = places[kind]
    own = [each for each in found["foreign"] if each.startswith("<script>(function ()")]  # the search of the front page
    assert len(own) == (kind == "hostile index") and found["foreign"] == own
    assert found["handlers"] == []
    assert found["title"] != "1"
    assert all(href.startswith(("#", "providers/p")) and href.isascii() for _, href in found["links"])


def test_the_name_is_the_heading(places):
    assert places["hostile provider"]["heading"] == HOSTILE["script"]
    assert HOSTILE["script"] in places["hostile provider"]["title"]
    assert places["hostile index"]["heading"] == f"{HOSTILE['script']} 2026"


@pytest.mark.parametrize("name", HOSTILE)
def test_it_stands_in_the_table_as_it_was_typed(places, name):
    asked = plain(HOSTILE[name])
    for kind in ("hostile provider", "hostile index"):
        assert asked in {plain(cell) for cell in places[kind]["cells"]}, kind


@pytest.mark.parametrize("name", HOSTILE)
def test_it_stands_in_a_chart_as_it_was_typed(places, name):
    drawn = " ".join(places["hostile provider"]["charts"])
    asked = one_line(HOSTILE[name])
    lines = {shortened(asked, 330), *asked.split()}  # in a chart a long text takes two lines, or is cut
    assert any(line in drawn for line in lines)
    assert "\u202e" not in drawn


def test_it_stands_in_sentences_and_captions(places):
    for kind in ("hostile provider", "hostile synthesis"):
        for where in ("captions", "sentences"):
            assert any("<script>" in text or "<img" in text for text in places[kind][where]), (kind, where)


def test_nothing_turns_the_sentence_round(browse, site):
    for kind in PAGES:
        assert not {"\u202e", "\u202c", "\x00"} & set(browse(site[kind], lambda page: page.content()))
