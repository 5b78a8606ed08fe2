"""Providers beside each other: false alarms, missed differences, the mix of respondents, shrinkage."""

import numpy as np
import pandas as pd
from scipy import optimize

from workbench.analysis import comparison

from .experiment import Check, Finding, Row, Simulation, crossed, mean, share
from .regions import DIMENSION, KINDS, MIDDLE, PROVIDERS, region

ALPHA = 0.05
SMALL = 10
CERTAINTY = 0.975


def _flags(compared: comparison.Comparison) -> Row:
    table = compared.table
    raw, small = table["p_value"] < ALPHA, table["n"] < SMALL
    return {
        "providers": len(table),
        "flags": int(raw.sum()),
        "small": int(small.sum()),
        "flags_small": int((raw & small).sum()),
        "regions": 1,
        "any_flag": int((table["p_adjusted"] < ALPHA).any()),
        "any_label": int(table["label"].isin(["above", "below"]).any()),
    }


def no_difference(rng: np.random.Generator, P: int, kind: str) -> Row:
    """Draw a region without differences, but with different mixes of respondents."""
    drawn = region(rng, P, kind, mix=0.6, effect=0.25)
    compared = comparison.compare(drawn.scores, drawn.provider, drawn.adjusters)
    bare = pd.DataFrame(index=drawn.scores.index)
    unadjusted = comparison.contrast(comparison.adjust(drawn.scores, drawn.provider, bare))
    table = compared.table
    centre = drawn.adjusters["adjuster"].groupby(drawn.provider).mean()
    below = table["p_below"]
    return {
        **_flags(compared),
        "shrunk_flags": int(((below >= CERTAINTY) | (below <= 1 - CERTAINTY)).sum()),
        "none_told": int(not compared.differ),
        "icc_zero": int(compared.icc <= 0),
        "correlation": float(np.corrcoef(table["delta"], centre)[0, 1]),
        "unadjusted_flags": int((unadjusted["p_value"] < ALPHA).sum()),
    }


NO_DIFFERENCE = Simulation("no difference", no_difference, crossed(P=PROVIDERS, kind=KINDS))


def deviants(rng: np.random.Generator, kind: str) -> Row:
    """Draw 60 providers of which 9 are half a standard deviation off, up and down."""
    P, n, off = 60, 40, 9
    shift = np.zeros(P)
    shift[:off] = SHIFTS[kind] * np.where(np.arange(off) % 2, 1, -1)[:off]
    drawn = region(rng, P, kind, n=n, shift=shift)
    found = (comparison.compare(drawn.scores, drawn.provider).table["p_adjusted"] < ALPHA).to_numpy()
    false = int(found[off:].sum())
    hits = int(found[:off].sum())
    return {"false_share": false / max(false + hits, 1), "hits": hits, "off": off}


def mix_goes_with_quality(rng: np.random.Generator, rho: float, P: int) -> Row:
    """Draw a region in which better providers have another mix: spread 5 points, slope -4 per standard deviation."""
    spread, slope, rest = 5.0, -4.0, 16.0
    provider = np.repeat(np.arange(P), 40)
    worth = rng.standard_normal(P)
    centre = 0.6 * (rho * worth + np.sqrt(1 - rho**2) * rng.standard_normal(P))
    x = centre[provider] + rng.standard_normal(len(provider))
    scores = MIDDLE + spread * worth[provider] + slope * x + rest * rng.standard_normal(len(provider))
    table = comparison.adjust(pd.Series(scores), pd.Series(provider), pd.DataFrame({"x": x}))
    error = (table["adjusted"] - spread * worth).to_numpy()
    standard = (centre - centre.mean()) / centre.std()
    return {"slope": float(standard @ (error - error.mean())) / P}


def shrunken(rng: np.random.Generator, P: int, icc: float, kind: str) -> Row:
    """Draw a region with true differences and look where the shrunken intervals lie."""
    drawn = region(rng, P, kind, icc=icc)
    adjusted = comparison.adjust(drawn.scores, drawn.provider, drawn.adjusters)
    got = comparison.shrink(adjusted["adjusted"], adjusted["variance"])
    truth, middle = drawn.truth, drawn.truth.mean()
    low, high, below = got.conf_low, got.conf_high, got.p_below
    wrong = ((below >= CERTAINTY) & (truth > middle)) | ((below <= 1 - CERTAINTY) & (truth < middle))
    return {
        "providers": P,
        "covered": int(((low <= truth) & (truth <= high)).sum()),
        "wrong_sign": int(wrong.sum()) if icc else 0,
    }


def part_of_the_whole(rng: np.random.Generator, P: int, kind: str) -> Row:
    """Draw a handful of equal providers of 40 people."""
    drawn = region(rng, P, kind, n=40)
    table = comparison.contrast(comparison.adjust(drawn.scores, drawn.provider, drawn.adjusters))
    return {"providers": P, "flags": int((table["p_value"] < ALPHA).sum())}


def _half_a_deviation() -> dict[str, float]:
    """Shift of the trait at which the score moves half a standard deviation of persons, up or down on average."""

    def too_far(shift: float) -> float:
        apart = DIMENSION.expected(shift, 1.0) - DIMENSION.expected(-shift, 1.0)
        return float(apart) / 2 / np.sqrt(DIMENSION.variance) - 0.5

    return {"normal": 0.5, "skewed": float(optimize.brentq(too_far, 0.1, 3))}


