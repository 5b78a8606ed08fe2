"""Weighted shares of many units at once, with errors that know what weights and strata did."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from workbench.analysis.arguments import numbers, refuse
from workbench.analysis.intervals import wilson

ROUNDING = 1e-12  # a variance this small beside that of a single respondent is rounding: all gave one answer


def shares(
    answers: pd.DataFrame,
    weights: ArrayLike,
    units: pd.DataFrame,
    strata: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Which share of every unit gave each answer? Survey-weighted, many questions and levels of units in one pass.

    For the tables of a large survey: shares per municipality, district, age group and region at once. Unit u is a
    domain of one sample: with :math:`y` 1 for the answer, the sums over those of u who answered the item,

    .. math:: \hat p = \frac{\sum w y}{\sum w}, \quad z_k = \frac{w_k(y_k - \hat p)}{\sum w}, \quad
        \widehat{var}(\hat p) = \sum_h \frac{n_h}{n_h - 1} \sum_{k \in h} (z_k - \bar z_h)^2,

    the linearised variance of a ratio in a stratified sample of :math:`n_h` persons drawn with replacement, z being 0
    outside the domain (Sarndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, section 5.8). It equals
    ``svyby(~y, ~unit, design, svymean)`` of R's survey. Not for a handful of providers without a frame, whose shares
    are plain (`intervals.wilson`); nor for clustered samples, in which people were not drawn one by one.

    The interval is Wilson's with the effective number :math:`n_{eff} = \hat p(1 - \hat p)/\widehat{var}`, at most n
    (Korn & Graubard 1998, Survey Methodology 24, 193-201). It stays within 0 and 1 and keeps its coverage in small
    units and for rare answers, where the estimate -+ 1.96 errors does not, and exists where nobody or everybody gave
    the answer, where the logit interval does not. Where all of a unit gave one answer the effective number is Kish's
    :math:`(\sum w)^2/\sum w^2`.

    Parameters
    ----------
    answers : DataFrame, one row per respondent
        One column per item, with the answer (a code or a word); missing where not given.
    weights : array_like
        One per respondent, at least 0. Weights of 0 count as not asked.
    units : DataFrame with the index of `answers`
        One column per level (municipality, age group, region ...) with the unit of the respondent, missing where it
        belongs to none. Levels need not nest.
    strata : Series with that index, optional
        The strata the sample was drawn in; one if left out. A stratum of one person
        counts with its distance from the mean (``survey.lonely.psu = "adjust"``).
    confidence : float
        Coverage, between 0 and 1.

    Returns
    -------
    DataFrame, one row per level, unit, item and answer
        ``level, unit, item, answer, n`` (respondents of the unit who answered the item), ``n_eff, estimate`` (share),
        ``std_error, conf_low, conf_high``. Units and answers are sorted (a categorical keeps its order, and answers
        that nobody gave); every unit has a row for every answer to the item, NaN where n = 0. An error rests on at
        least two respondents of the unit.

    Raises
    ------
    ValueError
        Different indexes, missing, infinite or negative weights, a missing stratum, columns that repeat.

    Examples
    --------
    By hand for Zwolle: 3 of 4 weights say yes; z is -+ .75/4 for both people, and sqrt(3/2 * 2 * .1875**2) = .3248.

    >>> answers = pd.DataFrame({"lonely": ["no", "yes", "yes"]})
    >>> units = pd.DataFrame({"municipality": ["Zwolle", "Zwolle", "Kampen"]})
    >>> got = shares(answers, [1.0, 3.0, 2.0], units)
    >>> got[["unit", "answer", "n", "estimate", "std_error"]].round(4)
         unit answer  n  estimate  std_error
    0  Kampen     no  1      0.00        NaN
    1  Kampen    yes  1      1.00        NaN
    2  Zwolle     no  2      0.25     0.3248
    3  Zwolle    yes  2      0.75     0.3248
    """
    w = _weights(weights, answers, units)
    stratum, n_in = _strata(strata, answers.index, w > 0)
    kept = w > 0
    w, stratum = w[kept], stratum[kept]
    items = {name: _codes(answers[name], kept) for name in answers.columns}
    parts = []
    for level in units.columns:
        unit, names = _codes(units[level], kept)
        blocks = _blocks(unit, stratum, len(names), len(n_in))
        for item, (code, words) in items.items():
            used = (unit >= 0) & (code >= 0)
            counted = _count(blocks, used, code[used], w[used], n_in, len(words))
            parts.append((level, item, names, words, counted))
    return _together(parts, confidence)


class _Counted(NamedTuple):
    n: NDArray[np.float64]  # per unit
    kish: NDArray[np.float64]  # per unit
    estimate: NDArray[np.float64]  # per unit and answer
    variance: NDArray[np.float64]  # per unit and answer


class _Blocks(NamedTuple):
    block: NDArray[np.intp]  # of every respondent: its unit and stratum; anything where it has no unit
    unit: NDArray[np.intp]  # of every block
    stratum: NDArray[np.intp]  # of every block
    units: int


