"""Staff and clients side by side."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workbench.analysis import mirror


def answers(provider, client, staff, dimension="choice"):
    parts = [
        pd.DataFrame(
            {"provider_id": provider, "role": role, "dimension": dimension, "score": np.asarray(values, float)}
        )
        for role, values in (("client", client), ("staff", staff))
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(response_id=[f"{provider}-{dimension}-{row}" for row in table.index])


def spread(mean, n, sd):
    values = np.linspace(-1, 1, n)
    return mean + sd * values / values.std(ddof=1)


def region():
    return pd.concat(
        [
            answers("far", spread(55, 30, 15), spread(75, 12, 10)),
            answers("near", spread(60, 300, 12), spread(64, 200, 12)),
            answers("equal", spread(60, 300, 15), spread(60.2, 300, 15)),
            answers("unclear", spread(60, 15, 18), spread(60, 10, 18)),
            answers("alone", spread(60, 30, 15), [70]),
            answers("far", spread(70, 30, 15), spread(72, 5, 10), "effect"),
        ],
        ignore_index=True,
    )


def test_one_row_per_provider_and_dimension_with_a_verdict_each():
    got = mirror.gaps(region()).set_index(["provider_id", "dimension"])["verdict"]
    assert got.to_dict() == {
        ("far", "choice"): "different",
        ("near", "choice"): "different within margin",
        ("equal", "choice"): "equivalent",
        ("unclear", "choice"): "undecided",
        ("alone", "choice"): "too few",
        ("far", "effect"): "undecided",
    }


def test_the_gap_is_staff_minus_clients_with_welchs_test():
    got = mirror.gaps(region()).set_index(["provider_id", "dimension"]).loc[("far", "choice")]
    expected = stats.ttest_ind(spread(75, 12, 10), spread(55, 30, 15), equal_var=False)
    assert got["gap"] == pytest.approx(20)
    assert got["p_difference"] == pytest.approx(expected.pvalue)
    assert [got["conf_low"], got["conf_high"]] == pytest.approx(list(expected.confidence_interval()))


def test_turning_roles_round_turns_every_sign():
    scores = region()
    other = scores.assign(role=scores["role"].map({"client": "staff", "staff": "client"}))
    got, turned = mirror.gaps(scores), mirror.gaps(other)
    assert turned["gap"].to_numpy() == pytest.approx(-got["gap"].to_numpy())
    assert turned["hedges_g"].to_numpy() == pytest.approx(-got["hedges_g"].to_numpy(), nan_ok=True)
    assert turned["verdict"].tolist() == got["verdict"].tolist()


def test_order_and_other_columns_do_not_matter():
    scores = region()
    got = mirror.gaps(scores.sample(frac=1, random_state=3).assign(remark="x"))
    pd.testing.assert_frame_equal(got, mirror.gaps(scores), rtol=1e-9)


def test_too_few_are_outside_the_correction():
    scores = region()
    without = mirror.gaps(scores[scores["provider_id"] != "alone"]).set_index(["provider_id", "dimension"])
    got = mirror.gaps(scores).set_index(["provider_id", "dimension"])
    assert np.isnan(got.loc[("alone", "choice"), "p_difference_adjusted"])
    assert got.loc[("alone", "choice"), ["n_client", "n_staff", "mean_staff"]].tolist() == [30, 1, 70]
    shared = without.index
    assert got.loc[shared, "p_difference_adjusted"].to_numpy() == pytest.approx(
        without["p_difference_adjusted"].to_numpy()
    )


def test_a_missing_score_is_no_answer():
    scores = region()
    holes = scores.assign(score=scores["score"].mask(scores.index % 9 == 4))
    pd.testing.assert_frame_equal(mirror.gaps(holes), mirror.gaps(holes.dropna(subset=["score"])))


def test_a_provider_where_only_staff_answered_still_has_its_row():
    scores = pd.concat([region(), answers("staff only", [], [50, 60, 70])], ignore_index=True)
    got = mirror.gaps(scores).set_index("provider_id").loc["staff only"]
    assert (got["n_client"], got["n_staff"], got["verdict"]) == (0, 3, "too few")
    assert np.isnan(got["gap"])


def test_where_nobody_differs_there_is_no_test_and_no_verdict_of_sameness():
    got = mirror.gaps(answers("p", [100] * 20, [100] * 20)).iloc[0]
    assert got["gap"] == 0
    assert np.isnan(got["p_difference"])
    assert np.isnan(got["p_equivalence"])
    assert got["verdict"] == "undecided"


def test_small_groups_are_undecided_not_the_same():
    """Gap 0, 15 clients and 8 staff: never 'equivalent' at the default margin."""
    assert mirror.gaps(answers("p", spread(70, 15, 18), spread(70, 8, 18)))["verdict"].tolist() == ["undecided"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="role"), "scores has no column 'role'"),
        (lambda t: t.assign(role=t["role"].replace("staff", "relative")), "scores.role is not client or staff"),
        (
            lambda t: pd.concat([t, t.iloc[[4]]], ignore_index=True),
            "repeats an earlier response_id x dimension in row.* 5",
        ),
        (lambda t: t.assign(score=np.inf), "scores.score is infinite"),
        (lambda t: t.assign(score="many"), "scores.score must hold numbers"),
        (lambda t: t.assign(provider_id=[None, *t["provider_id"][1:]]), "scores has no provider_id in row.* 0"),
    ],
)
def test_what_is_no_mirror_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        mirror.gaps(change(answers("p", [50, 60, 70], [60, 70])))


def test_a_margin_of_nothing_is_refused():
    with pytest.raises(ValueError, match="margin must be a number above 0"):
        mirror.gaps(region(), margin=0)
