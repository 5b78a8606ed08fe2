"""Statistics: everything about all providers beside one mixed model, and weighted shares beside R's survey."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.job import timed

SETTINGS = {
    "minimum_n": 10,
    "minimum_reliability": 0.7,
    "minimum_difference": 5,
    "alpha": 0.05,
    "certainty": 0.975,
}
ADJUSTERS = ("age", "health", "sex")
LEVELS = {"municipality": 342, "district": 624, "region": 25, "age": 8, "everybody": 1}
RESPONDENTS, ITEMS = 100_000, 40


def _scores(providers: int, dimensions: int, responses: int = 100) -> pd.DataFrame:
    """Scores of clients (four fifths) and staff in the tidy form, with background."""
    rng = np.random.default_rng(7)
    people = providers * responses
    provider = np.repeat(np.arange(providers), responses)
    names = np.array([f"p{at:05d}" for at in range(providers)])
    background = {
        "response_id": np.arange(people),
        "provider_id": names[provider],
        "municipality_code": np.array([f"GM{at:04d}" for at in range(340)])[rng.integers(0, 340, people)],
        "role": np.where(np.tile(np.arange(responses), providers) % 5 == 4, "staff", "client"),
        "age": rng.integers(18, 95, people).astype(float),
        "health": rng.integers(1, 6, people).astype(float),
        "sex": rng.integers(0, 2, people).astype(float),
    }
    parts = []
    for dimension in range(dimensions):
        score = (
            70
            + 5 * rng.standard_normal(providers)[provider]
            + 2 * background["health"]
            + 16 * rng.standard_normal(people)
        )
        parts.append(pd.DataFrame(background | {"dimension": f"d{dimension}", "score": np.clip(score, 0, 100)}))
    return pd.concat(parts, ignore_index=True)


def everything(providers: int) -> dict[str, Any]:
    """Means with intervals, adjusted comparison with labels, and the mirror of staff, on ten dimensions."""
    from workbench.analysis import estimates

    scores = _scores(providers, 10)
    with timed():
        rows = [
            estimates.means(scores, 2026),
            estimates.comparisons(scores, 2026, ADJUSTERS, SETTINGS),
            estimates.gaps(scores, 2026, 10),
        ]
    return {"rows": sum(map(len, rows))}


def mixed_model(providers: int) -> None:
    """One mixed model of one dimension, the clients' scores on the same background."""
    import statsmodels.formula.api as smf

    scores = _scores(providers, 1)
    clients = scores[scores["role"] == "client"]
    with timed():
        smf.mixedlm("score ~ age + health + sex", clients, groups=clients["provider_id"]).fit()


def _survey() -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(11)
    answers = {
        f"q{item:02d}": np.array(list("abcde"))[rng.choice(5, RESPONDENTS, p=[0.1, 0.2, 0.3, 0.25, 0.15])]
        for item in range(ITEMS)
    }
    units = {name: rng.integers(0, size, RESPONDENTS) for name, size in LEVELS.items()}
    return pd.DataFrame(answers), pd.DataFrame(units), np.round(rng.lognormal(0, 0.5, RESPONDENTS), 6)


def shares(folder: str) -> dict[str, Any]:
    """Weighted shares with intervals: 40 questions, 1,000 units at five levels, 100,000 respondents."""
    from workbench.analysis import weighting

    answers, units, weights = _survey()
    with timed():
        got = weighting.shares(answers, weights, units)
    return {"rows": len(got)} | _same(got, Path(folder) / "shares.csv")


def shares_in_r(folder: str, levels: list[str]) -> dict[str, Any]:
    """The first question at some levels by ``svyby(~q, ~unit, design, svymean)``."""
    answers, units, weights = _survey()
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    answers[["q00"]].join(units).assign(weight=weights).to_csv(place / "survey.csv", index=False)
    script = Path(__file__).with_name("shares.R")
    done = subprocess.run(["Rscript", script, place, *levels], check=True, capture_output=True, text=True)
    from bench import job

    seconds, processor = map(float, done.stdout.split()[-2:])
    job.SECONDS.append(seconds)
    job.PROCESSOR.append(processor)
    return {}


def shares_in_a_loop(levels: list[str]) -> None:
    """The first question at some levels by a loop over units in pandas, with the same linearised errors."""
    answers, units, weights = _survey()
    table = answers[["q00"]].join(units).assign(weight=weights)
    n = len(table)
    with timed():
        for level in levels:
            for _, part in table.groupby(level):
                w = part["weight"]
                for answer in "abcde":
                    given = (part["q00"] == answer).astype(float)
                    p = (w * given).sum() / w.sum()
                    z = w * (given - p) / w.sum()
                    np.sqrt(n / (n - 1) * (z**2).sum())


def _same(got: pd.DataFrame, path: Path) -> dict[str, Any]:
    """Largest relative difference from R's figures, where there are."""
    if not path.is_file():
        return {}
    of_r = pd.read_csv(path, dtype={"unit": "int64"})
    ours = got[got["item"] == "q00"].astype({"unit": "int64"})
    both = of_r.merge(ours, on=["level", "unit", "answer"], validate="1:1")
    apart = [abs(both[name] / both[f"{name}_r"] - 1).max() for name in ("estimate", "std_error")]
    return {"apart": float(max(apart)), "compared": len(both)}


def have_r() -> bool:
    """Say whether R and its survey package are there."""
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('survey', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
