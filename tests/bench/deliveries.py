"""Deliveries: a very large file to processed tables, beside only reading it."""

from pathlib import Path

from bench.job import timed


def write(root: str, rows: int, kind: str) -> None:
    """Write one delivery of so many responses of 60 columns."""
    from workbench.sample import large

    large.write(Path(root), rows=rows, kind=kind)


def processed(root: str) -> None:
    """Read, correct, route, score and keep every response."""
    from workbench import codebook, pipeline
    from workbench.sample import large
    from workbench.store import Places

    places = Places(Path(root), large.REGION)
    book = codebook.read(places.codebook)
    with timed():
        pipeline.receive(places, large.YEAR, book)


def only_read(root: str, kind: str) -> None:
    """Read the same file into a data frame."""
    import pandas as pd
    import pyreadstat

    from workbench.sample import large

    path = Path(root) / "data" / "raw" / large.REGION / str(large.YEAR) / f"antwoorden.{kind}"
    with timed():
        if kind == "csv":
            pd.read_csv(path, sep=";", decimal=",")
        elif kind == "xlsx":
            pd.read_excel(path, engine="openpyxl")
        else:
            pyreadstat.read_sav(path)
