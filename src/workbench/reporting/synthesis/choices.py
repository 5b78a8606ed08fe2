"""Does the conclusion depend on a choice? The labels under other defensible definitions."""

import pandas as pd

from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import OUTCOMES, Parts, by_name, said, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import number

COMPARED = ("above", "below", "not distinguishable")


def choices(release: Release) -> Parts | Paragraphs:
    """Per other choice at how many providers a label would differ; with names, at which."""
    rows = release.rows(statistic="choice", unit="region", category=None)
    rows = rows[rows["estimate"].notna() & (rows["status"] != "hidden")]
    if rows.empty:
        return said(release.say("no choices"))
    order = {measure: place for place, measure in enumerate([*release.dimensions, *OUTCOMES])}
    rows = rows.assign(place=rows["measure"].map(order)).sort_values(["category", "place"], kind="stable")
    lines = []
    for category, each in rows.groupby("category", sort=False):
        where = each[each["estimate"] > 0]
        names = [release.name(measure, OUTCOMES.get(measure, "")) for measure in where["measure"]]
        told = [f"{name} ({number(n, release.language)})" for name, n in zip(names, where["estimate"], strict=True)]
        lines.append(
            {
                release.head("choice"): choice_named(release, str(category)),
                release.head("labels differ"): int(each["estimate"].sum()),
                release.head("labels compared"): int(each["n"].sum()),
                release.head("where"): ", ".join(told),
            }
        )
    table = pd.DataFrame(lines)
    values = {"differ": int(rows["estimate"].sum()), "all": int(rows["n"].sum()), "choices": rows["category"].nunique()}
    whole = shown(
        release,
        "choices",
        table,
        caption=release.text("captions", "choices"),
        finding=release.say("choices matter" if values["differ"] else "no choice matters", **values),
        note=release.text("notes", "choices"),
        **dict.fromkeys(table.columns[1:3], "count"),
    )
    return Parts([whole, _which(release)]) if release.named and values["differ"] else Parts([whole])


def _which(release: Release) -> Exhibit | Paragraphs:
    """The providers whose label hangs on a choice: the label of this report, and the other."""
    other = release.rows(statistic="choice", unit="provider", category=None)
    statistic = other["measure"].map(OUTCOMES).fillna("adjusted")
    chosen = release.rows(unit="provider", group="client", measure=list(other["measure"].unique()))
    of = chosen.set_index(["measure", "statistic", "unit_id"])["label"]
    keys = list(zip(other["measure"], statistic, other["unit_id"], strict=True))
    own = pd.Series([str(of.get(key, "")) for key in keys], index=other.index)
    told = other["label"].isin(COMPARED) & own.isin(COMPARED) & (other["label"] != own)
    place = {provider: at for at, provider in enumerate(by_name(release))}
    rows = other[told].assign(own=own[told], place=other["unit_id"].map(place)).sort_values("place", kind="stable")
    if rows.empty:
        return said()
    table = pd.DataFrame(
        {
            release.head("provider"): [release.called(each) for each in rows["unit_id"]],
            release.head("measure"): [release.name(each, OUTCOMES.get(each, "")) for each in rows["measure"]],
            release.head("in this report"): [release.word(label) for label in rows["own"]],
            release.head("choice"): [choice_named(release, each) for each in rows["category"]],
            release.head("then label"): [release.word(label) for label in rows["label"]],
        }
    )
    caption, note = (release.text(kind, "choices of providers") for kind in ("captions", "notes"))
    return shown(release, "choices-providers", table, caption=caption, note=note)


def choice_named(release: Release, choice: str) -> str:
    """Return what a reader calls a choice: its name, with the value chosen where it has one."""
    name, _, value = choice.partition("=")
    if value and not value.isdigit():
        value = release.word(f"{name} {value}") if name == "external" else release.word(value)
    return release.text("choices", name, value=value)
