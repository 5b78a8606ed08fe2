"""Which sentence a situation gets, in both languages: from the statistics, and never more than they carry."""

import re
from pathlib import Path

import pandas as pd
import pytest

from workbench.reporting import phrases

CODE = Path(phrases.__file__).parents[1]
SETTINGS = {"minimum_n": 10, "minimum_reliability": 0.7, "minimum_difference": 5, "alpha": 0.05, "certainty": 0.975}
NOTHING = float("nan")


def row(**values):
    usual = {"label": "not distinguishable", "status": "shown", "reason": "", "method": "mean", "statistic": "adjusted"}
    usual |= {"n": 40, "reliability": 0.8, "delta": 6.4, "p_adjusted": 0.2, "estimate": 71.0}
    return pd.Series(usual | {"conf_low": 66.0, "conf_high": 76.0, "category": "2025"} | values)


ALL = "het gemiddelde van de aanbieders"
COMPARED = [
    (
        row(label="above"),
        f"Effect: 6 punten hoger dan {ALL}. Dat is meer dan toeval verklaart.",
        "Effect: 6 points higher than the mean of all providers. That is more than chance explains.",
    ),
    (
        row(label="below", delta=-7.6, method="mean, beside the others"),
        "Effect: 8 punten lager dan het gemiddelde van de andere aanbieders. Dat is meer dan toeval verklaart.",
        "Effect: 8 points lower than the mean of the other providers. That is more than chance explains.",
    ),
    (
        row(),
        f"Effect: niet te onderscheiden van {ALL}.",
        "Effect: not distinguishable from the mean of all providers.",
    ),
    (
        row(label="too few", n=6),
        "Effect: te weinig antwoorden om te vergelijken.",
        "Effect: too few answers to compare.",
    ),
    (
        row(label="", status="hidden", reason="few"),
        "Effect: te weinig antwoorden om te vergelijken.",
        "Effect: too few answers to compare.",
    ),
    (
        row(label="", status="hidden", reason="gives another away"),
        "Effect: niet getoond, omdat anders het cijfer van een andere aanbieder te herleiden is.",
        "Effect: not shown, because the figure of another provider could be worked out from it.",
    ),
    (
        row(label="no comparison"),
        "Effect: geen vergelijking mogelijk, omdat er te weinig aanbieders zijn.",
        "Effect: no comparison possible, because there are too few providers.",
    ),
]

HELD_BACK = [
    (row(n=8), "Er zijn minder dan 10 antwoorden.", "There are fewer than 10 answers."),
    (
        row(reliability=0.45),
        "Met deze aantallen is de aanbieder op dit onderwerp niet goed genoeg van andere te onderscheiden "
        "(betrouwbaarheid 0,45, nodig is 0,70).",
        "With these numbers the provider cannot be told apart well enough on this subject "
        "(reliability 0.45, needed is 0.70).",
    ),
    (
        row(delta=-3.0, p_adjusted=0.001),
        "Het verschil is kleiner dan 5 punten.",
        "The difference is smaller than 5 points.",
    ),
    (
        row(p_adjusted=0.06),
        "Bij zoveel vergelijkingen kan het verschil toeval zijn.",
        "With so many comparisons the difference may be chance.",
    ),
    (row(p_adjusted=0.01), "Het verschil is niet zeker genoeg.", "The difference is not certain enough."),
    (row(label="above"), "", ""),
    (row(label="", status="hidden"), "", ""),
    (
        row(statistic="share", reliability=NOTHING, p_adjusted=0.3, delta=0.02),
        "Bij zoveel vergelijkingen kan het verschil toeval zijn.",
        "With so many comparisons the difference may be chance.",
    ),
]

