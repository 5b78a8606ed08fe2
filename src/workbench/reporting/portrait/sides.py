"""The image from all sides: how the provider sees itself, and how others see it."""

import pandas as pd

from workbench.reporting import figures
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import named, plain, said, shown
from workbench.reporting.release import Release

SOURCES = ("self", "client", "staff", "access", "back_office", "supervisor")
JUDGED = {"self", "access", "back_office", "supervisor"}  # without any of these there is nothing beside the scores


def sides(release: Release) -> Exhibit | Paragraphs:
    """Per theme how the provider sees itself and how others see it; framed where others are lower."""
    language = release.language
    asked = {"measure": release.themes, "unit": "provider"}
    rated = release.rows(**asked, statistic="rating")
    rated = rated[rated["status"] != "hidden"]
    if not set(rated["group"]) & JUDGED:
        return said(release.say("no assessments"))
    wide = rated.pivot(index="measure", columns="group", values="estimate")
    wide = wide.reindex([theme for theme in release.themes if theme in wide.index])
    present = [source for source in SOURCES if source in wide]
    themes = [theme for theme in to_discuss(release) if theme in wide.index]
    names = {source: release.word(f"source {source}") for source in present}
    word = release.word("discuss")
    table = pd.DataFrame({release.head("theme"): [release.name(str(theme)) for theme in wide.index]})
    for source in present:
        table[names[source]] = [plain(value, language) for value in wide[source]]
    table[release.head("reading")] = [word if theme in themes else "" for theme in wide.index]
    drawn = wide[present].rename(columns=names).assign(label=table[release.head("theme")].to_numpy())
    drawn["remark"] = table[release.head("reading")].to_numpy()
    if "self" not in present:
        finding = release.say("no self-image")
    else:
        finding = release.say("discuss" if themes else "nothing lower", measures=named(release, themes))
    return shown(
        release,
        "sides",
        table,
        caption=release.text("captions", "sides"),
        finding=finding,
        chart=figures.heat(drawn.reset_index(drop=True), list(names.values()), 0, 100, language=language),
        note=release.text("notes", "sides"),
        **dict.fromkeys(names.values(), "count"),
    )


def to_discuss(release: Release) -> list[str]:
    """Return the themes on which two others or more are clearly less positive than the provider itself."""
    told = release.rows(measure=release.themes, unit="provider", statistic="discuss").set_index("measure")["label"]
    return [theme for theme in release.themes if told.get(theme) == "discuss"]
