"""The processed tables of one or more years as one: what a row is, what the columns hold, and how they are read."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from workbench import estimating, schemas, store
from workbench.store import NotThere, Places

if TYPE_CHECKING:
    from workbench.research.region import Region

OF_LAST_YEAR = ("estimates", "agreements")  # these look back by themselves
TYPES = {"str": "text", "float64": "number", "int64": "whole number", "bool": "yes or no", "boolean": "yes or no"}


class Table(property):
    """An attribute of a region that reads a table when asked for it, documented from its schema.

    A property, so that ``region.scores?`` and completion show what a row is and read nothing.
    """

    def __init__(self, name: str):
        super().__init__(lambda region: region.table(name))
        self.__doc__ = documented(name)

    if TYPE_CHECKING:

        def __get__(self, region: "Region | None", owner: type | None = None) -> pd.DataFrame: ...  # type: ignore[override]


def documented(name: str) -> str:
    """Return what one row of a table is and what its columns hold, as a docstring.

    Examples
    --------
    >>> print(documented("scores")[:36])
    One row per response and dimension.
    """
    schema = schemas.TABLES[name]
    row = str(schema.description)
    kept = {"estimates": "Of the last year, which looks back on those before it.", "episodes": _EPISODES}.get(name, "")
    lines = [f"{row[0].upper()}{row[1:]}.", *([kept] if kept else []), "", "Columns", "-------"]
    columns = [*schema.columns.items()]
    lines += [f"{column} : {_type(spec)}\n    {spec.description}" for column, spec in columns]
    if name not in OF_LAST_YEAR and "year" not in schema.columns and name != "episodes":
        lines.append("year : whole number\n    year of the measurement")
    return "\n".join(lines)


_EPISODES = "Of more years together: each episode once, by the latest knowledge of it."


def _type(spec: Any) -> str:
    name = str(spec.dtype)
    return "date" if "datetime" in name else "text" if name.startswith("str") else TYPES.get(name, name)


def described(name: str, table: pd.DataFrame | None = None, wording: dict[str, str] | None = None) -> pd.DataFrame:
    """Return one row per column of a table: its type, and what it holds.

    Parameters
    ----------
    name : str
        One of ``schemas.TABLES``.
    table : DataFrame, optional
        The table itself: columns beyond the contract (items, background) are added.
    wording : dict, optional
        What those further columns hold.
    """
    columns = schemas.TABLES[name].columns
    rows = [{"column": column, "type": _type(spec), "holds": spec.description} for column, spec in columns.items()]
    for column in [] if table is None else table.columns.difference(list(columns), sort=False):
        holds = (wording or {}).get(column, "year of the measurement" if column == "year" else "background question")
        kind = TYPES.get(str(table.dtypes[column]), "text") if table is not None else "text"
        rows.append({"column": column, "type": kind, "holds": holds})
    return pd.DataFrame(rows).set_index("column")


def read(places: Places, years: list[int], name: str) -> pd.DataFrame:
    """Read a table of one or more years as one, with the ``year`` of the measurement where it has none.

    Each episode comes once, by the latest knowledge of it; estimates and agreements are those of the last year, which
    look back; of the administration's figures the latest delivery counts.
    """
    if name in OF_LAST_YEAR:
        return store.read_table(places.processed(years[-1]), name)
    parts = {year: store.read_table(places.processed(year), name) for year in years}
    if name == "episodes":
        return estimating.link(pd.concat(parts.values(), ignore_index=True)) if len(years) > 1 else parts[years[0]]
    dated = [part if "year" in part else part.assign(year=year) for year, part in parts.items()]
    whole = pd.concat(dated, ignore_index=True) if len(dated) > 1 else dated[0]
    if name == "context":
        return whole.drop_duplicates(["unit", "unit_id", "year", "measure"], keep="last", ignore_index=True)
    return whole


def column(places: Places, year: int, table: str, name: str) -> pd.Series:
    """Read one column of one table and nothing else of it; empty where there is none."""
    path = places.processed(year) / f"{table}.parquet"
    if not path.is_file() or name not in pq.read_schema(path).names:
        return pd.Series(dtype=object, name=name)
    return pd.read_parquet(path, columns=[name])[name]


def processed_years(places: Places) -> list[int]:
    """Return the years with processed tables, oldest first."""
    folder = places.root / "data" / "processed" / places.region
    found = folder.glob("[0-9][0-9][0-9][0-9]")
    return sorted(int(path.name) for path in found if (path / "manifest.json").is_file())


def chosen_years(places: Places, year: "int | list[int] | tuple[int, ...] | range | None") -> list[int]:
    """Return the years asked for, oldest first; all that are processed where none is named.

    Raises
    ------
    NotThere
        Where a region or year is unknown or was not processed; the message says which there are and what to do.
    """
    there = processed_years(places)
    asked = there if year is None else [year] if isinstance(year, int) else sorted(set(year))
    lacking = [each for each in asked if each not in there]
    if asked and not lacking:
        return list(asked)
    make = f"python -m workbench process --region {places.region}"
    known = store.regions(places.root)
    if places.region not in known:
        hint = (
            f"There are {', '.join(known)}." if known else "There is none yet: 'python -m workbench report' makes one."
        )
        raise NotThere(f"No region {places.region!r} in {places.root / 'data'}. {hint}")
    if not there:
        raise NotThere(f"The deliveries of {places.region!r} were not processed yet. Do it with '{make}'.")
    lacked = ", ".join(map(str, lacking))
    delivered = [each for each in lacking if each in places.years]
    remedy = f"Make them with '{make} --year {delivered[-1]}'." if delivered else "There are no deliveries of then."
    raise NotThere(f"No tables of {places.region!r} in {lacked}; there are {', '.join(map(str, there))}. {remedy}")
