"""Delivered questionnaires -> responses that count, and the reason for each that does not."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench import schemas
from workbench.codebook import Codebook
from workbench.intake import answers, doubts, identity, labels, records, routing
from workbench.intake.findings import Finding, times
from workbench.intake.labels import Scale
from workbench.intake.records import Records
from workbench.intake.values import constant, key, per_value

_FEW = 5
_MOST_AGE_GROUPS = 15
_OWN = ("birth_date", "bsn", "client", "respondent", "provider", "started_at", "seconds", "submitted", "entry")


@dataclass(frozen=True)
class Cleaned:
    """One delivery of questionnaires; the three tables of counted records have the same rows in the same order.

    `responses`: as in `schemas.RESPONSES`, but the id still a number, and ``background:`` before the name of a
    background question. `codes`: one column per item. `kinds`: one column per item that has any, the position in
    `schemas.MISSING_KINDS` or -1. `exclusions`: the records that do not count.
    """

    responses: pd.DataFrame
    codes: pd.DataFrame
    kinds: pd.DataFrame
    exclusions: pd.DataFrame
    findings: list[Finding]


def clean(delivered: Records, codebook: Codebook, year: int, hash_key: str) -> Cleaned:
    """Separate the responses that count from those that do not, and say why.

    Every delivered record comes back exactly once: counted, or excluded for the first of these reasons that applies.

    ``test entry``
        the entry, the variant, the respondent or the channel says so; also what a survey program calls spam
    ``empty``
        no item and no background question answered
    ``unknown provider``, ``not contracted``
        see `providers.identify`
    ``unknown role``
        neither client, relative nor staff
    ``straight-lining``, ``too fast``
        only if the region excludes those (`doubts.within`); else they carry a flag
    ``duplicate``
        the same respondent in the same delivery as another record that counts (the most complete one, then the
        earliest); or, at a kiosk, the same answers at the same provider within a minute after another record

    Parameters
    ----------
    delivered : Records
        One delivery of kind ``responses``.
    codebook : Codebook
    year : int
        The delivery year, which is the year of the measurement.
    hash_key : str
        Sixteen characters that key ``response_id``.
    """
    scales = labels.scales(codebook.scales)
    instrument = _instrument(delivered, codebook)
    variant = _variant(delivered, scales)
    with ThreadPoolExecutor(max_workers=1) as beside:
        coding = beside.submit(answers.coded, delivered, variant[0], scales, codebook, instrument)
        described, findings = _describe(delivered, scales, codebook, year, variant)
        codes, kinds, problems = coding.result()
    background = [name for name in described.columns if name.startswith("background:")]
    kinds, misrouted = routing.apply(
        codes, kinds, {name: described[name] for name in background}, instrument, codebook, delivered.file
    )
    findings += problems + misrouted + _out_of_use(codes, codebook, instrument, year, delivered.file)

    empty = codes.isna().all(axis=1) & described[background].isna().all(axis=1)
    with ThreadPoolExecutor(max_workers=2) as beside:  # every answer is gone through while the rest is looked at
        hashing = beside.submit(identity.answer_hash, codes, kinds, hash_key)
        doubting = beside.submit(doubts.within, codes, _seconds(delivered, described), codebook, instrument)
        identified, problems = records.provider(delivered, codebook, empty, "category")
        described["provider_id"] = identified["provider_id"]
        respondent = delivered.fields.get("respondent", pd.Series(None, index=described.index, dtype="str"))
        person = delivered.fields.get("client", delivered.fields.get("bsn"))
        content = {name: described[name] for name in described.columns if name not in ("row", "file", "weight")}
        about = content | {"respondent": respondent} | ({} if person is None else {"person": person})
        hashed = identity.content_hash(about, hash_key)
        answered, doubtful = hashing.result(), doubting.result()
    hashed = hashed + answered
    findings += problems
    roleless = described["role"].isna() & ~empty & ~delivered.test
    remedy = "State the role in deliveries.csv, or map a column to role in columns.csv with a scale for its labels."
    findings += records.lacking(delivered, "role", roleless, "error", "without a known role", remedy)
    reasons = {
        "test entry": delivered.test,
        "empty": empty,
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
        "unknown role": described["role"].isna(),
    }
    reason = records.outcome(reasons, described.index)
    counts = reason.isna()
    order = pd.DataFrame(
        {"unanswered": -doubtful.answered, "completed_on": described["completed_on"], "content": hashed},
        index=described.index,
    )
    double = identity.repeated_respondents(respondent if counts.all() else respondent.where(counts), order)
    tapped = answered + identity.content_hash(
        {name: content[name] for name in ("provider_id", "role", *background)}, hash_key
    )
    at_kiosk = counts & ~double & (described["mode"] == "kiosk")
    moments = described["completed_on"].fillna(records.date(delivered, "started_at")[0])
    double |= identity.kiosk_bursts(pd.Series(tapped, index=described.index), moments.where(at_kiosk))
    reason = reason.mask(counts & double, "duplicate")
    choices = codebook.region.counting
    marked: dict[str, pd.Series] = {}
    for name, where, what, choice in (
        (doubts.STRAIGHT, doubtful.straight, "with the same answer to every statement", choices.straight_lining),
        (doubts.FAST, doubtful.fast, "completed faster than anyone can read", choices.too_fast),
    ):
        where = where & reason.isna()
        findings += doubts.told(delivered.file, where, what, choice == "exclude")
        reason = reason.mask(where, name) if choice == "exclude" else reason
        marked |= {} if choice == "exclude" else {name: where}

    counted = reason.isna()
    responses = described.assign(
        response_id=hashed,
        completed_on=described["completed_on"].dt.normalize(),
        year=year,
        weight=1.0,
        flags=doubts.flags(marked, described.index),
        person=identity.content_hash({"person": person}, hash_key) if person is not None else np.uint64(0),
        alike=tapped + identity.content_hash({name: described[name] for name in ("sex", "age_band")}, hash_key),
        file=constant(delivered.file, described.index),
        row=described.index,
    )
    excluded = pd.DataFrame(
        {"file": delivered.file, "row": described.index[~counted], "reason": reason[~counted].array}
    ).assign(provider_id=described.loc[~counted, "provider_id"].array)
    if counted.all():
        return Cleaned(responses, codes, kinds, excluded, findings)
    return Cleaned(responses[counted], codes[counted], kinds[counted], excluded, findings)


def _seconds(delivered: Records, described: pd.DataFrame) -> pd.Series:
    """Return how long each questionnaire took: as delivered, else from its start to its completion."""
    if "seconds" not in delivered.fields and "started_at" not in delivered.fields:
        return pd.Series(np.nan, index=described.index)
    stated, _ = records.number(delivered, "seconds", 0, 1e9)
    began, _ = records.date(delivered, "started_at")
    return stated.fillna((described["completed_on"] - began).dt.total_seconds())


def _out_of_use(codes: pd.DataFrame, codebook: Codebook, instrument: str, year: int, file: str) -> list[Finding]:
    """Warn of items that are answered in a year in which, by ``items.csv``, they were not in use."""
    items = codebook.items[codebook.items["instrument"] == instrument].drop_duplicates("item")
    outside = [
        item
        for item, since, until in zip(items["item"], items["since"], items["until"], strict=True)
        if item in codes.columns
        and ((since and year < int(since)) or (until and year > int(until)))
        and codes[item].notna().any()
    ]
    if not outside:
        return []
    message = f"By items.csv these questions are not in use in {year}: {', '.join(outside)}; their answers are kept."
    return [Finding(file, "warning", message, "Correct since and until in items.csv, or ask which list was used.")]


def _variant(delivered: Records, scales: Mapping[str, Scale]) -> tuple[pd.Series, list[Finding]]:
    """Return the target group or easy-read version of the questionnaire of each record."""
    found, findings = records.text(delivered, "variant", scales, "category")
    return _filled(per_value(found, key, "category"), "standaard"), findings


def _describe(
    delivered: Records,
    scales: Mapping[str, Scale],
    codebook: Codebook,
    year: int,
    variant: tuple[pd.Series, list[Finding]],
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return what is known of each record besides the answers."""
    settings = delivered.settings
    columns: dict[str, pd.Series] = {}
    findings: list[Finding] = []

    def keep(name: str, found: tuple[pd.Series, list[Finding]]) -> None:
        columns[name] = found[0]
        findings.extend(found[1])

    keep("role", records.coded(delivered, "role", scales, schemas.ROLES, "category"))
    keep("informant", records.coded(delivered, "informant", scales, schemas.INFORMANTS, "category"))
    columns["informant"] = _filled(columns["informant"], "self")
    keep("sex", records.coded(delivered, "sex", scales, schemas.SEXES, "category"))
    keep("mode", records.coded(delivered, "mode", scales, (), "category"))
    keep("variant", variant)
    keep("moment", records.text(delivered, "moment", scales, "category"))
    keep("product", records.product(delivered, scales, "category"))
    keep("municipality_code", records.municipality(delivered, codebook, "category"))
    keep("completed_on", records.completed(delivered, year))
    keep("age_band", records.age_band(delivered, scales, year))
    columns["instrument"] = constant(_instrument(delivered, codebook), delivered.fields.index)
    columns["purpose"] = constant(settings.get("purpose") or "provider_measurement", delivered.fields.index)
    for field in delivered.fields.columns:
        name = field.removeprefix("background:")
        if name == field:
            continue
        if name in schemas.RESPONSES.columns or name in _OWN:
            message = f"A background question cannot be called {name!r}: the workbench uses that name itself."
            findings.append(
                Finding(
                    delivered.file, "error", message, "Give it another name in columns.csv.", delivered.headers[field]
                )
            )
            continue
        if name == "age" and delivered.fields[field].nunique() > _MOST_AGE_GROUPS:
            message = "The column holds ages; as a background question only a few age groups may pass."
            remedy = "Give it the field age in columns.csv: it becomes an age band."
            findings.append(Finding(delivered.file, "error", message, remedy, delivered.headers[field]))
            continue
        keep(field, records.text(delivered, field, scales, "category"))
        if columns[field].isna().all():
            del columns[field]
    return pd.DataFrame({name: _shared(column) for name, column in columns.items()}, copy=False), findings


