"""Nothing about a person is in anything that leaves: planted and delivered secrets are sought in every byte made."""

import contextlib
import csv
import html
import io
import re
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from workbench import __main__ as command_line
from workbench import pipeline, sample, store
from workbench.intake import remarks
from workbench.store import Places

NAME, MAIL, NUMBER, RARE = "Wilhelmina Kanarievogel", "kanarie@vogel.example", "123456782", "papegaaienvoer in Elp"
PLANTED = (NAME, "Kanarievogel", MAIL, NUMBER, RARE)
OPEN_ANSWERS = {
    "client_behoeften_2026.csv": "opmerking",
    "pijlers_post_2026.csv": "Wat wilt u ons nog meegeven?",
    "afspraken_2026.csv": "2. Wat is het verhaal erachter?",
}
SECRET = {
    "trajecten_*.csv": ("BSN", "Toewijzingsnummer"),
    "uitgenodigd_*.csv": ("Clientnummer", "Naam", "E-mailadres"),
    "client_behoeften_*.csv": ("clientnr", "seed"),
    "medewerkers_*.csv": ("ResponseId", "IPAddress", "RecipientEmail"),
}
EDITIONS = ("provider", "internal", "public")


def plant(folder):
    """Write secrets into deliveries of several kinds: in open answers, and in columns nobody asked for."""
    for path in sorted(folder.glob("*.csv")):
        raw = path.read_bytes()
        encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            encoding, text = "cp1252", raw.decode("cp1252")
        head = text.partition("\n")[0]
        separator = ";" if head.count(";") > head.count(",") else ","
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        answer = OPEN_ANSWERS.get(path.name)
        for number, row in enumerate(rows):
            if answer in rows[0] and number and number % 3 == 0:
                row[rows[0].index(answer)] = f"Bel {NAME}, {MAIL}: {RARE}."
            if "BSN" in rows[0]:
                row.append("interne notitie" if number == 0 else f"{NAME} {NUMBER} {RARE}")
        written = io.StringIO()
        csv.writer(written, delimiter=separator, lineterminator="\n").writerows(rows)
        path.write_bytes(written.getvalue().encode(encoding))


def delivered(folder):
    """Return every identifying value of the deliveries, long enough not to be a number of something else."""
    found = set()
    for pattern, columns in SECRET.items():
        for path in folder.glob(pattern):
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig") if b"\xef\xbb\xbf" in raw[:3] else raw.decode("cp1252")
            separator = ";" if text.partition("\n")[0].count(";") > 2 else ","
            table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False)
            for column in columns:
                found |= {value for value in table[column] if len(value) >= 7}
    return found


def texts(path, content=None):
    """Yield what a file says: what is packed unpacked, what is escaped as it reads."""
    content = path.read_bytes() if content is None else content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from ((f"{path}!{inner}", text) for inner, text in texts(Path(name), packed.read(name)))
    elif content[:4] == b"PAR1":
        yield str(path), pd.read_parquet(io.BytesIO(content)).to_csv()
    else:
        text = content.decode("utf-8", "replace")
        yield str(path), text + html.unescape(text)


def everything(*folders):
    return dict(pair for folder in folders for path in folder.rglob("*") if path.is_file() for pair in texts(path))


def seek(secrets, found):
    """Return which secrets are where."""
    words = "|".join(sorted(map(re.escape, secrets), key=len, reverse=True))
    sought = re.compile(rf"(?<![\d.])(?:{words})(?!\d)")  # not within a longer number
    return {where: hit.group() for where, text in found.items() if (hit := sought.search(text))}


