"""The contracts of questionnaires: who was asked, who answered what, scores and released remarks."""

from workbench.schemas.columns import (
    AGE_BANDS,
    FILE,
    INFORMANTS,
    MISSING_KINDS,
    ROLES,
    ROW,
    SEXES,
    count,
    date,
    number,
    table,
    text,
)

RESPONSES = table(
    "responses",
    "one row per counted questionnaire",
    {
        "response_id": text("pseudonym made from the content; not the number in the delivery", filled=True),
        "role": text("whose experience", ROLES, filled=True),
        "informant": text("who filled it in", INFORMANTS, filled=True),
        "provider_id": text("provider, from the codebook", filled=True),
        "municipality_code": text("CBS code, GM0632"),
        "year": count("year of the measurement"),
        "completed_on": date("date of completion; missing where the export has none or anonymised it"),
        "instrument": text("questionnaire", filled=True),
        "variant": text("target group or easy-read version", filled=True),
        "mode": text("mail, sms, link, kiosk, paper, telephone"),
        "moment": text("when in the care episode it was asked"),
        "product": text("product category or kind of support"),
        "age_band": text("age band", AGE_BANDS),
        "sex": text("sex as registered or stated", SEXES),
        "weight": number("weight to the invited clients; 1 where there is no frame", low=0),
        "flags": text("what is doubtful about it: straight-lining, too fast, near duplicate, same person again"),
        "purpose": text("why it was collected", ("provider_measurement", "statutory", "research"), filled=True),
        "file": FILE,
        "row": ROW,
    },
    key=("response_id",),
    wide=True,
)

ANSWERS = table(
    "answers",
    "one row per counted questionnaire, one further column per item: the code as answered, not reversed",
    {"response_id": text("questionnaire", filled=True)},
    key=("response_id",),
    wide=True,
)

UNANSWERED = table(
    "unanswered",
    "one row per item that was put to someone and not answered",
    {
        "response_id": text("questionnaire", filled=True),
        "item": text("item", filled=True),
        "kind": text("why there is no code", MISSING_KINDS, filled=True),
    },
    key=("response_id", "item"),
)

SCORES = table(
    "scores",
    "one row per response and dimension",
    {
        "response_id": text("questionnaire", filled=True),
        "provider_id": text("provider", filled=True),
        "role": text("whose experience", ROLES, filled=True),
        "instrument": text("questionnaire", filled=True),
        "dimension": text("what the scale measures", filled=True),
        "score": number("0-100, higher is better; half rule", low=0, high=100),
        "n_items": count("items answered"),
        "points": count("answers to choose from; versions with other points are never averaged together"),
    },
    key=("response_id", "dimension"),
)

INVITED = table(
    "invited",
    "one row per invited person: the frame of the measurement",
    {
        "client": text("keyed pseudonym", filled=True),
        "provider_id": text("provider", filled=True),
        "municipality_code": text("CBS code"),
        "year": count("year of the measurement"),
        "role": text("who was invited", ROLES, filled=True),
        "instrument": text("questionnaire they were invited to"),
        "age_band": text("age band", AGE_BANDS),
        "sex": text("sex as registered", SEXES),
        "product": text("product category or kind of support"),
        "file": FILE,
        "row": ROW,
    },
)

REMARKS = table(
    "remarks",
    "one row per open answer that a person released, without names",
    {
        "remark_id": text("keyed hash of provider, question and text", filled=True),
        "provider_id": text("provider", filled=True),
        "dimension": text("what it is about; missing where nobody said"),
        "role": text("who wrote it", ROLES, filled=True),
        "text": text("as released", filled=True),
        "released_by": text("function or initials of who released it", filled=True),
        "released_on": text("when, as written", filled=True),
        "year": count("year of the measurement"),
    },
    key=("remark_id",),
)
