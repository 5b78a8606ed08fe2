"""Questions to a region, in a line each, with the statistics of the reports.

Every question is a function of a region, and a method of it: ``region.compare("autonomie")``.
"""

from workbench.research.questions.answers import item, themes
from workbench.research.questions.compare import compare
from workbench.research.questions.follow import follow
from workbench.research.questions.indicator import indicator
from workbench.research.questions.measures import measures
from workbench.research.questions.relate import relate
from workbench.research.questions.waves import change, mirror

__all__ = ["change", "compare", "follow", "indicator", "item", "measures", "mirror", "relate", "themes"]
