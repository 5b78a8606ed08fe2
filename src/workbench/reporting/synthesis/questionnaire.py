"""The questionnaire itself: how precisely it measures, who cannot answer what, what can go, and answers needed."""

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, interval, of_region, parts_of, plain, said, share, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import inside

SKIPPED_BY_MANY = 0.2
SUFFICIENT = 0.7
TALL = 19  # questions that fit a printed page


def reliability(release: Release) -> Exhibit | Paragraphs:
    """How precisely each scale measures, per questionnaire and role; and which questions add nothing to it."""
    rows = release.rows(measure=release.dimensions, statistic="alpha", unit="region", category=None)
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return said(release.say("no scales"))
    language = release.language
    one_factor = release.rows(measure=release.dimensions, statistic="omega", unit="region", category=None)
    omega = one_factor.set_index(["measure", "category", "group"])["estimate"].to_dict()
    keys = list(zip(rows["measure"], rows["category"], rows["group"], strict=True))
    table = pd.DataFrame(
        {
            release.head("dimension"): [release.name(measure) for measure in rows["measure"]],
            release.head("who"): [release.word(role) for role in rows["group"]],
            release.head("alpha scale"): [plain(value, language, 2) for value in rows["estimate"]],
            release.head("interval"): [interval(row, language, decimals=2) for _, row in rows.iterrows()],
            release.head("omega"): [plain(omega.get(key, float("nan")), language, 2) for key in keys],
            release.head("n"): [plain(value, language) for value in rows["n"]],
            release.head("adds nothing"): [_add_nothing(release, *key) for key in keys],
        }
    )
    clients = rows[(rows["group"] == "client") & (rows["conf_low"] < SUFFICIENT)]
    names = phrases.together([inside(release.name(each)) for each in clients["measure"].unique()], language)
    return shown(
        release,
        "reliability",
        table,
        caption=release.text("captions", "reliability"),
        finding=release.say("less precise" if names else "precise enough", measures=names),
        note=release.text("notes", "reliability"),
        numeric=["alpha scale", "omega", "n"],
    )


def _add_nothing(release: Release, measure: str, instrument: str, role: str) -> str:
    """Return the questions of a scale that it measures as precisely without, or that point the other way."""
    items = [
        item
        for item, known in release.codebook["items"].items()
        if known["dimension"] == measure and known["instrument"] == instrument
    ]
    rows = release.rows(measure=items, statistic="item_rest", unit="region", group=role)
    found = rows[rows["label"].isin(["adds nothing", "other way"])]
    return "; ".join(f"{item}: {release.wording(item)}" for item in found["measure"])


def skipped(release: Release) -> Parts | Paragraphs:
    """Which questions people leave open, per target group: who cannot answer this?"""
    items = list(release.codebook["items"])
    rows = release.rows(measure=items, statistic="skipped", unit="region", category=None)
    rows = rows[rows["status"] != "hidden"]
    if rows.empty:
        return said(release.say("nobody skipped"))
    wide = rows.pivot_table(index="measure", columns="category", values="estimate", aggfunc="first")
    groups = {str(variant): release.word(str(variant)) for variant in wide.columns}
    order = [item for item in items if item in wide.index]
    drawn = pd.DataFrame({"label": [release.wording(item) for item in order]})
    table = pd.DataFrame({release.head("statement"): drawn["label"]})
    for variant, name in groups.items():
        drawn[name] = wide.loc[order, variant].to_numpy()
        table[name] = [share(value, release.language) for value in drawn[name]]
    many = rows[rows["estimate"] >= SKIPPED_BY_MANY].sort_values("estimate", ascending=False)
    told = [
        f"‘{release.wording(row['measure'])}’ "
        f"({release.word(row['category'])}, {share(row['estimate'], release.language)})"
        for _, row in many.head(3).iterrows()
    ]
    sentence = release.say(
        "often skipped" if told else "seldom skipped",
        items=phrases.together(told, release.language),
        count=len(many),
        limit=share(SKIPPED_BY_MANY, release.language),
    )
    parts = []
    for place, part in enumerate(parts_of(len(drawn), TALL), 1):
        names = list(groups.values())
        parts.append(
            shown(
                release,
                f"skipped-{place}",
                table.iloc[part],
                caption=release.text("captions", "skipped"),
                finding=sentence if place == 1 else "",
                chart=figures.missingness(drawn.iloc[part], names, notable=SKIPPED_BY_MANY, language=release.language),
                note=release.text("notes", "skipped"),
                **dict.fromkeys(names, "share"),
            )
        )
    return Parts(parts)


def same_questions(release: Release) -> Exhibit | Paragraphs:
    """Pairs of questions that people answer nearly the same: one of the two may go."""
    items = list(release.codebook["items"])
    rows = release.rows(measure=items, statistic="same_question", unit="region", category=None)
    rows = rows[rows["estimate"].notna()].sort_values("estimate", ascending=False)
    if rows.empty:
        return said(release.say("no double questions"))
    table = pd.DataFrame(
        {
            release.head("statement"): [release.wording(item) for item in rows["measure"]],
            release.head("other statement"): [release.wording(item) for item in rows["category"]],
            release.head("who"): [release.word(role) for role in rows["group"]],
            release.head("correlation"): [plain(value, release.language, 2) for value in rows["estimate"]],
            release.head("n"): [plain(value, release.language) for value in rows["n"]],
        }
    )
    return shown(
        release,
        "same-questions",
        table,
        caption=release.text("captions", "same questions"),
        finding=release.say("double questions", count=len(rows)),
        note=release.text("notes", "same questions"),
        numeric=["correlation", "n"],
    )


def answers_needed(release: Release) -> Exhibit | Paragraphs:
    """How many answers per provider it takes next year to tell providers apart, and what change could be seen."""
    language, rows = release.language, []
    for measure in release.dimensions:
        needed = {}
        for wanted in ("0.7", "0.8"):
            asked = {"measure": measure, "statistic": "n_needed", "unit": "region", "group": "client"}
            needed[wanted] = release.row(**asked, category=wanted)
        if needed["0.7"] is None:
            continue
        detectable = of_region(release, measure, "detectable")
        rows.append(
            {
                release.head("dimension"): release.name(measure),
                release.head("needed 0.7"): _needed(release, needed["0.7"]),
                release.head("needed 0.8"): _needed(release, needed["0.8"]),
                release.head("median n"): "" if detectable is None else plain(detectable["n"], language),
                release.head("detectable"): "" if detectable is None else plain(detectable["estimate"], language),
            }
        )
    if not rows:
        return said(release.say("needed unknown"))
    table = pd.DataFrame(rows)
    return shown(
        release,
        "answers-needed",
        table,
        caption=release.text("captions", "answers needed"),
        finding=release.say("answers needed"),
        note=release.text("notes", "answers needed"),
        **dict.fromkeys(table.columns[1:], "points"),
    )


def _needed(release: Release, row: pd.Series | None) -> str:
    if row is None or pd.isna(row["estimate"]):
        return release.text("titles", "no measurable difference" if row is not None else "not shown")
    return plain(row["estimate"], release.language)
