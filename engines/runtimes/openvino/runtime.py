"""OpenVINO on the CPU, an extra: what reads where our own kernels do not run.

Weights stay int8 per output channel, as stored. Where the CPU has int8 dot products, OpenVINO quantises the inputs of
each matrix product as they come, per token and group of channels: no calibration is needed, and none can be wrong.
"""

from __future__ import annotations

import importlib
import io
import sys
from functools import partial
from math import gcd
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.runtimes.cache import EngineCache, EngineKey
from engines.runtimes.graph import build_graph
from engines.runtimes.openvino.shapes import HotShapes, Requests
from engines.runtimes.runtime import OutputHead, Status, buckets_within

#: Channels that share one scale when inputs are quantised, or a divisor of it.
GROUP = 384


def import_openvino() -> Any:
    """Import OpenVINO without its conversion tools: importing those takes 0.2 s and reports to an analytics service."""
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


def status() -> Status:
    """Whether the library is installed."""
    from importlib.util import find_spec

    lacking = [name for name in ("openvino", "onnx") if find_spec(name) is None]
    if lacking:
        reason = f"OpenVINO is not installed ({' and '.join(lacking)}); pip install 'repartee[openvino]' adds it."
        return Status("openvino", False, reason, False)
    return Status("openvino", True, "OpenVINO is installed and runs on this CPU.")


def load(
    checkpoint: Checkpoint,
    *,
    head: OutputHead = "span",
    cache_dir: Path,
    threads: int | None = None,
    exact: bool = False,
) -> OpenVinoRuntime:
    """Compile `checkpoint` for this CPU, or take what was compiled from `cache_dir`. `exact`: float32 throughout.

    Raises:
        ReparteeError: OpenVINO cannot compile it here, or the checkpoint has not the head asked for.
    """
    openvino = import_openvino()
    core = openvino.Core()
    half = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    longest = checkpoint.config.max_positions
    buckets = buckets_within(longest)
    cache = EngineCache(cache_dir / "engines")
    problem = ""
    for precision in ("float32",) if exact else ("int8 and bf16" if half else "int8", "float32"):
        plan = _plan(openvino, core, checkpoint, head, threads, precision)
        try:
            compiled = _compile(core, checkpoint, cache, *plan)
            hot = HotShapes(core, partial(_graph, checkpoint, *plan), plan[1])
            runtime = OpenVinoRuntime(compiled, hot, buckets, f"{plan[0].gpu.strip()}, {precision}")
            blank = np.zeros((1, buckets[0]), np.int64)
            runtime.run(blank, blank, blank)  # what this CPU lacks shows at the first run
        except RuntimeError as error:
            problem = problem or " ".join(str(error).split())[:200]
            continue
        runtime.name = "openvino-f32" if exact else "openvino"
        return runtime
    raise ReparteeError(f"OpenVINO cannot run the model on this CPU ({problem}); choose another runtime.")


def _plan(
    openvino: Any, core: Any, checkpoint: Checkpoint, head: OutputHead, threads: int | None, precision: str
) -> tuple[EngineKey, dict[str, Any]]:
    """What is compiled, and the options it is compiled with."""
    group = gcd(GROUP, checkpoint.config.hidden_size, checkpoint.config.intermediate_size)
    options = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if "bf16" in precision else "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": group if "int8" in precision else 0,
        "INFERENCE_NUM_THREADS": threads or 0,
    }
    key = EngineKey(
        weights=checkpoint.digest,
        head=head,
        shapes="any",
        library="openvino",
        version=openvino.__version__,
        gpu=core.get_property("CPU", "FULL_DEVICE_NAME"),
        options=f"{precision} {sorted(options.items())}",
    )
    return key, options


def _graph(checkpoint: Checkpoint, key: EngineKey, options: dict[str, Any]) -> bytes:
    weights: Literal["int8", "float32"] = "int8" if options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] else "float32"
    graph: bytes = build_graph(checkpoint, head=cast(OutputHead, key.head), weights=weights).SerializeToString()
    return graph


def _compile(core: Any, checkpoint: Checkpoint, cache: EngineCache, key: EngineKey, options: dict[str, Any]) -> Any:
    """The compiled model, from `cache` if it loads. Raises RuntimeError where OpenVINO does."""

    def build() -> bytes:
        model = core.read_model(_graph(checkpoint, key, options))
        exported: bytes = core.compile_model(model, "CPU", options).export_model().getvalue()
        return exported

    try:
        return core.import_model(io.BytesIO(cache.load_or_build(key, build)), "CPU", options)
    except RuntimeError:  # whole, made from the same, and yet unusable
        cache.remove(key)
        return core.import_model(io.BytesIO(cache.load_or_build(key, build)), "CPU", options)


class OpenVinoRuntime:
    """A model compiled for any shape, and for the lengths that turn out to be hot one each of a fixed shape."""

    max_batch = 8
    compiles = True

    def __init__(self, compiled: Any, hot: HotShapes, buckets: tuple[int, ...], device: str) -> None:
        self.name = "openvino"
        self.device = device
        self.buckets = buckets
        self.note = ""
        self._any_shape = Requests(compiled)
        self._hot = hot

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see `engines.runtimes.runtime.Runtime`."""
        batch = [np.ascontiguousarray(part, np.int64) for part in (input_ids, token_type_ids, attention_mask)]
        rows, length = batch[0].shape
        fixed = self._hot.model(length) if rows == 1 else None
        return (fixed or self._any_shape).infer(batch)

    def close(self) -> None:
        """Drop the compiled models; waits for one that is being compiled."""
        self._hot.close()
        self._any_shape.close()
