"""The audio that a client sends, base64 in the session's format: what it appends, and whole recordings."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from assistant.audio.formats import AudioFormat, Decoder
from assistant.audio.samples import RATE, Pcm
from assistant.channels.json import ApiError
from assistant.channels.web.realtime import actions
from assistant.channels.web.realtime.actions import Output
from assistant.dialogue.conversation import LEAST_COMMIT, LONGEST_COMMIT


class InputAudio:
    """The input audio buffer as far as it is not the conversation's: samples that the resampler holds back."""

    def __init__(self, audio: AudioFormat) -> None:
        self._format = audio
        self._decoder = Decoder(audio)

    def append(self, audio: str) -> list[Output]:
        """Take more audio. Raises ApiError for what is no base64."""
        return _fed(self._decoder.decode(_decoded(audio)))

    def end(self) -> list[Output]:
        """Take that what was appended is complete."""
        return _fed(self._decoder.flush())

    def change(self, audio: AudioFormat) -> list[Output]:
        """Take that what is appended from now on may have another format."""
        if audio == self._format:
            return []
        tail = self.end()
        self._format, self._decoder = audio, Decoder(audio)
        return tail

    def recording(self, audio: str) -> Pcm:
        """Return int16[samples] at 16 kHz of a whole recording. Raises ApiError, for one too short or too long too."""
        decoder = Decoder(self._format)
        pcm = np.concatenate([decoder.decode(_decoded(audio)), decoder.flush()])
        if not LEAST_COMMIT <= len(pcm) <= LONGEST_COMMIT:
            sentence = f"A recording must have 100 ms to 60 s, not {len(pcm) / RATE:.1f} s."
            raise ApiError("invalid_value", sentence, param="item.content[0].audio")
        return pcm


def _fed(pcm: Pcm) -> list[Output]:
    return [actions.Feed(pcm)] if len(pcm) else []


def _decoded(audio: str) -> bytes:
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError("invalid_value", f"'audio' must be base64: {str(error).lower()}.", param="audio") from error
