"""What administrations deliver: the invited clients and the episodes of care."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.sample import layouts, remarks, shapes, truth
from workbench.sample.wording import PRODUCTS, chosen

CODES = {
    "iWmo": {
        "volgens_plan": "19",
        "in_overeenstemming": "23",
        "eenzijdig_client": "21",
        "eenzijdig_aanbieder": "22",
        "extern": "31",
        "overlijden": "02",
        "administratief": "36",
        "overstap": "38",
        "ander_domein": "39",
        "tijdelijk": "20",
    },
    "iJw": {
        "volgens_plan": "31",
        "in_overeenstemming": "34",
        "eenzijdig_client": "32",
        "eenzijdig_aanbieder": "33",
        "extern": "35",
        "overlijden": "02",
        "administratief": "37",
        "overstap": "38",
        "ander_domein": "39",
        "tijdelijk": "20",
    },
    "BiJ": {
        "volgens_plan": "01",
        "in_overeenstemming": "02",
        "eenzijdig_client": "03",
        "eenzijdig_aanbieder": "04",
        "extern": "05",
    },
}
HELP_FORMS = {"45": "02", "41": "03", "44": "14"}
# Municipalities differ in how readily a plan that was simply over is registered as "in agreement".
HABITS = np.array([0.03, 0.05, 0.02, 0.22, 0.06])
LATE = 0.08
FIRST = "2000-01-01"
SEX_CODES = {"iWmo": ("2", "1", "0"), "iJw": ("2", "1", "0"), "BiJ": ("V", "M", "O")}


def write_invited(
    folder: Path, year: int, providers: pd.DataFrame, frame: pd.DataFrame, rng: np.random.Generator
) -> None:
    """Write who was invited: semicolons, UTF-8 with mark; names and addresses are in it and must stop at the door."""
    people = remarks.people(rng, len(frame))
    values = [
        frame["client"],
        people,
        "post" + frame["client"].str[1:] + "@voorbeeld.example",
        providers["name"].to_numpy(object)[frame["provider"]],
        chosen(truth.MUNICIPALITIES, frame["municipality"]),
        frame["born"].dt.strftime("%d-%m-%Y"),
        chosen(("V", "M", "O"), frame["sex"]),
        frame["product"].map(PRODUCTS),
        np.select([frame["asked"].eq("client"), frame["age"] < 18], ["Cliënt", "Ouder"], "Naaste"),
    ]
    table = pd.DataFrame(dict(zip([header for header, _, _ in layouts.INVITED], values, strict=True)))
    shapes.write_semicolons(folder / f"uitgenodigd_{year}.csv", table, "utf-8-sig")


def registered(episodes: pd.DataFrame, people: pd.DataFrame, providers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the episodes as an administration knows them: codes, goals, habits and what came in late.

    Returns
    -------
    DataFrame, one row per record
        The columns of `episodes` and of `people`, ``law``, ``code`` (reason of ending as registered), ``known_in``
        (first delivery that has the end), ``goals_set``, ``goals_reached`` (missing where not recorded), ``extra``
        (a second record of the same help, within the first).
    """
    rng = np.random.default_rng([seed, 4])
    table = episodes.merge(people, on="person", validate="many_to_one")
    count = len(table)
    law = providers["law"].to_numpy(object)[table["provider"]]
    group = table["group"].to_numpy(object)
    habit = (law == "iWmo") & (rng.random(count) < HABITS[table["municipality"]])
    group = np.where(habit & (group == "volgens_plan"), "in_overeenstemming", group)
    code = np.full(count, "", dtype=object)
    for system, codes in CODES.items():
        code = np.where(law == system, pd.Series(group).map(codes).fillna("").to_numpy(object), code)

    ended = table["end"].dt.year.to_numpy()
    second_half = table["end"].dt.month.to_numpy() > 6
    late = rng.random(count) < np.where(second_half, LATE, 0.01)
    goals = np.where(rng.random(count) < 0.85, rng.integers(1, 6, count), np.nan)
    reached = rng.binomial(np.nan_to_num(goals).astype(int), providers["goals"].to_numpy()[table["provider"]])
    planned = np.isin(group, ("volgens_plan", "in_overeenstemming", "eenzijdig_client", "onbekend"))
    table = table.assign(
        law=law,
        code=code,
        known_in=ended + 1 + late,
        goals_set=goals,
        goals_reached=np.where(np.isnan(goals) | ~planned, np.nan, reached),
        extra=False,
    )
    double = table[(rng.random(count) < 0.015) & ((table["end"] - table["start"]).dt.days > 90)]
    inside = pd.to_timedelta(rng.integers(10, 60, len(double)), unit="D")
    second = double.assign(start=double["start"] + inside, extra=True, goals_set=np.nan, goals_reached=np.nan)
    both = pd.concat([table, second], ignore_index=True)
    return both.sort_values(["provider", "person", "start"], kind="stable", ignore_index=True)


