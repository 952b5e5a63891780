"""The voice espeak-ng, from the pip package espeakng-loader: quick, small, robotic; it also knows how words sound."""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import AsyncGenerator, Callable
from functools import cache, partial

from assistant.audio.stretch import Stretch
from assistant.voices.voice import SpeakingThread, VoiceError

# espeak-ng/speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_RATE_PARAMETER = 1
_POS_CHARACTER = 1
_MNEMONICS, _IPA = 0, 2  # phoneme modes
_SAMPLES_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_PIECE = re.compile(r"([^,.;:!?]+)([,.;:!?]?)")
_BUFFER_MS = 40
_VOICE = b"en-us"
WORDS_PER_MINUTE = 165
SLOWEST_WORDS = 80  # a minute; the library speaks no slower

# The library keeps one state for the whole process: nobody else may call it meanwhile.
_LOCK = threading.Lock()


class _Library:
    """The loaded library, its sample rate, and whoever listens to the utterance under way."""

    def __init__(self) -> None:
        try:
            import espeakng_loader

            self.c = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path().encode()
        except (ImportError, OSError) as error:
            raise VoiceError(
                f"The voice espeak could not be loaded ({error}); install it with 'pip install espeakng-loader'."
            ) from error
        self.c.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        self.c.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        self.c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.c.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        self.rate = self.c.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, data, _DONT_EXIT)
        if self.rate <= 0 or self.c.espeak_SetVoiceByName(_VOICE):
            raise VoiceError(f"The voice espeak found no data for {_VOICE.decode()} in {data.decode()}; reinstall it.")
        self.thread = SpeakingThread()
        self.sink: Callable[[bytes], bool] | None = None
        self._callback = _SAMPLES_CALLBACK(self._on_samples)  # kept: the library holds only a pointer
        self.c.espeak_SetSynthCallback(self._callback)

    def _on_samples(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        """Return 0 to go on, 1 to abort."""
        if count <= 0 or not samples or self.sink is None:
            return 0
        return 0 if self.sink(ctypes.string_at(samples, 2 * count)) else 1


@cache
def _library() -> _Library:
    return _Library()


class Espeak:
    """The espeak-ng voice. `speed` multiplies the normal rate of 165 words a minute."""

    name = "espeak"

    def __init__(self, *, speed: float = 1.0) -> None:
        with _LOCK:
            self.rate: int = _library().rate
        self._speed = speed

    def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        """Yield int16 mono PCM at `rate` Hz, about 40 ms a chunk."""
        return _library().thread.stream(text, partial(self._speak, speed=speed), self.rate)

    async def close(self) -> None:
        """Do nothing: the library belongs to the process."""

    def _speak(self, clause: str, sink: Callable[[bytes], bool], *, speed: float = 1.0) -> None:
        text = clause.encode()
        words = WORDS_PER_MINUTE * self._speed * speed
        stretch = Stretch(self.rate, words / SLOWEST_WORDS) if words < SLOWEST_WORDS else None
        with _LOCK:
            library = _library()
            library.c.espeak_SetParameter(_RATE_PARAMETER, round(max(words, SLOWEST_WORDS)), 0)
            library.sink = sink if stretch is None else lambda pcm: sink(stretch(pcm))
            try:
                library.c.espeak_Synth(text, len(text) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
            finally:
                library.sink = None
        if stretch is not None:
            sink(stretch(b"", last=True))


def phonemes(text: str) -> str:
    """Return how espeak pronounces `text`, in its mnemonics (`h@l'oU`), clause after clause."""
    return " ".join(_pronounced(text, _MNEMONICS))


def ipa(text: str) -> str:
    """Return how espeak pronounces `text` in the International Phonetic Alphabet, the punctuation where it was."""
    parts = []
    for piece, sign in _PIECE.findall(text):
        if sounds := " ".join(_pronounced(piece, _IPA)):
            parts.append(sounds + sign)
    return " ".join(parts)


def _pronounced(text: str, alphabet: int) -> list[str]:
    pointer = ctypes.c_char_p(text.encode())
    parts = []
    with _LOCK:
        c = _library().c
        while pointer.value:
            parts.append(c.espeak_TextToPhonemes(ctypes.byref(pointer), _CHARS_UTF8, alphabet).decode())
    return [part for part in parts if part]
