"""The answer to `describe`: what this process hears, says, does and understands, and who made it."""

from __future__ import annotations

import importlib.util
from importlib import metadata
from typing import TYPE_CHECKING, Any

from assistant.languages import is_spoken

if TYPE_CHECKING:
    from wyoming.event import Event
    from wyoming.info import Attribution

    from assistant.config import Config

#: Who made what hears and speaks here, by the module that wraps it.
_MADE_BY = {
    "sphinx": ("Carnegie Mellon University", "https://cmusphinx.github.io"),
    "sherpa": ("k2-fsa, sherpa-onnx", "https://k2-fsa.github.io/sherpa/onnx/"),
    "whisper": ("OpenAI, Whisper", "https://github.com/openai/whisper"),
    "nemo": ("NVIDIA, NeMo", "https://github.com/NVIDIA-NeMo/NeMo"),
    "espeak": ("eSpeak NG", "https://github.com/espeak-ng/espeak-ng"),
    "flite": ("Carnegie Mellon University, Flite", "http://www.festvox.org/flite/"),
}
_WAKE = ("Kevin Ahrendt, microWakeWord", "https://github.com/OHF-Voice/micro-wake-word")
_NAME = "repartee"
_ABOUT = "Answers from its owner's documents and moves their devices"
_US = ("Repartee", "")


def describe(config: Config, *, recognizer: object, voice: object, voice_name: str, at_home: bool) -> Event:
    """Return `info` about the parts that are loaded; `at_home` is whether there are devices to move."""
    from wyoming.info import (
        AsrModel,
        AsrProgram,
        HandleModel,
        HandleProgram,
        Info,
        IntentModel,
        IntentProgram,
        TtsProgram,
        TtsVoice,
        WakeModel,
        WakeProgram,
    )

    languages = ["en"]
    ours = _attribution(_US)
    about: dict[str, Any] = {
        "name": _NAME,
        "attribution": ours,
        "installed": True,
        "description": _ABOUT,
        "version": metadata.version(_NAME),
    }
    hears = type(recognizer).__module__.split(".")[2]
    heard = [config.speech.language] if hears == "whisper" and not is_spoken(config.speech.language) else languages
    model = AsrModel(
        name=hears,
        attribution=_made_by(recognizer),
        installed=True,
        description=f"{hears}, biased to the documents, devices and skills here",
        version=None,
        languages=heard,
    )
    said = TtsVoice(
        name=voice_name,
        attribution=_made_by(voice),
        installed=True,
        description=voice_name,
        version=None,
        languages=languages,
    )
    words = config.ear.wake_words if importlib.util.find_spec("pymicro_wakeword") is not None else ()
    wakes = [
        WakeModel(
            name=word,
            attribution=_attribution(_WAKE),
            installed=True,
            description=word.replace("_", " "),
            version=None,
            languages=languages,
            phrase=word.replace("_", " "),
        )
        for word in words
    ]
    own = {**about, "languages": languages}
    return Info(
        asr=[AsrProgram(**about, models=[model], supports_transcript_streaming=True, requires_external_vad=True)],
        tts=[TtsProgram(**about, voices=[said], supports_synthesize_streaming=True)],
        handle=[
            HandleProgram(
                **about,
                models=[HandleModel(**own)],
                supports_handled_streaming=True,
                supports_home_control=at_home,
            )
        ],
        intent=[IntentProgram(**about, models=[IntentModel(**own)])],
        wake=[WakeProgram(**about, models=wakes)] if wakes else [],
    ).event()


def _made_by(part: object) -> Attribution:
    path = type(part).__module__.split(".")
    return _attribution(next((_MADE_BY[name] for name in path if name in _MADE_BY), _US))


def _attribution(who: tuple[str, str]) -> Attribution:
    from wyoming.info import Attribution

    return Attribution(name=who[0], url=who[1])
