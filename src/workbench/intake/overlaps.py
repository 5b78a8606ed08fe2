"""The care records of all deliveries of a year -> episodes: what is delivered again, overlaps or is only planned."""

import pandas as pd

from workbench import schemas
from workbench.intake import messages
from workbench.intake.episodes import Cleaned
from workbench.intake.findings import Finding, times

_SAME = ["client", "provider_id", "law", "product"]
_FAR = pd.Timestamp("2262-01-01")


def merge(cleaned: list[Cleaned]) -> Cleaned:
    """Merge the records of a year that are one episode.

    First, a record that another delivery with a later `follow_up_until` repeats (same person, provider, law, product
    and start) is a ``duplicate``: the later delivery knows how it went on. So is a record that is the same in all.

    Then records of the same person, provider, law and product that overlap are one episode: the earliest start, and an
    end only when the last ends, with its reason (Informatieprotocol Beleidsinformatie Jeugd, on overlapping records).
    That a record was still running is not known any more where a later delivery has another one of the same episode.
    The others are ``merged with another record``. Periods that follow on each other without a day in common stay apart,
    and so do those of different products: a change of product ends one episode and begins another.

    An end after the day until which a delivery is complete is a plan, and no end.

    Examples
    --------
    >>> dates = pd.to_datetime(["2025-01-01", "2025-03-01"]), pd.to_datetime(["2025-04-01", "2025-06-01"])
    >>> episodes = pd.DataFrame({"client": "c", "provider_id": "P1", "law": "BiJ", "product": "02",
    ...     "started_on": dates[0], "ended_on": dates[1], "follow_up_until": pd.Timestamp("2025-12-31"),
    ...     "ending_code": ["03", "01"], "goals_set": 2.0, "goals_reached": [0.0, 2.0], "file": "a.csv", "row": [2, 3]})
    >>> merged = merge([Cleaned(episodes, pd.DataFrame(), [])])
    >>> merged.episodes[["started_on", "ended_on", "ending_code"]]
      started_on   ended_on ending_code
    0 2025-01-01 2025-06-01          01
    """
    findings = [finding for part in cleaned for finding in part.findings]
    excluded = [part.exclusions for part in cleaned if len(part.exclusions)]
    parts = [part.episodes for part in cleaned if len(part.episodes)]
    if not parts:
        none = pd.concat(excluded, ignore_index=True) if excluded else schemas.empty("exclusions")
        return Cleaned(schemas.empty("episodes"), none, findings)
    together = pd.concat(parts, ignore_index=True).assign(message=False)
    if "assignment" in together:
        together, joined = messages.join(together)
        excluded.append(joined)
        together["message"] = together["assignment"].notna()
        together = together.drop(columns=["assignment", "message_status"])
    together, plans = _without_plans(together)
    findings += plans + _same_period_twice(together)
    together["ends"] = together["ended_on"].fillna(_FAR)
    content = [name for name in together.columns if name not in ("file", "row")]
    together = together.sort_values([*_SAME, "started_on", "ends", "ending_code", "file", "row"], kind="stable")

    latest = together.groupby([*_SAME, "started_on"], dropna=False)["follow_up_until"].transform("max")
    repeated = (together["follow_up_until"] < latest) | together.duplicated(content)
    excluded.append(together.loc[repeated, ["file", "row"]].assign(reason="duplicate"))
    single = together[~repeated]

    open_until = single.groupby(_SAME, dropna=False)["ends"].cummax()
    before = open_until.groupby([single[name].fillna("") for name in _SAME]).shift()
    episode = (~(single["started_on"] <= before)).cumsum().rename("episode")
    known_until = single.groupby(episode)["follow_up_until"].transform("max")
    outdated = single["ended_on"].isna() & (single["follow_up_until"] < known_until)
    order = ["current", "ends", "started_on", "file", "row"]
    by_end = single.assign(current=~outdated).sort_values(order, kind="stable")
    last = by_end.drop(columns="current").groupby(episode).tail(1)
    last = last.set_axis(episode[last.index])
    first = single[~episode.duplicated()].set_axis(episode[~episode.duplicated()])
    merged = first.assign(
        ended_on=last["ended_on"],
        ending_code=last["ending_code"],
        goals_set=last["goals_set"].fillna(single["goals_set"].groupby(episode).max()),
        goals_reached=last["goals_reached"].fillna(single["goals_reached"].groupby(episode).max()),
        follow_up_until=single["follow_up_until"].groupby(episode).max(),
    )
    excluded.append(single.loc[episode.duplicated(), ["file", "row"]].assign(reason="merged with another record"))
    findings += _heard_of_no_more(merged)
    merged = merged.drop(columns=["ends", "message"])
    merged = merged.sort_values(["client", "provider_id", "started_on", "file", "row"], kind="stable")
    months = pd.DateOffset(months=schemas.PROVISIONAL_MONTHS)
    merged["provisional"] = merged["ended_on"] > merged["follow_up_until"] - months
    return Cleaned(merged.reset_index(drop=True), pd.concat(excluded, ignore_index=True), findings)


def _without_plans(together: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return records in which an end lies within the time the delivery is complete; a later one was planned."""
    planned = together["ended_on"] > together["follow_up_until"]
    findings = []
    for (file, until), rows in together[planned].groupby(["file", "follow_up_until"])["row"]:
        what = times(len(rows), "record ends", "records end")
        message = f"{what} after {until:%d-%m-%Y}, until when the list is complete: counted as running."
        remedy = "Nothing, or correct complete_until in deliveries.csv if the list is complete until later."
        findings.append(Finding(str(file), "note", message, remedy, row=int(rows.min())))
    return together.assign(
        ended_on=together["ended_on"].mask(planned), ending_code=together["ending_code"].mask(planned)
    ), findings


def _same_period_twice(together: pd.DataFrame) -> list[Finding]:
    """Return a finding where two deliveries about the same time have the same care: one may be a correction."""
    key = [*_SAME, "started_on", "follow_up_until"]
    first = together.groupby(key, dropna=False)["file"].transform("min")
    again = together.assign(first=first)[together["file"] != first]
    findings = []
    for (file, other), rows in again.groupby(["file", "first"])["row"]:
        message = (
            f"{times(len(rows), 'record stands', 'records stand')} in {other} too, which is about the same time; "
            "taken together."
        )
        remedy = "If one of them is a correction, write in deliveries.csv what it replaces: it replaces all of it."
        findings.append(Finding(str(file), "warning", message, remedy, row=int(rows.min())))
    return findings


def _heard_of_no_more(merged: pd.DataFrame) -> list[Finding]:
    """Return a finding for care that ran at the end of a list, and is in no later list of that provider.

    A list has everyone who started, ran or ended in its time. Messages are no such list: they tell only what happened.
    """
    of_provider = merged.groupby(["provider_id", "law"], dropna=False)["follow_up_until"].transform("max")
    gone = merged["ended_on"].isna() & (merged["follow_up_until"] < of_provider) & ~merged["message"]
    findings = []
    for file, rows in merged[gone].groupby("file")["row"]:
        what = times(len(rows), "record was", "records were")
        message = f"{what} still running, and not in the later list of the same provider; counted as running."
        remedy = "Ask for the end; a list has everyone who started, ran or ended in its time."
        findings.append(Finding(str(file), "warning", message, remedy, row=int(rows.min())))
    return findings
