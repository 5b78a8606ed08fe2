"""What both reports show in the same way: how figures are written, definition cards, and how the page was made.

Nothing is computed here. Where a figure is not there, its exhibit is one sentence that says why, never an empty chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import MARK, Card, Exhibit, Paragraphs, bundle
from workbench.reporting.release import Release
from workbench.reporting.wording import number, percentage

OUTCOMES: Mapping[str, str] = {
    "uitval": "share",
    "nut": "share",
    "zonder_hulp": "share",
    "geen_herstart": "incidence",
    "doelen": "share",
}
CARD_ROWS = ("asked", "numerator", "denominator", "exclusions", "window", "perspective", "caveat")


@dataclass(frozen=True)
class Parts:
    """Several exhibits below each other."""

    parts: Sequence[Any]

    def _repr_html_(self) -> str:
        return f'<div class="{MARK}parts">{"".join(part._repr_html_() for part in self.parts)}</div>'

    def tables(self) -> list[dict[str, Any]]:
        """Return the tables of all parts."""
        return [table for part in self.parts if hasattr(part, "tables") for table in part.tables()]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self)


def said(*sentences: str) -> Paragraphs:
    """Return sentences as paragraphs."""
    return Paragraphs(sentences)


def shown(
    release: Release,
    key: str,
    table: pd.DataFrame,
    *,
    caption: str,
    finding: str = "",
    chart: str | None = None,
    note: str = "",
    numeric: Sequence[str] = (),
    **formats: str,
) -> Exhibit:
    """Return an exhibit in the language of the release; columns `numeric` are aligned right."""
    kinds = dict.fromkeys([release.head(head) for head in numeric], "points") | formats
    return Exhibit(key.replace("_", "-"), caption, finding, table, chart, note, release.language, kinds)


def plain(value: float, language: str, decimals: int = 0, signed: bool = False) -> str:
    """Write a number, or nothing where it is missing."""
    return "" if pd.isna(value) else number(value, language, decimals, signed)


def share(value: float, language: str) -> str:
    """Write a share as a percentage, or nothing where it is missing."""
    return "" if pd.isna(value) else percentage(value, language)


def interval(row: pd.Series, language: str, shares: bool = False, decimals: int = 0) -> str:
    """Write the ends of an interval, or nothing where it is missing."""
    low, high = row["conf_low"], row["conf_high"]
    if pd.isna(low) or pd.isna(high):
        return ""
    write = percentage if shares else number
    return f"{write(low, language, decimals)}\u00a0–\u2060\u00a0{write(high, language, decimals)}"


def figure(release: Release, row: pd.Series | None) -> str:
    """Write an estimate with its interval, or why there is none."""
    language = release.language
    if row is None:
        return ""
    if row["status"] == "hidden":
        return phrases.why_not(row, release.thresholds, language)
    if row["statistic"] in ("share", "incidence"):
        return f"{percentage(row['estimate'], language)} ({interval(row, language, shares=True)})"
    decimals = 1 if row["measure"] in OUTCOMES else 0  # a mark from 1 to 10
    return f"{number(row['estimate'], language, decimals)} ({interval(row, language, decimals=decimals)})"


def counted(release: Release, row: pd.Series | None) -> str:
    """Write how many questionnaires count: fewer than the threshold, or not shown, where that is so."""
    if row is None:
        return number(0, release.language)
    if row["reason"] == "few":
        return f"< {release.thresholds['hidden_below']}"
    return plain(row["estimate"], release.language) or release.text("titles", "not shown")


def finding(release: Release, row: pd.Series) -> str:
    """Return the sentence of a comparison or of a gap."""
    name = release.name(row["measure"])
    if row["statistic"] == "gap":
        sentence = phrases.mirrored(row, name, release.definitions["mirror_margin"], release.language)
    else:
        sentence = phrases.compared(row, name, release.language)
    return f"{sentence} {release.say('indicative')}" if row["status"] == "indicative" else sentence


def in_order(release: Release, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order of the codebook's dimensions."""
    place = {name: number for number, name in enumerate(release.dimensions)}
    return rows.sort_values("measure", key=lambda measures: measures.map(place), kind="stable")


def cards(release: Release, *measures: str) -> Parts:
    """The definitions of measures that this release has, with the region's choices filled in."""
    present = set(release.estimates["measure"])
    return Parts([_card(release, measure) for measure in measures if measure in present])


def _card(release: Release, measure: str) -> Card:
    language, choices = release.language, release.definitions
    words = release.codebook["cards"][measure]
    values = dict(choices) | {
        "dropout": release.word(choices["dropout"]),
        "period": str(release.year - 1),
        "restart_period": f"{release.year - 2}–{release.year - 1}",
        "restart_provider": release.word("same provider" if choices["restart_same_provider"] else "any provider"),
    }
    said = {key: words[language][key].format(**values) for key in CARD_ROWS if key in words[language]}
    said["perspective"] = release.word(words["perspective"])
    rows = {release.head(key): said[key] for key in CARD_ROWS}
    return Card(f"card-{measure.replace('_', '-')}", words[language]["name"], rows, language)


def colophon(release: Release) -> Paragraphs:
    """Thresholds, adjustment and labels as they were for this page, and how many figures are not shown."""
    language = release.language
    settings = release.codebook["region"]["comparison"]
    own = release.estimates[release.estimates["unit"].eq("provider") & release.estimates["year"].eq(release.year)]
    counts = {"hidden": number((own["status"] == "hidden").sum(), language), "all": number(len(own), language)}
    adjusted = own["method"].str.startswith("case-mix").any()
    adjusters = phrases.together([release.word(name) for name in settings["adjusters"]], language) if adjusted else ""
    labels = {
        "minimum_n": number(settings["minimum_n"], language),
        "minimum_reliability": number(settings["minimum_reliability"], language, 2),
        "minimum_difference": number(settings["minimum_difference"], language),
    }
    return said(
        release.text("method", "thresholds", **release.thresholds),
        release.text("method", "hidden", **counts),
        release.text("method", "adjusted" if adjusters else "not adjusted", adjusters=adjusters),
        release.text("method", "labels", **labels),
    )
