"""Checkpoint → what our own kernels take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engines.checkpoint import Checkpoint
from engines.runtimes.runtime import OutputHead
from plugins.bert import L, Layer, Model, Norm


def kernel_model(checkpoint: Checkpoint, head: OutputHead, linear: Callable[[list[str], float], L]) -> Model[L]:
    """Name the parts of `checkpoint`. `linear`: makes one layer of the named ones, the first times a factor."""
    config, tensors = checkpoint.config, checkpoint.tensors

    def norm(name: str) -> Norm:
        return Norm(tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    scale = float(np.log2(np.e) / np.sqrt(config.hidden_size // config.heads))
    layers = []
    for layer in (f"encoder.layer.{number}" for number in range(config.layers)):
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        layers.append(
            Layer(
                qkv=linear(parts, scale),
                out=linear([f"{layer}.attention.output.dense"], 1.0),
                up=linear([f"{layer}.intermediate.dense"], 1.0),
                down=linear([f"{layer}.output.dense"], 1.0),
                attended=norm(f"{layer}.attention.output.LayerNorm"),
                output=norm(f"{layer}.output.LayerNorm"),
            )
        )
    return Model(
        heads=config.heads,
        epsilon=config.layer_norm_eps,
        words=tensors["embeddings.word_embeddings.weight"],
        positions=tensors["embeddings.position_embeddings.weight"],
        types=tensors["embeddings.token_type_embeddings.weight"],
        embedded=norm("embeddings.LayerNorm"),
        layers=layers,
        span=(tensors["qa_outputs.weight"], tensors["qa_outputs.bias"]) if head == "span" else None,
    )
