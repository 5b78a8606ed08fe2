"""The exhibits of a provider report: one provider beside its region."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Blank, BlankTable, Exhibit, KeyFigures, Paragraphs
from workbench.reporting.exhibits import (
    OUTCOMES,
    Parts,
    counted,
    figure,
    finding,
    in_order,
    interval,
    plain,
    said,
    share,
    shown,
)
from workbench.reporting.release import Release
from workbench.reporting.wording import number, percentage

NOT_TOLD = ("not distinguishable", "too few", "no comparison")
TONES = (-3, 0, -1, 3)  # of the four opinions, from unfavourable to favourable
SPREAD = ("lowest", "quarter", "median", "three_quarters", "highest")


def headline(release: Release) -> KeyFigures:
    """How many answered, and the response: the first thing a reader sees."""
    language, tiles = release.language, []
    threshold = release.thresholds["hidden_below"]
    for role in phrases.ROLES:
        row = release.row(measure="aantal", unit="provider", group=role)
        if row is not None:
            value, few = counted(release, row), row["reason"] == "few"
            note = release.say("few", threshold=threshold) if few else value if row["status"] == "hidden" else ""
            tiles.append(("–" if note == value else value, release.word(role), note))
    response = release.row(measure="respons", statistic="share", unit="provider")
    if response is not None and response["status"] != "hidden":
        region = release.row(measure="respons", statistic="share", unit="region")
        note = "" if region is None else f"{release.head('region')}: {percentage(region['estimate'], language)}"
        tiles.append((percentage(response["estimate"], language), release.name("respons"), note))
    return KeyFigures(tiles)


def in_short(release: Release) -> Parts:
    """At most three strengths and three points for the conversation, and what these figures cannot say."""
    adjusted, gaps = _adjusted(release), _gaps(release)
    if adjusted.empty:
        return Parts([said(release.say("no respondents"))])
    if (adjusted["status"] == "hidden").all():
        return Parts([said(release.say("too few to compare", threshold=release.thresholds["hidden_below"]))])
    if (adjusted["label"] == "no comparison").all():
        return Parts([said(release.say("too few providers"))])
    strong = [finding(release, row) for _, row in phrases.strengths(adjusted).iterrows()]
    talk = [finding(release, row) for _, row in phrases.points(adjusted, gaps).iterrows()]
    more = phrases.further(adjusted, gaps)
    talk += [release.say(f"further {kind}", measures=_named(release, names)) for kind, names in more.items() if names]
    parts = [
        Paragraphs(strong or [release.say("no strengths")], release.text("titles", "stands out"), as_list=True),
        Paragraphs(talk or [release.say("no points")], release.text("titles", "for the conversation"), as_list=True),
    ]
    unclear = {label: adjusted.loc[adjusted["label"] == label, "measure"] for label in NOT_TOLD}
    sentences = [
        release.say(f"all {label}", measures=_named(release, names)) for label, names in unclear.items() if len(names)
    ]
    return Parts([*parts, Paragraphs(sentences, release.text("titles", "not said"))] if sentences else parts)


def _named(release: Release, measures: Iterable[str]) -> str:
    return phrases.together([release.name(measure).lower() for measure in measures], release.language)


def agreed(release: Release) -> Exhibit | Paragraphs:
    """Last year's agreements with the figure then and now."""
    if release.agreements.empty:
        return said(release.say("no agreements"))
    head, language = release.head, release.language
    rows = []
    for _, row in release.agreements.iterrows():
        measure = row["measure"]
        statistic = "mean" if measure == "nut" else OUTCOMES.get(measure, "adjusted")
        asked = {"measure": measure, "statistic": statistic, "unit": "provider", "group": "client"}
        before, after = (release.row(**asked, year=year) for year in (row["year"], release.year))
        shares = statistic in ("share", "incidence")
        target = share(row["target"], language) if shares else plain(row["target"], language, int(measure == "nut"))
        rows.append(
            {
                head("agreed"): release.name(measure),
                head("action"): row["action"],
                head("owner"): row["owner"],
                head("then"): figure(release, before),
                head("now"): figure(release, after),
                head("target"): target,
            }
        )
    caption, note = release.text("captions", "agreed"), release.text("notes", "agreed")
    return shown(release, "agreed", pd.DataFrame(rows), caption=caption, note=note, numeric=["target"])


