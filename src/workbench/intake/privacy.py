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
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake import moments
from workbench.intake.findings import Finding, count_and_row, times
from workbench.intake.values import distinct, key, per_value
from workbench.pseudonyms import FICTIONAL_KEY, keyed
from workbench.schemas import AGE_BANDS

PERSON_IDS = ("bsn", "client")
NO_PERSON = ("999999999", "000000000")  # unknown and unborn, in the youth register
TEST_NUMBERS = (999900006, 999999990)
_DATES = ("completed_on", "started_at", "birth_date", "started_on", "ended_on", "follow_up_until", "date", "due")

_BSN_LIKE = r"[0-9]{4}[ .-]?[0-9]{2}[ .-]?[0-9]{3}|[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}"
_BSN = re.compile(rf"(?<![0-9])(?<![0-9][.,])(?:{_BSN_LIKE})(?![0-9])(?![.,][0-9])")
_BSN_ALONE = r"^[0-9]{4}[ .-]?[0-9]{2}[ .-]?[0-9]{3}$|^[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}$"
_MAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]{2,}")
_PHONE_LIKE = r"(\+|00)[0-9]{2}|0[ -]?[1-9]"
_PHONE = re.compile(r"(?<![0-9])(?:(?:\+|00)31[ .-]?(?:\(0\)[ .-]?)?|0)[1-9](?:[ .-]?[0-9]){8}(?![0-9])")
_A_DATE = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
_IBAN_LIKE = r"[A-Za-z]{2}[0-9]{2}[ ]?[A-Za-z0-9]{4}"
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)

_CALLED = r"\b(?:[Mm]evr(?:ouw)?|[Mm]w|[Dd]hr|[Mm]eneer|[Dd]e heer)\b\.? +(?:(?:van|de|der|den|ter|el|ten|'t) +)*[A-Z]"
_ADDRESS = (
    r"\b[1-9][0-9]{3} ?[A-Z]{2}\b"
    r"|\b[A-Za-z]{2,}(?:straat|laan|weg|plein|kade|singel|hof|dijk|gracht|steeg|pad) +[0-9]{1,4}[a-z]?\b"
)
_BORN = r"(?i)\b(?:geb\.?|geboren|geboortedatum|born)\b[^0-9]{0,20}[0-9]{1,2}[-/. ]"
# Fields in which people write sentences, and in which a name, address or date of birth may stand.
_WRITTEN = ("recognised", "story", "valued", "improvement", "action", "owner", "theme", "moment", "variant", "measure")

_SHORTEST = 6  # a@b.nl

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
    kept: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for header, field in zip(matched["header"], matched["field"], strict=True):
        column = table[header]
        field = field if isinstance(field, str) else ""
        if field == "identifier":
            message = "The column identifies people; it was stopped at the door."
            findings.append(Finding(file, "note", message, "Leave it out of the next delivery.", header))
            continue
        if field in PERSON_IDS:
            findings += _doubtful_numbers(column, file, header, fictional) if field == "bsn" else []
            kept[header] = pseudonyms(column, secret, field)
            continue
        is_remark = field.partition(":")[0] == "remark"
        keeps = field not in ("", "ignore") and not is_remark
        written = field in _WRITTEN or field.startswith("background:")
        found = suspects(column, contacts=keeps and field not in _DATES, names=keeps and written)
        findings += _suspect_findings(found, file, header, fictional, keeps)
        if is_remark and column.notna().any():
            message = f"{times(int(column.notna().sum()), 'open answer is', 'open answers are')} withheld."
            findings.append(Finding(file, "note", message, "Nothing; open answers are released by hand.", header))
        if keeps:
            kept[header] = column.mask(found.any(axis=1)) if len(found.columns) else column
    return pd.DataFrame(kept, index=table.index), findings


