"""How many different people are behind figures that count episodes: somebody with three episodes is one person."""

from collections.abc import Iterator, Mapping

import pandas as pd

from workbench.analysis.endings import DEFINITIONS, GROUPS, NO_ENDING
from workbench.analysis.estimates.contract import KEY, UNITS

COUNTED = ("people", "people_in", "people_out")
UNCOUNTED = (*NO_ENDING, "onbekend", "overlijden")  # of drop-out


def with_people(
    table: pd.DataFrame, ended: pd.DataFrame, followed: pd.DataFrame, definitions: Mapping[str, object]
) -> pd.DataFrame:
    """Return rows on episodes with the people behind them.

    Parameters
    ----------
    table : DataFrame
        Rows of ``uitval``, ``reden_einde``, ``geen_herstart`` and ``doelen``.
    ended, followed : DataFrame, one row per care episode
        Those the rows were made of; `followed` for restarts.
    definitions : mapping
        ``dropout, dropout_external, restart_months``.

    Returns
    -------
    DataFrame
        With ``people`` (behind n), ``people_in`` (among those a share counts) and ``people_out`` (among the rest).

    Examples
    --------
    >>> episodes = pd.DataFrame({"client": list("aab"), "provider_id": "p", "municipality_code": "GM0632",
    ...     "ending_group": "volgens_plan"})
    >>> row = {"measure": "reden_einde", "statistic": "share", "category": "volgens_plan", "unit": "provider",
    ...     "unit_id": "p", "group": "client", "year": 2026, "n": 3.0}
    >>> with_people(pd.DataFrame([row]), episodes, episodes.head(0), {})[["people", "people_in"]].values.tolist()
    [[2.0, 2.0]]
    """
    found = [
        _counted(episodes[counts], inside[counts], by).assign(measure=measure, category=category, unit=unit)
        for measure, category, episodes, counts, inside in _questions(ended, followed, definitions)
        for unit, by in UNITS.items()
        if len(episodes)
    ]
    if not found:
        return table.assign(**dict.fromkeys(COUNTED, float("nan")))
    keys = [each for each in KEY if each in ("measure", "category", "unit", "unit_id")]
    people = pd.concat(found, ignore_index=True)
    shares = table["statistic"].isin(["share", "incidence"])
    joined = table[keys].merge(people, on=keys, how="left", validate="m:1").set_axis(table.index)
    people = table.assign(**{name: joined[name].where(shares) for name in COUNTED})
    return people.assign(people=people["people"].clip(upper=table["n"]))  # there are no more people than n


def _questions(
    ended: pd.DataFrame, followed: pd.DataFrame, definitions: Mapping[str, object]
) -> Iterator[tuple[str, str, pd.DataFrame, pd.Series, pd.Series]]:
    """Yield per measure and category the episodes, which of them count, and which of those the share is of."""
    group = ended["ending_group"].fillna("onbekend")
    external = definitions.get("dropout_external", "keep")
    real = ~group.isin(NO_ENDING)
    if "provisional" in ended:
        yield "voorlopig", "", ended, real, ended["provisional"].astype(bool)
    for reason in GROUPS:
        yield "reden_einde", reason, ended, real, group == reason
    out = (*UNCOUNTED, *(["extern"] if external == "exclude" else []))
    for name, reasons in DEFINITIONS.items():
        inside = group.isin((*reasons, *(["extern"] if external == "count" else [])))
        yield "uitval", name, ended, ~group.isin(out), inside
        if name == definitions.get("dropout"):
            yield "uitval", "", ended, ~group.isin(out), inside
    if "goals_set" in ended:
        judged = (ended["goals_set"].fillna(0) > 0) & ended["goals_reached"].notna()
        yield "doelen", "", ended, judged, judged
    chosen = definitions.get("restart_months")
    for months in sorted({6, 12, int(str(chosen))} if chosen and "restart_on" in followed else ()):
        again = followed["restart_on"] <= followed["ended_on"] + pd.DateOffset(months=months)
        counts = ~followed["ending_group"].fillna("onbekend").isin([*NO_ENDING, "overlijden", "ander_domein"])
        for category in (str(months), *([""] if months == int(str(chosen)) else [])):
            yield "geen_herstart", category, followed, counts, ~again


def _counted(episodes: pd.DataFrame, inside: pd.Series, by: str | None) -> pd.DataFrame:
    unit = (episodes[by] if by else pd.Series("region", index=episodes.index)).rename("unit_id")
    who = episodes["client"]
    masks = {"people": inside | True, "people_in": inside, "people_out": ~inside}
    counts = {name: who[mask].groupby(unit[mask]).nunique() for name, mask in masks.items()}
    return pd.DataFrame(counts).fillna(0.0).astype(float).rename_axis("unit_id").reset_index()
