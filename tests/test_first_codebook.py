"""A region of one's own, from draft to estimates, in the way ``docs/walk-through.md`` describes."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import codebook, drafting, open_region, pipeline
from workbench.analysis import comparison
from workbench.store import Places

DOCS = Path(__file__).parent.parent / "docs"


def _blocks() -> dict[str, str]:
    """Return the codebook files of walk-through A, by name."""
    text = (DOCS / "walk-through.md").read_text("utf-8").partition("## B.")[0]
    parts = re.split(r"^```[a-z]*\n", text, flags=re.MULTILINE)
    named = [re.findall(r"^`([a-z_]+\.(?:csv|yml))`", said, flags=re.MULTILINE) for said in parts[::2]]
    return {names[-1]: block for names, block in zip(named, parts[1::2], strict=False) if names}


def _delivery(path: Path) -> pd.DataFrame:
    """Write a delivery in the shape of the CAHPS test file: plans by number, 97-99 for no answer."""
    draw = np.random.default_rng(7)
    n = 600
    table = pd.DataFrame({"id": np.arange(1, n + 1), "planid": draw.choice(["1", "2", "4", "5", "7"], n)})
    codes = {("q06", "q10", "q22", "q23"): range(1, 4), ("q15", "q17", "q19", "q24"): range(1, 5)}
    codes |= {("q31", "q38"): range(11), ("q39",): range(1, 6), ("q40",): range(1, 8)}
    for names, valid in codes.items():
        for name in names:
            table[name] = draw.choice([*valid, 97, 98, 99], n)
    for name in ("q05", "q21", "q41"):
        table[name] = draw.choice([1, 2], n)
    table.loc[0, "planid"], table.loc[1, "planid"] = "6", None
    table.to_csv(path, index=False)
    return table


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """The region after the draft and the edits of the walk-through."""
    places = Places(tmp_path_factory.mktemp("own"), "cahps")
    places.raw(2026).mkdir(parents=True)
    delivered = _delivery(places.raw(2026) / "cahps_test.csv")
    drafting.draft(places, 2026)
    draft = places.codebook / "draft"
    for path in draft.iterdir():
        path.rename(places.codebook / path.name)
    for name, text in _blocks().items():
        if name != "columns.csv":
            (places.codebook / name).write_text(text, "utf-8")
    columns = pd.read_csv(
        places.codebook / "columns.csv", sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    changed = [line.split(";") for line in _blocks()["columns.csv"].splitlines()[1:]]
    for _, column, field, scale in changed:
        columns.loc[columns["column"] == column, ["field", "scale"]] = [field, scale]
    codebook.write_table(places.codebook / "columns.csv", columns)
    return places, delivered


def test_the_walk_through_holds_every_file_it_names():
    assert set(_blocks()) == {
        "region.yml",
        "providers.csv",
        "aliases.csv",
        "columns.csv",
        "items.csv",
        "dimensions.csv",
    }


def test_the_draft_of_the_walk_through_checks_without_errors(drafted):
    places, _ = drafted
    findings = pipeline.check(places, 2026).findings
    assert not (findings["severity"] == "error").any(), findings.to_string()


def test_adjusted_means_are_those_of_the_comparison(drafted):
    places, delivered = drafted
    processed = pipeline.process(places, 2026)
    reasons = processed.tables["exclusions"]["reason"].value_counts().to_dict()
    assert reasons.get("not contracted") == 2
    plans = {"1": "hmo-a-urban", "2": "hmo-b-urban", "7": "hmo-c-urban", "4": "hmo-b-rural", "5": "hmo-c-rural"}
    known = delivered.assign(plan=delivered["planid"].map(plans)).dropna(subset=["plan"])
    adjusters = pd.DataFrame(
        {"ghr": known["q39"].where(known["q39"] < 90), "age": known["q40"].where(known["q40"] < 90)}
    )
    estimates = open_region("cahps", 2026, root=places.root).estimates
    for item in ("q31", "q38"):
        expected = comparison.adjust(known[item].where(known[item] <= 10).astype(float), known["plan"], adjusters)
        made = estimates.query("measure == @item and statistic == 'adjusted' and unit == 'provider'").set_index(
            "unit_id"
        )
        assert np.allclose(made["estimate"] / 10, expected["adjusted"].reindex(made.index), rtol=1e-12)
        assert (made["n"] == expected["n"].reindex(made.index)).all()
