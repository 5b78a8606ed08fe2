"""How one question was answered, by group of people, and what people wrote, by theme."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from workbench import scoring
from workbench.analysis import estimates, release
from workbench.analysis.estimates.contract import as_shares, in_cells
from workbench.analysis.estimates.experience import OPINIONS, OTHER
from workbench.analysis.hypotheses import benjamini_hochberg
from workbench.reporting import figures, phrases
from workbench.reporting.exhibits import interval, plain, share
from workbench.research.answer import Answer, decided, head, hidden_note, text, told
from workbench.research.questions.measures import UNITS, background, kind_of, settings
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region

TONES = {2: (-2, 3), 3: (-3, 0, 3)}


def item(
    region: "Region", item: str, by: str | None = "variant", *, role: str = "client", year: int | None = None
) -> Answer:
    """Look at the answers to one question, by target group or any other background.

    Shares negative, neutral and positive with Wilson intervals; versions with three and with five answers meet in these
    three. Each group's share positive is put beside that of everybody else (chi-squared test of Campbell 2007,
    Statistics in Medicine 26, 3661-3675; corrected for the number of groups). Nothing is adjusted: groups may differ in
    more than what they are called.

    Parameters
    ----------
    item : str
        See ``region.measures``.
    by : str or None
        ``"variant"`` (the version for a target group), ``"age_band"``, ``"sex"``, ``"product"``, ``"mode"``,
        ``"municipality_code"``, ``"provider_id"`` or a background question; None for everybody together.
    role : str
    year : int, optional

    Returns
    -------
    Answer
        Its `estimates`: statistic ``share``; category ``answer`` or ``answer: group``.

    Examples
    --------
    >>> region.item("T1", by="age_band")                         # doctest: +SKIP
    """
    year = year or region.year
    item, kind = kind_of(region, item)
    if kind != "item":
        raise NotThere(f"{region.label(item)!r} is no single question; those are {', '.join(_items(region))}.")
    given = region.survey(year).given
    given = given[given["role"] == role].dropna(subset=[item])
    if given.empty:
        raise NotThere(f"No {role} answered {item!r} in {year}.")
    if by is not None and by not in given:
        region._known("column to group by", by, background(given))
    groups = given[by].astype(str).where(given[by].notna()) if by else pd.Series("", index=given.index)
    counts = (
        pd.Series(_opinion(region, given, item), index=given.index)
        .groupby([groups, _opinion(region, given, item)])
        .size()
    )
    cells = in_cells(counts.rename_axis(["group", "answer"]), OPINIONS).rename(columns={"category": "opinion"})
    other = cells[cells["opinion"] != "positive"].groupby(["group", "n"], as_index=False)["count"].sum()
    cells = pd.concat([cells, other.assign(opinion=OTHER)], ignore_index=True)
    return _told(region, item, by, _contract(region, cells, item, by, role, year), role)


def _items(region: "Region") -> list[str]:
    known = region.measures
    return list(known.index[known["kind"] == "item"])


def _opinion(region: "Region", given: pd.DataFrame, item: str) -> pd.Series:
    """Return what each answer comes to: below the middle, on it, or above."""
    found = pd.Series("", index=given.index, dtype=object)
    for rows, low, high, turned, _ in scoring.versions(given, item, region.codebook):
        codes = low + high - given.loc[rows, item] if turned else given.loc[rows, item]
        middle = (low + high) / 2
        found.loc[rows] = np.select([codes < middle, codes > middle], ["negative", "positive"], "neutral")
    return found


def _contract(region: "Region", cells: pd.DataFrame, item: str, by: str | None, role: str, year: int) -> pd.DataFrame:
    """Return the shares as estimates, with how each group's share positive stands beside that of the others.

    As in the reports nothing is shown of one to four people: where few are negative or neutral, both go and the two
    together stay; where few are positive, or few are not, the group goes.
    """
    wide = cells.pivot(index="group", columns="opinion", values="count")
    least = region.codebook.region.thresholds.smallest_cell
    small = wide.gt(0) & wide.lt(least)
    apart = small["negative"] | small["neutral"]
    whole = small["positive"] | small[OTHER]
    known = cells[cells["opinion"] == "positive"].set_index("group")
    beside = _beside_others(known["count"], known["n"], settings(region)) if len(known) > 1 else None
    table = cells if beside is None else cells.join(beside, on="group")
    for name in ("delta", "p_adjusted", "label"):
        table[name] = table[name].where(table["opinion"] == "positive") if name in table else np.nan
    hidden = table["group"].map(whole) | (table["group"].map(apart) & table["opinion"].isin(["negative", "neutral"]))
    fixed: dict[str, Any] = {"measure": item, "statistic": "share", "group": role, "year": year}
    if by in UNITS:
        table = table.assign(category=table["opinion"]).rename(columns={"group": "unit_id"})
        made = as_shares(table, unit=UNITS[by], **fixed)
    else:
        table = table.assign(category=table["opinion"] + (": " + table["group"] if by else ""))
        made = as_shares(table.drop(columns="group"), unit="region", unit_id="region", **fixed)
    rows = decided(region, made)
    gone = hidden.to_numpy() & (rows["status"] != "hidden").to_numpy()
    rows.loc[gone, ["status", "reason"]] = ["hidden", release.SMALL]
    return rows.assign(opinion=table["opinion"].to_numpy(), of=cells["group"].to_numpy())


def _beside_others(count: pd.Series, n: pd.Series, chosen: Mapping[str, float]) -> pd.DataFrame:
    """Compare each group's share with that of all others: chi-squared times (N - 1)/N (Campbell 2007)."""
    k, m = count.to_numpy(float), n.to_numpy(float)
    rest, others = k.sum() - k, m.sum() - m
    pooled = k.sum() / m.sum()
    delta = k / m - rest / others
    variance = pooled * (1 - pooled) * (1 / m + 1 / others) * m.sum() / (m.sum() - 1)
    z = np.divide(delta, np.sqrt(variance), out=np.zeros(len(k)), where=variance > 0)
    p = benjamini_hochberg(np.where(m >= chosen["minimum_n"], 2 * stats.norm.sf(abs(z)), np.nan))
    clear = (p < chosen["alpha"]) & (100 * abs(delta) >= chosen["minimum_difference"])
    label = np.select([np.isnan(p), clear & (delta > 0), clear], ["too few", "above", "below"], "not distinguishable")
    return pd.DataFrame({"delta": delta, "p_adjusted": p, "label": label}, index=count.index)


