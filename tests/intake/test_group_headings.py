"""Lists as people make them by hand: a name above the records of each group, or a column per respondent."""

from pathlib import Path

import pytest

from workbench.codebook import Codebook
from workbench.intake import drafts, exports

HEADER = "nr;datum;De hulp past bij wat ik nodig heb.;Ik ben tevreden over de hulp."


def listed(*groups: str, first: int = 1) -> list[str]:
    """Return three records below each heading."""
    lines = []
    for at, name in enumerate(groups):
        lines += [f"{name};;;"] + [f"{first + 3 * at + n};{n + 1}-2-2026;{n + 2};4" for n in range(3)]
    return lines


def read(*lines: str) -> exports.Export:
    return exports.read("\n".join(lines).encode(), "a.csv")


def test_the_heading_of_a_group_stands_beside_its_records(region: Codebook, tmp_path: Path) -> None:
    lines = [HEADER, *listed("De Linde", "Het Anker", "Zorg & Zo")]
    export = read(*lines)
    assert export.table["groep"].tolist() == ["De Linde"] * 3 + ["Het Anker"] * 3 + ["Zorg & Zo"] * 3
    assert export.table.index.tolist() == [3, 4, 5, 7, 8, 9, 11, 12, 13]
    assert [each.message.split(",")[0] for each in export.findings] == ["3 rows hold nothing but a name"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    fields = drafts.propose(tmp_path / "a.csv", region)["columns"].set_index("column")["field"]
    assert fields["groep"] == "provider"


@pytest.mark.parametrize(
    "lines",
    [
        listed("De Linde"),
        [*listed("De Linde", "Het Anker"), "Zorg & Zo;;;"],
        ["1;1-2-2026;4;4", *listed("De Linde", "Het Anker", first=2)],
        ["De Linde;;;", *listed("Het Anker", "Zorg & Zo")],
        ["r1;;;", "r2;1-2-2026;4;4", "r3;;;", "r4;2-2-2026;4;4", "r5;;;", "r6;2-2-2026;4;4"],
    ],
    ids=["one", "below the last", "none above the first", "two in a row", "people who answered nothing"],
)
def test_what_is_no_such_list_stays_as_it_is(lines: list[str]) -> None:
    export = read(HEADER, *lines)
    assert "groep" not in export.table
    assert len(export.table) == len(lines)


def test_a_column_per_respondent_is_refused_with_what_to_do() -> None:
    asked = ("Aanbieder", "Hoe gaat het met u?", "Wat vindt u van de hulp?", "Past de hulp bij u?")
    lines = ["Vraag;" + ";".join(map(str, range(1, 9))), *(f"{question};{';'.join('34534534')}" for question in asked)]
    with pytest.raises(exports.Unreadable, match=r"lies on its side.*transpose"):
        read(*lines)
    figures = ["Maat;2023;2024;2025;2026", *(f"{question};1;2;3;4" for question in asked)]
    assert len(read(*figures).table) == 4


def test_a_remark_of_who_answered_nothing_else_is_no_heading() -> None:
    export = read("toelichting;past;fijn", "Fijne hulp;;", ";8;4", ";7;3", "Kwam te laat;;", ";6;3")
    assert "groep" not in export.table
    assert len(export.table) == 5
