"""Who answered: numbers, ways of asking, response, and whether those who answered look like those who were asked."""

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import Paragraphs
from workbench.reporting.exhibits import Parts, counted, representativity, said, share, shown
from workbench.reporting.release import Release

__all__ = ["participation", "representativity"]
MOSTLY = 0.5
LOW_RESPONSE = 0.3


def participation(release: Release) -> Parts:
    """Who answered, along which way, and the response where people were invited from a frame."""
    threshold = release.thresholds["hidden_below"]
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
    sentences += [*_response(release), *_edges(release, counts)]
    table = pd.DataFrame(rows).rename(columns=release.head)
    caption = release.text("captions", "participation")
    return Parts([Paragraphs(sentences), shown(release, "participation", table, caption=caption, numeric=["counted"])])


def _response(release: Release) -> list[str]:
    response, region = (release.row(measure="respons", statistic="share", unit=unit) for unit in ("provider", "region"))
    if response is None:
        return [release.say("no frame")]
    if response["status"] == "hidden":
        why = phrases.why_not(response, release.thresholds, release.language)
        return [release.say("no figure", measure=release.name("respons"), why=why)]
    said_ = release.say("response alone", share=share(response["estimate"], release.language))
    if region is not None and region["status"] != "hidden":
        both = {"share": response["estimate"], "region": region["estimate"]}
        said_ = release.say("response", **{key: share(value, release.language) for key, value in both.items()})
    return [said_, release.say("low response")] if response["estimate"] < LOW_RESPONSE else [said_]


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
