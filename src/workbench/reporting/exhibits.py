"""What both reports show in the same way: how figures are written, definition cards, and how the page was made.

Nothing is computed here. Where a figure is not there, its exhibit is one sentence that says why, never an empty chart.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.reporting import phrases
from workbench.reporting.exhibit import MARK, Card, Exhibit, Paragraphs, bundle
from workbench.reporting.release import Release
from workbench.reporting.wording import inside, number, percentage

OUTCOMES: Mapping[str, str] = {
    "uitval": "share",
    "nut": "share",
    "zonder_hulp": "share",
    "geen_herstart": "incidence",
    "doelen": "share",
}
NO_STOPS = "no stop messages"  # reason of those paid by task
ALIKE = 0.02  # a partial R-indicator below this is about as invited
MARKS = {"above": " ▲", "below": " ▼"}
CARD_ROWS = ("asked", "numerator", "denominator", "exclusions", "window", "perspective", "caveat", "source")
CONTEXT = ("clients", "inflow", "waiting_weeks", "budget", "spent", "spent_per_client", "staff_turnover", "complaints")


@dataclass(frozen=True)
class Parts:
    """Several exhibits below each other."""

    parts: Sequence[Any]

    def _repr_html_(self) -> str:
        return f'<div class="{MARK}parts">{"".join(part._repr_html_() for part in self.parts)}</div>'

    def tables(self) -> list[dict[str, Any]]:
        """Return the tables of all parts."""
        return [table for part in self.parts if hasattr(part, "tables") for table in part.tables()]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self)


def parts_of(rows: int, at_most: int) -> list[slice]:
    """Return slices of about as many rows each, none longer than fits a printed page.

    Examples
    --------
    >>> parts_of(29, 25)
    [slice(0, 15, None), slice(15, 30, None)]
    """
    size = max(1, math.ceil(rows / max(1, math.ceil(rows / at_most))))
    return [slice(start, start + size) for start in range(0, rows, size)]


def said(*sentences: str) -> Paragraphs:
    """Return sentences as paragraphs."""
    return Paragraphs(sentences)


def shown(
    release: Release,
    key: str,
    table: pd.DataFrame,
    *,
    caption: str,
    finding: str = "",
    chart: str | Sequence[str] | None = None,
    note: str = "",
    numeric: Sequence[str] = (),
    **formats: str,
) -> Exhibit:
    """Return an exhibit in the language of the release; columns `numeric` are aligned right."""
    kinds = dict.fromkeys([release.head(head) for head in numeric], "points") | formats
    return Exhibit(key.replace("_", "-"), caption, finding, table, chart, note, release.language, kinds)


def plain(value: float, language: str, decimals: int = 0, signed: bool = False) -> str:
    """Write a number, or nothing where it is missing."""
    return "" if pd.isna(value) else number(value, language, decimals, signed)


def share(value: float, language: str) -> str:
    """Write a share as a percentage, or nothing where it is missing."""
    return "" if pd.isna(value) else percentage(value, language)


def interval(row: pd.Series, language: str, shares: bool = False, decimals: int = 0) -> str:
    """Write the ends of an interval, or nothing where it is missing."""
    low, high = row["conf_low"], row["conf_high"]
    if pd.isna(low) or pd.isna(high):
        return ""
    write = percentage if shares else number
    return f"{write(low, language, decimals)}\u00a0–\u2060\u00a0{write(high, language, decimals)}"


def figure(release: Release, row: pd.Series | None) -> str:
    """Write an estimate with its interval, or why there is none."""
    language = release.language
    if row is None:
        return ""
    if row["status"] == "hidden":
        return phrases.why_not(row, release.thresholds, language)
    if row["statistic"] in ("share", "incidence"):
        return f"{percentage(row['estimate'], language)} ({interval(row, language, shares=True)})"
    decimals = 1 if row["measure"] in OUTCOMES else 0  # a mark from 1 to 10
    return f"{number(row['estimate'], language, decimals)} ({interval(row, language, decimals=decimals)})"


def counted(release: Release, row: pd.Series | None) -> str:
    """Write how many questionnaires count: fewer than the threshold, or not shown, where that is so."""
    if row is None:
        return number(0, release.language)
    if row["reason"] == "few":
        return f"< {release.thresholds['hidden_below']}"
    return plain(row["estimate"], release.language) or release.text("titles", "not shown")


def finding(release: Release, row: pd.Series) -> str:
    """Return the sentence of a comparison, of an outcome or of a gap."""
    name = release.name(row["measure"], row["statistic"])
    if row["statistic"] == "gap":
        sentence = phrases.mirrored(row, name, release.definitions["mirror_margin"], release.language)
    elif row["statistic"] in ("share", "incidence"):
        region = of_region(release, row["measure"], row["statistic"])
        beside = float("nan") if region is None else float(region["estimate"])
        sentence = phrases.beside_region(row, name, beside, release.language)
    else:
        sentence = phrases.compared(row, name, release.language)
    return f"{sentence} {release.say('indicative')}" if row["status"] == "indicative" else sentence


def held_back(release: Release, row: pd.Series) -> str:
    """Return why a comparison has no verdict, as a sentence that follows another; nothing where it has one."""
    why = phrases.held_back(row, release.codebook["region"]["comparison"], release.language)
    return f" {why}" if why else ""


def adjusted_scores(release: Release) -> pd.DataFrame:
    """Return the adjusted scores of clients of the provider, in the order of the codebook."""
    asked = {"measure": release.dimensions, "statistic": "adjusted", "unit": "provider", "group": "client"}
    return in_order(release, release.rows(**asked)).assign(better="higher")


def gaps_of(release: Release) -> pd.DataFrame:
    """Return the gaps between staff and clients of the provider, in the order of the codebook."""
    return in_order(release, release.rows(measure=release.dimensions, statistic="gap", unit="provider"))


def provisional(release: Release, unit: str) -> list[str]:
    """Return what must be said of endings that came in last, as a sentence; nothing where none is provisional."""
    row = release.row(measure="voorlopig", statistic="share", unit=unit, group="client")
    if row is None or row["reason"] == NO_STOPS:
        return []
    bounded = phrases.bound(row, release.thresholds, release.language)
    written = bounded if row["status"] == "hidden" else share(row["estimate"], release.language)
    if not written:
        return [release.say("provisional unknown")]
    n = phrases.people(row, release.language)
    return [release.say("provisional", n=n, share=written, period=release.year - 1)]


def compared_outcomes(release: Release) -> pd.DataFrame:
    """Return the outcomes of the provider that may be told, with which way is an improvement."""
    rows = release.rows(measure=list(OUTCOMES), unit="provider", group="client")
    rows = rows[(rows["statistic"] == rows["measure"].map(OUTCOMES)) & (rows["status"] != "hidden")]
    better = {measure: release.codebook["cards"][measure].get("better", "higher") for measure in OUTCOMES}
    return rows.assign(better=rows["measure"].map(better))


def of_region(release: Release, measure: str, statistic: str, group: str = "client") -> pd.Series | None:
    """Return one figure of the region; None where it is not there or not shown."""
    row = release.row(measure=measure, statistic=statistic, unit="region", group=group)
    return None if row is None or row["status"] == "hidden" else row


def by_name(release: Release) -> list[str]:
    """Return the providers in the order of their names."""
    return sorted(release.providers, key=lambda provider: release.providers[provider].casefold())


def named(release: Release, measures: Iterable[str]) -> str:
    """Return measures as they stand in a sentence."""
    return phrases.together([inside(release.name(measure)) for measure in measures], release.language)


def of_measure(release: Release, measure: str, value: float, statistic: str = "") -> str:
    """Write a value in the unit of its measure: a percentage, a mark with one decimal or points."""
    unit = "points" if statistic == "adjusted" else release.unit(measure)
    if unit == "share":
        return share(value, release.language)
    return plain(value, release.language, int(unit == "mark"))


def administration(release: Release, unit: str, unit_id: str | None = None) -> pd.DataFrame:
    """Return the figures of the administration: one row per measure, one column per calendar year, oldest first."""
    rows = release.rows(measure=list(CONTEXT), statistic="context", unit=unit, category=None, year=None)
    rows = rows[rows["status"] != "hidden"]
    if unit_id is not None:
        rows = rows[rows["unit_id"] == unit_id]
    latest = rows.sort_values("year").drop_duplicates(["measure", "category"], keep="last")
    wide = latest.pivot(index="measure", columns="category", values="estimate")
    return wide.reindex(columns=sorted(wide.columns))


def in_units(value: float, measure: str, language: str) -> str:
    """Write a figure of the administration: whole numbers, weeks with one decimal, turnover as a share."""
    if measure == "staff_turnover":
        return share(value, language)
    return plain(value, language, int(measure == "waiting_weeks"))


def in_order(release: Release, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order of the codebook's dimensions."""
    place = {name: number for number, name in enumerate(release.dimensions)}
    return rows.sort_values("measure", key=lambda measures: measures.map(place), kind="stable")


