"""Names that stand alone above the records of a group, as people make lists in a workbook."""

import re

import numpy as np
import pandas as pd

from workbench.intake.findings import Finding, times
from workbench.intake.usual_names import USUAL_NAMES
from workbench.intake.values import distinct, fold, key

COLUMN = "groep"  # in which the heading stands beside each record below it
_FIGURE = re.compile(r"[-€%0-9.,:/ ]+")
_FEWEST_COLUMNS, _FEWEST = 3, 2


def carried_down(body: pd.DataFrame, file: str) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Write the heading of each group beside its records, in a column of its own; other tables stay as they are.

    The first row must be a heading, so that every record has one: a name in a column in which records hold numbers or
    nothing, and nothing beside it. Two headings in a row, or one below the last record, are no such list.

    Examples
    --------
    >>> rows = [("De Linde", None, None), ("1", "4", "5"), ("Het Anker", None, None), ("2", "3", "3")]
    >>> table, (note,) = carried_down(pd.DataFrame(rows, columns=["nr", "past", "fijn"], index=[2, 3, 4, 5]), "a.csv")
    >>> table[["groep", "nr"]].to_dict("index")
    {3: {'groep': 'De Linde', 'nr': '1'}, 5: {'groep': 'Het Anker', 'nr': '2'}}
    """
    if len(body) < 2 * _FEWEST or len(body.columns) < _FEWEST_COLUMNS or body.iloc[0].notna().sum() != 1:
        return body, ()
    name = body.columns[int(np.argmax(body.iloc[0].notna().to_numpy()))]
    if key(str(name)) in USUAL_NAMES["remark"]:  # people may write something and answer nothing
        return body, ()
    others = body.drop(columns=name)
    at, texts = distinct(body[name])
    figures = np.append([_FIGURE.fullmatch(text) is not None for text in texts], True)[at]
    heading = others.isna().all(axis=1).to_numpy() & ~figures
    certain = figures[~heading].all() and heading[0] and not heading[-1] and not (heading[1:] & heading[:-1]).any()
    if not certain or heading.sum() < _FEWEST:
        return body, ()
    names = body[name].astype("str").where(heading).ffill().map(fold)
    title = COLUMN if COLUMN not in body else f"{COLUMN} [2]"
    table = pd.concat([names[~heading].astype("category").rename(title), body[~heading]], axis=1)
    message = (
        f"{times(int(heading.sum()), 'row holds', 'rows hold')} nothing but a name, and were taken for the headings"
    )
    note = Finding(
        file,
        "note",
        f"{message} of the records below them.",
        f"Say in columns.csv what column {title!r} is, such as the provider.",
        row=int(body.index[0]),
    )
    return table, (note,)
