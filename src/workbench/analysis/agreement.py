"""Do assessors who judge the same thing agree?"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from workbench.analysis.arguments import numbers, share

LEVELS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTS = ("unweighted", "linear", "quadratic", "ordinal")
KINDS = ("A,1", "A,k", "C,1", "C,k")
UNITS_NEEDED = 20


def _matrix(ratings: pd.DataFrame) -> NDArray[np.float64]:
    table = pd.DataFrame(ratings)
    columns = [numbers(f"ratings[{name!r}]", table.iloc[:, at]) for at, name in enumerate(table.columns)]
    return np.column_stack(columns) if columns else np.empty((len(table), 0))


def _counts(matrix: NDArray[np.float64], categories: NDArray[np.float64]) -> NDArray[np.float64]:
    """Units x categories: how many assessors chose each."""
    return (matrix[:, :, None] == categories).sum(axis=1).astype(float)


def krippendorff_alpha(ratings: pd.DataFrame, level: str = "ordinal") -> float:
    r"""Agreement of any number of assessors, with gaps, corrected for chance: Krippendorff's alpha.

    :math:`\alpha = 1 - D_o/D_e`, observed over expected disagreement among pairable values; the distance between two
    values is 1 (nominal), their difference squared (interval), that of their ranks (ordinal) or
    :math:`((c-k)/(c+k))^2` (ratio) (Krippendorff 2011, Computing Krippendorff's alpha-reliability). Where nearly all
    judgements are the same it collapses although assessors agree: show `gwet_ac` beside it.

    Parameters
    ----------
    ratings : DataFrame, one row per unit, one column per assessor
        Numbers; NaN where an assessor did not judge. Units with one rating say nothing and are left out.
    level : {"ordinal", "nominal", "interval", "ratio"}

    Returns
    -------
    float
        1 is perfect, 0 what chance gives. NaN where it is not defined: all ratings identical, or no unit judged twice.

    Raises
    ------
    ValueError
        Text or infinite ratings, an unknown level.

    Examples
    --------
    Two assessors, values 1 1, 2 2, 1 2: one of three units differs, 2 of 6 pairs; by chance 18 of 30.

    >>> round(krippendorff_alpha(pd.DataFrame({"a": [1, 2, 1], "b": [1, 2, 2]}), "nominal"), 4)   # 1 - (2/6)/(18/30)
    0.4444
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    matrix = _matrix(ratings)
    return float(_alphas(matrix, _once(matrix), level)[0])


def _once(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ones((1, len(matrix)))


def _alphas(matrix: NDArray[np.float64], times: NDArray[np.float64], level: str = "ordinal") -> NDArray[np.float64]:
    """Alpha of every row of `times`, which says how often each unit counts."""
    values = np.unique(matrix[~np.isnan(matrix)])
    counts = _counts(matrix, values)
    m = counts.sum(axis=1)
    counts, m, times = counts[m >= 2], m[m >= 2], times[:, m >= 2]
    q = len(values)
    paired = counts / (m - 1)[:, None]
    per_unit = paired[:, :, None] * counts[:, None, :] - paired[:, :, None] * np.eye(q)
    observed = (times @ per_unit.reshape(len(counts), q * q)).reshape(len(times), q, q)
    n = times @ counts
    pairs = n[:, :, None] * n[:, None, :] - n[:, :, None] * np.eye(q)
    expected = pairs / np.maximum(n.sum(axis=1) - 1, 1)[:, None, None]
    distance = _distance(values, n, level)
    by_chance = (expected * distance).sum(axis=(1, 2))
    by_now = (observed * distance).sum(axis=(1, 2))
    return 1 - np.divide(by_now, by_chance, out=np.full(len(n), np.nan), where=by_chance > 0)


def _distance(values: NDArray[np.float64], n: NDArray[np.float64], level: str) -> NDArray[np.float64]:
    one, other = values[:, None], values[None, :]
    if level == "nominal":
        return (one != other).astype(float)
    if level == "interval":
        return (one - other) ** 2
    if level == "ratio":
        total = one + other
        return np.divide(one - other, total, out=np.zeros(total.shape), where=total != 0) ** 2
    middle = np.cumsum(n, axis=1) - n / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def gwet_ac(ratings: pd.DataFrame, weights: str = "quadratic", categories: Sequence[float] | None = None) -> float:
    r"""Agreement that stays meaningful when nearly all judgements are the same: Gwet's AC1 and AC2.

    :math:`(p_a - p_e)/(1 - p_e)` with :math:`p_e = T_w \sum \pi_k(1-\pi_k)/(q(q-1))`, :math:`T_w` the sum of all
    weights (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapter 5). Unweighted it is AC1.

    Parameters
    ----------
    ratings : DataFrame, one row per unit, one column per assessor
        Numbers; NaN where an assessor did not judge. A unit with one rating counts in :math:`\pi` only.
    weights : {"quadratic", "linear", "ordinal", "unweighted"}
        Credit for near agreement; linear and quadratic by value, ordinal by rank.
    categories : sequence of float, optional
        All values of the scale; those that occur if left out. Give it where a value may be unused.

    Returns
    -------
    float
        NaN where it is not defined: a single category, or no unit judged twice.

    Raises
    ------
    ValueError
        Text or infinite ratings, unknown weights, a rating that is no category.

    Examples
    --------
    Two of three units agree, both values equally often: (2/3 - 1/2)/(1 - 1/2).

    >>> round(gwet_ac(pd.DataFrame({"a": [1, 2, 1], "b": [1, 2, 2]}), "unweighted"), 4)
    0.3333
    """
    if weights not in WEIGHTS:
        raise ValueError(f"weights must be one of {', '.join(WEIGHTS)}, not {weights!r}")
    matrix = _matrix(ratings)
    occurring = np.unique(matrix[~np.isnan(matrix)])
    values = occurring if categories is None else np.unique(numbers("categories", categories, missing=False))
    if not np.isin(occurring, values).all():
        raise ValueError(f"ratings hold {list(occurring[~np.isin(occurring, values)])}, which are no categories")
    return float(_acs(matrix, _once(matrix), weights, categories)[0])


def _acs(
    matrix: NDArray[np.float64],
    times: NDArray[np.float64],
    weights: str = "quadratic",
    categories: Sequence[float] | None = None,
) -> NDArray[np.float64]:
    """AC of every row of `times`; without `categories` the scale of a row is the values that occur in it."""
    values = np.unique(matrix[~np.isnan(matrix)] if categories is None else np.asarray(categories, dtype=float))
    counts = _counts(matrix, values)
    scales = np.ones((len(times), len(values)), dtype=bool) if categories is not None else times @ counts > 0
    out = np.full(len(times), np.nan)
    for scale, of in _alike(scales):
        out[of] = _acs_on(values[scale], counts[:, scale], times[of], weights)
    return out


def _alike(rows: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """Every distinct row, and where it stands."""
    distinct, of = np.unique(rows, axis=0, return_inverse=True)
    for at, row in enumerate(distinct):
        yield row, np.flatnonzero(of.ravel() == at)


def _acs_on(
    values: NDArray[np.float64], counts: NDArray[np.float64], times: NDArray[np.float64], weights: str
) -> NDArray[np.float64]:
    q = len(values)
    m = counts.sum(axis=1)
    times, counts, m = times[:, m >= 1], counts[m >= 1], m[m >= 1]
    twice = m >= 2
    if q < 2 or not twice.any():
        return np.full(len(times), np.nan)
    w = _credit(values, weights)
    agreeing = (counts * (counts @ w - 1)).sum(axis=1)[twice] / (m * (m - 1))[twice]
    judged_twice = times[:, twice].sum(axis=1)
    nothing = np.full(len(times), np.nan)
    agreed = np.divide(times[:, twice] @ agreeing, judged_twice, out=nothing, where=judged_twice > 0)
    share = times @ (counts / m[:, None]) / times.sum(axis=1, keepdims=True)
    by_chance = w.sum() / (q * (q - 1)) * np.sum(share * (1 - share), axis=1)
    return (agreed - by_chance) / (1 - by_chance)


def _credit(values: NDArray[np.float64], weights: str) -> NDArray[np.float64]:
    if weights == "unweighted":
        return np.eye(len(values))
    if weights == "ordinal":
        apart = abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values))))
        return 1 - apart * (apart + 1) / ((len(values) - 1) * len(values))
    apart = abs(np.subtract.outer(values, values)) / np.ptp(values)
    return 1 - (apart if weights == "linear" else apart**2)


