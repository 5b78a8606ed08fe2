"""Fingerprints: one hash over content, by which is known whether something changed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only compares files needs no tables
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


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


@dataclass(frozen=True)
class Rows:
    """A table of which no more is known than its fingerprints need.

    Attributes
    ----------
    columns : sequence of str
        Those of the table.
    numbers : array
        A hash of each row, in their order.
    of : DataFrame
        Columns by which fingerprints are asked for, in the same order.
    """

    columns: Sequence[str]
    numbers: "NDArray[np.uint64]"
    of: "pd.DataFrame"

    def where(self, wanted: "pd.Series") -> "Rows":
        """Return some of the rows."""
        return Rows(self.columns, self.numbers[wanted.to_numpy()], self.of[wanted])


def rows(portions: Iterable["pd.DataFrame"], columns: Sequence[str] = ()) -> Rows:
    """Take in a table a portion at a time; ``row`` says the place of each row, and is not part of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit_id": ["p002", "p001"], "row": [1, 0]})
    >>> of_table(rows([table[:1], table[1:]])) == of_table(table.sort_values("row").drop(columns="row"))
    True
    """
    import numpy as np
    import pandas as pd

    known: list[pd.DataFrame] = []
    names: Sequence[str] = ()
    for portion in portions:
        table = portion.drop(columns="row")
        names = list(table.columns)
        texts = {column: table[column].astype(object) for column in columns}
        known.append(pd.DataFrame({"row": portion["row"], "number": _hashed(table)} | texts))
    told = pd.concat(known)
    told = told.iloc[np.argsort(told["row"].to_numpy())].reset_index(drop=True)
    return Rows(names, told["number"].to_numpy(), told[list(columns)])


def of_table(table: "pd.DataFrame | Rows") -> str:
    """Return one hash over the rows of a table in their order."""
    known = _known(table)
    return _hash_of_rows(known.columns, known.numbers)


def of_units(table: "pd.DataFrame | Rows", column: str) -> dict[str, str]:
    """Return of each value of a column one hash over its rows in their order, as `of_table` gives.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"provider_id": ["p001", "p002", "p001"], "estimate": [1.0, 2.0, 3.0]})
    >>> of_units(table, "provider_id")["p001"] == of_table(table.iloc[[0, 2]])
    True
    """
    known = _known(table)
    units = known.of.groupby(column).indices
    return {str(unit): _hash_of_rows(known.columns, known.numbers[places]) for unit, places in units.items()}


def _known(table: "pd.DataFrame | Rows") -> Rows:
    return table if isinstance(table, Rows) else Rows(list(table.columns), _hashed(table), table)


def _hashed(table: "pd.DataFrame") -> "NDArray[np.uint64]":
    import numpy as np
    import pandas as pd

    return np.asarray(pd.util.hash_pandas_object(table, index=False), dtype=np.uint64)


def _hash_of_rows(columns: Sequence[str], numbers: "NDArray[np.uint64]") -> str:
    return hashlib.sha256(",".join(columns).encode() + numbers.tobytes()).hexdigest()


def of_text(parts: list[str]) -> str:
    """Return one hash over texts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
