"""BERT on an NVIDIA GPU: TensorRT engines, one CUDA graph per batch shape, so that a question costs one launch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.runtimes.cache import EngineCache
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import INSTALL, DeviceMemory, Gpu, Graph, PinnedMemory, Stream
from engines.runtimes.runtime import OutputHead, Status
from engines.runtimes.tensorrt.api import Progress, TensorRT, TensorRTError, UnusablePlanError, installed
from engines.runtimes.tensorrt.build import EngineOptions, Profile, build_engine, default_options, engine_key, parts
from engines.runtimes.tensorrt.graph import INPUTS, OUTPUTS

log = logging.getLogger(__name__)

#: Bytes of GPU memory left free beside an engine's own: for CUDA's context, kernels and graphs.
HEADROOM = 256 << 20


def status() -> Status:
    """Whether TensorRT works here; where neither a driver nor TensorRT is installed, this costs about 1 ms."""
    libraries, driver = installed(), cuda.has_driver()
    expected = bool(libraries) or driver
    if not libraries:
        where = "An NVIDIA driver is here, but TensorRT is not installed" if driver else "TensorRT is not installed"
        return Status("tensorrt", False, f"{where}; install it with {INSTALL}.", expected)
    try:
        gpu = cuda.find_gpu()
        api = load_api(gpu)
    except ReparteeError as error:
        return Status("tensorrt", False, str(error), expected)
    return Status("tensorrt", True, f"{api.name} {api.version} on {gpu.target}, driver {gpu.driver}.", expected)


def load_api(gpu: Gpu) -> TensorRT:
    """Give the installed TensorRT that runs on `gpu`.

    Raises:
        TensorRTError: none is installed, can be loaded, or knows this GPU's compute capability.
    """
    problem: TensorRTError | None = None
    for name in installed():
        try:
            return TensorRT.load(name).check_capability(gpu.capability)
        except TensorRTError as error:  # noqa: PERF203  (two at most)
            problem = problem or error
    raise problem or TensorRTError(f"TensorRT is not installed; install it with {INSTALL}.")


def load(
    checkpoint: Checkpoint,
    *,
    head: OutputHead = "span",
    cache_dir: Path,
    threads: int | None = None,  # noqa: ARG001  (the work is the GPU's)
    options: EngineOptions | None = None,
    progress: Progress | None = None,
) -> TensorRTRuntime:
    """Load the engines of `checkpoint` from `cache_dir`, or build them (once per GPU, TensorRT and options).

    Raises:
        ReparteeError: no GPU, no TensorRT, too little memory, or the build failed; the sentence says which.
    """
    gpu = cuda.find_gpu()
    api = load_api(gpu)
    options = options or default_options(checkpoint)
    cache = EngineCache(cache_dir / "engines")
    show = progress or show_progress()

    def plans(keep: bool) -> list[bytes]:
        each_engine = parts(api, checkpoint, options)
        return [engine_plan(api, checkpoint, head, gpu, each, cache, show, keep=keep) for each in each_engine]

    try:
        return TensorRTRuntime(api, plans(keep=True), gpu, head=head, precision=options.precision)
    except UnusablePlanError:  # whole, made from the same, and yet unusable: a driver changed under it, say
        return TensorRTRuntime(api, plans(keep=False), gpu, head=head, precision=options.precision)


def engine_plan(
    api: TensorRT,
    checkpoint: Checkpoint,
    head: OutputHead,
    gpu: Gpu,
    options: EngineOptions,
    cache: EngineCache,
    progress: Progress,
    *,
    keep: bool = True,
) -> bytes:
    """Give one serialised engine, from `cache` or built; `keep=False` builds it in any case."""
    made_for = gpu.target if api.name == "tensorrt" else f"{gpu.capability[0]}.{gpu.capability[1]}"
    key = engine_key(api, checkpoint, head, made_for, options)

    def build() -> bytes:
        size = sum(tensor.size for tensor in checkpoint.tensors.values()) * (2 if options.precision == "fp16" else 4)
        cuda.require_memory(gpu, 2 * size + HEADROOM, "Building the engine")
        return build_engine(api, checkpoint, head=head, options=options, cache=cache, gpu=gpu.target, progress=progress)

    if not keep:
        cache.remove(key)
    return cache.load_or_build(key, build)


def show_progress() -> Progress:
    """Give a progress function that draws one line on standard error; into a log goes only its end."""
    import sys

    started = time.monotonic()

    def show(phase: str, done: float) -> None:
        end = "\n" if phase == "built" else "\r"
        if end == "\r" and not sys.stderr.isatty():
            return
        sys.stderr.write(f"TensorRT engine: {phase} {done:4.0%}, {time.monotonic() - started:.0f} s{end}")
        sys.stderr.flush()

    return show


class TensorRTRuntime:
    """Deserialised engines with what they need to run: one stream, its buffers, a CUDA graph per shape.

    `run` may be called from several threads: they take turns, and wait without the GIL.
    """

    compiles = True

    def __init__(
        self, api: TensorRT, plans: Sequence[bytes], gpu: Gpu, *, head: OutputHead = "span", precision: str = "fp16"
    ) -> None:
        self.name = "tensorrt"
        self.device = f"{gpu.name}, {precision.upper()}, {api.title}"
        self.note = ""
        self.head = head
        self._api = api  # owns the logger that TensorRT writes to
        self._lock = threading.Lock()
        self._owned: list[Any] = []
        cuda.require_memory(gpu, sum(map(len, plans)) + HEADROOM, "Loading the engines")
        free = cuda.free_memory()
        self._loaded = [api.deserialize(plan) for plan in plans]
        try:
            self._prepare(api, [engine for _, engine in self._loaded])
            #: Bytes of GPU memory taken: weights, scratch, buffers and graphs (and whatever else started meanwhile).
            self.memory = free - cuda.free_memory()
        except BaseException:
            self.close()
            raise

    def _prepare(self, api: TensorRT, engines: Sequence[Any]) -> None:
        profiles = [(engine, index, profile) for engine in engines for index, profile in enumerate(_profiles(engine))]
        output = OUTPUTS[self.head]
        width = int(tuple(engines[0].get_tensor_shape(output))[-1])
        largest = max(_aligned(p.batch * p.seq * 4) for *_, p in profiles)
        size_out = max(p.batch * (p.seq if self.head == "span" else 1) for *_, p in profiles) * width * 4
        self.stream = self._own(Stream())
        self.host_in = self._own(PinnedMemory(largest * len(INPUTS)))
        self.device_in = self._own(DeviceMemory(largest * len(INPUTS)))
        self.host_out, self.device_out = self._own(PinnedMemory(size_out)), self._own(DeviceMemory(size_out))
        scratch = self._own(DeviceMemory(max(api.scratch_size(engine) for engine in engines)))
        self.shapes: dict[tuple[int, int], Shape] = {}
        for engine, index, profile in sorted(profiles, key=lambda each: (each[2].seq, each[2].batch)):
            context = api.context(engine)
            api.scratch(context, int(scratch.value), scratch.size)
            if not context.set_optimization_profile_async(index, int(self.stream)):
                raise UnusablePlanError(
                    f"The engine's profile {index} is unusable; rebuild it with repartee engine build."
                )
            self.stream.synchronize()
            out = (profile.batch, profile.seq, width) if self.head == "span" else (profile.batch, width)
            self.shapes[profile.seq, profile.batch] = Shape(self, context, profile.batch, profile.seq, output, out)
        self._keep_steady(api)

    def _keep_steady(self, api: TensorRT) -> None:
        """Drop the shapes whose results change from run to run, and measure what the others cost.

        TensorRT 8.6.0 was seen to build such engines for 8 rows of 384 tokens: relative errors of 0.002 to 0.015 where
        every other shape repeats its results bit for bit.
        """
        random = np.random.default_rng(0)
        self._costs: dict[int, dict[int, float]] = {}
        self._splits: dict[tuple[int, int], list[int]] = {}
        #: Shapes that were built and are not used.
        self.unsteady: list[Profile] = []
        for (seq, batch), shape in list(self.shapes.items()):
            for values in shape.inputs:
                values[:] = random.integers(0, 2, (batch, seq))
            steady, milliseconds = trial(shape.run)
            if steady:
                self._costs.setdefault(seq, {})[batch] = milliseconds
            else:
                self.unsteady.append(Profile(seq, batch))
                self.shapes.pop((seq, batch)).close()
        if self.unsteady:
            shapes = ", ".join(f"{each.batch} rows of {each.seq} tokens" for each in self.unsteady)
            log.warning("%s gives changing results for %s; other shapes are used instead.", api.title, shapes)
        if not self.shapes:
            raise TensorRTError(f"{api.title} gives changing results on this GPU; install another version of TensorRT.")
        self.buckets = tuple(sorted(self._costs))
        self.max_batch = max(batch for _, batch in self.shapes)

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch: integers [batch, seq], seq one of `buckets`; rows are split and filled up to shapes."""
        rows, seq = input_ids.shape
        if seq not in self.buckets:
            lengths = ", ".join(map(str, self.buckets))
            raise ReparteeError(f"The engines take {lengths} tokens, but got {seq}; pad to one of these, or build one.")
        results, done = [], 0
        with self._lock:
            for batch in self.split(rows, seq):
                shape = self.shapes[seq, batch]
                count = min(batch, rows - done)
                for place, values in zip(shape.inputs, (input_ids, token_type_ids, attention_mask), strict=True):
                    place[:count] = values[done : done + count]
                    place[count:] = 0  # rows that only fill the batch: masked out, their results are dropped
                results.append(shape.run()[:count])
                done += count
        return np.concatenate(results) if len(results) > 1 else results[0]

    def split(self, rows: int, seq: int) -> list[int]:
        """Batch sizes that `rows` rows of `seq` tokens (one of `buckets`) are run as."""
        if (known := self._splits.get((rows, seq))) is None:  # 10 µs for 8 rows: worth keeping
            known = self._splits[rows, seq] = cheapest(rows, self._costs[seq])
        return known

    def _own(self, thing: Any) -> Any:
        self._owned.append(thing)
        return thing

    def close(self) -> None:
        """Release the GPU's memory; the runtime cannot run afterwards."""
        with self._lock:
            for shape in getattr(self, "shapes", {}).values():
                shape.close()
            self.shapes = {}
            while self._owned:
                self._owned.pop().close()
            self._loaded = []


