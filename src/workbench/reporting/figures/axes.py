"""What charts share: colours, looks, scales, axes and the places of labels."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from workbench.reporting.sheet import WIDTH, Sheet, shortened, wrapped
from workbench.reporting.wording import number, percentage

QUIET, EDGE, GRID, RANGE, MIDDLE = "#51606e", "#82919f", "#e2e7ec", "#e6ebef", "#c3ced8"
BLUE, ORANGE = "#0072b2", "#d55e00"
BLUE_TEXT, ORANGE_TEXT = "#00608f", "#a34700"
LABEL, GAP = 232, 20
DISTINCT = ("above", "below")
OTHERWISE = "not distinguishable"
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


def draw_key(sheet: Sheet, y: float, labels: pd.Series, words: Mapping[str, str]) -> None:
    """Say in one line what the shapes mean, of those that are drawn."""
    drawn = labels.where(labels.isin(DISTINCT), "")
    at = 0.0
    for look in (*DISTINCT, ""):
        if drawn.eq(look).any():
            at = 24 + named_mark(sheet, at, y, look, words[look or OTHERWISE])


def named_mark(sheet: Sheet, x: float, y: float, look: str, text: str) -> float:
    """Draw a mark of `LOOKS` with what it means behind it; return where that ends."""
    sheet.marks([x + 7], [y], LOOKS[look].shape, LOOKS[look].color, LOOKS[look].size)
    return sheet.text(x + 20, y, text, color=QUIET)[1]


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """Return the function from a value to its place; values beyond the ends are drawn at the ends."""

    def place(value: float) -> float:
        if math.isnan(value):
            return math.nan
        return float(start + (min(max(value, low), high) - low) / ((high - low) or 1.0) * (end - start))

    return place


def round_ticks(low: float, high: float, about: int) -> np.ndarray:
    """Return round numbers from below `low` to above `high`, about so many.

    Examples
    --------
    >>> round_ticks(41, 88, 5).tolist()
    [40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    """
    raw = ((high - low) or 1.0) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return np.round(np.arange(first, max(last, first + 1) + 1) * step, 10)


def natural_ends(estimates: Iterable[float], share: bool) -> tuple[float, float]:
    """Return the ends of the scale of shares or points, beyond which no interval is drawn; none for other numbers."""
    most = 1.0 if share else 100.0
    natural = all(0 <= value <= most for value in estimates if not math.isnan(value))
    return (0.0, most) if natural else (-math.inf, math.inf)


def span(values: Sequence[float]) -> tuple[float, float]:
    """Return the least and the most; a scale of one where there is nothing.

    Examples
    --------
    >>> span([3, 1, 2]), span([])
    ((1, 3), (0.0, 1.0))
    """
    return (min(values), max(values)) if values else (0.0, 1.0)


def apart(heights: Mapping[str, float], room: float = 20) -> dict[str, float]:
    """Move labels on one vertical line apart, as little as needed, in their order.

    Examples
    --------
    >>> apart({"one": 100, "other": 104})
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


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each row as a mapping from column to value."""
    columns = {str(name): rows.iloc[:, place].tolist() for place, name in enumerate(rows.columns)}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def in_parts(rows: pd.DataFrame, at_most: int, draw: Callable[[pd.DataFrame], str]) -> tuple[str, ...]:
    """Draw a long table as several charts of about as many rows each, so that each fits a printed page.

    Examples
    --------
    >>> in_parts(pd.DataFrame({"label": list("abcde")}), 2, lambda part: "".join(part["label"]))
    ('ab', 'cd', 'e')
    """
    parts = max(1, math.ceil(len(rows) / at_most))
    size = max(1, math.ceil(len(rows) / parts))
    return tuple(draw(rows.iloc[start : start + size]) for start in range(0, max(len(rows), 1), size))


def placed_rows(rows: pd.DataFrame, top: float, step: float) -> Iterable[tuple[Row, float]]:
    """Yield every row with the height of its middle."""
    for place, row in enumerate(records(rows)):
        yield row, top + step * (place + 0.5)


def draw_axis(sheet: Sheet, x: Scale, ticks: Iterable[float], top: float, bottom: float, write: Write) -> None:
    """Draw vertical lines with their values below."""
    ticks = list(ticks)
    sheet.verticals([x(tick) for tick in ticks], [top] * len(ticks), [bottom] * len(ticks), GRID, 1)
    for tick in ticks:
        sheet.text(x(tick), bottom + 16, write(tick), "center", QUIET)


def draw_grid(
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


def name_axes(sheet: Sheet, x_label: str, y_label: str, right: float, bottom: float) -> None:
    """Write what is measured upwards above the chart, and what is measured to the right below it."""
    sheet.text(0, 12, shortened(y_label, WIDTH), color=QUIET)
    sheet.text(right, bottom + 48, shortened(x_label, right), "right", QUIET)


def label_row(sheet: Sheet, text: str, y: float, room: float = LABEL - GAP, most: int = 2) -> None:
    """Write what a row is about, at the left, in one or two lines, or in `most`."""
    lines = wrapped(text, room, most)
    for place, line in enumerate(lines):
        sheet.text(0, y + (place - (len(lines) - 1) / 2) * 19, line)


def writer(share: bool, language: str) -> Write:
    """Return how a chart writes its numbers: shares as percentages, other numbers whole.

    Examples
    --------
    >>> writer(True, "nl")(0.25), writer(False, "nl")(1250.4)
    ('25%', '1.250')
    """
    return (lambda value: percentage(value, language)) if share else (lambda value: number(value, language))
