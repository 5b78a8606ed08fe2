"""A release that gives something away is not published: told in names, with a remedy, and nothing half done."""

import hashlib
import shutil

import pandas as pd
import pytest

from workbench import __main__ as command_line
from workbench import portions, store
from workbench.store import Places

KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]


@pytest.fixture
def published(reported, tmp_path):
    """A region with its pages and its ledger, which a test may change."""
    places, _ = reported
    return Places(shutil.copytree(places.root, tmp_path / "project"), "sample")


def opened(places, chosen):
    """Show, by hand, figures that were hidden; return what they are of."""
    released = portions.read(places.released(2026), "estimates")
    exact = released[KEY].merge(store.read_table(places.processed(2026), "estimates"), on=KEY, how="left")
    at = chosen(released)
    for name in ("n", "estimate", "conf_low", "conf_high"):
        released.loc[at, name] = exact.loc[at.to_numpy(), name].to_numpy()
    released.loc[at, ["status", "reason"]] = ["shown", ""]
    released.loc[at, "n_precision"] = float("nan")
    store.write_tables(places.released(2026), {"estimates": released})
    return released[at]


def ran(places, monkeypatch, capsys):
    monkeypatch.setenv("WORKBENCH_ROOT", str(places.root))
    monkeypatch.setattr("sys.argv", ["workbench", "report", "--region", "sample", "--year", "2026"])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    return stopped.value.code, " ".join(capsys.readouterr().err.split())


def content(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_a_release_that_gives_something_away_is_refused_in_names(published, monkeypatch, capsys):
    def linked(released):
        own = (released["measure"] == "reden_einde") & (released["unit"] == "provider") & (released["year"] == 2026)
        return own & (released["status"] == "hidden") & (released["reason"] != "few")

    gone = opened(published, linked)
    pages, ledger = content(published.reports(2026)), published.ledger.read_bytes()
    code, said = ran(published, monkeypatch, capsys)
    assert code == 1
    assert "Not published:" in said
    assert "Cheapest remedy: hide" in said
    assert "What was published before stands" in said
    names = store.read_table(published.released(2026), "providers").set_index("provider_id")["name"]
    assert any(name in said for name in names[gone["unit_id"].unique()])
    assert not any(f" {provider}:" in said for provider in names.index)
    assert "reden_einde" not in said
    assert content(published.reports(2026)) == pages
    assert published.ledger.read_bytes() == ledger


def test_a_value_left_in_a_hidden_row_is_refused(published, monkeypatch, capsys):
    released = portions.read(published.released(2026), "estimates")
    at = released.index[(released["status"] == "hidden") & (released["reason"] == "few")][0]
    released.loc[at, "estimate"] = 71.0
    store.write_tables(published.released(2026), {"estimates": released})
    code, said = ran(published, monkeypatch, capsys)
    assert code == 1
    assert "Not published: 1 figures" in said


def test_a_release_without_pages_leaves_none(own_region, monkeypatch, capsys):
    opened(own_region, lambda released: (released["statistic"] == "mean") & (released["reason"] == "few"))
    code, _ = ran(own_region, monkeypatch, capsys)
    assert code == 1
    assert not own_region.reports(2026).exists()
    assert not own_region.ledger.exists()


def test_it_can_be_made_again(own_region, monkeypatch, capsys):
    """What the message says to do helps."""
    from workbench import pipeline

    opened(own_region, lambda released: (released["statistic"] == "mean") & (released["reason"] == "few"))
    ran(own_region, monkeypatch, capsys)
    pipeline.process(own_region, 2026, force=True)
    pipeline.publish(own_region, 2026)
    assert isinstance(store.read_table(own_region.ledger.parent, "ledger"), pd.DataFrame)
