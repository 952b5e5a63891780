"""Our own kernels on CPUs with AVX-512 VNNI and BF16: the embedded default where there are such.

Weights stay int8 per output channel, as stored; inputs of matrix products are quantised as they come, per token.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.quantize import quantize_rows
from engines.runtimes.kernel_model import kernel_model
from engines.runtimes.runtime import OutputHead, Status, UnsuitableModelError, buckets_within
from plugins import bert_avx512 as kernels
from plugins.bert import Model


def status() -> Status:
    """Whether the kernels were built, and this CPU has their instructions."""
    if problem := kernels.missing():
        return Status("avx512", False, problem, installed=False)
    return Status("avx512", True, "This CPU has AVX-512 VNNI and BF16, and the kernels for them are built.")


def load(
    checkpoint: Checkpoint, *, head: OutputHead = "span", cache_dir: Path, threads: int | None = None
) -> "Avx512Runtime":
    """Pack ``checkpoint`` for the kernels: 0.15 s for the bundled reader, so nothing is kept in ``cache_dir``.

    Raises:
        UnsuitableModelError: the model has sizes that the kernels do not know.
        ReparteeError: the checkpoint has not the head asked for, or there is no memory.
    """
    del cache_dir
    config = checkpoint.config
    checkpoint.require_head(head)
    if problem := kernels.unsuitable(config.hidden_size, config.intermediate_size, config.heads):
        raise UnsuitableModelError(f"The AVX-512 kernels do not run this model: {problem}; choose another runtime.")
    try:
        model = kernels.BertAvx512(_model(checkpoint, head), threads)
    except MemoryError as error:
        raise ReparteeError(f"There is not enough memory for the model ({error}); close something.") from error
    return Avx512Runtime(model, config.max_positions, head)


class Avx512Runtime:
    """A packed model. Padding costs nothing: the kernels run the tokens that are there."""

    max_batch = 8

    def __init__(self, model: kernels.BertAvx512, longest: int, head: OutputHead) -> None:
        self.name = "avx512"
        self.device = f"{_cpu_name()}, int8 and bf16, {model.threads} threads"
        self.buckets = buckets_within(longest)
        self.note = ""
        self._model = model
        self._head = head

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see ``engines.runtimes.runtime.Runtime``. Logits of padding are 0."""
        kept = np.asarray(attention_mask) != 0
        lengths = kept.sum(axis=1)
        positions = np.broadcast_to(np.arange(kept.shape[1], dtype=np.int32), kept.shape)[kept]
        found = self._model.run(lengths, np.asarray(input_ids)[kept], np.asarray(token_type_ids)[kept], positions)
        if self._head == "span":
            logits = np.zeros((*kept.shape, 2), np.float32)
            logits[kept] = found
            return logits
        ends = np.cumsum(lengths)
        sums = np.stack([found[end - length : end].sum(axis=0) for end, length in zip(ends, lengths, strict=True)])
        vectors: NDArray[np.float32] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return vectors

    def close(self) -> None:
        """End the threads and release the weights."""
        self._model.close()


def _model(checkpoint: Checkpoint, head: OutputHead) -> Model[kernels.Linear]:
    tensors = checkpoint.tensors

    def linear(names: list[str], factor: float) -> kernels.Linear:
        pairs = [quantize_rows(tensors[f"{name}.weight"]) for name in names]
        factors = np.repeat([factor] + [1.0] * (len(names) - 1), [len(codes) for codes, _ in pairs])
        return kernels.Linear(
            np.concatenate([codes for codes, _ in pairs]),
            (np.concatenate([scale for _, scale in pairs]) * factors).astype(np.float32),
            (np.concatenate([tensors[f"{name}.bias"] for name in names]) * factors).astype(np.float32),
        )

    return kernel_model(checkpoint, head, linear)


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "this CPU")
