"""A binding to the C library inside the pocketsphinx wheel, for what its Python module lacks.

`ngram_model_set_init` with weights interpolates language models in one search (the Python module decodes with one
at a time), and a foreign call releases the interpreter lock, which `pocketsphinx.Decoder.process_raw` holds.
Source: pocketsphinx.h and pocketsphinx/model.h of pocketsphinx 5.1, both public headers.
"""

from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.audio.samples import PER_MS
from engines.errors import ReparteeError

_POINTER, _INT, _TEXT, _FLOATS = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_float)
_INT_REF = ctypes.POINTER(ctypes.c_int)
_PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "err_set_loglevel_str": (_TEXT, [_TEXT]),
    "ps_config_parse_json": (_POINTER, [_POINTER, _TEXT]),
    "ps_config_set_int": (_POINTER, [_POINTER, _TEXT, ctypes.c_long]),
    "ps_config_set_bool": (_POINTER, [_POINTER, _TEXT, _INT]),
    "ps_config_free": (_INT, [_POINTER]),
    "ps_init": (_POINTER, [_POINTER]),
    "ps_free": (_INT, [_POINTER]),
    "ps_get_logmath": (_POINTER, [_POINTER]),
    "ps_add_lm": (_INT, [_POINTER, _TEXT, _POINTER]),
    "ps_add_keyphrase": (_INT, [_POINTER, _TEXT, _TEXT]),
    "ps_set_align_text": (_INT, [_POINTER, _TEXT]),
    "ps_activate_search": (_INT, [_POINTER, _TEXT]),
    "ps_start_stream": (_INT, [_POINTER]),
    "ps_start_utt": (_INT, [_POINTER]),
    "ps_end_utt": (_INT, [_POINTER]),
    "ps_process_raw": (_INT, [_POINTER, _TEXT, ctypes.c_size_t, _INT, _INT]),
    "ps_get_hyp": (_TEXT, [_POINTER, _INT_REF]),
    "ps_get_prob": (_INT, [_POINTER]),
    "ps_get_cmn": (_TEXT, [_POINTER, _INT]),
    "ps_set_cmn": (_INT, [_POINTER, _TEXT]),
    "ps_get_n_frames": (_INT, [_POINTER]),
    "ps_seg_iter": (_POINTER, [_POINTER]),
    "ps_seg_next": (_POINTER, [_POINTER]),
    "ps_seg_word": (_TEXT, [_POINTER]),
    "ps_seg_frames": (None, [_POINTER, _INT_REF, _INT_REF]),
    "ps_seg_prob": (_INT, [_POINTER, _INT_REF, _INT_REF, _INT_REF]),
    "ngram_model_read": (_POINTER, [_POINTER, _TEXT, _INT, _POINTER]),
    "ngram_model_free": (_INT, [_POINTER]),
    "ngram_model_set_init": (
        _POINTER,
        [_POINTER, ctypes.POINTER(_POINTER), ctypes.POINTER(_TEXT), _FLOATS, ctypes.c_int32],
    ),
}

UNIT = 1024 * math.log(1.0001)  # of a score inside the search, as a natural logarithm (SENSCR_SHIFT of hmm.h)
CEPSTRA = 13
SHIFT = 10 * PER_MS  # samples from one frame to the next, 10 ms
MEAN_WEIGHT = 500  # frames that a mean which was set counts for (CMN_WIN of cmn.h)


class SphinxError(ReparteeError):
    """pocketsphinx refused what it was given."""


@dataclass(frozen=True)
class Effort:
    """How much is searched: at most so many states of the words' sounds in a frame, and words that end there (-1: any).

    With `twice` there is a second pass over the words of the first, without the best path through the first's lattice.
    Without `path` there is neither.
    """

    states: int
    words: int
    twice: bool = False
    path: bool = True


EVERYTHING = Effort(30_000, -1, twice=True)


@cache
def _library() -> ctypes.CDLL:
    try:
        import pocketsphinx._pocketsphinx as extension  # type: ignore[import-untyped]

        library = ctypes.CDLL(extension.__file__)
        for name, (result, arguments) in _PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (ImportError, OSError, AttributeError) as error:
        raise SphinxError(
            f"The speech recogniser pocketsphinx could not be loaded ({error}): expected version 5.1, install it with "
            "'pip install \"pocketsphinx>=5.1,<5.2\"'."
        ) from error
    library.err_set_loglevel_str(b"FATAL")
    return library


