"""A region as a researcher opens it: ``wb.open_region("sample", 2026)``."""

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import codebook as codebooks
from workbench import estimating, schemas
from workbench.codebook import Codebook
from workbench.estimating import Survey
from workbench.reporting import phrases
from workbench.research import overview, questions, tables
from workbench.research.tables import Table
from workbench.store import NotThere, Places

if TYPE_CHECKING:
    from workbench.analysis.crosstabs import Crosstab
    from workbench.exporting import Exported

CODES = ("role", "informant", "variant", "mode", "sex", "ending_group", "reason", "group", "source", "label")


class Region:
    """The processed tables of a region, its codebook, and questions with the statistics of the reports.

    The tables are records of people: they stay in the protected folder. What leaves it goes through `export`.

    Tables are attributes, read when first used: ``region.scores``, ``region.episodes``; ``region.scores?`` says what a
    row is, ``region.about("scores")`` gives it as a table. Questions are methods: `compare`, `relate`, `follow`,
    `mirror`, `change`, `item`, `themes`, `indicator`; each gives an `Answer`, which shows itself and holds its
    `estimates`.

    Attributes
    ----------
    name : str
        Folder in ``data/processed``.
    years : list of int
        Years that are open, oldest first; tables hold them together.
    year : int
        The last of them: what a question is about unless it is asked of another.
    language : {"nl", "en"}
        Of labels and sentences.

    Examples
    --------
    >>> import workbench as wb
    >>> region = wb.open_region("sample", 2026)                 # doctest: +SKIP
    >>> region.scores.head()                                    # doctest: +SKIP
    >>> region.compare("autonomie")                             # doctest: +SKIP
    >>> region.compare("autonomie").estimates                   # doctest: +SKIP
    """

    deliveries = Table("deliveries")
    responses = Table("responses")
    answers = Table("answers")
    unanswered = Table("unanswered")
    exclusions = Table("exclusions")
    findings = Table("findings")
    scores = Table("scores")
    episodes = Table("episodes")
    assessments = Table("assessments")
    context = Table("context")
    invited = Table("invited")
    remarks = Table("remarks")
    agreements = Table("agreements")
    estimates = Table("estimates")

    compare = questions.compare
    relate = questions.relate
    follow = questions.follow
    mirror = questions.mirror
    change = questions.change
    item = questions.item
    indicator = questions.indicator
    themes = questions.themes

    def __init__(self, places: Places, years: list[int], language: str | None = None):
        self._places, self.name, self.years, self.year = places, places.region, years, years[-1]
        self._read: dict[str, pd.DataFrame] = {}
        self._surveys: dict[int, Survey] = {}
        self._measures: pd.DataFrame | None = None
        self._language = language
        if language not in (None, "nl", "en"):
            raise NotThere(f"No language {language!r}; choose from nl, en.")

    @property
    def language(self) -> str:
        """Language of labels and sentences: the one asked for, else the region's."""
        return self._language or self.codebook.region.language

    @cached_property
    def codebook(self) -> Codebook:
        """What people decided: ``.items`` (wording per questionnaire and variant), ``.dimensions``, ``.cards``."""
        return codebooks.read(self._places.codebook)

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the tables by name; the years that are open together.

        Raises
        ------
        NotThere
            For a table that does not exist; the message names those that do.
        """
        if name not in schemas.TABLES:
            raise NotThere(f"No table {name!r}{_near(name, schemas.TABLES)} There are {', '.join(schemas.TABLES)}.")
        if name not in self._read:
            self._read[name] = tables.read(self._places, self.years, name)
        return self._read[name].copy(deep=False)

    @property
    def respondents(self) -> pd.DataFrame:
        """One row per counted questionnaire: background, the score of each dimension and the code of each item.

        Columns
        -------
        those of ``responses``, one per dimension (0-100, higher is better, missing where too few items were answered)
        and one per item (the code as answered, not reversed). Scores of versions with other answer scales are there
        too (``scores.points``); questions leave out what cannot be compared.
        """
        wide = self.scores.pivot(index="response_id", columns="dimension", values="score")
        wide.columns = wide.columns.astype(str)
        whole = self.responses.merge(wide, on="response_id", how="left", validate="1:1")
        return whole.merge(self.answers.drop(columns="year"), on="response_id", how="left", validate="1:1")

    def in_year(self, year: int) -> "Region":
        """Return the same region with one of its years open."""
        return Region(self._places, tables.chosen_years(self._places, year), self._language)

    def about(self, name: str | None = None) -> pd.DataFrame:
        """Say what a table holds: one row per column; without a name, one row per table.

        Examples
        --------
        >>> region.about("scores")                              # doctest: +SKIP
        """
        if name is None:
            counts = overview.rows_of(self._places, self.years)
            rows = [
                {"table": each, "rows": counts.get(each), "one row": str(schema.description).partition(";")[0]}
                for each, schema in schemas.TABLES.items()
            ]
            return pd.DataFrame(rows).set_index("table").astype({"rows": "Int64"})
        wording = {item: self.label(item) for item in self.codebook.items["item"]} if name == "answers" else {}
        return tables.described(name, self.table(name), wording)

    @property
    def measures(self) -> pd.DataFrame:
        """One row per measure a question can be about: what it is called, what kind it is, whom it is asked of.

        `kind` is ``dimension`` (score 0-100), ``item`` (one question), ``outcome`` (share) or ``context`` (figures of
        the administration).
        """
        return questions.measures(self)

    def label(self, code: str) -> str:
        """Return what a reader calls a code: a measure, item, provider, municipality, role, reason.

        Examples
        --------
        >>> region.label("GM0632")                              # doctest: +SKIP
        'Woerden'
        """
        return self._labels.get(code) or phrases.name(code, self.language)

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with codes replaced by what readers call them, so that a chart labels itself.

        Examples
        --------
        >>> sns.boxplot(region.labelled(region.scores), x="score", y="dimension")   # doctest: +SKIP
        """
        named = {"provider_id", "municipality_code", "dimension", "measure", "theme", "item", "unit_id", *CODES}
        shown = {
            column: table[column].map({code: self.label(str(code)) for code in table[column].dropna().unique()})
            for column in table.columns
            if column in named
        }
        return table.assign(**shown)

    @cached_property
    def _labels(self) -> dict[str, str]:
        book, language = self.codebook, self.language
        known = dict(
            zip(
                book.items["item"],
                book.items[f"wording_{language}"].where(
                    book.items[f"wording_{language}"] != "", book.items["wording_nl"]
                ),
                strict=True,
            )
        )
        standard = book.items[book.items["variant"] == "standaard"]
        known |= {
            item: text for item, text in zip(standard["item"], standard[f"wording_{language}"], strict=True) if text
        }
        known |= dict(zip(book.municipalities["municipality_code"], book.municipalities["name"], strict=True))
        known |= dict(zip(book.providers["provider_id"], book.providers["name"], strict=True))
        known |= {measure: book.name_of(measure, language) for measure in [*book.cards, *book.dimensions["dimension"]]}
        return known | {"region": book.region.name}

    def export(
        self, what: Any, name: str, *, why: str, draw: Callable[[pd.DataFrame], Any] | None = None
    ) -> "Exported":
        """Let a table or chart leave the protected folder, as far as it may be seen beside all that was published.

        It goes to ``reports/<region>/<year>/exports``, with the rules of the reports: figures on few people are hidden,
        and what would give those away, also beside earlier releases and exports. Who, why and when go into a register;
        what was published stays known. A table with one row per person is refused.

        Parameters
        ----------
        what : Answer, DataFrame or Crosstab
            The answer to a question, rows of ``estimates``, or people counted with `count`.
        name : str
            Of the file: lower-case letters, digits and hyphens.
        why : str
            For whom or for what.
        draw : callable, optional
            Gets the table that may be seen and returns a matplotlib figure, axes, or SVG.

        Returns
        -------
        Exported
            ``table`` as it stands in the file, ``hidden`` with reasons, ``files``.

        Raises
        ------
        NotSafe
            Where people cannot be counted, or nothing can be shown; the message says what to do.

        Examples
        --------
        >>> region.export(region.compare("effect"), "effect", why="council, May")       # doctest: +SKIP
        """
        from workbench import exporting  # spreadsheets are slow to import, and most notebooks export nothing

        where = self._places, self.year
        return exporting.export(*where, what, name, why=why, draw=draw, label=self.label, language=self.language)

    def count(self, rows: str, columns: str = "", *, role: str = "client") -> "Crosstab":
        """Count respondents by one or two background columns, in a form that `export` can protect.

        Examples
        --------
        >>> region.export(region.count("mode", "age_band"), "modes", why="plan for 2027")    # doctest: +SKIP
        """
        from workbench.analysis.crosstabs import crosstab

        table = self.in_year(self.year).responses if len(self.years) > 1 else self.responses
        table = table[table["role"] == role]
        for each in (rows, columns):
            if each:
                self._known("column to count by", each, [name for name in table.columns if name != "response_id"])
        return crosstab(table, rows, columns or None, year=self.year)

    def survey(self, year: int | None = None) -> Survey:
        """Return what was asked and answered in one year, set apart as the reports do: what may be compared."""
        year = year or self.year
        if year not in self._surveys:
            tables.chosen_years(self._places, year)
            self._surveys[year] = estimating.survey(self._places.processed(year), year, self.codebook)
        return self._surveys[year]

    def _known(self, what: str, code: str, among: Iterable[str]) -> str:
        """Return a code that is there, or say which are."""
        among = list(among)
        if code in among:
            return code
        by_name = {self.label(each).casefold(): each for each in among}
        if code.casefold() in by_name:
            return by_name[code.casefold()]
        raise NotThere(f"No {what} {code!r}{_near(code, among)} There are {', '.join(map(str, among))}.")

    def __repr__(self) -> str:
        return overview.as_text(self)

    def _repr_html_(self) -> str:
        return overview.as_html(self)


def _near(name: str, among: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(among), 1)
    return f"; did you mean {near[0]!r}?" if near else "."