def cards(release: Release, *measures: str) -> Parts:
    """The definitions of measures that this release has, with the region's choices filled in."""
    present = set(release.estimates["measure"])
    return Parts([_card(release, measure) for measure in measures if measure in present])


def scales(release: Release) -> Parts:
    """The definitions of the subjects of the questionnaires: what each is about and how its score is made."""
    return Parts([_card(release, measure) for measure in release.dimensions])


def view(release: Release, name: str) -> Parts:
    """The definition of a section in which several figures stand together; none where the release has none of them."""
    there = release.estimates["statistic"].eq(release.codebook["cards"][f"_{name}"]["view"]).any()
    return Parts([_card(release, f"_{name}")] if there else [])


def _card(release: Release, measure: str) -> Card:
    language, choices = release.language, release.definitions
    dimension = release.codebook["dimensions"].get(measure)
    words = release.codebook["cards"]["_dimension" if dimension else measure]
    values = dict(choices) | {
        "dropout": release.word(choices["dropout"]),
        "period": str(release.year - 1),
        "restart_period": f"{release.year - 2}–{release.year - 1}",
        "restart_provider": release.word("same provider" if choices["restart_same_provider"] else "any provider"),
    }
    if dimension:
        values |= _of_scale(release, measure)
    if "of" in words:
        values |= {"of": phrases.together([_counted(release, each) for each in words["of"]], language)}
        values |= {"at_least": words["at_least"]}
    told = {key: words[language][key].format(**values) for key in CARD_ROWS if key in words[language]}
    views = dimension["perspective"] if dimension else words["perspective"]
    views = [views] if isinstance(views, str) else views
    told["perspective"] = phrases.together([release.word(each) for each in views], language)
    rows = {release.head(key): told[key] for key in CARD_ROWS if told.get(key)}
    return Card(f"card-{measure.strip('_').replace('_', '-')}", release.name(measure), rows, language)


