"""Do assessors who judge the same thing agree?"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    values = np.unique(matrix[~np.isnan(matrix)])
    counts = _counts(matrix, values)
    m = counts.sum(axis=1)
    counts, m = counts[m >= 2], m[m >= 2]
    paired = counts / (m - 1)[:, None]
    observed = paired.T @ counts - np.diag(paired.sum(axis=0))
    n = counts.sum(axis=0)
    expected = (np.outer(n, n) - np.diag(n)) / max(n.sum() - 1, 1)
    distance = _distance(values, n, level)
    by_chance = float((expected * distance).sum())
    return 1 - float((observed * distance).sum()) / by_chance if by_chance > 0 else np.nan


def _distance(values: NDArray[np.float64], n: NDArray[np.float64], level: str) -> NDArray[np.float64]:
    one, other = values[:, None], values[None, :]
    if level == "nominal":
        return (one != other).astype(float)
    if level == "interval":
        return (one - other) ** 2
    if level == "ratio":
        total = one + other
        return np.divide(one - other, total, out=np.zeros(total.shape), where=total != 0) ** 2
    middle = np.cumsum(n) - n / 2
    return (middle[:, None] - middle[None, :]) ** 2


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
    q = len(values)
    counts = _counts(matrix, values)
    m = counts.sum(axis=1)
    counts, m = counts[m >= 1], m[m >= 1]
    twice = m >= 2
    if q < 2 or not twice.any():
        return np.nan
    w = _credit(values, weights)
    agreeing = (counts * (counts @ w - 1)).sum(axis=1)[twice] / (m * (m - 1))[twice]
    share = (counts / m[:, None]).mean(axis=0)
    by_chance = float(w.sum() / (q * (q - 1)) * np.sum(share * (1 - share)))
    return (float(agreeing.mean()) - by_chance) / (1 - by_chance)


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
    matrix = _matrix(ratings)
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
    """How far can the agreement be trusted? Percentile interval from drawing units again.

    Units (providers) are drawn with replacement, as the next ones will be other units judged by the same assessors.
    Draws in which the coefficient is not defined are left out.

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
    values = np.array([coefficient(ratings.iloc[rng.integers(0, n, n)]) for _ in range(draws if n else 0)])
    values = values[~np.isnan(values)]
    reason = "" if n >= UNITS_NEEDED else f"fewer than {UNITS_NEEDED} units: orientating"
    if len(values) < max(draws / 2, 1):
        return Interval(np.nan, np.nan, "the coefficient is not defined")
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high), reason)


def krippendorff_interval(
    ratings: pd.DataFrame, level: str = "ordinal", draws: int = 2000, confidence: float = 0.95, seed: int = 1
) -> Interval:
    """Limits of `krippendorff_alpha` as `interval` gives them, all draws at once.

    A draw is a number of times each unit counts; alpha needs only sums over units, so that all draws are a few products
    of matrices: for 30 providers about a hundredth of the time.

    Parameters
    ----------
    ratings, level
        As in `krippendorff_alpha`.
    draws, confidence, seed
        As in `interval`; the same seed gives the very same draws.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        As `interval`.

    Examples
    --------
    >>> ratings = pd.DataFrame({"a": [1, 2, 3, 4] * 5, "b": [1, 2, 3, 4] * 4 + [1, 2, 3, 3]})
    >>> fast, slow = krippendorff_interval(ratings, draws=50), interval(ratings, draws=50)
    >>> bool(np.allclose(fast[:2], slow[:2]))
    True
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    tail = (1 - share("confidence", confidence)) / 2
    matrix = _matrix(ratings)
    n = len(matrix)
    if not n or not draws:
        return Interval(np.nan, np.nan, "the coefficient is not defined")
    rng = np.random.default_rng(seed)
    times = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(draws)]).astype(float)
    values = np.unique(matrix[~np.isnan(matrix)])
    counts = _counts(matrix, values)
    m = counts.sum(axis=1)
    counts, m, times = counts[m >= 2], m[m >= 2], times[:, m >= 2]
    paired = counts / (m - 1)[:, None]
    C = len(values)
    own = paired[:, :, None] * counts[:, None, :] - paired[:, :, None] * np.eye(C)
    observed = (times @ own.reshape(len(own), C * C)).reshape(draws, C, C)
    chosen = times @ counts
    total = np.maximum(chosen.sum(axis=1) - 1, 1)[:, None, None]
    expected = (chosen[:, :, None] * chosen[:, None, :] - chosen[:, :, None] * np.eye(C)) / total
    if level == "ordinal":
        middle = np.cumsum(chosen, axis=1) - chosen / 2
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    else:
        distance = _distance(values, chosen.sum(axis=0), level)
    by_chance = (expected * distance).sum(axis=(1, 2))
    defined = by_chance > 0
    alpha = 1 - (observed * distance).sum(axis=(1, 2))[defined] / by_chance[defined]
    if len(alpha) < max(draws / 2, 1):
        return Interval(np.nan, np.nan, "the coefficient is not defined")
    low, high = np.quantile(alpha, [tail, 1 - tail])
    reason = "" if n >= UNITS_NEEDED else f"fewer than {UNITS_NEEDED} units: orientating"
    return Interval(float(low), float(high), reason)
