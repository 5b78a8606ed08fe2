"""How fast, and in how much memory, beside the obvious way of doing it; ``make bench`` runs it."""