def write_episodes(
    folder: Path, year: int, providers: pd.DataFrame, records: pd.DataFrame, with_bsn: bool
) -> tuple[dict[str, dict[str, int]], list[tuple[str, ...]]]:
    """Write the three lists of the year: every record that started, ran or ended in the year before.

    Returns
    -------
    planted : dict
        Per file how many records lie within another record of the same help.
    corrections : list of tuple
        File, row, column, from, to and reason of what must be corrected.
    """
    reported = records[
        (records["start"] <= np.datetime64(f"{year - 1}-12-31"))
        & (records["end"] >= np.datetime64(f"{year - 1}-01-01"))
        # An end that came in late is still to be told, after its year.
        | ((records["end"].dt.year == year - 2) & (records["known_in"] == year))
    ]
    silent = providers["role"].eq("taakgericht").to_numpy()[reported["provider"]] & (reported["law"] != "BiJ")
    known = (reported["known_in"] <= year) & (reported["end"] <= np.datetime64(f"{year - 1}-12-31")) & ~silent
    planted: dict[str, dict[str, int]] = {}
    corrections: list[tuple[str, ...]] = []
    for law, codes in SEX_CODES.items():
        here = reported["law"] == law
        part, ended = reported[here], known[here]
        if part.empty:
            continue
        dates = "%Y%m%d" if law == "BiJ" else "%d-%m-%Y"
        values = [
            part["bsn"] if with_bsn else part["client"],
            part["born"].dt.strftime("%Y0000" if law == "BiJ" else "%d-%m-%Y"),
            chosen(codes, part["sex"]),
            chosen([each[2:] for each in truth.MUNICIPALITIES], part["municipality"]),
            providers["name" if law == "BiJ" else "agb"].to_numpy(object)[part["provider"]],
            "01" if law == "BiJ" else (7_000_000 + part.index).astype(str),
            part["product"].map(HELP_FORMS) if law == "BiJ" else part["product"],
            *(["02"] if law == "BiJ" else []),
            part["start"].dt.strftime(dates),
            part["end"].dt.strftime(dates).where(ended, ""),
            part["code"].where(ended, ""),
            part["goals_set"].astype("Int64").astype(str).replace("<NA>", ""),
            part["goals_reached"].where(ended).astype("Int64").astype(str).replace("<NA>", ""),
        ]
        headers = [header for header, _, _ in layouts.episodes(law, with_bsn)]
        table = pd.DataFrame(dict(zip(headers, values, strict=True)), index=part.index)
        name = f"trajecten_{law.lower()}_{year}.csv"
        if law == "iWmo" and year == truth.LAST_YEAR - 1 and len(part) > 20:
            right = str(table["Startdatum"].iloc[10])
            wrong = right[:-2] + right[-2:].replace("2", "Z").replace("1", "l")
            table.loc[table.index[10], "Startdatum"] = wrong
            reason = "Letter in het jaartal; nagevraagd bij de gemeente."
            corrections.append((name, "12", "Startdatum", wrong, right, reason))
        shapes.write_semicolons(folder / name, table, "utf-8-sig" if law == "BiJ" else "cp1252")
        planted[name] = {"merged with another record": _overlapping(part, ended)}
    return planted, corrections


def _overlapping(part: pd.DataFrame, ended: pd.Series) -> int:
    """Count the records that start within another of the same help, as far as the delivery shows its end."""
    day = (part["end"] - pd.Timestamp(FIRST)).dt.days.where(ended, 10**6)
    order = part.assign(day=day).sort_values(["person", "provider", "product", "start", "day"])
    same = [order[name] for name in ("person", "provider", "product")]
    before = order["day"].groupby(same).cummax().groupby(same).shift()
    return int(((order["start"] - pd.Timestamp(FIRST)).dt.days <= before).sum())
