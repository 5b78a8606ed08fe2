"""Delivered care records -> episodes: one period of care of one person at one provider."""

import re
from dataclasses import dataclass

import pandas as pd

from workbench import schemas
from workbench.codebook import Codebook
from workbench.intake import identity, labels, moments, privacy, records
from workbench.intake.findings import Finding, on_rows, times
from workbench.intake.records import Records
from workbench.intake.values import key, per_value

# Reasons of ending by code system: BiJ v7, iJw 3.2 (JZ588) and iWmo 3.2 (WMO588); 99 is "unknown" at CBS.
ENDING_CODES = {
    "BiJ": ("01", "02", "03", "04", "05", "99"),
    "iJw": ("02", "20", "31", "32", "33", "34", "35", "36", "37", "38", "39"),
    "iWmo": ("02", "19", "20", "21", "22", "23", "31", "36", "37", "38", "39"),
}
# What records call the law of a code list; youth care has two, so the list counts only where it is stated.
_SPOKEN = {"BiJ": ("jeugdwet",), "iJw": ("jeugdwet",), "iWmo": ("wmo", "wmo 2015")}
_LONGEST_CODE = 3
_CODE_WITH_WORDS = re.compile(r"^([0-9]{1,2}) ?[-\u2013:=.()] ?[^0-9\s].*$")
_OWN_BUDGET = r"^(?!.*\b(?:geen|niet|no)\b).*(?:pgb|persoonsgebonden|personal budget)"
_FEWEST_FOR_SILENCE = 10


@dataclass(frozen=True)
class Cleaned:
    """Care records of one or more deliveries: one row per episode, and the records that are none of their own."""

    episodes: pd.DataFrame
    exclusions: pd.DataFrame
    findings: list[Finding]


def clean(delivered: Records, codebook: Codebook, year: int, secret: bytes | None) -> Cleaned:
    """Read the care records of one delivery; overlaps are merged later, over all deliveries of the year.

    A record is excluded for the first of these reasons that applies: ``unknown provider``, ``not contracted``,
    ``personal budget`` (people buy that help themselves), ``unknown law``, ``no start date``, ``ends before it
    starts``.

    A record without a person id is an episode of a person of its own: it counts, and is never linked to another.
    """
    scales = labels.scales(codebook.scales)
    index = delivered.fields.index
    identified, findings = records.provider(delivered, codebook)
    columns: dict[str, pd.Series] = {"provider_id": identified["provider_id"]}

    def keep(name: str, found: tuple[pd.Series, list[Finding]]) -> None:
        columns[name] = found[0]
        findings.extend(found[1])

    keep("municipality_code", records.municipality(delivered, codebook))
    for name in ("release", "ending_code", "financing"):
        keep(name, records.text(delivered, name, scales))
    keep("product", records.product(delivered, scales))
    own_budget = per_value(columns.pop("financing"), key).str.contains(_OWN_BUDGET).fillna(False).astype(bool)
    keep("law", _laws(delivered))
    for name in ("started_on", "ended_on", "follow_up_until"):
        keep(name, records.date(delivered, name))
        columns[name] = columns[name].dt.normalize()
    for name in ("goals_set", "goals_reached"):
        keep(name, records.number(delivered, name, 0, 1000))
    stated = pd.Series([delivered.settings.get("complete_until", "") or None], dtype="str")
    known = moments.dates(stated, "dmy", 2000)[0].dt.normalize()
    until = known.fillna(pd.Timestamp(year - 1, 12, 31)).iat[0]
    columns["follow_up_until"] = columns["follow_up_until"].fillna(until)
    columns["release"] = columns["release"].fillna("unknown")
    for name in ("assignment", "message_status"):
        keep(name, records.text(delivered, name, scales))
    columns["message_status"] = columns["message_status"].str.lstrip("0")
    columns["ending_code"] = per_value(columns["ending_code"], _ending_code)

    if not delivered.scales.get("ending_code"):
        wordy = columns["ending_code"].str.len() > _LONGEST_CODE
        columns["ending_code"] = columns["ending_code"].mask(wordy.fillna(False).astype(bool), "other")

    episodes = pd.DataFrame(columns, index=index).assign(file=delivered.file, row=index)
    episodes["client"], problems = _clients(delivered, episodes, codebook, secret)
    findings += problems + _unknown_codes(episodes, delivered) + _too_many_reached(episodes, delivered)
    findings += _reasons_without_end(episodes, delivered)
    too_many = episodes["goals_reached"] > episodes["goals_set"]
    episodes = episodes.assign(goals_reached=episodes["goals_reached"].mask(too_many))
    reasons = {
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
        "personal budget": own_budget,
        "unknown law": episodes["law"].isna(),
        "no start date": episodes["started_on"].isna()
        & ~(episodes["assignment"].notna() & episodes["ended_on"].notna()),
        "ends before it starts": episodes["ended_on"] < episodes["started_on"],
    }
    undated, backwards = reasons["no start date"], reasons["ends before it starts"]
    remedy = "Ask for the right dates, or correct them in corrections.csv."
    findings += records.lacking(delivered, "started_on", undated, "warning", "without a start date", remedy)
    findings += records.lacking(delivered, "ended_on", backwards, "warning", "with an end before the start", remedy)
    reason = records.outcome(reasons, index)
    excluded = episodes.loc[reason.notna(), ["file", "row"]].assign(reason=reason.dropna())
    return Cleaned(episodes[reason.isna()], excluded, findings)


