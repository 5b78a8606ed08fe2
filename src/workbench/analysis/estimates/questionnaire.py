"""The questionnaire itself: how precisely it measures, what people leave open, what could go next year."""

import numpy as np
import pandas as pd

from workbench.analysis import scales
from workbench.analysis.estimates.contract import as_shares, rows, together

LOOK = 0.30  # an item that goes less with the others than this deserves a look
SAME = 0.80  # two items that go together like this ask nearly the same
COMPLETE_NEEDED = 30  # responses before anything is said of an item
REFUSED = "fewer than 3 items or 100 complete answers, or no single factor"
ITEM = ["item", "dimension", "low", "high", "reversed"]


def examined(
    answers: pd.DataFrame, responses: pd.DataFrame, unanswered: pd.DataFrame, items: pd.DataFrame, year: int
) -> pd.DataFrame:
    """How did the questionnaire do?

    Parameters
    ----------
    answers, responses : DataFrame, one row per counted questionnaire
        Codes as answered; ``response_id, role, instrument, variant``.
    unanswered : DataFrame, one row per item put to someone and not answered
        ``response_id, item, kind``; kind ``not_asked`` is no missing answer.
    items : DataFrame, one row per instrument, variant and item
        ``dimension`` (may be empty), ``low, high, reversed``.
    year : int

    Returns
    -------
    DataFrame
        Rows for the region, `group` the role. Per dimension, category the questionnaire: ``alpha`` (with interval) and
        ``omega``. Per item: ``item_mean`` (code), ``item_rest`` and ``alpha_if_dropped``; label ``adds nothing`` where
        the scale is as precise without it or it hardly goes with the others, ``other way`` where it points the other
        way. ``skipped`` (category the target group): share of those asked who gave no answer. ``same_question``
        (category: the other item) where two items go together at .80 or more.

    Examples
    --------
    >>> answers = pd.DataFrame({"response_id": list("abcd"), "K1": [1, 2, 3, 4], "K2": [2, 1, 4, 3]})
    >>> responses = answers[["response_id"]].assign(role="client", instrument="x", variant="standaard")
    >>> items = pd.DataFrame({"instrument": "x", "variant": "standaard", "item": ["K1", "K2"], "dimension": "choice",
    ...     "low": 1, "high": 5, "reversed": False})
    >>> left = pd.DataFrame({"response_id": ["a"], "item": ["K3"], "kind": ["skipped"]})
    >>> got = examined(answers, responses, left, items, 2026)
    >>> got[got["statistic"] == "alpha"][["measure", "n", "estimate"]].round(4).values.tolist()
    [['choice', 4.0, 0.75]]
    """
    parts = [_skipped(answers, responses, unanswered, items, year)]
    scaled = items[items["dimension"] != ""]
    for (role, instrument), each in responses.groupby(["role", "instrument"]):
        asked, of = _most_given(scaled[scaled["instrument"] == instrument], each)
        codes = answers.set_index("response_id").reindex(of["response_id"])
        asked = asked[asked["item"].isin(codes.columns)]
        asked = asked[codes[asked["item"]].notna().sum().to_numpy() >= 2]  # what nobody got says nothing of the rest
        if asked.empty:
            continue
        fixed = {"unit": "region", "unit_id": "region", "group": role, "year": year}
        parts.append(_scales(codes, asked[ITEM], str(instrument), fixed))
        parts.append(_alike(codes, asked[ITEM], fixed))
    return together(parts)


def _most_given(items: pd.DataFrame, responses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the items of the version of a questionnaire that most people were given, and those people."""
    version = responses["variant"].where(responses["variant"].isin(set(items["variant"])), "standaard")
    most = version.mode().iloc[0]
    return items[items["variant"] == most].drop_duplicates("item"), responses[version == most]


def _scales(codes: pd.DataFrame, items: pd.DataFrame, instrument: str, fixed: dict[str, object]) -> pd.DataFrame:
    """Return the reliability of each dimension and how its items do."""
    of = scales.reliability(codes, items).reset_index().rename(columns={"dimension": "measure"})
    of = of[of["n_items"] > 1]
    alpha = of.rename(columns={"alpha": "estimate", "alpha_low": "conf_low", "alpha_high": "conf_high"})
    alpha["reason"] = np.where(alpha["estimate"].isna(), "nothing varies", "")
    omega = of.rename(columns={"omega": "estimate"}).assign(reason=np.where(of["omega"].isna(), REFUSED, ""))
    known = scales.item_statistics(codes, items).reset_index().rename(columns={"item": "measure"})
    alone = known.groupby("dimension")["measure"].transform("size") == 1
    whole, complete = (known["dimension"].map(of.set_index("measure")[name]) for name in ("alpha", "n"))
    nothing = (known["item_rest"] < LOOK) | (known["alpha_if_dropped"] > whole)
    silent = alone | ~(complete >= COMPLETE_NEEDED)
    label = np.select([silent, known["item_rest"] < 0, nothing], ["", "other way", "adds nothing"], "")
    parts = [rows(alpha, statistic="alpha", category=instrument, method="Cronbach, Feldt interval", **fixed)]
    parts.append(rows(omega, statistic="omega", category=instrument, method="McDonald, one factor", **fixed))
    for statistic, column, n, method in (
        ("item_mean", "mean", known["n"], "mean code"),
        ("item_rest", "item_rest", complete, "complete answers"),
        ("alpha_if_dropped", "alpha_if_dropped", complete, "complete answers"),
    ):
        table = known[["measure"]].assign(n=n, estimate=known[column], label=label)
        parts.append(rows(table.dropna(subset=["estimate"]), statistic=statistic, method=method, **fixed))
    return pd.concat(parts, ignore_index=True)


def _alike(codes: pd.DataFrame, items: pd.DataFrame, fixed: dict[str, object]) -> pd.DataFrame:
    """Return the pairs of items that ask nearly the same."""
    turned = codes[items["item"]].astype(float) * np.where(items["reversed"].astype(bool), -1, 1)
    r = turned.corr(min_periods=COMPLETE_NEEDED).to_numpy()
    one, other = np.nonzero(np.triu(r, 1) >= SAME)
    if not len(one):
        return together([])
    both = turned.notna().to_numpy(float)
    table = pd.DataFrame({"measure": turned.columns[one], "category": turned.columns[other], "estimate": r[one, other]})
    table["n"] = (both.T @ both)[one, other]
    return rows(table, statistic="same_question", method="correlation", **fixed)


def _skipped(
    answers: pd.DataFrame, responses: pd.DataFrame, unanswered: pd.DataFrame, items: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return which share of the people asked left each item open, per target group."""
    about = ["response_id", "role", "variant"]
    present = [item for item in items["item"].unique() if item in answers.columns]
    given = answers.melt("response_id", present, "item", "code").dropna(subset=["code"])[["response_id", "item"]]
    left = unanswered[(unanswered["kind"] != "not_asked") & unanswered["item"].isin(present)]
    asked = pd.concat([given.assign(open=0), left[["response_id", "item"]].assign(open=1)], ignore_index=True)
    asked = asked.merge(responses[about], on="response_id", how="inner", validate="m:1")
    named = asked.rename(columns={"item": "measure", "role": "group", "variant": "category"})
    table = named.groupby(["measure", "group", "category"], as_index=False).agg(
        n=("open", "size"), count=("open", "sum")
    )
    if table.empty:
        return together([])
    return as_shares(table, statistic="skipped", unit="region", unit_id="region", year=year)
