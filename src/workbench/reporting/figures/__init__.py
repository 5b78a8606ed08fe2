"""One function per kind of chart: a small table in, an SVG drawing out. No statistics here, only drawing.

The family: the one the report is about is blue and lies on top; the region is a quiet grey behind it; what differs has
its own shape as well as its own colour; every estimate carries its interval; names and numbers stand beside what they
belong to. A drawing is 760 wide and its text 16, so that on A4 it is as large as the text of the report.

Every function takes ``language`` for its numbers and words. Colours are those of Okabe & Ito (2008), which people with
any colour blindness can tell apart. The same input gives the same bytes.
"""

from workbench.reporting.figures.axes import in_parts
from workbench.reporting.figures.incidence import incidence
from workbench.reporting.figures.intervals import dots, dumbbell
from workbench.reporting.figures.matrix import heat, missingness
from workbench.reporting.figures.ranking import caterpillar
from workbench.reporting.figures.scatter import funnel, quadrant
from workbench.reporting.figures.shares import bars, distribution
from workbench.reporting.figures.targets import targets
from workbench.reporting.figures.years import trend

__all__ = [
    "bars",
    "caterpillar",
    "distribution",
    "dots",
    "dumbbell",
    "funnel",
    "heat",
    "in_parts",
    "incidence",
    "missingness",
    "quadrant",
    "targets",
    "trend",
]
