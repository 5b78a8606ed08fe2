"""Experience of clients: how far providers truly differ, each dimension as a funnel and in order, and the years."""

from typing import Any

import pandas as pd

from workbench.reporting import change, figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, in_order, interval, of_region, plain, said, shown
from workbench.reporting.release import Release
from workbench.reporting.synthesis.opening import differ, of_place
from workbench.reporting.wording import inside


def differences(release: Release) -> Parts | Exhibit | Paragraphs:
    """How much providers differ on each dimension, truly and on the face of it; of a municipality its own score too."""
    language, rows = release.language, []
    statistics = ("adjusted", "lowest", "highest", "tau", "icc", "reliability")
    for measure in release.dimensions:
        found = {key: of_region(release, measure, key) for key in statistics}
        value = {key: float("nan") if row is None else row["estimate"] for key, row in found.items()}
        if pd.notna(value["adjusted"]):
            row = {release.head("dimension"): release.name(measure)}
            row |= {release.head("mean of providers"): plain(value["adjusted"], language)}
            row |= {release.head(end): plain(value[end], language) for end in ("lowest", "highest", "tau")}
            row |= {release.head("icc"): plain(value["icc"], language, 2)}
            row |= {release.head("reliability"): plain(value["reliability"], language, 2)}
            rows.append(row)
    if not rows:
        return said(release.say("no scores"))
    table = pd.DataFrame(rows)
    exhibit = shown(
        release,
        "differences",
        table,
        caption=release.text("captions", "differences"),
        note=release.text("notes", "differences"),
        **dict.fromkeys(table.columns[1:], "points"),
    )
    return Parts([_of_municipality(release), exhibit]) if release.municipality else exhibit


def _of_municipality(release: Release) -> Exhibit | Paragraphs:
    """The scores of a municipality's clients beside those of the region."""
    language, rows = release.language, []
    for measure in release.dimensions:
        own, region = of_place(release, measure, "mean"), of_region(release, measure, "mean")
        if own is not None:
            ends = {end: own[end] for end in ("estimate", "conf_low", "conf_high", "n", "n_precision", "status")}
            beside = float("nan") if region is None else region["estimate"]
            rows.append(ends | {"label": release.name(measure), "region": beside})
    if not rows:
        return said(release.say("too few here", place=release.title))
    drawn = pd.DataFrame(rows)
    table = pd.DataFrame(
        {
            release.head("dimension"): drawn["label"],
            release.title: [plain(value, language) for value in drawn["estimate"]],
            release.head("interval"): [interval(row, language) for _, row in drawn.iterrows()],
            release.head("region"): [plain(value, language) for value in drawn["region"]],
            release.head("n"): [phrases.people(row, language) for _, row in drawn.iterrows()],
        }
    )
    band = {name: float("nan") for name in ("lowest", "quarter", "three_quarters", "highest")}
    return shown(
        release,
        "municipality",
        table,
        caption=release.text("captions", "of municipality", place=release.title),
        finding=release.say("beside the region", place=release.title),
        chart=figures.dots(drawn.assign(median=drawn["region"], **band), language=language),
        note=release.text("notes", "of municipality"),
        **dict.fromkeys([release.title, release.head("region"), release.head("n")], "points"),
    )


def comparisons(release: Release) -> Parts | Paragraphs:
    """`comparison` for every dimension of the release."""
    if not release.named:
        return said(release.say("no single providers"))
    return Parts([comparison(release, measure) for measure in release.dimensions])


