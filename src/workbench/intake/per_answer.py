"""Deliveries with one row per answer (respondent, question, answer) -> one row per questionnaire, as others have.

Databases and dashboards export so. The codebook says it with the fields ``question`` and ``answer`` in
``columns.csv``; every question then is a column of its own, described there by its text like any other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.codebook import Codebook
from workbench.intake.exports import Export
from workbench.intake.findings import Finding, on_rows, times
from workbench.intake.headers import unlike
from workbench.intake.identifying import harmless
from workbench.intake.sheets import Unreadable
from workbench.intake.usual_names import USUAL_NAMES
from workbench.intake.values import distinct, fold, key, per_value

QUESTION, ANSWER = "question", "answer"
_WHO = ("respondent", "client", "bsn")
_WHICH = ("provider", "moment", "role", "informant", "variant", "municipality")  # beside the person
_MOST_QUESTIONS = 500
_ALONE, _OFTEN, _SOME = 0.95, 0.5, 2
_QUESTIONS = re.compile(
    r"(?:vraag|vragen|stelling|item|variabele|question|statement|variable) ?"
    r"(?:id|nr|nummer|code|tekst|text|label|naam)?"
)
_ANSWERS = re.compile(
    r"(?:gegeven )?(?:antwoord|antwoorden|answer|response|reactie|waarde|value|score) ?"
    r"(?:code|tekst|text|label|waarde|value)?"
)


@dataclass(frozen=True)
class Layout:
    """Which columns of a delivery name the questionnaire (`who`), the question and the answer."""

    who: tuple[str, ...]
    question: str
    answer: str


def recognise(export: Export) -> Layout | None:
    """Return how a delivery is laid out that has one row per answer; None if it has not.

    The columns must be called so, and hold what such columns do: the same questions for many respondents, each about
    once. Of a code and a text the text is taken. A list of judgements per theme has no respondents.

    Examples
    --------
    >>> rows = [(who, asked, "4") for who in ("r1", "r2", "r3") for asked in ("Het past.", "Het helpt.")]
    >>> recognise(Export(pd.DataFrame(rows, columns=["respondent", "vraag", "antwoord"], dtype="str"), "delimited"))
    Layout(who=('respondent',), question='vraag', answer='antwoord')
    """
    table = export.table
    names = list(map(str, table.columns))
    people = [name for field in _WHO for name in names if _plain(name) in map(_plain, USUAL_NAMES[field])]
    asked = [name for name in names if _QUESTIONS.fullmatch(_plain(name))]
    given = [name for name in names if _ANSWERS.fullmatch(_plain(name)) and name not in asked]
    found = [
        (_wordy(table[question]), _wordy(table[answer]), Layout((who, *_which(table, who)), question, answer))
        for who in people[:1]
        for question in asked
        for answer in given
        if _fits(table, who, question)
    ]
    return max(found, key=lambda each: each[:2])[2] if found else None


def _plain(name: str) -> str:
    return re.sub(r"[_\s-]+", " ", key(name)).strip()


def _wordy(column: pd.Series) -> float:
    """Return how long the distinct texts of a column are: a text is longer than its code."""
    return float(pd.Series([len(text) for text in distinct(column)[1]], dtype=float).mean())


def _which(table: pd.DataFrame, who: str) -> tuple[str, ...]:
    names = [
        name for field in _WHICH for name in map(str, table.columns) if _plain(name) in map(_plain, USUAL_NAMES[field])
    ]
    return tuple(name for name in dict.fromkeys(names) if name != who)


def _fits(table: pd.DataFrame, who: str, question: str) -> bool:
    (people, known), (asked, texts) = distinct(table[who]), distinct(table[question])
    rows = (people >= 0) & (asked >= 0)
    if not 2 <= len(texts) <= _MOST_QUESTIONS or len(known) < _SOME or rows.mean() < _ALONE:
        return False
    pairs = np.unique(people[rows].astype(np.int64) * len(texts) + asked[rows])
    usual = np.bincount(pairs % len(texts), minlength=len(texts)) / len(known)
    several = len(pairs) / len(known) >= 2
    return bool(several and np.median(usual) >= _OFTEN and len(known) < rows.sum())


def described(export: Export, file: str, settings: Mapping[str, str], codebook: Codebook) -> Export:
    """Return a delivery with one row per questionnaire, where ``columns.csv`` says that it has one per answer."""
    columns = codebook.columns[codebook.columns["columns"] == settings.get("columns", "")]
    if settings.get("kind") != "responses" or not columns["field"].isin((QUESTION, ANSWER)).any():
        return export
    headers = {key(name): name for name in export.table.columns}
    here = columns[columns["column"].map(key).isin(headers)]
    of = {field: [headers[key(name)] for name in rows["column"]] for field, rows in here.groupby("field")}
    of |= {field: [] for field in (QUESTION, ANSWER, *_WHO, *_WHICH) if field not in of}
    who = next((of[field][0] for field in _WHO if of[field]), None)
    if not of[QUESTION] and not of[ANSWER]:
        return export
    if who is None or not of[QUESTION] or not of[ANSWER]:
        lacking = "question" if not of[QUESTION] else "answer" if not of[ANSWER] else "respondent"
        raise Unreadable(
            f"The delivery has one row per answer by columns.csv, and no column is its {lacking}.",
            f"Give the column of the {lacking} that field in columns.csv, or take question and answer out of it.",
        )
    which = (header for field in _WHICH for header in of[field])
    return spread(export, file, Layout((who, *which), of[QUESTION][0], of[ANSWER][0]))


def spread(export: Export, file: str, layout: Layout) -> Export:
    """Return a delivery of one row per answer as one row per questionnaire, with a column per question.

    The row of a questionnaire is that of its first answer. Of the other columns its first value counts. Two different
    answers to one question stay both, with a semicolon between them, and are told; so is the same answer given again,
    as two questionnaires with the same number may have it. Answers of nobody are set apart.

    Raises
    ------
    Unreadable
        Where what should be questions are too many different texts.

    Examples
    --------
    >>> rows = [("r1", "Past", "4"), ("r1", "Helpt", "5"), ("r2", "Past", "3"), (None, "Past", "1")]
    >>> table = pd.DataFrame(rows, columns=["wie", "vraag", "antwoord"], index=[2, 3, 4, 5], dtype="str")
    >>> wide = spread(Export(table, "delimited"), "a.csv", Layout(("wie",), "vraag", "antwoord"))
    >>> wide.table.astype("str").fillna("").to_dict("index"), wide.of_nobody
    ({2: {'wie': 'r1', 'Past': '4', 'Helpt': '5'}, 4: {'wie': 'r2', 'Past': '3', 'Helpt': ''}}, (5,))
    """
    owned = export.table[export.table[layout.who[0]].notna()]
    of_nobody = export.table.index.difference(owned.index)
    spelled: dict[str, str] = {}  # of several spellings the first
    one_each = per_value(owned[layout.question], lambda text: spelled.setdefault(key(text), fold(text)))
    asked, questions = distinct(one_each)
    if len(questions) > _MOST_QUESTIONS:
        raise Unreadable(
            f"The column {layout.question!r} holds {len(questions)} different texts: these are no questions.",
            "Give the field question in columns.csv to the column that names the question of each answer.",
        )
    person = owned[layout.who[0]].astype("str")
    told = [owned[name].astype("str") for name in layout.who[1:]]
    told = [column.fillna(column.groupby(person).transform("first")).fillna("") for column in told]  # once is enough
    people = owned.groupby([person, *told], sort=False).ngroup().to_numpy()
    first = np.unique(people, return_index=True)[1]
    others = [name for name in owned.columns if name not in (layout.question, layout.answer)]
    wide = owned[others].groupby(people, sort=False).first().set_axis(owned.index[first], axis=0)
    columns, twice, alike = _beside(owned[layout.answer].astype("str"), people, asked, questions, wide.index)
    table = pd.concat([wide, pd.DataFrame(columns, index=wide.index)], axis=1)
    table = table.set_axis(unlike([harmless(name) for name in table.columns]), axis=1)
    message = f"{times(len(owned), 'answer was', 'answers were')} put together into {len(wide)} questionnaires."
    remedy = (
        f"Check that {', '.join(map(repr, layout.who))} tell questionnaires apart; a row is that of the first answer."
    )
    findings = [Finding(file, "note", message, remedy)]
    nouns = ("questionnaire has", "questionnaires have")
    what = "more than one answer to one question; they cannot be read as one."
    remedy = "Ask which answer counts, or name the column that tells the questionnaires apart (such as moment)."
    findings += on_rows(twice, file, "warning", nouns, what, remedy, layout.answer)
    differing = [name for name in others if name not in layout.who and _differs(owned[name], people, alike.to_numpy())]
    apart = f"; {', '.join(map(repr, map(harmless, differing)))} differ there" if differing else ""
    what = f"the same answer to one question more than once; read as one{apart}."
    remedy = "See whether these are several questionnaires; if so, name the column that tells them apart as moment."
    findings += on_rows(alike & ~twice, file, "warning", nouns, what, remedy, layout.answer)
    nobody = pd.Series(True, index=of_nobody)
    what, remedy = "names no respondent; not counted.", "Ask for the number of the respondent beside each answer."
    findings += on_rows(nobody, file, "error", ("answer", "answers"), what, remedy, layout.who[0])
    rows = tuple(int(row) for row in of_nobody)
    return replace(export, table=table, findings=(*export.findings, *findings), spread=True, of_nobody=rows)


def _beside(
    given: pd.Series, people: np.ndarray, asked: np.ndarray, questions: Sequence[str], rows: pd.Index
) -> tuple[dict[str, pd.Series], pd.Series, pd.Series]:
    """Return the answers to each question, and which questionnaires answer one in two ways or in the same way again."""
    columns: dict[str, pd.Series] = {}
    twice, alike = pd.Series(False, index=rows), pd.Series(False, index=rows)
    for at in sorted(range(len(questions)), key=lambda at: int(np.argmax(asked == at))):
        here = (asked == at) & given.notna().to_numpy()
        told = pd.DataFrame({"who": people[here], "answer": given[here].map(fold)})
        answers = told.drop_duplicates()
        alike |= rows.isin(rows[told.loc[told.duplicated(), "who"].unique()])
        again = answers["who"].duplicated(keep=False)
        both = answers.groupby("who")["answer"].agg("; ".join) if again.any() else answers.set_index("who")["answer"]
        columns[fold(questions[at])] = both.reindex(range(len(rows))).set_axis(rows).astype("category")
        twice |= rows.isin(rows[answers.loc[again, "who"].unique()])
    return columns, twice, alike


def _differs(column: pd.Series, people: np.ndarray, alike: np.ndarray) -> bool:
    """Say whether a column has several values within one of the questionnaires that have an answer twice."""
    within = alike[people]
    return bool((column[within].astype("str").groupby(people[within]).nunique() > 1).any())
