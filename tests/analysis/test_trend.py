"""Change between the first and the last measurement."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workbench.analysis import trend


def waves(provider, **by_wave):
    parts = [
        pd.DataFrame(
            {"provider_id": provider, "dimension": "choice", "wave": int(wave[1:]), "score": np.asarray(v, float)}
        )
        for wave, v in by_wave.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    person = table.groupby("wave").cumcount()
    return table.assign(
        response_id=[f"{provider}-{row}" for row in table.index], person_id=[f"{provider}-{p}" for p in person]
    )


def spread(mean, n, sd=15.0):
    values = np.linspace(-1, 1, n)
    return mean + sd * values / values.std(ddof=1)


REGION = pd.concat(
    [
        waves("rose", w2024=spread(50, 80), w2025=spread(99, 5), w2026=spread(65, 80)),
        waves("same", w2024=spread(60, 400), w2026=spread(60.3, 400)),
        waves("little", w2024=spread(60, 900), w2026=spread(63, 900)),
        waves("few", w2024=spread(60, 10), w2026=spread(66, 10)),
        waves("new", w2026=spread(60, 10)),
    ],
    ignore_index=True,
)


def test_verdicts_between_the_first_and_the_last_wave():
    got = trend.change(REGION).set_index("provider_id")
    assert got["verdict"].to_dict() == {
        "rose": "changed",
        "same": "stable",
        "little": "stable",  # surely different, but by less than matters
        "few": "not to be told",
        "new": "not to be told",
    }
    assert got.loc["rose", ["difference", "n_first", "n_last"]].tolist() == pytest.approx([15, 80, 80])
    assert np.isnan(got.loc["new", "difference"])


def test_a_large_margin_makes_a_change_too_small_to_matter():
    got = trend.change(REGION, margin=20).set_index("provider_id")
    assert got.loc["rose", "verdict"] == "stable"


def test_turning_time_round_turns_the_sign():
    turned = REGION.assign(wave=-REGION["wave"])
    assert trend.change(turned)["difference"].to_numpy() == pytest.approx(
        -trend.change(REGION)["difference"].to_numpy(), nan_ok=True
    )


def test_known_people_are_compared_with_themselves():
    rng = np.random.default_rng(4)
    before = rng.normal(60, 15, 25)
    after = before + rng.normal(4, 3, 25)
    pairs = waves("p", w1=before, w2=after).sample(frac=1, random_state=2)
    alone = waves("p", w1=[10, 20]).assign(person_id=["x", "y"], response_id=["x", "y"])
    got = trend.change(pd.concat([pairs, alone], ignore_index=True), paired=True).iloc[0]
    expected = stats.ttest_rel(after, before)
    assert got["n_first"] == got["n_last"] == 25
    assert got["p_value"] == pytest.approx(expected.pvalue)
    assert got["mean_first"] == pytest.approx(before.mean())
    anonymous = trend.change(pairs).iloc[0]
    assert got["std_error"] < anonymous["std_error"] / 3


def test_a_person_who_moved_to_another_provider_is_no_pair():
    table = pd.concat([waves("p", w1=[50, 60, 70], w2=[55, 66, 70]), waves("q", w1=[50, 60], w2=[55, 66])])
    table = table.assign(response_id=range(len(table)))
    table.loc[table["person_id"] == "q-0", "person_id"] = ["p-9", "q-0"]
    got = trend.change(table.reset_index(drop=True), paired=True).set_index("provider_id")
    assert got["n_first"].to_dict() == {"p": 3, "q": 1}
    assert got.loc["q", "verdict"] == "not to be told"


def test_order_names_and_missing_scores_do_not_matter():
    holes = pd.concat([REGION, REGION.iloc[:3].assign(response_id=["a", "b", "c"], score=np.nan)], ignore_index=True)
    got = trend.change(holes.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(got, trend.change(REGION), rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "how", "message"),
    [
        (lambda t: t.drop(columns="wave"), {}, "scores has no column 'wave'"),
        (lambda t: t[t["wave"] == 1], {}, "two waves or more"),
        (lambda t: t.assign(role=["client"] * 3 + ["staff"] * 3), {}, "mixes roles"),
        (lambda t: t.assign(response_id="r"), {}, "repeats an earlier response_id x dimension"),
        (lambda t: t.drop(columns="person_id"), {"paired": True}, "no column 'person_id'"),
        (lambda t: t.assign(person_id="x"), {"paired": True}, "has a person again in the same wave in row.* 1"),
        (lambda t: t, {"margin": -5}, "margin must be a number above 0"),
    ],
)
def test_what_is_no_trend_is_refused_by_name(change, how, message):
    with pytest.raises(ValueError, match=message):
        trend.change(change(waves("p", w1=[50, 60, 70], w2=[55, 66, 70])), **how)
