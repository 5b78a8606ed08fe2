"""What in a text identifies a person: numbers (service, telephone, account), mail, names, addresses, birth dates."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake import moments, names_of_people
from workbench.intake.values import distinct

TEST_NUMBERS = (999900006, 999999990)

_BSN_LIKE = r"[0-9]{4}[ .-]?[0-9]{2}[ .-]?[0-9]{3}|[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}"
_BSN = re.compile(rf"(?<![0-9])(?<![0-9][.,])(?:{_BSN_LIKE})(?![0-9])(?![.,][0-9])")
_BSN_ALONE = r"^[0-9]{4}[ .-]?[0-9]{2}[ .-]?[0-9]{3}$|^[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}$"
_MAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]{2,}")
_PHONE_LIKE = r"(\+|00)[0-9]{2}|0[ -]?[1-9]"
_PHONE = re.compile(r"(?<![0-9])(?:(?:\+|00)31[ .-]?(?:\(0\)[ .-]?)?|0)[1-9](?:[ .-]?[0-9]){8}(?![0-9])")
_A_DATE = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DATE_IN_NAME = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}[-/._ ][0-9]{1,2}[-/._ ](?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}[-/._ ][0-9]{1,2}[-/._ ][0-9]{1,2}"
    r"|[0-3][0-9][01][0-9](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])(?![0-9])"
)
_PHONE_IN_NAME = re.compile(r"(?<![0-9])(?:(?:\+|00)31[1-9][0-9]{8}|0[1-9][0-9]{8}|06[- ][1-9][0-9]{7})(?![0-9])")
_IBAN_LIKE = r"[A-Za-z]{2}[0-9]{2}[ ]?[A-Za-z0-9]{4}"
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)

_CALLED = r"\b(?:[Mm]evr(?:ouw)?|[Mm]w|[Dd]hr|[Mm]eneer|[Dd]e heer)\b\.? +(?:(?:van|de|der|den|ter|el|ten|'t) +)*[A-Z]"
_ADDRESS = (
    r"\b[1-9][0-9]{3} ?[A-Z]{2}\b"
    r"|\b[A-Za-z]{2,}(?:straat|laan|weg|plein|kade|singel|hof|dijk|gracht|steeg|pad) +[0-9]{1,4}[a-z]?\b"
)
_BORN = r"(?i)\b(?:geb\.?|geboren|geboortedatum|born)\b[^0-9]{0,20}[0-9]{1,2}[-/. ]"
_INITIAL = re.compile(r"\b[A-Z]\.")  # of a person, or before a part of a questionnaire
_SHORTEST = 6  # a@b.nl
_SHORTEST_NUMBER = 9  # of a person, a telephone or an account
WRITTEN = ("name", "address", "born")  # looked for where people write sentences, by the look of words only


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
    >>> told = pd.Series(["Mevrouw de Vries belt", "Jan Jansen", "Dorpsstraat 12", "geboren op 3-4-1950", "past goed"])
    >>> suspects(told, names=True).sum().to_dict()
    {'name': 2, 'address': 1, 'born': 1}
    """
    if _are_harmless(column):
        return pd.DataFrame(index=column.index)
    at, known = distinct(column)
    texts = pa.array(pd.Series(known, dtype="str"), type=pa.large_string(), from_pandas=True)
    longest = pc.max(pc.utf8_length(texts)).as_py() or 0
    if longest < _SHORTEST:
        return pd.DataFrame(index=column.index)
    found: dict[str, np.ndarray] = {}
    if longest >= _SHORTEST_NUMBER:
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
            "name": _matches(texts, _CALLED) | names_of_people.within(texts),
            "address": _matches(texts, _ADDRESS),
            "born": _matches(texts, _BORN),
        }
    hits = {name: np.append(hit, False)[at] for name, hit in found.items() if hit.any()}
    return pd.DataFrame(hits, index=column.index, dtype=bool)


def _are_harmless(column: pd.Series) -> bool:
    """Say at a glance that a column holds too little of a text to identify a person, or moments and short numbers only.

    Of categories the texts are looked at; of a column that hardly repeats all cells at once.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return max(map(len, column.dtype.categories.tolist()), default=0) < _SHORTEST
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


def harmless(name: str) -> str:
    """Return the name of a column or a sheet without what identifies a person.

    Examples
    --------
    >>> harmless("Jansen, Piet"), harmless("A. Kwaliteit"), harmless("Q 123456789"), harmless("bel 06-12345678")
    ('[NAAM]', 'A. Kwaliteit', 'Q 123456789', 'bel [TELEFOON]')
    """
    if names_of_people.is_name(name) and not _INITIAL.search(name):
        return "[NAAM]"
    if "@" not in name and (len(name) < _SHORTEST_NUMBER or not re.search(r"[0-9]", name)):
        return name
    found = suspects(pd.Series([name], dtype="str"))
    return name if found.empty else without_contacts(name)


def in_file_name(name: str) -> bool:
    """Say whether the name of a file holds a number or an address of a person.

    Names are full of dates and numbers of deliveries, so only digits in one piece count, and none that begin with a
    year.

    Examples
    --------
    >>> [in_file_name(name) for name in ("levering 2026-01-006.csv", "lijst 123456782.csv", "06-12345678.csv")]
    [False, True, True]
    """
    bare = _DATE_IN_NAME.sub(" ", name)
    numbers = [int(digits) for digits in re.findall(r"(?<![0-9])[0-9]{9}(?![0-9])", bare) if not _YEAR.match(digits)]
    service = bool(numbers) and bool(eleven_test(np.array(numbers, dtype=np.int64)).any())
    called = _PHONE_IN_NAME.search(bare) or _MAIL.search(bare)
    return service or bool(called) or any(map(_account, _IBAN.findall(bare)))


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
