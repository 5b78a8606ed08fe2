"""Read values the way people and machines write them: labels, numbers with a comma, dates in five notations.

Every function works on the distinct values of a column, so its cost hardly depends on the number of rows.
"""

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What export programs write in a cell that holds nothing.
BLANKS = ("", "NA", "NaN", "NULL", "(null)", "#N/A", "#N/B", "#NULL!", "#LEEG!")

_CLOCK = (
    r"(?:(?:T| +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
    r"(?:[.,][0-9]+)?(?:Z|[+-][0-9:]+)?)?$"
)
_DAY_FIRST = r"^(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})" + _CLOCK
_YEAR_FIRST = r"^(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})" + _CLOCK
_COMPACT = r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})$"
_EXCEL = r"^(?P<days>[0-9]{5}(?:[.,][0-9]+)?)$"


def fold(text: str) -> str:
    r"""Return a text with its white space folded and its accents composed.

    Examples
    --------
    >>> fold(" helemaal\n mee\u00a0eens ")
    'helemaal mee eens'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def key(text: str) -> str:
    """Return what two texts have in common that differ in case and white space only.

    Examples
    --------
    >>> key("Helemaal  MEE eens") == key("helemaal mee eens")
    True
    """
    return fold(text).casefold()


def distinct(column: pd.Series) -> tuple[np.ndarray, Any]:
    """Return for each row the place of its value among the distinct values, -1 where missing, and those values.

    Of a column that is held as categories this costs next to nothing, and categories that no row has are left out.

    Examples
    --------
    >>> at, found = distinct(pd.Series(["a", None, "c", "a"], dtype="category").cat.add_categories("b"))
    >>> at.tolist(), list(found)
    ([0, -1, 1, 0], ['a', 'c'])
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return pd.factorize(column)
    at, texts = column.cat.codes.to_numpy(), column.cat.categories
    used = np.bincount(at.astype(np.int64) + 1, minlength=len(texts) + 1)[1:] > 0
    if used.all():
        return at, texts
    return np.append(np.where(used, used.cumsum() - 1, -1), -1)[at], texts[used]


def constant(text: str | None, index: pd.Index) -> pd.Series:
    """Return the same text for every row, held once.

    Examples
    --------
    >>> constant("a", pd.RangeIndex(2)).tolist()
    ['a', 'a']
    """
    return pd.Series(pd.Categorical.from_codes(np.zeros(len(index), dtype=np.int8), [text]), index=index)


def per_value(column: pd.Series, function: Callable[[str], Any], dtype: Any = "str") -> pd.Series:
    """Return `function` of each value, computed once per distinct value; missing stays missing.

    Examples
    --------
    >>> per_value(pd.Series(["A ", None, "A "], dtype="str"), key).tolist()
    ['a', nan, 'a']
    """
    codes, texts = distinct(column)
    found = pd.Series([function(value) for value in texts] + [None], dtype=dtype)
    return found.take(codes if len(texts) else np.zeros(len(column), dtype=int)).set_axis(column.index)


def numbers(column: pd.Series, decimal: str = "") -> tuple[pd.Series, pd.Series]:
    """Read a column of numbers as text.

    A comma is a decimal comma, and with it points separate thousands. A column with points only has decimal points,
    unless the delivery is known to write a comma and every point has three digits behind it.

    Parameters
    ----------
    column : Series of str
    decimal : str
        ``,`` or ``.`` where the delivery is known to use it; empty if not.

    Returns
    -------
    values : Series of float
    unreadable : Series of bool
        Something stands there and it is no number.

    Examples
    --------
    >>> numbers(pd.Series(["€ 1.250,50", "7", "veel", None], dtype="str"))[0].tolist()
    [1250.5, 7.0, nan, nan]
    """
    codes, known = distinct(column)
    texts = pd.Series(known, dtype="str").str.replace(r"[\s€]", "", regex=True)
    english = decimal == "." or (decimal == "" and bool(texts.str.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+").any()))
    comma, point = texts.str.contains(",", regex=False), texts.str.contains(".", regex=False)
    if english:
        plain = texts.str.replace(",", "", regex=False)
    elif decimal == "," or comma.any():
        grouped = texts.str.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?")
        strip = grouped & (comma | bool(grouped[point].all()))
        plain = texts.where(~strip, texts.str.replace(".", "", regex=False)).str.replace(",", ".", regex=False)
    else:
        plain = texts
    values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    values = np.append(np.where(np.isfinite(values), values, np.nan), np.nan)
    found = pd.Series(values[codes] if len(known) else np.full(len(column), np.nan), index=column.index)
    return found, column.notna() & found.isna()


def dates(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read a column of dates: dd-mm-yyyy, dd/mm/yyyy, yyyy-mm-dd, yyyymmdd or an Excel number, with or without clock.

    An unknown month or day written as 00 becomes the middle of what is known. A year 0000 or from 2100 on means "not
    known" or "still running" and is missing without being unreadable.

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
    """
    codes, known = distinct(column)
    texts = pc.utf8_trim_whitespace(pa.array(pd.Series(known, dtype="str"), type=pa.string(), from_pandas=True))
    iso = _as_iso(texts)
    if iso is not None:
        found = np.append(iso, np.datetime64("NaT", "s"))[codes]
        return pd.Series(found.astype("datetime64[ns]"), index=column.index), pd.Series(False, index=column.index)
    year, month, day, clock = (np.zeros(len(known), dtype=np.int64) for _ in range(4))
    dated = np.zeros(len(known), dtype=bool)
    for pattern in (_YEAR_FIRST, _DAY_FIRST, _COMPACT):
        if not dated.all():
            fits, parts = _extract(texts, pattern, ("year", "month", "day", "hour", "minute", "second"))
            fits &= ~dated
            year, month, day = (
                np.where(fits, parts[name], known) for name, known in (("year", year), ("month", month), ("day", day))
            )
            clock = np.where(fits, parts["hour"] * 3600 + parts["minute"] * 60 + parts["second"], clock)
            dated |= fits
    silent = dated & ((year == 0) | (year >= 2100))
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
        moments = texts.cast(pa.timestamp("s")).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    usual = (moments >= np.datetime64("1880-01-01")) & (moments < np.datetime64("2100-01-01"))
    return moments if usual.all() else None


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
