"""Anyone can use every page: looked at by axe, by keyboard, on a phone, in large text and in a system's own colours."""

from functools import cache
from importlib.resources import files

import pytest
from pages_looked_at import KINDS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
RUN = """async ([tags, contrast]) => (await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'],
    rules: {'target-size': {enabled: true}, 'color-contrast': {enabled: contrast}},
})).violations.map(found => `${found.id}: ${found.help} - ${found.nodes[0].html.slice(0, 200)}`)"""
LOOKS = [(width, colours) for width in (1280, 320) for colours in ("none", "active")]
WHOLE = [
    (1280, "none"),
    (320, "active"),
]  # judging contrast is slow and the same at both widths; the rest is run in all
WIDER = """() => {
    const wide = document.documentElement.clientWidth, found = [];
    const inside = element => element.closest('.drawing, div.table, pre');
    for (const element of document.querySelectorAll('body *')) {
        const box = element.getBoundingClientRect();
        if (box.right > wide + 1 && box.width > 1 && !inside(element.parentElement ?? element))
            found.push(`${element.tagName}.${element.className.baseVal ?? element.className} ${box.right}`);
    }
    return {scrolls: document.documentElement.scrollWidth > wide, found: found.slice(0, 5)};
}"""
CUT = """() => [...document.querySelectorAll('body *')].filter(element => {
    const style = getComputedStyle(element);
    return style.overflow === 'hidden' && style.position !== 'absolute' && element.clientWidth > 1
        && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
}).map(element => element.outerHTML.slice(0, 120))"""
LARGE = """html { font-size: 200% } p { margin-block-end: 2em !important }
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"""
NAMED = """() => [...document.querySelectorAll('svg')].map(svg => svg.getAttribute('aria-labelledby').split(' ')
    .map(id => document.getElementById(id)?.textContent ?? '').every(text => text.length > 5))"""
REACHABLE = "a[href], summary, input, button, select, textarea, [tabindex='0']"
FOCUSED = """reachable => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    const every = [...document.querySelectorAll(reachable)].filter(each => each.checkVisibility());
    return {
        place: every.indexOf(element),
        seen: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none',
        within: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        what: element.outerHTML.slice(0, 100),
    };
}"""


@cache
def axe() -> str:
    """Return axe-core as its package carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def judged(page, contrast=True):
    return page.evaluate(RUN, [TAGS, contrast])


def walk(page):
    """Press Tab until everything was reached; return how much there is to reach, and what was."""
    many = page.evaluate(f'[...document.querySelectorAll("{REACHABLE}")].filter(each => each.checkVisibility()).length')
    found = []
    for _ in range(many):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED, REACHABLE))
    return many, found


def observe(page):
    """Look at a page in every way: asked for less motion, by keyboard, opened up, in each look, in large text."""
    seen = {"title": page.title(), "charts": page.evaluate(NAMED), "text": page.locator("main").inner_text()}
    page.emulate_media(reduced_motion="reduce")
    seen["moving"] = page.evaluate("document.getAnimations().length")
    seen["scrolling"] = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    seen["keyboard"] = walk(page)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate(axe())
    for width, colours in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(forced_colors=colours)
        seen[f"axe {width} {colours}"] = judged(page, (width, colours) in WHOLE)
    seen["phone"] = page.evaluate(WIDER)
    page.add_style_tag(content=LARGE)
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 900})
        seen[f"large {width}"] = page.evaluate(WIDER), page.evaluate(CUT)
    page.emulate_media(media="print", forced_colors="none")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    seen["requested"] = page.requested
    return seen


@pytest.fixture(scope="session")
def looked_at(browse, site):
    """Return the function that says what was seen of a kind of page, looked at once."""
    return cache(lambda kind: browse(site[kind], observe))


@pytest.fixture(params=KINDS)
def seen(request, looked_at):
    return looked_at(request.param)


def test_axe_finds_nothing(seen):
    assert {look: found for look, found in seen.items() if look.startswith("axe") and found} == {}


def test_axe_would_find_something(browse, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<h1>een</h1><h3>drie</h3><a href=x style='color:#ccc'>klein</a><svg role=img></svg>", "utf-8")
    found = {each.split(":")[0] for each in browse(bad, lambda page: (page.evaluate(axe()), judged(page))[1])}
    assert {"html-has-lang", "document-title", "heading-order", "color-contrast", "svg-img-alt"} <= found


def test_what_is_too_wide_or_cut_would_be_found(browse, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<p style='width:900px'>x</p><p style='height:9px;overflow:hidden'>een<br>twee</p>", "utf-8")
    wide, cut = browse(bad, lambda page: (page.evaluate(WIDER), page.evaluate(CUT)), width=320)
    assert wide["scrolls"] and wide["found"] and len(cut) == 1


def test_no_request_leaves_the_page(seen):
    assert [address for address in seen["requested"] if not address.startswith("file:///")] == []
    assert len(seen["requested"]) == 1  # the page itself


def test_a_phone_scrolls_one_way_only(seen):
    """320 CSS pixels is also what a screen of 1280 leaves at 400% zoom."""
    assert seen["phone"] == {"scrolls": False, "found": []}


def test_large_text_and_wide_spacing_lose_nothing(seen):
    assert seen["large 1280"] == ({"scrolls": False, "found": []}, [])
    assert seen["large 640"] == ({"scrolls": False, "found": []}, [])


def test_the_keyboard_reaches_everything_and_shows_where_it_is(seen):
    many, found = seen["keyboard"]
    assert sorted(each["place"] for each in found) == list(range(many))
    assert [each["what"] for each in found if not each["seen"]] == []
    assert [each["what"] for each in found if not each["within"]] == []


def test_nothing_moves_for_who_asked_for_less_motion(seen):
    assert (seen["moving"], seen["scrolling"]) == (0, "auto")


def test_every_chart_says_what_it_shows_and_what_it_finds(seen):
    assert all(seen["charts"])


@pytest.mark.parametrize("kind", ["synthesis", "index", "hostile index"])
def test_a_page_is_whole_without_script(browse, site, looked_at, kind):
    plain = browse(site[kind], lambda page: page.locator("main").inner_text(), java_script_enabled=False)
    with_script = looked_at(kind)["text"].replace("Zoek op naam\n\n", "")
    assert plain.split() == with_script.split()


def test_the_skip_link_leads_past_the_contents(browse, site):
    def skip(page):
        page.keyboard.press("Tab")
        visible = page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        return visible, page.evaluate("document.activeElement.id")

    assert browse(site["provider"], skip, reduced_motion="reduce") == (True, "page-content")


def test_the_figures_behind_a_chart_open_by_keyboard(browse, site):
    def look(page):
        page.locator("details.data > summary").first.focus()
        page.keyboard.press("Enter")
        return page.locator("details.data table").first.is_visible()

    assert browse(site["provider"], look)
