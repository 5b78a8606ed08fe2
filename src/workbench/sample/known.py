"""The known truth, written where only tests look: what a faithful analysis should find."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench import schemas
from workbench.sample import answers, registers, truth


def expectations(providers: pd.DataFrame, frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the mean every provider would get from endlessly many answers.

    Parameters
    ----------
    providers : DataFrame, one row per provider
    frame : DataFrame, one row per invited person of the year
    year : int

    Returns
    -------
    DataFrame, one row per provider, role and measure
        ``provider_id, role, measure, year``; ``effect``: latent points of the provider; ``expected``: with the age and
        sex of the region's clients, what case-mix adjustment aims at; ``expected_own``: with the provider's own, what
        a raw mean aims at. Dimensions in points of 0 to 100, ``nut`` as a mark, ``verder`` as the share that needs no
        more help.
    """
    asked = frame[frame["asked"] == "client"]
    bands, sexes = len(schemas.AGE_BANDS), len(truth.SEXES)
    cell = (asked["band"] * sexes + asked["sex"]).to_numpy()
    counts = np.zeros((len(providers), bands * sexes))
    np.add.at(counts, (asked["provider"].to_numpy(), cell), 1)
    region = counts.sum(axis=0) / max(counts.sum(), 1)
    own = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    own[counts.sum(axis=1) == 0] = region
    mix = truth.case_mix(np.repeat(np.arange(bands), sexes), np.tile(np.arange(sexes), bands))
    client_sd = float(np.sqrt(np.square(truth.CLIENT_SDS).sum()))
    staff_sd = float(np.sqrt(np.square(truth.STAFF_SDS).sum()))

    parts = []
    for measure in truth.MEANS:
        effect = truth.client_effects(providers, measure, year)
        for role, more in (("client", 0.0), ("relative", truth.RELATIVES_MORE)):
            if role == "relative" and measure in ("toegankelijkheid", "kwaliteit", "effect"):
                continue
            grid = _score(measure, effect[:, None] + mix[None, :] + more, client_sd)
            parts.append((role, measure, effect, grid @ region, (grid * own).sum(axis=1)))
        if measure in truth.STAFF_MORE:
            effect = truth.staff_effects(providers, measure)
            score = _score(measure, effect, staff_sd)
            parts.append(("staff", measure, effect, score, score))
    tables = [
        pd.DataFrame({"effect": effect, "expected": adjusted, "expected_own": raw}).assign(
            provider_id=providers["provider_id"], role=role, measure=measure, year=year
        )
        for role, measure, effect, adjusted, raw in parts
    ]
    order = ["provider_id", "role", "measure", "year", "effect", "expected", "expected_own"]
    return pd.concat(tables, ignore_index=True)[order].sort_values(order[:4], ignore_index=True)


def _score(measure: str, added: np.ndarray, sd: float) -> np.ndarray:
    latent = truth.MEANS[measure] + added
    if measure == "verder":
        return truth.expected(latent, answers.FOUR[-1:], sd) / 100
    eases = [(item, ease) for item, (dimension, ease) in answers.ITEMS.items() if dimension == measure]
    score = np.mean([truth.expected(latent + ease, answers.cuts(item), sd) for item, ease in eases], axis=0)
    return 1 + 9 * score / 100 if measure == "nut" else score


def gaps(expected: pd.DataFrame) -> pd.DataFrame:
    """Return the true mirror gap, staff minus clients, one row per provider, dimension and year."""
    key = ["provider_id", "measure", "year"]
    staff = expected[expected["role"] == "staff"].set_index(key)["expected_own"]
    client = expected[expected["role"] == "client"].set_index(key)["expected_own"]
    return (staff - client.reindex(staff.index)).rename("gap").reset_index()


def write(
    folder: Path,
    providers: pd.DataFrame,
    expected: pd.DataFrame,
    planted: dict[str, dict[str, int]],
    asked: dict[str, Any],
) -> None:
    """Write the truth: ``truth.json``, ``providers.parquet``, ``expected.parquet`` and ``gaps.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    wmo = registers.HABITS.tolist()
    content = {
        "asked": asked,
        "means": truth.MEANS,
        "staff_more": truth.STAFF_MORE,
        "relatives_more": truth.RELATIVES_MORE,
        "age_effects": truth.AGE_EFFECTS,
        "sex_effects": truth.SEX_EFFECTS,
        "year_effect": truth.YEAR_EFFECT,
        "provider_sd": truth.PROVIDER_SD,
        "client_sds": truth.CLIENT_SDS,
        "staff_sds": truth.STAFF_SDS,
        "late_end_share": registers.LATE,
        "plan_registered_as_agreement": dict(zip(truth.MUNICIPALITIES, wmo, strict=True)),
        "roles": dict(zip(providers["provider_id"], providers["role"], strict=True)),
        "excluded": planted,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    chances = providers.drop(columns=["agb", "kvk"])
    for name, table in {"providers": chances, "expected": expected, "gaps": gaps(expected)}.items():
        table.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
