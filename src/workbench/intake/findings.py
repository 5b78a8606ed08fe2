"""Problems in deliveries, written down for whoever delivered them; never with a personal value."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from workbench import schemas


@dataclass(frozen=True)
class Finding:
    """One problem in one delivery: what was found, and what to do about it.

    `row` is the first row where it stands, as a person sees it; 0 is the file as a whole.
    """

    file: str
    severity: str
    message: str
    remedy: str
    column: str | None = None
    row: int = 0


def as_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the table `findings`, the gravest first within a file, whatever the order in which they were found.

    Examples
    --------
    >>> found = Finding("a.csv", "error", "The file is empty.", "Ask for it again.")
    >>> as_table([found, found])[["file", "row", "severity"]]
        file  row severity
    0  a.csv    0    error
    """
    rows = [asdict(finding) for finding in findings]
    if not rows:
        return schemas.empty("findings")
    table = pd.DataFrame(rows).drop_duplicates()
    table = table.assign(grave=table["severity"].map(schemas.SEVERITIES.index), at=table["column"].fillna(""))
    table = table.sort_values(["file", "grave", "row", "at", "message"], kind="stable").drop(columns=["grave", "at"])
    return schemas.check("findings", table)


def by_weight(table: pd.DataFrame) -> pd.DataFrame:
    """Return findings the most important first: by severity, then by how many records they cost or touch.

    Examples
    --------
    >>> rows = [("a.csv", "note", "9 values"), ("b.csv", "error", "2 rows"), ("c.csv", "error", "40 rows")]
    >>> by_weight(pd.DataFrame(rows, columns=["file", "severity", "message"]).assign(row=0))["file"].tolist()
    ['c.csv', 'b.csv', 'a.csv']
    """
    touched = pd.to_numeric(table["message"].str.extract(r"\b([0-9]+) (?:further )?[a-z]", expand=False)).fillna(1)
    whole = table["message"].str.contains("is not read|did not come|damaged|unpacks|protected|cannot be").astype(int)
    order = table.assign(grave=table["severity"].map(schemas.SEVERITIES.index), whole=-whole, touched=-touched)
    order = order.sort_values(["grave", "whole", "touched", "file", "row"], kind="stable")
    return order.drop(columns=["grave", "whole", "touched"])


def on_rows(
    where: pd.Series,
    file: str,
    severity: str,
    nouns: tuple[str, str],
    what: str,
    remedy: str,
    column: str | None = None,
) -> list[Finding]:
    """Return a finding on the rows where something holds: how many they are, and the first; none where there are none.

    Parameters
    ----------
    where : Series of bool
        The index is the row in the delivery.
    file, severity : str
    nouns : tuple of str
        What is counted, one and more, with its verb; `what` goes on from there.
    what, remedy : str
    column : str, optional

    Examples
    --------
    >>> below = pd.Series([False, True, True], index=[2, 3, 4])
    >>> nouns = ("value is", "values are")
    >>> found = on_rows(below, "a.csv", "warning", nouns, "below zero.", "Correct the delivery.")
    >>> [(each.message, each.row) for each in found]
    [('2 values are below zero.', 3)]
    """
    rows = where.index[where.to_numpy(dtype=bool)]
    if rows.empty:
        return []
    return [Finding(file, severity, f"{times(len(rows), *nouns)} {what}", remedy, column, int(rows.min()))]


def times(count: int, one: str, more: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> times(1, "row", "rows"), times(3, "row", "rows")
    ('1 row', '3 rows')
    """
    return f"{count} {one if count == 1 else more}"
