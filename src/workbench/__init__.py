"""Quality workbench for social care: fair, readable, private reports on providers of Wmo support and youth care."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.regions import open_region, open_release

__all__ = ["open_region", "open_release"]


def __getattr__(name: str) -> Any:
    """Import what opens a region when it is asked for: a command that finds nothing to do needs no tables."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from workbench import regions

    return getattr(regions, name)


def __dir__() -> list[str]:
    return __all__
