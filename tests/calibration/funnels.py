"""Funnels: more spread than chance, and shares labelled by their mid-p value instead of by the drawn curve."""

import numpy as np
import pandas as pd
from scipy import special, stats

from workbench.analysis import funnel
from workbench.analysis.estimates import funnels

from .experiment import Check, Finding, Row, Simulation, certain, crossed, share
from .regions import sizes

INNER, OUTER = special.ndtri(0.975), special.ndtri(0.999)
THETAS = np.round(np.arange(0.02, 0.971, 0.01), 2)


def spread(rng: np.random.Generator, P: int, ratio: float, outliers: float) -> Row:
    """Draw units whose true spread is `ratio` times their chance, some of them 4 standard deviations off."""
    s = 18 / np.sqrt(sizes(rng, P))
    total = np.sqrt(s**2 + ratio * np.median(s) ** 2)
    off = np.arange(P) < round(outliers * P)
    y = 79 + total * rng.standard_normal(P)
    y = np.where(off, 79 + 4 * total * rng.choice([-1, 1], P), y)
    target = float(np.sum(y / s**2) / np.sum(1 / s**2))
    tau2 = funnels.spread(y, s, target).tau2
    z = abs(y - target) / np.sqrt(s**2 + tau2)
    return {
        "equal": int((~off).sum()),
        "outside_inner": int((z > INNER)[~off].sum()),
        "outside_outer": int((z > OUTER)[~off].sum()),
        "off": int(off.sum()),
        "found": int((z > OUTER)[off].sum()),
    }


def enumerated(rng: np.random.Generator, n: int) -> Row:
    """Count exactly how often units of size n that equal the target are flagged, for every target."""
    r = np.arange(n + 1)
    by_p, by_curve = [], []
    for theta in THETAS:
        chance = stats.binom.pmf(r, n, theta)
        low, high = funnel.proportion_limits([n], theta, 0.95)
        by_p.append(chance[funnel.mid_p(r, np.full(n + 1, n), theta) < 0.05].sum())
        by_curve.append(chance[(r / n < low[0] - 1e-12) | (r / n > high[0] + 1e-12)].sum())
    return {
        "size": float(np.mean(by_p)),
        "largest": float(np.max(by_p)),
        "curve": float(np.mean(by_curve)),
        "curve_largest": float(np.max(by_curve)),
    }


def _spread(table: pd.DataFrame) -> list[Finding]:
    clean, mixed = table[table["outliers"] == 0], table[table["outliers"] > 0]
    by = ["ratio"]
    return [
        Finding("equal units outside the 95% limits", *share(clean, "outside_inner", "equal", by), 0.035, 0.065),
        Finding(
            "equal units outside the 99.8% limits", *share(clean, "outside_outer", "equal", by), high=0.006, form=".2%"
        ),
        Finding("outliers found, outside the 99.8% limits", *share(mixed, "found", "off", by), low=0.50),
        Finding("the first for 20, 30 and 100 units apart", *share(clean, "outside_inner", "equal")),
        Finding("the third for 20, 30 and 100 units apart", *share(mixed, "found", "off")),
    ]


def _shares(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("mean size of the mid-p label", *certain(table["size"].mean()), high=0.05),
        Finding("largest size of the mid-p label", *certain(table["largest"].max()), high=0.09),
        Finding("mean size, had the drawn curve decided", *certain(table["curve"].mean())),
        Finding("largest size, had the drawn curve decided", *certain(table["curve_largest"].max())),
    ]


CHECKS = [
    Check(
        12,
        "A funnel widens when all units differ more than chance",
        "Twenty to a hundred units whose true spread is 0, .5, 1 or 4 times that of chance; in part of the regions a "
        "tenth lies 4 standard deviations off. Limits that allow for the spread must keep their promise for the many "
        "and still find the few.",
        Simulation("spread", spread, crossed(P=(20, 30, 100), ratio=(0.0, 0.5, 1.0, 4.0), outliers=(0.0, 0.1)), 4),
        _spread,
    ),
    Check(
        13,
        "Shares are labelled by their own chance, not by the drawn curve",
        "Every unit of 5 to 200 people and every target of 2 to 97%, enumerated: no chance is in it. Shares take few "
        "values, so a curve drawn through them flags too many small units.",
        Simulation("enumerated shares", enumerated, crossed(n=tuple(range(5, 201))), times=0),
        _shares,
    ),
]
