"""The sheet a chart is drawn on: lines, boxes, marks and text at places in pixels; matplotlib writes the SVG.

A chart of the report has no use for matplotlib's axes, ticks and layout: every place on it is known beforehand. Leaving
them out makes a drawing several times faster, and small. The size of text is known too, from the font matplotlib ships.
"""

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D

from workbench.reporting.wording import printable

WIDTH = 760
SIZE = 16
INK = "#1b2430"
PAPER = "#ffffff"
FONTS = "DejaVu Sans, Verdana, Segoe UI, sans-serif"
ANCHORS = {"left": "", "center": "middle", "right": "end"}
SHAPES = {"circle": "o", "diamond": "D", "up": "^", "down": "v"}
STYLE: Any = {
    "svg.hashsalt": "workbench",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.parse_math": False,
    "lines.scale_dashes": False,
    "hatch.linewidth": 1.5,
    "path.simplify": False,
    "path.sketch": None,
    "path.effects": [],
}
Box = tuple[float, float, float, float]
Side = Literal["left", "center", "right"]


class Sheet:
    """A drawing in which x runs from 0 to `WIDTH` and y from 0, the top, to `height`; what comes later lies on top."""

    def __init__(self, height: float):
        self.height = height
        self._figure = _figure()
        self._down = Affine2D().scale(1, -1).translate(0, height)
        self._drawn: list[Artist | _Words] = []

    def line(
        self, xs: Sequence[float], ys: Sequence[float], color: str = INK, width: float = 1.5, dashes: str = ""
    ) -> None:
        """Draw a line through points; a missing point breaks it. `dashes` is as in SVG: ``"5 3"``."""
        style: Any = (0, tuple(float(part) for part in dashes.split())) if dashes else "-"
        line = Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="butt")
        line.set_linestyle(style)
        self._add(line)

    def verticals(
        self, xs: Iterable[float], tops: Iterable[float], bottoms: Iterable[float], color: str = INK, width: float = 1.5
    ) -> None:
        """Draw vertical lines."""
        ends = [(x, top, bottom) for x, top, bottom in zip(xs, tops, bottoms, strict=True)]
        nan = float("nan")
        self.line(
            [at for x, _, _ in ends for at in (x, x, nan)],
            [at for _, top, bottom in ends for at in (top, bottom, nan)],
            color,
            width,
        )

    def horizontals(self, ys: Iterable[float], left: float, right: float, color: str = INK, width: float = 1.5) -> None:
        """Draw horizontal lines."""
        ys, nan = list(ys), float("nan")
        self.line([left, right, nan] * len(ys), [at for y in ys for at in (y, y, nan)], color, width)

    def box(
        self,
        left: float,
        right: float,
        top: float,
        bottom: float,
        color: str,
        edge: str = "none",
        hatched: bool = False,
    ) -> None:
        """Draw a filled rectangle."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        hatch = "////" if hatched else None
        self._add(Polygon(corners, facecolor=color, edgecolor=edge, linewidth=1, hatch=hatch))

    def marks(
        self, xs: Sequence[float], ys: Sequence[float], shape: str, color: str, size: float = 13, hollow: bool = False
    ) -> None:
        """Draw marks of one shape with a thin edge of paper around them, or hollow ones."""
        face, edge, width = (PAPER, color, 2.75) if hollow else (color, PAPER, 1.25)
        size = size * {"diamond": 0.78, "circle": 1.0}.get(shape, 1.12) - (1.5 if hollow else 0)
        mark = Line2D(xs, ys, linestyle="none", marker=SHAPES[shape], markersize=size)
        mark.set(markerfacecolor=face, markeredgecolor=edge, markeredgewidth=width)
        self._add(mark)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        side: Side = "left",
        color: str = INK,
        bold: bool = False,
        italic: bool = False,
        halo: bool = False,
    ) -> Box:
        """Write one line, centred on height `y`; `side` says which end stands at `x`. Return the room it takes.

        A `halo` of paper keeps it readable where it crosses a line.
        """
        plain = one_line(text)
        if plain:
            self._drawn.append(_Words(x, y + 0.36 * SIZE, plain, side, color, bold, italic, halo))
        wide = text_width(plain, bold)
        start = x - {"left": 0.0, "right": wide, "center": wide / 2}[side]
        return start, start + wide, y - 10, y + 10

    def svg(self) -> str:
        """Return the drawing as an SVG element that takes the width it is given."""
        written = io.StringIO()
        renderer = RendererSVG(WIDTH, self.height, written, image_dpi=72)
        for each in self._drawn:
            each.draw(renderer)
        renderer.finalize()
        return _compact(written.getvalue(), self.height)

    def _add(self, artist: Artist) -> None:
        artist.set_figure(self._figure)
        artist.set_transform(self._down)
        artist.set_clip_on(False)
        self._drawn.append(artist)


@dataclass(frozen=True)
class _Words:
    """A line of text; matplotlib would first measure it, in vain: the reader's own font draws it."""

    x: float
    y: float
    text: str
    side: Side
    color: str
    bold: bool
    italic: bool
    halo: bool

    def draw(self, renderer: RendererSVG) -> None:
        """Write it as SVG; it stands where nothing is missing."""
        if math.isnan(self.x) or math.isnan(self.y):
            return
        looks = {
            "stroke": PAPER if self.halo else "",
            "stroke-width": "4" if self.halo else "",
            "paint-order": "stroke" if self.halo else "",
            "font-style": "italic" if self.italic else "",
            "font-weight": "700" if self.bold else "",
            "text-anchor": ANCHORS[self.side],
            "fill": self.color,
        }
        style = "; ".join(f"{name}: {look}" for name, look in looks.items() if look)
        place = {"x": f"{self.x:f}", "y": f"{self.y:f}"}
        renderer.writer.element("text", self.text, {"style": style, **place})


