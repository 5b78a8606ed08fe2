"""Which answer scale the labels of an unknown column are of, and the code of each label; used for proposals only."""

import difflib
import re
from collections import Counter
from collections.abc import Collection, Mapping

import pandas as pd

from workbench.intake import labels, likeness, ordering
from workbench.intake.exports import Export
from workbench.intake.likeness import Column
from workbench.intake.usual_names import MISSING_CODES, MISSING_WORDS
from workbench.intake.values import fold, key, opposite

_CERTAIN = 0.8  # the export says it, or the label is known
_NUMBERED, _TURNED = 0.4, 0.2
_CODE = re.compile(r"-?[0-9]{1,2}")
_MARK = re.compile(r"-?[0-9]{1,2}(?:[.,][0-9]+)?")
_MARKS = (  # 1 = slecht, 10 = goed; van 1 t/m 10; (0-10)
    re.compile(r"\b([01]) ?=[^=]*?\b([0-9]{1,2}) ?="),
    re.compile(r"\bvan ([01]) (?:t/m|tot(?: en met)?) ([0-9]{1,2})\b"),
    re.compile(r"\(([01]) ?(?:-|t/m|\u2013) ?([0-9]{1,2})\)"),
)
_ANSWER_CODE = re.compile(r"[a-z]{1,3}0*([0-9]{1,2})")  # AO03, A1


def span(column: Column, export: Export, scale_of: dict[str, labels.Scale]) -> tuple[float, float] | None:
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
    stated = _stated(column.wording)
    if column.numeric and codes and stated and stated[0] <= min(codes) <= max(codes) <= stated[1]:
        return stated
    if not column.numeric and any(";" in text for text in texts):
        return None  # several choices in one cell
    if not column.numeric and not behind:
        told = {text for text in texts if not any(word in text for word in MISSING_WORDS)}
        around, places = ordering.words_around(told), ordering.numbered(told, (0, 10), own=True)
        if around:
            codes = [float(around[2]), float(around[3])]
        elif told and len(places) == len(told):
            codes = [float(place) for place in places.values()]
        else:
            codes = [1, sum(key(label) not in MISSING_WORDS for label in column.labels)]
    if len(column.labels) < 2 or len(set(codes)) < 2 or max(codes) > 10 or min(codes) < 0:
        return None
    return min(codes), max(codes)


def _stated(wording: str) -> tuple[float, float] | None:
    """Return the lowest and highest mark a question says one may give.

    Examples
    --------
    >>> _stated("Hoe gaat het? 1=slecht 10=goed"), _stated("Geef een cijfer van 1 t/m 10"), _stated("Hoe nu (0-10)?")
    ((1.0, 10.0), (1.0, 10.0), (0.0, 10.0))
    >>> _stated("Wat vond u in de periode 1-3?")
    """
    found = next((found for marks in _MARKS if (found := marks.search(wording))), None)
    low, high = map(float, found.groups()) if found else (0.0, 0.0)
    return (low, high) if 4 <= high <= 10 else None


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


