"""The image from all sides, and what surrounds experience: volume, inflow, waiting and money."""

import pandas as pd

from workbench.reporting import figures
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import CONTEXT, administration, in_units, named, plain, said, shown
from workbench.reporting.release import Release

SOURCES = ("self", "client", "staff", "access", "back_office", "supervisor")
JUDGED = {"self", "access", "back_office", "supervisor"}  # without any of these there is nothing beside the scores
FIRST = 100.0


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
    lower = release.rows(**asked, statistic="discuss").set_index("measure")["label"].reindex(wide.index).eq("discuss")
    names = {source: release.word(f"source {source}") for source in present}
    word = release.word("discuss")
    table = pd.DataFrame({release.head("theme"): [release.name(str(theme)) for theme in wide.index]})
    for source in present:
        table[names[source]] = [plain(value, language) for value in wide[source]]
    table[release.head("reading")] = [word if each else "" for each in lower]
    drawn = wide[present].rename(columns=names).assign(label=table[release.head("theme")].to_numpy())
    drawn["remark"] = table[release.head("reading")].to_numpy()
    themes = [str(theme) for theme in wide.index[lower.to_numpy()]]
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


def context(release: Release) -> Exhibit | Paragraphs:
    """Clients, inflow, waiting time and money over the years; drawn from 100 in the first year, beside the region."""
    language = release.language
    own, region = (administration(release, unit) for unit in ("provider", "region"))
    if own.empty:
        return said(release.say("no context"))
    measures = [measure for measure in CONTEXT if measure in own.index]
    table = pd.DataFrame({release.head("measure"): [release.word(f"context {each}") for each in measures]})
    for year in own.columns:
        table[str(year)] = [in_units(own[year][each], each, language) for each in measures]
    table[release.head("region last")] = [
        in_units(region[own.columns[-1]][each], each, language) if each in region.index else "" for each in measures
    ]
    drawn = []
    for measure in measures:
        values = own.loc[measure].dropna()
        beside = region.loc[measure] if measure in region.index else pd.Series(dtype=float)
        if len(values) < 2 or not values.iloc[0] > 0:
            continue
        first = str(values.index[0])
        for each, value in values.items():
            year = str(each)
            base = beside.get(first, float("nan"))
            rest = beside.get(year, float("nan")) / base * FIRST if base else float("nan")
            drawn.append(
                {
                    "label": release.word(f"context {measure}"),
                    "year": int(year),
                    "estimate": value / values.iloc[0] * FIRST,
                    "conf_low": float("nan"),
                    "conf_high": float("nan"),
                    "region": rest,
                }
            )
    return shown(
        release,
        "context",
        table,
        caption=release.text("captions", "context index" if drawn else "context", first=own.columns[0]),
        finding=release.say("in context"),
        chart=figures.trend(pd.DataFrame(drawn), own_scale=True, language=language) if drawn else None,
        note=release.text("notes", "context index" if drawn else "context"),
        **dict.fromkeys(table.columns[1:], "count"),
    )
