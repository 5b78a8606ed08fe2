"""Which open answers of the fictional region somebody read and released, as people do in the table of remarks."""

from pathlib import Path

import pandas as pd

from workbench import codebook
from workbench.pseudonyms import FICTIONAL_KEY, keyed
from workbench.sample.remarks import PLAIN

_MOST = 5
_QUESTION = "opmerking"


def write(path: Path, place: Path, year: int, providers: pd.DataFrame, spellings: pd.DataFrame) -> None:
    """Write the table of released remarks of a year: harmless sentences, a few per provider.

    Parameters
    ----------
    path : Path
        ``data/remarks/sample/<year>.csv``.
    place : Path
        The year's deliveries.
    providers, spellings : DataFrame
        Who is meant by what people typed.
    """
    meant = dict(zip(providers["name"], providers["provider_id"], strict=True))
    meant |= dict(zip(spellings["spelling"], spellings["provider_id"], strict=True))
    lists = [
        pd.read_csv(each, dtype=str, keep_default_na=False) for each in sorted(place.glob("client_behoeften_*.csv"))
    ]
    written = pd.concat(lists, ignore_index=True)
    written = written[written[_QUESTION].isin(PLAIN)]
    said = pd.DataFrame({"provider_id": written["aanbieder"].map(meant), "text": written[_QUESTION]})
    said = said.dropna().drop_duplicates()
    ids = [
        keyed(FICTIONAL_KEY, "remark", str(year), provider, _QUESTION, text)
        for provider, text in zip(said["provider_id"], said["text"], strict=True)
    ]
    chosen = said.assign(remark_id=ids).sort_values(["provider_id", "remark_id"]).groupby("provider_id").head(_MOST)
    table = chosen.assign(role="client", dimension="", release="yes", released_by="redactie", note="")
    table = table.assign(released_on=f"{year}-02-15")
    columns = ["remark_id", "provider_id", "role", "dimension", "text", "release", "released_by", "released_on", "note"]
    codebook.write_table(path, table[columns])
