"""Our figures beside those R printed (the scripts here, base R only) and beside published worked examples."""

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.analysis import agreement, comparison, frames, funnel, intervals, mirror, scales, weighting
from workbench.analysis.hypotheses import benjamini_hochberg, p_difference, p_equivalence, paired, t_interval, welch
from workbench.analysis.moments import moments

HERE = Path(__file__).parent


def printed(name):
    """What the script of that name printed: name -> values."""
    table = pd.read_csv(HERE / f"{name}.csv")
    return {name: part.sort_values("at")["value"].to_numpy() for name, part in table.groupby("name")}


def same(got, expected, rel=1e-9):
    np.testing.assert_allclose(np.asarray(got, float), expected, rtol=rel, atol=1e-12)


K, N = np.array([0, 1, 3, 7, 12, 40, 5, 198]), np.array([4, 9, 5, 7, 30, 50, 61, 200])
EXPECTED = np.array([0.4, 1.5, 3, 8.2, 25, 140])
Z = np.array([-4.2, -1.8, -1.1, -0.7, -0.4, -0.1, 0.2, 0.3, 0.9, 1.3, 2.6, 5.1])
S = np.array([2, 3, 1.5, 2.2, 4, 3.1, 2.7, 1.9, 2.4, 3.3, 2.8, 1.7])


def test_wilson_is_prop_test():
    r = printed("proportions")
    for name, confidence in (("wilson", 0.95), ("wilson80", 0.80)):
        low, high = intervals.wilson(K, N, confidence)
        same(low, r[f"{name}_low"])
        same(high, r[f"{name}_high"])


def test_funnels_are_qbinom_and_qpois():
    r = printed("proportions")
    for name, level in (("inner", 0.95), ("outer", 0.998)):
        for kind, limits in (
            ("", funnel.proportion_limits(N, 0.78, level)),
            ("rate_", funnel.rate_limits(EXPECTED, level)),
        ):
            same(limits[0], r[f"{kind}{name}_low"])
            same(limits[1], r[f"{kind}{name}_high"])
    same(funnel.mid_p(K, N, 0.78), r["mid_p"])


def test_overdispersion_is_corrected_by_the_integral():
    r = printed("proportions")
    ways = ((0, False), (0.1, False), (0.1, True), (0.2, True))
    same([funnel.overdispersion(Z, *way) for way in ways], r["phi"], 1e-8)
    same([funnel.additive_tau2(Z * S + 70, S, 70, *way) for way in ways], r["tau2"], 1e-8)


CLIENT = np.array([50, 75, 62.5, 87.5, 100, 75, 37.5, 62.5, 75, 87.5, 50, 62.5])
STAFF = np.array([75, 87.5, 100, 75, 87.5, 62.5, 100])
LATER = np.array([62.5, 75, 75, 87.5, 87.5, 87.5, 50, 75, 75, 100, 62.5, 75])


def of(values):
    return moments(values, np.zeros(len(values), dtype=int), 1)


def test_differences_are_t_test():
    r = printed("means")
    cases = {
        "welch": welch(of(CLIENT), of(STAFF)),
        "paired": paired(of(LATER - CLIENT)),
        "apart": welch(of(CLIENT), of(LATER)),
    }
    for name, got in cases.items():
        same(np.ravel([*got, *t_interval(got), p_difference(got)]), r[name])
    equivalence = [("welch", 10), ("welch", 30), ("paired", 10), ("apart", 20)]
    same(np.ravel([p_equivalence(cases[name], margin) for name, margin in equivalence]), r["tost"])


def test_correction_is_p_adjust():
    r = printed("means")
    same(benjamini_hochberg(r["p"]), r["p_BH"])


def test_hedges_g():
    parts = [
        pd.DataFrame({"provider_id": "p", "dimension": "d", "role": role, "score": values})
        for role, values in (("client", CLIENT), ("staff", STAFF))
    ]
    scores = pd.concat(parts, ignore_index=True).rename_axis("response_id").reset_index()
    r = printed("means")
    same(mirror.gaps(scores)["hedges_g"], r["hedges"])


def test_reliability_of_persons_is_alpha_feldt_and_factanal():
    r = printed("reliability")
    answers = pd.read_csv(HERE / "reliability_data.csv").drop(columns="provider")
    items = pd.DataFrame({"item": list("abcde"), "dimension": "d", "low": 1, "high": 5, "reversed": False})
    row = scales.reliability(answers, items).loc["d"]
    same(row["alpha"], r["alpha"][0])
    same(row[["alpha_low", "alpha_high"]], r["feldt"])
    same(row["omega"], r["omega"][0], 1e-6)
    statistics = scales.item_statistics(answers, items)
    same(statistics["item_rest"], r["item_rest"])
    same(statistics["alpha_if_dropped"], r["alpha_if_dropped"])


def test_reliability_of_providers_is_reml_with_full_matrices_and_aov():
    r = printed("reliability")
    provider = pd.read_csv(HERE / "reliability_data.csv")["provider"]
    got = scales.provider_reliability(pd.Series(r["score"]), provider)
    same([got.tau2, got.sigma2, got.icc], [r["tau2"][0], r["sigma2"][0], r["icc"][0]], 1e-6)
    same(got.icc_anova, r["icc_anova"][0])
    same(got.reliability, r["reliability"], 1e-6)  # both sorted as text
    assert [got.n_for(0.7), got.n_for(0.8)] == np.ceil(r["n_for"]).tolist()


