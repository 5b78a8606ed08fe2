"""A first codebook comes of a delivery alone, and nothing personal stands in it."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from workbench import codebook
from workbench.codebook import Codebook
from workbench.intake import deliveries, drafts, labels


def delivery(path: Path, people: int = 60) -> Path:
    rng = np.random.default_rng(1)
    pick = lambda *labels: rng.choice(labels, people)  # noqa: E731
    table = pd.DataFrame(
        {
            "Respons ID": range(1, people + 1),
            "Datum verzonden": "2026-02-01 10:00:00",
            "Zorgaanbieder": pick("De Linde", "Het Ankerr", "Zorg & Zo"),
            "Wat is uw geslacht?": pick("Vrouw", "Man"),
            "Naam": [f"Persoon {number}" for number in range(people)],
            "Uw hulp [Ik ben tevreden over de hulp]": pick("Mee eens", "Neutraal", "Weet niet"),
            "Ik voel mij thuis in mijn buurt.": pick("1", "2", "3", "4", "99"),
            "Wilt u dit toelichten?": [f"Verhaal nummer {number} van {999990019}" for number in range(people)],
        }
    )
    table.to_csv(path, sep=";", index=False)
    return path


def test_proposes_for_a_known_region(region: Codebook, tmp_path: Path) -> None:
    draft = drafts.propose(delivery(tmp_path / "enquete_2026.csv"), region)
    fields = draft["columns"].set_index("column")["field"]
    assert fields.to_dict() == {
        "Respons ID": "respondent",
        "Datum verzonden": "completed_on",
        "Zorgaanbieder": "provider",
        "Wat is uw geslacht?": "sex",
        "Naam": "identifier",
        "Uw hulp [Ik ben tevreden over de hulp]": "K3",
        "Ik voel mij thuis in mijn buurt.": "ENQ01",
        "Wilt u dit toelichten?": "remark",
    }
    assert draft["deliveries"]["pattern"].tolist() == ["enquete_*.csv"]
    aliases = draft["aliases"].set_index("spelling")["provider_id"]
    assert aliases.to_dict() == {"Het Ankerr": "p002"}
    item = draft["items"].iloc[0]
    assert (item["low"], item["high"], item["wording_nl"]) == ("1", "4", "Ik voel mij thuis in mijn buurt.")
    assert draft["scales"].set_index("label")["missing"].to_dict() == {"99": "skipped"}


def test_a_new_region_can_start_from_it(tmp_path: Path) -> None:
    raw = tmp_path / "2026"
    raw.mkdir()
    draft = drafts.propose(delivery(raw / "enquete_2026.csv"), None)
    folder = tmp_path / "codebook"
    folder.mkdir()
    (folder / "region.yml").write_text("name: Nieuwe streek\ninstruments: [pijlers]\n")
    for name, rows in draft.items():
        codebook.write_table(folder / f"{name}.csv", rows.drop(columns=["certainty", "example"]))
    received = deliveries.receive(raw, codebook.read(folder), 2026, None)
    assert received.deliveries["counted"].item() > 50
    assert set(received.exclusions["reason"]) == {"empty"}  # two questions, and no answer to either
    assert set(received.responses["provider_id"]) == {"de_linde", "het_ankerr", "zorg_zo"}
    assert received.findings.loc[received.findings["severity"] == "error", "column"].tolist() == [
        "Wilt u dit toelichten?"
    ]


@pytest.mark.parametrize("known", [True, False])
def test_shows_labels_only(region: Codebook, tmp_path: Path, known: bool) -> None:
    draft = drafts.propose(delivery(tmp_path / "enquete.csv"), region if known else None)
    everything = " ".join(table.to_csv() for table in draft.values())
    for personal in ("Persoon", "Verhaal", "999990019"):
        assert personal not in everything


def test_says_when_no_column_names_the_provider(tmp_path: Path) -> None:
    table = pd.read_csv(delivery(tmp_path / "a.csv"), sep=";").drop(columns="Zorgaanbieder")
    table.to_csv(tmp_path / "b.csv", sep=";", index=False)
    draft = drafts.propose(tmp_path / "b.csv", None)
    assert "no column names the provider" in draft["deliveries"]["example"].iat[0]
    assert draft["providers"].empty


def test_guesses_what_a_delivery_holds(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"BSN": ["999990019"], "Startdatum": ["01-02-2025"], "Stopdatum": [""], "Reden beëindiging": ["01"]}
    )
    table.to_csv(tmp_path / "trajecten_2026.csv", sep=";", index=False)
    draft = drafts.propose(tmp_path / "trajecten_2026.csv", None)
    assert draft["deliveries"]["kind"].tolist() == ["episodes"]
    assert draft["columns"]["field"].tolist() == ["bsn", "started_on", "ended_on", "ending_code"]
    assert "999990019" not in " ".join(table.to_csv() for table in draft.values())


def test_reads_what_spss_knows_of_its_labels(tmp_path: Path) -> None:
    table = pd.DataFrame({"vraag1": [1.0, 2.0, 3.0, 9.0] * 5})
    labels = {"vraag1": {1: "nooit", 2: "soms", 3: "altijd", 9: "weet ik niet"}}
    missing = {"vraag1": [{"lo": 9, "hi": 9}]}
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        table, path, column_labels=["Krijgt u hulp?"], variable_value_labels=labels, missing_ranges=missing
    )
    draft = drafts.propose(path, None)
    scale = draft["scales"].set_index("label")
    assert scale["code"].to_dict() == {"altijd": "3", "nooit": "1", "soms": "2", "weet ik niet": ""}
    assert scale.at["weet ik niet", "missing"] == "dont_know"
    item = draft["items"].iloc[0]
    assert (item["item"], item["low"], item["high"], item["wording_nl"]) == ("vraag1", "1", "3", "Krijgt u hulp?")


@pytest.mark.parametrize(
    ("answer", "code"), [("Helemaal mee oneens", "1"), ("Helemaal eens!", "5"), ("Mee oneens hoor", "2")]
)
def test_what_means_the_reverse_is_no_near_label(tmp_path: Path, region: Codebook, answer: str, code: str) -> None:
    path = tmp_path / "enquete.csv"
    given = ["Helemaal mee eens", "Mee eens", "Neutraal", answer] * 10
    pd.DataFrame({"Zorgaanbieder": "De Linde", "Ik ben tevreden over de hulp": given}).to_csv(path, index=False)
    proposed = drafts.propose(path, region)["scales"].set_index("label")["code"].to_dict()
    assert proposed.get(answer, code) in (code, "")


def test_names_with_accents_make_readable_ids(tmp_path: Path) -> None:
    path = tmp_path / "enquete.csv"
    names = ["Stichting Óns Huis", "Zorg & Co"] * 10
    pd.DataFrame({"Zorgaanbieder": names, "v1": [1, 2, 3, 4] * 5}).to_csv(path, index=False)
    assert set(drafts.propose(path, None)["providers"]["provider_id"]) == {"stichting_ons_huis", "zorg_co"}


def asked(path: Path, *questions: str, answers: tuple[str, ...]) -> Path:
    lines = [";".join(["Organisatie", *questions])]
    lines += [
        ";".join(["De Linde", *(answers[(at + n) % len(answers)] for n in range(len(questions)))]) for at in range(30)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


PILLARS = ("De hulp past bij wat ik nodig heb.", "Mijn begeleider komt afspraken na.", "Ik ben tevreden over de hulp.")


@pytest.mark.parametrize("answers", [("1", "2", "3"), ("Niet mee eens", "Neutraal", "Mee eens")])
def test_a_known_version_is_recognised_by_its_answers(
    answers: tuple[str, ...], region: Codebook, tmp_path: Path
) -> None:
    draft = drafts.propose(asked(tmp_path / "zuil.csv", *PILLARS, answers=answers), region)
    assert draft["deliveries"][["instrument", "variant"]].values.tolist() == [["pijlers", "smiley3"]]
    assert draft["columns"]["field"].tolist()[1:] == ["K1", "K2", "K3"]
    assert draft["items"].empty


def test_the_usual_version_needs_no_name(region: Codebook, tmp_path: Path) -> None:
    draft = drafts.propose(asked(tmp_path / "zuil.csv", *PILLARS, answers=("1", "2", "3", "4", "5")), region)
    assert draft["deliveries"]["variant"].tolist() == [""]


def test_three_answers_to_a_statement_of_five_are_proposed_as_a_version(region: Codebook, tmp_path: Path) -> None:
    """By labels it is likely; by numbers alone it is a guess, for a person to judge."""
    five = region.items[region.items["variant"] == "standaard"]
    book = replace(region, items=five)
    certainty = {}
    for kind, answers in {"labels": ("Oneens", "Neutraal", "Eens"), "numbers": ("1", "2", "3")}.items():
        draft = drafts.propose(asked(tmp_path / f"{kind}.csv", *PILLARS, answers=answers), book)
        rows = draft["items"]
        assert rows[["instrument", "variant", "item", "dimension", "high"]].values.tolist() == [
            ["pijlers", "3_antwoorden", item, "kwaliteit", "3"] for item in ("K1", "K2", "K3")
        ]
        assert draft["deliveries"]["variant"].tolist() == ["3_antwoorden"]
        certainty[kind] = rows["certainty"].max()
    assert certainty["numbers"] <= 0.5 < certainty["labels"] < 0.9


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        (("Nee", "Soms", "Ja"), {"Nee": "1", "Soms": "2", "Ja": "3"}),
        (("Nee", "Een beetje", "Ja"), {"Nee": "1", "Een beetje": "", "Ja": "3"}),
        (("Nee", "Soms", "Ja", "Weet niet"), {"Nee": "1", "Soms": "2", "Ja": "3", "Weet niet": ""}),
    ],
)
def test_labels_of_several_scales_get_codes_in_their_order(
    answers: tuple[str, ...], codes: dict[str, str], tmp_path: Path
) -> None:
    draft = drafts.propose(asked(tmp_path / "zuil.csv", "Komt de bus op tijd?", answers=answers), None)
    scale = draft["scales"].set_index("label")
    assert scale["code"].to_dict() == codes
    assert scale.loc[list(scale["code"] != ""), "certainty"].max() <= 0.5
    assert draft["items"][["low", "high"]].values.tolist() == [["1", "3"]]


FIVE = ("Helemaal niet mee eens", "Niet mee eens", "Neutraal", "Mee eens", "Helemaal mee eens")


@pytest.mark.parametrize(
    ("some", "others", "doubtful"),
    [
        (("Oneens", "Neutraal", "Eens"), FIVE, True),
        (("Niet blij", "Neutraal", "Blij"), FIVE, True),
        (FIVE[1:4], FIVE, True),
        (("1", "2", "3"), ("1", "2", "3", "4", "5"), True),
        (FIVE, FIVE, False),
        (("1", "2", "3", "4", "5"), ("2", "3", "4", "5"), False),
        (("3", "4", "5"), ("1", "2", "3", "4", "5"), False),
    ],
)
@pytest.mark.parametrize("question", [PILLARS[0], "Komt de bus op tijd?"])
def test_answers_of_two_lengths_in_one_column_are_doubted(
    question: str, some: tuple[str, ...], others: tuple[str, ...], doubtful: bool, tmp_path: Path
) -> None:
    lines = [f"De Linde;{some[n % len(some)]}\nHet Anker;{others[n % len(others)]}\n" for n in range(60)]
    (tmp_path / "enquete.csv").write_text(f"Organisatie;{question}\n{''.join(lines)}", "utf-8")
    draft = drafts.propose(tmp_path / "enquete.csv", None)
    row = draft["columns"].set_index("column").loc[question]
    assert ("points" in row["example"]) == doubtful
    assert (row["certainty"] <= 0.2) == doubtful
    assert (draft["items"]["certainty"] <= 0.2).all() or not doubtful


def test_shows_no_label_that_may_be_a_person(tmp_path: Path) -> None:
    """A team may be called after who leads it, and a place may be an address; neither goes into a draft."""
    rows = [
        f"De Linde;{('Fatima el Amrani', 'Kees Bakker', 'Jan de Vries')[n % 3]};Dorpsstraat 12\n" for n in range(30)
    ]
    (tmp_path / "a.csv").write_text(f"Aanbieder;Team;Locatie\n{''.join(rows)}", "utf-8")
    draft = drafts.propose(tmp_path / "a.csv", None)
    assert draft["columns"]["field"].tolist() == ["provider", "identifier", "identifier"]
    everything = " ".join(table.to_csv() for table in draft.values())
    assert not any(name in everything for name in ("Amrani", "Bakker", "Vries", "Dorps"))


@pytest.mark.parametrize(
    "answers",
    [
        ("Zeer mee oneens", "Mee oneens", "Niet mee eens, niet mee oneens", "Mee eens", "Zeer mee eens"),
        ("Geheel mee oneens", "Oneens", "Niet oneens/niet eens", "Eens", "Geheel mee eens"),
        ("Heel ontevreden", "Ontevreden", "Niet tevreden, niet ontevreden", "Tevreden", "Heel tevreden"),
        ("Nooit", "Zelden", "Soms", "Meestal", "Altijd"),
        ("\N{ANGRY FACE}", "\u2639\ufe0f", "\N{NEUTRAL FACE}", "\N{SLIGHTLY SMILING FACE}", "\N{GRINNING FACE}"),
        ("smiley_1.png", "smiley_2.png", "smiley_3.png", "smiley_4.png", "smiley_5.png"),
        ("\u2605", "\u2605\u2605", "\u2605\u2605\u2605", "\u2605\u2605\u2605\u2605", "\u2605\u2605\u2605\u2605\u2605"),
        ("1/5", "2/5", "3/5", "4/5", "5/5"),
        ("1 (zeer slecht)", "2", "3", "4", "5 (uitstekend)"),
    ],
    ids=lambda answers: answers[0],
)
def test_five_labels_are_read_in_their_order(answers: tuple[str, ...], region: Codebook, tmp_path: Path) -> None:
    draft = drafts.propose(asked(tmp_path / "enquete.csv", PILLARS[0], answers=answers), region)
    used = draft["columns"]["scale"].iat[1]
    scales = pd.concat([region.scales, draft["scales"]])
    coded = labels.code(pd.Series(answers), labels.scales(scales)[used], 1, 5)
    assert coded.codes[coded.at].tolist() == [1, 2, 3, 4, 5]


def test_two_labels_of_a_question_never_get_one_code(region: Codebook, tmp_path: Path) -> None:
    """What nearly is a known label is another one where that one stands beside it."""
    answers = ("Helemaal oneens", "Oneens", "Neutraal", "Mee eens", "Meer eens")
    draft = drafts.propose(asked(tmp_path / "enquete.csv", PILLARS[0], answers=answers), region)
    scale = draft["scales"].set_index("label")
    assert scale.loc["Meer eens", ["code", "certainty"]].tolist() == ["", 0]


def test_two_smileys_that_mean_the_same_are_doubted(region: Codebook, tmp_path: Path) -> None:
    faces = ["POUTING FACE", "WHITE FROWNING FACE", "NEUTRAL FACE"]
    faces += ["SLIGHTLY SMILING FACE", "SMILING FACE WITH SMILING EYES"]
    answers = tuple(map(unicodedata.lookup, faces))
    draft = drafts.propose(asked(tmp_path / "enquete.csv", PILLARS[0], answers=answers), region)
    row = draft["columns"].iloc[1]
    assert "two of them have one code" in row["example"]
    assert row["certainty"] <= 0.2
