"""A new delivery: codebook rows proposed for it as a draft, or looked at from a notebook and accepted there.

Nothing is used before somebody accepts it, and what is shown are labels and shares: never free text, and no column
whose values differ from person to person.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench import codebook as codebooks
from workbench import store
from workbench.intake import arrivals, drafts, likeness
from workbench.intake.sheets import Unreadable
from workbench.intake.values import key, per_value
from workbench.store import NotThere, Places

Progress = Callable[[str], None]
_PERSONAL = ("remark", "identifier", "respondent", "client", "bsn", "birth_date")


@dataclass(frozen=True)
class Draft:
    """One delivery with the codebook rows proposed for it.

    `proposed` holds a table per table of the codebook, each row with its ``certainty`` and one ``example``. `columns`
    has one row per column of the delivery: ``column, field, certainty, empty`` (share) and ``answers`` (how many
    different ones, where it has labels).
    """

    file: Path
    places: Places
    records: int
    reader: str
    proposed: Mapping[str, pd.DataFrame]
    columns: pd.DataFrame
    counts: Mapping[str, pd.Series]

    def missing(self, at_most: int = 19) -> pd.DataFrame:
        """Return the emptiest columns for `figures.missingness`: ``label`` and the share without a value, ``empty``."""
        emptiest = self.columns.sort_values(["empty", "column"], ascending=[False, True]).head(at_most)
        return emptiest[["column", "empty"]].rename(columns={"column": "label"}).reset_index(drop=True)

    def answers(self, column: str) -> pd.DataFrame:
        """Return how the answers of one column are divided, for `figures.bars`.

        Raises
        ------
        NotThere
            Where the column has no labels to show.
        """
        if column not in self.counts:
            shown = ", ".join(map(repr, list(self.counts)[:10]))
            raise NotThere(f"{column!r} has no labels that may be shown; columns that have: {shown}.")
        counts = self.counts[column]
        rows = pd.DataFrame({"label": counts.index, "share": counts.to_numpy() / counts.sum()})
        return rows.assign(conf_low=float("nan"), conf_high=float("nan"), region=float("nan"))

    def accept(self, certainty: float = 0.9, leave: Collection[str] = ()) -> dict[Path, int]:
        """Put the proposed rows from a certainty on in the codebook; what is there already stays as it is.

        Parameters
        ----------
        certainty : float
            From 0 (everything) to 1; the row of ``deliveries.csv`` always comes along.
        leave : collection of str
            Columns of the delivery to leave out.

        Returns
        -------
        dict
            How many rows each table of the codebook got.

        Raises
        ------
        NotThere
            Where ``deliveries.csv`` describes the file already.
        """
        book = codebooks.read(self.places.codebook) if (self.places.codebook / "region.yml").is_file() else None
        if book is not None and _described(book.deliveries, self.file):
            raise NotThere(f"deliveries.csv describes {self.file.name} already; change its rows there.")
        added = {}
        for name, rows in self.proposed.items():
            sure = rows if name == "deliveries" else rows[rows["certainty"] >= certainty]
            sure = sure[~sure["column"].isin(list(leave))] if "column" in sure else sure
            path = self.places.codebook / f"{name}.csv"
            before = codebooks.read_table(path, name)
            fresh = sure.reindex(columns=before.columns, fill_value="").astype("str")
            keys = list(codebooks.KEYS.get(name, before.columns))
            known = (
                pd.MultiIndex.from_frame(before[keys]) if len(before) else pd.MultiIndex.from_arrays([[] for _ in keys])
            )
            fresh = fresh[~pd.MultiIndex.from_frame(fresh[keys]).isin(known)]
            if len(fresh):
                codebooks.write_table(path, pd.concat([before, fresh], ignore_index=True))
                added[path] = len(fresh)
        if book is None:
            used = drafts.shipped_in(self.proposed)
            store.write_text(self.places.codebook / "region.yml", codebooks.first_region(self.places.region, used))
        return added


def open_delivery(file: str | Path, region: str, year: int, root: Path | None = None) -> Draft:
    """Look at one delivery and propose codebook rows for it; nothing is written.

    Parameters
    ----------
    file : str or Path
        Its name below ``data/raw/<region>/<year>``, or its path.
    region : str
    year : int
    root : Path, optional
        The project; found from the working folder if left out.

    Raises
    ------
    NotThere
        Where there is no such file.
    Unreadable
        Where it cannot be read, with what to do.
    """
    places = Places(root or store.find_root(), region)
    path = Path(file) if Path(file).is_file() else places.raw(year) / file
    if not path.is_file():
        there = (
            ", ".join(sorted(each.name for each in places.raw(year).rglob("*") if each.is_file())) or "no file at all"
        )
        raise NotThere(f"{path} is not there; the deliveries of {year}: {there}.")
    book = codebooks.read(places.codebook) if (places.codebook / "region.yml").is_file() else None
    proposed = drafts.propose(path, book)
    export = drafts.read(path, book).export
    fields = proposed["columns"].set_index("column")["field"]
    counts, rows = {}, []
    for column in export.table.columns:
        looked_at = likeness.look(export, column)
        if looked_at.labels and fields[column] not in _PERSONAL:
            label_of = {key(label): label for label in looked_at.labels}
            answers = per_value(export.table[column], key).map(label_of)
            counts[column] = answers.value_counts().reindex(list(looked_at.labels))
        rows.append(
            {
                "column": column,
                "empty": float(export.table[column].isna().mean()) if len(export.table) else 1.0,
                "answers": len(looked_at.labels) or None,
            }
        )
    columns = proposed["columns"][["column", "field", "certainty"]].merge(
        pd.DataFrame(rows), on="column", validate="1:1"
    )
    return Draft(path, places, len(export.table), export.reader, proposed, columns, counts)


def draft(
    places: Places, year: int, file: Path | None = None, progress: Progress = lambda _: None
) -> tuple[dict[Path, int], list[str]]:
    """Write proposed codebook rows to ``data/codebook/<region>/draft``; a former draft is kept in a folder there.

    Parameters
    ----------
    file : Path, optional
        One delivery; else every delivery of the year that no row of ``deliveries.csv`` describes.
    progress : callable, optional
        Is told in which folder the former draft is kept.

    Returns
    -------
    written : dict
        How many rows each table has.
    unreadable : list of str
        Deliveries that could not be read, each with what is wrong and what to do.

    Raises
    ------
    NotThere
        Where there is nothing to propose for.
    """
    book = codebooks.read(places.codebook) if (places.codebook / "region.yml").is_file() else None
    described = book.deliveries if book else pd.DataFrame(columns=list(codebooks.TABLES["deliveries"]), dtype=str)
    arrived, _ = arrivals.find(places.raw(year), described, year, book.forms if book else None)
    undescribed = [places.raw(year) / each.file for each in arrived if not each.settings]
    files = [file] if file else [path for path in undescribed if path.suffix.casefold() != ".lss"]  # beside a delivery
    if not files:
        raise NotThere(f"Every delivery in {places.raw(year)} is described in deliveries.csv: nothing to propose.")
    proposed: dict[str, list[pd.DataFrame]] = {}
    unreadable = []
    for path in files:
        if not path.is_file():
            raise NotThere(f"{path} does not exist; give the path of a delivery.")
        try:
            before = pd.concat(proposed["items"], ignore_index=True) if proposed.get("items") else None
            found = drafts.propose(path, book, proposed=before)
        except Unreadable as why:
            unreadable.append(f"{path.name}: {why}")
            continue
        for name, rows in found.items():
            proposed.setdefault(name, []).append(rows)
    if not proposed:
        raise NotThere("\n".join(unreadable))
    if kept := _put_aside(places.draft):
        progress(f"The former draft is kept in {kept}.")
    written = {}
    for name, parts in proposed.items():
        table = pd.concat(parts, ignore_index=True)
        table = table.drop_duplicates(list(codebooks.KEYS[name]) if name in codebooks.KEYS else None)
        target = places.draft / f"{name}.csv"
        codebooks.write_table(target, table)
        written[target] = len(table)
    if book is None:
        target = places.draft / "region.yml"
        used = drafts.shipped_in({name: pd.concat(parts) for name, parts in proposed.items()})
        store.write_text(target, codebooks.first_region(places.region, used))
        written[target] = 1
    return written, unreadable


def _put_aside(folder: Path) -> Path | None:
    """Move the files of a former draft, in which somebody may have worked, to a folder of their own within it."""
    former = [path for path in sorted(folder.glob("*")) if path.is_file()]
    if not former:
        return None
    number = 1
    while (kept := folder / f"former-{number}").exists():
        number += 1
    kept.mkdir()
    for path in former:
        path.rename(kept / path.name)
    return kept


def _described(described: pd.DataFrame, file: Path) -> bool:
    return any(arrivals.matches(file.name, pattern) for pattern in described["pattern"])
