"""What a region shows of itself: what is there, how many, since when, what was left out, what is provisional."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from workbench import schemas, store
from workbench.reporting.wording import escape, number
from workbench.research import tables
from workbench.store import Places

if TYPE_CHECKING:
    from workbench.research.region import Region

MOST = 8  # reasons of exclusion that are named
FIRST = ("responses", "scores", "episodes", "assessments", "context", "remarks", "agreements", "estimates")


@dataclass(frozen=True)
class Account:
    """Facts about the open years, counted from the files without reading the tables."""

    title: str
    counts: dict[str, int]
    since: str
    delivered: tuple[int, int, int]
    excluded: pd.Series
    provisional: int
    episodes: int
    findings: dict[str, int]


def rows_of(places: Places, years: list[int]) -> dict[str, int]:
    """Return how many rows each table has, over the years; of what looks back, the last year's."""
    found: dict[str, int] = {}
    for year in years:
        counts = store.read_json(places.processed(year) / "manifest.json").get("rows", {})
        for name, rows in counts.items():
            found[name] = rows if name in tables.OF_LAST_YEAR else found.get(name, 0) + rows
    return found


def account(region: "Region") -> Account:
    """Count what the open years hold."""
    places, years = region._places, region.years

    def all_of(table: str, name: str) -> pd.Series:
        parts = [tables.column(places, year, table, name) for year in years]
        parts = [part for part in parts if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else pd.Series(dtype=object)

    counts = rows_of(places, years)
    counts["estimates"] = len(tables.column(places, years[-1], "estimates", "measure"))
    answered = pd.to_datetime(all_of("responses", "completed_on")).dropna()
    since = f"{answered.min():%Y-%m-%d} – {answered.max():%Y-%m-%d}" if len(answered) else ""
    delivered, counted, excluded = (
        int(all_of("deliveries", each).sum()) for each in ("delivered", "counted", "excluded")
    )
    last = years[-1]
    return Account(
        title=f"{region.codebook.region.name}, {', '.join(map(str, years))}",
        counts=counts,
        since=since,
        delivered=(delivered, counted, excluded),
        excluded=all_of("exclusions", "reason").value_counts(),
        provisional=int(tables.column(places, last, "episodes", "provisional").sum()),
        episodes=len(tables.column(places, last, "episodes", "provisional")),
        findings={str(each): int(n) for each, n in all_of("findings", "severity").value_counts().items()},
    )


def _sentences(found: Account, language: str) -> list[str]:
    def n(value: float) -> str:
        return number(value, language)

    delivered, counted, excluded = found.delivered
    lines = [f"{n(delivered)} records delivered: {n(counted)} counted, {n(excluded)} left out."]
    if len(found.excluded):
        why = [f"{reason} {n(count)}" for reason, count in found.excluded.head(MOST).items()]
        more = len(found.excluded) - MOST
        lines.append(f"Left out: {', '.join(why)}{f' and {more} further reasons' if more > 0 else ''}.")
    if found.since:
        lines.append(f"Answers with a date: {found.since}.")
    if found.provisional:
        lines.append(
            f"Provisional: {n(found.provisional)} of {n(found.episodes)} episodes ended in the last half year the "
            "register covers; later deliveries may add endings."
        )
    if found.findings:
        told = ", ".join(f"{n(found.findings[each])} {each}s" for each in schemas.SEVERITIES if each in found.findings)
        lines.append(f"Findings for those who delivered: {told} (region.findings).")
    return lines


def as_text(region: "Region") -> str:
    """Return the overview as plain text."""
    found = account(region)
    rows = [f"  {name:<12} {number(found.counts.get(name, 0), 'en'):>9}  {_row(name)}" for name in (*FIRST, *_others())]
    return "\n".join([found.title, *rows, *_sentences(found, "en"), "region.compare?, region.about('scores')"])


def as_html(region: "Region") -> str:
    """Return the overview for a notebook; it takes the colours of the notebook's theme, light or dark."""
    found = account(region)
    cell = 'style="text-align:left;padding:.15em 1.2em .15em 0;border-bottom:1px solid rgba(128,128,128,.35)"'
    right = cell.replace("left", "right", 1)
    rows = "".join(
        f'<tr><th scope="row" {cell}><code>region.{name}</code></th>'
        f"<td {right}>{number(found.counts.get(name, 0), 'en')}</td><td {cell}>{escape(_row(name))}</td></tr>"
        for name in (*FIRST, *_others())
    )
    lines = "".join(f"<li>{escape(line)}</li>" for line in _sentences(found, "en"))
    return (
        f'<div style="color:inherit;max-width:60em"><p><strong>{escape(found.title)}</strong></p>'
        f'<table style="border-collapse:collapse;margin:0;color:inherit"><thead><tr><th scope="col" {cell}>table</th>'
        f'<th scope="col" {right}>rows</th><th scope="col" {cell}>one row per</th></tr></thead><tbody>{rows}</tbody>'
        f"</table><ul>{lines}</ul><p>Ask: <code>region.compare</code>, <code>relate</code>, <code>follow</code>, "
        "<code>mirror</code>, <code>change</code>, <code>item</code>, <code>themes</code>. What a measure can be: "
        "<code>region.measures</code>. What a table holds: <code>region.scores?</code></p></div>"
    )


def _others() -> list[str]:
    return [name for name in schemas.TABLES if name not in FIRST]


def _row(name: str) -> str:
    return str(schemas.TABLES[name].description).removeprefix("one row per ").partition(";")[0].partition(":")[0]
