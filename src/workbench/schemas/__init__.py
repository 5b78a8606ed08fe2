"""The contracts of the processed tables, declared once.

Every table in ``data/processed`` passes its contract before it is written: columns, types, keys and ranges. The
descriptions are the data dictionary; ``docs/data.md`` is made from them.

Text is text (codes keep their leading zeros), dates are dates without a clock, shares lie in [0, 1], scores in
[0, 100]. A missing value means "not known" or "does not apply"; why an answer is missing stands in `UNANSWERED`.
"""

import pandas as pd

from workbench.schemas.accounts import DELIVERIES, EXCLUSIONS, FINDINGS
from workbench.schemas.checking import checked, get_ready
from workbench.schemas.columns import (
    AGE_BANDS,
    INFORMANTS,
    LAWS,
    MISSING_KINDS,
    PROVISIONAL_MONTHS,
    ROLES,
    SEVERITIES,
    SEXES,
    SOURCES,
    STATUSES,
)
from workbench.schemas.figures import ESTIMATES
from workbench.schemas.registers import AGREEMENTS, ASSESSMENTS, CONTEXT, EPISODES
from workbench.schemas.surveys import ANSWERS, INVITED, REMARKS, RESPONSES, SCORES, UNANSWERED

__all__ = [
    "AGE_BANDS",
    "AGREEMENTS",
    "ANSWERS",
    "ASSESSMENTS",
    "CONTEXT",
    "DELIVERIES",
    "EPISODES",
    "ESTIMATES",
    "EXCLUSIONS",
    "FINDINGS",
    "INFORMANTS",
    "INVITED",
    "LAWS",
    "MISSING_KINDS",
    "PROVISIONAL_MONTHS",
    "REMARKS",
    "RESPONSES",
    "ROLES",
    "SCORES",
    "SEVERITIES",
    "SEXES",
    "SOURCES",
    "STATUSES",
    "TABLES",
    "UNANSWERED",
    "check",
    "dictionary",
    "empty",
    "get_ready",
]

TABLES = {
    schema.name: schema
    for schema in (
        DELIVERIES,
        RESPONSES,
        ANSWERS,
        UNANSWERED,
        EXCLUSIONS,
        FINDINGS,
        SCORES,
        EPISODES,
        ASSESSMENTS,
        CONTEXT,
        INVITED,
        REMARKS,
        AGREEMENTS,
        ESTIMATES,
    )
}


def check(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with the types of its contract, in the contract's order of columns.

    Parameters
    ----------
    name : str
        A key of `TABLES`.
    table : DataFrame
        Columns of the contract that are absent are added as missing. Texts may be categories, and then stay so.

    Raises
    ------
    ValueError
        Where the table breaks its contract; the message names the column, the rule and the first values.

    Examples
    --------
    >>> check("exclusions", pd.DataFrame({"file": ["a.csv"], "row": [7], "reason": ["empty"], "provider_id": ["p1"]}))
        file  row reason provider_id
    0  a.csv    7  empty          p1
    """
    return checked(TABLES[name], table)


def empty(name: str) -> pd.DataFrame:
    """Return a table without rows that meets the contract of `name`.

    Examples
    --------
    >>> list(empty("exclusions").columns)
    ['file', 'row', 'reason', 'provider_id']
    """
    schema = TABLES[name]
    return pd.DataFrame({column: pd.Series(dtype=str(spec.dtype)) for column, spec in schema.columns.items()})


def dictionary() -> str:
    """Return the data dictionary of the processed tables in Markdown, for ``docs/data.md``.

    Examples
    --------
    >>> print(dictionary().splitlines()[0])
    ### `deliveries`: one row per file received
    """
    parts = []
    for name, schema in TABLES.items():
        lines = [f"### `{name}`: {schema.description}", ""]
        if schema.unique:
            lines += [f"Key: {', '.join(f'`{column}`' for column in schema.unique)}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for column, spec in schema.columns.items():
            dtype = str(spec.dtype)
            kinds = {"float64": "number", "int64": "count", "datetime64[ns]": "date"}
            kind = "text" if dtype.startswith("str") else kinds.get(dtype)
            filled = "" if spec.nullable else ", filled"
            lines.append(f"| `{column}` | {kind or 'yes/no'}{filled} | {spec.description} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
