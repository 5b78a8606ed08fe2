"""The one way out for a table or chart of a researcher: the rules of a release, the ledger, and a file that says why.

What leaves a research notebook is published like a report: it stands in somebody's hands beside the reports and all
that was exported before. So it is decided upon with them, and entered in the same ledger.
"""

import getpass
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import codebook as codebooks
from workbench import fingerprints, portions, schemas, store
from workbench.analysis import additions, ledger
from workbench.analysis.crosstabs import PEOPLE, Crosstab, crosstab, protected
from workbench.analysis.linked_counts import Rules
from workbench.reporting import phrases, workbooks
from workbench.reporting.wording import escape
from workbench.store import NotSafe, Places

__all__ = ["Exported", "crosstab", "export"]

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
BASIS = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]
NAMED = ["measure", "category", "unit_id", "group"]
SHOWN = [*BASIS, "n", "estimate", "conf_low", "conf_high", "delta", "label", "status", "reason"]
MEMBERS = "exported_people"
REGISTER = "register.csv"
Label = Callable[[str], str]
Draw = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class Exported:
    """What left, and what was kept back.

    Attributes
    ----------
    table : DataFrame
        As it stands in the file: draw from this.
    hidden : DataFrame, one row per figure that was not shown
        With the reason in words.
    files : tuple of Path
    who, why, when : str
    """

    table: pd.DataFrame = field(repr=False)
    hidden: pd.DataFrame = field(repr=False)
    files: tuple[Path, ...]
    who: str
    why: str
    when: str
    language: str

    def _repr_html_(self) -> str:
        said = [phrases.text("exports", "left", self.language, files=", ".join(path.name for path in self.files))]
        key = "hidden" if len(self.hidden) else "nothing hidden"
        said.append(phrases.text("exports", key, self.language, hidden=len(self.hidden)))
        told = "".join(f"<p>{escape(each)}</p>" for each in said)
        return f"{told}{self.table.to_html(index=False)}{self.hidden.to_html(index=False) if len(self.hidden) else ''}"


def export(
    places: Places,
    year: int,
    what: Any,
    name: str,
    *,
    why: str,
    draw: Draw | None = None,
    label: Label = str,
    language: str = "nl",
) -> Exported:
    """Write a table to ``reports/<region>/<year>/exports``, as far as it may be seen beside all that was published.

    Parameters
    ----------
    places : Places
    year : int
        Of the measurement, whose tables were processed.
    what : DataFrame, Crosstab, or anything with ``estimates``
        Estimates in the contract of the reports (the answer to a question has them), or people counted with
        `crosstab`. Of anything else the people cannot be counted.
    name : str
        Of the file: lower-case letters, digits and hyphens.
    why : str
        For whom or for what: it stands in the file and in the register.
    draw : callable, optional
        Gets the table that may be seen, and nothing else, and returns a matplotlib figure, axes, or SVG; written as
        ``.svg`` (and ``.png``). A picture that exists already is refused: nobody can see what it was drawn from.
    label : callable, optional
        What a reader calls a code.
    language : {"nl", "en"}

    Returns
    -------
    Exported
        The same table again gives the same files, and is entered in the ledger once.

    Raises
    ------
    NotSafe
        Where the people of a table cannot be counted, or nothing of it can be shown; the message says what to do.
    NotThere
        Where the year was not processed.
    """
    if not NAME.fullmatch(name):
        raise NotSafe(f"{name!r} cannot be the name of an export: use lower-case letters, digits and hyphens.")
    if not why.strip():
        raise NotSafe("Say why this leaves the protected folder: why='for the council meeting of May'.")
    book = codebooks.read(places.codebook)
    limits = asdict(book.region.thresholds)
    rules = Rules.of(limits)
    if isinstance(what, Crosstab):
        exact, decided = _counted(places, what, name, rules)
        year = what.year
    else:
        exact = _estimates(what)
        released = portions.read(places.released(year), "estimates")
        known = store.read_table(places.processed(year), "estimates")
        decided = additions.decide(exact, known, released, rules, limits["indicative_below"])
        exact, decided = exact.assign(category=decided["category"]), schemas.check("estimates", decided)
    if (decided["status"] == "hidden").all():
        raise NotSafe(f"Nothing of {name!r} can be shown: {_reasons(decided, language, limits)}")
    left, gone = _readable(decided, label, language, limits)
    edition = fingerprints.of_table(decided)[:12]
    when = _enter(places, name, edition, exact, decided, ledger.revision(book.region.revisions, year))
    if isinstance(what, Crosstab):
        _remember(places, name, what)
    who = getpass.getuser()
    folder = places.reports(year) / "exports"
    about = {"name": name, "who": who, "why": why.strip(), "when": when, "figures": len(left), "hidden": len(gone)}
    files = _write(folder, name, left, gone, about, draw, language)
    _register(folder / REGISTER, about)
    return Exported(left, gone, files, who, why.strip(), when, language)


