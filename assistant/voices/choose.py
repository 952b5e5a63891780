"""Which voice speaks here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.voices.voice import Synthesizer, VoiceError

VOICES = ("flite", "espeak")  # in the order that "auto" tries them: the more intelligible first
SHERPA = "sherpa:"


def load_synthesizer(name: str = "auto", *, speed: float = 1.0, folder: Path | None = None) -> Synthesizer:
    """Return a voice by name; "auto" is flite where its library is installed, else espeak, which pip always brings.

    "sherpa:WHERE" is a voice of sherpa-onnx: a folder, or the name of one in `folder`, where voices are kept; "#2"
    after it chooses a speaker. "ACOUSTIC,VOCODER" are two NeMo models, each a .nemo file or a pretrained name; they
    take 10 s and more to load. `speed` multiplies the normal speaking rate (0.5 to 3). Raises ReparteeError with what
    to install.
    """
    if name.startswith(SHERPA):
        return _sherpa(name.removeprefix(SHERPA), speed, folder)
    if "," in name:
        from assistant.voices.nemo import NemoSynthesizer

        acoustic, vocoder = (part.strip() for part in name.split(",", 1))
        return NemoSynthesizer.load(acoustic, vocoder, speed=speed)
    if name != "auto" and name not in VOICES:
        raise VoiceError(
            f"There is no voice named '{name}'; expected auto, {', '.join(VOICES)}, sherpa:FOLDER, or two NeMo models."
        )
    if name in {"auto", "flite"}:
        from assistant.voices.flite import Flite

        try:
            return Flite(speed=speed)
        except VoiceError:
            if name == "flite":
                raise
    from assistant.voices.espeak import Espeak

    return Espeak(speed=speed)


def _sherpa(where: str, speed: float, folder: Path | None) -> Synthesizer:
    from assistant.voices.sherpa.synthesizer import SherpaVoice

    where, _, speaker = where.partition("#")
    if speaker and not speaker.isdecimal():
        raise VoiceError(f"'{speaker}' is no number of a speaker; expected sherpa:{where}#2 or the like.")
    path = Path(where).expanduser()
    if folder is not None and not path.is_dir() and (folder / where).is_dir():
        path = folder / where
    return SherpaVoice.load(path, speed=speed, speaker=int(speaker or 0))


def installed_voices(folder: Path) -> Iterator[str]:
    """Yield the names that `load_synthesizer` takes here: those of the system, and those kept in `folder`."""
    from assistant.voices.flite import Flite

    try:
        Flite()
    except VoiceError:
        pass
    else:
        yield "flite"
    yield "espeak"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (path / "tokens.txt").is_file() and any(path.glob("*.onnx")):
            yield f"{SHERPA}{path.name}"
