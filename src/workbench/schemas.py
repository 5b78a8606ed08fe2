"""The contracts of the processed tables, declared once.

Every table in ``data/processed`` passes its contract before it is written: columns, types, keys and ranges. The
descriptions are the data dictionary; ``docs/data.md`` is made from them.

Text is text (codes keep their leading zeros), dates are dates without a clock, shares lie in [0, 1], scores in
[0, 100]. A missing value means "not known" or "does not apply"; why an answer is missing stands in `UNANSWERED`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.compute as pc

from workbench import categories

ROLES = ("client", "relative", "staff")
INFORMANTS = ("self", "proxy")
MISSING_KINDS = ("skipped", "closed", "not_applicable", "dont_know", "unreadable", "not_asked")
SOURCES = ("self", "client", "staff", "access", "back_office", "supervisor")
SEVERITIES = ("error", "warning", "note")
STATUSES = ("shown", "indicative", "hidden")
AGE_BANDS = ("0-3", "4-11", "12-17", "18-22", "23-44", "45-64", "65-74", "75-84", "85+")
SEXES = ("female", "male", "other")
_LEAST, _MOST = "greater_than_or_equal_to", "less_than_or_equal_to"  # what pandera calls them
LAWS = ("BiJ", "iJw", "iWmo")
PROVISIONAL_MONTHS = 6  # before the end of a register: endings of these months still come in late


def _text(description: str, among: Sequence[str] = (), required: bool = True, filled: bool = False) -> pa.Column:
    checks = [pa.Check.isin(list(among))] if among else None
    return pa.Column(str, checks, nullable=not filled, required=required, description=description)


def _number(description: str, low: float | None = None, high: float | None = None, required: bool = True) -> pa.Column:
    checks = [pa.Check.ge(low)] if low is not None else []
    checks += [pa.Check.le(high)] if high is not None else []
    return pa.Column(float, checks or None, nullable=True, required=required, description=description)


def _count(description: str) -> pa.Column:
    return pa.Column("int64", pa.Check.ge(0), description=description)


def _date(description: str) -> pa.Column:
    return pa.Column("datetime64[ns]", nullable=True, description=description)


def _flag(description: str) -> pa.Column:
    return pa.Column(bool, description=description)


def _table(name: str, row: str, columns: dict[str, pa.Column], key: Sequence[str] = (), wide: bool = False):
    """Return the contract of one table; `wide` tables may have further columns (items, background questions)."""
    return pa.DataFrameSchema(
        columns,
        name=name,
        description=row,
        unique=list(key) or None,
        strict=not wide,
        coerce=True,
    )


_FILE = _text("the delivery, as a path below the year's folder", filled=True)
_ROW = _count("row in the delivery as a person sees it (the header is row 1); 0: the file as a whole")

DELIVERIES = _table(
    "deliveries",
    "one row per file received",
    {
        "file": _FILE,
        "sha256": _text("fingerprint of the bytes", filled=True),
        "kind": _text(
            "what it holds",
            ("responses", "episodes", "assessments", "context", "invited", "agreements", "ignored", "unreadable"),
        ),
        "reader": _text("family of export it was read as"),
        "instrument": _text("questionnaire, for responses"),
        "role": _text("who answered, for responses", ROLES),
        "purpose": _text("why the delivery was collected; statutory data never grade a provider"),
        "delivered": _count("records in the file"),
        "counted": _count("records in a processed table"),
        "excluded": _count("records in `exclusions`; delivered = counted + excluded"),
    },
    key=("file",),
)

RESPONSES = _table(
    "responses",
    "one row per counted questionnaire",
    {
        "response_id": _text("pseudonym made from the content; not the number in the delivery", filled=True),
        "role": _text("whose experience", ROLES, filled=True),
        "informant": _text("who filled it in", INFORMANTS, filled=True),
        "provider_id": _text("provider, from the codebook", filled=True),
        "municipality_code": _text("CBS code, GM0632"),
        "year": _count("year of the measurement"),
        "completed_on": _date("date of completion; missing where the export has none or anonymised it"),
        "instrument": _text("questionnaire", filled=True),
        "variant": _text("target group or easy-read version", filled=True),
        "mode": _text("mail, sms, link, kiosk, paper, telephone"),
        "moment": _text("when in the care episode it was asked"),
        "product": _text("product category or kind of support"),
        "age_band": _text("age band", AGE_BANDS),
        "sex": _text("sex as registered or stated", SEXES),
        "weight": _number("weight to the invited clients; 1 where there is no frame", low=0),
        "flags": _text("what is doubtful about it: straight-lining, too fast, near duplicate, same person again"),
        "purpose": _text("why it was collected", ("provider_measurement", "statutory", "research"), filled=True),
        "file": _FILE,
        "row": _ROW,
    },
    key=("response_id",),
    wide=True,
)

ANSWERS = _table(
    "answers",
    "one row per counted questionnaire, one further column per item: the code as answered, not reversed",
    {"response_id": _text("questionnaire", filled=True)},
    key=("response_id",),
    wide=True,
)

UNANSWERED = _table(
    "unanswered",
    "one row per item that was put to someone and not answered",
    {
        "response_id": _text("questionnaire", filled=True),
        "item": _text("item", filled=True),
        "kind": _text("why there is no code", MISSING_KINDS, filled=True),
    },
    key=("response_id", "item"),
)

EXCLUSIONS = _table(
    "exclusions",
    "one row per delivered record that is not counted; never its content",
    {
        "file": _FILE,
        "row": _ROW,
        "reason": _text("why, in the field's words", filled=True),
        "provider_id": _text("of which provider it is, where that was known"),
    },
    key=("file", "row"),
)

FINDINGS = _table(
    "findings",
    "one row per problem in a delivery, for whoever delivered it; never a personal value",
    {
        "file": _FILE,
        "row": _ROW,
        "column": _text("column as it stands in the delivery"),
        "severity": _text("error: could not be used; warning: used, look at it; note: good to know", SEVERITIES),
        "message": _text("what was found and what was expected", filled=True),
        "remedy": _text("what to do", filled=True),
    },
)

SCORES = _table(
    "scores",
    "one row per response and dimension",
    {
        "response_id": _text("questionnaire", filled=True),
        "provider_id": _text("provider", filled=True),
        "role": _text("whose experience", ROLES, filled=True),
        "instrument": _text("questionnaire", filled=True),
        "dimension": _text("what the scale measures", filled=True),
        "score": _number("0-100, higher is better; half rule", low=0, high=100),
        "n_items": _count("items answered"),
        "points": _count("answers to choose from; versions with other points are never averaged together"),
    },
    key=("response_id", "dimension"),
)

EPISODES = _table(
    "episodes",
    "one row per care episode, overlapping records of the same person, provider and product merged",
    {
        "client": _text("keyed pseudonym, the same for one person in all years", filled=True),
        "provider_id": _text("provider", filled=True),
        "municipality_code": _text("responsible municipality, CBS code"),
        "law": _text("code system of the ending reason", LAWS, filled=True),
        "release": _text("release of the code system", filled=True),
        "product": _text("product category or kind of support"),
        "started_on": _date("first real contact"),
        "ended_on": _date("missing while running"),
        "ending_code": _text("reason of ending as delivered"),
        "ending_group": _text("reason of ending grouped over the three code systems"),
        "follow_up_until": _date("last date the register is complete"),
        "restart_on": _date("next start of the same person, at any provider"),
        "restart_same_provider": pa.Column(
            "boolean", nullable=True, description="whether that start is at the same provider"
        ),
        "provisional": _flag("ended in the last half year the register covers: later deliveries may add endings"),
        "stops_expected": _flag(
            "no where stop messages may be absent by contract (taakgericht): not ended is not running"
        ),
        "goals_set": _number("goals agreed", low=0),
        "goals_reached": _number("goals reached at the end", low=0),
        "file": _FILE,
        "row": _ROW,
    },
)

ASSESSMENTS = _table(
    "assessments",
    "one row per provider, source, theme and year",
    {
        "provider_id": _text("provider", filled=True),
        "source": _text("who judged", SOURCES, filled=True),
        "theme": _text("quality theme", filled=True),
        "year": _count("year of the judgement"),
        "score": _number("as given"),
        "scale": _text("range of the score, 1-5 or 0-100", filled=True),
        "n": _number("people behind the score, where known", low=0),
        "date": _date("date of the judgement"),
        "file": _FILE,
        "row": _ROW,
    },
    key=("provider_id", "source", "theme", "year"),
)

CONTEXT = _table(
    "context",
    "one row per provider or municipality, year and measure; administrative figures, no estimates",
    {
        "unit": _text("provider or municipality", ("provider", "municipality"), filled=True),
        "unit_id": _text("provider_id or municipality code", filled=True),
        "year": _count("calendar year"),
        "measure": _text("clients, inflow, waiting_weeks, budget, spent, staff_turnover, complaints", filled=True),
        "value": _number("people, weeks, euro, share or number, by measure"),
        "file": _FILE,
        "row": _ROW,
    },
    key=("unit", "unit_id", "year", "measure"),
)

INVITED = _table(
    "invited",
    "one row per invited person: the frame of the measurement",
    {
        "client": _text("keyed pseudonym", filled=True),
        "provider_id": _text("provider", filled=True),
        "municipality_code": _text("CBS code"),
        "year": _count("year of the measurement"),
        "role": _text("who was invited", ROLES, filled=True),
        "instrument": _text("questionnaire they were invited to"),
        "age_band": _text("age band", AGE_BANDS),
        "sex": _text("sex as registered", SEXES),
        "product": _text("product category or kind of support"),
        "file": _FILE,
        "row": _ROW,
    },
)

REMARKS = _table(
    "remarks",
    "one row per open answer that a person released, without names",
    {
        "remark_id": _text("keyed hash of provider, question and text", filled=True),
        "provider_id": _text("provider", filled=True),
        "dimension": _text("what it is about; missing where nobody said"),
        "role": _text("who wrote it", ROLES, filled=True),
        "text": _text("as released", filled=True),
        "released_by": _text("function or initials of who released it", filled=True),
        "released_on": _text("when, as written", filled=True),
        "year": _count("year of the measurement"),
    },
    key=("remark_id",),
)

AGREEMENTS = _table(
    "agreements",
    "one row per agreed improvement action",
    {
        "year": _count("year in which it was agreed"),
        "provider_id": _text("provider", filled=True),
        "measure": _text("the figure it is about", filled=True),
        "recognised": _text("duiding 1: do we recognise it?"),
        "story": _text("duiding 2: the story behind it"),
        "valued": _text("duiding 3: how do we value it?"),
        "improvement": _text("duiding 4: what can improve?"),
        "action": _text("what was agreed"),
        "owner": _text("function of who does it, never a name"),
        "due": _date("when"),
        "target": _number("value of the measure aimed at"),
        "status": _text("open, running, done, dropped", ("open", "running", "done", "dropped")),
        "file": _FILE,
        "row": _ROW,
    },
)

ESTIMATES = _table(
    "estimates",
    "one row per measure, statistic, category, unit, group and year: a number with its uncertainty",
    {
        "measure": _text("dimension, outcome or figure, as in the codebook", filled=True),
        "statistic": _text(
            "what kind of figure: count, mean, adjusted, shrunk, gap, share, incidence, weighted, change, rating, "
            "discuss, context, choice, at_risk; of the region also the spread of providers (lowest, quarter, median, "
            "three_quarters, highest), icc, reliability, tau, n_needed, adjuster, funnel_95, funnel_998, phi, tau2, "
            "detectable, r_indicator, r_indicator_adjusted, max_bias, partial, design_effect, alpha, omega, item_mean, "
            "item_rest, alpha_if_dropped, skipped, same_question, alpha_ordinal, ac2, icc_a1, triangulation; "
            "docs/method.md says how each is computed",
            filled=True,
        ),
        "category": _text(
            "answer, reason, earlier year, size, target group or choice the figure is about; empty for the whole",
            filled=True,
        ),
        "unit": _text("what the figure is about", ("provider", "municipality", "region"), filled=True),
        "unit_id": _text("provider_id, municipality code or region", filled=True),
        "group": _text("role, or subgroup of a role", filled=True),
        "year": _count("year of the measurement"),
        "n": _number("people (or episodes) the figure rests on", low=0),
        "n_eff": _number("n after weighting", low=0),
        "estimate": _number("share in [0, 1], points in [0, 100], or the unit of the measure"),
        "std_error": _number("standard error", low=0),
        "conf_low": _number("lower end of the 95% interval"),
        "conf_high": _number("upper end of the 95% interval"),
        "delta": _number("difference from the mean of all providers"),
        "p_adjusted": _number("p value after Benjamini-Hochberg within its table", low=0, high=1),
        "reliability": _number("how well this measure tells this provider apart", low=0, high=1),
        "label": _text(
            "above, below, not distinguishable, too few; of a gap: the verdict; of an icc: no measurable difference"
        ),
        "method": _text("how it was computed", filled=True),
        "status": _text("what a reader may see", STATUSES, filled=True),
        "reason": _text("why hidden, or why there is no figure"),
        "people": _number("different people behind n, where n counts episodes; never released", low=0),
        "people_in": _number("different people among those a share of episodes counts; never released", low=0),
        "people_out": _number("different people among the others; never released", low=0),
        "n_precision": _number("to what n is rounded, where the exact number would give another away", low=1),
    },
    key=("measure", "statistic", "category", "unit", "unit_id", "group", "year"),
)

TABLES = {
    schema.name: schema
    for schema in (
        DELIVERIES,
        RESPONSES,
        ANSWERS,
        UNANSWERED,
        EXCLUSIONS,
        FINDINGS,
        SCORES,
        EPISODES,
        ASSESSMENTS,
        CONTEXT,
        INVITED,
        REMARKS,
        AGREEMENTS,
        ESTIMATES,
    )
}


def check(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with the types of its contract, in the contract's order of columns.

    Parameters
    ----------
    name : str
        A key of `TABLES`.
    table : DataFrame
        Columns of the contract that are absent are added as missing. Texts may be categories, and then stay so.

    Raises
    ------
    ValueError
        Where the table breaks its contract; the message names the column, the rule and the first values.

    Examples
    --------
    >>> check("exclusions", pd.DataFrame({"file": ["a.csv"], "row": [7], "reason": ["empty"], "provider_id": ["p1"]}))
        file  row reason provider_id
    0  a.csv    7  empty          p1
    """
    schema = TABLES[name]
    wanted = list(schema.columns)
    further = [column for column in table.columns if column not in wanted]
    if schema.strict and further:
        raise ValueError(f"{name}: unexpected columns {further}")
    complete = table.reindex(columns=wanted + further)
    empty = [column for column in wanted if complete[column].isna().all()]
    complete = complete.astype({column: _plain_type(schema.columns[column]) for column in empty})
    coded = [column for column in wanted if isinstance(complete[column].dtype, pd.CategoricalDtype)]
    seen = {*coded, *(column for column in wanted if _is_within(schema.columns[column], complete[column]))}
    plain = pa.DataFrameSchema(
        {column: spec for column, spec in schema.columns.items() if column not in seen}, coerce=True
    )
    faults = [fault for column in coded for fault in _category_faults(schema.columns[column], complete[column])]
    faults += _key_faults(complete, schema.unique or [])
    checked = complete
    try:
        checked = plain.validate(complete[list(plain.columns)], lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]].drop_duplicates().head(5)
        faults += [f"{row.column}: {row.check} fails for {row.failure_case!r}" for row in cases.itertuples()]
    if faults:
        raise ValueError(f"{name} ({schema.description}) breaks its contract: {'; '.join(faults)}")
    return complete.assign(**{column: checked[column] for column in plain.columns}).reset_index(drop=True)


