"""A run of the fictional region must not move without a reason.

Where it should move, ``python tests/rewrite.py`` writes the golden table again; the changelog says why.
"""

from pathlib import Path

import pandas as pd

from workbench import open_region

GOLDEN = Path(__file__).parent / "golden" / "estimates.csv"
KEY = ["measure", "statistic", "category", "unit", "unit_id", "group", "year"]
TOLERANCE = 1e-6


def chosen(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are watched: everything of the region, and what is said of each provider."""
    statistics = ["adjusted", "shrunk", "gap", "incidence", "icc", "change", "weighted", "choice", "discuss"]
    watched = (estimates["unit"] == "region") | estimates["statistic"].isin(statistics)
    watched &= ~estimates["statistic"].str.startswith("funnel_")
    rows = estimates[watched & (estimates["year"] == 2026) & (estimates["unit"] != "municipality")]
    return rows[[*KEY, "n", "estimate", "std_error", "label"]].sort_values(KEY, ignore_index=True)


def test_the_estimates_are_those_of_the_golden_run(small_region):
    made = chosen(open_region("sample", 2026, root=small_region.root).estimates).fillna({"label": ""})
    golden = pd.read_csv(GOLDEN, keep_default_na=False, na_values={"n": [""], "estimate": [""], "std_error": [""]})
    pd.testing.assert_frame_equal(
        made.astype({"category": str}), golden.astype({"category": str}), rtol=TOLERANCE, check_dtype=False
    )
