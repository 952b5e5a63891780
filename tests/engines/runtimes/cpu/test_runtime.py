import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.runtimes.cpu import runtime as avx512_runtime
from engines.runtimes.runtime import UnsuitableModelError, load_runtime
from plugins import bert_avx512 as kernels
from tests.engines.small_bert import random_batch, random_checkpoint, reference_hidden

SIZES = {"hidden_size": 128, "heads": 2, "intermediate_size": 192}

needs_kernels = pytest.mark.skipif(bool(kernels.missing()), reason=kernels.missing())


@needs_kernels
def test_padding_anywhere_in_a_row_changes_nothing(tmp_path):
    checkpoint = random_checkpoint(**SIZES)
    runtime = load_runtime("avx512", checkpoint, cache_dir=tmp_path)
    ids, types, mask = random_batch(checkpoint.config, 3, 48)
    mask[0, 5:9] = 0
    mask[1] = 0
    logits = runtime.run(ids, types, mask)
    other = np.where(mask == 1, ids, 3)
    np.testing.assert_array_equal(runtime.run(other, types, mask), logits)
    assert not logits[mask == 0].any()
    weights = checkpoint.tensors["qa_outputs.weight"], checkpoint.tensors["qa_outputs.bias"]
    expected = reference_hidden(checkpoint, ids[:1], types[:1], mask[:1]) @ weights[0].T + weights[1]
    kept = mask[0] == 1
    assert np.abs(logits[0] - expected[0])[kept].max() < 0.2 * expected[0][kept].std()
    runtime.close()


@needs_kernels
def test_a_row_without_tokens_has_an_embedding_of_zeros(tmp_path):
    checkpoint = random_checkpoint(head="none", **SIZES)
    runtime = load_runtime("avx512", checkpoint, cache_dir=tmp_path, head="embedding")
    ids, types, mask = random_batch(checkpoint.config, 2, 32)
    mask[0] = 0
    vectors = runtime.run(ids, types, mask)
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-5)
    runtime.close()


@needs_kernels
def test_a_model_without_a_span_head_or_with_odd_sizes_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ReparteeError, match="no question-answering head"):
        load_runtime("avx512", random_checkpoint(head="none", **SIZES), cache_dir=tmp_path)
    with pytest.raises(UnsuitableModelError, match=r"heads have 8 channels, but 32 or 64 are expected; choose another"):
        load_runtime("avx512", random_checkpoint(hidden_size=64, heads=8), cache_dir=tmp_path)
    with pytest.raises(UnsuitableModelError, match="hidden and inner size are 96 and 64, but multiples of 64"):
        load_runtime("avx512", random_checkpoint(hidden_size=96, heads=3), cache_dir=tmp_path)


@needs_kernels
def test_no_memory_is_a_sentence(tmp_path, monkeypatch):
    def none_left(*_):
        raise MemoryError("the AVX-512 kernels got no memory or no threads")

    monkeypatch.setattr(kernels, "BertAvx512", none_left)
    with pytest.raises(ReparteeError, match="There is not enough memory for the model"):
        load_runtime("avx512", random_checkpoint(**SIZES), cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (FileNotFoundError("_bert_avx512"), "were not built when Repartee was installed"),
        (OSError("wrong ELF class"), "cannot be loaded (wrong ELF class)"),
    ],
)
def test_kernels_that_are_not_there_are_said_to_be_missing(found, words, monkeypatch):
    def absent():
        raise found

    monkeypatch.setattr(kernels, "_library", absent)
    status = avx512_runtime.status()
    assert not status.available
    assert not status.installed
    assert words in status.reason
    assert status.reason.endswith(".")


@needs_kernels
def test_kernels_of_another_version_are_not_run(monkeypatch):
    monkeypatch.setattr(kernels, "INTERFACE", kernels.INTERFACE + 1)
    assert "of another version" in avx512_runtime.status().reason
