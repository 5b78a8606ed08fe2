"""Names of people in written text: word lists of Dutch first names, and how names are written.

The lists are those of the package deduce, read as they are: its model, which finds more and takes minutes to build, is
for open answers that a person reads before release. Found are a first name with a surname behind it, initials with a
surname, and a first name where the words before it say that a person follows ("begeleider Fatima"). Not found are a
first name or a surname alone in a sentence, names written without a capital, and names in no list.
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
_NEVER = {"Maart", "April", "Mei", "Juni", "Juli", "Augustus", "Door", "Wil", "De", "Open", "Kader", "Dag"}
_FEWEST = 3


@functools.cache
def first_names() -> frozenset[str]:
    """Return the first names that are no ordinary word; empty where the package that brings the list is absent."""
    found = importlib.util.find_spec("deduce")
    folders = list(found.submodule_search_locations or []) if found else []
    names: set[str] = set()
    for folder in folders:
        lists = Path(folder) / "data" / "lookup" / "src" / "names" / "lst_first_name"
        if (lists / "items.txt").is_file():
            names |= set((lists / "items.txt").read_text("utf-8").split("\n"))
        if (lists / "exceptions.txt").is_file():
            names -= set((lists / "exceptions.txt").read_text("utf-8").split("\n"))
    return frozenset(name for name in names if len(name) > 1) - _NEVER


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
        maybe[place] = _names(text) or ("," in text and is_name(fold(text)))
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
    """
    _, known = distinct(column)
    texts = [fold(str(text)) for text in known]
    if len(texts) < _FEWEST or not any(text[:1].isupper() for text in texts):
        return False
    names = first_names()
    people = sum(bool((alone := _ALONE.fullmatch(text)) and alone[1] in names) or is_name(text) for text in texts)
    return people >= _FEWEST and people > len(texts) / 2


def is_name(text: str) -> bool:
    """Say whether a text is the name of a person and nothing else; also with the surname first.

    Examples
    --------
    >>> is_name("Jan de Vries"), is_name("Vries, J. de"), is_name("Bakker, Kees"), is_name("Woerden, Oost")
    (True, True, True, False)
    """
    turned = _TURNED.fullmatch(text)
    if turned:
        text = " ".join(part for part in (turned[2], turned[3], turned[1]) if part)
    full = _FULL.fullmatch(text)
    return _INITIALS.fullmatch(text) is not None or (full is not None and full[1] in first_names())
