"""Which column of a delivery means what, according to ``columns.csv``; corrections people decided on."""

import difflib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch

import pandas as pd

from workbench.codebook import EVERYWHERE, FIELDS, Codebook
from workbench.intake.exports import Export
from workbench.intake.findings import Finding
from workbench.intake.headers import statements_in
from workbench.intake.values import distinct, fold, key

WITH_ITEMS = ("responses",)
WITH_MEASURES = ("context", "assessments")
_OF_ANSWERS = ("question", "answer")  # a delivery with one row per answer has a column per question by now
_MOST_SHOWN = 200


def match(
    export: Export, file: str, settings: Mapping[str, str], codebook: Codebook
) -> tuple[pd.DataFrame, list[Finding]]:
    """Say for each column of a delivery which field it fills.

    Returns
    -------
    matched : DataFrame, one row per column of the delivery
        ``header`` as delivered, ``field`` (missing where nobody described the column), ``scale`` and ``place``, the
        order in ``columns.csv``.
    findings : list of Finding
        Columns nobody described, described columns that are absent, fields that do not belong to this kind.
    """
    described = codebook.columns[codebook.columns["columns"] == settings["columns"]]
    described = described.assign(key=described["column"].map(key), place=range(len(described)))
    described = described.drop_duplicates("key")
    headers = pd.DataFrame({"header": list(export.table.columns)}, dtype="str")
    headers["key"] = headers["header"].map(key)
    matched = headers.merge(described[["key", "field", "scale", "place"]], on="key", how="left", validate="1:1")

    findings = []
    unknown = list(matched.loc[matched["field"].isna(), "header"])
    for header in unknown[:_MOST_SHOWN]:
        findings.append(_not_described(header, export, file, settings, codebook))
    if len(unknown) > _MOST_SHOWN:
        message = f"{len(unknown) - _MOST_SHOWN} further columns are not described in columns.csv."
        remedy = "Describe them (`draft` proposes rows), or see whether deliveries.csv takes it for another delivery."
        findings.append(Finding(file, "error", message, remedy))
    for header, field in matched.loc[matched["field"].notna(), ["header", "field"]].itertuples(index=False):
        if not _belongs(field, settings["kind"], codebook):
            message = f"columns.csv gives this column the field {field!r}, which {settings['kind']} do not have."
            remedy = f"Choose from {', '.join((*FIELDS[settings['kind']], *EVERYWHERE))} or an item."
            findings.append(Finding(file, "error", message, remedy, column=header))
            matched.loc[matched["header"] == header, "field"] = None
    absent = described[
        ~described["key"].isin(matched["key"])
        & ~described["field"].str.partition(":")[0].isin(EVERYWHERE)
        & ~described["field"].isin(matched["field"])
        & ~described["field"].isin(_OF_ANSWERS if export.spread else ())
    ]
    for row in absent.to_dict("records"):
        findings.append(
            Finding(
                file,
                "warning",
                f"The column is described in columns.csv ({row['field']}) and is not in the delivery.",
                "Ask for it, or take it out of columns.csv if it is no longer delivered.",
                column=row["column"],
            )
        )
    return matched.drop(columns="key"), findings


def _belongs(field: str, kind: str, codebook: Codebook) -> bool:
    if field in FIELDS[kind] or field.partition(":")[0] in EVERYWHERE:
        return True
    if kind in WITH_ITEMS and (field.startswith("background:") or field in set(codebook.items["item"])):
        return True
    return kind in WITH_MEASURES and field.startswith("measure:")


def _not_described(header: str, export: Export, file: str, settings: Mapping[str, str], codebook: Codebook) -> Finding:
    if export.table[header].isna().all():
        message, severity = "The column is not described in columns.csv; it is empty.", "note"
    else:
        message, severity = "The column is not described in columns.csv; nothing of it is used.", "error"
    near = proposals(export.wording.get(header, header), settings["kind"], codebook)
    hint = f" It looks like {near[0]}." if near else ""
    remedy = (
        f"Add a row to columns.csv for columns={settings['columns']!r}, column={header!r} with what it is: a field, an "
        f"item, background:<name>, remark, identifier or ignore.{hint}"
    )
    return Finding(file, severity, message, remedy, column=header)


def proposals(wording: str, kind: str, codebook: Codebook) -> list[str]:
    """Return the fields and items whose name or wording is near `wording`, the nearest first; it never decides."""
    if kind not in WITH_ITEMS:
        return difflib.get_close_matches(key(wording), FIELDS[kind], 1, 0.75)
    items = codebook.items.drop_duplicates("item")
    texts = {
        key(text): str(item)
        for name in ("wording_en", "wording_nl")
        for text, item in zip(items[name], items["item"], strict=True)
    }
    texts |= {key(item): item for item in items["item"]} | {name: name for name in FIELDS[kind]}
    near = {
        each: difflib.SequenceMatcher(None, asked, each).ratio()
        for asked in sorted(map(key, statements_in(wording)))
        for each in difflib.get_close_matches(asked, list(texts), 2, 0.75)
    }
    return list(dict.fromkeys(texts[each] for each in sorted(near, key=lambda each: (-near[each], each))))[:2]


def correct(table: pd.DataFrame, file: str, corrections: pd.DataFrame) -> tuple[pd.DataFrame, set[int], set[int]]:
    """Return the delivery with the corrections people decided on.

    Parameters
    ----------
    table : DataFrame, one row per record
        As delivered, the index is the row.
    file : str
    corrections : DataFrame, one row per correction
        The table ``corrections.csv``.

    Returns
    -------
    table : DataFrame
    meant : set of int
        Positions in `corrections` of those about this file.
    applied : set of int
        Those that changed something.
    """
    meant = {
        at
        for at, glob in enumerate(corrections["file"])
        if fnmatch(file.casefold(), glob.casefold()) or fnmatch(file.rpartition("/")[2].casefold(), glob.casefold())
    }
    headers = {key(name): name for name in table.columns}
    changed: dict[str, pd.Series] = {}
    applied = set()
    for at in sorted(meant):
        correction = corrections.iloc[at]
        header = headers.get(key(correction["column"]))
        if header is None:
            continue
        column = changed.get(header, table[header])
        where = column.isna() if correction["from"] == "" else _same(column, correction["from"])
        if correction["row"]:
            where &= column.index.astype(str) == correction["row"]
        if where.any():
            changed[header] = column.astype("str").mask(where, correction["to"] or None)
            applied.add(at)
    return table.assign(**changed) if changed else table, meant, applied


def _same(column: pd.Series, text: str) -> pd.Series:
    codes, texts = distinct(column)
    same = pd.Series([key(value) == key(text) for value in texts] + [False], dtype=bool)
    return same.take(codes).set_axis(column.index)


def unused(corrections: pd.DataFrame, meant: Iterable[int], applied: Iterable[int]) -> list[Finding]:
    """Return a finding for each correction whose file came and in which it changed nothing: the tripwire."""
    findings = []
    for at in sorted(set(meant) - set(applied)):
        correction = corrections.iloc[at]
        findings.append(
            Finding(
                correction["file"],
                "error",
                f"The correction decided on {correction['decided_on'] or 'an unknown date'} "
                f"({fold(correction['reason']) or 'no reason given'}) matches nothing: corrections.csv, row {at + 2}.",
                "See whether the delivery was replaced; change the correction or take it out.",
                column=correction["column"] or None,
                row=int(correction["row"]) if correction["row"].isdigit() else 0,
            )
        )
    return findings
