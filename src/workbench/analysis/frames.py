"""From those who answered to those who were invited: weights, what rests on them, and who is missing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from workbench.analysis.arguments import listed, need, numbers, refuse
from workbench.analysis.weighting import design_effect, rake

FEWEST = 5  # respondents in a category; smaller ones go together with a neighbour
TRIM = 5.0  # times the median: the largest weight


class Weighted(NamedTuple):
    """Weights of respondents towards the invited.

    Attributes
    ----------
    weights : Series
        In the order of the respondents; missing for those of a unit without a frame, or with more answers than people
        invited.
    background : DataFrame
        The categories that were raked, as they were taken together; one row per respondent, missing where unknown.
    collapsed : list of str
        Which categories went together, as ``column: a + b``.
    dropped : list of str
        Columns left out because the margins could not be met with them.
    trimmed : int
        Respondents whose weight was cut off at five times the median.
    design_effect_before, design_effect_after : float
        What unequal weights cost, before and after trimming.
    without_respondents : list
        Units of the frame in which nobody answered: no weight can speak for them.
    overfull : list
        Units with more answers than people invited: their frame cannot be right.
    """

    weights: pd.Series
    background: pd.DataFrame
    collapsed: list[str]
    dropped: list[str]
    trimmed: int
    design_effect_before: float
    design_effect_after: float
    without_respondents: list[str]
    overfull: list[str]


def weigh(
    respondents: pd.DataFrame,
    frame: pd.DataFrame,
    unit: str,
    columns: Sequence[str],
    order: Mapping[str, Sequence[str]] | None = None,
) -> Weighted:
    r"""Weight respondents so that they resemble the invited: per unit in number, and over all in background.

    Raking over the unit and the columns (`weighting.rake`). A category with fewer than five respondents goes together
    with its neighbour (in the given order, else with the smallest other one); it is never dropped. Weights above five
    times the median are cut off there and the raking is done again.

    Parameters
    ----------
    respondents, frame : DataFrame, one row per respondent and per invited person
        Need `unit` and `columns`. Respondents with a missing column take no part in the raking and count as the mean
        of their unit, which keeps its number.
    unit : str
        Column of the unit, such as ``provider_id``; units without invited people get no weight.
    columns : sequence of str
        Background known of both, the most important first.
    order : mapping of column to sequence, optional
        The order of its categories, for ages.

    Returns
    -------
    Weighted

    Raises
    ------
    ValueError
        A missing column, an invited person without background.

    Examples
    --------
    Of 30 old and 10 young people 10 and 10 answered.

    >>> respondents = pd.DataFrame({"p": "a", "age": ["old"] * 10 + ["young"] * 10})
    >>> frame = pd.DataFrame({"p": "a", "age": ["old"] * 30 + ["young"] * 10})
    >>> got = weigh(respondents, frame, "p", ["age"])
    >>> got.weights.iloc[[0, -1]].round(6).to_list(), round(got.design_effect_after, 3)
    ([3.0, 1.0], 1.25)
    """
    for name, table in (("respondents", respondents), ("frame", frame)):
        need(name, table, [unit, *columns])
    for column in (unit, *columns):
        refuse(f"frame[{column!r}]", frame[column].isna(), "is missing", frame.index)
    respondents, frame = (table[[unit, *columns]].astype(object) for table in (respondents, frame))
    invited, answers = frame[unit].value_counts(), respondents[unit].value_counts()
    overfull = sorted(str(name) for name, n in answers.items() if 0 < invited.get(name, 0) < n)
    silent = sorted(str(name) for name in set(invited.index) - set(answers.index))
    weights = pd.Series(np.nan, index=respondents.index, name="weight")
    framed = respondents[unit].isin(set(invited.index) - set(overfull))
    known = framed & respondents[list(columns)].notna().all(axis=1)
    there = set(respondents.loc[known, unit])
    population = frame[frame[unit].isin(there)]
    sample, margins, collapsed = _margins(
        respondents.loc[known, [unit, *columns]], population, unit, columns, order or {}
    )
    if sample.empty:
        nothing = respondents[list(columns)].iloc[:, :0]
        return Weighted(weights, nothing, [], [], 0, np.nan, np.nan, silent, overfull)
    dropped: list[str] = []
    while True:
        try:
            raked = rake(sample[list(margins)], margins, tolerance=1e-9)
            break
        except ValueError:  # the unit alone can always be met
            dropped.append(margins.popitem()[0])
    ceiling = TRIM * float(raked.median())
    trimmed = int((raked > ceiling).sum())
    cut = rake(sample[list(margins)], margins, 1e-9, start=raked.clip(upper=ceiling)) if trimmed else raked

    weights[known] = cut
    of_unit = respondents[unit].where(respondents[unit].isin(there) & framed)
    weights = weights.fillna(of_unit.map(cut.groupby(sample[unit]).mean()))
    weights *= of_unit.map(invited.astype(float) / weights.groupby(of_unit).sum())
    background = sample[[name for name in margins if name != unit]].reindex(respondents.index)
    effects = design_effect(raked), design_effect(cut)
    return Weighted(weights, background, collapsed, dropped, trimmed, *effects, silent, overfull)


def _margins(
    sample: pd.DataFrame,
    population: pd.DataFrame,
    unit: str,
    columns: Sequence[str],
    order: Mapping[str, Sequence[str]],
) -> tuple[pd.DataFrame, dict[str, pd.Series], list[str]]:
    """Return the sample with its categories taken together, the population per unit and category, and which went."""
    margins = {unit: population[unit].value_counts().sort_index()}
    collapsed: list[str] = []
    for column in columns:
        groups = _collapse(sample[column], population[column], order.get(column))
        collapsed += [f"{column}: {' + '.join(map(str, each))}" for each in groups if len(each) > 1]
        names = pd.Series({category: " + ".join(map(str, each)) for each in groups for category in each}, dtype=object)
        sample = sample.assign(**{column: sample[column].map(names)})
        if len(groups) > 1:
            margins[column] = population[column].map(names).value_counts().sort_index()
    return sample, margins, collapsed


def calibrated_means(
    values: ArrayLike,
    weights: ArrayLike,
    unit: pd.Series,
    domain: pd.Series,
    background: NDArray[np.float64],
    invited: Mapping[str, float],
) -> pd.DataFrame:
    r"""What would the mean be if all invited people had answered as those like them did?

    Weighted mean per domain with a linearised standard error: people are drawn within units (strata), and the raking
    takes off what the background explains. With :math:`u_i = (y_i - \bar y_d)/\sum_d w` within the domain and 0
    outside, and e the residuals of u on the background with a fixed effect per unit,
    :math:`\sum_h (1 - n_h/N_h)\,\tfrac{n_h}{n_h - 1} \sum_i (w_i e_i - \overline{we}_h)^2` (Sarndal, Swensson &
    Wretman 1992, section 6.6; R's survey: ``calibrate`` of a stratified design). The factor 1 - n/N is there because
    it describes these clients, now. Never use it to compare providers: that is about the clients to come.

    Parameters
    ----------
    values, weights : array_like
        One per respondent; missing in either is left out.
    unit, domain : Series
        Unit within which people were invited, and what the mean is for (may be the same).
    background : ndarray, shape (respondents, columns)
        Numeric background the weights were raked to.
    invited : mapping of unit to number
        N per unit; a unit without one has no finite population correction.

    Returns
    -------
    DataFrame, one row per domain (index domain)
        ``n, n_eff, estimate, std_error``, and ``variance``, that of one person without finite population correction.

    Examples
    --------
    >>> unit = pd.Series(["a", "a", "a", "a"])
    >>> got = calibrated_means([60, 80, 60, 80], [1, 3, 1, 3], unit, unit, np.empty((4, 0)), {"a": 8})
    >>> got.round(3).loc["a", ["n", "n_eff", "estimate"]].to_list()   # (1 + 3 + 1 + 3)^2 / (1 + 9 + 1 + 9)
    [4.0, 3.2, 75.0]
    """
    y, w = numbers("values", values), numbers("weights", weights)
    known = ~(np.isnan(y) | np.isnan(w)) & unit.notna().to_numpy() & domain.notna().to_numpy() & (w > 0)
    y, w, X = y[known], w[known], np.asarray(background, float)[known]
    h, units = pd.factorize(unit[known], sort=True)
    d, domains = pd.factorize(domain[known], sort=True)
    D = len(domains)
    total = np.bincount(d, weights=w, minlength=D)
    mean = np.bincount(d, weights=w * y, minlength=D) / total
    u = (y - mean[d]) / total[d]
    N = np.array([invited.get(name, np.inf) for name in units], float)
    design, endless = _Design(X, w, h, N), _Design(X, w, h, np.full(len(units), np.inf))
    per_unit = pd.Series(d).groupby(h).nunique()
    nested = bool((per_unit == 1).all())
    variance, plain = (each.per_domain(u, d, D, nested) for each in (design, endless))
    n_eff = total**2 / np.bincount(d, weights=w**2, minlength=D)
    return pd.DataFrame(
        {
            "n": np.bincount(d, minlength=D).astype(float),
            "n_eff": n_eff,
            "estimate": mean,
            "std_error": np.sqrt(variance),
            "variance": plain * n_eff,
        },
        index=pd.Index(domains, name=domain.name),
    )


class _Design:
    """People drawn within strata, weights raked to a background: the variance of linear statistics."""

    def __init__(self, X: NDArray[np.float64], w: NDArray[np.float64], h: NDArray[np.intp], N: NDArray[np.float64]):
        self.w, self.h = w, h
        self.n = np.bincount(h, minlength=len(N)).astype(float)
        within = np.clip(1 - self.n / np.maximum(N, self.n), 0, 1)
        self.factor = (within * np.where(self.n > 1, self.n / np.maximum(self.n - 1, 1), 1.0))[h]
        self.X = self._centred(X)
        self.inverse = linalg.pinvh(self.X.T @ self.X) if X.shape[1] and len(X) else np.empty((X.shape[1],) * 2)
        self.A = self._centred(self.X * w[:, None], lonely=True)
        self.Q = (self.A * self.factor[:, None]).T @ self.A

    def per_domain(self, u: NDArray[np.float64], d: NDArray[np.intp], D: int, nested: bool) -> NDArray[np.float64]:
        """Return the variance of the total of w u per domain, whether or not strata lie within domains."""
        if nested:
            return np.maximum(self.variances(u, d, D), 0)
        whole = np.zeros(len(d), dtype=np.intp)
        each = [self.variances(np.where(d == domain, u, 0.0), whole, 1)[0] for domain in range(D)]
        return np.maximum(each, 0)

    def variances(self, u: NDArray[np.float64], d: NDArray[np.intp], D: int) -> NDArray[np.float64]:
        """Return the variance of the total of w u per domain; every stratum lies within one domain."""
        v = self._centred((self.w * self._centred(u[:, None])[:, 0])[:, None], lonely=True)[:, 0]
        own = np.bincount(d, weights=self.factor * v**2, minlength=D)
        if not self.X.shape[1]:
            return np.asarray(own, float)
        B = np.column_stack([np.bincount(d, weights=x * u, minlength=D) for x in self.X.T]) @ self.inverse
        cross = np.column_stack([np.bincount(d, weights=self.factor * a * v, minlength=D) for a in self.A.T])
        return own - 2 * np.sum(B * cross, axis=1) + np.einsum("di,ij,dj->d", B, self.Q, B)

    def _centred(self, columns: NDArray[np.float64], lonely: bool = False) -> NDArray[np.float64]:
        """Return columns less the mean of their stratum; the only one of a stratum stays as it is where asked."""
        if not columns.size:
            return columns
        means = np.column_stack([np.bincount(self.h, weights=x, minlength=len(self.n)) / self.n for x in columns.T])
        if lonely:
            means[self.n == 1] = 0
        return columns - means[self.h]


def partial_r(frame: pd.DataFrame, responded: pd.Series) -> pd.DataFrame:
    r"""Which groups answered more, or less, than the others? Unconditional partial R-indicators.

    Of a category :math:`\sqrt{N_k/N}(\bar\rho_k - \bar\rho)`, of a variable the root of the sum of their squares
    (Schouten, Shlomo & Skinner 2011, J. Official Stat. 27, section 4). Negative: under-represented.

    Parameters
    ----------
    frame : DataFrame, one row per invited person
        Categorical columns without missing values.
    responded : Series of bool with the same index

    Returns
    -------
    DataFrame, one row per variable and per category
        ``variable, category`` (empty for the variable as a whole)``, n, rate, partial``.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": ["old", "old", "young", "young"]})
    >>> got = partial_r(frame, pd.Series([True, True, False, True]))
    >>> got[["category", "rate", "partial"]].round(3).values.tolist()
    [['', 0.75, 0.25], ['old', 1.0, 0.177], ['young', 0.5, -0.177]]
    """
    refuse("responded", ~responded.isin([True, False]), "is not true or false", responded.index)
    y = responded.astype(float)
    found = []
    for name in frame.columns:
        refuse(f"frame[{name!r}]", frame[name].isna(), "is missing", frame.index)
        table = y.groupby(frame[name]).agg(n="size", rate="mean").rename_axis("category").reset_index()
        table["partial"] = np.sqrt(table["n"] / len(frame)) * (table["rate"] - y.mean())
        whole = {"category": "", "n": len(frame), "rate": y.mean(), "partial": np.sqrt((table["partial"] ** 2).sum())}
        found.append(pd.concat([pd.DataFrame([whole]), table], ignore_index=True).assign(variable=name))
    columns = ["variable", "category", "n", "rate", "partial"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _collapse(sample: pd.Series, population: pd.Series, order: Sequence[str] | None) -> list[list[str]]:
    """Return groups of categories, each with enough respondents where possible; all in one if need be."""
    invited, answered = set(population.unique()), set(sample.unique())
    unknown = answered - invited
    there = list(order or sorted(invited | answered, key=str))
    groups = [[each] for each in there if each in invited or each in answered]
    missing = invited - set(there)
    if missing:
        raise ValueError(f"order does not have {listed(missing)}")
    counts = sample.value_counts()
    size = [sum(int(counts.get(each, 0)) for each in group) for group in groups]
    alone = [any(each in unknown for each in group) for group in groups]
    while len(groups) > 1 and (min(size) < FEWEST or any(alone)):
        at = alone.index(True) if any(alone) else size.index(min(size))
        near = [place for place in (at - 1, at + 1) if 0 <= place < len(groups)]
        other = min(near if order else [p for p in range(len(groups)) if p != at], key=lambda place: size[place])
        low, high = sorted((at, other))
        groups[low] = groups[low] + groups.pop(high)
        size[low] += size.pop(high)
        alone.pop(high)
        alone[low] = not any(each in invited for each in groups[low])
    return groups
