"""Do those who answered resemble those who were invited, and what if they did?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analysis import intervals
from workbench.analysis.estimates.contract import UNITS, rows, together
from workbench.analysis.estimates.participation import INVITING_MODES, response
from workbench.analysis.frames import calibrated_means, partial_r, weigh
from workbench.analysis.weighting import INVITED_NEEDED, representativity
from workbench.schemas import AGE_BANDS

BACKGROUND = ("age_band", "sex", "product")
MOST_UNKNOWN = 0.10  # with more respondents of unknown background a column is not used
ORDER = {"age_band": AGE_BANDS}
FEW = "few invited"
ENDLESS = 1e12  # people, where their number is not known


def representation(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weigh respondents towards the invited, and say how alike they are.

    Who of the invited answered is not known by person: answers are anonymous. Within a provider, age and sex as many
    invited people count as having answered as there are answers.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
        ``response_id, provider_id, instrument, role, mode`` and the background.
    invited : DataFrame, one row per invited person
    year : int

    Returns
    -------
    rows : DataFrame
        Of measure ``respons``, for the region and its clients: ``r_indicator, r_indicator_adjusted`` (1 is
        representative), ``max_bias`` (points a mean of 0-100 can be off at worst),
        ``partial`` (category ``variable`` or ``variable=category``; negative is under-represented; these three only
        from 200 invited, else reason ``few invited``) and
        ``design_effect`` (category ``before`` or ``after`` cutting off large weights).
    weighted : DataFrame, one row per response with a frame (index ``response_id``)
        ``weight``, and the background it rests on as it was raked.

    Examples
    --------
    >>> invited = pd.DataFrame({"provider_id": "a", "role": "client", "instrument": "x",
    ...     "age_band": ["18-22", "85+"] * 20})
    >>> responses = pd.DataFrame({"response_id": [str(i) for i in range(20)], "provider_id": "a", "role": "client",
    ...     "instrument": "x", "mode": "mail", "age_band": ["18-22"] * 5 + ["85+"] * 15})
    >>> found, weighted = representation(responses, invited, 2026)
    >>> weighted["weight"].iloc[[0, -1]].round(3).to_list()   # 20 invited of each: 20/5 and 20/15
    [4.0, 1.333]
    """
    frame = invited[invited["role"] == "client"]
    given = responses[(responses["role"] == "client") & responses["mode"].isin(INVITING_MODES)]
    given = given[given["instrument"].isin(set(frame["instrument"]))]
    none = pd.DataFrame({"weight": pd.Series(dtype=float)}, index=pd.Index([], name="response_id"))
    columns = [name for name in BACKGROUND if _usable(given, frame, name)]
    if frame.empty or given.empty or not columns:
        return together([]), none
    parts, cost = [], []
    for instrument, people in given.groupby("instrument"):
        got = weigh(people, frame[frame["instrument"] == instrument], "provider_id", columns, ORDER)
        parts.append(got.background.assign(weight=got.weights).set_axis(people["response_id"]))
        cost.append((got.design_effect_before, got.design_effect_after, len(people)))
    before, after, n = (np.array(each, float) for each in zip(*cost, strict=True))
    fixed = {"measure": "respons", "unit": "region", "unit_id": "region", "group": "client", "year": year}
    effects = pd.DataFrame(
        {
            "statistic": "design_effect",
            "category": ["before", "after"],
            "estimate": [np.average(each, weights=n) for each in (before, after)],
            "n": n.sum(),
        }
    )
    worst = _worst(responses, invited)
    table = pd.concat([effects.dropna(subset=["estimate"]), worst, _alike(given, frame, columns)], ignore_index=True)
    weighted = pd.concat(parts).dropna(subset=["weight"]).rename_axis("response_id")
    return rows(table, method="against the invited", **fixed), weighted


