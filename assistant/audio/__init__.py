"""Samples: formats, resampling, files and sound devices."""
