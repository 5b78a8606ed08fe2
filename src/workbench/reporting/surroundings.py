"""What surrounds experience: clients, inflow, waiting time and money of a provider or a municipality over the years."""

import pandas as pd

from workbench.reporting import figures
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import CONTEXT, administration, in_units, said, shown
from workbench.reporting.release import Release

FIRST = 100.0


def context(release: Release) -> Exhibit | Paragraphs:
    """The administration's figures over the years, drawn from 100 in the first year, beside the region.

    Of the provider of the release, or of its municipality.
    """
    language, place = release.language, release.municipality
    own = administration(release, "municipality" if place else "provider", place)
    region = administration(release, "region")
    if own.empty:
        return said(release.say("no context"))
    measures = [measure for measure in CONTEXT if measure in own.index]
    table = pd.DataFrame({release.head("measure"): [release.word(f"context {each}") for each in measures]})
    for year in own.columns:
        table[str(year)] = [in_units(own[year][each], each, language) for each in measures]
    last = own.columns[-1]
    table[release.head("region last")] = [
        in_units(float(region[last].get(each, float("nan"))), each, language) if last in region else ""
        for each in measures
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
