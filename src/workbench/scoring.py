"""Answers to scores: which items of which version of a questionnaire make up a dimension.

How a score is computed stands in `analysis.scales`; here stands from what. A million responses are nine million scores:
texts that repeat are held as categories, and the rows of some responses at a time are made of what was computed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench import categories, schemas
from workbench.analysis import scales
from workbench.codebook import Codebook

_FEWEST, _ENOUGH = 20, 5_000
_DIRECT = 100_000  # so many patterns are all scored, without looking which ones occur
_MIDDLE = {2.0, 3.0, 4.0}  # disagree, neutral, agree: also what few people say who could say more
_THREE = ({1.0, 2.0, 3.0}, {1.0, 3.0, 5.0}, _MIDDLE)
_OF_RESPONSE = ("provider_id", "role", "instrument")
_AT_ONCE = 40_000  # responses whose scores stay in the processor's cache, and whose ids are listed once in a file
_SMALL = 127


@dataclass(frozen=True)
class _Scored:
    """The responses to one version of a questionnaire: which pattern of answers each gave, and what patterns score.

    `at`: the place of each response among all, increasing. `patterns`: one row per response, one column per dimension,
    the place of its pattern in `scores` and `given`. `dimensions` and `points`: one per column.
    """

    at: np.ndarray
    patterns: np.ndarray
    scores: np.ndarray
    given: np.ndarray
    dimensions: pd.Index
    points: np.ndarray


def score(responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return one row per response and dimension of its questionnaire: 0-100 by the half rule, missing where too few.

    Parameters
    ----------
    responses, answers : DataFrame, one row per counted questionnaire
    book : Codebook
        Its items say which codes mean what, per questionnaire and variant.

    Returns
    -------
    DataFrame
        As in `schemas.SCORES`, ordered by response and dimension; texts are categories.
    """
    return next(in_parts(responses, answers, book, max(1, len(responses))))


def in_parts(
    responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook, most: int = _AT_ONCE
) -> Iterator[pd.DataFrame]:
    """Yield the scores as `score` returns them, those of at most so many responses at a time: one part at least."""
    if not categories.increases(responses["response_id"]):
        responses = responses.sort_values("response_id")
    places = _places(responses, answers)
    versions = [
        _of_version(answers, places[at], at, items)
        for _, items, at in _versions(responses, answers, book)
        if len(items)
    ]
    if not versions:
        yield schemas.empty("scores")
        return
    dimensions = pd.Index(sorted({dimension for version in versions for dimension in version.dimensions}))
    for first in range(0, len(responses), most):
        own = responses.iloc[first : first + most]
        if len(rows := _rows(versions, first, len(own), dimensions)):
            at = rows["at"].to_numpy()
            ids = pd.Index(own["response_id"].array, dtype="str")
            of_response = {"response_id": pd.Categorical.from_codes(at, ids, validate=False)}
            of_response |= {name: pd.Categorical(own[name]).take(at) for name in _OF_RESPONSE}
            rest = {name: rows[name].array for name in rows.columns if name != "at"}
            yield pd.DataFrame(of_response | rest, copy=False)


def _rows(versions: Sequence[_Scored], first: int, count: int, dimensions: pd.Index) -> pd.DataFrame:
    """Return the scores of so many responses from `first` on, ordered by response and dimension.

    Instead of what else is known of a response there is ``at``, its place after `first`.
    """
    parts = []
    for version in versions:
        begin, end = np.searchsorted(version.at, [first, first + count])
        width, height = len(version.dimensions), end - begin
        pattern = version.patterns[begin:end].ravel()
        own = dimensions.get_indexer(version.dimensions).astype(np.int8 if len(dimensions) < _SMALL else np.int32)
        columns = {
            "at": np.repeat((version.at[begin:end] - first).astype(np.int32), width),
            "dimension": pd.Categorical.from_codes(np.tile(own, height), dimensions, validate=False),
            "score": version.scores[pattern],
            "n_items": version.given[pattern],
            "points": np.tile(version.points, height),
        }
        parts.append(pd.DataFrame(columns, copy=False))
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat(parts, ignore_index=True)
    return rows.iloc[np.argsort(rows["at"].to_numpy(), kind="stable")].reset_index(drop=True)


