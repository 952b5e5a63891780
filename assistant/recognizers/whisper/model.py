"""The model as CTranslate2 computes it: a sound is encoded, and decoded to hypotheses or held against sentences."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.audio.samples import RATE, Pcm
from assistant.recognizers.whisper.certainty import Certainty, certainty
from assistant.recognizers.whisper.features import HOP, Floats, log_mel
from assistant.recognizers.whisper.hypothesis import Hypothesis
from assistant.recognizers.whisper.vocabulary import ANY, ENGLISH, Vocabulary
from assistant.recognizers.whisper.weights import CONFIG, MODEL, VOCABULARY, tokens
from assistant.recognizers.worker_process import RecognizerError

logger = logging.getLogger(__name__)

THREADS = 4  # at most; more are no quicker
SMALL_MB = 100  # weights of which a step is too little work to be shared: docs/speech.md has what half of the cores do
STEP = 2 * HOP  # samples to a position of the encoder
TOGETHER = 8  # sentences that are held against the sound at a time: each takes megabytes
LEAST_PROBABILITY = 1e-9


class Model:
    """A Whisper model: in float16 on an NVIDIA GPU where CTranslate2 can use one, else in int8 on the CPU.

    `language` is what a multilingual model hears, "auto" for whatever is spoken.
    Raises RecognizerError where CTranslate2 cannot be used, the files are not a model it reads, or it does not know the
    language. What its methods raise is the library's: RuntimeError and ValueError.
    """

    def __init__(self, files: Mapping[str, bytes], *, threads: int, language: str) -> None:
        try:
            import ctranslate2
        except (ImportError, OSError) as error:
            raise RecognizerError(f"CTranslate2 cannot be used ({error}); pip install 'repartee[asr]'.") from error
        contents: dict[str, Any] = {MODEL: files[MODEL], CONFIG: files[CONFIG], VOCABULARY: files[VOCABULARY]}
        self._array = ctranslate2.StorageView.from_array
        self._model = self._on_a_gpu(ctranslate2, contents)
        self.device = "CPU" if self._model is None else "GPU"
        if self._model is None:
            try:
                self._model = ctranslate2.models.Whisper(
                    "whisper", device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1, files=contents
                )
            except (RuntimeError, ValueError) as error:  # its classes for everything
                raise RecognizerError(f"The Whisper model cannot be loaded ({error}).") from error
        multilingual = bool(self._model.is_multilingual)
        if not multilingual and language not in {ENGLISH, ANY}:
            raise RecognizerError(
                f"These weights of Whisper know English alone, not '{language}'; those of whisper:base know others too."
            )
        self._vocabulary = Vocabulary(tokens(files[VOCABULARY]), multilingual=multilingual, language=language)
        self._any_language = multilingual and language == ANY
        #: Whether sentences can be held against the sound: by weights that say how, and what was computed is here.
        self.aligns = bool(json.loads(files[CONFIG]).get("alignment_heads")) and self.device == "CPU"

    def _on_a_gpu(self, ctranslate2: Any, contents: dict[str, Any]) -> Any:
        """Return the model on a GPU that has encoded a moment of silence, None where that is not possible."""
        try:
            if not ctranslate2.get_cuda_device_count():
                return None
            if "float16" not in ctranslate2.get_supported_compute_types("cuda"):
                return None
            model = ctranslate2.models.Whisper("whisper", device="cuda", compute_type="float16", files=contents)
            # Libraries of CUDA that are missing are missed only now.
            model.encode(self._array(log_mel(np.zeros(RATE, np.int16), RATE, model.n_mels)), to_cpu=True)
        except (RuntimeError, ValueError) as error:
            logger.warning("Whisper runs on the CPU: the GPU cannot be used (%s).", error)
            return None
        return model

    def encode(self, pcm: Pcm, length_s: float) -> Any:
        """Return int16[samples] at 16 kHz, with silence up to a length, as the model hears them."""
        features = log_mel(pcm, int(length_s * RATE) // STEP * STEP, self._model.n_mels)
        return self._model.encode(self._array(features))

    def opening(self, encoded: Any) -> list[int]:
        """Return the tokens that come before what was said, which name its language."""
        if not self._any_language:
            return self._vocabulary.opening
        mark, _ = self._model.detect_language(encoded)[0][0]  # the likeliest, as "<|de|>"
        return self._vocabulary.opening_in(mark[2:-2])

    def generate(
        self, encoded: Any, opening: list[int], most: int, end_s: float, *, beam: int, measured: bool = False
    ) -> tuple[list[Hypothesis], Certainty]:
        """Return as many hypotheses as the beam is wide, the best first, and how sure the model is of that one.

        They have `most` tokens at most, and nothing that begins at `end_s` or later. Certainty is told where it is
        `measured`, of a beam of one, on the CPU: what a GPU has computed would have to come here first, and more
        hypotheses cost it little.
        """
        measured = measured and self.device == "CPU"
        result = self._model.generate(
            encoded,
            [opening],
            beam_size=beam,
            num_hypotheses=beam,
            max_length=2 * most,  # half of it may be decoded
            return_scores=True,
            return_logits_vocab=measured,
            return_no_speech_prob=True,
        )[0]
        found = []
        for decoded, score in zip(result.sequences_ids, result.scores, strict=True):
            kept = self._until(decoded, end_s)
            found.append(
                Hypothesis(
                    text=self._vocabulary.text(kept),
                    finished=len(kept) < most,
                    no_speech=float(result.no_speech_prob),
                    score=float(score),
                    total=float(score) * (len(decoded) + 1),  # the mark of the end is one more
                )
            )
        if not measured:
            return found, Certainty()
        return found, certainty(self._vocabulary, self._until(result.sequences_ids[0], end_s), result.logits[0])

    def log_probabilities(self, texts: Sequence[str], encoded: Floats, opening: list[int], frames: int) -> list[float]:
        """Return the natural logarithm of how probable each text is where float32[1, positions, size] is heard."""
        timeless = self._vocabulary.without_times(opening)
        found: list[float] = []
        for start in range(0, len(texts), TOGETHER):
            spelt = [self._vocabulary.tokens(text) for text in texts[start : start + TOGETHER]]
            aligned = self._model.align(self._array(np.repeat(encoded, len(spelt), axis=0)), timeless, spelt, frames)
            found += [sum(math.log(max(each, LEAST_PROBABILITY)) for each in one.text_token_probs) for one in aligned]
        return found

    def _until(self, decoded: Sequence[int], end_s: float) -> Sequence[int]:
        """Leave out what the model says after the end of speech, where it is apt to say everything once more."""
        for place, token in enumerate(decoded):
            time_s = self._vocabulary.seconds(token)
            if place and time_s is not None and time_s >= end_s:
                return decoded[:place]
        return decoded


def threads_here(megabytes: int) -> int:
    """Return how many threads decode one sound by weights of so many MB; small ones take half of the cores."""
    cores = os.cpu_count() or 1
    return max(1, min(cores // 2 if megabytes <= SMALL_MB else cores, THREADS))
