"""The words a processed table may hold, and how its columns are declared."""

from collections.abc import Sequence

import pandera.pandas as pa

ROLES = ("client", "relative", "staff")
INFORMANTS = ("self", "proxy")
MISSING_KINDS = ("skipped", "closed", "not_applicable", "dont_know", "unreadable", "not_asked")
SOURCES = ("self", "client", "staff", "access", "back_office", "supervisor")
SEVERITIES = ("error", "warning", "note")
STATUSES = ("shown", "indicative", "hidden")
AGE_BANDS = ("0-3", "4-11", "12-17", "18-22", "23-44", "45-64", "65-74", "75-84", "85+")
SEXES = ("female", "male", "other")
LAWS = ("BiJ", "iJw", "iWmo")
PROVISIONAL_MONTHS = 6  # before the end of a register: endings of these months still come in late


def text(description: str, among: Sequence[str] = (), required: bool = True, filled: bool = False) -> pa.Column:
    """Return a column of text: one of some words, if they are given; without gaps, if it is filled."""
    checks = [pa.Check.isin(list(among))] if among else None
    return pa.Column(str, checks, nullable=not filled, required=required, description=description)


def number(description: str, low: float | None = None, high: float | None = None, required: bool = True) -> pa.Column:
    """Return a column of numbers within bounds, missing where not known."""
    checks = [pa.Check.ge(low)] if low is not None else []
    checks += [pa.Check.le(high)] if high is not None else []
    return pa.Column(float, checks or None, nullable=True, required=required, description=description)


def count(description: str) -> pa.Column:
    """Return a column of whole numbers from 0, without gaps."""
    return pa.Column("int64", pa.Check.ge(0), description=description)


def date(description: str) -> pa.Column:
    """Return a column of dates without a clock, missing where not known."""
    return pa.Column("datetime64[ns]", nullable=True, description=description)


def flag(description: str) -> pa.Column:
    """Return a column of yes or no, without gaps."""
    return pa.Column(bool, description=description)


def table(
    name: str, row: str, columns: dict[str, pa.Column], key: Sequence[str] = (), wide: bool = False
) -> pa.DataFrameSchema:
    """Return the contract of one table; `wide` tables may have further columns (items, background questions)."""
    return pa.DataFrameSchema(
        columns,
        name=name,
        description=row,
        unique=list(key) or None,
        strict=not wide,
        coerce=True,
    )


FILE = text("the delivery, as a path below the year's folder", filled=True)
ROW = count("row in the delivery as a person sees it (the header is row 1); 0: the file as a whole")
