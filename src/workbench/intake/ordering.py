"""In which order the labels of an unknown question stand, and whether they are of one question at all."""

import difflib
import itertools
import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from workbench.intake.labels import Scale
from workbench.intake.likeness import NEAR, Column
from workbench.intake.usual_names import MISSING_CODES, MISSING_WORDS
from workbench.intake.values import key, opposite, per_value

_CHANCE = 1e-4
_THREE = {"1", "2", "3"}
_STARS, _STARRED = re.compile("[★⭐]"), re.compile("[★⭐]+☆*")
# 4/5, 10 (uitstekend), 4 sterren; smiley_4.png, Antwoord 4, Mee eens (4)
_PLACE = re.compile(r"([0-9]{1,2})(?:\s*[/(:=.)-].*|\s+[a-z].*)?|[^0-9]*?([0-9]{1,2})(?:\)|\.(?:png|svg|gif|jpe?g))?")
_RANGE = re.compile(
    r"(?i)(?<![0-9])[0-9]+ ?(?:[-\u2013]|t/m|tot(?: en met)?|to|à|of|or) ?(?:[0-9]+|meer|minder|more|less)"
)
_GOOD = re.compile(
    r"\b(?:goed|fijn|uitstekend|prima|tevreden|eens|altijd|ja|good|excellent|satisfied|agree|always|yes)\b"
)
_BAD = re.compile(
    r"\b(?:slechte?|matig|onvoldoende|ontevreden|oneens|nooit|zelden|niet|nee|bad|poor|dissatisfied|disagree|never|no)\b"
)
_MUCH = frozenset(("heel", "zeer", "erg", "helemaal", "uiterst", "very", "extremely"))
_DEGREES = dict.fromkeys(("neutraal", "gaat wel", "het gaat", "gaat", "neutral", "so so", "okay", "ok"), 0)
_DEGREES |= {"helemaal niet": -2, "niet": -1, "een beetje": 0, "beetje": 0, "wel": 1, "helemaal wel": 2}
_DEGREES |= {"--": -2, "-": -1, "+/-": 0, "\u00b1": 0, "+": 1, "++": 2}
_GOOD_WORDS = frozenset(
    ("goed", "fijn", "blij", "tevreden", "prettig", "positief", "makkelijk", "duidelijk", "veilig", "good", "happy")
)
_BAD_WORDS = frozenset(
    (
        *("slecht", "vervelend", "ontevreden", "onprettig", "negatief", "moeilijk", "onduidelijk", "onveilig"),
        *("verdrietig", "boos", "bad", "sad", "unhappy"),
    )
)
_MISSING = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, MISSING_WORDS))})(?!\w)")  # 9 = weet niet / n.v.t.
_NONE = re.compile(r"\b(?:geen|niets?|nooit|niet|none|no|not|never)\b")
_BURDEN = re.compile(
    r"\b(?:problemen|problems|last|klachten|complaints|pijn|pain|moeite|zorgen|worries|stress|hinder|beperkingen|angst)\b"
)
_RELIEF = re.compile(  # to lack what is bad is good
    rf"{_NONE.pattern}.*(?:{_BURDEN.pattern}|\b(?:eenzaam|{'|'.join(sorted(_BAD_WORDS))})\b)"
    r"|\bkan niet beter\b|\bniet beter kunnen\b"
)


def best_known(texts: Collection[str], known: Mapping[str, Scale], span: tuple[float, float]) -> str:
    """Return the scale of this span that knows most of the labels, or near ones; empty where none knows over half."""
    answers = _answers(texts)
    found = {
        name: sum(bool(_near(text, scale.codes)) for text in answers)
        for name, scale in known.items()
        if scale.span == span
    }
    best = max(found, key=lambda name: found[name], default="")
    return best if best and 2 * found[best] > len(answers) else ""


def in_order(texts: Collection[str], known: Mapping[str, Scale], span: tuple[float, float]) -> dict[str, str]:
    """Return codes for labels that no one scale knows together, by where each stands in the scales that know it.

    Codes of different scales say nothing beside each other: "ja" is 1 of 0 and 1, "soms" 2 of 1 to 4. What is lowest or
    highest wherever it is known gets the lowest or highest code; what is between gets one only where all are known and
    there are as many labels as codes.

    Examples
    --------
    >>> often = Scale("often", {"nooit": "1", "soms": "2", "vaak": "3"}, {})
    >>> known = {"janee": Scale("janee", {"nee": "0", "ja": "1"}, {}), "often": often}
    >>> in_order(["ja", "nee", "soms"], known, (1, 3))
    {'nee': '1', 'soms': '2', 'ja': '3'}
    >>> in_order(["ja", "nee", "een beetje"], known, (1, 3))
    {'nee': '1', 'ja': '3'}
    """
    low, high = span
    places: dict[str, float] = {}
    for text in _answers(texts):
        found = [place for scale in known.values() if (place := _place(text, scale)) is not None]
        if found:
            places[text] = sum(found) / len(found)
    ordered = sorted(places, key=lambda text: places[text])
    if len(places) == len(_answers(texts)) == len(set(places.values())) == high - low + 1:
        return {text: f"{low + at:g}" for at, text in enumerate(ordered)}
    ends = {text: low if places[text] == 0 else high for text in ordered if places[text] in (0, 1)}
    return {text: f"{code:g}" for text, code in ends.items() if not any(_is_more(other, text) for other in texts)}


