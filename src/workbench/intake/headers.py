"""Which rows of a table are its header, and which program's habits it follows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.intake.usual_names import BACKGROUND, USUAL_NAMES
from workbench.intake.values import fold, key

LIMESURVEY_MARKS = (
    *("submitdate", "datum verzonden", "date submitted", "datum ingediend"),
    *("lastpage", "laatste pagina", "last page", "startlanguage", "begin taal", "start language", "seed"),
    *("response id", "antwoord id", "date started", "datum gestart", "date last action", "datum laatste actie"),
)
SURVEYMONKEY_MARKS = (
    *("respondent id", "respondentid", "collector id", "collectorid", "date created", "date modified", "start date"),
    *("startdate", "end date", "enddate", "ip address", "email address", "first name", "last name", "lastname"),
    *("custom data", "custom data 1", "respondent-id", "collector-id", "aanmaakdatum", "wijzigingsdatum"),
    *("gewijzigd op", "begindatum", "einddatum", "ip-adres", "e-mailadres", "voornaam", "achternaam"),
    *("aangepaste gegevens", "aangepaste gegevens 1"),
)
MSFORMS_MARKS = (
    *("start time", "completion time", "begintijd", "starttijd", "tijd van voltooien", "voltooiingstijd"),
    *("tijdstip van voltooiing", "eindtijd", "tijd voltooid"),
    *("last modified time", "tijd van laatste wijziging", "e-mail", "email", "name", "naam", "id"),
)
GOOGLE_MARKS = ("timestamp", "tijdstempel")
SURVEY_PROGRAMS = ("limesurvey", "qualtrics", "surveymonkey", "msforms", "googleforms")
_MSFORMS_TIMES = MSFORMS_MARKS[:9]
# Second header row of SurveyMonkey above a question that is one column.
_ONE_COLUMN = ("response", "open-ended response", "antwoord", "open antwoord", "reactie", "open-ended antwoord")
_CODED = re.compile(r"^[A-Za-z][A-Za-z0-9_]*(?:\[[A-Za-z0-9_]+\])*\. (?=\S)")  # G01Q02[SQ001]. before a question
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,15}")
_FIGURE = re.compile(r"[0-9.,:/ TZ+-]+")
_LEGEND = re.compile(r"\s*[(\[][^()\[\]]*[0-9][^()\[\]]*[)\]]\s*$")  # (1 = oneens, 5 = eens)
_POINT = re.compile(r"\.(?=[^\W\d_])")  # without a space behind it
_DATED = r"(?:d{1,2}|m{1,4}|[jy]{2,4})(?:[-/. ](?:d{1,2}|m{1,4}|[jy]{2,4})){1,2}(?: (?:uu|hh):mm(?::ss)?)?|[jy]{4}"
_SPAN = r"[0-9]{1,3} ?(?:-|\u2013|/|t/m|tot(?: en met)?|to) ?[0-9]{1,3}"
_AMOUNT = r"%|€|in %|in €|euro|eur|percentage|x ?€? ?1[.,]?000"
_WORDED = (
    r"aantal|weken|dagen|uren|minuten|maanden|jaren|jaar|cijfer|getal|tekst|code|datum|naam|nummer|nr\.?|#|ja/nee|j/n|"
    r"m/v(?:/x)?|schaal|open|verplicht|optioneel|text|number|date|yes/no"
)
_UNIT = re.compile(
    rf"(?i){_DATED}|{_SPAN}|{_AMOUNT}|{_WORDED}|[(\[](?:{_DATED}|{_SPAN}|{_AMOUNT}|{_WORDED}|[\w /-]{{1,20}})[)\]]"
)
_SURE_UNIT = re.compile(rf"(?i){_DATED}|{_AMOUNT}|[(\[](?:{_DATED}|{_SPAN}|{_AMOUNT}|{_WORDED})[)\]]")
_NUMBER, _NEARLY_ALL = re.compile("[0-9]{1,3}"), 0.95
_RESPONDENT = re.compile(r"(?:respondent|resp\.?|deelnemer|invuller|vragenlijst|lijst|nr\.?|r|#)? ?([0-9]{1,6})")
_FEWEST_BESIDE, _FEWEST_ASKED = 5, 3
_FEWEST_ROWS, _SENTENCE = 8, 15


@dataclass(frozen=True)
class Header:
    """Where the header of a table is and what wrote the table: position of the first row, and how many rows.

    `told`: of two rows one holds the codes of questions and the other their texts; the texts are in this row, else -1.
    `units`: the row below the header says in what the columns are written, and is no record.
    """

    start: int
    count: int
    family: str
    told: int = -1
    units: bool = False


def find(
    cells: pd.DataFrame, merged: tuple[tuple[int, int, int], ...] | None, family: str, settings: Mapping[str, str]
) -> Header:
    """Find the header among the first rows of a table.

    Parameters
    ----------
    cells : DataFrame of str
        The first rows that hold something, at least thirty where there are as many.
    merged : tuple, optional
        Cells that span several columns; None where the format does not tell.
    family : str
        ``delimited`` or ``spreadsheet``.
    settings : mapping
        ``header_rows`` of ``deliveries.csv``, if any.
    """
    start = first_row([list(row) for row in cells.iloc[:30].notna().to_numpy()], bool(merged))
    top = cells.iloc[start : start + 3]
    first = {_mark(text) for text in top.iloc[0].dropna()}
    third = top.iloc[2].dropna() if len(top) > 2 else pd.Series(dtype="str")
    if len(third) and third.str.startswith('{"ImportId"').all():
        found = Header(start, 3, "qualtrics")
    elif len(first & set(SURVEYMONKEY_MARKS)) >= 3 and len(top) > 1 and _marks_alone(top):
        found = Header(start, 2, "surveymonkey")
    elif len(first & set(LIMESURVEY_MARKS)) >= 2:
        found = Header(start, 1, "limesurvey")
    elif first & set(_MSFORMS_TIMES) and len(first & set(MSFORMS_MARKS)) >= 3:
        found = Header(start, 1, "msforms")
    elif len(top) and key(str(top.iloc[0, 0])) in GOOGLE_MARKS:
        found = Header(start, 1, "googleforms")
    elif (told := _coded_and_told(cells.iloc[start:])) >= 0:
        found = Header(start, 2, family, told)
    else:
        found = Header(start, 2 if _is_double(top, merged, family) else 1, family)
    stated = settings.get("header_rows", "")
    count = int(stated) if stated.isdigit() and 1 <= int(stated) <= 3 else found.count
    rest = cells.iloc[start + count :]
    units = not stated and len(rest) > 1 and _are_units(rest.iloc[0], cells.iloc[start + count - 1], rest.iloc[1:])
    told = found.told if count == found.count else -1
    return Header(start, count, settings.get("reader") or found.family, told, units)


def _are_units(row: pd.Series, titles: pd.Series, below: pd.DataFrame) -> bool:
    """Say whether a row below the header tells in what its columns are written: ``(1-5)``, ``€``, ``dd-mm-jjjj``.

    Nothing else may stand in it, but for a title that spans it too, and nothing of it in the rows below.
    """
    pairs = zip(row.index, row, titles.fillna(""), strict=True)
    told = {name: fold(text) for name, text, title in pairs if isinstance(text, str) and key(text) != key(title)}
    if not told or not all(_UNIT.fullmatch(text) for text in told.values()):
        return False
    sure = any(_SURE_UNIT.fullmatch(text) for text in told.values())
    return sure and not any(text in set(below[name].dropna().map(fold)) for name, text in told.items())


def first_row(filled: Sequence[Sequence[bool]], merged: bool = False) -> int:
    """Return the position of the first header row: titles above a table fill few cells of many.

    Examples
    --------
    >>> title, header = [True, False, False, False], [True, True, True, True]
    >>> first_row([title, header, header]), first_row([header, header])
    (1, 0)
    """
    widths = np.array([sum(row) for row in filled])
    if not len(widths) or widths.max() < 3:
        return 0
    few = 1 if merged else max(1, min(3, int(widths.max()) // 3))
    return int(np.argmax(widths > few))


def lacks_name_of_rows(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether records have one cell more than their header, and in front the number of the row: so R writes tables.

    Where the first name is that of a number itself, one must stand behind the number of the row too.

    Examples
    --------
    >>> lacks_name_of_rows([["aanbieder", "past"], ["1", "De Linde", "4"], ["2", "Het Anker", "5"], ["3", "Zorg", ""]])
    True
    >>> lacks_name_of_rows([["nr", "wie"], ["1", "De Linde", "4"], ["2", "Het Anker", "5"], ["3", "Zorg", ""]])
    False
    """
    header, records = list(rows[:1]), [row for row in rows[1:] if row]
    if len(records) < _FEWEST_ASKED or any(len(row) != len(header[0]) + 1 for row in records):
        return False
    numbered = [row[0].strip() for row in records] == [str(at) for at in range(1, len(records) + 1)]
    is_number = key(header[0][0]) in USUAL_NAMES["respondent"]
    return numbered and (not is_number or all(_FIGURE.fullmatch(row[1]) for row in records))


