"""The image from all sides, with what was delivered and what was not."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import estimates


def judged(**by_source):
    """Return judgements of one theme: source to {provider: score} on 1-5."""
    return pd.DataFrame(
        [
            {"provider_id": provider, "source": source, "theme": "veilig", "year": 2026, "score": float(score)}
            for source, scores in by_source.items()
            for provider, score in scores.items()
        ]
    ).assign(scale="1-5", n=2.0)


def of_dimension(measure, group, statistic, values):
    table = pd.DataFrame({"unit_id": list(values), "estimate": list(values.values()), "n": 40.0})
    fixed = {"measure": measure, "group": group, "statistic": statistic, "unit": "provider", "year": 2026}
    return estimates.rows(table, method="mean", **fixed)


def test_ratings_are_brought_to_one_scale_and_stand_beside_those_of_clients():
    scored = of_dimension("kwaliteit", "client", "adjusted", {"a": 81.0})
    got = estimates.ratings(
        judged(self={"a": 5}, access={"a": 3}), scored, {"veilig": ["autonomie", "kwaliteit"]}, 2026
    )
    rating = got[got["statistic"] == "rating"].set_index("group")["estimate"]
    assert rating.to_dict() == {"access": 50, "client": 81, "self": 100}
    assert got.set_index("group").at["client", "n"] == 40


def test_the_first_dimension_a_provider_has_counts():
    scored = pd.concat(
        [
            of_dimension("kwaliteit", "client", "adjusted", {"a": 81.0, "b": 70.0}),
            of_dimension("x", "client", "adjusted", {"b": 60.0}),
        ]
    )
    got = estimates.ratings(judged(self={"a": 5, "b": 5}), scored, {"veilig": ["x", "kwaliteit"]}, 2026)
    clients = got[(got["statistic"] == "rating") & (got["group"] == "client")].set_index("unit_id")["estimate"]
    assert clients.to_dict() == {"a": 81, "b": 60}


@pytest.mark.parametrize(
    ("others", "label"),
    [
        ({"access": 4, "back_office": 4}, "discuss"),
        ({"access": 4, "back_office": 5}, ""),
        ({"access": 4.5, "back_office": 4.5, "supervisor": 4.5}, ""),
        ({"access": 1}, ""),
    ],
)
def test_two_independent_sources_a_point_lower_are_something_to_talk_about(others, label):
    table = judged(self={"a": 5}, **{source: {"a": score} for source, score in others.items()})
    got = estimates.ratings(table, pd.DataFrame(columns=estimates.COLUMNS), {}, 2026)
    assert got[got["statistic"] == "discuss"]["label"].to_list() == [label]


def test_without_a_self_image_there_is_nothing_to_compare_with():
    got = estimates.ratings(judged(access={"a": 2}), pd.DataFrame(columns=estimates.COLUMNS), {}, 2026)
    assert set(got["statistic"]) == {"rating"}


def test_agreement_is_high_where_sources_agree_and_few_providers_only_orient():
    draw = np.random.default_rng(2)
    level = {f"p{i}": draw.integers(1, 6) for i in range(30)}
    got = estimates.source_agreement(judged(access=level, back_office=level, supervisor=level, self=level), 2026)
    assert got["estimate"].to_list() == pytest.approx([1, 1, 1, 1])
    assert set(got["reason"]) == {""}
    few = {name: level[name] for name in list(level)[:8]}
    assert set(estimates.source_agreement(judged(access=few, back_office=few), 2026)["reason"]) == {"orientating"}


def test_identical_judgements_have_no_agreement_beyond_chance():
    same = dict.fromkeys([f"p{i}" for i in range(25)], 4)
    got = estimates.source_agreement(judged(access=same, back_office=same), 2026).set_index("statistic")
    assert np.isnan(got.at["alpha_ordinal", "estimate"])
    assert got.at["alpha_ordinal", "reason"] == "all judgements the same"
    assert got.at["ac2", "estimate"] == 1
    assert got.at["percent_agreement", "estimate"] == 1


def test_scales_of_sources_may_differ():
    level = {f"p{i}": 1 + i % 5 for i in range(20)}
    table = judged(access=level, supervisor=level)
    ten = table["source"] == "supervisor"
    table.loc[ten, "score"] = 1 + (table.loc[ten, "score"] - 1) * 9 / 4
    table["scale"] = table["scale"].mask(ten, "1-10")
    assert estimates.source_agreement(table, 2026)["estimate"].to_list() == pytest.approx([1, 1, 1, 1])


def test_where_nobody_was_judged_by_all_there_is_no_icc_and_it_says_so():
    first, second = ({f"{name}{i}": 1 + i % 4 for i in range(4)} for name in "ab")
    got = estimates.source_agreement(judged(access=first, supervisor=second, back_office=first | second), 2026)
    row = got.set_index("statistic").loc["icc_a1"]
    assert np.isnan(row["estimate"])
    assert row["reason"] == "no provider judged by all"


def test_one_source_cannot_agree():
    assert estimates.source_agreement(judged(access={"a": 2, "b": 3}), 2026).empty


def test_sources_that_order_providers_alike_go_together():
    draw = np.random.default_rng(3)
    level = {f"p{i}": draw.uniform(1, 5) for i in range(20)}
    other = {name: min(5, max(1, value + draw.normal(0, 0.3))) for name, value in level.items()}
    rated = estimates.ratings(judged(self=level, access=other), pd.DataFrame(columns=estimates.COLUMNS), {}, 2026)
    got = estimates.triangulation(rated, 2026)
    assert got["category"].to_list() == ["access~self"]
    assert (
        got["conf_low"].item() < np.corrcoef(list(level.values()), list(other.values()))[0, 1] < got["conf_high"].item()
    )


def test_a_scale_that_is_no_range_is_refused():
    with pytest.raises(ValueError, match="has no scale such as 1-5"):
        estimates.ratings(judged(self={"a": 5}).assign(scale="vijf"), pd.DataFrame(columns=estimates.COLUMNS), {}, 2026)
