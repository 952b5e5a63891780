"""Microphone and loudspeaker through sounddevice (PortAudio). Devices may be missing, and come and go, at any time.

PortAudio's list of devices is made when it is initialised, so after a loss it is initialised anew until a microphone
is there. Its callbacks run in threads of their own: they only move bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.audio.samples import RATE, Pcm
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.audio.echo import Echo

BLOCK_MS = 20
LOOK_S = 0.25
LOST_LOOKS = 12  # so often in a row nothing came: the device is taken for gone
MOST_BEHIND_S = 30.0  # of audio that waits to be heard; older is dropped
RETRY_S = 1.0


class SoundError(ReparteeError):
    """Sound devices cannot be used at all: sounddevice or PortAudio is not installed."""


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        raise SoundError(
            "Sound devices need the package sounddevice; install it with: pip install 'repartee[audio]'."
        ) from error
    except OSError as error:
        raise SoundError(
            "Sound devices need the PortAudio library; install it with: apt-get install libportaudio2."
        ) from error
    return sounddevice


class Loudspeaker:
    """A queue of int16 mono PCM at `rate` Hz that the device's callback empties; `echo` is told what it plays."""

    def __init__(self, rate: int, *, echo: Echo | None = None) -> None:
        self.rate = rate
        self._echo = echo
        self._lock = threading.Lock()
        self._queue = bytearray()
        self._played = 0  # samples of the reply given to the device
        self._given_s = 0.0  # when the last of them were
        self._latency_s = 0.0  # from there to the air

    def play(self, pcm: bytes) -> None:
        """Queue the next audio of the reply."""
        with self._lock:
            self._queue += pcm

    def begin(self) -> None:
        """Count from here what is played of the next reply."""
        with self._lock:
            self._played = 0

    def stop(self) -> float:
        """Be silent at once; returns how many ms of the reply came out of the device."""
        with self._lock:
            self._queue.clear()
            inside_s = max(0.0, self._latency_s - (time.monotonic() - self._given_s))
            return max(0.0, self._played / self.rate - inside_s) * 1000

    @property
    def remaining_s(self) -> float:
        """Seconds until everything queued has been played."""
        with self._lock:
            return len(self._queue) / 2 / self.rate + self._latency_s

    def fill(self, block: Any, latency_s: float) -> None:
        """Give the device its next block; silence where nothing is queued."""
        with self._lock:
            size = len(block)
            chunk = bytes(self._queue[:size])
            del self._queue[:size]
            if chunk:
                self._latency_s, self._given_s = latency_s, time.monotonic()
                self._played += len(chunk) // 2
        block[:] = chunk + bytes(size - len(chunk))
        if self._echo is not None:
            self._echo.played(block, self.rate)


