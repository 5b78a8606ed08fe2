"""Read dates the way people and machines write them: Dutch, ISO, American, by name of the month, or an Excel number.

Every function works on the distinct values of a column, so its cost hardly depends on the number of rows.
"""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake.values import distinct

_CLOCK = (
    r"(?:(?:T|,? +)(?:om +)?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-5][0-9])(?:[:.](?P<second>[0-5][0-9]))?"
    r"(?:[.,][0-9]+)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?:u(?:ur|\.)?|Z|[+-][0-9:]+|(?:GMT|UTC|[CEW]ES?T)(?:[+-][0-9:]+)?))?)?$"
)
_DAY_FIRST = r"^(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})" + _CLOCK
_SHORT_YEAR = r"^(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{2})" + _CLOCK
_YEAR_FIRST = r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})" + _CLOCK
_FIGURES = r"^(?P<day>[0-3]?[0-9])(?P<month>[0-3][0-9])(?P<year>(?:18|19|20)[0-9]{2})$"  # no month is 18
_COMPACT = r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})$"
_YEAR_ALONE = r"^(?P<year>(?:18|19|20)[0-9]{2})$"
_EXCEL = r"^(?P<days>[0-9]{5}(?:[.,][0-9]+)?)$"
# What stands in the place of an end that is not there yet.
RUNNING = ("loopt nog", "loopt", "lopend", "nog lopend", "nog in zorg", "heden", "doorlopend", "running", "ongoing")
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january januari", "feb february februari", "mar mrt march maart", "apr april", "may mei"),
            *("jun june juni", "jul july juli", "aug august augustus", "sep sept september", "oct okt october oktober"),
            *("nov november", "dec december"),
        ),
        1,
    )
    for name in names.split()
}
_DAY_NAME = re.compile(r"(?:[a-z]{2,9},? )?([0-9]{1,2})[ -]([a-z]{3,9})\.?[ -]([0-9]{4}|[0-9]{2})(?![0-9])(.*)")
_NAME_DAY = re.compile(r"(?:[a-z]{2,9},? )?([a-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})(?![0-9])(.*)")


