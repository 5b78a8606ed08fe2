"""Outcomes by provider and by municipality, each with its uncertainty, the region below them."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import MARKS, OUTCOMES, by_name, interval, said, shown
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
    return shown(release, f"outcomes-{unit}", table, caption=caption, note=note, **kinds)


def _with_interval(release: Release, table: pd.DataFrame, unit_id: str) -> str:
    if unit_id not in table.index:
        return ""
    row, language = table.loc[[unit_id]].iloc[0], release.language
    if row["status"] == "hidden":
        return phrases.bound(row, release.thresholds, language)
    written = f"{percentage(row['estimate'], language)} ({interval(row, language, shares=True)})"
    return written + MARKS.get(str(row["label"]), "")
