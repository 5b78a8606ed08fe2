"""Quality workbench for social care: fair, readable, private reports on providers of Wmo support and youth care."""

from workbench.regions import open_region, open_release

__all__ = ["open_region", "open_release"]
