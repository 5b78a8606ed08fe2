"""Delivered answers -> codes and kinds of missing, each record by the scale of its own variant."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from workbench.categories import looked_up
from workbench.codebook import Codebook
from workbench.intake import labels
from workbench.intake.findings import Finding, on_rows
from workbench.intake.labels import NO_KIND, Scale
from workbench.intake.records import Records

_SMALL = 127


def coded(
    delivered: Records, variants: pd.Series, scales: Mapping[str, Scale], codebook: Codebook, instrument: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Return codes, one column per item, and kinds of missing, one column per item that has any.

    A questionnaire may have several variants with scales of different length; each record is read by its own. Where a
    scale's labels run further than the item does in that variant, the labels are not used: "neutral" on three points
    is no "neutral" on five.
    """
    index = delivered.items.index
    wanted = list(dict.fromkeys(delivered.questions["item"]))
    order = [item for item in dict.fromkeys(codebook.items["item"]) if item in wanted]
    given: dict[str, list[tuple[np.ndarray | slice, labels.Coded]]] = {item: [] for item in order}
    findings: list[Finding] = []
    ranges = _ranges(codebook, instrument)
    present = [str(variant) for variant in sorted(variants.unique())]
    for variant in present:
        rows = np.flatnonzero(variants.eq(variant).to_numpy()) if len(present) > 1 else slice(None)
        if variant not in set(codebook.items["variant"]):
            findings += _unknown_variant(delivered, variants, variant)
        for question in delivered.questions.to_dict("records"):
            low, high = ranges.get((variant, question["item"])) or ranges[("standaard", question["item"])]
            scale, problem = _fitting(scales[question["scale"]], low, high, delivered.file, question["header"], variant)
            findings += problem
            coded = labels.code(delivered.items[question["header"]].iloc[rows], scale, low, high)
            given[question["item"]].append((rows, coded))
            findings += labels.problem_findings(
                coded.problems, delivered.file, question["header"], question["scale"], "an answer"
            )
    put_together = {item: _put_together(parts, len(index)) for item, parts in given.items()}
    codes = pd.DataFrame({item: codes for item, (codes, _) in put_together.items()}, index=index, copy=False)
    with_kinds = {item: kinds for item, (_, kinds) in put_together.items() if kinds is not None}
    kinds = pd.DataFrame(with_kinds, index=index, dtype=np.int8)
    return codes, kinds, findings


def _put_together(
    parts: list[tuple[np.ndarray | slice, labels.Coded]], count: int
) -> tuple[ExtensionArray, np.ndarray | None]:
    """Return codes and kinds of missing of one item: of several columns the first that says something counts.

    There are no kinds where every answer is a code or nothing is known of why it is missing.
    Codes are small whole numbers and take one byte each, unless some have decimals.
    """
    levels = np.concatenate([np.empty(0), *(coded.codes[~np.isnan(coded.codes)] for _, coded in parts)])
    small = bool((levels == np.round(levels)).all() and (np.abs(levels) <= _SMALL).all())
    if len(parts) == 1 and isinstance(parts[0][0], slice):  # one column, all records: nothing to choose between
        coded = parts[0][1]
        table = np.nan_to_num(coded.codes).astype(np.int8 if small else np.float64)
        without = looked_up(np.isnan(coded.codes).view(np.int8), coded.at).view(bool)
        any_kind = (coded.kinds != NO_KIND).any()
        return _masked(looked_up(table, coded.at), without), looked_up(coded.kinds, coded.at) if any_kind else None
    codes = np.zeros(count, dtype=np.int8 if small else np.float64)
    without = np.ones(count, dtype=bool)
    kinds = np.full(count, NO_KIND, dtype=np.int8)
    for rows, coded in parts:
        fresh = without[rows] & (kinds[rows] == NO_KIND)
        found = np.nan_to_num(coded.codes).astype(codes.dtype)[coded.at]
        codes[rows] = np.where(fresh, found, codes[rows])
        kinds[rows] = np.where(fresh, coded.kinds[coded.at], kinds[rows])
        without[rows] = np.where(fresh, np.isnan(coded.codes)[coded.at], without[rows])
    codes[without] = 0
    return _masked(codes, without), kinds if (kinds != NO_KIND).any() else None


def _masked(codes: np.ndarray, without: np.ndarray) -> ExtensionArray:
    return pd.arrays.IntegerArray(codes, without) if codes.dtype == np.int8 else pd.arrays.FloatingArray(codes, without)


def _ranges(codebook: Codebook, instrument: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return lowest and highest code by variant and item: of the instrument, else of another that has the item.

    An item that lacks a variant ``standaard`` has the range of its first variant there.
    """
    items = codebook.items.assign(foreign=codebook.items["instrument"] != instrument)
    items = items.sort_values("foreign", kind="stable").drop_duplicates(["variant", "item"])
    found = {(row["variant"], row["item"]): (row["low"], row["high"]) for row in items.to_dict("records")}
    first = items.drop_duplicates("item").to_dict("records")
    return {("standaard", row["item"]): (row["low"], row["high"]) for row in first} | found


def _fitting(
    scale: Scale, low: float, high: float, file: str, header: str, variant: str
) -> tuple[Scale, list[Finding]]:
    if scale.span is None or scale.span == (low, high):
        return scale, []
    ends = f"runs from {scale.span[0]:g} to {scale.span[1]:g}, the item in variant {variant!r} from {low:g} to {high:g}"
    if low <= scale.span[0] and scale.span[1] <= high:
        message = f"The scale {scale.name!r} {ends}."
        return scale, [Finding(file, "warning", message, "See whether it is the right scale; columns.csv.", header)]
    kinds = {label: kind or ("unreadable" if scale.codes[label] else "") for label, kind in scale.kinds.items()}
    message = f"The scale {scale.name!r} {ends}; its labels are not used."
    remedy = "Give this variant its own delivery row and columns in the codebook, with a scale of its own length."
    return Scale(scale.name, dict.fromkeys(kinds, ""), kinds), [Finding(file, "error", message, remedy, header)]


def _unknown_variant(delivered: Records, variants: pd.Series, variant: str) -> list[Finding]:
    nouns, what = ("record is", "records are"), "of a variant items.csv does not know; read as the standard one."
    remedy = "Add the variant to items.csv, or a scale for the column that names it."
    return on_rows(
        variants == variant, delivered.file, "warning", nouns, what, remedy, delivered.headers.get("variant")
    )
