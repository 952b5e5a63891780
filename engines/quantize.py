"""Write a checkpoint as one file: int8 per output channel with float16 scales, everything else inside."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import FORMAT, LATE, Checkpoint, expected_shapes
from engines.errors import ReparteeError
from engines.files import write_whole

#: Below this, float16 is too coarse for a scale to be found again from the codes.
SMALLEST_SCALE = np.float16(2**-15)


def quantize_rows(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Quantise each row of `weight` [rows, columns] symmetrically to -127..127; give (codes, scale per row).

    A scale is rounded up to float16, so nothing is clipped. Quantising an already quantised row again gives the same
    codes and scales: that is how runtimes recover int8 weights from a dequantised checkpoint.
    """
    peak = np.abs(weight).max(axis=1)
    scale = (peak / 127).astype(np.float16)
    short = scale.astype(np.float32) * 127 < peak * (1 - 1e-6)
    scale[short] = np.nextafter(scale[short], np.float16(np.inf))
    scale = np.maximum(scale, SMALLEST_SCALE)
    codes = np.rint(weight / scale.astype(np.float32)[:, None])
    return np.clip(codes, -127, 127).astype(np.int8), scale


def write_int8(checkpoint: Checkpoint, path: Path | str) -> None:
    """Write `checkpoint` to `path`, replacing it whole or not at all.

    Weight matrices and embedding tables become int8 per row; LayerNorm, biases and the span head stay float32.
    Calibration, activation ranges and card travel along; `dataclasses.replace(checkpoint, card=...)` sets them.

    Raises:
        ReparteeError: the checkpoint is incomplete, or the file cannot be written.
    """
    from safetensors.numpy import save

    checkpoint.check()
    path = Path(path)
    arrays: dict[str, NDArray[np.generic]] = {
        "vocab": np.frombuffer("\n".join(checkpoint.vocab).encode(), np.uint8),
    }
    tensors = {name: checkpoint.tensors[name] for name in expected_shapes(checkpoint.config, checkpoint.head)}
    if late := checkpoint.late:
        tensors |= {f"{LATE}{name}": value for name, value in late.tensors.items()}
        tensors |= {f"{LATE}projection.weight": late.weight, f"{LATE}projection.bias": late.bias}
    for name, value in tensors.items():
        tensor = np.ascontiguousarray(value, np.float32)
        if tensor.ndim == 2 and not name.startswith("qa_outputs"):
            arrays[name], arrays[f"{name}.scale"] = quantize_rows(tensor)
        else:
            arrays[name] = tensor
    arrays |= {f"activation.{name}": np.asarray(value, np.float32) for name, value in checkpoint.activations.items()}
    calibration = checkpoint.calibration
    facts = {"layers": late.layers, "bm25": late.bm25} if late else {}
    metadata = {
        "late": json.dumps(facts),
        "format": FORMAT,
        "config": json.dumps(checkpoint.config.to_dict()),
        "lower_case": "true" if checkpoint.lower_case else "false",
        "calibration": json.dumps(vars(calibration) if calibration else None),
        "apart": json.dumps(dataclasses.asdict(checkpoint.apart) if checkpoint.apart else None),
        "card": json.dumps(dict(checkpoint.card), ensure_ascii=False),
    }
    try:
        write_whole(path, save(arrays, metadata))
    except OSError as error:
        raise ReparteeError(f"{path} cannot be written ({error}); choose a folder you may write to.") from error
