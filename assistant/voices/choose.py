"""Which voice speaks here."""

from __future__ import annotations

from assistant.voices.voice import Synthesizer, VoiceError

VOICES = ("flite", "espeak")  # in the order that "auto" tries them: the more intelligible first


def load_synthesizer(name: str = "auto", *, speed: float = 1.0) -> Synthesizer:
    """Return a voice by name; "auto" is flite where its library is installed, else espeak, which pip always brings.

    "ACOUSTIC,VOCODER" are two NeMo models, each a .nemo file or a pretrained name; they take 10 s and more to load.
    `speed` multiplies the normal speaking rate (0.5 to 3). Raises ReparteeError with what to install.
    """
    if "," in name:
        from assistant.voices.nemo import NemoSynthesizer

        acoustic, vocoder = (part.strip() for part in name.split(",", 1))
        return NemoSynthesizer.load(acoustic, vocoder, speed=speed)
    if name != "auto" and name not in VOICES:
        raise VoiceError(f"There is no voice named '{name}'; expected auto, {', '.join(VOICES)}, or two NeMo models.")
    if name in {"auto", "flite"}:
        from assistant.voices.flite import Flite

        try:
            return Flite(speed=speed)
        except VoiceError:
            if name == "flite":
                raise
    from assistant.voices.espeak import Espeak

    return Espeak(speed=speed)
