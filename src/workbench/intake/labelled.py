"""Read files that keep labels beside codes (SPSS sav and zsav, Stata dta) into rows of text: labels where there are."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat

from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import BLANKS

_READERS = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}
_Coded = tuple[np.ndarray, np.ndarray]  # of each row the place of its value, -1 where missing; and the values
_PROGRAM = {"spss": "SPSS", "stata": "Stata"}
_ROWS = 10_000  # read at a time: more are spread over the memory
_PACKED_ROWS = 50_000  # of a compressed file, whose reader unpacks all rows before a part to skip them
_COMPRESSION = slice(72, 76)  # of the bytes of an SPSS file: all zero where its rows are as they are
_HARDLY_REPEATING = 0.9  # share of the cells of a column that are all different
_EXACT = 2.0**53  # whole numbers below it are exact


def read(raw: bytes, family: str, settings: Mapping[str, str]) -> Rows:
    """Read an SPSS or Stata file; a code with a label becomes its label, a user-missing code stays visible.

    What SPSS calls user-missing (99, "weet niet") and Stata extended missing (``.a``) is an answer someone gave: it
    comes out as its label, or as its code, so that ``scales.csv`` can say which kind of missing it is. Only
    system-missing is empty.

    Raises
    ------
    Unreadable
        Where the file is damaged.
    """
    columns, extended, meta = _read(raw, family, settings.get("encoding", ""))
    named = {  # a label without text is none
        name: {value: label for value, label in labels.items() if label.strip()}
        for name, labels in meta.variable_value_labels.items()
    }
    index = pd.RangeIndex(1, max((len(codes) for codes, _ in columns.values()), default=0) + 1)
    cells = {
        at: _labelled(*columns.pop(name), named.get(name, {}), extended.get(name, set()), index)
        for at, name in enumerate(meta.column_names)
    }
    wording = {name: label for name, label in zip(meta.column_names, meta.column_labels, strict=True) if label}
    codes = {
        name: {
            label: _text(value) or ""
            for value, label in labels.items()
            if not _is_missing(value, meta.missing_ranges, name) and value not in extended.get(name, set())
        }
        for name, labels in named.items()
    }
    cells_table = pd.DataFrame(cells, index=index)
    return Rows(cells=cells_table, decimal=".", names=tuple(meta.column_names), wording=wording, codes=codes)


def _is_missing(value: Any, ranges: Mapping[str, list[dict[str, Any]]], name: str) -> bool:
    """Say whether SPSS calls a code of a variable user-missing."""
    return any(type(span["lo"]) is type(value) and span["lo"] <= value <= span["hi"] for span in ranges.get(name, []))


def _read(raw: bytes, family: str, encoding: str) -> tuple[dict[str, _Coded], dict[str, set[Any]], Any]:
    """Return the columns of a file, the letters of extended missing in each, and what the file says of itself."""
    for attempt in (encoding or None, "WINDOWS-1252"):
        try:
            return _in_parts(raw, family, attempt)
        except UnicodeDecodeError:
            continue
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, MemoryError):
            break
    raise Unreadable(f"The {_PROGRAM[family]} file is damaged or cut off.", "Ask for the delivery again.")


def _in_parts(raw: bytes, family: str, encoding: str | None) -> tuple[dict[str, _Coded], dict[str, set[Any]], Any]:
    """Read a file some rows at a time: as the reader gives them, a million rows would take gigabytes."""
    parts: dict[str, list[_Coded]] = {}
    extended: dict[str, set[Any]] = {}
    most = _PACKED_ROWS if family == "spss" and any(raw[_COMPRESSION]) else _ROWS
    start = 0
    while True:
        columns, meta = _READERS[family](
            io.BytesIO(raw),
            encoding=encoding,
            user_missing=True,
            dates_as_pandas_datetime=True,
            output_format="dict",
            row_offset=start,
            row_limit=most,
        )
        count = max(map(len, columns.values()), default=0)
        for name in meta.column_names:
            parts.setdefault(name, []).append(_distinct(columns.pop(name)))
        for name, letters in (meta.missing_user_values or {}).items():  # those of these rows
            extended.setdefault(name, set()).update(letters)
        start += count
        if count < most:
            return {name: _joined(each) for name, each in parts.items()}, extended, meta


def _distinct(column: list[Any]) -> _Coded:
    """Return for each row the place of its value among the distinct values, -1 where missing, and those values."""
    try:
        if type(column[0]) is float:
            return pd.factorize(np.fromiter(column, "float64", len(column)))
        encoded = pa.array(column, from_pandas=True).dictionary_encode()
    except (ValueError, TypeError, IndexError, OverflowError, pa.ArrowNotImplementedError):  # numbers beside letters
        return pd.factorize(pd.Series(column, dtype=object).to_numpy())
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return places, np.array([*encoded.dictionary.to_pylist(), None], dtype=object)[:-1]


def _joined(parts: list[_Coded]) -> _Coded:
    """Return parts of a column, one below the other, as one."""
    parts = [part for part in parts if len(part[0])] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    place, known = pd.factorize(np.concatenate([values for _, values in parts]))
    ends = np.cumsum([len(values) for _, values in parts])
    own = [np.append(piece, -1) for piece in np.split(place, ends[:-1])]
    return np.concatenate([to[codes] for to, (codes, _) in zip(own, parts, strict=True)]), known


def _labelled(
    codes: np.ndarray, values: np.ndarray, labels: Mapping[Any, str], extended: set[Any], index: pd.Index
) -> pd.Series:
    """Return a column as texts: each different one held once, unless nearly every cell is another."""
    if labels or extended:
        shown = [labels.get(value, f".{value}" if value in extended else value) for value in values.tolist()]
        texts = pd.Series([_text(value) for value in shown], dtype="str")
    else:
        texts = _texts(values)
    if len(texts) > _HARDLY_REPEATING * len(index):
        return pd.Series(texts.array.take(codes, allow_fill=True), index=index)
    place, known = pd.factorize(texts)
    at = np.append(place, -1)[codes]
    return pd.Series(pd.Categorical.from_codes(at, pd.Index(known, dtype="str"), validate=False), index=index)


def _texts(values: np.ndarray) -> pd.Series:
    """Return distinct values as `_text` does, texts and whole numbers all at once."""
    if values.dtype == object and pd.api.types.infer_dtype(values) == "string":
        texts = pd.Series(values, dtype="str").str.strip()
        return texts.mask(texts.isin(BLANKS))
    if values.dtype == "float64" and bool(((values % 1 == 0) & (np.abs(values) < _EXACT)).all()):
        return pd.Series(values.astype("int64")).astype("str")
    return pd.Series([_text(value) for value in values.tolist()], dtype="str")


def _text(value: object) -> str | None:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    if hasattr(value, "isoformat"):
        text = value.isoformat().replace("T", " ")
        return text.removesuffix(" 00:00:00")
    text = str(value).strip()
    return None if text in BLANKS else text