def model_path() -> Path:
    """Return the folder of the US English model inside the wheel: `en-us/`, `cmudict-en-us.dict`, `en-us.lm.bin`."""
    import pocketsphinx

    return Path(pocketsphinx.get_model_path()) / "en-us"


class Decoder:
    """One utterance at a time through pocketsphinx. Not to be used from two threads at once.

    Args:
        settings: pocketsphinx options by name (`hmm`, `dict`, `beam`, ...).
        models: language model files (ARPA or pocketsphinx's binary) with their weights; several are interpolated.
            Without any, nothing is searched for until `align` says what.
        effort: what is searched until `search` says otherwise.

    Raises:
        SphinxError: a file is missing or damaged, or an option is unknown.
    """

    def __init__(
        self,
        settings: Mapping[str, str | float | bool],
        models: Sequence[tuple[Path, float]],
        effort: Effort = EVERYTHING,
    ) -> None:
        self._c = _library()
        self._decoder: int | None = None
        self._model: int | None = None
        self._searches: set[bytes] = set()
        self._search = b""
        self._ended = False
        self._config = self._c.ps_config_parse_json(None, json.dumps(dict(settings)).encode())
        if not self._config:
            raise SphinxError(f"pocketsphinx does not know one of its options: {sorted(settings)}.")
        self._decoder = self._c.ps_init(self._config)
        if not self._decoder:
            raise SphinxError(f"pocketsphinx could not load its acoustic model or dictionary ({settings.get('dict')}).")
        if models:
            self._add_language_models(models)
            self.search(effort)

    def _add_language_models(self, models: Sequence[tuple[Path, float]]) -> None:
        logmath = self._c.ps_get_logmath(self._decoder)
        loaded = []
        for path, _ in models:
            model = self._c.ngram_model_read(self._config, str(path).encode(), 0, logmath)
            if not model:
                raise SphinxError(
                    f"pocketsphinx could not read the language model {path}; delete it to have it rebuilt."
                )
            loaded.append(model)
        count = len(loaded)
        names = (_TEXT * count)(*[f"model{i}".encode() for i in range(count)])
        weights = (ctypes.c_float * count)(*[weight for _, weight in models])
        mixed = self._c.ngram_model_set_init(self._config, (_POINTER * count)(*loaded), names, weights, count)
        self._model = mixed
        failed = not mixed or self._c.ps_add_keyphrase(self._decoder, b"listen", b"hello") < 0
        for model in loaded:
            self._c.ngram_model_free(model)  # the interpolated model holds its own references
        if failed:
            raise SphinxError("pocketsphinx could not search with the language model.")

    def search(self, effort: Effort) -> None:
        """Search so much from the next utterance on; the first time for an effort takes 0.2 s and 10 to 30 MB."""
        best_path = effort.path and not effort.twice
        self._search = f"search-{effort.states}-{effort.words}-{effort.twice}-{best_path}".encode()
        if self._search not in self._searches:
            # A search reads the limits when it is made.
            self._c.ps_config_set_int(self._config, b"maxhmmpf", effort.states)
            self._c.ps_config_set_int(self._config, b"maxwpf", effort.words)
            self._c.ps_config_set_bool(self._config, b"fwdflat", effort.twice)
            self._c.ps_config_set_bool(self._config, b"bestpath", best_path)
            if self._c.ps_add_lm(self._decoder, self._search, self._model) < 0:
                raise SphinxError("pocketsphinx could not search with the language model; is there memory left?")
            self._searches.add(self._search)
        self._activate(self._search)

    def _activate(self, search: bytes) -> None:
        if self._c.ps_activate_search(self._decoder, search) < 0:
            raise SphinxError("pocketsphinx could not change its search inside an utterance.")

    def align(self, words: Sequence[str]) -> None:
        """Find these words of the dictionary, and no others, in the next utterance."""
        if self._c.ps_set_align_text(self._decoder, " ".join(words).encode()) < 0:
            raise SphinxError("pocketsphinx could not look for the words: its dictionary lacks one.")

    def listen(self, pcm: bytes) -> None:
        """Forget the noise of earlier utterances, and take int16 samples into this one's and the cepstral mean.

        Only a keyword is searched for meanwhile, which costs a thirtieth of the audio's duration.
        """
        self._activate(b"listen")
        self._c.ps_start_stream(self._decoder)
        self.start()
        self.feed(pcm)
        self.end()
        self._activate(self._search)

    def start(self) -> None:
        """Begin an utterance."""
        if self._c.ps_start_utt(self._decoder) < 0:
            raise SphinxError("pocketsphinx could not begin an utterance: one is already open.")
        self._ended = False

    def feed(self, pcm: bytes, *, search: bool = True) -> None:
        """Decode the utterance's next samples, int16 mono 16 kHz; without `search` only its features are computed."""
        if self._c.ps_process_raw(self._decoder, pcm, len(pcm) // 2, not search, 0) < 0:
            raise SphinxError("pocketsphinx could not process audio outside an utterance.")

    def end(self) -> None:
        """End the utterance: the hypothesis is then final."""
        if self._c.ps_end_utt(self._decoder) < 0:
            raise SphinxError("pocketsphinx could not end an utterance: none is open.")
        self._ended = True

    def hypothesis(self) -> tuple[str, int]:
        """Return the best words so far ("" where there are none) and their log score in the decoder's log base."""
        score = ctypes.c_int()
        text = self._c.ps_get_hyp(self._decoder, ctypes.byref(score))
        return (text or b"").decode(), score.value

    def words(self) -> list[tuple[str, int, int]]:
        """Return the best words so far, fillers such as <sil> included, with their first and last 10 ms frame."""
        found, first, last = [], ctypes.c_int(), ctypes.c_int()
        segment = self._c.ps_seg_iter(self._decoder)
        while segment:
            self._c.ps_seg_frames(segment, ctypes.byref(first), ctypes.byref(last))
            found.append((self._c.ps_seg_word(segment).decode(), first.value, last.value))
            segment = self._c.ps_seg_next(segment)
        return found

    def fit(self) -> float:
        """Return how well the words so far fit what was heard: 0 is best, and said of no words.

        That is the mean over their frames of the natural logarithm of their likelihood, against that of whatever sound
        fits the frame best.
        """
        score, total, frames, first, last = ctypes.c_int(), 0, 0, ctypes.c_int(), ctypes.c_int()
        other, another = ctypes.c_int(), ctypes.c_int()
        segment = self._c.ps_seg_iter(self._decoder)
        while segment:
            if self._c.ps_seg_word(segment)[:1] not in b"<[":
                self._c.ps_seg_prob(segment, ctypes.byref(score), ctypes.byref(other), ctypes.byref(another))
                self._c.ps_seg_frames(segment, ctypes.byref(first), ctypes.byref(last))
                total, frames = total + score.value, frames + last.value - first.value + 1
            segment = self._c.ps_seg_next(segment)
        # The best path through a lattice, which there is at the end, has finer scores than a search.
        finer = 1024 if self._ended and self._search.endswith(b"True") else 1
        return UNIT * total / finer / max(frames, 1)

    @property
    def cepstral_mean(self) -> list[float]:
        """The mean cepstrum that is subtracted from each frame; read, it takes in the frames heard since."""
        return [float(value) for value in self._c.ps_get_cmn(self._decoder, 1).split(b",")]

    @cepstral_mean.setter
    def cepstral_mean(self, mean: Sequence[float]) -> None:
        if self._c.ps_set_cmn(self._decoder, ",".join(f"{value:.3f}" for value in mean).encode()) < 0:
            raise SphinxError("pocketsphinx could not set the cepstral mean.")

    @property
    def frames(self) -> int:
        """Frames of 10 ms decoded in this utterance."""
        return int(self._c.ps_get_n_frames(self._decoder))

    def close(self) -> None:
        """Free the decoder and its models."""
        model, self._model = self._model, None
        if model:
            self._c.ngram_model_free(model)
        decoder, self._decoder = self._decoder, None
        if decoder:
            self._c.ps_free(decoder)
        config, self._config = self._config, None
        if config:
            self._c.ps_config_free(config)
