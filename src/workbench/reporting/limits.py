"""What one notebook may take; apart from `notebooks`, so that who only says it needs not import what executes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds in all, and bytes of memory for its data (0: no limit)."""

    seconds: float = 600
    memory: int = 0
