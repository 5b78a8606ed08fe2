"""What the columns of an unknown delivery are like, and which field each is likeliest to be."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.codebook import EVERYWHERE, FIELDS, Codebook
from workbench.intake import identifying, labels, moments, names_of_people, providers, records, values
from workbench.intake.exports import Export
from workbench.intake.headers import SURVEY_PROGRAMS, statements_in
from workbench.intake.usual_names import (
    BACKGROUND,
    INVITED,
    MISSING_WORDS,
    PREFIXES,
    TICKS,
    USUAL_MEASURES,
    USUAL_NAMES,
    WHOLE,
    YOUTH_REGISTER,
)
from workbench.intake.values import fold, key

NEAR = 0.75
SOME_WORDS = 0.65
ANSWER_SCALES = ("eens5", "eens3", "tevreden5", "altijd4", "altijd5")
UNKNOWN = ("ignore", 0.2)
_MOST_LABELS = 15
_SENTENCE = 4  # words
_CUT, _LONG_ENOUGH, _CUT_OFF = " .\u2026", 20, 0.85  # letters of a question that was cut off, and how sure it then is
_SURELY_ASKED = 3  # statements that are answered: no list of care has these
_KIND = re.compile(r"\b(?:welke?|wat voor|soort|type|vorm|which|kind)\b")
_WHICH = re.compile(r"\b(?:welke|which) (?:zorg|jeugdhulp)?(?:aanbieder|organisatie|instelling)", re.IGNORECASE)
_OWN_WORDS = re.compile(r"(?:\[other\](?:\.|$)|_other$|_text$)", re.IGNORECASE)  # "anders, namelijk"
_MOST_CODES, _SHORTEST_CODE = 0.5, 3  # of a column of numbers that are codes of providers; shorter ones are answers
_RANKED = re.compile(r"\[(?:rang|rank) [0-9]+\]$|_nps_group$", re.IGNORECASE)  # a place in an order, or made of a mark
# Fields that only this kind of delivery has.
_TELLING: dict[str, set[str]] = {
    "episodes": {"started_on", "ended_on", "ending_code", "goals_set", "goals_reached", "assignment", "message_status"},
    "agreements": {"action", "owner", "due", "target", "recognised", "story", "valued", "improvement"},
    "assessments": {"source", "theme", "score"},
    "context": {"year", "measure", "value"},
}
_CATEGORIES = {"productcategorie", "product categorie"}
_OF_MESSAGES = {"assignment", "message_status"}


@dataclass(frozen=True)
class Column:
    """One column of a delivery: its header, the question behind it, and what its values are like."""

    header: str
    wording: str
    filled: int
    labels: tuple[str, ...]  # distinct values, most frequent first; empty where values differ from person to person
    numeric: bool
    figures: bool  # numbers, or numbers with a unit
    dated: bool
    personal: str  # what some values hold that identifies people
    identifies: bool  # so do most of them


def look(export: Export, header: str) -> Column:
    """Return what a column is like."""
    column = export.table[header].dropna().astype("str")
    counts = column.value_counts()
    alike = counts.groupby([key(text).rstrip(".") for text in counts.index]).sum()  # "Mee eens", "mee eens."
    few = len(alike) <= _MOST_LABELS and (len(alike) <= 3 or len(column) >= 3 * len(alike))
    short = bool(len(counts)) and max(map(len, counts.index)) <= 60
    suspects = identifying.suspects(column, names=few and short)
    personal = str(suspects.sum().idxmax()) if len(suspects.columns) else ""
    held = suspects.any(axis=1) if personal else pd.Series(False, index=column.index)
    if short and names_of_people.are_names(column):
        personal, held = "name", pd.Series(True, index=column.index)
    in_contact = bool(set(suspects.columns) - set(identifying.WRITTEN))
    labelled = header in export.codes or (few and short and not in_contact)
    named = set(column[held])  # a label that may be a person is never shown
    order = sorted(set(counts.index) - named, key=lambda value: (-counts[value], value)) if labelled else []
    spelled: dict[str, str] = {}
    for value in order:
        spelled.setdefault(key(value), value)  # of several spellings the most frequent
    return Column(
        header=header,
        wording=fold(export.wording.get(header, header)),
        filled=len(column),
        labels=tuple(spelled.values()),
        numeric=bool(len(column)) and not values.numbers(column, export.decimal)[1].any(),
        figures=bool(len(column)) and not values.numbers(values.without_units(column), export.decimal)[1].any(),
        dated=_dated(column),
        personal=personal,
        identifies=bool(held.mean() > 0.5) if len(column) else False,
    )


def _dated(column: pd.Series) -> bool:
    """Say whether a column holds dates; an end that is not there yet may be 31-12-9999, 00-00-0000 or words for it."""
    told = column[~column.map(key).isin([*MISSING_WORDS, *moments.RUNNING])]
    found, unreadable = moments.dates(told, century=2000)
    return bool(found.notna().any()) and float(unreadable.mean()) < 0.1


def kind_of(looked_at: list[Column], scale_of: Mapping[str, labels.Scale], reader: str, themes: Collection[str]) -> str:
    """Return what a delivery most likely holds, by the names of its columns; questionnaires if nothing tells.

    Parameters
    ----------
    looked_at : list of Column
    scale_of : mapping of Scale
    reader : str
        What wrote the export: a survey program exports questionnaires.
    themes : collection of str
        What judgements are about: the names of dimensions.
    """
    statements = sum(_answers_a_question(column, scale_of) for column in looked_at)
    if statements >= _SURELY_ASKED:
        return "responses"
    survey = reader in SURVEY_PROGRAMS
    for kind, telling in _TELLING.items():
        if survey and kind != "assessments":  # its own columns are those of a list too: when people began and ended
            continue
        named = {field for column in looked_at for field, sure in _by_name(column, kind).items() if sure >= 0.9}
        if len(named & telling) >= 2:
            return kind
    if survey:
        return "responses"
    if sum(column.figures and bool(_measure(column)) for column in looked_at) >= 2:
        return "context"
    of_people = any(_plain(column.header) in _PEOPLE for column in looked_at)
    if not of_people and sum(column.figures and key(column.header) in themes for column in looked_at) >= 2:
        return "assessments"
    invited = any(_plain(column.header) in INVITED for column in looked_at)
    answered = [column for column in looked_at if (column.labels or column.numeric) and not column.dated]
    asked = any(not _by_name(column, "invited") for column in answered)
    return "invited" if invited and not asked else "responses"


def _measure(column: Column) -> str:
    header = key(column.header).rpartition(" | ")[2]
    return next((measure for start, measure in USUAL_MEASURES.items() if header.startswith(start)), "")


def fields(
    looked_at: list[Column],
    items: pd.DataFrame,
    scale_of: Mapping[str, labels.Scale],
    codebook: Codebook | None,
    export: Export,
    kind: str,
    themes: Mapping[str, str],
) -> dict[str, tuple[str, float]]:
    """Return the likeliest field of each column with its certainty; two columns do not get the same field."""
    ranked: list[tuple[float, int, str]] = []
    for place, column in enumerate(looked_at):
        found = _by_name(column, kind) | _by_labels(column, scale_of, kind) | _by_values(column, codebook, export, kind)
        if kind == "context" and column.figures and _measure(column):
            found[f"measure:{_measure(column)}"] = 0.9
        if kind == "assessments" and column.figures and key(column.header) in themes:
            found[f"measure:{themes[key(column.header)]}"] = 0.9
        if kind == "responses" and export.reader not in SURVEY_PROGRAMS and _plain(column.header) in _OF_CARE:
            found = {field: sure for field, sure in found.items() if field not in ("started_at", "completed_on")}
        if kind == "responses" and _answers_a_question(column, scale_of):
            found = {field: sure for field, sure in found.items() if sure > SOME_WORDS}
        if kind == "responses" and _marks_a_statement(column):
            found = {field: sure for field, sure in found.items() if sure > SOME_WORDS or field not in EVERYWHERE}
        if kind == "responses":
            worded = by_wording(column, items)
            other = _of_other_length(column, items, scale_of) if worded else set()
            found |= {item: sure for item, sure in worded.items() if sure > found.get(item, 0) and item not in other}
        ranked += [(-sure, place, field) for field, sure in found.items()]
    likeliest: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for sure, place, field in sorted(ranked):
        header = looked_at[place].header
        if header not in likeliest and field not in taken:
            likeliest[header] = (field, -sure)
            taken |= {field} - {"ignore", "remark", "identifier"}
    for column in looked_at:
        if column.header not in likeliest:
            likeliest[column.header] = _otherwise(column)
    return {column.header: likeliest[column.header] for column in looked_at}


def law_of(looked_at: list[Column], fields: Mapping[str, tuple[str, float]]) -> str:
    """Return the code list that reasons of ending in a list of care seem to follow; empty if nothing tells.

    Records of the youth register have columns no other list has. Categories of products of the Wmo and of youth care
    differ; other lists number products in their own way, so the names of the columns must be those of the messages.
    """
    if len({_plain(column.header) for column in looked_at} & YOUTH_REGISTER) >= 2:
        return "BiJ"
    names = {_plain(column.header) for column in looked_at}
    message = bool(names & _CATEGORIES) + len({field for field, _ in fields.values()} & _OF_MESSAGES)
    codes = {label.zfill(2) for column in looked_at if fields[column.header][0] == "product" for label in column.labels}
    if message >= 2 and codes and all(re.fullmatch(r"[0-9]{2}", code) for code in codes):
        return "iWmo" if max(codes) < "31" else "iJw" if min(codes) >= "31" else ""
    return ""


def ticked(column: Column) -> bool:
    """Say whether a column is an option that people ticked or did not: no item ``A1``, and no kind of support."""
    answers = {key(label) for label in column.labels}
    return bool(answers) and (answers <= TICKS or answers == {key(column.header).rpartition(" | ")[2]})


def _answers_a_question(column: Column, scale_of: Mapping[str, labels.Scale]) -> bool:
    """Say whether every label of a column is an answer to a statement: agree, satisfied."""
    texts = {key(label) for label in column.labels}
    known = (set(scale_of[scale].codes) for scale in ANSWER_SCALES if scale in scale_of)
    return bool(texts) and not column.numeric and any(texts <= codes for codes in known)


def _marks_a_statement(column: Column) -> bool:
    """Say whether a column is a sentence that people gave a number of at most ten."""
    marks = {key(label) for label in column.labels} - set(MISSING_WORDS)
    few = bool(marks) and all(re.fullmatch(r"[0-9]|10", mark) for mark in marks)
    return few and len(column.wording.split()) >= _SENTENCE


def _by_name(column: Column, kind: str) -> dict[str, float]:
    """Return the fields whose usual names are in the header, or in the question behind it."""
    if _OWN_WORDS.search(column.header) and not ticked(column):
        return {"remark": 0.9}
    found = _named(column.header, column, kind)
    if column.wording == fold(column.header):
        return found
    asked = {
        field: round(sure - 0.05, 2)
        for field, sure in _named(column.wording, column, kind).items()
        if sure >= 0.9 or (field == "provider" and (not column.numeric or _WHICH.search(column.wording)))
    }
    return asked | found


def _plain(text: str) -> str:
    """Return a name without what differs between lists that mean the same: signs, and what stands between brackets.

    Examples
    --------
    >>> _plain("Reden_beëindiging (code)"), _plain("E-mail adres:"), _plain("AGB-code")
    ('reden beëindiging', 'e mail adres', 'agb code')
    """
    bare = re.sub(r" [\[(][^\[\]()]*[\])]$", "", key(text).rstrip("?:. "))
    return re.sub(r"[_\s-]+", " ", bare).strip()


_PLAIN_NAMES = {field: frozenset(map(_plain, names)) for field, names in USUAL_NAMES.items()}

_PEOPLE = _PLAIN_NAMES["respondent"] | _PLAIN_NAMES["client"] | _PLAIN_NAMES["bsn"]
_OF_CARE = _PLAIN_NAMES["started_on"] | _PLAIN_NAMES["ended_on"]  # survey programs call their own moments so


def _is_in(name: str, words: set[str]) -> bool:
    return len(name) > 3 and name not in WHOLE and set(name.split()) <= words


def _named(text: str, column: Column, kind: str) -> dict[str, float]:
    allowed = {*FIELDS.get(kind, ()), *EVERYWHERE}
    header = key(text).rstrip("?:. ")
    bare, words = _plain(header.rpartition(" | ")[2]), set(re.findall(r"[\w-]+", header))
    found: dict[str, float] = {}
    for field, names in USUAL_NAMES.items():
        if field not in allowed:
            continue
        if bare in _PLAIN_NAMES[field]:
            found[field] = 0.95
        elif any(header.startswith(start) for start in PREFIXES.get(field, ())):
            found[field] = 0.9
        elif len(header) <= 60 and any(_is_in(name, words) for name in names):
            found[field] = 0.65 if field == "provider" else 0.6  # before the name of a person
    yes_or_no = bool({key(label) for label in column.labels} & {"ja", "nee", "yes", "no"})
    if (column.numeric or yes_or_no or ticked(column)) and found.get("product", 0) <= SOME_WORDS:
        found.pop("product", None)  # a mark or a number of hours is no kind of support
    if len(header.split()) >= _SENTENCE and not _KIND.search(header) and found.get("product", 0) <= SOME_WORDS:
        found.pop("product", None)  # "hoe lang krijgt u hulp"
    if column.numeric and header == "geboortejaar" and "birth_date" in allowed:
        return {"birth_date": 0.9}
    if kind == "responses" and column.labels and not column.numeric and header.rpartition(" | ")[2] in BACKGROUND:
        found[f"background:{header.rpartition(' | ')[2]}"] = 0.7
    if {"naam", "name"} & words:
        found.pop("client", None)  # the name of a client is no number of one
    if column.filled and not column.numeric and column.personal not in ("bsn", "test"):
        found.pop("bsn", None)
    unfit = ("completed_on", "started_at", "birth_date", "started_on", "ended_on", "date", "due")
    return {field: sure for field, sure in found.items() if field not in unfit or column.dated or not column.filled}


def _by_labels(column: Column, scale_of: Mapping[str, labels.Scale], kind: str) -> dict[str, float]:
    """Return the field all of whose labels are those of its usual scale: role, sex, channel."""
    if column.numeric or not column.labels:
        return {}
    texts = {key(label) for label in column.labels}
    return {
        field: 0.7
        for field, scale in labels.USUAL_SCALES.items()
        if field in FIELDS.get(kind, ()) and scale in scale_of and texts <= set(scale_of[scale].codes)
    }


def _by_values(column: Column, codebook: Codebook | None, export: Export, kind: str) -> dict[str, float]:
    """Return what the values tell: person ids, contact details, names of providers and municipalities."""
    if column.personal in ("bsn", "test"):
        return {"bsn" if "bsn" in FIELDS.get(kind, ()) and column.numeric else "remark": 0.9}
    if column.personal and (column.identifies or not column.labels):
        return {"identifier" if column.identifies else "remark": 0.8}
    if codebook is None or not column.filled or column.dated:
        return {}
    names = export.table[column.header].dropna().astype("str").replace(dict(export.meanings.get(column.header, {})))
    known = providers.identify(names, codebook)["provider_id"].notna().mean()
    places = records.municipality_spellings(codebook)
    placed = values.per_value(names, lambda name: places.get(key(name))).notna().mean()
    coded = not column.numeric or (known > _MOST_CODES and names.str.len().min() >= _SHORTEST_CODE)
    found = {"provider": round(float(known), 2)} if known > 0.3 and coded else {}
    return found | ({"municipality": round(float(placed), 2)} if placed > 0.5 and not column.numeric else {})


def by_wording(column: Column, items: pd.DataFrame) -> dict[str, float]:
    """Return the items whose code stands in the header or whose wording is near the question."""
    codes = {key(item): item for item in items["item"]}
    part = "" if ticked(column) else key(column.header).rpartition("[")[2].rstrip("]")
    coded = codes.get(key(column.header)) or codes.get(part)
    unexplained = column.wording == fold(column.header)
    found = {coded: 0.9} if coded and unexplained else {}  # a code alone is no sign where the question is known
    asked = {key(text) for text in statements_in(column.wording)}
    for language in ("wording_nl", "wording_en"):
        texts = dict(zip(items[language].map(key), items["item"], strict=True))
        for question in sorted(asked):
            begun = question.rstrip(_CUT)
            whole = any(text.rstrip(_CUT) == begun for text in texts)
            starts = {texts[text] for text in texts if text.startswith(begun)}
            if (
                len(begun) >= _LONG_ENOUGH and starts and not whole
            ):  # cut off: of statements alike the one that begins so
                found |= {item: max(found.get(item, 0), _CUT_OFF if len(starts) == 1 else 0.5) for item in starts}
                continue
            for near in difflib.get_close_matches(question, [text for text in texts if text], 2, NEAR):
                sure = difflib.SequenceMatcher(None, question, near).ratio()
                found[texts[near]] = max(found.get(texts[near], 0), round(0.95 * sure, 2))
    return found


def _of_other_length(column: Column, items: pd.DataFrame, scale_of: Mapping[str, labels.Scale]) -> set[str]:
    """Return the items that have no variant with as many answers as this column: the same words, another question.

    Four frequencies read as four of five degrees of agreement would shift every mean without any sign.
    """
    texts = {key(label) for label in column.labels} - set(MISSING_WORDS)
    spans = {scale.span for scale in scale_of.values() if scale.span and texts and texts <= set(scale.codes)}
    if column.numeric or not spans:
        return set()
    ends = pd.Series(list(zip(items["low"].astype(float), items["high"].astype(float), strict=True)), dtype=object)
    fits = ends.isin(spans).set_axis(items.index)
    return set(items["item"]) - set(items.loc[fits, "item"])


def _otherwise(column: Column) -> tuple[str, float]:
    """Return what to do with a column that nothing recognises: what is not certainly harmless is withheld."""
    if not column.filled:
        return "ignore", 0.8
    if _RANKED.search(column.header):
        return "ignore", 0.6
    if (column.wording.endswith("]") or " | " in column.header) and ticked(column):
        return f"background:{re.sub(r'[^a-z0-9]+', '_', key(column.header)).strip('_')}", 0.6
    if column.dated and not column.labels:
        return "ignore", 0.5
    if column.labels or column.numeric:
        return UNKNOWN
    return "remark", 0.5
