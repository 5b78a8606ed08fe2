"""Rows of a table that add up or average other rows of it: below the records, and between them."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.intake.findings import Finding, times
from workbench.intake.values import distinct, fold, key

_MOST_BELOW = 6
_MOST_TEXTS, _MOST_ROWS = 1000, 10_000  # of a column that may hold labels of groups, of a table without such columns
_MOST_OF_ALL, _MOST_TOTALS = 3 / 4, 1000
_USUALLY = 0.95
_LONGEST = 60
_BELOW = re.compile(
    r"(eind|sub)?totaal|total|grand total|gemiddelde?|average|mean|som|sum|aantal|count|std\.?|standaarddeviatie|n\s*=",
)
_BETWEEN = re.compile(
    r"(?i)\s*(?:(?:eind|sub|tussen|grand )?totaal|(?:sub|grand )?total|gemiddelden?|average|mean|sum)\b[\s:.-]*"
)
_GROUP = re.compile(
    r"(?:van |voor |per |de |het |of |for )*(?:alles?|locatie|team|afdeling|aanbieder|organisatie|vestiging|regio|wijk|"
    r"gemeente|cluster|unit|groep|kwartaal|maand|jaar|perceel|location|department|provider|group)\b"
)
_NUMBER = re.compile(r"(?!.*[0-9]-)[-€%\s0-9.,]+")  # no date


def is_summary(cells: Sequence[str]) -> bool:
    """Say whether a last row adds up the rows above it rather than being one of them.

    Examples
    --------
    >>> is_summary(["Totaal", "3"]), is_summary(["Totaal: 3"]), is_summary(["Totaalzorg", "De Linde"])
    (True, True, False)
    """
    first = next((fold(cell).casefold() for cell in cells if cell.strip()), "")
    found = _BELOW.match(first)
    return found is not None and not re.match(r"\w", first[found.end() :])


def set_apart(
    body: pd.DataFrame, file: str, parts: pd.Series | None = None
) -> tuple[pd.DataFrame, tuple[int, ...], tuple[Finding, ...]]:
    """Separate the records from the rows that add them up.

    Parameters
    ----------
    body : DataFrame, one row per row below the header
    file : str
    parts : Series of str, optional
        The sheet of each row, where several were joined: below the records of each may stand totals.

    Returns
    -------
    body : DataFrame, one row per record
    summary : tuple of int
        The rows that are none.
    findings : tuple of Finding
        A note where such rows stood between the records.
    """
    tables = [body] if parts is None else [body.loc[rows] for rows in body.groupby(parts, sort=False).groups.values()]
    last = [row for table in tables for row in _below(table)]
    rest = body.drop(index=last) if last else body
    between = rest.index[_between(rest)]
    records = rest.drop(index=between) if len(between) else rest
    answers = [row for row in last if _is_answer(body.loc[[row]].iloc[0], records)]
    below = tuple(int(row) for row in last if row not in answers)
    body = body.drop(index=[*below, *between]) if below or len(between) else body
    if not len(between):
        return body, below, ()
    message = (
        f"{times(len(between), 'row between the records adds', 'rows between the records add')} up others; not counted."
    )
    remedy = "Nothing; if it is a record, give it another name than that of a total."
    note = Finding(file, "note", message, remedy, row=int(between[0]))
    return body, tuple(sorted((*map(int, between), *below))), (note,)


def _below(table: pd.DataFrame) -> list[int]:
    """Return the last rows of a table that call themselves a total or a mean, in their order."""
    last: list[int] = []
    for behind in range(1, min(_MOST_BELOW, len(table)) + 1):
        cells = table.iloc[-behind].astype("str").fillna("").tolist()
        if not is_summary(cells):
            break
        last += [] if _is_of_something(cells) else [int(table.index[-behind])]
    return last[::-1]


def _is_answer(row: pd.Series, records: pd.DataFrame) -> bool:
    """Say whether what a last row is called is an answer after all, such as "gemiddeld".

    It is where a record that lacks nothing says the same, and where the row itself lacks nothing and has a word beside
    its label: beside a total stand numbers.
    """
    filled = row.dropna()
    if filled.empty or records.empty:
        return False
    label, beside = filled.index[0], filled.iloc[1:]
    usual = _usual(records)
    worded = any(re.search(r"[^\W\d_]", str(text)) and not _is_label(str(text)) for text in beside)
    whole = worded and set(usual) <= set(filled.index)
    return whole or _said_in_full(str(filled.iloc[0]), str(label), records, usual)


def _said_in_full(text: str, name: str, records: pd.DataFrame, usual: pd.Index) -> bool:
    """Say whether a record that lacks nothing says the same in a column."""
    at, texts = distinct(records[name])
    same = np.append([key(str(each)) == key(text) for each in texts], False)[at]
    return bool(records.loc[same, usual].notna().all(axis=1).any()) if same.any() else False


def _usual(records: pd.DataFrame) -> pd.Index:
    """Return the columns that nearly every record fills."""
    return records.columns[records.notna().mean() >= _USUALLY]


def _is_of_something(cells: Sequence[str]) -> bool:
    """Say whether a total is one of something that may be an organisation.

    Examples
    --------
    >>> _is_of_something(["Totaal", "3"]), _is_of_something(["Totaal regio:"]), _is_of_something(["Totaal Thuis", "3"])
    (False, False, True)
    """
    of = next((key(_BETWEEN.sub("", cell, count=1)) for cell in cells if cell.strip() and _BETWEEN.match(cell)), "")
    return bool(re.match(r"[^\W\d_]", of)) and not _GROUP.match(of)


def _between(body: pd.DataFrame) -> np.ndarray:
    """Return the places of rows that add up others: a label says so, and beside it stand numbers only.

    An organisation may be called "Totaal Thuis". So a row must lack what nearly every record has, and its label be a
    total of nothing in particular, of a group ("locatie Noord"), or of what stands in the rows above; only where it
    repeats the name beside it may the row be full. A label behind all that a row holds is a remark; one that a full
    record has too is an answer.
    """
    labelled = {name: totals for name in body.columns if len(totals := _labels(body[name]))}
    places = np.unique(np.concatenate([np.empty(0, dtype=int), *labelled.values()]))
    if not len(places) or len(places) > min(_MOST_TOTALS, _MOST_OF_ALL * len(body)):
        return np.empty(0, dtype=int)
    records = body.drop(index=body.index[places])
    usual = _usual(records)
    found: list[tuple[int, str, str]] = []
    for place in map(int, places):
        row = {
            name: fold(str(text)) for name, text in zip(body.columns, body.iloc[place], strict=True) if pd.notna(text)
        }
        label = [name for name in row if name in labelled and place in labelled[name]][-1]
        at = list(body.columns).index(label)
        left = {name: text for name, text in row.items() if name in body.columns[:at]}
        beside = [text for name, text in row.items() if name in body.columns[at + 1 :]]
        before = body.iloc[max(place - 1, 0)]
        repeats = all(key(text) == key(str(before[name])) for name, text in left.items())
        of = key(_BETWEEN.sub("", row[label], count=1))
        lacks = any(name not in row for name in usual)
        group = not of or bool(_GROUP.match(of)) or _stands_in(of, body.iloc[:, : at + 1])
        own = bool(beside) and of in set(map(key, left.values()))
        numbered = all(map(_NUMBER.fullmatch, beside)) and bool(beside or not left)
        if repeats and numbered and (own or (lacks and group)):
            found.append((place, str(label), row[label]))
    others = body.drop(index=body.index[[place for place, *_ in found]]) if found else body
    named = {(name, text): _said_in_full(text, name, others, usual) for _, name, text in found}
    return np.array([place for place, name, text in found if not named[name, text]], dtype=int)


def _labels(column: pd.Series) -> np.ndarray:
    """Return the places of the cells that call themselves a total or a mean, in a column that may hold such labels."""
    if not isinstance(column.dtype, pd.CategoricalDtype) and len(column) > _MOST_ROWS:
        return np.empty(0, dtype=int)
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = column.dtype.categories
        if len(texts) <= _MOST_TEXTS and not any(map(_is_label, texts.tolist())):  # as nearly always
            return np.empty(0, dtype=int)
    at, texts = distinct(column)
    if len(texts) > _MOST_TEXTS and len(column) > _MOST_ROWS:
        return np.empty(0, dtype=int)
    hits = np.array([_is_label(text) for text in texts], dtype=bool)
    return np.flatnonzero(np.append(hits, False)[at]) if hits.any() else np.empty(0, dtype=int)


def _is_label(text: str) -> bool:
    return len(text) <= _LONGEST and _BETWEEN.match(text) is not None


def _stands_in(name: str, columns: pd.DataFrame) -> bool:
    return any(name in {key(str(text)) for text in distinct(columns[each])[1]} for each in columns)
