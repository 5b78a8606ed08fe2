"""The way in for notebooks: the processed tables of a region, or what was released for a reader."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench import portions, store
from workbench.reporting.release import Release
from workbench.store import NotThere, Places

if TYPE_CHECKING:
    from workbench.research import Region

EDITIONS = ("provider", "internal", "public")
ROUNDED_TO = 5  # counts in the public edition
WITHOUT_NAMES = ("adjusted", "gap")  # of these an edition without names keeps the verdicts, and nothing else
SCORES = ("adjusted", "shrunk", "lowest", "quarter", "median", "three_quarters", "highest")
LANGUAGES = ("nl", "en")


def open_region(
    region: str,
    year: int | list[int] | tuple[int, ...] | range | None = None,
    *,
    language: str | None = None,
    root: Path | None = None,
) -> "Region":
    """Open a region to explore: its tables, its codebook, and questions with the statistics of the reports.

    Parameters
    ----------
    region : str
        Name of the folder in ``data/processed``.
    year : int or list of int, optional
        Year of the measurement, or several together; all that were processed if left out.
    language : {"nl", "en"}, optional
        Of labels and sentences; that of the region if left out.
    root : Path, optional
        The project's folder; found from where you are.

    Returns
    -------
    Region
        ``region.scores`` and the other tables as attributes; ``region.compare("autonomie")`` and other questions.
        Showing it says what is there.

    Raises
    ------
    NotThere
        For a region or year that is unknown or was not processed; the message says what there is, or what to do.

    Examples
    --------
    >>> region = open_region("sample", 2026)             # doctest: +SKIP
    >>> every_year = open_region("sample")               # doctest: +SKIP
    """
    from workbench.research import Region, tables  # statistics take a second to import, and reports need none of them

    places = Places(root or store.find_root(), region)
    return Region(places, tables.chosen_years(places, year), language)


def open_release(
    region: str,
    year: int,
    provider: str | None = None,
    edition: str = "internal",
    language: str | None = None,
    root: Path | None = None,
    municipality: str | None = None,
) -> Release:
    """Open what was released: the only tables a report may read.

    Parameters
    ----------
    region, year
        As in `open_region`.
    provider : str, optional
        Only this provider, beside the region.
    edition : {"provider", "internal", "public"}
        Whether other providers have names (``internal``). Without names the region as a whole holds no figure of a
        single provider: only how many are told apart. ``public`` also rounds counts and leaves out what is indicative.
    language : {"nl", "en"}, optional
        That of the region if left out.
    root : Path, optional
    municipality : str, optional
        CBS code; the region as a whole, told for this municipality.

    Raises
    ------
    NotThere
        For an unknown region, year, provider, municipality, edition or language; the message names those there are.
    """
    own = [("unit", "region"), ("unit_id", provider)] if provider else []
    release = _opened(_places(region, year, root), year, provider, edition, language, municipality, own)
    if edition != "internal":
        release = _without_names(release) if not provider else _without_files(release)
    return _for_the_public(release) if edition == "public" else release


def open_front(places: Places, year: int, language: str | None) -> Release:
    """Open of a release what its front page tells: of its estimates no more than numbers of people and scores.

    Raises
    ------
    NotThere
        For a year that was not released, or an unknown language.
    """
    told = [("statistic", "count"), ("statistic", "adjusted")]
    columns = ["measure", "statistic", "category", "unit", "unit_id", "group", "year", "estimate", "status"]
    return _opened(_places(places.region, year, places.root), year, None, "internal", language, None, told, columns)


def figures(places: Places, year: int) -> Iterator[pd.DataFrame]:
    """Yield the estimates of a release as a reader sees them, some thousands at a time, as `portions.each`."""
    return map(_within_the_scale, portions.each(places.released(year), "estimates"))


def _opened(
    places: Places,
    year: int,
    provider: str | None,
    edition: str,
    language: str | None,
    municipality: str | None,
    some: Sequence[tuple[str, str]],
    columns: Sequence[str] | None = None,
) -> Release:
    region, folder = places.region, places.released(year)
    if not (folder / "codebook.json").is_file():
        raise NotThere(f"{folder} does not exist yet: make it with 'python -m workbench process --region {region}'.")
    codebook = store.read_json(folder / "codebook.json")
    language = language or str(codebook["region"]["language"])
    choose("edition", edition, EDITIONS)
    choose("language", language, LANGUAGES)
    named = store.read_table(folder, "providers")
    providers = dict(zip(named["provider_id"].astype(str), named["name"].astype(str), strict=True))
    towns = codebook["municipalities"]
    for what, asked, there in (("provider", provider, providers), ("municipality", municipality, towns)):
        if asked and asked not in there:
            raise NotThere(f"No {what} {asked!r} in {region}; there are {', '.join(sorted(there))}.")
    return Release(
        region=region,
        year=year,
        language=language,
        edition=edition,
        provider=provider or None,
        municipality=municipality or None,
        estimates=_within_the_scale(portions.read(folder, "estimates", some, columns)),
        providers={provider: providers[provider]} if provider else providers,
        deliveries=store.read_table(folder, "deliveries"),
        excluded=store.read_table(folder, "excluded"),
        flagged=store.read_table(folder, "flagged"),
        left_out=_of_provider(store.read_table(folder, "left_out"), provider),
        agreements=_of_provider(store.read_table(folder, "agreements"), provider),
        remarks=_of_provider(_remarks(folder), provider),
        codebook=codebook,
        provenance=store.read_json(folder / "provenance.json"),
    )


def choose(what: str, asked: str, known: Sequence[str]) -> None:
    """Refuse what is not among the known, and name those.

    Raises
    ------
    NotThere

    Examples
    --------
    >>> choose("language", "fr", ("nl", "en"))
    Traceback (most recent call last):
    workbench.store.NotThere: No language 'fr'; choose from nl, en.
    """
    if asked not in known:
        raise NotThere(f"No {what} {asked!r}; choose from {', '.join(known)}.")


def _within_the_scale(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates as a reader sees them: an adjusted score beyond 0 or 100 is shown as 0 or 100."""
    scores = estimates["statistic"].isin(SCORES)
    ends = [end for end in ("estimate", "conf_low", "conf_high") if end in estimates]
    return estimates.assign(**{end: estimates[end].mask(scores, estimates[end].clip(0, 100)) for end in ends})


