"""The mirror map: at which providers, and on what, staff and clients see it differently."""

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, interval, plain, said, shown
from workbench.reporting.release import Release
from workbench.reporting.synthesis import maps
from workbench.reporting.wording import inside


def mirror_map(release: Release) -> Parts | Paragraphs:
    """All providers by all subjects: the gap between staff and clients, framed where it was shown to exist."""
    gaps = _gaps(release)
    if gaps.empty:
        return said(release.say("no staff"))
    if not release.named:
        return said(*_counts(release, gaps))
    visible = gaps[gaps["status"] != "hidden"]
    if visible.empty:
        return said(release.say("gap too few", measure=release.word("mirror")))
    finding = " ".join(_counts(release, visible))
    return maps.of_providers(release, visible, "different", "mirror-map", "mirror map", finding, signed=True)


def mirror(release: Release) -> Parts | Paragraphs:
    """The gap between staff and clients of every provider, per dimension, with its uncertainty."""
    visible = _gaps(release)
    visible = visible[visible["status"] != "hidden"]
    if visible.empty or not release.named:
        return said()
    present = [measure for measure in release.dimensions if (visible["measure"] == measure).any()]
    return Parts([_per_provider(release, measure, visible[visible["measure"] == measure]) for measure in present])


def _gaps(release: Release) -> pd.DataFrame:
    return release.rows(measure=release.dimensions, statistic="gap", unit="provider")


def _counts(release: Release, gaps: pd.DataFrame) -> list[str]:
    """Say per subject at how many providers there is a clear gap."""
    told = gaps[gaps["label"].isin(phrases.VERDICTS)]
    certain = told[told["label"] == "different"].groupby("measure").size()
    if certain.empty:
        return [release.say("no clear gap anywhere")]
    named = [
        release.say("gap count", measure=inside(release.name(measure)), count=int(certain[measure]))
        for measure in release.dimensions
        if measure in certain
    ]
    return [release.say("clear gaps", counts=phrases.together(named, release.language))]


def _per_provider(release: Release, measure: str, gaps: pd.DataFrame) -> Exhibit:
    language, head = release.language, release.head
    rows = gaps.sort_values("estimate", ascending=False)
    rows = rows.assign(name=[release.called(provider) for provider in rows["unit_id"]])
    table = pd.DataFrame(
        {
            head("provider"): rows["name"],
            head("gap"): [plain(value, language, signed=True) for value in rows["estimate"]],
            head("interval"): [interval(row, language) for _, row in rows.iterrows()],
            head("verdict"): [release.word(verdict) for verdict in rows["label"]],
        }
    )
    different, staff = rows["label"] == "different", rows["estimate"] > 0
    marks = pd.Series("not distinguishable", index=rows.index)
    marks = marks.mask(different & staff, "above").mask(different & ~staff, "below")
    counts = {"staff": int((different & staff).sum()), "client": int((different & ~staff).sum()), "all": len(rows)}
    return shown(
        release,
        f"mirror-{measure}",
        table,
        caption=release.text("captions", "gaps", measure=release.name(measure)),
        finding=release.say("gap counts", measure=release.name(measure), **counts),
        chart=figures.caterpillar(
            rows.assign(label=marks)[::-1],
            0.0,
            reference_label=release.text("titles", "alike"),
            labels={mark: release.text("titles", f"gap {mark}") for mark in ("above", "below", "not distinguishable")},
            language=language,
        ),
        numeric=["gap"],
    )