def suspects(column: pd.Series, contacts: bool = True, names: bool = False) -> pd.DataFrame:
    """Say which values hold something that identifies a person.

    Nine digits are taken for a citizen service number if they pass the eleven-test. One number in eleven does so by
    chance: where a column has at least twenty codes with nine digits (a code has no spaces) and fewer than three in
    ten pass, they are codes of another kind. Numbers within a sentence always count.

    Returns
    -------
    DataFrame of bool, one row per value
        ``bsn``, ``test``, ``mail``, ``phone``, ``iban``, and with `names` also ``name``, ``address`` and ``born``; only
        the columns in which something was found.

    Examples
    --------
    >>> suspects(pd.Series(["bel 06-12345678", "nr 999990019", "3"], dtype="str")).to_dict("list")
    {'test': [False, True, False], 'phone': [True, False, False]}
    >>> told = pd.Series(["Mevrouw de Vries belt", "Dorpsstraat 12", "geboren op 3-4-1950", "past goed"], dtype="str")
    >>> suspects(told, names=True).sum().to_dict()
    {'name': 1, 'address': 1, 'born': 1}
    """
    if not isinstance(column.dtype, pd.CategoricalDtype) and _are_harmless(column):
        return pd.DataFrame(index=column.index)
    at, known = distinct(column)
    texts = pa.array(pd.Series(known, dtype="str"), type=pa.large_string(), from_pandas=True)
    longest = pc.max(pc.utf8_length(texts)).as_py() or 0
    if longest < _SHORTEST:
        return pd.DataFrame(index=column.index)
    found: dict[str, np.ndarray] = {}
    if longest >= 9:
        real, test = _service_numbers(texts)
        found |= {"bsn": real, "test": test}
    if contacts:
        found["mail"] = _found(pc.match_substring(texts, "@"), texts, lambda text: bool(_MAIL.search(text)))
    if contacts and longest >= 9:  # 10 digits, or 9 behind +31
        maybe = pc.match_substring_regex(texts, _PHONE_LIKE)
        found["phone"] = _found(maybe, texts, lambda text: bool(_PHONE.search(_A_DATE.sub(" ", text))))
    if contacts and longest >= 15:
        found["iban"] = _found(
            pc.match_substring_regex(texts, _IBAN_LIKE), texts, lambda text: any(map(_account, _IBAN.findall(text)))
        )
    if names:
        found |= {
            "name": _matches(texts, _CALLED),
            "address": _matches(texts, _ADDRESS),
            "born": _matches(texts, _BORN),
        }
    hits = {name: np.append(hit, False)[at] for name, hit in found.items() if hit.any()}
    return pd.DataFrame(hits, index=column.index, dtype=bool)


def _are_harmless(column: pd.Series) -> bool:
    """Say at a glance that a column that hardly repeats holds nothing but moments or short numbers."""
    texts = pa.array(column, type=pa.large_string(), from_pandas=True)
    if (pc.max(pc.utf8_length(texts)).as_py() or 0) >= 9:
        return moments.are_iso(column)
    return bool(pc.all(pc.ascii_is_decimal(texts)).as_py())


def without_contacts(text: str) -> str:
    """Return a text with telephone, account and service numbers and e-mail addresses replaced by what they were.

    Examples
    --------
    >>> without_contacts("Bel 06-12345678 of mail jan@voorbeeld.example, bsn 999990019.")
    'Bel [TELEFOON] of mail [E-MAIL], bsn [NUMMER].'
    """
    text = _MAIL.sub("[E-MAIL]", text)
    text = _IBAN.sub(lambda found: "[REKENING]" if _account(found[0]) else found[0], text)
    text = _BSN.sub("[NUMMER]", text)
    return _PHONE.sub("[TELEFOON]", text)


