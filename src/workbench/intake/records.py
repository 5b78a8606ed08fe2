"""The records of one delivery in the codebook's terms: one text per field, read as label, number, date or place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.categories import hardly_repeats
from workbench.codebook import Codebook
from workbench.intake import labels, moments, privacy, providers, values
from workbench.intake.findings import Finding, on_rows

_TEST = r"(?:^|[^a-z])(?:test|preview)"  # what an entry calls itself that no respondent made
_SPAM = r"(?:^|[^a-z])spam(?:$|[^a-z])"
_LABELS = ("product", "moment")
_TESTED = ("entry", "variant", "respondent", "mode")


@dataclass(frozen=True)
class Records:
    """One delivery behind the gate.

    `fields`: one row per record, one column of text per field, missing where nothing was delivered. `headers` and
    `scales`: the column each field came from, and the scale that translates it. `items`: one row per record, one
    column of text per delivered question; `questions`: one row per such column, ``header``, ``item`` and ``scale``.
    `test`: the record says itself that no respondent made it: a test, a preview, or spam by its program.
    """

    file: str
    settings: Mapping[str, str]
    decimal: str
    fields: pd.DataFrame
    headers: Mapping[str, str]
    scales: Mapping[str, str]
    items: pd.DataFrame
    questions: pd.DataFrame
    test: pd.Series


def arrange(
    kept: pd.DataFrame, matched: pd.DataFrame, file: str, settings: Mapping[str, str], decimal: str, codebook: Codebook
) -> Records:
    """Name the columns of a delivery after their fields.

    Where two columns fill one field (a question renamed between versions), the first in ``columns.csv`` that holds
    something counts.
    """
    known = matched[matched["header"].isin(kept.columns)].sort_values("place")
    is_item = known["field"].isin(set(codebook.items["item"])) & (settings["kind"] == "responses")
    plain, questions = known[~is_item], known[is_item]
    fields: dict[str, pd.Series] = {}
    for header, field in zip(plain["header"], plain["field"], strict=True):
        column = kept[header]
        fields[field] = fields[field].astype("str").fillna(column.astype("str")) if field in fields else column
    test = pd.Series(False, index=kept.index)
    for field in _TESTED:
        if field in fields:
            fields[field] = _once_each(fields[field])
            hit = _holds(fields[field], f"{_TEST}|{_SPAM}" if field == "entry" else _TEST)
            test |= hit
            fields[field] = fields[field].mask(hit) if hit.any() else fields[field]
    return Records(
        file=file,
        settings=settings,
        decimal=settings.get("decimal", "") or decimal,
        fields=pd.DataFrame(fields, index=kept.index, copy=False),
        headers=dict(zip(plain["field"][::-1], plain["header"][::-1], strict=True)),
        scales=dict(zip(plain["field"][::-1], plain["scale"][::-1], strict=True)),
        items=kept[list(questions["header"])],
        questions=questions.rename(columns={"field": "item"})[["header", "item", "scale"]].reset_index(drop=True),
        test=test,
    )


def _once_each(column: pd.Series) -> pd.Series:
    """Return texts that repeat as categories, unsorted: each is looked at once, however often it is asked for."""
    if isinstance(column.dtype, pd.CategoricalDtype) or hardly_repeats(column):
        return column
    at, known = pd.factorize(column)
    return pd.Series(pd.Categorical.from_codes(at, known, validate=False), index=column.index)


def _holds(column: pd.Series, pattern: str) -> pd.Series:
    """Say of each text whether it holds a pattern, such as what a record calls itself that is a test."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        texts = column.astype("str")
        if texts.dropna().str.isdecimal().all():  # seen several times as quickly
            return pd.Series(False, index=column.index)
        return texts.str.contains(pattern, case=False, na=False).astype(bool)
    at, texts = values.distinct(column)
    hits = pd.Series(texts, dtype="str").str.contains(pattern, case=False).to_numpy(dtype=bool)
    return pd.Series(np.append(hits, False)[at], index=column.index)


def raw(records: Records, field: str) -> pd.Series:
    """Return a field as delivered; where nothing was, what ``deliveries.csv`` says of the whole file."""
    default = records.settings.get(field, "") or None
    if field not in records.fields:
        return pd.Series(default, index=records.fields.index, dtype="str")
    column = records.fields[field].astype("str")
    return column.fillna(default) if default else column


def _delivered(records: Records, field: str) -> pd.Series:
    """Return a field as `raw` does, with each text held once where the delivery holds it so."""
    default = records.settings.get(field, "")
    if field in records.fields:
        return records.fields[field] if not default else raw(records, field)
    index = records.fields.index
    return values.constant(default, index) if default else pd.Series(None, index=index, dtype="str")


