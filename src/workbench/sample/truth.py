"""The truth behind the fictional region: what providers do, whom they serve, and what people would answer.

Experience is drawn on a latent scale of 0 to 100: the mean of the dimension, plus what the provider adds, plus age
and sex, plus the person. Answers are that scale cut in classes (`answers`), so effects shrink a little near the ends;
`expected` gives the mean score that follows.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from workbench import schemas
from workbench.sample import names

MUNICIPALITIES = {
    "GM0736": "De Ronde Venen",
    "GM0335": "Montfoort",
    "GM0589": "Oudewater",
    "GM1904": "Stichtse Vecht",
    "GM0632": "Woerden",
}
INHABITANTS = np.array([45, 14, 10, 65, 53]) / 187
LAST_YEAR = 2026

# Latent means of clients, and how much more positive staff are.
MEANS = {
    "autonomie": 79.0,
    "competentie": 78.0,
    "verbondenheid": 76.0,
    "resultaatgericht": 78.0,
    "voorveld": 62.0,
    "toegankelijkheid": 75.0,
    "kwaliteit": 82.0,
    "effect": 78.0,
    "nut": 78.0,
    "verder": 50.0,
}
STAFF_MORE = {"autonomie": 7.0, "competentie": 4.0, "verbondenheid": 3.0, "resultaatgericht": 5.0, "voorveld": 4.0}
RELATIVES_MORE = -3.0
AGE_EFFECTS = dict(zip(schemas.AGE_BANDS, (-2.0, -2.0, -4.5, -3.5, -3.0, 0.0, 2.0, 4.0, 3.0), strict=True))
SEX_EFFECTS = {"female": 1.5, "male": -2.0, "other": -4.0}
SEXES = tuple(SEX_EFFECTS)
YEAR_EFFECT = 0.4

# Standard deviations: provider (ICC about .08), person over all dimensions, person within a dimension, item.
PROVIDER_SD = 4.6
CLIENT_SDS = (12.0, 10.0, 16.0)
STAFF_SDS = (8.0, 7.0, 14.0)

# Per kind of provider: law, mean years of care, share of women, shares of the age bands, two products.
KINDS = pd.DataFrame(
    [
        ("begeleiding", "iWmo", 1.4, 0.52, (0, 0, 0, 8, 45, 33, 8, 5, 1), ("02", "15")),
        ("huishouden", "iWmo", 2.4, 0.70, (0, 0, 0, 0, 5, 17, 20, 37, 21), ("01", "03")),
        ("dagbesteding", "iWmo", 1.8, 0.55, (0, 0, 0, 4, 22, 30, 18, 18, 8), ("07", "02")),
        ("dementie", "iWmo", 1.6, 0.62, (0, 0, 0, 0, 0, 6, 20, 46, 28), ("07", "04")),
        ("jeugd ambulant", "jeugd", 0.8, 0.46, (2, 32, 46, 20, 0, 0, 0, 0, 0), ("45", "41")),
        ("jeugd verblijf", "jeugd", 1.3, 0.48, (2, 22, 52, 24, 0, 0, 0, 0, 0), ("44", "45")),
    ],
    columns=["kind", "law", "duration", "women", "ages", "products"],
).set_index("kind")
GROUPS = (
    *("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "extern", "overlijden"),
    *("administratief", "overstap", "ander_domein", "tijdelijk", "onbekend"),
)


def providers(count: int, respondents: float, seed: int) -> pd.DataFrame:
    """Draw what is true of every provider.

    Parameters
    ----------
    count : int
        Number of providers.
    respondents : float
        Target mean number of client answers per provider and year, all questionnaires together.
    seed : int

    Returns
    -------
    DataFrame, one row per provider
        Names and numbers of `names.draw`; ``law``; ``role`` (what makes it special, empty for most); ``answers``
        (of clients, a year), ``rate`` (response to the e-mail survey), ``staff``; chances ``dropout``, ``restart``
        (within twelve months), ``goals``; ``trend`` (latent points a year); ``home`` (number of the municipality);
        ``older`` (tilt of its age mix); latent points it adds: ``client:<measure>`` and ``staff:<dimension>``.

    Examples
    --------
    >>> drawn = providers(29, 69, seed=2026)
    >>> print(drawn.loc[drawn["role"] == "few answers", "answers"].item(), drawn["answers"].mean().round())
    7 69.0
    """
    # This stream gives the first of the 29, whose report is opened first, many answers and a gap to talk about.
    rng = np.random.default_rng([seed, 16])
    table = names.draw(count)
    youth = table["kind"].str.startswith("jeugd")
    bij = youth & (youth.cumsum() % 2 == 0)
    table["law"] = np.where(youth, np.where(bij, "BiJ", "iJw"), "iWmo")

    size = np.clip(np.exp(0.75 * rng.standard_normal(count)), 0.22, 5)
    order = np.argsort(-size, kind="stable")
    table["role"] = _roles(order)
    few = table["role"].eq("few answers").to_numpy()
    size = np.where(few, 0, size)
    wanted = respondents * count - 7 * few.sum()
    table["answers"] = np.where(few, 7, np.maximum(np.round(size * wanted / size.sum()), 4)).astype(int)
    table["staff"] = np.maximum(np.round(2.0 * table["answers"] ** 0.48 * rng.uniform(0.7, 1.4, count)), 3).astype(int)

    rate = np.clip(rng.beta(4.5, 7.5, count), 0.15, 0.65)
    rate = np.where(table["role"].eq("low response"), 0.20, rate)
    rate = np.where(table["role"].eq("device handed over"), rng.uniform(0.85, 0.90, count), rate)
    table["rate"] = np.where(few, 0.45, rate)
    table["dropout"] = np.clip(0.075 * np.exp(0.4 * rng.standard_normal(count)), 0.02, 0.25)
    table["restart"] = rng.uniform(0.10, 0.20, count)
    table["goals"] = rng.uniform(0.45, 0.80, count)
    table["trend"] = table["role"].map({"improving": 5.0, "declining": -5.0}).fillna(0.0)
    table["home"] = rng.choice(len(INHABITANTS), count, p=INHABITANTS)
    table["older"] = 0.5 * rng.standard_normal(count)

    common = rng.standard_normal(count)
    lift = table["role"].map({"better": 9.5, "worse": -10.0, "worse too": -8.0}).to_numpy(float)
    gap = table["role"].map({"large gap": 18.0, "reversed gap": -20.0}).fillna(0.0).to_numpy(float)
    for measure in MEANS:
        own = rng.standard_normal(count)
        drawn = PROVIDER_SD * (np.sqrt(0.6) * common + np.sqrt(0.4) * own)
        table[f"client:{measure}"] = np.where(np.isnan(lift), drawn, lift + 0.3 * drawn)
    for dimension in STAFF_MORE:
        part = 1.0 if dimension == "autonomie" else 0.5
        table[f"staff:{dimension}"] = 0.7 * table[f"client:{dimension}"] + part * gap + 3 * rng.standard_normal(count)
    return table


def _roles(order: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return what is special about each provider; the large ones carry what must be findable in their figures."""
    by_size = (
        *("large gap", "better", "worse", "low response", "worse too", "device handed over", "taakgericht"),
        *("own survey", "improving", "reversed gap", "large gap", "device handed over", "declining", "newcomer"),
    )
    roles = np.full(len(order), "", dtype=object)
    found = min(len(by_size), len(order) - 1)
    roles[order[:found]] = by_size[:found]
    if len(order) > 2:
        roles[order[-1]] = "few answers"
    return roles


