"""A checkpoint → serialised TensorRT engines: one per length bucket, with an optimisation profile per batch range."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.runtimes.cache import EngineCache, EngineKey
from engines.runtimes.runtime import OutputHead, buckets_within
from engines.runtimes.tensorrt.api import Progress, TensorRT
from engines.runtimes.tensorrt.graph import INPUTS, POOLING, SINGLE, fill_heads, tensorrt_graph

#: Raised whenever the graph or the builder's settings change: engines cached by older code are then rebuilt.
REVISION = 3

#: Lengths in tokens. Fewer than on a CPU: on a GPU a batch of one costs nearly the same from 32 to 256 tokens.
BUCKETS = (32, 64, 128, 256, 384, 512)

#: int8 and fp8: matrix products' inputs are quantised, everything else is float16. Needs `Checkpoint.activations`.
PRECISIONS = ("fp16", "int8", "fp8", "fp32")

#: Rows. A batch of another size runs as the next larger one: or as several, whichever was measured to cost less.
BATCHES = (1, 8, 16)

WORKSPACE = 1 << 30

#: The fused attention of TensorRT 8.6.0 was seen to give changing results for heads of 32 dimensions and 8 rows of more
#: than 256 tokens. Filled up to 64 with zeros, the same shapes give the same bits every time, in a seventh more time.
STEADY_HEAD, STEADY_UP_TO = 64, 256


@dataclass(frozen=True)
class Profile:
    """The one shape that a set of tactics is chosen for: `batch` rows of `seq` tokens."""

    seq: int
    batch: int


@dataclass(frozen=True)
class EngineOptions:
    """How engines are built. One engine per bucket, one profile for each of `batches`.

    `precision`: one of PRECISIONS. `single_norm`: LayerNorm's sums in float32 though the rest is float16.
    `level`: the builder's optimisation level, 0..5; higher searches longer. `targets`: compute
    capabilities to build for without that GPU (TensorRT-RTX only).
    """

    buckets: tuple[int, ...] = BUCKETS
    batches: tuple[int, ...] = BATCHES
    precision: str = "fp16"
    single_norm: bool = False
    level: int = 3
    targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ReparteeError(f"There is no precision {self.precision!r}; choose one of {', '.join(PRECISIONS)}.")
        if not self.buckets or any(bucket < 1 for bucket in self.buckets) or not self.batches or min(self.batches) < 1:
            raise ReparteeError("An engine needs at least one length and one batch size, each 1 or more.")

    def by_bucket(self) -> list[EngineOptions]:
        """One engine's options per bucket: a bucket that is missing in the cache is built without the others."""
        return [replace(self, buckets=(bucket,)) for bucket in sorted(set(self.buckets))]

    def profiles(self) -> list[Profile]:
        """One profile per bucket and batch size, for exactly that shape: a range of sizes is a third slower."""
        return [Profile(seq, batch) for seq in sorted(set(self.buckets)) for batch in sorted(set(self.batches))]


def is_old(api: TensorRT) -> bool:
    """Whether `api` is TensorRT 8: it takes the graph in a form of its own."""
    return api.name == "tensorrt" and api.numbers < (9,)


def needs_filled_heads(api: TensorRT, checkpoint: Checkpoint, options: EngineOptions) -> bool:
    """Whether attention heads are filled up so that results are the same every time; see STEADY_HEAD."""
    narrow = checkpoint.config.hidden_size < STEADY_HEAD * checkpoint.config.heads
    return is_old(api) and narrow and max(options.buckets) > STEADY_UP_TO and max(options.batches) > 1


def parts(api: TensorRT, checkpoint: Checkpoint, options: EngineOptions) -> list[EngineOptions]:
    """Each engine's own options: one per bucket; a single row apart where more rows need filled heads."""
    found = []
    for each in options.by_bucket():
        if 1 in each.batches and needs_filled_heads(api, checkpoint, each):
            found += [replace(each, batches=(1,)), replace(each, batches=tuple(n for n in each.batches if n > 1))]
        else:
            found.append(each)
    return found


