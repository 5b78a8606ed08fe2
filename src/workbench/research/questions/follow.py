"""Did a change of policy matter, beside municipalities where nothing changed?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analysis import comparison, estimates
from workbench.analysis.policy import PolicyEffect, difference_in_differences
from workbench.reporting import figures, phrases
from workbench.reporting.exhibits import plain, share
from workbench.reporting.wording import number
from workbench.research import tables
from workbench.research.answer import Answer, decided, head, text, told
from workbench.research.questions.measures import kind_of, outcome_rows, people, settings
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region

INTERVAL = 2 * 1.959964


def follow(
    region: "Region",
    measure: str,
    where: str | Sequence[str],
    since: int,
    *,
    controls: Sequence[str] | None = None,
    role: str = "client",
) -> Answer:
    """Follow a change of policy: did the measure move more there than in the neighbouring municipalities?

    Difference in differences, as the Peel municipalities do: the change where the policy changed less the change of the
    controls. Municipalities are the sample, for they move by themselves from year to year: with five of them the
    interval is wide, and that is what there is to know. All processed years are used, also those that are not open.

    What to worry about: whether the controls would have moved alike (the movement before is shown and tested, which
    takes two years before); whether something else changed there at the same time; whether other people answered;
    and that a measure which was extreme when the policy began comes back by itself.

    Parameters
    ----------
    measure : str
        A dimension, item or outcome.
    where : str or sequence of str
        Municipalities with the new policy: CBS code or name.
    since : int
        First year of measurement with it.
    controls : sequence of str, optional
        Municipalities to compare with; all others if left out.
    role : str

    Returns
    -------
    Answer
        Estimates of the municipality: statistics ``policy_effect`` (category: since) and, with two years before,
        ``policy_effect_before``, which should be nothing; and ``adjusted`` per municipality and year.

    Examples
    --------
    >>> region.follow("toegankelijkheid", "Woerden", since=2026)       # doctest: +SKIP
    """
    measure, kind = kind_of(region, measure)
    if kind == "context":
        raise NotThere(f"{measure!r} is a figure of the administration: take a dimension, item or outcome.")
    towns = list(region.codebook.region.municipalities) or sorted(
        region.responses["municipality_code"].dropna().unique()
    )
    treated = [region._known("municipality", each, towns) for each in ([where] if isinstance(where, str) else where)]
    beside = [region._known("municipality", each, towns) for each in controls or towns]
    years = [year for year in tables.processed_years(region._places) if year <= region.year]
    cells = _of_outcome(region, measure, years) if kind == "outcome" else _of_people(region, measure, kind, role, years)
    cells = cells[cells["unit_id"].isin([*treated, *beside])]
    _enough(cells, treated, since, measure)
    found = difference_in_differences(cells, treated, since)
    fixed = {"measure": measure, "unit": "municipality", "group": role}
    n = float(cells.loc[cells["unit_id"].isin(treated), "n"].sum())
    effects = [("policy_effect", found), *([("policy_effect_before", found.before)] if found.before else [])]
    made = [
        estimates.rows(
            _row(each, n),
            statistic=name,
            category=str(since),
            unit_id="+".join(treated),
            year=region.year,
            method="difference in differences, municipalities as the sample",
            **fixed,
        )
        for name, each in effects
    ]
    own = cells.assign(std_error=np.sqrt(cells["variance"]))
    own = own.assign(
        conf_low=own["estimate"] - INTERVAL / 2 * own["std_error"],
        conf_high=own["estimate"] + INTERVAL / 2 * own["std_error"],
    )
    made += [
        estimates.rows(part, statistic="adjusted", year=year, method="case-mix-adjusted mean by municipality", **fixed)
        for year, part in own.groupby("year")
    ]
    contract = decided(region, estimates.together(made))
    return _told(region, measure, kind, treated, since, own, found, contract)


def _of_people(region: "Region", measure: str, kind: str, role: str, years: Sequence[int]) -> pd.DataFrame:
    """Return the adjusted mean of each municipality and year, all brought to one mix of respondents."""
    parts: list[pd.DataFrame] = []
    adjusters: tuple[str, ...] = ()
    for year in years:
        try:
            asked = people(region, measure, kind, role, year, None)
        except NotThere:
            continue
        adjusters = asked.adjusters
        parts.append(asked.table.dropna(subset=["municipality_code"]).assign(year=year))
    if not parts:
        raise NotThere(f"No {role} answered {measure!r} in {', '.join(map(str, years))}.")
    table = pd.concat(parts, ignore_index=True)
    cell = table["municipality_code"] + " " + table["year"].astype(str)
    adjusted = comparison.adjust(table["value"], cell, estimates.adjuster_columns(table, adjusters)).reset_index(
        names="cell"
    )
    parted = adjusted["cell"].str.rsplit(" ", n=1)
    made = adjusted.assign(unit_id=parted.str[0], year=parted.str[1].astype(int), estimate=adjusted["adjusted"])
    return made.loc[made["variance"] > 0, ["unit_id", "year", "n", "estimate", "variance"]]


def _of_outcome(region: "Region", measure: str, years: Sequence[int]) -> pd.DataFrame:
    """Return the outcome of each municipality and year; of shares of 0 and 1 the variance is that of their interval."""
    parts = [
        outcome_rows(region, measure, "municipality", year)
        for year in years
        if (
            (region.estimates["measure"] == measure)
            & (region.estimates["unit"] == "municipality")
            & (region.estimates["year"] == year)
        ).any()
    ]
    rows = pd.concat(parts).dropna(subset=["estimate"]) if parts else region.estimates.head(0)
    of_interval = ((rows["conf_high"] - rows["conf_low"]) / INTERVAL) ** 2
    variance = (rows["std_error"] ** 2).where(rows["std_error"] > 0, of_interval)
    shown = decided(region, rows)["status"].ne("hidden").to_numpy() if len(rows) else True
    return rows.assign(variance=variance, shown=shown)[
        ["unit_id", "year", "n", "estimate", "variance", "shown"]
    ].dropna()


def _enough(cells: pd.DataFrame, treated: Sequence[str], since: int, measure: str) -> None:
    years = sorted(cells["year"].unique())
    if not years or years[0] >= since or years[-1] < since:
        there = ", ".join(map(str, years)) or "no year"
        raise NotThere(
            f"To follow {measure!r} since {since} takes a year before and one from then on; there are figures of "
            f"{there}. Process more years, or choose another `since`."
        )
    if lacking := set(treated) - set(cells["unit_id"]):
        raise NotThere(f"Nobody of {', '.join(sorted(lacking))} answered {measure!r}.")


def _row(found: PolicyEffect, n: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": [n],
            "estimate": [found.effect],
            "std_error": [found.std_error],
            "conf_low": [found.conf_low],
            "conf_high": [found.conf_high],
            "p_adjusted": [found.p_value],
            "reason": [found.reason],
        }
    )


def _told(
    region: "Region",
    measure: str,
    kind: str,
    treated: Sequence[str],
    since: int,
    own: pd.DataFrame,
    found: PolicyEffect,
    contract: pd.DataFrame,
) -> Answer:
    language, shares = region.language, kind == "outcome"
    name = phrases.together([region.label(each) for each in treated], language)
    enough = own["n"] >= region.codebook.region.thresholds.hidden_below
    visible = own[enough & own["shown"]] if "shown" in own else own[enough]
    table = _table(region, visible, found, shares)
    key = _verdict(found, settings(region), shares)
    values = {
        "effect": _points(found.effect, shares, language),
        "low": _points(found.conf_low, shares, language),
        "high": _points(found.conf_high, shares, language),
    }
    finding = text(region, key, measure=region.label(measure), where=name, since=since, **values)
    notes = [text(region, "municipalities are the sample", n=len(found.changes), df=found.df, since=since)]
    if np.isfinite(found.p_placebo):
        ways = {"share": share(found.p_placebo, language), "least": share(found.p_smallest, language)}
        notes.append(text(region, "placebo", **ways))
    if found.before is not None:
        ends = [_points(value, shares, language) for value in (found.before.conf_low, found.before.conf_high)]
        values = {"effect": _points(found.before.effect, shares, language), "low": ends[0], "high": ends[1]}
        drift = not (found.before.conf_low <= 0 <= found.before.conf_high) and np.isfinite(found.before.conf_low)
        notes.append(text(region, "before drifted" if drift else "before", **values))
    else:
        notes.append(text(region, "no before"))
    if any(each == measure and year == since for each, year in region.codebook.broken):
        notes.append(text(region, "asked otherwise", since=since))
    drawn = _drawn(visible, treated, name)
    chart = (
        figures.trend(drawn, share=shares, beside=text(region, "controls"), language=language) if len(drawn) else None
    )
    caption = text(region, "caption follow", measure=region.label(measure), where=name, since=since)
    return told(
        region,
        f"follow-{measure}",
        table,
        contract,
        caption=caption,
        finding=finding,
        chart=chart,
        notes=notes,
        **dict.fromkeys(list(table.columns[1:-1]), "points"),
    )


def _verdict(found: PolicyEffect, chosen: dict[str, float], shares: bool) -> str:
    if found.reason:
        return "effect without interval"
    matters = abs(found.effect) * (100 if shares else 1) >= chosen["minimum_difference"]
    if found.p_value < chosen["alpha"] and matters:
        return "effect up" if found.effect > 0 else "effect down"
    return "effect small" if found.p_value < chosen["alpha"] else "effect unknown"


def _points(value: float, shares: bool, language: str) -> str:
    return number(100 * value if shares else value, language, 1, signed=True) if np.isfinite(value) else "–"


def _table(region: "Region", visible: pd.DataFrame, found: PolicyEffect, shares: bool) -> pd.DataFrame:
    """Return one row per municipality: its figure each year, its change, and which side it is on."""
    language = region.language
    write = (lambda value: share(value, language)) if shares else (lambda value: plain(value, language))
    wide = visible.pivot(index="unit_id", columns="year", values="estimate")
    people = visible.groupby("unit_id")["n"].sum().reindex(wide.index)
    changes = found.changes.reindex(wide.index)
    columns = {head(region, "municipality"): [region.label(each) for each in wide.index]}
    columns |= {str(year): [write(value) for value in wide[year]] for year in wide.columns}
    columns[head(region, "change")] = [
        _points(value, shares, language) if whole else ""
        for value, whole in zip(changes["change"], wide.notna().all(axis=1), strict=True)
    ]
    columns[head(region, "n")] = [plain(n, language) for n in people]
    side = changes["treated"].map({True: text(region, "new policy"), False: text(region, "control")}).fillna("")
    columns[text(region, "side")] = list(side)
    order = side.eq(text(region, "new policy")).to_numpy()
    return pd.DataFrame(columns).iloc[np.argsort(~order, kind="stable")].reset_index(drop=True)


def _drawn(visible: pd.DataFrame, treated: Sequence[str], name: str) -> pd.DataFrame:
    """Return the years of the treated together, beside the mean of the controls."""
    own, others = (visible[visible["unit_id"].isin(treated) == side] for side in (True, False))
    by = own.groupby("year")
    k = by.size()
    half = INTERVAL / 2 * np.sqrt(by["variance"].sum()) / k
    mean = by["estimate"].mean()
    drawn = pd.DataFrame({"estimate": mean, "conf_low": mean - half, "conf_high": mean + half})
    drawn["region"] = others.groupby("year")["estimate"].mean().reindex(drawn.index)
    return drawn.reset_index().assign(label=name)
