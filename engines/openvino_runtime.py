"""OpenVINO on the CPU: the embedded default.

Weights stay int8 per output channel, as stored. Where the CPU has int8 dot products, OpenVINO quantises the inputs of
each matrix product as they come, per token and group of channels: no calibration is needed, and none can be wrong.
"""

import importlib
import io
import sys
import threading
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.cache import EngineCache, EngineKey
from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.graph import build_graph
from engines.runtime import BUCKETS, OutputHead, Status

GROUP = 384
"""Channels that share one scale when inputs are quantised, or a divisor of it."""


def import_openvino() -> Any:
    """Import OpenVINO without its conversion tools: importing those takes 0.2 s and reports to an analytics service."""
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


def status() -> Status:
    """Whether the library is installed."""
    from importlib.util import find_spec

    if find_spec("openvino") is None:
        return Status("openvino", False, "OpenVINO is not installed; install it with: pip install openvino.", False)
    return Status("openvino", True, "OpenVINO is installed and runs on this CPU.")


def load(
    checkpoint: Checkpoint,
    *,
    head: OutputHead = "span",
    cache_dir: Path,
    threads: int | None = None,
    exact: bool = False,
) -> "OpenVinoRuntime":
    """Compile ``checkpoint`` for this CPU, or take what was compiled from ``cache_dir``. ``exact``: float32 throughout.

    Raises:
        ReparteeError: OpenVINO cannot compile it here, or the checkpoint has not the head asked for.
    """
    openvino = import_openvino()
    core = openvino.Core()
    half = not exact and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    group = 0 if exact else gcd(GROUP, checkpoint.config.hidden_size, checkpoint.config.intermediate_size)
    options: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": group,
        "INFERENCE_NUM_THREADS": threads or 0,
    }
    key = EngineKey(
        weights=checkpoint.digest,
        head=head,
        shapes="any",
        library="openvino",
        version=openvino.__version__,
        gpu=core.get_property("CPU", "FULL_DEVICE_NAME"),
        options=repr(sorted(options.items())),
    )

    def build() -> bytes:
        graph = build_graph(checkpoint, head=head, weights="float32" if exact else "int8").SerializeToString()
        exported: bytes = core.compile_model(core.read_model(graph), "CPU", options).export_model().getvalue()
        return exported

    cache = EngineCache(cache_dir / "engines")
    try:
        try:
            compiled = core.import_model(io.BytesIO(cache.load_or_build(key, build)), "CPU", options)
        except RuntimeError:  # whole, made from the same, and yet unusable
            cache.remove(key)
            compiled = core.import_model(io.BytesIO(cache.load_or_build(key, build)), "CPU", options)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise ReparteeError(
            f"OpenVINO cannot compile the model on this CPU ({reason}); choose another runtime."
        ) from error
    longest = checkpoint.config.max_positions
    buckets = tuple(length for length in BUCKETS if length <= longest) or (longest,)
    precision = "float32" if exact else "int8 and bf16" if half else "int8"
    runtime = OpenVinoRuntime(compiled, buckets, f"{key.gpu.strip()}, {precision}")
    runtime.name = "openvino-f32" if exact else "openvino"
    return runtime


class OpenVinoRuntime:
    """A compiled model with one inference request for each thread that is running at the moment."""

    max_batch = 8

    def __init__(self, compiled: Any, buckets: tuple[int, ...], device: str) -> None:
        self.name = "openvino"
        self.device = device
        self.buckets = buckets
        self.note = ""
        self._compiled = compiled
        self._idle = [compiled.create_infer_request()]
        self._lock = threading.Lock()

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see ``engines.runtime.Runtime``."""
        with self._lock:
            request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        batch = (input_ids, token_type_ids, attention_mask)
        request.infer([np.ascontiguousarray(part, np.int64) for part in batch], share_inputs=True)
        output: NDArray[np.float32] = request.get_output_tensor(0).data.copy()
        with self._lock:
            self._idle.append(request)
        return output

    def close(self) -> None:
        """Drop the compiled model and its requests."""
        self._idle.clear()
        self._compiled = None
