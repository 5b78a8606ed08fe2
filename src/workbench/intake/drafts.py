"""A first reading of an unknown delivery: rows for the codebook, proposed for a person to accept. It never decides.

Every proposed row has two columns more than the codebook: ``certainty``, from 0 (a blank to fill in) to 1, and
``example``, one value as delivered. Examples come from columns of labels only, never from free text or from columns
whose values differ from person to person.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench import codebook as codebooks
from workbench.codebook import Codebook
from workbench.intake import (
    answer_scales,
    bounds,
    exports,
    labels,
    likeness,
    ordering,
    per_answer,
    several_sheets,
    spellings,
    structure,
    versions,
)
from workbench.intake.exports import Export
from workbench.intake.likeness import Column
from workbench.intake.usual_names import OF_STAFF
from workbench.intake.values import fold, key

TABLES = ("deliveries", "columns", "items", "scales", "providers", "aliases")
_CERTAIN = 0.9
_FEWEST_OF_STAFF = 2
_DOUBTFUL = 0.2  # what a person has to look at first
_OTHER_NUMBERS = "its numbers are not those of the item: accept its scale with it"
_NO_PROVIDER = "(no column names the provider: fill in its provider_id for the whole file)"


@dataclass(frozen=True)
class Reading:
    """A delivery as a proposal reads it.

    `stated`: what its row of ``deliveries.csv`` has to say for that. `layout`: which columns name the question and the
    answer, where it has one row per answer. `unsure`: why no structure beside it was used, where there are several.
    """

    export: Export
    stated: Mapping[str, str]
    layout: per_answer.Layout | None
    unsure: str


def read(path: Path, codebook: Codebook | None) -> Reading:
    """Read one delivery as it would be read once a proposal is accepted.

    Sheets with one header that are called after providers are read together, answers below one another are put beside
    one another, and codes are explained by the structure beside the file.

    Raises
    ------
    Unreadable
        Where the file cannot be read; with what is wrong and what to do.
    """
    raw = bounds.read(path)
    export, stated = exports.read(raw, path.name), dict[str, str]()
    if export.sheets and spellings.are_providers(export.sheets, codebook):
        stated = {"sheet": several_sheets.ALL}
        export = exports.read(raw, path.name, stated)
    layout = per_answer.recognise(export)
    export = per_answer.spread(export, path.name, layout) if layout else export
    beside = [structure.read(bounds.read(each)) for each in sorted(path.parent.glob("*.lss"))]
    its_own, unsure = structure.of_delivery(export, path.name, beside)
    return Reading(structure.explain(export, its_own), stated, layout, unsure)


def propose(
    path: Path, codebook: Codebook | None, kind: str = "", proposed: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Propose codebook rows for one delivery.

    Parameters
    ----------
    path : Path
        The delivery.
    codebook : Codebook or None
        None for a region that has none yet; the proposal then holds all that a first codebook needs, besides
        ``region.yml``.
    kind : str
        What the delivery holds: one of `codebook.KINDS`; empty is guessed from the headers.
    proposed : DataFrame, optional
        Items that were proposed for other deliveries: the same statement here is the same item, or a version of it.

    Returns
    -------
    dict of DataFrame
        By table of the codebook (`TABLES`), each with the table's columns and ``certainty`` and ``example``; a table
        without proposals is empty.

    Raises
    ------
    Unreadable
        Where the file cannot be read; with what is wrong and what to do.
    """
    reading = read(path, codebook)
    export = reading.export
    known_items = codebook.items if codebook is not None else _shipped_items()
    if proposed is not None and len(proposed):
        known_items = pd.concat([known_items, proposed.reindex(columns=known_items.columns)], ignore_index=True)
    known_scales = codebook.scales if codebook is not None else _shipped("scales")
    common = Counter(codebook.columns["scale"] if codebook is not None else [])
    scale_of = labels.scales(known_scales)
    beside_records = several_sheets.COLUMN if reading.stated else ""  # the name of the sheet
    looked_at = [likeness.look(export, header) for header in export.table.columns if header != beside_records]
    themes = {
        key(name): str(row["dimension"])
        for row in (codebook.dimensions if codebook is not None else _shipped("dimensions")).to_dict("records")
        for name in (row["dimension"], row["name_nl"], row["name_en"])
        if name
    }
    if not kind:
        kind = "responses" if reading.layout else likeness.kind_of(looked_at, scale_of, export.reader, themes)
    mapping = re.sub(r"[^a-z0-9]+", "_", re.sub(r"[0-9]{4,}", " ", path.stem.casefold())).strip("_") or "levering"
    fields = likeness.fields(looked_at, known_items, scale_of, codebook, export, kind, themes)
    used_codes = {key(item) for item in known_items["item"]}
    variant, new_items, fresh = "", [], []
    if kind == "responses":
        spans = {column.header: answer_scales.span(column, export, scale_of) for column in looked_at}
        other = versions.of_other_length(looked_at, fields, known_items, spans)
        fields |= {str(row["header"]): (str(row["item"]), float(str(row["certainty"]))) for row in other}
        variant = versions.given(fields, known_items, spans, other)
        fresh = _new_items(looked_at, fields, used_codes, mapping, export, scale_of)
        fields |= {str(row["header"]): (str(row["item"]), 0.5) for row in fresh}
        new_items = [*other, *fresh]
    of_variant = known_items[known_items["variant"] == variant]
    lengths = pd.concat([of_variant, pd.DataFrame(new_items), known_items]).drop_duplicates("item")
    own = {str(row["item"]) for row in fresh}
    about = (known_scales, common, lengths, export, own)
    scales, used, otherwise = answer_scales.propose(mapping, looked_at, fields, *about)

    if beside_records:
        looked_at.append(likeness.look(export, beside_records))
        named = any(field == "provider" for field, _ in fields.values())
        fields[beside_records] = ("ignore", 0.6) if named else ("provider", 0.5)
    shown = {column.header: _example(column, fields[column.header][0]) for column in looked_at}
    law = likeness.law_of(looked_at, fields) if kind == "episodes" else ""
    provider = next((header for header, (field, _) in fields.items() if field == "provider"), None)
    whose = export.table[provider] if provider is not None else None
    for column in (each for each in looked_at if fields[each.header][0] in set(lengths["item"])):
        if (
            why := _OTHER_NUMBERS
            if column.header in otherwise
            else ordering.mixed(column, export.table[column.header], whose, scale_of)
        ):
            field, sure = fields[column.header]
            fields[column.header] = field, min(sure, _DOUBTFUL)
            shown[column.header] += f" ({why})"
            for row in (each for each in new_items if each["header"] == column.header):
                row |= {"certainty": min(float(str(row["certainty"])), _DOUBTFUL), "example": shown[column.header]}
    columns_rows: list[dict[str, object]] = [
        {
            "columns": mapping,
            "column": column.header,
            "field": fields[column.header][0],
            "scale": used.get(column.header, ""),
            "certainty": fields[column.header][1],
            "example": shown[column.header],
        }
        for column in looked_at
    ]
    said: dict[str, object] = {"variant": variant, **reading.stated}
    if reading.unsure:
        said |= {"certainty": _DOUBTFUL, "example": f"({reading.unsure}: its number in the name of the file decides)"}
    if layout := reading.layout:
        for field, header in ((per_answer.QUESTION, layout.question), (per_answer.ANSWER, layout.answer)):
            columns_rows.append({"columns": mapping, "column": header, "field": field, "certainty": _CERTAIN})
    draft = {
        "deliveries": [
            _delivery(path, kind, mapping, fields, known_items, new_items, provider, law) | said,
        ],
        "columns": columns_rows,
        "items": [{name: value for name, value in row.items() if name != "header"} for row in new_items],
        "scales": scales,
        "providers": spellings.providers_of(export, provider) if codebook is None else [],
        "aliases": spellings.aliases(export, provider, codebook),
    }
    return {name: _table(name, rows) for name, rows in draft.items()}


