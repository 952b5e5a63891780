"""Voices for sherpa-onnx on the Hugging Face hub: where they are, and what they may be used for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VoiceSource:
    """A voice on the hub. `data` is what it was trained on, `licence` of voice and data; `free` for every use."""

    name: str
    repository: str
    files: tuple[str, ...]
    megabytes: int
    rate: int
    data: str
    licence: str
    free: bool
    why: str


_PIPER = ("*.onnx", "tokens.txt")  # phonemes come from espeak-ng, which is here already

#: The first is recommended. Of what may be used for every purpose, before what may not.
VOICES = (
    VoiceSource(
        name="ljspeech",
        repository="csukuangfj/vits-piper-en_US-ljspeech-medium",
        files=_PIPER,
        megabytes=61,
        rate=22_050,
        data="LJSpeech: recordings of LibriVox",
        licence="public domain",
        free=True,
        why="a clear American woman's voice, free for every use",
    ),
    VoiceSource(
        name="cori",
        repository="csukuangfj/vits-piper-en_GB-cori-medium",
        files=_PIPER,
        megabytes=61,
        rate=22_050,
        data="recordings of LibriVox",
        licence="public domain",
        free=True,
        why="a British woman's voice, free for every use",
    ),
    VoiceSource(
        name="libritts_r",
        repository="csukuangfj/vits-piper-en_US-libritts_r-medium",
        files=_PIPER,
        megabytes=75,
        rate=22_050,
        data="LibriTTS-R",
        licence="CC BY 4.0",
        free=True,
        why="904 speakers, of whom speech.voice chooses one by its number",
    ),
    VoiceSource(
        name="lessac",
        repository="csukuangfj/vits-piper-en_US-lessac-medium",
        files=_PIPER,
        megabytes=61,
        rate=22_050,
        data="Blizzard Challenge 2013",
        licence="research only",
        free=False,
        why="the one understood best in published comparisons; not for other use than research",
    ),
)
