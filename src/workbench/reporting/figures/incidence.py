"""What happens in the months after: a share that builds up, at fixed horizons only."""

import math

import pandas as pd

from workbench.reporting.figures.axes import (
    BLUE,
    BLUE_TEXT,
    QUIET,
    Row,
    Scale,
    apart,
    draw_grid,
    records,
    round_ticks,
    scale,
    writer,
)
from workbench.reporting.sheet import WIDTH, Sheet, shortened, styled, text_width
from workbench.reporting.wording import number, word


@styled()
def incidence(rows: pd.DataFrame, *, start: float = 0.0, y_label: str = "", language: str = "nl") -> str:
    """Draw a share as it builds up over the months, with its interval and how many people were still followed.

    The line runs straight from one horizon to the next: a step at each event would show when one person returned.

    Parameters
    ----------
    rows : DataFrame, one row per horizon
        ``month, estimate, conf_low, conf_high, region`` and, where it may be told, ``n``: the people still followed
        then. Shares in [0, 1]; NaN where it is not known (yet), which ends the line.
    start : float
        The share at month 0: 0 for what happened since, 1 for what has not happened yet.
    y_label : str
        What the share is of.

    Returns
    -------
    str
        SVG.

    Examples
    --------
    >>> half = {"month": 6, "estimate": 0.9, "conf_low": 0.8, "conf_high": 0.95, "n": 40, "region": 0.92}
    >>> "90%" in incidence(pd.DataFrame([half]), start=1)
    True
    """
    names = [word("this one", language), word("region", language), *([word("followed", language)] * ("n" in rows))]
    wide = max(text_width(name) for name in names) + 40
    left, right, top, bottom = wide, 600.0, 36.0, 250.0
    ordered = [row for row in records(rows.sort_values("month")) if row["month"] > 0]
    sheet, write = Sheet(bottom + 54 + 26 * len(names)), writer(True, language)
    drawn = [value for row in ordered for value in (row["estimate"], row["conf_low"], row["conf_high"], row["region"])]
    drawn = [value for value in [*drawn, start] if not math.isnan(value)]
    ticks = round_ticks(max(0.0, min(drawn)), min(1.0, max(drawn)), 4)
    x = scale(0, max((row["month"] for row in ordered), default=12), left, right)
    y = scale(ticks[0], ticks[-1], bottom, top)
    draw_grid(sheet, x, y, (), ticks, str, write)
    sheet.text(0, 12, shortened(y_label, WIDTH), color=QUIET)
    ends: dict[str, tuple[float, float]] = {}
    for column, colour, width, dashes in (("region", QUIET, 1.75, "5 3"), ("estimate", BLUE, 2.5, "")):
        known = _until_unknown(ordered, column)
        across, heights = [x(0), *(x(row["month"]) for row in known)], [y(start), *(y(row[column]) for row in known)]
        sheet.line(across, heights, colour, width, dashes)
        if known:
            ends[column] = across[-1], heights[-1]
        if column == "estimate" and known:
            bounds = [(row["conf_low"], row["conf_high"]) for row in known]
            sheet.verticals(across[1:], [y(low) for low, _ in bounds], [y(high) for _, high in bounds], BLUE, 2.5)
            sheet.marks(across[1:], heights[1:], "circle", BLUE)
    together = len({at for at, _ in ends.values()}) == 1
    heights_of = {column: height for column, (_, height) in ends.items()}
    for column, height in (apart(heights_of) if together else heights_of).items():
        own, at = column == "estimate", ends[column][0] + 14
        name = shortened(names[0] if own else names[1], WIDTH - at, own)
        sheet.text(at, height, name, color=BLUE_TEXT if own else QUIET, bold=own, halo=True)
    _below(sheet, ordered, x, bottom, names, language)
    return sheet.svg()


def _until_unknown(rows: list[dict[str, float]], column: str) -> list[Row]:
    """Return the rows before the first that is not known: beyond it there is no line to draw."""
    known: list[Row] = []
    for row in rows:
        if math.isnan(row[column]):
            break
        known.append(row)
    return known


def _below(
    sheet: Sheet, rows: list[dict[str, float]], x: Scale, bottom: float, names: list[str], language: str
) -> None:
    """Write under each horizon what the share is there, in the region, and how many people were still followed."""
    write = writer(True, language)
    sheet.text(0, bottom + 22, word("months", language), color=QUIET)
    for place, name in enumerate(names):
        sheet.text(0, bottom + 58 + 26 * place, name, color=(BLUE_TEXT, QUIET, QUIET)[place], bold=place == 0)
    for row in rows:
        at = x(row["month"])
        sheet.text(at, bottom + 22, number(row["month"], language), "center", QUIET)
        for place, column in enumerate(("estimate", "region", "n")[: len(names)]):
            value = row[column]
            text = "–" if math.isnan(value) else number(value, language) if column == "n" else write(value)
            colour = (BLUE_TEXT, QUIET, QUIET)[place]
            sheet.text(at, bottom + 58 + 26 * place, text, "center", colour, bold=place == 0)
