"""In their own words, for the conversation, and what of this report is not shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.reporting import agenda, phrases
from workbench.reporting.exhibit import Blank, BlankTable, Exhibit, Paragraphs, Quotes
from workbench.reporting.exhibits import (
    Parts,
    adjusted_scores,
    compared_outcomes,
    finding,
    gaps_of,
    named,
    of_measure,
    said,
    shown,
)
from workbench.reporting.portrait.sides import to_discuss
from workbench.reporting.release import Release
from workbench.reporting.wording import inside


@dataclass(frozen=True)
class Conversation(Parts):
    """What a reader fills in beside the report; and what stands on the form that is sent with it (`agenda.of`)."""

    agenda: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return super()._repr_mimebundle_() | {agenda.AGENDA: self.agenda}


def remarks(release: Release) -> Parts | Paragraphs:
    """What people wrote themselves, as far as somebody read and released it, by subject."""
    if release.remarks.empty:
        return said(release.say("no remarks"))
    order = [*release.codebook["dimensions"], ""]
    parts = []
    for dimension in order:
        own = release.remarks[release.remarks["dimension"].fillna("") == dimension]
        if len(own):
            title = release.name(dimension) if dimension else release.text("titles", "other subjects")
            parts.append(Quotes(list(own["text"]), title))
    return Parts(parts)


def findings(release: Release) -> list[tuple[str, str]]:
    """Return what the report puts up for discussion: points, subjects others see otherwise, the first strength.

    Each is a figure with a sentence; the subjects are one sentence, of no single figure (an empty text).
    """
    compared = pd.concat([adjusted_scores(release), compared_outcomes(release)])
    below, above = phrases.points(compared, gaps_of(release)), phrases.strengths(compared, 1)
    seen_otherwise = to_discuss(release)
    image = [("", release.say("discuss", measures=named(release, seen_otherwise)))] if seen_otherwise else []

    def told(rows: pd.DataFrame) -> list[tuple[str, str]]:
        return [(str(row["measure"]), finding(release, row)) for _, row in rows.iterrows()]

    return told(below) + image + told(above)


def conversation(release: Release) -> Conversation:
    """Per finding an empty block with the four questions, last year's agreements, and room for new ones."""
    found = findings(release)
    sentences = [sentence for _, sentence in found] or [release.say("choose a figure")]
    blanks: list[Any] = [
        Blank(f"talk-{place}", sentence, release.language) for place, sentence in enumerate(sentences, 1)
    ]
    table = BlankTable("new-agreements", release.text("titles", "new agreements"), release.language)
    return Conversation([*blanks, *_agreed_before(release), table], agenda.of(release, found))


def _agreed_before(release: Release) -> list[Any]:
    """Room beside each earlier agreement, with its figure of this year: what was done, and does it go on?"""
    asked = [release.text("titles", key) for key in ("agreement done", "agreement now")]
    blanks = []
    for place, (_, row) in enumerate(release.agreements.iterrows(), 1):
        measure, statistic = str(row["measure"]), str(row["statistic"])
        before, now, target = (
            of_measure(release, measure, row[key], statistic) or "–" for key in ("then", "now", "target")
        )
        figures = {"then": before, "now": now, "target": target}
        name, action = release.name(measure, statistic), phrases.agreement(row, release.language)
        told = release.say("agreed before", action=action, measure=inside(name), **figures)
        blanks.append(Blank(f"agreed-{place}", told, release.language, asked))
    return blanks


def hidden(release: Release) -> Exhibit | Paragraphs:
    """Which figures are not shown, and why: how many, by reason."""
    own = release.rows(unit="provider", category=None)
    own = own[own["status"] == "hidden"]
    if own.empty:
        return said(release.say("nothing hidden"))
    why = [
        release.say("only a bound")
        if row["reason"] in phrases.BOUNDS
        else phrases.why_not(row, release.thresholds, release.language)
        for _, row in own.iterrows()
    ]
    counts = pd.Series(why).value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    table = pd.DataFrame({release.head("why"): counts.index, release.head("number"): counts.to_numpy()})
    caption, note = release.text("captions", "hidden"), release.text("notes", "hidden")
    return shown(release, "hidden", table, caption=caption, note=note)
