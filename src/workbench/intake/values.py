"""Read values the way people and machines write them: labels, and numbers with a comma.

Every function works on the distinct values of a column, so its cost hardly depends on the number of rows.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench import categories

Texts = Literal["str", "category"]  # how a column of texts is held: each as it is, or each different one once

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# What export programs write in a cell that holds nothing.
BLANKS = ("", "NA", "NaN", "NULL", "(null)", "#N/A", "#N/B", "#NULL!", "#LEEG!")


def fold(text: str) -> str:
    r"""Return a text with its white space folded and its accents composed.

    Examples
    --------
    >>> fold(" helemaal\n mee\u00a0eens ")
    'helemaal mee eens'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def without_tags(text: str) -> str:
    """Return a text of a web page as a person reads it there.

    Examples
    --------
    >>> without_tags("<p>Wat vindt u van&nbsp;de hulp?</p>"), without_tags("onder < 18")
    ('Wat vindt u van de hulp?', 'onder < 18')
    """
    return fold(html.unescape(_TAG.sub(" ", text)))


DENIALS = {"niet", "geen", "nooit", "not", "no", "never", "nee"}


_TINTS = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))  # how an emoji is drawn, and the colour of its skin


def key(text: str) -> str:
    """Return what two texts have in common that differ in case, white space and the drawing of emoji only.

    Examples
    --------
    >>> key("Helemaal  MEE eens") == key("helemaal mee eens"), key("\u2639\ufe0f") == key("\u2639")
    (True, True)
    """
    folded = fold(text).casefold()
    return folded if folded.isascii() else folded.translate(_TINTS)


def opposite(one: str, other: str) -> bool:
    """Say whether two texts that look alike mean the reverse: one denies, by a word or a prefix, what the other says.

    Examples
    --------
    >>> opposite("helemaal mee eens", "helemaal mee oneens"), opposite("tevreden", "niet tevreden")
    (True, True)
    >>> opposite("helemaal mee oneens", "helemaal oneens"), opposite("very satisfied", "very dissatisfied")
    (False, True)
    """
    words, others = (set(re.findall(r"\w+", key(text))) for text in (one, other))
    if bool(words & DENIALS) != bool(others & DENIALS):
        return True
    prefixed = [(mine, theirs) for mine in (words, others) for theirs in (words, others) if mine is not theirs]
    return any(
        len(word) > 2 and f"{prefix}{word}" in theirs - mine and word not in theirs
        for mine, theirs in prefixed
        for word in mine - theirs
        for prefix in ("on", "in", "un", "dis")
    )


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
    at, texts = categories.held(column)
    used = categories.used(column)
    if used.all():
        return at, texts
    last = int(used.sum())
    if used[:last].all():  # only those at the end lack
        return at, texts[:last]
    first = int(used.argmax())
    if used[first:].all():  # only those in front lack, such as the title of a column
        at = at - at.dtype.type(first)
        return np.maximum(at, -1, out=at), texts[first:]
    return np.append(np.where(used, used.cumsum() - 1, -1), -1)[at], texts[used]


def only_used(column: pd.Series) -> pd.Series:
    """Return a column without the categories that no row has; anything else as it is.

    Examples
    --------
    >>> only_used(pd.Series(["a", "b"], dtype="category").iloc[1:]).cat.categories.tolist()
    ['b']
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    at, texts = distinct(column)
    if len(texts) == len(column.dtype.categories):
        return column
    small = np.int8 if len(texts) < 127 else np.int32
    at = at.astype(small, copy=False)
    return pd.Series(pd.Categorical.from_codes(at, texts, validate=False), index=column.index)


def constant(text: str, index: pd.Index) -> pd.Series:
    """Return the same text for every row, held once.

    Examples
    --------
    >>> constant("a", pd.RangeIndex(2)).tolist()
    ['a', 'a']
    """
    return pd.Series(pd.Categorical.from_codes(np.zeros(len(index), dtype=np.int8), pd.Index([text])), index=index)


def per_value(column: pd.Series, function: Callable[[str], Any], dtype: Any = "str") -> pd.Series:
    """Return `function` of each value, computed once per distinct value; missing stays missing.

    With the type ``category`` the results too are held once each, which a million rows notice.

    Examples
    --------
    >>> per_value(pd.Series(["A ", None, "A "], dtype="str"), key).tolist()
    ['a', nan, 'a']
    """
    codes, texts = distinct(column)
    found = pd.Series([*map(function, texts.tolist()), None], dtype="str" if dtype == "category" else dtype)
    if dtype == "category":
        once = pd.Categorical(found)
        places = categories.looked_up(once.codes, codes)
        return pd.Series(pd.Categorical.from_codes(places, once.categories, validate=False), index=column.index)
    return found.take(codes).set_axis(column.index)


_WEEKS, _PERCENT = r"(?i)\s*(?:weken|week|wk)\.?\s*$", r"\s*%\s*$"


def without_units(column: pd.Series) -> pd.Series:
    """Return figures as text without the word for weeks, and percentages as hundredths.

    Examples
    --------
    >>> without_units(pd.Series(["6,5 weken", "12%", "3"])).tolist()
    ['6,5', '12e-2', '3']
    """
    return column.astype("str").str.replace(_WEEKS, "", regex=True).str.replace(_PERCENT, "e-2", regex=True)


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
    >>> numbers(pd.Series(["€ 1.250,50", "€ 7,-", "veel", None], dtype="str"))[0].tolist()
    [1250.5, 7.0, nan, nan]
    """
    codes, known = distinct(column)
    texts = pd.Series(known, dtype="str").str.replace(r"[\s€]|,[-\u2013]+$", "", regex=True)
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
