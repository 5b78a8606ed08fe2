"""Run by hand: ``make faults``, or ``python -m faults --times 50`` in ``tests``."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console

from faults import killing


def main() -> None:
    """Kill a process of a run, fifty times, and see each time that a whole release comes of it."""
    parser = argparse.ArgumentParser("python -m faults", description="Kill runs at random moments.")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--providers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        places = killing.region(Path(folder), asked.providers)
        struck: Counter[str] = Counter()
        try:
            for done, blow in enumerate(killing.rounds(places, asked.times, asked.seed), 1):
                struck[blow.victim] += 1
                console.print(f"{done:>3} of {asked.times}: {blow}")
        except killing.NotWhole as failure:
            console.print(f"[red]{failure}[/]")
            sys.exit(1)
    told = ", ".join(f"{victim} {times}" for victim, times in sorted(struck.items()))
    console.print(f"{asked.times} kills ({told}); a whole release, byte for byte, after each.")


if __name__ == "__main__":
    main()
