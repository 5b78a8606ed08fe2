"""The region's own indicators, as both reports show them: the figure, the years, the definition."""

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit
from workbench.reporting.exhibits import MARKS, Parts, by_name, cards, finding, interval, plain, share, shown
from workbench.reporting.release import Release

STATISTICS = {"share": "share", "points": "mean", "ratio": "context"}


def of_region(release: Release) -> list[str]:
    """Return the indicators that the region declared and this release has figures of."""
    present = set(release.estimates["measure"])
    return [name for name, card in release.codebook["cards"].items() if "of" in card and name in present]


def indicators(release: Release) -> Parts:
    """Every indicator of the region's own: of a provider beside the region, of a region by provider and municipality.

    Nothing where the region declared none.
    """
    measures = of_region(release)
    if not measures:
        return Parts([])
    own = [_of_provider(release, measures)] if release.provider else _of_all(release, measures)
    return Parts([*own, *_years(release, measures), cards(release, *measures)])


def _rows(release: Release, measure: str, **wanted: object) -> pd.DataFrame:
    """Return the figures of an indicator; of a ratio those of the last calendar year."""
    statistic = STATISTICS[release.unit(measure)]
    if statistic != "context":
        return release.rows(measure=measure, statistic=statistic, **wanted)
    rows = release.rows(measure=measure, statistic=statistic, **(wanted | {"category": None}))
    return rows[rows["category"] == rows["category"].max()]


def _written(release: Release, measure: str, value: float) -> str:
    unit = release.unit(measure)
    return share(value, release.language) if unit == "share" else plain(value, release.language, 2 * (unit == "ratio"))


def _of_provider(release: Release, measures: list[str]) -> Exhibit:
    language, rows, drawn = release.language, [], []
    for measure in measures:
        found = _rows(release, measure)
        own, region = (found[found["unit"] == unit] for unit in ("provider", "region"))
        beside = float("nan") if region.empty or region["status"].iloc[0] == "hidden" else region["estimate"].iloc[0]
        row = {
            "outcome": release.name(measure),
            "number": "",
            "interval": "",
            "region": _written(release, measure, beside),
        }
        first = own.iloc[0] if len(own) else None
        if first is None or first["status"] == "hidden":
            row |= {"now": "", "reading": phrases.why_not(first, release.thresholds, language)}
        else:
            shares = release.unit(measure) == "share"
            row |= {"now": _written(release, measure, first["estimate"]), "interval": interval(first, language, shares)}
            row |= {"number": phrases.people(first, language), "reading": ""}
            if shares:
                row["reading"] = phrases.without_subject(finding(release, first))
                ends = {"share": first["estimate"], "conf_low": first["conf_low"], "conf_high": first["conf_high"]}
                drawn.append({"label": release.name(measure), "region": beside, **ends})
        rows.append(row)
    columns = ["outcome", "now", "interval", "number", "region", "reading"]
    return shown(
        release,
        "indicators",
        pd.DataFrame(rows)[columns].rename(columns=release.head),
        caption=release.text("captions", "indicators"),
        chart=figures.bars(pd.DataFrame(drawn), language=language) if drawn else None,
        numeric=["now", "region", "number"],
    )


def _of_all(release: Release, measures: list[str]) -> list[Exhibit]:
    made = []
    places = release.codebook["municipalities"]
    for unit in ("provider", "municipality") if release.named else ("municipality",):
        units = by_name(release) if unit == "provider" else sorted(places, key=places.__getitem__)
        names = {each: release.called(each) if unit == "provider" else places[each] for each in units}
        table = pd.DataFrame({release.head(unit): [*names.values(), release.head("region")]})
        for measure in measures:
            found = _rows(release, measure, unit=[unit, "region"]).set_index("unit_id")
            table[release.name(measure)] = [_with_interval(release, found, each) for each in [*names, "region"]]
        caption = release.text("captions", "indicators of all", unit=release.word(unit))
        note = release.text("notes", f"outcomes of {unit}")
        kinds = dict.fromkeys(table.columns[1:], "share")
        made.append(shown(release, f"indicators-{unit}", table, caption=caption, note=note, **kinds))
    return made


def _with_interval(release: Release, found: pd.DataFrame, unit_id: str) -> str:
    if unit_id not in found.index:
        return ""
    row = found.loc[[unit_id]].iloc[0]
    if row["status"] == "hidden":
        return phrases.bound(row, release.thresholds, release.language)
    ends = interval(row, release.language, shares=row["statistic"] == "share")
    written = _written(release, row["measure"], row["estimate"])
    return (f"{written} ({ends})" if ends else written) + MARKS.get(str(row["label"]), "")


def _years(release: Release, measures: list[str]) -> list[Exhibit]:
    """Return the years of the shares: of the provider beside the region, or of the region alone."""
    measures = [measure for measure in measures if release.unit(measure) == "share"]
    unit, language = "provider" if release.provider else "region", release.language
    rows = release.rows(measure=measures, statistic="share", unit=unit, year=None)
    rows = rows[rows["status"] != "hidden"].sort_values(["measure", "year"])
    if rows["year"].nunique() < 2:
        return []
    whole = release.rows(measure=measures, statistic="share", unit="region", year=None)
    beside = whole.set_index(["measure", "year"])["estimate"]
    pairs = pd.MultiIndex.from_frame(rows[["measure", "year"]])
    region = beside.reindex(pairs).to_numpy() if release.provider else float("nan")
    drawn = rows.assign(label=[release.name(each) for each in rows["measure"]], region=region)
    table = pd.DataFrame(
        {
            release.head("outcome"): drawn["label"],
            release.head("year"): drawn["year"],
            release.head("share"): [share(value, language) for value in drawn["estimate"]],
            release.head("interval"): [interval(row, language, shares=True) for _, row in drawn.iterrows()],
        }
    )
    return [
        shown(
            release,
            "indicators-years",
            table,
            caption=release.text("captions", "indicators years"),
            chart=figures.trend(drawn, share=True, own_scale=True, language=language),
            note=release.text("notes", "trend"),
            numeric=["share"],
            **{release.head("year"): "year"},
        )
    ]
