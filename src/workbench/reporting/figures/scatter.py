"""Providers by two numbers: size and estimate within the limits of chance, or one measure against another."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import (
    DISTINCT,
    LOOKS,
    OTHERWISE,
    QUIET,
    Scale,
    apart,
    draw_grid,
    draw_key,
    name_axes,
    natural_ends,
    records,
    round_ticks,
    scale,
    span,
    writer,
)
from workbench.reporting.figures.names import write_names
from workbench.reporting.sheet import INK, WIDTH, Box, Sheet, Side, shortened, styled
from workbench.reporting.wording import number, percentage, word

ALL_NAMED, MOST_NAMED = 40, 20


@styled()
def funnel(
    points: pd.DataFrame,
    limits: pd.DataFrame,
    target: float,
    highlight: str | None = None,
    *,
    x_label: str = "",
    y_label: str = "",
    share: bool = False,
    language: str = "nl",
) -> str:
    """Draw providers by size and estimate within the limits that chance alone explains.

    Parameters
    ----------
    points : DataFrame, one row per provider
        ``n, estimate, name, label``; a name is written for ``above`` and ``below`` and for `highlight`, at the end of a
        line where there is no room beside the point. How many names found no place is said above the chart.
    limits : DataFrame, one row per n
        ``n, low95, high95, low998, high998``.
    target : float
        The value of the region.
    highlight : str, optional
        With it, only this name is written; the others are anonymous.
    x_label, y_label : str
    share : bool
        The estimates are shares in [0, 1], written as percentages.

    Returns
    -------
    str
        SVG.
    """
    left, right, top, bottom = 62, 690, 36, 400
    sheet, write = Sheet(bottom + 90), writer(share, language)
    points = points.dropna(subset=["n", "estimate"])
    ticks_n = round_ticks(0, points["n"].max() if len(points) else 100, 6)
    start = 0.6 * points["n"].min() if len(points) else 0
    limits = limits[limits["n"].between(start, ticks_n[-1])].sort_values("n")
    inner = limits[["low95", "high95"]].to_numpy(float)
    values = np.concatenate([points["estimate"].to_numpy(float), inner.ravel(), [target]])
    least, most = natural_ends(points["estimate"], share)
    ticks = round_ticks(max(float(np.nanmin(values)), least), min(float(np.nanmax(values)), most), 5)
    x, y = scale(0, ticks_n[-1], left, right), scale(ticks[0], ticks[-1], bottom, top)
    draw_grid(sheet, x, y, ticks_n, ticks, writer(False, language), write)
    name_axes(sheet, x_label or word("number of answers", language), y_label, right, bottom)
    taken: list[Box] = []
    crossed: list[Box] = []
    across = [x(n) for n in limits["n"]]
    ends = {"": y(target)}
    for level, dashes in (("95", "5 3"), ("998", "")):
        for side in ("low", "high"):
            bound = limits[f"{side}{level}"]
            inside = bound.between(ticks[0], ticks[-1])
            heights = [y(value) if is_in else math.nan for value, is_in in zip(bound, inside, strict=True)]
            sheet.line(across, heights, QUIET, 1.25, dashes)
            crossed += [(at - 4, at + 4, height - 1, height + 1) for at, height in zip(across, heights, strict=True)]
            if side == "high" and heights:
                ends[level] = heights[-1]
    sheet.line([left, right], [y(target)] * 2, INK, 1.5)
    crossed.append((left, right, y(target) - 1, y(target) + 1))
    for level, height in apart({level: height for level, height in ends.items() if not math.isnan(height)}).items():
        written = {"": write(target), "95": "95%", "998": percentage(0.998, language, 1)}[level]
        taken.append(sheet.text(right + 8, height, written, color=QUIET if level else INK, bold=not level))
    shown = points.assign(named=points["label"].isin(DISTINCT) if highlight is None else False)
    left_out = _points(sheet, shown, x, y, highlight, taken, crossed, (left, WIDTH, top - 24, bottom))
    _say_left_out(sheet, 12, left_out, language)
    draw_key(sheet, bottom + 76, points["label"], {label: word(label, language) for label in (*DISTINCT, OTHERWISE)})
    return sheet.svg()


@styled()
def quadrant(
    points: pd.DataFrame,
    x_median: float | None = None,
    y_median: float | None = None,
    *,
    x_label: str = "",
    y_label: str = "",
    x_share: bool = False,
    y_share: bool = False,
    highlight: str | None = None,
    corners: Sequence[str] = (),
    language: str = "nl",
) -> str:
    """Draw providers by two measures; the lines are the middle of the region.

    Parameters
    ----------
    points : DataFrame, one row per provider
        ``x, y, name``; optionally ``label`` (``above``, ``below``: drawn as in the other charts) and ``named``: true
        for the names to write. Without it all names are written of up to 40 providers; of more, the 20 furthest from
        the middle.
    x_median, y_median : float, optional
        Where the lines stand.
    x_label, y_label : str
    x_share, y_share : bool
        The measure is a share in [0, 1], written as a percentage.
    highlight : str, optional
        With it, only this name is written; the others are anonymous.
    corners : sequence of str
        What the corners mean: upper left, upper right, lower left, lower right.

    Returns
    -------
    str
        SVG.
    """
    left, right, top = 62, 744, 62 if corners else 36
    bottom = top + 394
    sheet = Sheet(bottom + (88 if corners else 62))
    known = _with_named(points.dropna(subset=["x", "y"]), highlight is None)
    ticks_x, ticks_y = (
        round_ticks(*span([*known[name].tolist(), *([] if middle is None else [middle])]), 6)
        for name, middle in (("x", x_median), ("y", y_median))
    )
    x, y = scale(ticks_x[0], ticks_x[-1], left, right), scale(ticks_y[0], ticks_y[-1], bottom, top)
    draw_grid(sheet, x, y, ticks_x, ticks_y, writer(x_share, language), writer(y_share, language))
    name_axes(sheet, x_label, y_label, right, bottom + (26 if corners else 0))
    crossed: list[Box] = []
    if x_median is not None:
        sheet.line([x(x_median)] * 2, [top, bottom], QUIET, 1.5)
        crossed.append((x(x_median) - 1, x(x_median) + 1, top, bottom))
    if y_median is not None:
        sheet.line([left, right], [y(y_median)] * 2, QUIET, 1.5)
        crossed.append((left, right, y(y_median) - 1, y(y_median) + 1))
    for place, corner in enumerate(corners):
        edge = right if place % 2 else left
        side: Side = "right" if place % 2 else "left"
        height = bottom + 44 if place > 1 else top - 20
        sheet.text(edge, height, shortened(corner, (right - left) / 2 - 10), side, italic=True)
    shown = known.rename(columns={"x": "n", "y": "estimate"})
    if "label" not in shown:
        shown = shown.assign(label="")
    left_out = _points(sheet, shown, x, y, highlight, (), crossed, (left, right, top, bottom))
    _say_left_out(sheet, 12, left_out, language)
    return sheet.svg()


def _with_named(points: pd.DataFrame, anyone: bool) -> pd.DataFrame:
    """Return the points with ``named``: those asked for, all where they are few, else the furthest from the middle."""
    if not anyone or "named" in points:
        return points.assign(named=anyone & points.get("named", False))
    if len(points) <= ALL_NAMED:
        return points.assign(named=True)
    steps = [(points[axis] - points[axis].median()) / (points[axis].std() or 1.0) for axis in ("x", "y")]
    far = (steps[0] ** 2 + steps[1] ** 2).rank(ascending=False, method="first")
    return points.assign(named=far <= MOST_NAMED)


def _say_left_out(sheet: Sheet, y: float, left_out: int, language: str) -> None:
    if left_out:
        said = word("names left out", language).format(n=number(left_out, language))
        sheet.text(WIDTH, y, said, "right", QUIET, italic=True)


def _points(
    sheet: Sheet,
    points: pd.DataFrame,
    x: Scale,
    y: Scale,
    highlight: str | None,
    taken: Sequence[Box],
    crossed: Sequence[Box],
    room: Box,
) -> int:
    """Draw the points and the names asked for; return how many names found no room.

    Those that are told apart go first, then those furthest from the middle of the chart: they are what it is about.
    """
    points = points.assign(
        across=[x(n) for n in points["n"]],
        height=[y(value) for value in points["estimate"]],
        look=points["label"].where(points["label"].isin(DISTINCT), ""),
        mine=points["name"].eq(highlight) if highlight is not None else False,
    )
    for name in ("", *DISTINCT):
        look, here = LOOKS[name], points[points["look"].eq(name) & ~points["mine"]]
        if len(here):
            sheet.marks(here["across"].tolist(), here["height"].tolist(), look.shape, look.color, look.size)
    for own in records(points[points["mine"]]):
        sheet.marks([own["across"]], [own["height"]], LOOKS[own["look"]].shape, INK, 15)
    middle = (room[2] + room[3]) / 2
    points = points.assign(far=(points["height"] - middle).abs(), alike=points["look"] == "")
    ordered = points.sort_values(["alike", "far", "name"], ascending=[True, False, True])
    return write_names(sheet, ordered, taken, crossed, room)
