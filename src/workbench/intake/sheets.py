"""What every reader returns: the cells of a delivery as text, before anyone says what the header is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.intake.findings import Finding


class Unreadable(ValueError):
    """A delivery that no reader can read: what is wrong with it, and what to do."""

    def __init__(self, message: str, remedy: str):
        self.message, self.remedy = message, remedy
        super().__init__(f"{message} {remedy}")


@dataclass(frozen=True)
class Rows:
    """The cells of one delivery.

    `cells`: one row per row of the file, the header among them; text or missing, the index is the row as a person
    sees it, the columns are positions. `apart`: rows that could not be read. `decimal`: how numbers are written, if the
    format tells. `merged`: cells that span several columns, as (row, first column,
    last column); None if the format does not tell.
    `names`, `wording` and `codes`: headers, question texts and the code behind each label that is an answer, where
    the format keeps them apart from the cells. `sheets`: of a workbook those with the header of the one that was read,
    where there are more; `joined`: they were all read, and the last column holds the sheet of each row.
    """

    cells: pd.DataFrame
    apart: tuple[int, ...] = ()
    decimal: str = ""
    merged: tuple[tuple[int, int, int], ...] | None = None
    names: tuple[str, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sheets: tuple[str, ...] = ()
    joined: bool = False
