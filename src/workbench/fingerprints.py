"""Fingerprints: one hash over content, by which is known whether something changed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only compares files needs no tables
    import numpy as np
    import pandas as pd


def of_files(paths: list[Path], root: Path | None = None, read: Mapping[Path, str] | None = None) -> str:
    """Return one hash over the names of files (their path below `root`, where given) and their bytes.

    Parameters
    ----------
    paths : list of Path
    root : Path, optional
    read : mapping of Path to str, optional
        The SHA-256 of files that were read already; they are not read again.
    """
    read = read or {}
    digest = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(root).as_posix() if root else path.name
        known = read.get(path)
        digest.update(name.encode() + (bytes.fromhex(known) if known else hashlib.sha256(path.read_bytes()).digest()))
    return digest.hexdigest()


def of_table(table: "pd.DataFrame") -> str:
    """Return one hash over the rows of a table in their order."""
    return _hash_of_rows(table, _hashed(table))


def of_units(table: "pd.DataFrame", column: str) -> dict[str, str]:
    """Return of each value of a column one hash over its rows in their order, as `of_table` gives.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"provider_id": ["p001", "p002", "p001"], "estimate": [1.0, 2.0, 3.0]})
    >>> of_units(table, "provider_id")["p001"] == of_table(table.iloc[[0, 2]])
    True
    """
    rows = _hashed(table)
    return {str(unit): _hash_of_rows(table, rows[places]) for unit, places in table.groupby(column).indices.items()}


def _hashed(table: "pd.DataFrame") -> "np.ndarray":
    import pandas as pd

    return pd.util.hash_pandas_object(table, index=False).to_numpy()


def _hash_of_rows(table: "pd.DataFrame", rows: "np.ndarray") -> str:
    return hashlib.sha256(",".join(table.columns).encode() + rows.tobytes()).hexdigest()


def of_text(parts: list[str]) -> str:
    """Return one hash over texts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
