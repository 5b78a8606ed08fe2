"""What stands on the form for the conversation: agreements still open, what the report puts up for discussion, choices.

A notebook puts it out as plain text and numbers, beside what a reader sees; `forms` writes the spreadsheet of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.reporting.texts import text
from workbench.reporting.wording import WORDS

if TYPE_CHECKING:
    from workbench.reporting.release import Release

AGENDA = "application/vnd.workbench.agenda+json"
COLUMNS = (
    *("provider", "year", "measure", "finding", "recognise", "story", "value", "improve"),
    *("what", "who", "when", "target", "status"),
)
STATUSES = ("open", "running", "done", "dropped")
RUNNING = ("open", "running")
STEPS = 7
NO_AIM = ("reden_einde", "voorlopig")  # figures to read others by, not to agree on


def file_name(provider: str, year: int, language: str) -> str:
    """Return the name by which the form is known when it comes back.

    Examples
    --------
    >>> file_name("p001", 2026, "nl")
    'gespreksformulier_p001_2026.xlsx'
    """
    return f"{text('form', 'file', language)}_{provider}_{year}.xlsx"


def of(release: "Release", findings: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what stands on the form of one provider, as text and numbers.

    Parameters
    ----------
    release : Release
        With a provider.
    findings : sequence of (measure, sentence)
        What the report puts up for discussion, in its order; an empty measure where it is about no single figure.

    Returns
    -------
    dict
        ``language``; ``title``, of the file, and ``heading``; ``steps``, the instructions; ``choices``, per column what
        may be chosen; ``rows``, one per agreement and finding: by column (`COLUMNS`) a text, a number or, in ``when``,
        a date as ``2026-05-31``; what is missing is left out. ``share`` says that the target is a share.
    """
    asked = [WORDS[key][release.language] for key in ("recognise", "story", "value", "improve")]
    given = [*_still_open(release), *({"measure": measure, "finding": said} for measure, said in findings)]
    return {
        "language": release.language,
        "title": f"{release.text('form', 'title')} {release.title} {release.year}",
        "heading": f"{release.text('form', 'title')}: {release.title}, {release.year}",
        "steps": [release.text("form", f"step {step}", questions=" ".join(asked)) for step in range(1, STEPS + 1)],
        "provider": release.title,
        "year": release.year,
        "choices": {
            "measure": [release.name(measure) for measure in measures(release)],
            "recognise": [release.text("form", key) for key in ("yes", "partly", "no")],
            "value": [release.text("form", key) for key in ("good", "sufficient", "improve")],
            "status": [release.text("form", status) for status in STATUSES],
        },
        "rows": [_row(release, each) for each in given],
    }


def measures(release: "Release") -> list[str]:
    """Return the figures an agreement may be about: what this region measures, in the order of the codebook."""
    cards = [name for name in release.codebook["cards"] if not name.startswith("_") and name not in NO_AIM]
    return [*release.codebook["dimensions"], *cards]


def _still_open(release: "Release") -> list[dict[str, Any]]:
    """Return agreements that are not finished: they stand in the next form too, with what was agreed."""
    going = release.agreements[release.agreements["status"].fillna("open").isin(RUNNING)]
    return [
        {
            "measure": row["measure"],
            "year": row["year"],
            "finding": release.text("form", "agreed before"),
            "what": row["action"],
            "who": row["owner"],
            "when": row["due"],
            "target": row["target"],
            "status": release.text("form", row["status"]) if row["status"] in STATUSES else "",
        }
        for row in going.to_dict("records")
    ]


def _row(release: "Release", given: Mapping[str, Any]) -> dict[str, Any]:
    import pandas as pd

    plain: dict[str, Callable[[Any], Any]] = {"year": int, "target": float, "when": lambda day: f"{day:%Y-%m-%d}"}
    known = {column: value for column, value in given.items() if not pd.isna(value)}
    told = {column: plain.get(column, str)(value) for column, value in known.items()}
    measure = str(given["measure"])
    if not measure:
        return {column: value for column, value in told.items() if column != "measure"}
    return told | {"measure": release.name(measure), "share": release.unit(measure) == "share"}
