"""Where names stand in a chart full of points: beside their point, or further off at the end of a thin line.

A name touches no point and no other name. Where there is no room at all it is left to the table below the chart.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import QUIET, Row, records
from workbench.reporting.sheet import Box, Sheet, Side, shortened, text_width

NEAR: tuple[tuple[float, float, Side], ...] = (
    *((11, 0, "left"), (-11, 0, "right"), (0, -18, "center"), (0, 18, "center")),
    *((9, -13, "left"), (9, 13, "left"), (-9, -13, "right"), (-9, 13, "right")),
)
FAR: tuple[tuple[float, float, Side], ...] = tuple(
    (round(far * math.cos(turn), 1), round(0.8 * far * math.sin(turn), 1), "left" if math.cos(turn) >= 0 else "right")
    for far in (30, 46, 64, 84, 106, 140, 180, 230)
    for turn in (math.radians(degrees) for degrees in (-30, 30, -150, 150, -65, 65, -115, 115, 0, 180))
)
FURTHEST, LONGEST, WHOLE = 50, 200, 320


def write_names(
    sheet: Sheet,
    points: pd.DataFrame,
    taken: Sequence[Box],
    crossed: Sequence[Box],
    room: Box,
) -> int:
    """Write the names asked for; return how many found no room.

    Parameters
    ----------
    sheet : Sheet
    points : DataFrame, one row per point
        ``across, height`` (its place), ``name``, ``named`` (it is asked for), ``mine`` (bold, and placed first) and
        ``look`` (what is told apart has its name whole). The order is the order in which names choose their place.
    taken : sequence of box
        Where something is written already.
    crossed : sequence of box
        Lines: a name keeps off them where it can.
    room : box
        Names stay within.
    """
    dots = np.array([_around(point) for point in records(points)]).reshape(-1, 4)
    written, lines, leads = (np.array([*boxes]).reshape(-1, 4) for boxes in (taken, crossed, ()))
    left_out = 0
    asked = points[points["named"] | points["mine"]]
    for point in records(asked.sort_values("mine", ascending=False, kind="stable")):
        first = bool(point["mine"] or point["look"])
        name = shortened(point["name"], WHOLE if first else LONGEST, point["mine"])
        wide = text_width(name, point["mine"])
        others = dots[~(dots == np.array(_around(point))).all(axis=1)]
        blocked = np.vstack([others, written, leads])
        spot = (
            _spot(point, wide, NEAR, np.vstack([blocked, lines]), room)
            or _spot(point, wide, NEAR, blocked, room)
            or _spot(point, wide, FAR[: None if first else FURTHEST], blocked, room, np.vstack([written, leads]))
            or (_spot(point, wide, NEAR, written, room) if first else None)
        )
        if spot is None:
            left_out += 1
            continue
        across, height, side, led = spot
        if led:
            end = across + (-3 if side == "left" else 3)
            sheet.line([point["across"], end], [point["height"], height], QUIET, 1)
            leads = np.vstack([leads, _along(point["across"], point["height"], end, height)])
        written = np.vstack([written, sheet.text(across, height, name, side, bold=point["mine"], halo=True)])
    return left_out


def _around(point: Row) -> Box:
    return point["across"] - 6, point["across"] + 6, point["height"] - 6, point["height"] + 6


def _spot(
    point: Row,
    wide: float,
    places: Sequence[tuple[float, float, Side]],
    blocked: np.ndarray,
    room: Box,
    names: np.ndarray | None = None,
) -> tuple[float, float, Side, bool] | None:
    """Return the first place where a name of this width touches nothing; with `names` a line leads there.

    That line may run over points, but not over `names`.
    """
    for dx, dy, side in places:
        across, height = point["across"] + dx, point["height"] + dy
        start = across - {"left": 0.0, "right": wide, "center": wide / 2}[side]
        box = (start - 2, start + wide + 2, height - 9, height + 9)
        inside = room[0] <= box[0] and box[1] <= room[1] and room[2] <= box[2] and box[3] <= room[3]
        if inside and not _touches(box, blocked) and (names is None or _free(point, across, height, names)):
            return across, height, side, names is not None
    return None


def _touches(box: Box, others: np.ndarray) -> bool:
    apart = (others[:, 0] >= box[1]) | (others[:, 1] <= box[0]) | (others[:, 2] >= box[3]) | (others[:, 3] <= box[2])
    return not bool(apart.all())


def _free(point: Row, across: float, height: float, names: np.ndarray) -> bool:
    """Whether the line from a point to its name runs over no other name and no other such line."""
    line = _along(point["across"], point["height"], across, height)
    return not any(_touches((left, right, top, bottom), names) for left, right, top, bottom in line)


def _along(across: float, height: float, to_across: float, to_height: float) -> np.ndarray:
    """Return small boxes along a line; those beside its point are left out, for points may touch."""
    steps = np.linspace(0.15, 1, 24)
    xs, ys = across + steps * (to_across - across), height + steps * (to_height - height)
    return np.column_stack([xs - 1, xs + 1, ys - 1, ys + 1])
