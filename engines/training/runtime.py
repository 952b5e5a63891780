"""Weights read apart, in PyTorch, as a runtime that a reader takes: to calibrate on. Nothing is made ahead here."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engines.checkpoint import Apart, Checkpoint
from engines.runtimes.runtime import buckets_within
from engines.training.model import Encoder, encoder_of


class ReadApart:
    """Every window's question and passage go through the lower layers apart, as `apart` says; float32."""

    name = "torch"
    max_batch = 16
    compiles = True
    note = ""

    def __init__(self, checkpoint: Checkpoint, apart: Apart) -> None:
        self.device = f"PyTorch on the processor, float32, {apart.layers} layers apart"
        self.buckets = buckets_within(checkpoint.config.max_positions - apart.position)
        self._model: Encoder = encoder_of(checkpoint, 0.0).eval()
        self._apart = apart

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run a batch; see `engines.runtimes.runtime.Runtime`."""
        ids, types, mask = (
            torch.from_numpy(np.asarray(each, np.int64)) for each in (input_ids, token_type_ids, attention_mask)
        )
        with torch.no_grad():
            logits: NDArray[np.float32] = self._model(ids, types, mask.bool(), self._apart).numpy()
        return logits

    def close(self) -> None:
        """Nothing to release."""
