"""Our own kernels for the instruction set that the CPU has: the embedded default where they were built.

Weights stay int8 per output channel, as stored; inputs of matrix products are quantised as they come, per token.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.quantize import quantize_rows
from engines.runtimes.kernel_model import kernel_model
from engines.runtimes.runtime import OutputHead, Status, UnsuitableModelError
from plugins import bert_cpu as kernels
from plugins.bert import Model

#: Lengths in tokens that a row may be padded to, from the shortest on: the finer, the better a slot is filled.
SHORTEST, STEP = 24, 8


def status(isa: str = "") -> Status:
    """Whether the kernels were built, and for which of this CPU's instructions: those of `isa`, or the best it has."""
    if problem := kernels.missing(isa):
        return Status("cpu", False, problem, installed=False)
    chosen = kernels.choose(isa)
    return Status(
        "cpu", True, f"Our kernels for {kernels.INSTRUCTIONS[chosen.name]} ({chosen.name}) are built, and run here."
    )


def load(
    checkpoint: Checkpoint, *, head: OutputHead = "span", cache_dir: Path, threads: int | None = None, isa: str = ""
) -> CpuRuntime:
    """Pack `checkpoint` for the kernels: 0.3 s for the bundled reader, so nothing is kept in `cache_dir`.

    `isa`: the instruction set of the kernels, "" for the best that this CPU has.

    Raises:
        UnsuitableModelError: the model has sizes that the kernels do not know.
        ReparteeError: the checkpoint has not the head asked for, the CPU not the instructions, or there is no memory.
    """
    del cache_dir
    config = checkpoint.config
    checkpoint.require_head(head)
    if problem := kernels.unsuitable(config.hidden_size, config.intermediate_size, config.heads):
        raise UnsuitableModelError(f"The CPU kernels do not run this model: {problem}; choose another runtime.")
    try:
        model = kernels.BertCpu(_model(checkpoint, head), threads, isa)
    except LookupError as error:
        raise ReparteeError(str(error)) from error
    except MemoryError as error:
        raise ReparteeError(f"There is not enough memory for the model ({error}); close something.") from error
    return CpuRuntime(model, config.max_positions, head)


class CpuRuntime:
    """A packed model. Padding costs nothing: the kernels run the tokens that are there."""

    max_batch = 8
    compiles = False

    def __init__(self, model: kernels.BertCpu, longest: int, head: OutputHead) -> None:
        self.name = "cpu"
        self.device = f"{_cpu_name()}, {model.isa.name}, int8, {model.threads} threads"
        self.buckets = tuple(range(SHORTEST, longest + 1, STEP)) or (longest,)
        self.note = ""
        self._model = model
        self._head = head

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see `engines.runtimes.runtime.Runtime`. Logits of padding are 0."""
        kept = rows, positions = np.nonzero(attention_mask)
        shape = np.shape(attention_mask)
        lengths = np.bincount(rows, minlength=shape[0])
        found = self._model.run(lengths, np.asarray(input_ids)[kept], np.asarray(token_type_ids)[kept], positions)
        if self._head != "embedding":
            outputs = np.zeros((*shape, found.shape[1]), np.float32)
            outputs[kept] = found
            return outputs
        ends = np.cumsum(lengths)
        sums = np.stack([found[end - length : end].sum(axis=0) for end, length in zip(ends, lengths, strict=True)])
        vectors: NDArray[np.float32] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return vectors

    def lower(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], position_ids: NDArray[Any], layers: int
    ) -> NDArray[np.float32]:
        """Run the lowest layers; see `engines.runtimes.runtime.SplitRuntime`."""
        lengths = np.array([len(input_ids)])
        return self._model.run(lengths, input_ids, token_type_ids, position_ids, layers=layers)

    def upper(
        self, states: NDArray[np.float32], lengths: NDArray[Any], layers: int, until: int | None = None, wanted: int = 0
    ) -> NDArray[np.float32]:
        """Run the layers above them; see `engines.runtimes.runtime.SplitRuntime`."""
        return self._model.run_on(lengths, states, layers, until, wanted=wanted, in_place=True)

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
