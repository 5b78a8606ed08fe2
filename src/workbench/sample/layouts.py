"""The columns of every delivery: the header as delivered, what it means, and the scale that reads its labels.

The writers take their headers from here and `decisions` its ``columns.csv``, so the two cannot drift apart.
"""

from workbench.sample.answers import BEHOEFTEN, PIJLERS
from workbench.sample.wording import PILLAR_WORDS, RELATIVE_WORDS, STAFF_WORDS

Layout = tuple[tuple[str, str, str], ...]


def clients(old: bool = False) -> Layout:
    """Return the layout of the e-mail survey: LimeSurvey, question codes; `old`: the old last question."""
    items = tuple((f"beh[{item}]", item, "limesurvey5") for item in BEHOEFTEN)
    return (
        ("id", "respondent", ""),
        ("submitdate", "completed_on", ""),
        ("lastpage", "ignore", ""),
        ("startlanguage", "ignore", ""),
        ("seed", "ignore", ""),
        ("clientnr", "client", ""),
        ("startdate", "started_at", ""),
        ("datestamp", "ignore", ""),
        ("herkomst", "mode", "kanaal"),
        ("aanbieder", "provider", ""),
        ("gemeente", "municipality", ""),
        ("hulp", "product", "voorziening"),
        ("moment", "moment", "moment"),
        ("leeftijd", "age", ""),
        ("geslacht", "sex", "geslacht"),
        ("wie", "informant", "informant"),
        ("gezondheid", "background:health", ""),
        *items,
        ("uitk[nut]", "nut", "cijfer10"),
        # An agreement with "I can go on without help" is not one of the four answers in use since 2021.
        ("uitk[verder]", "ignore", "") if old else ("uitk[verder]", "verder", "limesurvey_verder"),
        ("opmerking", "remark", ""),
        ("interviewtime", "seconds", ""),
        ("groupTime11", "ignore", ""),
    )


STATEMENTS = "Hieronder staan uitspraken over de hulp aan uw naaste.\r\n\r\nBent u het daarmee eens?"
RELATIVES: Layout = (
    ("Respons ID", "respondent", ""),
    ("Datum verzonden", "completed_on", ""),
    ("Laatste pagina", "ignore", ""),
    ("Begin taal", "ignore", ""),
    ("Van welke aanbieder krijgt uw naaste hulp?", "provider", ""),
    ("In welke gemeente woont uw naaste?", "municipality", ""),
    ("Hoe oud is uw naaste?\r\n(Vul een getal in.)", "age", ""),
    ("Is uw naaste een man of een vrouw?", "sex", "geslacht"),
    ("Wat bent u van uw naaste?", "background:relation", ""),
    *((f"{STATEMENTS} [{RELATIVE_WORDS[item]}]", item, "eens5") for item in BEHOEFTEN),
    ("Wilt u dit toelichten?", "remark", ""),
    (RELATIVE_WORDS["nut"], "nut", "cijfer10"),
    ("Wilt u dit toelichten?", "remark", ""),
    (RELATIVE_WORDS["verder"], "verder", "verder4"),
    ("Wilt u dit toelichten?", "remark", ""),
    ("Vraagtijd: slot", "ignore", ""),
)