def eleven_test(numbers: np.ndarray) -> np.ndarray:
    """Say which numbers of at most nine digits can be a citizen service number.

    9a + 8b + 7c + 6d + 5e + 4f + 3g + 2h - i must be divisible by eleven.

    Examples
    --------
    >>> eleven_test(np.array([111222333, 123456782, 123456789, 0])).tolist()
    [True, True, False, False]
    """
    digits = numbers[:, None] // 10 ** np.arange(8, -1, -1) % 10
    return (digits @ np.array([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0) & (numbers > 0)


def _service_numbers(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts hold a real number and which a test number."""
    real, test = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    trimmed = pc.utf8_trim_whitespace(texts)
    alone = _matches(trimmed, _BSN_ALONE)
    if alone.any():
        numbers = pc.replace_substring_regex(trimmed.filter(pa.array(alone)), r"[^0-9]", "").cast(pa.int64()).to_numpy()
        passes, is_test = eleven_test(numbers), (numbers >= TEST_NUMBERS[0]) & (numbers <= TEST_NUMBERS[1])
        real[alone], test[alone] = passes & ~is_test, passes & is_test
    within = _matches(texts, _BSN_LIKE) & ~alone
    holds = within.copy()
    for place in np.flatnonzero(within):
        found = [int(re.sub(r"[^0-9]", "", each)) for each in _BSN.findall(texts[int(place)].as_py())]
        passing = [
            each for each, passes in zip(found, eleven_test(np.array(found, dtype=np.int64)), strict=True) if passes
        ]
        holds[place] = bool(found)
        test[place] = any(TEST_NUMBERS[0] <= each <= TEST_NUMBERS[1] for each in passing)
        real[place] = any(not TEST_NUMBERS[0] <= each <= TEST_NUMBERS[1] for each in passing)
    codes = (alone | holds) & ~_matches(trimmed, r"[a-zA-Z].* |  *.*[a-zA-Z]")
    if codes.sum() >= 20 and (real | test)[codes].mean() < 0.3:
        real, test = real & ~codes, test & ~codes
    return real, test


def _matches(texts: pa.Array, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).astype(bool)


def _found(like: pa.Array, texts: pa.Array, certain: Callable[[str], bool]) -> np.ndarray:
    """Look closer at the texts that may hold something: a pattern that is quick, then one that is certain."""
    maybe = like.to_numpy(zero_copy_only=False).astype(bool)
    for place in np.flatnonzero(maybe):
        maybe[place] = certain(texts[int(place)].as_py())
    return maybe


def _account(text: str) -> bool:
    """Say whether a text is an account number: its check digits are right.

    Examples
    --------
    >>> _account("NL91 ABNA 0417 1643 00"), _account("NL91 ABNA 0417 1643 01")
    (True, False)
    """
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    return 15 <= len(bare) <= 34 and int("".join(str(int(each, 36)) for each in bare[4:] + bare[:4])) % 97 == 1


def _suspect_findings(found: pd.DataFrame, file: str, header: str, fictional: bool, keeps: bool) -> list[Finding]:
    findings = []
    for name in found.columns:
        count, row = count_and_row(found[name])
        done = "blanked" if keeps else "nothing of this column is used"
        findings.append(
            Finding(
                file,
                "warning" if name == "test" and fictional else "error",
                f"{times(count, 'value holds', 'values hold')} {_NAMES[name]}; {done}.",
                "Delete this file, take these out and deliver again; a column that is meant to hold them is declared "
                "as bsn, client or identifier in columns.csv.",
                header,
                row,
            )
        )
    return findings


def _doubtful_numbers(column: pd.Series, file: str, header: str, fictional: bool) -> list[Finding]:
    """Warn of declared service numbers that cannot be one."""
    digits = per_value(column, _digits)
    numbers = pd.to_numeric(digits.where(digits.str.fullmatch(r"[0-9]{1,9}")), errors="coerce")
    whole = numbers.fillna(0).to_numpy(dtype=np.int64)
    is_test = eleven_test(whole) & (whole >= TEST_NUMBERS[0]) & (whole <= TEST_NUMBERS[1])
    findings = []
    wrong = pd.Series(column.notna() & ~eleven_test(whole) & ~digits.isin(NO_PERSON), index=column.index)
    if wrong.any():
        count, row = count_and_row(wrong)
        message = f"{times(count, 'value is', 'values are')} no citizen service number (eleven-test)."
        remedy = "See whether the column holds another number, and declare it as client in columns.csv if so."
        findings.append(Finding(file, "warning", message, remedy, header, row))
    if is_test.any() and not fictional:
        count, row = count_and_row(pd.Series(is_test, index=column.index))
        message = f"{times(count, 'value is', 'values are')} a test number in the range of citizen service numbers."
        findings.append(Finding(file, "warning", message, "Ask whether this is a test delivery.", header, row))
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
    bands = pd.cut(ages.where(ages.between(0, 120)), [*lower, np.inf], right=False, labels=AGE_BANDS)
    return bands.astype("str").where(bands.notna()).astype("str")


def ages_on(birth_dates: pd.Series, year: int) -> pd.Series:
    """Return the age in whole years on 1 January of `year`.

    Examples
    --------
    >>> ages_on(pd.Series(pd.to_datetime(["2000-01-01", "2000-01-02"])), 2026).tolist()
    [26.0, 25.0]
    """
    first = (birth_dates.dt.month == 1) & (birth_dates.dt.day == 1)
    return (year - birth_dates.dt.year - (~first).astype(int)).astype(float)
