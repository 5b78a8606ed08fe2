"""Proposals for who is meant by the names of providers in a delivery; a person accepts them."""

import re
import unicodedata
from collections.abc import Sequence

import pandas as pd

from workbench.codebook import Codebook
from workbench.intake import identifying, providers
from workbench.intake.exports import Export
from workbench.intake.values import fold, key

_MOST_PROVIDERS = 500
_OF_A_NUMBER, _NEAR_ENOUGH = 0.2, 0.7
# Names of sheets that are parts of a year, or of a workbook.
_NO_PROVIDER = re.compile(
    r"[^a-z]*$|(?:blad|sheet|tab|data|dataset|antwoorden|responses|deel|part|export|lijst|week|periode|jaar|kwartaal|q|h|"
    r"halfjaar|jan(?:uari)?|feb(?:ruari)?|maart|mrt|apr(?:il)?|mei|juni?|juli?|aug(?:ustus)?|sept?(?:ember)?|"
    r"okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|ronde|meting|versie|oud|nieuw|wmo|jeugd|totaal|alles?)(?![a-z])"
)


def are_providers(sheets: Sequence[str], codebook: Codebook | None) -> bool:
    """Say whether the names of sheets are those of providers: most are known or near, or could be where none is known.

    Examples
    --------
    >>> are_providers(["De Linde", "Het Anker"], None), are_providers(["2024", "2025"], None)
    (True, False)
    >>> are_providers(["Data", "Data oud"], None), are_providers(["Kwartaal 1", "Kwartaal 2"], None)
    (False, False)
    """
    if codebook is None:
        return not any(_NO_PROVIDER.match(key(name)) for name in sheets)
    known, _ = providers.spellings(codebook)
    near = [providers.near(name, known) for name in sheets]
    return sum(bool(found and found[0][1] >= _NEAR_ENOUGH) for found in near) > len(sheets) / 2


def providers_of(export: Export, header: str | None) -> list[dict[str, object]]:
    """Return a provider for each distinct name in a column, with an id made from it: the same in every delivery.

    A number in the place of a name is less certain; where the header says of which register it is, it is that code.
    """
    if header is None:
        return []
    title = key(f"{header} {export.wording.get(header, '')}")
    register = next((name for name in ("agb", "kvk") if name in title), "")
    rows: list[dict[str, object]] = []
    for plain, name in list(_ids(export, header).items())[:_MOST_PROVIDERS]:
        code = {register: name.zfill(8)} if register and name.isdigit() else {}
        sure = _OF_A_NUMBER if name.isdigit() else 0.5
        rows.append({"provider_id": plain, "name": name, "certainty": sure, "example": name} | code)
    return rows


def aliases(export: Export, header: str | None, codebook: Codebook | None) -> list[dict[str, object]]:
    """Return a row for each name that means no provider, with the provider that is nearest, if one is near.

    A code of which the structure of the questionnaire tells the name goes by that name. Where there is no codebook, the
    providers are those of `providers_of`, and only codes need an alias.
    """
    if header is None:
        return []
    meant = export.meanings.get(header, {})
    names = _names(export, header)
    if codebook is None:
        own = {name: plain for plain, name in _ids(export, header).items()}
        known, asked = {key(name): plain for name, plain in own.items()}, {name for name in names if name in meant}
    else:
        known, _ = providers.spellings(codebook)
        unknown = names[providers.identify(names, codebook)["reason"].eq(providers.UNKNOWN).to_numpy()]
        asked = set(unknown)
    rows: list[dict[str, object]] = []
    for name in sorted({key(name): fold(name) for name in sorted(asked, reverse=True)}.values(), key=key):
        near = providers.near(meant.get(name, name), known)
        provider, sure = (known[near[0][0]], near[0][1]) if near else ("", 0.0)
        rows.append({"spelling": name, "provider_id": provider, "certainty": 0.9 * sure, "example": name})
    return rows[:_MOST_PROVIDERS]


def _names(export: Export, header: str) -> pd.Series:
    names = export.table[header].dropna().astype("str")
    return names[~identifying.suspects(names).any(axis=1)]


def _ids(export: Export, header: str) -> dict[str, str]:
    """Return the distinct names in a column by the id made of each."""
    meant = export.meanings.get(header, {})
    names = {meant.get(name, name) for name in _names(export, header).unique()}
    distinct = {key(name): fold(name) for name in sorted(names, reverse=True)}
    ids: dict[str, str] = {}
    for text, name in sorted(distinct.items()):
        letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^a-z0-9]+", "_", letters).strip("_") or "aanbieder"
        plain = f"p{plain}" if plain[0].isdigit() else plain
        ids[plain if plain not in ids else f"{plain}_{len(ids)}"] = name
    return ids
