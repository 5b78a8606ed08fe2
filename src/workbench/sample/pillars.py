"""The questionnaire on the three pillars: kiosk, post, one provider's own survey, one municipality's SPSS file."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.sample import answers, layouts, names, remarks, shapes, surveys, truth
from workbench.sample.answers import CLOSED, DONT_KNOW, NOT_APPLICABLE, PIJLERS
from workbench.sample.people import SHARE_IN_BEHOEFTEN
from workbench.sample.surveys import DUTCH
from workbench.sample.wording import (
    AGREE5,
    BANDS,
    DISAGREE5,
    MAILED,
    PILLAR_WORDS,
    PRODUCTS,
    SEXES,
    SMILEY3,
    SMILEY5,
    chosen,
)

Planted = dict[str, int]
SPSS_MUNICIPALITY = "GM0736"
SPSS_LABELS = {float(code): text for code, text in AGREE5.items()} | {8.0: "Weet niet", 9.0: "N.v.t."}


def answered(providers: pd.DataFrame, frame: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw who fills in a pillar questionnaire, through which channel, and what they answer.

    Returns
    -------
    DataFrame, one row per respondent
        Columns of the frame, ``channel`` (kiosk, smiley3, own, spss, mail) and one per item.
    """
    role, share = providers["role"], (1 - SHARE_IN_BEHOEFTEN) * rng.uniform(0.92, 1.08, len(providers))
    wanted = np.round(providers["answers"].to_numpy() * share).astype(int)
    here = ~(role.eq("few answers") | (role.eq("newcomer") & (year == 2024)))
    asked = frame[frame["asked"] == "client"].reset_index(drop=True)
    sizes = asked.groupby("provider").size().reindex(range(len(providers)), fill_value=0).to_numpy()
    first = np.concatenate([[0], sizes.cumsum()[:-1]])
    provider = np.repeat(np.arange(len(providers)), wanted * here.to_numpy() * (sizes > 0))
    place = first[provider] + (rng.random(len(provider)) * sizes[provider]).astype(int)
    people = asked.iloc[place].reset_index(drop=True)

    at = people["provider"].to_numpy()
    kiosk = (at % 5 < 2) | role.eq("device handed over").to_numpy()[at]
    channel = pd.Series("mail", index=people.index)
    channel[people["municipality"] == list(truth.MUNICIPALITIES).index(SPSS_MUNICIPALITY)] = "spss"
    channel[kiosk] = "kiosk"
    channel[kiosk & (at % 2 == 0) & (year == 2024)] = "smiley3"
    channel[role.eq("own survey").to_numpy()[at]] = "own"
    mix = truth.case_mix(people["band"].to_numpy(), people["sex"].to_numpy())
    latent = {
        name: truth.MEANS[name] + truth.client_effects(providers, name, year)[at] + mix
        for name in ("toegankelijkheid", "kwaliteit", "effect")
    }
    short = channel.eq("smiley3").to_numpy()
    five = answers.draw(rng, PIJLERS, latent)
    three_point = answers.draw(rng, PIJLERS, {name: values[short] for name, values in latent.items()}, smileys=3)
    five.loc[short] = three_point.to_numpy()
    return people.assign(channel=channel, **five)


def write(
    folder: Path,
    year: int,
    providers: pd.DataFrame,
    spellings: pd.DataFrame,
    filled: pd.DataFrame,
    rng: np.random.Generator,
) -> dict[str, dict[str, int]]:
    """Write the pillar questionnaires of a year, one file per channel; return what is planted in each."""
    planted = {}
    for channel, (writer, name) in WRITERS.items():
        part = filled[filled["channel"] == channel]
        if len(part):
            part = part.iloc[rng.permutation(len(part))].reset_index(drop=True)
            file = name.format(year=year)
            written = surveys.typed(rng, providers, spellings, part["provider"].to_numpy(), 0.07)
            place = part["provider"].to_numpy()
            part = part.assign(
                written=written, agb=chosen(providers["agb"], place), name=chosen(providers["name"], place)
            )
            planted[file] = writer(folder / file, year, part, rng)
    return planted


def _kiosk(path: Path, year: int, part: pd.DataFrame, rng: np.random.Generator) -> Planted:
    short = part["channel"].iloc[0] == "smiley3"
    count = len(part)
    codes, _ = answers.break_off(rng, part[list(PIJLERS)], 0.06, CLOSED)
    at = surveys.moments(rng, year, count)
    seconds = np.round(np.exp(4.2 + 0.4 * rng.standard_normal(count)), 1)
    headers = [header for header, _, _ in layouts.kiosk()]
    values = [
        np.char.add("Zuil ", (1 + part["provider"] % 40).astype(str).to_numpy(str)),
        np.where(rng.random(count) < 0.8, "Servicezuil", "Tablet"),
        part["written"],
        chosen(truth.MUNICIPALITIES.values(), part["municipality"]),
        at.dt.strftime(DUTCH),
        np.char.replace(np.char.mod("%.1f", seconds), ".", ","),
        chosen(BANDS.values(), part["band"]),
        chosen(SEXES, part["sex"]),
        *(answers.labels(codes[item], SMILEY3 if short else SMILEY5) for item in PIJLERS),
    ]
    table = pd.DataFrame(dict(zip(headers, values, strict=True)))
    filled = np.flatnonzero((codes > 0).any(axis=1))
    planted = {"empty": count - len(filled), "duplicate": 0, "test entry": 0, "not contracted": 0}
    if len(filled) > 20:
        planted |= {"test entry": 1, "not contracted": 1}
        table.loc[filled[0], "Kanaal"] = "Testopstelling"
        table.loc[filled[1], "Aanbieder"] = names.NOT_CONTRACTED
    # A second tap on "versturen" sends the same answers again.
    taps = filled[2:][rng.random(len(filled[2:])) < 0.04]
    planted["duplicate"] = len(taps)
    again = table.iloc[taps].copy()
    again["Tijdstip"] = (at.iloc[taps] + pd.to_timedelta(rng.integers(2, 40, len(taps)), unit="s")).dt.strftime(DUTCH)
    moment = pd.concat([at, at.iloc[taps] + pd.Timedelta(seconds=40)])
    order = np.argsort(moment.to_numpy(), kind="stable")
    both = pd.concat([table, again], ignore_index=True).iloc[order]
    shapes.write_semicolons(path, both, "cp1252")
    return planted