SHIFTS = _half_a_deviation()
DEVIANTS = Simulation("deviants", deviants, crossed(kind=KINDS))
QUALITY = Simulation("quality", mix_goes_with_quality, crossed(rho=(-0.5, 0.5), P=(30, 100)))
SHRUNKEN = Simulation("shrunken", shrunken, crossed(P=PROVIDERS, icc=(0.0, 0.02, 0.05, 0.15), kind=KINDS))
WHOLE = Simulation("part and whole", part_of_the_whole, crossed(P=(3, 5), kind=KINDS), times=4)


def _raw(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("flagged at 5%, all providers", *share(table, "flags", "providers"), 0.04, 0.06),
        Finding("flagged at 5%, fewer than 10 people", *share(table, "flags_small", "small"), 0.03, 0.06),
    ]


def _corrected(table: pd.DataFrame) -> list[Finding]:
    before = table.assign(any=(table["flags"] > 0).astype(int))
    return [
        Finding("regions with any flag", *share(table, "any_flag", "regions"), high=0.075),
        Finding("regions with any label above or below", *share(table, "any_label", "regions"), high=0.075),
        Finding("regions with any flag before the correction", *share(before, "any", "regions")),
    ]


def _found(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("false among the flagged", *mean(table, "false_share"), high=0.06),
        Finding("deviants found", *share(table, "hits", "off"), low=0.50),
    ]


def _mixed(table: pd.DataFrame) -> list[Finding]:
    correlation = mean(table, "correlation")
    return [
        Finding("correlation of difference and mix", *correlation, -0.05, 0.05, form=".3f"),
        Finding("flagged at 5%, adjusted", *share(table, "flags", "providers"), 0.04, 0.06),
        Finding("flagged at 5%, not adjusted: must fail", *share(table, "unadjusted_flags", "providers"), low=0.08),
    ]


def _unbiased(table: pd.DataFrame) -> list[Finding]:
    return [Finding("slope of the error on the mix, points per SD", *mean(table, "slope"), -0.1, 0.1, form=".3f")]


def _covered(table: pd.DataFrame) -> list[Finding]:
    none, some = table[table["icc"] == 0], table[table["icc"] > 0]
    return [
        Finding("coverage where providers differ", *share(some, "covered", "providers"), 0.91, 0.97),
        Finding("coverage where they do not", *share(none, "covered", "providers"), low=0.95),
        Finding("certain of the wrong side", *share(some, "wrong_sign", "providers"), high=0.005, form=".2%"),
    ]


def _nothing_told(table: pd.DataFrame) -> list[Finding]:
    return [
        Finding("providers held to be off", *share(table, "shrunk_flags", "providers"), high=0.005, form=".2%"),
        Finding('regions told "no measurable difference"', *share(table, "none_told", "regions"), low=0.90),
        Finding("regions with an estimated ICC of 0", *share(table, "icc_zero", "regions")),
    ]


def _of_few(table: pd.DataFrame) -> list[Finding]:
    return [Finding("flagged at 5%, 3 or 5 providers", *share(table, "flags", "providers"), 0.04, 0.06)]


CHECKS = [
    Check(
        5,
        "A provider that equals the others is seldom flagged",
        "Regions of 10, 30 and 100 providers of 5 to 150 people, none truly different, each with its own mix of "
        "respondents. One in twenty may be flagged before correction, and small providers no more often than large "
        "ones.",
        NO_DIFFERENCE,
        _raw,
    ),
    Check(
        6,
        "A region without differences is left in peace",
        "The same regions after the correction for asking about every provider. Without it the larger a region is, "
        "the surer it gets a false alarm.",
        NO_DIFFERENCE,
        _corrected,
    ),
    Check(
        7,
        "Real deviants are found, without many false ones among them",
        "Sixty providers of 40 people, nine of them half a standard deviation off, up or down.",
        DEVIANTS,
        _found,
    ),
    Check(
        8,
        "Who happens to serve other people is not blamed for it",
        "The regions of 5: the mix of respondents differs by .6 standard deviation between providers and correlates "
        ".25 with the score. Adjusted differences must not follow the mix; without adjustment they visibly do.",
        NO_DIFFERENCE,
        _mixed,
    ),
    Check(
        9,
        "Adjustment does not eat quality",
        "Better providers have another mix (correlation -.5 or .5). The error of the adjusted means must not go with "
        "the mix, as it would with random instead of fixed effects of providers.",
        QUALITY,
        _unbiased,
    ),
    Check(
        10,
        "Shrunken intervals hold the truth",
        "Regions of 10, 30 and 100 providers, from no differences to 15% of the variance. The interval readers see "
        "ranked must contain the provider's true mean, and hardly ever be certain of the wrong side.",
        SHRUNKEN,
        _covered,
    ),
    Check(
        11,
        "Where nobody differs the report says so",
        "The regions of 5 again. No provider is held to be off, and the sentence is that there is no measurable "
        "difference: nobody is told apart, and all differences together are not more than chance (test at 5%) or the "
        "estimated share between providers is 0. The latter alone, for information, would be silent too often.",
        NO_DIFFERENCE,
        _nothing_told,
    ),
    Check(
        24,
        "A provider is part of the mean it is compared with",
        "Three or five equal providers of 40 people. Taking provider and region for independent would flag far too "
        "few among so few.",
        WHOLE,
        _of_few,
    ),
]
