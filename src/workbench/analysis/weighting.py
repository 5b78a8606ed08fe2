"""Weights that make those who answered resemble those who were asked, and what that costs and says."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from workbench.analysis.arguments import listed, need, numbers, positive, refuse
from workbench.analysis.weighted import shares

__all__ = [
    "Representativity",
    "design_effect",
    "effective_n",
    "rake",
    "representativity",
    "shares",
]

ROUNDS = 10_000
INVITED_NEEDED = 200


def rake(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    tolerance: float = 1e-10,
    start: pd.Series | None = None,
) -> pd.Series:
    r"""Weight respondents so that several margins equal those of the population at once.

    Iterative proportional fitting (Deming & Stephan 1940, Ann. Math. Statist. 11, 427-444): starting from 1, the
    weights of every category are multiplied by its population count over its weighted count, margin after margin,
    until no count is off by more than the tolerance, relatively. One margin gives post-stratification, N/n per cell.
    It needs a frame; do not weight to guesses.

    Parameters
    ----------
    sample : DataFrame, one row per respondent
        Needs a column per margin, without missing values (give "unknown" a category of its own).
    margins : mapping of column name to Series
        Population count (values) per category (index).
    tolerance : float
        Largest relative deviation of a margin.
    start : Series with the index of `sample`, optional
        Weights to begin with, above 0; 1 where left out.

    Returns
    -------
    Series
        Weights in the order of `sample`, adding up to the population.

    Raises
    ------
    ValueError
        Categories of the sample without a population count, or (the other way round) a population without a
        respondent: collapse it with a neighbour, never drop it. Margins with different totals. Margins that the sample
        cannot meet at once.

    Examples
    --------
    >>> sample = pd.DataFrame({"age": ["old", "old", "young"]})
    >>> rake(sample, {"age": pd.Series({"old": 30, "young": 20})}).to_list()
    [15.0, 15.0, 20.0]
    """
    positive("tolerance", tolerance)
    need("sample", sample, margins)
    if not margins:
        return pd.Series(np.ones(len(sample)), index=sample.index, name="weight")
    base = np.ones(len(sample)) if start is None else numbers("start", start, missing=False)
    refuse("start", base <= 0, "is not above 0", sample.index)
    codes, targets = [], []
    for name, margin in margins.items():
        code, target = _category(sample, name, margin)
        codes.append(code)
        targets.append(target)
    totals = [float(target.sum()) for target in targets]
    if max(totals) - min(totals) > 1e-6 * max(totals):
        raise ValueError(f"margins have different totals: {dict(zip(margins, totals, strict=True))}")

    cells, cell = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    n = np.bincount(cell.ravel(), weights=base)
    w = np.ones(len(n))
    for _ in range(ROUNDS):
        off = 0.0
        for column, target in enumerate(targets):
            at = cells[:, column]
            ratio = target / np.bincount(at, weights=n * w, minlength=len(target))
            off = max(off, float(np.max(abs(ratio - 1))))
            w = w * ratio[at]
        if off < tolerance:
            return pd.Series(base * w[cell.ravel()], index=sample.index, name="weight")
    raise ValueError(f"margins cannot be met at once: after {ROUNDS} rounds they are still off by {off:.2g}")


def _category(sample: pd.DataFrame, name: str, margin: pd.Series) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Category of every respondent as a position in the margin, and the population counts."""
    refuse(f"sample[{name!r}]", sample[name].isna(), "is missing", sample.index)
    refuse(f"margins[{name!r}]", margin.index.duplicated(), "has a category again", margin.index)
    target = numbers(f"margins[{name!r}]", margin, missing=False)
    refuse(f"margins[{name!r}]", target < 0, "is negative", margin.index)
    margin, target = margin[target > 0], target[target > 0]
    code = pd.Index(margin.index).get_indexer(pd.Index(sample[name].astype(object)))
    unknown = pd.unique(sample.loc[code < 0, name])
    if len(unknown):
        raise ValueError(f"margins[{name!r}] has no population for {listed(unknown)} of the sample")
    lacking = margin.index[np.bincount(code, minlength=len(margin)) == 0]
    if len(lacking):
        raise ValueError(f"sample[{name!r}] has nobody in {listed(lacking)}: collapse with a neighbouring category")
    return code, target


def effective_n(weights: ArrayLike) -> float:
    r"""How many equally weighted people are these worth? :math:`(\sum w)^2/\sum w^2`.

    Kish (1965), Survey Sampling, section 11.7. Use it in place of n in every interval and reliability of a weighted
    figure.

    Parameters
    ----------
    weights : array_like
        One per respondent, at least 0.

    Returns
    -------
    float
        Between 1 and the number of respondents; NaN where there is no weight at all.

    Raises
    ------
    ValueError
        Missing, infinite or negative weights.

    Examples
    --------
    >>> effective_n([1, 1, 2])   # 16 / 6
    2.6666666666666665
    """
    w = numbers("weights", weights, missing=False)
    refuse("weights", w < 0, "is negative")
    largest = w.max(initial=0)
    return float((w / largest).sum() ** 2 / ((w / largest) ** 2).sum()) if largest > 0 else np.nan


def design_effect(weights: ArrayLike) -> float:
    r"""By what factor do unequal weights raise the variance of a mean? :math:`n \sum w^2/(\sum w)^2` (Kish).

    Parameters
    ----------
    weights : array_like
        One per respondent, at least 0.

    Returns
    -------
    float
        At least 1; NaN where there is no weight at all.

    Raises
    ------
    ValueError
        Missing, infinite or negative weights.

    Examples
    --------
    >>> design_effect([1, 1, 2])   # 3 * 6 / 16
    1.125
    """
    return float(np.size(numbers("weights", weights)) / effective_n(weights))


