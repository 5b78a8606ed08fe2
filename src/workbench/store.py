"""Where things are, and how tables reach the disk: whole or not at all.

``data/raw/<region>/<year>`` holds deliveries, ``data/codebook/<region>`` decisions, ``data/processed/<region>/<year>``
tables and, below it, ``released``; ``reports/<region>/<year>`` pages. Everything made is written beside its place and
then renamed, so that an interrupted run leaves the previous tables and pages as they were.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


class NotThere(ValueError):
    """Something that was asked for does not exist; the message says where it was sought and what to do."""


_MANY = 50_000


class NotSafe(ValueError):
    """Something that must not be published; the message says what gives what away, and the cheapest remedy."""


@dataclass(frozen=True)
class Places:
    """The folders of one region."""

    root: Path
    region: str

    @property
    def codebook(self) -> Path:
        """What people decided."""
        return self.root / "data" / "codebook" / self.region

    def raw(self, year: int) -> Path:
        """Deliveries as received."""
        return self.root / "data" / "raw" / self.region / str(year)

    def processed(self, year: int) -> Path:
        """Tables made from deliveries and codebook: personal data, protected."""
        return self.root / "data" / "processed" / self.region / str(year)

    def remarks(self, year: int) -> Path:
        """The table in which people release open answers: protected, not in git."""
        return self.root / "data" / "remarks" / self.region / f"{year}.csv"

    def released(self, year: int) -> Path:
        """The only tables a report reads."""
        return self.processed(year) / "released"

    def reports(self, year: int) -> Path:
        """Pages."""
        return self.root / "reports" / self.region / str(year)

    @property
    def ledger(self) -> Path:
        """What was published, in all years: beside the years, so that making or cleaning one of them leaves it."""
        return self.root / "data" / "processed" / self.region / "ledger.parquet"

    @property
    def years(self) -> list[int]:
        """Years with at least one delivery, oldest first."""
        folder = self.root / "data" / "raw" / self.region
        return sorted(int(year.name) for year in folder.glob("[0-9][0-9][0-9][0-9]") if has_files(year))


def find_root(start: Path | None = None) -> Path:
    """Return the project's folder: the nearest one upwards from `start` with ``data/raw`` in it.

    ``WORKBENCH_ROOT`` in the environment goes before everything else.

    Raises
    ------
    NotThere
        Where neither `start` nor a folder above it is a project.
    """
    if os.environ.get("WORKBENCH_ROOT"):
        return Path(os.environ["WORKBENCH_ROOT"]).resolve()
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise NotThere(f"No project found in {start} or above it: go to the folder that holds data/raw.")


def has_files(folder: Path) -> bool:
    """Return whether a folder holds at least one file that is not hidden."""
    return any(path.is_file() and not path.name.startswith((".", "~$")) for path in folder.rglob("*"))


def regions(root: Path) -> list[str]:
    """Return the names of the regions that have deliveries or a codebook."""
    found = {path.name for path in (root / "data" / "raw").glob("*") if path.is_dir() and has_files(path)}
    found |= {path.parent.name for path in (root / "data" / "codebook").glob("*/region.yml")}
    return sorted(found)


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to write in; it takes the place of `target` only if everything went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    beside.chmod(0o755)
    try:
        yield beside
        former = target.with_name(f".{target.name}.former")
        shutil.rmtree(former, ignore_errors=True)
        if target.exists():
            target.rename(former)
        beside.rename(target)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def keep(former: Path, folder: Path, names: list[str]) -> None:
    """Copy what is there of `names` from the folder that is about to be replaced."""
    for name in names:
        if (former / name).is_dir():
            shutil.copytree(former / name, folder / name)
        elif (former / name).is_file():
            shutil.copy2(former / name, folder / name)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole: beside its place, then renamed."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: beside its place, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def write_protected(path: Path, text: str) -> None:
    """Write a text file whole that only its owner may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_text(path, text)
    path.chmod(0o600)


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys, so that the same content gives the same bytes."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON; an empty mapping where the file is absent or was cut off."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write each table to ``<folder>/<name>.parquet``; texts that are categories come back as texts."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=2) as both:
        list(both.map(lambda name: _write_table(folder / f"{name}.parquet", tables[name]), tables))


def _write_table(path: Path, table: pd.DataFrame) -> None:
    coded = [column for column in table.columns if isinstance(table[column].dtype, pd.CategoricalDtype)]
    whole = pa.Table.from_pandas(table, preserve_index=False)
    if coded:
        texts = pa.Schema.from_pandas(table.head(0).astype(dict.fromkeys(coded, "str")), preserve_index=False)
        whole = whole.replace_schema_metadata(texts.metadata)
    shared = [column for column in table.columns if not _hardly_repeats(table[column])]
    pq.write_table(whole, path, compression="zstd", store_schema=not coded, use_dictionary=shared)


def _hardly_repeats(column: pd.Series) -> bool:
    """Say whether a column has so many values that listing each once saves nothing."""
    return isinstance(column.dtype, pd.CategoricalDtype) and len(column.cat.categories) > _MANY


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read one table; answers, which are stored as small as they are, become ordinary numbers.

    Raises
    ------
    NotThere
        With the command that makes it.
    """
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise NotThere(f"{path} does not exist yet: make it with 'python -m workbench process'.")
    table = pd.read_parquet(path)
    small = [name for name in table.columns if isinstance(table[name].dtype, (pd.Int8Dtype, pd.Float64Dtype))]
    return table.astype(dict.fromkeys(small, "float64"))


def fingerprint_files(paths: list[Path], root: Path | None = None) -> str:
    """Return one hash over the names of files (their path below `root`, where given) and their bytes."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(root).as_posix() if root else path.name
        digest.update(name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fingerprint_table(table: pd.DataFrame) -> str:
    """Return one hash over the rows of a table in their order."""
    rows = pd.util.hash_pandas_object(table, index=False).to_numpy()
    return hashlib.sha256(",".join(table.columns).encode() + rows.tobytes()).hexdigest()


def fingerprint_text(parts: list[str]) -> str:
    """Return one hash over texts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
