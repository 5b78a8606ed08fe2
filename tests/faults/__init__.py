"""What is left when a run is killed at a random moment; ``make faults`` tries it fifty times."""
