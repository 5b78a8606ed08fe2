"""Delivered questionnaires -> responses that count, and the reason for each that does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from workbench import schemas
from workbench.codebook import Codebook
from workbench.intake import doubts, identity, labels, records, routing
from workbench.intake.findings import Finding, count_and_row, times
from workbench.intake.labels import NO_KIND, Scale
from workbench.intake.records import Records
from workbench.intake.values import constant, distinct, key, per_value

_FEW = 5
_MOST_AGE_GROUPS = 15
_SMALL = 127
# Texts of a response that many others have too.
_REPEATED = (
    *("role", "informant", "provider_id", "municipality_code", "instrument", "variant", "mode", "moment", "product"),
    *("age_band", "sex", "flags", "purpose", "file"),
)
_OWN = ("birth_date", "bsn", "client", "respondent", "provider", "started_at", "seconds", "submitted")


@dataclass(frozen=True)
class Cleaned:
    """One delivery of questionnaires; the three tables of counted records have the same rows in the same order.

    `responses`: as in `schemas.RESPONSES`, but the id still a number, and ``background:`` before the name of a
    background question. `codes`: one
    column per item. `kinds`: one column per item, the position in `schemas.MISSING_KINDS` or -1. `exclusions`:
    the records that do not count.
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
        the variant, the respondent or the channel says so
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
    described, findings = _describe(delivered, scales, codebook, year)
    codes, kinds, problems = _answers(delivered, described["variant"], scales, codebook)
    background = [name for name in described.columns if name.startswith("background:")]
    instrument = _instrument(delivered, codebook)
    kinds, misrouted = routing.apply(
        codes, kinds, {name: described[name] for name in background}, instrument, codebook, delivered.file
    )
    findings += problems + misrouted + _out_of_use(codes, codebook, instrument, year, delivered.file)

    empty = codes.isna().all(axis=1) & described[background].isna().all(axis=1)
    identified, problems = records.provider(delivered, codebook, empty)
    findings += problems
    described["provider_id"] = _shared(identified["provider_id"])
    roleless = described["role"].isna() & ~empty & ~delivered.test
    remedy = "State the role in deliveries.csv, or map a column to role in columns.csv with a scale for its labels."
    findings += records.lacking(delivered, "role", roleless, "error", "without a known role", remedy)
    respondent = delivered.fields.get("respondent", pd.Series(None, index=described.index, dtype="str"))
    person = delivered.fields.get("client", delivered.fields.get("bsn"))
    content = {name: described[name] for name in described.columns if name not in ("row", "file", "weight")}
    answered = identity.answer_hash(codes, kinds, hash_key)
    hashed = answered + identity.content_hash(
        content | {"respondent": respondent} | ({} if person is None else {"person": person}), hash_key
    )

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
        {"unanswered": codes.isna().sum(axis=1), "completed_on": described["completed_on"], "content": hashed},
        index=described.index,
    )
    double = identity.repeated_respondents(respondent.where(counts), order)
    tapped = answered + identity.content_hash(
        {name: content[name] for name in ("provider_id", "role", *background)}, hash_key
    )
    at_kiosk = counts & ~double & (described["mode"] == "kiosk")
    moments = described["completed_on"].fillna(records.date(delivered, "started_at")[0])
    double |= identity.kiosk_bursts(pd.Series(tapped, index=described.index), moments.where(at_kiosk))
    reason = reason.mask(counts & double, "duplicate")
    doubtful = doubts.within(codes, _seconds(delivered, described), codebook, instrument)
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


