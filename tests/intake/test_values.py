"""Numbers and dates as people write them."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.codebook import Codebook
from workbench.intake import moments, providers, values


def texts(*cells: str | None) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


@pytest.mark.parametrize(
    ("cells", "decimal", "expected"),
    [
        (["1.250,50", "7"], "", [1250.5, 7]),
        (["1.250", "80"], ",", [1250, 80]),
        (["1.250", "80"], "", [1.25, 80]),
        (["33.33", "1.250"], ",", [33.33, 1.25]),
        (["1,250.50", "7"], "", [1250.5, 7]),
        (["1.250.000", "7"], ",", [1_250_000, 7]),
        (["€ -5,5", " 3 "], "", [-5.5, 3]),
    ],
)
def test_numbers(cells: list[str], decimal: str, expected: list[float]) -> None:
    found, unreadable = values.numbers(texts(*cells), decimal)
    assert found.tolist() == expected
    assert not unreadable.any()


@given(st.datetimes(dt.datetime(1881, 1, 1), dt.datetime(2099, 12, 31)).map(lambda each: each.replace(microsecond=0)))
def test_every_date_in_every_notation(moment: dt.datetime) -> None:
    cells = [
        moment.strftime(form)
        for form in ("%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
    ]
    found, _ = moments.dates(texts(*cells))
    assert found.tolist() == [pd.Timestamp(moment)] * 4
    day, _ = moments.dates(texts(moment.strftime("%Y%m%d"), f"{moment.day}-{moment.month}-{moment.year}"))
    assert day.tolist() == [pd.Timestamp(moment.date())] * 2


@pytest.mark.parametrize(
    "cell", ["31-02-2025", "2025-13-01", "12:30", "1-1-25", "20259999", "31022026", "01-02-2025 25:00", "7"]
)
def test_no_date(cell: str) -> None:
    found, unreadable = moments.dates(texts(cell))
    assert found.isna().all()
    assert unreadable.all()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1-3-2026 om 10.05 uur", "2026-03-01 10:05"),
        ("1 maart 2026 om 9.30 uur", "2026-03-01 09:30"),
        ("01-03-2026 10.05.30", "2026-03-01 10:05:30"),
        ("1-3-2026, 10:05u", "2026-03-01 10:05"),
        ("01032026", "2026-03-01"),
        ("1032026", "2026-03-01"),  # a spreadsheet took the zero
        ("20260301", "2026-03-01"),
        ("20122019", "2019-12-20"),
    ],
)
def test_dates_as_the_dutch_type_them(cell: str, expected: str) -> None:
    found, unreadable = moments.dates(texts(cell))
    assert found.tolist() == [pd.Timestamp(expected)]
    assert not unreadable.any()


def test_care_that_runs_has_no_end_and_nothing_is_wrong() -> None:
    found, unreadable = moments.dates(texts("loopt nog", "Lopend", "1-8-2025", "ooit"))
    assert found.isna().tolist() == [True, True, False, True]
    assert unreadable.tolist() == [False, False, False, True]


@given(st.dates(dt.date(1880, 1, 1), dt.date(2099, 12, 31)))
def test_eight_figures_are_one_day_only(day: dt.date) -> None:
    found, _ = moments.dates(texts(f"{day:%Y%m%d}", f"{day:%d%m%Y}"), "dmy")
    assert found.tolist() == [pd.Timestamp(day)] * 2


def test_excel_number_with_clock() -> None:
    assert moments.dates(texts("45717,5"))[0][0] == pd.Timestamp("2025-03-01 12:00")


def test_a_provider_near_by_two_spellings_is_named_once(region: Codebook) -> None:
    book = replace(region, aliases=region.aliases.assign(spelling=["De Lindes", "Thuisfront"]))
    names = pd.Series(["De Lindt"], dtype="str")
    found = providers.unknown_names(names, providers.identify(names, book), book, "lijst.csv", None)
    assert [finding.remedy.count("Near: 'De Linde' (p001).") for finding in found] == [1]
