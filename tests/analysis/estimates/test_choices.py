"""Does the conclusion depend on a choice?"""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates

SETTINGS = {"minimum_n": 10, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05, "certainty": 0.975}
DEFINITIONS = {
    **{"dropout": "eenzijdig", "dropout_external": "keep", "restart_months": 12, "restart_min_days": 1},
    **{"restart_same_provider": False, "usefulness_from": 7},
}


def scores(n=80, seed=3):
    """Return twelve alike providers; the first has only young clients, who score 20 lower everywhere."""
    draw = np.random.default_rng(seed)
    parts = []
    for place in range(12):
        young = draw.random(n) < (0.9 if place == 0 else 0.3)
        age = np.where(young, "18-22", "45-64")
        score = 80 - 20 * young + 8 * draw.standard_normal(n) + 3 * (place % 3)
        parts.append(pd.DataFrame({"provider_id": f"p{place}", "score": score.clip(0, 100), "age_band": age}))
    table = pd.concat(parts, ignore_index=True).assign(role="client", dimension="d")
    return table.assign(response_id=table.index.astype(str))


def second(table, weights=None, complete=None):
    main = estimates.comparisons(table, 2026, ["age_band"], SETTINGS)
    weights = pd.Series(dtype=float) if weights is None else weights
    complete = pd.Series(True, index=table.index) if complete is None else complete
    return main, estimates.other_comparisons(table, main, 2026, ["age_band"], SETTINGS, weights, complete)


def test_without_case_mix_the_provider_of_young_people_looks_worse():
    main, got = second(scores())
    own = main.query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")
    naive = got[(got["category"] == "no case-mix") & (got["unit"] == "provider")].set_index("unit_id")
    assert own.at["p0", "label"] == "not distinguishable"
    assert naive.at["p0", "label"] == "below"
    counted = got[(got["unit"] == "region") & (got["category"] == "no case-mix")].iloc[0]
    assert counted["n"] == 12
    assert counted["estimate"] == (own["label"] != naive["label"]).sum() >= 1


def test_a_choice_that_changes_nothing_counts_nobody():
    table = scores()
    main, got = second(table, weights=pd.Series(1.0, index=table["response_id"]))
    weighted = got[(got["category"] == "weighted") & (got["unit"] == "provider")].set_index("unit_id")
    own = main.query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")
    np.testing.assert_allclose(weighted["estimate"], own["estimate"])
    assert got[(got["category"] == "weighted") & (got["unit"] == "region")]["estimate"].item() == 0


def test_complete_cases_leave_out_who_skipped_something():
    table = scores()
    half = pd.Series(np.arange(len(table)) % 2 == 0, index=table.index)
    _, got = second(table, complete=half)
    assert (got[(got["category"] == "complete cases") & (got["unit"] == "provider")]["n"] == 40).all()
    _, all_complete = second(table)
    assert "complete cases" not in set(all_complete["category"])


def test_the_other_definitions_of_drop_out_are_told_by_name():
    ended = pd.Timestamp("2025-06-30")
    groups = {"eenzijdig_client": 3, "eenzijdig_aanbieder": 20, "volgens_plan": 60, "extern": 5}
    usual = {"eenzijdig_client": 3, "volgens_plan": 80, "extern": 5}
    rows = [
        {"client": f"{p}-{g}-{i}", "provider_id": p, "municipality_code": "GM1", "ending_group": g}
        for p in ("odd", "a", "b", "c")
        for g, n in (groups if p == "odd" else usual).items()
        for i in range(n)
    ]
    episodes = pd.DataFrame(rows).assign(
        product="x",
        started_on=pd.Timestamp("2025-01-01"),
        ended_on=ended,
        follow_up_until=pd.Timestamp("2025-12-31"),
        restart_on=pd.NaT,
        restart_same_provider=pd.array([pd.NA] * len(rows), dtype="boolean"),
        goals_set=np.nan,
        goals_reached=np.nan,
    )
    until = pd.Timestamp("2025-12-31")
    marks = pd.DataFrame(columns=["provider_id", "municipality_code", "nut", "verder"])
    made = estimates.outcome_rows(episodes, 2026, DEFINITIONS, until, measures=("uitval",))
    main = estimates.outcomes_beside_region(made, SETTINGS)
    got = estimates.other_outcomes(episodes, marks, main, 2026, DEFINITIONS, SETTINGS, until)
    labels = got[got["unit"] == "provider"].set_index(["measure", "category", "unit_id"])["label"]
    chosen = main[(main["category"] == "") & (main["unit_id"] == "odd") & (main["statistic"] == "share")][
        "label"
    ].item()
    assert chosen == "above"
    assert labels["uitval", "dropout=strikt", "odd"] == "not distinguishable"
    counted = got[got["unit"] == "region"].set_index(["measure", "category"])["estimate"]
    assert counted["uitval", "dropout=strikt"] >= 1
    assert {"external=exclude", "external=count", "dropout=voortijdig"} <= set(counted["uitval"].index)


@pytest.mark.parametrize(("chosen", "other"), [(7, "from=8"), (8, "from=7"), (6, "from=7")])
def test_usefulness_from_another_mark(chosen, other):
    marks = pd.DataFrame({"provider_id": "a", "municipality_code": "GM1", "nut": [6.0, 7, 8] * 10, "verder": np.nan})
    main = estimates.outcomes_beside_region(estimates.answered_outcomes(marks, 2026, chosen), SETTINGS)
    none = pd.DataFrame({"ended_on": pd.Series(dtype="datetime64[ns]")})
    until = pd.Timestamp("2025-12-31")
    definitions = DEFINITIONS | {"usefulness_from": chosen}
    got = estimates.other_outcomes(none, marks, main, 2026, definitions, SETTINGS, until)
    assert set(got["category"]) == {other}