def question_in(title: str) -> str:
    """Return a header of LimeSurvey without the code that stands before its question.

    Examples
    --------
    >>> question_in("G01Q02[SQ001]. Wat vindt u? [Het past]"), question_in("id. Antwoord ID"), question_in("Aanbieder")
    ('Wat vindt u? [Het past]', 'Antwoord ID', 'Aanbieder')
    """
    return _CODED.sub("", title)


def statements_in(title: str) -> set[str]:
    """Return what a title may ask: all of it, or the statement behind the question over a list of statements.

    Programs write ``question [statement]``, ``question - statement``, ``statement - question``, ``question.statement``,
    ``question: statement`` and ``question | statement``; people add what the numbers mean between brackets.

    Examples
    --------
    >>> sorted(statements_in("Wat vindt u? [De hulp past]"))
    ['De hulp past', 'Wat vindt u? [De hulp past]']
    >>> sorted(statements_in("Wat vindt u ....Ik beslis o.a. zelf"))
    ['Ik beslis o.a. zelf', 'Wat vindt u ....Ik beslis o.a. zelf']
    """
    behind = [title.rpartition("[")[2].rstrip("]"), title.partition(" - ")[0]]
    behind += [title.rpartition(mark)[2] for mark in (" - ", " | ", ": ")]
    behind += [title[: found.start()] for found in [_LEGEND.search(title)] if found]
    behind += [title[found.end() :] for found in _POINT.finditer(title) if len(title) - found.end() >= _SENTENCE]
    return {title, *behind}


