"""Statements that an unknown delivery has with three answers and the codebook with five, or the other way round."""

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench.intake import likeness
from workbench.intake.likeness import Column
from workbench.intake.usual_names import MISSING_WORDS
from workbench.intake.values import key

Span = tuple[float, float]
THREE, FIVE = (1.0, 3.0), (1.0, 5.0)
_SAME_WORDS = 0.85
_MOST = 2 / 3
AGREEMENT = ("eens", "tevreden", "neutraal", "agree", "satisfied", "neutral")  # no frequencies


def of_other_length(
    looked_at: Sequence[Column],
    fields: Mapping[str, tuple[str, float]],
    items: pd.DataFrame,
    spans: Mapping[str, Span | None],
) -> list[dict[str, object]]:
    """Propose rows of ``items.csv`` for columns that ask a known statement with three answers instead of five.

    Such a column is a version of the same item: its answers are kept apart, and never averaged with those of the other
    length. Three answers that a scale of five has too, numbers or labels, tell only where two thirds of the statements
    have them; numbers tell least.

    Returns
    -------
    list of dict
        One row per item, with ``header`` and ``certainty``.
    """
    ends = _spans(items)
    found: dict[str, dict[str, object]] = {}
    judged = [each for each in looked_at if _numbered(each) or _agree(each)]
    matched = {each.header for each in judged if fields[each.header][0] in ends}
    short = [header for header in matched if spans[header] == THREE]
    all_short = len(short) >= max(2, _MOST * len(matched))
    for column in looked_at:
        span, (field, certainty) = spans[column.header], fields[column.header]
        if span not in (THREE, FIVE):
            continue
        if column.header in matched:
            if span == THREE and not all_short:
                continue
            asked, sure = field, round(certainty * (0.5 if span == THREE and _numbered(column) else 0.8), 2)
        elif fields[column.header] == likeness.UNKNOWN and _agree(column):
            worded = likeness.by_wording(column, items)
            asked = max(worded, key=lambda item: (worded[item], item), default="")
            sure = round(0.8 * worded.get(asked, 0), 2)
        else:
            continue
        other = FIVE if span == THREE else THREE
        if sure < 0.4 * _SAME_WORDS or other not in ends.get(asked, set()) or span in ends[asked] or asked in found:
            continue
        known = items[items["item"] == asked].iloc[0]
        found[asked] = {
            "header": column.header,
            "instrument": known["instrument"],
            "variant": f"{span[1]:g}_antwoorden",
            "item": asked,
            "dimension": known["dimension"],
            "low": f"{span[0]:g}",
            "high": f"{span[1]:g}",
            "reversed": {True: "yes", False: "no"}.get(known["reversed"], known["reversed"]),
            "wording_nl": column.wording,
            "wording_en": "",
            "certainty": sure,
            "example": column.labels[0] if column.labels else "",
        }
    return list(found.values())


def given(
    fields: Mapping[str, tuple[str, float]],
    items: pd.DataFrame,
    spans: Mapping[str, Span | None],
    proposed: Sequence[Mapping[str, object]],
) -> str:
    """Return which version of its questionnaire a delivery holds, by the lengths of its answers; empty: the usual one.

    Where a column says it per record, nothing is said of the delivery.

    Examples
    --------
    >>> items = pd.DataFrame({"item": "K1", "variant": ["standaard", "smiley3"], "low": 1, "high": [5, 3]})
    >>> given({"Vraag 1": ("K1", 0.9)}, items, {"Vraag 1": (1.0, 3.0)}, [])
    'smiley3'
    """
    if any(field == "variant" for field, _ in fields.values()):
        return ""
    if proposed:
        return str(proposed[0]["variant"])
    asked = {field: spans[header] for header, (field, _) in fields.items() if field in set(items["item"])}
    fits: dict[str, int] = {}
    for row in items[items["item"].isin(asked)].to_dict("records"):
        fits[row["variant"]] = fits.get(row["variant"], 0) + (asked[row["item"]] == _ends(row))
    best = max(fits, key=lambda variant: (fits[variant], variant == "standaard", variant), default="")
    return best if best != "standaard" and fits.get(best, 0) > fits.get("standaard", 0) else ""


def _numbered(column: Column) -> bool:
    """Say whether answers are numbers, besides words for "no answer"."""
    answers = {key(label) for label in column.labels} - set(MISSING_WORDS)
    return bool(answers) and all(answer.isdigit() for answer in answers)


def _agree(column: Column) -> bool:
    """Say whether labels are degrees of agreement or satisfaction."""
    return any(word in key(label) for label in column.labels for word in AGREEMENT)


def _ends(row: Mapping[object, object]) -> Span:
    return float(str(row["low"])), float(str(row["high"]))


def _spans(items: pd.DataFrame) -> dict[str, set[Span]]:
    found: dict[str, set[Span]] = {}
    for row in items.to_dict("records"):
        found.setdefault(str(row["item"]), set()).add(_ends(row))
    return found
