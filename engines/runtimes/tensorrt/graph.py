"""The ONNX graph as TensorRT takes it: int32 inputs, and float16 inside where types are part of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.runtimes.graph import build_graph
from engines.runtimes.ranges import products
from engines.runtimes.runtime import OutputHead

if TYPE_CHECKING:
    import onnx

INPUTS = ("input_ids", "token_type_ids", "attention_mask")
OUTPUTS = {"span": "logits", "embedding": "embedding"}

#: First operator of the embedding head: sums of squares over a passage would overflow float16, so it stays float32.
POOLING_STARTS = "kept_tokens"

#: Ends of the names of LayerNorm's parts that could overflow float16: squares of large activations.
SINGLE = (".square", ".variance", ".spread", ".deviation")

POOLING = ("kept_tokens", "kept_column", "kept_hidden", "total", "length", "safe_length", "embedding")


def tensorrt_graph(
    checkpoint: Checkpoint, *, head: OutputHead, half_types: bool, elementary: bool, quantized: str = ""
) -> bytes:
    """Serialise the graph of `checkpoint`: inputs int32 [batch, seq], result float32.

    `half_types`: weights and activations are float16 (for strongly typed networks). `elementary`: only operators as
    older parsers know them, in the form that TensorRT 8.6 fuses best: LayerNorm in parts, the span head as sums.
    `quantized`: "int8" or "fp8": matrix products' inputs and weights then go through explicit QuantizeLinear and
    DequantizeLinear.
    """
    from onnx import TensorProto

    model = build_graph(checkpoint, head=head, layer_norm="parts" if elementary else "op")
    for each in model.graph.input:
        each.type.tensor_type.elem_type = TensorProto.INT32
    if elementary:
        if head == "span":
            _sum_head(model)
        _slice_shape(model)
    if half_types:
        to_half(model, OUTPUTS[head])
    if quantized:
        _quantize(model, checkpoint, quantized)
    data: bytes = model.SerializeToString()
    return data


def fill_heads(checkpoint: Checkpoint, size: int) -> Checkpoint:
    """Fill attention heads up to `size` dimensions with zeros: more arithmetic, the same results."""
    heads = checkpoint.config.heads
    more = size - checkpoint.config.hidden_size // heads
    tensors = dict(checkpoint.tensors)
    for name, tensor in checkpoint.tensors.items():
        if ".attention.self." in name:  # weight [heads * size, hidden], bias [heads * size]
            parts = tensor.reshape(heads, -1, *tensor.shape[1:])
            filled = np.pad(parts, [(0, 0), (0, more), *[(0, 0)] * (tensor.ndim - 1)])
            tensors[name] = filled.reshape(-1, *tensor.shape[1:])
        elif name.endswith(".attention.output.dense.weight"):  # [hidden, heads * size]
            parts = tensor.reshape(len(tensor), heads, -1)
            tensors[name] = np.pad(parts, [(0, 0), (0, 0), (0, more)]).reshape(len(tensor), -1)
    return replace(checkpoint, tensors=tensors)


def to_half(model: onnx.ModelProto, output: str) -> None:
    """Turn a float32 graph into a float16 one, in place; its result and the embedding head's pooling stay float32."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = list(model.graph.node)
    start = next((index for index, node in enumerate(nodes) if node.name == POOLING_STARTS), len(nodes))
    body, pooling = nodes[:start], nodes[start:]
    single = {name for node in pooling for name in node.input}
    for initializer in model.graph.initializer:
        if initializer.data_type == TensorProto.FLOAT and initializer.name not in single:
            values = numpy_helper.to_array(initializer).astype(np.float16)
            initializer.CopyFrom(numpy_helper.from_array(values, initializer.name))
    for node in body:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.FLOAT16
    last = body[-1].output[0]
    if pooling:
        widened = helper.make_node("Cast", [last], [f"{last}.single"], name=f"{last}.single", to=TensorProto.FLOAT)
        for node in pooling:
            renamed = [f"{last}.single" if name == last else name for name in node.input]
            node.input[:] = renamed
        body.append(widened)
    else:
        body[-1].output[0] = f"{output}.half"
        body.append(helper.make_node("Cast", [f"{output}.half"], [output], name=f"{output}.wide", to=TensorProto.FLOAT))
    del model.graph.node[:]
    model.graph.node.extend([*body, *pooling])


