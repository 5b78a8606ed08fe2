"""The mirror: what clients and staff answered to the same questions."""

from typing import Any

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import finding, gaps_of, interval, named, plain, said, share, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import inside

LARGEST = 5
ENDS = {"estimate": "", "conf_low": "_low", "conf_high": "_high"}


def mirror(release: Release) -> Exhibit | Paragraphs:
    """Clients and staff side by side per dimension, with the verdict in words."""
    language, head = release.language, release.head
    gaps = gaps_of(release)
    if gaps.empty:
        return said(release.say("no staff"))
    if (gaps["status"] == "hidden").all():
        return said(release.say("gap too few", measure=release.word("mirror")))
    asked = {"measure": list(gaps["measure"]), "statistic": "mean", "unit": "provider", "group": ["client", "staff"]}
    rows = gaps.join(_side_by_side(release.rows(**asked)), on="measure")
    rows = rows.assign(name=[release.name(each) for each in gaps["measure"]])
    sentences = [finding(release, row) for _, row in gaps.iterrows()]
    table = pd.DataFrame(
        {
            head("dimension"): rows["name"],
            head("clients"): [plain(value, language) for value in rows["client"]],
            head("staff"): [plain(value, language) for value in rows["staff"]],
            head("gap"): [plain(value, language, signed=True) for value in rows["estimate"]],
            head("interval"): [interval(row, language) for _, row in rows.iterrows()],
            head("reading"): [phrases.without_subject(sentence) for sentence in sentences],
        }
    )
    different = gaps[gaps["label"] == "different"]
    sides = {"staff more positive": different["estimate"] > 0, "clients more positive": different["estimate"] < 0}
    seen = [
        release.say(key, measures=named(release, different.loc[side, "measure"]))
        for key, side in sides.items()
        if side.any()
    ]
    drawn = rows[rows["status"] != "hidden"].drop(columns="label").rename(columns={"name": "label"})
    return shown(
        release,
        "mirror",
        table,
        caption=release.text("captions", "mirror"),
        finding=" ".join(seen) or release.say("no clear gap"),
        chart=figures.dumbbell(drawn, language=language),
        note=release.text("notes", "mirror"),
        numeric=["clients", "staff", "gap"],
    )


def _side_by_side(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per measure with ``client`` and ``staff`` and the ends of their intervals."""
    wide = rows.pivot(index="measure", columns="group", values=list(ENDS))
    names: Any = wide.columns
    return wide.set_axis([f"{group}{ENDS[value]}" for value, group in names], axis=1)


def mirror_items(release: Release) -> Exhibit | Paragraphs:
    """The statements on which clients and staff answer most differently: how many of each are positive."""
    language, items = release.language, list(release.codebook["items"])
    asked = {"measure": items, "statistic": "share", "unit": "provider", "group": ["client", "staff"]}
    rows = release.rows(**asked, category="positive")
    rows = rows[rows["status"] != "hidden"]
    both = rows.groupby("measure")["group"].nunique()
    rows = rows[rows["measure"].isin(both[both == 2].index)]
    gaps = gaps_of(release)
    if gaps.empty or (rows.empty and (gaps["status"] == "hidden").all()):
        return said()  # the mirror itself says why there is nothing
    if rows.empty:
        return said(release.say("no shared statements"))
    wide = _side_by_side(rows)
    largest = (wide["staff"] - wide["client"]).abs().sort_values(ascending=False, kind="stable").index[:LARGEST]
    wide = wide.loc[largest]
    names = [release.wording(str(item)) for item in wide.index]
    table = pd.DataFrame(
        {
            release.head("statement"): names,
            release.head("clients"): [share(value, language) for value in wide["client"]],
            release.head("staff"): [share(value, language) for value in wide["staff"]],
        }
    )
    drawn = (wide * 100).assign(label=names)
    return shown(
        release,
        "mirror-statements",
        table,
        caption=release.text("captions", "mirror statements"),
        finding=release.say("most different", statement=names[0]),
        chart=figures.dumbbell(drawn, language=language),
        note=release.text("notes", "mirror statements"),
        numeric=["clients", "staff"],
    )


def mirror_question(release: Release) -> Paragraphs:
    """The question that the largest demonstrable gap raises; none where there is no mirror."""
    gaps = gaps_of(release)
    if (gaps["status"] == "hidden").all():
        return said()
    different = gaps[gaps["label"] == "different"].sort_values("estimate", key=abs, ascending=False)
    if different.empty:
        return said(release.say("open question"))
    return said(release.say("mirror question", measure=inside(release.name(different.iloc[0]["measure"]))))
