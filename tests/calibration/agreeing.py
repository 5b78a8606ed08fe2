"""Assessors who judge without looking: agreement must then be what chance gives."""

from functools import partial

import numpy as np
import pandas as pd

from workbench.analysis import agreement

from .experiment import Check, Finding, Row, Simulation, crossed, mean, share
from .regions import SHARES

GRADES = np.arange(1, 6)


def _ac2_of_chance() -> float:
    """AC2 with quadratic weights of assessors who draw from the shares, in endlessly many units."""
    p = np.array(SHARES)
    credit = 1 - (np.subtract.outer(GRADES, GRADES) / 4) ** 2
    by_chance = credit.sum() / 20 * np.sum(p * (1 - p))
    return float((p @ credit @ p - by_chance) / (1 - by_chance))


AC2 = _ac2_of_chance()


def blind(rng: np.random.Generator, units: int) -> Row:
    """Let three assessors grade units with the same skewed distribution, each in an order of its own."""
    ratings = pd.DataFrame({name: rng.choice(GRADES, units, p=SHARES) for name in "abc"})
    seed = int(rng.integers(2**31))
    ac2 = partial(agreement.gwet_ac, categories=GRADES)
    alpha_limits = agreement.interval(ratings, agreement.krippendorff_alpha, seed=seed)
    ac2_limits = agreement.interval(ratings, ac2, seed=seed)
    return {
        "alpha": agreement.krippendorff_alpha(ratings),
        "ac2": ac2(ratings) - AC2,
        "regions": 1,
        "alpha_covered": int(alpha_limits.low <= 0 <= alpha_limits.high),
        "ac2_covered": int(ac2_limits.low <= AC2 <= ac2_limits.high),
    }


CHECKS = [
    Check(
        27,
        "Assessors who judge at random do not agree",
        "Three assessors grade 30 or 100 providers on five steps, skewed, independently. Krippendorff's alpha must be "
        "0 on average; Gwet's AC2 is not 0 there by design, so it is held to its own value. Their intervals "
        "(providers drawn again 2,000 times) must contain these.",
        Simulation("blind", blind, crossed(units=(30, 100))),
        lambda table: [
            Finding("mean alpha", *mean(table, "alpha"), -0.02, 0.02, form=".3f"),
            Finding("mean AC2 minus its value by chance", *mean(table, "ac2"), form=".3f"),
            Finding("interval of alpha contains 0", *share(table, "alpha_covered", "regions"), 0.92, 0.97),
            Finding("interval of AC2 contains its value", *share(table, "ac2_covered", "regions"), 0.92, 0.97),
        ],
    )
]
