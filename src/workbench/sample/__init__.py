"""The fictional region: deliveries in the shapes of real exports, a codebook that decides about them, and the truth.

Everything is invented except the five municipalities. Citizen service numbers come from the published test range.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.sample import (
    decisions,
    judgements,
    known,
    names,
    people,
    pillars,
    registers,
    releases,
    staff,
    surveys,
    truth,
)

REGION = "sample"
README = """\
Deze leveringen zijn verzonnen. Personen en aanbieders bestaan niet; BSN's komen uit de testreeks.
Gemaakt door de kwaliteitswerkbank (python -m workbench sample).
"""


def make(
    root: Path,
    providers: int = 29,
    respondents: int | None = None,
    years: int = 3,
    seed: int = 2026,
    progress: Callable[[str, int, int], object] | None = None,
) -> Path:
    """Write the fictional region: deliveries, codebook and truth; what stood there before is replaced.

    The same arguments give the same bytes. Everything is written beside its place and then renamed, so that an
    interrupted run leaves the old region whole.

    Parameters
    ----------
    root : Path
        The project; files go to ``sample`` in ``data/raw``, ``data/codebook``, ``data/truth`` and ``data/remarks``.
    providers : int
        The first 29 have names of their own; what is special about a provider takes a region of fifteen.
    respondents : int, optional
        Target mean number of client answers per provider and year, all questionnaires together; 69 if not given.
    years : int
        How many deliveries, the last in 2026; at most 3.
    seed : int
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Path
        ``data/raw/sample``.
    """
    if providers < 1 or not 1 <= years <= 3:
        raise ValueError("The fictional region has at least 1 provider and 1 to 3 years.")
    data = root / "data"
    beside = data / f".sample-{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    say = progress or (lambda *_: None)
    try:
        _write(beside, providers, 69 if respondents is None else respondents, years, seed, say)
        for part in ("raw", "codebook", "truth", "remarks"):
            _put(beside / part, data / part / REGION, beside / f"old-{part}")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return data / "raw" / REGION


def _put(new: Path, place: Path, aside: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(aside)
    new.rename(place)


def _write(
    folder: Path, count: int, respondents: int, years: int, seed: int, say: Callable[[str, int, int], object]
) -> None:
    total = years + 2
    say("people and care", 0, total)
    providers = truth.providers(count, respondents, seed)
    episodes = people.episodes(providers, seed)
    persons = people.persons(episodes, providers, seed)
    records = registers.registered(episodes, persons, providers, seed)
    with_bsn = bool(persons["bsn"].ne("").all())
    planted: dict[str, dict[str, int]] = {}
    corrections: list[tuple[str, ...]] = []
    expected = []
    for step, year in enumerate(range(truth.LAST_YEAR - years + 1, truth.LAST_YEAR + 1), 1):
        say(f"deliveries of {year}", step, total)
        frame = people.in_care(episodes, persons, providers, year)
        place = folder / "raw" / str(year)
        place.mkdir(parents=True)
        found, corrected = _write_surveys(place, year, providers, frame, seed)
        told, also = registers.write_episodes(place, year, providers, records, with_bsn)
        planted |= found | told | _write_rest(place, year, providers, frame, episodes, seed)
        corrections += corrected + also
        spellings = names.spellings(providers)
        releases.write(folder / "remarks" / f"{year}.csv", place, year, providers, spellings)
        expected.append(known.expectations(providers, frame, year))
    say("codebook and truth", years + 1, total)
    decisions.write(folder / "codebook", providers, with_bsn, corrections)
    asked = {"providers": count, "respondents": respondents, "years": years, "seed": seed}
    known.write(folder / "truth", providers, pd.concat(expected, ignore_index=True), planted, asked)
    say("done", total, total)


def _write_surveys(
    place: Path, year: int, providers: pd.DataFrame, frame: pd.DataFrame, seed: int
) -> tuple[dict[str, dict[str, int]], list[tuple[str, ...]]]:
    """Write all questionnaires of a year; return what is planted and what must be corrected."""

    def rng(part: int) -> np.random.Generator:
        return np.random.default_rng([seed, year, part])

    spellings = names.spellings(providers)
    newcomer = providers["role"].eq("newcomer").to_numpy() & (year == 2024)
    few = [*np.flatnonzero(providers["role"].eq("few answers")), -1][0]
    rate = np.where(newcomer, 0, providers["rate"])
    clients = surveys.responding(rng(1), frame[frame["asked"] == "client"], rate, int(few))
    of_relatives = np.where(newcomer | providers["role"].eq("few answers"), 0, 0.25 + 0.3 * providers["rate"])
    relatives = surveys.responding(rng(2), frame[frame["asked"] == "relative"], of_relatives, -1)
    planted, corrections = surveys.write_clients(place, year, providers, spellings, clients, rng(3))
    planted |= surveys.write_relatives(place, year, providers, spellings, relatives, rng(4))
    planted |= staff.write(place, year, providers, spellings, rng(5))
    filled = pillars.answered(providers, frame, year, rng(6))
    planted |= pillars.write(place, year, providers, spellings, filled, rng(7))
    return planted, corrections


def _write_rest(
    place: Path, year: int, providers: pd.DataFrame, frame: pd.DataFrame, episodes: pd.DataFrame, seed: int
) -> dict[str, dict[str, int]]:
    """Write what is neither questionnaire nor episode; return what is planted."""
    registers.write_invited(place, year, providers, frame, np.random.default_rng([seed, year, 8]))
    planted = judgements.write_assessments(place, year, providers, np.random.default_rng([seed, year, 9]))
    judgements.write_context(place, year, providers, frame, episodes, np.random.default_rng([seed, year, 10]))
    if year > 2024:
        judgements.write_agreements(place, year, providers, np.random.default_rng([seed, year, 11]))
    (place / "leesmij.txt").write_text(README, encoding="utf-8")
    return planted