def _mark(title: str) -> str:
    return key(question_in(title)).replace("_", " ")


def _coded_and_told(rows: pd.DataFrame) -> int:
    """Return which of two rows holds the questions behind the codes in the other, 0 or 1; -1 if these are no such rows.

    A record does not look like it: it holds numbers or dates, and what it holds comes back in the rows below. Nor does
    the first of many open answers: the cells below it are sentences too, each another. Below a header that says in a
    word what the column holds ("aanbieder") stands a question, or a record.
    """
    if len(rows) < _FEWEST_ROWS:
        return -1
    both, below = rows.iloc[:2].fillna("").map(fold), rows.iloc[2:]
    coded = [
        all(_CODE.fullmatch(text) or _NUMBER.fullmatch(text) or not text for text in both.iloc[at]) for at in (0, 1)
    ]
    asked = [sum(map(_is_sentence, both.iloc[at])) for at in (0, 1)]
    told = next((at for at in (1, 0) if coded[1 - at] and asked[at] >= 2 and not coded[at]), -1)
    if told < 0 or any(both.iloc[at].replace("", pd.NA).dropna().duplicated().any() for at in (0, 1)):
        return -1
    sentences = [_is_sentence(text) for text in both.iloc[told]]
    answers = [below[name].dropna().map(fold) for name, asks in zip(below.columns, sentences, strict=True) if asks]
    if sum(sum(map(_is_sentence, set(column))) for column in answers) > sum(map(len, answers)) / 2:
        return -1
    titles_above = zip(both.iloc[0], both.iloc[1], strict=True)
    if told == 1 and any(
        _is_name(title) and _is_sentence(text) and text[-1] not in "?:" for title, text in titles_above
    ):
        return -1
    again = any(text in set(below[name].dropna().map(fold)) for name, text in both.iloc[1].items() if text)
    lower = both.iloc[1]
    written = not any(_FIGURE.fullmatch(text) for text in lower)
    gaps = [name for name, text in lower.items() if not text]  # a record has its number and its provider
    if gaps and (told == 0 or asked[1] < _FEWEST_ASKED or below[gaps].notna().mean().max() < _NEARLY_ALL):
        return -1
    return told if written and not again and (both.iloc[0] != "").all() else -1


def _is_name(title: str) -> bool:
    return key(title) in BACKGROUND or any(key(title) in names for names in USUAL_NAMES.values())


def _is_sentence(text: str) -> bool:
    return " " in text and len(text) >= _SENTENCE


def _marks_alone(top: pd.DataFrame) -> bool:
    """Say whether nothing stands below the headers SurveyMonkey gives itself: its second row is about questions."""
    marks = top.iloc[0].fillna("").map(_mark).isin(SURVEYMONKEY_MARKS)
    return bool(top.iloc[1][marks.to_numpy()].isna().all() and top.iloc[1].notna().any())


