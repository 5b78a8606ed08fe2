"""What is hidden stays hidden: random tables under the attack of an outsider who can do linear programming."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from workbench.analysis import disclosure, estimates, release

from .experiment import Check, Finding, Row, Simulation, certain, crossed, share
from .regions import SHARES, sizes

OPINIONS = ("negative", "neutral", "positive")
SMALLEST, FEWEST = 5, 10  # thresholds: people in a cell, people behind a figure


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


def linked(rng: np.random.Generator, P: int) -> Row:
    """Release the opinions of a region on one statement, and let an outsider combine all reports and the synthesis."""
    provider = np.repeat(np.arange(P), sizes(rng, P))
    code = 1 + rng.choice(5, len(provider), p=SHARES)
    opinion = np.select([code < 3, code == 3], [0, 1], 2)
    people = np.zeros((P, len(OPINIONS)))
    np.add.at(people, (provider, opinion), 1)
    given = {"provider_id": np.array([f"p{at:03d}" for at in range(P)])[provider], "code": code.astype(float)}
    one = {"instrument": "list", "variant": "", "item": "A1"}
    items = pd.DataFrame([{**one, "low": 1, "high": 5, "reversed": False}])
    figures = estimates.opinions(pd.DataFrame(given).assign(role="client", **one), items, 2026)
    published = release.decide(figures)
    known, limit = _published(published, P)
    small = [(people == count) for count in range(1, SMALLEST)]
    aims = [_chosen(P, [at], [k]) for at, k in np.argwhere(np.any(small, axis=0))]
    aims += [_chosen(P, [at], range(len(OPINIONS))) for at in np.flatnonzero(people.sum(axis=1) < FEWEST)]
    ends = np.array([_ends(aim, known, limit) for aim in aims]).reshape(-1, 2)
    true = np.array([aim @ people.ravel() for aim in aims])
    return {
        "linked": len(aims),
        "linked_narrow": int((ends[:, 1] - ends[:, 0] < SMALLEST - 1e-6).sum()),
        "linked_wrong": int(((ends[:, 0] > true + 1e-6) | (ends[:, 1] < true - 1e-6)).sum()),
        "figures": len(published),
        "shown": int((published["status"] != "hidden").sum()),
    }


def _chosen(P: int, units: Iterable[int], opinions: Iterable[int]) -> np.ndarray:
    """Mark the people of some providers with some opinions."""
    marked = np.zeros((P, len(OPINIONS)))
    marked[np.ix_(list(units), list(opinions))] = 1
    return marked.ravel()


def _published(published: pd.DataFrame, P: int) -> tuple[np.ndarray, np.ndarray]:
    """Everything that was printed, as inequalities of the numbers of people per provider and opinion."""
    rows, limits = [np.zeros(P * len(OPINIONS))], [0.0]
    for figure in published[published["n"].notna()].itertuples():
        units = range(P) if figure.unit == "region" else [int(figure.unit_id[1:])]
        everybody = _chosen(P, units, range(len(OPINIONS)))
        off = 0.0 if pd.isna(figure.n_precision) else figure.n_precision / 2
        rows += [everybody, -everybody]
        limits += [figure.n + off, off - figure.n]
        if figure.status == "hidden" or pd.isna(figure.estimate):
            continue
        part = _chosen(P, units, [0, 1] if figure.category == "other" else [OPINIONS.index(figure.category)])
        printed = 0.005 + 1e-9  # a whole per cent
        rows += [part - (figure.estimate + printed) * everybody, (figure.estimate - printed) * everybody - part]
        limits += [0.0, 0.0]
    return np.array(rows), np.array(limits)


def _ends(aim: np.ndarray, known: np.ndarray, limit: np.ndarray) -> tuple[float, float]:
    """Return the fewest and most people that all of it leaves possible, of at most 10,000."""
    found = [optimize.linprog(way * aim, A_ub=known, b_ub=limit, bounds=(0, 10_000)) for way in (1, -1)]
    if any(one.status for one in found):
        raise ValueError(f"what was published contradicts itself: {found[0].message}")
    return found[0].fun, -found[1].fun


def _linked(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("protected numbers known to within 5", *certain(table["linked_narrow"].sum()), high=0, form=".0f"),
        Finding("outside what the outsider works out", *certain(table["linked_wrong"].sum()), high=0, form=".0f"),
        Finding("protected numbers tried", *certain(table["linked"].sum()), form=".0f"),
        Finding("figures shown of all", *share(table, "shown", "figures")),
    ]


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
    ),
    Check(
        29,
        "Nor from all reports together (the linked half of 25)",
        "The opinions of all clients of a region on one statement, released as reports and synthesis would: per "
        "provider and for the region, rounded as printed. An outsider puts everything that is shown into one system "
        "and solves for the smallest and largest number of people behind every small count and every provider of "
        "fewer than ten. 250 regions per condition.",
        Simulation("linked tables", linked, crossed(P=(6, 15)), times=0.25),
        _linked,
    ),
]
