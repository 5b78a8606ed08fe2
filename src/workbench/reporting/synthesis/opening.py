"""In short: the region at a glance, and for a municipality what its council needs to read these figures."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import KeyFigures, Paragraphs
from workbench.reporting.exhibits import of_region
from workbench.reporting.release import Release
from workbench.reporting.wording import number, percentage


def headline(release: Release) -> KeyFigures:
    """Providers, questionnaires and response of the region at a glance."""
    language = release.language
    tiles = [(number(len(release.providers), language), release.head("providers"), "")]
    for role in phrases.ROLES:
        row = release.row(measure="aantal", unit="region", group=role)
        if row is not None and row["status"] != "hidden":
            tiles.append((number(row["estimate"], language), release.word(role), ""))
    response = of_region(release, "respons", "share")
    if response is not None:
        tiles.append((percentage(response["estimate"], language), release.name("respons"), ""))
    return KeyFigures(tiles)


def in_short(release: Release) -> Paragraphs:
    """Per dimension: how many providers lie demonstrably above or below the mean of all, or that none does."""
    asked = {"measure": release.dimensions, "statistic": "adjusted", "unit": "provider", "group": "client"}
    rows = release.rows(**asked)
    sentences = [
        phrases.told_apart(labels, differ(release, measure), release.name(measure), release.language)
        for measure in release.dimensions
        if (labels := rows.loc[rows["measure"] == measure, "label"])
        .isin(["above", "below", "not distinguishable"])
        .any()
    ]
    why = release.say("no scores" if rows.empty else "too few providers")
    return Paragraphs(sentences or [why], as_list=len(sentences) > 1)


def differ(release: Release, measure: str) -> bool:
    """Say whether the differences on a dimension together are more than chance explains."""
    row = of_region(release, measure, "icc")
    return row is None or row["label"] != "no measurable difference"


def for_the_council(release: Release) -> Paragraphs:
    """What is measured, since when, and what may not be concluded; only in the synthesis of a municipality."""
    if not release.municipality:
        return Paragraphs([])
    subjects = phrases.together([release.name(measure).lower() for measure in release.dimensions], release.language)
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
