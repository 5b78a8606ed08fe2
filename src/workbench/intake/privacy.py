"""The gate at the door: who a record is about does not go further than here.

Citizen service numbers (BSN), e-mail addresses, telephone and account numbers are looked for where nobody declared
them; what is found is blanked before anything else reads it, and no finding repeats it. Declared person ids become
keyed pseudonyms, declared names and addresses are dropped, free text is withheld.
"""

import hashlib
import hmac
import os
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.intake import names_of_people
from workbench.intake.findings import Finding, on_rows, times
from workbench.intake.identifying import TEST_NUMBERS, eleven_test, suspects
from workbench.intake.values import key, per_value
from workbench.pseudonyms import FICTIONAL_KEY, keyed
from workbench.schemas import AGE_BANDS

PERSON_IDS = ("bsn", "client")
NO_PERSON = ("999999999", "000000000")  # unknown and unborn, in the youth register
_DATES = ("completed_on", "started_at", "birth_date", "started_on", "ended_on", "follow_up_until", "date", "due")

# Fields in which people write sentences, and in which a name, address or date of birth may stand.
_WRITTEN = (
    *("recognised", "story", "valued", "improvement", "action", "owner", "theme", "moment", "variant", "measure"),
    *("product", "release"),
)

_AGES = re.compile(
    r"(jonger dan |onder (?:de )?|< ?)?([0-9]{1,3})(?: ?(?:jaar|jr\.?))?"
    r"(?: ?(-|\u2013|t/m|tot en met|tot|to) ?([0-9]{1,3})| ?(\+|plus|en ouder|of ouder))?(?: ?(?:jaar|jr\.?))?"
)
_NAMES = {
    "bsn": "a citizen service number (BSN)",
    "test": "a test number in the range of citizen service numbers",
    "mail": "an e-mail address",
    "phone": "a telephone number",
    "iban": "a bank account number",
    "name": "the name of a person",
    "address": "an address",
    "born": "a date of birth",
}


class MissingKey(ValueError):
    """Pseudonyms are needed and the region has no key."""


