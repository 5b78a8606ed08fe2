"""Totals and means between the records of a delivery: no records, and no organisation taken for one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.intake import deliveries, exports

LIST = "nr;aanbieder;locatie;datum;past;tevreden"
RECORDS = [f"{n};De Linde;{('Noord', 'Zuid')[n % 2]};{n}-2-2026;{n % 5 + 1};4" for n in range(1, 11)]
Receive = Callable[..., deliveries.Received]


@pytest.mark.parametrize(
    "total",
    [
        "Totaal locatie Noord;;;;;",
        "Totaal locatie Noord;;;;3,4;4,0",
        ";;Totaal Noord;;17;20",
        ";;Subtotaal;;17;20",
        ";Gemiddelde De Linde;;;3,4;4",
        ";Totaal: 5;;;;",
    ],
)
def test_a_total_between_the_records_is_told_and_does_not_count(total: str, received: Receive) -> None:
    lines = [LIST, *RECORDS[:5], total, *RECORDS[5:], "Eindtotaal;;;;34;40"]
    found = received("\n".join(lines).encode())
    assert dict(zip(found.exclusions["row"], found.exclusions["reason"], strict=True)) == {
        7: "adds up other rows",
        13: "adds up other rows",
    }
    assert len(found.responses) == 10
    told = found.findings[found.findings["message"].str.contains("adds up others")]
    assert told[["severity", "row"]].to_numpy().tolist() == [["note", 7]]


@pytest.mark.parametrize(
    "record",
    [
        "11;Totaal Thuis;Noord;1-2-2026;4;5",
        "11;Totaal Thuis;Noord;;4;5",
        ";Totaal Thuis;;1-2-2026;4;5",
        "11;Totaal Noord Zorg;;1-2-2026;4;5",
        "11;De Linde;Totaal;;4;5",
        "11;De Linde;Gemiddelde wijk;1-2-2026;4;5",
    ],
)
def test_a_record_that_speaks_of_a_total_is_a_record(record: str) -> None:
    raw = "\n".join([LIST, *RECORDS[:5], record, *RECORDS[5:]]).encode()
    export = exports.read(raw, "a.csv")
    assert len(export.table) == 11
    assert not export.summary


@pytest.mark.parametrize("repeated", [True, False])
def test_totals_per_provider_among_figures(repeated: bool, tmp_path: Path) -> None:
    rows = ["Aanbieder;Locatie;Cliënten;Budget"]
    for name in ("De Linde", "Het Anker", "Totaal Thuis"):
        rows += [f"{name};Noord;5;100", f"{name};Zuid;7;200"]
        rows += [f"{name};Totaal {name};12;300" if repeated else f"Totaal {name};;12;300"]
    export = exports.read("\n".join(rows).encode(), "a.csv")
    assert export.summary == (4, 7, 10)
    assert export.table["Aanbieder"].tolist() == ["De Linde"] * 2 + ["Het Anker"] * 2 + ["Totaal Thuis"] * 2


def test_a_theme_that_is_called_total_is_a_judgement() -> None:
    rows = ["Aanbieder;Thema;Score", *(f"{name};{theme};7" for name in ("A", "B") for theme in ("Effect", "Totaal"))]
    assert len(exports.read("\n".join([*rows, "C;Effect;7", "C;Totaal;8", "D;Effect;6"]).encode(), "a.csv").table) == 7


ANSWERS = ["De Linde;Good;8", "De Linde;Poor;5"] * 10


@pytest.mark.parametrize(
    "rows",
    [
        [*ANSWERS, "De Linde;Average;", "De Linde;Average;7", *ANSWERS],
        [*ANSWERS, "De Linde;Totaal;", *ANSWERS],
        [*ANSWERS, "De Linde;Gemiddelde;", *ANSWERS],
        ["Totaal Team;1-2-2026;6", *ANSWERS, "Totaal Team;1-2-2026;", *ANSWERS],
    ],
    ids=["an answer", "an answer without a mark", "a remark", "a day beside it"],
)
def test_an_answer_that_is_called_so_is_a_record(rows: list[str]) -> None:
    """The provider and what else stands before it is that of the row above, and one answer lacks."""
    export = exports.read("\n".join(["aanbieder;oordeel;cijfer", *rows]).encode(), "a.csv")
    assert (len(export.table), export.summary) == (len(rows), ())


@pytest.mark.parametrize(
    "rows",
    [
        ["Goed;8;De Linde", "Slecht;4;Het Anker", "Gemiddeld;6;De Linde"],
        ["Goed;8;", "Gemiddeld;6;", "Slecht;4;", "Gemiddeld;7;"],
    ],
    ids=["a provider beside it", "said before"],
)
def test_a_last_answer_that_is_called_so_is_a_record(rows: list[str]) -> None:
    export = exports.read("\n".join(["oordeel;cijfer;aanbieder", *rows]).encode(), "a.csv")
    assert (len(export.table), export.summary) == (len(rows), ())
