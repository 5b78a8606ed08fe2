"""Regions that never were: providers, people and answers of which the truth is known.

People answer five items of 1 to 5, skewed as client surveys are (2, 4, 13, 40 and 41% of the answers), or give a score
that is normally distributed. Behind the items lies a latent trait: what a provider is worth shifts it, what a person
brings along adds to it. The mean a provider would reach with endlessly many people is therefore known exactly.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

SHARES = (0.02, 0.04, 0.13, 0.40, 0.41)
PROVIDERS = (10, 30, 100)
KINDS = ("skewed", "normal")
MIDDLE, SPREAD = 79.0, 18.0  # of the normal variant, in points
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Skewed:
    """A dimension of items of 1-5; `common` is the share of an item's latent variance that is the person's."""

    items: int = 5
    common: float = 0.5

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Latent values at which the next answer begins."""
        return special.ndtri(np.cumsum(SHARES)[:-1])

    def answers(self, rng: np.random.Generator, trait: NDArray[np.float64]) -> NDArray[np.int64]:
        """Draw codes of 1-5, one row per person, one column per item."""
        own = rng.standard_normal((len(trait), self.items))
        latent = np.sqrt(self.common) * trait[:, None] + np.sqrt(1 - self.common) * own
        return 1 + np.searchsorted(self.bounds, latent)

    def scores(self, rng: np.random.Generator, trait: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draw scores of 0-100, one per person."""
        return (self.answers(rng, trait).mean(axis=1) - 1) * 25

    def expected(self, mean: ArrayLike, variance: ArrayLike) -> NDArray[np.float64]:
        """Return the mean score of endlessly many people whose trait has this mean and variance."""
        spread = np.sqrt(self.common * np.asarray(variance) + 1 - self.common)
        above = np.sqrt(self.common) * np.asarray(mean)[..., None] - self.bounds
        return 25 * special.ndtr(above / np.asarray(spread)[..., None]).sum(axis=-1)

    def _moments_given_trait(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of one item, 0-100, at every node of the trait."""
        own = (self.bounds - np.sqrt(self.common) * NODES[:, None]) / np.sqrt(1 - self.common)
        share = np.diff(np.pad(special.ndtr(own), ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))), axis=1)
        code = 25 * np.arange(5)
        mean = share @ code
        return mean, share @ code**2 - mean**2

    @property
    def variance(self) -> float:
        """Variance of a score between people of one provider, if the trait is standard normal."""
        mean, rest = self._moments_given_trait()
        return float(WEIGHTS @ mean**2 - (WEIGHTS @ mean) ** 2 + WEIGHTS @ rest / self.items)

    @property
    def alpha(self) -> float:
        """Cronbach's alpha in endlessly many people."""
        mean, rest = self._moments_given_trait()
        shared = WEIGHTS @ mean**2 - (WEIGHTS @ mean) ** 2
        return float(self.items * shared / ((self.items - 1) * shared + shared + WEIGHTS @ rest))

    def level(self, mean: float) -> float:
        """Return the mean trait, of variance 1, at which the mean score is `mean`."""
        return float(optimize.brentq(lambda level: self.expected(level, 1.0) - mean, -8, 8))


@cache
def between(icc: float, dimension: Skewed) -> float:
    """Return the variance between providers of the trait at which their share in the variance of the score is `icc`."""
    if icc == 0:
        return 0.0

    def too_much(b: float) -> float:
        level = dimension.expected(np.sqrt(b) * NODES, 1 - b)
        return float(WEIGHTS @ level**2 - (WEIGHTS @ level) ** 2) / dimension.variance - icc

    return float(optimize.brentq(too_much, 0, 0.9))


@dataclass(frozen=True)
class Region:
    """Scores with the provider of each person, the adjusters of persons, and the true mean of every provider."""

    scores: pd.Series
    provider: pd.Series
    adjusters: pd.DataFrame
    truth: NDArray[np.float64]


DIMENSION = Skewed()


def sizes(rng: np.random.Generator, providers: int) -> NDArray[np.int64]:
    """Draw numbers of respondents: median 22, from 5 to 150."""
    return np.clip(np.round(22 * np.exp(0.7 * rng.standard_normal(providers))), 5, 150).astype(int)


def region(
    rng: np.random.Generator,
    providers: int,
    kind: str = "skewed",
    icc: float = 0.0,
    n: ArrayLike | None = None,
    mix: float = 0.0,
    effect: float = 0.0,
    goes_with_quality: float = 0.0,
    shift: NDArray[np.float64] | None = None,
) -> Region:
    """Draw one region.

    Parameters
    ----------
    providers : int
    kind : {"skewed", "normal"}
    icc : float
        Share of the variance of scores between providers.
    n : array_like, optional
        Respondents per provider; drawn if left out.
    mix : float
        Spread between providers of the mean of the one adjuster, in its standard deviations within a provider.
    effect : float
        Correlation within a provider of adjuster and trait.
    goes_with_quality : float
        Correlation between providers of mix and worth.
    shift : ndarray, optional
        What sets each provider apart, in standard deviations of persons, instead of `icc`.
    """
    count = sizes(rng, providers) if n is None else np.broadcast_to(n, providers)
    provider = np.repeat(np.arange(providers), count)
    worth = rng.standard_normal(providers)
    centre = mix * (goes_with_quality * worth + np.sqrt(1 - goes_with_quality**2) * rng.standard_normal(providers))
    person = rng.standard_normal(len(provider))
    slope = effect / np.sqrt(1 - effect**2)
    adjuster = centre[provider] + person
    b = between(icc, DIMENSION) if kind == "skewed" else icc
    rest = np.sqrt(1 - b) * np.sqrt(1 - effect**2)  # what an adjuster explains is no longer chance
    apart = np.sqrt(b) * worth if shift is None else np.asarray(shift, dtype=float)
    trait = apart[provider] + rest * (slope * adjuster + rng.standard_normal(len(provider)))
    if kind == "skewed":
        scores = DIMENSION.scores(rng, trait)
        truth = DIMENSION.expected(apart, rest**2 * (1 + slope**2 * (1 + mix**2)))
    else:
        scores = MIDDLE + SPREAD * trait
        truth = MIDDLE + SPREAD * apart
    return Region(
        pd.Series(scores, name="score"),
        pd.Series(provider, name="provider_id"),
        pd.DataFrame({"adjuster": adjuster}) if effect else pd.DataFrame(index=range(len(provider))),
        truth,
    )


def tidy(scores: NDArray[np.float64], **columns: ArrayLike) -> pd.DataFrame:
    """Return scores in the tidy form: one row per response of one dimension, with the columns given."""
    return pd.DataFrame({"response_id": np.arange(len(scores)), "dimension": "effect", "score": scores, **columns})
