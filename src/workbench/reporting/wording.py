"""The words and numbers of the page itself, in the reader's language: buttons, headings of fixed parts, notation.

Sentences computed from the statistics stand in ``phrases``; here is only what belongs to the page, whatever it says.
"""

import math
import re
from datetime import date
from functools import cache
from html import escape as escape_html
from typing import Any

from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

LANGUAGES = ("nl", "en")
LONGEST_WORD = 24
BREAKING = "\n\r\t\v\f"
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")  # controls, halves, turns
_LOCALES = {"nl": "nl_NL", "en": "en_GB"}

WORDS: dict[str, dict[str, str]] = {
    "skip": {"nl": "Naar de inhoud", "en": "Skip to the content"},
    "contents": {"nl": "Inhoud", "en": "Contents"},
    "figure": {"nl": "Figuur", "en": "Figure"},
    "table": {"nl": "Tabel", "en": "Table"},
    "figures behind": {"nl": "De cijfers bij deze figuur", "en": "The figures behind this chart"},
    "not on paper": {
        "nl": "De tabel bij deze figuur heeft {rows} rijen. Zij staat in de pagina zelf, niet op papier.",
        "en": "The table of this chart has {rows} rows. It is in the page itself, not on paper.",
    },
    "not in page": {
        "nl": "De tabel bij deze figuur heeft {rows} rijen. Zij staat in de spreadsheet met alle tabellen.",
        "en": "The table of this chart has {rows} rows. It is in the spreadsheet with all tables.",
    },
    "first rows": {
        "nl": "Dit zijn de eerste {shown} van {rows} rijen. Alle rijen staan in de spreadsheet met alle tabellen.",
        "en": "These are the first {shown} of {rows} rows. All rows are in the spreadsheet with all tables.",
    },
    "chart": {"nl": "Grafiek", "en": "Chart"},
    "made from": {"nl": "Waar deze pagina van gemaakt is", "en": "What this page was made from"},
    "no value": {"nl": "geen cijfer", "en": "no figure"},
    "no rows": {"nl": "Er zijn geen cijfers om te laten zien.", "en": "There are no figures to show."},
    "measured as": {"nl": "Zo is dit gemeten", "en": "How this was measured"},
    "anonymous": {"nl": "Deze aanbieder", "en": "This provider"},
    "recognise": {"nl": "Herkennen we dit?", "en": "Do we recognise this?"},
    "story": {"nl": "Wat is het verhaal erachter?", "en": "What is the story behind it?"},
    "value": {"nl": "Hoe waarderen we dit?", "en": "How do we value this?"},
    "improve": {"nl": "Wat kan er beter, en hoe?", "en": "What can be better, and how?"},
    "what": {"nl": "Wat spreken we af?", "en": "What do we agree?"},
    "who": {"nl": "Wie?", "en": "Who?"},
    "when": {"nl": "Wanneer klaar?", "en": "Done when?"},
    "indicator": {"nl": "Waaraan zien we het?", "en": "Which figure shows it?"},
    "target": {"nl": "Welk cijfer willen we zien?", "en": "What should it become?"},
    "room": {"nl": "Ruimte om te schrijven", "en": "Space to write"},
    "beside": {"nl": "Bij deze pagina", "en": "Beside this page"},
    "tables": {"nl": "Alle tabellen als spreadsheet", "en": "All tables as a spreadsheet"},
    "form": {"nl": "Formulier voor het gesprek", "en": "Form for the conversation"},
    "method": {"nl": "Zo zijn de cijfers berekend", "en": "How the figures were computed"},
    "calibration": {
        "nl": "Hoe goed de methode het doet in simulaties (in het Engels)",
        "en": "How well the method does in simulations",
    },
    "bundle": {"nl": "Alles van dit jaar in één bestand (zip)", "en": "Everything of this year in one file (zip)"},
    "of municipalities": {"nl": "Beeld per gemeente", "en": "The region by municipality"},
    "earlier": {
        "nl": "Eerdere versie: de nieuwe is niet gelukt",
        "en": "Earlier version: the new one failed",
    },
    "reports": {"nl": "Rapporten per aanbieder", "en": "Reports by provider"},
    "synthesis": {"nl": "Beeld van de regio", "en": "The region as a whole"},
    "read": {"nl": "Lees het rapport", "en": "Read the report"},
    "provider": {"nl": "Aanbieder", "en": "Provider"},
    "answers": {"nl": "Cliënten die antwoordden", "en": "Clients who answered"},
    "status": {"nl": "Cijfers", "en": "Figures"},
    "shown": {"nl": "Scores getoond", "en": "Scores shown"},
    "indicative": {"nl": "Indicatief: weinig antwoorden per onderwerp", "en": "Indicative: few answers per subject"},
    "hidden": {"nl": "Geen score: te weinig antwoorden per onderwerp", "en": "No score: too few answers per subject"},
    "search": {"nl": "Zoek op naam", "en": "Search by name"},
    "found": {"nl": "{shown} van {all} rapporten", "en": "{shown} of {all} reports"},
    "failed": {"nl": "Wat niet gelukt is", "en": "What failed"},
    "report": {"nl": "Rapport", "en": "Report"},
    "why": {"nl": "Waarom", "en": "Why"},
    "nothing failed": {"nl": "Alle rapporten zijn gemaakt.", "en": "Every report was made."},
    "deliveries": {"nl": "Wat er is aangeleverd", "en": "What was delivered"},
    "quality monitor": {"nl": "Kwaliteitsbeeld zorgaanbieders", "en": "Quality of care providers"},
    "region": {"nl": "regio", "en": "region"},
    "mean of providers": {"nl": "gemiddelde van de aanbieders", "en": "mean of all providers"},
    "providers": {"nl": "aanbieders", "en": "providers"},
    "break": {"nl": "andere meting", "en": "measured differently"},
    "score": {"nl": "score", "en": "score"},
    "n": {"nl": "aantal", "en": "number"},
    "this one": {"nl": "deze aanbieder", "en": "this provider"},
    "band": {
        "nl": "alle aanbieders, met de middelste helft en het midden",
        "en": "all providers, with the middle half and the middle",
    },
    "few answers": {"nl": "open: weinig antwoorden, dus indicatief", "en": "open: few answers, so indicative only"},
    "above": {"nl": "aantoonbaar hoger", "en": "demonstrably higher"},
    "below": {"nl": "aantoonbaar lager", "en": "demonstrably lower"},
    "not distinguishable": {"nl": "niet te onderscheiden", "en": "not distinguishable"},
    "and more": {"nl": "en nog {n}", "en": "and {n} more"},
    "providers in order": {"nl": "aanbieders, van laag naar hoog", "en": "providers, from low to high"},
    "clients": {"nl": "cliënten", "en": "clients"},
    "staff": {"nl": "medewerkers", "en": "staff"},
    "number of answers": {"nl": "aantal antwoorden", "en": "number of answers"},
    "names left out": {"nl": "alleen in de tabel: {n}", "en": "only in the table: {n}"},
    "line": {"nl": "lijn", "en": "line"},
    "months": {"nl": "na maanden", "en": "after months"},
    "followed": {"nl": "nog gevolgd", "en": "still followed"},
    "dash": {"nl": "–: geen cijfer", "en": "–: no figure"},
    "whole cell": {"nl": "een heel vak is {share}", "en": "a whole cell is {share}"},
    "framed": {"nl": "omlijnd: {share} of meer", "en": "framed: {share} or more"},
    "now": {"nl": "nu", "en": "now"},
    "aim": {"nl": "doel", "en": "target"},
    "before": {"nl": "vorige keer", "en": "last time"},
    "now with interval": {"nl": "nu, met de onzekerheid", "en": "now, with its uncertainty"},
}


