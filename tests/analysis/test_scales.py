"""What a researcher relies on when answers become scores."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import scales
from workbench.analysis.factor import omega


def items(names, low=1, high=5, turned=(), dimension="choice"):
    return pd.DataFrame(
        {
            "item": list(names),
            "dimension": dimension,
            "low": low,
            "high": high,
            "reversed": [n in turned for n in names],
        }
    )


def one_factor_answers(n=400, loadings=(0.8, 0.7, 0.6, 0.5), seed=1):
    """Answers whose correlations are exactly those of one factor."""
    k = len(loadings)
    wanted = np.outer(loadings, loadings)
    np.fill_diagonal(wanted, 1)
    noise = np.random.default_rng(seed).normal(size=(n, k))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return pd.DataFrame(white @ np.linalg.cholesky(wanted).T, columns=list("abcdefgh")[:k])


ANSWER = st.one_of(st.just(np.nan), st.integers(1, 5).map(float))


@given(st.lists(st.lists(ANSWER, min_size=5, max_size=5), min_size=1, max_size=20))
@settings(deadline=None)
def test_scores_stay_on_the_scale_and_follow_the_half_rule(rows):
    answers = pd.DataFrame(rows, columns=list("abcde"))
    got = scales.score(answers, items("abcde", turned="b"))["choice"]
    assert got.dropna().between(0, 100).all()
    assert (got.notna() == (answers.notna().sum(axis=1) >= 3)).all()


@pytest.mark.parametrize(("n_items", "needed"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (7, 4)])
def test_half_of_the_items_rounded_up_is_enough(n_items, needed):
    names = list("abcdefg")[:n_items]
    answers = pd.DataFrame(np.where(np.tri(n_items + 1, n_items, -1) > 0, 3.0, np.nan), columns=names)
    got = scales.score(answers, items(names))["choice"]  # row r has r answers
    assert got.notna().tolist() == [answered >= needed for answered in range(n_items + 1)]


@given(st.lists(st.lists(ANSWER, min_size=4, max_size=4), min_size=1, max_size=20), st.permutations(range(4)))
@settings(deadline=None)
def test_neither_the_order_of_items_nor_of_responses_matters(rows, order):
    answers = pd.DataFrame(rows, columns=list("abcd"))
    expected = scales.score(answers, items("abcd", turned="c"))["choice"]
    shuffled = scales.score(answers.iloc[::-1], items("abcd", turned="c").iloc[list(order)])["choice"]
    pd.testing.assert_series_equal(shuffled.sort_index(), expected)


def test_turning_an_item_in_the_data_and_in_the_items_is_the_same():
    answers = pd.DataFrame({"a": [1, 2, 5], "b": [4, 4, 2]})
    turned = answers.assign(b=6 - answers["b"])
    pd.testing.assert_frame_equal(scales.score(answers, items("ab", turned="b")), scales.score(turned, items("ab")))


def test_three_smileys_and_five_meet_on_one_scale():
    answers = pd.DataFrame({"three": [1, 2, 3], "five": [5, 3, 1]})
    table = items(["three", "five"]).assign(high=[3, 5])
    assert scales.score(answers, table)["choice"].tolist() == [50, 50, 50]


def test_the_answers_given_are_not_changed():
    answers = pd.DataFrame({"a": [1, 2], "b": [5, np.nan]})
    before = answers.copy()
    scales.score(answers, items("ab", turned="b"))
    scales.item_statistics(answers, items("ab", turned="b"))
    pd.testing.assert_frame_equal(answers, before)


def test_nullable_integers_are_answers_too():
    answers = pd.DataFrame({"a": [1, None, 5]}, dtype="Int64")
    assert scales.score(answers, items("a"))["choice"].fillna(-1).tolist() == [0, -1, 100]


@pytest.mark.parametrize(
    ("answers", "table", "message"),
    [
        (pd.DataFrame({"a": [9, 3]}, index=["r1", "r2"]), items("a"), r"answers\['a'\] lies outside 1 to 5 in .*'r1'"),
        (pd.DataFrame({"a": ["often"]}), items("a"), r"answers\['a'\] must hold numbers"),
        (pd.DataFrame({"a": [np.inf]}), items("a"), r"answers\['a'\] is infinite"),
        (pd.DataFrame({"a": [1, 2]}, index=["r1", "r1"]), items("a"), "answers repeats an earlier response.*'r1'"),
        (pd.DataFrame({"a": [1]}), items("ab"), "answers has no column 'b'"),
        (pd.DataFrame({"a": [1]}), items("aa"), "items lists an item again.*'a'"),
        (pd.DataFrame({"a": [1]}), items("a", low=5), "items has no range.*'a'"),
        (pd.DataFrame({"a": [1]}), items("a").drop(columns="low"), "items has no column 'low'"),
    ],
)
def test_what_cannot_be_scored_is_refused_by_name(answers, table, message):
    with pytest.raises(ValueError, match=message):
        scales.score(answers, table)


def test_alpha_by_hand():
    """Three items with variances 2.5, 2.5, 1 and a total variance of 15: 3/2 (1 - 6/15)."""
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5], "c": [2, 2, 3, 4, 4]})
    row = scales.reliability(answers, items("abc")).loc["choice"]
    total = answers.sum(axis=1).var()
    assert row["alpha"] == pytest.approx(1.5 * (1 - 6 / total))
    assert row["alpha_low"] < row["alpha"] < row["alpha_high"] <= 1


def test_two_items_give_spearman_brown_whatever_their_spread():
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 2, 3]})
    r = np.corrcoef(answers["a"], answers["b"])[0, 1]
    assert scales.reliability(answers, items("ab")).loc["choice", "alpha"] == pytest.approx(2 * r / (1 + r))


def test_alpha_of_items_of_different_ranges_is_that_of_the_score():
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 2], "b": [0, 4, 4, 10, 8, 1], "c": [1, 1, 3, 3, 2, 1]})
    mixed = items("abc").assign(low=[1, 0, 1], high=[5, 10, 3])
    rescaled = pd.DataFrame({"a": (answers["a"] - 1) / 4, "b": answers["b"] / 10, "c": (answers["c"] - 1) / 2})
    expected = scales.reliability(rescaled, items("abc", low=0, high=1))
    pd.testing.assert_frame_equal(scales.reliability(answers, mixed), expected)


def test_a_dimension_that_cannot_have_alpha_says_so_with_nan():
    answers = pd.DataFrame({"a": [1, 2, 3], "b": [2, 2, 2], "c": [3, 3, 3]})
    one = scales.reliability(answers, items("a"))
    constant = scales.reliability(answers, items("bc"))
    nobody = scales.reliability(answers.iloc[:0], items("abc"))
    for table in (one, constant, nobody):
        assert table["alpha"].isna().all()
        assert table["alpha_low"].isna().all()


def test_omega_of_exact_one_factor_data():
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega(one_factor_answers().to_numpy()) == pytest.approx(expected, rel=1e-6)


def test_omega_weighs_items_by_their_spread():
    answers = one_factor_answers().to_numpy() * [1, 2, 1, 3]
    loadings = np.array([0.8, 1.4, 0.6, 1.5])
    error = np.array([1, 4, 1, 9]) - loadings**2
    assert omega(answers) == pytest.approx(loadings.sum() ** 2 / (loadings.sum() ** 2 + error.sum()), rel=1e-6)


def test_omega_is_refused_where_it_means_nothing():
    answers = one_factor_answers().to_numpy()
    assert np.isnan(omega(answers[:99]))
    assert np.isnan(omega(answers[:, :2]))
    assert np.isnan(omega(np.column_stack([answers, answers[:, 0]])))  # the same item twice
    assert np.isnan(omega(np.column_stack([answers[:, :2], np.ones(len(answers))])))


def test_omega_of_one_factor_found_whatever_the_order_of_items():
    answers = one_factor_answers(loadings=(0.95, 0.3, 0.6, 0.5, 0.9)).to_numpy()
    assert omega(answers[:, ::-1]) == pytest.approx(omega(answers), rel=1e-8)


def test_item_statistics_use_everyone_for_the_mean_and_complete_cases_for_the_rest():
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, np.nan], "c": [5, 4, 3, 2, 1]})
    got = scales.item_statistics(answers, items("abc", turned="c"))
    assert got["n"].tolist() == [5, 4, 5]
    assert got["n_missing"].tolist() == [0, 1, 0]
    assert got.loc["c", "mean"] == 3
    rest = answers["b"].iloc[:4] + 6 - answers["c"].iloc[:4]
    assert got.loc["a", "item_rest"] == pytest.approx(np.corrcoef(answers["a"].iloc[:4], rest)[0, 1])


def test_an_item_reversed_twice_is_named():
    answers = one_factor_answers().clip(-5, 5)
    table = items("abcd", low=-5, high=5, turned="c")
    with pytest.raises(ValueError, match="'c'"):
        scales.check_orientation(scales.item_statistics(answers, table))
    scales.check_orientation(scales.item_statistics(answers, items("abcd", low=-5, high=5)))


def people(sizes, tau=6.0, sigma=18.0, seed=4):
    rng = np.random.default_rng(seed)
    provider = np.repeat([f"p{i:02}" for i in range(len(sizes))], sizes)
    level = dict(zip(np.unique(provider), rng.normal(70, tau, len(sizes)), strict=True))
    scores = np.array([level[p] for p in provider]) + rng.normal(0, sigma, len(provider))
    return pd.Series(scores), pd.Series(provider)


def test_reml_minimises_the_deviance():
    """Against the deviance written out with full matrices, on a fine grid."""
    scores, provider = people([2, 3, 5, 9, 4, 7, 1], tau=15)
    got = scales.provider_reliability(scores, provider)
    y, same = scores.to_numpy(), np.equal.outer(provider.to_numpy(), provider.to_numpy())

    def deviance(tau2, sigma2):
        V = sigma2 * np.eye(len(y)) + tau2 * same
        W = np.linalg.inv(V)
        mu = W.sum(axis=0) @ y / W.sum()
        return np.linalg.slogdet(V)[1] + np.log(W.sum()) + (y - mu) @ W @ (y - mu)

    best = deviance(got.tau2, got.sigma2)
    for a in (0.99, 1, 1.01):
        for b in (0.99, 1, 1.01):
            assert deviance(got.tau2 * a, got.sigma2 * b) >= best - 1e-9


def test_renaming_or_shuffling_providers_changes_no_reliability():
    scores, provider = people([5, 9, 14, 6])
    expected = scales.provider_reliability(scores, provider)
    order = np.random.default_rng(2).permutation(len(scores))
    shuffled = scales.provider_reliability(scores.iloc[order], provider.iloc[order].str.upper())
    assert shuffled.icc == pytest.approx(expected.icc, rel=1e-9)
    assert shuffled.reliability.to_numpy() == pytest.approx(expected.reliability.to_numpy())


def test_one_to_five_or_zero_to_hundred_makes_no_difference_to_the_icc():
    scores, provider = people([5, 9, 14, 6])
    other = scales.provider_reliability(1 + scores / 25, provider)
    assert other.icc == pytest.approx(scales.provider_reliability(scores, provider).icc, rel=1e-8)


def test_more_respondents_are_more_reliable_and_n_for_is_enough():
    got = scales.provider_reliability(*people([5, 9, 40, 6, 22, 31]))
    assert got.reliability["p02"] == got.reliability.max()
    for wanted in (0.7, 0.8):
        n = got.n_for(wanted)
        reached = [k * got.icc / (1 + (k - 1) * got.icc) for k in (n - 1, n)]
        assert reached[0] < wanted <= reached[1] + 1e-12


def test_no_measurable_difference_needs_infinitely_many():
    scores = pd.Series(np.tile([40.0, 60, 80, 20], 5))
    got = scales.provider_reliability(scores, pd.Series(np.repeat(list("abcde"), 4)))
    assert got.icc == 0
    assert got.icc_anova < 0
    assert got.n_for(0.7) == np.inf
    everybody_content = scales.provider_reliability(scores * 0 + 100, pd.Series(np.repeat(list("abcde"), 4)))
    assert everybody_content.icc == 0
    assert (everybody_content.reliability == 0).all()


def test_nothing_to_compare_is_unknown_not_zero():
    for provider in (list("abcd"), list("aaaa")):
        got = scales.provider_reliability(pd.Series([1.0, 2, 3, 4]), pd.Series(provider))
        assert np.isnan(got.icc)
        with pytest.raises(ValueError, match="icc is unknown"):
            got.n_for(0.8)


def test_providers_that_agree_within_and_differ_between_are_fully_reliable():
    got = scales.provider_reliability(pd.Series([10.0, 10, 30, 30, 70, 70]), pd.Series(list("aabbcc")))
    assert got.icc == 1
    assert got.n_for(0.8) == 1


@pytest.mark.parametrize(
    ("scores", "provider", "message"),
    [
        (pd.Series([1.0, 2]), pd.Series(["a", None]), "provider is missing in row.* 1"),
        (pd.Series([1.0, np.inf]), pd.Series(["a", "a"]), "scores is infinite in row.* 1"),
        (pd.Series([1.0, 2]), pd.Series(["a"]), r"scores \(2 rows\) and provider \(1 rows\)"),
        (pd.Series([1.0, 2]), pd.Series(["a", "b"], index=[1, 0]), "must share one index"),
    ],
)
def test_unusable_scores_are_refused(scores, provider, message):
    with pytest.raises(ValueError, match=message):
        scales.provider_reliability(scores, provider)
