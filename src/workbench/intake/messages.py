"""iWmo and iJw messages delivered as tables: a start (305) and a stop (307) of one assignment are one record of care.

A list is read as messages where its columns name the assignment number. Start messages have no end; a stop may lack the
start. What the stop says goes before what the start said; a message that takes back an earlier one undoes it, and one
that changes an earlier one stands in its place.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

_OF_ASSIGNMENT = ["client", "provider_id", "assignment"]
_TOLD = ("message_status", "started_on", "ended_on", "file", "row")
_CHANGED, _TAKEN_BACK = "2", "3"  # status of delivery
REMOVED, JOINED, LONE_STOP = "taken back by a later message", "merged with another record", "stop without a start"
REPLACED = "changed by a later message"


def join(together: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join start and stop messages of the same person, provider and assignment.

    Each stop belongs to the start of its own start date, else to the last one before its end. A start with a stop is
    ``merged with another record``; a stop that no start can be found for is excluded, as is what a later message takes
    back or changes. An assignment may start and stop several times: a changed message stands for the one of its kind
    with the same start, else the one with the nearest date. Of several changes of one message the last one delivered
    (by file and row) stands.

    Parameters
    ----------
    together : DataFrame, one row per record
        Of all deliveries; needs ``client, provider_id, assignment, message_status, started_on, ended_on, file, row``.

    Returns
    -------
    joined : DataFrame, one row per record
        Records without an assignment number as they were.
    excluded : DataFrame
        ``file, row, reason``.

    Examples
    --------
    >>> records = pd.DataFrame({"client": "c", "provider_id": "p", "assignment": "7", "message_status": None,
    ...     "started_on": pd.to_datetime(["2025-01-10", None]), "ended_on": pd.to_datetime([None, "2025-06-01"]),
    ...     "file": ["305.csv", "307.csv"], "row": [2, 2]})
    >>> joined, excluded = join(records)
    >>> joined[["started_on", "ended_on", "file"]].values.tolist()
    [[Timestamp('2025-01-10 00:00:00'), Timestamp('2025-06-01 00:00:00'), '307.csv']]
    >>> excluded["reason"].tolist()
    ['merged with another record']
    """
    is_message = together["assignment"].notna()
    messages = together[is_message].reset_index(drop=True)
    if messages.empty:
        return together, _excluded(messages, [], JOINED)
    order = messages.sort_values([*_OF_ASSIGNMENT, "started_on", "ended_on", "file", "row"], kind="stable")
    every = dict(zip(map(int, order.index), map(_Message, *(order[name] for name in _TOLD)), strict=True))
    removed: set[int] = set()
    changed: set[int] = set()
    joined: set[int] = set()
    lone: list[int] = []
    found: dict[int, pd.Timestamp] = {}
    for places in order.groupby(_OF_ASSIGNMENT, sort=False).indices.values():
        group = {at: every[at] for at in map(int, order.index[places])}
        gone = _taken_back(group)
        removed |= gone
        group = {at: message for at, message in group.items() if at not in gone}
        outdated = _outdated(group)
        changed |= outdated
        group = {at: message for at, message in group.items() if at not in outdated}
        open_starts = {at: message.begins for at, message in group.items() if not message.stops and message.dated}
        stops = [(at, message) for at, message in group.items() if message.stops]
        for at, stop in sorted(stops, key=lambda each: each[1].ends):  # of one day the first start goes first
            same = [start for start, day in open_starts.items() if day == stop.begins]
            before = [start for start, day in open_starts.items() if day <= stop.ends]
            mine = same or (sorted(before, key=lambda start: open_starts[start])[-1:] if not stop.dated else [])
            if mine:
                found[at] = open_starts[mine[0]]
                joined |= set(mine)
                open_starts = {start: day for start, day in open_starts.items() if start not in mine}
            elif not stop.dated:
                lone.append(at)
    out = pd.concat(
        [
            _excluded(messages, sorted(removed), REMOVED),
            _excluded(messages, sorted(changed), REPLACED),
            _excluded(messages, sorted(joined - removed), JOINED),
            _excluded(messages, lone, LONE_STOP),
        ],
        ignore_index=True,
    )
    started = messages["started_on"].where(~messages.index.isin(list(found)), messages.index.map(found))
    kept = messages.assign(started_on=pd.to_datetime(started)).drop(index=[*removed, *changed, *joined, *lone])
    return pd.concat([together[~is_message], kept], ignore_index=True), out


class _Message(NamedTuple):
    """One message; not a row of a table, because a region has tens of thousands of assignments of a few each."""

    status: str | None
    begins: pd.Timestamp
    ends: pd.Timestamp
    file: str
    row: int

    @property
    def stops(self) -> bool:
        """Whether it is a stop; a start has no end."""
        return self.ends is not pd.NaT

    @property
    def dated(self) -> bool:
        """Whether it says when care began."""
        return self.begins is not pd.NaT


def _taken_back(group: Mapping[int, _Message]) -> set[int]:
    """Return the messages that take back others of the same kind with the same dates, and those others."""
    back = {at: message for at, message in group.items() if message.status == _TAKEN_BACK}
    return {*back, *(at for at in group.keys() - back.keys() for each in back.values() if _alike(group[at], each))}


def _alike(message: _Message, other: _Message) -> bool:
    """Say whether a message is of the same kind as another, and has its dates as far as both have them."""
    pairs = ((message.begins, other.begins), (message.ends, other.ends))
    known = [one == two for one, two in pairs if one is not pd.NaT and two is not pd.NaT]
    return message.stops == other.stops and all(known)


def _outdated(group: Mapping[int, _Message]) -> set[int]:
    """Return the messages of one assignment that another one changes, and changes that a later one of them undoes."""
    new = {at: message for at, message in group.items() if message.status == _CHANGED}
    by: dict[int, list[int]] = {}
    for at, message in new.items():
        others = {each: old for each, old in group.items() if each not in new and old.stops == message.stops}
        same = {each: old for each, old in others.items() if old.dated and old.begins == message.begins}
        apart = {each: _days_apart(old, message) for each, old in (same or others).items()}
        known = {each: days for each, days in apart.items() if not pd.isna(days)}
        if known:
            by.setdefault(min(known, key=lambda each: known[each]), []).append(at)
    earlier = [sorted(changes, key=lambda at: (new[at].file, new[at].row))[:-1] for changes in by.values()]
    return {*by, *(at for changes in earlier for at in changes)}


def _days_apart(one: _Message, other: _Message) -> pd.Timedelta:
    """Return how far apart two messages of one kind are: by their ends, of starts by their starts."""
    return abs(one.ends - other.ends) if other.stops else abs(one.begins - other.begins)


def _excluded(messages: pd.DataFrame, at: list[int], reason: str) -> pd.DataFrame:
    return messages.loc[at, ["file", "row"]].assign(reason=reason)