def dates(column: pd.Series, order: str = "", century: int = 0) -> tuple[pd.Series, pd.Series]:
    """Read a column of dates, with or without clock.

    dd-mm-yyyy, dd/mm/yyyy, yyyy-mm-dd, yyyymmdd, ddmmyyyy (also without the zero in front that a spreadsheet took),
    ``13 februari 2026 om 10.05 uur``, ``Feb 13, 2026``, an Excel number. American
    dates (mm/dd/yyyy) are recognised where a second number is above twelve and no first one is, or where the clock
    says AM or PM and nothing speaks against it. An unknown month or day written as 00 becomes the middle of what is
    known. A year 0000 or from 2100 on means "not known" or "still running" and is missing without being unreadable, and
    so are words for the latter.

    Parameters
    ----------
    column : Series of str
    order : str
        ``mdy`` or ``dmy`` where it is known; empty is recognised.
    century : int
        Of years written with two digits; 0 refuses those, and takes a year alone, as in a year of birth.

    Returns
    -------
    values : Series of datetime64[ns]
        With the clock, where there is one.
    unreadable : Series of bool
        Something stands there and it is no date.

    Examples
    --------
    >>> texts = pd.Series(["01-03-2025 10:05", "20250300", "45717", "99991231", "ooit"], dtype="str")
    >>> values, unreadable = dates(texts)
    >>> values.dt.strftime("%Y-%m-%d %H:%M").tolist()
    ['2025-03-01 10:05', '2025-03-15 00:00', '2025-03-01 00:00', nan, nan]
    >>> unreadable.tolist()
    [False, False, False, False, True]
    >>> dates(pd.Series(["02/13/2026 3:05 PM", "12/01/2025 1:05 AM"]))[0].dt.strftime("%Y-%m-%d %H:%M").tolist()
    ['2026-02-13 15:05', '2025-12-01 01:05']
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        iso = _as_iso(_texts(column))
        if iso is not None:
            moments = pd.Series(iso.astype("datetime64[ns]"), index=column.index)
            return moments, pd.Series(False, index=column.index)
    codes, known = distinct(column)
    texts = _trimmed(known)
    iso = _as_iso(texts)
    if iso is not None:
        found = np.append(iso, np.datetime64("NaT", "s"))[codes]
        return pd.Series(found.astype("datetime64[ns]"), index=column.index), pd.Series(False, index=column.index)
    texts = _with_numbers(texts, century)
    year, month, day, clock = (np.zeros(len(known), dtype=np.int64) for _ in range(4))
    dated = np.zeros(len(known), dtype=bool)
    patterns = [_YEAR_FIRST, _DAY_FIRST, _FIGURES, _COMPACT, _SHORT_YEAR if century else _YEAR_ALONE]
    for pattern in patterns:
        if dated.all():
            break
        fits, parts = _extract(texts, pattern, _PARTS)
        fits &= ~dated
        half = _halves(texts, pattern)
        if pattern in (_DAY_FIRST, _FIGURES, _SHORT_YEAR) and _is_american(parts, fits, half, order):
            parts["day"], parts["month"] = parts["month"], parts["day"]
        if pattern == _SHORT_YEAR:
            parts["year"] = parts["year"] + century
        parts["hour"] = np.where(half == "", parts["hour"], parts["hour"] % 12 + 12 * (half == "p"))
        year, month, day = (
            np.where(fits, parts[name], before) for name, before in (("year", year), ("month", month), ("day", day))
        )
        clock = np.where(fits, parts["hour"] * 3600 + parts["minute"] * 60 + parts["second"], clock)
        dated |= fits
    running = pc.is_in(pc.utf8_lower(texts), pa.array(RUNNING, texts.type)).to_numpy(zero_copy_only=False).astype(bool)
    silent = (dated & ((year == 0) | (year >= 2100))) | running
    day = np.where(month == 0, 1, np.where(day == 0, 15, day))
    month = np.where(month == 0, 7, month)
    usable = dated & (year >= 1880) & (year < 2100) & (month <= 12) & (clock < 86400)
    first = np.where(usable, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    usable &= day <= ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    found = first.astype("datetime64[s]") + (day - 1) * 86400 + clock
    if not dated.all():
        fits, parts = _extract(texts, _EXCEL, ("days",), pa.float64())
        counted = fits & (parts["days"] >= 10000) & (parts["days"] < 73000)
        seconds = np.where(counted, np.round(parts["days"] * 86400), 0).astype(np.int64)
        found = np.where(counted, np.datetime64("1899-12-30", "s") + seconds, found)
        usable |= counted
    found = np.append(np.where(usable, found, np.datetime64("NaT", "s")), np.datetime64("NaT", "s"))
    values = pd.Series(found.astype("datetime64[ns]")[codes], index=column.index)
    return values, column.notna() & values.isna() & ~np.append(silent, False)[codes]


def _as_iso(texts: pa.Array) -> np.ndarray | None:
    """Return moments where every text is an ordinary yyyy-mm-dd with or without a clock, the quick way; else None."""
    if not len(texts):
        return None
    try:
        cast = texts.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        try:
            cast = pc.utf8_trim_whitespace(texts).cast(pa.timestamp("s"))
        except pa.ArrowInvalid:
            return None
    moments = cast.to_numpy(zero_copy_only=False)
    usual = (moments >= np.datetime64("1880-01-01")) & (moments < np.datetime64("2100-01-01"))
    return moments if (usual | np.isnat(moments)).all() else None


def are_iso(column: pd.Series) -> bool:
    """Say whether every text of a column is an ordinary yyyy-mm-dd, with or without a clock.

    Examples
    --------
    >>> are_iso(pd.Series(["2026-01-05 10:00:00 ", None])), are_iso(pd.Series(["20260105", "111222333"]))
    (True, False)
    """
    return _as_iso(_texts(column)) is not None


def _texts(column: pd.Series) -> pa.Array:
    return pa.array(pd.Series(column, dtype="str"), type=pa.large_string(), from_pandas=True)


def _trimmed(column: pd.Series) -> pa.Array:
    return pc.utf8_trim_whitespace(_texts(column))


def _with_numbers(texts: pa.Array, century: int) -> pa.Array:
    """Return the texts with the names of months as numbers, yyyy-mm-dd; the others as they are."""
    lettered = pc.match_substring_regex(texts, r"[A-Za-z]{3}").to_numpy(zero_copy_only=False).astype(bool)
    if not lettered.any():
        return texts
    plain = texts.to_pylist()
    for place in np.flatnonzero(lettered):
        text = plain[place].casefold().replace(" om ", " ").replace(" at ", " ")
        by_day, by_name = _DAY_NAME.fullmatch(text), _NAME_DAY.fullmatch(text)
        if by_day:
            day, name, year, rest = by_day.groups()
        elif by_name:
            name, day, year, rest = by_name.groups()
        else:
            continue
        year = year if len(year) == 4 else str(century + int(year)) if century else ""
        if name in _MONTHS and year:
            plain[place] = f"{year}-{_MONTHS[name]}-{day}{rest}"
    return pa.array(plain, type=pa.string())


def _is_american(parts: dict[str, np.ndarray], fits: np.ndarray, half: np.ndarray, order: str) -> bool:
    """Say whether the month stands first: as stated, else as the numbers or the clock tell."""
    if order:
        return order == "mdy"
    first, second = parts["day"][fits], parts["month"][fits]
    above = bool((second > 12).any())
    return bool(not (first > 12).any() and (above or (len(first) and (half[fits] != "").any())))


def _halves(texts: pa.Array, pattern: str) -> np.ndarray:
    """Return ``a`` or ``p`` where the clock has two halves of twelve hours, else nothing."""
    if "(?P<half>" not in pattern:
        return np.full(len(texts), "")
    part = pc.struct_field(pc.extract_regex(texts, pattern=pattern), "half")
    return pc.fill_null(pc.utf8_lower(part), "").to_numpy(zero_copy_only=False).astype(str)


def _extract(
    texts: pa.Array, pattern: str, names: tuple[str, ...], kind: pa.DataType | None = None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return which texts fit, and the numbers in the named parts of the pattern, 0 where there is none."""
    parts = pc.extract_regex(texts, pattern=pattern)
    found = {}
    for name in names:
        known = parts.type.get_field_index(name) >= 0
        part = pc.struct_field(parts, name) if known else pa.nulls(len(texts), pa.string())
        plain = pc.replace_substring(pc.if_else(pc.equal(part, ""), None, part), ",", ".")
        found[name] = pc.fill_null(plain.cast(kind or pa.int64()), 0).to_numpy(zero_copy_only=False)
    return parts.is_valid().to_numpy(zero_copy_only=False), found
