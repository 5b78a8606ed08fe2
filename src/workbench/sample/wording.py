"""The words of the questionnaires: statements per questionnaire, answer labels per export, names of help and themes."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.codebook import SHIPPED
from workbench.sample.answers import CLOSED, DONT_KNOW, NOT_APPLICABLE, SKIPPED


def _wordings(instrument: str, variant: str) -> dict[str, str]:
    items = pd.read_csv(SHIPPED / "items" / f"{instrument}.csv", sep=";", dtype=str, keep_default_na=False)
    chosen = items[items["variant"] == variant]
    return dict(zip(chosen["item"], chosen["wording_nl"], strict=True))


STAFF_WORDS = _wordings("behoeften", "medewerker")
PILLAR_WORDS = _wordings("pijlers", "standaard")
RELATIVE_WORDS = {
    "A1": "Mijn naaste kiest zelf waar hij of zij hulp bij wil.",
    "A2": "De begeleider vraagt wat mijn naaste belangrijk vindt.",
    "A3": "Mijn naaste kan nee zeggen tegen een voorstel.",
    "A4": "Anderen beslissen over mijn naaste zonder het te vragen.",
    "C1": "Mijn naaste leert dingen waar hij of zij iets aan heeft.",
    "C2": "De begeleider ziet wat mijn naaste al goed kan.",
    "C3": "Mijn naaste durft meer zelf te doen.",
    "V1": "Mijn naaste heeft mensen bij wie hij of zij terechtkan.",
    "V2": "De begeleider zoekt samen met mijn naaste contact met mensen in de buurt.",
    "V3": "Mijn naaste wordt serieus genomen.",
    "R1": "Mijn naaste weet aan welk doel gewerkt wordt.",
    "R2": "Wij bekijken samen of het doel dichterbij komt.",
    "W1": "De begeleider wijst op plekken in de buurt waar mijn naaste zonder indicatie heen kan.",
    "nut": "Hoe nuttig was de hulp voor uw naaste? Geef een cijfer van 1 tot en met 10.",
    "verder": "Wat verwacht u dat uw naaste nodig heeft als deze hulp stopt?",
}
THEMES = {
    "veilig": "Veilig",
    "doeltreffend": "Doeltreffend",
    "doelmatig": "Doelmatig",
    "clientgericht": "Cliëntgericht",
    "afgestemd": "Afgestemd op de behoefte en op andere hulp",
    "professioneel": "Volgens de professionele standaard",
    "rechten": "Respect voor de rechten van de cliënt",
    "meldcode": "Werkt met de meldcode",
}

AGREE5 = {1: "Helemaal niet mee eens", 2: "Niet mee eens", 3: "Neutraal", 4: "Mee eens", 5: "Helemaal mee eens"}
NO_ANSWER = {SKIPPED: "Overslaan", CLOSED: "Weggeklikt", NOT_APPLICABLE: "N.v.t.", DONT_KNOW: "Weet niet"}
NEEDS_AFTER = {
    1: "Dezelfde of zwaardere hulp",
    2: "Lichtere hulp",
    3: "Nu geen hulp, later misschien wel",
    4: "Geen hulp meer",
    **NO_ANSWER,
    SKIPPED: "",
}
CODED5 = {code: f"AO0{code}" for code in range(1, 6)} | {NOT_APPLICABLE: "AO06", DONT_KNOW: "AO07"}
CODED4 = {code: f"AO0{code}" for code in range(1, 5)} | {NOT_APPLICABLE: "AO06", DONT_KNOW: "AO07"}
# LimeSurvey leaves what was skipped or closed empty.
FULL5 = AGREE5 | {NOT_APPLICABLE: "N.v.t.", DONT_KNOW: "Weet ik niet"}
MARKS = {code: str(code) for code in range(1, 11)} | {NOT_APPLICABLE: "n.v.t.", DONT_KNOW: "weet niet"}
PRODUCTS = {
    "01": "Hulp bij het huishouden",
    "02": "Begeleiding",
    "03": "Persoonlijke verzorging",
    "04": "Kortdurend verblijf",
    "07": "Dagbesteding",
    "15": "Beschermd wonen",
    "41": "Dagbehandeling jeugd",
    "44": "Jeugdhulp met verblijf",
    "45": "Ambulante jeugdhulp",
}
SMILEY5 = AGREE5 | NO_ANSWER
SMILEY3 = {1: "Niet mee eens", 2: "Neutraal", 3: "Mee eens"} | NO_ANSWER
MAILED = AGREE5 | {SKIPPED: "", NOT_APPLICABLE: "N.v.t.", DONT_KNOW: "Geen mening"}
DISAGREE5 = {1: "Helemaal oneens", 2: "Oneens", 3: "Niet eens, niet oneens", 4: "Eens", 5: "Helemaal eens"}
DISAGREE5 |= {NOT_APPLICABLE: "nvt", DONT_KNOW: "Weet ik niet"}
BANDS = {
    "0-3": "0 t/m 3 jaar",
    "4-11": "4 t/m 11 jaar",
    "12-17": "12 t/m 17 jaar",
    "18-22": "18 t/m 22 jaar",
    "23-44": "23 t/m 44 jaar",
    "45-64": "45 t/m 64 jaar",
    "65-74": "65 t/m 74 jaar",
    "75-84": "75 t/m 84 jaar",
    "85+": "85 jaar of ouder",
}
SEXES = ("Vrouw", "Man", "Anders")


def chosen(texts: Iterable[str], places: Any) -> NDArray[np.object_]:
    """Return for every place in `places` the text that stands there.

    Examples
    --------
    >>> chosen(SEXES, np.array([1, 0]))
    array(['Man', 'Vrouw'], dtype=object)
    """
    return np.array(list(texts), dtype=object)[places]
