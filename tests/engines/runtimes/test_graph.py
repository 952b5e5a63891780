import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.quantize import write_int8
from engines.runtimes.graph import build_graph
from tests.engines.small_bert import random_batch, random_checkpoint, reference_hidden, reference_logits


def run(graph, inputs):
    names = ("input_ids", "token_type_ids", "attention_mask")
    return ReferenceEvaluator(graph).run(None, dict(zip(names, inputs, strict=True)))[0]


@pytest.mark.parametrize("layer_norm", ["op", "parts"])
@pytest.mark.parametrize(("batch", "seq"), [(1, 64), (1, 7), (3, 20)])
def test_logits_are_those_of_the_reference(checkpoint, layer_norm, batch, seq):
    inputs = random_batch(checkpoint.config, batch, seq)
    logits = run(build_graph(checkpoint, layer_norm=layer_norm), inputs)
    expected = reference_logits(checkpoint, *inputs)
    assert logits.shape == (batch, seq, 2)
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(logits, expected, atol=2e-5)


def test_padding_changes_nothing_for_the_tokens_kept(checkpoint):
    ids, types, mask = random_batch(checkpoint.config, 1, 12)
    graph = build_graph(checkpoint)
    kept = int(mask.sum())
    padded = run(graph, (ids, types, mask))[:, :kept]
    np.testing.assert_allclose(padded, run(graph, (ids[:, :kept], types[:, :kept], mask[:, :kept])), atol=2e-5)


def test_the_embedding_is_the_mean_of_the_tokens_kept_with_length_one():
    encoder = random_checkpoint(head="none")
    ids, types, mask = random_batch(encoder.config, 4, 16)
    embedding = run(build_graph(encoder, head="embedding"), (ids, types, mask))
    hidden = reference_hidden(encoder, ids, types, mask)
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    np.testing.assert_allclose(embedding, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=2e-5)


@pytest.mark.parametrize("layer_norm", ["op", "parts"])
def test_the_graph_is_valid_and_has_dynamic_axes(checkpoint, layer_norm):
    graph = build_graph(checkpoint, layer_norm=layer_norm)
    onnx.checker.check_model(graph, full_check=True)
    for tensor in graph.graph.input:
        assert [dim.dim_param for dim in tensor.type.tensor_type.shape.dim] == ["batch", "seq"]


def test_a_span_graph_needs_a_head():
    with pytest.raises(ReparteeError, match="no question-answering head"):
        build_graph(random_checkpoint(head="none"))


def test_int8_weights_in_the_graph_compute_what_the_stored_file_says(tmp_path, checkpoint):
    write_int8(checkpoint, tmp_path / "reader.safetensors")
    stored = Checkpoint.load(tmp_path / "reader.safetensors")
    graph = build_graph(stored, weights="int8")
    inputs = random_batch(checkpoint.config, 2, 24)
    np.testing.assert_allclose(run(graph, inputs), reference_logits(stored, *inputs), atol=2e-5)
    matrices = [each for each in graph.graph.initializer if len(each.dims) == 2 and not each.name.endswith(".scale")]
    floats = {each.name for each in matrices if each.data_type == onnx.TensorProto.FLOAT}
    small = ("embeddings.position_embeddings", "embeddings.token_type_embeddings", "qa_outputs")
    assert floats == {f"{name}.weight" for name in small}