class Shape:
    """One batch shape of an engine: its execution context, its views of the buffers, and its CUDA graph.

    A graph holds addresses and launch settings of the context it was captured from, so no two shapes share a context.
    """

    def __init__(
        self, owner: TensorRTRuntime, context: Any, batch: int, seq: int, output: str, out: tuple[int, ...]
    ) -> None:
        self._context, self._stream = context, owner.stream
        apart = _aligned(batch * seq * 4)
        self.size_in, self.size_out = apart * len(INPUTS), int(np.prod(out)) * 4
        self.inputs = [owner.host_in.view((batch, seq), np.int32, apart * index) for index in range(len(INPUTS))]
        self.output = owner.host_out.view(out, np.float32)
        self._host_in, self._host_out = int(owner.host_in.value), int(owner.host_out.value)
        self._device_in, self._device_out = int(owner.device_in.value), int(owner.device_out.value)
        for index, name in enumerate(INPUTS):
            self.inputs[index][:] = 0
            fits = context.set_input_shape(name, (batch, seq))
            if not (fits and context.set_tensor_address(name, self._device_in + index * apart)):
                raise TensorRTError(
                    f"The engine does not take {batch} rows of {seq}; rebuild it with repartee engine build."
                )
        context.set_tensor_address(output, self._device_out)
        self.enqueue()  # TensorRT settles shapes on the first run, which a capture may not contain
        self._stream.synchronize()
        self.graph: Graph = self._stream.capture(self.enqueue)

    def run(self) -> NDArray[np.float32]:
        """Compute from what `inputs` hold: one launch, one wait. The result is a copy."""
        self.graph.launch()
        self._stream.synchronize()
        return np.array(self.output)

    def enqueue(self) -> None:
        """Queue the copy in, the network and the copy out on the stream, one by one."""
        self._stream.upload(self._device_in, self._host_in, self.size_in)
        self.compute()
        self._stream.download(self._host_out, self._device_out, self.size_out)

    def compute(self) -> None:
        """Queue the network alone, on what the device buffers hold."""
        if not self._context.execute_async_v3(int(self._stream)):
            raise TensorRTError("TensorRT could not queue the network; rebuild the engine if it happens again.")

    def close(self) -> None:
        """Release the graph and the context."""
        self.graph.close()
        self._context = None


