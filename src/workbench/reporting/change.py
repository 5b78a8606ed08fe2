"""How scores changed over the years, as both reports tell it: in the last row of each series, and in one sentence."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibits import named
from workbench.reporting.release import Release


def tested(release: Release, unit: str) -> pd.DataFrame:
    """Return the tested changes to this year of a provider or of the region, the earliest comparison first."""
    asked = {"measure": release.dimensions, "statistic": "change", "unit": unit, "group": "client"}
    return release.rows(**asked, category=None).sort_values(["category", "measure"], kind="stable")


def in_rows(release: Release, changes: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Return for each measure and year what is said of its change: something in the rows of this year only."""
    last = {row["measure"]: row for _, row in changes.drop_duplicates("measure", keep="last").iterrows()}
    return [
        phrases.changed(last.get(row["measure"]), release.language) if row["year"] == release.year else ""
        for _, row in rows.iterrows()
    ]


def in_all(release: Release, changes: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Return the sentence that names the scores that changed with certainty, or says that none did."""
    if changes.empty:
        return ""
    latest = changes.drop_duplicates("measure", keep="last")
    certain = latest.loc[(latest["label"] == "changed") & latest["measure"].isin(rows["measure"]), "measure"]
    measures = named(release, certain) if len(certain) else ""
    earlier = changes["category"].iloc[-1]
    return " " + release.say("changed" if measures else "none changed", earlier=earlier, measures=measures)
