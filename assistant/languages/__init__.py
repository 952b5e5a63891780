"""What depends on a language, one folder for each."""

from __future__ import annotations


def is_spoken(language: str) -> bool:
    """Whether a language, by its tag (BCP 47), its ISO 639-2 code or its English name, is heard and spoken here."""
    return language.lower().replace("_", "-").partition("-")[0] in ("en", "eng", "english")