def _estimates(what: Any) -> pd.DataFrame:
    """Return the estimates of what is to be exported; anything else is refused."""
    rows = getattr(what, "estimates", what)
    if not isinstance(rows, pd.DataFrame):
        raise NotSafe(
            "A picture can only leave with the table it is drawn from. Export the table, and give a function that "
            "draws it: export(..., draw=lambda table: table.plot(...).figure)."
        )
    if not set(BASIS) <= set(rows.columns) or "n" not in rows or "estimate" not in rows:
        person = next((each for each in PEOPLE if each in rows), None)
        how = (
            "These are rows about people, and they stay in the protected folder. Count them with "
            if person
            else "The people in this table cannot be counted. Make it with "
        )
        raise NotSafe(f"{how}crosstab(region.responses, 'mode', 'age_band'), or export the answer to a question.")
    if rows["n"].isna().all():
        raise NotSafe("The figures of this table do not say on how many people they rest (column n).")
    columns = [each for each in rows.columns if each in schemas.TABLES["estimates"].columns]
    return schemas.check("estimates", rows[columns].reset_index(drop=True))


def _counted(places: Places, what: Crosstab, name: str, rules: Rules) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of people as rows of the contract, exact and as it may be seen."""
    try:
        reasons = protected(what, rules, _known_groups(places, what, name))
    except ValueError as nothing:
        raise NotSafe(str(nothing)) from nothing
    several = reasons.shape[1] > 1
    counts = what.counts.copy()
    if several:
        counts["all"] = counts.sum(axis=1)
    counts.loc["all"] = counts.sum()
    value = counts.to_numpy(dtype=float).ravel()
    of_row = reasons.index.repeat(reasons.shape[1])
    of_column = list(reasons.columns) * len(reasons)
    exact = pd.DataFrame(
        {
            "measure": f"export {name}",
            "statistic": "count",
            "category": [" | ".join(each) if several else each[0] for each in zip(of_row, of_column, strict=True)],
            "unit": "region",
            "unit_id": "region",
            "group": what.person,
            "year": what.year,
            "n": value,
            "estimate": value,
            "status": "shown",
            "reason": "",
            "label": "",
            "method": " by ".join(str(each) for each in (what.counts.index.name, what.counts.columns.name) if each),
        }
    )
    reason = reasons.to_numpy().ravel()
    decided = exact.assign(reason=reason, status=["hidden" if each else "shown" for each in reason])
    decided.loc[decided["status"] == "hidden", ["n", "estimate"]] = float("nan")
    return schemas.check("estimates", exact), schemas.check("estimates", decided)


def _known_groups(places: Places, what: Crosstab, name: str) -> list[frozenset[str]]:
    """Return the sets of people about whom something was published: by provider and role, and in earlier exports."""
    found: list[frozenset[str]] = []
    folder = places.processed(what.year)
    if what.person == "response_id":
        responses = store.read_table(folder, "responses")
        for by in (["role"], ["role", "provider_id"], ["role", "municipality_code"]):
            who = responses["response_id"].astype(str).groupby([responses[column] for column in by])
            found += [frozenset(each) for _, each in who]
    former = folder / f"{MEMBERS}.parquet"
    if former.is_file():
        others = store.read_table(folder, MEMBERS)
        others = others[(others["person"] == what.person) & (others["export"] != name)]
        found += [frozenset(each) for _, each in others.groupby(["export", "group"])["who"]]
    return found


def _remember(places: Places, name: str, what: Crosstab) -> None:
    """Keep who was in the groups of an export, in the protected folder: later groups must not differ by a few."""
    folder = places.processed(what.year)
    rows = [(name, what.person, group, who) for group, people in what.members.items() for who in sorted(people)]
    made = pd.DataFrame(rows, columns=["export", "person", "group", "who"]).astype("str")
    if (folder / f"{MEMBERS}.parquet").is_file():
        former = store.read_table(folder, MEMBERS)
        made = pd.concat([former[former["export"] != name], made], ignore_index=True)
    store.write_tables(folder, {MEMBERS: made})


def _enter(places: Places, name: str, edition: str, exact: pd.DataFrame, decided: pd.DataFrame, revision: str) -> str:
    """Enter an export in the ledger, once; return the day it was."""
    release = f"export {name}"
    known = store.read_table(places.ledger.parent, places.ledger.stem) if places.ledger.is_file() else None
    if known is not None and (former := known[known["release"] == release])["edition"].nunique():
        if set(former["edition"]) != {edition}:
            day = former["published_on"].iloc[-1]
            raise NotSafe(f"An export {name!r} with other figures left on {day}; give this one a name of its own.")
        return str(former["published_on"].iloc[-1])
    today = datetime.now(UTC).date().isoformat()
    entered = ledger.entries(exact, decided, release, edition, today, revision)
    whole = entered if known is None else pd.concat([known, entered], ignore_index=True)
    store.write_tables(places.ledger.parent, {places.ledger.stem: whole})
    return today


def _readable(
    decided: pd.DataFrame, label: Label, language: str, limits: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what may be seen, and of what may not the reason in words; codes as a reader calls them."""
    named = decided.assign(**{column: decided[column].map(lambda code: label(str(code))) for column in NAMED})
    gone = decided["status"] == "hidden"
    bound = gone & decided["n"].notna()
    left = named.loc[~gone, [each for each in SHOWN if each not in ("status", "reason")] + ["status"]]
    why = [phrases.why_not(row, limits, language) for _, row in decided[gone].iterrows()]
    hidden = named.loc[gone, BASIS].assign(why=pd.array(why, dtype="str"))
    hidden.loc[bound[gone], "n"] = decided.loc[bound, "n"]
    return _without_empty(left), _without_empty(hidden)


