"""The questionnaires of all deliveries of a year put together: responses, answers, and why answers are missing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from workbench import categories, schemas
from workbench.categories import looked_up
from workbench.intake import identity
from workbench.intake.labels import NO_CODE, NO_KIND
from workbench.intake.values import distinct

if TYPE_CHECKING:
    from workbench.intake.responses import Cleaned

# Texts of a response that many others have too.
_REPEATED = (
    *("role", "informant", "provider_id", "municipality_code", "instrument", "variant", "mode", "moment", "product"),
    *("age_band", "sex", "flags", "purpose", "file"),
)


def assemble(cleaned: "Sequence[Cleaned]") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the deliveries of a year together.

    Records that are the same in all they say are told apart by ``-2``, ``-3`` behind their id.

    Returns
    -------
    responses, answers, unanswered : DataFrame
        See `schemas`; each sorted by its key. Texts that many responses share are categories.
    """
    parts = [part for part in cleaned if len(part.responses)]
    if not parts:
        return schemas.empty("responses"), schemas.empty("answers"), schemas.empty("unanswered")
    responses = _together([part.responses for part in parts])
    responses = responses.assign(flags=responses["flags"].mask(responses["flags"] == ""))
    responses = responses.astype(dict.fromkeys(_REPEATED, "category"))
    codes = _together([part.codes for part in parts])
    kinds = _together([part.kinds for part in parts])
    if len(parts) > 1:
        codes = codes.astype({item: "Float64" for item in codes.columns if codes[item].dtype != "Int8"})
        kinds = kinds.fillna(NO_KIND).astype(np.int8)

    hashed = responses["response_id"].to_numpy()
    order = np.argsort(hashed)
    same = bool((hashed[order[1:]] == hashed[order[:-1]]).any())
    if same:  # which came first tells them apart
        order = np.lexsort([responses["row"].to_numpy(), categories.held(responses["file"])[0], hashed])
    with ThreadPoolExecutor(max_workers=1) as beside:
        answers = beside.submit(lambda: [_in_order(table, order) for table in (codes, kinds)])
        responses = _in_order(responses, order)
        nth = responses.groupby("response_id").cumcount() + 1 if same else pd.Series(1, index=responses.index)
        ids = pd.Series(identity.hexadecimal(responses["response_id"].to_numpy()))
        ids = ids.mask(nth > 1, ids + "-" + nth.astype("str")) if same else ids
        responses = responses.assign(**_background(responses))
        responses = responses.drop(columns=[name for name in responses.columns if name.startswith("background:")])
        codes, kinds = answers.result()
    if (nth > 9).any():  # as text, -10 comes before -2
        by_text = ids.sort_values(kind="stable").index
        ids = ids.loc[by_text].reset_index(drop=True)
        responses, codes, kinds = (table.loc[by_text].reset_index(drop=True) for table in (responses, codes, kinds))
    responses = responses.drop(columns=["person", "alike"]).assign(response_id=ids)
    codes, kinds = codes[sorted(codes.columns)], kinds[sorted(kinds.columns)]

    # Row by row and, within a row, item by item: the order of the key.
    where, item = np.nonzero(kinds.to_numpy() != NO_KIND)
    unanswered = pd.DataFrame(
        {
            "response_id": ids.take(where).array,
            "item": pd.Categorical.from_codes(item, pd.Index(kinds.columns, dtype="str")),
            "kind": pd.Categorical.from_codes(kinds.to_numpy()[where, item], pd.Index(schemas.MISSING_KINDS)),
        }
    )
    return (
        schemas.check("responses", responses),
        schemas.check("answers", codes.assign(response_id=ids)),
        schemas.check("unanswered", unanswered) if len(unanswered) else schemas.empty("unanswered"),
    )


def _in_order(table: pd.DataFrame, order: np.ndarray) -> pd.DataFrame:
    """Return the rows of a table in another order, codes and categories in a third of the time `take` needs.

    Categories are those of the table, unordered, and not to be written in.
    """
    at = order.astype(np.uint32)

    def column(given: pd.Series) -> ExtensionArray | np.ndarray:
        if isinstance(given.dtype, pd.CategoricalDtype):
            places, texts = categories.held(given)
            return pd.Categorical.from_codes(looked_up(places, at), texts, validate=False)
        if given.dtype == "Int8":
            codes = looked_up(given.to_numpy(dtype=np.int8, na_value=NO_CODE), at)
            without = codes == NO_CODE
            return pd.arrays.IntegerArray(codes * ~without, without)
        return given.array.take(order)

    columns = {name: column(table[name]) for name in table.columns}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(order)), copy=False)


def _background(responses: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the background questions, as numbers where every answer of the year is one."""
    found = {}
    for field in sorted(name for name in responses.columns if name.startswith("background:")):
        at, known = distinct(responses[field])
        texts = pd.Series(known, dtype="str")
        numeric = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
        numbers = np.append(numeric.to_numpy(dtype=float), np.nan)
        column = looked_up(numbers, at) if numeric.notna().all() else responses[field]
        found[field.removeprefix("background:")] = pd.Series(column, index=responses.index)
    return found


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0].reset_index(drop=True)
