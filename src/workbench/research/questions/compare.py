"""Do providers, municipalities or groups differ?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analysis import comparison, estimates
from workbench.analysis.estimates.differences import NO_DIFFERENCE, compared
from workbench.analysis.groups import group_means
from workbench.reporting import figures, phrases
from workbench.reporting.exhibits import interval, plain, share
from workbench.research.answer import Answer, decided, head, hidden_note, text, told
from workbench.research.questions.measures import UNITS, background, kind_of, outcome_rows, people, settings
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region

MOST_GROUPS = 60


def compare(
    region: "Region",
    measure: str,
    by: str | Mapping[str, str] = "provider_id",
    *,
    role: str = "client",
    year: int | None = None,
    adjust: Sequence[str] | None = None,
) -> Answer:
    """Compare providers, municipalities, or groups of them on a measure.

    Means are adjusted for the mix of respondents and put beside the mean of all, corrected for the number of
    comparisons (Benjamini-Hochberg). Who is called higher or lower must pass the five conditions of the reports:
    answers, reliability, a difference that matters, and certainty before and after shrinkage.

    Of groups of providers the providers are the sample: three providers are three, however many people answered.

    Parameters
    ----------
    measure : str
        A dimension, item or outcome: see ``region.measures``. Its name will do.
    by : str or mapping
        ``"provider_id"``, ``"municipality_code"`` or a background column (``"age_band"``, ``"variant"``,
        ``"product"``); or a mapping (dict, Series) of provider to group.
    role : {"client", "relative", "staff"}
        Whose answers.
    year : int, optional
        The last year that is open.
    adjust : sequence of str, optional
        Background columns; those of ``region.yml`` if left out, ``[]`` for none. Never adjust for what a provider can
        influence. With ``"provider_id"`` among them, other groups are compared within the same providers.

    Returns
    -------
    Answer
        Its `estimates` are those of the reports: statistic ``adjusted`` (with ``delta``, ``p_adjusted``,
        ``reliability``, ``label``); of providers also ``shrunk``, ``icc`` and ``n_needed``.

    Examples
    --------
    >>> region.compare("autonomie")                                          # doctest: +SKIP
    >>> region.compare("effect", by="municipality_code")                     # doctest: +SKIP
    >>> region.compare("effect", by={"p001": "large", "p002": "small"})      # doctest: +SKIP
    """
    year = year or region.year
    measure, kind = kind_of(region, measure)
    if kind == "context":
        raise NotThere(f"{measure!r} is a figure of the administration: look at region.context, or relate it.")
    if kind == "outcome":
        return _outcome(region, measure, by, year)
    asked = people(region, measure, kind, role, year, adjust)
    if not isinstance(by, str):
        return _groups(region, measure, dict(by), asked.table, asked.adjusters, role, year)
    if by not in asked.table:
        region._known("column to compare by", by, background(asked.table))
    adjusters = [each for each in asked.adjusters if each != by]
    table = asked.table.dropna(subset=[by])
    if by == "provider_id":
        scores = table.assign(score=table["value"], dimension=measure)
        rows = estimates.comparisons(scores, year, adjusters, settings(region), role)
        return _told(region, measure, by, decided(region, rows), adjusters, role)
    groups = table[by].nunique()
    if groups > MOST_GROUPS:
        raise NotThere(f"{by!r} has {groups} values: too many to compare. Group them first.")
    mix = estimates.adjuster_columns(table, adjusters)
    result = comparison.compare(table["value"], table[by].astype(str), mix, **settings(region))
    own = compared(result)
    method = f"case-mix-adjusted mean by {by}"
    fixed: dict[str, Any] = {"measure": measure, "statistic": "adjusted", "group": role, "year": year, "method": method}
    if by in UNITS:
        rows = estimates.rows(own, unit=UNITS[by], **fixed)
    else:
        rows = estimates.rows(own.rename(columns={"unit_id": "category"}), unit="region", unit_id="region", **fixed)
    return _told(region, measure, by, decided(region, estimates.together([rows])), adjusters, role)


def _told(region: "Region", measure: str, by: str, rows: pd.DataFrame, adjusters: Sequence[str], role: str) -> Answer:
    """Tell a comparison on scores."""
    unit = UNITS.get(by)
    own = rows[(rows["statistic"] == "adjusted") & (rows["unit"] == (unit or "region"))]
    own = own if unit else own[own["category"] != ""]
    own = own.assign(name=[region.label(each) for each in own["unit_id" if unit else "category"]])
    visible = own[own["status"] != "hidden"]
    notes = [_adjusted_for(region, adjusters), *_needed(region, rows)]
    notes += [text(region, "municipalities")] if by == "municipality_code" and "provider_id" not in adjusters else []
    notes += [text(region, "other groups")] if unit is None and "provider_id" not in adjusters else []
    units = text(region, f"units {unit or 'group'}")
    if unit == "provider":
        alike = rows.loc[rows["statistic"] == "icc", "label"].eq(NO_DIFFERENCE).any()
        finding = phrases.told_apart(visible["label"], not alike, region.label(measure), region.language)
    else:
        finding = apart(region, measure, visible["label"], units)
    return exhibit(region, measure, own, unit or "group", finding, notes, rows, role)


def apart(region: "Region", measure: str, labels: pd.Series, units: str) -> str:
    """Say how many units lie above or below the mean, that none can be told apart, or that nothing was tested."""
    above, below = (int((labels == each).sum()) for each in ("above", "below"))
    if not len(labels):
        return text(region, "nothing", measure=region.label(measure))
    if labels.isin(["no comparison", ""]).all():
        return text(region, "no comparison", measure=region.label(measure), units=units)
    key = "apart" if above + below else "not apart"
    values = {"above": above, "below": below, "all": len(labels), "units": units}
    return text(region, key, measure=region.label(measure), **values)


def exhibit(
    region: "Region",
    measure: str,
    own: pd.DataFrame,
    unit: str,
    finding: str,
    notes: Sequence[str],
    rows: pd.DataFrame,
    role: str,
    shares: bool = False,
    reference: float | None = None,
    decimals: int = 0,
) -> Answer:
    """Return a comparison as an answer: all units in order, those on few people left out."""
    language, units = region.language, text(region, f"units {unit}")
    shown = own[own["status"] != "hidden"].sort_values("estimate", ascending=False)
    middle = float(own["estimate"].mean()) if reference is None else reference
    table = pd.DataFrame(
        {
            text(region, f"per {unit}").capitalize(): shown["name"],
            head(region, "share" if shares else "score"): [
                share(value, language) if shares else plain(value, language, decimals) for value in shown["estimate"]
            ],
            head(region, "interval"): [interval(row, language, shares) for _, row in shown.iterrows()],
            head(region, "n"): [plain(n, language) for n in shown["n"]],
            text(region, "difference"): [
                plain(100 * value if shares else value, language, signed=True) for value in shown["delta"]
            ],
            head(region, "comparison"): [phrases.name(label or "no comparison", language) for label in shown["label"]],
        }
    )
    beside = text(region, "mean of", units=units, value=plain(middle, language, decimals)) if not shares else ""
    drawn = shown.assign(name=shown["name"].astype(str))
    chart = figures.caterpillar(drawn, middle, share=shares, reference_label=beside, language=language)
    whom = phrases.name(role, language)
    return told(
        region,
        f"compare-{measure}-{unit}",
        table,
        rows,
        caption=text(
            region, "caption compare", measure=region.label(measure), unit=text(region, f"per {unit}"), role=whom
        ),
        finding=finding,
        chart=chart if len(shown) else None,
        notes=[*notes, hidden_note(region, len(own) - len(shown))],
        **dict.fromkeys(list(table.columns[1:5]), "points"),
    )


def _groups(
    region: "Region",
    measure: str,
    of: Mapping[str, str],
    table: pd.DataFrame,
    adjusters: Sequence[str],
    role: str,
    year: int,
) -> Answer:
    """Compare groups of providers, with the providers as the sample."""
    by_name = {region.label(each): each for each in region.codebook.providers["provider_id"]}
    of = {by_name.get(str(each), str(each)): str(group) for each, group in of.items()}
    for each in of:
        region._known("provider", each, region.codebook.providers["provider_id"])
    chosen = settings(region)
    mix = estimates.adjuster_columns(table, adjusters)
    adjusted = comparison.adjust(table["value"], table["provider_id"], mix)
    found = group_means(adjusted, pd.Series(of))
    n = adjusted["n"].groupby(adjusted.index.map(of)).sum()
    clear = (found["p_adjusted"] < chosen["alpha"]) & (found["delta"].abs() >= chosen["minimum_difference"])
    if len(found) == 2:  # beside their mean two groups lie half their difference
        clear = (found["p_adjusted"] < chosen["alpha"]) & (2 * found["delta"].abs() >= chosen["minimum_difference"])
    label = np.select(
        [found["p_adjusted"].isna(), clear & (found["delta"] > 0), clear],
        ["no comparison", "above", "below"],
        "not distinguishable",
    )
    own = found.rename_axis("category").reset_index().assign(label=label)
    own = own.assign(n=own["category"].map(n).astype(float), n_eff=own["providers"])
    fixed: dict[str, Any] = {"measure": measure, "statistic": "adjusted", "group": role, "year": year}
    method = "meta-regression over providers, Knapp-Hartung"
    rows = estimates.rows(own, unit="region", unit_id="region", method=method, **fixed)
    rows = decided(region, estimates.together([rows]))
    shown = rows.merge(own[["category", "providers"]], on="category", validate="1:1")
    counted = text(region, "units provider")
    shown = shown.assign(
        name=[f"{each} ({n:g} {counted})" for each, n in zip(shown["category"], shown["providers"], strict=True)]
    )
    notes = [_adjusted_for(region, adjusters), text(region, "providers are the sample")]
    if len(own) == 2 and own["delta"].notna().all():
        notes.append(_between_two(region, own))
    finding = apart(region, measure, shown.loc[shown["status"] != "hidden", "label"], text(region, "units group"))
    return exhibit(region, measure, shown, "group", finding, notes, rows, role)


def _between_two(region: "Region", own: pd.DataFrame) -> str:
    other, first = (row for _, row in own.sort_values("delta").iterrows())
    values = {
        name: plain(2 * first[column], region.language, 1, signed=True)
        for name, column in (("difference", "delta"), ("low", "delta_low"), ("high", "delta_high"))
    }
    return text(region, "between two", first=first["category"], other=other["category"], **values)


def _adjusted_for(region: "Region", adjusters: Sequence[str]) -> str:
    if not adjusters:
        return text(region, "not adjusted")
    names = [text(region, "provider itself") if each == "provider_id" else region.label(each) for each in adjusters]
    return text(region, "adjusted", names=phrases.together(names, region.language))


def _needed(region: "Region", rows: pd.DataFrame) -> list[str]:
    """Say how many answers a provider needs to be told apart."""
    needed = rows[(rows["statistic"] == "n_needed") & (rows["category"] == "0.7")]["estimate"].dropna()
    return [text(region, "needed", n=plain(needed.iloc[0], region.language))] if len(needed) else []


def _outcome(region: "Region", measure: str, by: str | Mapping[str, str], year: int) -> Answer:
    """Tell an outcome as the reports have it."""
    if not isinstance(by, str) or by not in UNITS:
        raise NotThere(f"{measure!r} is known by provider_id and by municipality_code; not by {by!r}.")
    rows = decided(region, outcome_rows(region, measure, UNITS[by], year))
    whole = outcome_rows(region, measure, "region", year)["estimate"].iloc[0]
    own = rows.assign(name=[region.label(each) for each in rows["unit_id"]])
    units = text(region, f"units {UNITS[by]}")
    tested = by == "provider_id"
    labels = own.loc[own["status"] != "hidden", "label"]
    finding = apart(region, measure, labels if tested else labels.mask(labels == "", "no comparison"), units)
    notes = [text(region, "outcome"), "" if tested else text(region, "not tested")]
    return exhibit(region, measure, own, UNITS[by], finding, notes, rows, "client", True, float(whole))
