"""Names of people in written text: word lists of Dutch first names, and how names are written.

The lists are those of the package deduce, read as they are: its model, which finds more and takes minutes to build, is
for open answers that a person reads before release. Found are a first name with a surname behind it, initials with a
surname, and a first name where the words before it say that a person follows ("begeleider Fatima"). A value that is
nothing but a name is found in capitals too ("P. DE VRIES"), and in a column of them also with bare initials
("JANSEN P"). Not found are a first name or a surname alone in a sentence, names without a capital within one, and names
in no list.
"""

import functools
import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake.values import distinct, fold

_CAPITAL, _SMALL = r"[A-Z\u00c0-\u00de]", r"[a-z\u00df-\u00ff'\u2019]"
_INTERFIX = r"(?:(?:van|de|der|den|ter|ten|te|el|al|ben|in 't|op den|op de|op 't|von|'t|v\.?d\.?|v/d) +)*"
_SURNAME = rf"{_CAPITAL}{_SMALL}+(?:-{_CAPITAL}{_SMALL}+)?"
_WORD = rf"{_CAPITAL}{_SMALL}+(?:-{_CAPITAL}{_SMALL}+)?"
_FULL = re.compile(rf"(?<![\w-])({_WORD}) +{_INTERFIX}{_SURNAME}")
_INITIALS = re.compile(rf"(?<![\w.])(?!(?:N\.V|B\.V|V\.O)\.)(?:{_CAPITAL}\.[ -]?){{1,5}} ?{_INTERFIX}{_SURNAME}")
_TURNED = re.compile(rf"({_SURNAME}), ?((?:{_CAPITAL}\.-?){{1,5}}|{_WORD})(?: +([a-z' ]+))?")  # Vries, J. de
_PERSON = (
    "begeleider|begeleidster|collega|medewerker|medewerkster|coach|mentor|hulpverlener|hulp|casemanager|consulent|"
    "behandelaar|verzorgende|buurvrouw|buurman|zus|broer|zoon|dochter|moeder|vader|man|vrouw|partner|opa|oma|"
    "cli\u00ebnt|client|bewoner|bewoonster|met|door|namens|aldus"
)
_INTRODUCED = re.compile(rf"(?i:\b(?:{_PERSON})) +({_WORD})\b")
_ALONE = re.compile(rf"({_WORD})(?: +{_CAPITAL}\.?)?")
_BARE_INITIALS = rf"{_CAPITAL}(?:\.?{_CAPITAL}){{0,3}}\.?"
_BARE = re.compile(
    rf"{_INTERFIX}({_SURNAME}),? +{_BARE_INITIALS}(?: +[a-z' ]+)?|{_BARE_INITIALS} +{_INTERFIX}({_SURNAME})"
)
_INTERFIXES = frozenset(
    ("van", "de", "der", "den", "ter", "ten", "te", "el", "al", "ben", "in", "op", "von", "'t", "vd")
)
_LEGAL = frozenset(("BV", "NV", "VOF", "CV", "UA", "BA", "EZ"))  # of organisations, many called after a person
_NEVER = {"Lente", "Zomer", "Herfst", "Winter"} | {
    "Maart",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Augustus",
    "Door",
    "Wil",
    "De",
    "Open",
    "Kader",
    "Dag",
}
_FEWEST = 3


@functools.cache
def first_names() -> frozenset[str]:
    """Return the first names that are no ordinary word; empty where the package that brings the list is absent."""
    return _listed("lst_first_name") - _NEVER


@functools.cache
def surnames() -> frozenset[str]:
    """Return the surnames that are no ordinary word; empty where the package that brings the list is absent."""
    return _listed("lst_surname")


def _listed(name: str) -> frozenset[str]:
    found = importlib.util.find_spec("deduce")
    names: set[str] = set()
    for folder in list(found.submodule_search_locations or []) if found else []:
        lists = Path(folder) / "data" / "lookup" / "src" / "names" / name
        if (lists / "items.txt").is_file():
            names |= set((lists / "items.txt").read_text("utf-8").split("\n"))
        if (lists / "exceptions.txt").is_file():
            names -= set((lists / "exceptions.txt").read_text("utf-8").split("\n"))
    return frozenset(name for name in names if len(name) > 1)


