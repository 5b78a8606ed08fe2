"""Which provider was meant."""

import difflib
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.codebook import Codebook
from workbench.intake import names_of_people
from workbench.intake.findings import Finding, on_rows, times
from workbench.intake.values import Texts, distinct, fold, key, per_value

UNKNOWN = "unknown provider"
NOT_CONTRACTED = "not contracted"
_SHOWN = 50
_NEAR, _SAME_NAME, _SAME_START, _LONG_ENOUGH = 0.6, 0.95, 0.7, 5
_CODE = re.compile(r"(?:agb|kvk|nr|nummer|code)?[\s.:-]*([0-9][0-9\s-]*?)(?:\.0)?")
_LEGAL = {"stichting", "st", "coöperatie", "cooperatie", "vereniging", "bv", "nv", "vof", "ua", "maatschap", "holding"}


def spellings(codebook: Codebook) -> tuple[dict[str, str], set[str]]:
    """Return every accepted spelling with its provider, and the spellings that mean more than one.

    Accepted are the aliases people decided on and, after those, a provider's id, name, AGB and KvK code. Differences in
    case and white space do not matter; nothing else is guessed away. A leading zero that Excel took from a code is
    given back. The empty provider means: decided not to be one of the contracted providers; the empty spelling decides
    about records that name no provider.
    """
    aliases = codebook.aliases
    decided = dict(zip(aliases["spelling"].map(key), aliases["provider_id"], strict=True))
    meant: dict[str, set[str]] = {}
    for provider in codebook.providers.to_dict("records"):
        for text in (provider[name] for name in ("provider_id", "name", "agb", "kvk")):
            for form in {key(text), key(text).lstrip("0") if text.isdigit() else key(text)} - {""}:
                meant.setdefault(form, set()).add(provider["provider_id"])
    unsure = {text for text, ids in meant.items() if len(ids) > 1 and text not in decided}
    return {text: min(ids) for text, ids in meant.items() if len(ids) == 1} | decided, unsure


def identify(names: pd.Series, codebook: Codebook, dtype: Texts = "str") -> pd.DataFrame:
    """Say which provider each name means.

    Parameters
    ----------
    names : Series of str
        As delivered.
    codebook : Codebook
    dtype : str
        How the results are held: as texts, or as categories.

    Returns
    -------
    DataFrame, one row per name
        ``provider_id``, missing where none is meant, and then ``reason``: `UNKNOWN` or `NOT_CONTRACTED`.
    """
    known, _ = spellings(codebook)
    at, texts = distinct(names)
    spelled = [key(str(text)) for text in texts] + [""]  # the last: no name at all
    meant = pd.Series([known.get(text) or None for text in spelled], dtype="str")
    reasons = pd.Series([NOT_CONTRACTED if known.get(text) == "" else UNKNOWN for text in spelled], dtype="str")
    reasons = reasons.mask(meant.notna())
    at = np.where(at < 0, len(texts), at)
    columns = {"provider_id": meant.astype(dtype).take(at), "reason": reasons.astype(dtype).take(at)}
    return pd.DataFrame({name: column.set_axis(names.index) for name, column in columns.items()})


