"""Follow: experience together with waiting time, volume and money per provider."""

from typing import Any

import pandas as pd

from workbench.reporting import figures, surroundings
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, by_name, in_units, plain, said, shown
from workbench.reporting.release import Release

TOLD = ("waiting_weeks", "clients", "spent", "spent_per_client")
BESIDE = ("waiting_weeks", "clients", "spent_per_client")
PREFERRED = ("kwaliteit", "effect")
CORNERS = ("little high", "much high", "little low", "much low")  # upper left, upper right, lower left, lower right


def follow(release: Release, dimension: str = "") -> Parts | Paragraphs:
    """Who needs a talk and who has something to teach: experience beside waiting time, volume and money.

    Parameters
    ----------
    release : Release
    dimension : str
        Which experience; the experienced quality, else the first there is.
    """
    if not release.named:
        return said(release.say("no single providers"))
    if not release.dimensions:
        return said(release.say("no scores"))
    usual = [each for each in PREFERRED if each in release.dimensions]
    measure = dimension or (usual or release.dimensions)[0]
    scores = release.rows(measure=measure, statistic="adjusted", unit="provider", group="client")
    scores = scores[scores["status"] != "hidden"].set_index("unit_id")
    surroundings = _surroundings(release)
    if surroundings.empty:
        return said(release.say("no context"))
    if scores.empty:
        return said(release.say("too few providers"))
    both = surroundings.join(scores[["estimate", "label"]], how="inner")
    both = both.reindex([provider for provider in by_name(release) if provider in both.index])
    table = _table(release, both, measure)
    names = pd.Series([release.called(str(provider)) for provider in both.index], index=both.index)
    teach, talk = (names[both["label"] == label].to_list() for label in ("above", "below"))
    parts: list[Any] = []
    for name in BESIDE:
        points = both.rename(columns={name: "x", "estimate": "y"})
        points = points.assign(name=names)
        if points["x"].notna().sum() < 3:
            continue
        corners = [release.text("titles", f"corner {name} {corner}") for corner in CORNERS]
        chart = figures.quadrant(
            points[["x", "y", "name", "label"]],
            float(points["x"].median()),
            float(points["y"].median()),
            x_label=release.word(f"context {name}"),
            y_label=release.name(measure),
            corners=corners,
            language=release.language,
        )
        parts.append(
            shown(
                release,
                f"follow-{name}",
                table,
                caption=release.text("captions", f"follow {name}", measure=release.name(measure)),
                finding=_finding(release, talk, teach) if not parts else "",
                chart=chart,
                note=release.text("notes", "follow"),
                **dict.fromkeys(table.columns[1:-1], "points"),
            )
        )
    return Parts(parts) if parts else said(release.say("too few providers"))


def context(release: Release) -> Exhibit | Paragraphs:
    """The administration's figures of the municipality this synthesis is told for; nothing in that of the region."""
    return surroundings.context(release) if release.municipality else said()


def _surroundings(release: Release) -> pd.DataFrame:
    """Return the latest figures of the administration per provider."""
    rows = release.rows(measure=list(TOLD), statistic="context", unit="provider", category=None)
    rows = rows[rows["status"] != "hidden"].sort_values("category").drop_duplicates(["unit_id", "measure"], keep="last")
    wide = rows.pivot(index="unit_id", columns="measure", values="estimate")
    return wide.reindex(columns=list(TOLD))


def _table(release: Release, both: pd.DataFrame, measure: str) -> pd.DataFrame:
    language = release.language
    table = pd.DataFrame({release.head("provider"): [release.called(str(provider)) for provider in both.index]})
    table[release.name(measure)] = [plain(value, language) for value in both["estimate"]]
    for name in TOLD:
        table[release.word(f"context {name}")] = [in_units(value, name, language) for value in both[name]]
    words = {"above": release.word("teach"), "below": release.word("talk")}
    table[release.head("reading")] = [words.get(str(label), "") for label in both["label"]]
    return table


def _finding(release: Release, talk: list[str], teach: list[str]) -> str:
    sentences = []
    for key, names in (("who to talk to", talk), ("who can teach", teach)):
        if names:
            sentences.append(release.say(key, names="; ".join(names)))
    return " ".join(sentences) or release.say("nobody apart")
