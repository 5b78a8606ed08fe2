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
