"""A regression over a few units gives what it must, and does not promise more than few units can."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.meta_analysis import combine_effects

from workbench.analysis.groups import group_means
from workbench.analysis.meta import meta_regression


def test_a_mean_of_units_is_that_of_statsmodels():
    rng = np.random.default_rng(1)
    variance = rng.uniform(1, 4, 9)
    estimate = rng.normal(70, 5, 9)
    fit = meta_regression(estimate, variance, np.ones((9, 1)))
    known = combine_effects(estimate, variance, method_re="iterated", use_t=True)
    assert fit.tau2 == pytest.approx(known.tau2, rel=1e-6)
    assert fit.coefficient[0] == pytest.approx(known.mean_effect_re, rel=1e-8)
    assert fit.std_error[0] == pytest.approx(known.sd_eff_w_re_hksj, rel=1e-6)


def test_a_regression_of_units_is_that_of_weighted_least_squares():
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(12), rng.normal(size=12)])
    variance = rng.uniform(1, 4, 12)
    y = X @ [60, 3] + rng.normal(0, 6, 12)
    fit = meta_regression(y, variance, X)
    known = sm.WLS(y, X, weights=1 / (variance + fit.tau2)).fit()
    assert fit.coefficient == pytest.approx(known.params)
    assert fit.std_error == pytest.approx(known.bse, rel=1e-6)
    assert fit.p_value == pytest.approx(known.pvalues, rel=1e-5)


def test_units_that_differ_less_than_their_noise_are_not_made_surer_for_it():
    fit = meta_regression([70.0, 70.1, 69.9], [4.0, 4, 4], np.ones((3, 1)))
    assert fit.tau2 == 0
    assert fit.std_error[0] == pytest.approx(np.sqrt(4 / 3))


def test_as_many_coefficients_as_units_leave_no_uncertainty_to_state():
    fit = meta_regression([1.0, 2.0], [1.0, 1.0], np.eye(2))
    assert fit.coefficient.tolist() == [1, 2]
    assert np.isnan(fit.std_error).all()


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(ValueError, match="the columns of design say the same"):
        meta_regression([1.0, 2, 3], [1.0, 1, 1], np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"variance is not above 0 in row\(s\) 1"):
        meta_regression([1.0, 2], [1.0, 0], np.ones((2, 1)))


def test_groups_of_equal_providers_are_flagged_as_often_as_promised():
    """Providers differ by 5 points, groups do not: one in twenty is called different, not half."""
    rng = np.random.default_rng(3)
    group = pd.Series(["large"] * 4 + ["small"] * 11)
    flagged = []
    for _ in range(400):
        variance = rng.uniform(1, 6, 15)
        adjusted = rng.normal(75, 5, 15) + rng.normal(0, np.sqrt(variance))
        got = group_means(pd.DataFrame({"adjusted": adjusted, "variance": variance}), group)
        flagged.append(got["p_adjusted"].iloc[0] < 0.05)
    assert 0.015 <= np.mean(flagged) <= 0.085  # .05, and what 400 draws leave open


def test_a_provider_without_a_group_takes_no_part():
    providers = pd.DataFrame({"adjusted": [70.0, 72, 80, 82, 10], "variance": 1.0}, index=list("abcde"))
    got = group_means(providers, pd.Series({"a": "x", "b": "x", "c": "y", "d": "y"}))
    assert got["providers"].sum() == 4
    assert got.loc["y", "estimate"] == pytest.approx(81)
