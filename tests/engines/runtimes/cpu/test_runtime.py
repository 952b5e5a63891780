import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.runtimes.cpu import runtime as cpu_runtime
from engines.runtimes.runtime import UnsuitableModelError, load_runtime, runtimes
from plugins import bert_cpu as kernels
from tests.engines.small_bert import random_batch, random_checkpoint, reference_hidden

SIZES = {"hidden_size": 128, "heads": 2, "intermediate_size": 192}

needs_kernels = pytest.mark.skipif(bool(kernels.missing()), reason=kernels.missing())


@needs_kernels
def test_padding_anywhere_in_a_row_changes_nothing(tmp_path):
    checkpoint = random_checkpoint(**SIZES)
    runtime = load_runtime("cpu", checkpoint, cache_dir=tmp_path)
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
    assert np.sqrt(((logits[0] - expected[0])[kept] ** 2).mean()) < 0.15 * expected[0][kept].std()
    runtime.close()


@needs_kernels
def test_a_row_without_tokens_has_an_embedding_of_zeros(tmp_path):
    checkpoint = random_checkpoint(head="none", **SIZES)
    runtime = load_runtime("cpu", checkpoint, cache_dir=tmp_path, head="embedding")
    ids, types, mask = random_batch(checkpoint.config, 2, 32)
    mask[0] = 0
    vectors = runtime.run(ids, types, mask)
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-5)
    runtime.close()


@needs_kernels
def test_a_model_without_a_span_head_or_with_odd_sizes_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ReparteeError, match="no question-answering head"):
        load_runtime("cpu", random_checkpoint(head="none", **SIZES), cache_dir=tmp_path)
    with pytest.raises(UnsuitableModelError, match=r"heads have 8 channels, but 32 or 64 are expected; choose another"):
        load_runtime("cpu", random_checkpoint(hidden_size=64, heads=8), cache_dir=tmp_path)
    with pytest.raises(UnsuitableModelError, match="hidden and inner size are 96 and 64, but multiples of 64"):
        load_runtime("cpu", random_checkpoint(hidden_size=96, heads=3), cache_dir=tmp_path)


@needs_kernels
def test_no_memory_is_a_sentence(tmp_path, monkeypatch):
    def none_left(*_):
        raise MemoryError("the CPU kernels got no memory or no threads")

    monkeypatch.setattr(kernels, "BertCpu", none_left)
    with pytest.raises(ReparteeError, match="There is not enough memory for the model"):
        load_runtime("cpu", random_checkpoint(**SIZES), cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (FileNotFoundError("_bert_cpu"), "were not built when Repartee was installed"),
        (OSError("wrong ELF class"), "cannot be loaded (wrong ELF class)"),
    ],
)
def test_kernels_that_are_not_there_are_said_to_be_missing(found, words, monkeypatch):
    def absent():
        raise found

    monkeypatch.setattr(kernels, "_library", absent)
    status = cpu_runtime.status()
    assert not status.available
    assert not status.installed
    assert words in status.reason
    assert status.reason.endswith(".")


@needs_kernels
def test_kernels_of_another_version_are_not_run(monkeypatch):
    monkeypatch.setattr(kernels, "INTERFACE", kernels.INTERFACE + 1)
    assert "of another version" in cpu_runtime.status().reason


@needs_kernels
def test_the_instruction_set_is_named_and_another_one_can_be_asked_for(tmp_path):
    able = [each.name for each in kernels.here()]
    assert f"({able[0]})" in cpu_runtime.status().reason
    for name in able:
        assert f"({name})" in cpu_runtime.status(name).reason
        assert [f"({name})" in each.reason for each in runtimes(name) if each.name == "cpu"] == [True]
        runtime = load_runtime("auto", random_checkpoint(**SIZES), cache_dir=tmp_path, isa=name)
        assert (runtime.name, name in runtime.device) == ("cpu", True)
        runtime.close()


@needs_kernels
@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_an_instruction_set_that_is_not_there_is_refused_in_a_sentence(name, tmp_path, monkeypatch):
    with pytest.raises(ReparteeError, match="There are no kernels named 'mmx' for this kind of processor; there are "):
        load_runtime(name, random_checkpoint(**SIZES), cache_dir=tmp_path, isa="mmx")
    lacking = [each.name for each in kernels.built() if each not in kernels.here()]
    if not lacking:
        pytest.skip("this CPU has every instruction set that there are kernels for")
    with pytest.raises(ReparteeError, match=r"^This CPU lacks .*\.$"):
        load_runtime(name, random_checkpoint(**SIZES), cache_dir=tmp_path, isa=lacking[0])
