"""OpenVINO in float32: what the int8 runtime is compared with, and exact at four times the wait."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engines.checkpoint import Checkpoint
from engines.runtimes.openvino import runtime as openvino_runtime
from engines.runtimes.openvino.runtime import OpenVinoRuntime
from engines.runtimes.runtime import OutputHead, Status


def status() -> Status:
    """Whether the library is installed."""
    return replace(openvino_runtime.status(), name="openvino-f32")


def load(
    checkpoint: Checkpoint, *, head: OutputHead = "span", cache_dir: Path, threads: int | None = None
) -> OpenVinoRuntime:
    """Compile `checkpoint` in float32; see `engines.runtimes.openvino.runtime.load`."""
    return openvino_runtime.load(checkpoint, head=head, cache_dir=cache_dir, threads=threads, exact=True)
