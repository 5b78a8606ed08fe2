"""Findings in plain words, Dutch and English: one place, chosen from the statistics, never from the estimate alone.

The words stand in ``texts.yml``; the functions here take estimates (rows of the contract) and decide which of them is
said. "Not distinguishable" is never "average"; "not significant" is never "equal"; few answers are named as such.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.reporting.texts import name, say, text, texts
from workbench.reporting.wording import number, percentage

ROLES = ("client", "relative", "staff")
OPINIONS = ("negative", "neutral", "other", "positive")
ENDINGS = (
    *("volgens_plan", "in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder", "extern", "overlijden"),
    *("overstap", "ander_domein", "administratief", "onbekend"),
)
WHY = {
    "follow-up does not reach the horizon": "not yet known",
    "fewer than 10 at risk at the horizon": "not yet known",
    "more answers than people invited": "more than invited",
}
BREAK = "break"
LABELS = ("above", "below", "not distinguishable", "too few")
VERDICTS = ("different", "different within margin", "equivalent", "undecided")
MOVEMENTS = ("better", "worse", "stable", "not to be told", "too few", "break", "not comparable", "")
BOUNDS = ("few cases", "nearly all")
CONTINUING = ("1", "2", "3", "4")


def compared(row: pd.Series, measure: str, language: str) -> str:
    """Say how a provider compares with the mean of the providers, from the label of its adjusted mean.

    A provider so large that it would be compared with itself is told beside the mean of the others.

    Examples
    --------
    >>> row = pd.Series({"label": "below", "delta": -7.26, "status": "shown", "reason": "", "method": "mean"})
    >>> compared(row, "Autonomie", "nl")
    'Autonomie: 7 punten lager dan het gemiddelde van de aanbieders. Dat is meer dan toeval verklaart.'
    """
    label = row["label"] if row["label"] in LABELS else "no comparison"
    if row["status"] == "hidden":
        label = {"few": "too few", "gives another away": "kept back"}.get(row["reason"], "no comparison")
    delta = number(abs(row["delta"]), language) if label in ("above", "below") else ""
    whom = text("titles", "the others" if "beside the others" in row["method"] else "the providers", language)
    return say(label, language, measure=measure, delta=delta, whom=whom)


def beside_region(row: pd.Series, measure: str, region: float, language: str) -> str:
    """Say how an outcome of a provider lies beside that of the region, from its label.

    `region` is the share of the region as it is shown elsewhere, missing where it is not. A provider with most of the
    people stands beside the others, and no number is named.

    Examples
    --------
    >>> row = pd.Series({"label": "above", "estimate": 0.12, "delta": 0.05, "method": "share"})
    >>> beside_region(row, "Uitval", 0.07, "nl")
    'Uitval: 12%, hoger dan in de regio (7%). Dat is meer dan toeval verklaart.'
    """
    label = row["label"] if row["label"] in LABELS else "alone"
    others = "beside the others" in row["method"]
    if label != "too few" and (pd.isna(row["delta"]) or (pd.isna(region) and not others)):
        label = "alone"
    values = {"share": percentage(row["estimate"], language), "whom": ""}
    if label in ("above", "below", "not distinguishable"):
        how = "from" if label == "not distinguishable" else "than"
        beside = "" if others else percentage(region, language)
        values["whom"] = text("titles", f"{how} the {'others' if others else 'region'}", language, region=beside)
    return say(f"outcome {label}", language, measure=measure, **values)


def held_back(row: pd.Series, settings: Mapping[str, Any], language: str) -> str:
    """Say which condition kept a figure from being called higher or lower; nothing where it was, or is not shown.

    The conditions in their order: enough answers, a measure that tells providers apart, a difference that matters,
    certainty after correction for the number of comparisons, certainty of the shrunken score.

    Examples
    --------
    >>> settings = {"minimum_n": 10, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05}
    >>> row = pd.Series({"label": "not distinguishable", "status": "shown", "statistic": "adjusted", "n": 40,
    ...     "reliability": 0.8, "delta": 3.1, "p_adjusted": 0.01})
    >>> held_back(row, settings, "nl")
    'Het verschil is kleiner dan 5 punten.'
    """
    if row["label"] != "not distinguishable" or row["status"] == "hidden":
        return ""
    score = row["statistic"] not in ("share", "incidence")
    if row["n"] < settings["minimum_n"]:
        return say("held back n", language, needed=number(settings["minimum_n"], language))
    if score and row["reliability"] < settings["minimum_reliability"]:
        values = {"reliability": row["reliability"], "needed": settings["minimum_reliability"]}
        return say(
            "held back reliability", language, **{key: number(value, language, 2) for key, value in values.items()}
        )
    if score and abs(row["delta"]) < settings["minimum_difference"]:
        return say("held back size", language, needed=number(settings["minimum_difference"], language))
    if pd.notna(row["p_adjusted"]) and row["p_adjusted"] >= settings["alpha"]:
        return say("held back chance", language)
    return say("held back certainty", language) if score else ""


def changed(row: pd.Series | None, language: str) -> str:
    """Say whether a score changed since an earlier year, with the difference and its interval.

    Examples
    --------
    >>> row = pd.Series({"label": "not to be told", "category": "2025", "estimate": 3.2, "conf_low": -4.0,
    ...     "conf_high": 10.1, "status": "shown", "reason": ""})
    >>> changed(row, "nl")
    'Sinds 2025: +3 (tussen −4 en +10). Of dit echt veranderde, is niet te zeggen.'
    """
    if row is None or row["status"] == "hidden":
        return say("change break", language, year=row["category"]) if row is not None and row["reason"] == BREAK else ""
    if row["reason"] == BREAK:
        return say("change break", language, year=row["category"])
    ends = {"gap": row["estimate"], "low": row["conf_low"], "high": row["conf_high"]}
    written = {key: number(value, language, signed=True) for key, value in ends.items()}
    verdict = {"changed": "risen" if row["estimate"] > 0 else "fallen"}.get(row["label"], row["label"])
    return say(f"change {verdict or 'not to be told'}", language, year=row["category"], **written)


def agreement(row: pd.Series, language: str) -> str:
    """Say what was agreed, with who does it and how far it is, where that is known.

    Examples
    --------
    >>> agreement(pd.Series({"action": "Vaste begeleider", "owner": "teamleider", "status": "running"}), "nl")
    'Vaste begeleider (teamleider; loopt)'
    """
    owner, status = row.get("owner"), row.get("status")
    known = [str(owner)] if pd.notna(owner) and owner else []
    known += [name(str(status), language)] if pd.notna(status) and status else []
    return f"{row['action']} ({'; '.join(known)})" if known else str(row["action"])


def moved(row: pd.Series, unit: str, language: str) -> str:
    """Say how the figure of an agreement moved, with its uncertainty, and whether it is where it should be.

    Examples
    --------
    >>> row = pd.Series({"movement": "better", "difference": 0.08, "difference_low": 0.01, "difference_high": 0.15,
    ...     "reached": "cannot be said"})
    >>> moved(row, "share", "nl")
    'Verbeterd: +8 procentpunten (tussen +1 en +15). Of het doel gehaald is, is niet te zeggen.'
    """
    key = row["movement"] or "unknown"
    ends = {"gap": row["difference"], "low": row["difference_low"], "high": row["difference_high"]}
    scale, decimals = (100, 0) if unit == "share" else (1, int(unit == "mark"))
    written = {
        name: "" if pd.isna(value) else number(value * scale, language, decimals, signed=True)
        for name, value in ends.items()
    }
    amount = text("titles", {"share": "percentage points", "mark": "mark points"}.get(unit, "score points"), language)
    sentences = [say(f"moved {key}", language, amount=amount, **written)]
    if row["reached"]:
        sentences.append(say(f"target {row['reached']}", language))
    return " ".join(sentences)


def moved_briefly(row: pd.Series, unit: str, language: str) -> str:
    """Say in a few words how the figure of an agreement moved, with the ends of the difference where there is one.

    Examples
    --------
    >>> row = pd.Series({"movement": "not to be told", "difference_low": -4.2, "difference_high": 8.1})
    >>> moved_briefly(row, "points", "nl")
    'niet te zeggen (tussen −4 en +8)'
    """
    movement = name(f"movement {row['movement'] or 'unknown'}", language)
    if pd.isna(row["difference_low"]):
        return movement
    scale, decimals = (100, 0) if unit == "share" else (1, int(unit == "mark"))
    low, high = (
        number(row[end] * scale, language, decimals, signed=True) for end in ("difference_low", "difference_high")
    )
    return say("moved short", language, movement=movement, low=low, high=high)


def moved_in_all(counts: pd.Series, agreements: int, language: str) -> str:
    """Say of all agreements together how many of their figures moved which way.

    Examples
    --------
    >>> moved_in_all(pd.Series({"better": 1, "not to be told": 3}), 4, "nl")
    'Afspraken: 4. Het cijfer erbij is 1 keer verbeterd en 0 keer verslechterd; 3 keer is dat niet te zeggen.'
    """
    better, worse, stable, rest = (int(counts.get(each, 0)) for each in ("better", "worse", "stable", "not to be told"))
    key = "moved in all stable" if stable else "moved in all"
    sentence = say(key, language, all=agreements, better=better, worse=worse, stable=stable, rest=rest)
    none = agreements - better - worse - stable - rest
    return f"{sentence} {say('moved in all without figure', language, none=none)}" if none else sentence


def mirrored(row: pd.Series, measure: str, margin: float, language: str) -> str:
    """Say whether staff and clients see the same, from the verdict on their gap.

    Examples
    --------
    >>> row = pd.Series({"label": "undecided", "estimate": 4.0, "conf_low": -3, "conf_high": 11, "status": "shown"})
    >>> mirrored(row, "Autonomie", 10, "nl")
    'Autonomie: niet te zeggen of medewerkers en cliënten verschillen.'
    """
    if row["status"] == "hidden":
        kept_back = row["reason"] == "gives another away"
        return say("kept back" if kept_back else "gap too few", language, measure=measure)
    if row["label"] != "different":
        return say(f"gap {row['label']}", language, measure=measure, margin=number(margin, language))
    key = "gap staff" if row["estimate"] > 0 else "gap client"
    low, high = sorted([abs(row["conf_low"]), abs(row["conf_high"])])
    values = {"gap": abs(row["estimate"]), "low": low, "high": high}
    return say(key, language, measure=measure, **{key: number(value, language) for key, value in values.items()})


def why_not(row: pd.Series | None, thresholds: Mapping[str, int], language: str) -> str:
    """Say why a figure is not shown.

    A bound that is published in its place is said as such.

    Examples
    --------
    >>> why_not(pd.Series({"reason": "few"}), {"hidden_below": 10, "smallest_cell": 5}, "nl")
    'Te weinig antwoorden (minder dan 10).'
    >>> why_not(pd.Series({"reason": "few cases", "n": 38.0}), {"hidden_below": 10, "smallest_cell": 5}, "nl")
    'Hoogstens 5 van de 38 (14%). Het precieze aantal staat hier niet, zodat niemand herkenbaar is.'
    """
    if row is None:
        return say("not delivered", language)
    reason = WHY.get(row["reason"], row["reason"])
    reason = reason if reason in texts()["sentences"] else "no figure possible"
    values: dict[str, Any] = {"threshold": thresholds["hidden_below"], "cell": thresholds["smallest_cell"]}
    if reason in BOUNDS:
        known, share = _end(row, thresholds, language)
        exactly = row["reason"] == "few cases"  # the number itself, where the other is what is left of a rounded one
        written = number(known, language) if exactly else _roughly(known, row, language)
        values |= {"known": written, "n": people(row, language), "share": share}
    return say(reason, language, **values)


def people(row: pd.Series, language: str) -> str:
    """Write how many people a figure rests on, with "about" where that number was rounded to protect another.

    Examples
    --------
    >>> people(pd.Series({"n": 250.0, "n_precision": 10.0}), "nl"), people(pd.Series({"n": 248.0}), "nl")
    ('ongeveer 250', '248')
    """
    return "" if pd.isna(row["n"]) else _roughly(row["n"], row, language)


def _roughly(value: float, row: pd.Series, language: str) -> str:
    written = number(value, language)
    return text("titles", "about", language, n=written) if pd.notna(row.get("n_precision")) else written


def bound(row: pd.Series, thresholds: Mapping[str, int], language: str) -> str:
    """Say in two words the bound that is published in place of a share; nothing where there is none.

    Examples
    --------
    >>> bound(pd.Series({"reason": "few cases", "n": 38.0}), {"smallest_cell": 5}, "nl")
    'hoogstens 14%'
    >>> bound(pd.Series({"reason": "few"}), {"smallest_cell": 5}, "nl")
    ''
    """
    if row["reason"] not in BOUNDS:
        return ""
    return say(f"{row['reason']} short", language, share=_end(row, thresholds, language)[1])


def _end(row: pd.Series, thresholds: Mapping[str, int], language: str) -> tuple[float, str]:
    """Return how many people are meant at most, or at least, and the share that is; rounded to the safe side."""
    most = thresholds["smallest_cell"]
    known, round_ = (most, math.ceil) if row["reason"] == "few cases" else (row["n"] - most, math.floor)
    return known, percentage(round_(100 * known / row["n"]) / 100, language)


def told_apart(labels: pd.Series, differ: bool, measure: str, language: str, briefly: bool = False) -> str:
    """Say how many providers lie above or below the mean of all, that none can be told apart, or that none differs.

    `differ` says whether all differences together are more than chance explains; `briefly` that the reader knows what
    providers are compared with.

    Examples
    --------
    >>> told_apart(pd.Series(["not distinguishable"] * 4), False, "Effect", "nl")
    'Effect: er is geen meetbaar verschil tussen aanbieders. Een volgorde zegt dan niets.'
    """
    counts = labels.value_counts()
    above, below, same = (int(counts.get(label, 0)) for label in ("above", "below", "not distinguishable"))
    key = "difference" if above + below else "none told apart" if differ else "no difference"
    key += " briefly" if briefly else ""
    return say(key, language, measure=measure, above=above, below=below, same=same)


def targets_in_all(reached: Sequence[str], language: str) -> str:
    """Say how many targets were reached, how many were not, and of how many that cannot be said.

    Examples
    --------
    >>> targets_in_all(["reached", "not reached", ""], "nl")
    'Doelen: 3. Gehaald: 1; niet gehaald: 1; niet te zeggen: 1.'
    """
    counts = {key.replace(" ", "_"): reached.count(key) for key in ("reached", "not reached")}
    rest = len(reached) - sum(counts.values())
    return say("ambitions", language, all=len(reached), cannot_be_said=rest, **counts)


def together(names: Sequence[str], language: str) -> str:
    """Return names as they stand in a sentence.

    Examples
    --------
    >>> together(["autonomie", "effect", "kwaliteit"], "nl")
    'autonomie, effect en kwaliteit'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {'en' if language == 'nl' else 'and'} {names[-1]}"


