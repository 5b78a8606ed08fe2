"""The calibration as a document: per test what was simulated and why, then limit and reached."""

import textwrap
from collections.abc import Sequence

from .experiment import Check, Finding
from .regions import SHARES

OPENING = """\
# Do the statistics keep their promises?

A method with a good name can still fail on the data at hand: few people, high scores, providers that hardly differ. So
every promise of the statistics is tried on simulated regions of which the truth is known, and held to a limit that was
set beforehand. `make calibrate` runs this and writes this page; every figure in it comes from the run. Seeds are fixed:
another run gives the same figures, whatever the number of processes.

Unless another number is given, a figure rests on {regions} simulated regions per condition (number of providers,
skewed or normal scores, differences between providers). People number 5 to 150 per provider, half of the providers
fewer than 22; they answer five questions of 1 to 5, with {shares} of the answers, as client surveys find.
Where several conditions share a limit, the smallest and the largest figure are given, and both must keep to it. A limit
of "-" is for information.

**{verdict}**
"""


def written(checks: Sequence[Check], found: dict[int, list[Finding]], regions: int) -> str:
    """Return the document."""
    limited = [finding for check in checks for finding in found[check.number] if finding.limit != "-"]
    missed = sum(not finding.holds() for finding in limited)
    verdict = (
        f"{len(limited) - missed} of {len(limited)} limits are kept{'.' if not missed else ', the others are marked.'}"
    )
    parts = [
        OPENING.format(regions=f"{regions:,}", shares=", ".join(f"{each:.0%}" for each in SHARES), verdict=verdict)
    ]
    for check in checks:
        parts.append(f"## {check.number}. {check.title}\n\n{_wrapped(check.words)}\n\n{_table(found[check.number])}\n")
    return "\n".join(parts)


def _table(findings: Sequence[Finding]) -> str:
    rows = [f"| {finding.what} | {finding.limit} | {finding.reached} | {_verdict(finding)} |" for finding in findings]
    return "\n".join(["| what | limit | reached | kept |", "|---|---|---|---|", *rows])


def _verdict(finding: Finding) -> str:
    if finding.limit == "-":
        return "-"
    return "yes" if finding.holds() else "**no**"


def _wrapped(text: str, width: int = 118) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
