"""OpenVINO on the CPU: the embedded default."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.graph import build_graph
from engines.runtime import BUCKETS, OutputHead, Status


def status() -> Status:
    """Whether the library is installed."""
    from importlib.util import find_spec

    if find_spec("openvino") is None:
        return Status("openvino", False, "OpenVINO is not installed; install it with: pip install openvino.", False)
    return Status("openvino", True, "Runs on any x86-64 or ARM CPU.")


def load(
    checkpoint: Checkpoint, *, head: OutputHead = "span", cache_dir: Path, threads: int | None = None
) -> "OpenVinoRuntime":
    """Compile ``checkpoint`` for this CPU.

    Raises:
        ReparteeError: OpenVINO cannot compile it here.
    """
    import openvino

    core = openvino.Core()
    options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "CACHE_DIR": str(cache_dir / "openvino")}
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    try:
        compiled = core.compile_model(
            core.read_model(build_graph(checkpoint, head=head).SerializeToString()), "CPU", options
        )
    except RuntimeError as error:
        raise ReparteeError(f"OpenVINO cannot compile the model here ({error}); try another runtime.") from error
    longest = checkpoint.config.max_positions
    return OpenVinoRuntime(compiled, tuple(length for length in BUCKETS if length <= longest) or (longest,))


class OpenVinoRuntime:
    """A compiled model with one inference request for each thread that is running at the moment."""

    name = "openvino"
    max_batch = 16

    def __init__(self, compiled: Any, buckets: tuple[int, ...]) -> None:
        self.device = compiled.get_property("EXECUTION_DEVICES")[0]
        self.buckets = buckets
        self.note = ""
        self._compiled = compiled
        self._idle = [compiled.create_infer_request()]

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see ``engines.runtime.Runtime``."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        batch = (input_ids, token_type_ids, attention_mask)
        request.infer([np.ascontiguousarray(part, np.int64) for part in batch], share_inputs=True)
        output: NDArray[np.float32] = request.get_output_tensor(0).data.copy()
        self._idle.append(request)
        return output

    def close(self) -> None:
        """Drop the compiled model and its requests."""
        self._idle.clear()
        self._compiled = None