def _is_more(other: str, text: str) -> bool:
    """Say whether a label is more of what another is: then the other stands at no end.

    Examples
    --------
    >>> _is_more("heel blij", "blij"), _is_more("donkerrood", "rood"), _is_more("oneens", "eens")
    (True, True, False)
    """
    before = other.removesuffix(text).strip() if other != text and other.endswith(text) else ""
    return before in _MUCH or before in ("donker", "dark")


def shifted(texts: Collection[str], span: tuple[float, float]) -> dict[str, str]:
    """Return codes for answers that are numbers of another range: one step for each code of the span, or from 0 on.

    From 0 on tells only where all but one of the codes were given, and never the highest. Numbers that follow one
    another from above 1 are no such range: nobody gave the lowest of a longer one, or the highest is no answer.

    Examples
    --------
    >>> shifted(["0", "25", "50", "75", "100"], (1, 5)), shifted(["0", "1", "2", "4", "99"], (1, 5))
    ({'0': '1', '25': '2', '50': '3', '75': '4', '100': '5'}, {'0': '1', '1': '2', '2': '3', '4': '5'})
    >>> shifted(["0", "1", "5"], (1, 5)), shifted(["0", "1", "2", "3", "4", "5"], (1, 5))
    ({}, {})
    >>> shifted(["2", "3", "4", "5", "6"], (1, 5))
    {}
    """
    answers = {text for text in _answers(texts) if text not in MISSING_CODES}
    if not all(re.fullmatch("[0-9]{1,3}", text) for text in answers) or span[0] != 1:
        return {}
    numbers, count = sorted(map(int, answers)), int(span[1])
    steps = set(np.diff(numbers))
    if len(numbers) == count and len(steps) == 1 and numbers[0] in {0, *steps} - {1}:
        return {str(number): str(at) for at, number in enumerate(numbers, 1)}
    from_zero = numbers[:1] == [0] and numbers[-1] == count - 1 and len(numbers) == count - 1 and count > 3
    return {str(number): str(number + 1) for number in numbers} if from_zero else {}


def by_strength(texts: Collection[str], span: tuple[float, float]) -> dict[str, str]:
    """Return codes for labels that say how good something is, and how much: "heel slecht" to "heel goed".

    Only where every label says so, each something else, and there are as many as codes.

    Examples
    --------
    >>> by_strength(["heel goed", "goed", "gaat wel", "slecht", "heel slecht"], (1, 5))
    {'heel slecht': '1', 'slecht': '2', 'gaat wel': '3', 'goed': '4', 'heel goed': '5'}
    >>> by_strength(["goed", "slecht", "matig"], (1, 3)), by_strength(["goed", "slecht"], (1, 5))
    ({}, {})
    """
    answers = _answers(texts)
    found = {text: strength for text in answers if (strength := _strength(text)) is not None}
    if len(found) < len(answers) or len(set(found.values())) < len(found) or len(found) != span[1] - span[0] + 1:
        return {}
    return {text: f"{span[0] + at:g}" for at, text in enumerate(sorted(found, key=lambda text: found[text]))}


def _strength(text: str) -> float | None:
    """Return how good a label is: below 0 it is bad; None if it does not say.

    Examples
    --------
    >>> [_strength(text) for text in ("zeer goed", "niet blij", "helemaal niet blij", "niet heel goed", "niet slecht")]
    [2, -1, -2, None, None]
    """
    if text in _DEGREES:
        return _DEGREES[text]
    words = re.findall(r"\w+", text)
    much = words[:1] != words[-1:] and words[0] in _MUCH
    words = words[1:] if much else words
    denied = words[:1] == ["niet"]
    words = words[1:] if denied else words
    sign = 1 if words[-1:] and words[-1] in _GOOD_WORDS else -1 if words[-1:] and words[-1] in _BAD_WORDS else 0
    if len(words) != 1 or not sign or (denied and sign < 0):
        return None
    return (1 + much) * (-1 if denied else sign)


