"""The image from all sides: how a provider sees itself, and how others see it."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from workbench.analysis import agreement
from workbench.analysis.arguments import need, refuse
from workbench.analysis.estimates.contract import rows, together

ASSESSORS = ("access", "back_office", "supervisor")
ASKED = {"client": "adjusted", "staff": "mean"}  # whose scores stand for their view, and which statistic
LOWER = 1 / 4  # part of the scale below the self-image from which a source is lower: one point of five
SOURCES_NEEDED = 2  # independent sources that see it lower before it is something to talk about
PROVIDERS_NEEDED = 10  # for a correlation between two sources
DRAWS = 2000
ORIENTATING, SAME, NOBODY = "orientating", "all judgements the same", "no provider judged by all"


def ratings(
    assessments: pd.DataFrame, scored: pd.DataFrame, asked_as: Mapping[str, Sequence[str]], year: int
) -> pd.DataFrame:
    """How do all sources see each provider, per theme?

    Parameters
    ----------
    assessments : DataFrame, one row per provider, source, theme and year
        ``provider_id, source, theme, score, scale`` (such as 1-5) and ``n``.
    scored : DataFrame
        Rows of the contract of the same year: the scores of clients (``adjusted``) and staff (``mean``) per provider.
    asked_as : mapping of theme to dimensions
        Under which dimensions clients and staff were asked about the theme; the first a provider has counts.
    year : int

    Returns
    -------
    DataFrame
        Statistic ``rating`` per provider, theme and source (in `group`), 0-100; those of clients and staff are the very
        figures of their dimension. Statistic ``discuss``, group ``self``: how many other sources are lower by a quarter
        of the scale; label ``discuss`` from two on.

    Raises
    ------
    ValueError
        A missing column, or a scale that is not two numbers.

    Examples
    --------
    >>> judged = pd.DataFrame({"provider_id": "a", "source": ["self", "access", "supervisor"], "theme": "veilig",
    ...     "year": 2026, "score": [5, 3, 4], "scale": "1-5", "n": 2.0})
    >>> got = ratings(judged, together([]), {}, 2026)
    >>> got[["group", "statistic", "estimate", "label"]].values.tolist()[:2]
    [['self', 'discuss', 2.0, 'discuss'], ['access', 'rating', 50.0, '']]
    """
    need("assessments", assessments, ["n"])
    given = _on_100(assessments[assessments["year"] == year])
    given = given.assign(estimate=given["points"], group=given["source"])
    given = given.rename(columns={"theme": "measure", "provider_id": "unit_id"})[
        ["measure", "unit_id", "group", "estimate", "n"]
    ].dropna(subset=["estimate"])
    seen, key = _asked(scored, asked_as), ["measure", "unit_id", "group"]
    if len(seen):  # a delivered judgement of clients goes before the survey's
        seen = seen[~pd.MultiIndex.from_frame(seen[key]).isin(pd.MultiIndex.from_frame(given[key]))]
    fixed = {"unit": "provider", "year": year}
    parts = [rows(given, statistic="rating", method="judgement, 0-100", **fixed)]
    if len(seen):
        parts.append(rows(seen, statistic="rating", **fixed))
    everybody = pd.concat([given, seen], ignore_index=True)
    wide = everybody.pivot_table(index=["measure", "unit_id"], columns="group", values="estimate")
    if "self" in wide:
        own = wide[wide["self"].notna() & (wide.drop(columns="self").notna().sum(axis=1) > 0)]
        others = own.drop(columns="self")
        count = others.le(own["self"] - LOWER * 100 + 1e-9, axis=0).sum(axis=1)
        table = count.rename("estimate").reset_index().assign(n=others.notna().sum(axis=1).to_numpy(float))
        table["label"] = np.where(table["estimate"] >= SOURCES_NEEDED, "discuss", "")
        parts.append(
            rows(table, statistic="discuss", group="self", method="sources lower than the self-image", **fixed)
        )
    return together(parts)


def _asked(scored: pd.DataFrame, asked_as: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the scores of clients and staff under the themes they were asked about."""
    ours = scored[(scored["unit"] == "provider") & (scored["category"] == "") & scored["estimate"].notna()]
    ours = ours[ours["statistic"] == ours["group"].map(ASKED)]
    pairs = [(theme, dimension, place) for theme, asked in asked_as.items() for place, dimension in enumerate(asked)]
    named = pd.DataFrame(pairs, columns=["theme", "measure", "place"])
    both = ours.merge(named, on="measure", validate="m:m").sort_values("place", kind="stable")
    first = both.drop_duplicates(["theme", "unit_id", "group"])
    columns = ["unit_id", "group", "estimate", "n", "n_eff", "std_error", "conf_low", "conf_high", "method"]
    return first[["theme", *columns]].rename(columns={"theme": "measure"})


