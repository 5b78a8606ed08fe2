"""All providers in order, each with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.reporting.figures.axes import (
    DISTINCT,
    GAP,
    LOOKS,
    OTHERWISE,
    QUIET,
    Write,
    draw_axis,
    draw_grid,
    draw_key,
    named_mark,
    natural_ends,
    placed_rows,
    records,
    round_ticks,
    scale,
    writer,
)
from workbench.reporting.sheet import INK, WIDTH, Sheet, shortened, styled, text_width
from workbench.reporting.wording import number, word

ROWS_WITH_NAMES = 46


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
        What stands at `reference`; by default the mean of the providers (of shares: the region) with its value.
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
    least, most = natural_ends(estimates, share)
    ticks = round_ticks(max(low, least), min(high, most), 6)
    write = writer(share, language)
    words = {label: word(label, language) for label in (*DISTINCT, OTHERWISE)} | dict(labels or {})
    words |= {
        "reference": reference_label
        or f"{word('region' if share else 'mean of providers', language)} {write(reference)}",
        "counted": f"{number(len(rows), language)} {word('providers in order', language)}",
        "and more": word("and more", language),
        "line": word("line", language),
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
    x = scale(ticks[0], ticks[-1], left, right)
    draw_axis(sheet, x, ticks, top, bottom, write)
    sheet.line([x(reference)] * 2, [top, bottom], INK, 1.5)
    half = text_width(words["reference"]) / 2
    sheet.text(min(max(x(reference), half), WIDTH - half), 14, words["reference"], "center")
    for row, y in placed_rows(rows, top + 6, step):
        look = LOOKS[row["look"]]
        colour = INK if row["mine"] else look.color
        sheet.line([x(row["conf_low"]), x(row["conf_high"])], [y, y], colour, 3 if row["mine"] else 2)
        sheet.marks([x(row["estimate"])], [y], look.shape, colour, look.size + 2)
        if named or row["mine"]:
            sheet.text(0, y, shortened(row["name"], left - GAP, row["mine"]), bold=row["mine"])
            sheet.text(WIDTH, y, write(row["estimate"]), "right", INK if row["mine"] else QUIET, row["mine"])
    draw_key(sheet, bottom + 48, rows["look"], words)
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
    order = scale(0, len(rows), right, left)
    x, y = scale(0, 1, left, right), scale(ticks[0], ticks[-1], bottom, top)
    draw_grid(sheet, x, y, (), ticks, str, write)
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
    for own in records(rows[rows["mine"]]):
        sheet.line([own["across"]] * 2, [own["conf_low"], own["conf_high"]], INK, 3)
        sheet.marks([own["across"]], [own["estimate"]], LOOKS[own["look"]].shape, INK)
        name = shortened(own["name"], 300, bold=True)
        half = text_width(name, bold=True) / 2
        height = own["conf_low"] + 14 if own["conf_low"] + 24 < bottom else own["conf_high"] - 14
        sheet.text(min(max(own["across"], left + half), right - half), height, name, "center", bold=True, halo=True)
    sheet.text(left, bottom + 22, f"{words['counted']}; {words['line']}: {words['reference']}", color=QUIET)
    for place, (mark, line) in enumerate(listed):
        named_mark(sheet, 0, bottom + 52 + 24 * place, mark, line)
    if not named:
        draw_key(sheet, bottom + 52, rows["look"], words)
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
