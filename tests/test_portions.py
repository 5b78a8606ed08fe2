"""Large tables, of which no more is read than is asked for."""

import numpy as np
import pandas as pd
import pytest

from workbench import fingerprints, portions, store


def test_rows_of_one_unit_are_read_as_they_stood_among_all(tmp_path):
    """A page of one provider reads its own figures, in the order in which the whole table has them."""
    table = pd.DataFrame({"measure": [*"aabbcc"], "unit": ["region", "provider"] * 3, "unit_id": [*"rprqrp"]})
    portions.write(tmp_path, "estimates", table, ["unit", "unit_id"])
    pd.testing.assert_frame_equal(portions.read(tmp_path, "estimates"), table, check_dtype=False)
    own = portions.read(tmp_path, "estimates", [("unit", "region"), ("unit_id", "p")])
    assert own.to_numpy().tolist() == table[table["unit_id"] != "q"].to_numpy().tolist()
    with pytest.raises(store.NotThere, match="does not exist yet"):
        portions.read(tmp_path, "other", [("unit_id", "p")])
    store.write_tables(tmp_path, {"estimates": table})  # as an earlier version wrote it
    assert portions.read(tmp_path, "estimates", [("unit_id", "q")])["measure"].to_list() == ["b"]


def test_a_table_in_many_portions_is_read_as_it_was(tmp_path, monkeypatch):
    """Texts, numbers and what is missing come back in their places; and the fingerprint is that of the whole."""
    monkeypatch.setattr(portions, "ROWS", 7)
    rng = np.random.default_rng(1)
    units = pd.Series(rng.choice([*"abcdefgh"], 100), dtype="str")
    table = pd.DataFrame({"unit_id": units, "n": rng.normal(size=100), "year": range(100)})
    table.loc[::3, "n"] = float("nan")
    table["label"] = table["unit_id"].mask(table["year"] % 5 == 0)
    portions.write(tmp_path, "figures", table, ["unit_id"])
    pd.testing.assert_frame_equal(portions.read(tmp_path, "figures").astype({"unit_id": "str", "label": "str"}), table)
    some = portions.read(tmp_path, "figures", [("unit_id", "c"), ("label", "h")], ["year", "n"])
    wanted = table[(table["unit_id"] == "c") | (table["label"] == "h")]
    pd.testing.assert_frame_equal(some, wanted[["n", "year"]].reset_index(drop=True))
    assert max(map(len, portions.each(tmp_path, "figures"))) == 7
    told = table.drop(columns="label")
    portions.write(tmp_path, "figures", told, ["unit_id"])
    rows = fingerprints.rows(portions.each(tmp_path, "figures"), ["unit_id"])
    assert fingerprints.of_table(rows) == fingerprints.of_table(told)
    assert fingerprints.of_units(rows, "unit_id") == fingerprints.of_units(told, "unit_id")
    some = rows.where(rows.of["unit_id"] < "d")
    assert fingerprints.of_units(some, "unit_id") == fingerprints.of_units(told[told["unit_id"] < "d"], "unit_id")
