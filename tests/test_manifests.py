"""The manifest accounts for everything that was delivered."""

from workbench import store


def test_the_manifest_accounts_for_every_record_by_reason(small_region):
    manifest = store.read_json(small_region.processed(2026) / "manifest.json")
    account = store.read_table(small_region.processed(2026), "deliveries").set_index("file")
    assert set(manifest["records"]) == set(account.index)
    for file, each in manifest["records"].items():
        assert each["delivered"] == each["counted"] + sum(each["excluded"].values()) == account.at[file, "delivered"]
    assert "duplicate" in {reason for each in manifest["records"].values() for reason in each["excluded"]}