def gate(
    table: pd.DataFrame, matched: pd.DataFrame, file: str, fictional: bool, secret: bytes | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Let through what may be kept of one delivery.

    Parameters
    ----------
    table : DataFrame, one row per record
        As delivered.
    matched : DataFrame, one row per column
        `columns.match`: ``header`` and ``field``.
    file : str
    fictional : bool
        Test numbers are then a warning: a fictional region has no others.
    secret : bytes or None
        Key of the pseudonyms.

    Returns
    -------
    kept : DataFrame, one row per record
        Only columns with a field; nothing of names, free text, ignored and undescribed columns.
    findings : list of Finding

    Raises
    ------
    MissingKey
        Where the delivery has person ids and there is no key.
    """
    scales = matched["scale"] if "scale" in matched else pd.Series("", index=matched.index)

    def looked_at(header: str, field: object, scale: object) -> tuple[pd.Series | None, list[Finding]]:
        known = field if isinstance(field, str) else ""
        translated = isinstance(scale, str) and bool(scale)
        return _gated(table[header], header, known, translated, file, fictional, secret)

    with ThreadPoolExecutor(max_workers=2) as both:
        gated = list(both.map(looked_at, matched["header"], matched["field"], scales))
    passed = zip(matched["header"], (column for column, _ in gated), strict=True)
    kept = {header: column for header, column in passed if column is not None}
    findings = [finding for _, found in gated for finding in found]
    return pd.DataFrame(kept, index=table.index, copy=False), findings


def _gated(
    column: pd.Series, header: str, field: str, translated: bool, file: str, fictional: bool, secret: bytes | None
) -> tuple[pd.Series | None, list[Finding]]:
    """Return what may be kept of a column, if any of it, and what was found."""
    if field == "identifier":
        message = "The column identifies people; it was stopped at the door."
        return None, [Finding(file, "note", message, "Leave it out of the next delivery.", header)]
    if field in PERSON_IDS:
        doubtful = _doubtful_numbers(column, file, header, fictional) if field == "bsn" else []
        return pseudonyms(column, secret, field), doubtful
    is_remark = field.partition(":")[0] == "remark"
    keeps = field not in ("", "ignore") and not is_remark
    written = field in _WRITTEN or field.startswith("background:")
    if keeps and written and not translated and names_of_people.are_names(column):
        message = "The column looks like names of people; it was stopped at the door."
        remedy = "Declare it as identifier in columns.csv; if these are no people, translate them with a scale."
        return None, [Finding(file, "error", message, remedy, header)]
    found = suspects(column, contacts=keeps and field not in _DATES, names=keeps and written)
    findings = _suspect_findings(found, file, header, fictional, keeps)
    if is_remark and column.notna().any():
        message = f"{times(int(column.notna().sum()), 'open answer is', 'open answers are')} withheld."
        findings.append(Finding(file, "note", message, "Nothing; open answers are released by hand.", header))
    if not keeps:
        return None, findings
    return column.mask(found.any(axis=1)) if len(found.columns) else column, findings


def _suspect_findings(found: pd.DataFrame, file: str, header: str, fictional: bool, keeps: bool) -> list[Finding]:
    findings: list[Finding] = []
    done = "blanked" if keeps else "nothing of this column is used"
    remedy = (
        "Delete this file, take these out and deliver again; a column that is meant to hold them is declared "
        "as bsn, client or identifier in columns.csv."
    )
    for name in found.columns:
        severity, nouns = "warning" if name == "test" and fictional else "error", ("value holds", "values hold")
        findings += on_rows(found[name], file, severity, nouns, f"{_NAMES[name]}; {done}.", remedy, header)
    return findings


def _doubtful_numbers(column: pd.Series, file: str, header: str, fictional: bool) -> list[Finding]:
    """Warn of declared service numbers that cannot be one."""
    digits = per_value(column, _digits)
    numbers = pd.to_numeric(digits.where(digits.str.fullmatch(r"[0-9]{1,9}")), errors="coerce")
    whole = numbers.fillna(0).to_numpy(dtype=np.int64)
    is_test = eleven_test(whole) & (whole >= TEST_NUMBERS[0]) & (whole <= TEST_NUMBERS[1])
    nouns = ("value is", "values are")
    wrong = pd.Series(column.notna() & ~eleven_test(whole) & ~digits.isin(NO_PERSON), index=column.index)
    remedy = "See whether the column holds another number, and declare it as client in columns.csv if so."
    findings = on_rows(wrong, file, "warning", nouns, "no citizen service number (eleven-test).", remedy, header)
    if not fictional:
        what, remedy = "a test number in the range of citizen service numbers.", "Ask whether this is a test delivery."
        findings += on_rows(pd.Series(is_test, index=column.index), file, "warning", nouns, what, remedy, header)
    return findings


def _digits(text: str) -> str:
    bare = re.sub(r"[ .-]", "", text)
    return bare.zfill(9) if bare.isdigit() else bare


def pseudonyms(column: pd.Series, secret: bytes | None, field: str = "client") -> pd.Series:
    """Return a keyed pseudonym for each person id: the same person, the same pseudonym, in all years.

    HMAC-SHA256 of the id under the region's key, the first 16 hexadecimal digits. Without the key nobody can make the
    list of all service numbers and look pseudonyms up in it, as one can with a plain hash.

    Examples
    --------
    >>> pseudonyms(pd.Series(["123456782", "1234.56.782", None], dtype="str"), b"key", "bsn").nunique()
    1
    """
    if secret is None:
        if column.notna().any():
            raise MissingKey(
                "A delivery holds person ids and there is no key to make pseudonyms with. Make one with "
                "`python -m workbench key --region <region>`, or name it in WORKBENCH_KEY or WORKBENCH_KEY_FILE."
            )
        return column

    def pseudonym(text: str) -> str | None:
        person = _digits(text) if field == "bsn" else key(text)
        return None if not person or person in NO_PERSON else keyed(secret, person)

    return per_value(column, pseudonym)


def key_for(region: str, fictional: bool) -> bytes:
    """Return the key of a region's pseudonyms.

    From the environment variable WORKBENCH_KEY, else the file named by WORKBENCH_KEY_FILE, else
    ``~/.config/workbench/<region>.key``; a fictional region has a published one.

    Raises
    ------
    MissingKey
        With what to do.
    """
    if fictional:
        return FICTIONAL_KEY
    if os.environ.get("WORKBENCH_KEY"):
        return os.environ["WORKBENCH_KEY"].encode()
    path = _key_path(region)
    if not path.is_file() or not path.read_bytes().strip():
        raise MissingKey(
            f"There is no key for the pseudonyms of {region}: {path} does not exist or is empty. Get it from whoever "
            f"made it for earlier years, or make one with `python -m workbench key --region {region}`."
        )
    return path.read_bytes().strip()


def new_key(region: str) -> Path:
    """Write a new key for a region, readable by its owner only, and return where.

    Raises
    ------
    FileExistsError
        Where there is one: a new key would cut the link with earlier years.
    """
    path = _key_path(region)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileExistsError(f"{path} exists; a new key would cut the link with earlier years. Keep it.") from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path


def _key_path(region: str) -> Path:
    named = os.environ.get("WORKBENCH_KEY_FILE")
    return Path(named) if named else Path.home() / ".config" / "workbench" / f"{region}.key"


def hash_key(secret: bytes | None) -> str:
    """Return the sixteen characters that key the hashes of responses."""
    return hmac.digest(secret or FICTIONAL_KEY, b"responses", hashlib.sha256).hex()[:16]


def age_bands(ages: pd.Series) -> pd.Series:
    """Return the band of each age in years; missing outside 0-120.

    Examples
    --------
    >>> age_bands(pd.Series([3, 17.5, 85, 130])).tolist()
    ['0-3', '12-17', '85+', nan]
    """
    lower = [int(band.rstrip("+").partition("-")[0]) for band in AGE_BANDS]
    at, known = pd.factorize(ages)
    each = pd.Series([*known, np.nan], dtype=float)
    bands = pd.cut(each.where(each.between(0, 120)), [*lower, np.inf], right=False, labels=AGE_BANDS)
    texts = pd.Series(bands.astype("str").where(bands.notna()), dtype="str")
    return texts.take(at).set_axis(ages.index)


def band_within(text: str) -> str | None:
    """Return the band in which an age or a group of ages lies, as questionnaires write them; None if in no one band.

    Examples
    --------
    >>> [band_within(text) for text in ("46 jaar", "45 t/m 64 jaar", "65 tot 75", "75\u201384", "85 en ouder")]
    ['45-64', '45-64', '65-74', '75-84', '85+']
    >>> band_within("60-70"), band_within("jonger dan 4"), band_within("vier")
    (None, '0-3', None)
    """
    found = _AGES.fullmatch(key(text))
    if not found:
        return None
    below, low, to, high, above = found.groups()
    first = 0 if below else int(low)
    last = int(high) - (to == "tot") if high else int(low) - 1 if below else 120 if above else int(low)
    for band in AGE_BANDS:
        start, _, end = band.rstrip("+").partition("-")
        if int(start) <= first <= last <= int(end or 120):
            return band
    return None


def ages_on(birth_dates: pd.Series, year: int) -> pd.Series:
    """Return the age in whole years on 1 January of `year`.

    Examples
    --------
    >>> ages_on(pd.Series(pd.to_datetime(["2000-01-01", "2000-01-02"])), 2026).tolist()
    [26.0, 25.0]
    """
    first = (birth_dates.dt.month == 1) & (birth_dates.dt.day == 1)
    return (year - birth_dates.dt.year - (~first).astype(int)).astype(float)
