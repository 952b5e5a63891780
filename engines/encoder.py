"""Text → vector, for optional dense retrieval: a BERT encoder with mean pooling (Reimers and Gurevych 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.reader.windows import Window, pad
from engines.runtimes.runtime import Runtime, load_runtime
from engines.tokenize import Tokenizer

#: Tokens of a text that are read, special ones included: the training length of the sentence encoders of this kind.
LONGEST = 256


class Encoder:
    """A loaded encoder; `encode` may be called from several threads. Index and queries must use the same one."""

    def __init__(self, runtime: Runtime, tokenizer: Tokenizer) -> None:
        self.runtime = runtime
        self._tokenizer = tokenizer
        self._longest = max((each for each in runtime.buckets if each <= LONGEST), default=runtime.buckets[0])

    @classmethod
    def load(cls, path: Path | str, *, runtime: str = "auto", cache_dir: Path, threads: int | None = None) -> Encoder:
        """Load a Hugging Face folder or a file of ours.

        Raises:
            ReparteeError: the checkpoint is unusable, or the runtime does not work here.
        """
        checkpoint = Checkpoint.load(path)
        loaded = load_runtime(runtime, checkpoint, cache_dir=cache_dir, threads=threads, head="embedding")
        return cls(loaded, Tokenizer(checkpoint.vocab, checkpoint.lower_case))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one vector of length 1 per text: float32 [len(texts), hidden]. Texts beyond 256 tokens are cut."""
        rows = [self._row(text, number) for number, text in enumerate(texts)]
        rows.sort(key=lambda row: len(row.ids))
        vectors: dict[int, NDArray[np.float32]] = {}
        while rows:
            bucket = next(each for each in self.runtime.buckets if each >= len(rows[0].ids))
            fits = sum(len(row.ids) <= bucket for row in rows[: self.runtime.max_batch])
            group = rows[: 1 << fits.bit_length() - 1]  # few different batch sizes: each new shape costs a runtime time
            del rows[: len(group)]
            for row, vector in zip(group, self.runtime.run(*pad(group, bucket)), strict=True):
                vectors[row.passage] = vector
        return np.stack([vectors[number] for number in range(len(texts))]) if texts else np.zeros((0, 0), np.float32)

    def close(self) -> None:
        """Release the runtime."""
        self.runtime.close()

    def _row(self, text: str, number: int) -> Window:
        tokens = self._tokenizer.encode(text).ids[: self._longest - 2]
        ids = np.concatenate([[self._tokenizer.cls], tokens, [self._tokenizer.sep]]).astype(np.int32)
        return Window(ids, len(ids), 1, number, 0, len(tokens))