def _without_empty(table: pd.DataFrame) -> pd.DataFrame:
    empty = [each for each in table if table[each].isna().all() or (table[each].astype(str) == "").all()]
    return table.drop(columns=empty if len(table) else []).reset_index(drop=True)


def _reasons(decided: pd.DataFrame, language: str, limits: Mapping[str, Any]) -> str:
    rows = decided.drop_duplicates("reason")
    return " ".join(dict.fromkeys(phrases.why_not(row, limits, language) for _, row in rows.iterrows()))


def _write(
    folder: Path,
    name: str,
    left: pd.DataFrame,
    gone: pd.DataFrame,
    about: Mapping[str, Any],
    draw: Draw | None,
    language: str,
) -> tuple[Path, ...]:
    """Write the spreadsheet, the plain file and the picture."""
    sheets = [
        _sheet("figures", left, str(about["why"]), language),
        _sheet("hidden", gone, "", language),
        _sheet(
            "about", pd.DataFrame({"what": list(about), "is": [str(each) for each in about.values()]}), "", language
        ),
    ]
    made = {
        f"{name}.xlsx": workbooks.of_tables([each for each in sheets if each["rows"]], name, language),
        f"{name}.csv": left.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"),
    }
    if draw:
        made |= {f"{name}.{kind}": content for kind, content in _drawn(draw(left.copy())).items()}
    for file, content in made.items():
        store.write_bytes(folder / file, content)
    return tuple(folder / file for file in made)


def _sheet(key: str, table: pd.DataFrame, finding: str, language: str) -> dict[str, Any]:
    numeric = [pd.api.types.is_numeric_dtype(table[each]) for each in table]
    rows = [[_cell(value, language) for value in row] for row in table.itertuples(index=False)]
    heads = [phrases.texts()["exports"].get(str(each), {}).get(language, str(each)) for each in table]
    return {
        "key": key,
        "caption": phrases.text("exports", f"sheet {key}", language),
        "finding": finding,
        "note": "",
        "columns": [{"name": head, "numeric": number} for head, number in zip(heads, numeric, strict=True)],
        "rows": rows,
    }


def _cell(value: Any, language: str) -> str:
    if not isinstance(value, float):
        return str(value)
    if pd.isna(value):
        return ""
    written = f"{value:g}"
    return written.replace(".", ",") if language == "nl" else written


def _drawn(picture: Any) -> dict[str, bytes]:
    """Return a picture as SVG and, of matplotlib, PNG."""
    if isinstance(picture, str) and picture.lstrip().startswith("<svg"):
        return {"svg": picture.encode()}
    figure = getattr(picture, "figure", picture)
    if not hasattr(figure, "savefig"):
        raise NotSafe("The function that draws must return a matplotlib figure, axes, or SVG.")
    made = {}
    for kind, stamp in (("svg", {"Date": None}), ("png", {"Software": None})):
        with io.BytesIO() as buffer:
            figure.savefig(buffer, format=kind, metadata=stamp, bbox_inches="tight")
            made[kind] = buffer.getvalue()
    return made


def _register(path: Path, about: Mapping[str, Any]) -> None:
    """Add an export to the list of what left, once."""
    former = pd.read_csv(path, dtype=str, keep_default_na=False) if path.is_file() else pd.DataFrame()
    row = pd.DataFrame([{name: str(value) for name, value in about.items()}])
    kept = former[former["name"] != about["name"]] if len(former) else former
    store.write_text(path, pd.concat([kept, row], ignore_index=True).to_csv(index=False, lineterminator="\n"))
