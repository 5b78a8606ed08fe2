"""One run: ``python -m faults.run FOLDER [all|pages]``; exit code 0 if every page was made, whatever was delivered."""

import sys
from pathlib import Path

from workbench import pipeline
from workbench.store import Places


def main() -> None:
    """Process and report as the command does."""
    places, again = Places(Path(sys.argv[1]), "sample"), sys.argv[2:]
    pipeline.process(places, 2026, force="all" in again)
    sys.exit(bool(pipeline.report(places, 2026, force=bool(again)).failed))


if __name__ == "__main__":
    main()