def _describe(
    delivered: Records, scales: Mapping[str, Scale], codebook: Codebook, year: int
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return what is known of each record besides the answers."""
    settings = delivered.settings
    columns: dict[str, pd.Series] = {}
    findings: list[Finding] = []

    def keep(name: str, found: tuple[pd.Series, list[Finding]]) -> None:
        columns[name] = found[0]
        findings.extend(found[1])

    keep("role", records.coded(delivered, "role", scales, schemas.ROLES))
    keep("informant", records.coded(delivered, "informant", scales, schemas.INFORMANTS))
    columns["informant"] = columns["informant"].fillna("self")
    keep("sex", records.coded(delivered, "sex", scales, schemas.SEXES))
    keep("mode", records.coded(delivered, "mode", scales, ()))
    for name in ("variant", "moment", "product"):
        keep(name, records.text(delivered, name, scales))
    columns["variant"] = per_value(columns["variant"], key).fillna("standaard")
    keep("municipality_code", records.municipality(delivered, codebook))
    keep("completed_on", records.date(delivered, "completed_on"))
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
        keep(field, records.text(delivered, field, scales))
        if columns[field].isna().all():
            del columns[field]
    return pd.DataFrame({name: _shared(column) for name, column in columns.items()}), findings


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


def _answers(
    delivered: Records, variants: pd.Series, scales: Mapping[str, Scale], codebook: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Return codes and kinds of missing, one column per item.

    A questionnaire may have several variants with scales of different length; each record is read by its own. Where a
    scale's labels run further than the item does in that variant, the labels are not used: "neutral" on three points
    is no "neutral" on five.
    """
    index = delivered.items.index
    wanted = list(dict.fromkeys(delivered.questions["item"]))
    order = [item for item in dict.fromkeys(codebook.items["item"]) if item in wanted]
    given: dict[str, list[tuple[np.ndarray | slice, labels.Coded]]] = {item: [] for item in order}
    findings: list[Finding] = []
    ranges = _ranges(codebook, _instrument(delivered, codebook))
    present = [str(variant) for variant in sorted(variants.unique())]
    for variant in present:
        rows = np.flatnonzero(variants.eq(variant).to_numpy()) if len(present) > 1 else slice(None)
        if variant not in set(codebook.items["variant"]):
            findings.append(_unknown_variant(delivered, variants, variant))
        for question in delivered.questions.to_dict("records"):
            low, high = ranges.get((variant, question["item"])) or ranges[("standaard", question["item"])]
            scale, problem = _fitting(scales[question["scale"]], low, high, delivered.file, question["header"], variant)
            findings += problem
            coded = labels.code(delivered.items[question["header"]].iloc[rows], scale, low, high)
            given[question["item"]].append((rows, coded))
            findings += labels.problem_findings(
                coded.problems, delivered.file, question["header"], question["scale"], "an answer"
            )
    put_together = {item: _put_together(parts, len(index)) for item, parts in given.items()}
    codes = pd.DataFrame({item: codes for item, (codes, _) in put_together.items()}, index=index)
    kinds = pd.DataFrame({item: kinds for item, (_, kinds) in put_together.items()}, index=index, dtype=np.int8)
    return codes, kinds, findings


def _put_together(
    parts: list[tuple[np.ndarray | slice, labels.Coded]], count: int
) -> tuple[ExtensionArray, np.ndarray]:
    """Return codes and kinds of missing of one item: of several columns the first that says something counts.

    Codes are small whole numbers and take one byte each, unless some have decimals.
    """
    levels = np.concatenate([np.empty(0), *(coded.codes[~np.isnan(coded.codes)] for _, coded in parts)])
    small = bool((levels == np.round(levels)).all() and (np.abs(levels) <= _SMALL).all())
    if len(parts) == 1 and isinstance(parts[0][0], slice):  # one column, all records: nothing to choose between
        coded = parts[0][1]
        table = np.nan_to_num(coded.codes).astype(np.int8 if small else np.float64)
        return _masked(table[coded.at], np.isnan(coded.codes)[coded.at]), coded.kinds[coded.at]
    codes = np.zeros(count, dtype=np.int8 if small else np.float64)
    without = np.ones(count, dtype=bool)
    kinds = np.full(count, NO_KIND, dtype=np.int8)
    for rows, coded in parts:
        fresh = without[rows] & (kinds[rows] == NO_KIND)
        found = np.nan_to_num(coded.codes).astype(codes.dtype)[coded.at]
        codes[rows] = np.where(fresh, found, codes[rows])
        kinds[rows] = np.where(fresh, coded.kinds[coded.at], kinds[rows])
        without[rows] = np.where(fresh, np.isnan(coded.codes)[coded.at], without[rows])
    codes[without] = 0
    return _masked(codes, without), kinds


def _masked(codes: np.ndarray, without: np.ndarray) -> ExtensionArray:
    return pd.arrays.IntegerArray(codes, without) if codes.dtype == np.int8 else pd.arrays.FloatingArray(codes, without)


def _ranges(codebook: Codebook, instrument: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return lowest and highest code by variant and item: of the instrument, else of another that has the item.

    An item that lacks a variant ``standaard`` has the range of its first variant there.
    """
    items = codebook.items.assign(foreign=codebook.items["instrument"] != instrument)
    items = items.sort_values("foreign", kind="stable").drop_duplicates(["variant", "item"])
    found = {(row["variant"], row["item"]): (row["low"], row["high"]) for row in items.to_dict("records")}
    first = items.drop_duplicates("item").to_dict("records")
    return {("standaard", row["item"]): (row["low"], row["high"]) for row in first} | found


def _fitting(
    scale: Scale, low: float, high: float, file: str, header: str, variant: str
) -> tuple[Scale, list[Finding]]:
    if scale.span is None or scale.span == (low, high):
        return scale, []
    ends = f"runs from {scale.span[0]:g} to {scale.span[1]:g}, the item in variant {variant!r} from {low:g} to {high:g}"
    if low <= scale.span[0] and scale.span[1] <= high:
        message = f"The scale {scale.name!r} {ends}."
        return scale, [Finding(file, "warning", message, "See whether it is the right scale; columns.csv.", header)]
    kinds = {label: kind or ("unreadable" if scale.codes[label] else "") for label, kind in scale.kinds.items()}
    message = f"The scale {scale.name!r} {ends}; its labels are not used."
    remedy = "Give this variant its own delivery row and columns in the codebook, with a scale of its own length."
    return Scale(scale.name, dict.fromkeys(kinds, ""), kinds), [Finding(file, "error", message, remedy, header)]


def _unknown_variant(delivered: Records, variants: pd.Series, variant: str) -> Finding:
    count, row = count_and_row(variants == variant)
    message = (
        f"{times(count, 'record is', 'records are')} of a variant items.csv does not know; read as the standard one."
    )
    remedy = "Add the variant to items.csv, or a scale for the column that names it."
    return Finding(delivered.file, "warning", message, remedy, delivered.headers.get("variant"), row)


def delivered_twice(cleaned: Sequence[Cleaned]) -> list[Finding]:
    """Return a finding for each delivery at least half of whose records stand in an earlier one too, word for word."""
    parts = [part.responses[["response_id", "file"]].drop_duplicates() for part in cleaned if len(part.responses)]
    if len(parts) < 2:
        return []
    together = pd.concat(parts, ignore_index=True)
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


def assemble(cleaned: Sequence[Cleaned]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the deliveries of a year together.

    Records that are the same in all they say are told apart by ``-2``, ``-3`` behind their id.

    Returns
    -------
    responses, answers, unanswered : DataFrame
        See `schemas`; each sorted by its key. Texts that many responses share are categories.
    """
    parts = [part for part in cleaned if len(part.responses)]
    if not parts:
        return schemas.empty("responses"), schemas.empty("answers"), schemas.empty("unanswered")
    responses = _together([part.responses for part in parts])
    responses = responses.assign(flags=responses["flags"].mask(responses["flags"] == ""))
    responses = responses.astype(dict.fromkeys(_REPEATED, "category"))
    codes = _together([part.codes for part in parts])
    kinds = _together([part.kinds for part in parts])
    if len(parts) > 1:
        codes = codes.astype({item: "Float64" for item in codes.columns if codes[item].dtype != "Int8"})
        kinds = kinds.reindex(columns=codes.columns).fillna(NO_KIND).astype(np.int8)

    order = np.lexsort([responses["row"], responses["file"].cat.codes, responses["response_id"]])
    responses, codes, kinds = (table.take(order).reset_index(drop=True) for table in (responses, codes, kinds))
    same = responses["response_id"].duplicated()
    nth = responses.groupby("response_id").cumcount() + 1 if same.any() else pd.Series(1, index=responses.index)
    ids = pd.Series(identity.hexadecimal(responses["response_id"].to_numpy()))
    ids = ids.mask(nth > 1, ids + "-" + nth.astype("str")) if same.any() else ids
    if (nth > 9).any():  # as text, -10 comes before -2
        by_text = ids.sort_values(kind="stable").index
        ids = ids.loc[by_text].reset_index(drop=True)
        responses, codes, kinds = (table.loc[by_text].reset_index(drop=True) for table in (responses, codes, kinds))
    responses = responses.drop(columns=["person", "alike"]).assign(response_id=ids, **_background(responses))
    responses = responses.drop(columns=[name for name in responses.columns if name.startswith("background:")])
    codes, kinds = codes[sorted(codes.columns)], kinds[sorted(codes.columns)]

    # Row by row and, within a row, item by item: the order of the key.
    where, item = np.nonzero(kinds.to_numpy() != NO_KIND)
    unanswered = pd.DataFrame(
        {
            "response_id": ids.take(where).array,
            "item": pd.Categorical.from_codes(item, pd.Index(codes.columns)),
            "kind": pd.Categorical.from_codes(kinds.to_numpy()[where, item], pd.Index(schemas.MISSING_KINDS)),
        }
    )
    return (
        schemas.check("responses", responses),
        schemas.check("answers", codes.assign(response_id=ids)),
        schemas.check("unanswered", unanswered) if len(unanswered) else schemas.empty("unanswered"),
    )


def _background(responses: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the background questions, as numbers where every answer of the year is one."""
    found = {}
    for field in sorted(name for name in responses.columns if name.startswith("background:")):
        at, known = distinct(responses[field])
        texts = pd.Series(known, dtype="str")
        numeric = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
        column = np.append(numeric.to_numpy(dtype=float), np.nan)[at] if numeric.notna().all() else responses[field]
        found[field.removeprefix("background:")] = pd.Series(column, index=responses.index)
    return found


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0].reset_index(drop=True)