def shipped_in(proposed: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the questionnaires that ship and of which a proposal uses an item, for the first ``region.yml``."""
    known = _shipped_items()
    asked = set(known.loc[known["item"].isin(proposed["columns"]["field"]), "instrument"])
    return sorted(asked | set(proposed["deliveries"]["instrument"]))


def _table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    wanted = [*codebooks.TABLES[name], "certainty", "example"]
    table = pd.DataFrame(rows, columns=wanted, dtype=object).fillna("")
    certainty = pd.to_numeric(table["certainty"]).astype(float).round(2)
    return table.astype("str").assign(certainty=certainty)


def _shipped(name: str) -> pd.DataFrame:
    return pd.read_csv(codebooks.SHIPPED / f"{name}.csv", sep=";", dtype=str, keep_default_na=False)


def _shipped_items() -> pd.DataFrame:
    paths = sorted((codebooks.SHIPPED / "items").glob("*.csv"))
    read = [pd.read_csv(path, sep=";", dtype=str, keep_default_na=False).assign(instrument=path.stem) for path in paths]
    return pd.concat(read, ignore_index=True)


def _example(column: Column, field: str) -> str:
    private = field in ("remark", "identifier", "respondent", "client", "bsn", "birth_date")
    return fold(column.labels[0]) if column.labels and not private else ""


def _new_items(
    looked_at: list[Column],
    fields: dict[str, tuple[str, float]],
    known: set[str],
    instrument: str,
    export: Export,
    scale_of: dict[str, labels.Scale],
) -> list[dict[str, object]]:
    """Return items for the columns that look like questions with an ordered answer and match no known item."""
    spans = {
        column.header: answer_scales.span(column, export, scale_of)
        for column in looked_at
        if fields[column.header] == likeness.UNKNOWN
    }
    usual = Counter(span for span in spans.values() if span and span != (0, 1)).most_common(1)
    rows: list[dict[str, object]] = []
    taken = set(known)
    for column in looked_at:
        span = spans.get(column.header)
        if span is None:
            continue
        texts = [key(label) for label in column.labels]
        narrower = bool(usual) and usual[0][0][0] <= span[0] and span[1] <= usual[0][0][1] and span[1] > 2
        if narrower and not ordering.told_ends(texts):
            span = usual[0][0]
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,11}", column.header)
        number = len(rows) + 1
        item = column.header if plain else f"{instrument[:3].upper()}{number:02d}"
        while key(item) in taken:
            number += 1
            item = f"{column.header}x{number}" if plain else f"{instrument[:3].upper()}{number:02d}"
        taken.add(key(item))
        rows.append(
            {
                "header": column.header,
                "instrument": instrument,
                "variant": "standaard",
                "item": item,
                "dimension": "",
                "low": f"{span[0]:g}",
                "high": f"{span[1]:g}",
                "reversed": "yes" if ordering.is_turned(texts) else "no",
                "wording_nl": column.wording,
                "wording_en": "",
                "certainty": 0.6 if column.header in export.codes else 0.4 if column.numeric else 0.3,
                "example": _example(column, item),
            }
        )
    return rows


def _role(headers: Iterable[str]) -> str:
    """Return who was asked, by what the questions are about: staff where two are about their work, else clients."""
    return "staff" if sum(bool(OF_STAFF.search(key(header))) for header in headers) >= _FEWEST_OF_STAFF else "client"


def _delivery(
    path: Path,
    kind: str,
    mapping: str,
    fields: dict[str, tuple[str, float]],
    known_items: pd.DataFrame,
    new_items: list[dict[str, object]],
    provider: str | None,
    law: str,
) -> dict[str, object]:
    """Return the row for ``deliveries.csv``: years in the file name become ``*``, so that it matches next year's."""
    found = known_items.loc[known_items["item"].isin([field for field, _ in fields.values()]), "instrument"]
    known = str(found.mode().iat[0]) if len(found) else ""
    instrument = mapping if len(new_items) > len(found.index.unique()) else known
    of_clients = kind in ("responses", "invited") and "role" not in {field for field, _ in fields.values()}
    return {
        "pattern": re.sub(r"[0-9]{4,}", "*", path.name),
        "kind": kind,
        "law": law,
        "columns": mapping,
        "instrument": instrument if kind == "responses" else "",
        "role": _role(fields) if of_clients else "",
        "certainty": 0.5 if provider or kind == "context" else 0.2,
        "example": "" if provider or kind == "context" else _NO_PROVIDER,
    }
