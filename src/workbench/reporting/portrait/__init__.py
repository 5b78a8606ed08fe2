"""The exhibits of a provider report: one provider beside its region, by the sections a reader finds."""

from workbench.reporting.indicators import indicators
from workbench.reporting.portrait.experience import answers, experience, trend
from workbench.reporting.portrait.mirror import mirror, mirror_items, mirror_question
from workbench.reporting.portrait.opening import agreed, headline, in_short
from workbench.reporting.portrait.participation import participation, representativity
from workbench.reporting.portrait.results import continuing, endings, outcomes, restarts
from workbench.reporting.portrait.sides import sides
from workbench.reporting.portrait.talk import conversation, findings, hidden, remarks
from workbench.reporting.surroundings import context

__all__ = [
    "agreed",
    "answers",
    "context",
    "continuing",
    "conversation",
    "endings",
    "experience",
    "findings",
    "headline",
    "hidden",
    "in_short",
    "indicators",
    "mirror",
    "mirror_items",
    "mirror_question",
    "outcomes",
    "participation",
    "remarks",
    "representativity",
    "restarts",
    "sides",
    "trend",
]
