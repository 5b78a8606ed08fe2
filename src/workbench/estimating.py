"""Processed tables to estimates: which responses and episodes count for which figure, and every figure of one year.

The steps of a method section: score, leave out what may not grade or cannot be compared, estimate. What is computed,
and how, stands in `analysis`; here stands from what.
"""

import dataclasses
from pathlib import Path

import pandas as pd

from workbench import schemas, store
from workbench.analysis import estimates, outcomes, scales
from workbench.codebook import Codebook


def score(responses: pd.DataFrame, answers: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return one row per response and dimension of its questionnaire: 0-100 by the half rule, missing where too few.

    Parameters
    ----------
    responses, answers : DataFrame, one row per counted questionnaire
    book : Codebook
        Its items say which codes mean what, per questionnaire and variant.
    """
    parts = []
    answered = answers.set_index("response_id")
    for (instrument, variant), each in responses.groupby(["instrument", "variant"]):
        items = _items_of(book, str(instrument), str(variant))
        items = items[(items["dimension"] != "") & items["item"].isin(answered.columns)]
        if items.empty:
            continue
        codes = answered.loc[each["response_id"], items["item"]]
        wide = scales.score(codes, items[["item", "dimension", "low", "high", "reversed"]])
        given = codes.notna().T.groupby(items.set_index("item")["dimension"]).sum().T
        long = wide.rename_axis("response_id").reset_index().melt("response_id", None, "dimension", "score")
        counts = given.rename_axis("response_id").reset_index().melt("response_id", None, "dimension", "n_items")
        long = long.merge(counts, on=["response_id", "dimension"], validate="1:1")
        long["points"] = long["dimension"].map(_points(items).droplevel("instrument"))
        parts.append(long.merge(each[["response_id", "provider_id", "role", "instrument"]], validate="m:1"))
    if not parts:
        return schemas.empty("scores")
    return pd.concat(parts).sort_values(["response_id", "dimension"], ignore_index=True)


def _items_of(book: Codebook, instrument: str, variant: str) -> pd.DataFrame:
    """Return the items of one version of a questionnaire; a version without rows of its own is the standard one."""
    items = book.items[book.items["instrument"] == instrument]
    own = items[items["variant"] == variant]
    return own if len(own) else items[items["variant"] == "standaard"]


def _points(items: pd.DataFrame) -> pd.Series:
    """Return the number of answers to choose from, per questionnaire and dimension: that of the widest item."""
    width = (items["high"] - items["low"] + 1).astype(int)
    return width.groupby([items["instrument"], items["dimension"]]).max().rename("points")


def _comparable(scores: pd.DataFrame, book: Codebook) -> pd.Series:
    """Say which scores were given on the answer scale of the standard version of their questionnaire.

    A 3-point version gives other means than a 5-point one, whatever people think; its answers are shown as a
    distribution and take no part in means and comparisons.
    """
    standard = book.items[(book.items["variant"] == "standaard") & (book.items["dimension"] != "")]
    keys = ["instrument", "dimension"]
    expected = scores[keys].merge(_points(standard).reset_index(), on=keys, how="left", validate="m:1")["points"]
    return (expected.isna() | (expected == scores["points"].to_numpy())).set_axis(scores.index)


def link(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return one row per episode over all deliveries, by the latest knowledge, with restarts linked.

    A running episode comes back in every delivery until it ends: the last delivery that has it counts. Each register
    (a law in a municipality) is followed until its own newest delivery is complete, never longer.

    Parameters
    ----------
    episodes : DataFrame, one row per episode and delivery
        As in `schemas.EPISODES`, of all years.
    """
    latest = episodes.sort_values(["follow_up_until", "file", "row"], kind="stable").drop_duplicates(
        ["client", "provider_id", "product", "started_on"], keep="last"
    )
    latest = latest.sort_values(["client", "started_on", "provider_id", "product"], ignore_index=True)
    register = latest.groupby(["law", "municipality_code"], dropna=False)
    latest = latest.assign(follow_up_until=register["follow_up_until"].transform("max"))
    if latest.empty:
        return latest
    return latest.assign(**outcomes.link_restarts(latest)[["restart_on", "restart_same_provider"]])


def survey_estimates(folder: Path, year: int, book: Codebook) -> list[pd.DataFrame]:
    """Return the estimates that rest on questionnaires: participation, scores, mirror, answers, stated outcomes."""
    responses = store.read_table(folder, "responses")
    answers = store.read_table(folder, "answers")
    invited = store.read_table(folder, "invited")
    parts = [estimates.participation(responses, invited, year)]
    graded = responses[_may_grade(responses, book)]
    if graded.empty:
        return parts

    scores = store.read_table(folder, "scores")
    scores = scores[_comparable(scores, book)].drop(columns=["provider_id", "role", "instrument"])
    scores = scores.merge(graded, on="response_id", how="inner", validate="m:1")
    grading = scores["dimension"].isin(book.dimensions.loc[book.dimensions["grades_provider"], "dimension"])
    parts.append(estimates.means(scores, year))
    comparison = dataclasses.asdict(book.region.comparison)
    adjusters = comparison.pop("adjusters")
    enough = book.region.thresholds.hidden_below
    parts.append(estimates.comparisons(scores[grading], year, adjusters, comparison, band_from=enough))
    parts.append(estimates.gaps(scores[grading], year, book.region.definitions.mirror_margin))

    given = answers.merge(graded, on="response_id", how="inner", validate="1:1")
    items = book.items[(book.items["dimension"] != "") & ((book.items["high"] - book.items["low"]) % 2 == 0)]
    present = [item for item in items["item"].unique() if item in answers.columns]
    keys = ["response_id", "provider_id", "role", "instrument", "variant"]
    long = given.melt(keys, present, "item", "code").dropna(subset=["code"])
    parts.append(estimates.opinions(long, items, year))
    clients = given[given["role"] == "client"].reindex(columns=["provider_id", "municipality_code", "nut", "verder"])
    parts.append(estimates.answered_outcomes(clients, year, book.region.definitions.usefulness_from))
    return parts


def episode_estimates(episodes: pd.DataFrame, year: int, book: Codebook) -> list[pd.DataFrame]:
    """Return the estimates that rest on care episodes, as the report of `year` tells them."""
    if episodes.empty or episodes["ended_on"].isna().all():
        return []
    until = pd.Timestamp(year - 1, 12, 31)
    definitions = dataclasses.asdict(book.region.definitions)
    known = episodes.assign(
        follow_up_until=episodes["follow_up_until"].where(episodes["follow_up_until"] <= until, until)
    )
    known = known.assign(restart_on=known["restart_on"].where(known["restart_on"] <= until))
    return [estimates.outcome_rows(known, year, definitions, until)]


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
