"""The structure of a LimeSurvey questionnaire (``.lss``): the texts behind the codes of an export.

It is read for the draft only: what an answer means is decided in the codebook.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.intake.exports import Export
from workbench.intake.values import key, without_tags

_LARGEST = 50 << 20
_FEWEST = 2  # columns of an export that its structure knows


@dataclass(frozen=True)
class Structure:
    """Headers of an export of codes, with the question behind each, and its answers: code -> label, in order.

    A part of a question is ``Q2[SQ001]``, or ``Q2_SQ001`` in exports for other programs. `survey` is its number.
    """

    survey: str = ""
    wording: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def is_structure(raw: bytes) -> bool:
    """Say whether bytes are the structure of a LimeSurvey questionnaire.

    Examples
    --------
    >>> is_structure(b"<?xml version='1.0'?><document><LimeSurveyDocType>Survey")
    True
    """
    return b"<limesurveydoctype>" in raw[:4096].lower()


def read(raw: bytes) -> Structure:
    """Read questions, subquestions and answers; what is no sound structure gives an empty one."""
    if len(raw) > _LARGEST or b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
        return Structure()
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError:
        return Structure()
    texts = {row.get("qid", ""): row.get("question", "") for row in _rows(root, "question_l10ns")}
    labels = {row.get("aid", ""): row.get("answer", "") for row in _rows(root, "answer_l10ns")}
    answers: dict[str, dict[str, str]] = {}
    for row in sorted(_rows(root, "answers"), key=lambda each: int(each.get("sortorder") or 0)):
        label = row.get("answer") or labels.get(row.get("aid", ""), "")
        answers.setdefault(row.get("qid", ""), {}).setdefault(row.get("code", ""), without_tags(label))
    questions = {row["qid"]: row for row in _rows(root, "questions") if row.get("qid")}
    wording: dict[str, str] = {}
    found: dict[str, Mapping[str, str]] = {}
    parents = set()
    for row in _rows(root, "subquestions"):
        parent = questions.get(row.get("parent_qid", ""))
        if parent is None:
            continue
        parents.add(parent["qid"])
        header = f"{parent.get('title', '')}[{row.get('title', '')}]"
        own = without_tags(row.get("question") or texts.get(row.get("qid", ""), ""))
        whole = without_tags(parent.get("question") or texts.get(parent["qid"], ""))
        wording[header] = f"{whole} [{own}]" if whole else own
        found[header] = answers.get(parent["qid"], {})
    for qid, row in questions.items():
        title = row.get("title", "")
        if qid not in parents:
            wording[title] = without_tags(row.get("question") or texts.get(qid, ""))
            found[title] = answers.get(qid, {})
        if row.get("other") == "Y":
            wording[f"{title}[other]"] = f"{wording.get(title, title)} [-oth-]"
    numbers = {row.get("sid", "") for name in ("surveys", "questions") for row in _rows(root, name)} - {""}
    return Structure(
        numbers.pop() if len(numbers) == 1 else "",
        wording,
        {header: labels for header, labels in found.items() if labels},
    )


def of_delivery(export: Export, file: str, structures: Sequence[Structure]) -> tuple[Structure, str]:
    """Return the structure of the questionnaire an export is of, and why it cannot be told; an empty one where none is.

    Of structures that know its columns: the one whose number stands in the name of the file; else the one that knows
    most of them; else, of those that know as many, the one with the fewest questions that the export lacks. Where two
    are left that say something else of the same column, neither is used.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = Export(pd.DataFrame({"Q1": ["A1"], "Q2": ["A2"]}), "limesurvey")
    >>> one, other = (Structure(text, {"Q1": text, "Q2": text}) for text in ("111111", "222222"))
    >>> of_delivery(answers, "results-survey222222.csv", [one, other])[0].survey
    '222222'
    >>> of_delivery(answers, "antwoorden.csv", [one, other])
    (Structure(survey='', wording={}, answers={}), 'two structures (.lss) beside it fit: 111111 and 222222')
    """
    numbers = set(re.findall(r"(?<![0-9])[0-9]{4,7}(?![0-9])", file))
    named = set(re.findall(r"(?i)survey[ _-]?([0-9]{4,7})(?![0-9])", file))
    fitting = [each for each in structures if len(_known(export, each)) >= _FEWEST]
    fitting = [each for each in fitting if not named or not each.survey or each.survey in named]
    fitting = [each for each in fitting if each.survey and each.survey in numbers] or fitting
    if not fitting:
        return Structure(), ""
    most = max(len(_known(export, each)) for each in fitting)
    fitting = [each for each in fitting if len(_known(export, each)) == most]
    fewest = min(len(each.wording) for each in fitting)
    fitting = [each for each in fitting if len(each.wording) == fewest]
    told = [explain(export, each) for each in fitting]
    if any((each.wording, each.meanings) != (told[0].wording, told[0].meanings) for each in told):
        which = " and ".join(sorted(each.survey or "one without a number" for each in fitting[:2]))
        return Structure(), f"two structures (.lss) beside it fit: {which}"
    return fitting[0], ""


def _known(export: Export, structure: Structure) -> dict[str, str]:
    """Return for each column of an export that a structure knows how the structure calls it."""
    headers = {key(header.replace("[", "_").replace("]", "")): header for header in structure.wording}
    headers |= {key(header): header for header in structure.wording}
    return {name: headers[key(name)] for name in export.table.columns if key(name) in headers}


def explain(export: Export, structure: Structure) -> Export:
    """Return the export with the questions and answer codes of its structure, where that is about this export.

    Of an answer code such as ``AO03`` or ``femal`` the number is its place in the questionnaire, which says nothing of
    what it means: some lists begin with "helemaal mee eens".
    """
    known = _known(export, structure)
    if len(known) < _FEWEST:
        return export
    wording = {name: structure.wording[header] for name, header in known.items()}
    codes = {
        name: {code: code if code.isdigit() else str(place) for place, code in enumerate(structure.answers[header], 1)}
        for name, header in known.items()
        if header in structure.answers
    }
    meanings = {name: structure.answers[header] for name, header in known.items() if header in structure.answers}
    return replace(
        export,
        wording={**export.wording, **wording},
        codes={**export.codes, **codes},
        meanings={**export.meanings, **meanings},
    )


def _rows(root: ElementTree.Element, name: str) -> Iterator[dict[str, str]]:
    for row in root.iterfind(f"{name}/rows/row"):
        yield {cell.tag: cell.text or "" for cell in row}
