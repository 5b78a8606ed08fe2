"""Questionnaires that may not be what they seem: the same answer everywhere, too fast, the same person again.

They count and carry a flag, unless ``region.yml`` (``counting``) excludes them: leaving people out because of how they
answer is a choice, and a report should be able to say who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.codebook import Codebook
from workbench.intake.findings import Finding, on_rows
from workbench.intake.values import constant

if TYPE_CHECKING:
    from workbench.intake.responses import Cleaned

STRAIGHT, FAST, NEAR = "straight-lining", "too fast", "near duplicate"
_FEWEST_ALIKE = 4
_FEWEST_WITHOUT_REVERSED = 10
_FEWEST_ITEMS = 8
_LONGEST_DAY = 86400
_MOST = 127  # above and, negative, below every code of an answer scale


@dataclass(frozen=True)
class Doubtful:
    """Which records of one delivery are doubtful, each by the reason that its exclusion would have.

    `answered`: to how many items each record has an answer.
    """

    straight: pd.Series
    fast: pd.Series
    answered: np.ndarray


def within(codes: pd.DataFrame, seconds: pd.Series, codebook: Codebook, instrument: str) -> Doubtful:
    """Find straight-lining and impossible completion times in one delivery.

    The same answer to everything is a sign only where statements point both ways (at least four answered, a reversed
    one among them) or where there are many (ten). A questionnaire is too fast below `seconds_per_item` seconds per
    answered item; a time of zero, or of more than a day, says nothing.

    Examples
    --------
    >>> from workbench.settings import Region
    >>> items = pd.DataFrame({"instrument": "q", "variant": "standaard", "item": ["a", "b", "c", "d"],
    ...     "reversed": [False, False, False, True], "low": 1.0, "high": 5.0})
    >>> book = type("Book", (), {"items": items, "region": Region("r")})()
    >>> codes = pd.DataFrame({"a": [5, 5], "b": [5, 4], "c": [5, 5], "d": [5, 1]}, dtype="Int8")
    >>> found = within(codes, pd.Series([3.0, 60.0]), book, "q")
    >>> found.straight.tolist(), found.fast.tolist()
    ([True, False], [True, False])
    """
    items = codebook.items[codebook.items["instrument"] == instrument].drop_duplicates(["item"])
    items = items[items["item"].isin(codes.columns)]
    ranges = (items["low"].astype(str) + "-" + items["high"].astype(str)).to_numpy()
    usual = pd.Series(ranges).mode()
    alike = list(items.loc[ranges == usual.iat[0], "item"]) if len(usual) else []
    turned = set(items.loc[items["reversed"].astype(bool), "item"])
    lowest, highest = np.full(len(codes), _MOST, dtype=np.int8), np.full(len(codes), -_MOST, dtype=np.int8)
    answered, reversed_answered = np.zeros(len(codes), dtype=np.int16), np.zeros(len(codes), dtype=bool)
    total = np.zeros(len(codes), dtype=np.int16)
    for item in codes.columns:
        given = codes[item].notna().to_numpy()
        total += given
        if item in alike:
            kind = np.int8 if codes[item].dtype == "Int8" else np.float64
            code = codes[item].to_numpy(dtype=kind, na_value=_MOST)
            lowest, highest = np.minimum(lowest, code), np.maximum(highest, np.where(given, code, kind(-_MOST)))
            answered += given
            if item in turned:
                reversed_answered |= given
    enough = (answered >= _FEWEST_WITHOUT_REVERSED) | (reversed_answered & (answered >= _FEWEST_ALIKE))
    straight = enough & (lowest == highest)
    least = codebook.region.counting.seconds_per_item
    took = seconds.to_numpy(dtype=float)
    known = (took > 0) & (took < _LONGEST_DAY) & (total > 0)
    fast = known & (took < least * total)
    return Doubtful(pd.Series(straight, index=codes.index), pd.Series(fast, index=codes.index), total)


def flags(marked: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the flags of each record as one text, empty where there is none; held once if nobody has any.

    Examples
    --------
    >>> flags({"too fast": pd.Series([True, False])}, pd.RangeIndex(2)).tolist()
    ['too fast', '']
    """
    if not any(where.any() for where in marked.values()):
        return constant("", index)
    found = pd.Series("", index=index, dtype="str")
    for name, where in marked.items():
        if where.any():
            more = found[where.to_numpy()]
            found = (
                found.mask(where, name)
                if (more == "").all()
                else found.mask(where, more + np.where(more == "", "", "; ") + name)
            )
    return found


def told(file: str, where: pd.Series, what: str, excluded: bool) -> list[Finding]:
    """Return what to say of doubtful records: how many, and whether they count."""
    done = "not counted" if excluded else "counted"
    remedy = "Look at them; region.yml, counting, decides whether such records count."
    return on_rows(where, file, "note", ("record", "records"), f"{what}; {done}.", remedy)


