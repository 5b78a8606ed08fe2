"""Outcomes of providers beside that of the region: further off than their numbers explain?"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from workbench.analysis import funnel
from workbench.analysis.arguments import need, numbers, refuse
from workbench.analysis.estimates.contract import rows, together
from workbench.analysis.hypotheses import benjamini_hochberg

OUTCOMES = {"uitval": "share", "doelen": "share", "geen_herstart": "incidence", "nut": "share", "zonder_hulp": "share"}
COUNTED = ("uitval", "nut", "zonder_hulp")  # whole persons or episodes out of n: exact probabilities
LEVELS = {"funnel_95": 0.95, "funnel_998": 0.998}
SMALLEST = 5  # below this number a point gets no band
POINTS = 40  # sizes at which a curve is given
RIGHT_ANGLE = np.pi / 2


class Spread(NamedTuple):
    """How far units lie apart: `phi` (1 is chance) and `tau2`, the variance beyond chance (0 where chance will do)."""

    phi: float
    tau2: float


def spread(estimate: ArrayLike, std_error: ArrayLike, target: float) -> Spread:
    """Do units differ more than chance explains, and by how much?

    Over-dispersion counts where P phi exceeds the 95% point of chi-squared with P degrees of freedom (Spiegelhalter
    2005, Stat. Med. 24, section 3.1).

    Parameters
    ----------
    estimate, std_error : array_like, one element per unit
        On the scale on which z is near normal; missing ones are left out.
    target : float

    Returns
    -------
    Spread
        ``phi`` is NaN and ``tau2`` 0 with fewer than 8 units.

    Examples
    --------
    >>> y = np.array([-1, 1] * 4)
    >>> spread(y, np.full(8, 0.1), 0).tau2 > 0.5, spread(y, np.ones(8), 0).tau2
    (True, 0.0)
    """
    y, s = np.asarray(estimate, float), np.asarray(std_error, float)
    known = ~(np.isnan(y) | np.isnan(s)) & (s > 0)
    phi = funnel.overdispersion((y[known] - target) / s[known])
    beyond = known.sum() * phi > stats.chi2.ppf(0.95, known.sum()) if not np.isnan(phi) else False
    return Spread(phi, funnel.additive_tau2(y[known], s[known], target) if beyond else 0.0)


def sizes(largest: float) -> NDArray[np.float64]:
    """Sizes at which a funnel is drawn, from 5 to somewhat beyond the largest unit: whole numbers, not the units' own.

    Examples
    --------
    >>> grid = sizes(80)
    >>> float(grid[0]), float(grid[-1])
    (5.0, 90.0)
    """
    end = 10 * np.ceil(max(largest, 2 * SMALLEST) * 1.05 / 10)
    return np.unique(np.round(np.geomspace(SMALLEST, end, POINTS)))


def shares_beside_target(
    table: pd.DataFrame,
    target: float,
    worth: float = 1.0,
    counted: bool = True,
    minimum_n: int = 10,
    minimum_difference: float = 0.05,
    alpha: float = 0.05,
) -> tuple[pd.DataFrame, Spread]:
    """Which providers' shares lie further from the target than their size explains?

    Where providers differ no more than chance, mid-p values of the binomial distribution; else, and where a share is no
    plain count, normal ones on the scale of the arcsine with the variance beyond chance added. Whether they differ more
    than chance is judged by z scores under the target's own variance: the arcsine calls half of all regions
    over-dispersed where shares are near 0 or 1 and providers small. Corrected by Benjamini-Hochberg over the providers
    with enough people. A provider with more than half of all people stands beside the others. Never labelled by the
    drawn curve.

    Parameters
    ----------
    table : DataFrame, one row per provider
        Needs ``n`` and ``estimate`` (a share).
    target : float
        Share of the region.
    worth : float
        How many plain observations one is worth, in (0, 1]: less than 1 where follow-up is incomplete or goals of one
        person go together.
    counted : bool
        Whether estimate x n is a whole number.
    minimum_n, alpha : number
        As in `comparison.label`.
    minimum_difference : float
        Smallest difference that matters, as a share.

    Returns
    -------
    table : DataFrame
        With ``delta``, ``p_adjusted``, ``others`` (stands beside the others) and ``label``: ``above, below, not
        distinguishable, too few``, empty where the share is not known, or ``no comparison`` with fewer than three
        providers.
    spread : Spread
        ``tau2`` on the scale of the arcsine.

    Raises
    ------
    ValueError
        A missing column, a negative n, an estimate that is no share.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [50, 50, 50, 5], "estimate": [0.1, 0.5, 0.9, 0.0]})
    >>> shares_beside_target(table, 0.5)[0]["label"].to_list()
    ['below', 'not distinguishable', 'above', 'too few']
    """
    need("table", table, ["n", "estimate"])
    n, share = (numbers(f"table[{name!r}]", table[name]) for name in ("n", "estimate"))
    refuse("table['n']", n < 0, "is negative", table.index)
    refuse("table['estimate']", (share < 0) | (share > 1), "is not a share from 0 to 1", table.index)
    enough = (n >= minimum_n) & ~np.isnan(share)
    worthy = np.where(n > 0, n * worth, np.nan)
    chance = np.where((n >= SMALLEST) & (0 < target < 1), np.sqrt(target * (1 - target) / worthy), np.nan)
    y, y0 = _angle(share), float(_angle(target))
    beyond = spread(share, chance, target)
    tau2 = spread(y, np.where(n >= SMALLEST, 1 / (2 * np.sqrt(worthy)), np.nan), y0).tau2 if beyond.tau2 > 0 else 0.0
    found = Spread(beyond.phi, tau2)
    beside, others = _beside(n, share, target)
    if counted and found.tau2 == 0:
        count = np.where(np.isnan(share), np.nan, np.round(share * n))
        p = funnel.mid_p(count, np.where(np.isnan(share), np.nan, n), target)
    else:
        p = 2 * special.ndtr(-abs(y - y0) / np.sqrt(1 / (4 * worthy) + found.tau2))
    apart = np.sqrt(1 / (4 * worthy) + 1 / (4 * np.maximum(np.nansum(worthy) - worthy, 1e-9)) + found.tau2)
    p = np.where(others, 2 * special.ndtr(-abs(y - _angle(beside)) / apart), p)
    p = np.where(enough, p, np.nan)
    adjusted = benjamini_hochberg(p)
    delta = share - beside
    told = enough & (adjusted < alpha) & (abs(delta) >= minimum_difference - 1e-12)
    unknown = np.isnan(share) & ~(n < minimum_n)
    words = np.select(
        [unknown, ~enough, told & (delta > 0), told], ["", "too few", "above", "below"], "not distinguishable"
    )
    if enough.sum() < 3:
        words = np.where(enough, "no comparison", words)
    return table.assign(delta=delta, p_adjusted=adjusted, label=words.astype(object), others=others), found


def _beside(
    n: NDArray[np.float64], share: NDArray[np.float64], target: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what each share stands beside: the target, or the others for a provider with more than half of all."""
    total, count = np.nansum(n), np.nansum(n * share)
    others = n > total / 2
    rest = np.divide(count - n * share, total - n, out=np.full(len(n), target), where=(total > n) & ~np.isnan(share))
    return np.where(others, np.clip(rest, 0, 1), target), others & (total > n)


