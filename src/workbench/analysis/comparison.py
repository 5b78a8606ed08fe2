"""Providers beside each other: adjusted for the mix of respondents, tested, shrunken, labelled."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from workbench.analysis.arguments import need, numbers, refuse, share
from workbench.analysis.casemix import CaseMix, adjust, case_mix, with_variance
from workbench.analysis.hypotheses import NEGLIGIBLE, Difference, benjamini_hochberg, p_difference, t_statistic
from workbench.analysis.shrinkage import Shrunken, shrink
from workbench.analysis.variance_components import ProviderReliability, provider_reliability

__all__ = [
    "CaseMix",
    "Comparison",
    "Shrunken",
    "adjust",
    "case_mix",
    "compare",
    "contrast",
    "label",
    "p_equal",
    "shrink",
]

PROVIDERS_FOR_A_MEAN = 3


def contrast(adjusted: pd.DataFrame) -> pd.DataFrame:
    r"""Does a provider differ from the mean of all providers?

    :math:`\delta_p = a_p - \bar a` with the part-whole variance :math:`v_p(1 - 2/P) + \sum_q v_q/P^2`: the provider is
    itself part of the mean, and treating the two as independent makes the test far too strict with few providers.
    Student's t, two-sided, corrected by Benjamini-Hochberg over the rows of the table.

    Parameters
    ----------
    adjusted : DataFrame, one row per provider
        Needs ``adjusted``, ``variance`` (of it) and ``df``, as from `adjust`.

    Returns
    -------
    DataFrame
        The table with ``delta, std_error, statistic, p_value, p_adjusted``. With fewer than three providers all are
        NaN: there is no mean of all to compare with. Providers with a missing figure take no part. No statistic where
        the standard error is 0.

    Raises
    ------
    ValueError
        A missing column, a negative variance, an infinite number.

    Examples
    --------
    Three providers; the variance of the first contrast is 9/3 + 14/9.

    >>> table = pd.DataFrame({"adjusted": [50.0, 60, 70], "variance": [9.0, 4, 1], "df": 20}, index=list("abc"))
    >>> contrast(table)[["delta", "std_error"]].round(4)
       delta  std_error
    a  -10.0     2.1344
    b    0.0     1.6997
    c   10.0     1.3744
    """
    need("adjusted", adjusted, ["adjusted", "variance", "df"])
    level, error, df = (numbers(f"adjusted[{c!r}]", adjusted[c]) for c in ("adjusted", "variance", "df"))
    refuse("adjusted['variance']", error < 0, "is negative", adjusted.index)
    taking_part = ~(np.isnan(level) | np.isnan(error))
    P = int(taking_part.sum())
    if P < PROVIDERS_FOR_A_MEAN:
        taking_part[:] = False
    a, v = np.where(taking_part, level, np.nan), np.where(taking_part, error, np.nan)
    middle = float(a[taking_part].mean()) if taking_part.any() else np.nan
    delta = a - middle
    std_error = np.sqrt(v * (1 - 2 / max(P, 1)) + np.nansum(v) / max(P, 1) ** 2)
    size = np.max(abs(a[taking_part]), initial=0.0)
    std_error = np.where(std_error <= NEGLIGIBLE * size, 0.0, std_error)
    difference = Difference(delta, std_error, np.where(df > 0, df, np.nan))
    p = p_difference(difference)
    return adjusted.assign(
        delta=delta,
        std_error=std_error,
        statistic=t_statistic(difference),
        p_value=p,
        p_adjusted=benjamini_hochberg(p),
    )


def p_equal(adjusted: pd.DataFrame) -> float:
    r"""Do the providers differ at all, all taken together?

    Welch's (1951, Biometrika 38, 330-336) analysis of variance of the adjusted means: with :math:`w = 1/v` and
    :math:`\tilde a` their weighted mean,

    .. math:: F = \frac{\sum w(a - \tilde a)^2/(P - 1)}{1 + 2(P - 2)L/(P^2 - 1)}, \quad
        L = \sum \frac{(1 - w/\sum w)^2}{df}, \quad df_1 = P - 1,\; df_2 = \frac{P^2 - 1}{3L}.

    A large p value does not say that providers are equal, only that these answers do not tell them apart. Which
    provider differs is another question: see `contrast`.

    Parameters
    ----------
    adjusted : DataFrame, one row per provider
        Needs ``adjusted``, ``variance`` (of it) and ``df``, as from `adjust`.

    Returns
    -------
    float
        P value; NaN with fewer than three providers or where a variance is 0.

    Raises
    ------
    ValueError
        A missing column, a negative variance, an infinite number.

    Examples
    --------
    >>> y, of = pd.Series([1.0, 2, 3, 4, 5, 6, 7, 2, 4, 9]), pd.Series(list("aaabbbbccc"))
    >>> round(p_equal(adjust(y, of, pd.DataFrame(index=y.index), "manual")), 6)   # R: oneway.test(y ~ of)
    0.048751
    """
    need("adjusted", adjusted, ["adjusted", "variance", "df"])
    a, v, df = (numbers(f"adjusted[{c!r}]", adjusted[c]) for c in ("adjusted", "variance", "df"))
    refuse("adjusted['variance']", v < 0, "is negative", adjusted.index)
    known = ~(np.isnan(a) | np.isnan(v) | np.isnan(df))
    a, v, df = a[known], v[known], df[known]
    P = len(a)
    if P < PROVIDERS_FOR_A_MEAN or (v <= 0).any():
        return np.nan
    w = 1 / v
    between = float(w @ (a - w @ a / w.sum()) ** 2) / (P - 1)
    L = float(np.sum((1 - w / w.sum()) ** 2 / df))
    return float(special.fdtrc(P - 1, (P**2 - 1) / (3 * L), between / (1 + 2 * (P - 2) * L / (P**2 - 1))))


def label(
    table: pd.DataFrame,
    minimum_n: int = 10,
    minimum_reliability: float = 0.70,
    alpha: float = 0.05,
    minimum_difference: float = 5,
    certainty: float = 0.975,
) -> pd.Series:
    """Say of each provider whether it lies above or below the mean of all, when all five conditions hold.

    ``above`` or ``below`` needs: enough respondents; a reliable mean; a corrected p value below alpha; a difference
    that matters; and the same sign, nearly certain, in the shrunken estimate. Otherwise it is
    ``not distinguishable`` - never "average" - or ``too few``.

    Parameters
    ----------
    table : DataFrame, one row per provider
        Needs ``n, reliability, delta, p_adjusted, p_below``.
    minimum_n, minimum_reliability, minimum_difference, certainty : number
        Bounds, inclusive. `minimum_difference` in points.
    alpha : float
        Bound of the corrected p value, exclusive.

    Returns
    -------
    Series of str
        ``above``, ``below``, ``not distinguishable`` or ``too few``. A missing figure meets no condition; a missing n
        is too few.

    Raises
    ------
    ValueError
        A missing column.

    Examples
    --------
    >>> columns = ["n", "reliability", "delta", "p_adjusted", "p_below"]
    >>> rows = [[40, 0.8, 6, 0.01, 0.01], [40, 0.6, 6, 0.01, 0.01], [9, 0.8, 6, 0.01, 0.01]]
    >>> label(pd.DataFrame(rows, columns=columns)).to_list()
    ['above', 'not distinguishable', 'too few']
    """
    need("table", table, ["n", "reliability", "delta", "p_adjusted", "p_below"])
    n, reliability, delta, p, below = (
        numbers(f"table[{c!r}]", table[c]) for c in ("n", "reliability", "delta", "p_adjusted", "p_below")
    )
    slack = 1e-12  # a bound is met when it is equalled, whatever the last digit of 1 - .975
    enough = n >= minimum_n
    clear = enough & (reliability >= minimum_reliability - slack) & (p < alpha)
    matters = clear & (abs(delta) >= minimum_difference - slack)
    above = matters & (delta > 0) & (1 - below >= certainty - slack)
    under = matters & (delta < 0) & (below >= certainty - slack)
    words = np.select([~enough, above, under], ["too few", "above", "below"], "not distinguishable")
    return pd.Series(words.astype(object), index=table.index, name="label")


@dataclass(frozen=True)
class Comparison:
    """Providers compared on one score.

    Attributes
    ----------
    table : DataFrame
        One row per provider.
    between : ProviderReliability
        How far these scores tell providers apart, and how many respondents that takes.
    slopes : Series
        Points per unit of each adjuster used.
    pooled_variance : float
        Of a single adjusted score within providers.
    mu, tau : float
        Mean of all providers and spread between them, from the shrinkage.
    dropped_adjusters : dict
        Adjuster to the reason it was dropped.
    reason : str
        Why no, or only a partial, comparison was possible; empty if it was.
    p_equal : float
        P value of no difference at all, see `p_equal`.
    differ : bool
        Whether providers measurably differ: one is above or below, or they differ more than chance explains, all taken
        together (`p_equal` below alpha, or not known, and icc above 0). If not, an order of providers says nothing.
    """

    table: pd.DataFrame
    between: ProviderReliability
    mu: float
    tau: float
    slopes: pd.Series
    pooled_variance: float
    dropped_adjusters: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    p_equal: float = np.nan
    differ: bool = False

    @property
    def icc(self) -> float:
        """Share of the variance that lies between providers; 0 where they do not measurably differ."""
        return self.between.icc


def compare(
    scores: pd.Series,
    provider: pd.Series,
    adjusters: pd.DataFrame | None = None,
    minimum_n: int = 10,
    minimum_reliability: float = 0.70,
    alpha: float = 0.05,
    minimum_difference: float = 5,
    certainty: float = 0.975,
    variance: str = "smoothed",
    prior_df: float = 15,
    weights: pd.Series | None = None,
) -> Comparison:
    """Compare all providers on one score: adjust, contrast, reliability, shrink and label.

    One score is one family for the correction. Reliability is that of the *adjusted* mean: `provider_reliability` of
    scores from which the effect of the adjusters is taken off.

    Parameters
    ----------
    scores, provider : Series with the same index
        One row per respondent, also those without a score.
    adjusters : DataFrame with that index, optional
        Numeric background of the respondents.
    minimum_n, minimum_reliability, alpha, minimum_difference, certainty
        As in `label`.
    variance, prior_df
        As in `adjust`.
    weights : Series with that index, optional
        As in `case_mix`; n stays the number of people, reliability and variances rest on the effective number.

    Returns
    -------
    Comparison
        Its table has every provider that occurs (index provider): ``n, mean, adjusted, variance, df, delta, std_error,
        statistic, p_value, p_adjusted, n_eff, reliability, shrunk, shrunk_std_error, shrunk_low, shrunk_high, p_below,
        reference, label``. With fewer than two scores a provider takes no part and is ``too few``. With fewer than
        three taking part the label is ``no comparison``; with fewer than five there is no shrinkage, hence nobody above
        or below; `reason` says so. ``reference`` is ``all``, or ``others`` for a provider with more than half of all
        scores: its delta is then from the mean of the others, which changes neither its statistic nor its p value.

    Raises
    ------
    ValueError
        As `adjust`.

    Examples
    --------
    >>> scores = pd.Series([70.0, 72, 74, 60, 62, 64, 65, 67, 69])
    >>> got = compare(scores, pd.Series(list("aaabbbccc")), minimum_n=3)
    >>> got.table["delta"].round(2).to_list(), got.reason
    ([5.0, -5.0, 0.0], 'shrinkage needs 5 providers, there are 3')
    """
    share("alpha", alpha)
    share("certainty", certainty)
    if not minimum_difference >= 0:
        raise ValueError(f"minimum_difference must be a number of at least 0, not {minimum_difference}")
    adjusters = pd.DataFrame(index=scores.index) if adjusters is None else adjusters
    mix = case_mix(scores, provider, adjusters, weights)
    adjusted = contrast(with_variance(mix, variance, prior_df))
    between = provider_reliability(mix.scores, provider)
    shrunk = shrink(adjusted["adjusted"], adjusted["variance"])

    taking_part = adjusted.assign(
        shrunk=shrunk.estimate,
        shrunk_std_error=shrunk.std_error,
        shrunk_low=shrunk.conf_low,
        shrunk_high=shrunk.conf_high,
        p_below=shrunk.p_below,
        reference="all",
    )
    table = mix.everybody[["n", "mean"]].join(taking_part.drop(columns=["n", "mean"]), validate="1:1")
    n_eff = mix.table["n_eff"].reindex(table.index).fillna(table["n"])
    table.insert(list(table.columns).index("shrunk"), "n_eff", n_eff)
    table.insert(list(table.columns).index("shrunk"), "reliability", _reliability(n_eff.to_numpy(), between.icc))
    table["reference"] = table["reference"].fillna("all")
    dominant = table["delta"].notna() & (table["n"] > table["n"].sum() / 2)
    P = len(adjusted)
    table.loc[dominant, ["delta", "std_error"]] *= P / max(P - 1, 1)
    table.loc[dominant, "reference"] = "others"
    table["label"] = label(table, max(minimum_n, 2), minimum_reliability, alpha, minimum_difference, certainty)

    reason = shrunk.reason
    if P < PROVIDERS_FOR_A_MEAN:
        table["label"] = table["label"].replace("not distinguishable", "no comparison")
        reason = f"a comparison needs {PROVIDERS_FOR_A_MEAN} providers with two scores, there are {P}"
    df = float((mix.table["n"] - 1).sum())
    pooled = float(mix.table["squares"].sum()) / df if df > 0 else np.nan
    equal = p_equal(adjusted)
    told_apart = bool(table["label"].isin(["above", "below"]).any())
    differ = told_apart or (between.icc > 0 and not equal >= alpha)  # without a p value nothing is denied
    dropped = dict(mix.dropped)
    return Comparison(table, between, shrunk.mu, shrunk.tau, mix.slopes, pooled, dropped, reason, equal, differ)


def _reliability(n: NDArray[np.float64], icc: float) -> NDArray[np.float64]:
    return n * icc / (1 + (n - 1) * icc)