def printable(text: Any) -> str:
    r"""Return text without the signs that act on what stands around it: control signs and turns of direction.

    It may come from anyone's spreadsheet. A name in Hebrew or Arabic is still written from right to left; it only
    cannot turn the rest of a sentence round.

    Examples
    --------
    >>> printable("De\nLinde\x00 \u202egroZ")
    'De Linde groZ'
    """
    text = str(text)
    return _ACTING.sub(lambda sign: " " if sign[0] in BREAKING else "", text) if _ACTING.search(text) else text


def escape(text: Any) -> str:
    """Return text as it stands in HTML.

    Examples
    --------
    >>> escape("<b> & Zoon")
    '&lt;b&gt; &amp; Zoon'
    """
    return escape_html(printable(text))


def breakable(text: Any) -> str:
    """Return text as it stands in a cell of a table: a word too long for a column may break, best after a sign in it.

    Examples
    --------
    >>> breakable("a" * 30 + " b"), breakable("uitgenodigd_2026_tweede.csv")
    ('aaaaaaaaaaaaaaaaaaaaaaaa<wbr>aaaaaa b', 'uitgenodigd_<wbr>2026_<wbr>tweede.<wbr>csv')
    """
    return re.sub(r"\S+", lambda found: _broken(found[0]), printable(text))