def command(places, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ROOT", str(places.root))
        patch.setattr("sys.argv", ["workbench", *arguments, "--region", "sample", "--year", "2026"])
        with contextlib.suppress(SystemExit):  # 1: there are mistakes in the deliveries
            command_line.main()
    assert (places.reports(2026) / "index.html").is_file()


@pytest.fixture(scope="module")
def leaving(tmp_path_factory, project):
    """A region with secrets in its deliveries, all its editions, and where temporary files go."""
    root = project(tmp_path_factory.mktemp("canaries"))
    sample.make(root, providers=3, years=1)
    places = Places(root, "sample")
    plant(places.raw(2026))
    temporary = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        for edition in EDITIONS:
            command(places, "report", "--edition", edition, *(["-m", "GM0632"] if edition == "provider" else []))
    tempfile.tempdir = None
    return places, temporary


def test_the_search_would_find_something(leaving):
    """A remark that was released, and the planted secrets in the deliveries."""
    places, _ = leaving
    shown = store.read_table(places.released(2026), "remarks")["text"]
    found = everything(places.reports(2026))
    assert any(seek([text], found) for text in shown)
    assert len(seek(PLANTED, everything(places.raw(2026)))) >= 3
    assert len(delivered(places.raw(2026))) > 100


def test_nothing_that_identifies_a_person_leaves(leaving):
    places, temporary = leaving
    secrets = {*PLANTED, *delivered(places.raw(2026))}
    made = everything(places.reports(2026), places.released(2026), temporary)
    made |= dict(texts(places.ledger))
    assert len(made) > 30
    assert seek(secrets, made) == {}


def test_no_pseudonym_leaves_either(leaving):
    """Nobody can find a row of the protected tables by what stands in a report."""
    places, temporary = leaving
    folder = places.processed(2026)
    rows = {*store.read_table(folder, "responses")["response_id"], *store.read_table(folder, "episodes")["client"]}
    made = everything(places.reports(2026), places.released(2026), temporary)
    made["ledger"] = pd.read_parquet(places.ledger).to_csv()
    assert len(rows) > 100
    assert seek({str(each) for each in rows}, made) == {}


def test_unreleased_open_answers_are_nowhere(leaving):
    places, temporary = leaving
    reviewed = remarks.read(places.remarks(2026).read_bytes())
    unreleased = {text for text in reviewed.loc[reviewed["release"] != "yes", "text"] if len(text) > 20}
    unreleased -= set(store.read_table(places.released(2026), "remarks")["text"])
    assert seek({RARE, *unreleased}, everything(places.reports(2026), places.released(2026), temporary)) == {}


def test_no_notebook_and_nothing_temporary_is_left_behind(leaving):
    places, temporary = leaving
    assert [path for path in places.reports(2026).rglob("*") if path.suffix == ".ipynb"] == []
    hidden = [path.name for path in places.root.rglob(".*") if path.is_file() and path.stat().st_size]
    assert hidden == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_what_is_said_while_working_names_nobody(leaving, capsys):
    """Messages about mistakes in the deliveries name files, rows and columns, never what stood there."""
    places, _ = leaving
    path = places.raw(2026) / "trajecten_iwmo_2026.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b";02;", f";{NAME};".encode(), 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_ROOT", str(places.root))
        patch.setattr("sys.argv", ["workbench", "check", "--region", "sample", "--year", "2026"])
        with pytest.raises(SystemExit):
            command_line.main()
            raise SystemExit(0)
    path.write_bytes(before)
    said = capsys.readouterr()
    assert "trajecten_iwmo_2026.csv" in said.out + said.err
    assert seek({MAIL, NUMBER, RARE, *delivered(places.raw(2026))}, {"out": said.out, "err": said.err}) == {}


def test_a_withdrawn_remark_leaves_every_file(leaving):
    """Pages, spreadsheets, the bundle and the released tables of every edition that is made again."""
    places, _ = leaving
    shown = store.read_table(places.released(2026), "remarks")
    withdrawn = shown.iloc[0]
    assert seek([withdrawn["text"]], everything(places.reports(2026)))
    reviewed = remarks.read(places.remarks(2026).read_bytes())
    reviewed["release"] = reviewed["release"].mask(reviewed["remark_id"] == withdrawn["remark_id"], "nee")
    places.remarks(2026).write_text(pipeline.codebooks.for_excel(reviewed), "utf-8")
    for edition in EDITIONS:
        command(places, "report", "--edition", edition)
    made = everything(places.reports(2026), places.released(2026))
    assert seek([withdrawn["text"], str(withdrawn["remark_id"])], made) == {}