def without_subject(sentence: str) -> str:
    """Return a sentence without the measure it begins with, for beside that measure in a table.

    Examples
    --------
    >>> without_subject("Autonomie: niet te zeggen of medewerkers en cliënten verschillen.")
    'Niet te zeggen of medewerkers en cliënten verschillen.'
    """
    rest = sentence.split(": ", 1)[-1]
    return rest[:1].upper() + rest[1:]


def told(rows: pd.DataFrame) -> pd.Series:
    """Say which figures are told apart: labelled higher or lower."""
    return rows["label"].isin(["above", "below"])


def strengths(compared: pd.DataFrame, at_most: int = 3) -> pd.DataFrame:
    """Return what stands out well: labelled on the good side, the most certain first, then the largest.

    The rule is the same for `points`: only labels, which hold after correction for the number of comparisons; within
    them the adjusted p value, then the size in standard errors of what it is beside.

    Parameters
    ----------
    compared : DataFrame
        Comparisons, with which way is ``better``.
    at_most : int
    """
    return _first(compared[_favourable(compared)], at_most)


def points(compared: pd.DataFrame, gaps: pd.DataFrame, at_most: int = 3) -> pd.DataFrame:
    """Return what to talk about: what is labelled on the other side first, then gaps that are `different`."""
    below = _first(compared[told(compared) & ~_favourable(compared)], at_most)
    return pd.concat([below, _first(gaps[gaps["label"] == "different"], at_most)]).head(at_most)


def further(compared: pd.DataFrame, gaps: pd.DataFrame, at_most: int = 3) -> dict[str, list[str]]:
    """Return what `points` had no room for: measures that are ``lower``, and those with ``gaps``."""
    chosen = points(compared, gaps, at_most)
    unfavourable = compared[told(compared) & ~_favourable(compared)]
    found = {"lower": unfavourable, "gaps": gaps[gaps["label"] == "different"]}
    return {kind: list(rows.loc[~rows.index.isin(chosen.index), "measure"]) for kind, rows in found.items()}


def _favourable(compared: pd.DataFrame) -> pd.Series:
    lower = compared["better"] == "lower"
    return (compared["label"].eq("above") & ~lower) | (compared["label"].eq("below") & lower)


def _first(rows: pd.DataFrame, at_most: int) -> pd.DataFrame:
    size = (rows["delta"].fillna(rows["estimate"]) / rows["std_error"]).abs()
    order = rows.assign(size=-size).sort_values(["p_adjusted", "size", "measure"])
    return order.drop(columns="size").head(at_most)
