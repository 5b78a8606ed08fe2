"""The exhibits of the regional synthesis, by the sections a reader finds; never a provider without its uncertainty."""

from workbench.reporting.indicators import indicators
from workbench.reporting.synthesis.ambitions import agreements, ambitions
from workbench.reporting.synthesis.choices import choices
from workbench.reporting.synthesis.experience import comparison, comparisons, differences, years
from workbench.reporting.synthesis.follow import context, follow
from workbench.reporting.synthesis.mirror import mirror, mirror_map
from workbench.reporting.synthesis.opening import for_the_council, headline, in_short
from workbench.reporting.synthesis.outcomes import outcomes, registers
from workbench.reporting.synthesis.participation import deliveries, participation, representativity
from workbench.reporting.synthesis.questionnaire import answers_needed, reliability, same_questions, skipped
from workbench.reporting.synthesis.sides import agreement, sides

__all__ = [
    "agreement",
    "agreements",
    "ambitions",
    "answers_needed",
    "choices",
    "comparison",
    "comparisons",
    "context",
    "deliveries",
    "differences",
    "follow",
    "for_the_council",
    "headline",
    "in_short",
    "indicators",
    "mirror",
    "mirror_map",
    "outcomes",
    "participation",
    "registers",
    "reliability",
    "representativity",
    "same_questions",
    "sides",
    "skipped",
    "years",
]
