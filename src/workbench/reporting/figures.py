"""One function per kind of chart: a small table in, an SVG drawing out. No statistics here, only drawing.

The family: the one the report is about is blue and lies on top; the region is a quiet grey behind it; what differs has
its own shape as well as its own colour; every estimate carries its interval; names and numbers stand beside what they
belong to. A drawing is 760 wide and its text 16, so that on A4 it is as large as the text of the report.

Every function takes ``language`` for its numbers and words. Colours are those of Okabe & Ito (2008), which people with
any colour blindness can tell apart. The same input gives the same bytes.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from workbench.reporting.sheet import INK, PAPER, WIDTH, Box, Sheet, Side, shortened, styled, text_width, wrapped
from workbench.reporting.wording import number, percentage, word

QUIET, EDGE, GRID, RANGE, MIDDLE = "#51606e", "#82919f", "#e2e7ec", "#e6ebef", "#c3ced8"
BLUE, ORANGE = "#0072b2", "#d55e00"
BLUE_TEXT, ORANGE_TEXT = "#00608f", "#a34700"
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
LABEL, GAP = 232, 20
DISTINCT = ("above", "below")
OTHERWISE = "not distinguishable"
ROWS_WITH_NAMES = 46
ROWS_WITH_LABEL_ABOVE = 13
Scale = Callable[[float], float]
Write = Callable[[float], str]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """How one kind of point is drawn."""

    shape: str
    color: str
    size: float


LOOKS = {"above": Look("up", BLUE, 12), "below": Look("down", ORANGE, 12), "": Look("circle", "#7d8b98", 9)}


@styled()
def dots(rows: pd.DataFrame, low: float = 0, high: float = 100, unit_label: str = "", *, language: str = "nl") -> str:
    """Draw a dot with its interval per row, against the band of the region.

    Parameters
    ----------
    rows : DataFrame, one row per measure, in the order to draw
        ``label, estimate, conf_low, conf_high, n, status`` (``shown`` or ``indicative``: drawn hollow) and the region's
        ``lowest, quarter, median, three_quarters, highest`` (NaN: no band).
    low, high : float
        Ends of the scale.
    unit_label : str
        Heads the column of values.

    Returns
    -------
    str
        SVG.
    """
    right, top, step = 610, 34, 46
    bottom = top + step * len(rows)
    banded, hollow = rows["median"].notna().any(), rows["status"].eq("indicative").any()
    sheet = Sheet(bottom + 66 + 26 * bool(hollow))
    x = _scale(low, high, LABEL, right)
    _axis(sheet, x, np.linspace(low, high, 5), top - 4, bottom, _writer(False, language))
    sheet.text(684, 14, unit_label or word("score", language), "right", QUIET)
    sheet.text(WIDTH, 14, word("n", language), "right", QUIET)
    for row, y in _rows(rows, top, step):
        _label(sheet, row["label"], y)
        if pd.notna(row["median"]):
            _band(sheet, x, y, row)
        _estimate(sheet, x, y, row, hollow=row["status"] == "indicative")
        sheet.text(684, y, number(row["estimate"], language), "right", bold=True)
        sheet.text(WIDTH, y, number(row["n"], language), "right", QUIET)
    sample = {"conf_low": 0, "estimate": 20, "conf_high": 40}
    y = bottom + 56
    _estimate(sheet, _scale(0, 40, 0, 40), y, sample)
    end = sheet.text(50, y, word("this one", language), color=QUIET)[1]
    if banded:
        band = {"lowest": 0, "quarter": 20, "median": 31, "three_quarters": 42, "highest": 60}
        _band(sheet, _scale(0, 60, end + 24, end + 84), y, band)
        sheet.text(end + 94, y, word("band", language), color=QUIET)
    if hollow:
        _estimate(sheet, _scale(0, 40, 0, 40), y + 26, sample, hollow=True)
        sheet.text(50, y + 26, word("few answers", language), color=QUIET)
    return sheet.svg()


def _band(sheet: Sheet, x: Scale, y: float, row: Row) -> None:
    sheet.box(x(row["lowest"]), x(row["highest"]), y - 6, y + 6, RANGE, EDGE)
    sheet.box(x(row["quarter"]), x(row["three_quarters"]), y - 12, y + 12, MIDDLE, EDGE)
    sheet.line([x(row["median"])] * 2, [y - 12, y + 12], QUIET, 2)


def _estimate(sheet: Sheet, x: Scale, y: float, row: Row, hollow: bool = False) -> None:
    sheet.line([x(row["conf_low"]), x(row["conf_high"])], [y, y], BLUE, 3, "5 3" if hollow else "")
    sheet.marks([x(row["estimate"])], [y], "circle", BLUE, hollow=hollow)


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
    for row, y in _rows(rows, top, step):
        if beside:
            _label(sheet, row["label"], y, start_at - GAP)
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
def dumbbell(
    rows: pd.DataFrame,
    low: float = 0,
    high: float = 100,
    *,
    first_label: str = "",
    second_label: str = "",
    language: str = "nl",
) -> str:
    """Draw the mirror: clients and staff side by side, each with its interval.

    Parameters
    ----------
    rows : DataFrame, one row per dimension
        ``label, client, client_low, client_high, staff, staff_low, staff_high``; NaN where a side is missing.
    first_label, second_label : str
        Other names for the two groups than clients and staff.

    Returns
    -------
    str
        SVG.
    """
    right, top, step, shift = 610, 46, 54, 8
    bottom = top + step * len(rows)
    groups = (
        ("client", "circle", BLUE, BLUE_TEXT, -shift, 684, first_label or word("clients", language)),
        ("staff", "diamond", ORANGE, ORANGE_TEXT, shift, WIDTH, second_label or word("staff", language)),
    )
    sheet = Sheet(bottom + 32)
    x = _scale(low, high, LABEL, right)
    _axis(sheet, x, np.linspace(low, high, 5), top - 4, bottom, _writer(False, language))
    for _, shape, colour, _, _, column, _ in groups:
        sheet.marks([column - 11], [14], shape, colour)
    for row, y in _rows(rows, top, step):
        _label(sheet, row["label"], y)
        if pd.notna(row["client"]) and pd.notna(row["staff"]):
            ends = sorted([x(row["client"]), x(row["staff"])])
            sheet.box(*ends, y - shift, y + shift, RANGE)
        for name, shape, colour, text_colour, off, column, _ in groups:
            written = "–"
            if pd.notna(row[name]):
                written = number(row[name], language)
                sheet.line([x(row[f"{name}_low"]), x(row[f"{name}_high"])], [y + off] * 2, colour, 2.5)
                sheet.marks([x(row[name])], [y + off], shape, colour)
            sheet.text(column, y, written, "right", text_colour, bold=True)
    _name_groups(sheet, x, rows, groups, top, step)
    return sheet.svg()


def _name_groups(sheet: Sheet, x: Scale, rows: pd.DataFrame, groups: Sequence[Any], top: float, step: float) -> None:
    """Name the two groups above their marks, in the first row that has both; the names run away from each other."""
    for row, y in _rows(rows, top, step):
        if pd.isna(row["client"]) or pd.isna(row["staff"]):
            continue
        lower, higher = sorted(groups, key=lambda group: row[group[0]])
        near = x(row[higher[0]]) - x(row[lower[0]]) < 14
        for (name, _, colour, text_colour, off, _, label), side in ((lower, "right"), (higher, "left")):
            at, wide = x(row[name]), text_width(label, bold=True)
            edge = max(at + (-3 if near else 6), wide) if side == "right" else min(at + (3 if near else -6), 650 - wide)
            sheet.line([at, at], [24, y + off - 8], colour, 1)
            sheet.text(edge, 14, label, side, text_colour, bold=True)
        return


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
        ``n, estimate, name, label``; a name is written for ``above`` and ``below`` and for `highlight`, where there is
        room.
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
    sheet, write = Sheet(bottom + 90), _writer(share, language)
    points = points.dropna(subset=["n", "estimate"])
    ticks_n = _ticks(0, points["n"].max() if len(points) else 100, 6)
    start = 0.6 * points["n"].min() if len(points) else 0
    limits = limits[limits["n"].between(start, ticks_n[-1])].sort_values("n")
    inner = limits[["low95", "high95"]].to_numpy(float)
    values = np.concatenate([points["estimate"].to_numpy(float), inner.ravel(), [target]])
    least, most = _natural_ends(points["estimate"], share)
    ticks = _ticks(max(float(np.nanmin(values)), least), min(float(np.nanmax(values)), most), 5)
    x, y = _scale(0, ticks_n[-1], left, right), _scale(ticks[0], ticks[-1], bottom, top)
    _grid(sheet, x, y, ticks_n, ticks, _writer(False, language), write)
    _axis_names(sheet, x_label or word("number of answers", language), y_label, right, bottom)
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
    for level, height in _apart({level: height for level, height in ends.items() if not math.isnan(height)}).items():
        written = {"": write(target), "95": "95%", "998": percentage(0.998, language, 1)}[level]
        taken.append(sheet.text(right + 8, height, written, color=QUIET if level else INK, bold=not level))
    shown = points.assign(named=points["label"].isin(DISTINCT) if highlight is None else False)
    _points(sheet, shown, x, y, highlight, taken, crossed, (left, WIDTH, top - 24, bottom))
    _key(sheet, bottom + 76, points["label"], {label: word(label, language) for label in (*DISTINCT, OTHERWISE)})
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
        ``x, y, name``; names are written where there is room.
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
    known = points.dropna(subset=["x", "y"])
    ticks_x, ticks_y = (
        _ticks(*_span([*known[name].tolist(), *([] if middle is None else [middle])]), 6)
        for name, middle in (("x", x_median), ("y", y_median))
    )
    x, y = _scale(ticks_x[0], ticks_x[-1], left, right), _scale(ticks_y[0], ticks_y[-1], bottom, top)
    _grid(sheet, x, y, ticks_x, ticks_y, _writer(x_share, language), _writer(y_share, language))
    _axis_names(sheet, x_label, y_label, right, bottom + (26 if corners else 0))
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
    shown = known.rename(columns={"x": "n", "y": "estimate"}).assign(label="", named=highlight is None)
    _points(sheet, shown, x, y, highlight, (), crossed, (left, right, top, bottom))
    return sheet.svg()


def _points(
    sheet: Sheet,
    points: pd.DataFrame,
    x: Scale,
    y: Scale,
    highlight: str | None,
    taken: Sequence[Box],
    crossed: Sequence[Box],
    room: Box,
) -> None:
    """Draw the points, and the names asked for where they touch neither a point nor another name.

    A name keeps off the lines in `crossed` where it can.
    """
    points = points.assign(
        across=[x(n) for n in points["n"]],
        height=[y(value) for value in points["estimate"]],
        look=points["label"].where(points["label"].isin(DISTINCT), ""),
        mine=points["name"].eq(highlight) if highlight is not None else False,
    )
    for name, look in LOOKS.items():
        here = points[points["look"].eq(name) & ~points["mine"]]
        if len(here):
            sheet.marks(here["across"].tolist(), here["height"].tolist(), look.shape, look.color, look.size)
    for own in _records(points[points["mine"]]):
        sheet.marks([own["across"]], [own["height"]], LOOKS[own["look"]].shape, INK, 15)
    dots = [_around(point) for point in _records(points)]
    obstacles = [*taken, *dots]
    middle = (room[2] + room[3]) / 2
    asked = points[points["named"] | points["mine"]].assign(far=lambda here: -(here["height"] - middle).abs())
    for point in _records(asked.sort_values(["mine", "far", "name"], ascending=[False, True, True])):
        name = shortened(point["name"], 200, point["mine"])
        wide = text_width(name, point["mine"])
        others = [box for box in obstacles if box != _around(point)]
        spot = _spot(point, wide, [*others, *crossed], room) or _spot(point, wide, others, room)
        if spot is not None:
            obstacles.append(sheet.text(spot[0], spot[1], name, spot[2], bold=point["mine"], halo=True))


def _around(point: Row) -> Box:
    return point["across"] - 6, point["across"] + 6, point["height"] - 6, point["height"] + 6


def _spot(point: Row, wide: float, blocked: Sequence[Box], room: Box) -> tuple[float, float, Side] | None:
    """Return where a name of this width may stand beside its point; None where it would touch something."""
    sides: tuple[tuple[float, float, Side], ...]
    sides = (
        *((11, 0, "left"), (-11, 0, "right"), (0, -18, "center"), (0, 18, "center")),
        *((9, -13, "left"), (9, 13, "left"), (-9, -13, "right"), (-9, 13, "right")),
    )
    for dx, dy, side in sides:
        across, height = point["across"] + dx, point["height"] + dy
        start = across - {"left": 0.0, "right": wide, "center": wide / 2}[side]
        box = (start - 2, start + wide + 2, height - 9, height + 9)
        inside = room[0] <= box[0] and box[1] <= room[1] and room[2] <= box[2] and box[3] <= room[3]
        if inside and not any(_touch(box, other) for other in blocked):
            return across, height, side
    return None


def _key(sheet: Sheet, y: float, labels: pd.Series, words: Mapping[str, str]) -> None:
    """Say in one line what the shapes mean, of those that are drawn."""
    drawn = labels.where(labels.isin(DISTINCT), "")
    at = 0.0
    for look in (*DISTINCT, ""):
        if drawn.eq(look).any():
            at = 24 + _named_mark(sheet, at, y, look, words[look or OTHERWISE])


def _named_mark(sheet: Sheet, x: float, y: float, look: str, text: str) -> float:
    sheet.marks([x + 7], [y], LOOKS[look].shape, LOOKS[look].color, LOOKS[look].size)
    return sheet.text(x + 20, y, text, color=QUIET)[1]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


@styled()
def caterpillar(
    rows: pd.DataFrame,
    reference: float,
    *,
    highlight: str | None = None,
    share: bool = False,
    reference_label: str = "",
    labels: Mapping[str, str] | None = None,
    language: str = "nl",
) -> str:
    """Draw all providers in order with their intervals, beside the value of the region.

    Parameters
    ----------
    rows : DataFrame, one row per provider
        ``name, estimate, conf_low, conf_high, label`` (``above``, ``below``, anything else); drawn from high to low.
    reference : float
        The value of the region.
    highlight : str, optional
        With it, only this name is written; the others are anonymous.
    share : bool
        The estimates are shares in [0, 1], written as percentages.
    reference_label : str
        What stands at `reference`; by default the region with its value.
    labels : mapping
        What ``above``, ``below`` and ``not distinguishable`` are called, where it is not the region they differ from.

    Returns
    -------
    str
        SVG. Up to 46 providers, as many as a printed page holds, have a row each with their name; more stand side by
        side, with the names of those that differ where there is room.
    """
    ordered = rows.sort_values(["estimate", "name"], ascending=[False, True]).assign(
        look=lambda here: here["label"].where(here["label"].isin(DISTINCT), ""),
        mine=lambda here: here["name"].eq(highlight) if highlight is not None else False,
    )
    values = ordered[["estimate", "conf_low", "conf_high"]].to_numpy(float)
    estimates = np.append(values[:, 0], reference)
    low, high = float(np.nanmin(values, initial=reference)), float(np.nanmax(values, initial=reference))
    least, most = _natural_ends(estimates, share)
    ticks = _ticks(max(low, least), min(high, most), 6)
    write = _writer(share, language)
    words = {label: word(label, language) for label in (*DISTINCT, OTHERWISE)} | dict(labels or {})
    words |= {
        "reference": reference_label or f"{word('region mean', language)} {write(reference)}",
        "counted": f"{number(len(rows), language)} {word('providers in order', language)}",
        "and more": word("and more", language),
    }
    draw = _in_rows if len(rows) <= ROWS_WITH_NAMES else _side_by_side
    return draw(ordered, reference, ticks, highlight is None, write, words)


def _in_rows(
    rows: pd.DataFrame,
    reference: float,
    ticks: np.ndarray,
    named: bool,
    write: Write,
    words: Mapping[str, str],
) -> str:
    step = min(30.0, max(17.5, 836 / max(1, len(rows))))
    written = rows["name"] if named else rows.loc[rows["mine"], "name"]
    longest = max((text_width(shortened(name, 310, bold=True), bold=True) for name in written), default=0.0)
    left, right, top = max(longest, 120.0) + GAP, 690, 30
    bottom = top + step * len(rows) + 12
    sheet = Sheet(bottom + 62)
    x = _scale(ticks[0], ticks[-1], left, right)
    _axis(sheet, x, ticks, top, bottom, write)
    sheet.line([x(reference)] * 2, [top, bottom], INK, 1.5)
    half = text_width(words["reference"]) / 2
    sheet.text(min(max(x(reference), half), WIDTH - half), 14, words["reference"], "center")
    for row, y in _rows(rows, top + 6, step):
        look = LOOKS[row["look"]]
        colour = INK if row["mine"] else look.color
        sheet.line([x(row["conf_low"]), x(row["conf_high"])], [y, y], colour, 3 if row["mine"] else 2)
        sheet.marks([x(row["estimate"])], [y], look.shape, colour, look.size + 2)
        if named or row["mine"]:
            sheet.text(0, y, shortened(row["name"], left - GAP, row["mine"]), bold=row["mine"])
            sheet.text(WIDTH, y, write(row["estimate"]), "right", INK if row["mine"] else QUIET, row["mine"])
    _key(sheet, bottom + 48, rows["look"], words)
    return sheet.svg()


def _side_by_side(
    rows: pd.DataFrame,
    reference: float,
    ticks: np.ndarray,
    named: bool,
    write: Write,
    words: Mapping[str, str],
) -> str:
    left, right, top, bottom = 62, 700, 20, 400
    differ = [(look, rows.loc[rows["look"].eq(look), "name"].tolist()) for look in DISTINCT] if named else []
    listed = [(look, line) for look, names in differ for line in _listed(words[look], names, words["and more"])]
    sheet = Sheet(bottom + 66 + 24 * len(listed))
    order = _scale(0, len(rows), right, left)
    x, y = _scale(0, 1, left, right), _scale(ticks[0], ticks[-1], bottom, top)
    _grid(sheet, x, y, (), ticks, str, write)
    rows = rows.assign(
        across=[order(place + 0.5) for place in range(len(rows))],
        **{name: [y(value) for value in rows[name]] for name in ("estimate", "conf_low", "conf_high")},
    )
    thin = min(3.0, (right - left) / len(rows) * 0.45)
    for name, look in LOOKS.items():
        here = rows[rows["look"].eq(name) & ~rows["mine"]]
        if len(here):
            colour = look.color if name else "#a9b5c0"
            sheet.verticals(here["across"], here["conf_low"], here["conf_high"], colour, thin * (1.6 if name else 1))
    sheet.line([left, right], [y(reference)] * 2, INK, 1.5)
    sheet.text(right + 8, y(reference), write(reference), bold=True)
    sheet.line(rows["across"].tolist(), rows["estimate"].tolist(), QUIET, 2.5)
    for name in DISTINCT:
        here = rows[rows["look"].eq(name) & ~rows["mine"]]
        if len(here):
            sheet.marks(here["across"].tolist(), here["estimate"].tolist(), LOOKS[name].shape, LOOKS[name].color, 9)
    for own in _records(rows[rows["mine"]]):
        sheet.line([own["across"]] * 2, [own["conf_low"], own["conf_high"]], INK, 3)
        sheet.marks([own["across"]], [own["estimate"]], LOOKS[own["look"]].shape, INK)
        name = shortened(own["name"], 300, bold=True)
        half = text_width(name, bold=True) / 2
        height = own["conf_low"] + 14 if own["conf_low"] + 24 < bottom else own["conf_high"] - 14
        sheet.text(min(max(own["across"], left + half), right - half), height, name, "center", bold=True, halo=True)
    sheet.text(left, bottom + 22, words["counted"], color=QUIET)
    for place, (mark, line) in enumerate(listed):
        _named_mark(sheet, 0, bottom + 52 + 24 * place, mark, line)
    if not named:
        _key(sheet, bottom + 52, rows["look"], words)
    return sheet.svg()


def _listed(said_of: str, names: Sequence[str], and_more: str) -> list[str]:
    """Return one line with as many names as fit, and how many more there are."""
    if not names:
        return []
    said = [shortened(name, 220) for name in names]
    for kept in range(len(said), -1, -1):
        more = f" {and_more.format(n=len(said) - kept)}" if kept < len(said) else ""
        line = f"{said_of}: {', '.join(said[:kept])}{more}"
        if text_width(line) <= WIDTH - 24:
            return [line]
    return [f"{shortened(said_of, WIDTH - 80)}: {len(said)}"]


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
    x, write = _scale(0, end, LABEL, right), _writer(True, language)
    _axis(sheet, x, np.linspace(0, end, 5), top - 4, bottom, write)
    for row, y in _rows(rows, top, step):
        _label(sheet, row["label"], y)
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
        sheet.text(at, 14, word("region mean", language), "center")
    return sheet.svg()


@styled()
def trend(
    rows: pd.DataFrame,
    low: float | None = None,
    high: float | None = None,
    *,
    share: bool = False,
    language: str = "nl",
) -> str:
    """Draw measures over the years, one small panel each, all on one scale.

    Parameters
    ----------
    rows : DataFrame, one row per measure and year
        ``label`` (the measure), ``year, estimate, conf_low, conf_high, region``; optionally ``break_before``: true
        where the measurement changed, so that the line may not run on.
    low, high : float, optional
        Ends of the scale; by default round numbers around what is drawn.
    share : bool
        The estimates are shares in [0, 1], written as percentages.

    Returns
    -------
    str
        SVG.
    """
    if rows.empty:
        return Sheet(1).svg()
    labels = list(dict.fromkeys(rows["label"]))
    values = rows[["estimate", "conf_low", "conf_high", "region"]].to_numpy(float)
    least, most = _span(values[np.isfinite(values)].tolist())
    ticks = _ticks(least if low is None else low, most if high is None else high, 4)
    years = list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    columns = 2 if len(labels) > 1 else 1
    sheet = Sheet(-(-len(labels) // columns) * 222 - 12)
    for place, label in enumerate(labels):
        left, top = place % columns * 392 + 46, place // columns * 222 + 40
        room = (left, left + (218 if columns == 2 else 600), top, top + 136)
        _panel(sheet, rows[rows["label"] == label], years, ticks, room, _writer(share, language), language)
    return sheet.svg()


def _panel(
    sheet: Sheet, rows: pd.DataFrame, years: Sequence[int], ticks: np.ndarray, room: Box, write: Write, language: str
) -> None:
    left, right, top, bottom = room
    x, y = _scale(years[0] - 0.3, years[-1] + 0.3, left, right), _scale(ticks[0], ticks[-1], bottom, top)
    sheet.text(left - 46, top - 26, shortened(rows["label"].iloc[0], right - left + 140, bold=True), bold=True)
    every = math.ceil(len(years) / (right - left) * 50)
    _grid(sheet, x, y, years[::-1][::every], ticks, lambda year: str(int(year)), write)
    rows = rows.sort_values("year")
    broken = rows["break_before"].eq(True) if "break_before" in rows else pd.Series(False, index=rows.index)
    for year in rows.loc[broken, "year"]:
        at = x(year - 0.5)
        sheet.line([at, at], [top, bottom], QUIET, 1.5, "2 3")
        early = at - left < text_width(word("break", language)) + 8
        sheet.text(
            at + 5 if early else at - 5, bottom - 10, word("break", language), "left" if early else "right", QUIET
        )
    for _, part in rows.groupby(broken.cumsum()):
        across = [x(year) for year in part["year"]]
        heights = [y(value) for value in part["estimate"]]
        sheet.line(across, [y(value) for value in part["region"]], QUIET, 1.75, "5 3")
        sheet.verticals(across, map(y, part["conf_low"]), map(y, part["conf_high"]), BLUE, 2)
        sheet.line(across, heights, BLUE, 2.5)
        sheet.marks(across, heights, "circle", BLUE, 11)
    last = rows.iloc[-1]
    ends = {name: y(last[name]) for name in ("estimate", "region") if pd.notna(last[name])}
    for name, height in _apart(ends).items():
        own = name == "estimate"
        written = write(last[name]) if own else f"{word('region mean', language)} {write(last[name])}"
        sheet.text(right + 8, height, written, color=BLUE_TEXT if own else QUIET, bold=own)


# ---- scales and places


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    """Return the function from a value to its place; values beyond the ends are drawn at the ends."""

    def place(value: float) -> float:
        if math.isnan(value):
            return math.nan
        return float(start + (min(max(value, low), high) - low) / ((high - low) or 1.0) * (end - start))

    return place


def _ticks(low: float, high: float, about: int) -> np.ndarray:
    """Return round numbers from below `low` to above `high`, about so many.

    Examples
    --------
    >>> _ticks(41, 88, 5).tolist()
    [40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    """
    raw = ((high - low) or 1.0) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return np.round(np.arange(first, max(last, first + 1) + 1) * step, 10)


def _natural_ends(estimates: Iterable[float], share: bool) -> tuple[float, float]:
    """Return the ends of the scale of shares or points, beyond which no interval is drawn; none for other numbers."""
    most = 1.0 if share else 100.0
    natural = all(0 <= value <= most for value in estimates if not math.isnan(value))
    return (0.0, most) if natural else (-math.inf, math.inf)


def _span(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 1.0)


def _apart(heights: Mapping[str, float], room: float = 20) -> dict[str, float]:
    """Move labels on one vertical line apart, as little as needed, in their order.

    Examples
    --------
    >>> _apart({"one": 100, "other": 104})
    {'one': 92.0, 'other': 112.0}
    """
    ordered = sorted(heights, key=lambda name: heights[name])
    placed = {name: float(heights[name]) for name in ordered}
    for _ in range(20):
        for upper, lower in pairwise(ordered):
            close = room - (placed[lower] - placed[upper])
            if close > 0.01:
                placed[upper] -= close / 2
                placed[lower] += close / 2
    return placed


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _rows(rows: pd.DataFrame, top: float, step: float) -> Iterable[tuple[Row, float]]:
    """Yield every row with the height of its middle."""
    for place, row in enumerate(_records(rows)):
        yield row, top + step * (place + 0.5)


def _axis(sheet: Sheet, x: Scale, ticks: Iterable[float], top: float, bottom: float, write: Write) -> None:
    """Draw vertical lines with their values below."""
    ticks = list(ticks)
    sheet.verticals([x(tick) for tick in ticks], [top] * len(ticks), [bottom] * len(ticks), GRID, 1)
    for tick in ticks:
        sheet.text(x(tick), bottom + 16, write(tick), "center", QUIET)


def _grid(
    sheet: Sheet, x: Scale, y: Scale, ticks_x: Iterable[float], ticks_y: Iterable[float], write_x: Write, write_y: Write
) -> None:
    """Draw horizontal lines with their values at the left, and values below."""
    ticks_y = list(ticks_y)
    left, right = x(-math.inf), x(math.inf)
    sheet.horizontals([y(tick) for tick in ticks_y], left, right, GRID, 1)
    for tick in ticks_y:
        sheet.text(left - 10, y(tick), write_y(tick), "right", QUIET)
    for tick in ticks_x:
        sheet.text(x(tick), y(ticks_y[0]) + 18, write_x(tick), "center", QUIET)


def _axis_names(sheet: Sheet, x_label: str, y_label: str, right: float, bottom: float) -> None:
    sheet.text(0, 12, shortened(y_label, WIDTH), color=QUIET)
    sheet.text(right, bottom + 48, shortened(x_label, right), "right", QUIET)


def _label(sheet: Sheet, text: str, y: float, room: float = LABEL - GAP) -> None:
    """Write what a row is about, at the left, in one or two lines."""
    lines = wrapped(text, room)
    for place, line in enumerate(lines):
        sheet.text(0, y + (place - (len(lines) - 1) / 2) * 19, line)


def _writer(share: bool, language: str) -> Write:
    return (lambda value: percentage(value, language)) if share else (lambda value: number(value, language))
