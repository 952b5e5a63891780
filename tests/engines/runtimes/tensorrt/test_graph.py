from dataclasses import replace

import numpy as np
import pytest

from engines.runtimes.ranges import measure_ranges, question_batches, with_ranges
from engines.runtimes.tensorrt.graph import INPUTS, OUTPUTS, fill_heads, tensorrt_graph
from engines.tokenize import Tokenizer
from tests.engines.small_bert import random_batch, random_checkpoint, reference_hidden, reference_logits


def evaluate(model, output, inputs):
    """Run a graph operator by operator, in the types it states."""
    from onnx import load_from_string
    from onnx.reference import ReferenceEvaluator

    feeds = {name: values.astype(np.int32) for name, values in zip(INPUTS, inputs, strict=True)}
    return ReferenceEvaluator(load_from_string(model)).run([output], feeds)[0]


@pytest.mark.parametrize(("half", "parts"), [(False, False), (False, True), (True, False)])
def test_the_graph_takes_int32_and_gives_the_references_logits(checkpoint, half, parts):
    inputs = random_batch(checkpoint.config, 2, 24)
    logits = evaluate(
        tensorrt_graph(checkpoint, head="span", half_types=half, elementary=parts), OUTPUTS["span"], inputs
    )
    kept = inputs[2].astype(bool)
    expected = reference_logits(checkpoint, *inputs)
    error = np.linalg.norm((logits - expected)[kept]) / np.linalg.norm(expected[kept])
    assert logits.dtype == np.float32
    assert error < (2e-2 if half else 1e-5)


def test_heads_filled_with_zeros_give_the_same_logits(checkpoint):
    inputs = random_batch(checkpoint.config, 2, 24)
    filled = fill_heads(checkpoint, 16)
    assert filled.tensors["encoder.layer.0.attention.self.query.weight"].shape == (4 * 16, 32)
    logits = evaluate(tensorrt_graph(filled, head="span", half_types=False, elementary=True), OUTPUTS["span"], inputs)
    np.testing.assert_allclose(logits, reference_logits(checkpoint, *inputs), atol=1e-4)


@pytest.mark.parametrize("half", [False, True])
def test_the_embedding_is_pooled_in_float32(half):
    encoder = random_checkpoint(head="none")
    inputs = random_batch(encoder.config, 2, 24)
    model = tensorrt_graph(encoder, head="embedding", half_types=half, elementary=False)
    embedding = evaluate(model, OUTPUTS["embedding"], inputs)
    mean = (reference_hidden(encoder, *inputs) * inputs[2][..., None]).sum(1)
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    assert embedding.dtype == np.float32
    assert ((embedding * expected).sum(1) > 0.9999).all()
    np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 1, atol=1e-5)


def test_a_half_graph_holds_half_the_bytes(checkpoint):
    sizes = [len(tensorrt_graph(checkpoint, head="span", half_types=half, elementary=False)) for half in (False, True)]
    assert sizes[1] < 0.75 * sizes[0]


@pytest.mark.parametrize(("kind", "error"), [("int8", 0.1), ("fp8", 0.3)])
def test_a_quantised_graph_stays_near_the_reference(checkpoint, kind, error):
    ranges = measure_ranges(checkpoint, [random_batch(checkpoint.config, 4, 48, seed) for seed in range(4)])
    measured = replace(checkpoint, activations=ranges)
    inputs = random_batch(checkpoint.config, 2, 24, seed=9)
    model = tensorrt_graph(measured, head="span", half_types=True, elementary=False, quantized=kind)
    kept, expected = inputs[2].astype(bool), reference_logits(checkpoint, *inputs)
    logits = evaluate(model, OUTPUTS["span"], inputs)
    assert np.linalg.norm((logits - expected)[kept]) / np.linalg.norm(expected[kept]) < error


def test_ranges_are_those_of_the_products_inputs(checkpoint):
    ranges = measure_ranges(checkpoint, [random_batch(checkpoint.config, 4, 48)])
    assert len(ranges) == 4 * checkpoint.config.layers
    inputs = random_batch(checkpoint.config, 4, 48)
    last = np.abs(reference_hidden(replace(checkpoint, config=replace(checkpoint.config, layers=1)), *inputs))
    kept = last[inputs[2].astype(bool)]
    assert ranges["encoder.layer.0.output.LayerNorm"] == pytest.approx(np.percentile(kept, 99.99), rel=1e-4)


def test_measured_ranges_make_another_model_of_the_same_weights(checkpoint):
    ranges = measure_ranges(checkpoint, [random_batch(checkpoint.config, 4, 48)])
    measured = with_ranges(checkpoint, ranges)
    assert measured.digest != checkpoint.digest, "an engine of other ranges may not be taken from the cache"
    assert with_ranges(checkpoint, ranges).digest == measured.digest
    wider = {name: 2 * value for name, value in ranges.items()}
    assert with_ranges(checkpoint, wider).digest != measured.digest


def test_questions_are_packed_with_their_contexts_and_cut(checkpoint):
    tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
    rows = [{"question": "How high is the tower?", "context": "The tower is in Paris."}] * 3
    ((ids, types, mask),) = question_batches(tokenizer, rows, 12, 2)
    words = [checkpoint.vocab[number] for number in ids[0]]
    assert words == "[CLS] how high is the tower ? [SEP] the tower is [SEP]".split()
    assert types[0].tolist() == [0] * 8 + [1] * 4
    assert mask.all()
