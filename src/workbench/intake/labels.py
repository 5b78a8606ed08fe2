"""Answers as people and programs write them -> codes, with the reason where there is no code."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.intake import names_of_people
from workbench.intake.findings import Finding, times
from workbench.intake.values import Texts, distinct, fold, key, opposite
from workbench.schemas import MISSING_KINDS

# The scales that translate a field where columns.csv names none.
USUAL_SCALES = {
    "sex": "geslacht",
    "informant": "informant",
    "role": "rol",
    "mode": "kanaal",
    "source": "bron",
    "status": "actiestatus",
}
UNREADABLE = MISSING_KINDS.index("unreadable")
NO_KIND = -1
NO_CODE = -128  # among codes of one byte, which lie from -127 on
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")


@dataclass(frozen=True)
class Scale:
    """The labels of one scale: label -> code, label -> kind of missing, both by `values.key` of the label."""

    name: str
    codes: Mapping[str, str]
    kinds: Mapping[str, str]

    @property
    def span(self) -> tuple[float, float] | None:
        """The lowest and highest code, where codes are numbers."""
        found = [float(code.replace(",", ".")) for code in self.codes.values() if _NUMBER.fullmatch(code)]
        return (min(found), max(found)) if found else None


def scales(table: pd.DataFrame) -> dict[str, Scale]:
    """Return all scales of ``scales.csv`` by name; the empty name is the scale without labels."""
    found = {"": Scale("", {}, {})}
    for name, rows in table.groupby("scale"):
        texts = rows["label"].map(key)
        found[str(name)] = Scale(
            str(name), dict(zip(texts, rows["code"], strict=True)), dict(zip(texts, rows["missing"], strict=True))
        )
    return found


@dataclass(frozen=True)
class Coded:
    """One column of answers: a code or a kind of missing for each distinct value.

    `at`: for each record the place of its value, -1 (the last place) where the cell is empty. `codes`: float, missing
    where there is no code. `kinds`: position in `schemas.MISSING_KINDS`, -1 where there is a code or nothing is known.
    `problems`: one row per distinct value that could not be used, with ``shown`` (what a finding may say of it),
    ``count`` and ``row``.
    """

    at: np.ndarray
    codes: np.ndarray
    kinds: np.ndarray
    problems: pd.DataFrame


def code(column: pd.Series, scale: Scale, low: float, high: float) -> Coded:
    """Translate answers to one item into codes.

    A label of the scale goes before a number; a number counts if it lies within `low` and `high`. What is neither is
    `unreadable`. An empty cell has no kind, unless the scale has an empty label.

    Examples
    --------
    >>> scale = Scale("eens", {"eens": "4", "n.v.t.": ""}, {"eens": "", "n.v.t.": "not_applicable"})
    >>> coded = code(pd.Series(["Eens", "5", "n.v.t.", "7", None], dtype="str"), scale, 1, 5)
    >>> coded.codes[coded.at].tolist(), coded.kinds[coded.at].tolist()
    ([4.0, 5.0, nan, nan, nan], [-1, -1, 2, 4, -1])
    >>> coded.problems["shown"].tolist()
    ["'7', outside 1-5"]
    """
    at, texts = distinct(column)
    codes = np.full(len(texts) + 1, np.nan)
    kinds = np.full(len(texts) + 1, NO_KIND, dtype=np.int8)
    for place, text in enumerate([*texts, ""]):
        label = key(text)
        if label in scale.codes:
            written, kind = scale.codes[label], scale.kinds[label]
            value = float(written.replace(",", ".")) if _NUMBER.fullmatch(written) else np.nan
            if low <= value <= high:
                codes[place] = value
            elif kind:
                kinds[place] = MISSING_KINDS.index(kind)
            elif written:
                kinds[place] = UNREADABLE
        elif _NUMBER.fullmatch(label) and low <= float(label.replace(",", ".")) <= high:
            codes[place] = float(label.replace(",", "."))
        elif label:
            kinds[place] = UNREADABLE
    problems = _problems(column, at, texts, kinds[:-1] == UNREADABLE, list(scale.codes), f"outside {low:g}-{high:g}")
    return Coded(at, codes, kinds, problems)


def text_codes(
    column: pd.Series, scale: Scale, allowed: tuple[str, ...] = (), numbers: bool = False, dtype: Texts = "str"
) -> tuple[pd.Series, pd.DataFrame]:
    """Translate labels of a field (role, sex, channel) into the codes of the processed tables.

    With `numbers` a number that is no label stands for itself, as it does for items.

    Returns
    -------
    values : Series of str, or of categories if `dtype` says so
        Missing where the label is not known or its code is empty.
    problems : DataFrame
        As in `Coded`.

    Examples
    --------
    >>> values, problems = text_codes(pd.Series(["V", "?"], dtype="str"), Scale("geslacht", {"v": "female"}, {"v": ""}))
    >>> values.tolist(), problems["count"].tolist()
    (['female', nan], [1])
    """
    at, texts = distinct(column)
    codes = set(scale.codes.values()) | set(allowed)
    plain = [key(text) if key(text) in codes or (numbers and _NUMBER.fullmatch(key(text))) else None for text in texts]
    found = [scale.codes.get(key(text), itself) for text, itself in zip(texts, plain, strict=True)]
    wrong = np.array([value is None or bool(value and allowed and value not in allowed) for value in found], dtype=bool)
    values = pd.Series(
        [*(None if bad else value or None for value, bad in zip(found, wrong, strict=True)), None], dtype="str"
    ).astype(dtype)
    problems = _problems(column, at, texts, wrong, list(scale.codes) or list(allowed), "unknown")
    return values.take(at).set_axis(column.index), problems


def _problems(
    column: pd.Series, at: np.ndarray, values: pd.Index, wrong: np.ndarray, known: list[str], outside: str
) -> pd.DataFrame:
    """Return one row per distinct problem; a value is shown only if it is like a label, never if it may be personal."""
    if not wrong.any():
        return pd.DataFrame({"shown": [], "count": [], "row": []})
    bad = np.append(wrong, False)[at]
    rows = pd.Series(column.index[bad]).groupby(at[bad])
    found = pd.DataFrame({"count": rows.size(), "row": rows.min()})
    texts = values.take(found.index.to_numpy())
    shown = [_shown(text, count, known, outside) for text, count in zip(texts, found["count"], strict=True)]
    return found.assign(shown=shown).groupby("shown", as_index=False).agg(count=("count", "sum"), row=("row", "min"))


def _shown(text: str, count: int, known: list[str], outside: str) -> str:
    label = key(text)
    if _NUMBER.fullmatch(label) and len(label) <= 6:
        return f"{label!r}, {outside}"
    alike = [each for each in known if not opposite(label, each)]
    near = difflib.get_close_matches(label, alike, 1, 0.75) if len(label) <= 60 else []
    if label in known:
        return repr(label)
    if near:
        return f"{label!r}, unknown; near {near[0]!r}"
    if set(re.findall(r"\w+", label)) <= {word for each in known for word in re.findall(r"\w+", each)}:
        return f"{label!r}, unknown"
    if count >= 5 and len(label) <= 40 and not re.search(r"[0-9@]", label) and not names_of_people.is_name(fold(text)):
        return f"{label!r}, unknown"
    return "another text, not shown here"


def problem_findings(problems: pd.DataFrame, file: str, header: str, scale: str, what: str) -> list[Finding]:
    """Return a warning per distinct value that is no label of the scale; the answers count as unreadable."""
    where = f"scale {scale!r} in scales.csv" if scale else "scales.csv, and name that scale in columns.csv"
    return [
        Finding(
            file,
            "warning",
            f"{times(problem['count'], 'value', 'values')} cannot be read as {what}: {problem['shown']}.",
            f"Correct the delivery, or add the label to {where}.",
            column=header,
            row=int(problem["row"]),
        )
        for problem in problems.to_dict("records")
    ]
