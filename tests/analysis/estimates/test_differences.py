"""What is said of providers when the data say little: each hard case has its stated behaviour."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates

SETTINGS = {"minimum_n": 10, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05, "certainty": 0.975}


def scores(of_providers, spread=15.0, seed=3, **background):
    """Return scores of one dimension: provider to (how many, true mean)."""
    draw = np.random.default_rng(seed)
    parts = [
        pd.DataFrame(
            {
                "provider_id": name,
                "role": "client",
                "dimension": "d",
                "score": (mean + spread * draw.standard_normal(n)).clip(0, 100),
                "age_band": draw.choice(["18-22", "45-64", "85+"], n),
                "sex": "female",
                **{key: draw.choice(values, n) for key, values in background.items()},
            }
        )
        for name, (n, mean) in of_providers.items()
    ]
    return pd.concat(parts, ignore_index=True)


def compared(table, adjusters=("age_band", "sex")):
    return estimates.comparisons(table, 2026, adjusters, SETTINGS)


def region(table, statistic):
    return table[(table["unit"] == "region") & (table["statistic"] == statistic)].set_index("category")


def labels(table):
    return table.query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")["label"]


def test_no_difference_at_all_is_said_and_nobody_is_labelled():
    same = pd.concat([scores({f"p{i}": (40, 70)}, seed=1).assign(provider_id=f"p{i}") for i in range(12)])
    got = compared(same.reset_index(drop=True))
    assert set(labels(got)) == {"not distinguishable"}
    assert region(got, "icc")["estimate"].item() == 0
    assert region(got, "icc")["reason"].item() == "no measurable difference"
    needed = region(got, "n_needed")
    assert needed["estimate"].isna().all()
    assert set(needed["reason"]) == {"no measurable difference"}
    assert region(got, "reliability")["estimate"].item() == 0


def test_true_differences_are_measured_and_say_how_many_answers_they_take():
    means = dict(zip([f"p{i}" for i in range(12)], np.linspace(55, 85, 12), strict=True))
    got = compared(scores({name: (60, mean) for name, mean in means.items()}))
    assert labels(got)["p0"] == "below"
    assert labels(got)["p11"] == "above"
    needed = region(got, "n_needed")["estimate"]
    assert 0 < needed["0.7"] < needed["0.8"] < 60
    assert region(got, "tau")["estimate"].item() == pytest.approx(np.std(list(means.values())), abs=3)


def test_a_constant_adjuster_is_dropped_with_the_reason():
    got = region(compared(scores({f"p{i}": (30, 70) for i in range(6)})), "adjuster")
    assert "sex" not in " ".join(got.index)  # one level has no other to compare with
    mixed = scores({f"p{i}": (30, 70) for i in range(6)}).assign(
        sex=lambda table: np.where(table["provider_id"] < "p3", "male", "female")
    )
    got = region(compared(mixed), "adjuster")
    assert got.loc["sex: male", "reason"] == "constant within every provider"
    assert np.isnan(got.loc["sex: male", "estimate"])
    assert got.loc["age_band: 85+", "reason"] == ""


def test_everybody_at_the_top_gives_figures_and_no_label():
    got = compared(scores({f"p{i}": (20, 1000) for i in range(8)}))
    own = got.query("statistic == 'adjusted' and unit == 'provider'")
    assert (own["estimate"] == 100).all()
    assert set(own["label"]) == {"not distinguishable"}
    means = estimates.means(scores({f"p{i}": (20, 1000) for i in range(8)}).assign(municipality_code="GM1"), 2026)
    assert means["conf_high"].to_list() == pytest.approx([100] * len(means))
    assert means.loc[means["unit"] == "provider", "conf_low"].between(75, 99).all()


def test_a_dominating_provider_stands_beside_the_others():
    sizes = {"giant": (400, 60), **{f"p{i}": (20, 75) for i in range(8)}}
    got = compared(scores(sizes)).query("statistic == 'adjusted' and unit == 'provider'").set_index("unit_id")
    others = got.drop(index="giant")["estimate"].mean()
    assert got.at["giant", "delta"] == pytest.approx(got.at["giant", "estimate"] - others)
    assert got.at["giant", "method"].endswith("beside the others")
    assert not got["method"].drop("giant").str.endswith("others").any()


def test_the_funnel_allows_for_what_providers_truly_differ():
    alike = compared(scores({f"p{i}": (40, 70) for i in range(12)}))
    apart = compared(scores(dict(zip([f"p{i}" for i in range(12)], [(40, m) for m in range(48, 96, 4)], strict=True))))
    assert region(alike, "tau2")["estimate"].item() == 0
    assert region(apart, "tau2")["estimate"].item() > 50
    width = [
        (each["conf_high"] - each["conf_low"]).iloc[-1]
        for each in (region(alike, "funnel_95"), region(apart, "funnel_95"))
    ]
    assert width[1] > 2 * width[0]
    few = compared(scores({f"p{i}": (40, 70) for i in range(5)}))
    assert region(few, "phi")["reason"].item() == "fewer than 8 providers"
