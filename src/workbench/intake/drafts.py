"""A first reading of an unknown delivery: rows for the codebook, proposed for a person to accept. It never decides.

Every proposed row has two columns more than the codebook: ``certainty``, from 0 (a blank to fill in) to 1, and
``example``, one value as delivered. Examples come from columns of labels only, never from free text or from columns
whose values differ from person to person.
"""

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from workbench import codebook as codebooks
from workbench.codebook import Codebook
from workbench.intake import bounds, exports, labels, likeness, ordering, spellings, structure, versions
from workbench.intake.exports import Export
from workbench.intake.likeness import Column
from workbench.intake.usual_names import MISSING_CODES, MISSING_WORDS
from workbench.intake.values import fold, key, opposite

TABLES = ("deliveries", "columns", "items", "scales", "providers", "aliases")
_DOUBTFUL = 0.2  # what a person has to look at first
_CERTAIN = 0.8  # the export says it, or the label is known
_CODE = re.compile(r"-?[0-9]{1,2}")
_MARK = re.compile(r"-?[0-9]{1,2}(?:[.,][0-9]+)?")
_ANSWER_CODE = re.compile(r"[a-z]{1,3}0*([0-9]{1,2})")  # AO03, A1
_NO_PROVIDER = "(no column names the provider: fill in its provider_id for the whole file)"


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
    export = exports.read(bounds.read(path), path.name)
    for beside in sorted(path.parent.glob("*.lss")):
        export = structure.explain(export, structure.read(bounds.read(beside)))
    known_items = codebook.items if codebook is not None else _shipped_items()
    if proposed is not None and len(proposed):
        known_items = pd.concat([known_items, proposed.reindex(columns=known_items.columns)], ignore_index=True)
    known_scales = codebook.scales if codebook is not None else _shipped("scales")
    common = Counter(codebook.columns["scale"] if codebook is not None else [])
    scale_of = labels.scales(known_scales)
    looked_at = [likeness.look(export, header) for header in export.table.columns]
    themes = {
        key(name): str(row["dimension"])
        for row in (codebook.dimensions if codebook is not None else _shipped("dimensions")).to_dict("records")
        for name in (row["dimension"], row["name_nl"], row["name_en"])
        if name
    }
    kind = kind or likeness.kind_of(looked_at, scale_of, export.reader, themes)
    mapping = re.sub(r"[^a-z0-9]+", "_", re.sub(r"[0-9]{4,}", " ", path.stem.casefold())).strip("_") or "levering"
    fields = likeness.fields(looked_at, known_items, scale_of, codebook, export, kind, themes)
    used_codes = {key(item) for item in known_items["item"]}
    variant, new_items = "", []
    if kind == "responses":
        spans = {column.header: _span(column, export, scale_of) for column in looked_at}
        other = versions.of_other_length(looked_at, fields, known_items, spans)
        fields |= {str(row["header"]): (str(row["item"]), float(str(row["certainty"]))) for row in other}
        variant = versions.given(fields, known_items, spans, other)
        fresh = _new_items(looked_at, fields, used_codes, mapping, export, scale_of)
        fields |= {str(row["header"]): (str(row["item"]), 0.5) for row in fresh}
        new_items = [*other, *fresh]
    of_variant = known_items[known_items["variant"] == variant]
    lengths = pd.concat([of_variant, pd.DataFrame(new_items), known_items]).drop_duplicates("item")
    scales, used = _scales(mapping, looked_at, fields, known_scales, common, lengths, export)

    shown = {column.header: _example(column, fields[column.header][0]) for column in looked_at}
    law = likeness.law_of(looked_at, fields) if kind == "episodes" else ""
    provider = next((header for header, (field, _) in fields.items() if field == "provider"), None)
    whose = export.table[provider] if provider is not None else None
    for column in (each for each in looked_at if fields[each.header][0] in set(lengths["item"])):
        if why := ordering.mixed(column, export.table[column.header], whose, scale_of):
            field, sure = fields[column.header]
            fields[column.header] = field, min(sure, _DOUBTFUL)
            shown[column.header] += f" ({why})"
            for row in (each for each in new_items if each["header"] == column.header):
                row |= {"certainty": min(float(str(row["certainty"])), _DOUBTFUL), "example": shown[column.header]}
    columns_rows = [
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
    draft = {
        "deliveries": [
            _delivery(path, kind, mapping, fields, known_items, new_items, provider, law) | {"variant": variant}
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
        column.header: _span(column, export, scale_of)
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
        if usual and usual[0][0][0] <= span[0] and span[1] <= usual[0][0][1] and span[1] > 2:
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
                "reversed": "no",
                "wording_nl": column.wording,
                "wording_en": "",
                "certainty": 0.6 if column.header in export.codes else 0.4 if column.numeric else 0.3,
                "example": _example(column, item),
            }
        )
    return rows


def _span(column: Column, export: Export, scale_of: dict[str, labels.Scale]) -> tuple[float, float] | None:
    """Return the lowest and highest code of what looks like a question with an ordered answer; None if it does not."""
    meant = export.meanings.get(column.header, {})
    behind = [
        float(number)
        for label, number in export.codes.get(column.header, {}).items()
        if _CODE.fullmatch(number) and not any(word in key(meant.get(label, "")) for word in MISSING_WORDS)
    ]
    codes = behind or _without_missing([float(label) for label in column.labels if _CODE.fullmatch(label)])
    texts = {key(label) for label in column.labels} - set(MISSING_WORDS)
    fitting = [scale.span for scale in scale_of.values() if scale.span and len(texts) > 1 and texts <= set(scale.codes)]
    if fitting and not column.numeric and not behind:  # of the scales with all these labels the shortest that has room
        return min(fitting, key=lambda span: (span[1] - span[0] + 1 < len(texts), span[1] - span[0]))
    if column.numeric and "cijfer" in key(column.wording) and 5 < max(codes, default=0) <= 10:
        return 1, 10  # a report mark, whatever marks were given
    if not column.numeric and not behind:
        codes = [1, sum(key(label) not in MISSING_WORDS for label in column.labels)]
    if len(column.labels) < 2 or len(set(codes)) < 2 or max(codes) > 10 or min(codes) < 0:
        return None
    return min(codes), max(codes)


def _without_missing(codes: list[float]) -> list[float]:
    """Return codes without those that stand apart and usually mean "no answer".

    Examples
    --------
    >>> _without_missing([1, 2, 3, 4, 98, 99]), _without_missing([1, 2, 3, 9]), _without_missing([7, 8, 9])
    ([1, 2, 3, 4], [1, 2, 3], [7, 8, 9])
    """
    rest = [code for code in codes if f"{code:g}" not in MISSING_CODES]
    apart = {code for code in codes if code < 0 or (rest and code > max(rest) + 1)}
    return [code for code in codes if code not in apart]


def _scales(
    mapping: str,
    looked_at: list[Column],
    fields: dict[str, tuple[str, float]],
    known: pd.DataFrame,
    common: Counter[str],
    items: pd.DataFrame,
    export: Export,
) -> tuple[list[dict[str, object]], dict[str, str]]:
    """Return rows for ``scales.csv``, and the scale of each column: a known one where it has all or most labels."""
    rows: list[dict[str, object]] = []
    used: dict[str, str] = {}
    made: dict[tuple[str, ...], str] = {}
    scale_of = {name: scale for name, scale in labels.scales(known).items() if name}
    lengths = {str(row["item"]): (float(row["low"]), float(row["high"])) for row in items.to_dict("records")}
    meaning = known.drop_duplicates("label").assign(label=lambda table: table["label"].map(key)).set_index("label")
    shipped_order = list(dict.fromkeys(known["scale"]))
    reasons = meaning[meaning["missing"] != ""]
    for column in sorted(looked_at, key=lambda each: -len(each.labels)):
        field = fields[column.header][0]
        is_item = field in lengths
        if not column.labels or not (is_item or field in labels.USUAL_SCALES or field in ("informant", "moment")):
            continue
        texts = {key(label): label for label in column.labels}
        low, high = lengths.get(field, (1, 0))
        numbers = {text: float(text.replace(",", ".")) for text in texts if is_item and _MARK.fullmatch(text)}
        open_texts = sorted(text for text in texts if not low <= numbers.get(text, low - 1) <= high)
        if not open_texts:
            continue
        fitting = {
            name: set(scale.codes) & set(open_texts)
            for name, scale in scale_of.items()
            if not is_item or scale.span in (None, lengths[field])
        }
        scale = labels.USUAL_SCALES.get(field) or max(
            fitting,
            key=lambda name: (
                *(len(fitting[name]), common[name], is_item and scale_of[name].span == lengths[field]),
                -shipped_order.index(name),
            ),
            default="",
        )
        shared = fitting.get(scale, set())
        lacking = [text for text in open_texts if text not in shared]
        if not shared or (len(shared) < len(lacking) and is_item):
            within = [name for all_texts, name in made.items() if set(open_texts) <= set(all_texts)]
            scale = within[0] if within else made.setdefault(tuple(open_texts), f"{mapping}_{len(made) + 1}")
            lacking = open_texts
        used[column.header] = scale
        known_labels, guessed = meaning, {}
        if is_item:  # codes of one scale only, and else of the order: those of several scales are no order together
            meant = {text: key(export.meanings.get(column.header, {}).get(texts[text], text)) for text in open_texts}
            spoken = list(meant.values())
            alike = scale if scale in scale_of else ordering.best_known(spoken, scale_of, lengths[field])
            of_scale = known[(known["scale"] == alike) & (known["code"] != "")]
            of_scale = of_scale.assign(label=of_scale["label"].map(key)).set_index("label")
            known_labels = pd.concat([of_scale, reasons])
            known_labels = known_labels[~known_labels.index.duplicated()]
            guessed = ordering.in_order(spoken, scale_of, lengths[field])
            guessed |= ordering.numbered(list(texts), lengths[field])
        taken = {scale_of[scale].codes[text] for text in shared if scale in scale_of} - {""} if is_item else set()
        about = (column, known_labels, export, is_item, guessed)
        proposals = [_label(scale, text, texts[text], *about) for text in lacking]
        for row in sorted(proposals, key=lambda each: -float(str(each["certainty"]))):
            doubled = row["code"] in taken and float(str(row["certainty"])) < _CERTAIN
            if is_item and (doubled or (row["code"] and not low <= float(str(row["code"])) <= high)):
                row |= {"code": "", "certainty": 0.0}  # what sets two labels apart would be lost
            taken |= {str(row["code"])} - {""} if is_item else set()
        for row in proposals:
            if not any(each["scale"] == scale and each["label"] == row["label"] for each in rows):
                rows.append(row)
    return rows, used


def _label(
    scale: str,
    text: str,
    label: str,
    column: Column,
    meaning: pd.DataFrame,
    export: Export,
    is_item: bool,
    guessed: Mapping[str, str],
) -> dict[str, object]:
    """Return a row for one label: the code its export knows, else what the same or a near label means elsewhere.

    A code `guessed` from the order of the labels comes last.
    """
    code, missing, sure = "", "", 0.0
    delivered, text = text, key(export.meanings.get(column.header, {}).get(label, text))
    behind = {key(each): number for each, number in export.codes.get(column.header, {}).items()}
    meanings = [each for each in meaning.index if not opposite(text, each)]
    near = difflib.get_close_matches(text, meanings, 1, likeness.NEAR)
    words = difflib.get_close_matches(text, list(MISSING_WORDS), 1, 0.85)
    within = [word for word in MISSING_WORDS if word in text]
    if words or text in MISSING_CODES:
        missing, sure = (MISSING_WORDS[words[0]], 0.8) if words else (MISSING_CODES[text], 0.5)
    elif behind and delivered not in behind:  # user-missing in SPSS
        missing, sure = MISSING_WORDS[within[0]] if within else "skipped", 0.6
    elif delivered != text and within and not near:
        missing, sure = MISSING_WORDS[within[0]], 0.6
    elif (
        delivered in behind and not (delivered != text and near) and (not is_item or _CODE.fullmatch(behind[delivered]))
    ):
        code, sure = behind[delivered], 0.9 if delivered == text else 0.4  # a place in a list says little
    elif near:
        code, missing = str(meaning.at[near[0], "code"]), str(meaning.at[near[0], "missing"])
        sure = round(0.8 * difflib.SequenceMatcher(None, text, near[0]).ratio(), 2)
    elif is_item and (numbered := _ANSWER_CODE.fullmatch(text)):
        code, sure = numbered[1], 0.4
    elif text in guessed:
        code, sure = guessed[text], 0.4
    example = fold(label)
    return {"scale": scale, "label": example, "code": code, "missing": missing, "certainty": sure, "example": example}


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
        "role": "client" if of_clients else "",
        "certainty": 0.5 if provider or kind == "context" else 0.2,
        "example": "" if provider or kind == "context" else _NO_PROVIDER,
    }
