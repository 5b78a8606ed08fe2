"""The contracts of what others keep of care: episodes, judgements, the administration, agreements."""

import pandera.pandas as pa

from workbench.schemas.columns import (
    FILE,
    LAWS,
    ROW,
    SOURCES,
    count,
    date,
    flag,
    number,
    table,
    text,
)

EPISODES = table(
    "episodes",
    "one row per care episode, overlapping records of the same person, provider and product merged",
    {
        "client": text("keyed pseudonym, the same for one person in all years", filled=True),
        "provider_id": text("provider", filled=True),
        "municipality_code": text("responsible municipality, CBS code"),
        "law": text("code system of the ending reason", LAWS, filled=True),
        "release": text("release of the code system", filled=True),
        "product": text("product category or kind of support"),
        "started_on": date("first real contact"),
        "ended_on": date("missing while running"),
        "ending_code": text("reason of ending as delivered"),
        "ending_group": text("reason of ending grouped over the three code systems"),
        "follow_up_until": date("last date the register is complete"),
        "restart_on": date("next start of the same person, at any provider"),
        "restart_same_provider": pa.Column(
            "boolean", nullable=True, description="whether that start is at the same provider"
        ),
        "provisional": flag("ended in the last half year the register covers: later deliveries may add endings"),
        "stops_expected": flag(
            "no where stop messages may be absent by contract (taakgericht): not ended is not running"
        ),
        "goals_set": number("goals agreed", low=0),
        "goals_reached": number("goals reached at the end", low=0),
        "file": FILE,
        "row": ROW,
    },
)

ASSESSMENTS = table(
    "assessments",
    "one row per provider, source, theme and year",
    {
        "provider_id": text("provider", filled=True),
        "source": text("who judged", SOURCES, filled=True),
        "theme": text("quality theme", filled=True),
        "year": count("year of the judgement"),
        "score": number("as given"),
        "scale": text("range of the score, 1-5 or 0-100", filled=True),
        "n": number("people behind the score, where known", low=0),
        "date": date("date of the judgement"),
        "file": FILE,
        "row": ROW,
    },
    key=("provider_id", "source", "theme", "year"),
)

CONTEXT = table(
    "context",
    "one row per provider or municipality, year and measure; administrative figures, no estimates",
    {
        "unit": text("provider or municipality", ("provider", "municipality"), filled=True),
        "unit_id": text("provider_id or municipality code", filled=True),
        "year": count("calendar year"),
        "measure": text("clients, inflow, waiting_weeks, budget, spent, staff_turnover, complaints", filled=True),
        "value": number("people, weeks, euro, share or number, by measure"),
        "file": FILE,
        "row": ROW,
    },
    key=("unit", "unit_id", "year", "measure"),
)

AGREEMENTS = table(
    "agreements",
    "one row per agreed improvement action",
    {
        "year": count("year in which it was agreed"),
        "provider_id": text("provider", filled=True),
        "measure": text("the figure it is about", filled=True),
        "recognised": text("duiding 1: do we recognise it?"),
        "story": text("duiding 2: the story behind it"),
        "valued": text("duiding 3: how do we value it?"),
        "improvement": text("duiding 4: what can improve?"),
        "action": text("what was agreed"),
        "owner": text("function of who does it, never a name"),
        "due": date("when"),
        "target": number("value of the measure aimed at"),
        "status": text("open, running, done, dropped", ("open", "running", "done", "dropped")),
        "file": FILE,
        "row": ROW,
    },
)
