"""Passages: ingest, split, store, index and retrieve. Knows documents, not audio or channels."""