def _is_within(spec: pa.Column, column: pd.Series) -> bool:
    """Say whether a column of numbers is right at a glance: its type, nothing missing, lowest and highest."""
    if not isinstance(column.dtype, np.dtype) or str(column.dtype) != str(spec.dtype) or not len(column):
        return False
    values = column.to_numpy()
    if values.dtype.kind not in "if" or (not spec.nullable and values.dtype.kind == "f" and np.isnan(values).any()):
        return False
    if not {rule.name for rule in spec.checks} <= {_LEAST, _MOST}:
        return False
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    below = any(low < rule.statistics["min_value"] for rule in spec.checks if rule.name == _LEAST)
    return not below and not any(high > rule.statistics["max_value"] for rule in spec.checks if rule.name == _MOST)


def _category_faults(spec: pa.Column, column: pd.Series) -> list[str]:
    """Check a text that is held as categories by its categories, not row by row."""
    at = column.cat.codes.to_numpy()
    faults = [f"{column.name}: not_nullable fails for {None!r}"] if not spec.nullable and (at < 0).any() else []
    if not spec.checks:
        return faults
    used = pd.Series(column.cat.categories[categories.used(column)], dtype="str", name=column.name)
    try:
        pa.SeriesSchema(str, spec.checks, name=str(column.name)).validate(used, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.itertuples()
        faults += [f"{column.name}: {row.check} fails for {row.failure_case!r}" for row in cases]
    return faults


def _key_faults(table: pd.DataFrame, key: Sequence[str]) -> list[str]:
    """Say whether a key repeats; of a table in the order of its key that is seen at a glance."""
    if len(key) == 1 and _increases(table[key[0]]):
        return []
    place = np.zeros(len(table), dtype=np.int64)
    size = 1
    for name in key:
        column = table[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            at, count = column.cat.codes.to_numpy().astype(np.int64) + 1, len(column.cat.categories) + 1
        else:
            at, distinct = pd.factorize(column, use_na_sentinel=False)
            count = len(distinct)
        if size * count > 2**62:
            place, found = pd.factorize(place)
            size = len(found)
        place, size = place * count + at, size * count
    if not key or bool((np.diff(place) > 0).all()):
        return []
    repeated = pd.Series(place).duplicated().to_numpy()
    if not repeated.any():
        return []
    first = table.loc[repeated, list(key)].iloc[0].to_dict()
    return [f"{', '.join(key)}: multiple_fields_uniqueness fails for {first!r}"]


def _increases(column: pd.Series) -> bool:
    """Say whether each text comes after the one before it."""
    if column.dtype != "str":
        return False
    texts = arrow.array(column, type=arrow.large_string(), from_pandas=True)
    return texts.null_count == 0 and pc.all(pc.less(texts[:-1], texts[1:])).as_py() is not False


def _plain_type(column: pa.Column) -> str:
    """Return the dtype name of a column that holds nothing yet."""
    name = str(column.dtype)
    return {"int64": "float64", "bool": "object"}.get(name, name)


def empty(name: str) -> pd.DataFrame:
    """Return a table without rows that meets the contract of `name`.

    Examples
    --------
    >>> list(empty("exclusions").columns)
    ['file', 'row', 'reason', 'provider_id']
    """
    schema = TABLES[name]
    return pd.DataFrame({column: pd.Series(dtype=str(spec.dtype)) for column, spec in schema.columns.items()})


def dictionary() -> str:
    """Return the data dictionary of the processed tables in Markdown, for ``docs/data.md``.

    Examples
    --------
    >>> print(dictionary().splitlines()[0])
    ### `deliveries`: one row per file received
    """
    parts = []
    for name, schema in TABLES.items():
        lines = [f"### `{name}`: {schema.description}", ""]
        if schema.unique:
            lines += [f"Key: {', '.join(f'`{column}`' for column in schema.unique)}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for column, spec in schema.columns.items():
            dtype = str(spec.dtype)
            kinds = {"float64": "number", "int64": "count", "datetime64[ns]": "date"}
            kind = "text" if dtype.startswith("str") else kinds.get(dtype)
            filled = "" if spec.nullable else ", filled"
            lines.append(f"| `{column}` | {kind or 'yes/no'}{filled} | {spec.description} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
