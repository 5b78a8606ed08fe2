"""What was aimed for beside what was reached."""

import math

import pandas as pd

from workbench.reporting.figures.axes import (
    BLUE,
    LABEL,
    QUIET,
    Row,
    Scale,
    draw_axis,
    label_row,
    placed_rows,
    scale,
    writer,
)
from workbench.reporting.sheet import INK, WIDTH, Sheet, styled, wrapped
from workbench.reporting.wording import word


@styled()
def targets(rows: pd.DataFrame, *, language: str = "nl") -> str:
    """Draw per indicator where it stands, with its interval, where it stood before, and the target.

    Parameters
    ----------
    rows : DataFrame, one row per indicator
        ``label, estimate, conf_low, conf_high, target`` and ``before`` (NaN: not known); ``share``: true where these
        are shares in [0, 1], otherwise they are points of 0 to 100; ``verdict``: what may be said of it, in one or two
        lines.

    Returns
    -------
    str
        SVG.

    Examples
    --------
    >>> row = {"label": "Toegang", "estimate": 68.0, "conf_low": 64.0, "conf_high": 72.0, "target": 75.0}
    >>> ">68<" in targets(pd.DataFrame([row | {"before": 61.0, "share": False, "verdict": "niet gehaald"}]))
    True
    """
    left, right, top = LABEL, 590, 34
    said = [wrapped(verdict, WIDTH - left) for verdict in rows["verdict"]]
    lines = max((len(each) for each in said), default=1)
    step = 47 + 20 * lines
    bottom = top + step * len(rows)
    sheet = Sheet(bottom + 66)
    x = scale(0, 100, left, right)
    draw_axis(sheet, x, range(0, 101, 25), top - 4, bottom, writer(False, language))
    sheet.text(670, 14, word("now", language), "right", QUIET)
    sheet.text(WIDTH, 14, word("aim", language), "right", QUIET)
    for (row, y), verdict in zip(placed_rows(rows, top, step), said, strict=True):
        height = y - 10 * lines
        label_row(sheet, row["label"], height)
        for place, line in enumerate(verdict):
            sheet.text(left, height + 28 + 20 * place, line, italic=True, halo=True)
        _indicator(sheet, row, x, height, language)
    _legend(sheet, bottom + 52, language)
    return sheet.svg()


def _indicator(sheet: Sheet, row: Row, x: Scale, y: float, language: str) -> None:
    share = bool(row["share"])
    times, write = (100.0 if share else 1.0), writer(share, language)
    place = {name: x(float(row[name]) * times) for name in ("estimate", "conf_low", "conf_high", "target", "before")}
    if not math.isnan(place["target"]):
        sheet.line([place["target"]] * 2, [y - 15, y + 15], INK, 3)
    if not math.isnan(place["before"]):
        if not math.isnan(place["estimate"]):
            sheet.line([place["before"], place["estimate"]], [y, y], QUIET, 1, "2 3")
        sheet.marks([place["before"]], [y], "circle", QUIET, 11, hollow=True)
    if not math.isnan(place["estimate"]):
        sheet.line([place["conf_low"], place["conf_high"]], [y, y], BLUE, 3)
        sheet.marks([place["estimate"]], [y], "circle", BLUE)
    for name, column, bold in (("estimate", 670, True), ("target", WIDTH, False)):
        value = float(row[name])
        sheet.text(column, y, "–" if math.isnan(value) else write(value), "right", bold=bold)


def _legend(sheet: Sheet, y: float, language: str) -> None:
    sheet.line([0, 36], [y, y], BLUE, 3)
    sheet.marks([18], [y], "circle", BLUE)
    at = sheet.text(46, y, word("now with interval", language), color=QUIET)[1] + 30
    sheet.marks([at], [y], "circle", QUIET, 11, hollow=True)
    at = sheet.text(at + 14, y, word("before", language), color=QUIET)[1] + 30
    sheet.line([at, at], [y - 10, y + 10], INK, 3)
    sheet.text(at + 12, y, word("aim", language), color=QUIET)
