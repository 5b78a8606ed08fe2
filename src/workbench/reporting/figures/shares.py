"""Parts of a whole: how answers are divided, and shares as bars."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import (
    BLUE,
    BLUE_TEXT,
    GAP,
    LABEL,
    ORANGE_TEXT,
    QUIET,
    draw_axis,
    label_row,
    placed_rows,
    scale,
    writer,
)
from workbench.reporting.sheet import INK, PAPER, WIDTH, Sheet, shortened, styled, text_width
from workbench.reporting.wording import percentage, word

TONES = {
    -3: ORANGE_TEXT,
    -2: "#eaa873",
    -1: "#f7dcc5",
    0: "#d5dbe1",
    1: "#cbe4f3",
    2: "#7db7da",
    3: BLUE_TEXT,
}
SPREAD = {
    1: (0,),
    2: (-3, 3),
    3: (-3, 0, 3),
    4: (-3, -2, 2, 3),
    5: (-3, -2, 0, 2, 3),
    6: (-3, -2, -1, 1, 2, 3),
    7: (-3, -2, -1, 0, 1, 2, 3),
}
ROWS_WITH_LABEL_ABOVE = 13


@styled()
def distribution(
    rows: pd.DataFrame,
    categories: Sequence[str],
    *,
    unknown: str = "",
    tones: Sequence[int] = (),
    language: str = "nl",
) -> str:
    """Draw how answers are divided: one bar per row, parts in the order of `categories`, lowest first.

    Parameters
    ----------
    rows : DataFrame, one row per item
        ``label`` and a share in [0, 1] per category.
    categories : sequence of str
        Columns of `rows`, in order, at most seven.
    unknown : str
        A further column without a place in the order ("don't know", "reason unknown"): drawn last, hatched.
    tones : sequence of int
        Where each category stands, from -3 (most negative) by 0 (neutral) to 3; by default evenly spread.

    Returns
    -------
    str
        SVG.
    """
    colours = [TONES[tone] for tone in tones or SPREAD[len(categories)]]
    parts = list(zip(categories, colours, strict=True)) + ([(unknown, PAPER)] if unknown else [])
    places, top = _flow([name for name, _ in parts], 24, 14)
    beside = len(rows) > ROWS_WITH_LABEL_ABOVE
    start_at, step, drop = (350, 41, 0) if beside else (0, 66, 14)
    sheet = Sheet(top + step * len(rows))
    for (name, colour), (at, y) in zip(parts, places, strict=True):
        _part(sheet, at, at + 16, y, 8, colour)
        sheet.text(at + 24, y, shortened(name, WIDTH - 24))
    for row, y in placed_rows(rows, top, step):
        if beside:
            label_row(sheet, row["label"], y, start_at - GAP)
        else:
            sheet.text(0, y - 14, shortened(row["label"], WIDTH))
        shares: list[float] = [float(row[name]) if pd.notna(row[name]) else 0.0 for name, _ in parts]
        ends = start_at + (WIDTH - start_at) * np.cumsum([0.0, *shares])
        for (start, end), share, (_, colour) in zip(pairwise(ends), shares, parts, strict=True):
            written = percentage(share, language)
            if share > 0:
                _part(
                    sheet, start, end, y + drop, 14, colour, written if text_width(written) + 4 <= end - start else ""
                )
    return sheet.svg()


def _part(sheet: Sheet, start: float, end: float, y: float, half: float, colour: str, written: str = "") -> None:
    hatched = colour == PAPER
    sheet.box(start, end, y - half, y + half, colour, QUIET if hatched else PAPER, hatched)
    middle = (start + end) / 2
    if written and hatched:
        sheet.box(middle - text_width(written) / 2 - 3, middle + text_width(written) / 2 + 3, y - 10, y + 10, PAPER)
    sheet.text(middle, y, written, "center", PAPER if colour in (ORANGE_TEXT, BLUE_TEXT) else INK)


def _flow(names: Sequence[str], before: float, y: float) -> tuple[list[tuple[float, float]], float]:
    """Place names one after another on as many lines as needed; return the places and where the rest may start."""
    places: list[tuple[float, float]] = []
    x = 0.0
    for name in names:
        wide = before + text_width(shortened(name, WIDTH - before))
        if x and x + wide > WIDTH:
            x, y = 0.0, y + 26
        places.append((x, y))
        x += wide + 22
    return places, y + 18


@styled()
def bars(rows: pd.DataFrame, *, language: str = "nl") -> str:
    """Draw shares as bars with their interval; a tick marks the share in the region.

    Parameters
    ----------
    rows : DataFrame, one row per bar, in the order to draw
        ``label, share, conf_low, conf_high, region``; shares in [0, 1]; NaN where there is none.

    Returns
    -------
    str
        SVG.
    """
    right, step = 690, 46
    compared = rows["region"].notna()
    top = 34 if compared.any() else 8
    bottom = top + step * len(rows)
    sheet = Sheet(bottom + 32)
    longest = float(np.nanmax(rows[["share", "conf_high", "region"]].to_numpy(float), initial=0.0))
    end = next((end for end in (0.2, 0.4, 0.6, 0.8) if longest <= end), 1.0)
    x, write = scale(0, end, LABEL, right), writer(True, language)
    draw_axis(sheet, x, np.linspace(0, end, 5), top - 4, bottom, write)
    for row, y in placed_rows(rows, top, step):
        label_row(sheet, row["label"], y)
        if pd.notna(row["share"]):
            sheet.box(LABEL, x(row["share"]), y - 13, y + 13, "#8fc1e0")
            sheet.line([x(row["share"])] * 2, [y - 13, y + 13], BLUE, 3)
            if pd.notna(row["conf_low"]):
                sheet.line([x(row["conf_low"]), x(row["conf_high"])], [y, y], BLUE_TEXT, 2.5)
        if pd.notna(row["region"]):
            sheet.line([x(row["region"])] * 2, [y - 18, y + 18], INK, 2.5)
        sheet.text(WIDTH, y, write(row["share"]) if pd.notna(row["share"]) else "–", "right", bold=True)
    if compared.any():
        first = int(np.flatnonzero(compared)[0])
        at = x(rows["region"].iloc[first])
        sheet.line([at, at], [24, top + step * first + 5], INK, 1)
        sheet.text(at, 14, word("region", language), "center")
    return sheet.svg()
