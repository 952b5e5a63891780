"""Which recognizer hears here."""

from __future__ import annotations

from pathlib import Path

from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.recognizer import Recognizer
from engines.errors import ReparteeError

POCKETSPHINX, WHISPER = "pocketsphinx", "whisper"


def load_recognizer(name: str, cache_dir: Path, lexicon: Lexicon | None = None) -> Recognizer:
    """Return a recognizer that expects the words of a lexicon.

    "whisper" is Whisper with the best weights that are installed, "whisper:tiny", "whisper:base" and "whisper:FOLDER"
    with those. "pocketsphinx" needs nothing but itself. "auto" is Whisper where its weights are installed, and
    pocketsphinx where they are not. A path that ends in .nemo, or a published model's name (owner/model,
    or one of NeMo's own list, such as stt_en_conformer_ctc_small), is a NeMo model.
    Quick for Whisper and pocketsphinx, whose models are loaded in processes of their own at the first utterance; 10 s
    and more for NeMo.
    Raises ReparteeError for another name, and where what a recognizer needs is not installed.
    """
    if name == "auto":
        name = best_installed(cache_dir)
    if name == WHISPER or name.startswith(f"{WHISPER}:"):
        from assistant.recognizers.whisper.recognizer import WhisperRecognizer

        return WhisperRecognizer(name.removeprefix(WHISPER).removeprefix(":"))
    if name == POCKETSPHINX:
        from assistant.recognizers.sphinx.recognizer import SphinxRecognizer

        return SphinxRecognizer(cache_dir, lexicon)
    if name.endswith(".nemo") or "/" in name or name.startswith(("stt_", "asr_")):
        from assistant.recognizers.nemo.recognizer import NemoRecognizer

        return NemoRecognizer.load(name, lexicon=lexicon)
    raise ReparteeError(
        f"There is no recognizer named '{name}'; expected auto, {POCKETSPHINX}, {WHISPER}, "
        f"{WHISPER}:FOLDER, a .nemo file, or the name of a NeMo model (owner/model)."
    )


def best_installed(cache_dir: Path) -> str:
    """Return the name of what "auto" is here. Blocking, at the first call with new weights for seconds."""
    from assistant.recognizers.whisper.check import works
    from assistant.recognizers.whisper.weights import installed

    for weights in installed():
        if works(weights, cache_dir):
            return f"{WHISPER}:{weights.name}"
    return POCKETSPHINX