def participation(release: Release) -> Parts:
    """Who answered, along which way, and the response where people were invited from a frame."""
    language, threshold = release.language, release.thresholds["hidden_below"]
    counts = release.rows(measure="aantal", unit="provider", category=None)
    if counts.empty:
        return Parts([said(release.say("no respondents"))])
    rows, sentences = [], []
    for role in phrases.ROLES:
        for _, row in counts[counts["group"] == role].sort_values("category").iterrows():
            number_ = counted(release, row)
            how = release.word(row["category"]) if row["category"] else release.head("total")
            rows.append({"who": release.word(role), "how": how, "counted": number_})
            if row["category"] == "" and row["status"] != "hidden":
                sentences.append(release.say("counted", n=number_, role=release.word(role)))
            elif row["category"] == "" and row["reason"] == "few":
                sentences.append(release.say("counted few", role=release.word(role), threshold=threshold))
    response, region = (release.row(measure="respons", statistic="share", unit=unit) for unit in ("provider", "region"))
    if response is not None and region is not None and response["status"] != "hidden":
        shares = {"share": response["estimate"], "region": region["estimate"]}
        sentences.append(release.say("response", **{key: share(value, language) for key, value in shares.items()}))
    table = pd.DataFrame(rows).rename(columns=release.head)
    caption = release.text("captions", "participation")
    return Parts([Paragraphs(sentences), shown(release, "participation", table, caption=caption, numeric=["counted"])])


