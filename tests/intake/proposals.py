"""Deliveries written for a test, and what `draft` proposes for each."""

from pathlib import Path

import pandas as pd

from workbench.codebook import Codebook
from workbench.intake import drafts

EENS = ("Helemaal niet mee eens", "Niet mee eens", "Neutraal", "Mee eens", "Helemaal mee eens")
NAMES = ("De Linde", "Het Anker", "Zorg & Zo")
PAST, TEVREDEN = "De hulp past bij wat ik nodig heb.", "Ik ben tevreden over de hulp."


def written(path: Path, header: list[str], *columns: tuple[str, ...], rows: int = 15) -> Path:
    table = pd.DataFrame({at: [column[n % len(column)] for n in range(rows)] for at, column in enumerate(columns)})
    table.columns = pd.Index(header)
    table.to_csv(path, index=False)
    return path


def proposed(path: Path, book: Codebook | None) -> tuple[dict[str, str], dict[str, str]]:
    draft = drafts.propose(path, book)
    return draft["columns"].set_index("column")["field"].to_dict(), draft["deliveries"].iloc[0].to_dict()
