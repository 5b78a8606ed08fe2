"""Two-way tables that are drawn: the image from all sides, and which questions people skip. Every value is written."""

import math
from collections.abc import Sequence

import pandas as pd

from workbench.reporting.figures.axes import GAP, ORANGE, ORANGE_TEXT, QUIET, label_row, placed_rows, span, writer
from workbench.reporting.sheet import INK, PAPER, WIDTH, Sheet, shortened, styled, text_width, wrapped
from workbench.reporting.wording import number, word

SHADES = ("#f2f7fb", "#d6e8f4", "#aed2ea", "#7db7da", "#00608f")
SIDES = ("#e8a46c", "#f6d9bf", "#f4f4f2", "#c9e0f0", "#7db7da")  # of a difference: below zero, about zero, above
LINES = 4  # of a head or a label, at most
NOTHING = "#f4f4f2"


@styled()
def heat(
    rows: pd.DataFrame,
    columns: Sequence[str],
    low: float | None = None,
    high: float | None = None,
    *,
    share: bool = False,
    signed: bool = False,
    language: str = "nl",
) -> str:
    """Draw a table of which the cells are darker as the value is higher; the value stands in the cell.

    Parameters
    ----------
    rows : DataFrame, one row per theme or provider
        ``label`` and a number per column, NaN where there is none; optionally ``remark``, text written at the end of
        the row in bold ("discuss"), and for each column ``<column> marked``: true where the cell gets a frame.
    columns : sequence of str
        Columns of `rows`, in order, by the name the reader sees.
    low, high : float, optional
        What is lightest and darkest; by default the least and the most that is drawn.
    share : bool
        The numbers are shares in [0, 1], written as percentages.
    signed : bool
        The numbers are differences: written with their sign, of one colour below zero and of another above.

    Returns
    -------
    str
        SVG. At most some 25 rows fit a printed page: divide more over several with `in_parts`.

    Examples
    --------
    >>> rows = pd.DataFrame([{"label": "Toegang", "cliënten": 61.0, "zelfbeeld": float("nan")}])
    >>> svg = heat(rows, ["cliënten", "zelfbeeld"])
    >>> ">61<" in svg, ">–<" in svg
    (True, True)
    """
    write = (lambda value: number(value, language, signed=True)) if signed else writer(share, language)
    remarks = [str(remark) for remark in rows["remark"].fillna("")] if "remark" in rows else []
    aside = min(max((text_width(remark, bold=True) for remark in remarks), default=0.0), 150)
    left, right = 230, WIDTH - aside - (12 if aside else 0)
    step = 4 + 19 * max((2, *(len(wrapped(label, left - GAP, LINES)) for label in rows["label"])))
    step = 32 if all(len(wrapped(label, left - GAP)) == 1 for label in rows["label"]) else step
    wide = (right - left) / max(1, len(columns))
    heads, top = _heads(columns, left, wide)
    sheet = Sheet(top + step * len(rows) + 40)
    for at, y, text in heads:
        sheet.text(at, y, text, "center", QUIET)
    values = [float(value) for column in columns for value in rows[column] if pd.notna(value)]
    least, most = span(values)
    least, most = (least if low is None else low), (most if high is None else high)
    shades = SIDES if signed else SHADES
    if signed:
        most = max(abs(least), abs(most))
        least = -most
    for place, (row, y) in enumerate(placed_rows(rows, top, step)):
        label_row(sheet, row["label"], y, left - GAP, LINES)
        for column, name in enumerate(columns):
            start = left + column * wide
            value: float = float(row[name]) if pd.notna(row[name]) else math.nan
            shade = _shade(value, least, most, shades)
            sheet.box(start + 1, start + wide - 1, y - step / 2 + 1, y + step / 2 - 1, shade)
            marked = bool(row.get(f"{name} marked", False))
            if marked:
                _frame(sheet, start + 3, start + wide - 3, y - step / 2 + 3, y + step / 2 - 3)
            text = "–" if math.isnan(value) else write(value)
            sheet.text(start + wide / 2, y, text, "center", PAPER if shade == SHADES[-1] else INK, bold=marked)
        if remarks:
            sheet.text(WIDTH, y, shortened(remarks[place], 150, bold=True), "right", bold=True)
    if values:
        _shades(sheet, top + step * len(rows) + 24, left, write(least), write(most), language, shades)
    return sheet.svg()


