"""Repartee on a terminal."""