def numbered(texts: Collection[str], span: tuple[float, float], own: bool = False) -> dict[str, str]:
    """Return codes for labels that hold the number of their place: a picture, a mark of so many, a number of stars.

    Only where most labels do so, each another number, none is a range ("3-4 keer"), and the words of the first and last
    number do not say that the numbers go down from good to bad: a question of its own (`own`) is read by its numbers
    all the same.

    Examples
    --------
    >>> numbered(["smiley_1.png", "smiley_2.png", "Overslaan"], (1, 5))
    {'smiley_1.png': '1', 'smiley_2.png': '2'}
    >>> numbered(["10 (uitstekend)", "9", "1 (slecht)"], (1, 10)), numbered(["★★☆", "★☆☆"], (1, 3))
    ({'10 (uitstekend)': '10', '9': '9', '1 (slecht)': '1'}, {'★★☆': '2', '★☆☆': '1'})
    >>> numbered(["team 3", "kort", "lang", "zeer lang"], (1, 5)), numbered(["1 (heel goed)", "2 (slecht)"], (1, 5))
    ({}, {})
    """
    found: dict[str, str] = {}
    for text in _answers(texts):
        stars = len(_STARS.findall(text)) if _STARRED.fullmatch(text) else 0
        place = _PLACE.fullmatch(text)
        number = stars or int(next((each for each in place.groups() if each), 0) if place else 0)
        if span[0] <= number <= span[1] and (number or place):
            found[text] = str(number)
    certain = len(set(found.values())) == len(found) and 2 * len(found) > len(_answers(texts))
    found = {text: found[text] for text in texts if text in found}
    return found if certain and not any(map(_RANGE.search, texts)) and (own or not _turned(found)) else {}


def words_around(texts: Collection[str]) -> tuple[str, str, int, int] | None:
    """Return two labels without a number among labels that are numbers, and the lowest and highest place; else None.

    The first word is one that denies, where there is one.

    Examples
    --------
    >>> words_around(["veel last", "2", "3", "4", "geen last", "weet niet"])
    ('geen last', 'veel last', 1, 5)
    >>> words_around(["nooit", "3", "4", "altijd"])
    """
    answers = _answers(texts)
    numbers = sorted(int(text) for text in answers if re.fullmatch("[0-9]{1,2}", text))
    words = sorted(text for text in answers if not re.search("[0-9]", text))
    words = sorted(words, key=lambda text: not _NONE.search(text))
    if len(words) != 2 or len(numbers) < 2 or len(numbers) + 2 != len(answers) or numbers[0] > 2 or numbers[-1] > 9:
        return None
    return words[0], words[1], max(numbers[0] - 1, 0), numbers[-1] + 1


def worded_ends(texts: Collection[str], span: tuple[float, float]) -> dict[str, str]:
    """Return codes for two labels without a number among labels that are numbers, at the ends of a scale.

    What denies stands at the lower end; where neither or both do, which end is which cannot be known.

    Examples
    --------
    >>> worded_ends(["geen last", "2", "3", "4", "veel last"], (1, 5)), worded_ends(["noord", "2", "3", "zuid"], (1, 4))
    ({'geen last': '1', 'veel last': '5'}, {})
    """
    found = words_around(texts)
    if found is None or (found[2], found[3]) != span or not _NONE.search(found[0]) or _NONE.search(found[1]):
        return {}
    return {found[0]: str(found[2]), found[1]: str(found[3])}


def told_ends(texts: Collection[str]) -> bool:
    """Say whether the lowest and the highest number among labels have words beside them: these are the ends then.

    A lowest number above one is none: nobody gave the one below it.

    Examples
    --------
    >>> told_ends(["1 nooit", "2", "3 altijd"]), told_ends(["1 nooit", "2", "3"]), told_ends(["geen", "2", "3", "veel"])
    (True, False, True)
    >>> told_ends(["2. soms", "3. altijd"])
    False
    """
    by_number = numbered(texts, (0, 10), own=True)
    ends = sorted(by_number, key=lambda text: int(by_number[text]))
    worded = bool(ends) and not ends[0].isdigit() and not ends[-1].isdigit()
    return words_around(texts) is not None or (worded and int(by_number[ends[0]]) <= 1)


