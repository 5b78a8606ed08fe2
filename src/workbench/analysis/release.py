"""Which estimates a reader may see, decided for the whole release at once.

First the plain rules on people. A figure on fewer than ``hidden_below`` people is hidden, one on fewer than
``indicative_below`` is indicative. Of 1 to ``smallest_cell`` - 1 people nothing is shown: not their share in a
distribution, and a share of a yes or no is given as a bound only ("at most 5 of 38"), also where nobody or everybody
is meant, so that the bound tells no more than it says.

Then the whole release: providers, municipalities and region add up, and so do answers, reasons and definitions. Where
what remains would give a protected number away, further figures are hidden, as few and as unimportant ones as possible
(`linked`). What remains is rounded as it is printed: a chart or a spreadsheet tells no more than the page.
"""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from workbench.analysis import linked, relations, standing
from workbench.analysis.intervals import wilson
from workbench.analysis.linked_counts import (
    AT_LEAST,
    AT_MOST,
    COARSE,
    FEW,
    LARGE,
    LINKED,
    MODES,
    OPINIONS,
    SMALL,
    Linked,
    Rules,
)
from workbench.analysis.printed import as_printed

VALUES = ["n", "n_eff", "estimate", "std_error", "conf_low", "conf_high", "delta", "p_adjusted", "reliability"]
PERSONS = ["people", "people_in", "people_out"]
BLOCK = ["measure", "statistic", "unit", "unit_id", "group", "year"]
UNIT = ["measure", "unit", "unit_id", "group", "year"]
DISTRIBUTIONS = ("reden_einde", "zonder_hulp", MODES)
YES_OR_NO = ("uitval", "nut", "zonder_hulp", "geen_herstart")
SENSITIVE = ("negative", "eenzijdig_client", "eenzijdig_aanbieder", "1")  # not shown where it holds for all
BASES = ("share", "incidence", "count", "mean", "adjusted")
MODELLED = (*BASES, "gap")
PEOPLE = ("clients", "inflow", "complaints")  # administrative figures that count people
ORGANISATIONS = ("rating", "discuss", "context", "alpha_ordinal", "ac2", "icc_a1", "percent_agreement", "triangulation")
CURVES = ("funnel_95", "funnel_998", "phi", "tau2", "n_needed", "detectable")  # of the region, and no figure on people


def decide(
    estimates: pd.DataFrame,
    hidden_below: int = 10,
    indicative_below: int = 30,
    smallest_cell: int = 5,
    uncertain_points: float = 10.0,
    ledger: pd.DataFrame | None = None,
    beforehand: pd.DataFrame | None = None,
    progress: Callable[[int, str], None] = lambda *_: None,
) -> pd.DataFrame:
    """Return the estimates with status and reason, the values of what is hidden taken out.

    Parameters
    ----------
    estimates : DataFrame, one row per measure, statistic, category, unit, group and year
    hidden_below, indicative_below, smallest_cell, uncertain_points
        Thresholds of the codebook: people behind a figure (the first two), people in a cell, points by which a mean
        that is hidden stays uncertain.
    ledger : DataFrame, one row per published figure, optional
        What was published before and stands (`standing`).
    beforehand : DataFrame, aligned with `estimates`, optional
        ``hidden`` and ``coarse``: what other figures, decided already, require of these.
    progress : callable
        Gets how many groups of figures that add up are decided on, and the measure that is next.

    Returns
    -------
    DataFrame
        The same rows; ``status`` is ``shown``, ``indicative`` or ``hidden``; ``reason`` is ``few`` (too few people),
        ``small cells`` (of a distribution), ``gives another away``, ``few cases`` or ``nearly all`` (known is only
        that at most `smallest_cell` people are, or are not, meant; ``n`` is left) or what it was.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": "effect", "statistic": "mean", "category": "", "unit": "provider",
    ...     "unit_id": ["a", "b", "c"], "group": "client", "year": [2024, 2025, 2026], "n": [9.0, 10, 30],
    ...     "estimate": 70.0, "reason": "", "label": "",
    ...     **dict.fromkeys(["n_eff", "std_error", "conf_low", "conf_high"], 1.0),
    ...     **dict.fromkeys(["delta", "p_adjusted", "reliability"], np.nan)})
    >>> decide(rows)[["estimate", "status", "reason"]].values.tolist()
    [[nan, 'hidden', 'few'], [70.0, 'indicative', ''], [70.0, 'shown', '']]
    """
    rules = Rules(hidden_below, smallest_cell, uncertain_points)
    decided = alone(estimates, rules, indicative_below)
    decided["coarse"], decided["slack"] = False, 0.0
    if beforehand is not None:
        decided["coarse"] = beforehand["coarse"]
        decided.loc[beforehand["hidden"] & (decided["status"] != "hidden"), ["status", "reason"]] = ["hidden", LINKED]
    if ledger is not None and len(ledger):
        decided = standing.hold(decided, ledger, rules)
    done = itertools.count()
    for systems in (relations.numbers, relations.cells):
        for system in systems(decided, rules):
            progress(next(done), str(system.key[0]))
            try:
                gone = linked.protect(system.system, system.insiders)
            except linked.Unprotectable:
                decided = _kept_back(decided, system)
            else:
                decided = _with_further(decided, system, gone)
    decided = _followed(_alternatives(decided), rules)
    released = published(decided)
    if ledger is not None and len(ledger):
        released = standing.as_published(released, decided["slack"] > 0, ledger)
    return released


