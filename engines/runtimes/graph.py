"""Checkpoint → ONNX graph (opset 17), built in code, without PyTorch.

Plain operators, batch and sequence as dynamic axes, the three attention projections as one MatMul. The scale 1/√d of
attention is folded into the query projection. Source: Devlin et al. 2018; GELU is the exact one, with erf.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.quantize import quantize_rows

if TYPE_CHECKING:
    import onnx

OPSET = 17
#: Added to the scores of padding: its softmax is 0 in float32 and float16 alike, and it does not overflow float16.
MASKED = -10000.0


def build_graph(
    checkpoint: Checkpoint,
    *,
    head: Literal["span", "embedding", "tokens"] = "span",
    layer_norm: Literal["op", "parts"] = "op",
    weights: Literal["float32", "int8"] = "float32",
) -> onnx.ModelProto:
    """Build the graph of `checkpoint`.

    Inputs `input_ids`, `token_type_ids`, `attention_mask`: int64 [batch, seq]. Output for `head="span"`:
    `logits` float32 [batch, seq, 2] (start, end); for `"embedding"`: `embedding` float32 [batch, hidden], mean
    over kept tokens, length 1. `layer_norm`: opset 17's LayerNormalization, or elementary operators.
    `weights="int8"`: matrices and tables are held as int8 codes with a scale per output channel (or table row), cast
    and multiplied in the graph; the arithmetic stays float32, and a runtime may fuse the pair into int8 arithmetic.

    Raises:
        ReparteeError: a span head is asked for and the checkpoint has none.
    """
    checkpoint.require_head(head)
    return _Graph(checkpoint, layer_norm, weights).build(head)


class _Graph:
    """Collects nodes and initialisers; each method appends operators and returns the name of their result."""

    def __init__(self, checkpoint: Checkpoint, layer_norm: str, weights: str) -> None:
        self.config = checkpoint.config
        self.tensors = checkpoint.tensors
        self.layer_norm = layer_norm
        self.int8 = weights == "int8"
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.known: set[str] = set()

    def build(self, head: str) -> onnx.ModelProto:
        from onnx import TensorProto, helper

        x = self.embeddings()
        mask = self.mask()
        for layer in range(self.config.layers):
            x = self.layer(x, mask, f"encoder.layer.{layer}")
        if head == "span":
            output = "logits"
            shape: list[str | int] = ["batch", "seq", 2]
            self.linear(x, ["qa_outputs"], "qa_outputs", out=output)
        elif head == "tokens":
            output, shape = "tokens", ["batch", "seq", self.config.hidden_size]
            self.op("Identity", [x], output)
        else:
            output, shape = "embedding", ["batch", self.config.hidden_size]
            self.mean_pool(x, out=output)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "seq"])
            for name in ("input_ids", "token_type_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self.nodes, "bert", inputs, outputs, self.initializers)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="repartee"
        )

    def embeddings(self) -> str:
        word = self.lookup("embeddings.word_embeddings.weight", "input_ids", "words")
        kind = self.op("Gather", [self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "types")
        shape = self.op("Shape", ["input_ids"], "shape", start=1, end=2)
        table = self.weight("embeddings.position_embeddings.weight")
        position = self.op("Slice", [table, self.ints("zero", [0]), shape, self.ints("zero", [0])], "positions")
        total = self.op("Add", [self.op("Add", [word, kind], "words_types"), position], "embedded")
        return self.norm(total, "embeddings.LayerNorm")

    def mask(self) -> str:
        """float32 [batch, 1, 1, seq]: 0 where a token is, MASKED where padding is."""
        from onnx import TensorProto

        kept = self.op("Cast", ["attention_mask"], "kept", to=TensorProto.FLOAT)
        padding = self.op("Sub", [self.floats("one", 1.0), kept], "padding")
        bias = self.op("Mul", [padding, self.floats("masked", MASKED)], "mask_bias")
        return self.op("Unsqueeze", [bias, self.ints("mask_axes", [1, 2])], "mask")

    def layer(self, x: str, mask: str, name: str) -> str:
        attended = self.attention(x, mask, f"{name}.attention")
        x = self.norm(self.op("Add", [attended, x], f"{name}.sum1"), f"{name}.attention.output.LayerNorm")
        inner = self.linear(x, [f"{name}.intermediate.dense"], f"{name}.intermediate.dense")
        outer = self.linear(self.gelu(inner, f"{name}.gelu"), [f"{name}.output.dense"], f"{name}.output.dense")
        return self.norm(self.op("Add", [outer, x], f"{name}.sum2"), f"{name}.output.LayerNorm")

    def attention(self, x: str, mask: str, name: str) -> str:
        heads = self.config.heads
        parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
        width = len(self.tensors[f"{parts[0]}.weight"])  # more than hidden where heads were filled up with zeros
        size, scale = width // heads, 1 / np.sqrt(self.config.hidden_size // heads)
        qkv = self.linear(x, parts, f"{name}.qkv", factors=[scale, 1, 1])
        q, k, v = (f"{name}.{part}" for part in "qkv")
        if self.int8:  # heads first, then thirds: one transpose instead of three; TensorRT's fusions know the other way
            every = self.op("Reshape", [qkv, self.ints("all_heads", [0, 0, 3 * heads, size])], f"{name}.heads")
            every = self.op("Transpose", [every], f"{name}.heads.t", perm=[0, 2, 1, 3])
            self.op("Split", [every, self.ints("thirds", [heads] * 3)], q, outputs=[q, k, v], axis=1)
            k = self.op("Transpose", [k], f"{k}.t", perm=[0, 1, 3, 2])
        else:
            shape = self.ints("split_heads", [0, 0, heads, size])
            self.op("Split", [qkv, self.ints("thirds", [width] * 3)], q, outputs=[q, k, v], axis=2)
            q, k, v = (self.op("Reshape", [part, shape], f"{part}.heads") for part in (q, k, v))
            q = self.op("Transpose", [q], f"{q}.t", perm=[0, 2, 1, 3])
            k = self.op("Transpose", [k], f"{k}.t", perm=[0, 2, 3, 1])
            v = self.op("Transpose", [v], f"{v}.t", perm=[0, 2, 1, 3])
        scores = self.op("Add", [self.op("MatMul", [q, k], f"{name}.scores"), mask], f"{name}.masked")
        weighted = self.op("MatMul", [self.op("Softmax", [scores], f"{name}.softmax", axis=-1), v], f"{name}.mix")
        joined = self.op("Transpose", [weighted], f"{name}.mix.t", perm=[0, 2, 1, 3])
        joined = self.op("Reshape", [joined, self.ints("join_heads", [0, 0, width])], f"{name}.joined")
        return self.linear(joined, [f"{name}.output.dense"], f"{name}.output.dense")

    def mean_pool(self, x: str, out: str) -> None:
        from onnx import TensorProto

        kept = self.op("Cast", ["attention_mask"], "kept_tokens", to=TensorProto.FLOAT)
        kept = self.op("Unsqueeze", [kept, self.ints("last_axis", [2])], "kept_column")
        total = self.op(
            "ReduceSum", [self.op("Mul", [x, kept], "kept_hidden"), self.ints("seq_axis", [1])], "total", keepdims=0
        )
        # The length-1 scaling cancels the division by the number of tokens: a sum points the same way as a mean.
        length = self.op("ReduceL2", [total], "length", axes=[1], keepdims=1)
        floor = self.floats("length_floor", 1e-9)
        self.op("Div", [total, self.op("Max", [length, floor], "safe_length")], out)

    def norm(self, x: str, name: str) -> str:
        gamma, beta = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        if self.layer_norm == "op":
            return self.op("LayerNormalization", [x, gamma, beta], name, axis=-1, epsilon=self.config.layer_norm_eps)
        centred = self.op("Sub", [x, self.op("ReduceMean", [x], f"{name}.mean", axes=[-1])], f"{name}.centred")
        square = self.op("Mul", [centred, centred], f"{name}.square")
        variance = self.op("ReduceMean", [square], f"{name}.variance", axes=[-1])
        spread = self.op("Add", [variance, self.floats("epsilon", self.config.layer_norm_eps)], f"{name}.spread")
        scaled = self.op("Div", [centred, self.op("Sqrt", [spread], f"{name}.deviation")], f"{name}.scaled")
        return self.op("Add", [self.op("Mul", [scaled, gamma], f"{name}.gained"), beta], name)

    def gelu(self, x: str, name: str) -> str:
        erf = self.op(
            "Erf", [self.op("Div", [x, self.floats("sqrt2", float(np.sqrt(2)))], f"{name}.in")], f"{name}.erf"
        )
        gate = self.op("Add", [erf, self.floats("one", 1.0)], f"{name}.gate")
        return self.op("Mul", [self.op("Mul", [x, gate], f"{name}.gated"), self.floats("half", 0.5)], name)

    def linear(self, x: str, parts: list[str], name: str, *, factors: Sequence[float] = (1,), out: str = "") -> str:
        """x [batch, seq, in] → [batch, seq, out]: the layers named `parts` side by side, each times its factor."""
        weights = [self.tensors[f"{part}.weight"] for part in parts]
        factor = np.repeat(np.array(factors, np.float32), [len(weight) for weight in weights])
        bias = np.concatenate([self.tensors[f"{part}.bias"] for part in parts]) * factor
        if self.int8 and name != "qa_outputs":
            pairs = [quantize_rows(weight) for weight in weights]
            codes = np.concatenate([codes for codes, _ in pairs])
            scale = np.concatenate([scale for _, scale in pairs]).astype(np.float32) * factor
            weight = self.dequantize(np.ascontiguousarray(codes.T), scale[None, :], f"{name}.weight")
        else:
            whole = np.concatenate(weights) * factor[:, None]
            weight = self.constant(f"{name}.weight", np.ascontiguousarray(whole.T))
        product = self.op("MatMul", [x, weight], f"{name}.product")
        return self.op("Add", [product, self.constant(f"{name}.bias", bias)], out or name)

    def lookup(self, table: str, ids: str, name: str) -> str:
        """Rows of `table` [rows, hidden] by number: [batch, seq] → [batch, seq, hidden]."""
        if not self.int8:
            return self.op("Gather", [self.weight(table), ids], name)
        codes, scale = quantize_rows(self.tensors[table])
        return self.op("Gather", [self.dequantize(codes, scale.astype(np.float32)[:, None], table), ids], name)

    def dequantize(self, codes: NDArray[np.int8], scale: NDArray[np.float32], name: str) -> str:
        """Codes int8 [rows, columns] times a scale that broadcasts over them."""
        from onnx import TensorProto

        wide = self.op("Cast", [self.constant(f"{name}.codes", codes)], f"{name}.wide", to=TensorProto.FLOAT)
        return self.op("Mul", [wide, self.constant(f"{name}.scale", scale)], name)

    def weight(self, name: str) -> str:
        return self.constant(name, self.tensors[name])

    def ints(self, name: str, values: list[int]) -> str:
        return self.constant(name, np.array(values, np.int64))

    def floats(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def constant(self, name: str, array: NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self.known:
            self.known.add(name)
            self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind: str, inputs: list[str], name: str, outputs: list[str] | None = None, **attributes: Any) -> str:
        """Append one operator; its single result bears the operator's name."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs or [name], name=name, **attributes))
        return name
