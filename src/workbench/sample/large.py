"""One very large delivery, to measure how fast and in how much memory deliveries are read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyreadstat

from workbench import codebook

REGION = "large"
YEAR = 2026
ITEMS = tuple(f"L{number:02d}" for number in range(1, 46))
PER_DIMENSION = 5
_DECIMALS = 5


def write(root: Path, rows: int = 1_000_000, kind: str = "csv", providers: int = 300, seed: int = 2026) -> Path:
    """Write a region of one delivery: `rows` responses of 60 columns, and the codebook that reads it.

    The columns are what surveys hold: number, moment, provider, municipality, channel, age, sex, informant, product,
    one empty column, five decimals and 45 items on five points, three in a hundred unanswered.

    Parameters
    ----------
    root : Path
        A project; files go to ``data/raw/large/2026`` and ``data/codebook/large``.
    rows : int
    kind : str
        ``csv`` (semicolons, decimal comma), ``xlsx`` or ``sav``.
    providers : int
    seed : int
        The same arguments give the same answers in every kind.

    Returns
    -------
    Path
        The delivery.
    """
    columns = _columns(np.random.default_rng(seed), rows, providers)
    folder = root / "data" / "raw" / REGION / str(YEAR)
    folder.mkdir(parents=True, exist_ok=True)
    _write_codebook(root / "data" / "codebook" / REGION, providers, list(columns))
    path = folder / f"antwoorden.{kind}"
    if kind == "csv":
        texts = {
            name: _comma(column) if pa.types.is_floating(column.type) else column for name, column in columns.items()
        }
        table = pa.table({name: column.cast(pa.string()) for name, column in texts.items()})
        options = pa_csv.WriteOptions(delimiter=";", quoting_style="none")
        pa_csv.write_csv(table, path, options)
        return path
    table = pa.table(columns).to_pandas()
    if kind == "xlsx":
        table.to_excel(path, index=False)
    else:
        pyreadstat.write_sav(table.astype(dict.fromkeys(ITEMS, "float64")), path)
    return path


def _columns(rng: np.random.Generator, rows: int, providers: int) -> dict[str, pa.Array]:
    def choose(texts: list[str]) -> pa.Array:
        at = pa.array(rng.integers(0, len(texts), rows).astype(np.int32))
        return pa.DictionaryArray.from_arrays(at, pa.array(texts)).cast(pa.string())

    seconds = np.datetime64(f"{YEAR}-01-05", "s") + rng.integers(0, 200 * 86400, rows)
    columns = {
        "nummer": pa.array(np.arange(1, rows + 1)),
        "datum": pa.array(np.char.replace(np.datetime_as_string(np.sort(seconds)), "T", " ")),
        "aanbieder": choose([f"Zorgaanbieder {number:04d}" for number in range(providers)]),
        "gemeente": choose(["Woerden", "Oudewater", "Montfoort", "De Ronde Venen", "Stichtse Vecht"]),
        "kanaal": choose(["e-mail", "kiosk", "papier"]),
        "leeftijd": pa.array(rng.integers(18, 96, rows)),
        "geslacht": choose(["vrouw", "man"]),
        "ingevuld_door": choose(["zelf", "met hulp"]),
        "hulp": choose(["begeleiding", "dagbesteding", "huishoudelijke hulp"]),
        "leeg": pa.nulls(rows, pa.string()),
    }
    columns |= {f"uren_{at}": pa.array(np.round(rng.gamma(2, 2, rows), 2)) for at in range(1, _DECIMALS + 1)}
    liking = rng.normal(0, 0.7, (rows, len(ITEMS) // PER_DIMENSION))
    for at, item in enumerate(ITEMS):
        drawn = np.clip(np.round(3.8 + liking[:, at // PER_DIMENSION] + rng.normal(0, 0.8, rows)), 1, 5)
        columns[item] = pa.array(drawn.astype(np.int8), mask=rng.random(rows) < 0.03)
    return columns


def _comma(column: pa.Array) -> pa.Array:
    return pa.array(pd.Series(column.to_pandas().map("{:.2f}".format), dtype="str").str.replace(".", ",", regex=False))


def _write_codebook(folder: Path, providers: int, names: list[str]) -> None:
    fields = {
        "nummer": ("respondent", ""),
        "datum": ("completed_on", ""),
        "aanbieder": ("provider", ""),
        "gemeente": ("municipality", ""),
        "kanaal": ("mode", "kanaal"),
        "leeftijd": ("age", ""),
        "geslacht": ("sex", "geslacht"),
        "ingevuld_door": ("informant", "informant"),
        "hulp": ("product", ""),
        "leeg": ("ignore", ""),
        **{f"uren_{at}": (f"background:hours_{at}", "") for at in range(1, _DECIMALS + 1)},
    }
    columns = [("groot", name, *fields.get(name, (name, "eens5"))) for name in names]
    titles = {f"schaal{at // PER_DIMENSION + 1}": at for at in range(0, len(ITEMS), PER_DIMENSION)}
    tables = {
        "providers": pd.DataFrame(
            {
                "provider_id": [f"p{number:04d}" for number in range(providers)],
                "name": [f"Zorgaanbieder {number:04d}" for number in range(providers)],
            }
        ),
        "deliveries": pd.DataFrame(
            [
                {
                    "pattern": "antwoorden.*",
                    "kind": "responses",
                    "columns": "groot",
                    "instrument": "groot",
                    "role": "client",
                }
            ]
        ),
        "columns": pd.DataFrame(columns, columns=["columns", "column", "field", "scale"]),
        "dimensions": pd.DataFrame({"dimension": list(titles), "name_nl": list(titles), "grades_provider": "yes"}),
        "items": pd.DataFrame(
            {
                "instrument": "groot",
                "variant": "standaard",
                "item": ITEMS,
                "dimension": [f"schaal{at // PER_DIMENSION + 1}" for at in range(len(ITEMS))],
                "low": "1",
                "high": "5",
            }
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.yml").write_text("name: Groot (fictief)\nfictional: true\n", encoding="utf-8")
    for name, table in tables.items():
        full = table.reindex(columns=list(codebook.TABLES[name]), fill_value="").astype(object).fillna("")
        codebook.write_table(folder / f"{name}.csv", full)