def alone(estimates: pd.DataFrame, rules: Rules, indicative_below: int) -> pd.DataFrame:
    """Return the estimates with status and reason by the plain rules on people, values and all."""
    decided = with_people(estimates, rules)
    n, cells = decided["people"].fillna(0.0), _people_in(decided)
    persons, others = decided["people_in"].fillna(cells), decided["people_out"].fillna(decided["n"] - cells)
    mode = (decided["measure"] == MODES) & (decided["category"] != "")
    exempt = mode | _of_organisations(decided)
    status = np.select([n < rules.hidden_below, n < indicative_below], ["hidden", "indicative"], "shown")
    decided["status"] = np.where(exempt, "shown", status)
    decided.loc[(decided["status"] == "hidden") & (decided["reason"] == ""), "reason"] = FEW

    small = (cells > 0.5) & (persons < rules.smallest_cell - 0.5)
    for rows, reason in (
        ((decided["measure"] == "respons") & (cells < rules.hidden_below - 0.5), FEW),
        (_modes_of_few(decided), FEW),
        (_curve_of_few(decided, rules), FEW),
        ((decided["statistic"] == "context") & decided["measure"].isin(PEOPLE) & small, SMALL),
        (_opinions(decided, small), SMALL),
        (decided["measure"].isin(DISTRIBUTIONS) & (decided["category"] != "") & small, SMALL),
        (decided["category"].isin(SENSITIVE) & (cells > decided["n"] - 0.5), SMALL),
        (_yes_or_no(decided) & decided["few_people"], SMALL),
        *_bounds(decided, persons, others, rules),
    ):
        decided.loc[rows & (decided["status"] != "hidden"), ["status", "reason"]] = ["hidden", reason]
    bound = decided[(decided["measure"] == "zonder_hulp") & decided["reason"].isin([AT_MOST, AT_LEAST])]
    same = (decided["category"] == "4") & _among(decided, bound, BLOCK) & (decided["status"] != "hidden")
    decided.loc[same, ["status", "reason"]] = ["hidden", SMALL]  # the same number, in the distribution
    clients = decided[(decided["measure"] == "clients") & (decided["status"] == "hidden")]
    spent = (decided["measure"] == "spent_per_client") & _among(decided, clients, [*UNIT[1:], "category"])
    decided.loc[spent, ["status", "reason"]] = ["hidden", SMALL]
    decided.loc[decided["estimate"].isna() & ~decided["statistic"].isin(CURVES), "status"] = "hidden"
    return decided


