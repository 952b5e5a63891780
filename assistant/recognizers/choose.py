"""Which recognizer hears here."""

from __future__ import annotations

import contextlib
from pathlib import Path

from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.recognizer import Recognizer
from engines.errors import ReparteeError
from engines.files import private_folder

POCKETSPHINX, WHISPER, SHERPA = "pocketsphinx", "whisper", "sherpa"
#: Of those that keep up with this machine, the first that is here is "auto": as published, the most accurate first.
ORDER = (
    *("sherpa:nemotron-en", "sherpa:zipformer-en", "sherpa:fastconformer-en", "whisper:base", "sherpa:kroko-en"),
    *("whisper:tiny", "sherpa:zipformer-en-20m", POCKETSPHINX),
)

BETTER_EAR = (
    "pocketsphinx hears, which gets several times the words wrong that a better ear does; one is a command away: "
    "repartee models recommend"
)


def load_recognizer(
    name: str,
    cache_dir: Path,
    lexicon: Lexicon | None = None,
    *,
    models_dir: Path | None = None,
    language: str = "en",
) -> Recognizer:
    """Return a recognizer that expects the words of a lexicon.

    "whisper" is Whisper with the best weights that are installed, "whisper:tiny", "whisper:base" and "whisper:FOLDER"
    with those. "sherpa" is the best streaming model that was pulled into `models_dir`, "sherpa:NAME" and
    "sherpa:FOLDER" are those. "pocketsphinx" needs nothing but itself. "auto" is the best of these that is here. A
    path that ends in .nemo, or a published model's name (owner/model, or one of NeMo's own list, such as
    stt_en_conformer_ctc_small), is a NeMo model. `language` is what Whisper's multilingual weights hear, "auto" for
    whatever is spoken.
    Quick, but for NeMo with 10 s and more: models are loaded in processes of their own at the first utterance.
    Raises ReparteeError for another name, and where what a recognizer needs is not installed.
    """
    if name == "auto":
        name = best_installed(cache_dir, models_dir)
    family, _, which = name.partition(":")
    if family == WHISPER:
        from assistant.recognizers.whisper.recognizer import WhisperRecognizer

        return WhisperRecognizer(which, language=language, cache_dir=cache_dir, lexicon=lexicon)
    if family == SHERPA:
        from assistant.recognizers.sherpa.recognizer import SherpaRecognizer

        return SherpaRecognizer(streaming_model(which, models_dir), lexicon)
    if name == POCKETSPHINX:
        from assistant.recognizers.sphinx.recognizer import SphinxRecognizer

        return SphinxRecognizer(cache_dir, lexicon)
    if name.endswith(".nemo") or "/" in name or name.startswith(("stt_", "asr_")):
        from assistant.recognizers.nemo.recognizer import NemoRecognizer

        return NemoRecognizer.load(name, lexicon=lexicon)
    raise ReparteeError(
        f"There is no recognizer named '{name}'; expected auto, {POCKETSPHINX}, {WHISPER}, "
        f"{WHISPER}:FOLDER, {SHERPA}:NAME, a .nemo file, or the name of a NeMo model (owner/model)."
    )


def best_installed(cache_dir: Path, models_dir: Path | None = None) -> str:
    """Return the name of what "auto" is here. Blocking, at the first call with a new model for seconds."""
    return installed(cache_dir, models_dir)[0]


def installed(cache_dir: Path, models_dir: Path | None = None) -> list[str]:
    """Return the recognizers that are here and work, the best for this machine first. Blocking, as `best_installed`."""
    from assistant.recognizers.catalogue import pulled
    from assistant.recognizers.sherpa import check as sherpa
    from assistant.recognizers.whisper import check as whisper
    from assistant.recognizers.whisper.weights import installed as weights_here

    trials = {f"{WHISPER}:{each.name}": (whisper.trial(each, cache_dir), whisper.TOO_DEAR) for each in weights_here()}
    if models_dir is not None and sherpa.runs_here():
        for name in pulled(models_dir):
            trials[f"{SHERPA}:{name}"] = (sherpa.trial(models_dir / name, cache_dir), sherpa.TOO_DEAR)
    # Of those that are too slow for this machine the quickest: it still hears far better than pocketsphinx.
    ranks = {
        name: (trial.cost if trial.cost > dear else 0.0, ORDER.index(name) if name in ORDER else len(ORDER))
        for name, (trial, dear) in trials.items()
        if not trial.problem
    }
    return [*sorted(ranks, key=lambda name: ranks[name]), POCKETSPHINX]


def in_any_home(name: str, cache_dir: Path, models_dir: Path) -> str:
    """Return a name that means in every home what `name` means in this one: no "auto", and a model's whole path."""
    if name == "auto":
        name = best_installed(cache_dir, models_dir)
    family, _, which = name.partition(":")
    return f"{SHERPA}:{streaming_model(which, models_dir).resolve()}" if family == SHERPA else name


def hint_once(cache_dir: Path) -> str:
    """Return a sentence for whoever is heard by pocketsphinx because nothing better is here; "" from then on."""
    told = cache_dir / "better-ear-told"
    if told.exists():
        return ""
    with contextlib.suppress(OSError):
        private_folder(cache_dir)
        told.touch()
    return BETTER_EAR


def streaming_model(which: str, models_dir: Path | None) -> Path:
    """Return the folder of a streaming model: one that was pulled, any other, or for "" the best that was pulled.

    Raises ReparteeError where there is none.
    """
    from assistant.recognizers.catalogue import pulled

    names = pulled(models_dir) if models_dir is not None else []
    if models_dir is not None and (which in names or (not which and names)):
        return models_dir / (which or names[0])
    folder = Path(which).expanduser()
    if which and folder.is_dir():
        return folder
    raise ReparteeError(
        f"There is no streaming model {f'named {which!r} ' if which else ''}here; `repartee models recommend` names "
        "those that can be had, and `repartee models pull NAME` gets one."
    )