def staff(recoded: bool = False) -> tuple[Layout, dict[str, str], dict[str, str]]:
    """Return the layout of the staff survey, the question texts and the import ids of its second and third header row.

    `recoded`: the year in which A4 came in already turned round; its scale turns the labels back.
    """
    fixed = (
        ("StartDate", "started_at", "", "Startdatum", "startDate"),
        ("EndDate", "ignore", "", "Einddatum", "endDate"),
        ("Status", "ignore", "", "Antwoordtype", "status"),
        ("IPAddress", "identifier", "", "IP-adres", "ipAddress"),
        ("Progress", "ignore", "", "Voortgang", "progress"),
        ("Duration (in seconds)", "seconds", "", "Duur (in seconden)", "duration"),
        ("Finished", "submitted", "", "Voltooid", "finished"),
        ("RecordedDate", "completed_on", "", "Datum van vastlegging", "recordedDate"),
        ("ResponseId", "respondent", "", "Respons-ID", "_recordId"),
        ("RecipientLastName", "identifier", "", "Achternaam ontvanger", "recipientLastName"),
        ("RecipientEmail", "identifier", "", "E-mail ontvanger", "recipientEmail"),
        ("DistributionChannel", "mode", "kanaal", "Distributiekanaal", "distributionChannel"),
        ("UserLanguage", "ignore", "", "Gebruikerstaal", "userLanguage"),
        ("Q1", "provider", "", "Bij welke aanbieder werkt u?", "QID1"),
        ("Q2", "background:years_of_work", "", "Hoeveel jaar werkt u daar?", "QID2"),
    )
    rows = [*fixed]
    for number, item in enumerate(BEHOEFTEN, 1):
        scale = "eens5_omgedraaid" if recoded and item == "A4" else "eens5"
        text = f"In hoeverre bent u het hiermee eens? - {STAFF_WORDS[item]}"
        rows.append((f"Q3_{number}", item, scale, text, f"QID3_{number}"))
    rows.append(("Q4", "remark", "", "Wat wilt u hierover nog kwijt?", "QID4_TEXT"))
    layout = tuple((header, field, scale) for header, field, scale, _, _ in rows)
    return layout, {row[0]: row[3] for row in rows}, {row[0]: f'{{"ImportId":"{row[4]}"}}' for row in rows}


def kiosk(smileys: int = 5) -> Layout:
    """Return the layout of the kiosk export: semicolons, decimal commas, Windows-1252."""
    return (
        ("Zuil", "ignore", ""),
        ("Kanaal", "mode", "kanaal"),
        ("Aanbieder", "provider", ""),
        ("Gemeente", "municipality", ""),
        ("Tijdstip", "completed_on", ""),
        ("Duur (seconden)", "seconds", ""),
        ("Leeftijdsgroep", "age_band", "leeftijdsgroep"),
        ("Geslacht", "sex", "geslacht"),
        *((PILLAR_WORDS[item], item, f"eens{smileys}") for item in PIJLERS),
    )


MAIL: Layout = (
    ("Nummer", "respondent", ""),
    ("Ingevuld op", "completed_on", ""),
    ("Wijze", "mode", "kanaal"),
    ("Zorgaanbieder", "provider", ""),
    ("Woongemeente", "municipality", ""),
    ("Soort hulp", "product", "voorziening"),
    ("Geboortejaar (jjjj0000)", "birth_date", ""),
    ("Geslacht", "sex", "geslacht"),
    ("Ingevuld door", "informant", "informant"),
    *((PILLAR_WORDS[item], item, "eens5") for item in PIJLERS),
    ("Wat wilt u ons nog meegeven?", "remark", ""),
)
# The upper header is merged over the columns below it.
OWN: tuple[tuple[str, str, str, str], ...] = (
    ("Vragenlijst", "Nr", "respondent", ""),
    ("Vragenlijst", "Datum", "completed_on", ""),
    ("Vragenlijst", "Organisatie", "provider", ""),
    ("Over u", "Gemeente", "municipality", ""),
    ("Over u", "Leeftijd", "age", ""),
    ("Over u", "Man of vrouw", "sex", "geslacht"),
    *(("Toegang", PILLAR_WORDS[item], item, "eens5") for item in PIJLERS[:2]),
    *(("Kwaliteit", PILLAR_WORDS[item], item, "eens5") for item in PIJLERS[2:5]),
    *(("Effect", PILLAR_WORDS[item], item, "eens5") for item in PIJLERS[5:]),
    ("Tot slot", "Opmerkingen", "remark", ""),
)
SPSS: Layout = (
    ("volgnr", "respondent", ""),
    ("datum", "completed_on", ""),
    ("agb", "provider", ""),
    ("gem", "municipality", ""),
    ("lft", "age", ""),
    ("gesl", "sex", "geslacht"),
    *((item.lower(), item, "eens5_spss") for item in PIJLERS),
)
INVITED: Layout = (
    ("Clientnummer", "client", ""),
    ("Naam", "identifier", ""),
    ("E-mailadres", "identifier", ""),
    ("Aanbieder", "provider", ""),
    ("Gemeente", "municipality", ""),
    ("Geboortedatum", "birth_date", ""),
    ("Geslacht", "sex", "geslacht"),
    ("Voorziening", "product", "voorziening"),
    ("Uitgenodigd als", "role", "rol"),
)