def icc(ratings: pd.DataFrame, kind: str = "A,1") -> float:
    r"""Agreement of assessors who give marks: intraclass correlation from a two-way analysis of variance.

    Kinds as in McGraw & Wong (1996, Psychol. Methods 1, 30-46, table 4): ``A`` absolute agreement, ``C`` consistency
    (a constant shift between assessors does not count); ``1`` a single assessor, ``k`` the mean of all. With mean
    squares of units R, assessors C and error E, k assessors and n units, ``A,1`` is
    :math:`(R - E)/(R + (k-1)E + k(C - E)/n)`. Not for a few ordered grades: see `krippendorff_alpha`.

    Parameters
    ----------
    ratings : DataFrame, one row per unit, one column per assessor
        Units without a rating of every assessor are left out.
    kind : {"A,1", "A,k", "C,1", "C,k"}

    Returns
    -------
    float
        NaN with fewer than two units or assessors, or where nothing varies. It can be negative.

    Raises
    ------
    ValueError
        Text or infinite ratings, an unknown kind.

    Examples
    --------
    The second assessor is always one point higher: consistent, not in agreement (R = 2, C = 1.5, E = 0).

    >>> ratings = pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 4]})
    >>> icc(ratings, "C,1"), round(icc(ratings, "A,1"), 4)
    (1.0, 0.6667)
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return _icc(_matrix(ratings), kind)


def _icc(matrix: NDArray[np.float64], kind: str = "A,1") -> float:
    matrix = matrix[~np.isnan(matrix).any(axis=1)]
    n, k = matrix.shape
    if n < 2 or k < 2:
        return np.nan
    centred = matrix - matrix.mean()
    unit, assessor = centred.mean(axis=1), centred.mean(axis=0)
    R = k * float(unit @ unit) / (n - 1)
    C = n * float(assessor @ assessor) / (k - 1)
    rest = centred - unit[:, None] - assessor
    E = float(np.sum(rest**2)) / ((n - 1) * (k - 1))
    shift = (C - E) / n if kind[0] == "A" else 0.0
    below = R + (k - 1) * E + k * shift if kind[2] == "1" else R + shift
    return (R - E) / below if below > 1e-20 else np.nan


class Interval(NamedTuple):
    """Limits of an agreement coefficient; `reason` says why they only give direction ('' if they hold)."""

    low: float
    high: float
    reason: str


def interval(
    ratings: pd.DataFrame,
    coefficient: Callable[[pd.DataFrame], float] = krippendorff_alpha,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 1,
) -> Interval:
    r"""How far can the agreement be trusted? Percentile interval from drawing units again.

    Units (providers) are drawn with replacement, as the next ones will be other units judged by the same assessors.
    Draws in which the coefficient is not defined are left out. The percentiles are
    :math:`\Phi(\mp\sqrt{n/(n-1)}\,t_{n-1})` rather than 2.5 and 97.5%, as those of a few units lie too close together
    (Hesterberg 2015, Am. Stat. 69, 371-386, expanded percentile): with 30 units the coverage rises from 91 to 93%.

    Parameters
    ----------
    ratings : DataFrame, one row per unit, one column per assessor
    coefficient : function of such a table
        `krippendorff_alpha`, `gwet_ac`, `icc` or one of them with its settings filled in.
    draws : int
    confidence : float
        Coverage, between 0 and 1.
    seed : int
        The same seed gives the same limits.

    Returns
    -------
    Interval
        NaN where the coefficient is hardly ever defined; with fewer than 20 units a `reason`: orientating only.

    Raises
    ------
    ValueError
        As the coefficient; a confidence that is not between 0 and 1.

    Examples
    --------
    >>> ratings = pd.DataFrame({"a": [1, 2, 3, 4] * 5, "b": [1, 2, 3, 4] * 5})
    >>> interval(ratings, draws=50)
    Interval(low=1.0, high=1.0, reason='')
    """
    tail = (1 - share("confidence", confidence)) / 2
    rng = np.random.default_rng(seed)
    n = len(ratings)
    drawn = np.array([rng.integers(0, n, n) for _ in range(draws if n else 0)], dtype=np.intp)
    values = _of_draws(ratings, coefficient, drawn)
    values = values[~np.isnan(values)]
    reason = "" if n >= UNITS_NEEDED else f"fewer than {UNITS_NEEDED} units: orientating"
    if len(values) < max(draws / 2, 1):
        return Interval(np.nan, np.nan, "the coefficient is not defined")
    if n > 1:
        tail = float(special.ndtr(np.sqrt(n / (n - 1)) * special.stdtrit(n - 1, tail)))
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high), reason)


def _of_draws(
    ratings: pd.DataFrame, coefficient: Callable[[pd.DataFrame], float], drawn: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Coefficient of every draw (a row of `drawn`: positions of units); ours all at once, another one by one."""
    of, settings = coefficient, {}
    if isinstance(coefficient, partial) and not coefficient.args:
        of, settings = coefficient.func, coefficient.keywords
    if not len(drawn) or of not in (krippendorff_alpha, gwet_ac, icc):
        return np.array([coefficient(ratings.iloc[at]) for at in drawn])
    coefficient(ratings)  # refuses what it would refuse
    matrix = _matrix(ratings)
    if of is icc:
        return np.array([_icc(matrix[at], **settings) for at in drawn])
    n = drawn.shape[1]
    cell = (np.arange(len(drawn))[:, None] * n + drawn).ravel()
    times = np.bincount(cell, minlength=drawn.size).reshape(drawn.shape).astype(float)
    return _alphas(matrix, times, **settings) if of is krippendorff_alpha else _acs(matrix, times, **settings)
