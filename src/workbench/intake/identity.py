"""When two records are the same, and what a record is called: by its content, never by its place in a file."""

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from workbench.categories import hardly_repeats, looked_up
from workbench.intake.labels import NO_CODE, NO_KIND
from workbench.intake.values import distinct
from workbench.schemas import MISSING_KINDS

BURST_SECONDS = 60
_SMALL = 127


def content_hash(columns: Mapping[str, pd.Series], hash_key: str) -> np.ndarray:
    """Return one number per record, made of all that is filled in `columns`.

    The order of the columns does not matter, and a column without content is as good as no column: the same record
    has the same number in every file format and every order of delivery.

    Examples
    --------
    >>> columns = {"a": pd.Series(["x"], dtype="str"), "b": pd.Series([None], dtype="str")}
    >>> key = "0123456789abcdef"
    >>> bool(content_hash(columns, key)[0] == content_hash({"a": columns["a"]}, key)[0])
    True
    """
    total = np.zeros(len(next(iter(columns.values()))), dtype=np.uint64)
    for name, column in columns.items():
        there = column.notna().to_numpy()
        if not there.any():
            continue
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "Mfiu":  # quicker than looking for equal ones
            given = column.to_numpy() + 0.0 if column.dtype.kind == "f" else column.to_numpy()  # -0 is 0
            hashes = pd.util.hash_array(given, hash_key=hash_key, categorize=False)
            total += np.where(there, hashes * _multiplier(name, hash_key), np.uint64(0))
        elif hardly_repeats(column):
            hashes = pd.util.hash_array(column.to_numpy(), hash_key=hash_key, categorize=False)
            total += np.where(there, hashes * _multiplier(name, hash_key), np.uint64(0))
        else:
            at, known = distinct(column)
            hashes = pd.util.hash_array(known.to_numpy(), hash_key=hash_key, categorize=False)
            total += looked_up(np.append(hashes * _multiplier(name, hash_key), np.uint64(0)), at)
    return total


def _multiplier(name: str, hash_key: str) -> np.uint64:
    """Return an odd number for a column, so that the same value counts differently in another column."""
    digest = hashlib.blake2b(name.encode(), key=hash_key.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little") | 1)


def hexadecimal(numbers: np.ndarray) -> ExtensionArray:
    """Return whole numbers as sixteen hexadecimal digits.

    Examples
    --------
    >>> hexadecimal(np.array([255], dtype=np.uint64)).tolist()
    ['00000000000000ff']
    """
    pairs = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint16)  # the two digits of each byte
    letters = looked_up(pairs, numbers.astype(">u8").view(np.uint8))
    ends = np.arange(len(numbers) + 1, dtype=np.int64) * 16
    texts = pa.LargeStringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(letters))
    return pd.Series(texts, dtype=pd.ArrowDtype(pa.large_string())).astype("str").array


def answer_hash(codes: pd.DataFrame, kinds: pd.DataFrame, hash_key: str) -> np.ndarray:
    """Return one number per record, made of its answers and of the reasons why answers are missing."""
    total = np.zeros(len(codes), dtype=np.uint64)
    small = pd.Series(np.r_[0.0 : _SMALL + 1, np.nan, -_SMALL:0.0])  # negative ones stand where -1 is the last
    reasons = pd.Series([*(-1000.0 - np.arange(len(MISSING_KINDS))), np.nan])  # none: the last
    for item in codes.columns:
        why = kinds[item].to_numpy() if item in kinds else None
        if codes[item].dtype == "Int8":  # every possible code and reason is hashed once
            given = codes[item].to_numpy(dtype=np.int8, na_value=NO_CODE)
            hashes = looked_up(content_hash({item: small}, hash_key), given)
            if why is not None:
                hashes = np.where(why == NO_KIND, hashes, looked_up(content_hash({item: reasons}, hash_key), why))
            total += hashes
        else:
            whole = codes[item].to_numpy(dtype=float, na_value=np.nan)
            whole = whole if why is None else np.where(why == NO_KIND, whole, -1000.0 - why)
            total += content_hash({item: pd.Series(whole)}, hash_key)
    return total


def repeated_respondents(respondent: pd.Series, order: pd.DataFrame) -> pd.Series:
    """Say which records repeat a respondent of this delivery: all but the first in `order`.

    Parameters
    ----------
    respondent : Series of str
        Number of the respondent in the delivery; a record without one repeats nobody.
    order : DataFrame, one row per record
        What decides which one stays, most important column first. It must not hang on the order of rows: the row itself
        decides only between records that are equal in all.

    Examples
    --------
    >>> respondent = pd.Series(["7", "7", None, None], index=[2, 3, 4, 5])
    >>> repeated_respondents(respondent, pd.DataFrame({"unanswered": [3, 0, 0, 0]}, index=respondent.index)).tolist()
    [True, False, False, False]
    """
    double = pd.Series(False, index=respondent.index)
    if _all_differ(respondent):
        return double
    named = order.assign(respondent=respondent, row=respondent.index)[respondent.notna()]
    named = named.sort_values([*order.columns, "row"], kind="stable")
    double[named.index[named.duplicated("respondent")]] = True
    return double


def _all_differ(texts: pd.Series) -> bool:
    """Say whether no two texts are equal: by the numbers that they are, which is quick, or else by the texts."""
    if hardly_repeats(texts):
        given = pa.array(texts, type=pa.large_string(), from_pandas=True).drop_null()
        try:
            if pd.Series(given.cast(pa.int64()).to_numpy()).is_unique:
                return True
        except pa.ArrowInvalid:  # no whole numbers
            pass
    at, known = distinct(texts)
    return bool((at >= 0).sum() == len(known))


def kiosk_bursts(same: pd.Series, moments: pd.Series) -> pd.Series:
    """Say which kiosk records repeat the one just before: someone tapped twice.

    Parameters
    ----------
    same : Series
        Equal for records with the same answers at the same provider.
    moments : Series of datetime64[ns]
        When they were given; without a clock nothing can be said.

    Examples
    --------
    >>> moments = pd.Series(pd.to_datetime(["2026-01-05 10:00:00", "2026-01-05 10:00:50", "2026-01-05 10:05:00"]))
    >>> kiosk_bursts(pd.Series([1, 1, 1]), moments).tolist()
    [False, True, False]
    """
    taps = pd.DataFrame({"same": same, "moment": moments, "row": same.index})[moments.notna()]
    taps = taps[taps["moment"] != taps["moment"].dt.normalize()]
    taps = taps[taps["same"].duplicated(keep=False)]
    taps = taps.sort_values(["same", "moment", "row"], kind="stable")
    gap = taps.groupby("same")["moment"].diff().dt.total_seconds()
    double = pd.Series(False, index=same.index)
    double[taps.index[(gap <= BURST_SECONDS).to_numpy()]] = True
    return double
