"""The voice of flite's US English speaker slt, where its system library is installed (`apt install libflite1`)."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import AsyncGenerator, Callable
from functools import cache, partial

from assistant.voices.voice import SpeakingThread, VoiceError

SPEAKERS = ("slt", "rms", "awb", "kal16")
_CHUNK = 640  # samples, 40 ms at 16 kHz
_CONTINUE, _STOP = 0, -1  # cst_audio.h

# The library keeps the streaming callback in the voice, of which a process has one: nobody else may speak meanwhile.
_LOCK = threading.Lock()


class _Wave(ctypes.Structure):
    """`cst_wave` of cst_wave.h."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


_STREAM_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_Wave), ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p
)


class _Streaming(ctypes.Structure):
    """`cst_audio_streaming_info` of cst_audio.h."""

    _fields_ = (
        ("min_buffsize", ctypes.c_int),
        ("callback", _STREAM_CALLBACK),
        ("utterance", ctypes.c_void_p),
        ("item", ctypes.c_void_p),
        ("userdata", ctypes.c_void_p),
    )


class _Voice(ctypes.Structure):
    """The head of `cst_voice` of cst_voice.h."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _Library:
    """One speaker of the loaded library, and whoever listens to the clause under way."""

    def __init__(self, speaker: str) -> None:
        try:
            self.c = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
            for part in ("flite_cmulex", "flite_usenglish"):
                ctypes.CDLL(f"lib{part}.so.1", mode=ctypes.RTLD_GLOBAL)
            voices = ctypes.CDLL(f"libflite_cmu_us_{speaker}.so.1")
        except OSError as error:
            raise VoiceError(
                f"The voice flite is not installed ({error}); install it: 'apt install libflite1', or choose espeak."
            ) from error
        c = self.c
        c.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        c.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.POINTER(_Voice)]
        c.delete_wave.argtypes = [ctypes.POINTER(_Wave)]
        c.new_audio_streaming_info.restype = ctypes.POINTER(_Streaming)
        c.audio_streaming_info_val.restype = ctypes.c_void_p
        c.audio_streaming_info_val.argtypes = [ctypes.POINTER(_Streaming)]
        c.flite_feat_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        c.flite_feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
        register = getattr(voices, f"register_cmu_us_{speaker}")
        register.restype = ctypes.POINTER(_Voice)
        register.argtypes = [ctypes.c_void_p]
        c.flite_init()
        self.voice = register(None)
        self.thread = SpeakingThread()
        self.sink: Callable[[bytes], bool] | None = None
        self._callback = _STREAM_CALLBACK(self._on_samples)  # kept: the library holds only a pointer
        streaming = c.new_audio_streaming_info()
        streaming.contents.min_buffsize = _CHUNK
        streaming.contents.callback = self._callback
        self.features = self.voice.contents.features
        c.flite_feat_set(self.features, b"streaming_info", c.audio_streaming_info_val(streaming))
        with _LOCK:
            self.rate = self.speak("a", lambda _: True, 1.0)

    def _on_samples(self, wave: ctypes._Pointer[_Wave], start: int, count: int, _last: int, _info: int) -> int:
        if self.sink is None or count <= 0:
            return _CONTINUE
        chunk = ctypes.string_at(ctypes.addressof(wave.contents.samples.contents) + 2 * start, 2 * count)
        return _CONTINUE if self.sink(chunk) else _STOP

    def speak(self, clause: str, sink: Callable[[bytes], bool], stretch: float) -> int:
        """Speak under `_LOCK`; return the sample rate in Hz."""
        self.c.flite_feat_set_float(self.features, b"duration_stretch", stretch)
        self.sink = sink
        try:
            wave = self.c.flite_text_to_wave(clause.encode(), self.voice)
        finally:
            self.sink = None
        rate: int = wave.contents.sample_rate
        self.c.delete_wave(wave)
        return rate


@cache
def _library(speaker: str) -> _Library:
    return _Library(speaker)


class Flite:
    """The flite voice. `speaker` is one of SPEAKERS; `speed` multiplies its normal rate."""

    name = "flite"

    def __init__(self, speaker: str = "slt", *, speed: float = 1.0) -> None:
        if speaker not in SPEAKERS:
            raise VoiceError(f"flite has no speaker named '{speaker}'; expected one of {', '.join(SPEAKERS)}.")
        self._library = _library(speaker)
        self.rate = self._library.rate
        self._speed = speed

    def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        """Yield int16 mono PCM at `rate` Hz, about 40 ms a chunk."""
        return self._library.thread.stream(text, partial(self._speak, speed=speed), self.rate)

    async def close(self) -> None:
        """Do nothing: the library belongs to the process."""

    def _speak(self, clause: str, sink: Callable[[bytes], bool], *, speed: float = 1.0) -> None:
        with _LOCK:
            self._library.speak(clause, sink, 1.0 / (self._speed * speed))
