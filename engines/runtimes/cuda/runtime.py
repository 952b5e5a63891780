"""Our own kernels on an NVIDIA GPU: float16 without padding, one CUDA graph per batch shape, ready in seconds.

They take cuda-python and NVRTC, which compiles them for the GPU that is there, once; no TensorRT, no PyTorch.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.runtimes.cache import EngineCache, EngineKey
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import DeviceMemory, Gpu, Graph, Module, PinnedMemory, Stream
from engines.runtimes.cuda.tiles import Tiles
from engines.runtimes.kernel_model import kernel_model
from engines.runtimes.runtime import OutputHead, Status, UnsuitableModelError, buckets_within
from plugins import bert_cuda as kernels
from plugins.bert import Model

#: Compute capability that the kernels need at least: matrix products of 16 x 8 x 16 and background copies.
OLDEST = (8, 0)

#: Bytes of GPU memory left free beside the model's own: for CUDA's context, kernels and graphs.
HEADROOM = 256 << 20


def status() -> Status:
    """Whether the kernels run here; where there is no driver, this costs about 0.1 ms."""
    driver = cuda.has_driver()
    try:
        gpu = cuda.find_gpu()
        cuda.compiler()
    except ReparteeError as error:
        return Status("cuda", False, str(error), driver)
    if gpu.capability < OLDEST:
        return Status("cuda", False, _too_old(gpu), driver)
    return Status("cuda", True, f"Our own kernels on {gpu.target}, driver {gpu.driver}.", driver)


def _too_old(gpu: Gpu) -> str:
    needed = ".".join(map(str, OLDEST))
    return f"{gpu.target} is too old for our CUDA kernels; they need compute capability {needed} or newer."


def load(
    checkpoint: Checkpoint, *, head: OutputHead = "span", cache_dir: Path, threads: int | None = None
) -> CudaRuntime:
    """Put `checkpoint` on the GPU. The kernels are compiled once per GPU model and kept in `cache_dir`.

    Raises:
        UnsuitableModelError: the model has sizes that the kernels do not know.
        ReparteeError: no GPU, one too old, no NVRTC, or too little memory; the sentence says which.
    """
    del threads  # the work is the GPU's
    gpu = cuda.find_gpu()
    if gpu.capability < OLDEST:
        raise ReparteeError(_too_old(gpu))
    config = checkpoint.config
    checkpoint.require_head(head)
    if problem := kernels.unsuitable(config.hidden_size, config.intermediate_size, config.heads):
        raise UnsuitableModelError(f"The CUDA kernels do not run this model: {problem}; choose another runtime.")
    cubin = compiled(config.hidden_size // config.heads, gpu.capability, cache_dir)
    packed = kernels.Packed(_model(checkpoint, head))
    return CudaRuntime(packed, cubin, gpu, config.max_positions, head, cache_dir / "kernels")


def compiled(size: int, capability: tuple[int, int], cache_dir: Path) -> bytes:
    """Give the kernels for heads of `size` channels as a cubin, from `cache_dir` or compiled."""
    text = kernels.source(size, capability)
    version = ".".join(map(str, cuda.check(cuda.compiler().nvrtcVersion())))
    digest = hashlib.sha256(text.encode()).hexdigest()
    target = ".".join(map(str, capability))
    key = EngineKey("kernels", "any", f"heads of {size}", "nvrtc", version, target, digest)
    return EngineCache(cache_dir / "kernels").load_or_build(key, lambda: cuda.compile_kernels(text, capability))


class CudaRuntime:
    """A model on the GPU. `run` may be called from several threads: they take turns, and wait without the GIL."""

    max_batch = kernels.ROWS
    compiles = True

    def __init__(
        self, packed: kernels.Packed, cubin: bytes, gpu: Gpu, longest: int, head: OutputHead, folder: Path
    ) -> None:
        self.name = "cuda"
        self.device = f"{gpu.name}, FP16, our CUDA kernels"
        self.note = ""
        self.head = head
        self.buckets = buckets_within(longest)
        self._packed, self._gpu = packed, gpu
        self._graphs: dict[tuple[int, int], Graph] = {}
        self._lock = threading.Lock()
        self._owned: list[Any] = []
        model, tokens = packed.model, self.max_batch * self.buckets[-1]
        self._scratch = kernels.Scratch.of(model.hidden, model.inner, tokens, self.max_batch)
        cuda.require_memory(gpu, packed.size + self._scratch.size + HEADROOM, "Loading the model")
        free = cuda.free_memory()
        try:
            self._place(cubin, tokens)
            self._prepare(Tiles(self._network, gpu, self.stream, self._module, folder), tokens)
        except BaseException:
            self.close()
            raise
        #: Bytes of GPU memory taken: weights, scratch and graphs (and whatever else started meanwhile).
        self.memory = free - cuda.free_memory()

    def _place(self, cubin: bytes, tokens: int) -> None:
        model = self._packed.model
        self.stream = self._own(Stream())
        self._module = self._own(Module(cubin, self._gpu.capability))
        weights, scratch = self._own(DeviceMemory(self._packed.size)), self._own(DeviceMemory(self._scratch.size))
        for offset, array in self._packed.arrays:
            self.stream.upload(int(weights.value) + offset, array.ctypes.data, array.nbytes)
        self.stream.clear(int(scratch.value), self._scratch.size)
        self.stream.synchronize()
        shape = (tokens, 2) if self.head == "span" else (self.max_batch, model.hidden)
        given = self._own(PinnedMemory(4 * (kernels.INPUTS + 2 * self._scratch.tokens)))
        result = self._own(PinnedMemory(4 * shape[0] * shape[1]))
        self._layout = given.view((kernels.INPUTS,), np.int32)
        self._inputs = given.view((self._scratch.tokens, 2), np.int32, 4 * kernels.INPUTS)
        self._layout[:], self._inputs[:] = 0, 0
        self._limits = np.array([len(model.words), len(model.types) << 16], np.uint32)
        self._positions = np.arange(self.buckets[-1], dtype=np.int32)
        self._logits = self._sums = result.view(shape, np.float32)
        at = kernels.Addresses(*(int(each.value) for each in (weights, scratch, given, result)))
        self._network = kernels.Network(self._packed, self._scratch, at, self._gpu)

    def _prepare(self, tiles: Tiles, tokens: int) -> None:
        """Choose tiles, and capture the graphs of the batches that the reader makes: none inside a slot."""
        tiles.measure(tokens)
        self.stream.clear(self._network.at.scratch, self._scratch.size)
        self._tiles = tiles
        for seq in self.buckets:
            for power in range(self.max_batch.bit_length()):
                self.graph(1 << power, seq)
        self.stream.synchronize()

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see `engines.runtimes.runtime.Runtime`. Logits of padding are 0."""
        rows, seq = attention_mask.shape
        if rows > self.max_batch or seq not in self.buckets:  # a shape costs a graph, so there are only so many
            limit = f"{self.max_batch} rows of {', '.join(map(str, self.buckets))} tokens"
            raise ReparteeError(f"The kernels take up to {limit}, but got {rows} of {seq}; split or pad the batch.")
        kept = [_kept(row) for row in attention_mask]
        with self._lock:
            if not self._owned:
                raise ReparteeError("The model was closed; load it again.")
            end = 0
            for row, (which, count) in enumerate(kept):  # by slices, at a third of what a mask of all rows costs
                start, end = end, end + count
                self._inputs[start:end, 0] = input_ids[row, which]
                code = self._inputs[start:end, 1]
                np.multiply(token_type_ids[row, which], 65536, out=code, casting="unsafe")
                code += self._positions[which]
                self._layout[row + 2] = end
            self._layout[0] = end
            self._check(self._inputs[:end])
            self.graph(rows, seq).launch()
            self.stream.synchronize()
            if self.head == "span":
                logits = np.zeros((rows, seq, 2), np.float32)
                end = 0
                for row, (which, count) in enumerate(kept):
                    start, end = end, end + count
                    logits[row, which] = self._logits[start:end]
                return logits
            sums = self._sums[:rows]
            vectors: NDArray[np.float32] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
            return vectors

    def _check(self, inputs: NDArray[np.int32]) -> None:
        """Raise unless every id and type is in its table: the GPU would read elsewhere, and stop working for good."""
        if np.count_nonzero(inputs.view(np.uint32) >= self._limits):  # negative ones are huge then
            words, types = len(self._packed.model.words), len(self._packed.model.types)
            raise ReparteeError(f"A token's id or type is out of range; the model knows {words} and {types}.")

    def graph(self, rows: int, seq: int) -> Graph:
        """Give the CUDA graph for up to `rows` rows of up to `seq` tokens; capturing one takes some ms."""
        if (known := self._graphs.get((rows, seq))) is None:
            cuda.driver()  # this thread may be new to the GPU
            known = self._graphs[rows, seq] = self.stream.capture(lambda: self.enqueue(rows, seq))
        return known

    def enqueue(self, rows: int, seq: int) -> None:
        """Queue the kernels on the stream, one by one."""
        for launch in self._network.launches(rows, seq, self._tiles.choose):
            self.stream.start(self._module, launch)

    def _own(self, thing: Any) -> Any:
        self._owned.append(thing)
        return thing

    def close(self) -> None:
        """Release the GPU's memory; the runtime cannot run afterwards."""
        with self._lock:
            for graph in self._graphs.values():
                graph.close()
            self._graphs = {}
            while self._owned:
                self._owned.pop().close()


def _kept(mask: NDArray[Any]) -> tuple[Any, int]:
    """Which places of a row hold tokens, as an index, and how many: a slice where padding comes last."""
    count = int(np.count_nonzero(mask))
    return (slice(count) if np.count_nonzero(mask[:count]) == count else np.flatnonzero(mask)), count


def _model(checkpoint: Checkpoint, head: OutputHead) -> Model[kernels.Linear]:
    tensors = checkpoint.tensors

    def linear(names: list[str], factor: float) -> kernels.Linear:
        factors = [np.float32(factor)] + [np.float32(1)] * (len(names) - 1)
        weights, biases = (
            np.concatenate([tensors[f"{name}.{part}"] * each for name, each in zip(names, factors, strict=True)])
            for part in ("weight", "bias")
        )
        return kernels.Linear(weights, biases)

    return kernel_model(checkpoint, head, linear)
