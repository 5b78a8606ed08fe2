"""Quality workbench for social care."""