def _told(region: "Region", item: str, by: str | None, rows: pd.DataFrame, role: str) -> Answer:
    language = region.language
    visible = rows[rows["status"] != "hidden"]
    positive = visible[visible["opinion"] == "positive"].set_index("of")
    shares = visible.pivot(index="of", columns="opinion", values="estimate").reindex(index=positive.index)
    shares = shares.reindex(columns=[*OPINIONS, OTHER])
    words = {each: phrases.name(each, language) for each in shares.columns}
    names = [region.label(str(each)) if each else phrases.name(role, language) for each in positive.index]
    table = pd.DataFrame({text(region, "per group").capitalize(): names})
    drawn, parts = _drawn(shares, words)
    for word in parts:
        table[word.capitalize()] = [share(value, language) for value in drawn[word]]
    table[text(region, "interval positive")] = [interval(row, language, shares=True) for _, row in positive.iterrows()]
    table[head(region, "n")] = [plain(each, language) for each in positive["n"]]
    if len(positive) > 1:
        said = [phrases.name(each or "no comparison", language) for each in positive["label"]]
        table[head(region, "comparison")] = said
    whole = rows[rows["opinion"] == "positive"]
    total = (whole["estimate"] * whole["n"]).sum() / whole["n"].sum()
    finding = text(
        region, "answered", item=region.label(item), share=share(total, language), n=plain(whole["n"].sum(), language)
    )
    labels = zip(names, positive["label"], strict=True)
    apart = [f"{name} ({phrases.name(label, language)})" for name, label in labels if label in ("above", "below")]
    if len(positive) > 1:
        named = phrases.together(apart, language)
        finding += " " + (text(region, "groups apart", names=named) if apart else text(region, "groups alike"))
    hidden = rows["of"].nunique() - len(positive)
    notes = [text(region, "unadjusted groups") if by else "", hidden_note(region, hidden)]
    return told(
        region,
        f"item-{item}-{by or 'all'}",
        table,
        rows.drop(columns=["opinion", "of"]),
        caption=text(region, "caption item", item=region.label(item), role=phrases.name(role, language)),
        finding=finding,
        chart=figures.distribution(drawn.assign(label=names), parts, tones=TONES[len(parts)], language=language)
        if len(drawn)
        else None,
        notes=notes,
        **{head(region, "n"): "points"},
    )