def source_agreement(assessments: pd.DataFrame, year: int, draws: int = DRAWS) -> pd.DataFrame:
    """Do access team, back office and supervisor see the same?

    Parameters
    ----------
    assessments : DataFrame, one row per provider, source, theme and year
    year : int
    draws : int
        Of the bootstrap over providers.

    Returns
    -------
    DataFrame
        For the region, group ``assessors``, per theme: ``alpha_ordinal`` (with interval), ``ac2``, ``icc_a1`` and
        ``percent_agreement`` (share of pairs of judgements that are the same); n is the number of providers used, those
        judged at least twice (for the ICC by all). Reason ``orientating`` with fewer than 20.

    Examples
    --------
    >>> judged = pd.DataFrame({"provider_id": list("abcd") * 2, "source": ["access"] * 4 + ["supervisor"] * 4,
    ...     "theme": "veilig", "year": 2026, "score": [1, 2, 3, 4] * 2, "scale": "1-5"})
    >>> source_agreement(judged, 2026, draws=50)[["statistic", "estimate", "reason"]].values.tolist()[1]
    ['ac2', 1.0, 'orientating']
    """
    judged = _on_100(assessments[(assessments["year"] == year) & assessments["source"].isin(ASSESSORS)])
    found = []
    for theme, each in judged.groupby("theme"):
        wide = each.pivot(index="provider_id", columns="source", values="points")
        wide = wide[wide.notna().sum(axis=1) >= 2]
        if len(wide) < 2:
            continue
        complete = wide.dropna(axis=1, thresh=max(2, len(wide) // 2)).dropna()
        enough = complete.shape[1] >= 2 and len(complete) >= 2
        low, high, _ = agreement.interval(wide, draws=draws)
        answers = sorted({*np.linspace(0, 100, int(each["answers"].max())), *each["points"].dropna()})
        values = {
            "alpha_ordinal": (agreement.krippendorff_alpha(wide), len(wide), SAME),
            "ac2": (agreement.gwet_ac(wide, categories=answers), len(wide), SAME),
            "icc_a1": (agreement.icc(complete) if enough else np.nan, len(complete), SAME if enough else NOBODY),
            "percent_agreement": (_identical(wide), len(wide), ""),
        }
        for statistic, (value, n, why) in values.items():
            few = ORIENTATING if n < agreement.UNITS_NEEDED else ""
            reason = why if np.isnan(value) else few
            row = {"measure": theme, "statistic": statistic, "estimate": value, "n": float(n), "reason": reason}
            ends = (low, high) if statistic == "alpha_ordinal" else (np.nan, np.nan)
            found.append(row | dict(zip(("conf_low", "conf_high"), ends, strict=True)))
    if not found:
        return together([])
    fixed = {"unit": "region", "unit_id": "region", "group": "assessors", "year": year}
    return rows(pd.DataFrame(found), method="agreement over providers", **fixed)


def _on_100(assessments: pd.DataFrame) -> pd.DataFrame:
    """Return judgements with ``points`` on 0-100, and how many ``answers`` their scale has."""
    need("assessments", assessments, ["provider_id", "source", "theme", "year", "score", "scale"])
    refuse(
        "assessments", ~assessments["scale"].str.fullmatch(r"\d+-\d+"), "has no scale such as 1-5", assessments.index
    )
    low, high = (assessments["scale"].str.split("-").str[place].astype(float) for place in (0, 1))
    return assessments.assign(points=(assessments["score"] - low) / (high - low) * 100, answers=high - low + 1)


def _identical(ratings: pd.DataFrame) -> float:
    """Return which share of the pairs of judgements of one provider are the same."""
    pairs = [ratings[list(pair)].dropna() for pair in combinations(ratings.columns, 2)]
    same = np.concatenate([(pair.iloc[:, 0] == pair.iloc[:, 1]).to_numpy() for pair in pairs])
    return float(same.mean()) if len(same) else np.nan


def triangulation(rated: pd.DataFrame, year: int) -> pd.DataFrame:
    """Do sources order providers alike? Correlation of their mean ratings, with Fisher's interval.

    Not corrected for unreliability: how reliable a judgement of an assessor is, is not known.

    Parameters
    ----------
    rated : DataFrame
        Rows ``rating`` of `ratings`.
    year : int

    Returns
    -------
    DataFrame
        Statistic ``triangulation`` of measure ``all``, category ``source~source``; n is the number of providers both
        judged; none with fewer than 10.

    Examples
    --------
    >>> rated = pd.DataFrame({"statistic": "rating", "measure": "veilig", "unit_id": list("abcdefghij") * 2,
    ...     "group": ["self"] * 10 + ["access"] * 10, "estimate": [*range(10), *range(0, 20, 2)]})
    >>> triangulation(rated, 2026)[["category", "n", "estimate"]].round(3).values.tolist()
    [['access~self', 10.0, 1.0]]
    """
    ours = rated[rated["statistic"] == "rating"]
    wide = ours.pivot_table(index=["measure", "unit_id"], columns="group", values="estimate")
    found = []
    for one, other in combinations(sorted(wide.columns), 2):
        both = wide[[one, other]].dropna().groupby("unit_id").mean()  # over the themes both judged
        if len(both) < PROVIDERS_NEEDED or both.std().min() == 0:
            continue
        r, n = float(np.corrcoef(both[one], both[other])[0, 1]), len(both)
        low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-1.96, 1.96]) / np.sqrt(n - 3))
        found.append({"category": f"{one}~{other}", "n": n, "estimate": r, "conf_low": low, "conf_high": high})
    if not found:
        return together([])
    fixed = {"measure": "all", "statistic": "triangulation", "unit": "region", "unit_id": "region"}
    method = "correlation of provider means, Fisher interval"
    return rows(pd.DataFrame(found), group="assessors", year=year, method=method, **fixed)
