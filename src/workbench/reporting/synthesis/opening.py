"""In short: the region at a glance, and for a municipality what its council needs to read these figures."""

from collections.abc import Callable

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import KeyFigures, Paragraphs
from workbench.reporting.exhibits import Parts, of_region, share
from workbench.reporting.release import Release
from workbench.reporting.wording import inside, number


def headline(release: Release) -> KeyFigures:
    """Providers, questionnaires and response of the region at a glance."""
    language = release.language
    tiles = [] if release.municipality else [(number(len(release.providers), language), release.head("providers"), "")]
    for role in phrases.ROLES:
        tiles += _tile(release, "aantal", "count", role, release.word(role), lambda value: number(value, language))
    name = release.name("respons")
    return KeyFigures(tiles + _tile(release, "respons", "share", "client", name, lambda value: share(value, language)))


def _tile(
    release: Release, measure: str, statistic: str, role: str, name: str, write: Callable[[float], str]
) -> list[tuple[str, str, str]]:
    """Return the tile of one figure: that of the region, or of the municipality with that of the region below it."""
    region = of_region(release, measure, statistic, role)
    if region is None:
        return []
    whole = write(region["estimate"])
    if not release.municipality:
        return [(whole, name, "")]
    asked = {"measure": measure, "statistic": statistic, "group": role, "unit_id": release.municipality}
    own = release.row(**asked, unit="municipality")
    if own is None:
        return []
    few = own["reason"] == "few" and statistic == "count"
    hidden = f"< {release.thresholds['hidden_below']}" if few else "–"
    value = hidden if own["status"] == "hidden" else write(own["estimate"])
    return [(value, name, f"{release.head('region')}: {whole}")]


def in_short(release: Release) -> Parts:
    """How many providers are told apart per dimension, which targets were reached, how agreements went."""
    asked = {"measure": release.dimensions, "statistic": "adjusted", "unit": "provider", "group": "client"}
    rows = release.rows(**asked)
    sentences = [
        phrases.told_apart(labels, differ(release, measure), release.name(measure), release.language, briefly=True)
        for measure in release.dimensions
        if (labels := rows.loc[rows["measure"] == measure, "label"])
        .isin(["above", "below", "not distinguishable"])
        .any()
    ]
    why = release.say("no scores" if rows.empty else "too few providers")
    if not sentences:
        return Parts([Paragraphs([why]), *_decided(release)])
    title = release.text("titles", "providers told apart")
    return Parts([Paragraphs(sentences, title, as_list=True), *_decided(release)])


def _decided(release: Release) -> list[Paragraphs]:
    """Return what became of the region's targets and of what was agreed, where there are any."""
    told = []
    if release.codebook["ambitions"]:
        told.append(
            phrases.targets_in_all([str(aim["reached"]) for aim in release.codebook["ambitions"]], release.language)
        )
    if len(release.agreements):
        movements = release.agreements["movement"].value_counts()
        told.append(phrases.moved_in_all(movements, len(release.agreements), release.language))
    return [Paragraphs(told, release.text("titles", "decided"), as_list=True)] if told else []


def differ(release: Release, measure: str) -> bool:
    """Say whether the differences on a dimension together are more than chance explains."""
    row = of_region(release, measure, "icc")
    return row is None or row["label"] != "no measurable difference"


def for_the_council(release: Release) -> Paragraphs:
    """What is measured, since when, and what may not be concluded; only in the synthesis of a municipality."""
    if not release.municipality:
        return Paragraphs([])
    subjects = phrases.together([inside(release.name(measure)) for measure in release.dimensions], release.language)
    years = release.years
    values = {"place": release.title, "region": release.codebook["region"]["name"], "subjects": subjects}
    since = "measured since" if len(years) > 1 else "measured first"
    sentences = [
        release.say("council measured", **values),
        release.say(since, first=min(years), last=max(years)),
        *(release.say(f"council not {number}") for number in range(1, 5)),
    ]
    return Paragraphs(sentences, release.text("titles", "for the council", place=release.title), as_list=True)


def of_place(release: Release, measure: str, statistic: str) -> pd.Series | None:
    """Return a figure of the municipality this synthesis is told for; None where it is not there or not shown."""
    asked = {"measure": measure, "statistic": statistic, "unit": "municipality", "group": "client"}
    row = release.row(**asked, unit_id=release.municipality)
    return None if row is None or row["status"] == "hidden" else row
