"""The exhibits of the regional synthesis: all providers beside each other, never without their uncertainty."""

import pandas as pd

from workbench.reporting import figures, phrases
from workbench.reporting.exhibit import Exhibit, KeyFigures, Paragraphs
from workbench.reporting.exhibits import OUTCOMES, Parts, counted, interval, plain, said, share, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import number, percentage


def headline(release: Release) -> KeyFigures:
    """Providers, questionnaires and response of the region at a glance."""
    language = release.language
    tiles = [(number(len(release.providers), language), release.head("providers"), "")]
    for role in phrases.ROLES:
        row = release.row(measure="aantal", unit="region", group=role)
        if row is not None and row["status"] != "hidden":
            tiles.append((number(row["estimate"], language), release.word(role), ""))
    response = release.row(measure="respons", statistic="share", unit="region")
    if response is not None and response["status"] != "hidden":
        tiles.append((percentage(response["estimate"], language), release.name("respons"), ""))
    return KeyFigures(tiles)


def in_short(release: Release) -> Paragraphs:
    """Per dimension: how many providers lie demonstrably above or below the mean of all, or that none does."""
    asked = {"measure": release.dimensions, "statistic": "adjusted", "unit": "provider", "group": "client"}
    rows = release.rows(**asked)
    sentences = [
        phrases.told_apart(labels, _differ(release, measure), release.name(measure), release.language)
        for measure in release.dimensions
        if (labels := rows.loc[rows["measure"] == measure, "label"])
        .isin(["above", "below", "not distinguishable"])
        .any()
    ]
    return Paragraphs(sentences or [release.say("no scores")], as_list=len(sentences) > 1)


def _differ(release: Release, measure: str) -> bool:
    row = release.row(measure=measure, statistic="icc", unit="region", group="client")
    return row is None or row["label"] != "no measurable difference"


def participation(release: Release) -> Exhibit:
    """Questionnaires counted per provider, and the response of invited clients."""
    language = release.language
    counts = release.rows(measure="aantal", statistic="count", unit="provider")
    row_of = {(row["unit_id"], row["group"]): row for _, row in counts.iterrows()}
    response = release.rows(measure="respons", statistic="share", unit="provider").set_index("unit_id")["estimate"]
    roles = [role for role in phrases.ROLES if (counts["group"] == role).any()]
    rows = []
    for provider in _by_name(release):
        row = {release.head("provider"): release.called(provider)}
        for role in roles:
            row[release.word(role).capitalize()] = counted(release, row_of.get((provider, role)))
        if len(response):
            row[release.head("response")] = share(response.get(provider, float("nan")), language)
        rows.append(row)
    table = pd.DataFrame(rows)
    kinds = dict.fromkeys(table.columns[1:], "count")
    return shown(release, "participation", table, caption=release.text("captions", "participation of all"), **kinds)


def deliveries(release: Release) -> Exhibit:
    """The account of the deliveries: delivered = counted + not counted, per file, with the reasons."""
    language = release.language
    each = zip(release.excluded["reason"], release.excluded["records"], strict=True)
    said_why = release.excluded.assign(text=[f"{release.word(why)} ({number(n, language)})" for why, n in each])
    why = said_why.groupby("file")["text"].agg(", ".join)
    files = release.deliveries[release.deliveries["kind"] != "ignored"]
    columns = {"file": "file", "delivered": "delivered", "counted": "counted", "excluded": "excluded"}
    table = pd.DataFrame({release.head(head): files[column] for head, column in columns.items()})
    table[release.head("why")] = files["file"].map(why).fillna("")
    total = {name: number(files[name].sum(), language) for name in ("delivered", "counted", "excluded")}
    caption = release.text("captions", "deliveries")
    return shown(release, "deliveries", table, caption=caption, finding=release.say("account", **total))


def comparisons(release: Release) -> Parts:
    """`comparison` for every dimension of the release."""
    return Parts([comparison(release, measure) for measure in release.dimensions])


