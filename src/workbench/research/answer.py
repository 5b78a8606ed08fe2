"""The answer to a question: a picture, a sentence and a table that show themselves, and the estimates behind them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import schemas
from workbench.analysis import release
from workbench.analysis.linked_counts import Rules
from workbench.reporting import phrases
from workbench.reporting.exhibit import Exhibit

if TYPE_CHECKING:
    from workbench.research.region import Region

ON_PAPER = "background:#fff;color:#1b2430;max-width:760px;padding:4px"


@dataclass(frozen=True)
class Answer(Exhibit):
    """An exhibit with the estimates it was made from.

    It shows itself in a notebook and in a page made with ``python -m workbench render``. Figures on fewer people than
    the region shows are left out of picture and table; they are in `estimates`, with status ``hidden``.

    Attributes
    ----------
    finding : str
        The answer in a sentence.
    table : DataFrame
        What is shown, as it is written.
    estimates : DataFrame
        Rows of the contract of all figures in the reports (``region.about("estimates")``).
    """

    estimates: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def _repr_html_(self) -> str:
        """Return the exhibit; a drawing keeps its own paper, so that it can be read in a dark theme too."""
        html = super()._repr_html_().replace('<p class="finding">', '<p class="finding" style="font-weight:600">')
        return html.replace('<div class="drawing"', f'<div class="drawing" style="{ON_PAPER}"')

    def __repr__(self) -> str:
        return f"{self.finding}\n\n{self.table.to_string(index=False)}\n\n{self.note}".strip()


def decided(region: "Region", estimates: pd.DataFrame) -> pd.DataFrame:
    """Return estimates with the status a reader would give them: shown, indicative or hidden, by number of people."""
    limits = asdict(region.codebook.region.thresholds)
    rules = Rules.of(limits)
    status = release.alone(estimates, rules, limits["indicative_below"])[["status", "reason"]]
    return schemas.check("estimates", estimates.assign(**status))


def told(
    region: "Region",
    key: str,
    table: pd.DataFrame,
    estimates: pd.DataFrame,
    *,
    caption: str,
    finding: str,
    chart: str | Sequence[str] | None = None,
    notes: Sequence[str] = (),
    **formats: str,
) -> Answer:
    """Return an answer in the language of the region."""
    key = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in key.lower())
    note = " ".join(each for each in notes if each)
    return Answer(key, caption, finding, table, chart, note, region.language, formats, estimates)


def text(region: "Region", key: str, **values: Any) -> str:
    """Return a text of a question in the language of the region."""
    return phrases.text("asked", key, region.language, **values)


def head(region: "Region", key: str) -> str:
    """Return the heading of a column."""
    return phrases.text("heads", key, region.language)


def hidden_note(region: "Region", hidden: int) -> str:
    """Say how many figures are not shown because they rest on too few people; nothing where none is."""
    return text(region, "hidden", hidden=hidden) if hidden else ""