@dataclass(frozen=True)
class Representativity:
    """How evenly the invited answered.

    Attributes
    ----------
    r_indicator : float
        1 where all groups were equally likely to answer; 0 is the worst.
    r_indicator_adjusted : float
        The same, without the part that chance adds to the differences.
    response_rate : float
    n : int
        People invited.
    reason : str
        Why the indicators should not be shown (fewer than 200 invited); empty if they may.
    """

    r_indicator: float
    r_indicator_adjusted: float
    response_rate: float
    n: int
    reason: str


def representativity(frame: pd.DataFrame, responded: pd.Series) -> Representativity:
    r"""Did all kinds of invited people answer alike? The R-indicator.

    :math:`R = 1 - 2S(\hat\rho)`, S the standard deviation of the propensities to answer by a logistic model with the
    main effects of the columns. Estimated propensities vary even without differences; the adjusted one uses
    :math:`\max(0, (1 + 1/n)S^2 - \overline{z'Vz})` with :math:`z = \hat\rho(1 - \hat\rho)x` and V the covariance of the
    coefficients (Shlomo, Skinner & Schouten 2012, J. Stat. Plan. Inference 142, 201-211). A high R is no proof that
    those who answered think alike.

    Parameters
    ----------
    frame : DataFrame, one row per invited person
        Every column counts as categories, without missing values (give "unknown" a category of its own).
    responded : Series of bool with the same index

    Returns
    -------
    Representativity

    Raises
    ------
    ValueError
        Nobody invited, different indexes, missing values, `responded` other than true or false.

    Examples
    --------
    Half of the old and half of the young answered.

    >>> frame = pd.DataFrame({"age": ["old", "old", "young", "young"]})
    >>> got = representativity(frame, pd.Series([True, False, True, False]))
    >>> round(got.r_indicator, 6), got.response_rate, got.reason
    (1.0, 0.5, 'fewer than 200 invited')
    """
    if not frame.index.equals(responded.index):
        raise ValueError(f"frame ({len(frame)} rows) and responded ({len(responded)} rows) must share one index")
    if not len(frame):
        raise ValueError("frame has no rows: nobody was invited")
    refuse("responded", ~responded.isin([True, False]), "is not true or false", responded.index)
    for name in frame.columns:
        refuse(f"frame[{name!r}]", frame[name].isna(), "is missing", frame.index)
    y = responded.to_numpy(dtype=float)
    pattern, of = _patterns(frame)
    n = np.bincount(of, minlength=len(pattern)).astype(float)
    p, leverage = _propensities(pattern, n, np.bincount(of, weights=y, minlength=len(pattern)).astype(float))
    N = len(y)
    mean = float(n @ p) / N
    S2 = float(n @ (p - mean) ** 2) / (N - 1) if N > 1 else np.nan
    chance = float(n @ (p * (1 - p) * leverage)) / N
    return Representativity(
        r_indicator=float(1 - 2 * np.sqrt(S2)),
        r_indicator_adjusted=float(1 - 2 * np.sqrt(np.maximum(0.0, (1 + 1 / N) * S2 - chance))),
        response_rate=float(y.mean()),
        n=N,
        reason="" if N >= INVITED_NEEDED else f"fewer than {INVITED_NEEDED} invited",
    )


def _patterns(frame: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Rows of the design matrix that differ (intercept and dummies), and the one of every person."""
    if frame.shape[1] == 0:
        return np.ones((1, 1)), np.zeros(len(frame), dtype=np.intp)
    codes = np.column_stack([pd.factorize(frame[name])[0] for name in frame.columns])
    distinct, of = np.unique(codes, axis=0, return_inverse=True)
    dummies = [np.equal.outer(column, np.arange(1, column.max() + 1)) for column in distinct.T]
    return np.column_stack([np.ones(len(distinct)), *dummies]).astype(float), of.ravel()


def _propensities(
    X: NDArray[np.float64], n: NDArray[np.float64], answered: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit the logistic model by iteratively reweighted least squares; propensity and leverage per person of a pattern.

    Where a category answered completely or not at all its propensity runs to 1 or 0 and its weight to nothing; the
    fit then stops at the propensities, which converge, not at the coefficients, which do not.
    """
    p = (answered + 0.5) / (n + 1)
    eta = np.log(p / (1 - p))
    deviance = np.inf
    for _ in range(100):
        w = np.maximum(n * p * (1 - p), 1e-12)
        root = np.sqrt(w)
        z = eta + (answered - n * p) / w
        beta = linalg.lstsq(X * root[:, None], z * root, lapack_driver="gelsy", cond=1e-13)[0]
        eta = np.clip(X @ beta, -30, 30)
        p = 1 / (1 + np.exp(-eta))
        last, deviance = deviance, -2 * float(np.sum(answered * np.log(p) + (n - answered) * np.log1p(-p)))
        if abs(last - deviance) <= 1e-14 * (abs(deviance) + 0.1):
            break
    weighted = X * np.sqrt(n * p * (1 - p))[:, None]
    q, r, _ = linalg.qr(weighted, mode="economic", pivoting=True)
    rank = int(np.sum(abs(np.diag(r)) > 1e-12 * max(abs(r[0, 0]), 1e-300)))
    return p, np.sum(q[:, :rank] ** 2, axis=1) / n
