"""Which region and year a command is about: as asked, or the only ones; the fictional region for a newcomer."""

from pathlib import Path

from workbench import screen
from workbench.store import NotThere, Places, find_root, has_files, regions

SAMPLE = "sample"


def region_and_year(
    region: str | None, year: int | None, *, make_sample: bool = False, codebook: bool = True
) -> tuple[Places, int]:
    """Return the region and year asked for, or the only ones there are.

    Parameters
    ----------
    region : str, optional
        Folder in ``data/raw``; the only one if left out.
    year : int, optional
        The last if left out.
    make_sample : bool
        Make the fictional region where there is no region yet, or where it is asked for and not there.
    codebook : bool
        Whether the region must have a codebook.

    Raises
    ------
    NotThere
        Where there is no such region, none or more than one to choose from, no codebook or no delivery.
    """
    root = find_root()
    there = regions(root)
    if region is None:
        if not there and make_sample:
            screen.say("There is no region yet, so this makes the fictional one (python -m workbench sample).")
            _make_sample(root)
            there = [SAMPLE]
        if not there:
            raise NotThere(f"No region in {root / 'data' / 'raw'}: put deliveries in <region>/<year>/ there.")
        if len(there) > 1:
            raise NotThere(f"There are {len(there)} regions ({', '.join(there)}): choose one with --region.")
        region = there[0]
    elif region == SAMPLE and make_sample and not has_files(root / "data" / "raw" / SAMPLE):
        _make_sample(root)
    elif region not in there:
        known = ", ".join(there) or "none"
        raise NotThere(f"No region {region!r} in {root / 'data' / 'raw'}; there are: {known}.")
    places = Places(root, region)
    if codebook and not places.codebook.is_dir():
        raise NotThere(
            f"{places.codebook} is missing: describe the region there. Start with "
            f"'python -m workbench draft --region {region}'; docs/data.md says what the tables hold."
        )
    if not places.years:
        raise NotThere(
            f"No deliveries in {root / 'data' / 'raw' / region}: put them in a folder per year, such as 2026."
        )
    return places, year if year is not None else places.years[-1]


def _make_sample(root: Path) -> None:
    from workbench import sample as fictional

    with screen.bar("Fictional region") as (bar, task):
        fictional.make(root, progress=lambda _, done, total: bar.update(task, completed=done, total=total))
