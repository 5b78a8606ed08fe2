"""What the tests of intake share: a small region, and deliveries written from a table."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench import codebook
from workbench.codebook import Codebook
from workbench.intake import deliveries

STORIES = Path(__file__).parents[1] / "stories"


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    """Return the region in which the stories are told, with one delivery of questionnaires."""
    folder = tmp_path_factory.mktemp("codebook")
    for path in (STORIES / "codebook").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    columns = [
        ("nr", "respondent", ""),
        ("aanbieder", "provider", ""),
        ("gemeente", "municipality", ""),
        ("datum", "completed_on", ""),
        ("kanaal", "mode", ""),
        ("leeftijd", "age", ""),
        ("past", "K1", "eens5"),
        ("tevreden", "K3", "eens5"),
        ("cijfer", "nut", "cijfer10"),
        ("opmerking", "remark", ""),
    ]
    mapping = pd.DataFrame([("lijst", *row) for row in columns], columns=["columns", "column", "field", "scale"])
    rows = pd.DataFrame(
        [{"pattern": "lijst*", "kind": "responses", "columns": "lijst", "instrument": "pijlers", "role": "client"}]
    )
    codebook.write_table(folder / "columns.csv", mapping)
    codebook.write_table(folder / "deliveries.csv", rows)
    return codebook.read(folder)


@pytest.fixture
def received(region: Codebook, tmp_path: Path) -> Callable[..., deliveries.Received]:
    """Return a function that receives one delivery, given as its bytes."""

    def receive(raw: bytes, name: str = "lijst.csv", key: bytes | None = b"key", **changed: str) -> deliveries.Received:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(raw)
        rows = region.deliveries.assign(**changed)
        return deliveries.receive(folder, replace(region, deliveries=rows), 2026, key)

    return receive