def engine_key(api: TensorRT, checkpoint: Checkpoint, head: OutputHead, gpu: str, options: EngineOptions) -> EngineKey:
    """Name what an engine depends on. `gpu`: the GPU's `target`; for TensorRT-RTX its compute capability alone."""
    kept = {name: value for name, value in asdict(options).items() if name != "targets"}  # `gpu` says it
    return EngineKey(
        weights=checkpoint.digest,
        head=head,
        shapes=" ".join(f"{each.batch}x{each.seq}" for each in options.profiles()),
        library=api.name,
        version=api.version,
        gpu=gpu,
        options=json.dumps({**kept, "revision": REVISION}, sort_keys=True),
    )


def build_engine(
    api: TensorRT,
    checkpoint: Checkpoint,
    *,
    head: OutputHead = "span",
    options: EngineOptions | None = None,
    cache: EngineCache | None = None,
    gpu: str = "",
    progress: Progress | None = None,
) -> bytes:
    """Build and serialise the engine of `checkpoint`: seconds to minutes. `cache` keeps tactic timings of `gpu`.

    Raises:
        ReparteeError: a length exceeds what the model was trained for, or TensorRT could not build it.
    """
    options = options or EngineOptions()
    report = progress or (lambda _phase, _done: None)
    if (longest := max(options.buckets)) > checkpoint.config.max_positions:
        limit = checkpoint.config.max_positions
        raise ReparteeError(f"The model reads up to {limit} tokens, so no bucket of {longest} can be built.")
    report("graph", 0.0)
    half, quantized = options.precision != "fp32", options.precision if options.precision in ("int8", "fp8") else ""
    if quantized and not checkpoint.activations:
        raise ReparteeError(
            f"The weights carry no activation ranges, which {quantized} needs; choose fp16, or measure them."
        )
    if quantized == "fp8" and not api.strongly_typed:
        raise ReparteeError(f"{api.title} builds no FP8 engine from a graph; choose fp16, or install TensorRT 11.")
    builder = api.builder()
    if needs_filled_heads(api, checkpoint, options):
        checkpoint = fill_heads(checkpoint, STEADY_HEAD)
    model = tensorrt_graph(
        checkpoint, head=head, half_types=half and api.strongly_typed, elementary=is_old(api), quantized=quantized
    )
    network, _parser = api.network(builder, model)
    del model
    config = api.configure(
        builder, half=half, int8=quantized == "int8", level=options.level, workspace=WORKSPACE, targets=options.targets
    )
    if half and not api.strongly_typed:
        single = (SINGLE if options.single_norm else ()) + (POOLING if head == "embedding" else ())
        if single:
            api.keep_single(network, config, single)
    _add_profiles(builder, config, options.profiles())
    name = f"{api.name}-{api.version}-{gpu or '-'.join(options.targets)}"
    if cache:
        api.use_timings(config, cache.read_timings(name))
    api.monitor(config, report)
    report("building", 0.0)
    plan = api.build(builder, network, config)
    if cache and (timings := api.timings(config)):
        cache.write_timings(name, timings)
    report("built", 1.0)
    return plan


def build_for(
    targets: Sequence[str],
    checkpoint: Checkpoint,
    cache: EngineCache,
    *,
    options: EngineOptions | None = None,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Build engines for compute capabilities ("8.9") without such a GPU, and yield where each one is kept.

    A machine with such a GPU, TensorRT-RTX of the same version and these files in its cache loads them as they are.

    Raises:
        ReparteeError: TensorRT-RTX is not installed, does not know a target, or cannot build.
    """
    api, options = TensorRT.load("tensorrt_rtx"), options or default_options(checkpoint)
    for target in targets:
        for each in options.by_bucket():
            wanted = replace(each, targets=(target,))
            key = engine_key(api, checkpoint, "span", target, wanted)
            cache.load_or_build(key, lambda o=wanted: build_engine(api, checkpoint, options=o, progress=progress))  # type: ignore[misc]
            yield cache.path(key)


def default_options(checkpoint: Checkpoint) -> EngineOptions:
    """Every bucket that the model reads, in float16."""
    longest = checkpoint.config.max_positions
    return EngineOptions(buckets_within(longest, BUCKETS))


def _add_profiles(builder: Any, config: Any, profiles: Sequence[Profile]) -> None:
    for profile in profiles:
        shapes = builder.create_optimization_profile()
        for name in INPUTS:
            shapes.set_shape(name, *[(profile.batch, profile.seq)] * 3)  # least, usual, most
        config.add_optimization_profile(shapes)
