"""Estimates to what a reader sees: figures, exhibits, sentences, pages."""