class SoundDevices:
    """The microphone's audio as an iterator, the loudspeaker, and what became of them.

    `told(sentence)` is called when the devices come and go; an empty sentence means that all is well. With `echo`, the
    microphone's audio comes without what the loudspeaker plays.
    """

    def __init__(
        self,
        speaker_rate: int,
        *,
        name: str = "",
        told: Callable[[str], None] = lambda _: None,
        echo: Echo | None = None,
    ) -> None:
        """Raises SoundError where no device could ever be used."""
        self._sd = _sounddevice()
        self._echo = echo
        self.loudspeaker = Loudspeaker(speaker_rate, echo=echo)
        self._name, self._told = name, told
        self._last_told: str | None = None
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[tuple[Pcm, Pcm]] = asyncio.Queue()  # what is heard, and what was played then
        self._streams: list[Any] = []
        self._given = 0  # chunks that the microphone gave so far
        self._resample: Callable[[np.ndarray], np.ndarray] = lambda pcm: pcm

    @property
    def residue(self) -> float:
        """The level, root mean square, up to which the last audio may be what the loudspeaker said."""
        return 0.0 if self._echo is None else self._echo.residue

    async def microphone(self) -> AsyncIterator[np.ndarray]:
        """Yield int16[n] at 16 kHz as it is recorded, for ever; waits while there is no microphone."""
        try:
            while True:
                self._tell(await asyncio.to_thread(self._open))
                if self._streams:
                    async for pcm in self._until_lost():
                        yield pcm
                    self._tell("The microphone is gone; plug it in again, I wait for it.")
                await asyncio.to_thread(self._close)
                await asyncio.sleep(RETRY_S)
        finally:
            await asyncio.shield(asyncio.to_thread(self._close))

    def _tell(self, sentence: str) -> None:
        if sentence != self._last_told:
            self._told(sentence)
        self._last_told = sentence

    async def _until_lost(self) -> AsyncIterator[np.ndarray]:
        """Yield what is recorded until nothing came for LOST_LOOKS looks.

        Looks are counted, not seconds: when this process stood still, a microphone that is there gives something before
        the next look. A look that came late is not counted: what this process had to wait for, the sound server may
        have to wait for as well.
        """
        while not self._chunks.empty():
            self._chunks.get_nowait()  # from before the loss
        missed, given = 0, self._given
        while missed < LOST_LOOKS and self._streams[0].active:
            chunk, looked_s = None, time.monotonic()
            # Not wait_for: Python 3.11's forgets a cancellation that meets a chunk.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    chunk = await self._chunks.get()
            if chunk is not None:
                heard = self._resample(chunk[0])
                yield heard if self._echo is None else self._echo.clean(heard, chunk[1])
            late = time.monotonic() - looked_s > 2 * LOOK_S
            if chunk is not None or self._given != given:
                missed, given = 0, self._given
            elif not late:
                missed += 1

    def _open(self) -> str:
        """Open the microphone, and the loudspeaker if there is one; returns what is wrong, if anything is."""
        self._sd._terminate()  # noqa: SLF001  (the only way to see devices that were plugged in since)
        self._sd._initialize()  # noqa: SLF001
        try:
            self._streams = [self._open_microphone()]
        except (self._sd.PortAudioError, ValueError):
            return "There is no microphone; plug one in, I wait for it."
        try:
            self._streams.append(self._open_loudspeaker())
        except (self._sd.PortAudioError, ValueError):
            return "There is no loudspeaker; answers are only shown."
        return ""

    def _open_microphone(self) -> Any:
        device = self._find("input")
        try:
            return self._start_microphone(device, RATE)
        except self._sd.PortAudioError:  # hardware without a mixer knows only its own rates
            rate = int(self._sd.query_devices(device, "input")["default_samplerate"])
            return self._start_microphone(device, rate)

    def _start_microphone(self, device: int | None, rate: int) -> Any:
        def give(data: Any, _frames: int, _time: Any, _status: Any) -> None:
            self._given += 1
            pcm = np.frombuffer(bytes(data), np.int16)
            beside = pcm[:0] if self._echo is None else self._echo.beside(len(pcm) * RATE // rate)
            self._loop.call_soon_threadsafe(self._take, pcm, beside)

        stream = self._sd.RawInputStream(
            rate, rate * BLOCK_MS // 1000, device, channels=1, dtype="int16", latency="low", callback=give
        )
        self._resample = _resampler(rate)
        stream.start()
        return stream

    def _take(self, pcm: Pcm, beside: Pcm) -> None:
        if self._chunks.qsize() * BLOCK_MS >= 1000 * MOST_BEHIND_S:
            self._chunks.get_nowait()
        self._chunks.put_nowait((pcm, beside))

    def _open_loudspeaker(self) -> Any:
        speaker = self.loudspeaker

        def take(data: Any, _frames: int, times: Any, _status: Any) -> None:
            speaker.fill(data, max(0.0, times.outputBufferDacTime - times.currentTime))

        stream = self._sd.RawOutputStream(
            speaker.rate,
            speaker.rate * BLOCK_MS // 1000,
            self._find("output"),
            channels=1,
            dtype="int16",
            latency="low",
            callback=take,
        )
        stream.start()
        return stream

    def _find(self, kind: str) -> int | None:
        """Return the first device whose name contains the one asked for; None is the system's default."""
        if not self._name:
            return None
        for number, device in enumerate(self._sd.query_devices()):
            if self._name.lower() in device["name"].lower() and device[f"max_{kind}_channels"]:
                return number
        raise ValueError(f"no {kind} device {self._name}")

    def _close(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            with contextlib.suppress(self._sd.PortAudioError):  # it is gone already
                stream.abort()
                stream.close()


def _resampler(rate: int) -> Callable[[np.ndarray], np.ndarray]:
    if rate == RATE:
        return lambda pcm: pcm
    import soxr

    stream = soxr.ResampleStream(rate, RATE, 1, dtype="int16")
    return lambda pcm: np.asarray(stream.resample_chunk(pcm), np.int16)