def _of_provider(table: pd.DataFrame, provider: str | None) -> pd.DataFrame:
    return table[table["provider_id"] == provider] if provider else table


def _remarks(folder: Path) -> pd.DataFrame:
    """Return the released remarks; none where nobody released any."""
    if (folder / "remarks.parquet").is_file():
        return store.read_table(folder, "remarks")
    return pd.DataFrame(columns=["provider_id", "dimension", "role", "text"], dtype=str)


def _without_names(release: Release) -> Release:
    """Return a release that holds no figure of a single provider, so that no page can give one away.

    Of the comparisons and the mirror the verdicts stay, without whose they are and in no order but their own.
    """
    estimates = release.estimates
    numbers = estimates.select_dtypes("number").columns.difference(["year"])
    verdicts = estimates[(estimates["unit"] == "provider") & estimates["statistic"].isin(WITHOUT_NAMES)]
    verdicts = verdicts.assign(unit_id="", method="", **dict.fromkeys(numbers, float("nan")))
    verdicts = verdicts.sort_values(["measure", "statistic", "year", "label"], kind="stable")
    kept = pd.concat([estimates[estimates["unit"] != "provider"], verdicts], ignore_index=True)
    return replace(
        _without_files(release),
        estimates=kept,
        providers={str(place): "" for place in range(len(release.providers))},
        left_out=release.left_out.head(0),
        agreements=release.agreements.assign(provider_id="", action="", owner=""),
        remarks=release.remarks.head(0),
    )


def _without_files(release: Release) -> Release:
    """Return a release in which the deliveries are told together: the name of one may be that of another provider."""
    numbers = ["delivered", "counted", "excluded"]
    files = release.deliveries[release.deliveries["kind"] != "ignored"]
    whole = files[numbers].sum().to_frame().T.assign(file="", kind="")
    reasons = release.excluded.groupby("reason", as_index=False)["records"].sum().assign(file="")
    doubts = release.flagged[release.flagged["file"] == ""]
    return replace(release, deliveries=whole, excluded=reasons, flagged=doubts)


def _for_the_public(release: Release) -> Release:
    """Return a release with counts rounded to five and without what rests on few people."""
    estimates = release.estimates
    verdict = estimates["unit_id"] == ""  # whose it is, is not known: it only counts
    few = (estimates["status"] == "indicative") & ~verdict
    numbers = estimates.select_dtypes("number").columns.difference(["year"])
    counts = estimates["statistic"] == "count"
    public = estimates.assign(
        n=rounded(estimates["n"]),
        n_eff=float("nan"),
        estimate=estimates["estimate"].mask(counts, rounded(estimates["estimate"])),
        status=estimates["status"].mask(few, "hidden").replace("indicative", "shown"),
        reason=estimates["reason"].mask(few, "few"),
        label=estimates["label"].mask(few, ""),
    )
    public.loc[few, list(numbers)] = float("nan")
    region = release.codebook["region"]
    thresholds = region["thresholds"] | {"hidden_below": region["thresholds"]["indicative_below"]}
    whole = ["delivered", "counted", "excluded"]
    return replace(
        release,
        estimates=public,
        deliveries=release.deliveries.assign(**{name: rounded(release.deliveries[name]) for name in whole}),
        excluded=release.excluded.assign(records=rounded(release.excluded["records"])),
        flagged=release.flagged.assign(records=rounded(release.flagged["records"])),
        left_out=release.left_out.assign(records=rounded(release.left_out["records"])),
        codebook=dict(release.codebook) | {"region": region | {"thresholds": thresholds}},
    )


def rounded(counts: pd.Series) -> pd.Series:
    """Return counts rounded to five.

    Examples
    --------
    >>> rounded(pd.Series([2, 13])).to_list()
    [0.0, 15.0]
    """
    return (counts / ROUNDED_TO).round() * ROUNDED_TO


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
