"""A voice from NVIDIA NeMo (extra `[nemo]`): FastPitch makes the spectrogram, HiFi-GAN the sound.

FastPitch (Łańcucki, ICASSP 2021) computes a clause in one pass; HiFi-GAN (Kong et al., NeurIPS 2020) is convolutions
only, so it is run over windows of the spectrogram with as much context as its kernels reach: the sound is the same as
from one pass, the first of it is there sooner, and an interruption is heeded after every window.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from assistant.recognizers.nemo.archive import NemoError, restore
from assistant.voices.voice import SpeakingThread

_FIRST, _WINDOW = 24, 96  # frames vocoded at once; 24 are about 280 ms of sound
_CONTEXT = 20  # frames to both sides; the kernels of the widest published generator reach 15
_ACOUSTIC = "nemo.collections.tts.models.FastPitchModel"
_VOCODER = "nemo.collections.tts.models.HifiGanModel"


class NemoSynthesizer:
    """FastPitch and HiFi-GAN behind the `Synthesizer` protocol: int16 mono PCM at `rate` Hz. Made by `load`."""

    name = "nemo"

    def __init__(self, acoustic: Any, vocoder: Any, *, speed: float = 1.0, speaker: int | None = None) -> None:
        self.rate = int(vocoder.sample_rate)
        frames, sound = acoustic.cfg.preprocessor, vocoder.cfg.preprocessor
        for keys, unit in ((("sample_rate",), "Hz"), (("features", "nfilt"), "mel bands")):
            made, taken = (next(int(cfg[key]) for key in keys if key in cfg) for cfg in (frames, sound))
            if made != taken:
                raise NemoError(f"the NeMo vocoder takes {taken} {unit}, the acoustic model makes {made}; match them.")
        speakers = int(acoustic.cfg.get("n_speakers", 0))
        if speakers > 1 and not 0 <= (speaker or 0) < speakers:
            raise NemoError(f"the NeMo voice has no speaker {speaker}; expected 0 to {speakers - 1}.")
        self._acoustic, self._vocoder, self._speed = acoustic, vocoder, speed
        self._speaker = (speaker or 0) if speakers > 1 else None
        self._lock = threading.Lock()
        self._thread = SpeakingThread()

    @classmethod
    def load(
        cls,
        acoustic: str | Path,
        vocoder: str | Path,
        *,
        device: str = "auto",
        speed: float = 1.0,
        speaker: int | None = None,
    ) -> NemoSynthesizer:
        """Restore FastPitch and HiFi-GAN models, each a `.nemo` file or a pretrained name. Blocking, 10 s and more.

        `speed` multiplies the normal rate, `speaker` chooses one of a model trained on several (from 0).

        Raises:
            NemoError: if the extra is missing, a source is not such a model, or the two do not fit each other.
        """
        models = restore(acoustic, _ACOUSTIC, device=device), restore(vocoder, _VOCODER, device=device)
        return cls(*models, speed=speed, speaker=speaker)

    def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        """Yield int16 mono PCM at `rate` Hz, 280 ms and then about a second a chunk."""
        return self._thread.stream(text, partial(self._speak, speed=speed), self.rate)

    async def close(self) -> None:
        """Free the models; safe to call twice."""
        await asyncio.to_thread(self._free)

    def _free(self) -> None:
        with self._lock:
            self._acoustic = self._vocoder = None

    def _speak(self, clause: str, sink: Callable[[bytes], bool], *, speed: float = 1.0) -> None:
        import torch

        with self._lock, torch.inference_mode():
            if self._acoustic is None:
                raise NemoError("the NeMo voice was closed; load it again.")
            tokens = self._acoustic.parse(clause)
            pace = self._speed * speed
            frames = self._acoustic.generate_spectrogram(tokens=tokens, speaker=self._speaker, pace=pace)
            for signal in self._vocode(frames):
                pcm = (signal.clamp(-1, 1) * 32767).round().to(torch.int16)
                if not sink(pcm.cpu().numpy().tobytes()):
                    return

    def _vocode(self, frames: Any) -> Iterator[Any]:
        """Turn frames, float32[1, features, n], into sound, float32[n * hop] in all, window by window."""
        start, count = 0, int(frames.shape[-1])
        while start < count:
            end = min(count, start + (_WINDOW if start else _FIRST))
            begin, beyond = max(0, start - _CONTEXT), min(count, end + _CONTEXT)
            signal = self._vocoder.convert_spectrogram_to_audio(spec=frames[:, :, begin:beyond])[0]
            hop = signal.shape[0] // (beyond - begin)
            yield signal[(start - begin) * hop : (end - begin) * hop]
            start = end