@cache
def _figure() -> Figure:
    """Return the one figure that tells artists how many pixels go in an inch: as many as points."""
    return Figure(dpi=72)


def _compact(svg: str, height: float) -> str:
    """Take from matplotlib's file what an HTML page has no use for: prolog, metadata, groups, repeated looks."""
    body = re.sub(r"^.*?<svg[^>]*>|<metadata>.*?</metadata>|</?g\b[^>]*>|</svg>\s*$", "", svg, flags=re.DOTALL)
    body = re.sub(r'<defs>\s*<style type="text/css">.*?</style>\s*</defs>', "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href").replace("stroke-dashoffset: 0; ", "")
    body = re.sub(r"<[^<>]*>", _rounded, body)
    body = re.sub(r">\s+<", "><", body.strip())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="100%" '
        f'preserveAspectRatio="xMinYMin" font-family="{FONTS}" font-size="{SIZE}" stroke-linejoin="round">{body}</svg>'
    )


def _rounded(tag: re.Match[str]) -> str:
    text = re.sub(r"-?\d+\.\d+(?!\d*px)", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), tag[0])
    return re.sub(r"\s+", " ", text).replace(' "', '"').replace("; ", ";").replace(": ", ":")


# ---- text


def one_line(text: Any) -> str:
    r"""Return text as one line without control characters, as it may come from anyone's spreadsheet.

    Examples
    --------
    >>> one_line("De \n Linde\x00")
    'De Linde'
    """
    return " ".join(printable(text)[:500].split())


def text_width(text: str, bold: bool = False) -> float:
    """Return how wide a line of text is at most: the font of the reader is this wide or narrower."""
    return sum(_advance(sign) for sign in text) * (1.12 if bold else 1.0)


def shortened(text: str, room: float, bold: bool = False) -> str:
    """Return text that fits, with an ellipsis where it was cut."""
    text = one_line(text)
    if text_width(text, bold) <= room:
        return text
    while text and text_width(text + "…", bold) > room:
        text = text[:-1]
    return text.rstrip(" ,.-") + "…"


def wrapped(text: str, room: float, lines: int = 2) -> list[str]:
    """Break text into at most so many lines that fit; what is left of it is cut from the last.

    Examples
    --------
    >>> wrapped("Hoe makkelijk u hulp kreeg", 140)
    ['Hoe makkelijk u', 'hulp kreeg']
    """
    text = one_line(text)
    words = text.split(" ")
    broken: list[str] = []
    while words and len(broken) < lines - 1:
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}") <= room:
            line = f"{line} {words.pop(0)}"
        broken.append(line)
    return [shortened(line, room) for line in (*broken, " ".join(words)) if line] or [""]


@cache
def _advance(sign: str) -> float:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    if not font.get_char_index(ord(sign)):  # another font of the reader draws it, at most this wide
        return 0.0 if unicodedata.category(sign)[0] in "MC" else 1.4 * SIZE
    font.set_size(SIZE, 72)
    return float(font.load_char(ord(sign)).linearHoriAdvance) / 65536


def styled() -> Any:
    """Return the context, also a decorator, in which a sheet is drawn."""
    return matplotlib.rc_context(STYLE)
