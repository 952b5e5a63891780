"""Audio events to samples: PCM of any usual rate, width and number of channels to int16 mono at 16 kHz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.audio.formats import RawDecoder
from assistant.audio.samples import Pcm
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

RATES = range(8_000, 96_001)
WIDTHS = (1, 2, 4)  # bytes: unsigned, int16, int32
CHANNELS = range(1, 9)


class SoundError(ReparteeError):
    """An audio event that does not say how its samples are written, or says what is not read here."""


class Sound:
    """Decodes the chunks of one recording after the other."""

    def __init__(self) -> None:
        self._format: tuple[int, int, int] | None = None
        self._decoder: RawDecoder | None = None

    def begin(self) -> None:
        """Take what comes for a new recording."""
        self._format = self._decoder = None

    def decode(self, event: Event) -> Pcm:
        """Return the samples of an `audio-chunk`, int16[n] at 16 kHz. Raises SoundError."""
        told = format_of(event.data)
        if self._decoder is None or told != self._format:
            self._format, self._decoder = told, RawDecoder(*told)
        return self._decoder.decode(event.payload or b"")

    def end(self) -> Pcm:
        """Return what the decoder held back; the recording is over."""
        tail = self._decoder.flush() if self._decoder is not None else np.empty(0, np.int16)
        self.begin()
        return tail


def format_of(data: dict[str, Any]) -> tuple[int, int, int]:
    """Return rate (Hz), width (bytes) and channels of an audio event. Raises SoundError."""
    rate, width, channels = (data.get(name) for name in ("rate", "width", "channels"))
    for value, allowed, name in ((rate, RATES, "rate"), (width, WIDTHS, "width"), (channels, CHANNELS, "channels")):
        if type(value) is not int or value not in allowed:
            raise SoundError(
                "Audio is PCM of 8,000 to 96,000 Hz, 1, 2 or 4 bytes a sample and 1 to 8 channels; "
                f"this has another {name}."
            )
    assert isinstance(rate, int)
    assert isinstance(width, int)
    assert isinstance(channels, int)
    return rate, width, channels
