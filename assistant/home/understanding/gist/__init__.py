"""Sentences read by their gist, where none of the plain ways of saying fits."""
