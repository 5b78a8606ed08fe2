"""What people around a provider know: judgements per theme, figures of the administration, and agreements made."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.sample import layouts, shapes, truth
from workbench.sample.wording import THEMES

SOURCES = {"Aanbieder": (0.5, 1.0), "Toegang": (-0.1, 0.85), "Backoffice": (0.0, 0.8), "Toezichthouder": (-0.2, 0.35)}
STORIES = (
    "Twee vaste begeleiders vertrokken in het voorjaar; daarna wisselden de gezichten.",
    "Wij zijn gestart met een vast kennismakingsgesprek en dat merken mensen.",
    "De groep is veranderd: meer jonge mensen met schulden.",
    "Het doel staat wel in het plan, maar komt in de gesprekken weinig terug.",
    "De telefonische bereikbaarheid was door een verhuizing een tijd slecht.",
)
IMPROVEMENTS = (
    "Vaker samen naar het doel kijken.",
    "Eén vast gezicht per cliënt.",
    "Eerder nadenken over wat er na de hulp komt.",
    "Mensen de weg wijzen naar plekken in de buurt.",
)
ACTIONS = (
    ("Elk kwartaal bespreken we het doel met de cliënt en leggen dat vast.", "teamleider begeleiding"),
    ("Voor elke cliënt wijzen we een vaste begeleider en een vervanger aan.", "planner"),
    ("Drie maanden voor het einde maken we een plan voor daarna.", "gedragswetenschapper"),
    ("We organiseren twee keer per jaar een rondgang langs plekken in de buurt.", "kwaliteitsfunctionaris"),
    ("We nemen de telefoon ook op vrijdagmiddag aan.", "bedrijfsvoerder"),
)
TARGETS = {
    "Autonomie": 80,
    "Competentie": 78,
    "Verbondenheid": 75,
    "Resultaatgericht werken": 80,
    "Ervaren kwaliteit": 82,
    "Ervaren effect": 78,
    "Toegankelijkheid": 75,
    "Nut van de hulp": 8.0,
    "Uitval": 0.06,
    "Doelen bereikt": 0.7,
}
STATUSES = ("Open", "Loopt", "Klaar", "Vervallen")


def write_assessments(
    folder: Path, year: int, providers: pd.DataFrame, rng: np.random.Generator
) -> dict[str, dict[str, int]]:
    """Write the judgements: a workbook, one row per provider, source and theme; supervision sees one in three."""
    count, themes = len(providers), len(THEMES)
    quality = (providers["client:kwaliteit"] + providers["client:effect"]).to_numpy(float) / 18
    parts = []
    for source, (milder, coverage) in SOURCES.items():
        seen = np.flatnonzero(rng.random(count) < coverage)
        level = 3.5 + milder + (0.4 if source == "Aanbieder" else 0.9) * quality[seen]
        scores = level[:, None] + 0.6 * rng.standard_normal((len(seen), themes)) + 0.3 * rng.standard_normal(themes)
        most = 2 if source == "Toezichthouder" else 5
        day = np.datetime64(f"{year - 1}-03-01") + rng.integers(0, 260, len(seen))
        parts.append(
            pd.DataFrame(
                {
                    "Aanbieder": np.repeat(providers["name"].to_numpy(object)[seen], themes),
                    "Bron": source,
                    "Thema": np.tile(np.array(list(THEMES.values()), dtype=object), len(seen)),
                    "Oordeel (1-5)": np.clip(np.round(scores.ravel() * 2) / 2, 1, 5),
                    "Schaal": "1-5",
                    "Aantal beoordelaars": np.repeat(rng.integers(1, most, len(seen)), themes),
                    "Datum": np.repeat(day, themes).astype("datetime64[D]").astype(object),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    # Sometimes a source has no opinion on a theme.
    table.loc[rng.random(len(table)) < 0.03, "Oordeel (1-5)"] = np.nan
    table = table.sort_values(["Aanbieder", "Bron"], kind="stable", ignore_index=True)
    shapes.write_sheet(folder / f"beelden_{year}.xlsx", "Beelden", (), table)
    return {f"beelden_{year}.xlsx": {"no score": int(table["Oordeel (1-5)"].isna().sum())}}


def write_context(
    folder: Path,
    year: int,
    providers: pd.DataFrame,
    frame: pd.DataFrame,
    episodes: pd.DataFrame,
    rng: np.random.Generator,
) -> None:
    """Write the figures of the year before, per provider and per municipality: semicolons and decimal commas."""
    count = len(providers)
    began = episodes[episodes["start"].dt.year == year - 1]
    clients = frame.groupby("provider").size().reindex(range(count), fill_value=0).to_numpy()
    inflow = began.groupby("provider")["person"].nunique().reindex(range(count), fill_value=0).to_numpy()
    waiting = np.clip(np.exp(1.6 + 0.5 * rng.standard_normal(count)), 0.5, 30)
    budget = np.round(clients * rng.uniform(4200, 9800, count), -2) + 5000
    figures = _figures(clients, inflow, waiting, budget, budget * rng.uniform(0.86, 1.10, count))
    figures |= {
        "Verloop personeel": _comma(np.clip(rng.beta(3, 14, count), 0.01, 0.6), 3),
        "Klachten": rng.poisson(0.3 + clients / 90).astype(str),
    }
    table = pd.DataFrame({"Aanbieder": providers["name"], "Jaar": str(year - 1), **figures})
    shapes.write_semicolons(folder / f"context_aanbieders_{year}.csv", table, "cp1252")

    towns = np.arange(len(truth.MUNICIPALITIES))
    living = frame["municipality"].value_counts().reindex(towns, fill_value=0).to_numpy()
    homes = frame[["person", "municipality"]].drop_duplicates("person")
    started = began.merge(homes, on="person", validate="many_to_one")
    arrived = started["municipality"].value_counts().reindex(towns, fill_value=0).to_numpy()
    money = np.round(living * rng.uniform(6000, 7500, len(towns)), -3)
    figures = _figures(
        living, arrived, rng.uniform(3, 9, len(towns)), money, money * rng.uniform(0.95, 1.08, len(towns))
    )
    table = pd.DataFrame({"Gemeente": list(truth.MUNICIPALITIES), "Jaar": str(year - 1), **figures})
    shapes.write_semicolons(folder / f"context_gemeenten_{year}.csv", table, "cp1252")


def _figures(*measured: np.ndarray) -> dict[str, object]:
    """Return the columns that providers and municipalities share: clients, inflow, waiting, budget and spent."""
    clients, inflow, waiting, budget, spent = measured
    columns = [clients.astype(str), inflow.astype(str), _comma(waiting, 1), _comma(budget, 2), _comma(spent, 2)]
    return dict(zip([header for header, _, _ in layouts.FIGURES], columns, strict=True))


def _comma(values: np.ndarray, decimals: int) -> np.ndarray:
    return np.char.replace(np.char.mod(f"%.{decimals}f", values), ".", ",").astype(object)


def write_agreements(folder: Path, year: int, providers: pd.DataFrame, rng: np.random.Generator) -> None:
    """Write what was agreed the year before: one or two actions for most providers, in the form of the report."""
    first = np.flatnonzero(rng.random(len(providers)) < 0.85)
    second = first[rng.random(len(first)) < 0.4]
    provider = np.sort(np.concatenate([first, second]))
    count = len(provider)
    # Two actions of one provider are about different figures.
    shift = (provider == np.roll(provider, 1)).astype(int)
    cipher = (provider * 3 + year + shift) % len(TARGETS)
    action = (rng.integers(0, len(ACTIONS), count) + shift) % len(ACTIONS)
    target = np.array(list(TARGETS.values()), dtype=float)[cipher]
    texts = np.array(ACTIONS, dtype=object)[action]
    table = pd.DataFrame(
        {
            "Aanbieder": providers["name"].to_numpy(object)[provider],
            "Jaar": str(year - 1),
            "Cijfer": np.array(list(TARGETS), dtype=object)[cipher],
            "1. Herkennen we dit?": rng.choice(["Ja", "Ja, deels", "Nee, dit verraste ons"], count, p=[0.6, 0.3, 0.1]),
            "2. Wat is het verhaal erachter?": np.array(STORIES, dtype=object)[rng.integers(0, len(STORIES), count)],
            "3. Hoe waarderen we dit?": rng.choice(["Goed", "Voldoende", "Dit moet beter"], count, p=[0.3, 0.4, 0.3]),
            "4. Wat kan beter?": np.array(IMPROVEMENTS, dtype=object)[rng.integers(0, len(IMPROVEMENTS), count)],
            "Afspraak": texts[:, 0],
            "Wie (functie)": texts[:, 1],
            "Klaar op": pd.Series(np.datetime64(f"{year}-01-01") + rng.integers(0, 330, count)).dt.strftime("%d-%m-%Y"),
            "Streefwaarde": np.char.replace(np.char.mod("%g", target), ".", ","),
            "Stand": rng.choice(STATUSES, count, p=[0.2, 0.45, 0.28, 0.07]),
        }
    )
    shapes.write_semicolons(folder / f"afspraken_{year}.csv", table, "utf-8-sig")
