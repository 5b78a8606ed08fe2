"""Take names, places, dates and numbers out of Dutch free text, for a person to look at before anything is released."""

import logging
from collections.abc import Callable

from workbench.intake import identifying

Deidentifier = Callable[[str], str]


def dutch(progress: Callable[[str], None]) -> Deidentifier:
    """Return a function that replaces what identifies people in a Dutch text by what it was: ``[PERSOON-1]``.

    It rests on deduce (Menger et al. 2018, Telematics and Informatics 35, 727-736), made for Dutch medical text; its
    first use after installation builds word lists for some minutes. What its patterns leave of numbers and addresses
    is taken out by the gate's own. It finds most names, never all: a text is withheld until a person has read it.
    """
    progress("Preparing to take names out of Dutch text; the first time this takes some minutes ...")
    logging.getLogger().setLevel(max(logging.getLogger().level, logging.WARNING))
    from deduce import Deduce

    model = Deduce()
    return lambda text: identifying.without_contacts(str(model.deidentify(text).deidentified_text))