def _mail(path: Path, year: int, part: pd.DataFrame, rng: np.random.Generator) -> Planted:
    count = len(part)
    codes, _ = answers.break_off(rng, part[list(PIJLERS)], 0.03)
    values = [
        np.arange(1, count + 1).astype(str),
        surveys.moments(rng, year, count).dt.strftime("%d-%m-%Y"),
        rng.choice(["E-mail", "Papier", "Telefoon"], count, p=[0.7, 0.2, 0.1]),
        part["written"],
        chosen(truth.MUNICIPALITIES.values(), part["municipality"]),
        part["product"].map(PRODUCTS),
        part["born"].dt.strftime("%Y0000"),
        chosen(("v", "m", "x"), part["sex"]),
        np.where(rng.random(count) < 0.08, "Met hulp", "Ikzelf"),
        *(answers.labels(codes[item], MAILED) for item in PIJLERS),
        remarks.draw(rng, count, 0.15),
    ]
    table = pd.DataFrame(dict(zip([header for header, _, _ in layouts.MAIL], values, strict=True)))
    filled = np.flatnonzero((codes > 0).any(axis=1))
    if len(filled) > 20:
        # A pencil between two boxes: nobody can tell which answer was meant.
        table.loc[filled[4], PILLAR_WORDS["K1"]] = "Mee eens / neutraal"
    shapes.write_semicolons(path, table, "utf-8-sig")
    return {"empty": count - len(filled)}


def _own(path: Path, year: int, part: pd.DataFrame, rng: np.random.Generator) -> Planted:
    count = len(part)
    values = [
        np.arange(1, count + 1),
        surveys.moments(rng, year, count).dt.date,
        part["name"],
        chosen(truth.MUNICIPALITIES.values(), part["municipality"]),
        part["age"],
        chosen(SEXES, part["sex"]),
        *(answers.labels(part[item], DISAGREE5) for item in PIJLERS),
        remarks.draw(rng, count, 0.15),
    ]
    table = pd.DataFrame(dict(enumerate(values))).replace("", None)
    table.columns = [lower for _, lower, _, _ in layouts.OWN]
    upper = [upper for upper, _, _, _ in layouts.OWN]
    shapes.write_sheet(path, "Antwoorden", upper, table, "Eigen vragenlijst van de aanbieder.")
    return {"empty": int((part[list(PIJLERS)] <= 0).all(axis=1).sum())}


def _spss(path: Path, year: int, part: pd.DataFrame, rng: np.random.Generator) -> Planted:
    count = len(part)
    values = {
        "volgnr": np.arange(1.0, count + 1),
        "datum": surveys.moments(rng, year, count).dt.strftime("%d-%m-%Y"),
        "agb": part["agb"].astype(object),
        "gem": np.full(count, float(SPSS_MUNICIPALITY[2:])),
        "lft": part["age"].astype(float),
        "gesl": np.array([2.0, 1.0, 3.0])[part["sex"]],
    }
    given = {code: float(code) for code in range(1, 6)} | {DONT_KNOW: 8.0, NOT_APPLICABLE: 9.0}
    values |= {item.lower(): part[item].map(given).astype(float) for item in PIJLERS}
    labels = {item.lower(): SPSS_LABELS for item in PIJLERS}
    labels |= {"gesl": {1.0: "Man", 2.0: "Vrouw", 3.0: "Anders"}, "gem": {736.0: "De Ronde Venen"}}
    wording = {item.lower(): PILLAR_WORDS[item] for item in PIJLERS}
    wording |= {"volgnr": "Volgnummer", "datum": "Datum binnenkomst", "agb": "AGB-code aanbieder"}
    wording |= {"gem": "Gemeente", "lft": "Leeftijd in jaren", "gesl": "Geslacht"}
    missing = {item.lower(): [8, 9] for item in PIJLERS}
    shapes.write_spss(path, pd.DataFrame(values), wording, labels, missing)
    return {"empty": int((part[list(PIJLERS)] <= 0).all(axis=1).sum())}


WRITERS = {
    "kiosk": (_kiosk, "kiosk_pijlers_{year}.csv"),
    "smiley3": (_kiosk, "kiosk_3smileys_{year}.csv"),
    "mail": (_mail, "pijlers_post_{year}.csv"),
    "own": (_own, "eigen_meting_{year}.xlsx"),
    "spss": (_spss, "pijlers_de_ronde_venen_{year}.sav"),
}
