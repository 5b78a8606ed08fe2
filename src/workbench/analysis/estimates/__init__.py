"""The region's estimates: every number with its uncertainty, as rows of one contract.

Each function takes processed tables and gives rows of ``schemas.ESTIMATES``: one row per measure, statistic, category,
unit, group and year. Units are providers, municipalities and the region. Nothing here hides anything: the status is
``shown`` until `release` has had its say.
"""

from workbench.analysis.estimates.contract import COLUMNS, KEY, NUMBERS, UNITS, rows, together
from workbench.analysis.estimates.experience import adjuster_columns, comparisons, gaps, means, opinions
from workbench.analysis.estimates.participation import participation
from workbench.analysis.estimates.results import answered_outcomes, outcome_rows

__all__ = [
    "COLUMNS",
    "KEY",
    "NUMBERS",
    "UNITS",
    "adjuster_columns",
    "answered_outcomes",
    "comparisons",
    "gaps",
    "means",
    "opinions",
    "outcome_rows",
    "participation",
    "rows",
    "together",
]