def text(
    records: Records, field: str, scales: Mapping[str, labels.Scale], dtype: values.Texts = "str"
) -> tuple[pd.Series, list[Finding]]:
    """Return a field as text: translated where a scale is named, as delivered with its white space folded if not.

    Of the fields that should hold labels, one that is answered in people's own words is withheld.
    """
    if records.scales.get(field):
        return coded(records, field, scales, (), dtype)
    delivered = _delivered(records, field)
    found = values.per_value(delivered, lambda value: values.fold(value) or None, dtype)
    if not (field.startswith("background:") or field in _LABELS) or not _in_own_words(delivered):
        return found, []
    message = "The column is answered in people's own words; it is withheld."
    remedy = "Declare it as remark in columns.csv, or name a scale that translates its labels."
    return found.mask(found.notna()), [Finding(records.file, "error", message, remedy, records.headers.get(field))]


def product(
    records: Records, scales: Mapping[str, labels.Scale], dtype: values.Texts = "str"
) -> tuple[pd.Series, list[Finding]]:
    """Return the kind of support as text; a code of two digits gets back the zero that a spreadsheet took from it."""
    found, findings = text(records, "product", scales, dtype)
    return values.per_value(found, lambda code: code.zfill(2) if code.isdigit() else code, dtype), findings


def _in_own_words(column: pd.Series) -> bool:
    """Say whether values look like sentences rather than labels or numbers: many, and most of them once."""
    _, known = values.distinct(column)
    words = {values.fold(text) for text in known.tolist() if not re.fullmatch(r"\s*-?[0-9.,]+\s*", text)} - {""}
    return len(words) > 30 and len(words) > 0.2 * column.notna().sum()


def coded(
    records: Records,
    field: str,
    scales: Mapping[str, labels.Scale],
    allowed: tuple[str, ...],
    dtype: values.Texts = "str",
) -> tuple[pd.Series, list[Finding]]:
    """Return a field as one of the codes `allowed`, through its scale or else the usual one."""
    name = records.scales.get(field) or labels.USUAL_SCALES.get(field, "")
    scale = scales.get(name, scales[""])
    delivered = records.fields.get(field)
    if delivered is None:
        return _delivered(records, field).astype(dtype), []
    found, problems = labels.text_codes(delivered, scale, allowed, field.startswith("background:"), dtype)
    default = records.settings.get(field, "")
    found = found.astype("str").mask(delivered.isna(), default) if default else found
    return found, labels.problem_findings(problems, records.file, records.headers[field], name, field)


def number(records: Records, field: str, low: float, high: float) -> tuple[pd.Series, list[Finding]]:
    """Return a field as a number within `low` and `high`; what is none is missing and found."""
    if field not in records.fields:
        return pd.Series(float("nan"), index=records.fields.index), []
    found, unreadable = values.numbers(records.fields[field], records.decimal)
    outside = (found < low) | (found > high)
    return found.mask(outside), _unread(records, field, unreadable | outside, "number", "a number in the usual range")


def date(records: Records, field: str) -> tuple[pd.Series, list[Finding]]:
    """Return a field as a date with its clock; what is none is missing and found."""
    if field not in records.fields:
        return pd.Series(pd.NaT, index=records.fields.index, dtype="datetime64[ns]"), []
    century = 0 if field == "birth_date" else 2000
    found, unreadable = moments.dates(records.fields[field], records.settings.get("dates", ""), century)
    expected = "dd-mm-yyyy, yyyy-mm-dd or yyyymmdd (mm/dd/yyyy: write mdy in deliveries.csv, column dates)"
    return found, _unread(records, field, unreadable, "date", expected)


def completed(records: Records, year: int) -> tuple[pd.Series, list[Finding]]:
    """Return when questionnaires of a measurement were completed; a day after the next year is none, and found.

    Those of before the year before count with this measurement: a warning says how many they are.
    """
    found, findings = date(records, "completed_on")
    late, early = found >= pd.Timestamp(year + 2, 1, 1), found < pd.Timestamp(year - 1, 1, 1)
    if late.any():
        expected = f"a day up to and including {year + 1}"
        findings = findings + _unread(records, "completed_on", late, "day that has been", expected)
        found = found.mask(late)
    what = f"completed before {year - 1} and counted in {year}."
    remedy = "Ask for this year's answers only, or put the others in the folder of their own year."
    column = records.headers.get("completed_on")
    return found, findings + on_rows(
        early, records.file, "warning", ("record was", "records were"), what, remedy, column
    )


def _unread(records: Records, field: str, where: pd.Series, what: str, expected: str) -> list[Finding]:
    remedy = f"Expected {expected}; correct the delivery if {field.removeprefix('measure:')} matters."
    nouns, what = ("value is", "values are"), f"no {what}; taken as not known."
    return on_rows(where, records.file, "warning", nouns, what, remedy, records.headers[field])


