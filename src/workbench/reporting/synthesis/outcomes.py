"""Outcomes by provider and by municipality with their uncertainty, and how complete the register is."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import (
    MARKS,
    NO_STOPS,
    OUTCOMES,
    by_name,
    interval,
    provisional,
    said,
    share,
    shown,
)
from workbench.reporting.release import Release
from workbench.reporting.wording import percentage


def outcomes(release: Release, unit: str = "provider") -> Exhibit | Paragraphs:
    """The five outcomes per provider or municipality, with ▲ or ▼ where a provider lies off the region."""
    if unit == "provider" and not release.named:
        return said(release.say("no single providers"))
    found = {}
    for measure, statistic in OUTCOMES.items():
        asked = {"measure": measure, "statistic": statistic, "group": "client"}
        own = release.rows(**asked, unit=[unit, "region"]).set_index("unit_id")
        if len(own):
            found[measure] = own
    if not found:
        return said(release.say("no episodes"))
    places = release.codebook["municipalities"]
    units = by_name(release) if unit == "provider" else sorted(places, key=places.__getitem__)
    names = {each: release.called(each) if unit == "provider" else places[each] for each in units}
    rows = [
        {release.head(unit): name}
        | {
            release.name(measure, OUTCOMES[measure]): _with_interval(release, table, each)
            for measure, table in found.items()
        }
        for each, name in (names | {"region": release.head("region")}).items()
    ]
    table = pd.DataFrame(rows)
    caption = release.text("captions", "outcomes of all", unit=release.word(unit))
    note = release.text("notes", f"outcomes of {unit}")
    kinds = dict.fromkeys(table.columns[1:], "share")
    apart = [release.called(each) for each in _without_stops(release)] if unit == "provider" else []
    finding = release.say("all paid by task", names=phrases.together(apart, release.language)) if apart else ""
    return shown(release, f"outcomes-{unit}", table, caption=caption, finding=finding, note=note, **kinds)


def registers(release: Release) -> Exhibit | Paragraphs:
    """How many episodes ended, and how many of these endings are provisional, per provider and for the region."""
    sentences = provisional(release, "region")
    rows = release.rows(measure="voorlopig", statistic="share", unit=["provider", "region"])
    if not sentences or not release.named:
        return said(*sentences)
    names = {each: release.called(each) for each in by_name(release)} | {"region": release.head("region")}
    line_of = {row["unit_id"]: row for _, row in rows.iterrows()}
    told = [_completeness(release, name, line_of[each]) for each, name in names.items() if each in line_of]
    return shown(
        release,
        "registers",
        pd.DataFrame(told),
        caption=release.text("captions", "registers", period=release.year - 1),
        finding=" ".join(sentences),
        note=release.text("notes", "registers"),
        numeric=["ended", "provisional"],
    )


def _completeness(release: Release, name: str, row: pd.Series) -> dict[str, str]:
    """Return the line of one provider: its endings and the provisional part, or why they are not known."""
    hidden, language = row["status"] == "hidden", release.language
    ended, part = phrases.people(row, language), share(row["estimate"], language)
    if row["reason"] == "few":
        ended = f"< {release.thresholds['hidden_below']}"
    elif hidden:
        part = phrases.bound(row, release.thresholds, language)
        ended = phrases.why_not(row, release.thresholds, language) if row["reason"] == NO_STOPS else ended
    return {release.head("provider"): name, release.head("ended"): ended, release.head("provisional"): part}


def _without_stops(release: Release) -> list[str]:
    """Return the providers paid by task, of whose care no end would be known."""
    rows = release.rows(measure="uitval", statistic="share", unit="provider")
    silent = set(rows.loc[rows["reason"] == NO_STOPS, "unit_id"])
    return [each for each in by_name(release) if each in silent]


def _with_interval(release: Release, table: pd.DataFrame, unit_id: str) -> str:
    if unit_id not in table.index:
        return ""
    row, language = table.loc[[unit_id]].iloc[0], release.language
    if row["status"] == "hidden":
        return phrases.bound(row, release.thresholds, language)
    written = f"{percentage(row['estimate'], language)} ({interval(row, language, shares=True)})"
    return written + MARKS.get(str(row["label"]), "")