MIRRORED = [
    (
        row(label="different", estimate=14.2, conf_low=8.0, conf_high=20.4),
        "Effect: medewerkers zijn 14 punten positiever dan cliënten (tussen 8 en 20).",
        "Effect: staff are 14 points more positive than clients (between 8 and 20).",
    ),
    (
        row(label="different", estimate=-14.2, conf_low=-20.4, conf_high=-8.0),
        "Effect: cliënten zijn 14 punten positiever dan medewerkers (tussen 8 en 20).",
        "Effect: clients are 14 points more positive than staff (between 8 and 20).",
    ),
    (
        row(label="different within margin"),
        "Effect: er is een verschil tussen medewerkers en cliënten, maar het is kleiner dan 10 punten.",
        "Effect: there is a difference between staff and clients, but it is smaller than 10 points.",
    ),
    (
        row(label="equivalent"),
        "Effect: medewerkers en cliënten zien dit hetzelfde (verschil kleiner dan 10 punten).",
        "Effect: staff and clients see this alike (difference below 10 points).",
    ),
    (
        row(label="undecided"),
        "Effect: niet te zeggen of medewerkers en cliënten verschillen.",
        "Effect: it cannot be said whether staff and clients differ.",
    ),
    (
        row(status="hidden", reason="few"),
        "Effect: te weinig antwoorden van cliënten of medewerkers.",
        "Effect: too few answers of clients or staff.",
    ),
    (
        row(status="hidden", reason="gives another away"),
        "Effect: niet getoond, omdat anders het cijfer van een andere aanbieder te herleiden is.",
        "Effect: not shown, because the figure of another provider could be worked out from it.",
    ),
]

CHANGED = [
    (
        row(label="not to be told", estimate=3.0, conf_low=-4.0, conf_high=10.0),
        "Sinds 2025: +3 (tussen −4 en +10). Of dit echt veranderde, is niet te zeggen.",
        "Since 2025: +3 (between −4 and +10). Whether this really changed cannot be said.",
    ),
    (
        row(label="changed", estimate=8.0, conf_low=3.0, conf_high=13.0),
        "Sinds 2025 gestegen: +8 (tussen +3 en +13).",
        "Risen since 2025: +8 (between +3 and +13).",
    ),
    (
        row(label="changed", estimate=-8.0, conf_low=-13.0, conf_high=-3.0),
        "Sinds 2025 gedaald: −8 (tussen −13 en −3).",
        "Fallen since 2025: −8 (between −13 and −3).",
    ),
    (
        row(label="stable", estimate=0.4, conf_low=-3.0, conf_high=4.0),
        "Sinds 2025 hetzelfde gebleven: 0 (tussen −3 en +4).",
        "Stable since 2025: 0 (between −3 and +4).",
    ),
    (
        row(label="", reason="break", estimate=NOTHING),
        "Sinds 2025 is anders gevraagd. De jaren zijn dan niet te vergelijken.",
        "Since 2025 the questions were asked differently, so the years cannot be compared.",
    ),
    (row(label="too few"), "Te weinig antwoorden om met 2025 te vergelijken.", "Too few answers to compare with 2025."),
    (row(status="hidden", reason="few"), "", ""),
    (None, "", ""),
]

OUTCOMES = [
    (
        row(statistic="share", label="above", estimate=0.12, delta=0.05, region=0.07),
        "Uitval: 12%, hoger dan in de regio (7%). Dat is meer dan toeval verklaart.",
        "Uitval: 12%, higher than in the region (7%). That is more than chance explains.",
    ),
    (
        row(statistic="share", estimate=0.12, delta=0.01, region=0.12),
        "Uitval: 12%, niet te onderscheiden van de regio (12%).",
        "Uitval: 12%, not distinguishable from the region (12%).",
    ),
    (
        row(
            statistic="share", label="below", estimate=0.04, delta=-0.05, region=0.06, method="share, beside the others"
        ),
        "Uitval: 4%, lager dan bij de andere aanbieders. Dat is meer dan toeval verklaart.",
        "Uitval: 4%, lower than at the other providers. That is more than chance explains.",
    ),
    (
        row(statistic="share", label="above", estimate=0.12, delta=0.05, region=NOTHING),
        "Uitval: 12%. Niet met de regio vergeleken.",
        "Uitval: 12%. Not compared with the region.",
    ),
    (
        row(statistic="share", label="too few", estimate=0.12, delta=NOTHING, region=0.07),
        "Uitval: 12%. Te weinig mensen om met de regio te vergelijken.",
        "Uitval: 12%. Too few people to compare with the region.",
    ),
    (
        row(statistic="share", label="", estimate=0.12, delta=NOTHING, region=0.07),
        "Uitval: 12%. Niet met de regio vergeleken.",
        "Uitval: 12%. Not compared with the region.",
    ),
]