def comparison(release: Release, measure: str) -> Parts | Paragraphs:
    """All providers on one dimension: in order by their shrunken score, and by size within the funnel."""
    language, head = release.language, release.head
    asked = {"measure": measure, "unit": "provider", "group": "client"}
    adjusted, shrunk = (release.rows(**asked, statistic=each).set_index("unit_id") for each in ("adjusted", "shrunk"))
    rows = shrunk if len(shrunk) else adjusted
    drawn = rows[rows["status"] != "hidden"].sort_values("estimate")
    if drawn.empty:
        few = release.say("few", threshold=release.thresholds["hidden_below"])
        return said(release.say("no figure", measure=release.name(measure), why=inside(few)))
    labels = adjusted["label"].reindex(drawn.index).replace("", "no comparison")
    drawn = drawn.assign(name=[release.called(provider) for provider in drawn.index], label=labels)
    told = adjusted.reindex(drawn.index[::-1])
    table = pd.DataFrame(
        {
            head("provider"): drawn["name"][::-1],
            head("score"): [plain(value, language) for value in told["estimate"]],
            head("interval"): [interval(row, language) for _, row in told.iterrows()],
            head("n"): [phrases.people(row, language) for _, row in told.iterrows()],
            head("comparison"): [release.word(label) for label in labels[::-1]],
        }
    )
    region = of_region(release, measure, "adjusted")
    note = release.text("notes", "comparison shrunk" if len(shrunk) else "comparison adjusted")
    if len(rows) > len(drawn):
        note += " " + release.text("notes", "hidden providers", hidden=len(rows) - len(drawn))
    reference = float("nan") if region is None else float(region["estimate"])
    ordered = shown(
        release,
        f"comparison-{measure}",
        table,
        caption=release.text("captions", "comparison", measure=release.name(measure)),
        finding=phrases.told_apart(labels, differ(release, measure), release.name(measure), language),
        chart=figures.caterpillar(drawn, reference, language=language),
        note=note,
        numeric=["score", "n"],
    )
    return Parts([ordered, *_funnel(release, measure, adjusted)])


def _funnel(release: Release, measure: str, adjusted: pd.DataFrame) -> list[Exhibit]:
    """The same providers by their number of answers, within the limits that chance alone explains."""
    limits = funnel_limits(release, measure)
    points = adjusted[adjusted["status"] != "hidden"]
    if limits.empty or points.empty:
        return []
    points = points.assign(name=[release.called(str(provider)) for provider in points.index])
    target = float(limits["target"].iloc[0])
    table = pd.DataFrame(
        {
            release.head("provider"): points["name"],
            release.head("n"): [phrases.people(row, release.language) for _, row in points.iterrows()],
            release.head("score"): [plain(value, release.language) for value in points["estimate"]],
        }
    ).sort_values(release.head("provider"))
    return [
        shown(
            release,
            f"funnel-{measure}",
            table,
            caption=release.text("captions", "funnel", measure=release.name(measure)),
            finding=release.say("funnel"),
            chart=figures.funnel(points, limits, target, y_label=release.name(measure), language=release.language),
            note=release.text("notes", "funnel"),
            numeric=["n", "score"],
        )
    ]


def funnel_limits(release: Release, measure: str) -> pd.DataFrame:
    """Return the curve to draw: ``n, low95, high95, low998, high998, target``; no rows where there is no funnel."""
    asked = {"measure": measure, "unit": "region", "group": "client", "category": None}
    parts: dict[str, Any] = {}
    for statistic, level in (("funnel_95", "95"), ("funnel_998", "998")):
        curve = release.rows(**asked, statistic=statistic)
        curve = curve.assign(n=curve["category"].astype(float)).set_index("n").sort_index()
        parts |= {f"low{level}": curve["conf_low"], f"high{level}": curve["conf_high"], "target": curve["estimate"]}
    return pd.DataFrame(parts).rename_axis("n").reset_index().dropna(subset=["low95", "target"])


def years(release: Release) -> Exhibit | Paragraphs:
    """The mean of the providers over the years, and whether it changed."""
    language, head = release.language, release.head
    asked = {"measure": release.dimensions, "unit": "region", "group": "client"}
    rows = release.rows(**asked, statistic="adjusted", year=None)
    rows = rows[rows["status"] != "hidden"]
    if rows["year"].nunique() < 2:
        return said(release.say("one year"))
    changes = change.tested(release, "region")
    drawn = in_order(release, rows.sort_values("year"))
    table = pd.DataFrame(
        {
            head("dimension"): [release.name(each) for each in drawn["measure"]],
            head("year"): drawn["year"],
            head("mean of providers"): [plain(value, language) for value in drawn["estimate"]],
            head("change"): change.in_rows(release, changes, drawn),
        }
    )
    sentence = release.say("over the years region", first=drawn["year"].min(), last=drawn["year"].max())
    chart = drawn.assign(label=[release.name(each) for each in drawn["measure"]], region=float("nan"))
    return shown(
        release,
        "years",
        table,
        caption=release.text("captions", "years"),
        finding=sentence + change.in_all(release, changes, drawn),
        chart=figures.trend(chart, language=language),
        note=release.text("notes", "trend tested" if len(changes) else "trend"),
        numeric=["mean of providers"],
        **{head("year"): "year"},
    )
