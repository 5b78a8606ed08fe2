"""In short: how many answered, what stands out, what cannot be said, and how last year's agreements went."""

from typing import Any

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, KeyFigures, Paragraphs
from workbench.reporting.exhibits import (
    Parts,
    adjusted_scores,
    compared_outcomes,
    counted,
    finding,
    gaps_of,
    named,
    of_measure,
    said,
    shown,
)
from workbench.reporting.release import Release
from workbench.reporting.wording import percentage

NOT_TOLD = ("not distinguishable", "too few", "no comparison")


def headline(release: Release) -> KeyFigures:
    """How many answered, and the response: the first thing a reader sees."""
    language, tiles = release.language, []
    threshold = release.thresholds["hidden_below"]
    for role in phrases.ROLES:
        row = release.row(measure="aantal", unit="provider", group=role)
        if row is not None:
            value, few = counted(release, row), row["reason"] == "few"
            note = release.say("few", threshold=threshold) if few else value if row["status"] == "hidden" else ""
            tiles.append(("–" if note == value else value, release.word(role), note))
    response = release.row(measure="respons", statistic="share", unit="provider")
    if response is not None and response["status"] != "hidden":
        region = release.row(measure="respons", statistic="share", unit="region")
        beside = "" if region is None or region["status"] == "hidden" else percentage(region["estimate"], language)
        note = f"{release.head('region')}: {beside}" if beside else ""
        tiles.append((percentage(response["estimate"], language), release.name("respons"), note))
    return KeyFigures(tiles)


def in_short(release: Release) -> Parts:
    """At most three strengths and three points for the conversation, and what these figures cannot say."""
    adjusted, gaps, results = adjusted_scores(release), gaps_of(release), compared_outcomes(release)
    if adjusted.empty and results.empty:
        return Parts([said(release.say("no respondents"))])
    if (adjusted["status"] == "hidden").all() and not phrases.told(results).any():
        return Parts([said(release.say("too few to compare", threshold=release.thresholds["hidden_below"]))])
    if (adjusted["label"] == "no comparison").all() and not phrases.told(results).any():
        return Parts([said(release.say("too few providers"))])
    compared = pd.concat([adjusted, results])
    strong = [finding(release, row) for _, row in phrases.strengths(compared).iterrows()]
    talk = [finding(release, row) for _, row in phrases.points(compared, gaps).iterrows()]
    more = phrases.further(compared, gaps)
    talk += [release.say(f"further {kind}", measures=named(release, names)) for kind, names in more.items() if names]
    parts: list[Any] = [
        Paragraphs(strong or [release.say("no strengths")], release.text("titles", "stands out"), as_list=True),
        Paragraphs(talk or [release.say("no points")], release.text("titles", "for the conversation"), as_list=True),
    ]
    unclear = {label: adjusted.loc[adjusted["label"] == label, "measure"] for label in NOT_TOLD}
    sentences = [
        release.say(f"all {label}", measures=named(release, names)) for label, names in unclear.items() if len(names)
    ]
    return Parts([*parts, Paragraphs(sentences, release.text("titles", "not said"))] if sentences else parts)


def agreed(release: Release) -> Exhibit | Paragraphs:
    """The agreements of before: the figure then and now, how far it moved, and whether it is where it should be."""
    if release.agreements.empty:
        return said(release.say("no agreements"))
    head, drawn, rows = release.head, [], []
    for _, row in release.agreements.iterrows():
        measure, statistic = str(row["measure"]), str(row["statistic"])
        name = release.name(measure, statistic)
        rows.append(
            {
                head("agreed"): name,
                head("action"): phrases.agreement(row, release.language),
                head("then"): of_measure(release, measure, row["then"], statistic),
                head("now"): of_measure(release, measure, row["now"], statistic),
                head("target"): of_measure(release, measure, row["target"], statistic),
                head("reading"): phrases.moved(row, release.unit(measure), release.language),
            }
        )
        now = release.row(measure=measure, statistic=statistic, unit="provider", group="client")
        if release.unit(measure) != "mark" and now is not None and now["status"] != "hidden" and pd.notna(row["now"]):
            values = {end: now[end] for end in ("estimate", "conf_low", "conf_high")}
            verdict = phrases.moved_briefly(row, release.unit(measure), release.language)
            values |= {"label": name, "before": row["then"], "target": row["target"], "verdict": verdict}
            drawn.append(values | {"share": release.unit(measure) == "share"})
    counts = release.agreements["movement"].value_counts()
    return shown(
        release,
        "agreed",
        pd.DataFrame(rows),
        caption=release.text("captions", "agreed"),
        finding=phrases.moved_in_all(counts, len(rows), release.language),
        chart=figures.targets(pd.DataFrame(drawn), language=release.language) if drawn else None,
        note=f"{release.text('notes', 'agreed')} {release.text('notes', 'agreed difference')}",
        numeric=["then", "now", "target"],
    )