def agreement(movement, reached="", gap=NOTHING, low=NOTHING, high=NOTHING):
    ends = {"difference": gap, "difference_low": low, "difference_high": high}
    return pd.Series({"movement": movement, "reached": reached} | ends)


MOVED = [
    (
        agreement("stable", "reached", 0.4, -3.0, 4.0),
        "Hetzelfde gebleven: 0 punten (tussen −3 en +4). Het doel is gehaald.",
        "Stable: 0 points (between −3 and +4). The target was reached.",
    ),
    (
        agreement("too few"),
        "Te weinig antwoorden om te zeggen of het cijfer veranderde.",
        "Too few answers to say whether the figure changed.",
    ),
    (
        agreement("not comparable", "not reached"),
        "Toen en nu gaan deels over dezelfde mensen of jaren. Daarom is het verschil niet uitgerekend. "
        "Het doel is niet gehaald.",
        "Then and now are partly about the same people or years, so the difference was not computed. "
        "The target was not reached.",
    ),
    (
        agreement("better", "reached", 6.0, 1.0, 11.0),
        "Verbeterd: +6 punten (tussen +1 en +11). Het doel is gehaald.",
        "Improved: +6 points (between +1 and +11). The target was reached.",
    ),
    (
        agreement("worse", "not reached", -6.0, -11.0, -1.0),
        "Verslechterd: −6 punten (tussen −11 en −1). Het doel is niet gehaald.",
        "Worsened: −6 points (between −11 and −1). The target was not reached.",
    ),
    (
        agreement("not to be told", "cannot be said", 2.0, -4.0, 8.0),
        "Verschil: +2 punten (tussen −4 en +8). Of het cijfer echt veranderde, is niet te zeggen. "
        "Of het doel gehaald is, is niet te zeggen.",
        "Difference: +2 points (between −4 and +8). Whether the figure really changed cannot be said. "
        "Whether the target was reached cannot be said.",
    ),
    (
        agreement("break"),
        "De vraag is sindsdien anders gesteld. Toen en nu zijn niet te vergelijken.",
        "The question has been asked differently since, so then and now cannot be compared.",
    ),
    (
        agreement(""),
        "Toen of nu is er geen cijfer dat getoond kan worden.",
        "Then or now there is no figure that can be shown.",
    ),
]


