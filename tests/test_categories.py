"""Which texts a column has is known whatever row they stand in, and where there are many of them."""

import numpy as np
import pandas as pd
import pytest

from workbench import categories

ROWS = 60_000
LATE = categories._FIRST + 7


@pytest.mark.parametrize("count", [1, 5, 126, 127, 128, 300, 40_000])
@pytest.mark.parametrize("missing", [True, False])
def test_a_category_is_used_where_a_row_has_it(count: int, missing: bool) -> None:
    random = np.random.default_rng(count)
    texts = pd.Index([f"k{at}" for at in range(count)])
    at = random.integers(0, max(1, count // 2), ROWS)
    at[LATE] = count - 1
    at[LATE + 1 :: 7] = -1 if missing else 0
    column = pd.Series(pd.Categorical.from_codes(at, texts))
    assert categories.used(column).tolist() == np.isin(np.arange(count), at).tolist()


@pytest.mark.parametrize("count", [3, 20])
def test_one_that_only_a_late_row_has_is_found(count: int) -> None:
    texts = [f"k{at}" for at in range(count)]
    late = pd.Series(pd.Categorical(["k0"] * LATE + ["k2"], texts))
    assert np.flatnonzero(categories.used(late)).tolist() == [0, 2]


def test_a_column_that_is_not_held_so_has_no_places() -> None:
    with pytest.raises(TypeError, match="leeftijd is held as int64"):
        categories.held(pd.Series([1], name="leeftijd"))
