"""The fictional region: its shapes, its planted problems, its truth; the same arguments give the same bytes."""

import csv
import hashlib
import io
import json
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from workbench import codebook, sample
from workbench.intake import deliveries
from workbench.sample import known, people

YEARS = (2024, 2025, 2026)


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    root = tmp_path_factory.mktemp("region")
    sample.make(root)
    return root / "data"


@pytest.fixture(scope="module")
def book(region):
    return codebook.read(region / "codebook" / "sample")


@pytest.fixture(scope="module")
def received(region, book):
    return {year: deliveries.receive(region / "raw" / "sample" / str(year), book, year, b"k" * 32) for year in YEARS}


@pytest.fixture(scope="module")
def truth(region):
    folder = region / "truth" / "sample"
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ("providers", "expected", "gaps")}
    return tables | {"json": json.loads((folder / "truth.json").read_text("utf-8"))}


def fingerprints(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def raw(region, name):
    return (region / "raw" / "sample" / "2026" / name).read_bytes()


def test_the_same_arguments_give_the_same_bytes(tmp_path, monkeypatch):
    sample.make(tmp_path / "a", providers=15, respondents=10, years=2, seed=7)
    # The clock of the machine must not matter, nor what stood there before.
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    sample.make(tmp_path / "b", providers=3, respondents=5, years=1, seed=1)
    sample.make(tmp_path / "b", providers=15, respondents=10, years=2, seed=7)
    assert fingerprints(tmp_path / "a") == fingerprints(tmp_path / "b")
    sample.make(tmp_path / "c", providers=15, respondents=10, years=2, seed=8)
    assert fingerprints(tmp_path / "a") != fingerprints(tmp_path / "c")


def test_fewer_years_are_the_last_of_more(region, tmp_path):
    sample.make(tmp_path, years=1)
    last = fingerprints(region / "raw" / "sample" / "2026")
    assert fingerprints(tmp_path / "data" / "raw" / "sample") == {f"2026/{name}": hash_ for name, hash_ in last.items()}


def test_an_interrupted_run_leaves_the_old_region_whole(tmp_path, monkeypatch):
    sample.make(tmp_path, providers=3, respondents=5, years=1)
    before = fingerprints(tmp_path)
    monkeypatch.setattr(known, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        sample.make(tmp_path, providers=4, respondents=5, years=1)
    assert fingerprints(tmp_path) == before


def received_without_errors(root):
    book = codebook.read(root / "data" / "codebook" / "sample")
    tables = deliveries.receive(root / "data" / "raw" / "sample" / "2026", book, 2026, b"k" * 32)
    assert not (tables.findings["severity"] == "error").any()
    return tables


def test_the_smallest_region_is_received_without_errors(tmp_path):
    sample.make(tmp_path, providers=1, respondents=1, years=1)
    assert len(received_without_errors(tmp_path).responses)


def test_where_test_numbers_run_out_people_have_client_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "fake_bsns", lambda: np.arange(999900006, 999900010))
    sample.make(tmp_path, providers=2, respondents=4, years=1)
    header = (tmp_path / "data/raw/sample/2026/trajecten_iwmo_2026.csv").read_bytes().split(b";", 1)[0]
    assert header == b"Clientnummer"
    tables = received_without_errors(tmp_path)
    assert tables.episodes["client"].isin(tables.invited["client"]).any()


def test_every_planted_problem_is_decided(received, truth):
    for year, tables in received.items():
        errors = tables.findings[tables.findings["severity"] == "error"]
        assert errors.empty, (year, errors["message"].tolist())
        assert not (tables.exclusions["reason"] == "unknown provider").any()
        for file in tables.deliveries["file"]:
            found = tables.exclusions.loc[tables.exclusions["file"] == file, "reason"].value_counts().to_dict()
            assert found == {why: n for why, n in truth["json"]["excluded"].get(file, {}).items() if n}, file


def test_the_codebook_says_it_is_fictional(book):
    assert book.region.fictional
    assert book.providers["agb"].str.fullmatch(r"00\d{6}").all()
    assert book.providers["name"].str.contains("'").any()
    assert book.providers["name"].str.contains("[éö]").any()


def test_the_shapes_are_those_of_the_export_programs(region):
    clients = list(csv.reader(io.StringIO(raw(region, "client_behoeften_2026.csv").decode("utf-8"))))
    assert clients[0][:3] == ["id", "submitdate", "lastpage"]
    assert "beh[A4]" in clients[0]
    relatives = list(csv.reader(io.StringIO(raw(region, "naasten_2026.csv").decode("utf-8"))))
    assert any("\n" in header for header in relatives[0])
    assert relatives[0].count("Wilt u dit toelichten?") == 3
    assert "1980-01-01 00:00:00" in relatives[1]
    staff = list(csv.reader(io.StringIO(raw(region, "medewerkers_2026.csv").decode("utf-8"))))
    assert staff[2][0] == '{"ImportId":"startDate"}'
    assert raw(region, "pijlers_post_2026.csv").startswith(b"\xef\xbb\xbf")
    kiosk = raw(region, "kiosk_pijlers_2026.csv")
    with pytest.raises(UnicodeDecodeError):
        kiosk.decode("utf-8")
    assert "Overslaan" in kiosk.decode("cp1252")
    assert re.search(r";\d+,\d;", kiosk.decode("cp1252"))
    page = openpyxl.load_workbook(io.BytesIO(raw(region, "eigen_meting_2026.xlsx")))["Antwoorden"]
    assert "I1:K1" in {str(merged) for merged in page.merged_cells.ranges}


def test_the_spss_file_has_labels_and_user_missing_codes(region):
    path = region / "raw" / "sample" / "2026" / "pijlers_de_ronde_venen_2026.sav"
    table, meta = pyreadstat.read_sav(path, user_missing=True)
    assert meta.variable_value_labels["k1"][5.0] == "Helemaal mee eens"
    assert meta.missing_ranges["k1"] == [{"lo": 8.0, "hi": 8.0}, {"lo": 9.0, "hi": 9.0}]
    assert table["agb"].str.startswith("00").all()


def test_citizen_service_numbers_are_test_numbers(region):
    allowed = set(people.fake_bsns().astype(str))
    for path in (region / "raw").rglob("*"):
        if path.suffix == ".csv":
            text = path.read_bytes().decode("cp1252", errors="replace")
        elif path.suffix == ".xlsx":
            parts = zipfile.ZipFile(path)
            text = " ".join(parts.read(name).decode("utf-8") for name in parts.namelist() if "sheet" in name)
        else:
            continue
        for number in set(re.findall(r"(?<![\d.,])\d{9}(?![\d.,])", text)):
            weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
            passes = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0
            assert number in allowed or not passes, path.name


def test_provider_means_are_those_expected(received, book, truth):
    items = book.items[(book.items["variant"] == "standaard") & (book.items["dimension"] == "autonomie")]
    expected = truth["expected"].query("role == 'client' and measure == 'autonomie'")
    z = []
    for year, tables in received.items():
        clients = tables.responses.query("role == 'client' and instrument == 'behoeften'").set_index("response_id")
        codes = tables.answers.set_index("response_id").loc[clients.index, list(items["item"])].astype(float)
        turned = codes.assign(**{item: 6 - codes[item] for item in items.loc[items["reversed"], "item"]})
        score = 25 * (turned.mean(axis=1) - 1)
        by = score.groupby(clients["provider_id"]).agg(["mean", "count"])
        true = expected[expected["year"] == year].set_index("provider_id")["expected_own"]
        z.append((by["mean"] - true) / (score.std() / np.sqrt(by["count"])))
    z = pd.concat(z)
    assert 0.75 < z.std() < 1.25
    assert abs(z.mean()) < 0.5


def test_special_providers_are_what_they_are_said_to_be(received, truth):
    role = truth["providers"].set_index("provider_id")["role"]
    mean = truth["expected"].query("role == 'client' and measure == 'kwaliteit' and year == 2026")
    mean = mean.set_index("provider_id")["expected"] - mean["expected"].mean()
    assert (mean[role[role == "better"].index] > 5).all()
    assert (mean[role[role.isin(["worse", "worse too"])].index] < -5).all()
    gap = truth["gaps"].query("measure == 'autonomie' and year == 2026").set_index("provider_id")["gap"]
    assert (gap[role[role == "large gap"].index] > 12).all()
    assert (gap[role[role == "reversed gap"].index] < -2).all()
    tables = received[2026]
    clients = tables.responses[tables.responses["role"] == "client"]
    assert clients["provider_id"].value_counts()[role[role == "few answers"].index[0]] == 7
    needs = clients[clients["instrument"] == "behoeften"].groupby("provider_id").size()
    rate = needs / tables.invited[tables.invited["role"] == "client"].groupby("provider_id").size()
    assert (rate[role[role == "low response"].index] - 0.20).abs().max() < 0.01
    assert rate[role[role == "device handed over"].index].between(0.83, 0.92).all()
    silent = tables.episodes["provider_id"].isin(role[role == "taakgericht"].index)
    assert silent.sum() > 20
    assert tables.episodes.loc[silent, "ended_on"].isna().all()


def test_a4_points_the_same_way_in_every_delivery(received):
    for year, tables in received.items():
        merged = tables.responses[["response_id", "role"]].merge(
            tables.answers, on="response_id", validate="one_to_one"
        )
        for role, answers in merged.groupby("role"):
            # Those who are content disagree with "others decide without asking me".
            assert answers["A1"].astype(float).corr(answers["A4"].astype(float)) < -0.2, (year, role)


def test_restarts_are_as_likely_as_they_should_be(received, truth):
    every = pd.concat([tables.episodes.assign(year=year) for year, tables in received.items()])
    key = ["client", "provider_id", "product", "started_on"]
    every = every.sort_values("year").drop_duplicates(key, keep="last").sort_values(["client", "started_on"])
    wait = (every.groupby("client")["started_on"].shift(-1) - every["ended_on"]).dt.days
    ended = every["ended_on"].dt.year.eq(2024) & every["ending_code"].isin(["19", "21", "22", "23", "01"])
    chance = truth["providers"].set_index("provider_id")["restart"].reindex(every["provider_id"]).to_numpy()
    observed, expected = (wait[ended] <= 365).mean(), chance[ended].mean()
    assert abs(observed - expected) < 3 * np.sqrt(expected * (1 - expected) / ended.sum())


def test_late_ends_arrive_a_year_later(received):
    before, after = received[2025].episodes, received[2026].episodes
    key = ["client", "provider_id", "product", "started_on"]
    both = before[before["ended_on"].isna()].merge(after, on=key, suffixes=("", "_later"))
    late = both["ended_on_later"] < "2025-01-01"
    assert 20 < late.sum() < 200
