"""Questions with several answers: one column per option, in whatever way the export wrote them."""

import numpy as np
import pandas as pd

from workbench.intake.values import distinct, fold

_MOST_OPTIONS = 40
_LONGEST_OPTION = 120
_OFTEN = 3
_SEMICOLON, _COMMA = ";", ", "


def split_choices(table: pd.DataFrame, comma: bool = False) -> pd.DataFrame:
    """Return the table with each question of several choices as one column per option, ``question | option``.

    Microsoft Forms and Google Forms write all choices of a person in one cell, with semicolons between them; a sheet of
    Google Forms has commas (`comma`), and then every option must come back beside different other ones. A column
    is taken apart only if it certainly is such a question: few different parts that come back with many people. What a
    single person wrote ("anders, namelijk") stands in a last column ``question | ...``, never in a header.

    Examples
    --------
    >>> table = pd.DataFrame({"hulp": ["thuis;vervoer;", "thuis;", "vervoer;", "thuis;", None, "thuis;vervoer;"]})
    >>> split_choices(table.astype("category"))
      hulp | thuis hulp | vervoer
    0        thuis        vervoer
    1        thuis            NaN
    2          NaN        vervoer
    3        thuis            NaN
    4          NaN            NaN
    5        thuis        vervoer
    """
    parts: dict[str, pd.Series] = {}
    for name in table.columns:
        options, cut = _options(table[name], _SEMICOLON), _SEMICOLON
        if comma and not options:
            options, cut = _options(table[name], _COMMA), _COMMA
        if not options:
            parts[name] = table[name]
        for option in options:
            parts[f"{name} | {option}"] = _chosen(table[name], option, cut)
        own_words = _own_words(table[name], set(options), cut) if options else None
        if own_words is not None:
            parts[f"{name} | ..."] = own_words
    return pd.DataFrame(parts, index=table.index)


def _options(column: pd.Series, mark: str) -> list[str]:
    """Return the options of a question with several choices; none if it is no such question."""
    at, texts = distinct(column)
    if not any(mark in text for text in texts):
        return []
    counts = np.bincount(at[at >= 0], minlength=len(texts))
    chosen: dict[str, int] = {}
    for text, count in zip(texts, counts, strict=True):
        for option in _cut(text, mark):
            chosen[option] = chosen.get(option, 0) + int(count)
    usual = sum(count for count in chosen.values() if count > 1)
    few = len(chosen) <= _MOST_OPTIONS and max(map(len, chosen), default=0) <= _LONGEST_OPTION
    every = mark == _SEMICOLON and all(text.rstrip().endswith(mark) for text in texts)
    if mark == _COMMA:  # "niet eens, niet oneens" is one answer
        beside = {option: sum(option in _cut(text, mark) for text in texts) for option in chosen}
        few = few and len({len(_cut(text, mark)) for text in texts}) > 1  # "ja, altijd" is one too
        few = few and min((beside[option] for option, count in chosen.items() if count > 1), default=0) > 1
    certain = bool(usual) and few and (every or usual >= _OFTEN * len(chosen))
    return sorted(option for option, count in chosen.items() if count > 1) if certain else []


def _cut(text: str, mark: str) -> set[str]:
    return {fold(option) for option in text.split(mark)} - {""}


def _chosen(column: pd.Series, option: str, mark: str) -> pd.Series:
    at, texts = distinct(column)
    has = np.append([option in _cut(text, mark) for text in texts], False).astype(bool)[at]
    return pd.Series(pd.Categorical.from_codes(np.where(has, 0, -1), pd.Index([option])), index=column.index)


def _own_words(column: pd.Series, options: set[str], mark: str) -> pd.Series | None:
    at, texts = distinct(column)
    rest = pd.Series(["; ".join(sorted(_cut(text, mark) - options)) or None for text in texts] + [None], dtype="str")
    return rest.take(at).set_axis(column.index).astype("category") if rest.notna().any() else None
