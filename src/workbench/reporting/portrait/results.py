"""Outcomes: the five indicators beside the region, why episodes ended, who came back, what people expect."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import (
    NO_STOPS,
    OUTCOMES,
    finding,
    held_back,
    interval,
    plain,
    provisional,
    said,
    share,
    shown,
)
from workbench.reporting.release import Release
from workbench.reporting.wording import inside


def outcomes(release: Release) -> Exhibit | Paragraphs:
    """The five outcome indicators beside the region."""
    language, rows, drawn, known = release.language, [], [], []
    for measure, statistic in OUTCOMES.items():
        asked = {"measure": measure, "statistic": statistic, "group": "client"}
        own, region = (release.row(**asked, unit=unit) for unit in ("provider", "region"))
        if own is None and region is None:
            continue
        name = release.name(measure, statistic)
        of_region = float("nan") if region is None or region["status"] == "hidden" else region["estimate"]
        row = {"outcome": name, "share": "", "interval": "", "region": share(of_region, language)}
        row |= {"number": "", "reading": ""}
        if own is not None and own["status"] != "hidden":
            row["share"], row["number"] = share(own["estimate"], language), phrases.people(own, language)
            row["interval"] = interval(own, language, shares=True)
            ends = {"share": own["estimate"], "conf_low": own["conf_low"], "conf_high": own["conf_high"]}
            drawn.append({"label": name, "region": of_region, **ends})
            known.append(f"{inside(name)} {row['share']}")
            row["reading"] = phrases.without_subject(finding(release, own)) + held_back(release, own)
        else:
            row["reading"] = phrases.why_not(own, release.thresholds, language)
            at_most = "" if own is None else phrases.bound(own, release.thresholds, language)
            known += [f"{inside(name)} {at_most}"] if at_most else []
        rows.append(row)
    if not rows:
        return said(release.say("no episodes"))
    return shown(
        release,
        "outcomes",
        pd.DataFrame(rows).rename(columns=release.head),
        caption=release.text("captions", "outcomes"),
        finding=" ".join(_known(release, known)),
        chart=figures.bars(pd.DataFrame(drawn), language=language) if drawn else None,
        note=release.text("notes", "outcomes") + _only_in_the_table(release, rows, drawn),
        numeric=["share", "region", "number"],
    )


def _known(release: Release, known: Sequence[str]) -> list[str]:
    """Say what is known of the outcomes, how much of it is provisional, and why endings are not known."""
    told = [release.say("outcomes known", measures=phrases.together(known, release.language))] if known else []
    dropout = release.row(measure="uitval", statistic="share", unit="provider", group="client")
    if dropout is not None and dropout["reason"] == NO_STOPS:
        told.append(release.say("paid by task"))
    return [*told, *provisional(release, "provider")]


def _only_in_the_table(release: Release, rows: Sequence[Mapping[str, str]], drawn: Sequence[Mapping[str, Any]]) -> str:
    """Say which outcomes have no bar, because no exact figure may be shown."""
    there = {each["label"] for each in drawn}
    left = [inside(row["outcome"]) for row in rows if row["outcome"] not in there]
    if not left or not drawn:
        return ""
    return " " + release.text("notes", "only in the table", names=phrases.together(left, release.language))


def restarts(release: Release) -> Exhibit | Paragraphs:
    """Who got no new support, by how long after the end: half a year and a year later."""
    language = release.language
    asked = {"measure": "geen_herstart", "statistic": "incidence", "group": "client", "category": None}
    own, region = (release.rows(**asked, unit=unit) for unit in ("provider", "region"))
    own, region = (table[table["category"] != ""].set_index("category") for table in (own, region))
    followed = release.rows(**asked | {"statistic": "at_risk"}, unit="provider").set_index("category")["estimate"]
    if own.empty and region.empty:
        return said(release.say("no episodes"))
    rows, drawn = [], []
    for months in sorted({*own.index, *region.index}, key=int):
        label = release.text("titles", "after months", months=months)
        mine = own.loc[months] if months in own.index else None
        beside = region["estimate"].get(months, float("nan"))
        still = float(followed.get(months, float("nan")))
        row = {"window": label, "share": "", "interval": "", "region": share(beside, language)}
        row |= {"followed": plain(still, language), "reading": ""}
        rows.append(row)
        if mine is None or mine["status"] == "hidden":
            row["reading"] = phrases.why_not(mine, release.thresholds, language)
        else:
            row["share"], row["interval"] = share(mine["estimate"], language), interval(mine, language, shares=True)
            ends = mine[["estimate", "conf_low", "conf_high"]]
            drawn.append({"month": int(months), "region": beside, "n": still, **ends})
    return shown(
        release,
        "restarts",
        pd.DataFrame(rows).rename(columns=release.head),
        caption=release.text("captions", "restarts"),
        finding=_not_again(release, own),
        chart=figures.incidence(pd.DataFrame(drawn), start=1, language=language) if drawn else None,
        note=release.text("notes", "restarts") if drawn else "",
        numeric=["share", "region", "followed"],
    )


def _not_again(release: Release, own: pd.DataFrame) -> str:
    """Say for the longest time that is known, if only as a bound, how many got no new support."""
    known = own[(own["status"] != "hidden") | own["reason"].isin(phrases.BOUNDS)] if len(own) else own
    if own["reason"].eq(NO_STOPS).any():
        return release.say("paid by task")
    if known.empty:
        return release.say("not yet known")
    months = max(known.index, key=int)
    row = known.loc[months]
    if row["status"] == "hidden":
        at_least = phrases.bound(row, release.thresholds, release.language)
        return release.say("not again bounded", months=months, share=at_least)
    ends = {"low": row["conf_low"], "high": row["conf_high"], "share": row["estimate"]}
    written = {end: share(value, release.language) for end, value in ends.items()}
    return release.say("not again", months=months, **written)


def endings(release: Release) -> Exhibit | Paragraphs:
    """Why the episodes ended; unknown reasons always visible."""
    return _distribution(release, "reden_einde", phrases.ENDINGS, "reason", "episodes")


def continuing(release: Release) -> Exhibit | Paragraphs:
    """What people expect to need when this support ends: the whole distribution."""
    return _distribution(release, "zonder_hulp", phrases.CONTINUING, "answer", "answers")


def _distribution(
    release: Release, measure: str, codes: Sequence[str], head: str, counted: str
) -> Exhibit | Paragraphs:
    language = release.language
    asked = {"measure": measure, "statistic": "share", "group": "client", "category": list(codes)}
    own, region = (release.rows(**asked, unit=unit).set_index("category") for unit in ("provider", "region"))
    if region.empty:
        return said(release.say("no episodes" if measure == "reden_einde" else "no answers"))
    visible = own[own["status"] != "hidden"]
    if visible.empty:
        first = own.iloc[0] if len(own) else None
        why = phrases.why_not(first, release.thresholds, language)
        return said(release.say("no figure", measure=release.name(measure), why=inside(why)))
    rows = own.join(region["estimate"].rename("region"), how="outer")
    rows = rows.reindex([code for code in codes if code in rows.index])
    rows = rows.assign(name=[release.word(code) for code in rows.index])
    none = rows["status"].isna()
    rows.loc[none, ["estimate", "conf_low", "conf_high"]] = [0.0, float("nan"), float("nan")]
    hidden = release.text("titles", "not shown")
    table = pd.DataFrame(
        {
            release.head(head): rows["name"],
            release.head("share"): [share(value, language) or hidden for value in rows["estimate"]],
            release.head("interval"): [interval(row, language, shares=True) for _, row in rows.iterrows()],
            release.head("region"): [share(value, language) for value in rows["region"]],
        }
    )
    drawn = rows[rows["estimate"].notna()].drop(columns="label").rename(columns={"name": "label", "estimate": "share"})
    kept_back = rows.loc[rows["estimate"].isna(), "name"]
    values = {"cell": release.thresholds["smallest_cell"], "names": "; ".join(kept_back)}
    n = f"{phrases.people(visible.iloc[int(visible['n'].argmax())], language)} {release.text('titles', counted)}"
    return shown(
        release,
        measure,
        table,
        caption=f"{release.name(measure)} ({n})",
        finding=_most_common(release, visible["estimate"]),
        chart=figures.bars(drawn, language=language) if drawn["share"].max() > 0 else None,
        note=release.text("notes", "hidden cells", **values) if len(kept_back) else "",
        numeric=["share", "region"],
    )


def _most_common(release: Release, shares: pd.Series) -> str:
    """Say which part is the largest; where one that is not shown may be larger, that it cannot be said."""
    largest = shares.max()
    if largest <= 1 - shares.sum() + 0.005 * len(shares):
        return release.say("most common unknown")
    answer = inside(release.word(str(shares.idxmax())))
    return release.say("most common", answer=answer, share=share(largest, release.language))
