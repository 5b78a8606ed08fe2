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
_PROGRAM = {"spss": "SPSS", "stata": "Stata"}


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
    columns, meta = _read(raw, family, settings.get("encoding", ""))
    index = pd.RangeIndex(1, max(map(len, columns.values()), default=0) + 1)
    extended = {name: set(letters) for name, letters in (meta.missing_user_values or {}).items()}
    cells = {
        at: _labelled(columns.pop(name), meta.variable_value_labels.get(name, {}), extended.get(name, set()), index)
        for at, name in enumerate(meta.column_names)
    }
    wording = {name: label for name, label in zip(meta.column_names, meta.column_labels, strict=True) if label}
    codes = {
        name: {
            label: _text(value) or ""
            for value, label in labels.items()
            if not _is_missing(value, meta.missing_ranges, name) and value not in extended.get(name, set())
        }
        for name, labels in meta.variable_value_labels.items()
    }
    cells_table = pd.DataFrame(cells, index=index)
    return Rows(cells=cells_table, decimal=".", names=tuple(meta.column_names), wording=wording, codes=codes)


def _is_missing(value: Any, ranges: Mapping[str, list[dict[str, Any]]], name: str) -> bool:
    """Say whether SPSS calls a code of a variable user-missing."""
    return any(type(span["lo"]) is type(value) and span["lo"] <= value <= span["hi"] for span in ranges.get(name, []))


def _read(raw: bytes, family: str, encoding: str) -> tuple[dict[str, list[Any]], Any]:
    settings: dict[str, Any] = {"user_missing": True, "dates_as_pandas_datetime": True, "output_format": "dict"}
    for attempt in (encoding or None, "WINDOWS-1252"):
        try:
            return _READERS[family](io.BytesIO(raw), encoding=attempt, **settings)
        except UnicodeDecodeError:
            continue
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, MemoryError):
            break
    raise Unreadable(f"The {_PROGRAM[family]} file is damaged or cut off.", "Ask for the delivery again.")


def _labelled(column: list[Any], labels: Mapping[Any, str], extended: set[str], index: pd.Index) -> pd.Series:
    """Return a column as texts held as categories."""
    codes, values = _distinct(column)
    shown = [labels.get(value, f".{value}" if value in extended else value) for value in values]
    place, known = pd.factorize(pd.Series([_text(value) for value in shown], dtype="str"))
    at = np.append(place, -1)[codes]
    return pd.Series(pd.Categorical.from_codes(at, pd.Index(known, dtype="str")), index=index)


def _distinct(column: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Return for each row the place of its value among the distinct values, -1 where missing, and those values."""
    try:
        encoded = pa.array(column, from_pandas=True).dictionary_encode()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):  # numbers beside letters
        codes, known = pd.factorize(pd.Series(column, dtype=object))
        return codes, list(known)
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def _text(value: object) -> str | None:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    if hasattr(value, "isoformat"):
        text = value.isoformat().replace("T", " ")
        return text.removesuffix(" 00:00:00")
    text = str(value).strip()
    return None if text in BLANKS else text
