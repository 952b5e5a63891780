"""A voice's files, held against what sherpa-onnx needs of them before it is given them.

It ends its process where something is missing or does not fit, and says so in C++. The keys are those that its
`offline-tts-*-model.cc` read (sherpa-onnx 2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.recognizers.sherpa.onnx_metadata import read_metadata
from assistant.voices.voice import VoiceError

RATES = range(8_000, 48_001)  # Hz
MOST_SPEAKERS = 10_000
LARGEST_TOKENS = 8 << 20  # bytes of tokens.txt
#: What a model calls itself, by family; a VITS says so in its comment or not at all.
FAMILIES = {"matcha-tts": "matcha", "kokoro": "kokoro", "kokoro2": "kokoro", "kitten-tts": "kitten", "vits": "vits"}
_PHONEMES = ("piper", "coqui", "icefall")  # in a comment: trained on what espeak-ng makes of a text
_PIPER_MARKS = frozenset("_^$")


@dataclass(frozen=True, kw_only=True)
class VoiceModel:
    """A voice whose files fit together: what sherpa-onnx is given, by the names of its settings.

    `takes_phonemes`: it is given what espeak-ng makes of a text, since version 2 of sherpa-onnx has no espeak-ng.
    """

    folder: Path
    family: str
    settings: Mapping[str, str]
    takes_phonemes: bool
    rate: int
    speakers: int


def read_voice(folder: Path) -> VoiceModel:
    """Return the voice in a folder, as sherpa-onnx publishes them: *.onnx, tokens.txt and what their family needs.

    Raises VoiceError with a sentence for what is missing, damaged or does not fit together.
    """
    try:
        return _read(folder)
    except (ValueError, OSError) as error:
        reason = f"{error.filename or folder}: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise VoiceError(f"The voice in {folder} cannot be used: {reason}.") from error


def _read(folder: Path) -> VoiceModel:
    if not folder.is_dir():
        raise ValueError("there is no such folder")
    models = {path: _metadata(path) for path in sorted(folder.glob("*.onnx"))}
    if not models:
        raise ValueError("it holds no model; expected a file *.onnx and tokens.txt")
    model = next((path for path, about in models.items() if "sample_rate" in about and "n_speakers" in about), None)
    if model is None:
        raise ValueError(f"no metadata sample_rate and n_speakers in {', '.join(path.name for path in models)}")
    about = models[model]
    family = FAMILIES.get(about.get("model_type", "vits"))
    if family is None:
        raise ValueError(f"its kind is {about['model_type']}; expected one of {', '.join(FAMILIES)}")
    settings = {"acoustic_model" if family == "matcha" else "model": str(model), "tokens": str(folder / "tokens.txt")}
    tokens = _tokens(folder / "tokens.txt")
    if family == "matcha":
        others = [path for path in models if path != model]
        if len(others) != 1:
            raise ValueError("it needs one vocoder beside the model, such as vocos-22khz-univ.onnx")
        settings["vocoder"] = str(others[0])
    if family in {"kokoro", "kitten"}:
        settings["voices"] = str(_existing(folder / "voices.bin"))
    lexicon = _pronunciation(folder, family, about, tokens)
    if lexicon:
        settings["lexicon"] = lexicon
    return VoiceModel(
        folder=folder,
        family=family,
        settings=settings,
        takes_phonemes=not lexicon,
        rate=_number(about, "sample_rate", RATES),
        speakers=max(1, _number(about, "n_speakers", range(MOST_SPEAKERS))),
    )


def _pronunciation(folder: Path, family: str, about: Mapping[str, str], tokens: frozenset[str]) -> str:
    """Return the path of a list of how words sound; "" where the voice was trained on what espeak-ng makes of them."""
    if family != "vits":
        return ""
    for key in ("language", "comment"):
        if key not in about:
            raise ValueError(f"no metadata {key} in its model")
    if any(kind in about["comment"] for kind in _PHONEMES):
        if "piper" in about["comment"] and not tokens >= _PIPER_MARKS:
            raise ValueError("its tokens.txt lacks one of _ ^ $, which a piper voice has")
        return ""
    return str(_existing(folder / "lexicon.txt"))


def _existing(path: Path) -> Path:
    if not path.is_file() or not path.stat().st_size:
        raise ValueError(f"{path.name} is missing or empty")
    return path


def _metadata(path: Path) -> dict[str, str]:
    try:
        return read_metadata(path)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _number(about: Mapping[str, Any], key: str, within: range) -> int:
    value = about[key]
    if not value.isdecimal() or int(value) not in within:
        raise ValueError(f"its metadata {key} is '{value[:20]}'; expected a number below {within.stop}")
    return int(value)


def _tokens(path: Path) -> frozenset[str]:
    """Return what a voice knows: a line of a sign and its number for each; the sign may be a space."""
    if _existing(path).stat().st_size > LARGEST_TOKENS:
        raise ValueError(f"tokens.txt is larger than {LARGEST_TOKENS >> 20} MB")
    tokens = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        token, _, place = line.rpartition(" ")
        if line.strip() and not place.strip().isdecimal():
            raise ValueError(f"line {number} of tokens.txt is no sign and its number")
        tokens.add(token)
    return frozenset(tokens)
