"""How large the inputs of BERT's matrix products get on real text: what an engine in INT8 or FP8 scales them by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.runtimes.graph import build_graph
from engines.tokenize import Tokenizer

if TYPE_CHECKING:
    import onnx

#: Of the magnitudes in a batch; what lies beyond is clipped. The outermost values would make the steps too coarse.
PERCENTILE = 99.99

Batch = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]


def products(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Matrix products of activations with weights, but the last: the span head is small and sensitive."""
    weights = {initializer.name for initializer in model.graph.initializer}
    found = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    return [node for node in found if not node.name.startswith("qa_outputs")]


def measure_ranges(
    checkpoint: Checkpoint, batches: Iterable[Batch], percentile: float = PERCENTILE
) -> dict[str, NDArray[np.float32]]:
    """Run `batches` in float32 and give tensor name → range [1]: the largest over batches of each one's percentile.

    Keep it in `Checkpoint.activations`; padding is left out.
    """
    import openvino
    from onnx import TensorProto, helper

    model = build_graph(checkpoint, head="span" if checkpoint.head == "span" else "embedding")
    names = sorted({node.input[0] for node in products(model)})
    del model.graph.output[:]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    ranges = dict.fromkeys(names, np.float32(0))
    for ids, types, mask in batches:
        found = compiled([part.astype(np.int64) for part in (ids, types, mask)])
        for index, name in enumerate(names):
            kept = np.abs(found[index][mask.astype(bool)])
            ranges[name] = max(ranges[name], np.float32(np.percentile(kept, percentile)))
    return {name: np.array([value], np.float32) for name, value in ranges.items()}


def with_ranges(checkpoint: Checkpoint, ranges: Mapping[str, NDArray[np.float32]]) -> Checkpoint:
    """Give `checkpoint` with measured `ranges`, and a digest of its own: engines of other ranges are others."""
    digest = hashlib.sha256(checkpoint.digest.encode())
    for name in sorted(ranges):
        digest.update(name.encode() + ranges[name].tobytes())
    return replace(checkpoint, activations=dict(ranges), digest=digest.hexdigest())


def question_batches(tokenizer: Tokenizer, rows: Sequence[Mapping[str, Any]], seq: int, batch: int) -> Iterator[Batch]:
    """Pack `question` and `context` of `rows` as [CLS] question [SEP] context [SEP], cut to `seq` tokens.

    Yields ids, types and mask, int32 [batch, seq]; rows that do not fill a last batch are left out.
    """
    for start in range(0, len(rows) - batch + 1, batch):
        ids, types, mask = (np.zeros((batch, seq), np.int32) for _ in range(3))
        for index, row in enumerate(rows[start : start + batch]):
            question = tokenizer.encode(row["question"]).ids[: seq // 2]
            context = tokenizer.encode(row["context"]).ids[: seq - len(question) - 3]
            packed = [tokenizer.cls, *question, tokenizer.sep, *context, tokenizer.sep]
            ids[index, : len(packed)], mask[index, : len(packed)] = packed, 1
            types[index, len(question) + 2 : len(packed)] = 1
        yield ids, types, mask
