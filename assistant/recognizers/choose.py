"""Which recognizer hears here."""

from __future__ import annotations

from pathlib import Path

from assistant.recognizers.recognizer import Documents, Recognizer


def load_recognizer(name: str, cache_dir: Path, documents: Documents | None = None) -> Recognizer:
    """Return a recognizer: "auto" and "pocketsphinx" are the one from pip, anything else is a NeMo model.

    Quick for pocketsphinx, whose models are loaded in its own processes at the first utterance; 10 s and more for NeMo.
    Raises ReparteeError where what it needs is not installed.
    """
    if name in {"auto", "pocketsphinx"}:
        from assistant.recognizers.sphinx.recognizer import SphinxRecognizer

        return SphinxRecognizer(cache_dir, documents)
    from assistant.recognizers.nemo.recognizer import NemoRecognizer, names_in

    return NemoRecognizer.load(name, phrases=names_in(documents.texts()) if documents else ())
