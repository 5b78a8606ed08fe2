"""What a question can be about, and the values of it: per respondent, or per provider or municipality."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench import indicators, scoring
from workbench.analysis import comparison, estimates
from workbench.reporting.exhibits import OUTCOMES
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region

UNITS = {"provider_id": "provider", "municipality_code": "municipality"}


def measures(region: "Region") -> pd.DataFrame:
    """Return one row per measure: ``name``, ``kind`` and the roles that were asked."""
    if region._measures is None:
        region._measures = _measures(region)
    return region._measures.copy(deep=False)


def _measures(region: "Region") -> pd.DataFrame:
    scores, book = region.scores.dropna(subset=["score"]), region.codebook
    roles = scores.groupby(scores["dimension"].astype(str))["role"].agg(lambda asked: ", ".join(sorted(set(asked))))
    found = [(each, "dimension", roles.get(each, "")) for each in book.dimensions["dimension"] if each in roles]
    given = region.answers.merge(region.responses[["response_id", "role"]], on="response_id", validate="1:1")
    outcomes = [each for each in outcome_statistics(region) if (region.estimates["measure"] == each).any()]
    for each in book.items["item"].unique():
        if each in given and each not in outcomes:
            asked = sorted(set(given.loc[given[each].notna(), "role"]))
            found += [(each, "item", ", ".join(asked))] if asked else []
    found += [(each, "outcome", "client") for each in outcomes]
    found += [(each, "context", "") for each in sorted(set(region.context["measure"]))]
    table = pd.DataFrame(found, columns=["measure", "kind", "asked of"])
    names = [_name(region, measure, kind) for measure, kind, _ in found]
    table.insert(1, "name", names)
    return table.set_index("measure")


def outcome_statistics(region: "Region") -> dict[str, str]:
    """Return the outcomes that ship and the shares the region declared, with the statistic of each."""
    own = {rule.measure: rule.statistic for rule in indicators.rules(region.codebook) if rule.statistic == "share"}
    return dict(OUTCOMES) | own


def _name(region: "Region", measure: str, kind: str) -> str:
    return region.label(f"context {measure}") if kind == "context" else region.label(measure)


def kind_of(region: "Region", measure: str) -> tuple[str, str]:
    """Return the code of a measure (it may be asked for by name) and what kind it is.

    Raises
    ------
    NotThere
        For a measure that was not asked or delivered; the message names those that were.
    """
    known = measures(region)
    if measure not in known.index:
        named = known.index[known["name"].str.casefold() == measure.casefold()]
        measure = str(named[0]) if len(named) else region._known("measure", measure, known.index)
    return measure, str(known.at[measure, "kind"])


@dataclass(frozen=True)
class People:
    """What respondents said: `table` has ``value`` (0-100; missing where not answered) and background."""

    table: pd.DataFrame
    adjusters: tuple[str, ...]


def people(region: "Region", measure: str, kind: str, role: str, year: int, adjust: Sequence[str] | None) -> People:
    """Return one row per respondent who was asked, with those that may be compared and grade a provider only.

    Raises
    ------
    NotThere
        Where nobody in this role was asked, or an adjuster is no column.
    """
    survey, book = region.survey(year), region.codebook
    if kind == "dimension":
        table = survey.scores[(survey.scores["dimension"] == measure) & (survey.scores["role"] == role)]
        table = table.rename(columns={"score": "value"})
    else:
        given = survey.given[survey.given["role"] == role]
        table = given.assign(value=_on_100(given, measure, region)).drop(columns=[measure])
        table = table[table["instrument"].isin(book.items.loc[book.items["item"] == measure, "instrument"])]
    if not table["value"].notna().any():
        asked = str(measures(region).at[measure, "asked of"])
        raise NotThere(f"No {role} answered {measure!r} in {year}; it was asked of: {asked or 'nobody'}.")
    chosen = tuple(book.region.comparison.adjusters) if adjust is None else tuple(adjust)
    lacking = [] if adjust is None else [each for each in adjust if each not in table]
    if lacking:
        raise NotThere(f"No column {lacking[0]!r} to adjust for; there are {', '.join(background(table))}.")
    return People(table.reset_index(drop=True), tuple(each for each in chosen if each in table))


def _on_100(given: pd.DataFrame, item: str, region: "Region") -> pd.Series:
    """Return the codes of an item as 0-100, higher is better; missing in versions with another answer scale."""
    values = pd.Series(np.nan, index=given.index)
    for rows, low, high, turned, standard in scoring.versions(given, item, region.codebook):
        if standard:
            points = (given.loc[rows, item] - low) / (high - low) * 100
            values.loc[rows] = 100 - points if turned else points
    return values


def background(table: pd.DataFrame) -> list[str]:
    """Return the columns that say something of a respondent, to group or adjust by."""
    known = ("provider_id", "municipality_code", "informant", "variant", "mode", "moment", "product", "age_band", "sex")
    own = [name for name in table.columns if name not in _NO_BACKGROUND and name not in known and not name.isupper()]
    return [*[name for name in known if name in table], *own]


_NO_BACKGROUND = (
    *("response_id", "dimension", "value", "n_items", "points", "role", "year", "completed_on", "instrument", "weight"),
    *("flags", "purpose", "file", "row", "grades", "score"),
)


def settings(region: "Region") -> dict[str, Any]:
    """Return what it takes to call a unit higher or lower, as the region decided."""
    chosen = dataclasses.asdict(region.codebook.region.comparison)
    chosen.pop("adjusters")
    return chosen


@dataclass(frozen=True)
class OfUnits:
    """One measure per provider or municipality: its values, how reliable they are, the people behind it (if any)."""

    values: pd.Series
    reliability: float
    n: float
    share: bool
    respondents: pd.DataFrame | None = None


def of_units(region: "Region", measure: str, kind: str, unit: str, role: str, year: int) -> OfUnits:
    """Return a measure per unit: case-mix-adjusted means of answers, outcomes, or figures of the administration."""
    if kind == "context":
        rows = region.context[(region.context["unit"] == UNITS[unit]) & (region.context["measure"] == measure)]
        rows = rows[rows["year"] <= year].sort_values("year").drop_duplicates("unit_id", keep="last")
        return OfUnits(rows.set_index("unit_id")["value"].dropna(), 1.0, np.nan, measure == "staff_turnover")
    if kind == "outcome":
        rows = outcome_rows(region, measure, UNITS[unit], year).dropna(subset=["estimate"]).set_index("unit_id")
        spread = float(rows["estimate"].var())
        noise = float((rows["std_error"] ** 2).mean())
        reliability = float(np.clip(1 - noise / spread, 0, 1)) if spread > 0 else 0.0
        return OfUnits(rows["estimate"], reliability, float(rows["n"].sum()), True)
    asked = people(region, measure, kind, role, year, None)
    table = asked.table.dropna(subset=[unit])
    mix = estimates.adjuster_columns(table, asked.adjusters)
    result = comparison.compare(table["value"], table[unit], mix)
    known = result.table.dropna(subset=["adjusted"])
    known = known[known["n"] >= region.codebook.region.thresholds.hidden_below]
    respondents = table.set_index("response_id")[["value", unit]]
    return OfUnits(known["adjusted"], float(known["reliability"].mean()), float(known["n"].sum()), False, respondents)


def outcome_rows(region: "Region", measure: str, unit: str, year: int) -> pd.DataFrame:
    """Return the estimates of an outcome per unit in one year, as the reports have them."""
    rows = region.estimates
    ours = (
        (rows["measure"] == measure)
        & (rows["statistic"] == outcome_statistics(region)[measure])
        & (rows["category"] == "")
    )
    found = rows[ours & (rows["unit"] == unit) & (rows["group"] == "client") & (rows["year"] == year)]
    if found.empty:
        raise NotThere(f"No {measure!r} per {unit} in {year}; there is of {sorted(set(rows.loc[ours, 'year']))}.")
    return found