LIMITS = {"hidden_below": 10, "smallest_cell": 5}
WHY_NOT = [
    (None, "Dit is dit jaar niet aangeleverd.", "This was not delivered this year."),
    (row(reason="few"), "Te weinig antwoorden (minder dan 10).", "Too few answers (fewer than 10)."),
    (
        row(reason="small cells"),
        "Niet getoond, omdat een van de antwoorden door minder dan 5 mensen is gegeven.",
        "Not shown, because one of the answers was given by fewer than 5 people.",
    ),
    (
        row(reason="gives another away"),
        "Niet getoond, omdat anders het cijfer van een ander te herleiden is.",
        "Not shown, because the figure of somebody else could be worked out from it.",
    ),
    (
        row(reason="few cases", n=38),
        "Hoogstens 5 van de 38 (14%). Het precieze aantal staat hier niet, zodat niemand herkenbaar is.",
        "At most 5 of 38 (14%). The exact number is not given, so that nobody can be recognised.",
    ),
    (
        row(reason="nearly all", n=38),
        "Minstens 33 van de 38 (86%). Het precieze aantal staat hier niet, zodat niemand herkenbaar is.",
        "At least 33 of 38 (86%). The exact number is not given, so that nobody can be recognised.",
    ),
    (
        row(reason="few cases", n=40, n_precision=10),
        "Hoogstens 5 van de ongeveer 40 (13%). Het precieze aantal staat hier niet, zodat niemand herkenbaar is.",
        "At most 5 of about 40 (13%). The exact number is not given, so that nobody can be recognised.",
    ),
    (
        row(reason="nearly all", n=40, n_precision=10),
        "Minstens ongeveer 35 van de ongeveer 40 (87%). "
        "Het precieze aantal staat hier niet, zodat niemand herkenbaar is.",
        "At least about 35 of about 40 (87%). The exact number is not given, so that nobody can be recognised.",
    ),
    (
        row(reason="follow-up does not reach the horizon"),
        "Nog niet bekend, omdat te weinig mensen al lang genoeg zijn gevolgd.",
        "Not yet known, because too few people have been followed long enough.",
    ),
    (
        row(reason="more answers than people invited"),
        "Niet te berekenen, omdat er meer antwoorden zijn dan uitgenodigde mensen.",
        "Cannot be computed, because there are more answers than people invited.",
    ),
    (
        row(reason="something else"),
        "Met deze gegevens is geen cijfer te berekenen.",
        "No figure can be computed from these data.",
    ),
]

SAME = "not distinguishable"
TOLD_APART = [  # labels, whether providers differ at all, whether the reader knows beside what
    (
        (["above", "below", "below", SAME], True, False),
        "Effect: 1 boven en 2 onder het gemiddelde van de aanbieders; 1 niet te onderscheiden.",
        "Effect: 1 above and 2 below the mean of all providers; 1 not distinguishable.",
    ),
    (
        ([SAME, SAME], True, False),
        "Effect: geen enkele aanbieder is aantoonbaar van het gemiddelde te onderscheiden.",
        "Effect: no provider can demonstrably be told apart from the mean of all providers.",
    ),
    (
        ([SAME, SAME], False, False),
        "Effect: er is geen meetbaar verschil tussen aanbieders. Een volgorde zegt dan niets.",
        "Effect: there is no measurable difference between providers. An order would mean nothing.",
    ),
    (
        (["above", SAME, "too few"], True, True),
        "Effect: 1 hoger, 0 lager, 1 niet te onderscheiden.",
        "Effect: 1 higher, 0 lower, 1 not distinguishable.",
    ),
    (
        ([SAME], True, True),
        "Effect: geen enkele aanbieder is aantoonbaar te onderscheiden.",
        "Effect: no provider can demonstrably be told apart.",
    ),
    (
        ([SAME], False, True),
        "Effect: geen meetbaar verschil tussen aanbieders.",
        "Effect: no measurable difference between providers.",
    ),
]

BRIEFLY = [
    (("better", "points", 6.2, 1.0, 11.4), "verbeterd (tussen +1 en +11)", "improved (between +1 and +11)"),
    (("worse", "share", -0.06, -0.11, -0.01), "verslechterd (tussen −11 en −1)", "worsened (between −11 and −1)"),
    (
        ("not to be told", "mark", 0.1, -0.4, 0.6),
        "niet te zeggen (tussen −0,4 en +0,6)",
        "cannot be said (between −0.4 and +0.6)",
    ),
    (("", "points", NOTHING, NOTHING, NOTHING), "geen cijfer", "no figure"),
]

