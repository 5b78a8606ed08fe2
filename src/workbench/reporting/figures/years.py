"""Measures over the years."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import (
    BLUE,
    BLUE_TEXT,
    QUIET,
    Write,
    apart,
    draw_grid,
    round_ticks,
    scale,
    span,
    writer,
)
from workbench.reporting.sheet import PAPER, WIDTH, Box, Sheet, shortened, styled, text_width
from workbench.reporting.wording import word


@styled()
def trend(
    rows: pd.DataFrame,
    low: float | None = None,
    high: float | None = None,
    *,
    share: bool = False,
    own_scale: bool = False,
    beside: str = "",
    language: str = "nl",
) -> str:
    """Draw measures over the years, one small panel each, all on one scale unless each has its own.

    Parameters
    ----------
    rows : DataFrame, one row per measure and year
        ``label`` (the measure), ``year, estimate, conf_low, conf_high, region``; optionally ``break_before``: true
        where the measurement changed, so that the line may not run on: the panel is cut there, and says so.
    low, high : float, optional
        Ends of the scale; by default round numbers around what is drawn.
    share : bool
        The estimates are shares in [0, 1], written as percentages.
    own_scale : bool
        Each measure has a scale of its own: for those in which one would flatten the others.
    beside : str
        What the dashed line is, where it is not the mean of the region or the providers.

    Returns
    -------
    str
        SVG.
    """
    if rows.empty:
        return Sheet(1).svg()
    labels = list(dict.fromkeys(rows["label"]))
    values = rows[["estimate", "conf_low", "conf_high", "region"]].to_numpy(float)
    years = list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    columns = 2 if len(labels) > 1 else 1
    sheet = Sheet(-(-len(labels) // columns) * 222 - 12)
    beside, write = beside or word("region" if share else "providers", language), writer(share, language)
    scales = []
    for label in labels:
        drawn = values[(rows["label"] == label).to_numpy()] if own_scale else values
        least, most = span(drawn[np.isfinite(drawn)].tolist())
        scales.append(round_ticks(least if low is None else low, most if high is None else high, 4))
    before = max(46, 14 + max(text_width(write(tick)) for ticks in scales for tick in ticks))
    after = max(text_width(f"{beside} {write(value)}") for value in [0, *rows["region"].dropna()])
    wide = min(198, WIDTH - 400 - before - after) if columns == 2 else min(588, WIDTH - 18 - before - after)
    for place, (label, ticks) in enumerate(zip(labels, scales, strict=True)):
        edge, top = place % columns * 392, place // columns * 222 + 40
        sheet.text(edge, top - 26, shortened(label, 384 if columns == 2 else WIDTH, bold=True), bold=True)
        room = (edge + before, edge + before + wide, top, top + 136)
        _panel(sheet, rows[rows["label"] == label], years, ticks, room, write, beside, language)
    return sheet.svg()


def _panel(
    sheet: Sheet,
    rows: pd.DataFrame,
    years: Sequence[int],
    ticks: np.ndarray,
    room: Box,
    write: Write,
    beside: str,
    language: str,
) -> None:
    left, right, top, bottom = room
    x, y = scale(years[0] - 0.3, years[-1] + 0.3, left, right), scale(ticks[0], ticks[-1], bottom, top)
    every = math.ceil(len(years) / (right - left) * 50)
    draw_grid(sheet, x, y, years[::-1][::every], ticks, lambda year: str(int(year)), write)
    rows = rows.sort_values("year")
    broken = rows["break_before"].eq(True) if "break_before" in rows else pd.Series(False, index=rows.index)
    for year in rows.loc[broken, "year"]:
        _break(sheet, x(year - 0.5), room, word("break", language))
    for _, part in rows.groupby(broken.cumsum()):
        across = [x(year) for year in part["year"]]
        heights = [y(value) for value in part["estimate"]]
        sheet.line(across, [y(value) for value in part["region"]], QUIET, 1.75, "5 3")
        sheet.verticals(across, map(y, part["conf_low"]), map(y, part["conf_high"]), BLUE, 2)
        sheet.line(across, heights, BLUE, 2.5)
        sheet.marks(across, heights, "circle", BLUE, 11)
    last = rows.iloc[-1]
    ends = {name: y(last[name]) for name in ("estimate", "region") if pd.notna(last[name])}
    for name, height in apart(ends).items():
        own = name == "estimate"
        written = write(last[name]) if own else f"{beside} {write(last[name])}"
        sheet.text(right + 8, height, written, color=BLUE_TEXT if own else QUIET, bold=own)


def _break(sheet: Sheet, at: float, room: Box, said: str) -> None:
    """Cut the panel in two where the measurement changed, and say so above the cut."""
    left, right, top, bottom = room
    sheet.box(at - 6, at + 6, top - 6, bottom + 6, PAPER)
    for edge in (at - 6, at + 6):
        sheet.line([edge, edge], [top - 4, bottom], QUIET, 1.5, "2 3")
    half = text_width(said) / 2
    sheet.text(min(max(at, left - 2 + half), right + 100 - half), top - 8, said, "center", QUIET, italic=True)
