"""Read SPSS files (sav, zsav) into rows of text: labels where there are labels."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from workbench.intake.sheets import Rows, Unreadable
from workbench.intake.values import BLANKS


def read(raw: bytes, settings: Mapping[str, str]) -> Rows:
    """Read an SPSS file; a code with a label becomes its label, a user-missing code stays visible.

    What SPSS calls user-missing (99, "weet niet") is an answer someone gave: it comes out as its label, or as its
    code, so that ``scales.csv`` can say which kind of missing it is. Only system-missing is empty.

    Raises
    ------
    Unreadable
        Where the file is damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.sav"
        path.write_bytes(raw)
        table, meta = _read(path, settings.get("encoding", ""))
    cells = {
        at: _labelled(table[name], meta.variable_value_labels.get(name, {}))
        for at, name in enumerate(meta.column_names)
    }
    wording = {name: label for name, label in zip(meta.column_names, meta.column_labels, strict=True) if label}
    rows = pd.DataFrame(cells, index=pd.RangeIndex(1, len(table) + 1))
    codes = {
        name: {
            label: _text(value) or ""
            for value, label in labels.items()
            if not _is_missing(value, meta.missing_ranges, name)
        }
        for name, labels in meta.variable_value_labels.items()
    }
    return Rows(cells=rows, decimal=".", names=tuple(meta.column_names), wording=wording, codes=codes)


def _is_missing(value: Any, ranges: Mapping[str, list[dict[str, Any]]], name: str) -> bool:
    """Say whether SPSS calls a code of a variable user-missing."""
    return any(type(span["lo"]) is type(value) and span["lo"] <= value <= span["hi"] for span in ranges.get(name, []))


def _read(path: Path, encoding: str) -> tuple[pd.DataFrame, Any]:
    for attempt in (encoding or None, "WINDOWS-1252"):
        try:
            return pyreadstat.read_sav(path, user_missing=True, encoding=attempt)
        except UnicodeDecodeError:
            continue
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError):
            break
    raise Unreadable("The SPSS file is damaged or cut off.", "Ask for the delivery again.")


def _labelled(column: pd.Series, labels: Mapping[object, str]) -> pd.Series:
    codes, values = pd.factorize(column)
    texts = pd.Series([_text(labels.get(value, value)) for value in values], dtype="str")
    place, known = pd.factorize(texts)
    at = np.append(place, -1)[codes]
    return pd.Series(pd.Categorical.from_codes(at, pd.Index(known, dtype="str")), pd.RangeIndex(1, len(column) + 1))


def _text(value: object) -> str | None:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    if hasattr(value, "isoformat"):
        text = value.isoformat().replace("T", " ")
        return text.removesuffix(" 00:00:00")
    text = str(value).strip()
    return None if text in BLANKS else text