def case_mix(age_band: NDArray[np.int64], sex: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the latent points that age and sex add; arguments are places in `AGE_BANDS` and `SEXES`."""
    return np.array(list(AGE_EFFECTS.values()))[age_band] + np.array(list(SEX_EFFECTS.values()))[sex]


def client_effects(table: pd.DataFrame, measure: str, year: int) -> NDArray[np.float64]:
    """Return the latent points each provider adds for clients and relatives in a year."""
    drift = table["trend"] * (year - LAST_YEAR + 1) + YEAR_EFFECT * (year - LAST_YEAR)
    return (table[f"client:{measure}"] + drift).to_numpy(float)


def staff_effects(table: pd.DataFrame, dimension: str) -> NDArray[np.float64]:
    """Return the latent points by which the staff of each provider differ from the mean of clients."""
    return (table[f"staff:{dimension}"] + STAFF_MORE[dimension]).to_numpy(float)


def expected(latent: NDArray[np.float64], cuts: Sequence[float], sd: float) -> NDArray[np.float64]:
    """Return the mean score, 0 to 100, of people whose latent values are normal around `latent`.

    Parameters
    ----------
    latent : ndarray
        Means, of any shape.
    cuts : sequence of float
        Where the latent scale is cut in classes; k cuts make k + 1 equally spaced scores.
    sd : float
        Standard deviation of one answer.

    Examples
    --------
    >>> expected(np.array([50.0]), [12.5, 37.5, 62.5, 87.5], 20.0)
    array([50.])
    """
    above = special.ndtr((np.asarray(latent)[..., None] - np.asarray(cuts)) / sd)
    return 100 * above.mean(axis=-1)