IN_ALL = [
    (
        ({"better": 2, "worse": 1, "not to be told": 3}, 6),
        "Afspraken: 6. Het cijfer erbij is 2 keer verbeterd en 1 keer verslechterd; 3 keer is dat niet te zeggen.",
        "Agreements: 6. The figure improved 2 times and worsened 1 times; 3 times that cannot be said.",
    ),
    (
        ({"stable": 2, "break": 1}, 3),
        "Afspraken: 3. Het cijfer erbij is 0 keer verbeterd, 0 keer verslechterd en 2 keer hetzelfde gebleven; "
        "0 keer is dat niet te zeggen. 1 keer is er geen cijfer, of zijn toen en nu niet te vergelijken.",
        "Agreements: 3. The figure improved 0 times, worsened 0 times and stayed the same 2 times; "
        "0 times that cannot be said. 1 times there is no figure, or then and now cannot be compared.",
    ),
]

TARGETS = [
    (
        ["reached", "reached", "not reached", "cannot be said", ""],
        "Doelen: 5. Gehaald: 2; niet gehaald: 1; niet te zeggen: 2.",
        "Targets: 5. Reached: 2; not reached: 1; cannot be said: 2.",
    ),
]

AGREED = [
    (
        {"action": "Vaste begeleider", "owner": "teamleider", "status": "done"},
        "Vaste begeleider (teamleider; klaar)",
        "Vaste begeleider (teamleider; done)",
    ),
    ({"action": "Vaste begeleider", "owner": None, "status": None}, "Vaste begeleider", "Vaste begeleider"),
]


def check(cases, say):
    for situation, dutch, english in cases:
        assert say(situation, "nl") == dutch
        assert say(situation, "en") == english


def test_a_comparison_says_what_its_label_carries():
    check(COMPARED, lambda situation, language: phrases.compared(situation, "Effect", language))


def test_the_condition_that_kept_a_figure_from_a_label_is_named():
    check(HELD_BACK, lambda situation, language: phrases.held_back(situation, SETTINGS, language))


def test_the_mirror_says_its_verdict():
    check(MIRRORED, lambda situation, language: phrases.mirrored(situation, "Effect", 10, language))


def test_a_change_is_told_with_its_uncertainty():
    check(CHANGED, phrases.changed)


def test_an_outcome_is_told_beside_the_region():
    check(
        OUTCOMES, lambda situation, language: phrases.beside_region(situation, "Uitval", situation["region"], language)
    )


def test_an_agreement_is_told_with_how_its_figure_moved():
    check(MOVED, lambda situation, language: phrases.moved(situation, "points", language))


def test_why_a_figure_is_not_shown_is_said():
    check(WHY_NOT, lambda situation, language: phrases.why_not(situation, LIMITS, language))


def test_a_dimension_says_how_many_providers_are_told_apart():
    def say(situation, language):
        labels, differ, briefly = situation
        return phrases.told_apart(pd.Series(labels), differ, "Effect", language, briefly)

    check(TOLD_APART, say)


def test_a_movement_is_told_in_a_few_words():
    def say(situation, language):
        movement, unit, *ends = situation
        return phrases.moved_briefly(agreement(movement, "", *ends), unit, language)

    check(BRIEFLY, say)


def test_agreements_and_targets_are_told_together():
    check(IN_ALL, lambda situation, language: phrases.moved_in_all(pd.Series(situation[0]), situation[1], language))
    check(TARGETS, phrases.targets_in_all)
    check(AGREED, lambda situation, language: phrases.agreement(pd.Series(situation), language))


def test_every_label_movement_and_verdict_has_a_sentence():
    """Whatever the statistics may say has words: a new label without them is a defect, not an empty cell."""
    said = phrases.texts()["sentences"]
    assert {*phrases.LABELS, "no comparison", "kept back"} <= set(said)
    assert {f"outcome {label}" for label in (*phrases.LABELS, "alone")} <= set(said)
    assert {f"gap {verdict}" for verdict in phrases.VERDICTS if verdict != "different"} <= set(said)
    assert {f"moved {movement or 'unknown'}" for movement in phrases.MOVEMENTS} <= set(said)
    names = phrases.texts()["names"]
    assert {f"movement {movement or 'unknown'}" for movement in phrases.MOVEMENTS} <= set(names)
    assert {*phrases.ENDINGS, *phrases.OPINIONS, *phrases.ROLES, *phrases.CONTINUING} <= set(names)