def published(decided: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they leave the house: rounded as printed, what is hidden taken out."""
    rounded = as_printed(decided)
    hidden = decided["status"] == "hidden"
    bound = hidden & decided["reason"].isin([AT_MOST, AT_LEAST])
    coarse = decided["coarse"] & (~hidden | bound)
    rounded["n_precision"] = np.where(coarse, float(COARSE), np.nan)
    if coarse.any():
        near = np.maximum(COARSE * (decided["n"] / COARSE).round(), COARSE)
        share = coarse & (decided["statistic"] == "share")
        low, high = wilson(rounded.loc[share, "estimate"] * near[share], near[share])
        rounded.loc[share, "conf_low"], rounded.loc[share, "conf_high"] = np.round(low, 2), np.round(high, 2)
        rounded["n_eff"] = decided["n_eff"].mask(coarse & (decided["n_eff"] == decided["n"]), near)
        rounded["n"] = decided["n"].mask(coarse, near)
        rounded.loc[coarse, "std_error"] = np.nan
    label_only = _of_other_choices(decided)
    rounded.loc[hidden | label_only, VALUES[1:]] = np.nan
    rounded.loc[(hidden & ~bound) | label_only, "n"] = np.nan
    rounded.loc[hidden & (rounded["label"] != "too few"), "label"] = ""
    return rounded.drop(columns=["coarse", "slack", "few_people", *PERSONS], errors="ignore")


def _of_organisations(table: pd.DataFrame) -> pd.Series:
    """Say which figures are about organisations: judgements, administration, counts of providers, curves to draw."""
    judged = table["statistic"].isin(ORGANISATIONS) & ~table["group"].isin(["client", "relative", "staff"])
    region = table["unit"] == "region"
    return judged | (region & table["statistic"].isin([*CURVES, "choice"]))


def _of_other_choices(table: pd.DataFrame) -> pd.Series:
    """Say which figures were computed by another choice than the region's: of a provider only their label is published.

    Their number would stand beside the one by the region's own choice, which is nearly the same and may be hidden.
    """
    return (table["statistic"] == "choice") & (table["unit"] != "region")


def _people_in(decided: pd.DataFrame) -> pd.Series:
    """Return how many people a share, or a count, is about; missing for other statistics."""
    count = (decided["estimate"] * decided["n"]).where(decided["statistic"].isin(["share", "incidence"]))
    return count.mask(decided["statistic"].isin(["count", "context"]), decided["estimate"])


def _modes_of_few(decided: pd.DataFrame) -> pd.Series:
    """Say which modes belong to a total that is hidden."""
    mode = decided["measure"] == MODES
    few = decided[mode & (decided["category"] == "") & (decided["status"] == "hidden")]
    return mode & _among(decided, few, UNIT)


def _curve_of_few(decided: pd.DataFrame, rules: Rules) -> pd.Series:
    """Say which points of a funnel are at a number of people that is not shown."""
    curve = decided["statistic"].isin(["funnel_95", "funnel_998"])
    at = pd.to_numeric(decided["category"].where(curve), errors="coerce")
    return curve & (at < rules.hidden_below)


def _opinions(table: pd.DataFrame, small: pd.Series) -> pd.Series:
    """Say which opinions on a statement must not be shown.

    Where negative or neutral is too small, both go and the two together (``other``) stay; where positive or the two
    together are too small, everything goes.
    """
    opinion = table["category"].isin([*OPINIONS, "other"]) & (table["statistic"] == "share")
    family = table.groupby(BLOCK).ngroup()
    apart = table["category"].isin(["negative", "neutral"])
    whole = family[small & opinion & ~apart]
    part = family[small & opinion & apart]
    return opinion & (family.isin(whole) | (apart & family.isin(part)))


def with_people(table: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return figures with how many people are behind them, and whether a share of many episodes is of few people.

    Where nothing else is said of the people, what is counted are people.

    Examples
    --------
    >>> rows = pd.DataFrame({"statistic": "share", "n": [40.0, 40.0], "estimate": [0.25, 0.25], "people": [np.nan, 30],
    ...     "people_in": [np.nan, 4], "people_out": [np.nan, 26]})
    >>> with_people(rows, Rules())[["people", "few_people"]].values.tolist()
    [[40.0, False], [30.0, True]]
    """
    table = table.assign(**{name: table.get(name, np.nan) for name in ("people", "people_in", "people_out")})
    cells, bound = _people_in(table), rules.smallest_cell + 0.5
    few = (table["people_in"] < bound) & (cells > bound)
    few |= (table["people_out"] < bound) & (table["n"] - cells > bound)
    return table.assign(people=table["people"].fillna(table["n"]), few_people=few)


def _yes_or_no(decided: pd.DataFrame) -> pd.Series:
    answer = decided["measure"].isin(YES_OR_NO) & decided["statistic"].isin(["share", "incidence"])
    answer |= relations.yes_or_no(decided) & (decided["measure"] != "respons")
    return answer & ((decided["measure"] != "zonder_hulp") | (decided["category"] == ""))


def _bounds(
    decided: pd.DataFrame, persons: pd.Series, others: pd.Series, rules: Rules
) -> Iterator[tuple[pd.Series, str]]:
    """Say which shares of a yes or no are published as a bound: those of few people, or of all but few."""
    answer = _yes_or_no(decided) & ~decided["few_people"]
    yield answer & (persons < rules.smallest_cell + 0.5), AT_MOST
    yield answer & (others < rules.smallest_cell + 0.5), AT_LEAST


def _with_further(decided: pd.DataFrame, system: Linked, gone: np.ndarray) -> pd.DataFrame:
    """Hide the rows of the figures that must go too; a number of people is rounded instead."""
    number = system.number[system.number >= 0]
    new = gone & ~system.system.hidden
    counted = number.index[new[number.to_numpy()]]
    if len(counted):
        same = _among(decided, decided.loc[counted], [*UNIT, "n"])
        bound = decided["reason"].isin([AT_MOST, AT_LEAST])
        decided["coarse"] |= same & (bound if len(system.figure) else bound | (decided["n"] >= LARGE))
        if not len(system.figure):
            silent = same & (decided["n"] < LARGE) & (decided["status"] != "hidden")
            decided.loc[silent, ["status", "reason"]] = ["hidden", LINKED]

    away = system.figure.index[gone[system.figure.to_numpy()]]
    told = decided.loc[away, ["status", "reason"]]
    further = away[(told["status"] != "hidden") | told["reason"].isin([AT_MOST, AT_LEAST])]
    if len(further):
        rows = decided.loc[system.figure.index, [*BLOCK, "status", "reason"]]
        small = rows[(rows["reason"] == SMALL) & (rows["status"] == "hidden")]
        own = _among(rows.loc[further], small, BLOCK)
        decided.loc[further, "status"] = "hidden"
        decided.loc[further, "reason"] = np.where(own, SMALL, LINKED)
    return decided


def _kept_back(decided: pd.DataFrame, system: Linked) -> pd.DataFrame:
    """Hide every row of a system in which nothing less would do."""
    rows = decided.loc[system.number.index]
    further = (rows["status"] != "hidden") | rows["reason"].isin([AT_MOST, AT_LEAST])
    decided.loc[rows.index[further], ["status", "reason"]] = ["hidden", LINKED]
    return decided


def _alternatives(decided: pd.DataFrame) -> pd.DataFrame:
    """Hide whatever says in another way what is hidden: it would give the figure away, or stand for it.

    Figures of the same measure, unit, group and year that are not linked by sums; and the same number on as many people
    elsewhere, under another name.
    """
    hidden = (
        (decided["status"] == "hidden") & (decided["unit"] != "region") & ~decided["reason"].isin([AT_MOST, AT_LEAST])
    )
    base = decided[hidden & decided["statistic"].isin(BASES) & (decided["category"] == "")]
    other = (decided["status"] != "hidden") & ~decided["statistic"].isin(MODELLED) & (decided["statistic"] != "context")
    same = ["unit", "unit_id", "group", "year", "n", "estimate"]
    number = decided[hidden & decided["estimate"].notna() & decided["n"].notna()]
    inherits = other & (_among(decided, base, UNIT) | _among(decided, number, same))
    reason = base.drop_duplicates(UNIT).set_index(UNIT)["reason"]
    own = pd.Series(reason.reindex(pd.MultiIndex.from_frame(decided[UNIT])).to_numpy(), index=decided.index)
    decided.loc[inherits, "reason"] = own[inherits].fillna(LINKED)
    decided.loc[inherits, "status"] = "hidden"
    bound = decided[decided["reason"].isin([AT_MOST, AT_LEAST]) & (decided["category"] == "")]
    other = _of_other_choices(decided) & (decided["status"] != "hidden") & _among(decided, bound, UNIT)
    decided.loc[other, ["status", "reason"]] = ["hidden", LINKED]
    return decided


def _followed(decided: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Hide how many people were still followed where their share is not shown, or where they are few.

    It is published in tens: with its share it then tells no number of restarts that the share does not tell.
    """
    followed = decided["statistic"] == "at_risk"
    shares = decided[(decided["statistic"] == "incidence") & (decided["status"] != "hidden")]
    few = followed & (decided["estimate"] < rules.hidden_below)
    away = followed & (few | ~_among(decided, shares, [*UNIT, "category"]))
    decided.loc[away, "reason"] = np.where(few[away], FEW, LINKED)
    decided.loc[away, "status"] = "hidden"
    return decided


def _among(table: pd.DataFrame, some: pd.DataFrame, columns: list[str]) -> pd.Series:
    keys = pd.MultiIndex.from_frame(table[columns])
    return pd.Series(keys.isin(pd.MultiIndex.from_frame(some[columns])), index=table.index)