def _ending_code(text: str) -> str:
    """Return a code of ending without the words behind it, and with the zero a spreadsheet took from it.

    Examples
    --------
    >>> _ending_code("31 - Volgens plan"), _ending_code("2"), _ending_code("2 weken opname")
    ('31', '02', '2 weken opname')
    """
    code = _CODE_WITH_WORDS.sub(r"\1", text)
    return code.zfill(2) if code.isdigit() else code


def _laws(delivered: Records) -> tuple[pd.Series, list[Finding]]:
    names = {key(law): law for law in schemas.LAWS}
    stated = names.get(key(delivered.settings.get("law", "")), "")
    names |= dict.fromkeys(_SPOKEN.get(stated, ()), stated)
    laws = per_value(records.raw(delivered, "law"), lambda text: names.get(key(text)))
    nouns, what = ("record does", "records do"), "not say by which code list reasons of ending are written."
    remedy = f"State the law in deliveries.csv: one of {', '.join(schemas.LAWS)}."
    return laws, on_rows(laws.isna(), delivered.file, "error", nouns, what, remedy, delivered.headers.get("law"))


def _clients(
    delivered: Records, episodes: pd.DataFrame, codebook: Codebook, secret: bytes | None
) -> tuple[pd.Series, list[Finding]]:
    """Return a pseudonym per record; without a person id one made from the record, which links to nothing."""
    found = pd.Series(None, index=episodes.index, dtype="str")
    for field in privacy.PERSON_IDS:
        if field in delivered.fields:
            found = found.fillna(delivered.fields[field].astype("str"))
    without = found.isna()
    if not without.any():
        return found, []
    by_birth = _people_by_birth(delivered, codebook, secret)
    found = found.fillna(by_birth)
    without = found.isna()
    if not without.any():
        return found, []
    known = episodes.drop(columns=["file", "row", "follow_up_until", "assignment", "message_status"])
    content = {name: known[name] for name in known.columns}
    content |= {name: delivered.fields[name] for name in ("birth_date", "sex") if name in delivered.fields}
    own = identity.content_hash(content, privacy.hash_key(secret))
    own_ids = pd.Series(identity.hexadecimal(own), index=episodes.index).where(without)
    nth = own_ids.groupby(own_ids).cumcount()
    own_ids = own_ids.mask(nth > 0, own_ids + "-" + (nth + 1).astype("str"))
    nouns, what = ("record has", "records have"), "no person id: counted; a restart cannot be seen."
    remedy = "Ask for a BSN or client number in this list."
    column = next((delivered.headers[field] for field in privacy.PERSON_IDS if field in delivered.headers), None)
    return found.fillna(own_ids), on_rows(without, delivered.file, "warning", nouns, what, remedy, column)


