"""Nothing identifying passes the gate, and no finding repeats it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.codebook import Codebook
from workbench.intake import deliveries, drafts, identifying, names_of_people, privacy

SECRETS = {
    "bsn": ["111222333", "1112.22.333", "bsn:111222333.", "111 222 333", "12 123456782 x"],
    "test": ["999990019", "nr 9999.90.019"],
    "mail": ["a.b@voorbeeld.nl", "mail <a@b.co.uk>"],
    "phone": ["0612345678", "06-12 34 56 78", "+31 6 12345678", "0031612345678", "bel 030-1234567"],
    "iban": ["NL91ABNA0417164300", "nl91 abna 0417 1643 00"],
}
HARMLESS = [
    *("01-02-2025 10:20", "2025-02-01 10:20:30", "01234567", "52.370215678", "1234567890123"),
    *("111222334", "R_111222334", "€ 1.250.000,50", "20250101", "2025-01-01 08:28:09"),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SECRETS.items() for text in texts])
def test_found_whatever_the_notation(kind: str, text: str) -> None:
    assert kind in identifying.suspects(pd.Series([text], dtype="str")).columns


@pytest.mark.parametrize("text", HARMLESS)
def test_not_taken_for_something_else(text: str) -> None:
    assert identifying.suspects(pd.Series([text], dtype="str")).columns.empty


def test_codes_that_pass_by_chance_are_no_service_numbers() -> None:
    codes = pd.Series([f"R_{number}" for number in range(234_500_000, 234_500_200)], dtype="str")
    assert identifying.suspects(codes).columns.empty
    assert identifying.suspects(pd.concat([codes, pd.Series(["zijn bsn is 111222333"], dtype="str")]))["bsn"].sum() == 1


@pytest.mark.parametrize(
    "texts",
    [("Mulder BV", "Smit NV", "Visser VOF"), ("JANSEN BV", "VISSER B.V.", "DE BOER BV"), ("lente", "zomer", "winter")],
)
def test_organisations_called_after_a_person_and_seasons_are_no_people(texts: tuple[str, ...]) -> None:
    assert not names_of_people.are_names(pd.Series(texts, dtype="str"))


@given(st.integers(min_value=1, max_value=999_999_999))
def test_eleven_test_is_the_sum_by_hand(number: int) -> None:
    digits = [int(digit) for digit in f"{number:09d}"]
    total = sum(weight * digit for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    assert identifying.eleven_test(np.array([number]))[0] == (total % 11 == 0)


def test_no_secret_reaches_a_table(received: Callable) -> None:
    secrets = [text for texts in SECRETS.values() for text in texts]
    table = pd.DataFrame(
        {"aanbieder": secrets, "past": "5", "tevreden": secrets, "gemeente": secrets, "opmerking": secrets}
    )
    table = pd.concat([table, table.assign(aanbieder="De Linde")])
    found = received(table.assign(nr=range(len(table))).to_csv(sep=";", index=False).encode())
    everything = " ".join(getattr(found, name).to_csv() for name in vars(found))
    assert len(found.responses) == len(secrets)
    for text in (*secrets, "111222333", "999990019", "0612345678", "voorbeeld"):
        assert text not in everything


def test_person_ids_need_a_key(received: Callable, region) -> None:
    column = pd.Series(["111222333"], dtype="str")
    with pytest.raises(privacy.MissingKey, match="python -m workbench key"):
        privacy.pseudonyms(column, None)
    one, other = privacy.pseudonyms(column, b"a")[0], privacy.pseudonyms(column, b"b")[0]
    assert one != other and len(one) == 16


def test_key_is_made_once_and_for_the_owner_only(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_KEY", raising=False)
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(tmp_path / "keys" / "streek.key"))
    with pytest.raises(privacy.MissingKey, match="streek"):
        privacy.key_for("streek", fictional=False)
    path = privacy.new_key("streek")
    assert path.stat().st_mode & 0o077 == 0
    assert len(privacy.key_for("streek", fictional=False)) == 64
    with pytest.raises(FileExistsError, match="Keep it"):
        privacy.new_key("streek")
    monkeypatch.setenv("WORKBENCH_KEY", "uit de omgeving")
    assert privacy.key_for("streek", fictional=False) == b"uit de omgeving"
    assert privacy.key_for("streek", fictional=True) == privacy.FICTIONAL_KEY


@pytest.mark.parametrize(
    "text",
    [
        *("Jan de Vries heeft mij geholpen", "Met Fatima El Idrissi is dit afgesproken.", "actie: J.P. van den Berg"),
        *("begeleider Bram belt terug", "mijn zoon Mohammed", "Anne-Marie Jansen-de Wit"),
    ],
)
def test_a_name_without_a_title_is_found(text: str) -> None:
    assert "name" in identifying.suspects(pd.Series([text], dtype="str"), names=True).columns


@pytest.mark.parametrize(
    "text",
    [
        *("De Linde helpt goed", "Zorg & Zo B.V. Woerden", "Alles goed", "In Mei verder", "begeleiding thuis"),
        *("De Ronde Venen", "Met Stichting Het Anker besproken", "Contractmanager Wmo", "Ambulante hulp Jeugd"),
    ],
)
def test_what_only_looks_like_a_name_passes(text: str) -> None:
    assert "name" not in identifying.suspects(pd.Series([text], dtype="str"), names=True).columns


def test_the_list_of_first_names_is_there() -> None:
    assert len(names_of_people.first_names()) > 10_000


def test_a_column_of_names_under_another_head_is_stopped() -> None:
    names = pd.DataFrame({"wie": pd.Series(["Bram", "Fatima", "Koen de Wit", "Lotte", "Bram"], dtype="str")})
    matched = pd.DataFrame({"header": ["wie"], "field": ["background:team"], "scale": [""]})
    kept, findings = privacy.gate(names, matched, "a.csv", False, None)
    assert kept.empty
    assert "looks like names of people" in findings[0].message
    assert not any(name in str(findings) for name in ("Bram", "Koen"))


def test_no_written_name_of_an_agreement_reaches_the_gate() -> None:
    table = pd.DataFrame({"actie": pd.Series(["Jan de Vries belt de familie", "plan bespreken"], dtype="str")})
    matched = pd.DataFrame({"header": ["actie"], "field": ["action"], "scale": [""]})
    kept, findings = privacy.gate(table, matched, "a.csv", False, None)
    assert kept["actie"].isna().tolist() == [True, False]
    assert "the name of a person" in findings[0].message


@pytest.mark.parametrize("name", ["enquete 999990019.csv", "van jan@voorbeeld.example/a.csv", "06-12345678.xlsx"])
def test_a_file_named_after_a_person_is_not_read(name: str, region: Codebook, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"nr;aanbieder\n1;De Linde\n")
    found = deliveries.receive(tmp_path, region, 2026, b"key")
    assert found.deliveries.empty
    assert found.findings["severity"].tolist() == ["error"]
    assert not any(part in found.findings.to_csv() for part in ("999990019", "jan@", "12345678"))


@pytest.mark.parametrize(
    ("ages", "bands"),
    [
        (("46 jaar", "80", "9"), ["4-11", "45-64", "75-84"]),
        (("45 t/m 64 jaar", "65 tot 75", "85 jaar en ouder"), ["45-64", "65-74", "85+"]),
        (("46-90", "oud", "64,5"), ["45-64"]),
    ],
)
def test_ages_are_read_as_questionnaires_write_them(
    ages: tuple[str, ...], bands: list[str], received: Callable
) -> None:
    rows = [f"{n};De Linde;5;{age}" for n, age in enumerate(ages)]
    found = received("\n".join(["nr;aanbieder;past;leeftijd", *rows]).encode())
    assert sorted(found.responses["age_band"].dropna()) == bands


def test_a_surname_first_is_a_name() -> None:
    people = pd.Series(["Jansen, P.", "Vries, A. de", "Bakker, Kees", "Woerden, Noord"])
    assert names_of_people.are_names(people)
    assert not names_of_people.are_names(pd.Series(["Woerden, Noord", "Oudewater, Zuid", "Utrecht, West"]))


CAPITALS = ("JANSEN P", "P. DE VRIES", "BAKKER, K.", "FATIMA EL IDRISSI", "VAN DEN BERG AJ", "mulder h", "SMIT K")


@pytest.mark.parametrize("field", ["background:team", "product", "moment", "variant"])
def test_names_in_capitals_do_not_pass_under_an_unknown_header(field: str) -> None:
    column = pd.Series(CAPITALS * 3, dtype="str")
    matched = pd.DataFrame([{"header": "Vak 3", "field": field, "scale": ""}])
    kept, findings = privacy.gate(pd.DataFrame({"Vak 3": column}), matched, "a.csv", False, b"key")
    assert kept.empty
    assert [each.message for each in findings] == ["The column looks like names of people; it was stopped at the door."]
    assert not any(name in str(findings) for name in CAPITALS)


@pytest.mark.parametrize(
    "labels",
    [
        ("LOCATIE A", "LOCATIE B", "TEAM NOORD", "HOF C"),
        ("KAMER 1", "KAMER 2", "BERG A", "BERG B", "BERG C"),
        ("DE LINDE", "HET ANKER", "ZORG & ZO"),
        ("BG IND", "BG GROEP", "DAG MET VERVOER", "HH 1"),
        ("WOERDEN", "OUDEWATER", "DE BILT", "UTRECHT OOST"),
        ("noord", "zuid", "de kop", "het park"),
    ],
)
def test_places_and_products_in_capitals_pass(labels: tuple[str, ...]) -> None:
    column = pd.Series(labels * 3, dtype="str")
    matched = pd.DataFrame([{"header": "Vak 3", "field": "background:team", "scale": ""}])
    kept, findings = privacy.gate(pd.DataFrame({"Vak 3": column}), matched, "a.csv", False, b"key")
    assert kept["Vak 3"].tolist() == column.tolist()
    assert not findings


def test_a_column_of_names_is_proposed_as_one_that_identifies(region: Codebook, tmp_path: Path) -> None:
    rows = [f"De Linde,{CAPITALS[n % 7]},5" for n in range(42)]
    (tmp_path / "a.csv").write_text("\n".join(["aanbieder,Vak 3,past", *rows]))
    draft = drafts.propose(tmp_path / "a.csv", region)
    assert draft["columns"].set_index("column").at["Vak 3", "field"] == "identifier"
    assert not any("JANSEN" in table.to_string() for table in draft.values())


def test_names_in_the_column_of_the_provider_are_not_repeated(received: Callable[..., deliveries.Received]) -> None:
    rows = [f"{n};{CAPITALS[n % 7]};5" for n in range(21)]
    found = received("\n".join(["nr;aanbieder;past", *rows]).encode())
    told = found.findings[found.findings["column"] == "aanbieder"]
    assert told["message"].tolist() == [
        "21 records name somebody, it seems, and no provider; their names are not shown here."
    ]
    assert not found.findings.astype("str").apply(lambda column: column.str.contains("JANSEN|VRIES")).any(axis=None)
