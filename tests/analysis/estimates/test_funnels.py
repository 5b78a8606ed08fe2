"""Outcomes beside the region: labelled by chance, not by the drawn curve."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workbench.analysis import estimates
from workbench.analysis.estimates.funnels import shares_beside_target

SETTINGS = {"minimum_n": 10, "minimum_difference": 5, "alpha": 0.05}


def dropouts(of_providers):
    """Return rows of drop-out: provider to (dropped out, out of), and the region."""
    table = pd.DataFrame(
        {
            "unit_id": list(of_providers),
            "n": [float(n) for _, n in of_providers.values()],
            "estimate": [k / n if n else np.nan for k, n in of_providers.values()],
        }
    )
    fixed = {"measure": "uitval", "statistic": "share", "group": "client", "year": 2026, "method": "share"}
    k, n = (sum(each[place] for each in of_providers.values()) for place in (0, 1))
    whole = pd.DataFrame({"unit_id": ["region"], "n": [float(n)], "estimate": [k / n], "std_error": [0.01]})
    parts = [estimates.rows(table, unit="provider", **fixed), estimates.rows(whole, unit="region", **fixed)]
    return estimates.together(parts)


def labels(table):
    ours = (table["unit"] == "provider") & (table["statistic"] == "share")
    return table[ours].set_index("unit_id")["label"]


def test_a_provider_far_from_the_region_is_labelled_and_a_small_one_is_not():
    got = estimates.outcomes_beside_region(
        dropouts({"far": (40, 80), "small": (3, 5), **{f"p{i}": (8, 80) for i in range(9)}}), SETTINGS
    )
    assert labels(got)["far"] == "above"
    assert labels(got)["small"] == "too few"
    assert set(labels(got).drop(["far", "small"])) == {"not distinguishable"}


def test_nobody_drops_out_anywhere():
    got = estimates.outcomes_beside_region(dropouts({f"p{i}": (0, 40) for i in range(9)}), SETTINGS)
    assert set(labels(got)) == {"not distinguishable"}
    curve = got[got["statistic"] == "funnel_95"]
    assert (curve["conf_low"] == 0).all()
    assert (curve["conf_high"] == 0).all()


def test_two_providers_are_not_compared():
    got = estimates.outcomes_beside_region(dropouts({"a": (40, 80), "b": (2, 80)}), SETTINGS)
    assert set(labels(got)) == {"no comparison"}


def test_small_perfect_providers_are_not_flagged_by_the_curve():
    """Five out of five at 97%: the drawn limit would flag 87% of such providers."""
    table = pd.DataFrame({"n": [10.0] * 20, "estimate": [1.0] * 20})
    got, _ = shares_beside_target(table, 0.97)
    assert set(got["label"]) == {"not distinguishable"}


def test_a_provider_of_whom_nothing_ended_has_no_share_and_moves_nobody():
    table = pd.DataFrame({"n": [50, 50, 50], "estimate": [0.1, 0.5, 0.9]})
    without, _ = shares_beside_target(table, 0.5)
    nobody = pd.DataFrame({"n": [0], "estimate": [float("nan")]})
    got, _ = shares_beside_target(pd.concat([table, nobody], ignore_index=True), 0.5)
    assert got["label"].to_list() == [*without["label"], "too few"]
    assert got["p_adjusted"].to_list()[:3] == without["p_adjusted"].to_list()


def test_where_providers_truly_differ_a_label_takes_more():
    draw = np.random.default_rng(5)
    chance = stats.binom.ppf((np.arange(30) + 0.5) / 30, 100, 0.3)  # what chance gives, without luck
    alike = {f"p{i}": (int(count), 100) for i, count in enumerate(chance)}
    apart = {f"p{i}": (int(draw.binomial(100, p)), 100) for i, p in enumerate(draw.uniform(0.05, 0.55, 30))}
    spread = {}
    for name, of in (("alike", alike), ("apart", apart)):
        got = estimates.outcomes_beside_region(dropouts(of), SETTINGS)
        spread[name] = got[got["statistic"] == "tau2"]["estimate"].item()
        assert labels(got).isin(["above", "below"]).mean() < 0.2
    assert spread["alike"] == 0
    assert spread["apart"] > 0.01


def test_a_share_that_is_no_count_is_worth_what_its_standard_error_says():
    table = pd.DataFrame({"n": [100.0] * 10, "estimate": np.linspace(0.6, 0.9, 10)})
    plain, _ = shares_beside_target(table, 0.75, worth=1.0, counted=False)
    half, _ = shares_beside_target(table, 0.75, worth=0.25, counted=False)
    assert plain["label"].isin(["above", "below"]).sum() >= half["label"].isin(["above", "below"]).sum()


@pytest.mark.parametrize("missing", ["region", "provider"])
def test_without_a_region_or_providers_nothing_is_said(missing):
    rows = dropouts({"a": (4, 80), "b": (2, 80), "c": (1, 50)})
    got = estimates.outcomes_beside_region(rows[rows["unit"] != missing], SETTINGS)
    assert set(got["label"]) == {""}
    assert not got["statistic"].str.startswith("funnel").any()


@pytest.mark.parametrize(
    ("n", "share", "message"), [(-1, 0.5, "is negative"), (10, 1.2, "is not a share"), (10, np.inf, "infinite")]
)
def test_impossible_figures_are_refused_by_name_and_row(n, share, message):
    with pytest.raises(ValueError, match=message):
        shares_beside_target(pd.DataFrame({"n": [20, n], "estimate": [0.5, share]}), 0.5)


def test_rare_outcomes_at_small_providers_are_not_called_more_than_chance():
    """The arcsine alone calls half of such regions over-dispersed; nominal is one in twenty."""
    draw = np.random.default_rng(8)
    found = 0
    for _ in range(200):
        n = np.maximum(5, draw.lognormal(np.log(22), 0.8, 30)).astype(int)
        table = pd.DataFrame({"n": n.astype(float), "estimate": draw.binomial(n, 0.08) / n})
        target = float((table["n"] * table["estimate"]).sum() / table["n"].sum())
        found += shares_beside_target(table, target)[1].tau2 > 0
    assert found <= 30


def test_a_dominating_provider_stands_beside_the_others():
    got = estimates.outcomes_beside_region(dropouts({"giant": (60, 200), "a": (9, 60), "b": (9, 60)}), SETTINGS)
    giant = got[(got["unit_id"] == "giant") & (got["statistic"] == "share")].iloc[0]
    assert giant["delta"] == pytest.approx(0.30 - 0.15)
    assert giant["label"] == "above"
    assert giant["method"].endswith("beside the others")


def test_what_is_not_known_yet_is_not_too_few():
    table = pd.DataFrame({"n": [200.0, 80, 80, 80], "estimate": [np.nan, 0.8, 0.8, 0.8]})
    got, _ = shares_beside_target(table, 0.8, worth=0.9, counted=False)
    assert got["label"].to_list() == ["", *["not distinguishable"] * 3]