def test_comparison_is_lm_with_provider_effects():
    r = printed("comparison")
    data = pd.read_csv(HERE / "comparison_data.csv")
    parts = data["score"], data["provider"], data[["health", "age"]]
    same(comparison.case_mix(*parts).slopes, r["slopes"])
    for variance in ("macro", "manual", "pooled", "smoothed"):
        got = comparison.contrast(comparison.adjust(*parts, variance=variance))
        same(got["mean"], r["mean"])
        same(got["adjusted"], r["adjusted"])
        columns = ["variance", "df", "delta", "std_error", "p_value", "p_adjusted"]
        same(got[columns].to_numpy().T.ravel(), r[variance], 1e-8)


def test_shrinkage_is_quadrature():
    r = printed("comparison")
    data = pd.read_csv(HERE / "comparison_data.csv")
    table = comparison.adjust(data["score"], data["provider"], data[["health", "age"]])
    got = comparison.shrink(table["adjusted"], table["variance"])
    same(got.estimate, r["shrunk"], 1e-6)
    same(got.std_error, r["shrunk_std_error"], 1e-6)
    same(got.p_below, r["p_below"], 1e-5)  # 2000 midpoints feel that this integrand has a slope at tau = 0
    same(got.mu, r["mu"][0], 1e-8)
    same(got.tau, r["tau"][0], 1e-5)


def test_raking_is_loglin_and_representativity_is_glm():
    r = printed("nonresponse")
    frame = pd.read_csv(HERE / "nonresponse_data.csv")
    answered = frame.pop("responded") == 1
    weights = weighting.rake(frame[answered], {name: frame[name].value_counts() for name in frame})
    same(weights, r["weight"], 1e-8)
    same(weighting.effective_n(weights), r["effective_n"][0], 1e-8)
    got = weighting.representativity(frame, answered)
    same(got.response_rate, r["response_rate"][0])
    same(got.r_indicator, r["r_indicator"][0], 1e-7)
    same(got.r_indicator_adjusted, r["r_indicator_adjusted"][0], 1e-7)


def test_weighted_means_and_their_errors_are_those_of_survey():
    r = printed("weighted")
    frame = pd.read_csv(HERE / "weighted_data.csv")
    given = frame[frame["responded"] == 1]
    margins = ["provider", "age", "sex"]
    weights = weighting.rake(given[margins], {name: frame[name].value_counts() for name in margins})
    same(weights, r["weight"], 1e-8)
    dummies = [pd.get_dummies(given[name], drop_first=True, dtype=float).to_numpy() for name in ("age", "sex")]
    invited = frame["provider"].value_counts().to_dict()
    whole = pd.Series("region", index=given.index)
    for name, domain in (("", whole), ("provider_", given["provider"]), ("town_", given["town"])):
        got = frames.calibrated_means(
            given["score"], weights, given["provider"], domain, np.column_stack(dummies), invited
        )
        same(got["estimate"], r[f"{name}mean"], 1e-9)
        same(got["std_error"], r[f"{name}error"], 1e-8)


def test_weighted_shares_are_svyby_of_survey():
    r = printed("shares")
    data = pd.read_csv(HERE / "shares_data.csv")
    items, levels = data[["lonely", "smokes"]], data[["municipality", "age"]]
    for name, strata in (("one", None), ("four", data["stratum"])):
        got = weighting.shares(items, data["weight"], levels, strata)
        for (level, item), part in got.groupby(["level", "item"]):
            same(part["estimate"], r[f"{level}_{item}_{name}_estimate"])
            same(part["std_error"], r[f"{level}_{item}_{name}_error"])


TIME = np.array([1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8] + [10] * 16, float)
EVENT = np.array([1, 1, 0, 0, 2, 2, 1, 1, 0, 1, 2, 1, 0, 1] + [0] * 16)


def test_incidence_is_aalen_johansen_with_the_infinitesimal_jackknife():
    r = printed("incidence")
    got = [intervals.cumulative_incidence(TIME, EVENT, h) for h in (2, 4, 6, 9)]
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        same([getattr(one, name) for one in got], r[name], 1e-7)


def test_incidence_of_one_kind_of_event_is_kaplan_meier_with_greenwood():
    r = printed("incidence")
    got = [intervals.cumulative_incidence(TIME, (EVENT > 0).astype(int), h) for h in (2, 4, 6, 9)]
    same([one.estimate for one in got], r["any_event"])
    same([one.std_error for one in got], r["any_event_std_error"])


SHROUT_FLEISS = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])


def test_shrout_and_fleiss_1979():
    """Psychological Bulletin 86, table 4: ICC(2,1) .29, (2,4) .62, (3,1) .71, (3,4) .91; more digits by aov."""
    got = [agreement.icc(SHROUT_FLEISS, kind) for kind in ("A,1", "A,k", "C,1", "C,k")]
    assert np.round(got, 2).tolist() == [0.29, 0.62, 0.71, 0.91]
    same(got, printed("agreement")["icc"])


def test_krippendorff_2011():
    """Computing Krippendorff's alpha-reliability, example C: four observers, twelve units, gaps."""
    nan = np.nan
    ratings = pd.DataFrame(
        {
            "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            "C": [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        }
    )
    published = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}
    got = {level: round(agreement.krippendorff_alpha(ratings, level), 3) for level in published}
    assert got == published
