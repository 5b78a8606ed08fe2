"""The contracts of the account of deliveries: what came, what does not count, what was found."""

from workbench.schemas.columns import (
    FILE,
    ROLES,
    ROW,
    SEVERITIES,
    count,
    table,
    text,
)

DELIVERIES = table(
    "deliveries",
    "one row per file received",
    {
        "file": FILE,
        "sha256": text("fingerprint of the bytes", filled=True),
        "kind": text(
            "what it holds",
            ("responses", "episodes", "assessments", "context", "invited", "agreements", "ignored", "unreadable"),
        ),
        "reader": text("family of export it was read as"),
        "instrument": text("questionnaire, for responses"),
        "role": text("who answered, for responses", ROLES),
        "purpose": text("why the delivery was collected; statutory data never grade a provider"),
        "delivered": count("records in the file"),
        "counted": count("records in a processed table"),
        "excluded": count("records in `exclusions`; delivered = counted + excluded"),
    },
    key=("file",),
)

EXCLUSIONS = table(
    "exclusions",
    "one row per delivered record that is not counted; never its content",
    {
        "file": FILE,
        "row": ROW,
        "reason": text("why, in the field's words", filled=True),
        "provider_id": text("of which provider it is, where that was known"),
    },
    key=("file", "row"),
)

FINDINGS = table(
    "findings",
    "one row per problem in a delivery, for whoever delivered it; never a personal value",
    {
        "file": FILE,
        "row": ROW,
        "column": text("column as it stands in the delivery"),
        "severity": text("error: could not be used; warning: used, look at it; note: good to know", SEVERITIES),
        "message": text("what was found and what was expected", filled=True),
        "remedy": text("what to do", filled=True),
    },
)
