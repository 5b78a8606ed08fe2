"""Doubtful questionnaires, questions that were not put, items that point the wrong way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import codebook, scoring
from workbench.codebook import Codebook
from workbench.intake import deliveries
from workbench.settings import Counting

ITEMS = [f"q{number}" for number in range(1, 11)]


@pytest.fixture
def own(region: Codebook, tmp_path: Path) -> Callable[..., deliveries.Received]:
    """Return a function that receives tables answered with ten items, the last reversed."""

    def receive(tables: dict[str, pd.DataFrame], rules: pd.DataFrame | None = None, **counting: str):
        rows = [("eigen", item, item, "") for item in ITEMS]
        rows += [
            ("eigen", name, name, "") for name in ("provider", "client", "mode", "seconds", "moment", "background:hulp")
        ]
        items = pd.DataFrame({"instrument": "eigen", "variant": "standaard", "item": ITEMS, "dimension": "kwaliteit"})
        items = items.assign(
            low=1.0, high=5.0, reversed=items["item"] == "q10", wording_nl="", wording_en="", since="", until=""
        )
        book = replace(
            region,
            items=items,
            columns=pd.DataFrame(rows, columns=["columns", "column", "field", "scale"]),
            deliveries=region.deliveries.assign(pattern="*.csv", columns="eigen", instrument="eigen"),
            region=replace(region.region, counting=Counting(**counting)),
            routing=region.routing if rules is None else rules,
        )
        folder = tmp_path / "2026"
        folder.mkdir(exist_ok=True)
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", sep=";", index=False)
        return deliveries.receive(folder, book, 2026, b"key"), book

    return receive


def answers(people: int = 3, seed: int = 1, **fixed: object) -> pd.DataFrame:
    drawn = np.random.default_rng(seed).integers(1, 6, (people, len(ITEMS)))
    return pd.DataFrame(drawn, columns=ITEMS).assign(provider="De Linde", **fixed)


def test_the_same_answer_everywhere_is_flagged_and_counts(own: Callable) -> None:
    table = answers(4)
    table.loc[1, ITEMS] = 5
    found, _ = own({"a": table})
    assert found.responses.sort_values("row")["flags"].astype("str").fillna("").tolist() == [
        "",
        "straight-lining",
        "",
        "",
    ]
    assert found.findings["message"].str.contains("1 record with the same answer to every statement; counted").any()


def test_a_region_may_exclude_it(own: Callable) -> None:
    table = answers(4)
    table.loc[1, ITEMS] = 5
    found, _ = own({"a": table}, straight_lining="exclude")
    assert found.exclusions[["row", "reason"]].values.tolist() == [[3, "straight-lining"]]


def test_faster_than_reading_is_flagged(own: Callable) -> None:
    found, _ = own({"a": answers(4, seconds=["5", "300", "0", ""])})
    assert found.responses.sort_values("row")["flags"].astype("str").fillna("").tolist() == ["too fast", "", "", ""]


def test_the_same_person_by_mail_and_kiosk_counts_once(own: Callable) -> None:
    mail, kiosk = (
        answers(3, 1, client=["c1", "c2", "c3"], mode="mail"),
        answers(2, 2, client=["c2", "c9"], mode="kiosk"),
    )
    kiosk.loc[0, "q1"] = None  # the less complete one does not count
    found, _ = own({"mail": mail, "zuil": kiosk})
    assert len(found.responses) == 4
    assert found.exclusions[["file", "row", "reason"]].values.tolist() == [["zuil.csv", 2, "same person again"]]
    assert "person" not in found.responses.columns


def test_another_moment_is_another_measurement(own: Callable) -> None:
    first, later = answers(1, 1, client="c1", moment="during"), answers(1, 2, client="c1", moment="after")
    found, _ = own({"eerst": first, "later": later})
    assert len(found.responses) == 2


def test_all_the_same_answers_along_another_channel_are_flagged(own: Callable) -> None:
    found, _ = own({"a": answers(3, mode="mail"), "b": answers(1, mode="kiosk")})
    assert found.responses.loc[found.responses["flags"].notna(), ["file", "flags"]].values.tolist() == [
        ["a.csv", "near duplicate"]
    ]
    found, _ = own({"a": answers(3, mode="mail"), "b": answers(1, mode="kiosk")}, near_duplicates="exclude")
    assert found.exclusions["reason"].tolist() == ["near duplicate"]


def test_what_was_not_put_is_not_asked(own: Callable) -> None:
    rules = pd.DataFrame(
        [
            {"instrument": "", "item": "q2", "asked_if": "q1", "answers": "1-2", "note": ""},
            {"instrument": "eigen", "item": "q3", "asked_if": "background:hulp", "answers": "ja", "note": ""},
        ]
    )
    table = answers(4).assign(
        q1=[1, 5, 5, None], q2=[3, None, 4, None], q3=[None, None, 2, None], hulp=["ja", "nee", "nee", ""]
    )
    found, _ = own({"a": table.rename(columns={"hulp": "background:hulp"})}, rules)
    rows = found.responses.set_index("response_id")["row"]
    kinds = {(rows[each.response_id], each.item): each.kind for each in found.unanswered.itertuples()}
    assert kinds == {(3, "q2"): "not_asked", (3, "q3"): "not_asked"}
    assert found.findings["message"].str.contains("1 answer to q2 of people to whom it was not put").any()


@pytest.mark.parametrize(("turned", "severity"), [(True, "error"), (False, None)])
def test_an_item_that_was_not_reversed_is_named(own: Callable, turned: bool, severity: str | None) -> None:
    rng = np.random.default_rng(3)
    liking = np.clip(np.round(3 + rng.normal(0, 1, 80)), 1, 5)[:, None]
    drawn = np.clip(liking + rng.integers(-1, 2, (80, len(ITEMS))), 1, 5).astype(int)
    table = pd.DataFrame(drawn, columns=ITEMS).assign(provider="De Linde")
    if not turned:
        table["q10"] = 6 - table["q10"]
    found, book = own({"a": table})
    told = scoring.misoriented(found.responses, found.answers, book)
    assert told["column"].tolist() == (["q10"] if severity else [])
    assert told["severity"].tolist() == ([severity] if severity else [])


def test_a_question_outside_its_years_is_told(own: Callable, region: Codebook, tmp_path: Path) -> None:
    _, book = own({"a": answers(2)})
    items = book.items.assign(since="2027")
    again = deliveries.receive(tmp_path / "2026", replace(book, items=items), 2026, b"key")
    assert again.findings["message"].str.contains("not in use in 2026: q1, q2").any()
    assert codebook.TABLES["items"][-2:] == ("since", "until")


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ((1, 2, 3), "are 1, 2, 3: was this"),
        ((1, 3, 5), "are 1, 3, 5: was this"),
        ((2, 3, 4), "are 2, 3, 4: was this"),
        ((1, 2, 3, 4, 5), ""),
        ((3, 4, 5), ""),
    ],
)
def test_three_answers_on_a_scale_of_five_are_told(own: Callable, codes: tuple[int, ...], told: str) -> None:
    """Nobody may average three smileys with five degrees of agreement unawares."""
    drawn = np.random.default_rng(1).choice(codes, (30, len(ITEMS)))
    found, book = own({"a": pd.DataFrame(drawn, columns=ITEMS).assign(provider="De Linde")})
    messages = scoring.shortened(found.responses, found.answers, book)["message"].tolist()
    assert len(messages) == bool(told)
    assert not told or told in messages[0]
    few, book = own({"a": answers(1)})
    assert scoring.shortened(few.responses, few.answers, book).empty
