"""The people of the fictional region and their care episodes."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench import schemas
from workbench.sample import truth

FIRST_DAY = np.datetime64("2017-01-01")
KNOWN_FROM = np.datetime64("2023-01-01")
LAST_DAY = np.datetime64(f"{truth.LAST_YEAR - 1}-12-31")
BAND_STARTS = np.array([0, 4, 12, 18, 23, 45, 65, 75, 85, 97])
SHARE_IN_BEHOEFTEN = 0.52
FOLLOWABLE = ("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "onbekend")


def episodes(providers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw every episode that runs at some time from 2023 to the last day before the last delivery.

    A provider has as many clients as its answers and response need. After an ending that can be followed, a next
    episode starts after an exponential time whose chance within a year is the provider's ``restart``; three in ten
    start elsewhere. Those who change provider start there the same day; a temporary stop is mostly resumed.

    Returns
    -------
    DataFrame, one row per episode
        ``person``, ``provider`` (row of `providers`), ``product``, ``start`` and ``end`` (true dates, also after the
        last day), ``group`` (true reason of ending), ``restarted`` (follows an earlier episode).
    """
    rng = np.random.default_rng([seed, 2])
    duration = truth.KINDS["duration"].reindex(providers["kind"]).to_numpy(float)
    youth = providers["law"].ne("iWmo").to_numpy()
    # Of the people in care, so many are asked themselves (the others through a relative).
    asked = np.select([youth, providers["kind"].eq("dementie").to_numpy()], [0.68, 0.5], 0.95)
    clients = providers["answers"].to_numpy() * SHARE_IN_BEHOEFTEN / providers["rate"].to_numpy() / asked
    few = providers["role"].eq("few answers").to_numpy()
    clients = np.where(few, 7 / 0.45 / asked, clients)
    years = (LAST_DAY - FIRST_DAY).astype(int) / 365.25
    starts = np.maximum(np.round(0.58 * clients / (1 + duration) * years), 3).astype(int)

    provider = np.repeat(np.arange(len(providers)), starts)
    first = pd.DataFrame({"person": np.arange(len(provider)), "provider": provider})
    first["start"] = FIRST_DAY + rng.integers(0, (LAST_DAY - FIRST_DAY).astype(int) + 1, len(first))
    first["restarted"] = False
    generations = [_lived(rng, first, providers)]
    while len(generations[-1]) and len(generations) < 12:
        generations.append(_lived(rng, _next(rng, generations[-1], providers), providers))
    every = pd.concat(generations, ignore_index=True)
    return every[every["end"] >= KNOWN_FROM].sort_values(["provider", "start", "person"], ignore_index=True)


def _lived(rng: np.random.Generator, started: pd.DataFrame, providers: pd.DataFrame) -> pd.DataFrame:
    """Add product, end and reason of ending to episodes that started."""
    provider = started["provider"].to_numpy()
    count = len(started)
    mean = truth.KINDS["duration"].reindex(providers["kind"]).to_numpy(float)[provider] * 365.25
    days = np.maximum(np.exp(np.log(mean) - 0.32 + 0.8 * rng.standard_normal(count)), 14).astype(int)
    choices = np.array(truth.KINDS["products"].reindex(providers["kind"]).tolist())
    product = choices[provider, (rng.random(count) < 0.18).astype(int)] if count else []
    shares = _ending_shares(providers)
    group = (shares.cumsum(axis=1)[provider] < rng.random(count)[:, None]).sum(axis=1)
    group = np.array(truth.GROUPS, dtype=object)[np.minimum(group, len(truth.GROUPS) - 1)]
    return started.assign(product=product, end=started["start"] + pd.to_timedelta(days, unit="D"), group=group)


def _ending_shares(providers: pd.DataFrame) -> NDArray[np.float64]:
    """Return the true chances of every reason of ending, one row per provider, in the order of `truth.GROUPS`."""
    wmo = providers["law"].eq("iWmo").to_numpy()
    old = providers["kind"].isin(["huishouden", "dementie"]).to_numpy()
    bij = providers["law"].eq("BiJ").to_numpy()
    dropout = providers["dropout"].to_numpy(float)
    other = np.select([bij], [0.0], 1.0)
    shares = {
        "in_overeenstemming": np.where(wmo, 0.05, 0.09),
        "eenzijdig_client": 0.72 * dropout,
        "eenzijdig_aanbieder": 0.28 * dropout,
        "extern": np.where(wmo, 0.025, 0.04),
        "overlijden": np.where(wmo, np.where(old, 0.12, 0.02), 0.0),
        "administratief": 0.015 * other,
        "overstap": 0.02 * other,
        "ander_domein": np.where(wmo, 0.03, 0.01) * other,
        "tijdelijk": 0.015 * other,
        "onbekend": np.full(len(providers), 0.025),
    }
    plan = 1 - np.sum(list(shares.values()), axis=0)
    return np.column_stack([plan if group == "volgens_plan" else shares[group] for group in truth.GROUPS])


