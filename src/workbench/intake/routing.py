"""Questions that were put to some people only: an empty answer of the others is "not asked", not "skipped"."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.codebook import Codebook
from workbench.intake.findings import Finding, on_rows
from workbench.intake.labels import NO_KIND
from workbench.intake.values import distinct, key
from workbench.schemas import MISSING_KINDS

NOT_ASKED = MISSING_KINDS.index("not_asked")
_MAY_BECOME = (NO_KIND, MISSING_KINDS.index("skipped"), MISSING_KINDS.index("not_applicable"))


def apply(
    codes: pd.DataFrame,
    kinds: pd.DataFrame,
    background: Mapping[str, pd.Series],
    instrument: str,
    codebook: Codebook,
    file: str,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the kinds of missing with "not asked" where ``routing.csv`` says that a question was not put.

    A question is put to who gave one of the listed answers to the question that decides. Where that one is unanswered,
    nothing is known and nothing changes. Who answered a question that was not put to them keeps the answer.

    Parameters
    ----------
    codes, kinds : DataFrame, one row per record and one column per item; `kinds` only where an item has any
    background : mapping
        Background questions by name (``background:<name>``).
    instrument : str
        Rules of this questionnaire, and those that name none.
    codebook : Codebook
    file : str
    """
    rules = codebook.routing
    rules = rules[rules["instrument"].isin(["", instrument]) & rules["item"].isin(codes.columns)]
    findings: list[Finding] = []
    changed: dict[str, np.ndarray] = {}
    for rule in rules.to_dict("records"):
        decisive = _answers(rule["asked_if"], codes, background)
        if decisive is None:
            continue
        listed = _listed(rule["answers"])
        at, texts = distinct(decisive)
        not_put = np.append([key(str(text)) not in listed for text in texts], False).astype(bool)[at]
        item = rule["item"]
        before = kinds[item].to_numpy() if item in kinds else np.full(len(kinds), NO_KIND, dtype=np.int8)
        now = changed.get(item, before)
        without = codes[item].isna().to_numpy()
        changed[item] = np.where(not_put & without & np.isin(now, _MAY_BECOME), NOT_ASKED, now).astype(np.int8)
        against = pd.Series(not_put & ~without, index=codes.index)
        what = f"to {item} of people to whom it was not put; they are kept."
        remedy = f"See whether the rule in routing.csv (asked if {rule['asked_if']}) is right."
        findings += on_rows(against, file, "warning", ("answer", "answers"), what, remedy)
    return kinds.assign(**changed) if changed else kinds, findings


def _answers(decides: str, codes: pd.DataFrame, background: Mapping[str, pd.Series]) -> pd.Series | None:
    if decides in background:
        return background[decides]
    if decides not in codes.columns:
        return None
    at, known = distinct(codes[decides])
    texts = pd.Series([*(f"{code:g}" for code in known), None], dtype="str")
    return texts.take(at).set_axis(codes.index)


def _listed(answers: str) -> set[str]:
    """Return the answers of a rule: codes or labels with bars between them, or a range of codes.

    Examples
    --------
    >>> sorted(_listed("1-3")), sorted(_listed("ja | weet niet"))
    (['1', '2', '3'], ['ja', 'weet niet'])
    """
    first, dash, last = answers.partition("-")
    if dash and first.strip().isdigit() and last.strip().isdigit():
        return {str(code) for code in range(int(first), int(last) + 1)}
    return {key(answer) for answer in answers.split("|") if key(answer)}
