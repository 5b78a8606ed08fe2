"""What stands beside the figures of a release tells of no small group either."""

import pandas as pd

from workbench import releasing


def test_a_number_that_is_left_out_is_not_the_rest_of_a_total():
    left_out = [
        ("a", "empty", 2),
        ("b", "empty", 7),
        ("c", "empty", 9),
        ("a", "twice", 1),
        ("b", "twice", 3),
        ("c", "twice", 8),
    ]
    rows = [(provider, reason) for provider, reason, count in left_out for _ in range(count)]
    exclusions = pd.DataFrame(rows, columns=["provider_id", "reason"]).assign(file="f.csv")
    files = pd.DataFrame({"file": ["f.csv"], "kind": ["responses"]})
    shown = releasing._left_out(exclusions, files, 5).set_index(["reason", "provider_id"])["records"]
    assert shown["empty"].isna().to_list() == [True, True, False]  # 2 is not 18 - 7 - 9
    assert shown["twice"].isna().to_list() == [True, True, False]
