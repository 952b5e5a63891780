"""Finds speech in a stream of samples, and its end."""
