"""A region to explore: its tables, its codebook, and questions with the statistics of the reports."""

from workbench.research.region import Region

__all__ = ["Region"]
