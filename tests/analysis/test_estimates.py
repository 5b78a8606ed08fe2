"""The region's estimates: rows of one contract from processed tables."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates

SETTINGS = {"minimum_n": 10, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05, "certainty": 0.975}


def responses(*parts):
    """Return counted questionnaires: (provider, instrument, mode, number)."""
    rows = [
        {"provider_id": provider, "instrument": instrument, "mode": mode, "role": "client"}
        for provider, instrument, mode, number in parts
        for _ in range(number)
    ]
    return pd.DataFrame(rows)


def invited(*parts):
    rows = [{"provider_id": p, "instrument": i, "role": "client"} for p, i, number in parts for _ in range(number)]
    return pd.DataFrame(rows, columns=["provider_id", "instrument", "role"])


def share(table, unit_id):
    return table.query("measure == 'respons' and unit_id == @unit_id")["estimate"].item()


def test_the_response_counts_only_who_was_invited_on_both_sides():
    answered = responses(("a", "x", "mail", 8), ("a", "x", "kiosk", 30), ("b", "x", "mail", 6), ("c", "x", "mail", 30))
    table = estimates.participation(answered, invited(("a", "x", 20), ("b", "x", 20)), 2026)
    assert share(table, "a") == pytest.approx(0.4)
    assert share(table, "region") == pytest.approx(14 / 40)
    assert "c" not in set(table.query("measure == 'respons'")["unit_id"])


def test_another_questionnaire_is_no_response():
    table = estimates.participation(responses(("a", "y", "mail", 45)), invited(("a", "x", 20)), 2026)
    assert share(table, "a") == 0


def test_more_answers_than_invited_people_give_no_response():
    table = estimates.participation(responses(("a", "x", "mail", 30)), invited(("a", "x", 20)), 2026)
    row = table.query("measure == 'respons' and unit_id == 'a'").iloc[0]
    assert np.isnan(row["estimate"])
    assert row["reason"] == "more answers than people invited"


def test_without_a_frame_there_is_no_response():
    table = estimates.participation(responses(("a", "x", "mail", 5)), invited(), 2026)
    assert set(table["measure"]) == {"aantal"}


def scores(providers, n, seed=1, spread=18.0):
    draw = np.random.default_rng(seed)
    rows = [
        {"provider_id": f"p{place}", "role": "client", "dimension": "d", "score": score, "age_band": band, "sex": sex}
        for place in range(providers)
        for score, band, sex in zip(
            draw.normal(75, spread, n).clip(0, 100),
            draw.choice(["18-22", "45-64", "85+"], n),
            draw.choice(["female", "male"], n),
            strict=True,
        )
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("providers", [1, 2, 3, 4])
def test_with_few_providers_nobody_is_compared(providers):
    table = estimates.comparisons(scores(providers, 30), 2026, ["age_band", "sex"], SETTINGS)
    adjusted = table[(table["statistic"] == "adjusted") & (table["unit"] == "provider")]
    assert set(adjusted["label"]) == {"no comparison"}
    assert "lowest" not in set(table["statistic"])


def test_the_band_holds_only_providers_with_enough_answers():
    few = scores(8, 30)
    few = pd.concat([few, scores(1, 9, seed=2).assign(provider_id="small", score=100.0)])
    table = estimates.comparisons(few, 2026, [], SETTINGS | {"minimum_n": 5}, band_from=10)
    highest = table.loc[table["statistic"] == "highest", "estimate"].item()
    adjusted = table[(table["statistic"] == "adjusted") & (table["unit_id"] != "small") & (table["unit"] == "provider")]
    assert highest == pytest.approx(adjusted["estimate"].max())


def test_without_adjusters_the_method_says_so():
    table = estimates.comparisons(scores(5, 30), 2026, [], SETTINGS)
    own = table[(table["statistic"] == "adjusted") & (table["unit"] == "provider")]
    assert own["method"].str.contains("no case-mix").all()


def test_an_interval_contains_its_estimate():
    table = estimates.comparisons(scores(6, 12, spread=60.0), 2026, ["age_band"], SETTINGS)
    known = table.dropna(subset=["conf_low"])
    assert ((known["conf_low"] <= known["estimate"]) & (known["estimate"] <= known["conf_high"])).all()


def test_the_same_figure_made_twice_is_refused():
    table = estimates.means(scores(2, 5).assign(municipality_code="GM0632"), 2026)
    with pytest.raises(ValueError, match="made twice"):
        estimates.together([table, table])


def test_opinions_turn_reversed_items_and_join_versions():
    answers = pd.DataFrame(
        {
            "provider_id": "p",
            "role": "client",
            "instrument": "q",
            "variant": ["standaard"] * 3 + ["smiley3"] * 2,
            "item": "A4",
            "code": [1.0, 3.0, 5.0, 1.0, 3.0],
        }
    )
    items = pd.DataFrame(
        {
            "instrument": "q",
            "variant": ["standaard", "smiley3"],
            "item": "A4",
            "low": 1.0,
            "high": [5.0, 3.0],
            "reversed": True,
        }
    )
    made = estimates.opinions(answers, items, 2026).query("unit == 'provider'").set_index("category")["estimate"]
    assert made.to_dict() == pytest.approx({"negative": 0.4, "neutral": 0.2, "positive": 0.4, "other": 0.6})
