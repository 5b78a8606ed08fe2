"""A difference in differences finds what is there, and with few municipalities does not find what is not."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.policy import difference_in_differences

UNITS = list("abcde")


def cells(rng, effect=0.0, shock=2.0, years=(2024, 2025, 2026), drift=0.0):
    """Five municipalities; the policy changes in a from 2026; every municipality moves by itself every year."""
    level = rng.normal(70, 5, len(UNITS))
    found = []
    for year in years:
        variance = rng.uniform(0.5, 3, len(UNITS))
        moved = level + 1.5 * (year - 2024) + rng.normal(0, shock, len(UNITS))
        moved = moved + np.where(np.array(UNITS) == "a", effect * (year >= 2026) + drift * (year - 2024), 0)
        told = moved + rng.normal(0, np.sqrt(variance))
        found.append(pd.DataFrame({"unit_id": UNITS, "year": year, "estimate": told, "variance": variance}))
    return pd.concat(found, ignore_index=True)


def test_the_interval_covers_the_effect_and_nothing_is_found_where_nothing_is():
    rng = np.random.default_rng(4)
    covered, flagged = [], []
    for _ in range(250):
        got = difference_in_differences(cells(rng, effect=8), ["a"], 2026)
        covered.append(got.conf_low <= 8 <= got.conf_high)
        flagged.append(difference_in_differences(cells(rng), ["a"], 2026).p_value < 0.05)
    assert np.mean(covered) >= 0.93
    assert np.mean(flagged) <= 0.07


def test_respondents_as_the_sample_would_find_effects_that_are_not_there():
    """What the two steps prevent: the same regions, with the uncertainty of the people only."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(150):
        changes = difference_in_differences(cells(rng, shock=3), ["a"], 2026).changes
        others = changes[~changes["treated"]]
        error = np.sqrt(changes.loc["a", "variance"] + others["variance"].sum() / 16)
        found.append(abs(changes.loc["a", "change"] - others["change"].mean()) > 1.96 * error)
    assert np.mean(found) > 0.25


def test_the_effect_is_the_coefficient_of_an_ordinary_regression_where_all_are_equally_certain():
    import statsmodels.formula.api as smf

    table = cells(np.random.default_rng(6), effect=5).assign(variance=1.0)
    table = table.assign(after=table["year"] >= 2026, treated=table["unit_id"] == "a")
    ols = smf.ols("estimate ~ C(unit_id) + C(year) + after:treated", table.astype({"after": int, "treated": int})).fit()
    assert difference_in_differences(table, ["a"], 2026).effect == pytest.approx(ols.params["after:treated"])


def test_units_that_drifted_apart_before_are_told():
    rng = np.random.default_rng(7)
    got = difference_in_differences(cells(rng, shock=0.3, drift=12), ["a"], 2026)
    assert got.before is not None
    assert got.before.conf_low > 0


def test_with_one_control_there_is_an_effect_and_no_interval():
    table = cells(np.random.default_rng(8))
    got = difference_in_differences(table[table["unit_id"].isin(["a", "b"])], ["a"], 2026)
    assert np.isfinite(got.effect)
    assert np.isnan(got.conf_low)
    assert got.reason == "too few controls"


def test_without_controls_or_years_it_is_refused():
    table = cells(np.random.default_rng(9))
    with pytest.raises(ValueError, match="no control has a figure both before 2026"):
        difference_in_differences(table, UNITS, 2026)
    with pytest.raises(ValueError, match="no treated unit has a figure"):
        difference_in_differences(table, ["a"], 2030)


def test_the_placebo_share_counts_every_choice():
    table = cells(np.random.default_rng(10), effect=40)
    got = difference_in_differences(table, ["a"], 2026)
    assert got.p_placebo == got.p_smallest == pytest.approx(1 / 5)
