"""Delivered care records -> episodes: one period of care of one person at one provider."""

from dataclasses import dataclass

import pandas as pd

from workbench import schemas
from workbench.codebook import Codebook
from workbench.intake import identity, labels, messages, moments, privacy, records
from workbench.intake.findings import Finding, count_and_row, times
from workbench.intake.records import Records
from workbench.intake.values import key, per_value

# Reasons of ending by code system: BiJ v7, iJw 3.2 (JZ588) and iWmo 3.2 (WMO588); 99 is "unknown" at CBS.
ENDING_CODES = {
    "BiJ": ("01", "02", "03", "04", "05", "99"),
    "iJw": ("02", "20", "31", "32", "33", "34", "35", "36", "37", "38", "39"),
    "iWmo": ("02", "19", "20", "21", "22", "23", "31", "36", "37", "38", "39"),
}
_LONGEST_CODE = 3
_SAME = ["client", "provider_id", "product"]
_FAR = pd.Timestamp("2262-01-01")
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
    ``unknown law``, ``no start date``, ``ends before it starts``.

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
    for name in ("release", "product", "ending_code"):
        keep(name, records.text(delivered, name, scales))
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
    columns["ending_code"] = per_value(columns["ending_code"], lambda code: code.zfill(2) if code.isdigit() else code)

    if not delivered.scales.get("ending_code"):
        wordy = columns["ending_code"].str.len() > _LONGEST_CODE
        columns["ending_code"] = columns["ending_code"].mask(wordy.fillna(False).astype(bool), "other")

    episodes = pd.DataFrame(columns, index=index).assign(file=delivered.file, row=index)
    episodes["client"], problems = _clients(delivered, episodes, secret)
    findings += problems + _unknown_codes(episodes, delivered) + _too_many_reached(episodes, delivered)
    too_many = episodes["goals_reached"] > episodes["goals_set"]
    episodes = episodes.assign(goals_reached=episodes["goals_reached"].mask(too_many))
    reasons = {
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
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


def _laws(delivered: Records) -> tuple[pd.Series, list[Finding]]:
    names = {key(law): law for law in schemas.LAWS}
    laws = per_value(records.raw(delivered, "law"), lambda text: names.get(key(text)))
    if laws.notna().all():
        return laws, []
    count, row = count_and_row(laws.isna())
    message = f"{times(count, 'record does', 'records do')} not say by which code list reasons of ending are written."
    remedy = f"State the law in deliveries.csv: one of {', '.join(schemas.LAWS)}."
    return laws, [Finding(delivered.file, "error", message, remedy, delivered.headers.get("law"), row)]


def _clients(delivered: Records, episodes: pd.DataFrame, secret: bytes | None) -> tuple[pd.Series, list[Finding]]:
    """Return a pseudonym per record; without a person id one made from the record, which links to nothing."""
    found = pd.Series(None, index=episodes.index, dtype="str")
    for field in privacy.PERSON_IDS:
        if field in delivered.fields:
            found = found.fillna(delivered.fields[field].astype("str"))
    without = found.isna()
    if not without.any():
        return found, []
    by_birth = _people_by_birth(delivered, secret)
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
    count, row = count_and_row(without)
    message = f"{times(count, 'record has', 'records have')} no person id: counted; a restart cannot be seen."
    remedy = "Ask for a BSN or client number in this list."
    column = next((delivered.headers[field] for field in privacy.PERSON_IDS if field in delivered.headers), None)
    return found.fillna(own_ids), [Finding(delivered.file, "warning", message, remedy, column, row)]


def _people_by_birth(delivered: Records, secret: bytes | None) -> pd.Series:
    """Return a pseudonym of birth date, sex and postcode, by which the youth register knows a person without BSN."""
    names = ("birth_date", "sex", "postcode")
    if secret is None or not all(name in delivered.fields for name in names):
        return pd.Series(None, index=delivered.fields.index, dtype="str")
    parts = [per_value(delivered.fields[name], key) for name in names]
    whole = parts[0] + "|" + parts[1] + "|" + parts[2].str.replace(" ", "", regex=False)
    unknown = parts[0].str.startswith(("0000", "00")).fillna(False).astype(bool)
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
            findings.append(Finding(delivered.file, "warning", message, remedy, header, int(rows.min())))
    return findings


def _too_many_reached(episodes: pd.DataFrame, delivered: Records) -> list[Finding]:
    more = episodes["goals_reached"] > episodes["goals_set"]
    if not more.any():
        return []
    count, row = count_and_row(more)
    message = f"{times(count, 'record reaches', 'records reach')} more goals than were set; its goals are not used."
    return [
        Finding(
            delivered.file, "warning", message, "Correct the delivery.", delivered.headers.get("goals_reached"), row
        )
    ]


def merge(cleaned: list[Cleaned]) -> Cleaned:
    """Merge the records of a year that are one episode.

    First, a record that another delivery with a later `follow_up_until` repeats (same person, provider, product and
    start) is a ``duplicate``: the later delivery knows how it went on. So is a record that is the same in all.

    Then records of the same person, provider and product that overlap are one episode: the earliest start, and an end
    only when the last ends, with its reason (Informatieprotocol Beleidsinformatie Jeugd, on overlapping records). The
    others are ``merged with another record``. Periods that follow on each other without a day in common stay apart.

    Examples
    --------
    >>> dates = pd.to_datetime(["2025-01-01", "2025-03-01"]), pd.to_datetime(["2025-04-01", "2025-06-01"])
    >>> episodes = pd.DataFrame({"client": "c", "provider_id": "P1", "product": "02", "started_on": dates[0],
    ...     "ended_on": dates[1], "follow_up_until": pd.Timestamp("2025-12-31"), "ending_code": ["03", "01"],
    ...     "goals_set": 2.0, "goals_reached": [0.0, 2.0], "file": "a.csv", "row": [2, 3]})
    >>> merged = merge([Cleaned(episodes, pd.DataFrame(), [])])
    >>> merged.episodes[["started_on", "ended_on", "ending_code"]]
      started_on   ended_on ending_code
    0 2025-01-01 2025-06-01          01
    """
    findings = [finding for part in cleaned for finding in part.findings]
    excluded = [part.exclusions for part in cleaned if len(part.exclusions)]
    parts = [part.episodes for part in cleaned if len(part.episodes)]
    if not parts:
        none = pd.concat(excluded, ignore_index=True) if excluded else schemas.empty("exclusions")
        return Cleaned(schemas.empty("episodes"), none, findings)
    together = pd.concat(parts, ignore_index=True)
    if "assignment" in together:
        together, joined = messages.join(together)
        excluded.append(joined)
        together = together.drop(columns=["assignment", "message_status"])
    together["ends"] = together["ended_on"].fillna(_FAR)
    content = [name for name in together.columns if name not in ("file", "row")]
    together = together.sort_values([*_SAME, "started_on", "ends", "ending_code", "file", "row"], kind="stable")

    latest = together.groupby([*_SAME, "started_on"], dropna=False)["follow_up_until"].transform("max")
    repeated = (together["follow_up_until"] < latest) | together.duplicated(content)
    excluded.append(together.loc[repeated, ["file", "row"]].assign(reason="duplicate"))
    single = together[~repeated]

    open_until = single.groupby(_SAME, dropna=False)["ends"].cummax()
    before = open_until.groupby([single[name].fillna("") for name in _SAME]).shift()
    episode = (~(single["started_on"] <= before)).cumsum()
    last = (
        single.sort_values(["ends", "started_on", "file", "row"], kind="stable")
        .groupby(episode.rename("episode"))
        .tail(1)
    )
    last = last.set_axis(episode[last.index])
    first = single[~episode.duplicated()].set_axis(episode[~episode.duplicated()])
    merged = first.assign(
        ended_on=last["ended_on"],
        ending_code=last["ending_code"],
        goals_set=last["goals_set"].fillna(single["goals_set"].groupby(episode).max()),
        goals_reached=last["goals_reached"].fillna(single["goals_reached"].groupby(episode).max()),
        follow_up_until=single["follow_up_until"].groupby(episode).max(),
    )
    excluded.append(single.loc[episode.duplicated(), ["file", "row"]].assign(reason="merged with another record"))
    merged = merged.drop(columns="ends").sort_values([*_SAME[:2], "started_on", "file", "row"], kind="stable")
    months = pd.DateOffset(months=schemas.PROVISIONAL_MONTHS)
    merged["provisional"] = merged["ended_on"] > merged["follow_up_until"] - months
    return Cleaned(merged.reset_index(drop=True), pd.concat(excluded, ignore_index=True), findings)


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
