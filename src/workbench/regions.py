"""The way in for notebooks: the processed tables of a region, or what was released for a reader."""

from pathlib import Path

import pandas as pd

from workbench import schemas, store
from workbench.reporting.release import Release
from workbench.store import NotThere, Places

EDITIONS = ("provider", "internal")
SCORES = ("adjusted", "shrunk", "lowest", "quarter", "median", "three_quarters", "highest")
LANGUAGES = ("nl", "en")


class Tables:
    """The processed tables of one region and year, read when asked for: ``region.scores``, ``region.episodes``.

    These are records of people: they stay in the protected folder. ``schemas.TABLES`` says what one row of each is.
    """

    def __init__(self, places: Places, year: int):
        self._places, self.region, self.year = places, places.region, year

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in schemas.TABLES:
            raise AttributeError(f"no table {name!r}; there are {', '.join(schemas.TABLES)}")
        table = store.read_table(self._places.processed(self.year), name)
        setattr(self, name, table)
        return table

    def __dir__(self) -> list[str]:
        return ["region", "year", *schemas.TABLES]

    def __repr__(self) -> str:
        rows = [
            f"{name:<12} {len(getattr(self, name)):>8,}  {spec.description}" for name, spec in schemas.TABLES.items()
        ]
        return "\n".join([f"{self.region} {self.year}", *rows])


def open_region(region: str, year: int, root: Path | None = None) -> Tables:
    """Open the processed tables of a region, to explore.

    Parameters
    ----------
    region : str
        Name of the folder in ``data/processed``.
    year : int
        Year of the measurement.
    root : Path, optional
        The project's folder; found from where you are.

    Raises
    ------
    NotThere
        Where these tables were not made yet; the message says how.
    """
    places = _places(region, year, root)
    return Tables(places, year)


def open_release(
    region: str,
    year: int,
    provider: str | None = None,
    edition: str = "internal",
    language: str | None = None,
    root: Path | None = None,
) -> Release:
    """Open what was released: the only tables a report may read.

    Parameters
    ----------
    region, year
        As in `open_region`.
    provider : str, optional
        Only this provider, beside the region.
    edition : {"provider", "internal"}
        Whether other providers have names.
    language : {"nl", "en"}, optional
        That of the region if left out.
    root : Path, optional

    Raises
    ------
    NotThere
        For an unknown region, year, provider, edition or language; the message names those there are.
    """
    places = _places(region, year, root)
    folder = places.released(year)
    if not (folder / "codebook.json").is_file():
        raise NotThere(f"{folder} does not exist yet: make it with 'python -m workbench process --region {region}'.")
    codebook = store.read_json(folder / "codebook.json")
    language = language or str(codebook["region"]["language"])
    for what, value, known in (("edition", edition, EDITIONS), ("language", language, LANGUAGES)):
        if value not in known:
            raise NotThere(f"No {what} {value!r}; choose from {', '.join(known)}.")
    named = store.read_table(folder, "providers")
    providers = dict(zip(named["provider_id"].astype(str), named["name"].astype(str), strict=True))
    if provider is not None and provider not in providers:
        raise NotThere(f"No provider {provider!r} in {region}; there are {', '.join(sorted(providers))}.")
    own = [[("unit", "=", "region")], [("unit_id", "=", provider)]] if provider else None
    return Release(
        region=region,
        year=year,
        language=language,
        edition=edition,
        provider=provider,
        estimates=_within_the_scale(pd.read_parquet(folder / "estimates.parquet", filters=own)),
        providers={provider: providers[provider]} if provider else providers,
        deliveries=store.read_table(folder, "deliveries"),
        excluded=store.read_table(folder, "excluded"),
        agreements=_of_provider(store.read_table(folder, "agreements"), provider),
        codebook=codebook,
        provenance=store.read_json(folder / "provenance.json"),
    )


def _within_the_scale(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates as a reader sees them: an adjusted score beyond 0 or 100 is shown as 0 or 100."""
    scores = estimates["statistic"].isin(SCORES)
    ends = ["estimate", "conf_low", "conf_high"]
    return estimates.assign(**{end: estimates[end].mask(scores, estimates[end].clip(0, 100)) for end in ends})


def _of_provider(table: pd.DataFrame, provider: str | None) -> pd.DataFrame:
    return table[table["provider_id"] == provider] if provider else table


def _places(region: str, year: int, root: Path | None) -> Places:
    places = Places(root or store.find_root(), region)
    if not places.processed(year).is_dir():
        there = sorted(path.name for path in (places.root / "data" / "processed").glob("*/[0-9]*") if path.is_dir())
        known = ", ".join(sorted({path.parent.name for path in (places.root / "data" / "processed").glob("*/[0-9]*")}))
        hint = f"There are tables of {known} ({', '.join(sorted(set(there)))}). " if there else ""
        raise NotThere(
            f"No processed tables of {region!r} in {year}. {hint}"
            f"Make them with 'python -m workbench process --region {region} --year {year}'."
        )
    return places
