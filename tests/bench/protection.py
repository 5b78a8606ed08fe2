"""Protection: what may be seen of a whole region is decided, and the decision audited."""

import dataclasses
from pathlib import Path
from typing import Any

from bench.job import timed

YEAR = 2026


def prepare(root: str, providers: int) -> None:
    """Write the fictional region of this many providers, two years, and make its tables."""
    from workbench import pipeline, sample
    from workbench.store import Places

    project = Path(root)
    (project / "data" / "raw").mkdir(parents=True, exist_ok=True)
    sample.make(project, providers=providers, years=2)
    pipeline.process(Places(project, "sample"), YEAR)


def decided(root: str) -> dict[str, Any]:
    """Decide what may be seen of every figure, and audit that."""
    from workbench import codebook, store
    from workbench.analysis import ledger, release
    from workbench.store import Places

    places = Places(Path(root), "sample")
    limits = dataclasses.asdict(codebook.read(places.codebook).region.thresholds)
    estimates = store.read_table(places.processed(YEAR), "estimates")
    with timed():
        released = release.decide(estimates, **limits)
        leaks = ledger.audit(estimates, released, ledger.Rules.of(limits))
    if leaks:
        raise ValueError(f"{len(leaks)} figures can be worked out: {leaks[0]}")
    return {"figures": len(released), "hidden": int((released["status"] == "hidden").sum())}
