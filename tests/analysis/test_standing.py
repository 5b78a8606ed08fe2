"""A rerun or a small correction opens nothing by subtraction."""

import pandas as pd
import pytest

from workbench import portions, store
from workbench.analysis import ledger, release


def figures(counts, n, measure="nut"):
    """Return the shares of some providers and of their region."""
    counts, n = [*counts, sum(counts)], [*n, sum(n)]
    names = [*(f"p{place}" for place in range(len(n) - 1)), "region"]
    table = pd.DataFrame(
        {"unit_id": names, "n": map(float, n), "estimate": [k / m for k, m in zip(counts, n, strict=True)]}
    )
    table["unit"] = table["unit_id"].where(table["unit_id"] == "region", "provider")
    fixed = {"measure": measure, "statistic": "share", "category": "", "group": "client", "year": 2026}
    empty = dict.fromkeys(["conf_low", "conf_high", "std_error", "delta", "p_adjusted", "reliability"], 0.5)
    return table.assign(**fixed, **empty, n_eff=table["n"], label="", reason="")


def published(table, former=None):
    released = release.decide(table, ledger=former)
    entered = ledger.entries(table, released, "2026", "a", "2026-10-01", former=former)
    return released.set_index("unit_id"), pd.concat([former, entered], ignore_index=True)


N = [44, 60, 80, 7, 8]
COUNTS = [30, 45, 60, 3, 5]


def test_the_same_figures_give_the_same_release():
    first, book = published(figures(COUNTS, N))
    again, _ = published(figures(COUNTS, N), book)
    pd.testing.assert_frame_equal(first, again)


def test_a_whole_release_is_the_same_when_it_is_made_again(small_region):
    """Nothing that was hidden or rounded in the first release is less so in the next, or for another reason."""
    computed = store.read_table(small_region.processed(2026), "estimates")
    first = portions.read(small_region.released(2026), "estimates")
    book = ledger.entries(computed, first, "2026", "a", "2026-10-01")
    again = release.decide(computed, ledger=book)
    assert first["n_precision"].notna().any() and (first["reason"] == "small cells").any()
    told = [name for name in again if name in first]
    pd.testing.assert_frame_equal(first[told], again[told], check_dtype=False)


@pytest.mark.parametrize("answer", [0, 1])
def test_one_more_client_changes_nothing_that_is_published(answer):
    """Adding one client to the data and publishing again does not reveal that client."""
    first, book = published(figures(COUNTS, N))
    more = figures([COUNTS[0] + answer, *COUNTS[1:]], [N[0] + 1, *N[1:]])
    again, _ = published(more, book)
    values = ["status", "n", "estimate", "conf_low", "conf_high"]
    pd.testing.assert_frame_equal(first[values], again[values])


def test_many_more_clients_are_published():
    first, book = published(figures(COUNTS, N))
    again, _ = published(figures([COUNTS[0] + 10, *COUNTS[1:]], [N[0] + 20, *N[1:]]), book)
    assert again.at["p0", "n"] != first.at["p0", "n"]


def test_small_changes_do_not_add_up_unseen():
    """Every change is measured against what was published, not against the run before."""
    _, book = published(figures(COUNTS, N))
    for extra in (2, 4):
        released, book = published(figures(COUNTS, [N[0] + extra, *N[1:]]), book)
        assert released.at["p0", "n"] == 44
    released, _ = published(figures(COUNTS, [N[0] + 6, *N[1:]]), book)
    assert released.at["p0", "n"] != 44


def test_hidden_stays_hidden_when_few_are_added():
    """From 8 to 11 people: with the former total, which is known, the former 7 and 8 would come to light."""
    _, book = published(figures(COUNTS, N))
    released, _ = published(figures([30, 45, 60, 3, 6], [44, 60, 80, 7, 11]), book)
    assert released.at["p4", "status"] == "hidden"


def test_hidden_opens_when_all_that_was_hidden_with_it_changed():
    _, book = published(figures(COUNTS, N))
    released, _ = published(figures([30, 45, 60, 12, 14], [44, 60, 80, 20, 22]), book)
    assert (released["status"] != "hidden").all()


def test_the_ledger_holds_no_value_of_what_is_hidden():
    _, book = published(figures(COUNTS, N))
    hidden = book[book["status"] == "hidden"]
    assert len(hidden) == 2
    assert hidden[["estimate", "exact", "conf_low"]].isna().all(axis=None)
    assert hidden["people"].to_list() == [7, 8]


def test_an_audit_finds_what_gives_a_figure_away():
    """Somebody shows, by hand, the one provider whose absence protected another."""
    table = figures([30, 45, 60, 3], [40, 60, 80, 4])
    released = release.decide(table)
    assert not ledger.audit(table, released, release.Rules())
    opened = released.assign(n_precision=float("nan"))
    for name in ("status", "reason", "n", "estimate", "conf_low", "conf_high"):
        opened[name] = table[name] if name in ("n", "estimate") else opened[name]
    opened["status"], opened["reason"] = "shown", ""
    leaks = ledger.audit(table, opened, release.Rules())
    assert any(leak.figure.unit_id == "p3" and leak.given_by for leak in leaks)
    assert all("Cheapest remedy: hide" in str(leak) for leak in leaks)
