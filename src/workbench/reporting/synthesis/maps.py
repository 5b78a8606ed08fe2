"""Maps of a region: every provider by every subject, a number in each cell, framed where there is something to say."""

from typing import Any

import pandas as pd

from workbench.reporting import figures
from workbench.reporting.exhibits import Parts, by_name, parts_of, plain, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import number

TALL = 25  # rows of a map that fit a printed page
MOST = 100  # providers that are drawn: more than four printed pages of numbers are no picture


def of_providers(
    release: Release,
    rows: pd.DataFrame,
    marked: str,
    key: str,
    words: str,
    finding: str,
    *,
    signed: bool = False,
    **ends: Any,
) -> Parts:
    """Return the map of one statistic as a heat table per so many providers, with the table of its numbers.

    Of more than a hundred providers those are drawn that have most frames; the table has all.

    Parameters
    ----------
    release : Release
    rows : DataFrame
        Estimates of single providers that may be shown.
    marked : str
        The label with which a cell gets a frame.
    key : str
        Of the exhibits, followed by their number.
    words : str
        Key of caption and note in ``texts.yml``.
    finding : str
        The sentence of the first part.
    signed : bool
        The numbers are differences, written with their sign.
    **ends
        ``low`` and ``high``: what is lightest and darkest.
    """
    wide = rows.pivot(index="unit_id", columns="measure", values="estimate")
    framed = rows.assign(marked=rows["label"] == marked).pivot(index="unit_id", columns="measure", values="marked")
    present = [measure for measure in release.codebook["dimensions"] if measure in wide]
    names = {measure: release.name(measure) for measure in present}
    order = [provider for provider in by_name(release) if provider in wide.index]
    drawn = pd.DataFrame({"label": [release.called(provider) for provider in order]})
    table = pd.DataFrame({release.head("provider"): drawn["label"]})
    for measure, name in names.items():
        drawn[name] = wide.loc[order, measure].to_numpy()
        drawn[f"{name} marked"] = framed.loc[order, measure].eq(True).to_numpy()
        table[name] = [plain(value, release.language, signed=signed) for value in drawn[name]]
    told: dict[str, Any] = {
        "caption": release.text("captions", words),
        "note": release.text("notes", words),
        **dict.fromkeys(names.values(), "points"),
    }

    def chart(part: pd.DataFrame) -> str:
        return figures.heat(part, list(names.values()), signed=signed, language=release.language, **ends)

    if len(drawn) > MOST:
        frames = drawn[[f"{name} marked" for name in names.values()]].sum(axis=1)
        some = drawn.loc[frames.nlargest(MOST).index.sort_values()]
        told["note"] += " " + release.text(
            "notes", "some of a map", some=MOST, all=number(len(drawn), release.language)
        )
        charts = [chart(some.iloc[part]) for part in parts_of(MOST, TALL)]
        return Parts([shown(release, f"{key}-1", table, finding=finding, chart=charts, **told)])
    parts = [
        shown(
            release,
            f"{key}-{place}",
            table.iloc[part],
            finding=finding if place == 1 else "",
            chart=chart(drawn.iloc[part]),
            **told,
        )
        for place, part in enumerate(parts_of(len(drawn), TALL), 1)
    ]
    return Parts(parts)