def lacking(records: Records, field: str, where: pd.Series, severity: str, what: str, remedy: str) -> list[Finding]:
    """Return a finding if some records lack what they cannot be counted without."""
    nouns, what = ("record", "records"), f"{what}; not counted."
    return on_rows(where, records.file, severity, nouns, what, remedy, records.headers.get(field))


def provider(
    records: Records, codebook: Codebook, empty: pd.Series | None = None, dtype: values.Texts = "str"
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return ``provider_id`` and ``reason`` of each record, as `providers.identify` does; no findings where `empty`."""
    names = _delivered(records, "provider")
    identified = providers.identify(names, codebook, dtype)
    passed_over = records.test if empty is None else records.test | empty
    asked = identified.assign(reason=identified["reason"].mask(passed_over))
    column = records.headers.get("provider")
    return identified, providers.unknown_names(names, asked, codebook, records.file, column)


def municipality(records: Records, codebook: Codebook, dtype: values.Texts = "str") -> tuple[pd.Series, list[Finding]]:
    """Return the CBS code of the municipality of each record, from its name or its code with or without zeros."""
    known = municipality_spellings(codebook)
    names = _delivered(records, "municipality")
    found = values.per_value(names, lambda name: _known(values.key(name), known), dtype)
    unknown = names.notna() & found.isna()
    nouns, what = ("record has", "records have"), "a municipality that is not known; left empty."
    remedy = "Expected a name or CBS code such as GM0632; correct the delivery or corrections.csv."
    column = records.headers.get("municipality")
    return found, on_rows(unknown, records.file, "warning", nouns, what, remedy, column)


def _known(name: str, known: Mapping[str, str]) -> str | None:
    """Return the code of a municipality, also where its code stands in brackets behind its name."""
    return known.get(name) or known.get(re.sub(r" ?\([^()]*\)$", "", name))


def municipality_spellings(codebook: Codebook) -> dict[str, str]:
    """Return every accepted spelling of a municipality with its code."""
    known: dict[str, str] = {}
    table = codebook.municipalities
    for municipality_code, name in zip(table["municipality_code"], table["name"], strict=True):
        digits = municipality_code.removeprefix("GM")
        for form in (name, f"gemeente {name}", municipality_code, digits, digits.lstrip("0")):
            known[values.key(form)] = municipality_code
    known |= {values.key(municipality_code): municipality_code for municipality_code in codebook.region.municipalities}
    return known


def age_band(records: Records, scales: Mapping[str, labels.Scale], year: int) -> tuple[pd.Series, list[Finding]]:
    """Return the age band: as delivered, else from the age, else from the birth date on 1 January of `year`.

    A number alone among bands may be the code of one, and is no age.
    """
    found = pd.Series(None, index=records.fields.index, dtype="str")
    findings: list[Finding] = []
    if "age_band" in records.fields:
        named = scales.get(records.scales.get("age_band", ""), scales[""]).codes
        inside = values.per_value(
            records.fields["age_band"],
            lambda text: None if values.key(text) in named or text.strip().isdigit() else privacy.band_within(text),
        )
        found, findings = coded(_without(records, "age_band", inside.notna()), "age_band", scales, privacy.AGE_BANDS)
        found = _completed_by(found, inside)
    if "age" in records.fields:
        inside = values.per_value(records.fields["age"], privacy.band_within, "category")
        found = _completed_by(found, inside)
        if (inside.isna() & records.fields["age"].notna()).any():
            ages, problems = number(_without(records, "age", inside.notna()), "age", 0, 120)
            found, findings = _completed_by(found, privacy.age_bands(ages)), findings + problems
    if "birth_date" in records.fields:
        born, problems = date(records, "birth_date")
        bands = privacy.age_bands(privacy.ages_on(born, year))
        found, findings = _completed_by(found, bands), findings + problems
    return found, findings


def _completed_by(found: pd.Series, more: pd.Series) -> pd.Series:
    """Return texts with those of `more` where there is none; `more`, categories or not, where there is none at all."""
    return more if found.isna().all() else found.astype("str").fillna(more.astype("str"))


def _without(records: Records, field: str, where: pd.Series) -> Records:
    """Return the records without some values of a field, which are understood already."""
    return replace(records, fields=records.fields.assign(**{field: records.fields[field].mask(where)}))


def outcome(found: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the first reason that holds for each record, missing where none does.

    Examples
    --------
    >>> late, double = pd.Series([True, False]), pd.Series([True, True])
    >>> outcome({"late": late, "double": double}, late.index).tolist()
    ['late', 'double']
    """
    reason = pd.Series(None, index=index, dtype="str")
    for name, where in found.items():
        if where.any():
            reason = reason.mask(reason.isna() & where.to_numpy(dtype=bool), name)
    return reason
