"""Do the statistics do what they promise? Simulated regions of which the truth is known; ``make calibrate`` runs it."""