def _drawn(shares: pd.DataFrame, words: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Return what to draw: three opinions where all groups have them, else those that are not positive together."""
    used = OPINIONS if shares[list(OPINIONS)].notna().all(axis=None) else (OTHER, "positive")
    parts = [words[each] for each in used]
    return shares[list(used)].set_axis(parts, axis=1).reset_index(drop=True), parts


def themes(
    region: "Region",
    words: Mapping[str, str | Sequence[str]] | None = None,
    *,
    role: str | None = None,
    year: int | None = None,
) -> Answer:
    """Sort what people wrote by theme: the open answers that a person released, without names.

    A remark belongs to the dimension its question was about. With `words` it belongs to each theme of which it holds a
    word (any case, also as part of a longer word); one remark may have more themes, or none.

    What was released is a choice: counts say what there is to read, never how many people think so.

    Parameters
    ----------
    words : mapping of theme to words, optional
        Such as ``{"wachten": ["wacht", "duurde"], "bejegening": ["luister", "serieus"]}``.
    role : str, optional
        Only these.
    year : int, optional
        The last year that is open.

    Returns
    -------
    Answer
        The table has the remarks themselves; `estimates` holds statistic ``count`` per theme.

    Examples
    --------
    >>> region.themes({"wachten": ["wacht", "duurde"]})          # doctest: +SKIP
    """
    year = year or region.year
    remarks = region.remarks
    remarks = remarks[(remarks["year"] == year) & (remarks["role"].eq(role) if role else True)]
    if remarks.empty:
        raise NotThere(
            f"No open answers were released in {year}. 'python -m workbench remarks' writes the table in which a "
            "person releases them."
        )
    none = text(region, "no theme")
    if words is None:
        known = remarks["dimension"].fillna("")
        sorted_by = {each: remarks[known == each] for each in sorted(known.unique()) if each}
    else:
        lists = {theme: [each] if isinstance(each, str) else list(each) for theme, each in words.items()}
        low = remarks["text"].str.casefold()
        sorted_by = {
            theme: remarks[low.map(lambda said, each=each: any(word.casefold() in said for word in each))]
            for theme, each in lists.items()
        }
    found = pd.concat(
        [part.assign(theme=theme) for theme, part in sorted_by.items()] or [remarks.head(0).assign(theme="")]
    )
    rest = remarks[~remarks["remark_id"].isin(found["remark_id"])].assign(theme=none)
    every = pd.concat([found, rest], ignore_index=True)
    counts = every.groupby("theme").agg(estimate=("remark_id", "nunique"), providers=("provider_id", "nunique"))
    counts = counts.reindex(
        [*[each for each in sorted_by if each in counts.index], *([none] if none in counts.index else [])]
    )
    table = pd.DataFrame(
        {
            head(region, "theme"): [region.label(str(each)) for each in counts.index],
            head(region, "number"): counts["estimate"].to_numpy(),
            text(region, "units provider").capitalize(): counts["providers"].to_numpy(),
            text(region, "for example"): [_examples(every, str(each)) for each in counts.index],
        }
    )
    made = counts.reset_index().rename(columns={"theme": "category"}).assign(n=counts["estimate"].to_numpy(float))
    rows = estimates.rows(
        made,
        measure="remarks",
        statistic="count",
        unit="region",
        unit_id="region",
        group=role or "all",
        year=year,
        method="released remarks",
    )
    finding = text(region, "themes", n=len(remarks), themes=len(sorted_by), rest=len(rest))
    return told(
        region,
        "themes",
        table,
        decided(region, rows),
        caption=text(region, "caption themes", year=year),
        finding=finding,
        notes=[text(region, "released is a choice")],
    )


def _examples(every: pd.DataFrame, theme: str) -> str:
    """Return a few different remarks of a theme, the shortest first."""
    texts = every.loc[every["theme"] == theme, "text"].drop_duplicates()
    chosen = texts.sort_values(key=lambda said: said.str.len(), kind="stable").head(3)
    return " / ".join(f"“{said}”" for said in chosen)
