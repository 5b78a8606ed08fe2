"""Processed tables to estimates: which responses and episodes count for which figure, and every figure of one year.

The steps of a method section: score, leave out what may not grade or cannot be compared, estimate. What is computed,
and how, stands in `analysis`; here stands from what.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import indicators, schemas, scoring, store
from workbench.analysis import estimates, outcomes
from workbench.codebook import Codebook

Progress = Callable[[str], None]


def weigh(responses: pd.DataFrame, invited: pd.DataFrame) -> pd.DataFrame:
    """Return the responses with their weight towards the invited clients, 1 on average; 1 where there is no frame."""
    if invited.empty:
        return responses
    _, weighted = estimates.representation(responses, invited, 0)
    weight = weighted["weight"] / weighted["weight"].mean()
    return responses.assign(weight=responses["response_id"].map(weight).fillna(1.0))


def _comparable(scores: pd.DataFrame, book: Codebook) -> pd.Series:
    """Say which scores were given on the answer scale of the standard version of their questionnaire.

    A 3-point version gives other means than a 5-point one, whatever people think; its answers are shown as a
    distribution and take no part in means and comparisons.
    """
    standard = book.items[(book.items["variant"] == "standaard") & (book.items["dimension"] != "")]
    keys = ["instrument", "dimension"]
    expected = scores[keys].merge(scoring.points(standard).reset_index(), on=keys, how="left", validate="m:1")["points"]
    return (expected.isna() | (expected == scores["points"].to_numpy())).set_axis(scores.index)


def link(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return one row per episode over all deliveries, by the latest knowledge, with restarts linked.

    A running episode comes back in every delivery until it ends: the last delivery that has it counts. Each register
    (a law in a municipality) is followed until its own newest delivery is complete, never longer; the endings of its
    last half year are ``provisional``. Care that was stopped for a time (code 20 of iWmo and iJw) and went on is one
    episode, see `_with_pauses`.

    Parameters
    ----------
    episodes : DataFrame, one row per episode and delivery
        As in `schemas.EPISODES`, of all years.
    """
    latest = episodes.sort_values(["follow_up_until", "file", "row"], kind="stable").drop_duplicates(
        ["client", "provider_id", "law", "product", "started_on"], keep="last"
    )
    latest = _with_pauses(latest)
    latest = latest.sort_values(["client", "started_on", "provider_id", "product"], ignore_index=True)
    register = latest.groupby(["law", "municipality_code"], dropna=False)
    latest = latest.assign(follow_up_until=register["follow_up_until"].transform("max"))
    months = pd.DateOffset(months=schemas.PROVISIONAL_MONTHS)
    latest = latest.assign(provisional=latest["ended_on"] > latest["follow_up_until"] - months)
    if latest.empty:
        return latest
    return latest.assign(**outcomes.link_restarts(latest)[["restart_on", "restart_same_provider"]])


