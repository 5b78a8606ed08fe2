"""The image from all sides of the whole region, and whether the sources agree."""

from typing import Any

import pandas as pd

from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, interval, plain, said, shown
from workbench.reporting.release import Release
from workbench.reporting.synthesis import maps

MOST = 5.0  # others: clients, staff, access team, back office and supervisor


def sides(release: Release) -> Parts | Paragraphs:
    """Per provider and theme how many others are clearly less positive than the provider itself."""
    if not release.themes:
        return said(release.say("no assessments"))
    if not release.named:
        return said(release.say("no single providers"))
    rows = release.rows(measure=release.themes, statistic="discuss", unit="provider")
    rows = rows[rows["status"] != "hidden"]
    if rows.empty:
        return said(release.say("no self-images"))
    talk = rows.assign(talk=rows["label"] == "discuss").groupby("unit_id")["talk"].any()
    finding = release.say("discuss count", count=int(talk.sum()), all=len(talk))
    return maps.of_providers(release, rows, "discuss", "sides", "sides of all", finding, low=0, high=MOST)


def agreement(release: Release) -> Parts | Paragraphs:
    """Do access team, back office and supervisor see the same per theme, and do sources order providers alike?"""
    asked: dict[str, Any] = {"unit": "region", "group": "assessors"}
    alpha = release.rows(**asked, measure=release.themes, statistic="alpha_ordinal")
    if alpha.empty:
        return said(release.say("no assessors"))
    parts: list[Any] = [_per_theme(release, alpha)]
    pairs = release.rows(**asked, measure="all", statistic="triangulation", category=None)
    pairs = pairs[pairs["estimate"].notna()]
    if len(pairs):
        parts.append(_between_sources(release, pairs))
    else:
        parts.append(said(release.say("too few for sources")))
    return Parts(parts)


def _per_theme(release: Release, alpha: pd.DataFrame) -> Exhibit:
    language = release.language
    other = {}
    for statistic in ("ac2", "icc_a1"):
        rows = release.rows(unit="region", group="assessors", measure=release.themes, statistic=statistic)
        other[statistic] = rows.set_index("measure")["estimate"]
    alpha = alpha.set_index("measure").reindex([theme for theme in release.themes if theme in set(alpha["measure"])])
    table = pd.DataFrame(
        {
            release.head("theme"): [release.name(str(theme)) for theme in alpha.index],
            release.head("alpha"): [plain(value, language, 2) for value in alpha["estimate"]],
            release.head("interval"): [interval(row, language, decimals=2) for _, row in alpha.iterrows()],
            release.head("ac2"): [plain(value, language, 2) for value in other["ac2"].reindex(alpha.index)],
            release.head("providers count"): [plain(value, language) for value in alpha["n"]],
        }
    )
    few = alpha["reason"].eq("orientating").any()
    return shown(
        release,
        "agreement",
        table,
        caption=release.text("captions", "agreement"),
        finding=release.say("agreement few" if few else "agreement"),
        note=release.text("notes", "agreement"),
        numeric=["alpha", "ac2", "providers count"],
    )


def _between_sources(release: Release, pairs: pd.DataFrame) -> Exhibit:
    language = release.language
    named = [[release.word(f"source {each}") for each in pair.split("~")] for pair in pairs["category"]]
    table = pd.DataFrame(
        {
            release.head("source"): [" – ".join(pair) for pair in named],
            release.head("correlation"): [plain(value, language, 2) for value in pairs["estimate"]],
            release.head("interval"): [interval(row, language, decimals=2) for _, row in pairs.iterrows()],
            release.head("providers count"): [plain(value, language) for value in pairs["n"]],
        }
    )
    caption, note = release.text("captions", "triangulation"), release.text("notes", "triangulation")
    numeric = ["correlation", "providers count"]
    return shown(release, "triangulation", table, caption=caption, note=note, numeric=numeric)