def _heads(columns: Sequence[str], left: float, wide: float) -> tuple[list[tuple[float, float, str]], float]:
    """Return the lines of the heads of the columns, each with its place, and where the rows begin.

    Heads too long for their column stand on two levels in turn, so that each has the width of two; as few lines as
    leave every head whole.
    """
    tried = [
        (turns, [wrapped(column, room, most) for column in columns])
        for most in (2, 3, LINES)
        for turns, room in _rooms(wide)
    ]
    turns, lines = next((each for each in tried if not _cut(each[1])), tried[-1])
    upper, lower = (lines[::2], lines[1::2]) if turns else ([], lines)
    above, below = (max((len(each) for each in level), default=0) for level in (upper, lower))
    placed: list[tuple[float, float, str]] = []
    for place, each in enumerate(lines):
        half = max(text_width(line) for line in each) / 2
        at = min(max(left + (place + 0.5) * wide, half), WIDTH - half)
        bottom = 20.0 * (above if turns and place % 2 == 0 else above + below) + 14
        placed += [(at, bottom + 20 * (line - len(each)), text) for line, text in enumerate(each)]
    return placed, 20.0 * (above + below) + 10


def _rooms(wide: float) -> tuple[tuple[bool, float], ...]:
    """Return the room of a head: that of its own column, or in turns that of two."""
    return (False, wide - 8), (True, 2 * wide - 12)


def _cut(heads: Sequence[Sequence[str]]) -> bool:
    return any(line.endswith("…") for head in heads for line in head)


def _shade(value: float, least: float, most: float, shades: Sequence[str]) -> str:
    if math.isnan(value):
        return NOTHING if shades is SHADES else PAPER
    part = (value - least) / ((most - least) or 1.0)
    return shades[min(max(int(part * len(shades)), 0), len(shades) - 1)]


def _frame(sheet: Sheet, left: float, right: float, top: float, bottom: float) -> None:
    for colour, width in ((PAPER, 5.0), (ORANGE_TEXT, 2.5)):
        sheet.line([left, right, right, left, left, right], [top, top, bottom, bottom, top, top], colour, width)


def _shades(sheet: Sheet, y: float, left: float, least: str, most: str, language: str, shades: Sequence[str]) -> None:
    """Say what the shades mean: from the least to the most that is drawn."""
    at = sheet.text(left, y, least, color=QUIET)[1] + 8
    for shade in shades:
        sheet.box(at, at + 22, y - 8, y + 8, shade, "#82919f")
        at += 22
    end = sheet.text(at + 8, y, most, color=QUIET)[1]
    sheet.text(end + 20, y, word("dash", language), color=QUIET)


@styled()
def missingness(
    rows: pd.DataFrame, groups: Sequence[str], *, notable: float | None = None, language: str = "nl"
) -> str:
    """Draw per question and target group the share of people who gave no answer: a bar in each cell, with the share.

    Parameters
    ----------
    rows : DataFrame, one row per question
        ``label`` and a share in [0, 1] per group; NaN where the group was not asked.
    groups : sequence of str
        Columns of `rows`, in order, by the name the reader sees.
    notable : float, optional
        From this share on a cell is framed and its share bold.

    Returns
    -------
    str
        SVG. At most some 19 questions fit a printed page: divide more over several with `in_parts`.

    Examples
    --------
    >>> rows = pd.DataFrame([{"label": "Ik kies zelf", "volwassenen": 0.04, "jeugd": 0.22}])
    >>> "22%" in missingness(rows, ["volwassenen", "jeugd"], notable=0.2)
    True
    """
    write, left, step = writer(True, language), 330, 46
    wide = (WIDTH - left) / max(1, len(groups))
    heads, top = _heads(groups, left, wide)
    sheet = Sheet(top + step * len(rows) + 40)
    for at, y, text in heads:
        sheet.text(at, y, text, "center", QUIET)
    values = [float(value) for group in groups for value in rows[group] if pd.notna(value)]
    end = next((end for end in (0.2, 0.4, 0.6, 0.8) if max(values, default=0.0) <= end), 1.0)
    framed = False
    for row, y in placed_rows(rows, top, step):
        label_row(sheet, row["label"], y, left - GAP)
        for column, group in enumerate(groups):
            start, value = left + column * wide + 2, row[group]
            if pd.isna(value):
                sheet.text(start + 8, y, "–", color=QUIET)
                continue
            end_of = start + wide - 4
            sheet.box(start, end_of, y - 18, y + 18, NOTHING)
            sheet.box(start, start + (wide - 4) * min(float(value) / end, 1.0), y + 9, y + 18, ORANGE)
            much = notable is not None and value >= notable
            if much:
                _frame(sheet, start, end_of, y - 18, y + 18)
            framed |= much
            sheet.text(start + 8, y - 4, write(float(value)), bold=much)
    said = word("whole cell", language).format(share=write(end))
    if framed and notable is not None:
        said += "; " + word("framed", language).format(share=write(notable))
    sheet.text(WIDTH, top + step * len(rows) + 24, said if values else "", "right", QUIET)
    return sheet.svg()