def share_limits(
    n: ArrayLike, target: float, level: float, tau2: float = 0.0, worth: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the funnel of a share, with the variance beyond chance where there is any.

    Examples
    --------
    >>> plain, wider = share_limits([50], 0.5, 0.95), share_limits([50], 0.5, 0.95, tau2=0.01)
    >>> bool(wider[0] < plain[0]), bool(wider[1] > plain[1])
    (True, True)
    """
    size = np.asarray(n, float) * worth
    if tau2 == 0 and worth == 1:
        return funnel.proportion_limits(size, target, level)
    half = special.ndtri((1 + level) / 2) * np.sqrt(1 / (4 * size) + tau2)
    low, high = (np.clip(float(_angle(target)) + sign * half, 0, RIGHT_ANGLE) for sign in (-1, 1))
    return np.sin(low) ** 2, np.sin(high) ** 2


def outcomes_beside_region(
    table: pd.DataFrame,
    settings: Mapping[str, Any],
    outcomes: Mapping[str, str] = OUTCOMES,
    whole: Collection[str] = COUNTED,
) -> pd.DataFrame:
    """Put every provider's outcomes beside those of the region: difference, p value and label, and the funnel to draw.

    Parameters
    ----------
    table : DataFrame
        Rows of the contract: the outcomes of providers and region in one year.
    settings : mapping
        ``minimum_n, minimum_difference`` (in points, 5 is a share of .05) and ``alpha``.
    outcomes : mapping of measure to statistic
    whole : collection of str
        Measures of which estimate x n is a whole number.

    Returns
    -------
    DataFrame
        The same rows, those of providers with ``delta, p_adjusted, label``; and for the region the statistics
        ``funnel_95, funnel_998`` (category: a size; the interval holds the limits), ``phi`` and ``tau2``.

    Examples
    --------
    >>> fixed = {"measure": "nut", "statistic": "share", "group": "client", "year": 2026}
    >>> own = pd.DataFrame({"unit_id": ["a", "b", "c"], "n": 50, "estimate": [0.1, 0.5, 0.9]})
    >>> whole = pd.DataFrame({"unit_id": ["region"], "n": [150], "estimate": [0.5]})
    >>> table = together([rows(own, unit="provider", **fixed), rows(whole, unit="region", **fixed)])
    >>> got = outcomes_beside_region(table, {"minimum_n": 10, "minimum_difference": 5, "alpha": 0.05})
    >>> got[got["unit"] == "provider"]["label"].to_list()
    ['below', 'not distinguishable', 'above']
    """
    table, further = table.copy(), []
    ours = (table["category"] == "") & (table["group"] == "client")
    for measure, statistic in outcomes.items():
        rows_of = ours & (table["measure"] == measure) & (table["statistic"] == statistic)
        providers, region = rows_of & (table["unit"] == "provider"), table[rows_of & (table["unit"] == "region")]
        if region.empty or not providers.any() or region["estimate"].isna().all():
            continue
        target, counted = float(region["estimate"].iloc[0]), measure in whole
        worth = 1.0 if counted else _worth(region.iloc[0])
        got, found = shares_beside_target(
            table[providers],
            target,
            worth,
            counted,
            int(settings["minimum_n"]),
            float(settings["minimum_difference"]) / 100,
            float(settings["alpha"]),
        )
        table.loc[providers, ["delta", "p_adjusted", "label"]] = got[["delta", "p_adjusted", "label"]]
        table.loc[got.index[got["others"]], "method"] += ", beside the others"
        fixed = {"measure": measure, "group": "client", "year": int(region["year"].iloc[0])}
        n = sizes(float(got["n"].max()))
        limits = {name: share_limits(n, target, level, found.tau2, worth) for name, level in LEVELS.items()}
        further.append(curve(n, target, limits, found, float(got["n"].sum()), fixed))
    return together([table, *further])


def curve(
    n: NDArray[np.float64],
    target: float,
    limits: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    found: Spread,
    people: float,
    fixed: Mapping[str, Any],
) -> pd.DataFrame:
    """Return a funnel as rows of the region: per level one row per size, and ``phi`` and ``tau2``.

    `people` is how many the funnel as a whole rests on.

    Examples
    --------
    >>> limits = {"funnel_95": (np.array([60.0]), np.array([80.0]))}
    >>> made = curve(np.array([5.0]), 70, limits, Spread(1.0, 0.0), 400, {"measure": "effect", "year": 2026})
    >>> made[["statistic", "category", "estimate", "conf_low"]].values.tolist()[0]
    ['funnel_95', '5', 70.0, 60.0]
    """
    size = [str(int(each)) for each in n]
    parts = [
        pd.DataFrame({"statistic": name, "category": size, "estimate": target, "conf_low": low, "conf_high": high})
        for name, (low, high) in limits.items()
    ]
    few = "" if not np.isnan(found.phi) else f"fewer than {funnel.UNITS_NEEDED} providers"
    beyond = pd.DataFrame({"statistic": ["phi", "tau2"], "estimate": found, "reason": few})
    beyond.loc[beyond["estimate"].isna() | (few != ""), "estimate"] = np.nan
    return rows(pd.concat([*parts, beyond]), unit="region", unit_id="region", method="funnel", n=people, **fixed)


def _angle(share: ArrayLike) -> NDArray[np.float64]:
    return np.arcsin(np.sqrt(np.clip(np.asarray(share, float), 0, 1)))


def _worth(region: pd.Series) -> float:
    """Return how many plain observations one of the region's is worth, from its standard error."""
    share, error, n = float(region["estimate"]), float(region["std_error"]), float(region["n"])
    if not (0 < share < 1 and error > 0 and n > 0):
        return 1.0
    return float(min(1.0, share * (1 - share) / error**2 / n))
