"""Who answered: numbers, ways of asking, response, and whether those who answered look like those who were asked."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import Exhibit, Paragraphs
from workbench.reporting.exhibits import Parts, counted, plain, representativity, said, share, shown
from workbench.reporting.release import Release
from workbench.reporting.wording import inside

__all__ = ["participation", "representativity"]
MOMENT = "moment="
MOSTLY = 0.5
LOW_RESPONSE = 0.3


def participation(release: Release) -> Parts:
    """Who answered, along which way, and the response where people were invited from a frame."""
    threshold = release.thresholds["hidden_below"]
    counts = release.rows(measure="aantal", unit="provider", category=None)
    if counts.empty:
        return Parts([said(release.say("no respondents")), *_left_out(release)])
    rows, sentences = [], []
    for role in phrases.ROLES:
        for _, row in counts[counts["group"] == role].sort_values("category", key=_place).iterrows():
            number_ = counted(release, row)
            rows.append({"who": release.word(role), "how": _how(release, row["category"]), "counted": number_})
            if row["category"] == "" and row["status"] != "hidden":
                sentences.append(release.say("counted", n=number_, role=release.word(role)))
            elif row["category"] == "" and row["reason"] == "few":
                sentences.append(release.say("counted few", role=release.word(role), threshold=threshold))
    at_kiosk = bool((counts["category"].eq("kiosk") & counts["group"].eq("client")).any())
    paragraphs = [" ".join(each) for each in (sentences, _response(release, at_kiosk), _edges(release, counts)) if each]
    table = pd.DataFrame(rows).rename(columns=release.head)
    caption = release.text("captions", "participation")
    note = release.text("notes", "participation")
    whole = shown(release, "participation", table, caption=caption, note=note, numeric=["counted"])
    return Parts([Paragraphs(paragraphs), whole, *_left_out(release)])


def _place(categories: pd.Series) -> pd.Series:
    """Order the rows of a role: the total, the ways of asking, the moments."""
    moment = categories.str.startswith(MOMENT)
    return moment.astype(int).astype(str).where(categories != "", "") + categories


def _how(release: Release, category: str) -> str:
    if category.startswith(MOMENT):
        return f"{release.head('moment')}: {release.word(category)}"
    return release.word(category) if category else release.head("total")


def _left_out(release: Release) -> list[Exhibit | Paragraphs]:
    """Which questionnaires of this provider do not count, and why, without small numbers and what tells them."""
    rows = release.left_out.sort_values(["records", "reason"], ascending=[False, True])
    if rows.empty:
        return []
    if rows["records"].isna().all():
        reasons = [inside(release.word(each)) for each in sorted(rows["reason"])]
        return [said(release.say("left out few", reasons=phrases.together(reasons, release.language)))]
    table = pd.DataFrame({release.head("why"): [release.word(each) for each in rows["reason"]]})
    table[release.head("number")] = [plain(number, release.language) for number in rows["records"]]
    caption = release.text("captions", "left out")
    note = release.text("notes", "participation") if rows["records"].isna().any() else ""
    return [shown(release, "left-out", table, caption=caption, note=note, numeric=["number"])]


def _response(release: Release, at_kiosk: bool) -> list[str]:
    response, region = (release.row(measure="respons", statistic="share", unit=unit) for unit in ("provider", "region"))
    if response is None:
        return [release.say("no frame")]
    if response["status"] == "hidden":
        why = phrases.why_not(response, release.thresholds, release.language)
        return [release.say("no figure", measure=release.name("respons"), why=inside(why))]
    n = phrases.people(response, release.language)
    uninvited = [release.say("uninvited")] if at_kiosk else []
    said_ = release.say("response alone", share=share(response["estimate"], release.language), n=n)
    if region is not None and region["status"] != "hidden":
        both = {"share": response["estimate"], "region": region["estimate"]}
        said_ = release.say("response", n=n, **{key: share(value, release.language) for key, value in both.items()})
    low = [release.say("low response")] if response["estimate"] < LOW_RESPONSE else []
    return [said_, *low, *uninvited]


def _edges(release: Release, counts: pd.DataFrame) -> list[str]:
    """Say what makes these answers weigh differently: a kiosk, relatives who answer instead."""
    visible = counts[(counts["status"] != "hidden") & (counts["group"] == "client")].set_index("category")["estimate"]
    sentences = []
    if visible.get("kiosk", 0) >= MOSTLY * visible.get("", float("inf")):
        sentences.append(release.say("mostly kiosk"))
    relatives = counts[(counts["group"] == "relative") & (counts["category"] == "") & (counts["estimate"] > 0)]
    if len(relatives):
        sentences.append(release.say("relatives apart"))
    return sentences
