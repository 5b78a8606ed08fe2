"""What became of the care: every definition a reader is told about, held here."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import intervals, outcomes

DAY = pd.Timestamp("2025-01-01")


def day(n):
    return pd.NaT if n is None else DAY + pd.Timedelta(n, "D")


def ended(reasons, provider="p", **columns):
    return pd.DataFrame({"provider_id": provider, "ended_on": DAY, "ending_group": reasons} | columns)


# ending reasons


@pytest.mark.parametrize(
    ("law", "release", "code", "group"),
    [
        ("BiJ", "7", "02", "in_overeenstemming"),
        ("iJw", "3.2", "02", "overlijden"),
        ("iWmo", "3.2", "02", "overlijden"),
        ("iJw", "3.2", "31", "volgens_plan"),
        ("iWmo", "3.2", "31", "extern"),
        ("iWmo", "3.2", "19", "volgens_plan"),
        ("iWmo", "2.4", "19", "administratief"),
        ("iJw", "3.2", "20", "tijdelijk"),
        ("iJw", "3.2", "37", "administratief"),
        ("BiJ", "7", "31", "onbekend"),
        ("iJw", "3.2", "99", "onbekend"),
        ("iJw", "3.2", None, "onbekend"),
        ("iJw", "3.2", " 2", "overlijden"),
    ],
)
def test_the_same_code_means_what_its_system_and_release_say(law, release, code, group):
    assert outcomes.ending_group(law, release, code) == group


def test_every_code_has_a_known_group():
    for law in ("BiJ", "iJw", "iWmo"):
        for code in range(100):
            assert outcomes.ending_group(law, "3.2", f"{code:02}") in outcomes.GROUPS


def test_many_codes_at_once_are_each_code_alone():
    rows = [
        ("iJw", "3.2", "31"),
        ("iWmo", "3.2", "31"),
        ("iWmo", "2.4", "19"),
        ("BiJ", "7", None),
        ("iJw", "3.2", "31"),
    ]
    table = pd.DataFrame(rows, columns=["law", "release", "code"], index=list("vwxyz"))
    got = outcomes.ending_groups(table["law"], table["release"], table["code"])
    assert got.to_dict() == {name: outcomes.ending_group(*row) for name, row in zip("vwxyz", rows, strict=True)}
    assert outcomes.ending_groups(*(table.iloc[:0][c] for c in ("law", "release", "code"))).empty


def test_an_unknown_law_or_release_is_refused():
    with pytest.raises(ValueError, match="law must be one of BiJ, iJw, iWmo, not 'WMO'"):
        outcomes.ending_group("WMO", "3.2", "31")
    with pytest.raises(ValueError, match="release must be a number"):
        outcomes.ending_group("iJw", "latest", "31")
    with pytest.raises(ValueError, match=r"law is not one of .* in row.* 1"):
        outcomes.ending_groups(pd.Series(["iJw", "Wlz"]), pd.Series(["3.2"] * 2), pd.Series(["31"] * 2))


# drop-out

REASONS = (
    ["volgens_plan"] * 5
    + ["in_overeenstemming"] * 2
    + ["eenzijdig_client"] * 3
    + ["eenzijdig_aanbieder"]
    + ["extern"] * 4
    + ["overstap", "ander_domein"]
    + ["overlijden"] * 6
    + ["tijdelijk", "administratief", "onbekend"]
)


@pytest.mark.parametrize(
    ("definition", "external", "count", "n"),
    [
        ("strikt", "keep", 3, 17),
        ("eenzijdig", "keep", 4, 17),
        ("voortijdig", "keep", 6, 17),
        ("voortijdig", "exclude", 6, 13),
        ("voortijdig", "count", 10, 17),
        ("strikt", "count", 7, 17),
    ],
)
def test_every_definition_of_drop_out(definition, external, count, n):
    got = outcomes.dropout(ended(REASONS), definition, external).loc["p"]
    assert (got["count"], got["n"]) == (count, n)
    assert got["estimate"] == pytest.approx(count / n)
    assert [got["conf_low"], got["conf_high"]] == pytest.approx(np.ravel(intervals.wilson(count, n)).tolist())


def test_running_care_and_care_without_a_reason_count_for_nothing():
    table = ended([*REASONS, None, None])
    table.loc[table.index[-2:], "ended_on"] = [pd.NaT, DAY]
    pd.testing.assert_frame_equal(outcomes.dropout(table), outcomes.dropout(ended(REASONS)))
    assert outcomes.ending_shares(table).loc[("p", "onbekend"), "count"] == 2


def test_every_unit_gets_its_row_and_everything_together_one():
    table = pd.concat([ended(REASONS, "p"), ended(["onbekend"], "q"), ended(["eenzijdig_client"], None)])
    got = outcomes.dropout(table)
    assert got.index.tolist() == ["p", "q"]
    assert got.loc["q", "n"] == 0
    assert got.loc["q", ["estimate", "conf_low", "conf_high"]].isna().all()
    together = outcomes.dropout(table, by=None)
    assert together.index.tolist() == ["all"]
    assert together["n"].tolist() == [18]


def test_shares_of_endings_add_up_to_one_with_the_unknown_among_them():
    got = outcomes.ending_shares(ended(REASONS))
    assert got["estimate"].sum() == pytest.approx(1)
    assert got["n"].unique().tolist() == [24]
    assert got.loc[("p", "overlijden"), "count"] == 6
    assert "tijdelijk" not in got.index.get_level_values("ending_group")


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match=r"episodes.ending_group is not one of .* in row.* 1"):
        outcomes.dropout(ended(["volgens_plan", "gestopt"]))
    with pytest.raises(ValueError, match="definition must be one of"):
        outcomes.dropout(ended(REASONS), definition="ruim")
    with pytest.raises(ValueError, match="external must be one of"):
        outcomes.dropout(ended(REASONS), external="drop")
    with pytest.raises(ValueError, match=r"episodes has no column 'gemeente'"):
        outcomes.dropout(ended(REASONS), by="gemeente")


# restarts


def episodes(rows):
    """Rows of client, provider, first day, last day (None while running)."""
    table = pd.DataFrame(rows, columns=["client", "provider_id", "start", "end"])
    days = {"started_on": table["start"].map(day), "ended_on": pd.to_datetime(table["end"].map(day))}
    return table[["client", "provider_id"]].assign(**days)


def linked_by_definition(table, min_days):
    """Episode after episode, by the words of the docstring."""
    found = []
    for i, one in table.iterrows():
        others = table[(table["client"] == one["client"]) & (table.index != i)]
        end = one["ended_on"]
        if pd.isna(end):
            found.append(pd.NaT)
            continue
        running = (others["started_on"] <= end) & (others["ended_on"].isna() | (others["ended_on"] > end))
        later = others.loc[others["started_on"] >= end, "started_on"]
        gap = (later - end).dt.days
        if running.any() or (gap < min_days).any():
            found.append(end)
        else:
            found.append(later.min() if len(later) else pd.NaT)
    return pd.Series(found, index=table.index, dtype="datetime64[ns]")


@st.composite
def histories(draw):
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, 30))
        length = draw(st.one_of(st.none(), st.integers(1, 12)))
        end = None if length is None else start + length
        rows.append((draw(st.sampled_from("ab")), draw(st.sampled_from("pq")), start, end))
    return episodes(rows)


@given(histories(), st.integers(1, 4))
@settings(deadline=None, max_examples=100)
def test_restarts_are_linked_as_the_words_say(table, min_days):
    got = outcomes.link_restarts(table, min_days)["restart_on"].astype("datetime64[ns]")
    pd.testing.assert_series_equal(got, linked_by_definition(table, min_days), check_names=False)


@given(histories(), st.randoms())
@settings(deadline=None, max_examples=30)
def test_the_order_of_episodes_does_not_matter(table, random):
    order = list(table.index)
    random.shuffle(order)
    got = outcomes.link_restarts(table.loc[order]).loc[table.index]
    pd.testing.assert_frame_equal(got, outcomes.link_restarts(table))


def test_a_transfer_an_overlap_and_a_restart():
    table = episodes(
        [
            ("transferred", "p", 0, 50),
            ("transferred", "q", 50, None),
            ("overlapping", "p", 0, 50),
            ("overlapping", "q", 20, 90),
            ("overlapping", "q", 200, None),
            ("back", "p", 0, 50),
            ("back", "p", 51, None),
            ("gone", "p", 0, 50),
        ]
    )
    got = outcomes.link_restarts(table)
    assert got["restart_on"].tolist() == [
        day(50), pd.NaT, day(50), day(200), pd.NaT, day(51), pd.NaT, pd.NaT,
    ]  # fmt: skip
    assert got["restart_same_provider"].fillna(False).tolist() == [False] * 3 + [True, False, True, False, False]
    assert got["restart_same_provider"].isna().tolist() == [True, True, True, False, True, False, True, True]


def test_with_a_week_between_the_next_day_is_a_transfer_too():
    table = episodes([("c", "p", 0, 50), ("c", "p", 51, 60), ("c", "q", 67, None)])
    assert outcomes.link_restarts(table, min_days=7)["restart_on"].tolist() == [day(50), day(67), pd.NaT]


def test_what_began_after_the_register_was_complete_is_not_seen():
    table = episodes([("c", "p", 0, 50), ("c", "p", 80, None)]).assign(follow_up_until=day(79))
    assert outcomes.link_restarts(table)["restart_on"].isna().all()
    seen = outcomes.link_restarts(table.assign(follow_up_until=day(80)))
    assert seen["restart_on"].tolist() == [day(80), pd.NaT]


def test_two_starts_on_one_day_one_of_them_at_the_same_provider():
    table = episodes([("c", "p", 0, 50), ("c", "q", 70, None), ("c", "p", 70, None)])
    assert outcomes.link_restarts(table)["restart_same_provider"].iloc[0]


def test_impossible_episodes_are_refused():
    with pytest.raises(ValueError, match=r"ended_on lies before started_on in row.* 1"):
        outcomes.link_restarts(episodes([("c", "p", 0, 50), ("c", "p", 60, 50)]))
    with pytest.raises(ValueError, match=r"has no client in row.* 0"):
        outcomes.link_restarts(episodes([(None, "p", 0, 50)]))
    with pytest.raises(ValueError, match="min_days must be at least 1"):
        outcomes.link_restarts(episodes([("c", "p", 0, 50)]), min_days=0)
    with pytest.raises(ValueError, match=r"episodes.started_on must hold dates"):
        outcomes.link_restarts(episodes([("c", "p", 0, 50)]).assign(started_on="2025-01-01"))


def cohort(n=40, provider="p", events=10, after=100, until=800):
    return pd.DataFrame(
        {
            "client": [f"{provider}{i}" for i in range(n)],
            "provider_id": provider,
            "ended_on": DAY,
            "ending_group": "volgens_plan",
            "follow_up_until": day(until),
            "restart_on": [day(after)] * events + [pd.NaT] * (n - events),
            "restart_same_provider": pd.array([True] * events + [None] * (n - events), dtype="boolean"),
        }
    )


def test_restart_is_the_cumulative_incidence_of_each_unit():
    rng = np.random.default_rng(3)
    parts = []
    for provider in "pqr":
        part = cohort(50, provider, 0)
        part["follow_up_until"] = [day(int(d)) for d in rng.integers(200, 900, 50)]
        part["restart_on"] = [day(int(d)) if d < 500 else pd.NaT for d in rng.integers(5, 900, 50)]
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    got = outcomes.restart(table, months=6)
    for provider, part in table.groupby("provider_id"):
        seen = part["restart_on"] <= part["follow_up_until"]
        duration = (part["restart_on"].where(seen, part["follow_up_until"]) - DAY).dt.days
        alone = intervals.cumulative_incidence(duration, seen.astype(int), 6 * 365.25 / 12)
        row = got.loc[provider, ["estimate", "std_error", "conf_low", "conf_high", "n_at_risk"]].astype(float)
        assert row.tolist() == pytest.approx(list(alone[:5]))


def test_no_restart_is_the_complement_with_its_limits_changed_places():
    table = pd.concat([cohort(), cohort(provider="q", until=100)], ignore_index=True)
    with_restart, without = outcomes.restart(table), outcomes.no_restart(table)
    assert without.loc["p", "estimate"] == pytest.approx(0.75)
    assert without.loc["p", "conf_low"] == pytest.approx(1 - with_restart.loc["p", "conf_high"])
    assert without.loc["p", "conf_low"] < 0.75 < without.loc["p", "conf_high"]
    assert np.isnan(without.loc["q", "estimate"])
    assert without.loc["q", "reason"] != ""


def test_what_is_left_out_is_counted():
    table = cohort(60)
    table.loc[20, "ending_group"] = "overlijden"
    table.loc[21, "ending_group"] = "ander_domein"
    table.loc[[22, 23], "ending_group"] = ["tijdelijk", "administratief"]
    table.loc[[24, 25], "follow_up_until"] = [DAY, pd.NaT]
    table.loc[26, "restart_on"] = DAY
    table.loc[27, "ended_on"] = pd.NaT
    got = outcomes.restart(table).loc["p"]
    assert got["n"] == 60 - 8
    assert got["dropped_no_follow_up"] == 2
    assert got["dropped_transfers"] == 1
    assert got["events"] == 10


def test_min_days_moves_a_quick_return_to_the_transfers():
    table = cohort(after=3)
    assert outcomes.restart(table).loc["p", "events"] == 10
    got = outcomes.restart(table, min_days=7).loc["p"]
    assert (got["events"], got["dropped_transfers"], got["n"]) == (0, 10, 30)


def test_a_restart_elsewhere_precludes_one_at_the_same_provider():
    table = cohort()
    table.loc[:3, "restart_same_provider"] = False
    assert outcomes.restart(table).loc["p", "estimate"] == pytest.approx(10 / 40)
    assert outcomes.restart(table, same_provider=True).loc["p", "estimate"] == pytest.approx(6 / 40)


def test_a_restart_after_the_end_of_follow_up_is_not_seen():
    got = outcomes.restart(cohort(after=900), months=24).loc["p"]
    assert (got["events"], got["estimate"]) == (0, 0)


def test_many_endings_of_one_client_are_not_many_clients():
    table = cohort()
    twice = pd.concat([table, table], ignore_index=True)
    assert outcomes.restart(twice).loc["p", "std_error"] == pytest.approx(outcomes.restart(table).loc["p", "std_error"])


def test_too_short_follow_up_is_refused_every_time():
    for until in (30, 200, 364):
        got = outcomes.restart(cohort(until=until), months=12).loc["p"]
        assert np.isnan(got["estimate"])
        assert "horizon" in got["reason"]


def test_linking_and_counting_together():
    rows = [(f"c{i}", "p", 0, 30) for i in range(30)] + [(f"c{i}", "q", 130, 700) for i in range(6)]
    table = episodes(rows).assign(ending_group="volgens_plan", follow_up_until=day(900))
    linked = table.join(outcomes.link_restarts(table))
    got = outcomes.no_restart(linked, months=6)
    assert got.loc["p", "estimate"] == pytest.approx(24 / 30)
    assert np.isnan(got.loc["q", "estimate"])  # six endings are too few
    assert outcomes.restart(linked, months=6, same_provider=True).loc["p", "estimate"] == 0


# goals, usefulness, without help


def test_goals_reached_out_of_goals_set():
    table = pd.DataFrame(
        {
            "provider_id": ["p"] * 6 + ["q"],
            "ended_on": [DAY] * 5 + [pd.NaT, DAY],
            "goals_set": [4, 2, 3, 0, 2, 5, 3],
            "goals_reached": [3, 0, 3, 0, np.nan, 5, 3],
        }
    )
    got = outcomes.goals(table)
    assert got.loc["p", ["n", "n_goals", "count"]].tolist() == [3, 9, 6]
    assert got.loc["p", "estimate"] == pytest.approx(2 / 3)
    residual = np.array([3, 0, 3]) - 2 / 3 * np.array([4, 2, 3])
    assert got.loc["p", "std_error"] == pytest.approx(np.sqrt(3 / 2 * (residual**2).sum()) / 9)
    assert got.loc["q", ["n", "n_eff", "estimate"]].tolist() == [1, 1, 1]
    assert np.isnan(got.loc["q", "std_error"])
    assert 0 < got.loc["q", "conf_low"] < got.loc["q", "conf_high"] == 1


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=20))
@settings(deadline=None)
def test_the_interval_of_goals_holds_its_share(pairs):
    agreed, reached = np.array(pairs).T
    table = pd.DataFrame(
        {"provider_id": "p", "ended_on": DAY, "goals_set": agreed, "goals_reached": np.minimum(agreed, reached)}
    )
    got = outcomes.goals(table).loc["p"]
    assert 0 <= got["conf_low"] <= got["estimate"] + 1e-12
    assert got["estimate"] <= got["conf_high"] + 1e-12 <= 1 + 1e-12
    assert got["n"] <= got["n_eff"] <= got["n_goals"]


def test_goals_of_one_episode_that_go_together_count_for_less():
    together = pd.DataFrame({"provider_id": "p", "ended_on": DAY, "goals_set": 4, "goals_reached": [4, 0] * 10})
    apart = together.assign(goals_reached=2)
    assert outcomes.goals(together).loc["p", "n_eff"] == pytest.approx(20, abs=1.5)
    assert outcomes.goals(apart).loc["p", "n_eff"] == 80


def test_more_goals_reached_than_set_is_refused():
    table = pd.DataFrame({"provider_id": "p", "ended_on": DAY, "goals_set": [2, 2], "goals_reached": [1, 3]})
    with pytest.raises(ValueError, match=r"goals_reached is larger than goals_set in row.* 1"):
        outcomes.goals(table)


def test_usefulness_is_a_mean_on_one_to_ten_and_a_share():
    marks = pd.Series([10, 10, 9, 8, 6, np.nan, 7, 7])
    got = outcomes.usefulness(marks, pd.Series(list("ppppppqq")))
    assert got.loc["p", ["n", "estimate", "share"]].tolist() == pytest.approx([5, 8.6, 0.8])
    assert got["conf_low"].between(1, 10).all()
    assert got["conf_high"].between(1, 10).all()
    assert outcomes.usefulness(marks, pd.Series(list("ppppppqq")), threshold=8).loc["q", "share"] == 0
    for wrong in (0, 11, 7.5):
        with pytest.raises(ValueError, match=r"marks is not a whole number of 1 to 10 in row.* 0"):
            outcomes.usefulness(marks.mask(marks.index == 0, wrong), pd.Series(list("ppppppqq")))


def test_going_on_without_help_is_a_distribution():
    got = outcomes.without_help(pd.Series([1, 2, 4, 4, 3, np.nan]), pd.Series(list("pppppq")))
    assert got.loc["p", "count"].to_dict() == {"01": 1, "02": 1, "03": 1, "04": 2, "03+04": 3}
    assert got.loc["p", "estimate"].drop("03+04").sum() == pytest.approx(1)
    assert got.loc["q", "n"].eq(0).all()
    with pytest.raises(ValueError, match=r"answers is not 1, 2, 3 or 4 in row.* 0"):
        outcomes.without_help(pd.Series([5]), pd.Series(["p"]))
