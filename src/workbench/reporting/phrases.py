"""Findings in plain words, Dutch and English: one place, chosen from the statistics, never from the estimate alone.

The words stand in ``texts.yml``; the functions here take estimates (rows of the contract) and decide which of them is
said. "Not distinguishable" is never "average"; "not significant" is never "equal"; few answers are named as such.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from workbench.reporting.wording import number

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
CONTINUING = ("1", "2", "3", "4")


@cache
def texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return every text: kind, key, language."""
    return yaml.safe_load((Path(__file__).parent / "texts.yml").read_text("utf-8"))


def text(kind: str, key: str, language: str, **values: Any) -> str:
    """Return a text of one kind with its values filled in.

    Examples
    --------
    >>> text("sentences", "counted", "nl", n=41, role="cliënten")
    '41 cliënten vulden een vragenlijst in die telt.'
    """
    return texts()[kind][key][language].format(**values)


def say(key: str, language: str, **values: Any) -> str:
    """Return one of the sentences."""
    return text("sentences", key, language, **values)


def name(key: str, language: str) -> str:
    """Return the name of a code (a role, a reason, an answer, a label); the code itself where it has none."""
    return texts()["names"].get(key, {}).get(language, key)


def compared(row: pd.Series, measure: str, language: str) -> str:
    """Say how a provider compares with the mean of all providers, from the label of its adjusted mean.

    Examples
    --------
    >>> row = pd.Series({"label": "below", "delta": -7.26, "status": "shown", "reason": ""})
    >>> compared(row, "Autonomie", "nl")
    'Autonomie: 7 punten lager dan het gemiddelde van de aanbieders. Dat is meer dan toeval verklaart.'
    """
    label = row["label"] if row["label"] in ("above", "below", "not distinguishable", "too few") else "no comparison"
    if row["status"] == "hidden":
        label = {"few": "too few", "gives another away": "kept back"}.get(row["reason"], "no comparison")
    delta = number(abs(row["delta"]), language) if label in ("above", "below") else ""
    return say(label, language, measure=measure, delta=delta)


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

    Examples
    --------
    >>> why_not(pd.Series({"reason": "few"}), {"hidden_below": 10, "smallest_cell": 5}, "nl")
    'Te weinig antwoorden (minder dan 10).'
    """
    if row is None:
        return say("not delivered", language)
    reason = WHY.get(row["reason"], row["reason"])
    reason = reason if reason in texts()["sentences"] else "no figure possible"
    return say(reason, language, threshold=thresholds["hidden_below"], cell=thresholds["smallest_cell"])


def told_apart(labels: pd.Series, icc: float, measure: str, language: str) -> str:
    """Say how many providers lie above or below the mean of all, or that none can be told apart.

    Examples
    --------
    >>> told_apart(pd.Series(["not distinguishable"] * 4), 0.0, "Effect", "nl")
    'Effect: er is geen meetbaar verschil tussen aanbieders. Een volgorde zegt dan niets.'
    """
    counts = labels.value_counts()
    above, below, same = (int(counts.get(label, 0)) for label in ("above", "below", "not distinguishable"))
    key = "difference" if above + below else "no difference" if icc <= 0 else "none told apart"
    return say(key, language, measure=measure, above=above, below=below, same=same)


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


def strengths(adjusted: pd.DataFrame, at_most: int = 3) -> pd.DataFrame:
    """Return what stands out above: labelled `above`, the most certain first, then the largest.

    The rule is the same for `points`: only labels, which hold after correction for the number of comparisons; within
    them the adjusted p value, then the size.
    """
    return _first(adjusted[adjusted["label"] == "above"], at_most)


def points(adjusted: pd.DataFrame, gaps: pd.DataFrame, at_most: int = 3) -> pd.DataFrame:
    """Return what to talk about: what is labelled `below` first, then gaps between staff and clients, `different`."""
    below = _first(adjusted[adjusted["label"] == "below"], at_most)
    return pd.concat([below, _first(gaps[gaps["label"] == "different"], at_most)]).head(at_most)


def further(adjusted: pd.DataFrame, gaps: pd.DataFrame, at_most: int = 3) -> dict[str, list[str]]:
    """Return what `points` had no room for: measures that are ``lower``, and those with ``gaps``."""
    named = points(adjusted, gaps, at_most)
    found = {"lower": adjusted[adjusted["label"] == "below"], "gaps": gaps[gaps["label"] == "different"]}
    return {kind: list(rows.loc[~rows.index.isin(named.index), "measure"]) for kind, rows in found.items()}


def _first(rows: pd.DataFrame, at_most: int) -> pd.DataFrame:
    size = rows["delta"].fillna(rows["estimate"]).abs()
    order = rows.assign(size=-size).sort_values(["p_adjusted", "size", "measure"])
    return order.drop(columns="size").head(at_most)