def near(name: str, known: Mapping[str, str], at_most: int = 1) -> list[tuple[str, float]]:
    """Return the spellings nearest to a name, the nearest first, with how near from 0 to 1; it never decides.

    The legal form of an organisation says little, nor does what stands behind its name: a place, a department.

    Parameters
    ----------
    name : str
    known : mapping
        Spelling -> provider; the empty provider is nobody.
    at_most : int

    Examples
    --------
    >>> known = {"het anker": "p2", "zorg & zo": "p3"}
    >>> near("Coöperatie Het Anker U.A.", known), near("Zorg en Zo BV", known), near("Het Anker - Noord", known)
    ([('het anker', 0.95)], [('zorg & zo', 0.95)], [('het anker', 0.7)])
    >>> near("Buurtzorg", known)
    []

    A number is the same number or another one.

    >>> near("AGB 1234567.0", {"01234567": "p1"}), near("01234568", {"01234567": "p1"})
    ([('01234567', 0.95)], [])
    """
    forms = [form for form, provider in known.items() if provider]
    if number := _CODE.fullmatch(key(name)):
        digits = _digits(number[1])
        return sorted((form, _SAME_NAME) for form in forms if form.isdigit() and _digits(form) == digits)[:at_most]
    asked = _bare(name)
    found: dict[str, float] = {}
    for form in forms:
        bare = _bare(form)
        if bare and bare == asked:
            found[form] = _SAME_NAME
        elif len(bare) >= _LONG_ENOUGH and f" {bare} " in f" {asked} ":
            found[form] = _SAME_START
    for form in difflib.get_close_matches(key(name), forms, 2, _NEAR):
        found[form] = max(found.get(form, 0.0), difflib.SequenceMatcher(None, key(name), form).ratio())
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))[:at_most]


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text).lstrip("0")


def _bare(name: str) -> str:
    words = re.sub(r"[^\w&+]+", " ", re.sub(r"(?<=\b\w)\.(?=\w\b|$|\s)", "", key(name)))
    joined = re.sub(r"\s*[&+]\s*", " en ", words)
    return " ".join(word for word in joined.split() if word not in _LEGAL)


def unknown_names(
    names: pd.Series, identified: pd.DataFrame, codebook: Codebook, file: str, column: str | None
) -> list[Finding]:
    """Return a finding for each distinct name that means no provider, with near spellings as a proposal only."""
    without = identified["reason"] == UNKNOWN
    if not without.any():
        return []
    nouns, what = ("record names", "records name"), "no provider and cannot be counted."
    remedy = (
        "Ask for the provider; state it for the whole file in deliveries.csv, column provider; or decide in "
        "aliases.csv, with an empty spelling, that such records do not count."
    )
    findings = on_rows(without & names.isna(), file, "error", nouns, what, remedy, column)
    known, unsure = spellings(codebook)
    named = names[without & names.notna()]
    if names_of_people.are_names(named):
        what = "somebody, it seems, and no provider; their names are not shown here."
        remedy = (
            "See whether this column holds the provider at all (columns.csv); a provider that is called after a person "
            "goes into aliases.csv by hand."
        )
        nouns = ("record names", "records name")
        return findings + on_rows(without & names.notna(), file, "error", nouns, what, remedy, column)
    rows = pd.DataFrame({"name": per_value(named, fold), "key": per_value(named, key), "row": named.index})
    groups = rows.groupby("key").agg(name=("name", "min"), count=("row", "size"), row=("row", "min")).sort_index()
    title = codebook.providers.set_index("provider_id")["name"].to_dict()
    for text, group in list(groups.iterrows())[:_SHOWN]:
        close = [form for form, sure in near(str(text), known, at_most=2) if sure >= _SAME_START]
        meant = dict.fromkeys(known[each] for each in close)  # two spellings may mean the same provider
        hint = "".join(f" Near: {title.get(each, each)!r} ({each})." for each in meant)
        why = "means more than one provider" if text in unsure else "is no known provider"
        findings.append(
            Finding(
                file,
                "error",
                f"{group['name']!r} {why}: {times(group['count'], 'record', 'records')} not counted.",
                f"Add it to aliases.csv with the provider_id that is meant, or none if it is not contracted.{hint}",
                column,
                int(group["row"]),
            )
        )
    if len(groups) > _SHOWN:
        rest = groups.iloc[_SHOWN:]
        message = f"{len(rest)} further names are no known provider: {rest['count'].sum()} records not counted."
        remedy = "See whether this column holds the provider at all (columns.csv)."
        findings.append(Finding(file, "error", message, remedy, column, int(rest["row"].min())))
    return findings
