"""What a report may know: released tables, names and choices, for one reader.

A `Release` is opened by ``workbench.open_release``; exhibits and phrases take it and look no further.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.wording import month


@dataclass(frozen=True)
class Release:
    """The released tables of one region and year, for one edition and language.

    With a `provider` the estimates hold that provider and the region, never another provider.
    """

    region: str
    year: int
    language: str
    edition: str
    provider: str | None
    municipality: str | None
    estimates: pd.DataFrame = field(repr=False)
    providers: Mapping[str, str] = field(repr=False)
    deliveries: pd.DataFrame = field(repr=False)
    excluded: pd.DataFrame = field(repr=False)
    flagged: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    agreements: pd.DataFrame = field(repr=False)
    remarks: pd.DataFrame = field(repr=False)
    codebook: Mapping[str, Any] = field(repr=False)
    provenance: Mapping[str, str] = field(repr=False)

    def rows(self, **wanted: Any) -> pd.DataFrame:
        """Return the estimates whose columns have the values wanted (one value, or a list of them).

        `category` is empty and `year` is the release's unless asked otherwise.
        """
        wanted = {"category": "", "year": self.year} | wanted
        kept = np.ones(len(self.estimates), bool)
        for column, value in wanted.items():
            if value is not None:
                codes, of_value = self._coded(column)
                several = value if isinstance(value, (list, tuple)) else [value]
                found = [of_value[each] for each in several if each in of_value]
                kept &= codes == found[0] if len(found) == 1 else np.isin(codes, found)
        return self.estimates.take(np.flatnonzero(kept))

    def _coded(self, column: str) -> tuple[np.ndarray, dict[Any, int]]:
        """Return a column of the estimates as numbers, and the number of each value: a page asks hundreds of times."""
        if column not in self._codes:
            codes, values = pd.factorize(self.estimates[column])
            self._codes[column] = codes, {value: code for code, value in enumerate(values)}
        return self._codes[column]

    @cached_property
    def _codes(self) -> dict[str, tuple[np.ndarray, dict[Any, int]]]:
        return {}

    def row(self, **wanted: Any) -> pd.Series | None:
        """Return the one estimate asked for, or None where there is none.

        Raises
        ------
        ValueError
            Where the question fits more than one.
        """
        found = self.rows(**wanted)
        if len(found) > 1:
            raise ValueError(f"{wanted} fits {len(found)} estimates; one was expected.")
        return found.iloc[0] if len(found) else None

    @property
    def title(self) -> str:
        """What a reader calls the unit of the report."""
        if self.municipality:
            return str(self.codebook["municipalities"][self.municipality])
        return self.providers[self.provider] if self.provider else str(self.codebook["region"]["name"])

    @property
    def period(self) -> str:
        """The year, and the month of the last answer: how new this is."""
        until = self.provenance.get("until")
        return (
            self.text("titles", "period", year=self.year, month=month(until, self.language))
            if until
            else str(self.year)
        )

    @property
    def made_from(self) -> dict[str, str]:
        """What this was made from, as a reader sees it: name to value."""
        months = {"until": month(self.provenance["until"], self.language)} if "until" in self.provenance else {}
        return {self.word(name): months.get(name, value) for name, value in self.provenance.items()}

    @property
    def named(self) -> bool:
        """Whether single providers have names here, and so whether their figures are here."""
        return self.edition == "internal" or self.provider is not None

    @property
    def thresholds(self) -> Mapping[str, int]:
        """How many people a figure must rest on."""
        return self.codebook["region"]["thresholds"]

    @property
    def definitions(self) -> Mapping[str, Any]:
        """The definitions the region chose."""
        return self.codebook["region"]["definitions"]

    @property
    def dimensions(self) -> list[str]:
        """The dimensions with scores in this release, in the order of the codebook."""
        scored = self.estimates["statistic"].isin(["mean", "adjusted"])
        return self._in_order(self.estimates.loc[scored, "measure"])

    @property
    def themes(self) -> list[str]:
        """The themes that were judged, in the order of the codebook."""
        return self._in_order(self.estimates.loc[self.estimates["statistic"] == "rating", "measure"])

    def _in_order(self, measures: pd.Series) -> list[str]:
        present = set(measures)
        return [name for name in self.codebook["dimensions"] if name in present]

    @property
    def years(self) -> list[int]:
        """The years with estimates, oldest first."""
        return sorted(self.estimates["year"].unique())

    def text(self, kind: str, key: str, **values: Any) -> str:
        """Return a text of ``texts.yml`` in the language of the release."""
        return phrases.text(kind, key, self.language, **values)

    def say(self, key: str, **values: Any) -> str:
        """Return one of the sentences."""
        return phrases.say(key, self.language, **values)

    def head(self, key: str) -> str:
        """Return the heading of a column."""
        return phrases.text("heads", key, self.language)

    def word(self, code: str) -> str:
        """Return what a reader calls a code: a role, a reason, an answer, a label."""
        return phrases.name(code, self.language)

    def name(self, measure: str, statistic: str = "") -> str:
        """Return what a reader calls a measure; where one has two figures, `statistic` says which is meant."""
        if measure in self.codebook["dimensions"]:
            return self.codebook["dimensions"][measure][f"name_{self.language}"] or measure
        words = self.codebook["cards"].get(measure, {}).get(self.language, {})
        return words.get(statistic, words.get("name", measure)).format(**self.definitions)

    def unit(self, measure: str) -> str:
        """Return how a measure is written: ``share``, ``mark`` or ``points``."""
        return self.codebook["cards"].get(measure, {}).get("unit", "points")

    def wording(self, item: str) -> str:
        """Return the wording of an item."""
        return self.codebook["items"][item][f"wording_{self.language}"] or item

    def called(self, provider_id: str) -> str:
        """Return what this edition calls a provider: its name where the reader may know it."""
        if self.edition == "internal" or provider_id == self.provider:
            return self.providers.get(provider_id, provider_id)
        return ""
