"""Change between years: told only where the asking stayed the same."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates, trend

SETTINGS = {"minimum_n": 10, "minimum_difference": 5}


def wave(means, n=60, seed=1, instrument="x", mode="mail"):
    draw = np.random.default_rng(seed)
    parts = [
        pd.DataFrame(
            {
                "response_id": [f"{seed}-{name}-{i}" for i in range(n)],
                "provider_id": name,
                "role": "client",
                "dimension": "d",
                "score": (mean + 12 * draw.standard_normal(n)).clip(0, 100),
                "age_band": draw.choice(["18-22", "45-64"], n),
                "instrument": instrument,
                "mode": mode,
            }
        )
        for name, mean in means.items()
    ]
    return pd.concat(parts, ignore_index=True)


def changes(first, last, **options):
    table = estimates.changes({2025: first, 2026: last}, 2026, ["age_band"], SETTINGS, **options)
    return table[table["statistic"] == "change"].set_index("unit_id")


def test_who_rose_has_changed_and_who_did_not_is_stable_or_not_told():
    before = {"riser": 60, "same": 70, "small": 70}
    first, last = wave(before, n=300), wave(before | {"riser": 72}, n=300, seed=2)
    few = last[(last["provider_id"] != "small") | (last.groupby("provider_id").cumcount() < 6)]
    got = changes(first, few)
    assert got.at["riser", "label"] == "changed"
    assert got.at["riser", "estimate"] == pytest.approx(12, abs=3)
    assert got.at["same", "label"] == "stable"
    assert got.at["small", "label"] == "too few"
    assert got.at["region", "n"] == got["n"].drop("region").sum()


@pytest.mark.parametrize("other", [{"instrument": "y"}, {"mode": "kiosk"}])
def test_another_way_of_asking_is_a_break(other):
    got = changes(wave({"a": 60, "b": 60}), pd.concat([wave({"a": 80}, seed=2, **other), wave({"b": 60}, seed=3)]))
    assert got.at["a", "reason"] == "break"
    assert got.at["a", "label"] == ""
    assert np.isnan(got.at["a", "estimate"])
    assert got.at["b", "label"] != ""
    assert got.at["region", "estimate"] == pytest.approx(got.at["b", "estimate"])


def test_changed_questions_break_every_series_that_crosses_them():
    first, last = wave({"a": 60}), wave({"a": 80}, seed=2)
    assert changes(first, last, broken=[("d", 2026)]).at["a", "reason"] == "break"
    assert changes(first, last, broken=[("d", 2025)]).at["a", "label"] == "changed"


def test_a_shift_in_who_answered_is_no_change():
    """Younger people score 20 lower; next year twice as many of them answered."""
    draw = np.random.default_rng(4)
    parts = []
    for year, young in ((2025, 0.2), (2026, 0.6)):
        age = draw.choice(["18-22", "45-64"], 600, p=[young, 1 - young])
        score = 75 - 20 * (age == "18-22") + 8 * draw.standard_normal(600)
        base = wave({"a": 70, "b": 70}, n=300, seed=year)
        parts.append(base.assign(score=score.clip(0, 100), age_band=age))
    got = changes(*parts)
    assert abs(got["estimate"]).max() < 2.5
    naive = trend.change(pd.concat([parts[0].assign(wave=1), parts[1].assign(wave=2)]))
    assert (naive["difference"] < -5).all()


def test_one_year_has_no_change():
    assert estimates.changes({2026: wave({"a": 60})}, 2026, [], SETTINGS).empty


def test_without_adjusters_it_is_the_difference_of_means():
    first, last = wave({"a": 60, "b": 65}), wave({"a": 66, "b": 64}, seed=9)
    both = pd.concat([first.assign(last=False), last.assign(last=True)], ignore_index=True)
    nothing = pd.DataFrame(index=both.index)
    got = trend.adjusted_change(both["score"], both["provider_id"], both["last"], nothing, prior_df=0)
    welch = trend.change(pd.concat([first.assign(wave=1), last.assign(wave=2)])).set_index("provider_id")
    for mine, theirs in (
        ("difference", "difference"),
        ("std_error", "std_error"),
        ("df", "df"),
        ("p_value", "p_value"),
    ):
        np.testing.assert_allclose(got[mine], welch[theirs], rtol=1e-10)