def misoriented(responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return a finding for each item that points the other way than its dimension, in one delivery.

    After reversing, every item must go along with the others of its dimension. One that goes against them was reversed
    twice, or not at all, and spoils the scale without any other sign: an error where that is certain (the whole 95%
    interval of the item-rest correlation is below zero), else a warning. At most `_ENOUGH` responses are looked at.

    Returns
    -------
    DataFrame
        As in `schemas.FINDINGS`.
    """
    rows: list[dict[str, object]] = []
    places = _places(responses, answers)
    for (file,), every, at in _versions(responses, answers, book, per=["file"]):
        items = every[every.groupby("dimension")["item"].transform("size") > 1]
        if items.empty or len(at) < _FEWEST:
            continue
        own = _given(answers, items, places[at[:_ENOUGH]])
        wanted = items[["item", "dimension", "low", "high", "reversed"]]
        told = scales.item_statistics(own, wanted)
        complete = own.notna().T.groupby(items.set_index("item")["dimension"]).all().T.sum()
        against = told[(told["item_rest"] < 0) & (told["dimension"].map(complete) >= _FEWEST)]
        for item, dimension, correlation in zip(against.index, against["dimension"], against["item_rest"], strict=True):
            certain = np.arctanh(correlation) + 1.96 / np.sqrt(complete[dimension] - 3) < 0
            message = (
                f"{item} points the other way than the rest of {dimension} (item-rest correlation {correlation:.2f})."
            )
            remedy = (
                "See whether it was reversed before delivery, or should be reversed in items.csv; a scale can do it."
            )
            found = {"file": file, "row": 0, "column": str(item), "severity": "error" if certain else "warning"}
            rows.append(found | {"message": message, "remedy": remedy})
    return schemas.check("findings", pd.DataFrame(rows)) if rows else schemas.empty("findings")


def shortened(responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return a finding for each delivery whose answers look like those of three smileys, on a longer scale.

    Three answers delivered as 1, 2 and 3 of a scale of five would pull every mean down without any other sign; as 1, 3
    and 5, or as the middle three, they are no five-point answers either. Looked at together are all statements of a
    version with more than three answers, where at least `_FEWEST` answers were given (of the middle three, five times
    as many).

    Returns
    -------
    DataFrame
        As in `schemas.FINDINGS`.
    """
    rows: list[dict[str, object]] = []
    places = _places(responses, answers)
    for (file,), items, at in _versions(responses, answers, book, per=["file"]):
        whose = places[at]
        for high, own in items[(items["low"] == 1) & items["high"].isin([4, 5])].groupby("high"):
            _, used = _codes(_given(answers, own, whose[:_ENOUGH]))
            if not any(used <= three for three in _THREE):  # as nearly always; nobody else needs to be looked at
                continue
            count, used = _codes(_given(answers, own, whose))
            if count < (5 * _FEWEST if used == _MIDDLE else _FEWEST) or used not in _THREE:
                continue
            codes = ", ".join(f"{code:g}" for code in sorted(used))
            what = f"All {count} answers to statements on a scale of 1 to {float(str(high)):g} are {codes}"
            message = f"{what}: was this a version with three answers?"
            remedy = "If so, give it a variant of its own in deliveries.csv and items.csv: its answers are others."
            rows.append({"file": file, "row": 0, "severity": "warning", "message": message, "remedy": remedy})
    return schemas.check("findings", pd.DataFrame(rows)) if rows else schemas.empty("findings")


def _versions(
    responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook, per: Sequence[str] = ()
) -> Iterator[tuple[list[str], pd.DataFrame, np.ndarray]]:
    """Yield the versions of questionnaires, each apart for every value of the columns `per`.

    Of each: those values, the items of dimensions that were answered, and the places of its responses.
    """
    if responses.empty:
        return
    held = [pd.Categorical(responses[name]) for name in (*per, "instrument", "variant")]
    sizes = [len(each.categories) for each in held]
    at, found = pd.factorize(np.ravel_multi_index(tuple(each.codes for each in held), sizes), sort=True)
    rows = [np.arange(len(at))]
    if len(found) > 1:
        rows = np.split(np.argsort(at, kind="stable"), np.bincount(at).cumsum()[:-1])
    for version, own in zip(np.transpose(np.unravel_index(found, sizes)), rows, strict=True):
        *those, instrument, variant = (str(each.categories[place]) for each, place in zip(held, version, strict=True))
        items = items_of(book, instrument, variant)
        yield those, items[(items["dimension"] != "") & items["item"].isin(answers.columns)], own


def _given(answers: pd.DataFrame, items: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Return the answers in some rows, one column per item; the other rows are not copied."""
    return pd.DataFrame({item: answers[item].array.take(rows) for item in items["item"]}, dtype="float64")


def _codes(given: pd.DataFrame) -> tuple[int, set[float]]:
    """Return how many answers were given to statements, and the codes among them."""
    codes = given.to_numpy()
    known = codes[~np.isnan(codes)]
    return len(known), set(np.unique(known).tolist())


def _places(responses: pd.DataFrame, answers: pd.DataFrame) -> np.ndarray:
    """Return in which row of the answers each response is: looked up once, not again for every delivery."""
    if len(answers) == len(responses) and (answers["response_id"].array == responses["response_id"].array).all():
        return np.arange(len(responses))
    return pd.Index(answers["response_id"]).get_indexer(responses["response_id"])


def _of_version(answers: pd.DataFrame, rows: np.ndarray, at: np.ndarray, items: pd.DataFrame) -> _Scored:
    """Score one version of a questionnaire; `at` is the place of each response among all, `rows` among the answers."""
    width = points(items).droplevel("instrument")
    dimensions = sorted(width.index)
    in_order = len(rows) == len(answers) and bool((rows == np.arange(len(rows))).all())
    places, scored, given = [], [], []
    before = 0
    for dimension in dimensions:
        own = items[items["dimension"] == dimension][["item", "dimension", "low", "high", "reversed"]]
        place, patterns = _patterns(answers[list(dict.fromkeys(own["item"]))], None if in_order else rows, own)
        places.append(place + before)
        scored.append(scales.score(patterns, own)[dimension].to_numpy())
        given.append(patterns.notna().sum(axis=1).to_numpy(dtype=np.int64))
        before += len(patterns)
    return _Scored(
        at=at,
        patterns=np.stack(places, axis=1),  # of all dimensions, one after the other
        scores=np.concatenate(scored),
        given=np.concatenate(given),
        dimensions=pd.Index(dimensions),
        points=width.loc[dimensions].to_numpy(dtype="int64"),
    )


def _patterns(answers: pd.DataFrame, rows: np.ndarray | None, items: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Return each different pattern of answers once, and which of them each response in `rows` (None: all) gave.

    A few thousand patterns stand for a million responses: what is scored is the pattern. Where answers are no small
    whole numbers within their range, or patterns are too many to number, every response is a pattern of its own.
    """
    lows = items.drop_duplicates("item").set_index("item")[["low", "high"]].astype(float).to_dict("index")
    sizes = {item: int(ends["high"] - ends["low"]) + 2 for item, ends in lows.items()}
    whole = all((answers[item].dtype == "Int8") and float(ends["low"]).is_integer() for item, ends in lows.items())
    many = math.prod(sizes.values())
    every: np.ndarray | slice = slice(None) if rows is None else rows
    number: np.ndarray = np.zeros(
        len(answers) if rows is None else len(rows), dtype=np.int32 if many < _DIRECT else np.int64
    )
    if whole and many < 2**62:
        for item, size in sizes.items():
            none = int(lows[item]["low"]) - 1
            code = answers[item].to_numpy(dtype=np.int16, na_value=none)[every]
            if len(code) and (code.min() < none or code.max() >= none + size):
                break
            number *= size
            number += code - np.int16(none)
        else:
            at, known = (number, np.arange(many)) if many < min(_DIRECT, len(number)) else pd.factorize(number)
            columns = {}
            for item in reversed(sizes):
                known, place = np.divmod(known, sizes[item])
                columns[item] = np.where(place == 0, np.nan, place + lows[item]["low"] - 1)
            return at, pd.DataFrame(columns)
    own = {item: answers[item].to_numpy(dtype="float64", na_value=np.nan)[every] for item in answers.columns}
    return np.arange(len(number)), pd.DataFrame(own, copy=False)


def items_of(book: Codebook, instrument: str, variant: str) -> pd.DataFrame:
    """Return the items of one version of a questionnaire; a version without rows of its own is the standard one."""
    items = book.items[book.items["instrument"] == instrument]
    own = items[items["variant"] == variant]
    return own if len(own) else items[items["variant"] == "standaard"]


def versions(given: pd.DataFrame, item: str, book: Codebook) -> Iterator[tuple[pd.Index, float, float, bool, bool]]:
    """Yield the responses to each version of a question, with its lowest and highest code.

    Further: whether it is reversed, and whether it has as many answers to choose from as the standard version.

    Parameters
    ----------
    given : DataFrame, one row per response
        Needs ``instrument`` and ``variant``.
    item : str
    book : Codebook
    """
    for version, rows in given.groupby(["instrument", "variant"], observed=True):
        instrument, variant = map(str, version)
        own, usual = (items_of(book, instrument, each) for each in (variant, "standaard"))
        own, usual = own[own["item"] == item], usual[usual["item"] == item]
        if own.empty:
            continue
        low, high = float(own["low"].iloc[0]), float(own["high"].iloc[0])
        width = (usual if len(usual) else own)[["low", "high"]].diff(axis=1)["high"].iloc[0]
        yield rows.index, low, high, bool(own["reversed"].iloc[0]), bool(high - low == width)


def points(items: pd.DataFrame) -> pd.Series:
    """Return the number of answers to choose from, per questionnaire and dimension: that of the widest item."""
    width = (items["high"] - items["low"] + 1).astype(int)
    return width.groupby([items["instrument"], items["dimension"]]).max().rename("points")
