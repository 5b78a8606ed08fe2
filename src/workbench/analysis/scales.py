"""Answers to scores, and how well a score measures: a person, an item, a provider."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from workbench.analysis.arguments import need, numbers, refuse, share
from workbench.analysis.factor import omega
from workbench.analysis.variance_components import ProviderReliability, provider_reliability

__all__ = [
    "ProviderReliability",
    "check_orientation",
    "item_statistics",
    "provider_reliability",
    "reliability",
    "score",
]

ITEM_COLUMNS = ("item", "dimension", "low", "high", "reversed")


def score(answers: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    r"""Turn answers into scores of 0 to 100 per dimension, higher is better.

    Every answer is first turned the right way round (``low + high - x`` where reversed) and rescaled to 0-100 on its
    own range; a score is their mean where at least half of the items of the dimension, rounded up, are answered (the
    half rule, Fairclough & Cella 1996, Qual. Life Res. 5, 321-329). "Does not apply" and "don't know" are missing
    answers. Never average item means of a provider instead: items skipped by some would shift it.

    Parameters
    ----------
    answers : DataFrame, one row per response
        Index response_id; one column per item with the code as answered, missing where not. Other columns are ignored.
    items : DataFrame, one row per item
        Needs ``item, dimension, low, high, reversed``. An item belongs to one dimension.

    Returns
    -------
    DataFrame, one row per response
        One column per dimension, in the order of `items`; NaN where fewer than half of the items are answered.

    Raises
    ------
    ValueError
        A repeated response, an item without a column, an item listed twice, a code outside its range.

    Examples
    --------
    Two items of 1-5, the second reversed: 4 is 75; 2 turned round is 4, again 75; half the items is enough.

    >>> turned = [False, True]
    >>> items = pd.DataFrame({"item": ["a", "b"], "dimension": "choice", "low": 1, "high": 5, "reversed": turned})
    >>> answers = pd.DataFrame({"a": [4, 5, np.nan], "b": [2, np.nan, np.nan]}, index=["r1", "r2", "r3"])
    >>> score(answers, items)["choice"].to_list()
    [75.0, 100.0, nan]
    """
    _check(answers, items)
    scores = {}
    for dimension, part in items.groupby("dimension", sort=False):
        total, answered = np.zeros(len(answers)), np.zeros(len(answers))
        for _, codes, low, high in _oriented(answers, part):
            given = ~np.isnan(codes)
            total += np.where(given, (codes - low) / (high - low), 0)
            answered += given
        enough = answered >= math.ceil(len(part) / 2)
        scores[dimension] = 100 * np.divide(total, answered, out=np.full(len(answers), np.nan), where=enough)
    return pd.DataFrame(scores, index=answers.index)


def _check(answers: pd.DataFrame, items: pd.DataFrame) -> None:
    need("items", items, ITEM_COLUMNS)
    refuse("answers", answers.index.duplicated(), "repeats an earlier response", answers.index)
    refuse("items", items["item"].duplicated(), "lists an item again", list(items["item"]))
    refuse("items", items["dimension"].isna(), "has no dimension", list(items["item"]))
    low, high = numbers("items.low", items["low"], missing=False), numbers("items.high", items["high"], missing=False)
    refuse("items", low >= high, "has no range (low >= high)", list(items["item"]))
    refuse("items.reversed", ~items["reversed"].isin([True, False]), "is not true or false", list(items["item"]))
    need("answers", answers, items["item"])


def _oriented(answers: pd.DataFrame, items: pd.DataFrame) -> Iterator[tuple[str, NDArray, float, float]]:
    """Give item, codes the right way round, low and high, one item at a time (memory for one column only)."""
    for item, low, high, turned in zip(items["item"], items["low"], items["high"], items["reversed"], strict=True):
        codes = numbers(f"answers[{item!r}]", answers[item])
        refuse(f"answers[{item!r}]", (codes < low) | (codes > high), f"lies outside {low} to {high}", answers.index)
        yield item, (low + high - codes if turned else codes), float(low), float(high)


def _complete(answers: pd.DataFrame, items: pd.DataFrame) -> NDArray[np.float64]:
    """Oriented codes of one dimension, complete cases, each in units of its own range where the ranges differ."""
    columns = list(_oriented(answers, items))
    widths = np.array([high - low for _, _, low, high in columns])
    matrix = np.column_stack([codes for _, codes, _, _ in columns])
    matrix = matrix[~np.isnan(matrix).any(axis=1)]
    return matrix if np.ptp(widths) == 0 else matrix / widths


def reliability(answers: pd.DataFrame, items: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    r"""How precisely does each dimension measure a person? Cronbach's alpha and McDonald's omega.

    .. math:: \alpha = \frac{k}{k-1}\Bigl(1 - \frac{\sum s_i^2}{s_{total}^2}\Bigr), \quad
        \omega = \frac{(\sum\lambda)^2}{(\sum\lambda)^2 + \sum\theta}

    alpha with the F interval of Feldt (1965, Psychometrika 30, 357-370), which covers 92-93% on skewed answers; for
    two items the Spearman-Brown value 2r/(1+r) instead. omega from a one-factor model by maximum likelihood. Neither
    says how well *providers* can be told apart: see `provider_reliability`.

    Parameters
    ----------
    answers, items : DataFrame
        As in `score`. Only responses with all items of a dimension answered are used.
    confidence : float
        Coverage of the interval of alpha.

    Returns
    -------
    DataFrame, one row per dimension (index ``dimension``)
        ``n_items``, ``n`` complete responses, ``alpha, alpha_low, alpha_high``, and ``omega``: NaN with fewer than 3
        items or 100 responses, without convergence, or where an item would have no error variance left (Heywood).
        alpha is NaN for one item and where nothing varies. Items of different ranges are rescaled first, as in `score`.

    Raises
    ------
    ValueError
        As `score`.

    Examples
    --------
    By hand: products of deviations add up to 3, squares to 5 each, so r = .6 and alpha = 1.2/1.6.

    >>> items = pd.DataFrame({"item": ["a", "b"], "dimension": "choice", "low": 1, "high": 5, "reversed": False})
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3]})
    >>> reliability(answers, items)[["n_items", "n", "alpha"]].round(4)
               n_items  n  alpha
    dimension
    choice           2  4   0.75
    """
    _check(answers, items)
    tail = (1 - share("confidence", confidence)) / 2
    rows = {}
    for dimension, part in items.groupby("dimension", sort=False):
        codes = _complete(answers, part)
        n, k = codes.shape
        alpha = _spearman_brown(codes) if k == 2 else _alpha(codes)
        low = high = np.nan
        if not np.isnan(alpha):
            low, high = (1 - (1 - alpha) * special.fdtri(n - 1, (n - 1) * (k - 1), p) for p in (1 - tail, tail))
        rows[dimension] = {"n_items": k, "n": n, "alpha": alpha, "alpha_low": low, "alpha_high": high}
        rows[dimension]["omega"] = omega(codes)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("dimension")


def _alpha(codes: NDArray) -> float:
    n, k = codes.shape
    if n < 2 or k < 2:
        return np.nan
    total = np.var(codes.sum(axis=1), ddof=1)
    return float(k / (k - 1) * (1 - np.var(codes, axis=0, ddof=1).sum() / total)) if total > 1e-20 else np.nan


def _spearman_brown(codes: NDArray) -> float:
    r = _correlation(codes[:, 0], codes[:, 1])
    return 2 * r / (1 + r) if r > -1 + 1e-12 else np.nan


def _correlation(one: NDArray, other: NDArray) -> float:
    if len(one) < 2:
        return np.nan
    a, b = one - one.mean(), other - other.mean()
    size = math.sqrt((a @ a) * (b @ b))
    return float(a @ b) / size if size > 1e-20 else np.nan


def item_statistics(answers: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """How does each item behave within its dimension?

    Item-rest is the correlation of an item with the sum of the others of its dimension: below .30 deserves a look,
    below 0 means that it points the other way (`check_orientation`). Items of different ranges are rescaled first.

    Parameters
    ----------
    answers, items : DataFrame
        As in `score`.

    Returns
    -------
    DataFrame, one row per item (index ``item``)
        ``dimension``; ``n``, ``n_missing``, ``mean`` and ``sd`` of oriented codes over everyone who answered it;
        ``item_rest`` and ``alpha_if_dropped`` over the complete responses of the dimension (NaN for a single item; the
        latter also for one of two).

    Raises
    ------
    ValueError
        As `score`.

    Examples
    --------
    >>> items = pd.DataFrame({"item": ["a", "b"], "dimension": "choice", "low": 1, "high": 5, "reversed": False})
    >>> answers = pd.DataFrame({"a": [1, 2, 3, np.nan], "b": [5, 4, 3, 4]})
    >>> item_statistics(answers, items)[["n", "n_missing", "mean", "item_rest"]]
          n  n_missing  mean  item_rest
    item
    a     3          1   2.0       -1.0
    b     4          0   4.0       -1.0
    """
    _check(answers, items)
    rows = {}
    for dimension, part in items.groupby("dimension", sort=False):
        complete = _complete(answers, part)
        total = complete.sum(axis=1)
        for at, (item, codes, _, _) in enumerate(_oriented(answers, part)):
            given = codes[~np.isnan(codes)]
            others = np.delete(complete, at, axis=1)
            rows[item] = {
                "dimension": dimension,
                "n": len(given),
                "n_missing": len(codes) - len(given),
                "mean": float(given.mean()) if len(given) else np.nan,
                "sd": float(given.std(ddof=1)) if len(given) > 1 else np.nan,
                "item_rest": _correlation(complete[:, at], total - complete[:, at]),
                "alpha_if_dropped": _alpha(others),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")


def check_orientation(statistics: pd.DataFrame) -> None:
    """Stop if an item points the other way than the rest of its dimension.

    An item reversed twice, or not at all, takes a scale from alpha .87 to .32 without any other sign. This is the
    guard to run after `item_statistics` and before any score is used.

    Parameters
    ----------
    statistics : DataFrame, one row per item
        As returned by `item_statistics`.

    Raises
    ------
    ValueError
        Naming every item with a negative item-rest correlation.

    Examples
    --------
    >>> check_orientation(pd.DataFrame({"item_rest": [0.5, -0.4]}, index=["a", "b"]))
    Traceback (most recent call last):
    ValueError: items points the other way than its dimension (reversed twice, or not at all?) in row(s) 'b'
    """
    need("statistics", statistics, ["item_rest"])
    what = "points the other way than its dimension (reversed twice, or not at all?)"
    refuse("items", statistics["item_rest"] < 0, what, statistics.index)
