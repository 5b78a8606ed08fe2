"""Whether a comparison of providers is fair, and says no more than it knows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from workbench.analysis import comparison
from workbench.analysis.scales import provider_reliability


def region(sizes=(12, 20, 35, 15, 28, 40), difference=0.0, seed=5):
    """Scores of 0-100 that depend on health and age, and on the provider; its first is `difference` higher."""
    rng = np.random.default_rng(seed)
    provider = pd.Series(np.repeat([f"p{i}" for i in range(len(sizes))], sizes))
    mix = pd.DataFrame({"health": rng.integers(1, 6, len(provider)), "age": rng.normal(50, 15, len(provider))})
    scores = 60 + 4 * mix["health"] - 0.1 * mix["age"] + rng.normal(0, 12, len(provider))
    return scores + difference * (provider == "p0"), provider, mix.astype(float)


def nobody_adjusted(scores):
    return pd.DataFrame(index=scores.index)


def contrasts(*data, **how):
    return comparison.contrast(comparison.adjust(*data, **how))


def test_adjustment_is_least_squares_with_provider_effects():
    scores, provider, mix = region()
    design = np.column_stack([pd.get_dummies(provider).to_numpy(float), mix])
    beta = np.linalg.lstsq(design, scores.to_numpy(), rcond=None)[0]
    got = comparison.adjust(scores, provider, mix)
    assert comparison.case_mix(scores, provider, mix).slopes.to_numpy() == pytest.approx(beta[-2:])
    assert (got["adjusted"] - got["adjusted"].mean()).to_numpy() == pytest.approx(beta[:-2] - beta[:-2].mean())
    assert got["adjusted"].mean() == pytest.approx(got["mean"].mean())


def test_a_provider_with_heavier_clients_is_not_blamed_for_them():
    scores, provider, mix = region()
    heavier = mix.assign(health=mix["health"] - 2 * (provider == "p1"))
    worse = scores - 8 * (provider == "p1")  # 4 points per step of health
    before = contrasts(scores, provider, mix).loc["p1", "delta"]
    unadjusted = contrasts(worse, provider, nobody_adjusted(scores)).loc["p1", "delta"]
    after = contrasts(worse, provider, heavier).loc["p1", "delta"]
    assert abs(after - before) < 1.5
    assert unadjusted < before - 5


@given(st.permutations(range(150)))
@settings(deadline=None, max_examples=15)
def test_the_order_of_respondents_changes_nothing(order):
    scores, provider, mix = region()
    expected = comparison.compare(scores, provider, mix).table
    order = list(order)
    got = comparison.compare(scores.iloc[order], provider.iloc[order], mix.iloc[order]).table
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9, atol=1e-9)


def test_renaming_providers_moves_their_figures_along():
    scores, provider, mix = region(difference=15)
    new = {f"p{i}": f"q{9 - i}" for i in range(6)}
    expected = comparison.compare(scores, provider, mix).table
    got = comparison.compare(scores, provider.map(new), mix).table
    pd.testing.assert_frame_equal(
        got.loc[[new[p] for p in expected.index]].set_axis(expected.index), expected, rtol=1e-9
    )


def test_an_adjuster_that_says_nothing_is_dropped_and_named():
    scores, provider, mix = region()
    worthless = mix.assign(
        town=provider.map({f"p{i}": float(i % 2) for i in range(6)}),
        always=1.0,
        health_again=10 - 2 * mix["health"],
        both=mix["health"] + mix["age"],
    )
    got = comparison.adjust(scores, provider, worthless)
    plain = comparison.adjust(scores, provider, mix)
    assert set(got.attrs["dropped_adjusters"]) == {"town", "always", "health_again", "both"}
    assert "constant" in got.attrs["dropped_adjusters"]["town"]
    pd.testing.assert_frame_equal(got, plain, check_like=True, rtol=1e-9)


def test_of_two_adjusters_that_say_the_same_the_first_is_kept_whoever_comes_first():
    scores, provider, mix = region()
    doubled = pd.DataFrame({"b": mix["health"], "a": 3 * mix["health"]})
    for order in (slice(None), slice(None, None, -1)):
        got = comparison.case_mix(scores.iloc[order], provider.iloc[order], doubled.iloc[order])
        assert list(got.slopes.index) == ["b"]
        assert list(got.dropped) == ["a"]


def test_a_missing_adjuster_is_the_mean_of_everyone_at_the_provider_also_without_a_score():
    scores, provider, mix = region()
    holes = mix.copy()
    holes.loc[[3, 40], "age"] = np.nan
    scores = scores.mask(scores.index % 10 == 1)
    filled = holes.copy()
    for row in (3, 40):
        filled.loc[row, "age"] = holes.loc[provider == provider[row], "age"].mean()
    pd.testing.assert_frame_equal(
        comparison.adjust(scores, provider, holes), comparison.adjust(scores, provider, filled), rtol=1e-10
    )


def test_a_provider_without_any_value_of_an_adjuster_is_still_compared():
    scores, provider, mix = region()
    mix.loc[provider == "p2", "health"] = np.nan
    got = comparison.adjust(scores, provider, mix)
    assert got["adjusted"].notna().all()
    assert comparison.adjust(scores, provider, mix * np.nan)["adjusted"].to_numpy() == pytest.approx(got["mean"])


def test_smoothing_lies_between_the_own_and_the_regional_variance():
    scores, provider, mix = region()
    own, smoothed, much = (
        comparison.adjust(scores, provider, mix, **how)["variance"]
        for how in ({"variance": "manual"}, {"variance": "smoothed"}, {"variance": "smoothed", "prior_df": 1e9})
    )
    low, high = np.minimum(own, much), np.maximum(own, much)
    assert ((smoothed > low) & (smoothed < high)).all()
    nothing = comparison.adjust(scores, provider, mix, variance="smoothed", prior_df=0)["variance"]
    assert nothing.to_numpy() == pytest.approx(own.to_numpy())


def test_contrast_is_the_variance_of_a_part_against_its_whole():
    """The coefficients of delta on the adjusted means, written out."""
    table = pd.DataFrame({"adjusted": [50.0, 60, 70, 65], "variance": [9.0, 4, 1, 16], "df": 20.0}, index=list("abcd"))
    coefficients = np.eye(4) - 1 / 4
    got = comparison.contrast(table)
    assert got["delta"].to_numpy() == pytest.approx(coefficients @ table["adjusted"])
    assert got["std_error"].to_numpy() ** 2 == pytest.approx(coefficients**2 @ table["variance"])
    assert got["p_value"].to_numpy() == pytest.approx(2 * stats.t.sf(abs(got["delta"] / got["std_error"]), 20))
    assert got["delta"].sum() == pytest.approx(0)


def test_a_provider_that_rises_pushes_the_others_down():
    scores, provider, mix = region()
    before, after = contrasts(scores, provider, mix), contrasts(scores + 5 * (provider == "p2"), provider, mix)
    change = after["delta"] - before["delta"]
    assert change["p2"] == pytest.approx(5 * 5 / 6)
    assert change.drop("p2").to_numpy() == pytest.approx(-5 / 6)


def test_two_providers_have_no_mean_of_all():
    got = contrasts(*(part.iloc[:32] for part in region()))
    assert len(got) == 2
    assert got[["delta", "std_error", "p_value", "p_adjusted"]].isna().all(axis=None)


def test_no_test_where_nobody_differs():
    scores, provider, mix = region()
    for level in (100.0, 33.3):
        got = contrasts(scores * 0 + level, provider, mix)
        assert (got["std_error"] == 0).all()
        assert got["p_value"].isna().all()


def test_shrinkage_is_the_integral_it_says_it_is():
    """Against adaptive quadrature over tau."""
    a, v = np.array([62.0, 70, 71, 75, 83, 68]), np.array([16.0, 4, 9, 25, 6, 12])

    def at(tau):
        w = 1 / (v + tau**2)
        V = 1 / w.sum()
        mu = V * (w @ a)
        log_p = 0.5 * np.log(V) + 0.5 * np.log(w).sum() - 0.5 * (w * (a - mu) ** 2).sum()
        lam = tau**2 * w
        return np.exp(log_p + 20), lam * a + (1 - lam) * mu, lam * v + (1 - lam) ** 2 * V, lam, mu, V

    top = 10 * np.sqrt(a.var(ddof=1) + np.median(v))

    def mean_of(f):
        whole = integrate.quad(lambda t: at(t)[0], 0, top, epsrel=1e-11, limit=500)[0]
        return integrate.quad(lambda t: at(t)[0] * f(t), 0, top, epsrel=1e-11, limit=500)[0] / whole

    got = comparison.shrink(a, v)
    assert got.tau == pytest.approx(mean_of(lambda t: t), rel=1e-6)
    assert got.mu == pytest.approx(mean_of(lambda t: at(t)[4]), rel=1e-8)
    for p in (0, 4):
        mean = mean_of(lambda t, p=p: at(t)[1][p])
        assert got.estimate[p] == pytest.approx(mean, rel=1e-7)
        second = mean_of(lambda t, p=p: at(t)[2][p] + at(t)[1][p] ** 2)
        assert got.std_error[p] == pytest.approx(np.sqrt(second - mean**2), rel=1e-6)

        def below(t, p=p):
            _, _, _, lam, mu, V = at(t)
            return stats.norm.cdf(-lam[p] * (a[p] - mu) / np.sqrt(lam[p] * v[p] + lam[p] ** 2 * V + 1e-300))

        assert got.p_below[p] == pytest.approx(mean_of(below), abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 200)), min_size=5, max_size=30))
@settings(deadline=None, max_examples=60)
def test_shrunken_estimates_lie_within_the_range_of_all_and_are_ordered_by_doubt(pairs):
    a, v = np.array(pairs).T
    got = comparison.shrink(a, v)
    assert (got.estimate >= a.min() - 1e-6).all()
    assert (got.estimate <= a.max() + 1e-6).all()
    assert ((got.p_below >= 0) & (got.p_below <= 1)).all()
    assert (got.conf_low <= got.estimate).all()
    assert (got.estimate <= got.conf_high).all()


def test_the_less_is_known_the_more_a_figure_is_drawn_in():
    got = comparison.shrink([60, 60, 70, 72, 74, 78], [4, 100, 9, 9, 9, 9])
    assert 60 < got.estimate[0] < got.estimate[1] < got.mu


def test_shrinkage_does_not_care_where_the_scale_begins_or_how_providers_are_ordered():
    a, v = np.array([62.0, 70, 71, 75, 83]), np.array([16.0, 4, 9, 25, 6])
    got, moved = comparison.shrink(a, v), comparison.shrink(a[::-1] + 1000, v[::-1])
    assert moved.estimate[::-1] - 1000 == pytest.approx(got.estimate, abs=1e-8)
    assert moved.p_below[::-1] == pytest.approx(got.p_below, abs=1e-10)


def test_shrinkage_needs_five_providers_and_skips_those_without_a_figure():
    four = comparison.shrink([60, 70, 80, 90], [4, 4, 4, 4])
    assert np.isnan(four.estimate).all()
    assert "needs 5" in four.reason
    six = comparison.shrink([60, np.nan, 70, 80, 90, 65], [4, 4, 4, 4, 4, 4])
    assert np.isnan(six.estimate).tolist() == [False, True, False, False, False, False]
    assert six.reason == ""


def test_everybody_alike_and_certain_stays_as_it_is():
    got = comparison.shrink([80.0] * 6, [0.0] * 6)
    assert got.estimate.tolist() == [80] * 6
    assert got.p_below.tolist() == [0.5] * 6
    assert got.tau == 0


LABELLED = pd.DataFrame(
    {"n": [40.0], "reliability": [0.8], "delta": [6.0], "p_adjusted": [0.01], "p_below": [0.01]}, index=["p"]
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "above"),
        ({"delta": -6.0, "p_below": 0.99}, "below"),
        ({"n": 9}, "too few"),
        ({"n": np.nan}, "too few"),
        ({"n": 10, "reliability": 0.7, "delta": 5.0, "p_adjusted": 0.0499, "p_below": 0.025}, "above"),
        ({"delta": -5.0, "p_below": 0.975}, "below"),
        ({"p_adjusted": 0.05}, "not distinguishable"),
        ({"reliability": 0.6999}, "not distinguishable"),
        ({"delta": 4.99}, "not distinguishable"),
        ({"p_below": 0.0251}, "not distinguishable"),
        ({"delta": -6.0}, "not distinguishable"),
        *(({column: np.nan}, "not distinguishable") for column in ("reliability", "delta", "p_adjusted", "p_below")),
    ],
)
def test_a_label_needs_all_five_conditions(change, expected):
    assert comparison.label(LABELLED.assign(**change)).tolist() == [expected]


def test_labels_refuse_a_table_that_lacks_a_condition():
    with pytest.raises(ValueError, match="table has no column 'p_below'"):
        comparison.label(LABELLED.drop(columns="p_below"))


def test_compare_is_the_chain_of_its_parts():
    scores, provider, mix = region(difference=20)
    got = comparison.compare(scores, provider, mix)
    adjusted = contrasts(scores, provider, mix)
    shrunk = comparison.shrink(adjusted["adjusted"], adjusted["variance"])
    for column in adjusted.columns:
        assert got.table[column].to_numpy() == pytest.approx(adjusted[column].to_numpy()), column
    assert got.table["shrunk"].to_numpy() == pytest.approx(shrunk.estimate)
    assert got.table["p_below"].to_numpy() == pytest.approx(shrunk.p_below)
    assert (got.mu, got.tau) == (shrunk.mu, shrunk.tau)
    assert got.table.loc["p0", "label"] == "above"
    assert got.reason == ""
    assert got.dropped_adjusters == {}


def test_without_adjusters_reliability_is_that_of_the_scores():
    scores, provider, _ = region(difference=20)
    got = comparison.compare(scores, provider)
    expected = provider_reliability(scores, provider)
    assert got.icc == pytest.approx(expected.icc)
    assert got.table["reliability"].to_numpy() == pytest.approx(expected.reliability.to_numpy())


def test_a_difference_that_is_only_mix_makes_no_reliable_provider():
    scores, provider, mix = region(sizes=(40,) * 8)
    mix = mix.assign(health=mix["health"] + provider.str[1].astype(float))
    scores = scores + 4 * provider.str[1].astype(float)
    assert comparison.compare(scores, provider, mix).icc < comparison.compare(scores, provider).icc / 3


def test_every_provider_appears_also_with_one_score_or_none():
    scores, provider, mix = region()
    provider = provider.mask(provider.index == 0, "single").mask(provider.index == 1, "silent")
    scores = scores.mask(provider == "silent")
    table = comparison.compare(scores, provider, mix, minimum_n=1).table
    assert set(table.index) == set(provider)
    assert table.loc[["silent", "single"], "n"].tolist() == [0, 1]
    assert table.loc[["silent", "single"], "label"].tolist() == ["too few", "too few"]
    assert table.loc["single", "mean"] == scores[0]
    assert np.isnan(table.loc["single", "delta"])


def test_two_providers_are_not_compared_and_the_reason_is_given():
    got = comparison.compare(*(part.iloc[:32] for part in region()))
    assert got.table["label"].tolist() == ["no comparison", "no comparison"]
    assert "needs 3 providers" in got.reason
    assert got.table["mean"].notna().all()


def test_four_providers_are_contrasted_but_not_labelled():
    got = comparison.compare(*(part.iloc[:82] for part in region(difference=40)))
    assert got.table.loc["p0", "p_adjusted"] < 0.001
    assert set(got.table["label"]) == {"not distinguishable"}
    assert "needs 5 providers" in got.reason


def test_a_provider_with_more_than_half_of_all_is_held_against_the_others():
    scores, provider, mix = region(sizes=(200, 20, 25, 15, 28, 40), difference=8)
    got = comparison.compare(scores, provider, mix).table
    plain = contrasts(scores, provider, mix)
    assert got["reference"].tolist() == ["others"] + ["all"] * 5
    others = plain["adjusted"].drop("p0").mean()
    assert got.loc["p0", "delta"] == pytest.approx(plain.loc["p0", "adjusted"] - others)
    assert got.loc["p0", "p_value"] == pytest.approx(plain.loc["p0", "p_value"])
    assert got.loc["p0", "delta"] / got.loc["p0", "std_error"] == pytest.approx(plain.loc["p0", "statistic"])


def test_everybody_content_is_not_distinguishable():
    scores, provider, mix = region()
    got = comparison.compare(scores * 0 + 100, provider, mix)
    assert set(got.table["label"]) == {"not distinguishable"}
    assert got.icc == 0


def test_no_true_differences_hardly_ever_give_a_label():
    flagged = [
        comparison.compare(*region(sizes=(25,) * 12, seed=seed)).table["label"].isin(["above", "below"]).sum()
        for seed in range(20)
    ]
    assert sum(flagged) <= 1  # of 240


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variance": "bessel"}, "variance must be one of"),
        ({"prior_df": -1}, "prior_df must be a number of at least 0"),
        ({"alpha": 5}, "alpha must lie between 0 and 1"),
        ({"adjusters": pd.DataFrame({"sex": ["m"] * 150})}, r"adjusters\['sex'\] must hold numbers"),
        ({"adjusters": pd.DataFrame({"age": [np.inf] * 150})}, r"adjusters\['age'\] is infinite"),
        ({"adjusters": pd.DataFrame({"age": [1.0]})}, r"adjusters \(1 rows\) and scores \(150 rows\)"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(change, message):
    scores, provider, mix = region()
    with pytest.raises(ValueError, match=message):
        comparison.compare(**{"scores": scores, "provider": provider, "adjusters": mix} | change)


def test_providers_that_do_not_differ_are_said_not_to():
    rng = np.random.default_rng(4)
    provider = pd.Series(np.repeat(np.arange(12), 25))
    people = pd.Series(60 + 15 * rng.standard_normal(300))
    alike = comparison.compare(people, provider)
    assert not alike.differ
    assert alike.p_equal > 0.05
    apart = comparison.compare(people + 3.0 * (provider % 4), provider)
    assert apart.differ
    assert apart.p_equal < 0.05


def test_one_clear_deviant_is_a_difference():
    """All together the 40 may pass for equal; one that is above is then still said to be."""
    rng = np.random.default_rng(9)
    provider = pd.Series(np.repeat(np.arange(5), 60))
    got = comparison.compare(pd.Series(60 + 10 * rng.standard_normal(300) + 12 * (provider == 0)), provider)
    assert got.table.loc[0, "label"] == "above"
    assert got.differ


@pytest.mark.parametrize("variance", [[1.0, 1.0], [1.0, 0.0, 1.0]])
def test_equality_of_too_few_or_certain_means_is_not_tested(variance):
    table = pd.DataFrame({"adjusted": np.arange(len(variance), dtype=float), "variance": variance, "df": 10})
    assert np.isnan(comparison.p_equal(table))
