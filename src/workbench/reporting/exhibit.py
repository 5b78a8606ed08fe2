"""What a notebook may show: a chart with its finding and its table, computed sentences, a definition, a form.

Each class is a frozen bundle of text and numbers with one way out, ``_repr_html_``: semantic HTML in which everything
that came from a delivery is escaped. Its outer element carries a class that begins with `MARK`; ``pages`` lets nothing
else that a cell produced through to the reader.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.reporting.wording import breakable, cell, escape, number, word

if TYPE_CHECKING:  # who writes pages of what notebooks showed needs no tables
    import pandas as pd

MARK = "workbench-"
TABLES = "application/vnd.workbench.tables+json"  # the tables of an output, as the page shows them, for a spreadsheet
QUESTIONS = ("recognise", "story", "value", "improve")
AGREEMENT = ("what", "who", "when", "indicator", "target")
LONG, ON_PAPER = 16, 60
IN_PAGE = 300  # rows of a table in a page, which a browser has to open; its spreadsheet has them all
WORD, SENTENCE = 16, 45
NUMERIC = ("count", "points", "signed", "share")


@dataclass(frozen=True)
class Exhibit:
    """A chart or a table with the sentence that says what it shows.

    Attributes
    ----------
    key : str
        Unique in the page: lower-case letters, digits and hyphens; the anchor of the exhibit.
    caption : str
        What is shown: measure, group, period, unit.
    finding : str
        The sentence a reader should take from it; also the text alternative of the chart.
    table : DataFrame
        One row per row of the table; the columns are headed by their names, the first column heads the row.
        Text is shown as it is, numbers as `formats` says.
    chart : str or sequence of str, optional
        SVG from ``figures``, or several that belong together (`figures.in_parts`); without it the table is shown open.
    note : str
        What to keep in mind; below the chart.
    language : {"nl", "en"}
    formats : mapping of column to kind
        ``count``, ``points``, ``signed``, ``share``, ``year``, ``date``, ``text``: see `wording.cell`.
    """

    key: str
    caption: str
    finding: str
    table: "pd.DataFrame" = field(repr=False)
    chart: str | Sequence[str] | None = field(default=None, repr=False)
    note: str = ""
    language: str = "nl"
    formats: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        _check_key(self.key)
        unknown = set(self.formats) - set(self.table.columns)
        if unknown:
            raise ValueError(f"exhibit {self.key!r}: formats for columns the table does not have: {sorted(unknown)}")

    def _repr_html_(self) -> str:
        finding = f'<p class="finding">{escape(self.finding)}</p>' if self.finding else ""
        label = word("table" if self.chart is None else "figure", self.language)
        kind = "tabular" if self.chart is None else "drawn"
        caption = f'<p class="caption"><span class="label">{label}</span> {escape(self.caption)}</p>'
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        rows = table(self.key, self.caption, self.table.head(IN_PAGE), self.formats, self.language) + self._further()
        shown, behind = (rows, "") if self.chart is None else (self._drawn(), self._behind(rows))
        long = " long" if len(self.table) > LONG else ""
        return (
            f'<div class="{MARK}exhibit {kind}{long}" id="{self.key}">'
            f"<figure><figcaption>{finding}{caption}</figcaption>{shown}{note}</figure>{behind}</div>"
        )

    def tables(self) -> list[dict[str, Any]]:
        """Return the table as the page shows it: what ``workbooks.of_tables`` makes a sheet of."""
        columns = list(_columns(self.table, self.formats, self.language))
        return [
            {
                "key": self.key,
                "caption": self.caption,
                "finding": self.finding,
                "note": self.note,
                "columns": [{"name": column.name, "numeric": column.numeric} for column in columns],
                "rows": [list(row) for row in zip(*(column.written for column in columns), strict=True)],
            }
        ]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self)

    def _behind(self, rows: str) -> str:
        """Return the table behind the line that opens it; one too long for paper is not printed, and that is said."""
        summary, huge = escape(word("figures behind", self.language)), len(self.table) > ON_PAPER
        where = "not on paper" if len(self.table) <= IN_PAGE else "not in page"
        left_out = escape(word(where, self.language).format(rows=number(len(self.table), self.language)))
        note = f'<p class="note on-paper">{left_out}</p>' if huge else ""
        looks = "data huge" if huge else "data"
        return f'<details class="{looks}"><summary>{summary}</summary>{rows}</details>{note}'

    def _further(self) -> str:
        """Say of a table that is too long for a page how many rows it has, and where they are."""
        if len(self.table) <= IN_PAGE:
            return ""
        told = {"shown": number(IN_PAGE, self.language), "rows": number(len(self.table), self.language)}
        return f'<p class="note">{escape(word("first rows", self.language).format(**told))}</p>'

    def _drawn(self) -> str:
        """Return the chart with its text alternative, or each of its parts with its own."""
        charts = [self.chart or ""] if self.chart is None or isinstance(self.chart, str) else list(self.chart)
        return "".join(self._part(chart, place, len(charts)) for place, chart in enumerate(charts, 1))

    def _part(self, chart: str, place: int, parts: int) -> str:
        """Return one drawing; ids inside the SVG become unique by the key."""
        key = self.key if parts == 1 else f"{self.key}-{place}"
        caption = self.caption if parts == 1 else f"{self.caption} ({place}/{parts})"
        named = f' role="img" aria-labelledby="{key}-title {key}-desc"'
        title = f'<title id="{key}-title">{escape(caption)}</title>'
        described = f'<desc id="{key}-desc">{escape(self.finding or self.caption)}</desc>'
        head, _, drawing = chart.partition(">")
        drawing = re.sub(r"<[^<>]*>", lambda tag: _own_ids(tag, key), drawing)
        label = escape(f"{word('chart', self.language)}: {caption}")
        return (
            f'<div class="drawing" role="group" tabindex="0" aria-label="{label}">'
            f"{head}{named}>{title}{described}{drawing}</div>"
        )


def _own_ids(tag: re.Match[str], key: str) -> str:
    return re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{key}-", tag[0])


@dataclass(frozen=True)
class Paragraphs:
    """Computed sentences: a paragraph each, or the points of one list under a short lead-in."""

    sentences: Sequence[str]
    title: str = ""
    as_list: bool = False

    def _repr_html_(self) -> str:
        title = f'<p class="lead-in">{escape(self.title)}</p>' if self.title else ""
        if self.as_list and self.sentences:
            body = "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences) + "</ul>"
        else:
            body = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)
        return f'<div class="{MARK}paragraphs">{title}{body}</div>'


@dataclass(frozen=True)
class Quotes:
    """Released remarks under the theme they are about."""

    remarks: Sequence[str]
    title: str = ""

    def _repr_html_(self) -> str:
        title = f'<p class="lead-in">{escape(self.title)}</p>' if self.title else ""
        body = "".join(f"<blockquote><p>{escape(remark)}</p></blockquote>" for remark in self.remarks)
        return f'<div class="{MARK}quotes">{title}{body}</div>'


@dataclass(frozen=True)
class KeyFigures:
    """A few numbers at a glance: (value as written, what it is, what to keep in mind)."""

    tiles: Sequence[tuple[str, str, str]]

    def _repr_html_(self) -> str:
        shown = "".join(
            f'<div><dt>{escape(label)}</dt><dd class="value">{escape(value)}</dd>'
            + (f'<dd class="note">{escape(note)}</dd>' if note else "")
            + "</div>"
            for value, label, note in self.tiles
        )
        return f'<dl class="{MARK}key-figures">{shown}</dl>'


@dataclass(frozen=True)
class Card:
    """The definition of a measure, behind a line that opens: question, numerator, denominator, exclusions, caveat."""

    key: str
    title: str
    rows: Mapping[str, str]
    language: str = "nl"

    def __post_init__(self) -> None:
        _check_key(self.key)

    def _repr_html_(self) -> str:
        rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in self.rows.items())
        summary = escape(f"{word('measured as', self.language)}: {self.title}")
        return f'<details class="{MARK}card" id="{self.key}"><summary>{summary}</summary><dl>{rows}</dl></details>'


@dataclass(frozen=True)
class Blank:
    """Room to write beside a finding during the conversation: the four questions, with lines.

    `questions` replaces the four; `lines` is the number of ruled lines under each.
    """

    key: str
    finding: str
    language: str = "nl"
    questions: Sequence[str] = ()
    lines: int = 2

    def __post_init__(self) -> None:
        _check_key(self.key)

    def _repr_html_(self) -> str:
        questions = self.questions or [word(key, self.language) for key in QUESTIONS]
        ruled = '<span class="line"></span>' * self.lines
        asked = "".join(
            f'<li><span class="question">{escape(question)}</span>'
            f'<span class="lines" aria-hidden="true">{ruled}</span></li>'
            for question in questions
        )
        return (
            f'<div class="{MARK}blank" id="{self.key}" role="group" aria-labelledby="{self.key}-finding">'
            f'<p class="finding" id="{self.key}-finding">{escape(self.finding)}</p><ol>{asked}</ol></div>'
        )


@dataclass(frozen=True)
class BlankTable:
    """An empty table to fill in on paper; by default for new agreements: what, who, when, indicator, target."""

    key: str
    caption: str
    language: str = "nl"
    columns: Sequence[str] = ()
    rows: int = 4

    def __post_init__(self) -> None:
        _check_key(self.key)

    def _repr_html_(self) -> str:
        columns = self.columns or [word(key, self.language) for key in AGREEMENT]
        head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
        empty = "<tr>" + "<td></td>" * len(columns) + "</tr>"
        return (
            f'<figure class="{MARK}blank-table" id="{self.key}"><div class="table" role="group" tabindex="0" '
            f'aria-labelledby="{self.key}-caption"><table><caption id="{self.key}-caption">{escape(self.caption)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{empty * self.rows}</tbody></table></div></figure>"
        )


def bundle(shown: Any) -> dict[str, Any]:
    """Return what a cell puts out of something with tables: the HTML of the page, and the tables by themselves."""
    return {"text/html": shown._repr_html_(), TABLES: shown.tables()}


def _check_key(key: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise ValueError(f"{key!r} cannot be the key of an exhibit: use lower-case letters, digits and hyphens.")


def table(key: str, caption: str, rows: "pd.DataFrame", formats: Mapping[str, str], language: str) -> str:
    """Write a table with its caption, scoped heads and numbers on the right, in a box that scrolls by itself."""
    if rows.empty:
        return f'<p class="note">{escape(word("no rows", language))}</p>'
    columns = list(_columns(rows, formats, language))
    head = "".join(f'<th scope="col"{column.look}>{breakable(column.name)}</th>' for column in columns)
    body = []
    for place in range(len(rows)):
        first, *others = columns
        rest = "".join(f"<td{column.look}>{breakable(column.written[place])}</td>" for column in others)
        body.append(f'<tr><th scope="row"{first.look}>{breakable(first.written[place])}</th>{rest}</tr>')
    return (
        f'<div class="table" role="group" tabindex="0" aria-labelledby="{key}-table"><table>'
        f'<caption id="{key}-table">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


@dataclass(frozen=True)
class _Column:
    """A column as it is written: its name, its cells, whether they are numbers, and how it is set."""

    name: str
    written: list[str]
    numeric: bool

    @cached_property
    def look(self) -> str:
        """Numbers stand on the right, sentences have room, short texts do not break."""
        longest = max(map(len, self.written), default=0)
        look = "number" if self.numeric else "short" if longest <= WORD else "prose" if longest > SENTENCE else ""
        return f' class="{look}"' if look else ""


def _columns(rows: "pd.DataFrame", formats: Mapping[str, str], language: str) -> Iterator[_Column]:
    from pandas.api.types import is_numeric_dtype

    for place, name in enumerate(map(str, rows.columns)):
        values, kind = rows.iloc[:, place], formats.get(str(name), "")
        numeric = kind in NUMERIC or (kind == "" and is_numeric_dtype(values))
        yield _Column(name, [cell(value, language, kind) for value in values], bool(numeric))
