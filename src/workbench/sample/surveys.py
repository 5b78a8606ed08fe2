"""The questionnaires about needs and outcomes of clients and relatives, by e-mail."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.sample import answers, layouts, names, remarks, shapes, truth
from workbench.sample.answers import BEHOEFTEN, NOT_APPLICABLE, UITKOMSTEN
from workbench.sample.wording import CODED4, CODED5, FULL5, MARKS, NEEDS_AFTER, PRODUCTS, SEXES, chosen

OLD_LIST = ("own survey", "improving")
ISO, DUTCH = "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S"


def typed(
    rng: np.random.Generator, providers: pd.DataFrame, spellings: pd.DataFrame, provider: NDArray, share: float
) -> NDArray[np.object_]:
    """Return the provider as people wrote it: its name, or for a share of them one of its other spellings."""
    numbers = spellings["provider_id"].map(dict(zip(providers["provider_id"], range(len(providers)), strict=True)))
    counts = np.bincount(numbers, minlength=len(providers))
    first = np.concatenate([[0], counts.cumsum()[:-1]])
    named = providers["name"].to_numpy(object)[provider]
    misspelt = (rng.random(len(provider)) < share) & (counts[provider] > 0)
    place = first[provider] + (rng.random(len(provider)) * counts[provider]).astype(int)
    texts = np.append(spellings["spelling"].to_numpy(object), "")
    return np.where(misspelt, texts[np.minimum(place, len(spellings))], named)


def moments(rng: np.random.Generator, year: int, count: int) -> pd.Series:
    """Return moments in office hours of September to November of the year before, in order."""
    day = np.datetime64(f"{year - 1}-09-08") + rng.integers(0, 75, count)
    drawn = day.astype("datetime64[s]") + rng.integers(9 * 3600, 21 * 3600, count)
    return pd.Series(np.sort(drawn))


def responding(rng: np.random.Generator, frame: pd.DataFrame, rate: NDArray[np.float64], fixed: int) -> pd.DataFrame:
    """Choose who answers: of each provider exactly its share, women and people over 45 more readily.

    Parameters
    ----------
    rng : Generator
    frame : DataFrame, one row per invited person
    rate : ndarray
        Share that answers, per provider.
    fixed : int
        The provider that gets 7 answers whatever its frame.
    """
    willing = 0.5 * (frame["band"].to_numpy() >= 5) + 0.3 * (frame["sex"].to_numpy() == 0)
    rank = (
        pd.Series(-(willing + rng.gumbel(size=len(frame))), index=frame.index)
        .groupby(frame["provider"])
        .rank(method="first")
    )
    invited = frame.groupby("provider").size().reindex(range(len(rate)), fill_value=0).to_numpy()
    wanted = np.where(rate > 0, np.maximum(np.round(rate * invited), 1), 0)
    wanted[fixed] = min(7, invited[fixed]) if fixed >= 0 else wanted[fixed]
    return frame[rank.to_numpy() <= wanted[frame["provider"].to_numpy()]]


def write_clients(
    folder: Path,
    year: int,
    providers: pd.DataFrame,
    spellings: pd.DataFrame,
    respondents: pd.DataFrame,
    rng: np.random.Generator,
) -> tuple[dict[str, dict[str, int]], list[tuple[str, ...]]]:
    """Write the clients' e-mail survey; in 2024 two providers still used the list with the old last question.

    Returns
    -------
    planted : dict
        Per file how many records are to be excluded, by reason.
    corrections : list of tuple
        File, row, column, from, to and reason of what must be corrected.
    """
    codes = _experience(rng, providers, respondents, year, truth.CLIENT_SDS, 0.0)
    count = len(respondents)
    order = rng.permutation(count)
    respondents, codes = respondents.iloc[order].reset_index(drop=True), codes.iloc[order].reset_index(drop=True)
    codes, stopped = answers.break_off(rng, codes, 0.05)
    handed = providers["role"].eq("device handed over").to_numpy()[respondents["provider"]]
    mode = np.where(handed, "tablet", np.where(rng.random(count) < 0.8, "mail", "sms"))
    at = moments(rng, year, count)
    anonymous = year == 2024
    stamp = at.dt.strftime(ISO).to_numpy(object)
    hidden = np.full(count, "1980-01-01 00:00:00", dtype=object)
    submitted = np.where(stopped, "", hidden if anonymous else stamp)
    seconds = np.round(np.exp(5.9 + 0.4 * rng.standard_normal(count)), 2)
    begun = (at - pd.to_timedelta(seconds, unit="s")).dt.strftime(ISO).to_numpy(object)
    ended = respondents["end"] < np.datetime64(f"{year - 1}-09-08")
    values = [
        np.arange(101, 101 + count).astype(str),
        submitted,
        np.where(stopped, "2", "4"),
        "nl",
        rng.integers(10**9, 2**31, count).astype(str),
        "" if anonymous else respondents["client"],
        hidden if anonymous else begun,
        hidden if anonymous else stamp,
        mode,
        typed(rng, providers, spellings, respondents["provider"].to_numpy(), 0.10),
        chosen(truth.MUNICIPALITIES.values(), respondents["municipality"]),
        respondents["product"].map(PRODUCTS),
        np.where(ended, "Na afloop", "Tijdens de hulp"),
        np.where(rng.random(count) < 0.03, "", respondents["age"].astype(str)),
        chosen(SEXES, respondents["sex"]),
        np.where(rng.random(count) < 0.07, "met hulp", "zelf"),
        rng.choice(["1", "2", "3", "4", "5", ""], count, p=[0.06, 0.17, 0.36, 0.28, 0.10, 0.03]),
        *(answers.labels(codes[item], CODED5) for item in BEHOEFTEN),
        answers.labels(codes["nut"], MARKS),
        answers.labels(codes["verder"], CODED4),
        np.where(stopped, "", remarks.draw(rng, count)),
        np.char.mod("%.2f", seconds),
        np.char.mod("%.2f", np.round(seconds / 5, 2)),
    ]
    headers = [header for header, _, _ in layouts.clients()]
    table = pd.DataFrame(dict(zip(headers, values, strict=True)))
    planted: dict[str, dict[str, int]] = {}
    corrections: list[tuple[str, ...]] = []
    old = providers["role"].isin(OLD_LIST).to_numpy()[respondents["provider"]] & (year == 2024)
    for name, here in ((f"client_oude_lijst_{year}.csv", old), (f"client_behoeften_{year}.csv", ~old)):
        if here.any():
            part, planted[name] = _plant(table[here], codes[here], "oude" in name)
            if year == truth.LAST_YEAR and len(part) > 20:
                part.loc[part.index[5], "opmerking"] = remarks.WITH_BSN
                part.loc[part.index[6], "uitk[nut]"] = "77"
                reason = "Toets dubbel aangeslagen; 7 volgens het papieren formulier."
                corrections.append((name, "8", "uitk[nut]", "77", "7", reason))
            shapes.write_limesurvey(folder / name, part)
    return planted, corrections


def _plant(table: pd.DataFrame, codes: pd.DataFrame, old: bool) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the table with test entries, a stranger and perhaps the old last question, and what is to be excluded."""
    part, planted = table.copy(), {}
    if old:
        # Agreement with "Ik kan zonder hulp verder", as asked before 2021.
        part["uitk[verder]"] = answers.labels(codes["verder"], CODED5 | {4: "AO05"})
        codes = codes.drop(columns="verder")
    if len(part) > 20:
        planted = {"test entry": 2, "not contracted": 1}
        part.loc[part.index[[3, 9]], "herkomst"] = "test"
        part.loc[part.index[14], "aanbieder"] = names.NOT_CONTRACTED
        part.loc[part.index[[3, 9, 14]], "gezondheid"] = "3"
    return part, planted | {"empty": int(((codes <= 0).all(axis=1) & part["gezondheid"].eq("")).sum())}