def _sum_head(model: onnx.ModelProto) -> None:
    """Compute start and end logits as sums over hidden, which fuse; a matrix product of two columns is slow alone."""
    from onnx import helper, numpy_helper

    product = next(node for node in model.graph.node if node.name == "qa_outputs.product")
    x, weights = product.input
    columns = next(each for each in model.graph.initializer if each.name == weights)
    rows = np.ascontiguousarray(numpy_helper.to_array(columns).T)  # [2, hidden]
    columns.CopyFrom(numpy_helper.from_array(rows, weights))
    for name, axis in (("third_axis", 2), ("hidden_axis", -1)):
        model.graph.initializer.append(numpy_helper.from_array(np.array([axis], np.int64), name))
    sums = [
        helper.make_node("Unsqueeze", [x, "third_axis"], ["qa_outputs.wide"], name="qa_outputs.wide"),
        helper.make_node("Mul", ["qa_outputs.wide", weights], ["qa_outputs.terms"], name="qa_outputs.terms"),
        helper.make_node(
            "ReduceSum", ["qa_outputs.terms", "hidden_axis"], [product.output[0]], name=product.name, keepdims=0
        ),
    ]
    nodes = [new for node in model.graph.node for new in (sums if node is product else [node])]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _slice_shape(model: onnx.ModelProto) -> None:
    """Say Shape(start, end), which opset 15 brought, as Shape and Slice."""
    from onnx import helper, numpy_helper

    nodes = []
    for node in model.graph.node:
        if node.op_type != "Shape":
            nodes.append(node)
            continue
        name, bounds = node.output[0], []
        for limit in sorted(node.attribute, key=lambda attribute: attribute.name, reverse=True):  # start, then end
            bounds.append(f"{name}.{limit.name}")
            model.graph.initializer.append(numpy_helper.from_array(np.array([limit.i], np.int64), bounds[-1]))
        nodes.append(helper.make_node("Shape", list(node.input), [f"{name}.all"], name=f"{name}.all"))
        nodes.append(helper.make_node("Slice", [f"{name}.all", *bounds], [name], name=name))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _quantize(model: onnx.ModelProto, checkpoint: Checkpoint, kind: str) -> None:
    """Put a QuantizeLinear and DequantizeLinear pair before both inputs of each product with weights.

    Activations have one scale, from the checkpoint's measured ranges; weights one per output channel.
    """
    from onnx import TensorProto, helper, numpy_helper

    stored = TensorProto.INT8 if kind == "int8" else TensorProto.FLOAT8E4M3FN
    largest = 127.0 if kind == "int8" else 448.0
    arrays = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    nodes, wanted = [], {node.name: node for node in products(model)}

    def pair(name: str, scale: NDArray[Any], axis: int) -> str:
        zero = helper.make_tensor(f"{name}.zero", stored, scale.shape, [0] * scale.size)
        model.graph.initializer.extend([numpy_helper.from_array(scale, f"{name}.scale"), zero])
        inputs = [f"{name}.scale", f"{name}.zero"]
        for kind_of, source, made in (
            ("Quantize", name, f"{name}.codes"),
            ("Dequantize", f"{name}.codes", f"{name}.q"),
        ):
            nodes.append(helper.make_node(f"{kind_of}Linear", [source, *inputs], [made], name=made, axis=axis))
        return f"{name}.q"

    for node in model.graph.node:
        if node.name in wanted:
            source, weights = node.input
            dtype = arrays[weights].dtype
            peak = np.abs(arrays[weights].astype(np.float32)).max(axis=0)
            limit = checkpoint.activations[source].astype(np.float32).reshape(())
            scales = [np.maximum(each / largest, 1e-6).astype(dtype) for each in (limit, peak)]
            node.input[:] = [pair(source, scales[0], 0), pair(weights, scales[1], 1)]
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    if kind == "fp8" or dtype == np.float16:
        model.opset_import[0].version = 19  # the first with float16 scales and float8 codes
