"""Released estimates to what a reader sees: figures, sentences, tables, pages."""

import sys

# nbformat imports jsonschema, which builds 38 parsers of a kind of address that no notebook has: more than a second
# in every process. Without this package it leaves those two checks out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
