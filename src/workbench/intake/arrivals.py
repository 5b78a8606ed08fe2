"""Which files arrived for a year, and what ``deliveries.csv`` says of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from workbench.intake import identifying
from workbench.intake.findings import Finding

_LITTER = ("thumbs.db", "desktop.ini", "__macosx")


@dataclass(frozen=True)
class Delivery:
    """One file that arrived: its path below the year's folder, and what ``deliveries.csv`` says of it.

    `settings` is empty where no row of ``deliveries.csv``, or more than one, says what it is.
    """

    file: str
    path: Path
    settings: Mapping[str, str]


def find(
    folder: Path, described: pd.DataFrame, year: int, forms: pd.DataFrame | None = None
) -> tuple[list[Delivery], list[Finding]]:
    """Return the files below a year's folder, each with its row of ``deliveries.csv``.

    A file that no row matches may be one of the `forms` that the workbench writes itself.

    Hidden files, and those Excel and operating systems leave behind, are passed over. A file that no row matches, or
    more than one, is a finding; so is one whose name would carry a number of a person into manifests and reports, and a
    required delivery that did not come.
    """
    covers = [_covers(years, year) for years in described["years"]]
    current = described[pd.Series(covers, index=described.index, dtype=bool)]
    findings: list[Finding] = []
    arrived: list[Delivery] = []
    used: set[int] = set()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inside = path.relative_to(folder)
        if not path.is_file() or any(_is_litter(part) for part in inside.parts):
            continue
        file = inside.as_posix()
        if identifying.in_file_name(file):
            message = "The name of the file holds a number or an address of a person; it is not read."
            remedy = "Take the number or the address out of the name, and put the file back."
            shown = re.sub(r"[0-9]{9,}", "[NUMMER]", identifying.without_contacts(file))
            findings.append(Finding(shown, "error", message, remedy))
            continue
        rows = [row for row, pattern in zip(current.index, current["pattern"], strict=True) if matches(file, pattern)]
        used |= set(rows)
        own = [each for each in _rows(forms) if not rows and matches(file, each["pattern"])]
        if own:
            arrived.append(Delivery(file, path, own[0]))
            continue
        arrived.append(Delivery(file, path, current.loc[rows[0]].to_dict() if len(rows) == 1 else {}))
        if not rows and path.suffix.casefold() == ".lss":
            message = "The file is the structure of a LimeSurvey questionnaire; it holds no answers."
            findings.append(Finding(file, "note", message, "Nothing; the draft reads question texts from it."))
        elif not rows:
            message = "No row of deliveries.csv says what this file is; it is not read."
            remedy = "Add a row with a pattern that matches its name (`python -m workbench draft` proposes one)."
            findings.append(Finding(file, "error", message, remedy))
        elif len(rows) > 1:
            named = ", ".join(f"{row + 2} ({described.at[row, 'pattern']!r})" for row in rows)
            message = f"More than one row of deliveries.csv matches this file: rows {named}; it is not read."
            findings.append(Finding(file, "error", message, "Make the patterns differ, or fill in the years."))
    for absent in current[~current.index.isin(used)].to_dict("records"):
        if absent["required"].casefold() in ("yes", "ja", "1", "true"):
            message = f"A required delivery did not come: no file matches {absent['pattern']!r}."
            remedy = "Ask for it, or clear 'required' in deliveries.csv for this year."
            findings.append(Finding(absent["pattern"], "error", message, remedy))
    return arrived, findings


def replaced(arrived: Sequence[Delivery]) -> tuple[dict[str, str], list[Finding]]:
    """Return which deliveries are replaced by a correction, and by which; a correction that replaces nothing is found.

    Two that are said to replace one another both count, and are found: else neither would.

    Examples
    --------
    >>> first = Delivery("h1.csv", Path("h1.csv"), {"replaces": ""})
    >>> again = Delivery("h1_correctie.csv", Path("h1_correctie.csv"), {"replaces": "h1.csv"})
    >>> replaced([first, again])
    ({'h1.csv': 'h1_correctie.csv'}, [])
    """
    found: dict[str, str] = {}
    findings: list[Finding] = []
    for delivery in arrived:
        pattern = delivery.settings.get("replaces", "")
        others = [each for each in arrived if pattern and each != delivery and matches(each.file, pattern)]
        mutual = [each.file for each in others if matches(delivery.file, each.settings.get("replaces", ""))]
        found |= {each.file: delivery.file for each in others if each.file not in mutual}
        if mutual:
            message = f"By deliveries.csv it replaces {mutual[0]}, and is replaced by it; both count."
            findings.append(Finding(delivery.file, "error", message, "Correct replaces in deliveries.csv."))
        if pattern and not others:
            message = f"By deliveries.csv it replaces {pattern!r}, and no such delivery is there."
            findings.append(Finding(delivery.file, "warning", message, "Correct replaces in deliveries.csv."))
    return found, findings


def _rows(table: pd.DataFrame | None) -> list[dict[str, str]]:
    return [] if table is None else [{str(name): str(row[name]) for name in row.index} for _, row in table.iterrows()]


def _is_litter(name: str) -> bool:
    return name.startswith((".", "~$", "._")) or name.casefold() in _LITTER


def matches(file: str, pattern: str) -> bool:
    """Say whether a pattern matches a file's name or its path, whatever the case.

    Examples
    --------
    >>> matches("kiosk/Mei_2026.csv", "mei_*.csv")
    True
    """
    low = pattern.casefold()
    return fnmatch(file.casefold(), low) or fnmatch(file.rpartition("/")[2].casefold(), low)


def _covers(years: str, year: int) -> bool:
    """Say whether ``2025``, ``2024-2025``, ``2024-`` or nothing covers a year.

    Examples
    --------
    >>> [_covers(years, 2025) for years in ("", "2025", "2022-2024", "2024-")]
    [True, True, False, True]
    """
    parts = re.findall(r"[0-9]{4}", years)
    if not parts:
        return True
    last = parts[-1] if not years.rstrip().endswith("-") else "9999"
    return int(parts[0]) <= year <= int(last)
