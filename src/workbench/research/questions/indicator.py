"""Try an indicator before it is put in the codebook."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import codebook as codebooks
from workbench import estimating, indicator_cards, indicators
from workbench.analysis import estimates
from workbench.codebook import CodebookError
from workbench.indicators import Rule
from workbench.research.answer import Answer, decided, text
from workbench.research.questions.compare import apart, exhibit
from workbench.research.questions.measures import UNITS, settings
from workbench.store import NotThere

if TYPE_CHECKING:
    from workbench.research.region import Region


def indicator(
    region: "Region",
    rule: str,
    of: str | Sequence[str] = "",
    at_least: float | None = None,
    *,
    name: str = "",
    by: str = "provider_id",
    role: str = "client",
    year: int | None = None,
) -> Answer:
    """Try an indicator: what would it say of providers or municipalities?

    Nothing is written. What proves useful becomes permanent with a row in ``data/codebook/<region>/indicators.csv``:
    the next ``make report`` has it in both reports. docs/indicators.md shows how.

    Parameters
    ----------
    rule : str
        ``"share of answers"`` (of one item, from a code as the statement points), ``"mean of answers"`` (of items,
        0-100), ``"share of endings"`` (groups of endings), ``"share of durations"`` (of ended episodes, from a number
        of months) or ``"ratio"`` (of two figures of the administration).
    of : str or sequence of str
        Items, groups of endings, or two measures such as ``"complaints / clients"``.
    at_least : float, optional
        Code, or months, from which it counts.
    name : str
        What to call it.
    by : {"provider_id", "municipality_code"}
    role : str
        Whose answers.
    year : int, optional
        The last year that is open.

    Returns
    -------
    Answer
        Its `estimates` are those the reports would have, before disclosure control of the release as a whole.

    Examples
    --------
    >>> region.indicator("share of answers", "K3", 4, name="Satisfied")      # doctest: +SKIP
    """
    year = year or region.year
    if by not in UNITS:
        raise NotThere(f"No unit {by!r}; choose from {', '.join(UNITS)}.")
    listed = of if isinstance(of, str) else ", ".join(of)
    made = _rule(region, rule, listed, at_least, role)
    survey = region.survey(year)
    known = estimating.known(region.table("episodes"), year)
    rows = indicators.of_year([made], survey.given, known, region.context, year, region.codebook)
    if made.statistic == "share":
        rows = estimates.outcomes_beside_region(rows, settings(region), {made.measure: "share"}, (made.measure,))
    rows = decided(region, rows)
    own = rows[(rows["unit"] == UNITS[by]) & (rows["statistic"] == made.statistic)]
    if made.statistic == "context":
        own = own[own["category"] == own["category"].max()]
    if own.empty:
        raise NotThere(f"Nothing to compute {rule!r} of {listed or at_least!r} from in {year}.")
    whole = rows[(rows["unit"] == "region") & (rows["statistic"] == made.statistic)]["estimate"]
    own = own.assign(name=[region.label(each) for each in own["unit_id"]])
    called = name or f"{rule} {listed} {'' if at_least is None else at_least}".strip()
    finding = apart(region, called, own.loc[own["status"] != "hidden", "label"], text(region, f"units {UNITS[by]}"))
    middle = float(whole.iloc[-1]) if len(whole) else None
    return exhibit(
        region,
        called,
        own,
        UNITS[by],
        finding,
        [text(region, "tried")],
        rows,
        role,
        made.statistic == "share",
        middle,
        decimals=2 * (made.statistic == "context"),
    )


def _rule(region: "Region", rule: str, of: str, at_least: float | None, role: str) -> Rule:
    """Return the rule, held against the codebook as a row of ``indicators.csv`` is."""
    row: dict[str, Any] = dict.fromkeys(codebooks.TABLES["indicators"], "")
    row |= {"indicator": "tried", "rule": rule, "of": of, "role": role, "name_nl": "tried"}
    row["at_least"] = "" if at_least is None else f"{at_least:g}"
    mistakes: list[str] = []
    table = indicator_cards.read(pd.DataFrame([row]), region.codebook.items, (), mistakes)
    if mistakes:
        raise CodebookError([each.removeprefix("indicators.csv, row 2, column ") for each in mistakes])
    return Rule("tried", rule, tuple(indicator_cards.parts(of)), float(table["at_least"].iloc[0]), role)
