"""What may stand in a codebook: its tables and their columns, and the words they choose from."""

TABLES: dict[str, tuple[str, ...]] = {
    "providers": ("provider_id", "name", "agb", "kvk", "taakgericht", "note"),
    "aliases": ("spelling", "provider_id", "reason", "decided_on"),
    "deliveries": (
        *("pattern", "years", "kind", "columns", "instrument", "variant", "role", "informant", "mode", "moment"),
        *("purpose", "law", "release", "complete_until", "required", "replaces", "provider", "municipality", "source"),
        *("reader", "encoding", "delimiter", "decimal", "dates", "header_rows", "sheet"),
    ),
    "columns": ("columns", "column", "field", "scale"),
    "items": (
        *("instrument", "variant", "item", "dimension", "low", "high", "reversed", "wording_nl", "wording_en"),
        *("since", "until"),
    ),
    "scales": ("scale", "label", "code", "missing"),
    "dimensions": (
        "dimension",
        "name_nl",
        "name_en",
        "about_nl",
        "about_en",
        "grades_provider",
        "perspective",
        "asked_as",
    ),
    "routing": ("instrument", "item", "asked_if", "answers", "note"),
    "breaks": ("measure", "since", "reason", "decided_on"),
    "corrections": ("file", "row", "column", "from", "to", "reason", "decided_on"),
    "ambitions": ("ambition", "effect", "perspective", "measure", "direction", "target", "note"),
    "indicators": (
        *("indicator", "rule", "of", "at_least", "role", "better", "perspective", "name_nl", "name_en"),
        *("about_nl", "about_en", "caveat_nl", "caveat_en"),
    ),
}
KEYS = {
    "providers": ("provider_id",),
    "aliases": ("spelling",),
    "columns": ("columns", "column"),
    "items": ("instrument", "variant", "item"),
    "scales": ("scale", "label"),
    "dimensions": ("dimension",),
    "ambitions": ("ambition", "measure"),
    "indicators": ("indicator",),
    "routing": ("instrument", "item", "asked_if"),
    "breaks": ("measure", "since"),
}
DRAFTED = ("certainty", "example")  # columns of a proposal; they may stay, nothing reads them
REQUIRED = ("providers", "deliveries")
KINDS = ("responses", "episodes", "assessments", "context", "invited", "agreements", "ignored")
READERS = (
    *("delimited", "limesurvey", "qualtrics", "surveymonkey", "msforms", "googleforms", "spreadsheet", "spss", "stata"),
)
DATE_ORDERS = ("dmy", "mdy")
PURPOSES = ("provider_measurement", "statutory", "research")
ADJUSTERS = ("age_band", "sex", "product", "informant")
STATUTORY = ("ceo_wmo", "ceo_jeugd")  # their answers never grade a provider, unless the region says so
PERSPECTIVES = ("resident", "professional", "government")
DIRECTIONS = ("higher", "lower")
FIELDS = {
    "responses": (
        *("provider", "municipality", "completed_on", "started_at", "seconds", "submitted", "entry", "respondent"),
        *("client", "bsn", "birth_date", "age", "age_band", "sex", "role", "informant", "variant", "mode", "moment"),
        *("product", "question", "answer"),
    ),
    "episodes": (
        *("provider", "municipality", "bsn", "client", "birth_date", "sex", "law", "release", "product", "started_on"),
        *("ended_on", "ending_code", "goals_set", "goals_reached", "follow_up_until", "assignment", "message_status"),
        *("postcode", "financing"),
    ),
    "assessments": ("provider", "source", "theme", "score", "scale", "n", "date"),
    "context": ("provider", "municipality", "year", "measure", "value"),
    "invited": ("provider", "municipality", "bsn", "client", "role", "birth_date", "age", "age_band", "sex", "product"),
    "agreements": (
        *("provider", "year", "measure", "recognised", "story", "valued", "improvement", "action", "owner", "due"),
        *("target", "status"),
    ),
}
EVERYWHERE = ("ignore", "remark", "identifier")
