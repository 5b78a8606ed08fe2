"""Processed tables to estimates: the statistics of the workbench; it knows no file and no language."""
