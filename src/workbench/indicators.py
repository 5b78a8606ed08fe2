"""Indicators of a region's own: a rule in ``indicators.csv`` becomes figures like those of the outcomes that ship.

A rule is declared, never programmed: which answers, endings, durations or figures of the administration count. What a
reader sees of it (name, definition, caveat) stands in the same row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench import indicator_cards, scoring
from workbench.analysis import estimates
from workbench.analysis.endings import NO_ENDING
from workbench.analysis.estimates.contract import UNITS, as_shares
from workbench.codebook import Codebook
from workbench.indicator_cards import ENDINGS

MONTH = 365.25 / 12
POSITIVE = "positive"
OF_EPISODES = ("share of endings", "share of durations")


@dataclass(frozen=True)
class Rule:
    """How an indicator is computed; the columns of ``indicators.csv`` that are no words.

    `kind` is ``share of answers``, ``mean of answers``, ``share of endings``, ``share of durations`` or ``ratio``; `of`
    the items, groups of endings or measures; `at_least` a code of a statement as it points, or months.
    """

    measure: str
    kind: str
    of: tuple[str, ...]
    at_least: float
    role: str = "client"

    @property
    def statistic(self) -> str:
        """Which statistic the figures have."""
        return {"mean of answers": "mean", "ratio": "context"}.get(self.kind, "share")


def rules(book: Codebook) -> list[Rule]:
    """Return the rules of a region."""
    made = []
    for row in book.indicators.to_dict("records"):
        of = tuple(indicator_cards.parts(str(row["of"])))
        made.append(Rule(str(row["indicator"]), str(row["rule"]), of, float(row["at_least"]), str(row["role"])))
    return made


def of_year(
    wanted: Iterable[Rule],
    given: pd.DataFrame,
    episodes: pd.DataFrame,
    context: pd.DataFrame,
    year: int,
    book: Codebook,
) -> pd.DataFrame:
    """Compute the indicators of one year per provider, municipality and for the region.

    Parameters
    ----------
    wanted : iterable of Rule
    given : DataFrame, one row per response that may grade a provider
        Answers and what is known of the response (`estimating.Survey.given`).
    episodes : DataFrame, one row per care episode, as the report of `year` knew them
        Endings of the year before count, as for the outcomes.
    context : DataFrame, one row per provider or municipality, calendar year and measure
    year : int
    book : Codebook

    Returns
    -------
    DataFrame
        Rows of the contract; measure: the indicator. Of a share: Wilson interval. Of a mean of answers (0-100): the
        interval of means. Of a ratio: as delivered, statistic ``context``, category: the calendar year.
    """
    ended = episodes[episodes["ended_on"].dt.year == year - 1] if len(episodes) else episodes
    parts = []
    for rule in wanted:
        if rule.kind in ("share of answers", "mean of answers"):
            parts.append(_of_answers(rule, given[given["role"] == rule.role], year, book))
        elif rule.kind == "ratio":
            parts.append(_ratio(rule, context, year))
        elif len(ended):
            parts.append(_of_endings(rule, ended, year))
    return estimates.together(parts)


def _of_answers(rule: Rule, given: pd.DataFrame, year: int, book: Codebook) -> pd.DataFrame:
    points = pd.DataFrame({item: _pointing(given, item, book, rule.kind) for item in rule.of if item in given})
    if points.empty or points.isna().all(axis=None):
        return estimates.together([])
    if rule.kind == "mean of answers":
        enough = points.notna().sum(axis=1) >= np.ceil(len(rule.of) / 2)  # the half rule of every score
        scores = given.assign(dimension=rule.measure, score=points.mean(axis=1).where(enough))
        return estimates.means(scores, year)
    code = points.iloc[:, 0]
    known = given.assign(counts=code >= rule.at_least)[code.notna()]
    return _shares(known, rule, year)


def _pointing(given: pd.DataFrame, item: str, book: Codebook, kind: str) -> pd.Series:
    """Return the codes of a statement as it points (higher is better), or as 0-100; on the standard scale only."""
    values = pd.Series(np.nan, index=given.index)
    for rows, low, high, turned, standard in scoring.versions(given, item, book):
        if standard:
            codes = low + high - given.loc[rows, item] if turned else given.loc[rows, item]
            values.loc[rows] = codes if kind == "share of answers" else (codes - low) / (high - low) * 100
    return values


def _of_endings(rule: Rule, ended: pd.DataFrame, year: int) -> pd.DataFrame:
    real = ended[ended["ending_group"].notna() & ~ended["ending_group"].isin(NO_ENDING)]
    if rule.kind == "share of endings":
        return _shares(real.assign(counts=real["ending_group"].isin(rule.of)), rule, year)
    months = (real["ended_on"] - real["started_on"]).dt.days / MONTH
    return _shares(real.assign(counts=months >= rule.at_least)[months.notna()], rule, year)


def _shares(known: pd.DataFrame, rule: Rule, year: int) -> pd.DataFrame:
    parts = []
    for unit, column in UNITS.items():
        unit_id = known[column] if column else pd.Series("region", index=known.index)
        table = known.groupby(unit_id.rename("unit_id"))["counts"].agg(n="count", count="sum").reset_index()
        fixed = {"measure": rule.measure, "statistic": "share", "unit": unit, "group": rule.role, "year": year}
        parts.append(as_shares(table, **fixed))
    return estimates.together(parts)


def _ratio(rule: Rule, context: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return one figure of the administration divided by another; of the region the sums."""
    known = context[context["measure"].isin(rule.of)]
    wide = known.pivot_table(index=["unit", "unit_id", "year"], columns="measure", values="value", aggfunc="last")
    wide = wide.reindex(columns=list(rule.of)).dropna().reset_index()
    whole = wide[wide["unit"] == "provider"].groupby("year")[list(rule.of)].sum().reset_index()
    both = pd.concat([wide, whole.assign(unit="region", unit_id="region")], ignore_index=True)
    above, below = (both[each].to_numpy(float) for each in rule.of)
    ratio = np.divide(above, below, out=np.full(len(both), np.nan), where=below > 0)
    table = both.assign(estimate=ratio, category=both["year"].astype(int).astype(str)).drop(columns="year")
    table = table.dropna(subset=["estimate"])
    fixed = {"measure": rule.measure, "statistic": "context", "group": "organisation", "year": year}
    return estimates.rows(table, method="as delivered", **fixed)


