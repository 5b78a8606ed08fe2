"""Where things are, and how tables reach the disk: whole or not at all.

``data/raw/<region>/<year>`` holds deliveries, ``data/codebook/<region>`` decisions, ``data/processed/<region>/<year>``
tables and, below it, ``released``; ``reports/<region>/<year>`` pages. Everything made is written beside its place and
then renamed, so that an interrupted run leaves the previous tables and pages as they were.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imported where tables are read and written: who only looks whether something changed has none
    import pandas as pd


class NotThere(ValueError):
    """Something that was asked for does not exist; the message says where it was sought and what to do."""


class Busy(ValueError):
    """Another run is at work on the same region; the message says which, and what to do."""


_LOCKING = ".locking"
FORMER = ".former"
_HALF_MADE = re.compile(r"\..+\.[a-z0-9_]{8}")  # as tempfile names them, after the name of the place
_SAME_MOMENT = 2.0  # seconds by which a clock that is set may shift the start of a process
_LONG = 100_000  # rows; to read fewer takes less time than to wait for threads that do


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

    @property
    def draft(self) -> Path:
        """What is proposed for the codebook; nothing of it is used."""
        return self.codebook / "draft"

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
    def lock(self) -> Path:
        """There while a run is at work on the region: tables of all years and the ledger hang together."""
        return self.root / "data" / "processed" / self.region / ".at-work.json"

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
        former = target.with_name(f".{target.name}{FORMER}")
        shutil.rmtree(former, ignore_errors=True)
        if target.exists():
            target.rename(former)
        beside.rename(target)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Remove what an interrupted run left half-made beside and in a folder, and put back what it had set aside.

    Only whoever has the region to itself (`only_one`) may do this.
    """
    hidden = [*folder.parent.glob(f".{folder.name}.*"), *folder.rglob(".*.*")]
    for path in hidden:
        if path.name.endswith(FORMER):
            place = path.with_name(path.name.removesuffix(FORMER)[1:])
            if not place.exists():
                path.rename(place)
                continue
        elif not _HALF_MADE.fullmatch(path.name):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(lock: Path, what: str) -> Iterator[None]:
    """Have something to oneself for as long as the block lasts; a lock whose run is gone is taken over.

    Parameters
    ----------
    lock : Path
        A small file that says who is at work: process, its start, machine, moment.
    what : str
        What is being made; for the message.

    Raises
    ------
    Busy
        Where another run has it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    own = {"process": os.getpid(), "began": _began(os.getpid()), "machine": platform.node(), "making": what}
    content = json.dumps(own | {"since": datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M")})
    with _turn(lock.with_name(_LOCKING)):
        holder = read_json(lock)
        if holder and not _is_gone(holder):
            raise Busy(_busy(holder, lock))
        write_text(lock, content)
    try:
        yield
    finally:
        if read_json(lock) == json.loads(content):
            lock.unlink(missing_ok=True)


def _busy(holder: Mapping[str, Any], lock: Path) -> str:
    here = holder["machine"] == platform.node()
    where = f"process {holder['process']} on {'this machine' if here else holder['machine']}"
    wait = "Wait until it is done, or end it" if here else f"Wait until it is done; if it is gone, remove {lock}"
    return f"Another run is making the {holder['making']}: {where}, since {holder['since']}. {wait}, and run again."


def _is_gone(holder: Mapping[str, Any]) -> bool:
    """Say whether the run that made a lock has ended; of another machine this is not known."""
    if holder.get("machine") != platform.node():
        return False
    return abs(_began(int(holder["process"])) - float(holder["began"])) > _SAME_MOMENT


def _began(process: int) -> float:
    """Return when a process started, so that its number given to another one is not taken for it; 0 if it is gone."""
    import psutil

    try:
        return psutil.Process(process).create_time()
    except psutil.Error:
        return 0.0


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Let one process at a time look at a lock and take it, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
    with beside(path) as file:
        file.write_bytes(content)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a file to write beside a place; it takes the place if all went well, and is gone if not."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    file = Path(name)
    try:
        yield file
        file.chmod(0o644)
        file.replace(path)
    finally:
        file.unlink(missing_ok=True)


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


def write_tables(folder: Path, tables: Mapping[str, "pd.DataFrame"]) -> None:
    """Write each table to ``<folder>/<name>.parquet``; texts that are categories come back as texts."""
    with writing(folder) as write:
        write(tables)


@contextlib.contextmanager
def writing(folder: Path) -> "Iterator[Callable[[Mapping[str, pd.DataFrame | Iterator[pd.DataFrame]]], None]]":
    """Give a function that begins to write tables and does not wait; they are all written at the end of the block.

    A table may come in parts, which are asked for while it is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    begun: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=2) as both:
        yield lambda tables: begun.extend(
            both.submit(write_table, folder / f"{name}.parquet", table) for name, table in tables.items()
        )
    for each in begun:
        each.result()


def write_table(path: Path, table: "pd.DataFrame | Iterator[pd.DataFrame]", rows: int | None = None) -> None:
    """Write a table or its parts to a file, so many rows together (all, if left out)."""
    from workbench import parquet

    with beside(path) as file:
        parquet.write(file, table, rows)


def count(folder: Path, name: str) -> int:
    """Return how many rows a table that was written has."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(there(folder, name)).num_rows)


def there(folder: Path, name: str) -> Path:
    """Return the file of a table.

    Raises
    ------
    NotThere
        With the command that makes it.
    """
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise NotThere(f"{path} does not exist yet: make it with 'python -m workbench process'.")
    return path


def read_table(folder: Path, name: str, columns: list[str] | None = None) -> "pd.DataFrame":
    """Read one table, or some columns of it; answers, which are stored as small as they are, become ordinary numbers.

    Raises
    ------
    NotThere
        With the command that makes it.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    with pq.ParquetFile(there(folder, name), pre_buffer=False) as file:
        table = file.read(columns, use_threads=file.metadata.num_rows > _LONG).to_pandas()
    small = [name for name in table.columns if isinstance(table[name].dtype, (pd.Int8Dtype, pd.Float64Dtype))]
    return table.astype(dict.fromkeys(small, "float64")) if small else table