def _blocks(unit: NDArray[np.intp], stratum: NDArray[np.intp], units: int, strata: int) -> _Blocks:
    if strata == 1:
        return _Blocks(unit, np.arange(units), np.zeros(units, dtype=np.intp), units)
    pairs, block = np.unique(np.maximum(unit, 0) * strata + stratum, return_inverse=True)
    return _Blocks(block, pairs // strata, pairs % strata, units)


def _count(
    blocks: _Blocks,
    used: NDArray[np.bool_],
    code: NDArray[np.intp],
    w: NDArray[np.float64],
    n_in: NDArray[np.float64],
    answers: int,
) -> _Counted:
    """Estimate the shares of one item on one level.

    z is w(1 - p)/W for who gave the answer and -wp/W for who gave another, so that the sums of z and of its square per
    unit and stratum follow from the sums of w and of its square per unit, stratum and answer.
    """
    block, of, at, units = blocks.block[used], blocks.unit, blocks.stratum, blocks.units
    shape = len(of), answers
    cell = block * answers + code
    first, second = (
        np.bincount(cell, weights=part, minlength=shape[0] * answers).astype(float).reshape(shape)
        for part in (w, w * w)
    )
    counts = np.bincount(block, minlength=shape[0]).astype(float)
    n = np.bincount(of, weights=counts, minlength=units).astype(float)
    size, squares = _summed(first, of, units), _summed(second, of, units)
    W, W2 = size.sum(axis=1), squares.sum(axis=1)
    nobody = np.full(size.shape, np.nan)
    p = np.divide(size, W[:, None], out=nobody.copy(), where=W[:, None] > 0)
    own = p[of]
    z2 = second * (1 - 2 * own) + own**2 * second.sum(axis=1, keepdims=True)
    z1 = first - own * first.sum(axis=1, keepdims=True)
    factor = np.divide(n_in, n_in - 1, out=np.zeros(len(n_in)), where=n_in > 1)
    alone = n_in[at, None] == 1
    of_block = np.where(alone, z2, factor[at, None] * (z2 - z1**2 / n_in[at, None]))
    total = _summed(np.maximum(of_block, 0), of, units)
    variance = np.divide(total, W[:, None] ** 2, out=nobody.copy(), where=(n > 1)[:, None])
    kish = np.divide(W**2, W2, out=np.full(units, np.nan), where=W2 > 0)
    return _Counted(n, kish, p, np.where(variance < ROUNDING / np.where(n > 0, n, 1)[:, None], 0.0, variance))


def _summed(values: NDArray[np.float64], of: NDArray[np.intp], units: int) -> NDArray[np.float64]:
    """Add up blocks per unit."""
    if len(values) == units and np.array_equal(of, np.arange(units)):
        return values
    return np.column_stack([np.bincount(of, weights=column, minlength=units) for column in values.T])


def _together(
    parts: Sequence[tuple[Hashable, Hashable, pd.Index, pd.Index, _Counted]], confidence: float
) -> pd.DataFrame:
    """One row per level, unit, item and answer, with intervals."""
    columns: dict[str, list] = {
        name: [] for name in ("level", "unit", "item", "answer", "n", "kish", "estimate", "variance")
    }
    for level, item, names, words, counted in parts:
        rows = len(names) * len(words)
        columns["level"].append(np.full(rows, level, dtype=object))
        columns["unit"].append(np.repeat(np.asarray(names, dtype=object), len(words)))
        columns["item"].append(np.full(rows, item, dtype=object))
        columns["answer"].append(np.tile(np.asarray(words, dtype=object), len(names)))
        columns["n"].append(np.repeat(counted.n, len(words)))
        columns["kish"].append(np.repeat(counted.kish, len(words)))
        columns["estimate"].append(counted.estimate.ravel())
        columns["variance"].append(counted.variance.ravel())
    whole = {name: np.concatenate(part) if part else np.empty(0) for name, part in columns.items()}
    n, p, variance = whole["n"], whole["estimate"], whole["variance"]
    unequal = variance > 0
    n_eff = np.divide(p * (1 - p), variance, out=whole["kish"].copy(), where=unequal)
    n_eff = np.where(n > 0, np.minimum(n_eff, n), np.nan)
    known = np.where(n > 0, p, 0)
    low, high = wilson(known * np.where(n > 0, n_eff, 0), np.where(n > 0, n_eff, 0), confidence)
    return pd.DataFrame(
        {
            **{name: pd.Series(whole[name]).infer_objects() for name in ("level", "unit", "item", "answer")},
            "n": n.astype(int),
            "n_eff": n_eff,
            "estimate": p,
            "std_error": np.sqrt(variance),
            "conf_low": low,
            "conf_high": high,
        }
    )


def _weights(weights: ArrayLike, answers: pd.DataFrame, units: pd.DataFrame) -> NDArray[np.float64]:
    w = numbers("weights", weights, missing=False)
    if w.shape != (len(answers),) or not answers.index.equals(units.index):
        raise ValueError(
            f"answers ({len(answers)} rows), weights ({w.size}) and units ({len(units)} rows) must be one row per "
            "respondent, in one order"
        )
    refuse("weights", w < 0, "is negative", answers.index)
    for name, table in (("answers", answers), ("units", units)):
        refuse(name, table.columns.duplicated(), "has a column again", list(table.columns))
    return w


def _strata(
    strata: pd.Series | None, index: pd.Index, asked: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Stratum of every respondent, and how many each has."""
    if strata is None:
        return np.zeros(len(index), dtype=np.intp), np.array([float(asked.sum())])
    if not strata.index.equals(index):
        raise ValueError(f"strata ({len(strata)} rows) and answers ({len(index)} rows) must share one index")
    refuse("strata", strata.isna(), "is missing", index)
    code, names = pd.factorize(strata)
    return code.astype(np.intp), np.bincount(code[asked], minlength=len(names)).astype(float)


def _codes(column: pd.Series, kept: NDArray[np.bool_]) -> tuple[NDArray[np.intp], pd.Index]:
    """Position of every kept value among the sorted ones (-1 where missing), and these."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy()[kept].astype(np.intp), column.cat.categories
    code, words = pd.factorize(column[kept], sort=True)
    return code.astype(np.intp), pd.Index(words)
