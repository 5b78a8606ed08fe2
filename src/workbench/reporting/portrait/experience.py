"""Experience of clients: adjusted scores beside the region, answers per statement, and the years."""

import pandas as pd

from workbench.reporting import change, figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import (
    adjusted_scores,
    finding,
    held_back,
    in_order,
    interval,
    named,
    plain,
    said,
    share,
    shown,
)
from workbench.reporting.release import Release
from workbench.reporting.wording import number

TONES = (-3, 0, -1, 3)  # of the four opinions, from unfavourable to favourable
TALL = 16  # statements that fit a printed page together with what is said of them
SPREAD = ("lowest", "quarter", "median", "three_quarters", "highest")


def experience(release: Release) -> Exhibit | Paragraphs:
    """Adjusted scores of clients with their intervals, against the anonymous band of the region."""
    language, head = release.language, release.head
    adjusted = adjusted_scores(release)
    if adjusted.empty:
        return said(release.say("no scores"))
    if (adjusted["status"] == "hidden").all():
        return said(release.say("too few to compare", threshold=release.thresholds["hidden_below"]))
    band = release.rows(statistic=list(SPREAD), unit="region", group="client")
    band = band.pivot(index="measure", columns="statistic", values="estimate").reindex(columns=list(SPREAD))
    rows = adjusted.join(band, on="measure").assign(name=[release.name(measure) for measure in adjusted["measure"]])
    middle = [
        "" if pd.isna(low) else f"{number(low, language)} – {number(high, language)}"
        for low, high in zip(rows["quarter"], rows["three_quarters"], strict=True)
    ]
    reading = [phrases.without_subject(finding(release, row)) + held_back(release, row) for _, row in rows.iterrows()]
    table = pd.DataFrame(
        {
            head("dimension"): rows["name"],
            head("score"): [plain(value, language) for value in rows["estimate"]],
            head("interval"): [interval(row, language) for _, row in rows.iterrows()],
            head("middle"): middle,
            head("n"): [phrases.people(row, language) for _, row in rows.iterrows()],
            head("reading"): reading,
        }
    )
    sides = {label: adjusted.loc[adjusted["label"] == label, "measure"] for label in ("above", "below")}
    told = [
        release.say(f"{label} the mean", measures=named(release, names)) for label, names in sides.items() if len(names)
    ]
    compared = not (adjusted["label"] == "no comparison").all()
    kind = "adjusted" if adjusted["method"].str.startswith("case-mix").any() else "as given"
    drawn = rows[rows["status"] != "hidden"].drop(columns="label").rename(columns={"name": "label"})
    return shown(
        release,
        "experience",
        table,
        caption=release.text("captions", f"experience {kind}"),
        finding=" ".join(told) or release.say("none distinguishable" if compared else "too few providers"),
        chart=figures.dots(drawn, language=language),
        note=release.text("notes", "experience"),
        numeric=["score", "n"],
    )


def answers(release: Release, group: str = "client") -> Exhibit | Paragraphs:
    """The answers to every statement: disagree, neutral, agree."""
    language, items = release.language, list(release.codebook["items"])
    asked = {"measure": items, "statistic": "share", "unit": "provider", "group": group}
    rows = release.rows(**asked, category=list(phrases.OPINIONS))
    visible = rows[rows["status"] != "hidden"]
    if visible.empty:
        return said(release.say("few" if len(rows) else "no respondents", threshold=release.thresholds["hidden_below"]))
    wide = visible.pivot(index="measure", columns="category", values="estimate").reindex(columns=list(phrases.OPINIONS))
    wide["other"] = wide["other"].where(wide["neutral"].isna())
    order = [item for item in items if item in wide.index]
    names = {opinion: release.word(opinion) for opinion in phrases.OPINIONS}
    drawn = wide.loc[order, list(names)].rename(columns=names)
    drawn.insert(0, "label", [release.wording(item) for item in order])
    n = visible.groupby("measure")["n"].first()[order]
    table = drawn.rename(columns={"label": release.head("statement")}).assign(**{release.head("n"): n.to_numpy()})
    agree = drawn.set_index("label")[names["positive"]]
    extremes = {"best": agree.idxmax(), "best_share": share(agree.max(), language)}
    extremes |= {"least": agree.idxmin(), "least_share": share(agree.min(), language)}

    def draw(part: pd.DataFrame) -> str:
        return figures.distribution(part, list(names.values()), tones=TONES, language=language)

    note, left_out = release.text("notes", "answers"), rows["measure"].nunique() - len(order)
    if left_out:
        note += " " + release.text("notes", "left out", left_out=left_out)
    return shown(
        release,
        f"answers-{group}",
        table,
        caption=release.text("captions", "answers", role=release.word(group)),
        finding=release.say("most and least", **extremes),
        chart=figures.in_parts(drawn, TALL, draw),
        note=note,
        **dict.fromkeys(names.values(), "share"),
        **{release.head("n"): "count"},
    )


def trend(release: Release) -> Exhibit | Paragraphs:
    """Adjusted scores over the years, beside the region; a changed way of asking cuts the line."""
    language, head = release.language, release.head
    asked = {"measure": release.dimensions, "statistic": "adjusted", "group": "client", "year": None}
    rows = release.rows(**asked, unit="provider")
    rows = rows[rows["status"] != "hidden"]
    if rows["year"].nunique() < 2:
        return said(release.say("no years" if rows.empty else "one year"))
    region = release.rows(**asked, unit="region").set_index(["measure", "year"])["estimate"].rename("region")
    drawn = in_order(release, rows.sort_values("year")).join(region, on=["measure", "year"])
    changes = change.tested(release, "provider")
    broken = [_broken(changes, row["measure"], row["year"], drawn) for _, row in drawn.iterrows()]
    drawn = drawn.assign(label=[release.name(each) for each in drawn["measure"]], break_before=broken)
    table = pd.DataFrame(
        {
            head("dimension"): drawn["label"],
            head("year"): drawn["year"],
            head("score"): [plain(value, language) for value in drawn["estimate"]],
            head("interval"): [interval(row, language) for _, row in drawn.iterrows()],
            head("region"): [plain(value, language) for value in drawn["region"]],
            head("change"): change.in_rows(release, changes, drawn),
        }
    )
    sentence = release.say("over the years", first=drawn["year"].min(), last=drawn["year"].max())
    return shown(
        release,
        "trend",
        table,
        caption=release.text("captions", "trend"),
        finding=sentence + change.in_all(release, changes, drawn),
        chart=figures.trend(drawn, language=language),
        note=release.text("notes", "trend tested" if len(changes) else "trend"),
        numeric=["score", "region"],
        **{head("year"): "year"},
    )


def _broken(changes: pd.DataFrame, measure: str, year: int, drawn: pd.DataFrame) -> bool:
    """Say whether the series was cut between a year and the one drawn before it.

    What is compared with this year is known: a cut lies between two years where the earlier one cannot be compared
    and the later one can, or is this year.
    """
    before = drawn.loc[(drawn["measure"] == measure) & (drawn["year"] < year), "year"]
    own = changes[changes["measure"] == measure].set_index("category")["reason"]
    if before.empty:
        return False
    return own.get(str(before.max())) == "break" and own.get(str(year)) != "break"