def _is_double(top: pd.DataFrame, merged: tuple[tuple[int, int, int], ...] | None, family: str) -> bool:
    if family != "spreadsheet" or len(top) < 2 or merged == ():
        return False
    upper, lower = top.iloc[0], top.iloc[1]
    texts = lower.notna().all() and not lower.str.match(r"^[0-9.,:/ -]+$").any() and not lower.duplicated().any()
    return bool(texts and upper.isna().any() and upper.isna().sum() >= (1 if merged else 2))


def titles(
    head: pd.DataFrame, header: Header, merged: tuple[tuple[int, int, int], ...] | None
) -> tuple[list[str], dict[str, str]]:
    """Return the title of each column, and the question behind a title where the export tells it apart.

    Parameters
    ----------
    head : DataFrame of str
        The rows of the header, nothing missing, white space folded.
    """
    if header.count == 3:
        names = list(head.iloc[0])
        return names, {name: text for name, text in zip(names, head.iloc[1], strict=True) if text}
    if header.count == 1:
        return list(head.iloc[0]), {}
    if header.told >= 0:
        names, texts = list(head.iloc[1 - header.told]), list(head.iloc[header.told])
        return names, {name: text for name, text in zip(names, texts, strict=True) if text and text != name}
    if header.family == "surveymonkey":
        upper = head.iloc[0].replace("", None).ffill().fillna("")
        pairs = zip(head.iloc[0], upper, head.iloc[1], strict=True)
        return [_question(own, whole, option) for own, whole, option in pairs], {}
    return joined(head, merged), {}


def _question(own: str, whole: str, option: str) -> str:
    if not option or key(option) in _ONE_COLUMN:
        return own or whole
    return f"{whole} | {option}"


def joined(head: pd.DataFrame, merged: tuple[tuple[int, int, int], ...] | None) -> list[str]:
    """Return ``upper | lower`` for two header rows; a merged upper cell counts for every column it spans.

    Where the format does not tell which cells are merged, an upper cell counts until the next one.

    Examples
    --------
    >>> head = pd.DataFrame([["Wie", "", ""], ["naam", "plaats", "cijfer"]], index=[1, 2])
    >>> joined(head, ((1, 0, 1),)), joined(head, None)[2]
    (['Wie | naam', 'Wie | plaats', 'cijfer'], 'Wie | cijfer')
    """
    upper = head.iloc[0].copy() if merged is not None else head.iloc[0].replace("", None).ffill().fillna("")
    for row, first, last in merged or ():
        if row == head.index[0]:
            upper.iloc[first : last + 1] = str(head.iloc[0, first])
    return [
        low if not up or key(up) == key(low) else f"{up} | {low}" if low else up
        for up, low in zip(upper, head.iloc[1], strict=True)
    ]


def unlike(names: list[str]) -> list[str]:
    """Return headers no two of which are alike: ``[2]`` behind the second, ``column 3`` for the third if empty.

    Examples
    --------
    >>> unlike(["Vraag", "vraag", ""])
    ['Vraag', 'vraag [2]', 'column 3']
    """
    named = [name or f"column {at}" for at, name in enumerate(names, 1)]
    nth = pd.Series([key(name) for name in named]).groupby([key(name) for name in named]).cumcount() + 1
    return [name if n == 1 else f"{name} [{n}]" for name, n in zip(named, nth, strict=True)]


def lies_on_its_side(names: Sequence[str], first: Sequence[str]) -> bool:
    """Say whether a table has a column per respondent: numbers for names, and questions in its first column.

    Examples
    --------
    >>> asked = ["Aanbieder", "Hoe gaat het met u?", "Wat vindt u van de hulp?", "Past de hulp bij u?", "Opmerkingen"]
    >>> numbers = [str(number) for number in range(1, 9)]
    >>> lies_on_its_side(["Respondent", *numbers], asked)
    True
    >>> lies_on_its_side(["Maat", "2023", "2024", "2025", "2026"], asked)
    False
    """
    told = [_RESPONDENT.fullmatch(key(name)) for name in names[1:] if name]
    numbers = [int(found[1]) for found in told if found]
    if len(names) < _FEWEST_BESIDE or len(numbers) < len(names) - 1 or len(set(numbers)) < len(numbers):
        return False
    years = all(1990 <= number < 2100 for number in numbers)
    sentences = sum(map(_is_sentence, first))
    return not years and len(set(first)) == len(first) and sentences >= _FEWEST_ASKED
