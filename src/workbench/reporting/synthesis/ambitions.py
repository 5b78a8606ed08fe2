"""Ambitions: what the region wants, by which figure it shows, and whether it is reached; and how agreements went."""

from typing import Any

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, by_name, interval, of_measure, of_region, said, shown
from workbench.reporting.release import Release
from workbench.reporting.synthesis.opening import of_place
from workbench.reporting.wording import inside

PERSPECTIVES = ("resident", "professional", "government")
STATUSES = ("open", "running", "done", "dropped")


def ambitions(release: Release) -> Exhibit | Paragraphs:
    """Ambition, effect, figure, target, and whether it is reached, by whose perspective it is."""
    decided = sorted(release.codebook["ambitions"], key=lambda row: (_place(row["perspective"]), row["ambition"]))
    if not decided:
        return said(release.say("no ambitions"))
    head, language, rows, drawn, verdicts = release.head, release.language, [], [], []
    for aim in decided:
        measure, statistic, target = str(aim["measure"]), str(aim["statistic"]), float(aim["target"])
        found = of_region(release, measure, statistic)
        verdict = "" if found is None else str(aim["reached"])
        said_ = release.say(f"target {verdict}") if verdict else release.say("no figure here")
        row = {
            head("perspective"): release.word(str(aim["perspective"])),
            head("ambition"): aim["ambition"],
            head("effect"): aim["effect"],
            head("measure"): release.name(measure, statistic),
            head("now"): "" if found is None else of_measure(release, measure, found["estimate"], statistic),
            head("interval"): "" if found is None else _ends(release, measure, found),
        }
        if release.municipality:
            own = of_place(release, measure, statistic)
            row[release.title] = "" if own is None else of_measure(release, measure, own["estimate"], statistic)
        sign = "≤ " if aim["direction"] == "lower" else "≥ "
        row[head("target")] = sign + of_measure(release, measure, target, statistic)
        row[head("reading")] = said_
        rows.append(row)
        verdicts.append(verdict)
        if found is not None and release.unit(measure) != "mark":
            ends = {end: found[end] for end in ("estimate", "conf_low", "conf_high")}
            before = release.row(
                measure=measure, statistic=statistic, unit="region", group="client", year=release.year - 1
            )
            earlier = float("nan") if before is None or before["status"] == "hidden" else before["estimate"]
            label = f"{aim['ambition']}: {inside(release.name(measure, statistic))}"
            values = {"label": label, "target": target, "before": earlier, "verdict": said_}
            drawn.append(ends | values | {"share": release.unit(measure) == "share"})
    return shown(
        release,
        "ambitions",
        pd.DataFrame(rows),
        caption=release.text("captions", "ambitions"),
        finding=phrases.targets_in_all(verdicts, language),
        chart=figures.targets(pd.DataFrame(drawn), language=language) if drawn else None,
        note=release.text("notes", "ambitions"),
    )


def _place(perspective: Any) -> int:
    return PERSPECTIVES.index(perspective) if perspective in PERSPECTIVES else len(PERSPECTIVES)


def _ends(release: Release, measure: str, row: pd.Series) -> str:
    unit = release.unit(measure)
    return interval(row, release.language, shares=unit == "share", decimals=int(unit == "mark"))


def agreements(release: Release) -> Parts | Paragraphs:
    """What was agreed across the region, how far it is, and how the figures moved; no cause is claimed."""
    agreed = release.agreements
    if agreed.empty:
        return said(release.say("no agreements"))
    status = agreed["status"].where(agreed["status"].isin(STATUSES), "open")
    movements = [each for each in phrases.MOVEMENTS if (agreed["movement"] == each).any()]
    counts = pd.crosstab(status, agreed["movement"])
    table = pd.DataFrame({release.head("status"): [release.word(each) for each in STATUSES if each in counts.index]})
    for movement in movements:
        column = counts[movement].reindex([each for each in STATUSES if each in counts.index])
        table[release.word(f"movement {movement or 'unknown'}")] = column.to_numpy()
    whole = shown(
        release,
        "agreements",
        table,
        caption=release.text("captions", "agreements"),
        finding=phrases.moved_in_all(agreed["movement"].value_counts(), len(agreed), release.language),
        note=release.text("notes", "agreements"),
        **dict.fromkeys(table.columns[1:], "count"),
    )
    return Parts([whole, _each(release, agreed)]) if release.named else Parts([whole])


def _each(release: Release, agreed: pd.DataFrame) -> Exhibit:
    order = {provider: place for place, provider in enumerate(by_name(release))}
    ranked = agreed.assign(place=agreed["provider_id"].map(order)).sort_values("place", kind="stable")
    head, rows = release.head, []
    for _, row in ranked.iterrows():
        measure, statistic = str(row["measure"]), str(row["statistic"])
        values = {key: of_measure(release, measure, row[key], statistic) for key in ("then", "now", "target")}
        action = phrases.agreement(row.drop("owner"), release.language)
        target = (
            f"{release.head('target question')} {release.word('answer ' + row['reached'])}" if row["reached"] else ""
        )
        moved = phrases.moved_briefly(row, release.unit(measure), release.language)
        rows.append(
            {
                head("provider"): release.called(str(row["provider_id"])),
                head("action"): f"{release.name(measure, statistic)}: {action}",
                **{head(key): value for key, value in values.items()},
                head("movement"): f"{moved}. {target}".strip(),
            }
        )
    caption, numeric = release.text("captions", "every agreement"), ["then", "now", "target"]
    note = release.text("notes", "agreed difference")
    return shown(release, "every-agreement", pd.DataFrame(rows), caption=caption, note=note, numeric=numeric)