def experience(release: Release) -> Exhibit | Paragraphs:
    """Adjusted scores of clients with their intervals, against the anonymous band of the region."""
    language, head = release.language, release.head
    adjusted = _adjusted(release)
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
    table = pd.DataFrame(
        {
            head("dimension"): rows["name"],
            head("score"): [plain(value, language) for value in rows["estimate"]],
            head("interval"): [interval(row, language) for _, row in rows.iterrows()],
            head("middle"): middle,
            head("n"): [plain(n, language) for n in rows["n"]],
            head("reading"): [phrases.without_subject(finding(release, row)) for _, row in rows.iterrows()],
        }
    )
    sides = {label: adjusted.loc[adjusted["label"] == label, "measure"] for label in ("above", "below")}
    told = [
        release.say(f"{label} the mean", measures=_named(release, names))
        for label, names in sides.items()
        if len(names)
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
        return said(release.say("few", threshold=release.thresholds["hidden_below"]))
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
    note, left_out = release.text("notes", "answers"), rows["measure"].nunique() - len(order)
    if left_out:
        note += " " + release.text("notes", "left out", left_out=left_out)
    return shown(
        release,
        f"answers-{group}",
        table,
        caption=release.text("captions", "answers", role=release.word(group)),
        finding=release.say("most and least", **extremes),
        chart=figures.distribution(drawn, list(names.values()), tones=TONES, language=language),
        note=note,
        **dict.fromkeys(names.values(), "share"),
        **{release.head("n"): "count"},
    )


def trend(release: Release) -> Exhibit | Paragraphs:
    """Adjusted scores over the years, beside the region."""
    language, head = release.language, release.head
    asked = {"measure": release.dimensions, "statistic": "adjusted", "group": "client", "year": None}
    rows = release.rows(**asked, unit="provider")
    rows = rows[rows["status"] != "hidden"]
    if rows["year"].nunique() < 2:
        return said(release.say("no years" if rows.empty else "one year"))
    region = release.rows(**asked, unit="region").set_index(["measure", "year"])["estimate"].rename("region")
    drawn = in_order(release, rows.sort_values("year")).join(region, on=["measure", "year"])
    drawn = drawn.assign(label=[release.name(each) for each in drawn["measure"]], break_before=False)
    table = pd.DataFrame(
        {
            head("dimension"): drawn["label"],
            head("year"): drawn["year"],
            head("score"): [plain(value, language) for value in drawn["estimate"]],
            head("interval"): [interval(row, language) for _, row in drawn.iterrows()],
            head("region"): [plain(value, language) for value in drawn["region"]],
        }
    )
    return shown(
        release,
        "trend",
        table,
        caption=release.text("captions", "trend"),
        finding=release.say("over the years", first=drawn["year"].min(), last=drawn["year"].max()),
        chart=figures.trend(drawn, language=language),
        note=release.text("notes", "trend"),
        numeric=["score", "region"],
        **{head("year"): "year"},
    )


def mirror(release: Release) -> Exhibit | Paragraphs:
    """Clients and staff side by side per dimension, with the verdict in words."""
    language, head = release.language, release.head
    gaps = _gaps(release)
    if gaps.empty:
        return said(release.say("no staff"))
    if (gaps["status"] == "hidden").all():
        return said(release.say("gap too few", measure=release.word("mirror")))
    asked = {"measure": list(gaps["measure"]), "statistic": "mean", "unit": "provider", "group": ["client", "staff"]}
    wide = release.rows(**asked).pivot(index="measure", columns="group", values=["estimate", "conf_low", "conf_high"])
    ends = {"estimate": "", "conf_low": "_low", "conf_high": "_high"}
    names: Any = wide.columns
    wide.columns = pd.Index([f"{group}{ends[value]}" for value, group in names])
    rows = gaps.join(wide, on="measure").assign(name=[release.name(each) for each in gaps["measure"]])
    sentences = [finding(release, row) for _, row in gaps.iterrows()]
    table = pd.DataFrame(
        {
            head("dimension"): rows["name"],
            head("clients"): [plain(value, language) for value in rows["client"]],
            head("staff"): [plain(value, language) for value in rows["staff"]],
            head("gap"): [plain(value, language, signed=True) for value in rows["estimate"]],
            head("interval"): [interval(row, language) for _, row in rows.iterrows()],
            head("reading"): [phrases.without_subject(sentence) for sentence in sentences],
        }
    )
    different = gaps[gaps["label"] == "different"]
    sides = {"staff more positive": different["estimate"] > 0, "clients more positive": different["estimate"] < 0}
    seen = [
        release.say(key, measures=_named(release, different.loc[side, "measure"]))
        for key, side in sides.items()
        if side.any()
    ]
    drawn = rows[rows["status"] != "hidden"].drop(columns="label").rename(columns={"name": "label"})
    return shown(
        release,
        "mirror",
        table,
        caption=release.text("captions", "mirror"),
        finding=" ".join(seen) or release.say("no clear gap"),
        chart=figures.dumbbell(drawn, language=language),
        note=release.text("notes", "mirror"),
        numeric=["clients", "staff", "gap"],
    )


def mirror_question(release: Release) -> Paragraphs:
    """The question that the largest demonstrable gap raises; none where there is no mirror."""
    gaps = _gaps(release)
    if (gaps["status"] == "hidden").all():
        return said()
    different = gaps[gaps["label"] == "different"].sort_values("estimate", key=abs, ascending=False)
    if different.empty:
        return said(release.say("open question"))
    return said(release.say("mirror question", measure=release.name(different.iloc[0]["measure"]).lower()))


def outcomes(release: Release) -> Exhibit | Paragraphs:
    """The five outcome indicators beside the region."""
    language, rows, drawn = release.language, [], []
    for measure, statistic in OUTCOMES.items():
        asked = {"measure": measure, "statistic": statistic, "group": "client"}
        own, region = (release.row(**asked, unit=unit) for unit in ("provider", "region"))
        if own is None and region is None:
            continue
        name = release.name(measure)
        of_region = float("nan") if region is None else region["estimate"]
        row = {
            "outcome": name,
            "share": "",
            "interval": "",
            "region": share(of_region, language),
            "number": "",
            "reading": "",
        }
        if own is not None and own["status"] != "hidden":
            row["share"], row["number"] = share(own["estimate"], language), plain(own["n"], language)
            row["interval"] = interval(own, language, shares=True)
            ends = {"share": own["estimate"], "conf_low": own["conf_low"], "conf_high": own["conf_high"]}
            drawn.append({"label": name, "region": of_region, **ends})
            row["reading"] = release.say("indicative") if own["status"] == "indicative" else ""
        else:
            row["reading"] = phrases.why_not(own, release.thresholds, language)
        rows.append(row)
    if not rows:
        return said(release.say("no episodes"))
    known = phrases.together([f"{row['label'].lower()} {share(row['share'], language)}" for row in drawn], language)
    return shown(
        release,
        "outcomes",
        pd.DataFrame(rows).rename(columns=release.head),
        caption=release.text("captions", "outcomes"),
        finding=release.say("outcomes known", measures=known) if drawn else "",
        chart=figures.bars(pd.DataFrame(drawn), language=language) if drawn else None,
        note=release.text("notes", "outcomes"),
        numeric=["share", "region", "number"],
    )


def endings(release: Release) -> Exhibit | Paragraphs:
    """Why the episodes ended; unknown reasons always visible."""
    return _distribution(release, "reden_einde", phrases.ENDINGS, "reason", "episodes")


def continuing(release: Release) -> Exhibit | Paragraphs:
    """What people expect to need when this support ends: the whole distribution."""
    return _distribution(release, "zonder_hulp", phrases.CONTINUING, "answer", "answers")


def _distribution(
    release: Release, measure: str, codes: Sequence[str], head: str, counted: str
) -> Exhibit | Paragraphs:
    language = release.language
    asked = {"measure": measure, "statistic": "share", "group": "client", "category": list(codes)}
    own, region = (release.rows(**asked, unit=unit).set_index("category") for unit in ("provider", "region"))
    if region.empty:
        return said(release.say("no episodes" if measure == "reden_einde" else "no answers"))
    visible = own[own["status"] != "hidden"]
    if visible.empty:
        first = own.iloc[0] if len(own) else None
        why = phrases.why_not(first, release.thresholds, language)
        return said(release.say("no figure", measure=release.name(measure), why=why))
    rows = own.join(region["estimate"].rename("region"), how="outer")
    rows = rows.reindex([code for code in codes if code in rows.index])
    rows = rows.assign(name=[release.word(code) for code in rows.index])
    none = rows["status"].isna()
    rows.loc[none, ["estimate", "conf_low", "conf_high"]] = [0.0, float("nan"), float("nan")]
    hidden = release.text("titles", "not shown")
    table = pd.DataFrame(
        {
            release.head(head): rows["name"],
            release.head("share"): [share(value, language) or hidden for value in rows["estimate"]],
            release.head("interval"): [interval(row, language, shares=True) for _, row in rows.iterrows()],
            release.head("region"): [share(value, language) for value in rows["region"]],
        }
    )
    largest = visible["estimate"].idxmax()
    common = {"answer": release.word(str(largest)).lower(), "share": share(visible["estimate"].max(), language)}
    drawn = rows[rows["estimate"].notna()].drop(columns="label").rename(columns={"name": "label", "estimate": "share"})
    kept_back = rows.loc[rows["estimate"].isna(), "name"]
    values = {"cell": release.thresholds["smallest_cell"], "names": "; ".join(kept_back)}
    n = f"{number(visible['n'].max(), language)} {release.text('titles', counted)}"
    return shown(
        release,
        measure,
        table,
        caption=f"{release.name(measure)} ({n})",
        finding=release.say("most common", **common),
        chart=figures.bars(drawn, language=language),
        note=release.text("notes", "hidden cells", **values) if len(kept_back) else "",
        numeric=["share", "region"],
    )


def conversation(release: Release) -> Parts:
    """Per finding an empty block with the four questions, and room for new agreements."""
    adjusted = _adjusted(release)
    found = pd.concat([phrases.points(adjusted, _gaps(release)), phrases.strengths(adjusted, 1)])
    sentences = [finding(release, row) for _, row in found.iterrows()] or [release.say("choose a figure")]
    blanks: list[Any] = [
        Blank(f"talk-{place}", sentence, release.language) for place, sentence in enumerate(sentences, 1)
    ]
    table = BlankTable("new-agreements", release.text("titles", "new agreements"), release.language)
    return Parts([*blanks, table])


def _adjusted(release: Release) -> pd.DataFrame:
    asked = {"measure": release.dimensions, "statistic": "adjusted", "unit": "provider", "group": "client"}
    return in_order(release, release.rows(**asked))


def _gaps(release: Release) -> pd.DataFrame:
    return in_order(release, release.rows(measure=release.dimensions, statistic="gap", unit="provider"))
