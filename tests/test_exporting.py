"""What leaves a research notebook: the same rules as a report, in the ledger, with who, why and when."""

import io
import zipfile

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from openpyxl import load_workbook

from workbench import exporting, open_region, portions, store
from workbench.store import NotSafe

WHY = "for the council"


@pytest.fixture
def region(own_region):
    return own_region, open_region("sample", 2026, root=own_region.root)


def export(region, what, name="table", **options):
    return exporting.export(region[0], 2026, what, name, why=WHY, **options)


def people(**groups):
    """Return rows of questionnaires: so many people per group."""
    rows = [(f"{group}-{at}", group) for group, n in groups.items() for at in range(n)]
    return pd.DataFrame(rows, columns=["response_id", "kind"]).assign(year=2026)


def test_a_small_group_does_not_leave_nor_is_it_found_by_subtraction(region):
    left = export(region, exporting.crosstab(people(a=40, b=3, c=12, d=60), "kind"))
    assert set(left.table["category"]) == {"a", "d", "all"}
    assert {"few people" if "10" in why else "linked" for why in left.hidden["why"]} == {"few people", "linked"}


def test_it_says_who_why_and_when_and_stands_in_the_ledger(region):
    places, opened = region
    left = export(region, opened.compare("autonomie"), "autonomie")
    book = load_workbook(io.BytesIO((places.reports(2026) / "exports" / "autonomie.xlsx").read_bytes()))
    told = [cell.value for row in book.worksheets[-1].iter_rows() for cell in row]
    assert {WHY, left.who, left.when} <= set(told)
    known = store.read_table(places.ledger.parent, "ledger")
    assert (known["release"] == "export autonomie").any()
    register = pd.read_csv(places.reports(2026) / "exports" / "register.csv")
    assert register[["name", "why"]].values.tolist() == [["autonomie", WHY]]


def test_a_figure_of_the_release_leaves_as_it_was_released(region):
    places, opened = region
    released = portions.read(places.released(2026), "estimates")
    left = export(region, opened.estimates[opened.estimates["measure"] == "autonomie"])
    own = released[(released["measure"] == "autonomie") & (released["status"] != "hidden")]
    assert len(left.table) == len(own)
    assert left.table["estimate"].to_numpy() == pytest.approx(own["estimate"].to_numpy(), nan_ok=True)
    assert len(left.hidden) == (released["measure"] == "autonomie").sum() - len(own)


def test_a_figure_by_another_definition_leaves_as_a_label_only(region):
    rows = region[1].estimates.query("statistic == 'choice' and unit == 'provider' and year == 2026")
    assert rows["n"].notna().any()
    left = export(region, rows, "choices")
    assert len(left.table) and "label" in left.table
    assert set(left.table.select_dtypes("number").columns) <= {"year"}


def test_exporting_twice_changes_nothing(region):
    places, opened = region
    once = export(region, opened.compare("autonomie"))
    before = {path: path.read_bytes() for path in once.files}, store.read_table(places.ledger.parent, "ledger")
    again = export(region, opened.compare("autonomie"))
    assert {path: path.read_bytes() for path in again.files} == before[0]
    assert store.read_table(places.ledger.parent, "ledger").equals(before[1])


def test_another_table_under_the_same_name_is_refused(region):
    export(region, exporting.crosstab(people(a=40, b=50), "kind"))
    with pytest.raises(NotSafe, match="give this one a name of its own"):
        export(region, exporting.crosstab(people(a=60, b=50), "kind"))


def test_a_later_table_with_one_person_more_does_not_show_that_group(region):
    export(region, exporting.crosstab(people(a=40, b=50, c=30), "kind"), "first")
    left = export(region, exporting.crosstab(people(a=41, b=50, c=30), "kind"), "second")
    assert "a" not in set(left.table["category"])


@pytest.mark.parametrize(
    "what", [pd.DataFrame({"mean": [71.5]}), pd.DataFrame({"response_id": ["x"], "score": [70.0]})]
)
def test_a_table_whose_people_cannot_be_counted_is_refused_with_the_way_to_do_it(region, what):
    with pytest.raises(NotSafe, match=r"crosstab\(region.responses"):
        export(region, what)


def test_a_picture_is_drawn_from_what_may_be_seen_only(region):
    seen = []

    def draw(table):
        seen.append(table)
        figure, axes = plt.subplots()
        axes.bar(table["category"], table["n"])
        plt.close(figure)
        return figure

    left = export(region, exporting.crosstab(people(a=40, b=3, c=12, d=60), "kind"), draw=draw)
    assert seen[0].equals(left.table)
    assert [path.suffix for path in left.files] == [".xlsx", ".csv", ".svg", ".png"]
    with pytest.raises(NotSafe, match="A picture can only leave with the table"):
        export(region, plt.figure())


def test_a_person_with_three_episodes_is_one_person(region):
    episodes = pd.DataFrame(
        {"client": [f"c{at // 3}" for at in range(27)] + [f"d{at}" for at in range(80)], "year": 2026}
    )
    episodes["product"] = ["few"] * 27 + ["many"] * 40 + ["more"] * 40
    left = export(region, exporting.crosstab(episodes, "product"))
    assert "few" not in set(left.table["category"])


def test_no_file_holds_a_number_that_is_hidden(region):
    left = export(region, exporting.crosstab(people(a=941, b=3, c=733, d=867), "kind"))
    hidden = set(left.hidden["category"])
    assert len(hidden) == 2
    for path in left.files:
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                content = b"".join(book.read(name) for name in book.namelist())
        numbers = {"a": b"941", "c": b"733", "d": b"867"}
        assert not any(numbers[each] in content for each in hidden - {"b"})


def test_a_breakdown_of_a_released_score_hides_a_second_small_group(region):
    _, opened = region
    own = opened.compare("autonomie", by="age_band").estimates
    own = own[(own["category"] != "") & (own["n"] >= 10)]
    assert "hidden" not in export(region, own, "whole").table["status"].to_list()
    fewer = own.assign(n=own["n"].mask(own["category"] == own["category"].iloc[0], 6.0))
    left = export(region, fewer, "broken")
    assert len(left.hidden) == 2
    assert (left.table["n"] >= 10).all()