def propose(
    mapping: str,
    looked_at: list[Column],
    fields: dict[str, tuple[str, float]],
    known: pd.DataFrame,
    common: Counter[str],
    items: pd.DataFrame,
    export: Export,
    own: Collection[str] = (),
) -> tuple[list[dict[str, object]], dict[str, str], set[str]]:
    """Return rows for ``scales.csv``, the scale of each column, and the columns with other numbers than their item.

    The scale is a known one where it has all or most labels.
    The items of the delivery's `own` wording are read by the numbers in their labels, whatever the words beside them.
    """
    rows: list[dict[str, object]] = []
    used: dict[str, str] = {}
    otherwise: set[str] = set()
    made: dict[tuple[object, ...], str] = {}
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
        told = export.meanings.get(column.header, {})
        said = [key(told.get(label, label)) for label in texts.values()]
        placed, turned = _placed(said, (low, high), field in own) if is_item else ({}, False)
        open_texts = sorted(texts) if turned else open_texts
        beyond = [text for text, number in numbers.items() if not low <= number <= high and text not in MISSING_CODES]
        otherwise |= {column.header} if turned or len(beyond) > 1 else set()  # one may say that there is no answer
        fitting = {
            name: set(scale.codes) & set(open_texts)
            for name, scale in scale_of.items()
            if not is_item or scale.span in (None, lengths[field])
        }
        if is_item:  # numbers that are codes of something else, such as of men and women, are no sign
            worded = {name: any(not _MARK.fullmatch(text) for text in shared) for name, shared in fitting.items()}
            fitting = {name: shared for name, shared in fitting.items() if worded[name] and not turned}
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
            asked = (turned, *open_texts)
            within = [name for those, name in made.items() if those[0] == asked[0] and set(asked) <= set(those)]
            scale = within[0] if within else made.setdefault(asked, f"{mapping}_{len(made) + 1}")
            lacking = open_texts
        used[column.header] = scale
        known_labels, guessed = meaning, {}
        if is_item:  # codes of one scale only, and else of the order: those of several scales are no order together
            meant = {text: key(told.get(texts[text], text)) for text in open_texts}
            spoken = list(meant.values())
            alike = scale if scale in scale_of else ordering.best_known(spoken, scale_of, lengths[field])
            of_scale = known[(known["scale"] == alike) & (known["code"] != "")]
            of_scale = of_scale.assign(label=of_scale["label"].map(key)).set_index("label")
            known_labels = pd.concat([of_scale, reasons])
            known_labels = known_labels[~known_labels.index.duplicated()]
            guessed = ordering.in_order(spoken, scale_of, lengths[field])
            guessed |= ordering.by_strength(spoken, lengths[field])
        taken = {scale_of[scale].codes[text] for text in shared if scale in scale_of} - {""} if is_item else set()
        about = (column, known_labels, export, is_item, guessed, placed, _TURNED if turned else _NUMBERED)
        proposals = [_label(scale, text, texts[text], *about) for text in lacking]
        for row in sorted(proposals, key=lambda each: -float(str(each["certainty"]))):
            doubled = row["code"] in taken and float(str(row["certainty"])) < _CERTAIN
            if is_item and (doubled or (row["code"] and not low <= float(str(row["code"])) <= high)):
                row |= {"code": "", "certainty": 0.0}  # what sets two labels apart would be lost
            taken |= {str(row["code"])} - {""} if is_item else set()
        for row in proposals:
            if not any(each["scale"] == scale and each["label"] == row["label"] for each in rows):
                rows.append(row)
    return rows, used, otherwise


def _placed(texts: Collection[str], span: tuple[float, float], own: bool) -> tuple[dict[str, str], bool]:
    """Return codes for labels by the numbers in them, and whether those are other numbers than the labels hold.

    They are for a known item, of which it is decided what its answers mean: where the words in the labels say that the
    numbers go down, or where they begin at another number (0 to 4, 0 to 100).

    Examples
    --------
    >>> _placed(["1 heel goed", "2", "3 slecht"], (1, 3), own=False)
    ({'1 heel goed': '3', '2': '2', '3 slecht': '1'}, True)
    >>> _placed(["1 heel goed", "2", "3 slecht"], (1, 3), own=True)
    ({'1 heel goed': '1', '2': '2', '3 slecht': '3'}, False)
    """
    shifted = {} if own else ordering.shifted(texts, span)
    if shifted:
        return shifted, True
    by_number = ordering.worded_ends(texts, span) or ordering.numbered(texts, span, own=True)
    turned = not own and bool(by_number) and not ordering.numbered(texts, span) and ordering.is_turned(texts)
    if not turned:
        return by_number, False
    return {text: f"{span[0] + span[1] - float(code):g}" for text, code in by_number.items()}, True


def _label(
    scale: str,
    text: str,
    label: str,
    column: Column,
    meaning: pd.DataFrame,
    export: Export,
    is_item: bool,
    guessed: Mapping[str, str],
    placed: Mapping[str, str],
    sure_of_place: float,
) -> dict[str, object]:
    """Return a row for one label: the code its export knows, else what the same or a near label means elsewhere.

    A number in the label (`placed`) goes before what its words mean elsewhere: the labels beside it may be numbers
    alone. A code `guessed` from the order of the labels comes last.
    """
    code, missing, sure = "", "", 0.0
    delivered, text = text, key(export.meanings.get(column.header, {}).get(label, text))
    behind = {key(each): number for each, number in export.codes.get(column.header, {}).items()}
    meanings = [each for each in meaning.index if not opposite(text, each)]
    bare = text.rstrip(" .,;!")
    near = [bare] if bare in meanings else difflib.get_close_matches(text, meanings, 1, likeness.NEAR)
    words = difflib.get_close_matches(text, list(MISSING_WORDS), 1, 0.85)
    within = [word for word in MISSING_WORDS if word in text]
    if text in placed and delivered not in behind:
        code, sure = placed[text], sure_of_place
    elif words or text in MISSING_CODES:
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
        same = near[0] == bare != text  # but for a point behind it
        sure = _CERTAIN if same else round(0.8 * difflib.SequenceMatcher(None, text, near[0]).ratio(), 2)
    elif is_item and (numbered := _ANSWER_CODE.fullmatch(text)):
        code, sure = numbered[1], 0.4
    elif text in guessed:
        code, sure = guessed[text], 0.4
    example = fold(label)
    return {"scale": scale, "label": example, "code": code, "missing": missing, "certainty": sure, "example": example}
