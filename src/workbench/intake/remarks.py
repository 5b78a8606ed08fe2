"""Open answers: withheld until a person has read them without names, and released them one by one.

Nothing here writes a remark as delivered. A remark is known by a keyed hash of provider, question and text, so that a
released one is verified against the deliveries in every run, and one that was withdrawn is gone in the next.
"""

import io
from collections.abc import Callable, Sequence

import pandas as pd

from workbench import codebook, schemas
from workbench.intake import identifying
from workbench.intake.findings import Finding, times
from workbench.intake.values import fold, key
from workbench.pseudonyms import keyed

REVIEW = ("remark_id", "provider_id", "role", "dimension", "text", "release", "released_by", "released_on", "note")
_YES = ("yes", "ja", "y", "j", "1", "true", "waar", "x")


def in_delivery(table: pd.DataFrame, matched: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return one row per open answer of a delivery: ``file, row, question, dimension, text``; never to be written.

    Parameters
    ----------
    table : DataFrame, one row per record
        As delivered.
    matched : DataFrame, one row per column
        `columns.match`: ``header`` and ``field``, here ``remark`` or ``remark:<dimension>``.
    file : str
    """
    parts = []
    for header, field in zip(matched["header"], matched["field"], strict=True):
        if isinstance(field, str) and field.partition(":")[0] == "remark":
            texts = table[header].dropna().astype("str").map(fold)
            texts = texts[texts != ""]
            dimension = field.partition(":")[2]
            parts.append(
                pd.DataFrame(
                    {"file": file, "row": texts.index, "question": key(header), "dimension": dimension, "text": texts}
                )
            )
    columns = ["file", "row", "question", "dimension", "text"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def identify(found: Sequence[pd.DataFrame], responses: pd.DataFrame, secret: bytes, year: int) -> pd.DataFrame:
    """Return one row per remark of a counted response: ``remark_id, provider_id, role, dimension, text``.

    The same text on the same question at the same provider is one remark, whoever wrote it.
    """
    together = pd.concat(found, ignore_index=True) if found else in_delivery(pd.DataFrame(), _NOTHING, "")
    counted = responses[["file", "row", "provider_id", "role"]].astype(
        {"file": "str", "provider_id": "str", "role": "str"}
    )
    remarks = together.merge(counted, on=["file", "row"], how="inner", validate="m:1")
    said = zip(remarks["provider_id"], remarks["question"], remarks["text"], strict=True)
    ids = [keyed(secret, "remark", str(year), *each) for each in said]
    remarks = remarks.assign(remark_id=pd.Series(ids, dtype="str", index=remarks.index))
    remarks = remarks.sort_values(["remark_id", "role"]).drop_duplicates("remark_id")
    return remarks[["remark_id", "provider_id", "role", "dimension", "text"]].reset_index(drop=True)


_NOTHING = pd.DataFrame({"header": [], "field": []})


def review(
    delivered: pd.DataFrame,
    before: pd.DataFrame,
    deidentify: Callable[[str], str],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> pd.DataFrame:
    """Return the table in which people release remarks: what they decided before, and new ones without names.

    A remark that is in no delivery any more leaves the table. What a person edited stays as edited.

    Parameters
    ----------
    delivered : DataFrame, one row per remark
        `identify`.
    before : DataFrame, one row per remark
        The table as it was, with the columns of `REVIEW`.
    deidentify : callable
        Takes names out of a text.
    progress : callable
        Gets how many are done and how many there are.

    Examples
    --------
    >>> delivered = pd.DataFrame({"remark_id": ["a"], "provider_id": ["p"], "role": ["client"], "dimension": [""],
    ...     "text": ["Dank aan Bram"]})
    >>> table = review(delivered, pd.DataFrame(columns=REVIEW), lambda text: text.replace("Bram", "[PERSOON-1]"))
    >>> table[["text", "release"]].values.tolist()
    [['Dank aan [PERSOON-1]', 'no']]
    """
    known = before[before["remark_id"].isin(delivered["remark_id"])]
    fresh = delivered[~delivered["remark_id"].isin(known["remark_id"])]
    texts = []
    for done, text in enumerate(fresh["text"]):
        progress(done, len(fresh))
        texts.append(deidentify(text))
    fresh = fresh.assign(text=texts, release="no").reindex(columns=list(REVIEW), fill_value="")
    both = pd.concat([known.reindex(columns=list(REVIEW), fill_value=""), fresh], ignore_index=True).astype("str")
    return both.sort_values(["provider_id", "role", "dimension", "remark_id"], ignore_index=True)


def read(raw: bytes) -> pd.DataFrame:
    """Read the review table as a person left it."""
    text = codebook.as_text(raw)
    separator = ";" if text.partition("\n")[0].count(";") >= text.partition("\n")[0].count(",") else ","
    table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False)
    return (
        table.rename(columns=str.strip)
        .reindex(columns=list(REVIEW), fill_value="")
        .apply(lambda each: each.str.strip())
    )


def released(
    reviewed: pd.DataFrame, delivered: pd.DataFrame, year: int, file: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the remarks that a person released and that still are in the deliveries.

    Not released are a remark nobody signed for, and one in whose text something that identifies people still stands.

    Returns
    -------
    remarks : DataFrame, one row per released remark
        As in `schemas.REMARKS`.
    findings : list of Finding
        What was not released although someone asked for it; never a text.
    """
    asked = reviewed[reviewed["release"].str.casefold().isin(_YES) & (reviewed["text"] != "")]
    there = asked["remark_id"].isin(delivered["remark_id"])
    unsigned = there & ((asked["released_by"] == "") | (asked["released_on"] == ""))
    named = there & ~unsigned & identifying.suspects(asked["text"]).any(axis=1)
    findings = []
    for where, severity, what, remedy in (
        (~there, "note", "in no delivery any more", "Nothing; run `python -m workbench remarks` to tidy the table."),
        (unsigned, "error", "released by nobody", "Fill in released_by (a function or initials) and released_on."),
        (
            named,
            "error",
            "with something that identifies people",
            "Take it out of the text and release it again.",
        ),
    ):
        if where.any():
            message = f"{times(int(where.sum()), 'remark is', 'remarks are')} not shown: {what}."
            row = int(asked.index[where][0]) + 2
            findings.append(Finding(file, severity, message, remedy, "text", row))
    kept = asked[there & ~unsigned & ~named].drop(columns=["provider_id", "role", "dimension"])
    own = delivered[["remark_id", "provider_id", "role", "dimension"]]
    remarks = kept.merge(own, on="remark_id", how="inner", validate="1:1").assign(year=year)
    remarks = remarks.reindex(columns=list(schemas.REMARKS.columns)).sort_values("remark_id", ignore_index=True)
    return (schemas.check("remarks", remarks) if len(remarks) else schemas.empty("remarks")), findings


def shown(remarks: pd.DataFrame, responses: pd.DataFrame, hidden_below: int) -> pd.DataFrame:
    """Return the remarks a report may quote: of a provider and role with enough answers, without who released them.

    Examples
    --------
    >>> remarks = pd.DataFrame({"remark_id": ["a"], "provider_id": "p", "role": "client", "dimension": "",
    ...     "text": "Fijn.", "released_by": "MK", "released_on": "2026-03-01", "year": 2026})
    >>> responses = pd.DataFrame({"provider_id": ["p"] * 3, "role": "client"})
    >>> len(shown(remarks, responses, 3)), len(shown(remarks, responses, 4))
    (1, 0)
    """
    counts = responses.astype({"provider_id": "str", "role": "str"}).groupby(["provider_id", "role"]).size().rename("n")
    with_counts = remarks.merge(counts.reset_index(), on=["provider_id", "role"], how="left", validate="m:1")
    enough = with_counts["n"].fillna(0) >= hidden_below
    return with_counts.loc[enough, ["remark_id", "provider_id", "dimension", "role", "text", "released_on", "year"]]