def episodes(law: str, with_bsn: bool) -> Layout:
    """Return the layout of an episode list; without test BSNs enough for everyone, people have a client number."""
    person = ("BSN", "bsn", "") if with_bsn else ("Clientnummer", "client", "")
    if law == "BiJ":
        return (
            person,
            ("Geboortedatum", "birth_date", ""),
            ("Geslacht", "sex", "geslacht"),
            ("Gemeentecode", "municipality", ""),
            ("Jeugdhulpaanbieder", "provider", ""),
            ("Verwijzer", "ignore", ""),
            ("Hulpvorm", "product", "hulpvorm"),
            ("Gestart met crisis", "ignore", ""),
            ("Datum aanvang", "started_on", ""),
            ("Datum einde", "ended_on", ""),
            ("Reden beëindiging", "ending_code", ""),
            ("Doelen gesteld", "goals_set", ""),
            ("Doelen bereikt", "goals_reached", ""),
        )
    return (
        person,
        ("Geboortedatum", "birth_date", ""),
        ("Geslacht", "sex", "geslacht"),
        ("Gemeente", "municipality", ""),
        ("AGB-code", "provider", ""),
        ("Toewijzingsnummer", "ignore", ""),
        ("Productcategorie", "product", "productcategorie"),
        ("Startdatum", "started_on", ""),
        ("Stopdatum", "ended_on", ""),
        ("Reden beëindiging", "ending_code", ""),
        ("Aantal doelen", "goals_set", ""),
        ("Aantal doelen behaald", "goals_reached", ""),
    )


ASSESSMENTS: Layout = (
    ("Aanbieder", "provider", ""),
    ("Bron", "source", "bron"),
    ("Thema", "theme", "thema"),
    ("Oordeel (1-5)", "score", ""),
    ("Schaal", "scale", ""),
    ("Aantal beoordelaars", "n", ""),
    ("Datum", "date", ""),
)
FIGURES = (
    ("Cliënten", "measure:clients", ""),
    ("Instroom", "measure:inflow", ""),
    ("Wachttijd (weken)", "measure:waiting_weeks", ""),
    ("Budget (euro)", "measure:budget", ""),
    ("Uitgaven (euro)", "measure:spent", ""),
)
CONTEXT: Layout = (
    ("Aanbieder", "provider", ""),
    ("Jaar", "year", ""),
    *FIGURES,
    ("Verloop personeel", "measure:staff_turnover", ""),
    ("Klachten", "measure:complaints", ""),
)
CONTEXT_MUNICIPALITIES: Layout = (("Gemeente", "municipality", ""), ("Jaar", "year", ""), *FIGURES)
AGREEMENTS: Layout = (
    ("Aanbieder", "provider", ""),
    ("Jaar", "year", ""),
    ("Cijfer", "measure", "cijfer"),
    ("1. Herkennen we dit?", "recognised", ""),
    ("2. Wat is het verhaal erachter?", "story", ""),
    ("3. Hoe waarderen we dit?", "valued", ""),
    ("4. Wat kan beter?", "improvement", ""),
    ("Afspraak", "action", ""),
    ("Wie (functie)", "owner", ""),
    ("Klaar op", "due", ""),
    ("Streefwaarde", "target", ""),
    ("Stand", "status", "actiestatus"),
)
