"""From answers to scores: the half rule, the reliability of persons' scores, that of providers' means."""

import numpy as np
import pandas as pd

from workbench.analysis import scales

from .experiment import Check, Finding, Row, Simulation, crossed, mean, share
from .regions import DIMENSION, KINDS, Skewed, region


def item_table(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"item": names, "dimension": "effect", "low": 1, "high": 5, "reversed": False})


def half_rule(rng: np.random.Generator, items: int) -> Row:
    """Skip a fifth of the answers of 500 people at random; items differ in how easily people agree."""
    names = [f"q{at}" for at in range(items)]
    trait = rng.standard_normal(500)
    easier = np.linspace(-0.6, 0.6, items) / np.sqrt(DIMENSION.common)
    columns = [Skewed(items=1).answers(rng, trait + shift)[:, 0] for shift in easier]
    answers = pd.DataFrame(dict(zip(names, columns, strict=True)), dtype=float)
    complete = scales.score(answers, item_table(names))["effect"]
    skipped = answers.mask(rng.random(answers.shape) < 0.2)
    scored = scales.score(skipped, item_table(names))["effect"]
    low = complete <= complete.quantile(0.25)
    return {
        "bias": float(scored.mean() - complete.mean()),
        "bias_low": float(scored[low].mean() - complete[low & scored.notna()].mean()),
    }


def alpha(rng: np.random.Generator, n: int, kind: str) -> Row:
    """Answer five items, and look whether Feldt's interval holds the alpha of endlessly many people."""
    names = list("abcde")
    trait = rng.standard_normal(n)
    if kind == "skewed":
        answers, truth = DIMENSION.answers(rng, trait), DIMENSION.alpha
    else:
        answers = np.clip(4 + trait[:, None] + rng.standard_normal((n, 5)), -20, 20)
        truth = 5 / 6  # items correlate .5: 5 * .5 / (1 + 4 * .5)
    items = item_table(names).assign(low=1 if kind == "skewed" else -20, high=5 if kind == "skewed" else 20)
    row = scales.reliability(pd.DataFrame(answers, columns=names, dtype=float), items).loc["effect"]
    return {"covered": int(row["alpha_low"] <= truth <= row["alpha_high"]), "scales": 1}


def split_half(rng: np.random.Generator, icc: float, n: int, kind: str) -> Row:
    """Correlate the means of two halves of the people of 100 providers, and step up to all of them."""
    drawn = region(rng, 100, kind, icc=icc, n=n)
    half = np.tile(np.arange(n) % 2, 100)
    means = drawn.scores.groupby([drawn.provider, half]).mean().unstack()
    r = float(np.corrcoef(means[0], means[1])[0, 1])
    said = scales.provider_reliability(drawn.scores, drawn.provider).reliability.mean()
    return {"r": r, "said": float(said)}


def _stepped_up(table: pd.DataFrame) -> list[Finding]:
    r, error = mean(table, "r")
    said, error_said = mean(table, "said")
    stepped = 2 * r / (1 + r)
    slope = 2 / (1 + r) ** 2
    return [
        Finding(
            "reliability as stated minus split-half",
            said - stepped,
            np.hypot(slope * error, error_said),
            -0.05,
            0.05,
            form=".3f",
        )
    ]


CHECKS = [
    Check(
        1,
        "Skipped questions do not shift scores",
        "People skip a fifth of 2, 3, 5 or 8 questions at random; some questions are easier to agree with than "
        "others. A score needs half of them. Points by which the mean of those scored moves, of everybody and of the "
        "lowest quarter.",
        Simulation("half rule", half_rule, crossed(items=(2, 3, 5, 8))),
        lambda table: [
            Finding("bias of the mean score, points", *mean(table, "bias"), -0.3, 0.3, form=".3f"),
            Finding("bias among the lowest quarter, points", *mean(table, "bias_low"), form=".3f"),
        ],
    ),
    Check(
        2,
        "The interval of alpha holds",
        "Fifty or 150 people answer five questions, skewed or normal. Feldt's interval should contain the alpha of "
        "endlessly many people.",
        Simulation("alpha", alpha, crossed(n=(50, 150), kind=KINDS), times=2),
        lambda table: [Finding("coverage", *share(table, "covered", "scales"), 0.90, 0.97)],
    ),
    Check(
        22,
        "The reliability of providers' means is what two halves of their people show",
        "A hundred providers of 20 or 40 people, split at random in two halves that are compared. The stated "
        "reliability decides who may be labelled at all.",
        Simulation("split half", split_half, crossed(icc=(0.02, 0.05, 0.15), n=(20, 40), kind=KINDS)),
        _stepped_up,
    ),
]