def write_relatives(
    folder: Path,
    year: int,
    providers: pd.DataFrame,
    spellings: pd.DataFrame,
    respondents: pd.DataFrame,
    rng: np.random.Generator,
) -> dict[str, dict[str, int]]:
    """Write the relatives' survey: full question text above the columns, anonymised dates, some sent twice."""
    codes = _experience(rng, providers, respondents, year, truth.CLIENT_SDS, truth.RELATIVES_MORE)
    count = len(respondents)
    order = rng.permutation(count)
    respondents, codes = respondents.iloc[order].reset_index(drop=True), codes.iloc[order].reset_index(drop=True)
    codes, stopped = answers.break_off(rng, codes, 0.08)
    child = respondents["age"].to_numpy() < 18
    values = [
        np.arange(11, 11 + count).astype(str),
        np.where(stopped, "", "1980-01-01 00:00:00"),
        np.where(stopped, "3", "6"),
        "nl-informal",
        typed(rng, providers, spellings, respondents["provider"].to_numpy(), 0.08),
        chosen(truth.MUNICIPALITIES.values(), respondents["municipality"]),
        respondents["age"].astype(str),
        chosen(SEXES, respondents["sex"]),
        np.where(child, "ouder", rng.choice(["kind", "partner", "broer of zus", "mentor"], count)),
        *(answers.labels(codes[item], FULL5) for item in BEHOEFTEN),
        np.where(stopped, "", remarks.draw(rng, count, 0.15)),
        answers.labels(codes["nut"], MARKS),
        np.where(stopped, "", remarks.draw(rng, count, 0.08)),
        answers.labels(codes["verder"], NEEDS_AFTER | {NOT_APPLICABLE: "N.v.t."}),
        np.where(stopped, "", remarks.draw(rng, count, 0.08)),
        np.char.mod("%.2f", np.round(np.exp(3 + 0.5 * rng.standard_normal(count)), 2)),
    ]
    table = pd.DataFrame(dict(enumerate(values)))
    twice = table[~stopped].iloc[:2] if count > 10 else table.iloc[:0]
    table = pd.concat([table, twice], ignore_index=True)
    table.columns = [header for header, _, _ in layouts.RELATIVES]
    shapes.write_limesurvey(folder / f"naasten_{year}.csv", table)
    return {f"naasten_{year}.csv": {"duplicate": len(twice)}}


def _experience(
    rng: np.random.Generator,
    providers: pd.DataFrame,
    respondents: pd.DataFrame,
    year: int,
    sds: tuple[float, float, float],
    more: float,
) -> pd.DataFrame:
    """Draw the answers on needs and outcomes of people in a frame."""
    provider = respondents["provider"].to_numpy()
    mix = truth.case_mix(respondents["band"].to_numpy(), respondents["sex"].to_numpy()) + more
    latent = {
        name: truth.MEANS[name] + truth.client_effects(providers, name, year)[provider] + mix
        for name in (*truth.STAFF_MORE, *UITKOMSTEN)
    }
    return answers.draw(rng, (*BEHOEFTEN, *UITKOMSTEN), latent, sds)
