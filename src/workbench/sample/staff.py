"""The questionnaire about needs among staff, by a link: Qualtrics."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.sample import answers, layouts, remarks, shapes, surveys, truth
from workbench.sample.answers import BEHOEFTEN
from workbench.sample.surveys import ISO
from workbench.sample.wording import FULL5

# Without the e, so that no id can read as "test".
LETTERS = list("abcdfghkmnpqrstuvwxyzABCDFGHKLMNPRSTUVWXYZ")


def write(
    folder: Path, year: int, providers: pd.DataFrame, spellings: pd.DataFrame, rng: np.random.Generator
) -> dict[str, dict[str, int]]:
    """Write the staff survey: Qualtrics; in 2025 the sender had already turned A4 round."""
    here = ~(providers["role"].eq("newcomer").to_numpy() & (year == 2024))
    provider = np.repeat(np.arange(len(providers)), providers["staff"].to_numpy() * here)
    count = len(provider)
    provider = rng.permutation(provider)
    latent = {
        dimension: truth.MEANS[dimension] + truth.staff_effects(providers, dimension)[provider]
        for dimension in truth.STAFF_MORE
    }
    codes = answers.draw(rng, BEHOEFTEN, latent, truth.STAFF_SDS)
    codes, stopped = answers.break_off(rng, codes, 0.04)
    recoded = year == 2025
    if recoded:
        codes["A4"] = codes["A4"].mask(codes["A4"] > 0, 6 - codes["A4"])
    at = surveys.moments(rng, year, count)
    seconds = np.exp(5.4 + 0.4 * rng.standard_normal(count)).astype(int)
    begun = (at - pd.to_timedelta(seconds, unit="s")).dt.strftime(ISO)
    people = remarks.people(rng, count)
    last_names = pd.Series(people).str.split(" ", n=1).str[1]
    values = [
        begun,
        at.dt.strftime(ISO),
        "IP-adres",
        "0.0.0.0",
        np.where(stopped, "46", "100"),
        seconds.astype(str),
        np.where(stopped, "Onwaar", "Waar"),
        at.dt.strftime(ISO),
        np.char.add("R_", rng.choice(LETTERS, (count, 15)).view("U15")[:, 0]),
        last_names,
        np.char.add(np.char.add("medewerker", np.arange(1, count + 1).astype(str)), "@voorbeeld.example"),
        np.where(rng.random(count) < 0.7, "email", "anonymous"),
        "NL",
        surveys.typed(rng, providers, spellings, provider, 0.05),
        rng.integers(0, 25, count).astype(str),
        *(answers.labels(codes[item], FULL5) for item in BEHOEFTEN),
        np.where(stopped, "", remarks.draw(rng, count, 0.12)),
    ]
    layout, texts, ids = layouts.staff(recoded)
    table = pd.DataFrame(dict(zip([header for header, _, _ in layout], values, strict=True)))
    tests = 2 if count > 20 else 0
    table.loc[table.index[:tests], "DistributionChannel"] = "preview"
    shapes.write_qualtrics(folder / f"medewerkers_{year}.csv", table, texts, ids)
    return {f"medewerkers_{year}.csv": {"test entry": tests}}
