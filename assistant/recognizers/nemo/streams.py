"""Hypotheses that grow while a person speaks, over a restored NeMo recognition model. Blocking; no asyncio here.

Two kinds share one shape, `Hypothesis`:

- `CacheAwareHypothesis` for Conformer and FastConformer encoders trained with limited context: each chunk is encoded
  once, with the attention and convolution caches of the chunks before it (Noroozi et al., "Stateful Conformer with
  Cache-based Inference for Streaming Automatic Speech Recognition", ICASSP 2024), so what remains at the end of speech
  is one chunk.
- `RedecodedHypothesis` for every other model: the segment so far is transcribed again from time to time, less often
  the longer that takes.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from assistant.audio.samples import RATE

Samples = npt.NDArray[np.float32]


class Hypothesis(Protocol):
    """What is heard so far in one segment of speech; samples are float32 in -1..1, mono, 16 kHz."""

    def feed(self, samples: Samples) -> str:
        """Hear more; return the whole text so far, whose last word may still change."""
        ...

    def settle(self) -> str:
        """Catch up with what was heard; return the whole text. More may follow."""
        ...

    def finish(self) -> str:
        """Hear that no more comes; return the whole text."""
        ...


def stable_words(before: str, now: str) -> list[str]:
    """Return the words on which two successive hypotheses agree, without the last one: it may be half a word."""
    first, second = before.split(), now.split()
    agreed = 0
    while agreed < min(len(first), len(second)) and first[agreed] == second[agreed]:
        agreed += 1
    return second[: max(0, min(agreed, len(second) - 1))]


def is_cache_aware(model: Any) -> bool:
    """Whether the encoder was trained to run chunk by chunk, and its features need no look at the whole utterance."""
    encoder: Any = getattr(model, "encoder", None)
    if not hasattr(encoder, "cache_aware_stream_step") or not hasattr(model, "conformer_stream_step"):
        return False
    whole = str(model.cfg.preprocessor.get("normalize") or "NA").lower()
    return min(encoder.att_context_size) >= 0 and whole not in {"per_feature", "all_features"}


def choose_lookahead(encoder: Any, lookahead_ms: float, frame_ms: float) -> None:
    """Choose, of the contexts an encoder was trained with, the longest look-ahead of at most `lookahead_ms`."""
    trained = sorted((list(context) for context in encoder.att_context_size_all), key=lambda context: context[1])
    within = [context for context in trained if context[1] * frame_ms <= lookahead_ms]
    encoder.set_default_att_context_size(within[-1] if within else trained[0])


class FeatureStream:
    """Log-mel frames of audio that is still arriving, equal to those of the whole utterance.

    A frame's window reaches half an FFT to both sides of its centre, and pre-emphasis one sample further back, so a
    frame is given out once its whole window has been heard.
    """

    def __init__(self, model: Any) -> None:
        import torch
        from omegaconf import OmegaConf

        settings = OmegaConf.create(OmegaConf.to_container(model.cfg.preprocessor))
        settings.update(dither=0.0, pad_to=0)
        self._torch, self._device = torch, model.device
        self._preprocessor = model.from_config_dict(settings).to(model.device).eval()
        banks = self._preprocessor.featurizer
        self._hop: int = banks.hop_length
        self._reach: int = banks.n_fft // 2
        self._history = -(-(self._reach + 1) // self._hop)  # hops of context that make a frame exact
        self._samples: Samples = np.zeros(0, np.float32)
        self._start = 0  # the frame at which self._samples begins
        self._next = 0  # the first frame not yet given out

    def feed(self, samples: Samples, *, last: bool = False) -> Any:
        """Return the new frames, float32[1, features, frames], or None. `last` gives those at the ragged end too."""
        self._samples = np.concatenate([self._samples, samples])
        heard = self._start * self._hop + len(self._samples)
        ready = heard // self._hop if last else (heard - self._reach) // self._hop + 1
        if ready <= self._next:
            return None
        signal = self._torch.from_numpy(self._samples).unsqueeze(0).to(self._device)
        length = self._torch.tensor([signal.shape[1]], device=self._device)
        frames, _ = self._preprocessor(input_signal=signal, length=length)
        frames = frames[:, :, self._next - self._start : ready - self._start]
        self._next = ready
        if (begin := max(0, self._next - self._history)) > self._start:
            self._samples = self._samples[(begin - self._start) * self._hop :]
            self._start = begin
        return frames


class CacheAwareHypothesis:
    """One segment through `conformer_stream_step`: each chunk of frames is encoded once and decoded greedily.

    RNN-T carries the decoder's state; CTC carries its log-probabilities and decodes them again, which costs little and
    lets word biasing see the whole segment. A chunk is only taken when more frames follow it, because the last chunk
    of all keeps the outputs that the others leave to their successor's look-ahead.
    """

    def __init__(self, model: Any) -> None:
        import torch

        self._torch, self._model = torch, model
        self._features = FeatureStream(model)
        self._plan = model.encoder.streaming_cfg
        self._cache = model.encoder.get_initial_cache_state(batch_size=1)
        self._frames: Any = None  # float32[1, features, frames] from self._before on
        self._before = 0  # frames kept in front of the next chunk, as context for the convolutions that subsample
        self._first = True
        self._partial: Any = None  # RNN-T's hypotheses
        self._log_probs: list[Any] = []  # CTC's, float32[1, frames, vocabulary] each
        self._text = ""
        self._ctc = hasattr(model, "ctc_decoder") and model.cur_decoder == "ctc"
        self._ctc = self._ctc or not hasattr(model, "joint")

    def feed(self, samples: Samples) -> str:
        """Hear more; return the text so far."""
        self._hear(samples, last=False)
        while self._waiting() > self._of(self._plan.shift_size) and self._waiting() >= self._of(self._plan.chunk_size):
            self._step(last=False)
        return self._text

    def settle(self) -> str:
        """Return the text so far: less than a chunk is ever left, and after a pause that is silence."""
        return self._text

    def finish(self) -> str:
        """Encode what is left, with the outputs its look-ahead held back; return the text."""
        self._hear(np.zeros(0, np.float32), last=True)
        sampling = getattr(self._model.encoder.pre_encode, "get_sampling_frames", lambda: 1)()
        while (left := self._waiting()) and left >= self._of(sampling):
            self._step(last=left <= self._of(self._plan.shift_size))
        return self._text

    def _of(self, setting: Any) -> int:
        """A streaming setting of the coming chunk: those that differ for the first chunk are pairs."""
        return int(setting[0 if self._first else 1]) if isinstance(setting, list) else int(setting)

    def _waiting(self) -> int:
        return 0 if self._frames is None else int(self._frames.shape[-1]) - self._before

    def _hear(self, samples: Samples, *, last: bool) -> None:
        frames = self._features.feed(samples, last=last)
        if frames is not None:
            self._frames = frames if self._frames is None else self._torch.cat((self._frames, frames), dim=-1)

    def _step(self, *, last: bool) -> None:
        torch, shift = self._torch, self._of(self._plan.shift_size)
        context = self._of(self._plan.pre_encode_cache_size)
        end = self._before + self._of(self._plan.chunk_size)
        chunk = self._frames[:, :, max(0, self._before - context) : end]
        if missing := context - min(context, self._before):
            chunk = torch.nn.functional.pad(chunk, (missing, 0))
        settings = {
            "processed_signal": chunk,
            "processed_signal_length": torch.tensor([chunk.shape[-1]], device=chunk.device),
            "cache_last_channel": self._cache[0],
            "cache_last_time": self._cache[1],
            "cache_last_channel_len": self._cache[2],
            "keep_all_outputs": last,
            "drop_extra_pre_encoded": 0 if self._first else self._plan.drop_extra_pre_encoded,
        }
        with torch.inference_mode():
            if self._ctc:
                out = self._model.conformer_stream_step(**settings, return_transcription=False, return_log_probs=True)
                self._log_probs.append(out[6][:, : int(out[7][0])])
                self._text = self._decode_ctc()
            else:
                out = self._model.conformer_stream_step(**settings, previous_hypotheses=self._partial)
                self._partial = out[5]
                self._text = out[1][0].text
        self._cache = out[2:5]
        self._first = False
        keep = self._of(self._plan.pre_encode_cache_size)
        begin = max(0, self._before + shift - keep)
        self._before = self._before + shift - begin
        self._frames = self._frames[:, :, begin:]

    def _decode_ctc(self) -> str:
        decoding = self._model.ctc_decoding if hasattr(self._model, "ctc_decoding") else self._model.decoding
        heard = self._torch.cat(self._log_probs, dim=1)
        lengths = self._torch.tensor([heard.shape[1]], device=heard.device)
        found = decoding.ctc_decoder_predictions_tensor(decoder_outputs=heard, decoder_lengths=lengths)
        return str(found[0].text)


class RedecodedHypothesis:
    """One segment through `transcribe`, again each time enough new audio has come."""

    def __init__(self, model: Any, *, every_ms: float = 600.0) -> None:
        self._model = model
        self._chunks: list[Samples] = []
        self._new = 0
        self._every = self._shortest = every_ms / 1000 * RATE
        self._text = ""

    def feed(self, samples: Samples) -> str:
        """Hear more; return the text as last decoded."""
        self._chunks.append(samples)
        self._new += len(samples)
        if self._new >= self._every:
            began = time.perf_counter()
            self.settle()
            self._every = max(self._shortest, 2 * (time.perf_counter() - began) * RATE)
        return self._text

    def settle(self) -> str:
        """Transcribe the segment so far, unless nothing is new."""
        if self._new:
            self._new = 0
            self._text = transcribe(self._model, np.concatenate(self._chunks))
        return self._text

    def finish(self) -> str:
        """Transcribe the whole segment."""
        return self.settle()


def transcribe(model: Any, samples: Samples) -> str:
    """Transcribe one utterance, float32[n] in -1..1 at 16 kHz, with any NeMo recognition model."""
    if len(samples) < RATE // 20:  # shorter than the first convolutions reach; nobody says a word in 50 ms
        return ""
    found = model.transcribe([samples], batch_size=1, verbose=False)
    best = (found[0] if isinstance(found, tuple) else found)[0]
    return str(getattr(best, "text", best)).strip()
