"""The structure of a LimeSurvey questionnaire (``.lss``): the texts behind the codes of an export.

It is read for the draft only: what an answer means is decided in the codebook.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from workbench.intake.exports import Export
from workbench.intake.values import key, without_tags

_LARGEST = 50 << 20


@dataclass(frozen=True)
class Structure:
    """Headers of an export of codes, with the question behind each, and its answers: code -> label, in order.

    A part of a question is ``Q2[SQ001]``, or ``Q2_SQ001`` in exports for other programs.
    """

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
    return Structure(wording, {header: labels for header, labels in found.items() if labels})


def explain(export: Export, structure: Structure) -> Export:
    """Return the export with the questions and answer codes of its structure, where that is about this export.

    Of an answer code such as ``AO03`` or ``femal`` the number is its place in the questionnaire, which says nothing of
    what it means: some lists begin with "helemaal mee eens".
    """
    headers = {key(header.replace("[", "_").replace("]", "")): header for header in structure.wording}
    headers |= {key(header): header for header in structure.wording}
    known = {name: headers[key(name)] for name in export.table.columns if key(name) in headers}
    if len(known) < 2:
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