def _broken(word: str) -> str:
    pieces = re.findall(rf"[^_./@-]{{1,{LONGEST_WORD}}}[_./@-]*|[_./@-]+", word) if len(word) > LONGEST_WORD else [word]
    return "<wbr>".join(map(escape_html, pieces))


def word(key: str, language: str) -> str:
    """Return one of `WORDS`.

    Examples
    --------
    >>> word("contents", "nl")
    'Inhoud'
    """
    return WORDS[key][language]


def inside(text: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small, unless it is an abbreviation.

    Examples
    --------
    >>> inside("Ander domein, zoals Wlz"), inside("ZRM-score")
    ('ander domein, zoals Wlz', 'ZRM-score')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def number(value: float, language: str, decimals: int = 0, signed: bool = False) -> str:
    """Write a number the way the language does; the sign of a rounded zero disappears.

    Examples
    --------
    >>> number(1234.56, "nl", 1), number(1234.56, "en", 1)
    ('1.234,6', '1,234.6')
    >>> number(-3.2, "nl", 1), number(-0.01, "nl"), number(2, "nl", signed=True)
    ('−3,2', '0', '+2')
    """
    rounded = round(float(value), decimals) + 0.0
    written = f"{abs(rounded):,.{decimals}f}".translate(_signs(language))
    return ("−" if rounded < 0 else "+" if signed and rounded > 0 else "") + written


@cache
def _signs(language: str) -> dict[int, str]:
    locale = _LOCALES[language]
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def percentage(share: float, language: str, decimals: int = 0) -> str:
    """Write a share in [0, 1] as a percentage.

    Examples
    --------
    >>> percentage(0.625, "nl", 1), percentage(0.07, "en")
    ('62,5%', '7%')
    """
    return number(share * 100, language, decimals) + "%"


def read_number(text: str, language: str) -> tuple[float, int, bool] | None:
    """Return the number a written one stands for, its decimals and whether it was a percentage; None for other text.

    Examples
    --------
    >>> read_number("62,5%", "nl"), read_number("\N{MINUS SIGN}1.234", "nl"), read_number("n.v.t.", "nl")
    ((0.625, 1, True), (-1234.0, 0, False), None)
    """
    group, point = (".", ",") if language == "nl" else (",", ".")
    plain = re.fullmatch(
        rf"([+\N{{MINUS SIGN}}]?)([0-9]{{1,3}}(?:\{group}?[0-9]{{3}})*)(?:\{point}([0-9]+))?(%?)", text
    )
    if plain is None:
        return None
    decimals = plain[3] or ""
    value = float(plain[2].replace(group, "") + "." + (decimals or "0"))
    value = value / 100 if plain[4] else value
    return round(-value if plain[1] == "\N{MINUS SIGN}" else value, 12), len(decimals), bool(plain[4])


def day(value: date, language: str) -> str:
    """Write a date in full.

    Examples
    --------
    >>> day(date(2026, 3, 3), "nl"), day(date(2026, 3, 3), "en")
    ('3 maart 2026', '3 March 2026')
    """
    return str(format_date(value, "d MMMM y", locale=_LOCALES[language]))


def month(value: str, language: str) -> str:
    """Write a month in full.

    Examples
    --------
    >>> month("2026-03", "nl"), month("2026-03", "en")
    ('maart 2026', 'March 2026')
    """
    return str(format_date(date.fromisoformat(f"{value}-01"), "MMMM y", locale=_LOCALES[language]))


def cell(value: Any, language: str, kind: str = "") -> str:
    """Write one cell of a table.

    `kind` is ``count``, ``points`` (one decimal), ``signed`` (one decimal with its sign), ``share`` (in [0, 1], written
    as a percentage), ``year``, ``date`` or ``text``; left out, whole numbers are counts and other numbers points. A
    missing value is a dash.

    Examples
    --------
    >>> cell(0.25, "nl", "share"), cell(1200, "nl"), cell(71.25, "nl"), cell(2026, "nl", "year"), cell(None, "nl")
    ('25%', '1.200', '71,2', '2026', '–')
    """
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return "–"
    if isinstance(value, (str, bool)) or kind == "text":
        return str(value)
    if kind == "date" or isinstance(value, date):
        return day(value, language)
    if math.isinf(value):
        return "–"
    if kind == "year":
        return str(int(value))
    if kind == "share":
        return percentage(value, language)
    whole = kind == "count" or (kind == "" and float(value).is_integer() and not isinstance(value, float))
    return number(value, language, 0 if whole else 1, signed=kind == "signed")
