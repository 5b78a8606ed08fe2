"""iWmo and iJw messages delivered as tables: a start (305) and a stop (307) of one assignment are one record of care.

A list is read as messages where its columns name the assignment number. Start messages have no end; a stop may lack the
start. What the stop says goes before what the start said; a message that takes back an earlier one undoes it, and one
that changes an earlier one stands in its place.
"""

import pandas as pd

_OF_ASSIGNMENT = ["client", "provider_id", "assignment"]
_CHANGED, _TAKEN_BACK = "2", "3"  # status of delivery
REMOVED, JOINED, LONE_STOP = "taken back by a later message", "merged with another record", "stop without a start"
REPLACED = "changed by a later message"


def join(together: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join start and stop messages of the same person, provider and assignment.

    Each stop belongs to the start of its own start date, else to the last one before its end. A start with a stop is
    ``merged with another record``; a stop that no start can be found for is excluded, as is what a later message takes
    back or changes. An assignment may start and stop several times: a changed message stands for the one of its kind
    with the same start, else the one with the nearest date.

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
    removed: set[int] = set()
    changed: set[int] = set()
    joined: set[int] = set()
    lone: list[int] = []
    found: dict[int, pd.Timestamp] = {}
    for _, group in order.groupby(_OF_ASSIGNMENT, sort=False):
        back = group[group["message_status"] == _TAKEN_BACK]
        for at in map(int, back.index):
            removed |= {at, *_like(group.drop(back.index), pd.Series(back.loc[at]))}
        left = group.drop(index=[at for at in removed if at in group.index])
        outdated = _outdated(left)
        changed |= outdated
        left = left.drop(index=list(outdated))
        starts, stops = left[left["ended_on"].isna()], left[left["ended_on"].notna()]
        open_starts = {int(str(at)): day for at, day in starts["started_on"].dropna().items()}
        ordered = stops.sort_values(["ended_on", "started_on"], kind="stable")
        for at, began, ended in zip(map(int, ordered.index), ordered["started_on"], ordered["ended_on"], strict=True):
            same = [start for start, day in open_starts.items() if day == began]
            before = [start for start, day in open_starts.items() if day <= ended]
            mine = same or (sorted(before, key=lambda start: open_starts[start])[-1:] if pd.isna(began) else [])
            if mine:
                found[at] = open_starts[mine[0]]
                joined |= set(mine)
                open_starts = {start: day for start, day in open_starts.items() if start not in mine}
            elif pd.isna(began):
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


def _like(group: pd.DataFrame, message: pd.Series) -> list[int]:
    """Return the earlier messages that one takes back: of the same kind, with the same dates."""
    same = group["ended_on"].isna() == bool(pd.isna(message["ended_on"]))
    for name in ("started_on", "ended_on"):
        if not pd.isna(message[name]):
            same &= group[name].isna() | (group[name] == message[name])
    return [int(at) for at in group.index[same]]


def _outdated(group: pd.DataFrame) -> set[int]:
    """Return the messages of one assignment that another one changes."""
    new = group["message_status"] == _CHANGED
    found: set[int] = set()
    for at in map(int, group.index[new]):
        message = group.loc[at]
        ends = not pd.isna(message["ended_on"])
        others = group[~new & (group["ended_on"].notna() == ends) & ~group.index.isin(list(found))]
        same = others[others["started_on"] == message["started_on"]]
        day = "ended_on" if ends else "started_on"
        apart = ((same if len(same) else others)[day] - message[day]).abs()
        found |= {int(apart.index[apart == apart.min()][0])} if apart.notna().any() else set()
    return found


def _excluded(messages: pd.DataFrame, at: list[int], reason: str) -> pd.DataFrame:
    return messages.loc[at, ["file", "row"]].assign(reason=reason)
