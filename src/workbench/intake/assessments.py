"""The small deliveries: judgements, administrative figures, agreements, and who was invited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench import schemas
from workbench.codebook import Codebook
from workbench.intake import labels, privacy, records, values
from workbench.intake.findings import Finding, on_rows, times
from workbench.intake.identity import content_hash, hexadecimal
from workbench.intake.records import Records

_MANY = 1e12
_SHORT, _FEW = 40, 5  # what is said of themes nobody knows
_COUNTED = tuple(f"measure:{name}" for name in ("clients", "inflow", "complaints", "budget", "spent"))
_NUMBER, _YEAR_AMONG_WORDS = r"(?<!\w)[0-9]+(?:[.,][0-9]+)*", r"(?i)[a-z].*\b20[0-9]{2}\b"  # Q3 is no number
_GROUPED = r"[€\s-]*[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)(?:,[-–]+)?"  # € 1.200,-
_WRITTEN = ("recognised", "story", "valued", "improvement", "action", "owner")


@dataclass(frozen=True)
class Cleaned:
    """One delivery: the rows of its processed table, and the records that gave none."""

    table: pd.DataFrame
    exclusions: pd.DataFrame
    findings: list[Finding]


def assess(delivered: Records, codebook: Codebook, year: int) -> Cleaned:
    """Read judgements: one row per provider, source and theme; tidy, or wide with a ``measure:<theme>`` per column.

    A theme may be named as readers know it. A score without a scale is on that of the highest score of its source.
    Excluded are records with an ``unknown provider``, of one that is ``not contracted``, of an ``unknown source``, and
    those with ``no theme`` or ``no score``: a score outside its scale is none.
    """
    scales = labels.scales(codebook.scales)
    identified, findings = records.provider(delivered, codebook)
    sources, problems = records.coded(delivered, "source", scales, schemas.SOURCES)
    ranges, more = records.text(delivered, "scale", scales)
    people, fewer = records.number(delivered, "n", 0, _MANY)
    moments, undated = records.date(delivered, "date")
    findings += problems + more + fewer + undated
    remedy = "Map a column to source in columns.csv, with a scale for its labels."
    findings += records.lacking(delivered, "source", sources.isna(), "error", "without a known source", remedy)
    known = pd.DataFrame(
        {
            "provider_id": identified["provider_id"],
            "source": sources,
            "year": year,
            "scale": values.per_value(ranges, lambda text: text.replace(" ", "").replace("–", "-")),
            "n": people,
            "date": moments.dt.normalize(),
            "file": delivered.file,
            "row": delivered.fields.index,
        }
    )
    long, problems = _long(delivered, known, "theme", "score", scales)
    findings += problems
    reasons = {
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
        "unknown source": sources.isna(),
    }
    long = long.assign(theme=_measures(long["theme"], codebook))
    usual = long["score"].groupby([long["source"].fillna(""), long["scale"].isna()]).transform("max")
    stated = long["scale"].where(long["scale"].str.fullmatch(r"[0-9]+-[0-9]+").fillna(False).astype(bool))
    scale = stated.fillna(pd.Series(np.select([usual <= 5, usual <= 10], ["1-5", "1-10"], "0-100"), index=long.index))
    low, high = (scale.str.split("-").str[place].astype(float) for place in (0, 1))
    outside = (long["score"] < low) | (long["score"] > high)
    findings += _unknown_themes(delivered, long, codebook) + _off_scale(delivered, long, scale, outside)
    long = long.assign(scale=scale, score=long["score"].mask(outside))
    return _finish(delivered, long, reasons, "theme", "score", findings)


def _unknown_themes(delivered: Records, long: pd.DataFrame, codebook: Codebook) -> list[Finding]:
    known = set(codebook.dimensions["dimension"])
    asked = long[long["score"].notna() & long["theme"].notna() & ~long["theme"].isin(known)]
    if asked.empty:
        return []
    every = sorted(asked["theme"].unique())
    named = [repr(theme) for theme in every if len(theme) <= _SHORT][:_FEW]
    shown = ", ".join(named + (["others"] if len(every) > len(named) else []))
    what = times(len(asked), "judgement is", "judgements are")
    message = f"{what} about a theme that is no dimension, and no report shows it: {shown}."
    remedy = "Add the theme to dimensions.csv, or translate it with a scale for the column of the theme."
    return [Finding(delivered.file, "warning", message, remedy, row=int(asked["row"].min()))]


def _off_scale(delivered: Records, long: pd.DataFrame, scale: pd.Series, outside: pd.Series) -> list[Finding]:
    findings = []
    for name, rows in long.loc[outside, "row"].groupby(scale[outside]):
        message = f"{times(len(rows), 'score lies', 'scores lie')} outside the scale {name}; taken as not known."
        remedy = "Correct the delivery, or say in the column of the scale which one was used."
        findings.append(Finding(delivered.file, "warning", message, remedy, row=int(rows.min())))
    return findings


def figures(delivered: Records, codebook: Codebook, year: int) -> Cleaned:
    """Read administrative figures: tidy, or wide with a ``measure:<name>`` per column.

    A record with a provider is about that provider, one without is about its municipality. Excluded are records with
    an ``unknown provider``, of one that is ``not contracted``, with ``no provider or municipality``, ``no measure`` or
    ``no value``.
    """
    scales = labels.scales(codebook.scales)
    places, findings = records.municipality(delivered, codebook)
    names = records.raw(delivered, "provider")
    identified, problems = records.provider(delivered, codebook)
    about_provider = names.notna()
    findings += [finding for finding in problems if "provider and cannot be counted" not in finding.message]
    years, problems = records.number(delivered, "year", 1990, 2100)
    findings += problems
    known = pd.DataFrame(
        {
            "unit": pd.Series("municipality", index=names.index, dtype="str").mask(about_provider, "provider"),
            "unit_id": places.mask(about_provider, identified["provider_id"]),
            "year": years.fillna(year).astype("int64"),
            "file": delivered.file,
            "row": delivered.fields.index,
        }
    )
    long, problems = _long(_without_units(delivered), known, "measure", "value", scales)
    long, more = _plausible(delivered, long)
    problems += more
    reasons = {
        "unknown provider": about_provider & (identified["reason"] == "unknown provider"),
        "not contracted": about_provider & (identified["reason"] == "not contracted"),
        "no provider or municipality": known["unit_id"].isna(),
    }
    return _finish(delivered, long, reasons, "measure", "value", findings + problems)


def _without_units(delivered: Records) -> Records:
    """Return the records with the word for weeks taken off figures, and percentages as hundredths."""
    fields = delivered.fields
    of_figures = [name for name in fields.columns if name == "value" or name.startswith("measure:")]
    bare = {name: values.without_units(fields[name]) for name in of_figures}
    if not delivered.settings.get("decimal"):
        bare |= {name: _ungrouped(bare[name]) for name in of_figures if name in _COUNTED}
    return replace(delivered, fields=fields.assign(**bare))


def _ungrouped(column: pd.Series) -> pd.Series:
    """Return counts and amounts without what separates thousands, where every one that has a sign is written so.

    Whatever sign it is: 1.234 clients are no client and a bit.

    Examples
    --------
    >>> _ungrouped(pd.Series(["1.234", "950"])).tolist(), _ungrouped(pd.Series(["1,5", "1.234"])).tolist()
    (['1234', '950'], ['1,5', '1.234'])
    >>> _ungrouped(pd.Series(["€ 1.200,-", "€ 500,-"])).tolist()
    ['€ 1200,-', '€ 500,-']
    """
    signed = column.str.contains(r"[.,](?![-\u2013])", regex=True).fillna(False).astype(bool)
    grouped = column.str.fullmatch(_GROUPED).fillna(False)
    if not signed.any() or not grouped[signed].astype(bool).all():
        return column
    return column.str.replace(r"[.,](?=[0-9]{3})", "", regex=True)


def _plausible(delivered: Records, long: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return figures none of which is below zero, and shares of staff as shares: above 1 they were percentages."""
    negative, findings = long["value"] < 0, []
    percent = (long["measure"] == "staff_turnover") & (long["value"] > 1)
    for where, what, severity, remedy in (
        (negative, "below zero; taken as not known", "warning", "Correct the delivery."),
        (percent, "a percentage and not a share; divided by 100", "note", "Nothing to do."),
    ):
        for measure, rows in long.loc[where, "row"].groupby(long["measure"][where]):
            message = f"{times(len(rows), 'value', 'values')} of {measure}: {what}."
            findings.append(Finding(delivered.file, severity, message, remedy, row=int(rows.min())))
    return long.assign(value=long["value"].mask(percent, long["value"] / 100).mask(negative)), findings


