"""Every folder here tells what happened to a delivery, with the exact tables and findings that come of it.

A story has its deliveries, the part of the codebook that is its own, and the tables it expects, less the columns that
are the same in every story. Workbooks and SPSS files are made from a CSV. To accept changed tables after review, run
``STORIES=accept pytest tests/stories`` and read the difference.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml

from workbench import codebook
from workbench.intake import deliveries, privacy

HERE = Path(__file__).parent
STORIES = sorted(path.parent.name for path in HERE.glob("*/story.yml"))
LEAVE_OUT = {
    "deliveries": ["sha256", "purpose"],
    "responses": ["response_id", "year", "instrument", "weight", "purpose", "informant"],
    "unanswered": ["response_id"],
    "episodes": ["release", "ending_group", "restart_on", "restart_same_provider", "goals_set", "goals_reached"],
}


def told(story: Path, place: Path) -> dict[str, pd.DataFrame]:
    """Receive a story's deliveries; return its tables as text, without what is of no interest to any story."""
    shutil.copytree(HERE / "codebook", place / "codebook")
    shutil.copytree(story / "codebook", place / "codebook", dirs_exist_ok=True)
    folder = place / "2026"
    shutil.copytree(story / "delivery", folder)
    plan = yaml.safe_load((story / "story.yml").read_text("utf-8")).get("make", {})
    for name, how in plan.items():
        make(folder / how["from"], folder / name, how)
    for source in {how["from"] for name, how in plan.items() if name != how["from"]}:
        (folder / source).unlink()
    received = deliveries.receive(folder, codebook.read(place / "codebook"), 2026, privacy.key_for("x", fictional=True))
    return {name: as_text(name, table) for name, table in readable(received).items() if len(table)}


def readable(received: deliveries.Received) -> dict[str, pd.DataFrame]:
    """Return the tables with the answers beside the responses, and rows of deliveries instead of made-up ids."""
    tables = dict(vars(received))
    answers = tables.pop("answers")
    together = tables["responses"].merge(answers, on="response_id", validate="1:1")
    places = together[["response_id", "file", "row"]]
    tables["responses"] = together.sort_values(["file", "row"])
    unanswered = tables["unanswered"].merge(places, on="response_id", validate="m:1")
    tables["unanswered"] = unanswered.sort_values(["file", "row", "item"])[
        ["response_id", "file", "row", "item", "kind"]
    ]
    if len(tables["episodes"]):
        people = pd.factorize(tables["episodes"]["client"], sort=True)[0]
        tables["episodes"] = tables["episodes"].assign(client=people).sort_values(["file", "row"])
    return tables


def as_text(name: str, table: pd.DataFrame) -> pd.DataFrame:
    kept = table.drop(columns=LEAVE_OUT.get(name, []), errors="ignore")
    kept = kept.loc[:, kept.notna().any()].astype(dict.fromkeys(kept.select_dtypes("category").columns, "str"))
    return kept.apply(lambda column: column.map(lambda value: "" if pd.isna(value) else plain(value))).reset_index(
        drop=True
    )


def plain(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e5 else str(value)


def make(source: Path, target: Path, how: dict[str, Any]) -> None:
    """Write a delivery in another format from its CSV."""
    if "encoding" in how:
        target.write_bytes(source.read_text("utf-8").encode(how["encoding"]))
        return
    table = pd.read_csv(source, sep=";", dtype=str, header=None, keep_default_na=False)
    if target.suffix == ".sav":
        body = table.iloc[1:].set_axis(table.iloc[0], axis=1).reset_index(drop=True)
        numbers = {name: pd.to_numeric(body[name]) for name in body.columns[1:]}
        missing = {name: [{"lo": code, "hi": code} for code in codes] for name, codes in how.get("missing", {}).items()}
        labels = how.get("labels", {})
        pyreadstat.write_sav(body.assign(**numbers), target, variable_value_labels=labels, missing_ranges=missing)
        return
    book = openpyxl.Workbook()
    sheet = book.active
    for row in table.itertuples(index=False):
        sheet.append([cell_of(cell) for cell in row])
    for cells in how.get("merge", []):
        sheet.merge_cells(cells)
    for letter in how.get("dates", []):
        for cell in sheet[letter]:
            if str(cell.value).startswith("20"):
                cell.value = pd.Timestamp(cell.value).to_pydatetime()
    if how.get("further"):
        book.create_sheet(how["further"]).append(["Vragen? Bel ons."])
    book.save(target)
    if "cut" in how:
        raw = target.read_bytes()
        target.write_bytes(raw[: int(len(raw) * how["cut"])])


def cell_of(text: str) -> str | int | None:
    return None if text == "" else int(text) if text.isdigit() else text


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str, tmp_path: Path) -> None:
    tables = told(HERE / name, tmp_path)
    expected = HERE / name / "expected"
    if os.environ.get("STORIES") == "accept":
        shutil.rmtree(expected, ignore_errors=True)
        for table, content in tables.items():
            codebook.write_table(expected / f"{table}.csv", content)
    wanted = {
        path.stem: pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for path in sorted(expected.glob("*.csv"))
    }
    assert set(tables) == set(wanted)
    for table, content in wanted.items():
        pd.testing.assert_frame_equal(tables[table].astype("str"), content.astype("str"), obj=f"{name}: {table}")