def _people_by_birth(delivered: Records, codebook: Codebook, secret: bytes | None) -> pd.Series:
    """Return a pseudonym of birth date, sex and postcode, by which the youth register knows a person without BSN.

    However they are written: V and vrouw, 12-03-2010 and 20100312 are the same.
    """
    if secret is None or not all(name in delivered.fields for name in ("birth_date", "sex", "postcode")):
        return pd.Series(None, index=delivered.fields.index, dtype="str")
    written = per_value(delivered.fields["birth_date"], key)
    dated = records.date(delivered, "birth_date")[0].dt.strftime("%Y%m%d").astype("str")
    compact = written.str.fullmatch(r"[0-9]{8}").fillna(False).astype(bool)  # also 20100300: only the month is known
    born = written.where(compact, dated)
    sex = records.coded(delivered, "sex", labels.scales(codebook.scales), schemas.SEXES)[0]
    whole = born + "|" + sex + "|" + per_value(delivered.fields["postcode"], key).str.replace(" ", "", regex=False)
    unknown = born.str.startswith("0000").fillna(False).astype(bool)
    return privacy.pseudonyms(whole.mask(unknown), secret)


def _unknown_codes(episodes: pd.DataFrame, delivered: Records) -> list[Finding]:
    findings = []
    header = delivered.headers.get("ending_code")
    for law, known in ENDING_CODES.items():
        odd = episodes[
            (episodes["law"] == law) & episodes["ending_code"].notna() & ~episodes["ending_code"].isin(known)
        ]
        for code, rows in odd.groupby("ending_code")["row"]:
            shown = "a text of more than three characters" if code == "other" else repr(code)
            message = f"{times(len(rows), 'record ends', 'records end')} for a reason {law} does not have: {shown}."
            remedy = f"Expected {', '.join(known)}; see whether the list follows another law (deliveries.csv)."
            if code == "other":
                remedy = f"Translate its words with a scale for this column (columns.csv) into {', '.join(known)}."
            findings.append(Finding(delivered.file, "warning", message, remedy, header, int(rows.min())))
    return findings


def _reasons_without_end(episodes: pd.DataFrame, delivered: Records) -> list[Finding]:
    endless = episodes["ending_code"].notna() & episodes["ended_on"].isna()
    nouns, what = ("record has", "records have"), "a reason of ending and no end date; counted as running."
    remedy, column = "Ask for the end date, or whether it goes on.", delivered.headers.get("ending_code")
    return on_rows(endless, delivered.file, "warning", nouns, what, remedy, column)


def _too_many_reached(episodes: pd.DataFrame, delivered: Records) -> list[Finding]:
    more = episodes["goals_reached"] > episodes["goals_set"]
    nouns, what = ("record reaches", "records reach"), "more goals than were set; its goals are not used."
    remedy, column = "Correct the delivery.", delivered.headers.get("goals_reached")
    return on_rows(more, delivered.file, "warning", nouns, what, remedy, column)


def stops(merged: Cleaned, codebook: Codebook) -> Cleaned:
    """Say for each episode whether its end would be known, and tell which providers deliver no ends.

    Under a task-oriented contract (``taakgericht`` in ``providers.csv``) stop messages of iWmo and iJw may be absent:
    such an episode without an end is not known to be running. The youth register (BiJ) has ends whatever the contract
    is. Of another provider whose episodes never end, someone should ask.
    """
    silent = codebook.providers["taakgericht"].str.casefold().isin(["yes", "ja", "1", "true", "waar"])
    by_contract = set(codebook.providers.loc[silent, "provider_id"])
    episodes = merged.episodes
    excused = episodes["provider_id"].isin(by_contract) & (episodes["law"] != "BiJ")
    episodes = episodes.assign(stops_expected=~excused)
    if episodes.empty:
        return Cleaned(schemas.empty("episodes"), merged.exclusions, merged.findings)
    found = list(merged.findings)
    by = [episodes["provider_id"], episodes["stops_expected"]]
    ended = episodes.assign(ended=episodes["ended_on"].notna()).groupby(by)
    known = ended.agg(count=("ended", "size"), ends=("ended", "sum"), file=("file", "min")).reset_index()
    for provider, expected, count, ends, file in known.itertuples(index=False):
        if not expected and ends < count:
            message = (
                f"{times(count - ends, 'episode', 'episodes')} of {provider} without an end: not known to be running."
            )
            found.append(
                Finding(file, "note", message, "Nothing: its contract asks for no stop messages (taakgericht).")
            )
        elif expected and not ends and count >= _FEWEST_FOR_SILENCE:
            message = f"None of the {count} episodes of {provider} has an end."
            remedy = "Ask for the stop messages, or write yes in taakgericht in providers.csv if it delivers none."
            if provider in by_contract:
                remedy = "Ask for the ends: the youth register (BiJ) has them whatever the contract is."
            found.append(Finding(file, "warning", message, remedy))
    return Cleaned(episodes, merged.exclusions, found)
