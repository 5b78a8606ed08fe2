"""Who is behind episodes."""

import pandas as pd

from workbench.analysis.estimates.results import outcome_rows


def test_somebody_with_three_endings_is_one_person():
    day = pd.Timestamp
    episodes = pd.DataFrame(
        {
            "client": ["a", "a", "a", "b", "c"],
            "provider_id": ["p", "p", "q", "p", "q"],
            "municipality_code": "GM0632",
            "ending_group": ["eenzijdig_client", "eenzijdig_client", "volgens_plan", "volgens_plan", "volgens_plan"],
            "started_on": day("2025-01-01"),
            "ended_on": day("2025-06-30"),
            "follow_up_until": day("2025-12-31"),
        }
    )
    definitions = {"dropout": "eenzijdig", "dropout_external": "keep"}
    got = outcome_rows(episodes, 2026, definitions, day("2025-12-31"), measures=["uitval", "reden_einde"])
    known = got[(got["category"] == "") & (got["measure"] == "uitval")].set_index("unit_id")
    assert known.loc["p", ["n", "people", "people_in", "people_out"]].to_list() == [3, 2, 1, 1]
    assert known.loc["region", ["n", "people", "people_in", "people_out"]].to_list() == [5, 3, 1, 3]
    reason = got[(got["category"] == "volgens_plan") & (got["unit"] == "provider")].set_index("unit_id")
    assert reason["people_in"].to_dict() == {"p": 1, "q": 2}
