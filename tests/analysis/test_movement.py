"""How a figure moved: only from what was released, with its uncertainty, and never where it cannot be compared."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import movement

STATISTICS = {"uitval": "share", "geen_herstart": "incidence"}


def figure(measure, statistic, year, estimate, half, **values):
    usual = {"unit": "provider", "unit_id": "a", "group": "client", "category": "", "status": "shown", "reason": ""}
    ends = {"estimate": estimate, "conf_low": estimate - half, "conf_high": estimate + half, "label": ""}
    return {"measure": measure, "statistic": statistic, "year": year} | ends | usual | values


def told(measure, rows, target=np.nan):
    agreements = pd.DataFrame([{"provider_id": "a", "measure": measure, "year": 2025, "target": target}])
    better, years_of = {"uitval": "lower"}, {"geen_herstart": 2}
    return movement.of_agreements(agreements, pd.DataFrame(rows), 2026, STATISTICS, better, years_of).iloc[0]


@pytest.mark.parametrize(
    ("now", "target", "movement_", "reached"),
    [
        (0.04, 0.06, "better", "cannot be said"),
        (0.20, 0.06, "worse", "not reached"),
        (0.11, 0.30, "not to be told", "reached"),
    ],
)
def test_less_drop_out_is_an_improvement(now, target, movement_, reached):
    rows = [figure("uitval", "share", 2025, 0.12, 0.03), figure("uitval", "share", 2026, now, 0.03)]
    row = told("uitval", rows, target)
    assert (row["movement"], row["reached"]) == (movement_, reached)
    assert row["difference"] == pytest.approx(now - 0.12)
    assert row["difference_low"] < row["difference"] < row["difference_high"]


def test_a_tested_change_goes_before_a_difference():
    rows = [figure("effect", "adjusted", year, 70.0 + year - 2025, 0.1) for year in (2025, 2026)]
    change = figure("effect", "change", 2026, 4.0, 9.0, category="2025", label="not to be told")
    row = told("effect", [*rows, change])
    assert (row["difference"], row["movement"]) == (4.0, "not to be told")


def test_a_changed_question_and_overlapping_years_are_not_compared():
    rows = [figure("effect", "adjusted", year, 70.0, 3.0) for year in (2025, 2026)]
    broken = figure("effect", "change", 2026, np.nan, 0.0, category="2025", reason="break")
    assert told("effect", [*rows, broken])["movement"] == "break"
    rows = [figure("geen_herstart", "incidence", year, 0.8, 0.05) for year in (2025, 2026)]
    row = told("geen_herstart", rows)
    assert row["movement"] == "not comparable"
    assert np.isnan(row["difference"])


def test_what_is_hidden_tells_nothing():
    rows = [
        figure("uitval", "share", 2025, 0.12, 0.03, status="hidden"),
        figure("uitval", "share", 2026, 0.04, 0.03),
    ]
    row = told("uitval", rows, 0.06)
    assert np.isnan(row["then"]) and np.isnan(row["difference"])
    assert row["movement"] == ""


def test_an_ambition_is_decided_by_the_whole_interval():
    rows = [figure("effect", "mean", 2026, 74.0, 2.0, unit="region", unit_id="region")]
    aims = pd.DataFrame(
        [
            {"measure": measure, "direction": "higher", "target": target}
            for measure, target in (("effect", 71.0), ("effect", 75.0), ("effect", 78.0), ("kwaliteit", 50.0))
        ]
    )
    verdicts = movement.of_ambitions(aims, pd.DataFrame(rows), 2026, {})["reached"]
    assert list(verdicts) == ["reached", "cannot be said", "not reached", ""]