def _with_pauses(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return episodes in which a temporary stop is no end: with what goes on after it, it is one episode.

    The next episode of the same person, provider and product is the same care. Counted apart, going on would be a new
    start, and the care before the stop would never end. A stop after which nothing comes stays as it is.

    Examples
    --------
    >>> care = pd.DataFrame({"client": "c", "provider_id": "p", "law": "iWmo", "product": "02",
    ...     "started_on": pd.to_datetime(["2025-01-01", "2025-06-01"]),
    ...     "ended_on": pd.to_datetime(["2025-03-01", "2025-09-01"]), "ending_group": ["tijdelijk", "volgens_plan"]})
    >>> _with_pauses(care)[["started_on", "ended_on", "ending_group"]].values.tolist()
    [[Timestamp('2025-01-01 00:00:00'), Timestamp('2025-09-01 00:00:00'), 'volgens_plan']]
    """
    same = ["client", "provider_id", "law", "product"]
    ordered = episodes.sort_values([*same, "started_on"], kind="stable", ignore_index=True)
    as_before = (ordered[same].fillna("") == ordered[same].fillna("").shift()).all(axis=1)
    goes_on = as_before & (ordered["ending_group"].shift() == "tijdelijk")
    if not goes_on.any():
        return episodes
    episode = (~goes_on).cumsum()
    last = ordered[~episode.duplicated(keep="last")].reset_index(drop=True)
    return last.assign(started_on=ordered.loc[~episode.duplicated(), "started_on"].to_numpy())


@dataclass(frozen=True)
class Survey:
    """What was asked and answered in one year.

    `responses`, `answers`, `unanswered` and `invited` are the processed tables; `given` has responses and answers of
    those that may grade a provider, `scores` their comparable scores with everything known of the response, and
    `complete` says of each score whether every item of its dimension was answered. `representation` and `weighted` are
    those of `estimates.representation`.
    """

    responses: pd.DataFrame
    answers: pd.DataFrame
    unanswered: pd.DataFrame
    invited: pd.DataFrame
    given: pd.DataFrame
    scores: pd.DataFrame
    complete: pd.Series
    representation: pd.DataFrame
    weighted: pd.DataFrame


def of_region(
    folders: Mapping[int, Path], year: int, book: Codebook, progress: Progress = lambda _: None
) -> pd.DataFrame:
    """Compute every figure of a report year: the years it looks back on, and what only the last year is asked.

    Parameters
    ----------
    folders : mapping of year to Path
        Processed tables of the report year and of the years before it.
    year : int
    book : Codebook
    progress : callable
        Gets one line per step.

    Returns
    -------
    DataFrame
        ``schemas.ESTIMATES``, before disclosure control.
    """
    episodes = link(pd.concat([store.read_table(folder, "episodes") for folder in folders.values()], ignore_index=True))
    surveys = {each: survey(folder, each, book) for each, folder in folders.items()}
    parts = []
    for each, asked in surveys.items():
        progress(f"{each}: experience, mirror and outcomes")
        parts += [*experience(asked, each, book), outcomes_of(asked, episodes, each, book)]
    main = estimates.together(parts)
    progress(f"{year}: change, images, questionnaire and the second opinion")
    judged = store.read_table(folders[year], "assessments")
    told = pd.concat([store.read_table(folder, "context") for folder in folders.values()], ignore_index=True)
    setting = told.drop_duplicates(["unit", "unit_id", "year", "measure"], keep="last")  # the latest delivery counts
    further = [
        changes(surveys, year, book),
        *images(judged, main, year, book),
        estimates.context(setting, year),
        questionnaire(surveys[year], year, book),
        *second_opinion(surveys[year], episodes, main, year, book),
        *own_indicators(surveys, episodes, setting, book),
    ]
    return estimates.together([main, *further])


def survey(folder: Path, year: int, book: Codebook) -> Survey:
    """Read the questionnaires of one year and set apart what may be compared."""
    names = ("responses", "answers", "unanswered", "invited", "scores")
    responses, answers, unanswered, invited, scores = (store.read_table(folder, name) for name in names)
    graded = responses[_may_grade(responses, book)]
    grading = book.dimensions.loc[book.dimensions["grades_provider"], "dimension"]
    scores = scores[_comparable(scores, book)].drop(columns=["provider_id", "role", "instrument"])
    scores = scores.merge(graded, on="response_id", how="inner", validate="m:1")
    scores = scores.assign(grades=scores["dimension"].isin(grading))
    given = answers.merge(graded, on="response_id", how="inner", validate="1:1")
    complete = scores["n_items"] >= _size(scores, book)
    found, weighted = estimates.representation(responses, invited, year)
    return Survey(responses, answers, unanswered, invited, given, scores, complete, found, weighted)


def experience(asked: Survey, year: int, book: Codebook) -> list[pd.DataFrame]:
    """Return what rests on questionnaires alone: participation, scores, comparison, mirror and answers."""
    parts = [estimates.participation(asked.responses, asked.invited, year), asked.representation]
    if asked.given.empty:
        return parts
    grading = asked.scores[asked.scores["grades"]]
    adjusters, settings = _comparison(book)
    enough = book.region.thresholds.hidden_below
    parts.append(estimates.means(asked.scores, year))
    parts.append(estimates.weighted_means(asked.scores, asked.weighted, asked.invited, year))
    parts.append(estimates.comparisons(grading, year, adjusters, settings, band_from=enough))
    parts.append(estimates.gaps(grading, year, book.region.definitions.mirror_margin))

    items = book.items[(book.items["dimension"] != "") & ((book.items["high"] - book.items["low"]) % 2 == 0)]
    present = [item for item in items["item"].unique() if item in asked.answers.columns]
    keys = ["response_id", "provider_id", "role", "instrument", "variant"]
    long = asked.given.melt(keys, present, "item", "code").dropna(subset=["code"])
    parts.append(estimates.opinions(long, items, year))
    return parts


def outcomes_of(asked: Survey, episodes: pd.DataFrame, year: int, book: Codebook) -> pd.DataFrame:
    """Return the five outcomes of one year, each provider beside the region."""
    definitions, settings = dataclasses.asdict(book.region.definitions), _comparison(book)[1]
    parts = [estimates.answered_outcomes(_marks(asked), year, book.region.definitions.usefulness_from)]
    register = known(episodes, year)
    if len(register):
        made = estimates.outcome_rows(register, year, definitions, _until(year))
        parts += [made, estimates.silent(made, without_stops(episodes, year), estimates.NO_STOPS)]
    return estimates.outcomes_beside_region(estimates.together(parts), settings)


def changes(surveys: Mapping[int, Survey], year: int, book: Codebook) -> pd.DataFrame:
    """Return how scores changed since each earlier year."""
    adjusters, settings = _comparison(book)
    waves = {each: asked.scores[asked.scores["grades"]] for each, asked in surveys.items()}
    there = {each: wave for each, wave in waves.items() if len(wave)}
    return estimates.changes(there, year, adjusters, settings, book.broken)


def images(judged: pd.DataFrame, main: pd.DataFrame, year: int, book: Codebook) -> list[pd.DataFrame]:
    """Return how everybody sees each provider, and whether they see the same."""
    named = book.dimensions.set_index("dimension")["asked_as"].fillna("")
    asked_as = {str(theme): re.split(r"[,\s]+", text) for theme, text in named.items() if text}
    rated = estimates.ratings(judged, main[main["year"] == year], asked_as, year)
    return [rated, estimates.source_agreement(judged, year), estimates.triangulation(rated, year)]


def questionnaire(asked: Survey, year: int, book: Codebook) -> pd.DataFrame:
    """Return how the questionnaires of a year did."""
    return estimates.examined(asked.answers, asked.responses, asked.unanswered, book.items, year)


def second_opinion(
    asked: Survey, episodes: pd.DataFrame, main: pd.DataFrame, year: int, book: Codebook
) -> list[pd.DataFrame]:
    """Return the labels under the other defensible choices."""
    adjusters, settings = _comparison(book)
    definitions = dataclasses.asdict(book.region.definitions)
    now, grades = main[main["year"] == year], asked.scores["grades"]
    grading, complete = asked.scores[grades], asked.complete[grades]
    return [
        estimates.other_comparisons(grading, now, year, adjusters, settings, asked.weighted["weight"], complete),
        estimates.other_outcomes(known(episodes, year), _marks(asked), now, year, definitions, settings, _until(year)),
    ]


def own_indicators(
    surveys: Mapping[int, Survey], episodes: pd.DataFrame, setting: pd.DataFrame, book: Codebook
) -> list[pd.DataFrame]:
    """Return the indicators of the region's own in every year, shares of clients and episodes beside the region."""
    wanted = indicators.rules(book)
    if not wanted:
        return []
    shares = {rule.measure: "share" for rule in wanted if rule.statistic == "share"}
    latest = max(surveys)
    parts = []
    for year, asked in surveys.items():
        told = setting if year == latest else setting.iloc[:0]
        own = indicators.of_year(wanted, asked.given, known(episodes, year), told, year, book)
        of_episodes = own["measure"].isin([rule.measure for rule in wanted if rule.kind in indicators.OF_EPISODES])
        unknown = estimates.silent(own[of_episodes], without_stops(episodes, year), estimates.NO_STOPS)
        own = estimates.together([own, unknown])
        parts.append(estimates.outcomes_beside_region(own, _comparison(book)[1], shares, tuple(shares)))
    return parts


def _comparison(book: Codebook) -> tuple[tuple[str, ...], dict[str, Any]]:
    settings = dataclasses.asdict(book.region.comparison)
    return settings.pop("adjusters"), settings


def _marks(asked: Survey) -> pd.DataFrame:
    """Return what clients said of usefulness and of going on without help."""
    clients = asked.given[asked.given["role"] == "client"]
    return clients.reindex(columns=["provider_id", "municipality_code", "nut", "verder"])


def _until(year: int) -> pd.Timestamp:
    """Return the last day a report of `year` looks at: the registers of the year before are complete."""
    return pd.Timestamp(year - 1, 12, 31)


def known(episodes: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the episodes of which the report of `year` would know the end; none where nothing ended.

    Where no stop messages are expected (task-oriented contracts), the ends that did come say how somebody registers,
    not how care ends: those episodes are left out. A start among them is a restart all the same, see `link`.
    """
    episodes = episodes[episodes["stops_expected"]] if len(episodes) else episodes
    if episodes.empty or episodes["ended_on"].isna().all():
        return episodes.iloc[:0]
    until = _until(year)
    follow_up = episodes["follow_up_until"].where(episodes["follow_up_until"] <= until, until)
    restart = episodes["restart_on"].where(episodes["restart_on"] <= until)
    return episodes.assign(follow_up_until=follow_up, restart_on=restart)


def without_stops(episodes: pd.DataFrame, year: int) -> list[str]:
    """Return the providers of whose care up to the report of `year` no end would be known.

    Examples
    --------
    >>> care = pd.DataFrame({"provider_id": ["p1", "p1", "p2", "p3"], "stops_expected": [True, False, False, False],
    ...     "started_on": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-01", "2026-01-01"])})
    >>> without_stops(care, 2026)
    ['p2']
    """
    begun = episodes[episodes["started_on"] <= _until(year)]
    expected = begun.groupby("provider_id", observed=True)["stops_expected"].any()
    return sorted(expected.index[~expected])


def _size(scores: pd.DataFrame, book: Codebook) -> pd.Series:
    """Return how many items the dimension of each score has in the version it was given in."""
    sizes = book.items.groupby(["instrument", "variant", "dimension"]).size().rename("size").reset_index()
    keys = ["instrument", "variant", "dimension"]
    own = scores[keys].merge(sizes, on=keys, how="left", validate="m:1")["size"]
    standard = sizes[sizes["variant"] == "standaard"].drop(columns="variant")
    usual = scores[keys[::2]].merge(standard, on=keys[::2], how="left", validate="m:1")["size"]
    return own.fillna(usual).set_axis(scores.index)


def _may_grade(responses: pd.DataFrame, book: Codebook) -> pd.Series:
    """Statutory survey data never grade a provider unless the region says so."""
    if book.region.definitions.statutory_grades_providers:
        return pd.Series(True, index=responses.index)
    return responses["purpose"] != "statutory"


def ending_groups(episodes: pd.DataFrame) -> pd.Series:
    """Return the group of each reason of ending; missing while an episode runs."""
    ended = episodes["ended_on"].notna()
    groups = outcomes.ending_groups(episodes["law"], episodes["release"], episodes["ending_code"].fillna(""))
    return groups.where(ended)
