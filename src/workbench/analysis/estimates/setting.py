"""What surrounds experience: clients, inflow, waiting time, money - figures of the administration, no estimates."""

import pandas as pd

from workbench.analysis.estimates.contract import rows, together

ADDED_UP = ("clients", "inflow", "budget", "spent", "complaints")


def context(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the administration's figures as rows beside the estimates; for the region what can be added up.

    Waiting weeks and turnover of staff are no sums: the region gets the median of its providers. What was spent per
    client is a figure of its own: of the region its providers together.

    Parameters
    ----------
    figures : DataFrame, one row per provider or municipality, calendar year and measure
        ``unit, unit_id, year, measure, value``.
    year : int
        Year of the report that has them; the calendar year stands in `category`.

    Returns
    -------
    DataFrame
        Statistic ``context``, group ``organisation``; people, weeks, euro, share or number by measure, no interval.

    Examples
    --------
    >>> figures = pd.DataFrame({"unit": "provider", "unit_id": ["a", "b"], "year": 2025, "measure": "clients",
    ...                         "value": [40.0, 60.0]})
    >>> context(figures, 2026)[["unit_id", "category", "estimate"]].values.tolist()
    [['a', '2025', 40.0], ['b', '2025', 60.0], ['region', '2025', 100.0]]
    """
    known = figures.dropna(subset=["value"]).assign(category=figures["year"].astype(int).astype(str))
    known = known.rename(columns={"value": "estimate"})[["unit", "unit_id", "measure", "category", "estimate"]]
    if known.empty:
        return together([])
    of_providers = known[known["unit"] == "provider"].groupby(["measure", "category"])["estimate"]
    region = of_providers.agg(["sum", "median"]).reset_index()
    region["estimate"] = region["sum"].where(region["measure"].isin(ADDED_UP), region["median"])
    whole = region[["measure", "category", "estimate"]].assign(unit="region", unit_id="region")
    table = pd.concat([known, whole], ignore_index=True)
    table = pd.concat([table, _per_client(table)], ignore_index=True)
    return together([rows(table, statistic="context", group="organisation", year=year, method="as delivered")])


def _per_client(table: pd.DataFrame) -> pd.DataFrame:
    """Return what was spent per client, where both are known and there were clients."""
    asked = table[table["measure"].isin(["spent", "clients"])]
    wide = asked.pivot(index=["unit", "unit_id", "category"], columns="measure", values="estimate")
    both = wide.reindex(columns=["spent", "clients"]).dropna()
    both = both[both["clients"] > 0]
    return both.assign(estimate=both["spent"] / both["clients"], measure="spent_per_client").reset_index()