def is_turned(texts: Collection[str]) -> bool:
    """Say whether the numbers in labels go down from good to bad, or count what is bad.

    Examples
    --------
    >>> is_turned(["1 heel goed", "2", "3 slecht"]), is_turned(["1 geen problemen", "2", "3 veel problemen"])
    (True, True)
    >>> is_turned(["geen last", "1", "2", "veel last"]), is_turned(["1 slecht", "2", "3 goed"])
    (True, False)
    """
    around = words_around(texts)
    found = {around[0]: str(around[2]), around[1]: str(around[3])} if around else numbered(texts, (0, 10), own=True)
    ends = sorted(found, key=lambda text: int(found[text]))
    burdened = bool(ends) and _NONE.search(ends[0]) and _BURDEN.search(ends[0]) and _BURDEN.search(ends[-1])
    return bool(burdened) or (around is None and _turned(found))


def _turned(found: Mapping[str, str]) -> bool:
    """Say whether the words of the lowest number are good ones, or those of the highest bad ones.

    Examples
    --------
    >>> _turned({"1 - altijd": "1", "4": "4"}), _turned({"1 - niet goed": "1", "4 - goed": "4"})
    (True, False)
    >>> _turned({"1 - vaak last": "1", "4 - nooit last": "4"}), _turned({"1 - minder goed": "1", "4 - goed": "4"})
    (False, False)
    """
    ordered = sorted(found, key=lambda text: int(found[text]))
    if len(ordered) < 2:
        return False
    first, last = key(ordered[0]), key(ordered[-1])
    if _RELIEF.search(last):
        return False
    good = [bool(_GOOD.search(text) and not _BAD.search(text)) for text in (first, last)]
    return bool(_BAD.search(last)) or (good[0] and not good[1])


def mixed(column: Column, given: pd.Series, whose: pd.Series | None, known: Mapping[str, Scale]) -> str:
    """Return why the answers of a column look like those of two versions of a question; empty if they do not.

    Parameters
    ----------
    column : Column
    given : Series of str
        The answers.
    whose : Series of str, optional
        The provider of each answer, where a column names it.
    known : mapping of Scale
    """
    answers = _answers([key(label) for label in column.labels])
    scales = [scale for scale in known.values() if scale.span]
    if not any(answers <= set(scale.codes) for scale in scales):
        for one, other in itertools.product(scales, scales):
            mine, theirs = answers & set(one.codes), answers & set(other.codes)
            apart = min(len(mine), len(theirs)) > 1 and mine - theirs and theirs - mine and mine | theirs == answers
            if apart and _width(one) < _width(other):
                return f"answers of {_width(one):g} and of {_width(other):g} points in one column"
    for scale in scales:
        codes = pd.Series([scale.codes.get(text) for text in answers], dtype="str")
        twice = codes[codes.duplicated()].nunique()
        if codes.notna().all() and _width(scale) > 3:
            if 1 < twice < codes.nunique():
                return f"some codes of {_width(scale):g} points have two labels each: are these two versions?"
            if twice and len(answers) == _width(scale):
                return f"{len(answers)} labels for {_width(scale):g} points, and two of them have one code"
    short = whose is not None and any(_in_three(answers, three, given, whose) for three in _threes(known))
    return "some providers have answers of 3 points only, others of more: are these two versions?" if short else ""


def _in_three(answers: set[str], three: set[str], given: pd.Series, whose: pd.Series) -> bool:
    """Say whether one provider has only these three answers where others have more, beyond chance."""
    if len(answers) < 4 or len(answers & three) < 3:
        return False
    texts = per_value(given, key)
    counted = texts.isin(answers) & whose.notna()
    shares = texts[counted].isin(three).groupby(whose[counted].astype("str")).agg(["mean", "size"])
    only, others = shares[shares["mean"] == 1], shares[shares["mean"] < 1]
    if only.empty or others.empty:
        return False
    within = float((others["mean"] * others["size"]).sum() / others["size"].sum())
    return bool(within ** float(only["size"].max()) < _CHANCE)


def _answers(texts: Collection[str]) -> set[str]:
    return {text for text in texts if not _MISSING.search(text)}


def _threes(known: Mapping[str, Scale]) -> list[set[str]]:
    return [_THREE, *(set(scale.codes) for scale in known.values() if scale.span == (1, 3))]


def _width(scale: Scale) -> float:
    low, high = scale.span or (0, -1)
    return high - low + 1


def _near(text: str, labels: Collection[str]) -> str:
    if text in labels:
        return text
    return next(
        iter(difflib.get_close_matches(text, [each for each in labels if not opposite(text, each)], 1, NEAR)), ""
    )


def _place(text: str, scale: Scale) -> float | None:
    """Return where a label stands in a scale, from 0 (lowest) to 1; None where the scale does not order it."""
    near = _near(text, scale.codes)
    if scale.span is None or not near or not scale.codes[near]:
        return None
    low, high = scale.span
    return (float(scale.codes[near].replace(",", ".")) - low) / (high - low) if high > low else None
