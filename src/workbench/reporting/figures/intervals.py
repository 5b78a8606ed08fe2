"""Estimates with their intervals: one provider against its region, and clients beside staff."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import (
    BLUE,
    BLUE_TEXT,
    EDGE,
    GAP,
    LABEL,
    MIDDLE,
    ORANGE,
    ORANGE_TEXT,
    QUIET,
    RANGE,
    Row,
    Scale,
    draw_axis,
    label_row,
    placed_rows,
    scale,
    writer,
)
from workbench.reporting.sheet import WIDTH, Sheet, styled, text_width, wrapped
from workbench.reporting.wording import number, word


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
    x = scale(low, high, LABEL, right)
    draw_axis(sheet, x, np.linspace(low, high, 5), top - 4, bottom, writer(False, language))
    sheet.text(684, 14, unit_label or word("score", language), "right", QUIET)
    sheet.text(WIDTH, 14, word("n", language), "right", QUIET)
    for row, y in placed_rows(rows, top, step):
        label_row(sheet, row["label"], y)
        if pd.notna(row["median"]):
            _band(sheet, x, y, row)
        _estimate(sheet, x, y, row, hollow=row["status"] == "indicative")
        sheet.text(684, y, number(row["estimate"], language), "right", bold=True)
        sheet.text(WIDTH, y, number(row["n"], language), "right", QUIET)
    sample = {"conf_low": 0, "estimate": 20, "conf_high": 40}
    y = bottom + 56
    _estimate(sheet, scale(0, 40, 0, 40), y, sample)
    end = sheet.text(50, y, word("this one", language), color=QUIET)[1]
    if banded:
        band = {"lowest": 0, "quarter": 20, "median": 31, "three_quarters": 42, "highest": 60}
        _band(sheet, scale(0, 60, end + 24, end + 84), y, band)
        sheet.text(end + 94, y, word("band", language), color=QUIET)
    if hollow:
        _estimate(sheet, scale(0, 40, 0, 40), y + 26, sample, hollow=True)
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
    right, top, shift = 610, 46, 8
    step = 64 if any(len(wrapped(label, LABEL - GAP, 3)) > 2 for label in rows["label"]) else 54
    bottom = top + step * len(rows)
    groups = (
        ("client", "circle", BLUE, BLUE_TEXT, -shift, 684, first_label or word("clients", language)),
        ("staff", "diamond", ORANGE, ORANGE_TEXT, shift, WIDTH, second_label or word("staff", language)),
    )
    sheet = Sheet(bottom + 32)
    x = scale(low, high, LABEL, right)
    draw_axis(sheet, x, np.linspace(low, high, 5), top - 4, bottom, writer(False, language))
    for _, shape, colour, _, _, column, _ in groups:
        sheet.marks([column - 11], [14], shape, colour)
    for row, y in placed_rows(rows, top, step):
        label_row(sheet, row["label"], y, most=3)
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
    for row, y in placed_rows(rows, top, step):
        if pd.isna(row["client"]) or pd.isna(row["staff"]):
            continue
        lower, higher = sorted(groups, key=lambda group: row[group[0]])
        near = x(row[higher[0]]) - x(row[lower[0]]) < 26
        end = float(WIDTH)
        for (name, _, colour, text_colour, off, _, label), side in ((higher, "left"), (lower, "right")):
            at, wide = x(row[name]), text_width(label, bold=True)
            edge = max(min(at + (-3 if near else 6), end), wide)
            if side == "left":
                edge = min(at + (3 if near else -6), 650 - wide)
                end = edge - 10
            sheet.line([at, at], [24, y + off - 8], colour, 1)
            sheet.text(edge, 14, label, side, text_colour, bold=True)
        return
