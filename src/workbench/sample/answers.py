"""From a latent experience to answer codes, and to the reasons why there is none."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.sample import truth

SKIPPED, CLOSED, NOT_APPLICABLE, DONT_KNOW, EMPTY = -1, -2, -3, -4, 0
SCALE5 = (12.5, 37.5, 62.5, 87.5)
SCALE3 = (35.0, 60.0)
MARK10 = tuple(100 / 9 * (code - 0.5) for code in range(1, 10))
FOUR = (20.0, 40.0, 55.0)

# Dimension and difficulty: latent points by which an item is agreed with more easily than its dimension.
ITEMS = {
    "A1": ("autonomie", 0.0),
    "A2": ("autonomie", 3.0),
    "A3": ("autonomie", -2.0),
    "A4": ("autonomie", -1.0),
    "C1": ("competentie", -1.0),
    "C2": ("competentie", 3.0),
    "C3": ("competentie", -2.0),
    "V1": ("verbondenheid", 2.0),
    "V2": ("verbondenheid", -6.0),
    "V3": ("verbondenheid", 4.0),
    "R1": ("resultaatgericht", 2.0),
    "R2": ("resultaatgericht", -2.0),
    "W1": ("voorveld", 0.0),
    "T1": ("toegankelijkheid", -4.0),
    "T2": ("toegankelijkheid", 4.0),
    "K1": ("kwaliteit", -1.0),
    "K2": ("kwaliteit", 2.0),
    "K3": ("kwaliteit", -1.0),
    "E1": ("effect", 0.0),
    "E2": ("effect", 1.0),
    "E3": ("effect", -1.0),
    "nut": ("nut", 0.0),
    "verder": ("verder", 0.0),
}
BEHOEFTEN = ("A1", "A2", "A3", "A4", "C1", "C2", "C3", "V1", "V2", "V3", "R1", "R2", "W1")
PIJLERS = ("T1", "T2", "K1", "K2", "K3", "E1", "E2", "E3")
UITKOMSTEN = ("nut", "verder")
REVERSED = ("A4",)
# Chances of no answer: not applicable, does not know, skipped.
UNANSWERED = dict.fromkeys(ITEMS, (0.01, 0.015, 0.012)) | {
    "V2": (0.08, 0.02, 0.015),
    "W1": (0.12, 0.05, 0.02),
    "R1": (0.03, 0.03, 0.01),
    "nut": (0.01, 0.02, 0.02),
    "verder": (0.05, 0.08, 0.02),
}


def cuts(item: str, smileys: int = 5) -> Sequence[float]:
    """Return where the latent scale is cut for an item."""
    if item == "nut":
        return MARK10
    if item == "verder":
        return FOUR
    return SCALE3 if smileys == 3 else SCALE5


def draw(
    rng: np.random.Generator,
    items: Sequence[str],
    latent: Mapping[str, NDArray[np.float64]],
    sds: tuple[float, float, float] = truth.CLIENT_SDS,
    smileys: int = 5,
) -> pd.DataFrame:
    """Draw what people answer.

    Parameters
    ----------
    rng : Generator
    items : sequence of str
        In the order in which they are asked.
    latent : mapping
        Per dimension of `items` the expected experience of every person, 0 to 100.
    sds : tuple of float
        Spread of persons, of persons within a dimension, and of items.
    smileys : int
        5, or 3 for the short kiosk version.

    Returns
    -------
    DataFrame, one row per person and one column per item
        Codes as they would be ticked (a reversed item is low for those who are content), 0 where nothing was
        ticked, or one of the negative reasons of this module.
    """
    count = len(next(iter(latent.values())))
    person = sds[0] * rng.standard_normal(count)
    within = {dimension: sds[1] * rng.standard_normal(count) for dimension in latent}
    columns = {}
    for item in items:
        dimension, ease = ITEMS[item]
        feeling = latent[dimension] + ease + person + within[dimension] + sds[2] * rng.standard_normal(count)
        code = 1 + np.searchsorted(cuts(item, smileys), feeling)
        if item in REVERSED:
            code = 6 - code
        bounds = np.cumsum(UNANSWERED[item])
        reason = np.searchsorted(bounds, rng.random(count), side="right")
        columns[item] = np.array([NOT_APPLICABLE, DONT_KNOW, SKIPPED, 0])[reason] * (reason < 3) + code * (reason == 3)
    return pd.DataFrame(columns).astype("int8")


def break_off(
    rng: np.random.Generator, codes: pd.DataFrame, share: float, reason: int = EMPTY
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Let a share of the people stop half-way, perhaps before the first item.

    Returns
    -------
    codes : DataFrame
        As given, with `reason` for all that comes after the stop.
    stopped : ndarray of bool
        Who stopped.
    """
    stopped = rng.random(len(codes)) < share
    last = np.where(stopped, rng.integers(0, codes.shape[1], len(codes)), codes.shape[1])
    return codes.mask(np.arange(codes.shape[1])[None, :] >= last[:, None], reason), stopped


def labels(codes: pd.Series, texts: Mapping[int, str]) -> NDArray[np.object_]:
    """Return the text of each code; codes without a text become empty."""
    lookup = np.array([texts.get(code, "") for code in range(-4, 11)], dtype=object)
    return lookup[codes.to_numpy(int) + 4]
