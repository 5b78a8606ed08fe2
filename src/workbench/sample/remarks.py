"""Open answers in Dutch: invented, some with a first name, a telephone number or worse, so that the gate has work."""

import numpy as np
from numpy.typing import NDArray

FIRST_NAMES = ("Anneke", "Bram", "Fatima", "Joris", "Mo", "Noor", "Pieter", "Sanne", "Truus", "Yusuf")
LAST_NAMES = ("de Haan", "Bakker", "Yilmaz", "van der Plas", "Jansen", "Smit", "Visser", "El Amrani", "Mulder", "Vos")
PLAIN = (
    "Ik ben blij met de hulp, het gaat beter dan vorig jaar.",
    "Soms komt er iemand anders en dan moet ik alles opnieuw vertellen.",
    "De wachttijd was lang, maar daarna ging het goed.",
    "Fijn dat er tijd is voor een praatje.",
    "Ik wil graag vaker naar buiten.",
    "Het doel was mij niet duidelijk; wij hebben het er nooit meer over gehad.",
    "Ze denken goed mee en leggen rustig uit.",
    "Telefonisch zijn ze slecht te bereiken op vrijdag.",
    "Ik durf nu weer alleen boodschappen te doen.",
    "Er wordt veel geregeld zonder dat ik het weet.",
    "Graag één vast gezicht.",
    "De koffieochtend in het buurthuis is een mooie tip geweest.",
    "Mijn kind gaat weer met plezier naar school.",
    "Ik weet niet wat er gebeurt als de hulp stopt.",
    "Alles prima zo.",
    "Het formulier was te moeilijk; mijn buurvrouw heeft geholpen.",
    "Afspraken worden netjes nagekomen.",
    "Liever in de ochtend dan in de middag.",
)
TELLING = (
    "{first} is een kanjer, zij begrijpt mij.",
    "Met {first} klikte het niet, met {first2} wel.",
    "Bel mij gerust: 06-0000{digits}.",
    "Mijn begeleider {first} {last} kwam vaak te laat.",
    "U kunt mailen naar {lower}@voorbeeld.example, dan leg ik het uit.",
    "De buurman, {first} {last} van nummer {house}, helpt ook mee.",
)
FAKE_BSN = "999900006"
WITH_BSN = f"Mijn bsn is {FAKE_BSN}, dan kunt u het opzoeken."


def draw(rng: np.random.Generator, count: int, share: float = 0.2) -> NDArray[np.object_]:
    """Return one open answer per person: empty for most, about one in eight of the others names somebody.

    Examples
    --------
    >>> texts = draw(np.random.default_rng(1), 1000)
    >>> print(0.1 < (texts != "").mean() < 0.3)
    True
    """
    telling = [_filled(rng, text) for text in TELLING for _ in range(6)]
    pool = np.array(["", *PLAIN, *telling], dtype=object)
    chosen = 1 + rng.integers(0, len(PLAIN), count)
    naming = rng.random(count) < 0.12
    chosen = np.where(naming, 1 + len(PLAIN) + rng.integers(0, len(telling), count), chosen)
    return pool[np.where(rng.random(count) < share, chosen, 0)]


def people(rng: np.random.Generator, count: int) -> NDArray[np.object_]:
    """Return invented names of people, first and last."""
    first, last = np.array(FIRST_NAMES, dtype=object), np.array(LAST_NAMES, dtype=object)
    return first[rng.integers(0, len(first), count)] + " " + last[rng.integers(0, len(last), count)]


def _filled(rng: np.random.Generator, text: str) -> str:
    first, second = rng.permutation(len(FIRST_NAMES))[:2]
    return text.format(
        first=FIRST_NAMES[first],
        first2=FIRST_NAMES[second],
        last=LAST_NAMES[rng.integers(len(LAST_NAMES))],
        lower=FIRST_NAMES[first].lower(),
        digits=f"{rng.integers(1000, 9999)}",
        house=rng.integers(1, 99),
    )