def beforehand(
    wanted: Sequence[Rule], own: pd.DataFrame, main: pd.DataFrame, released: pd.DataFrame, least: int
) -> pd.DataFrame:
    """Say which figures of indicators must be hidden, or rest on a rounded number, because of the other figures.

    An indicator is made of the same answers, endings and counts as figures that are published already. Where one of
    those is hidden, the indicator would tell it; where the two together would leave one to four people over, it goes
    as well.

    Parameters
    ----------
    wanted : sequence of Rule
    own : DataFrame
        Figures of the indicators, exact.
    main, released : DataFrame, aligned
        All other figures, exact and as they are released.
    least : int
        Smallest number of people in a cell that is shown.

    Returns
    -------
    DataFrame, one row per row of `own`
        ``hidden`` and ``coarse``.
    """
    shared = ["unit", "unit_id", "group", "year"]
    found = pd.DataFrame({"hidden": False, "coarse": False}, index=own.index)
    people = main["estimate"] * main["n"]
    for rule in wanted:
        keys = shared
        if rule.kind == "share of answers":
            source = (main["measure"].isin(rule.of)) & (main["category"] == POSITIVE)
        elif rule.kind in OF_EPISODES:
            source = (main["measure"] == "reden_einde") & main["category"].isin(rule.of or ENDINGS)
        elif rule.kind == "ratio":
            source, keys = main["measure"].isin(rule.of) & (main["statistic"] == "context"), [*shared, "category"]
        else:
            continue
        table = main.loc[source, keys].assign(
            gone=(released.loc[source, "status"] == "hidden").to_numpy(),
            coarse=released.loc[source, "n_precision"].notna().to_numpy(),
            people=people[source].to_numpy(),
        )
        by = table.groupby(keys).agg(gone=("gone", "any"), coarse=("coarse", "any"), people=("people", "sum"))
        mine = own[own["measure"] == rule.measure]
        if not rule.of:  # of how long support lasted nothing else is published but the number of endings
            by = by.assign(gone=False)
        if not rule.of or rule.kind == "ratio":
            by = by.assign(people=np.nan)
        beside = by.reindex(pd.MultiIndex.from_frame(mine[keys]))
        left = abs((mine["estimate"] * mine["n"]).to_numpy() - beside["people"].to_numpy(float))
        few = (left > 0.5) & (left < least - 0.5)
        found.loc[mine.index, "hidden"] = beside["gone"].eq(True).to_numpy() | few
        found.loc[mine.index, "coarse"] = beside["coarse"].eq(True).to_numpy()
    return found
