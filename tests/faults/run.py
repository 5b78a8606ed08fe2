"""One run: ``python -m faults.run FOLDER [force]``; exit code 0 if every page was made, whatever was delivered."""

import sys
from pathlib import Path

from workbench import pipeline
from workbench.store import Places


def main() -> None:
    """Process and report as the command does."""
    places, force = Places(Path(sys.argv[1]), "sample"), "force" in sys.argv
    pipeline.process(places, 2026, force=force)
    sys.exit(bool(pipeline.report(places, 2026, force=force).failed))


if __name__ == "__main__":
    main()
