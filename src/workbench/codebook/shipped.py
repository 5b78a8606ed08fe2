"""What ships with the workbench: questionnaires, answer labels, dimensions; a region's own rows win."""

from pathlib import Path

import pandas as pd

from workbench.codebook.vocabulary import KEYS, TABLES

SHIPPED = Path(__file__).parent.parent / "instruments"


def shipped_instruments() -> list[str]:
    """Return the names of the questionnaires that ship.

    Examples
    --------
    >>> shipped_instruments()
    ['behoeften', 'ceo_jeugd', 'ceo_wmo', 'pijlers', 'uitkomsten']
    """
    return sorted(path.stem for path in (SHIPPED / "items").glob("*.csv"))


def table(name: str) -> pd.DataFrame:
    """Return one of the tables that ship for every region."""
    return pd.read_csv(SHIPPED / f"{name}.csv", sep=";", dtype=str, keep_default_na=False)


def items(names: tuple[str, ...], mistakes: list[str]) -> pd.DataFrame:
    """Return the items of the named questionnaires; a name that does not ship is a mistake."""
    known = {path.stem: path for path in (SHIPPED / "items").glob("*.csv")}
    for name in names:
        if name not in known:
            mistakes.append(f"region.yml, instruments: {name!r} does not ship; choose from {', '.join(sorted(known))}.")
    parts = [
        pd.read_csv(known[name], sep=";", dtype=str, keep_default_na=False).assign(instrument=name)
        for name in names
        if name in known
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TABLES["items"]), dtype=str)


def merged(name: str, shipped: pd.DataFrame | None, own: pd.DataFrame) -> pd.DataFrame:
    """Return the region's rows after the shipped ones; the region's win where both have the same key."""
    if shipped is None:
        return own
    both = pd.concat([shipped.reindex(columns=own.columns, fill_value=""), own], ignore_index=True)
    return both.drop_duplicates(list(KEYS[name]), keep="last").reset_index(drop=True)