def between(cleaned: "Sequence[Cleaned]", codebook: Codebook) -> "list[Cleaned]":
    """Find, over the deliveries of a year, people who stand in them more than once.

    A person with an id is the same at the same provider, role, questionnaire and moment: the most complete record
    counts, then the earliest. Without an id, all the same answers (eight or more) and background along another channel
    make a near duplicate: the first counts anyway, the others are flagged.
    """
    parts = [part for part in cleaned if len(part.responses)]
    if not parts:
        return list(cleaned)
    together = pd.concat([part.responses[["person", "alike"]] for part in parts], ignore_index=True)
    if not (together["person"] != 0).any() and not together["alike"].duplicated().any():
        return list(cleaned)
    choices = codebook.region.counting
    known = pd.concat([_known(part, at) for at, part in enumerate(cleaned) if len(part.responses)], ignore_index=True)
    again = _again(known)
    near = _near(known[~again]).reindex(known.index, fill_value=False)
    found = []
    for at, part in enumerate(cleaned):
        rows = known["part"] == at
        index = part.responses.index
        person = pd.Series(again[rows].to_numpy(), index=index)
        alike = pd.Series(near[rows].to_numpy(), index=index)
        out_person, out_near = choices.repeated_person == "exclude", choices.near_duplicates == "exclude"
        file = str(part.responses["file"].iat[0]) if len(index) else ""
        findings = told(file, person, "of a person who stands in this year's deliveries more than once", out_person)
        findings += told(file, alike, "with all the answers of another record along another channel", out_near)
        reason = pd.Series(None, index=index, dtype="str")
        reason = reason.mask(person & out_person, "same person again").mask(alike & out_near, "near duplicate")
        marked = {"same person again": person & ~out_person, NEAR: alike & ~out_near}
        found.append(_with(part, reason, marked, findings))
    return found


def _known(part: "Cleaned", at: int) -> pd.DataFrame:
    responses = part.responses
    kept = responses[
        ["provider_id", "role", "instrument", "moment", "variant", "mode", "person", "completed_on", "file", "row"]
    ]
    answered = part.codes.notna().sum(axis=1).to_numpy()
    return kept.astype(dict.fromkeys(("file", "instrument", "moment", "mode"), "str")).assign(
        part=at, answers=responses["alike"], answered=answered, hashed=responses["response_id"]
    )


def _again(known: pd.DataFrame) -> pd.Series:
    double = pd.Series(False, index=known.index)
    named = known[known["person"] != 0]
    unique = ["person", "provider_id", "role", "instrument", "moment"]
    if not named["person"].duplicated().any():
        return double
    order = named.assign(moment=named["moment"].fillna("")).sort_values(
        [*unique, "answered", "completed_on", "hashed", "file", "row"],
        ascending=[True] * len(unique) + [False] + [True] * 4,
        kind="stable",
    )
    double[order.index[order.duplicated(unique)]] = True
    return double


def _near(known: pd.DataFrame) -> pd.Series:
    """Say which records repeat all answers of one along another channel; the first channel in the alphabet stays."""
    enough = known[(known["answered"] >= _FEWEST_ITEMS) & known["mode"].notna()]
    near = pd.Series(False, index=known.index)
    if not enough["answers"].duplicated().any():
        return near
    groups = enough[enough["answers"].duplicated(keep=False)]
    channels = groups.groupby("answers")["mode"]
    several = groups[channels.transform("nunique") > 1]
    first = several.groupby("answers")["mode"].transform("min")
    near[several.index[several["mode"] != first]] = True
    return near


def _with(part: "Cleaned", reason: pd.Series, marked: dict[str, pd.Series], findings: list[Finding]) -> "Cleaned":
    """Return a delivery less the records that have a reason, with the others flagged."""
    responses = part.responses
    if any(where.any() for where in marked.values()):
        more = flags(marked, responses.index)
        before = responses["flags"].astype("str")
        both = before + np.where((before != "") & (more != ""), "; ", "") + more
        responses = responses.assign(flags=both.astype("str"))
    if not reason.notna().any():
        return replace(part, responses=responses, findings=[*part.findings, *findings])
    out = reason.notna()
    excluded = pd.DataFrame(
        {"file": responses.loc[out, "file"].astype("str"), "row": responses.loc[out, "row"], "reason": reason[out]}
    ).assign(provider_id=responses.loc[out, "provider_id"])
    kept = ~out.to_numpy()
    return replace(
        part,
        responses=responses[kept],
        codes=part.codes[kept],
        kinds=part.kinds[kept],
        exclusions=pd.concat([part.exclusions, excluded], ignore_index=True) if len(part.exclusions) else excluded,
        findings=[*part.findings, *findings],
    )