def test_no_sentence_is_kept_that_nothing_says():
    """A sentence that no code can say any more is one that nobody reads over."""
    source = "".join(path.read_text("utf-8") for path in sorted(CODE.rglob("*.py")))
    made = ("outcome ", "gap ", "change ", "moved ", "target ", "held back ", "all ", "further ", "council not ")
    made += ("none told apart", "no difference", "difference")
    for key in phrases.texts()["sentences"]:
        asked = f'"{key}"' in source or key.startswith(made) or key.endswith((" short", " the mean"))
        assert asked, key


def compared(*labels):
    """Return comparisons of (measure, label, better, p, delta)."""
    rows = [
        {"measure": measure, "label": label, "better": better, "p_adjusted": p, "delta": delta, "std_error": 1.0}
        for measure, label, better, p, delta in labels
    ]
    return pd.DataFrame(rows).assign(estimate=70.0)


def test_strengths_are_the_most_certain_first_then_the_largest_and_at_most_three():
    rows = compared(
        ("a", "above", "higher", 0.04, 20.0),
        ("b", "above", "higher", 0.001, 6.0),
        ("c", "above", "higher", 0.001, 9.0),
        ("d", "above", "higher", 0.03, 7.0),
        ("e", "not distinguishable", "higher", 0.0001, 30.0),
    )
    assert list(phrases.strengths(rows)["measure"]) == ["c", "b", "d"]


def test_more_drop_out_is_a_point_and_less_is_a_strength():
    rows = compared(("uitval", "above", "lower", 0.01, 0.1), ("effect", "above", "higher", 0.02, 8.0))
    none = compared().reindex(columns=rows.columns)
    assert list(phrases.strengths(rows)["measure"]) == ["effect"]
    assert list(phrases.points(rows, none)["measure"]) == ["uitval"]
    fewer = compared(("uitval", "below", "lower", 0.01, -0.1))
    assert list(phrases.strengths(fewer)["measure"]) == ["uitval"]


def test_gaps_follow_what_is_lower_and_what_has_no_room_is_named():
    rows = compared(*((name, "below", "higher", 0.01, -9.0) for name in "abc"))
    gaps = compared(("d", "different", "higher", 0.001, 12.0)).set_index(pd.Index([9]))
    assert list(phrases.points(rows, gaps)["measure"]) == ["a", "b", "c"]
    assert phrases.further(rows, gaps) == {"lower": [], "gaps": ["d"]}


def test_every_text_is_there_in_both_languages_with_the_same_values():
    for kind, entries in phrases.texts().items():
        for key, both in entries.items():
            assert set(both) == {"nl", "en"}, f"{kind}: {key}"
            values = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in both.values()]
            assert values[0] == values[1], f"{kind}: {key}"


@pytest.mark.parametrize("kind", ["sentences", "notes", "method"])
def test_dutch_sentences_are_short_and_make_no_verdict(kind):
    """No word a reader could quote as a verdict, and no sentence that has to be read twice."""
    for key, both in phrases.texts()[kind].items():
        text = both["nl"]
        assert not re.search(
            r"\b(gemiddelde score is|slecht\w*|uitstekend|excellent|zwak|ondermaats|significant)\b", text
        )
        assert not re.search(r"(?<!het )(?<!Het )\bgemiddeld\b(?! één)", text), key
        for sentence in re.split(r"(?<=[.?!:;]) ", text):
            assert len(sentence.split()) <= 30, f"{key}: {sentence}"
