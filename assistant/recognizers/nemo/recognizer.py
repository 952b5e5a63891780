"""Recognition with NVIDIA NeMo (extra `[nemo]`): Conformer and FastConformer models with CTC, RNN-T, TDT or both.

A model is a `.nemo` file or the name of a pretrained one. Cache-aware models decode while the person speaks; every
other NeMo recognition model works too, by decoding the segment again as it grows. Inference runs in one thread of the
recognizer's own, so the event loop goes on; PyTorch releases the interpreter lock while it computes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.audio.samples import RATE
from assistant.languages.en.names import names_and_words
from assistant.recognizers.lexicon import Contents, Follower, Lexicon
from assistant.recognizers.nemo import streams
from assistant.recognizers.nemo.archive import NemoError, restore
from assistant.recognizers.recognizer import Speaker
from assistant.turn.events import Transcript

T = TypeVar("T")
MOST_PHRASES = 10_000
_BASE = "nemo.collections.asr.models.ASRModel"


class NemoRecognizer:
    """A restored NeMo model behind the `Recognizer` protocol. Made by `load`.

    `streaming` tells whether the model decodes chunk by chunk, `biased` whether it prefers the given phrases.
    """

    def __init__(
        self, model: Any, *, phrases: Iterable[str] = (), boost: float = 1.0, lookahead_ms: float = 160.0
    ) -> None:
        if not hasattr(model, "decoding"):
            raise NemoError(f"{type(model).__name__} does not write down speech; expected a CTC, RNN-T or AED model.")
        if (rate := int(model.cfg.preprocessor.sample_rate)) != RATE:
            raise NemoError(f"the NeMo model listens at {rate} Hz; expected one for {RATE} Hz.")
        self._model = model
        self.streaming = streams.is_cache_aware(model)
        if self.streaming:
            frame_ms = 1000 * float(model.cfg.preprocessor.window_stride) * int(model.encoder.subsampling_factor)
            streams.choose_lookahead(model.encoder, lookahead_ms, frame_ms)
        self.biased = _bias(model, phrases, boost)
        _decode_without_cuda_graphs(model)
        self._boost = boost
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nemo-recognizer")
        self._follower: Follower | None = None
        self._under_way: set[NemoStream] = set()
        self._quiet = asyncio.Event()  # set when none is under way

    @classmethod
    def load(
        cls,
        source: str | Path,
        *,
        device: str = "auto",
        phrases: Iterable[str] = (),
        lexicon: Lexicon | None = None,
        boost: float = 1.0,
        lookahead_ms: float = 160.0,
    ) -> NemoRecognizer:
        """Restore `source`, a `.nemo` file or a pretrained model's name. Blocking, for 10 s and more.

        `device` is "auto", "cpu" or "cuda[:N]". `phrases` are words to expect; or a `lexicon` tells them, also
        when it changes. They are favoured by shallow fusion where the model allows it, which is one with subword tokens
        and greedy CTC or RNN-T decoding; `boost` weighs them, in nats a token. `lookahead_ms` bounds how far a
        cache-aware encoder looks ahead, of the choices it was trained with: more is more accurate and later.

        Raises:
            NemoError: if the extra is missing or the source is not a NeMo recognition model.
        """
        model = restore(source, _BASE, device=device)
        if lexicon is None:
            return cls(model, phrases=phrases, boost=boost, lookahead_ms=lookahead_ms)
        version = lexicon.version()
        recognizer = cls(model, phrases=expected(lexicon.contents()), boost=boost, lookahead_ms=lookahead_ms)
        recognizer._follower = Follower(lexicon, recognizer._learn, known=version)
        return recognizer

    async def prepare(self) -> None:
        """Do nothing: the model is loaded."""

    async def caught_up(self) -> None:
        """Return when the words of the lexicon as it is now are favoured."""
        if self._follower is not None:
            await self._follower.caught_up()

    async def transcribe(self, pcm: NDArray[np.int16]) -> Transcript:
        """Recognise int16[samples] at 16 kHz."""
        self._look()
        return Transcript(await self.in_worker(partial(streams.transcribe, self._model, _as_float(pcm))))

    def stream(self, speaker: Speaker | None = None) -> NemoStream:  # noqa: ARG002 - it needs no voice to start from
        """Begin an utterance whose audio is still to come."""
        self._look()
        kind = streams.CacheAwareHypothesis if self.streaming else streams.RedecodedHypothesis
        return NemoStream(self, partial(kind, self._model))

    async def close(self) -> None:
        """Let the work under way end and free the model; safe to call twice."""
        if self._follower is not None:
            await self._follower.close()
        await asyncio.to_thread(self._worker.shutdown, cancel_futures=True)
        self._model = None

    def begun(self, stream: NemoStream) -> None:
        """Know of an utterance that is being decoded."""
        self._under_way.add(stream)

    def ended(self, stream: NemoStream) -> None:
        """Know of the end of an utterance; safe to call twice."""
        self._under_way.discard(stream)
        if not self._under_way:
            self._quiet.set()

    def _look(self) -> None:
        if self._follower is not None:
            self._follower.look()

    async def _learn(self, contents: Contents) -> None:
        """Favour other words from the next utterance on: one under way goes on with the decoder it began with."""
        phrases = expected(contents)
        while self._under_way:
            self._quiet.clear()
            await self._quiet.wait()
        self.biased = await self.in_worker(lambda: _bias(self._model, phrases, self._boost)) or self.biased

    async def in_worker(self, work: Callable[[], T]) -> T:
        """Run blocking work on the model's thread. Raises NemoError where the model fails or is closed."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, work)
        except RuntimeError as error:  # PyTorch's class for everything, and the executor's once it is shut down
            raise NemoError(f"the NeMo recognizer failed: {' '.join(str(error).split())[:200]}") from error