def _long(
    delivered: Records, known: pd.DataFrame, name: str, value: str, scales: Mapping[str, labels.Scale]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return one row per figure of a delivery that is tidy, wide or both; no figure, no row."""
    parts, findings = [], []
    if value in delivered.fields:
        found, problems = records.number(delivered, value, -_MANY, _MANY)
        topics, more = records.text(delivered, name, scales)
        findings += problems + more
        parts.append(known.assign(**{name: topics, value: found}))
    for field in delivered.fields.columns:
        if field.startswith("measure:"):
            found, problems = records.number(delivered, field, -_MANY, _MANY)
            findings += problems
            parts.append(known.assign(**{value: found}).assign(**{name: field.removeprefix("measure:")}))
    if not parts:
        parts.append(known.reindex(columns=[*known.columns, name, value]))
    return pd.concat(parts).astype({name: "str"}), findings


def _finish(
    delivered: Records,
    long: pd.DataFrame,
    reasons: dict[str, pd.Series],
    name: str,
    value: str,
    findings: list[Finding],
) -> Cleaned:
    """Return the usable figures; a record none of whose figures is usable is excluded with the reason."""
    usable = long[long[name].notna() & long[value].notna()]
    index = delivered.fields.index
    named = pd.Series(index.isin(long.loc[long[name].notna(), "row"]), index=index)
    reasons = reasons | {f"no {name}": ~named, f"no {value}": pd.Series(~index.isin(usable["row"]), index=index)}
    reason = records.outcome(reasons, index)
    excluded = pd.DataFrame({"file": delivered.file, "row": index[reason.notna()], "reason": reason.dropna().array})
    counted = usable[usable["row"].isin(index[reason.isna()])]
    return Cleaned(counted, excluded, findings)


def keep_latest(name: str, cleaned: list[Cleaned], by: str | None = None) -> Cleaned:
    """Put the deliveries of a year together; of figures with the same key one stays.

    The one with the latest `by` stays, then the highest: the order of rows must not matter. A record of which no figure
    stays is a ``duplicate``.
    """
    parts = [part.table for part in cleaned if len(part.table)]
    excluded = [part.exclusions for part in cleaned if len(part.exclusions)]
    findings = [finding for part in cleaned for finding in part.findings]
    if not parts:
        none = pd.concat(excluded, ignore_index=True) if excluded else schemas.empty("exclusions")
        return Cleaned(schemas.empty(name), none, findings)
    unique = list(schemas.TABLES[name].unique or [])
    together = pd.concat(parts, ignore_index=True)
    amount = next(column for column in ("score", "value") if column in together.columns)
    order = [*unique, *([by] if by else []), amount, "file", "row"]
    together = together.sort_values(order, kind="stable", na_position="first")
    stays = ~together.duplicated(unique, keep="last")
    which = f"the latest {by}, else the highest," if by else "the highest"
    together = together.assign(differs=together.groupby(unique)[amount].transform("nunique") > 1)
    for file, rows in together[~stays & together["differs"]].groupby("file")["row"]:
        message = f"{times(len(rows), 'figure is', 'figures are')} delivered again with another value; {which} counts."
        findings.append(
            Finding(str(file), "warning", message, "Take out the one that does not hold.", row=int(rows.min()))
        )
    kept = together[stays]
    kept_records = pd.MultiIndex.from_frame(kept[["file", "row"]])
    lost = together.loc[~stays, ["file", "row"]].drop_duplicates()
    lost = lost[~pd.MultiIndex.from_frame(lost).isin(kept_records)]
    excluded.append(lost.assign(reason="duplicate"))
    return Cleaned(kept.drop(columns="differs"), pd.concat(excluded, ignore_index=True), findings)


def agree(delivered: Records, codebook: Codebook, year: int) -> Cleaned:
    """Read filled-in conversation forms: one row per agreed action.

    A figure may be named as readers know it, in either language, or by its code; a target of a share may be written
    as a percentage. Excluded are records with an ``unknown provider``, of one that is ``not contracted``, those in
    which nobody wrote anything (``empty``: the rows of a form that were not used) and those with ``no measure``.
    """
    scales = labels.scales(codebook.scales)
    identified, findings = records.provider(delivered, codebook)
    columns: dict[str, pd.Series] = {"provider_id": identified["provider_id"]}

    def keep(name: str, found: tuple[pd.Series, list[Finding]]) -> None:
        columns[name] = found[0]
        findings.extend(found[1])

    keep("year", records.number(delivered, "year", 1990, 2100))
    for name in ("measure", "recognised", "story", "valued", "improvement", "action", "owner"):
        keep(name, records.text(delivered, name, scales))
    columns["measure"] = _measures(columns["measure"], codebook)
    keep("due", records.date(delivered, "due"))
    targets, problems = records.number(_with_bare_targets(delivered), "target", -_MANY, _MANY)
    columns["target"], more = _targets(targets, columns["measure"], delivered, codebook)
    findings += problems + more
    keep("status", records.coded(delivered, "status", scales, ("open", "running", "done", "dropped")))
    index = delivered.fields.index
    table = pd.DataFrame(columns, index=index).assign(file=delivered.file, row=index)
    table["year"] = table["year"].fillna(year).astype("int64")
    table["due"] = table["due"].dt.normalize()
    reasons = {
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
        "empty": table[list(_WRITTEN)].isna().all(axis=1),
        "no measure": table["measure"].isna(),
    }
    findings += _not_measured(delivered, table, codebook)
    nameless = table["measure"].isna() & ~reasons["empty"]
    remedy = "Choose in the column of the figure what the agreement is about."
    findings += records.lacking(delivered, "measure", nameless, "warning", "without a figure it is about", remedy)
    return _split(delivered, table, reasons, findings)


def _measures(named: pd.Series, codebook: Codebook) -> pd.Series:
    """Return the code of each figure that is named as a reader knows it; others stay as they are."""
    known: dict[str, str] = {}
    for measure in (*codebook.cards, *codebook.dimensions["dimension"]):
        for language in ("nl", "en"):
            known[values.key(codebook.name_of(measure, language))] = measure
    return values.per_value(named, lambda name: known.get(values.key(name), name))


def _not_measured(delivered: Records, table: pd.DataFrame, codebook: Codebook) -> list[Finding]:
    known = {*codebook.cards, *codebook.dimensions["dimension"], *codebook.items["item"]}
    strange = table["measure"].notna() & ~table["measure"].isin(known)
    nouns, what = ("agreement is", "agreements are"), "about a figure nobody measures; no figure comes back."
    remedy = "Name a dimension, an outcome or a statement, as the reports do."
    return on_rows(strange, delivered.file, "warning", nouns, what, remedy, delivered.headers.get("measure"))


def _with_bare_targets(delivered: Records) -> Records:
    """Return the records with of each target its number, where people wrote one among words: at least 80 points."""
    if "target" not in delivered.fields:
        return delivered
    bare = values.per_value(delivered.fields["target"], _only_number)
    return replace(delivered, fields=delivered.fields.assign(target=bare))


def _only_number(text: str) -> str:
    """Return the number in a text; the text itself where it holds none, or several, or a year among words.

    Examples
    --------
    >>> _only_number("minstens 7,5"), _only_number("80 punten"), _only_number("70 of 80"), _only_number("eind 2027")
    ('7,5', '80', '70 of 80', 'eind 2027')
    """
    numbers = re.findall(_NUMBER, text)
    plain = len(numbers) == 1 and "-" not in text and not re.search(_YEAR_AMONG_WORDS, text)
    return numbers[0] if plain else text


def _targets(
    targets: pd.Series, measures: pd.Series, delivered: Records, codebook: Codebook
) -> tuple[pd.Series, list[Finding]]:
    """Return targets in the unit of their figure: a share above 1 was meant as a percentage, and a note says so."""
    shares = measures.isin([name for name, card in codebook.cards.items() if card.get("unit") == "share"])
    written = delivered.fields.get("target", pd.Series(None, index=targets.index, dtype="str"))
    signed = shares & written.str.contains("%").fillna(False).astype(bool)
    percent = shares & (targets > 1) & ~signed
    found = targets.mask(signed | percent, targets / 100)
    nouns, what = ("target of a share is", "targets of shares are"), "above 1; read as a percentage."
    column = delivered.headers.get("target")
    return found, on_rows(percent, delivered.file, "note", nouns, what, "Nothing to do.", column)


def invite(delivered: Records, codebook: Codebook, year: int, secret: bytes | None) -> Cleaned:
    """Read the frame: one row per invited person, provider and role.

    Excluded are records with an ``unknown provider``, of one that is ``not contracted``, of an ``unknown role``, and
    ``duplicate`` ones: the same person, provider, role and questionnaire again. A person without an id
    is a person of their own.
    """
    scales = labels.scales(codebook.scales)
    identified, findings = records.provider(delivered, codebook)
    columns: dict[str, pd.Series] = {"provider_id": identified["provider_id"]}

    def keep(name: str, found: tuple[pd.Series, list[Finding]]) -> None:
        columns[name] = found[0]
        findings.extend(found[1])

    keep("municipality_code", records.municipality(delivered, codebook))
    keep("role", records.coded(delivered, "role", scales, schemas.ROLES))
    keep("instrument", (records.raw(delivered, "instrument"), []))
    keep("sex", records.coded(delivered, "sex", scales, schemas.SEXES))
    keep("age_band", records.age_band(delivered, scales, year))
    keep("product", records.product(delivered, scales))
    index = delivered.fields.index
    table = pd.DataFrame(columns, index=index).assign(year=year, file=delivered.file, row=index)
    person = pd.Series(None, index=index, dtype="str")
    for field in privacy.PERSON_IDS:
        if field in delivered.fields:
            person = person.fillna(delivered.fields[field].astype("str"))
    content = {name: table[name] for name in ("provider_id", "municipality_code", "role", "sex", "age_band", "product")}
    own = content_hash(content, privacy.hash_key(secret))
    nameless = person.isna()
    own_ids = pd.Series(hexadecimal(own), index=index)
    table["client"] = person.fillna(own_ids)
    nouns, what = ("record has", "records have"), "no person id; taken for as many people."
    remedy = "Ask for a client number, so that a person invited twice is seen."
    findings += on_rows(nameless, delivered.file, "note", nouns, what, remedy)
    reasons = {
        "unknown provider": identified["reason"] == "unknown provider",
        "not contracted": identified["reason"] == "not contracted",
        "unknown role": table["role"].isna(),
    }
    remedy = "State the role in deliveries.csv, or map a column to role in columns.csv with a scale for its labels."
    findings += records.lacking(delivered, "role", table["role"].isna(), "error", "without a known role", remedy)
    reason = records.outcome(reasons, index)
    order = table[reason.isna() & ~nameless].sort_values(["client", "product", "age_band", "sex", "row"], kind="stable")
    again = order.index[order.duplicated(["client", "provider_id", "role", "instrument"])]
    reasons["duplicate"] = pd.Series(index.isin(again), index=index)
    return _split(delivered, table, reasons, findings)


def _split(delivered: Records, table: pd.DataFrame, reasons: dict[str, pd.Series], findings: list[Finding]) -> Cleaned:
    reason = records.outcome(reasons, table.index)
    rows = table.index[reason.notna()]
    excluded = pd.DataFrame({"file": delivered.file, "row": rows, "reason": reason.dropna().array})
    return Cleaned(table[reason.isna()], excluded, findings)
