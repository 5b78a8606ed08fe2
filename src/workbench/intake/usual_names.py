"""Under which names columns are usually delivered, in Dutch and English; used for proposals only."""

import re


def _names(listed: str) -> tuple[str, ...]:
    """Return the names between bars, each once."""
    return tuple(dict.fromkeys(" ".join(name.split()) for name in listed.split("|")))


# Field -> folded headers. A header that is one of these is a surer sign than a header that holds one.
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "bsn": _names(
        """burgerservicenr | bsn nummer | bsn cliënt | bsn client | bsn jeugdige | bsn inwoner | bsn |
        burgerservicenummer | bsn-nummer"""
    ),
    "client": _names(
        """cliënt | cliënt id | clientid | cliëntcode | clientcode | cliënt nr | client nr | klantnummer | klantnr |
        dossiernummer | dossiernr | persoonsnummer | relatienummer | pseudoniem | client | cliëntnummer |
        clientnummer | clientnr | cliëntnr | client id | client_id"""
    ),
    "provider": _names(
        """agbcode | agbcode aanbieder | agb code aanbieder | agb aanbieder | naam zorgaanbieder | aanbiedernaam |
        organisatienaam | naam organisatie | jeugdhulpaanbieder | gecontracteerde aanbieder | opdrachtnemer |
        contractant | contractpartner |
        leverancier | kvk | kvk nummer | zorgverlener | aanbieder | zorgaanbieder | provider | planid | plan |
        organisatie | instelling | agb | agb-code | naam aanbieder | aanbieder_id | provider_id |
        zorgorganisatie | unit"""
    ),
    "municipality": _names(
        """gemeentenaam | naam gemeente | gemeente code | cbs code gemeente | gemeente | municipality |
        gemeentecode | woongemeente"""
    ),
    "completed_on": _names(
        """datum voltooid | voltooid op | ingezonden op | afgerond op | einddatum | eindtijd | date completed |
        submitted on | submitdate | end date | datum verzonden | date submitted | invuldatum | datum ingevuld |
        enddate | datum | completed | completed_on | date | tijdstip | ingevuld op | ingevuld | datum enquête |
        datum invullen | date modified | completion time | tijd van voltooien | voltooiingstijd | timestamp |
        tijdstempel | wijzigingsdatum"""
    ),
    "started_at": _names(
        """starttijd | begindatum | begin | startdatum | startdate | start date | datum gestart | date started |
        started_at | begonnen op | gestart op | start time | begintijd | date created | aanmaakdatum"""
    ),
    "seconds": _names("interviewtime | totaaltijd | total time | duration | duration (in seconds) | invultijd | duur"),
    "entry": _names("status | response type | soort respons | responstype"),
    "submitted": _names("finished | voltooid | submitted"),
    "respondent": _names(
        """antwoord id | respondentid | reactie id | inzending id | submission id | id | respons id | response id |
        responseid | respondent | respondentnummer | respondentnr | resp_id | volgnummer | nummer | nr | volgnr |
        sessie | sessie id | sessienummer | session | session id | inzendingsnummer | formuliernummer | formulier id |
        medewerkernummer | medewerkersnummer | personeelsnummer | vragenlijst id | vragenlijstnummer |
        enquête id | enquetenummer | response nr | invul id | antwoord-id |
        respondent id | respondent-id | respondent_id"""
    ),
    "birth_date": _names(
        """geb.dat | geb.datum | geb. datum | gebdatum | gebdat | geboortedatum cliënt | geboortedatum jeugdige |
        geboortedatum | birth_date | date of birth | dob"""
    ),
    "age_band": _names("leeftijdsgroep | leeftijdscategorie | leeftijdsklasse | age group | age_band"),
    "age": _names(
        """leeftijd | age | hoe oud bent u | hoe oud ben je | wat is uw leeftijd |
        wat is je leeftijd | uw leeftijd | je leeftijd | leeftijd in jaren"""
    ),
    "sex": _names("geslacht | sex | gender | wat is uw geslacht | man/vrouw"),
    "informant": _names("informant | ingevuld door | wie vult in | wie heeft de vragenlijst ingevuld"),
    "role": _names("rol | role | respondentgroep"),
    "variant": _names("variant | versie | vragenlijst | doelgroep"),
    "mode": _names("kanaal | channel | mode | distributionchannel | herkomst | wijze van invullen"),
    "moment": _names("moment | meetmoment"),
    "product": _names(
        """product categorie | type hulp | type ondersteuning | soort ondersteuning | soort zorg | zorgvorm |
        vorm van hulp | perceel | product | productcategorie | voorziening | hulpvorm | soort hulp |
        ondersteuning | hulp"""
    ),
    "started_on": _names(
        """aanvangsdatum | datum ingang | datum begin | start zorg | begin zorg | datum aanvang | aanvang |
        startdatum | begindatum | start | datum start | started_on | ingangsdatum"""
    ),
    "ended_on": _names(
        """einde | einde zorg | eind zorg | datum beëindiging | datum beeindiging | beëindigingsdatum | datum stop |
        datum uitstroom | einddatum | stopdatum | eind | datum einde | ended_on"""
    ),
    "ending_code": _names(
        """reden van beëindiging | reden stop | reden uitstroom | reden afsluiting | einde reden | reden eind |
        beëindigingsreden | uitstroomreden | stopreden | code beëindiging | reden beëindiging |
        reden beeindiging | reden einde | redenbeeindiging | ending_code"""
    ),
    "goals_set": _names(
        """aantal gestelde doelen | gestelde doelen | doelen opgesteld | aantal doelen gesteld | aantal doelen |
        doelen gesteld | goals_set"""
    ),
    "goals_reached": _names(
        """aantal behaalde doelen | behaalde doelen | gerealiseerde doelen | aantal doelen behaald |
        bereikte doelen | doelen behaald | doelen bereikt | goals_reached"""
    ),
    "assignment": _names(
        """toewijzingsnr | toewijzingnr | beschikkingsnummer | beschikkingnummer | beschikkingsnr |
        toewijzingsnummer | toewijzingnummer | toewijzing | assignment"""
    ),
    "message_status": _names("status aanlevering | statusaanlevering"),
    "financing": _names("leveringsvorm | financieringsvorm | zin/pgb | zin of pgb | verstrekkingsvorm"),
    "law": _names("wettelijk kader | wet/regeling | wet | law"),
    "source": _names("bron | source | beoordelaar"),
    "theme": _names("thema | theme | onderwerp"),
    "score": _names("score | cijfer | oordeel"),
    "scale": _names("schaal | scale"),
    "n": _names("n | aantal | aantal respondenten"),
    "date": _names("datum | date | datum oordeel"),
    "year": _names("jaar | year"),
    "measure": _names("maat | measure | indicator | kengetal"),
    "value": _names("waarde | value | getal"),
    "action": _names("actie | action | afspraak | verbeteractie"),
    "owner": _names("eigenaar | owner | wie"),
    "due": _names("wanneer | due | streefdatum"),
    "target": _names("streefwaarde | target | doel"),
    "status": _names("status"),
    "recognised": _names("herkenning | herkennen we dit"),
    "story": _names("verhaal | verhaal erachter"),
    "valued": _names("waardering | hoe waarderen we dit"),
    "improvement": _names("verbetering | wat kan beter"),
    "identifier": _names(
        """begeleider | naam begeleider | persoonlijk begeleider | mentor | casemanager | consulent | behandelaar |
        hulpverlener | naam medewerker | cliënt naam | client naam | naam respondent | tel | tel.nr | telefoonnr |
        mobiel nummer | mobiele nummer | contactpersoon | naam cliënt | naam client | naam jeugdige |
        naam inwoner | cliëntnaam | clientnaam | voorletters | tussenvoegsel | roepnaam | geslachtsnaam | huisnr |
        toevoeging | mail | mailadres | emailadres | e mailadres | lastname | recipient email | bankrekening |
        rekeningnummer | ingevuld door (naam) | naam | name | voornaam | achternaam | first name | last name |
        email | e-mail | e-mailadres | telefoon | telefoonnummer | phone | mobiel | adres | straat | huisnummer |
        postcode | woonplaats | ip-adres | ip-address | ipaddress | ip address | recipientemail |
        recipientfirstname | email address | username | gebruikersnaam | ip_address | email_address |
        recipientlastname | locationlatitude | locationlongitude | externalreference | token | iban"""
    ),
    "remark": _names(
        """anders | overig | other | overig namelijk | anders namelijk | anders, nl | andere | opmerking |
        opmerkingen | toelichting | comments | wilt u dit toelichten | tips | anders, namelijk"""
    ),
    "ignore": _names(
        """collectorid | custom 1 | berichtcode | bericht code | laatste pagina | lastpage | last page | begin taal |
        startlanguage | start language | seed | collector id | collector-id | custom data 1 | last modified time |
        tijd van laatste wijziging | total points | quiz feedback | totaalaantal punten | verzonden op |
        verzenddatum | uitgenodigd op | datum uitnodiging | sent | date sent | invited on | progress |
        userlanguage | recordeddate | datestamp | refurl | datum laatste actie"""
    ),
}
# Headers of what people are, apart from their answers: proposed as background questions.
BACKGROUND = (
    *("team", "locatie", "afdeling", "wijk", "vestiging", "woonvorm", "opleiding", "leefsituatie", "woonsituatie"),
    *("thuissituatie", "taal", "regio", "cluster", "groep", "functie", "dienstverband", "school", "location"),
    "department",
)
# What stands in the cell of an option that was ticked, or was not.
TICKS = {"y", "yes", "ja", "n", "no", "nee", "gekozen", "niet gekozen", "geselecteerd", "niet geselecteerd", "x"}
PREFIXES: dict[str, tuple[str, ...]] = {
    "remark": (
        *("wat wilt u", "wat wil je", "wilt u nog", "heeft u nog", "waarom", "licht uw", "kunt u dit", "toelichting"),
        *("opmerking", "wat kan er beter", "wat gaat er goed", "what would you", "why ", "please explain", "comment"),
    ),
    "ignore": ("groep tijd", "groepstijd", "vraagtijd", "group time", "question time", "grouptime", "column "),
    "started_on": (
        *("startdatum ", "begindatum ", "ingangsdatum ", "aanvangsdatum ", "datum start ", "datum begin "),
        *("datum aanvang ", "datum ingang "),
    ),
    "ended_on": ("einddatum ", "stopdatum ", "datum einde ", "datum eind ", "datum stop ", "datum beëindiging "),
    "ending_code": ("reden beëindiging ", "reden beeindiging ", "reden einde ", "reden van beëindiging "),
    "client": ("cliëntnummer ", "clientnummer "),
    "birth_date": ("geboortedatum ",),
}
# Names that say what a column holds only where they are the whole header: statements speak of begeleiders too.
WHOLE = frozenset(
    (
        *("begeleider", "mentor", "casemanager", "consulent", "behandelaar", "hulpverlener", "contactpersoon", "mail"),
        *("anders", "overig", "andere", "other", "client", "cliënt", "zorgverlener", "leverancier", "opdrachtnemer"),
        *("begin", "einde", "perceel", "status", "toevoeging"),
    )
)
# Columns that only records of the youth register (BiJ) have.
YOUTH_REGISTER = frozenset(("perspectief", "verwijzer", "hulpvorm", "wijkteam", "besluit", "datum besluit"))
# What only lists of people who were invited say of them.
INVITED = ("verzonden op", "verzenddatum", "uitgenodigd op", "datum uitnodiging", "datum verzending", "invited on")
# How headers of administrative figures start, and the measure each is.
USUAL_MEASURES = {
    "cliënten": "clients",
    "aantal cliënten": "clients",
    "instroom": "inflow",
    "wachttijd": "waiting_weeks",
    "budget": "budget",
    "uitgaven": "spent",
    "besteed": "spent",
    "verloop": "staff_turnover",
    "klachten": "complaints",
}
# Codes that questionnaires of all kinds use for "no answer", and what each most often means.
MISSING_CODES = {
    "97": "not_applicable",
    "98": "dont_know",
    "99": "skipped",
    "-1": "skipped",
    "-9": "skipped",
    "9": "dont_know",
}
# Words that say why there is no answer, and what each means.
MISSING_WORDS = {
    "weet niet": "dont_know",
    "weet ik niet": "dont_know",
    "geen mening": "dont_know",
    "don't know": "dont_know",
    "no opinion": "dont_know",
    "n.v.t.": "not_applicable",
    "nvt": "not_applicable",
    "niet van toepassing": "not_applicable",
    "not applicable": "not_applicable",
    "overslaan": "skipped",
    "overgeslagen": "skipped",
    "skip": "skipped",
    "weggeklikt": "closed",
    "geen antwoord": "skipped",
    "niet ingevuld": "skipped",
    "niet beantwoord": "skipped",
    "wil ik niet zeggen": "skipped",
    "wil niet zeggen": "skipped",
    "wil niet antwoorden": "skipped",
    "wil ik niet beantwoorden": "skipped",
    "zeg ik liever niet": "skipped",
    "no answer": "skipped",
    "geen idee": "dont_know",
}

# What only surveys of staff ask: about their work, not about their help.
OF_STAFF = re.compile(
    r"\b(?:medewerkers?nummer|personeelsnummer|functie|dienstverband|leidinggevende|werkdruk|werkgever|mijn collega'?s|"
    r"mijn cli\u00ebnten|mijn werk|uw werk)\b"
)