def _counted(release: Release, code: str) -> str:
    """Return what an indicator counts, as a reader knows it: a question, a reason, a figure of the administration."""
    if code in release.codebook["items"]:
        return f"“{release.wording(code)}”"
    named = release.word(f"context {code}")
    return release.word(code).lower() if named == f"context {code}" else named.lower()


def _of_scale(release: Release, measure: str) -> dict[str, str]:
    """Return what a subject is about, and with how many statements of which questionnaire it is asked."""
    asked = {item["instrument"] for item in release.codebook["items"].values() if item["dimension"] == measure}
    asked_with = int(release.codebook["questions"].get(measure, 0))
    one = asked_with == 1
    return {
        "about": release.codebook["dimensions"][measure][f"about_{release.language}"],
        "items": release.text("titles", "one statement" if one else "statements", n=asked_with),
        "half": release.text("titles", "half of one" if one else "half of several"),
        "questionnaire": phrases.together(sorted(asked), release.language),
    }


def colophon(release: Release) -> Paragraphs:
    """Thresholds, adjustment and labels as they were for this page, and how many figures are not shown."""
    language = release.language
    settings = release.codebook["region"]["comparison"]
    own = release.estimates[release.estimates["unit"].eq("provider") & release.estimates["year"].eq(release.year)]
    counts = {"hidden": number((own["status"] == "hidden").sum(), language), "all": number(len(own), language)}
    scored = release.estimates[release.estimates["statistic"] == "adjusted"]
    adjusted = scored["method"].str.startswith("case-mix").any()
    adjusters = phrases.together([release.word(name) for name in settings["adjusters"]], language) if adjusted else ""
    labels = {
        "minimum_n": number(settings["minimum_n"], language),
        "minimum_reliability": number(settings["minimum_reliability"], language, 2),
        "minimum_difference": number(settings["minimum_difference"], language),
    }
    return said(
        release.text("method", f"edition {release.edition}"),
        release.text("method", "thresholds", **release.thresholds),
        *([release.text("method", "hidden", **counts)] if release.named else []),
        release.text("method", "adjusted" if adjusters else "not adjusted", adjusters=adjusters),
        release.text("method", "labels", **labels),
        release.text("method", "rule"),
    )


def representativity(release: Release) -> Exhibit | Paragraphs:
    """Do those who answered look like those who were invited? For the region: of one provider it cannot be told."""
    whole = of_region(release, "respons", "r_indicator_adjusted")
    if whole is None:
        return said(release.say("no frame region"))
    if pd.isna(whole["estimate"]):
        return said(release.say("few invited"))
    language = release.language
    rows = release.rows(measure="respons", statistic="partial", unit="region", category=None)
    rows = rows[rows["category"].str.contains("=") & rows["estimate"].notna()]
    order = rows.sort_values("estimate", kind="stable")
    if release.provider:  # beside one provider only what is out of balance
        order = order[order["estimate"].abs() >= ALIKE]
    table = pd.DataFrame(
        {
            release.head("group"): [_level(release, each) for each in order["category"]],
            release.head("representation"): [_side(release, value) for value in order["estimate"]],
        }
    )
    values = {"indicator": number(whole["estimate"], language, 2)}
    sentence = release.say("representative", **values)
    bias, worst = of_region(release, "respons", "max_bias"), ""
    if bias is not None and pd.notna(bias["estimate"]):
        worst = release.say("largest bias", points=number(bias["estimate"], language))
    if table.empty:
        return said(sentence, *([worst] if worst else []))
    caption, note = release.text("captions", "representativity"), release.text("notes", "representativity")
    note = f"{note} {worst}".strip()
    return shown(release, "representativity", table, caption=caption, finding=sentence, note=note)


def _level(release: Release, category: str) -> str:
    variable, _, level = category.partition("=")
    named_ = release.word(category)
    return f"{release.word(variable)}: {release.word(level) if named_ == category else named_}"


def _side(release: Release, value: float) -> str:
    key = "as invited" if abs(value) < ALIKE else "more than invited" if value > 0 else "fewer than invited"
    return release.text("titles", key)