def comparison(release: Release, measure: str) -> Exhibit | Paragraphs:
    """All providers on one dimension: shrunken scores with intervals, in order, and the label of each."""
    language, head = release.language, release.head
    asked = {"measure": measure, "unit": "provider", "group": "client"}
    adjusted, shrunk = (release.rows(**asked, statistic=each).set_index("unit_id") for each in ("adjusted", "shrunk"))
    rows = shrunk if len(shrunk) else adjusted
    drawn = rows[rows["status"] != "hidden"].sort_values("estimate")
    if drawn.empty:
        few = release.say("few", threshold=release.thresholds["hidden_below"])
        return said(release.say("no figure", measure=release.name(measure), why=few))
    labels = adjusted["label"].reindex(drawn.index).replace("", "no comparison")
    drawn = drawn.assign(name=[release.called(provider) for provider in drawn.index], label=labels)
    told = adjusted.reindex(drawn.index[::-1])
    table = pd.DataFrame(
        {
            head("provider"): drawn["name"][::-1],
            head("score"): [plain(value, language) for value in told["estimate"]],
            head("interval"): [interval(row, language) for _, row in told.iterrows()],
            head("n"): [plain(n, language) for n in told["n"]],
            head("comparison"): [release.word(label) for label in labels[::-1]],
        }
    )
    region = release.row(measure=measure, statistic="adjusted", unit="region", group="client")
    note = release.text("notes", "comparison shrunk" if len(shrunk) else "comparison adjusted")
    if len(rows) > len(drawn):
        note += " " + release.text("notes", "hidden providers", hidden=len(rows) - len(drawn))
    reference = float("nan") if region is None else float(region["estimate"])
    return shown(
        release,
        f"comparison-{measure}",
        table,
        caption=release.text("captions", "comparison", measure=release.name(measure)),
        finding=phrases.told_apart(labels, _differ(release, measure), release.name(measure), language),
        chart=figures.caterpillar(drawn, reference, language=language),
        note=note,
        numeric=["score", "n"],
    )


def differences(release: Release) -> Exhibit | Paragraphs:
    """How much providers differ on each dimension: range, and the part of the variance that lies between them."""
    language, rows = release.language, []
    for measure in release.dimensions:
        asked = {"measure": measure, "unit": "region", "group": "client"}
        found = {key: release.row(**asked, statistic=key) for key in ("adjusted", "lowest", "highest", "icc")}
        value = {key: float("nan") if row is None else row["estimate"] for key, row in found.items()}
        if pd.notna(value["adjusted"]):
            row = {release.head("dimension"): release.name(measure)}
            row |= {release.head("region"): plain(value["adjusted"], language)}
            row |= {release.head(end): plain(value[end], language) for end in ("lowest", "highest")}
            rows.append(row | {release.head("icc"): plain(value["icc"], language, 2)})
    if not rows:
        return said(release.say("no scores"))
    caption, note = release.text("captions", "differences"), release.text("notes", "differences")
    numeric = ["region", "lowest", "highest", "icc"]
    return shown(release, "differences", pd.DataFrame(rows), caption=caption, note=note, numeric=numeric)


def mirror(release: Release) -> Parts | Paragraphs:
    """The gap between staff and clients of every provider, per dimension."""
    gaps = release.rows(measure=release.dimensions, statistic="gap", unit="provider")
    if gaps.empty:
        return said(release.say("no staff"))
    visible = gaps[gaps["status"] != "hidden"]
    if visible.empty:
        return said(release.say("gap too few", measure=release.word("mirror")))
    present = [measure for measure in release.dimensions if (visible["measure"] == measure).any()]
    return Parts([_gaps(release, measure, visible[visible["measure"] == measure]) for measure in present])


def _gaps(release: Release, measure: str, gaps: pd.DataFrame) -> Exhibit:
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


def outcomes(release: Release, unit: str = "provider") -> Exhibit | Paragraphs:
    """The five outcomes per provider or municipality, each with its uncertainty, the region below them."""
    found = {}
    for measure, statistic in OUTCOMES.items():
        asked = {"measure": measure, "statistic": statistic, "group": "client"}
        own = release.rows(**asked, unit=[unit, "region"]).set_index("unit_id")
        if len(own):
            found[measure] = own
    if not found:
        return said(release.say("no episodes"))
    places = release.codebook["municipalities"]
    units = _by_name(release) if unit == "provider" else sorted(places, key=places.__getitem__)
    names = {each: release.called(each) if unit == "provider" else places[each] for each in units}
    rows = [
        {release.head(unit): name}
        | {release.name(measure): _with_interval(table, each, release.language) for measure, table in found.items()}
        for each, name in (names | {"region": release.head("region")}).items()
    ]
    table = pd.DataFrame(rows)
    caption = release.text("captions", "outcomes of all", unit=release.word(unit))
    note, kinds = release.text("notes", "outcomes of all"), dict.fromkeys(table.columns[1:], "share")
    return shown(release, f"outcomes-{unit}", table, caption=caption, note=note, **kinds)


def _with_interval(table: pd.DataFrame, unit_id: str, language: str) -> str:
    if unit_id not in table.index or table.at[unit_id, "status"] == "hidden":
        return ""
    row = table.loc[[unit_id]].iloc[0]
    return f"{percentage(row['estimate'], language)} ({interval(row, language, shares=True)})"


def _by_name(release: Release) -> list[str]:
    return sorted(release.providers, key=lambda provider: release.providers[provider].casefold())