def within(texts: pa.Array) -> np.ndarray:
    """Say which texts hold the name of a person.

    Examples
    --------
    >>> told = ["Jan de Vries heeft mij geholpen", "gesprek met J.P. Jansen", "mijn zoon Fadi", "De Linde helpt"]
    >>> within(pa.array(told)).tolist()
    [True, True, True, False]
    """
    maybe = pc.match_substring_regex(texts, r"\p{Lu}").to_numpy(zero_copy_only=False).astype(bool)
    for place in np.flatnonzero(maybe):
        text = texts[int(place)].as_py()
        maybe[place] = _names(text) or (("," in text or text.isupper()) and is_name(fold(text)))
    return maybe


def _names(text: str) -> bool:
    if _INITIALS.search(text):
        return True
    known = first_names()
    return any(
        found[1] in known or found[1].partition("-")[0] in known
        for pattern in (_FULL, _INTRODUCED)
        for found in pattern.finditer(text)
    )


def are_names(column: pd.Series) -> bool:
    """Say whether a column holds names of people: most of its distinct values, three or more, are nothing else.

    Examples
    --------
    >>> are_names(pd.Series(["Fatima", "Bram", "Koen de Wit", None])), are_names(pd.Series(["Fatima", "Noord", "Zuid"]))
    (True, False)
    >>> are_names(pd.Series(["JANSEN P", "P. DE VRIES", "bakker, k."]))
    True
    >>> are_names(pd.Series(["HOF A", "HOF B", "HOF C"]))
    False
    """
    _, known = distinct(column)
    lettered = pc.match_substring_regex(pa.array(known, type=pa.large_string(), from_pandas=True), r"\p{L}")
    if (pc.sum(lettered).as_py() or 0) < _FEWEST:  # at a glance: numbers are no names
        return False
    texts = {_as_written(fold(str(text))) for text in known} - {""}
    if len(texts) < _FEWEST:
        return False
    names = first_names()
    people = sum(bool((alone := _ALONE.fullmatch(text)) and alone[1] in names) or is_name(text) for text in texts)
    bare = {text: surname for text in texts if not is_name(text) and (surname := _bare_surname(text))}
    people += len(set(bare.values()))  # "Hof A" and "Hof B" are places
    return people >= _FEWEST and people > len(texts) / 2


def _bare_surname(text: str) -> str:
    """Return the surname beside initials without points, where it is one; else nothing.

    Examples
    --------
    >>> [_bare_surname(text) for text in ("Jansen P", "de Vries PJ", "P Jansen", "Team A", "Vak P", "Jansen B.V.")]
    ['Jansen', 'Vries', 'Jansen', '', '', '']
    """
    legal = any(word.replace(".", "").upper() in _LEGAL for word in text.split()[1:])
    found = None if legal else _BARE.fullmatch(text)
    surname = next((part for part in found.groups() if part), "") if found else ""
    return surname if surname.partition("-")[0] in surnames() else ""


def is_name(text: str) -> bool:
    """Say whether a text is the name of a person and nothing else; also with the surname first, or in capitals.

    Examples
    --------
    >>> is_name("Jan de Vries"), is_name("Vries, J. de"), is_name("Bakker, Kees"), is_name("Woerden, Oost")
    (True, True, True, False)
    >>> is_name("P. DE VRIES"), is_name("PIET JANSEN"), is_name("BEGELEIDING THUIS")
    (True, True, False)
    """
    text = _as_written(text) if text.isupper() else text
    turned = _TURNED.fullmatch(text)
    if turned:
        text = " ".join(part for part in (turned[2], turned[3], turned[1]) if part)
    full = _FULL.fullmatch(text)
    return _INITIALS.fullmatch(text) is not None or (full is not None and full[1] in first_names())


def _as_written(text: str) -> str:
    """Return a name that is all capitals, or has none, as names are written; any other text as it is.

    Examples
    --------
    >>> _as_written("P.J. VAN DER BERG-SMIT"), _as_written("jansen, p."), _as_written("Piet van Dam")
    ('P.J. van der Berg-Smit', 'Jansen, P.', 'Piet van Dam')
    """
    if not (text.isupper() or text.islower()):
        return text
    words = [word if word in _INTERFIXES else _capitals(word) for word in text.casefold().split()]
    if text.isupper():  # a word of one or two letters that is no interfix are initials
        words = [word.upper() if len(word) <= 2 and word not in _INTERFIXES else word for word in words]
    return " ".join(words)


def _capitals(word: str) -> str:
    return re.sub(r"(?:^|(?<=[.-]))[^\W\d_]", lambda found: found[0].upper(), word)
