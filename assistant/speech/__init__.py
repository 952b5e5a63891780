"""Ears and voices: audio files, recognizers, synthesizers."""