def weighted_means(scores: pd.DataFrame, weighted: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """How would the invited people score, as far as those who answered can tell?

    Parameters
    ----------
    scores : DataFrame, one row per response and dimension
        ``response_id, provider_id, municipality_code, role, dimension, score`` and the background.
    weighted : DataFrame
        Of `representation`.
    invited : DataFrame, one row per invited person
        Their number is that of the finite population.
    year : int

    Returns
    -------
    DataFrame
        Statistic ``weighted`` per dimension, for clients of each unit: a description of these people now, with finite
        population correction; never the ground of a comparison.

    Examples
    --------
    >>> scores = pd.DataFrame({"response_id": list("abcd"), "provider_id": "p", "municipality_code": "GM0632",
    ...     "role": "client", "dimension": "d", "score": [60.0, 60, 80, 80], "instrument": "x"})
    >>> weighted = pd.DataFrame({"weight": [3.0, 3.0, 1.0, 1.0]}, index=list("abcd"))
    >>> invited = pd.DataFrame({"provider_id": ["p"] * 8, "role": "client", "instrument": "x",
    ...     "municipality_code": "GM0632"})
    >>> weighted_means(scores, weighted, invited, 2026)["estimate"].to_list()
    [65.0, 65.0, 65.0]
    """
    known = scores[(scores["role"] == "client") & scores["response_id"].isin(weighted.index)]
    frame = invited[invited["role"] == "client"]
    parts = []
    for dimension, each in known.dropna(subset=["score"]).groupby("dimension"):
        own = weighted.loc[each["response_id"]]
        background = _dummies(own.drop(columns="weight").dropna(axis=1, how="all"))
        asked = frame[frame["instrument"].isin(set(each["instrument"]))]
        N = {str(name): float(n) for name, n in asked["provider_id"].value_counts().items()}
        for unit, column in UNITS.items():
            whole = {"region": float(len(asked))}
            people = whole if column is None else {str(k): float(n) for k, n in asked[column].value_counts().items()}
            domain = each[column] if column else pd.Series("region", index=each.index)
            table = calibrated_means(each["score"], own["weight"], each["provider_id"], domain, background, N)
            table["population"] = np.maximum(
                pd.Series(table.index.map(people), table.index).fillna(ENDLESS), table["n"]
            )
            table = table[table["n"] >= 2].rename_axis("unit_id").reset_index()
            table["conf_low"], table["conf_high"] = intervals.bounded_mean(
                table["n"],
                table["estimate"],
                table["variance"],
                n_eff=table["n_eff"],
                population=table["population"],
            )
            fixed = {"measure": dimension, "statistic": "weighted", "unit": unit, "group": "client", "year": year}
            parts.append(rows(table, method="weighted to the invited", **fixed))
    return together(parts)


def _worst(responses: pd.DataFrame, invited: pd.DataFrame) -> pd.DataFrame:
    """Return how far a mean of 0-100 can be off at worst: those who did not answer could all be at one end."""
    whole = response(responses, invited, 0).query("unit == 'region'")
    return pd.DataFrame({"statistic": "max_bias", "estimate": 100 * (1 - whole["estimate"]), "n": whole["n"]})


def _usable(given: pd.DataFrame, frame: pd.DataFrame, name: str) -> bool:
    """Say whether a background column is known of every invited person and of nearly all respondents."""
    there = name in given and name in frame and len(given) and len(frame)
    return bool(there and frame[name].notna().all() and given[name].isna().mean() <= MOST_UNKNOWN)


def _alike(given: pd.DataFrame, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return how representative those who answered are, over all and per background."""
    cell = ["instrument", "provider_id", *columns]
    answered = given.dropna(subset=cell).groupby(cell).size().rename("answers")
    people = frame.reset_index(drop=True)
    place = people.groupby(cell).cumcount()
    per_cell = people[cell].merge(answered.reset_index(), on=cell, how="left", validate="m:1")["answers"].fillna(0)
    responded = place < per_cell
    got = representativity(people[list(columns)], responded)
    few = FEW if got.n < INVITED_NEEDED else ""
    known = {"r_indicator": got.r_indicator, "r_indicator_adjusted": got.r_indicator_adjusted}
    table = pd.DataFrame({"statistic": known.keys(), "estimate": known.values(), "n": float(got.n)})
    partial = partial_r(people[list(columns)], responded)
    partial["category"] = partial["variable"] + np.where(partial["category"] == "", "", "=" + partial["category"])
    partial = partial.rename(columns={"partial": "estimate"}).assign(statistic="partial")
    both = pd.concat([table, partial.drop(columns=["variable", "rate"])], ignore_index=True).assign(reason=few)
    return both.assign(estimate=np.nan) if few else both


def _dummies(background: pd.DataFrame) -> np.ndarray:
    made = [pd.get_dummies(background[name], drop_first=True, dtype=float).to_numpy() for name in background]
    return np.column_stack(made) if made else np.empty((len(background), 0))