class NemoStream:
    """One utterance, decoded while it is spoken: the `RecognizerStream` of NemoRecognizer."""

    speaker: Speaker | None = None  # nothing is learnt of the voice

    def __init__(self, recognizer: NemoRecognizer, begin: Callable[[], streams.Hypothesis]) -> None:
        self._recognizer = recognizer
        self._begin = begin
        self._decoder: streams.Hypothesis | None = None
        self._stable: list[str] = []  # words given out
        self._cancelled = False
        self.hypothesis = ""

    async def feed(self, pcm: NDArray[np.int16]) -> str | None:
        """Take the next int16[samples] at 16 kHz; return words that newly became stable, or None."""
        self._recognizer.begun(self)
        before = self.hypothesis
        self.hypothesis = await self._recognizer.in_worker(partial(self._hear, _as_float(pcm)))
        if self.hypothesis == before:  # nothing was decoded, so nothing was confirmed
            return None
        stable, given = streams.stable_words(before, self.hypothesis), len(self._stable)
        if len(stable) <= given or stable[:given] != self._stable:
            return None
        self._stable = stable
        return " ".join(stable[given:])

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded."""
        self.hypothesis = await self._recognizer.in_worker(self._settle)
        return self.hypothesis

    async def finish(self) -> Transcript:
        """End the utterance and return all its words."""
        try:
            self.hypothesis = await self._recognizer.in_worker(self._finish)
        finally:
            self._recognizer.ended(self)
        return Transcript(self.hypothesis)

    def cancel(self) -> None:
        """Drop the utterance: what waits in the model's thread does nothing any more."""
        self._cancelled, self._decoder = True, None
        self._recognizer.ended(self)

    def _hear(self, samples: streams.Samples) -> str:
        if self._cancelled:
            return self.hypothesis
        decoder = self._decoder = self._decoder or self._begin()
        return decoder.feed(samples)

    def _settle(self) -> str:
        decoder = self._decoder
        return decoder.settle() if decoder and not self._cancelled else self.hypothesis

    def _finish(self) -> str:
        decoder, self._decoder = self._decoder, None
        return decoder.finish() if decoder and not self._cancelled else self.hypothesis


def expected(contents: Contents) -> list[str]:
    """Return what to favour of a lexicon's contents: its phrases, and the names in its texts."""
    return [*contents.phrases, *frequent_names(contents.texts)]


def frequent_names(texts: Iterable[str], most: int = 2000) -> list[str]:
    """Return the names in texts, and the words of longer ones, the most frequent first."""
    counts = Counter(name for text in texts for name in names_and_words(text))
    return [name for name, _ in counts.most_common(most)]


def _as_float(pcm: NDArray[np.int16]) -> streams.Samples:
    return pcm.astype(np.float32) / np.float32(32768)


def _bias(model: Any, phrases: Iterable[str], boost: float) -> bool:
    """Favour phrases in greedy decoding with NeMo's boosting tree; return whether the model can and there are any."""
    from omegaconf import OmegaConf

    tokenizer: Any = getattr(model, "tokenizer", None)
    config = OmegaConf.to_container(model.cfg.decoding, resolve=True)
    if not hasattr(tokenizer, "text_to_ids") or not isinstance(config, dict):
        return False
    if str(config.get("strategy")) not in {"greedy", "greedy_batch"}:
        return False
    unknown = getattr(tokenizer, "unk_id", None)
    known: dict[str, None] = {}
    for phrase in phrases:
        for variant in (phrase, phrase.lower()):
            ids = tokenizer.text_to_ids(variant)
            if ids and unknown not in ids and len(known) < MOST_PHRASES:
                known[variant] = None
    if not known:
        return False
    config["strategy"] = "greedy_batch"
    greedy: dict[str, Any] = dict(config.get("greedy") or {})
    greedy["boosting_tree"] = {"key_phrases_list": list(known), "use_triton": model.device.type == "cuda"}
    greedy["boosting_tree_alpha"] = boost
    config["greedy"] = greedy
    try:
        model.change_decoding_strategy(OmegaConf.create(config), verbose=False)
    except (NotImplementedError, ValueError, TypeError, AttributeError):  # a decoder without fusion: as it was before
        return False
    return True


def _decode_without_cuda_graphs(model: Any) -> None:
    """Keep NeMo's decoders from capturing CUDA graphs.

    After a capture, what the process loads from files is damaged: https://github.com/NVIDIA-NeMo/Speech/issues/15423,
    seen on an H200 with RNN-T and with biased CTC. Chunks of a streaming model take no longer without.
    """
    from nemo.collections.common.parts.optional_cuda_graphs import WithOptionalCudaGraphs

    for decoder in ("decoding.decoding", "ctc_decoding.decoding"):
        WithOptionalCudaGraphs.disable_cuda_graphs_recursive(model, attribute_path=decoder)
