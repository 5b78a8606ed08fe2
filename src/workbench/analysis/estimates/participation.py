"""Who answered: numbers counted, and the response where people were invited from a frame."""

import numpy as np
import pandas as pd

from workbench.analysis.estimates.contract import UNITS, as_shares, rows, together

INVITING_MODES = ("mail", "link", "sms", "paper", "telephone")  # a kiosk invites nobody


def participation(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Who answered? Numbers counted per role and mode, and the response where a frame exists.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
    invited : DataFrame, one row per invited person
    year : int

    Returns
    -------
    DataFrame
        Measure ``aantal`` (statistic ``count``; by mode in `category`) and measure ``respons`` (statistic ``share`` of
        the invited clients, n = invited).

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
        if unit == "municipality":
            continue
        unit_id = responses[column] if column else pd.Series("region", index=responses.index)
        keys = [unit_id.rename("unit_id"), responses["role"].rename("group")]
        whole = responses.groupby(keys).size().rename("estimate").reset_index()
        modes = responses.groupby([*keys, responses["mode"].rename("category")]).size().rename("estimate").reset_index()
        counted = pd.concat([whole, modes], ignore_index=True)
        counted["n"] = counted["estimate"]
        parts.append(rows(counted, measure="aantal", statistic="count", unit=unit, year=year, method="count"))
    parts.append(response(responses, invited, year))
    return together(parts)


def response(responses: pd.DataFrame, invited: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return which share of the invited clients answered, per provider and for the region.

    Only providers and questionnaires with a frame take part, on both sides. More answers than people invited cannot be:
    then there is no figure, and the reason says so.

    Parameters
    ----------
    responses : DataFrame, one row per counted questionnaire
        ``provider_id, role, instrument, mode``.
    invited : DataFrame, one row per invited person
        ``provider_id, role, instrument``.
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
    for unit, column in (("provider", "provider_id"), ("region", None)):
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
