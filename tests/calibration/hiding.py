"""What is hidden stays hidden: random tables under the attack of an outsider who can do linear programming."""

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from workbench.analysis import disclosure

from .experiment import Check, Finding, Row, Simulation, certain, crossed


def _table(rng: np.random.Generator, threshold: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a table of at most 60 cells that can be protected and holds a small count, and hide what must be."""
    while True:
        rows, columns = int(rng.integers(3, 11)), int(rng.integers(3, 7))
        size = rng.lognormal(2.8, 0.9, rows)[:, None] * rng.lognormal(0, 0.7, columns)
        counts = pd.DataFrame(rng.poisson(size))
        small = (counts > 0) & (counts < threshold)
        if not small.to_numpy().any():
            continue
        try:
            return counts, disclosure.suppress_table(counts, threshold)
        except ValueError:  # a total below the threshold, or no pattern: the rows must be merged first
            continue


def fewest(counts: np.ndarray, threshold: int) -> int:
    """Count the cells that must be hidden at least: one program with two whole tables per small count, all at once."""
    row, column = np.nonzero(counts > 0)
    value = counts[row, column].astype(float)
    m, must = len(value), counts[row, column] < threshold
    margins = np.vstack([np.equal.outer(np.unique(row), row), np.equal.outer(np.unique(column), column)]).astype(float)
    targets = np.flatnonzero(must)
    blocks, lows, highs = [], [], []
    for at, target in enumerate(targets):
        for part in (0, 1):
            place = np.zeros((1, 2 * len(targets)))
            place[0, 2 * at + part] = 1
            zeros = sparse.csr_matrix((len(margins), m))
            blocks.append(sparse.hstack([zeros, sparse.kron(place, margins)]))
            lows.append(np.zeros(len(margins)))
            highs.append(np.zeros(len(margins)))
            move = sparse.kron(place, sparse.identity(m))
            blocks += [sparse.hstack([-threshold * sparse.identity(m), move])]
            lows.append(np.full(m, -np.inf))
            highs.append(np.zeros(m))
            blocks += [sparse.hstack([sparse.diags(np.minimum(value, threshold)), move])]
            lows.append(np.zeros(m))
            highs.append(np.full(m, np.inf))
        apart = np.zeros((1, m + 2 * len(targets) * m))
        apart[0, m + (2 * at) * m + target], apart[0, m + (2 * at + 1) * m + target] = 1, -1
        blocks.append(sparse.csr_matrix(apart))
        lows.append(np.array([float(threshold)]))
        highs.append(np.array([np.inf]))
    free = 2 * len(targets) * m
    found = optimize.milp(
        np.concatenate([np.ones(m), np.zeros(free)]),
        integrality=np.concatenate([np.ones(m), np.zeros(free)]),
        bounds=optimize.Bounds(
            np.concatenate([must.astype(float), np.full(free, -np.inf)]),
            np.concatenate([np.ones(m), np.full(free, np.inf)]),
        ),
        constraints=optimize.LinearConstraint(
            sparse.vstack(blocks).tocsr(), np.concatenate(lows), np.concatenate(highs)
        ),
    )
    return round(found.fun)


def attacked(rng: np.random.Generator, threshold: int) -> Row:
    """Hide what must be hidden in one table, and let an outsider work out what is left."""
    counts, hidden = _table(rng, threshold)
    seen = disclosure.attack(counts, hidden)
    value = counts.to_numpy()[seen["row"], seen["column"]]
    width = seen["high"] - seen["low"]
    small = (value > 0) & (value < threshold)
    return {
        "protected": int(small.sum()),
        "too_narrow": int((width[small] < threshold).sum()),
        "recovered": int((width == 0).sum()),
        "wrong": int(((seen["low"] > value) | (seen["high"] < value)).sum()),
        "over": float(hidden.to_numpy().sum() / fewest(counts.to_numpy(), threshold)),
    }


CHECKS = [
    Check(
        25,
        "What is hidden cannot be worked out",
        "Random tables of at most 60 cells with small counts, margins published, at thresholds of 5 and 10. An "
        "outsider solves for the smallest and largest value of every hidden cell. The number of hidden cells is "
        "compared with the fewest that protect the table, found by another program.",
        Simulation("tables", attacked, crossed(threshold=(5, 10)), times=0.25),
        lambda table: [
            Finding(
                "protected counts known to within the threshold",
                *certain(table["too_narrow"].sum()),
                high=0,
                form=".0f",
            ),
            Finding("hidden cells recovered exactly", *certain(table["recovered"].sum()), high=0, form=".0f"),
            Finding(
                "hidden cells outside what the outsider works out", *certain(table["wrong"].sum()), high=0, form=".0f"
            ),
            Finding("hidden cells over the fewest possible, each table", *certain(table["over"]), high=1.5, form=".2f"),
        ],
    )
]
