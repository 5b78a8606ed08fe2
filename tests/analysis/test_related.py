"""Two measures are related as far as units are, and a shared mood of people is no relation between providers."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.related import relation, within


def providers(rng, between, of_people, P=40, n=25):
    """People of P providers give two answers; true means correlate `between`, people within providers `of_people`."""
    true = rng.multivariate_normal([75, 70], 25 * np.array([[1, between], [between, 1]]), P)
    errors = rng.multivariate_normal([0, 0], 324 * np.array([[1, of_people], [of_people, 1]]), (P, n))
    given = (true[:, None, :] + errors).reshape(-1, 2)
    return pd.DataFrame(given, columns=["x", "y"]).assign(unit=np.repeat(np.arange(P), n))


def related(people, correct=True):
    means = people.groupby("unit").mean()
    n = people.groupby("unit").size().iloc[0]
    reliability = 25 / (25 + 324 / n)
    *_, shared = within(people["x"], people["y"], people["unit"])
    return relation(means["x"], means["y"], reliability, reliability, shared if correct else 0.0)


def test_a_mood_of_people_is_not_a_relation_between_providers():
    rng = np.random.default_rng(11)
    corrected, plain = [], []
    for _ in range(100):
        people = providers(rng, between=0.0, of_people=0.7)
        corrected.append(related(people).true)
        plain.append(related(people, correct=False).true)
    assert abs(np.mean(corrected)) < 0.05
    assert np.mean(plain) > 0.2


def test_a_relation_is_found_as_strong_as_it_is_and_its_interval_covers_it():
    rng = np.random.default_rng(12)
    found = [related(providers(rng, between=0.6, of_people=0.4)) for _ in range(150)]
    assert np.mean([each.true for each in found]) == pytest.approx(0.6, abs=0.04)
    assert np.mean([each.true_low <= 0.6 <= each.true_high for each in found]) >= 0.9
    assert np.mean([each.pearson for each in found]) < 0.57


def test_within_is_the_relation_of_people_not_of_providers():
    rng = np.random.default_rng(13)
    people = providers(rng, between=-0.8, of_people=0.5, P=60)
    correlation, low, high, n, _ = within(people["x"], people["y"], people["unit"])
    assert low < 0.5 < high
    assert (correlation > 0, n) == (True, 1500)


def test_what_is_too_noisy_is_not_divided_by_its_noise():
    rng = np.random.default_rng(14)
    got = relation(rng.normal(size=20), rng.normal(size=20), reliability_x=0.3)
    assert np.isnan(got.true)
    assert got.reason == "not reliable enough"


def test_the_same_for_all_or_hardly_any_units_give_no_relation():
    assert relation([1.0] * 9, range(9)).reason == "the same for all"
    assert relation([1.0, 2], [2.0, 1]).reason == "too few units"


def test_fishers_interval_is_that_of_scipy():
    from scipy import stats

    rng = np.random.default_rng(15)
    x, y = rng.normal(size=(2, 30))
    known = stats.pearsonr(x, y).confidence_interval()
    got = relation(x, y)
    assert (got.conf_low, got.conf_high) == pytest.approx((known.low, known.high))
