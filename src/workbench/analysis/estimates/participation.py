"""Who answered, how and when: numbers counted, and the response where people were invited from a frame."""

import numpy as np
import pandas as pd

from workbench.analysis.estimates.contract import UNITS, as_shares, rows, together
from workbench.analysis.linked_counts import MOMENT

INVITING_MODES = ("mail", "link", "sms", "paper", "telephone")  # a kiosk invites nobody


def participation(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Who answered? Numbers counted per role, mode and moment, and the response where a frame exists.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
    invited : DataFrame, one row per invited person
    year : int

    Returns
    -------
    DataFrame
        Measure ``aantal`` (statistic ``count``; in `category` the mode, or ``moment=`` and the moment) and measure
        ``respons`` (statistic ``share`` of the invited clients, n = invited).

    Examples
    --------
    >>> responses = pd.DataFrame({"provider_id": "a", "role": "client", "instrument": "x", "mode": ["mail", "kiosk"]})
    >>> invited = pd.DataFrame({"provider_id": ["a"] * 4, "role": "client", "instrument": "x"})
    >>> got = participation(responses, invited, 2026)
    >>> got[(got["unit"] == "provider") & (got["category"] == "")][["measure", "estimate"]].values.tolist()
    [['aantal', 2.0], ['respons', 0.25]]
    """
    parts = []
    for unit, column in UNITS.items():
        if column and column not in responses:
            continue
        unit_id = responses[column] if column else pd.Series("region", index=responses.index)
        keys = [unit_id.rename("unit_id"), responses["role"].rename("group")]
        whole = responses.groupby(keys).size().rename("estimate").reset_index()
        parts_of = [responses[name] for name in ("mode", "moment") if name in responses]
        ways = [responses.groupby([*keys, part.rename("category")], observed=True).size() for part in parts_of]
        tables = [way.rename("estimate").reset_index() for way in ways]
        for table in tables[1:]:
            table["category"] = MOMENT + table["category"].astype(str)
        counted = pd.concat([whole, *tables], ignore_index=True)
        counted["n"] = counted["estimate"]
        parts.append(rows(counted, measure="aantal", statistic="count", unit=unit, year=year, method="count"))
    parts.append(response(responses, invited, year))
    return together(parts)


def response(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which share of the invited clients answered, per provider and municipality and for the region.

    Only providers and questionnaires with a frame take part, on both sides. More answers than people invited cannot be:
    then there is no figure, and the reason says so. A municipality has one where everybody's is known.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
        ``provider_id, role, instrument, mode``, and perhaps ``municipality_code``.
    invited : DataFrame, one row per invited person
        ``provider_id, role, instrument``, and perhaps ``municipality_code``.
    year : int

    Returns
    -------
    DataFrame
        Measure ``respons``, statistic ``share``, n = invited.

    Examples
    --------
    >>> responses = pd.DataFrame({"provider_id": ["a"], "role": "client", "instrument": "x", "mode": "mail"})
    >>> invited = pd.DataFrame({"provider_id": ["a"] * 4, "role": "client", "instrument": "x"})
    >>> response(responses, invited, 2026)[["unit", "n", "estimate"]].values.tolist()
    [['provider', 4.0, 0.25], ['region', 4.0, 0.25]]
    """
    keys = ["provider_id", "instrument"]
    frame = invited[invited["role"] == "client"].groupby(keys).size().rename("n").reset_index()
    given = responses[(responses["role"] == "client") & responses["mode"].isin(INVITING_MODES)]
    counts = given.groupby(keys).size().rename("count").reset_index()
    both = frame.merge(counts, on=keys, how="left", validate="1:1").fillna({"count": 0})
    parts = []
    ours = given.merge(frame[keys], on=keys, how="inner", validate="m:1")
    for unit, column in UNITS.items():
        if unit == "municipality":
            table = _by_municipality(ours, invited[invited["role"] == "client"])
        else:
            unit_id = both[column] if column else pd.Series("region", index=both.index)
            table = both.groupby(unit_id.rename("unit_id"))[["n", "count"]].sum().reset_index()
        too_many = table["count"] > table["n"]
        shares = as_shares(
            table.assign(count=table["count"].mask(too_many, 0)),
            **{"measure": "respons", "statistic": "share", "unit": unit, "group": "client", "year": year},
        )
        unknown = too_many.to_numpy()
        shares.loc[unknown, ["estimate", "std_error", "conf_low", "conf_high"]] = np.nan
        shares.loc[unknown, "reason"] = "more answers than people invited"
        parts.append(shares)
    return together(parts)


def _by_municipality(given: pd.DataFrame, invited: pd.DataFrame) -> pd.DataFrame:
    """Return ``unit_id``, invited ``n`` and answers ``count``; no rows where a municipality is not always known."""
    place = "municipality_code"
    if any(place not in table or table[place].isna().any() for table in (given, invited)) or invited.empty:
        return pd.DataFrame({"unit_id": pd.Series(dtype="str"), "n": 0, "count": 0})
    n, count = (table.groupby(place).size() for table in (invited, given))
    table = pd.DataFrame({"n": n, "count": count.reindex(n.index).fillna(0)})
    return table.rename_axis("unit_id").reset_index()
