"""Do two measures go together?"""

from typing import TYPE_CHECKING

import pandas as pd

from workbench.analysis import estimates
from workbench.analysis.related import Relation, relation, within
from workbench.reporting import figures
from workbench.reporting.exhibits import plain
from workbench.research.answer import Answer, decided, head, text, told
from workbench.research.questions.measures import UNITS, OfUnits, kind_of, of_units
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region


def relate(
    region: "Region",
    x: str,
    y: str,
    unit: str = "provider_id",
    *,
    role: str = "client",
    year: int | None = None,
) -> Answer:
    """Relate two measures over providers or municipalities: do units with a higher x have a higher y?

    Rank correlation and Pearson's r with their intervals; the relation as strong as it would be if both were measured
    without noise (with what the same people's answers share taken out); and, where both were asked of the same
    people, the relation among people of one unit. What holds for providers need not hold for people: a relation over
    units never says that one person's x goes with that person's y, nor that one brings about the other.

    Parameters
    ----------
    x, y : str
        Dimensions, items, outcomes or figures of the administration: see ``region.measures``.
    unit : {"provider_id", "municipality_code"}
    role : str
        Whose answers.
    year : int, optional
        The last year that is open; of the administration the newest figure until then counts.

    Returns
    -------
    Answer
        Estimates of the region: statistics ``correlation`` (Pearson), ``rank_correlation``, ``true_correlation`` and
        ``within_correlation``; measure x, category y; n is the number of people.

    Examples
    --------
    >>> region.relate("waiting_weeks", "toegankelijkheid")       # doctest: +SKIP
    """
    year = year or region.year
    if unit not in UNITS:
        raise NotThere(f"No unit {unit!r}; choose from {', '.join(UNITS)}.")
    (x, kind_x), (y, kind_y) = kind_of(region, x), kind_of(region, y)
    first, second = (of_units(region, each, kind, unit, role, year) for each, kind in ((x, kind_x), (y, kind_y)))
    joined = pd.DataFrame({"x": first.values, "y": second.values}).dropna()
    shared, persons = 0.0, None
    if first.respondents is not None and second.respondents is not None and x != y:
        both = first.respondents.join(second.respondents[["value"]].rename(columns={"value": "other"}), how="inner")
        persons = within(both["value"], both["other"], both[unit])
        shared = persons[4] if persons[3] else 0.0
    found = relation(joined["x"], joined["y"], first.reliability, second.reliability, shared)
    rows = [
        ("correlation", found.pearson, found.conf_low, found.conf_high, "Pearson, Fisher interval"),
        (
            "rank_correlation",
            found.spearman,
            found.spearman_low,
            found.spearman_high,
            "Spearman, Bonett-Wright interval",
        ),
        ("true_correlation", found.true, found.true_low, found.true_high, "Pearson, without noise of measurement"),
    ]
    n = pd.Series([first.n, second.n]).min()
    if persons:
        rows.append(("within_correlation", *persons[:3], "Pearson within units, Fisher interval"))
    table = pd.DataFrame(rows, columns=["statistic", "estimate", "conf_low", "conf_high", "method"])
    people = [persons[3] if persons and each == "within_correlation" else n for each in table["statistic"]]
    table = table.assign(n=pd.Series(people, dtype=float).fillna(float(found.n)), reason=found.reason)
    table["method"] = table["method"] + f", {found.n} {UNITS[unit]}s"
    table["reason"] = table["reason"].where(table["estimate"].isna(), "")
    fixed = {"measure": x, "category": y, "unit": "region", "unit_id": "region", "group": role, "year": year}
    contract = decided(region, estimates.together([estimates.rows(table, **fixed)]))
    return _told(region, (x, y), (first, second), joined, found, contract, unit)


def _told(
    region: "Region",
    names: tuple[str, str],
    sides: tuple[OfUnits, OfUnits],
    joined: pd.DataFrame,
    found: Relation,
    contract: pd.DataFrame,
    unit: str,
) -> Answer:
    language = region.language
    labels = [
        region.label(f"context {each}")
        if side.respondents is None and not side.share and side.reliability == 1
        else region.label(each)
        for each, side in zip(names, sides, strict=True)
    ]
    labels = [region.label(each) if each.startswith("context ") else each for each in labels]
    units = text(region, f"units {UNITS[unit]}")
    together = found.conf_low > 0 and found.spearman_low > 0
    apart = found.conf_high < 0 and found.spearman_high < 0
    key = (
        "no relation known"
        if found.reason in ("too few units", "the same for all")
        else ("related" if together else "related the other way" if apart else "not related")
    )
    finding = text(region, key, units=units, x=labels[0].lower(), y=labels[1].lower(), n=found.n)
    rows = contract.set_index("statistic").reindex(
        [
            each
            for each in ("rank_correlation", "correlation", "true_correlation", "within_correlation")
            if each in set(contract["statistic"])
        ]
    )
    shown = pd.DataFrame(
        {
            head(region, "correlation"): [text(region, str(each), units=units) for each in rows.index],
            text(region, "strength"): [plain(value, language, 2, signed=True) for value in rows["estimate"]],
            head(region, "interval"): [_ends(row, language) for _, row in rows.iterrows()],
            head(region, "reading"): [
                text(region, f"about {each}") if pd.notna(value) else text(region, "not reliable")
                for each, value in zip(rows.index, rows["estimate"], strict=True)
            ],
        }
    )
    points = joined.assign(name=[region.label(str(each)) for each in joined.index])
    chart = figures.quadrant(
        points,
        float(joined["x"].median()) if len(joined) else None,
        float(joined["y"].median()) if len(joined) else None,
        x_label=labels[0],
        y_label=labels[1],
        x_share=sides[0].share,
        y_share=sides[1].share,
        language=language,
    )
    notes = [text(region, "ecological", units=units)]
    if found.n < 20:
        notes.append(text(region, "few units", n=found.n, units=units))
    caption = text(region, "caption relate", x=labels[0], y=labels[1].lower(), units=units, n=found.n)
    return told(
        region,
        f"relate-{names[0]}-{names[1]}",
        shown,
        contract,
        caption=caption,
        finding=finding,
        chart=chart if len(joined) else None,
        notes=notes,
        **{text(region, "strength"): "points"},
    )


def _ends(row: pd.Series, language: str) -> str:
    if pd.isna(row["conf_low"]):
        return ""
    low, high = (plain(row[end], language, 2, signed=True) for end in ("conf_low", "conf_high"))
    return f"{low} – {high}"
