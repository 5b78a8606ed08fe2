"""Intervals: of means near the ceiling, shares, restarts, weighted means, and of a group that nearly all answered."""

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analysis import frames, intervals, weighting

from .experiment import Check, Finding, Row, Simulation, certain, crossed, mean, share
from .regions import Skewed

SIZES = (5, 10, 20, 30, 50, 100)
MEANS = (65, 75, 85, 90, 95, 98)
SHARES_TRIED = np.round(np.arange(0.05, 0.9501, 0.001), 3)
NEAR_THE_ENDS = np.round(np.arange(0.001, 0.05, 0.001), 3)
MONTHS = 12.0
RESTART, PRECLUDED = 0.04, 0.01  # per month


def near_the_ceiling(rng: np.random.Generator, items: int) -> Row:
    """Draw a region with a provider for every number of people and every mean, and count where the mean lies inside."""
    dimension = Skewed(items=items)
    cells = [(n, target) for n in SIZES for target in MEANS]
    provider = np.repeat(np.arange(len(cells)), [n for n, _ in cells])
    levels = np.array([dimension.level(target) for _, target in cells])
    scores = pd.Series(dimension.scores(rng, levels[provider] + rng.standard_normal(len(provider))))
    of = scores.groupby(provider).agg(["count", "mean", "var"])
    low, high = intervals.bounded_mean(of["count"], of["mean"], of["var"])
    truth = np.array([target for _, target in cells])
    covered = {
        f"n{n}_m{target}": float(hit) for (n, target), hit in zip(cells, (low <= truth) & (truth <= high), strict=True)
    }
    return {**covered, "inside": float(((low >= 0) & (high <= 100)).all()), "regions": 1}


def wilson_enumerated(rng: np.random.Generator, n: int) -> Row:
    """Add up exactly how often the interval contains the share, for every share."""
    low, high = intervals.wilson(np.arange(n + 1), np.full(n + 1, n))

    def coverage(shares: np.ndarray) -> np.ndarray:
        chance = stats.binom.pmf(np.arange(n + 1)[:, None], n, shares)
        return np.sum(chance * ((low[:, None] <= shares) & (shares <= high[:, None])), axis=0)

    usual = coverage(SHARES_TRIED)
    return {"mean": usual.mean(), "least": usual.min(), "least_near_the_ends": coverage(NEAR_THE_ENDS).min()}


def restarts(rng: np.random.Generator, n: int) -> Row:
    """Follow people who may restart, or die or move first, for 2.4 to 36 months."""
    first = rng.exponential(1 / (RESTART + PRECLUDED), n)
    kind = np.where(rng.random(n) < RESTART / (RESTART + PRECLUDED), 1, 2)
    followed = rng.uniform(2.4, 36, n)
    got = intervals.cumulative_incidence(np.minimum(first, followed), np.where(first <= followed, kind, 0), MONTHS)
    truth = RESTART / (RESTART + PRECLUDED) * (1 - np.exp(-(RESTART + PRECLUDED) * MONTHS))
    known = not got.reason
    return {
        "known": int(known),
        "bias": 100 * (got.estimate - truth) if known else np.nan,
        "covered": int(known and got.conf_low <= truth <= got.conf_high),
        "asked": 1,
    }


def too_short(rng: np.random.Generator, n: int, longest: float) -> Row:
    """Follow nobody to the horizon, or fewer than ten people."""
    first = rng.exponential(1 / RESTART, n)
    followed = rng.uniform(1, longest, n)
    if longest > MONTHS:
        at = np.argsort(-np.minimum(first, followed))
        followed[at[9:]] = np.minimum(followed[at[9:]], MONTHS - 0.01)
    got = intervals.cumulative_incidence(np.minimum(first, followed), (first <= followed).astype(int), MONTHS)
    return {"asked": 1, "refused": int(bool(got.reason) and np.isnan(got.estimate))}


def raked(rng: np.random.Generator) -> Row:
    """Ask 2,000 clients of whom some kinds answer more, and think more of the help, than others."""
    N = 2000
    frame = pd.DataFrame(
        {
            "age": rng.choice(["18-44", "45-64", "65+"], N, p=[0.3, 0.3, 0.4]),
            "sex": rng.choice(["f", "m"], N, p=[0.55, 0.45]),
            "product": rng.choice(["day", "home", "stay"], N, p=[0.3, 0.5, 0.2]),
        }
    )
    older = frame["age"].map({"18-44": 0.0, "45-64": 0.5, "65+": 1.0}).to_numpy()
    worth = 68 + 8 * older + 3 * (frame["sex"] == "f").to_numpy() - 5 * (frame["product"] == "stay").to_numpy()
    odds = -1.6 + 1.3 * older + 0.3 * (frame["sex"] == "f").to_numpy() - 0.4 * (frame["product"] == "stay").to_numpy()
    answered = rng.random(N) < 1 / (1 + np.exp(-odds))
    people = frame[answered]
    scores = pd.Series(np.clip(worth + 16 * rng.standard_normal(N), -50, 150)[answered], index=people.index)
    weights = weighting.rake(people, {name: frame[name].value_counts() for name in frame})
    place = pd.Series("region", index=people.index)
    background = pd.get_dummies(people, drop_first=True, dtype=float).to_numpy()
    got = frames.calibrated_means(scores, weights, place, place, background, {}).loc["region"]
    truth = worth.mean()
    return {
        "bias": got["estimate"] - truth,
        "unweighted": float(scores.mean() - truth),
        "covered": int(abs(got["estimate"] - truth) <= 1.96 * got["std_error"]),
        "regions": 1,
    }


