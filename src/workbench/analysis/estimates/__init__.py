"""The region's estimates: every number with its uncertainty, as rows of one contract.

Each function takes processed tables and gives rows of ``schemas.ESTIMATES``: one row per measure, statistic, category,
unit, group and year. Units are providers, municipalities and the region. Nothing here hides anything: the status is
``shown`` until `release` has had its say.
"""

from workbench.analysis.estimates.choices import other_comparisons, other_outcomes
from workbench.analysis.estimates.contract import COLUMNS, KEY, NUMBERS, UNITS, rows, together
from workbench.analysis.estimates.differences import adjuster_columns, comparisons
from workbench.analysis.estimates.experience import gaps, means, opinions
from workbench.analysis.estimates.funnels import outcomes_beside_region
from workbench.analysis.estimates.images import ratings, source_agreement, triangulation
from workbench.analysis.estimates.participation import participation
from workbench.analysis.estimates.questionnaire import examined
from workbench.analysis.estimates.representation import representation, weighted_means
from workbench.analysis.estimates.results import NO_STOPS, answered_outcomes, outcome_rows, silent
from workbench.analysis.estimates.setting import context
from workbench.analysis.estimates.waves import changes

__all__ = [
    "COLUMNS",
    "KEY",
    "NO_STOPS",
    "NUMBERS",
    "UNITS",
    "adjuster_columns",
    "answered_outcomes",
    "changes",
    "comparisons",
    "context",
    "examined",
    "gaps",
    "means",
    "opinions",
    "other_comparisons",
    "other_outcomes",
    "outcome_rows",
    "outcomes_beside_region",
    "participation",
    "ratings",
    "representation",
    "rows",
    "silent",
    "source_agreement",
    "together",
    "triangulation",
    "weighted_means",
]
