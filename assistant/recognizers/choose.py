"""Which recognizer hears here."""

from __future__ import annotations

from pathlib import Path

from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.recognizer import Recognizer
from engines.errors import ReparteeError

POCKETSPHINX = ("auto", "pocketsphinx")


def load_recognizer(name: str, cache_dir: Path, lexicon: Lexicon | None = None) -> Recognizer:
    """Return a recognizer that expects the words of a lexicon.

    "auto" and "pocketsphinx" are the one from pip. A path that ends in .nemo, or a published model's name (owner/model,
    or one of NeMo's own list, such as stt_en_conformer_ctc_small), is a NeMo model.
    Quick for pocketsphinx, whose models are loaded in its own processes at the first utterance; 10 s and more for NeMo.
    Raises ReparteeError for another name, and where what a recognizer needs is not installed.
    """
    if name in POCKETSPHINX:
        from assistant.recognizers.sphinx.recognizer import SphinxRecognizer

        return SphinxRecognizer(cache_dir, lexicon)
    if name.endswith(".nemo") or "/" in name or name.startswith(("stt_", "asr_")):
        from assistant.recognizers.nemo.recognizer import NemoRecognizer

        return NemoRecognizer.load(name, lexicon=lexicon)
    raise ReparteeError(
        f"There is no recognizer named '{name}'; expected {', '.join(POCKETSPHINX)}, a .nemo file, or the name of a "
        "NeMo model (owner/model)."
    )