def _filled(column: pd.Series, text: str) -> pd.Series:
    """Return texts with `text` where one is missing."""
    if column.isna().all():
        return constant(text, column.index)
    return column.astype("str").fillna(text) if column.isna().any() else column


def _shared(column: pd.Series) -> pd.Series:
    """Return texts as categories: what is done with them later is done once for each distinct one."""
    return column.astype("category") if column.dtype == "str" else column


def _instrument(delivered: Records, codebook: Codebook) -> str:
    """Return the questionnaire: as ``deliveries.csv`` says, else the one most of the items belong to."""
    if delivered.settings.get("instrument"):
        return delivered.settings["instrument"]
    items = codebook.items.drop_duplicates(["instrument", "item"])
    found = items.loc[items["item"].isin(delivered.questions["item"]), "instrument"].value_counts()
    return str(min(found.index[found == found.max()])) if len(found) else "unknown"


def delivered_twice(cleaned: Sequence[Cleaned]) -> list[Finding]:
    """Return a finding for each delivery at least half of whose records stand in an earlier one too, word for word."""
    parts = [part.responses[["response_id", "file"]] for part in cleaned if len(part.responses)]
    if len(parts) < 2:
        return []
    together = pd.concat([part.drop_duplicates() for part in parts], ignore_index=True)
    sizes = together.groupby("file").size().to_dict()
    shared = together[together.duplicated("response_id", keep=False)]
    pairs = shared.merge(shared, on="response_id", suffixes=("", "_before"), validate="m:m")
    counts = pairs[pairs["file_before"] < pairs["file"]].groupby(["file", "file_before"]).size().rename("count")
    findings = []
    for pair in counts.reset_index().to_dict("records"):
        file, before, count = pair["file"], pair["file_before"], pair["count"]
        if count >= max(_FEW, sizes[file] / 2):
            message = f"{times(count, 'record is', 'records are')} the same as in {before}, and counted twice."
            remedy = "See whether it is the same delivery in another form; if so, take one of them away."
            findings.append(Finding(file, "warning", message, remedy))
    return findings
