"""Two groups of people: the mirror of clients and staff, and change between two measurements."""

import numpy as np
import pandas as pd

from workbench.analysis import mirror, trend

from .experiment import Check, Finding, Row, Simulation, crossed, share
from .regions import DIMENSION, MIDDLE, SPREAD, sizes, tidy

ALPHA = 0.05
PROVIDERS = 40


def _scores(rng: np.random.Generator, n: int, kind: str, sd: float = SPREAD) -> np.ndarray:
    if kind == "normal":
        return MIDDLE + sd * rng.standard_normal(n)
    return DIMENSION.scores(rng, rng.standard_normal(n))


def _mirrored(
    rng: np.random.Generator, n_client: int, n_staff: int, gap: float, ratio: float = 1.0, kind: str = "normal"
) -> pd.DataFrame:
    """Draw a region whose staff lie `gap` points above their clients, with a spread `ratio` times theirs."""
    provider = np.repeat(np.arange(PROVIDERS), n_client + n_staff)
    is_staff = np.tile(np.arange(n_client + n_staff) >= n_client, PROVIDERS)
    scores = _scores(rng, len(provider), kind)
    scores = np.where(is_staff, (scores - MIDDLE) * ratio + MIDDLE + gap, scores)
    return mirror.gaps(tidy(scores, provider_id=provider, role=np.where(is_staff, "staff", "client")))


def gap_of(
    rng: np.random.Generator, n_client: int, n_staff: int, gap: float, ratio: float = 1.0, kind: str = "normal"
) -> Row:
    """Count what is said of the providers of one region."""
    table = _mirrored(rng, n_client, n_staff, gap, ratio, kind)
    return {
        "providers": PROVIDERS,
        "different": int((table["p_difference"] < ALPHA).sum()),
        "equivalent": int((table["p_equivalence"] < ALPHA).sum()),
        "said_equivalent": int((table["verdict"] == "equivalent").sum()),
        "said_undecided": int((table["verdict"] == "undecided").sum()),
    }


def no_change(rng: np.random.Generator, P: int, kind: str, paired: bool) -> Row:
    """Measure a region twice in which nothing changed; known persons resemble themselves (r = .6)."""
    provider = np.repeat(np.arange(P), sizes(rng, P))
    if paired:
        self = rng.standard_normal(len(provider))
        traits = [np.sqrt(0.6) * self + np.sqrt(0.4) * rng.standard_normal(len(provider)) for _ in range(2)]
    else:
        traits = [rng.standard_normal(len(provider)) for _ in range(2)]
    waves = [MIDDLE + SPREAD * each if kind == "normal" else DIMENSION.scores(rng, each) for each in traits]
    scores = tidy(
        np.concatenate(waves),
        provider_id=np.tile(provider, 2),
        wave=np.repeat([2025, 2026], len(provider)),
        person_id=np.tile(np.arange(len(provider)), 2),
    )
    table = trend.change(scores, paired=paired)
    return {
        "families": 1,
        "any_changed": int((table["verdict"] == "changed").any()),
        "providers": P,
        "raw": int((table["p_value"] < ALPHA).sum()),
    }


EQUAL = (
    *crossed(n_client=(40,), n_staff=(40, 12), gap=(0.0,), ratio=(1.0, 2.0, 0.5)),
    *crossed(n_client=(40,), n_staff=(40, 12), gap=(0.0,), ratio=(1.0,), kind=("skewed",)),
)
HALF = (
    {"n_client": 40, "n_staff": 40, "gap": 0.5 * SPREAD, "kind": "normal"},
    {"n_client": 40, "n_staff": 40, "gap": 0.5 * float(np.sqrt(DIMENSION.variance)), "kind": "skewed"},
)


CHECKS = [
    Check(
        14,
        "The test of a gap keeps its size",
        "Clients and staff who agree: 40 and 40 or 12 people, with equal spread, or the staff with twice or half that "
        "of the clients; normal and skewed. Student's t, which supposes equal spread, would not keep it.",
        Simulation("gap, size", gap_of, EQUAL),
        lambda table: [Finding("flagged at 5%", *share(table, "different", "providers"), 0.04, 0.065)],
    ),
    Check(
        15,
        "The test of a gap has the power theory says",
        "A gap of half a standard deviation with 40 people on each side: theory says 59.8% of such gaps are found, "
        "before correction.",
        Simulation("gap, power", gap_of, HALF),
        lambda table: [Finding("found", *share(table, "different", "providers"), 0.57, 0.63)],
    ),
    Check(
        16,
        "A gap on the margin is seldom called equivalent",
        "A true gap of exactly the margin, 10 points, with groups of 15 and 8 up to 200 and 200.",
        Simulation(
            "gap, margin",
            gap_of,
            [
                {"n_client": one, "n_staff": other, "gap": 10.0}
                for one, other in ((15, 8), (40, 12), (40, 40), (80, 80), (200, 200))
            ],
        ),
        lambda table: [Finding("equivalent at 5%", *share(table, "equivalent", "providers"), high=0.058)],
    ),
    Check(
        17,
        "Small groups without a gap are undecided, not equal",
        "No gap at all, 15 clients and 8 staff: too few to show equality, and the words must say so.",
        Simulation("gap, words", gap_of, [{"n_client": 15, "n_staff": 8, "gap": 0.0}]),
        lambda table: [
            Finding('"equivalent"', *share(table, "said_equivalent", "providers"), high=0.05),
            Finding('"undecided"', *share(table, "said_undecided", "providers"), low=0.95),
        ],
    ),
    Check(
        23,
        "Where nothing changed, no change is reported",
        "Two measurements of 10, 30 or 100 providers, of different people or of the same ones (r = .6). One published "
        "table is one family: how often does it hold any change? A correct method gives 5% in every condition, so that "
        "of twelve conditions some lie above it by chance: the limit holds for all tables together.",
        Simulation("no change", no_change, crossed(P=(10, 30, 100), kind=("skewed", "normal"), paired=(False, True))),
        lambda table: [
            Finding('tables with any "changed"', *share(table, "any_changed", "families", by=["families"]), high=0.05),
            Finding("the same, each condition", *share(table, "any_changed", "families")),
            Finding("providers flagged at 5% before correction", *share(table, "raw", "providers")),
        ],
    ),
]