def _next(rng: np.random.Generator, lived: pd.DataFrame, providers: pd.DataFrame) -> pd.DataFrame:
    """Return the episodes that follow on others: restarts, changes of provider and resumptions."""
    count = len(lived)
    group = lived["group"].to_numpy()
    provider = lived["provider"].to_numpy()
    hazard = -np.log1p(-providers["restart"].to_numpy(float)) / 365
    wait = 1 + np.floor(rng.exponential(1, count) / hazard[provider])
    resumed = (group == "tijdelijk") & (rng.random(count) < 0.7)
    wait = np.select([group == "overstap", resumed], [0, rng.integers(30, 90, count)], wait)
    follows = np.isin(group, FOLLOWABLE) | (group == "overstap") | resumed
    follows &= wait < 1095
    start = lived["end"] + pd.to_timedelta(np.where(follows, wait, 0), unit="D")
    follows &= (start <= LAST_DAY).to_numpy()

    elsewhere = (group == "overstap") | ((rng.random(count) < 0.3) & ~resumed)
    youth = providers["law"].ne("iWmo").to_numpy()
    target = provider.copy()
    for domain in (False, True):
        members = np.flatnonzero(youth == domain)
        if len(members) > 1:
            moving = np.flatnonzero(elsewhere & (youth[provider] == domain))
            place = np.searchsorted(members, provider[moving])
            target[moving] = members[(place + rng.integers(1, len(members), len(moving))) % len(members)]
    table = pd.DataFrame({"person": lived["person"], "provider": target, "start": start, "restarted": True})
    return table[follows].reset_index(drop=True)


def persons(episodes: pd.DataFrame, providers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw who the people are.

    Returns
    -------
    DataFrame, one row per person of `episodes`, in the order of their number
        ``person``, ``born``, ``sex`` (place in `truth.SEXES`), ``municipality`` (place in `truth.MUNICIPALITIES`),
        ``client`` (number at the municipality), ``bsn`` (from the published test range; empty where that is used up).
    """
    rng = np.random.default_rng([seed, 3])
    first = episodes.sort_values(["person", "start"]).drop_duplicates("person")
    provider = first["provider"].to_numpy()
    count = len(first)
    bands = np.array(truth.KINDS["ages"].reindex(providers["kind"]).tolist(), dtype=float)
    bands *= np.exp(providers["older"].to_numpy(float)[:, None] * (np.arange(9) - 4) / 2)
    bands = (bands / bands.sum(axis=1, keepdims=True)).cumsum(axis=1)
    band = np.minimum((bands[provider] < rng.random(count)[:, None]).sum(axis=1), 8)
    age = BAND_STARTS[band] + rng.random(count) * np.diff(BAND_STARTS)[band]
    women = truth.KINDS["women"].reindex(providers["kind"]).to_numpy(float)[provider]
    drawn = rng.random(count)
    sex = np.where(drawn < 0.006, 2, np.where(drawn < 0.006 + women, 0, 1))

    towns = np.tile(truth.INHABITANTS, (len(providers), 1))
    towns[np.arange(len(providers)), providers["home"]] *= 3
    towns = (towns / towns.sum(axis=1, keepdims=True)).cumsum(axis=1)
    municipality = np.minimum((towns[provider] < rng.random(count)[:, None]).sum(axis=1), 4)
    numbers = 100_000 + rng.permutation(10 * count)[:count]
    bsns = fake_bsns()
    enough = count <= len(bsns)
    return pd.DataFrame(
        {
            "person": first["person"].to_numpy(),
            "born": (first["start"] - pd.to_timedelta((age * 365.25).astype(int), unit="D")).to_numpy(),
            "sex": sex,
            "municipality": municipality,
            "client": np.char.add("C", numbers.astype(str)).astype(object),
            "bsn": rng.permutation(bsns)[:count].astype(str).astype(object) if enough else "",
        }
    )


def fake_bsns() -> NDArray[np.int64]:
    """Return the citizen service numbers set apart for tests: 999900006 to 999999990 where they pass the eleven test.

    Examples
    --------
    >>> print(fake_bsns()[:2], len(fake_bsns()))
    [999900006 999900018] 9091
    """
    numbers = np.arange(999_900_006, 999_999_991)
    digits = numbers[:, None] // 10 ** np.arange(8, -1, -1) % 10
    return numbers[digits @ np.array([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0]


def in_care(episodes: pd.DataFrame, people: pd.DataFrame, providers: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the frame of a measurement: who had care of a provider in the year before.

    Returns
    -------
    DataFrame, one row per person and provider
        ``person, provider, product, end, born, sex, municipality, client``, ``age`` on 1 January, ``band`` (place in
        `AGE_BANDS`) and ``asked`` (client or relative: children under 12 and some of the oldest are asked through one).
    """
    new_year = np.datetime64(f"{year}-01-01")
    running = (episodes["start"] < new_year) & (episodes["end"] >= np.datetime64(f"{year - 1}-01-01"))
    deceased = episodes["group"].eq("overlijden") & (episodes["end"] < new_year)
    latest = episodes[running & ~deceased].drop_duplicates(["person", "provider"], keep="last")
    frame = latest[["person", "provider", "product", "end"]].merge(people, on="person", validate="many_to_one")
    age = ((new_year - frame["born"]).dt.days // 365.25).clip(0, 104).astype(int)
    frame = frame.assign(age=age, band=np.searchsorted(BAND_STARTS[1:-1], age, side="right"))
    demented = providers["kind"].eq("dementie").to_numpy()[frame["provider"]]
    # The same person is asked the same way every year: the choice hangs on the person's number.
    chance = frame["person"] * 7919 % 1000 / 1000
    proxy = (age < 12) | (demented & (chance < 0.5)) | ((age >= 85) & (chance < 0.15))
    frame["asked"] = np.where(proxy, "relative", "client")
    return frame.sort_values(["provider", "person"], ignore_index=True)


assert len(BAND_STARTS) == len(schemas.AGE_BANDS) + 1
