"""What must hold exactly, in every region: the order of rows, names, coding and seeds do not matter."""

import numpy as np
import pandas as pd

from workbench.analysis import comparison, scales

from .experiment import Check, Finding, Row, Simulation, certain, crossed
from .regions import DIMENSION, region, sizes

FIGURES = ["n", "mean", "adjusted", "variance", "delta", "std_error", "p_adjusted", "reliability", "shrunk", "p_below"]
ITEMS = pd.DataFrame({"item": list("abcde"), "dimension": "effect", "low": 1, "high": 5, "reversed": False})


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    close = np.allclose(one[FIGURES], other[FIGURES], rtol=1e-7, atol=1e-9, equal_nan=True)
    return bool(close and (one["label"].to_numpy() == other["label"].to_numpy()).all())


def invariances(rng: np.random.Generator, P: int) -> Row:
    """Compare a region as it is and turned about; 1 where all figures and labels are the same."""
    n = sizes(rng, P)
    provider = pd.Series(np.repeat(np.arange(P), n))
    trait = 0.25 * rng.standard_normal(P)[provider] + rng.standard_normal(len(provider))
    answers = pd.DataFrame(DIMENSION.answers(rng, trait), columns=list("abcde"), dtype=float)
    mix = pd.DataFrame({"health": 0.3 * trait + rng.standard_normal(len(provider))})
    scores = scales.score(answers, ITEMS)["effect"]
    base = comparison.compare(scores, provider, mix).table

    order = rng.permutation(len(provider))
    shuffled = comparison.compare(scores.iloc[order], provider.iloc[order], mix.iloc[order]).table
    name = pd.Series([f"P{at}" for at in rng.permutation(P)])
    renamed = comparison.compare(scores, provider.map(name), mix).table.loc[name]
    hundred = scales.score((answers - 1) * 25, ITEMS.assign(low=0, high=100))["effect"]
    recoded = comparison.compare(hundred, provider, mix).table
    np.random.seed(int(rng.integers(2**31)))  # noqa: NPY002 - a library that looked at it would be found out
    again = comparison.compare(scores, provider, mix).table

    once = comparison.adjust(scores, provider, mix, "macro")
    twice = comparison.adjust(
        *(pd.concat([part, part], ignore_index=True) for part in (scores, provider)),
        pd.concat([mix, mix], ignore_index=True),
        "macro",
    )
    ratio = np.sqrt(twice["variance"] / once["variance"].where(once["variance"] > 0))
    doubled = np.allclose(ratio.dropna(), np.sqrt(0.5)) and np.allclose(once["adjusted"], twice["adjusted"])
    return {
        "rows": float(_same(base, shuffled)),
        "names": float(_same(base, renamed)),
        "coding": float(_same(base, recoded)),
        "seed": float(_same(base, again)),
        "doubled": float(doubled),
    }


def five_points_more(rng: np.random.Generator, P: int) -> Row:
    """Add five points to everybody of one provider; 1 where exactly what should move has moved."""
    drawn = region(rng, P, "skewed", icc=0.05, mix=0.6, effect=0.25)
    chosen = int(rng.integers(P))

    def deltas(scores: pd.Series) -> np.ndarray:
        return comparison.contrast(comparison.adjust(scores, drawn.provider, drawn.adjusters))["delta"].to_numpy()

    before, after = deltas(drawn.scores), deltas(drawn.scores + 5.0 * (drawn.provider == chosen))
    others = np.arange(P) != chosen
    expected = np.where(others, -5 / P, 5 * (1 - 1 / P))
    order = np.array_equal(np.argsort(before[others], kind="stable"), np.argsort(after[others], kind="stable"))
    return {"moved": float(np.allclose(after - before, expected, atol=1e-9)), "order": float(order)}


def _always(what: str, column: str, table: pd.DataFrame) -> Finding:
    return Finding(what, *certain(table[column].mean()), low=1.0, form=".1%")


CHECKS = [
    Check(
        26,
        "What should not matter does not matter",
        "Each region is compared again with its rows in another order, its providers under other names, its answers "
        "coded 0-100 instead of 1-5, another random seed, and every person counted twice (which must leave the means "
        "and divide the standard error of the uncorrected variance by the root of 2). All figures and labels must be "
        "the same.",
        Simulation("invariances", invariances, crossed(P=(10, 40))),
        lambda table: [
            _always("regions unchanged by the order of rows", "rows", table),
            _always("regions unchanged by the names of providers", "names", table),
            _always("regions unchanged by the coding of answers", "coding", table),
            _always("regions unchanged by the random seed", "seed", table),
            _always("regions in which doubling does what it should", "doubled", table),
        ],
    ),
    Check(
        28,
        "Five points more for one provider",
        "Its difference must rise by 5(1 - 1/P), that of all others fall by 5/P, and their order stay.",
        Simulation("five more", five_points_more, crossed(P=(3, 10, 30, 100))),
        lambda table: [
            _always("regions that moved exactly so", "moved", table),
            _always("regions in which the others kept their order", "order", table),
        ],
    ),
]