def trial(run: Callable[[], NDArray[np.float32]], times: int = 20) -> tuple[bool, float]:
    """Call `run` on the same input `times` times: whether all results are the same bits, and the median ms."""
    first, spent, steady = run(), [], True
    for _ in range(times):
        began = time.perf_counter()
        steady &= run().tobytes() == first.tobytes()
        spent.append((time.perf_counter() - began) * 1000)
    return steady and bool(np.isfinite(first).all()), float(np.median(spent))


def cheapest(rows: int, costs: Mapping[int, float]) -> list[int]:
    """Batch sizes, largest first, that together take `rows` rows at the least cost. `costs`: size → ms."""
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for count in range(1, rows + 1):
        options = ((ms + best[max(0, count - size)][0], size) for size, ms in costs.items())
        ms, size = min(options)
        best.append((ms, [*best[max(0, count - size)][1], size]))
    return sorted(best[rows][1], reverse=True)


def _aligned(size: int) -> int:
    """Round up to the 256 bytes that TensorRT wants its tensors to begin at."""
    return -(-size // 256) * 256


def _profiles(engine: Any) -> list[Profile]:
    """Read the profiles back from an engine, in its own order."""
    shapes = (engine.get_tensor_profile_shape(INPUTS[0], each)[-1] for each in range(engine.num_optimization_profiles))
    return [Profile(int(seq), int(batch)) for batch, seq in map(tuple, shapes)]