def near_census(rng: np.random.Generator, N: int, n: int) -> Row:
    """Let n of the N clients of each of 30 providers answer, and ask for the mean of these N."""
    dimension = Skewed()
    provider = np.repeat(np.arange(30), N)
    scores = dimension.scores(rng, rng.standard_normal(len(provider))).reshape(30, N)
    answered = scores[:, :n]  # people come in no order
    truth = scores.mean(axis=1)
    parts = np.full(30, n), answered.mean(axis=1), answered.var(axis=1, ddof=1)
    low, high = intervals.bounded_mean(*parts, population=np.full(30, N))
    wide_low, wide_high = intervals.bounded_mean(*parts)
    slack = 1e-9
    return {
        "providers": 30,
        "covered": int(((low <= truth + slack) & (truth <= high + slack)).sum()),
        "without": int(((wide_low <= truth) & (truth <= wide_high)).sum()),
    }


def _ceiling(table: pd.DataFrame) -> list[Finding]:
    cells = [column for column in table if column.startswith("n") and "_m" in column]
    long = table.melt(["condition"], cells, "cell", "covered").assign(asked=1.0)
    return [
        Finding(
            "coverage, each number of people and mean",
            *share(long, "covered", "asked", ["condition", "cell"]),
            0.93,
            0.99,
        ),
        Finding("regions with all limits in 0 to 100", *certain(table["inside"].mean()), low=1.0, form=".0%"),
    ]


def _wilson(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("mean coverage over shares of 5 to 95%, each n", *certain(table["mean"]), 0.93, 0.97),
        Finding("least coverage for shares of 5 to 95%", *certain(table["least"].min()), low=0.88),
        Finding("least coverage for shares below 5%", *certain(table["least_near_the_ends"].min())),
    ]


CHECKS = [
    Check(
        3,
        "The interval of a mean holds near the ceiling",
        "Regions with providers of 5 to 100 people and true means of 65 to 98, scores of 3 or 5 questions. Client "
        "scores are high, and there the usual t interval of a small provider contains the true mean far too seldom.",
        Simulation("ceiling", near_the_ceiling, crossed(items=(3, 5)), times=5),
        _ceiling,
    ),
    Check(
        4,
        "The interval of a share holds for small groups",
        "Every n of 5 to 100 and every share, enumerated. Closer to 0 or 1 than 5% the coverage of a few shares is "
        "lower, as of every interval that is not needlessly wide.",
        Simulation("shares", wilson_enumerated, crossed(n=tuple(range(5, 101))), times=0),
        _wilson,
    ),
    Check(
        18,
        "The share that restarts is right though not everybody was followed",
        "Forty or 100 people who may restart (36% within a year), or die or move first, followed for 2.4 to 36 months.",
        Simulation("restarts", restarts, crossed(n=(40, 100)), times=4),
        lambda table: [
            Finding("bias, percentage points", *mean(table, "bias"), -0.5, 0.5, form=".2f"),
            Finding("coverage", *share(table, "covered", "known"), 0.93, 0.975),
            Finding("samples with a figure", *share(table, "known", "asked")),
        ],
    ),
    Check(
        19,
        "No figure for a year that nobody was followed",
        "Follow-up that ends before the horizon, or fewer than ten people followed so far.",
        Simulation("too short", too_short, crossed(n=(15, 40, 200), longest=(6.0, 11.9, 30.0))),
        lambda table: [
            Finding("refused", *certain(table["refused"].sum() / table["asked"].sum()), low=1.0, form=".0%")
        ],
    ),
    Check(
        20,
        "Weights take off the bias of who answered",
        "Two thousand invited clients; age, sex and product change both the willingness to answer and the score. The "
        "bias of the raked mean, and how often its interval (linearised on what the margins leave unexplained) "
        "contains the truth.",
        Simulation("raked", raked),
        lambda table: [
            Finding("bias, weighted, points", *mean(table, "bias"), -0.3, 0.3, form=".2f"),
            Finding("bias, not weighted, points", *mean(table, "unweighted"), form=".2f"),
            Finding("coverage", *share(table, "covered", "regions"), 0.93, 0.97),
        ],
    ),
    Check(
        21,
        "Where nearly everybody answered, little is unknown about them",
        "Eleven of 12, 25 of 30, 50 of 60 clients answered; the interval for the mean of exactly these clients, with "
        "the finite population correction. Without it the interval is needlessly wide - for this question, not for "
        "judging the provider.",
        Simulation(
            "census", near_census, crossed(N=(12,), n=(11,)) + crossed(N=(30,), n=(25,)) + crossed(N=(60,), n=(50,))
        ),
        lambda table: [
            Finding("coverage with the correction", *share(table, "covered", "providers"), 0.93, 0.97),
            Finding("coverage without", *share(table, "without", "providers")),
        ],
    ),
]
