"""Why care ended: three code systems brought together, and what share of endings is drop-out."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from workbench.analysis.arguments import need, refuse
from workbench.analysis.per_unit import shares, units

GROUPS = (
    "volgens_plan",
    "in_overeenstemming",
    "eenzijdig_client",
    "eenzijdig_aanbieder",
    "extern",
    "overlijden",
    "tijdelijk",
    "administratief",
    "overstap",
    "ander_domein",
    "onbekend",
)
CODES = {
    "BiJ": {
        "01": "volgens_plan",
        "02": "in_overeenstemming",
        "03": "eenzijdig_client",
        "04": "eenzijdig_aanbieder",
        "05": "extern",
    },
    "iJw": {
        "31": "volgens_plan",
        "34": "in_overeenstemming",
        "32": "eenzijdig_client",
        "33": "eenzijdig_aanbieder",
        "35": "extern",
    },
    "iWmo": {
        "19": "volgens_plan",
        "23": "in_overeenstemming",
        "21": "eenzijdig_client",
        "22": "eenzijdig_aanbieder",
        "31": "extern",
    },
}
SHARED = {
    "02": "overlijden",
    "20": "tijdelijk",
    "36": "administratief",
    "37": "administratief",
    "38": "overstap",
    "39": "ander_domein",
}
NO_ENDING = ("tijdelijk", "administratief")
DEFINITIONS = {
    "strikt": ("eenzijdig_client",),
    "eenzijdig": ("eenzijdig_client", "eenzijdig_aanbieder"),
    "voortijdig": ("in_overeenstemming", "eenzijdig_client", "eenzijdig_aanbieder"),
}
EXTERNAL = ("keep", "exclude", "count")


def ending_group(law: str, release: str, code: str) -> str:
    """Name the group of an ending reason, from the code system it was written in.

    The same code means different things: 31 is "according to plan" in iJw and "moved" in iWmo, 02 is "in agreement" in
    BiJ and "deceased" in the other two, and 19 was administrative in iWmo 2 and is "according to plan" from 3.

    Parameters
    ----------
    law : {"BiJ", "iJw", "iWmo"}
        Code system.
    release : str
        Release of it, as text: ``7``, ``3.2``.
    code : str
        Two digits; a leading zero lost on the way is put back.

    Returns
    -------
    str
        One of `GROUPS`; ``onbekend`` for a code that the system does not have, or a missing one.

    Raises
    ------
    ValueError
        Another law, or a release that is not a number.

    Examples
    --------
    >>> ending_group("iJw", "3.2", "31"), ending_group("iWmo", "3.2", "31"), ending_group("iWmo", "2.4", "19")
    ('volgens_plan', 'extern', 'administratief')
    """
    if law not in CODES:
        raise ValueError(f"law must be one of {', '.join(CODES)}, not {law!r}")
    major = str(release).strip().split(".")[0]
    if not major.isdigit():
        raise ValueError(f"release must be a number as text, such as 3.2, not {release!r}")
    key = "" if pd.isna(code) else str(code).strip().zfill(2)
    if law == "iWmo" and int(major) < 3 and key == "19":
        return "administratief"
    table = CODES[law] if law == "BiJ" else CODES[law] | SHARED
    return table.get(key, "onbekend")


def ending_groups(law: pd.Series, release: pd.Series, code: pd.Series) -> pd.Series:
    """Name the group of many ending reasons at once: `ending_group` of every distinct triple.

    Parameters
    ----------
    law, release, code : Series of str with the same index
        One row per ended episode; a missing code is ``onbekend``.

    Returns
    -------
    Series of str

    Raises
    ------
    ValueError
        Different indexes, or as `ending_group`, naming the rows of an unknown law.

    Examples
    --------
    >>> law, release = pd.Series(["iJw", "BiJ"]), pd.Series(["3.2", "7"])
    >>> ending_groups(law, release, pd.Series(["02", "02"])).to_list()
    ['overlijden', 'in_overeenstemming']
    """
    if not (law.index.equals(release.index) and law.index.equals(code.index)):
        raise ValueError("law, release and code must share one index")
    refuse("law", ~law.isin(list(CODES)), f"is not one of {', '.join(CODES)}", law.index)
    triples = pd.DataFrame({"law": law, "release": release.astype(object), "code": code.astype(object)})
    number = triples.groupby(["law", "release", "code"], dropna=False, sort=False).ngroup().to_numpy()
    distinct = triples.loc[~pd.Series(number, index=triples.index).duplicated().to_numpy()]
    names = [ending_group(*triple) for triple in distinct.itertuples(index=False)]
    order = number[~pd.Series(number).duplicated().to_numpy()]
    lookup = np.empty(len(names), dtype=object)
    lookup[order] = names
    return pd.Series(lookup[number] if len(number) else [], index=law.index, name="ending_group", dtype="str")


def dropout(
    episodes: pd.DataFrame, definition: str = "eenzijdig", external: str = "keep", by: str | None = "provider_id"
) -> pd.DataFrame:
    """What share of the care that ended was broken off?

    Out of the endings with a known, real reason. Not counted are temporary and administrative endings, unknown reasons
    (show their share beside it: `ending_shares`) and deaths. Which endings count as broken off is a choice that a
    reader must be told:

    ``strikt``
        by the client alone
    ``eenzijdig``
        by the client alone or the provider alone
    ``voortijdig``
        these, and before time in agreement

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        Needs ``ended_on, ending_group`` and `by`. Running episodes are left out; an ended one without a group is
        unknown.
    definition : {"eenzijdig", "strikt", "voortijdig"}
    external : {"keep", "exclude", "count"}
        External circumstances (a move): in the denominator only, left out, or counted as broken off.
    by : str or None
        Column of the unit; None for one row, ``all``. Episodes without a unit are left out.

    Returns
    -------
    DataFrame, one row per unit
        ``n`` endings, ``count`` broken off, ``estimate`` (share), ``std_error, conf_low, conf_high`` (Wilson). NaN
        where n = 0.

    Raises
    ------
    ValueError
        A missing column, an unknown group, definition or treatment of external circumstances.

    Examples
    --------
    >>> reasons = ["volgens_plan", "eenzijdig_client", "extern", "onbekend", "volgens_plan"]
    >>> episodes = pd.DataFrame({"provider_id": "p", "ended_on": pd.Timestamp("2026-01-31"), "ending_group": reasons})
    >>> dropout(episodes)[["n", "count", "estimate"]]
                 n  count  estimate
    provider_id
    p            4      1      0.25
    """
    if definition not in DEFINITIONS:
        raise ValueError(f"definition must be one of {', '.join(DEFINITIONS)}, not {definition!r}")
    if external not in EXTERNAL:
        raise ValueError(f"external must be one of {', '.join(EXTERNAL)}, not {external!r}")
    ended, group = _ended(episodes)
    broken_off = group.isin(DEFINITIONS[definition] + (("extern",) if external == "count" else ()))
    left_out = [*NO_ENDING, "onbekend", "overlijden", *(["extern"] if external == "exclude" else [])]
    counted = ended & ~group.isin(left_out)
    code, names = units(episodes, by)
    n = np.bincount(code[counted & (code >= 0)], minlength=len(names))
    count = np.bincount(code[counted & broken_off & (code >= 0)], minlength=len(names))
    return shares(count, n, names)


def ending_shares(episodes: pd.DataFrame, by: str | None = "provider_id") -> pd.DataFrame:
    """How did care end? The share of every reason, unknown reasons included.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        As in `dropout`. Temporary and administrative endings do not end care and are left out.
    by : str or None
        Column of the unit; None for ``all``.

    Returns
    -------
    DataFrame, one row per unit and ending_group (the index)
        ``n`` endings of the unit, ``count``, ``estimate`` (share), ``std_error, conf_low, conf_high`` (Wilson).

    Raises
    ------
    ValueError
        A missing column, an unknown group.

    Examples
    --------
    >>> episodes = pd.DataFrame({
    ...     "provider_id": "p", "ended_on": pd.Timestamp("2026-01-31"), "ending_group": ["volgens_plan", "onbekend"]})
    >>> ending_shares(episodes).loc["p", "estimate"].loc[["volgens_plan", "overlijden", "onbekend"]].to_list()
    [0.5, 0.0, 0.5]
    """
    ended, group = _ended(episodes)
    real = [name for name in GROUPS if name not in NO_ENDING]
    kind = pd.Index(real).get_indexer(pd.Index(group))
    code, names = units(episodes, by)
    counted = ended.to_numpy() & (kind >= 0) & (code >= 0)
    cell = code[counted] * len(real) + kind[counted]
    count = np.bincount(cell, minlength=len(names) * len(real))
    n = np.bincount(code[counted], minlength=len(names)).repeat(len(real))
    index = pd.MultiIndex.from_product([names, real], names=[names.name, "ending_group"])
    return shares(count, n, index)


def provisional_shares(episodes: pd.DataFrame, by: str | None = "provider_id") -> pd.DataFrame:
    """Of how many endings is the year not yet complete? Ends come in late: those of the last half year are provisional.

    Parameters
    ----------
    episodes : DataFrame, one row per care episode
        As in `ending_shares`, with ``provisional``: ended in the last half year its register covers.
    by : str or None
        Column of the unit; None for ``all``.

    Returns
    -------
    DataFrame, one row per unit
        ``n`` endings as in `ending_shares`, ``count`` provisional ones, ``estimate`` (share), ``std_error, conf_low,
        conf_high`` (Wilson). NaN where n = 0.

    Raises
    ------
    ValueError
        A missing column, an unknown group.

    Examples
    --------
    >>> episodes = pd.DataFrame({"provider_id": "p", "ended_on": pd.to_datetime(["2025-03-31", "2025-11-30"]),
    ...     "ending_group": "volgens_plan", "provisional": [False, True]})
    >>> provisional_shares(episodes)[["n", "count", "estimate"]]
                 n  count  estimate
    provider_id
    p            2      1       0.5
    """
    need("episodes", episodes, ["provisional"])
    ended, group = _ended(episodes)
    code, names = units(episodes, by)
    counted = ended.to_numpy() & ~group.isin(NO_ENDING).to_numpy() & (code >= 0)
    late = counted & episodes["provisional"].to_numpy(dtype=bool)
    n, count = (np.bincount(code[which], minlength=len(names)) for which in (counted, late))
    return shares(count, n, names)


def _ended(episodes: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Which episodes have ended, and every episode's group ('' while it runs)."""
    need("episodes", episodes, ["ended_on", "ending_group"])
    ended = episodes["ended_on"].notna()
    group = episodes["ending_group"].astype(object).where(episodes["ending_group"].notna(), "onbekend")
    group = group.where(ended, "")
    labels: list[Hashable] = list(episodes.index)
    refuse("episodes.ending_group", ended & ~group.isin(GROUPS), f"is not one of {', '.join(GROUPS)}", labels)
    return ended, group
