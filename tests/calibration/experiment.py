"""What a calibration consists of: simulations that draw regions, and checks that hold their outcome to a limit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Row = dict[str, float]


@dataclass(frozen=True, eq=False)
class Simulation:
    """Regions drawn under a number of conditions.

    Attributes
    ----------
    name : str
    draw : function of a random generator and the settings of a condition
        Gives what was counted in one region.
    conditions : sequence of mappings
        Settings, one mapping per condition; they come back as columns.
    times : float
        How many regions, times the number asked for: 0 for an enumeration, which is done once.
    """

    name: str
    draw: Callable[..., Row]
    conditions: Sequence[Mapping[str, Any]] = ({},)
    times: float = 1.0

    def regions(self, asked: int) -> int:
        """Return how many regions each condition gets."""
        return max(1, round(self.times * asked))

    def rows(self, condition: int, first: int, last: int) -> list[dict[str, Any]]:
        """Draw regions `first` up to `last`; the same ones whoever draws them, and in whatever company."""
        settings = self.conditions[condition]
        key = [*self.name.encode(), condition]
        return [
            {"condition": condition, **settings, **self.draw(np.random.default_rng([*key, at]), **settings)}
            for at in range(first, last)
        ]


@dataclass(frozen=True)
class Finding:
    """What was reached, in one or several cells, beside the limit it must keep to.

    Attributes
    ----------
    what : str
    values, errors : ndarray
        Reached per cell, and its Monte-Carlo standard error (0 for an enumeration).
    low, high : float
        The limit, inclusive.
    form : str
        How a value is written.
    """

    what: str
    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    low: float = -np.inf
    high: float = np.inf
    form: str = ".1%"

    def holds(self, times: float = 0.0) -> bool:
        """Say whether every cell keeps to the limit, widened by so many standard errors."""
        slack = times * self.errors + 1e-12
        return bool(np.all((self.values >= self.low - slack) & (self.values <= self.high + slack)))

    @property
    def reached(self) -> str:
        """The value, or the smallest and largest of the cells."""
        ends = list(dict.fromkeys(format(value, self.form) for value in (self.values.min(), self.values.max())))
        return " to ".join(ends)

    @property
    def limit(self) -> str:
        """The limit in words; 'for information' where there is none."""
        low, high = (format(bound, "." + self.form[1:] if self.form else "") for bound in (self.low, self.high))
        if np.isfinite(self.low) and np.isfinite(self.high):
            return low if self.low == self.high else f"{low} to {high}"
        return f"at least {low}" if np.isfinite(self.low) else f"at most {high}" if np.isfinite(self.high) else "-"


@dataclass(frozen=True, eq=False)
class Check:
    """One promise: what is simulated, why it matters, and how the outcome is judged."""

    number: int
    title: str
    words: str
    simulation: Simulation
    judge: Callable[[pd.DataFrame], list[Finding]] = field(repr=False)


def share(table: pd.DataFrame, hits: str, of: str, by: Sequence[str] = ("condition",)) -> tuple[NDArray, NDArray]:
    """Return hits out of all per cell, with the standard error over regions.

    Regions are drawn again as a whole, so the error is that of a ratio between regions; never smaller than that of as
    many independent trials, two successes and two failures added (Agresti & Coull), so that 0 out of m is no certainty.
    """
    values, errors = [], []
    for _, part in table.groupby(list(by), sort=False):
        count, total = part[hits].to_numpy(float), part[of].to_numpy(float)
        used = total > 0
        count, total = count[used], total[used]
        ratio = count.sum() / total.sum()
        smooth = (count.sum() + 2) / (total.sum() + 4)
        between = np.sqrt(len(count) / max(len(count) - 1, 1) * np.sum((count - ratio * total) ** 2)) / total.sum()
        values.append(ratio)
        errors.append(max(between, np.sqrt(smooth * (1 - smooth) / total.sum())))
    return np.array(values), np.array(errors)


def mean(table: pd.DataFrame, column: str, by: Sequence[str] = ("condition",)) -> tuple[NDArray, NDArray]:
    """Return the mean over regions per cell, with its standard error."""
    grouped = table.groupby(list(by), sort=False)[column]
    return grouped.mean().to_numpy(), (grouped.std(ddof=1) / np.sqrt(grouped.count())).fillna(0).to_numpy()


def certain(values: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return values that no chance is in, with errors of 0."""
    known = np.atleast_1d(np.asarray(values, dtype=float))
    return known, np.zeros(known.shape)


def crossed(**settings: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    """Return every combination of the settings.

    Examples
    --------
    >>> crossed(providers=[3, 5], kind=["normal"])
    ({'providers': 3, 'kind': 'normal'}, {'providers': 5, 'kind': 'normal'})
    """
    combinations: list[dict[str, Any]] = [{}]
    for name, values in settings.items():
        combinations = [{**one, name: value} for one in combinations for value in values]
    return tuple(combinations)
