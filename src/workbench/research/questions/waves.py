"""What the estimates of the reports say, told on its own: clients beside staff, and this year beside earlier."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analysis import estimates
from workbench.reporting import figures, phrases
from workbench.reporting.exhibits import interval, plain
from workbench.research.answer import Answer, decided, head, hidden_note, text, told
from workbench.research.questions.measures import kind_of
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region

PROVIDERS_IN_A_CHART = 20


def mirror(region: "Region", measure: str, *, year: int | None = None) -> Answer:
    """Hold up the mirror: do staff and clients of each provider see the same?

    Gap (staff less clients) by Welch's t with its interval; different, the same within the margin of ``region.yml``, or
    not to be said, corrected for the number of providers. ``undecided`` is not ``equivalent``: with few staff there is
    often no telling.

    Parameters
    ----------
    measure : str
        A dimension that both were asked about.
    year : int, optional

    Returns
    -------
    Answer
        Its `estimates`: statistic ``gap`` and the ``mean`` of both groups, per provider.

    Examples
    --------
    >>> region.mirror("autonomie")                               # doctest: +SKIP
    """
    year = year or region.year
    measure = _dimension(region, measure)
    scores = region.survey(year).scores
    ours = scores[(scores["dimension"] == measure) & scores["role"].isin(["client", "staff"])].dropna(subset=["score"])
    if ours["role"].nunique() < 2:
        raise NotThere(f"Clients and staff were not both asked about {measure!r} in {year}.")
    gaps = estimates.gaps(ours, year, region.codebook.region.definitions.mirror_margin)
    means = estimates.means(ours, year)
    rows = decided(region, estimates.together([gaps, means[means["unit"] == "provider"]]))
    told_of = rows[(rows["statistic"] == "gap")].set_index("unit_id")
    sides = rows[rows["statistic"] == "mean"].pivot(
        index="unit_id", columns="group", values=["estimate", "conf_low", "conf_high"]
    )
    ends = {"estimate": "", "conf_low": "_low", "conf_high": "_high"}
    columns: Any = sides.columns
    sides = sides.set_axis([f"{group}{ends[value]}" for value, group in columns], axis=1)
    visible = told_of[told_of["status"] != "hidden"].join(sides, how="left")
    visible = visible.assign(name=[region.label(str(each)) for each in visible.index]).sort_values("estimate")
    language = region.language
    table = pd.DataFrame(
        {
            head(region, "provider"): visible["name"],
            head(region, "clients"): [plain(value, language) for value in visible["client"]],
            head(region, "staff"): [plain(value, language) for value in visible["staff"]],
            head(region, "gap"): [plain(value, language, signed=True) for value in visible["estimate"]],
            head(region, "interval"): [interval(row, language) for _, row in visible.iterrows()],
            head(region, "verdict"): [phrases.name(str(each), language) for each in visible["label"]],
        }
    )
    counts = visible["label"].value_counts()
    values = {
        key: int(counts.get(label, 0))
        for key, label in (("different", "different"), ("same", "equivalent"), ("unknown", "undecided"))
    }
    finding = text(
        region, "mirrored" if len(visible) else "nothing", measure=region.label(measure), n=len(visible), **values
    )
    drawn = visible.drop(columns="label").rename(columns={"name": "label"})
    charts = [
        figures.dumbbell(drawn.iloc[start : start + PROVIDERS_IN_A_CHART], language=language)
        for start in range(0, len(drawn), PROVIDERS_IN_A_CHART)
    ]
    return told(
        region,
        f"mirror-{measure}",
        table,
        rows,
        caption=text(region, "caption mirror", measure=region.label(measure)),
        finding=finding,
        chart=charts or None,
        notes=[text(region, "undecided"), hidden_note(region, len(told_of) - len(visible))],
        **dict.fromkeys(list(table.columns[1:4]), "points"),
    )


def change(region: "Region", measure: str, *, year: int | None = None, since: int | None = None) -> Answer:
    """Say how a dimension changed since an earlier year, per provider and for all together.

    Both years are brought to the same mix of respondents; changed, stable, or not to be told, corrected for the number
    of providers. Where questions or the way of asking changed, the series is broken and nothing is tested.

    Parameters
    ----------
    measure : str
        A dimension.
    year : int, optional
        The last year that is open.
    since : int, optional
        The earlier year; the one before if left out.

    Returns
    -------
    Answer
        Its `estimates`: statistic ``change``, category: the earlier year.

    Examples
    --------
    >>> region.change("kwaliteit")                               # doctest: +SKIP
    """
    measure = _dimension(region, measure)
    source = region if year in (None, region.year) else region.in_year(int(year or 0))
    rows = source.estimates
    rows = rows[(rows["measure"] == measure) & (rows["statistic"] == "change")]
    earlier = sorted(rows["category"].unique())
    if not earlier:
        raise NotThere(f"There is no earlier year of {measure!r} to compare {source.year} with.")
    chosen = str(since) if since else earlier[-1]
    rows = decided(region, rows[rows["category"] == region._known("earlier year", chosen, earlier)])
    own = rows[rows["unit"] == "provider"]
    own = own.assign(name=[region.label(each) for each in own["unit_id"]])
    visible = own[(own["status"] != "hidden") & own["estimate"].notna()].sort_values("estimate", ascending=False)
    language = region.language
    table = pd.DataFrame(
        {
            head(region, "provider"): visible["name"],
            head(region, "change"): [plain(value, language, signed=True) for value in visible["estimate"]],
            head(region, "interval"): [interval(row, language) for _, row in visible.iterrows()],
            head(region, "n"): [plain(n, language) for n in visible["n"]],
            head(region, "reading"): [phrases.changed(row, language) for _, row in visible.iterrows()],
        }
    )
    whole = rows[rows["unit"] == "region"]
    together = phrases.changed(whole.iloc[0], language) if len(whole) else ""
    moved = visible["label"] == "changed"
    values = {
        "up": int((moved & (visible["estimate"] > 0)).sum()),
        "down": int((moved & (visible["estimate"] < 0)).sum()),
    }
    finding = text(region, "changed", measure=region.label(measure), n=len(visible), since=chosen, **values)
    label = moved.map({True: "above", False: ""}).mask(moved & (visible["estimate"] < 0), "below")
    words = {
        "above": text(region, "risen"),
        "below": text(region, "fallen"),
        "not distinguishable": text(region, "not to be told"),
    }
    chart = figures.caterpillar(
        visible.assign(label=label), 0.0, reference_label=text(region, "no change"), labels=words, language=language
    )
    return told(
        region,
        f"change-{measure}",
        table,
        rows,
        caption=text(region, "caption change", measure=region.label(measure), since=chosen, year=source.year),
        finding=f"{finding} {together}".strip(),
        chart=chart if len(visible) else None,
        notes=[text(region, "other people"), hidden_note(region, int((own["status"] == "hidden").sum()))],
        **dict.fromkeys(list(table.columns[1:4:2]), "points"),
    )


def _dimension(region: "Region", measure: str) -> str:
    measure, kind = kind_of(region, measure)
    if kind != "dimension":
        raise NotThere(f"{region.label(measure)!r} is no dimension: this question is about scores of 0-100.")
    return measure
