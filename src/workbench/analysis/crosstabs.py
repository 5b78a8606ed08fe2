"""Tables of people counted by one or two of their characteristics, with who they are, and what of them may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from workbench.analysis import linked
from workbench.analysis.linked_counts import FEW, LINKED, SMALL, Rules

PEOPLE = ("response_id", "client")  # what tells people apart, in tables of questionnaires and of episodes
UNKNOWN = "not known"
OF_ROW, OF_COLUMN = 100.0, 1_000.0  # how much dearer it is to hide a total than a cell


@dataclass(frozen=True)
class Crosstab:
    """Records counted by group (rows) and, if asked, by answer (columns), and the people behind them.

    Attributes
    ----------
    counts : DataFrame of int
        Records per row and column, without totals.
    people : DataFrame of int
        Different people among them: somebody with three episodes is one.
    members : dict of row to frozenset
        Who is in each row; pseudonyms.
    person : str
        The column that tells people apart.
    year : int
    """

    counts: pd.DataFrame
    people: pd.DataFrame
    members: dict[str, frozenset[str]]
    person: str
    year: int

    def _repr_html_(self) -> str:
        return str(self.counts.to_html())

    def __repr__(self) -> str:
        return str(self.counts)


def crosstab(table: pd.DataFrame, rows: str, columns: str | None = None, *, year: int | None = None) -> Crosstab:
    """Count a table of questionnaires or episodes by one or two of its columns, so that the counts can be exported.

    Parameters
    ----------
    table : DataFrame
        With ``response_id`` or ``client``: who is counted.
    rows, columns : str
        Columns of `table`; nobody is left out: where nothing is known that is a group of its own.
    year : int, optional
        Of the measurement; that of the table if it has one ``year``.

    Raises
    ------
    ValueError
        Where the people of a table cannot be told apart, or its year is not known; the message says what to do.

    Examples
    --------
    >>> answers = pd.DataFrame({"response_id": list("abcd"), "mode": ["mail", "mail", "link", None], "year": 2026})
    >>> crosstab(answers, "mode").counts["all"].to_dict()
    {'link': 1, 'mail': 2, 'not known': 1}
    """
    person = next((name for name in PEOPLE if name in table), None)
    if person is None:
        raise ValueError(
            "The people in this table cannot be counted. Keep its column 'response_id' or 'client': "
            "crosstab(region.responses, 'mode', 'age_band')."
        )
    lacking = [name for name in (rows, columns) if name is not None and name not in table]
    if lacking:
        raise ValueError(f"The table has no column {lacking[0]!r}; it has {', '.join(map(str, table.columns))}.")
    years = sorted(table["year"].unique()) if "year" in table else []
    if year is None and len(years) != 1:
        raise ValueError("Say of which year these people are: crosstab(..., year=2026).")
    group = _labels(table[rows])
    answer = _labels(table[columns]) if columns else pd.Series("all", index=table.index)
    counts = pd.crosstab(group, answer).rename_axis(index=rows, columns=columns)
    who = table[person].astype(str)
    people = who.groupby([group, answer]).nunique().unstack(fill_value=0).reindex_like(counts).fillna(0).astype(int)
    members = {str(name): frozenset(each) for name, each in who.groupby(group)}
    return Crosstab(counts, people, members, person, int(year if year is not None else years[0]))


def protected(table: Crosstab, rules: Rules, known: Iterable[frozenset[str]] = ()) -> pd.DataFrame:
    """Say of each cell and total of a table whether it may be shown, and why not.

    How many records there are in all counts as known, and nothing else. Hidden are groups of fewer than
    ``hidden_below`` people, cells of fewer than ``smallest_cell``, groups in which all are alike, groups that differ
    by fewer than ``smallest_cell`` people from a set of people about whom something was published; and what would
    give those away, as few and small as possible.

    Parameters
    ----------
    table : Crosstab
    rules : Rules
    known : iterable of frozenset
        Sets of people about whom figures were published.

    Returns
    -------
    DataFrame of str
        Rows and columns of the table, and ``all``: why a number is hidden, empty where it is shown.

    Raises
    ------
    ValueError
        Where nothing of the table can be shown.

    Examples
    --------
    >>> count = {"a": 12, "b": 3, "c": 20, "d": 30}
    >>> ids = pd.DataFrame({"group": [name for name, n in count.items() for _ in range(n)], "year": 2026})
    >>> made = crosstab(ids.assign(response_id=range(65)), "group")
    >>> protected(made, Rules())["all"].to_dict()
    {'a': 'gives another away', 'b': 'few', 'c': '', 'd': '', 'all': ''}
    """
    value, people = table.counts.to_numpy(dtype=float), table.people.to_numpy()
    several = value.shape[1] > 1
    of_row = np.array([len(table.members[str(name)]) for name in table.counts.index])
    few = of_row < rules.hidden_below
    close = np.array([_close(table.members[str(name)], known, rules) for name in table.counts.index])
    full = _with_totals(value) if several else np.append(value, value.sum())[:, None]
    reason, guarded = np.full(full.shape, "", dtype=object), np.zeros(full.shape, dtype=bool)
    if several:
        small = (people > 0) & (people < rules.smallest_cell)
        alike = (value > 0) & (value == value.sum(axis=1, keepdims=True))
        rare = (people.sum(axis=0) > 0) & (people.sum(axis=0) < rules.hidden_below)
        reason[:-1, :-1][small | alike], reason[-1, :-1][rare] = SMALL, FEW
        guarded[:-1, :-1], guarded[-1, :-1] = (small | alike | few[:, None] | close[:, None]) & (value > 0), rare
    reason[:-1][close], reason[:-1][few] = LINKED, FEW
    guarded[:-1, -1] = few | close
    hidden = linked.protect(_system(full, reason, guarded, rules)).reshape(full.shape)
    if hidden[:-1].all():
        raise ValueError("Nothing of this table can be shown: too few people are in its cells. Join groups or answers.")
    reason[hidden & (reason == "")] = LINKED
    columns = [*table.counts.columns, "all"] if several else ["all"]
    return pd.DataFrame(reason, index=[*table.counts.index, "all"], columns=columns)


def _labels(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), UNKNOWN).astype(str)


def _with_totals(value: NDArray[np.float64]) -> NDArray[np.float64]:
    full = np.pad(value, ((0, 1), (0, 1)))
    full[-1, :-1], full[:-1, -1], full[-1, -1] = value.sum(axis=0), value.sum(axis=1), value.sum()
    return full


def _close(members: frozenset[str], known: Iterable[frozenset[str]], rules: Rules) -> bool:
    """Say whether a group is part of a known one, or the other way round, and few people make the difference."""
    return any(
        0 < len(members ^ other) < rules.smallest_cell and (members <= other or members >= other) for other in known
    )


def _system(
    full: NDArray[np.float64], reason: NDArray[np.object_], guarded: NDArray[np.bool_], rules: Rules
) -> linked.System:
    """Return the table with its totals as one system; the grand total is known whatever is hidden."""
    at = np.arange(full.size).reshape(full.shape)
    lines = [*at, *at.T] if full.shape[1] > 1 else [*at.T]
    sums = np.zeros((len(lines), full.size))
    for row, line in enumerate(lines):
        sums[row, line[:-1]], sums[row, line[-1]] = 1.0, -1.0
    value, few = full.ravel(), np.zeros(full.shape, dtype=bool)
    few[:, -1] = reason[:, -1] == FEW
    cells = pd.DataFrame({"value": value, "low": value, "high": value})
    cells["least"] = np.where(few.ravel(), 1.0, 0.0)
    cells["most"] = np.where(few.ravel(), np.maximum(rules.hidden_below - 1.0, value), np.inf)
    cells["need"] = np.where(guarded.ravel(), float(rules.smallest_cell), 0.0)
    cells["figure"] = np.arange(full.size)
    cells.loc[full.size - 1, ["least", "most", "need"]] = value[-1], value[-1], 0.0
    size = 0.001 * np.minimum(full, 1000)
    cost = np.ones(full.shape) + size
    if full.shape[1] > 1:
        cost[:, -1], cost[-1] = OF_ROW + size[:, -1], OF_COLUMN
    return linked.System(cells, sparse.csr_matrix(sums), cost.ravel(), (reason != "").ravel())
