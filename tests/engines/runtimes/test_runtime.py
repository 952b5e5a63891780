import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.quantize import write_int8
from engines.runtimes.openvino.shapes import HOT
from engines.runtimes.runtime import load_runtime, runtimes
from plugins import bert_cpu as kernels
from tests.engines.small_bert import random_batch, random_checkpoint, reference_hidden, reference_logits

FITTING = {"hidden_size": 128, "heads": 4, "intermediate_size": 128}
"""Sizes that every runtime takes."""

AVAILABLE = [status.name for status in runtimes() if status.available and status.name != "tensorrt"]


def test_every_runtime_says_in_one_sentence_whether_it_works():
    statuses = runtimes()
    assert any(status.available for status in statuses)
    for status in statuses:
        assert status.reason.endswith(".")
        assert "\n" not in status.reason


@pytest.mark.parametrize("name", AVAILABLE)
@pytest.mark.parametrize("batch", [1, 4])
def test_logits_are_close_to_the_reference(name, batch, tmp_path):
    checkpoint = random_checkpoint(**FITTING)
    runtime = load_runtime(name, checkpoint, cache_dir=tmp_path)
    inputs = random_batch(checkpoint.config, batch, runtime.buckets[0])
    logits = runtime.run(*inputs)
    expected = reference_logits(checkpoint, *inputs)
    kept = inputs[2].astype(bool)
    assert logits.shape == expected.shape
    assert logits.dtype == np.float32
    error = np.sqrt(((logits - expected)[kept] ** 2).mean())
    bound = 0.2 if "avx2" in runtime.device else 0.15  # its inputs have 127 levels instead of 255
    assert error < bound * expected[kept].std(), "random weights suffer most from int8, yet not more than this"
    runtime.close()


@pytest.mark.parametrize("name", AVAILABLE)
def test_embeddings_point_where_the_reference_points(name, tmp_path):
    encoder = random_checkpoint(head="none", **FITTING)
    runtime = load_runtime(name, encoder, cache_dir=tmp_path, head="embedding")
    inputs = random_batch(encoder.config, 3, runtime.buckets[0])
    embedding = runtime.run(*inputs)
    mean = (reference_hidden(encoder, *inputs) * inputs[2][..., None]).sum(1)
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    assert ((embedding * expected).sum(1) > 0.995).all()
    runtime.close()


@pytest.mark.parametrize("name", AVAILABLE)
def test_threads_share_a_runtime_without_mixing_results(name, tmp_path):
    checkpoint = random_checkpoint(**FITTING)
    runtime = load_runtime(name, checkpoint, cache_dir=tmp_path)
    batches = [random_batch(checkpoint.config, 1, runtime.buckets[0], seed) for seed in range(4)]
    alone = [runtime.run(*batch) for batch in batches]
    mixed = []

    def work(seed):
        for _ in range(20):
            mixed.append((seed, runtime.run(*batches[seed])))

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mixed) == 80
    for seed, logits in mixed:
        np.testing.assert_allclose(logits, alone[seed], atol=1e-4)
    runtime.close()


def test_auto_takes_the_first_runtime_that_works(tmp_path, checkpoint):
    runtime = load_runtime("auto", checkpoint, cache_dir=tmp_path)
    assert runtime.name in [status.name for status in runtimes() if status.available]
    runtime.close()


@pytest.mark.parametrize("name", AVAILABLE)
def test_what_was_compiled_is_kept_and_a_damaged_copy_is_replaced(name, tmp_path):
    checkpoint = random_checkpoint(**FITTING)
    inputs = random_batch(checkpoint.config, 1, 32)
    first = load_runtime(name, checkpoint, cache_dir=tmp_path).run(*inputs)
    for file in tmp_path.rglob("*.engine"):
        file.write_bytes(file.read_bytes()[:1000])
    again = load_runtime(name, checkpoint, cache_dir=tmp_path).run(*inputs)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", AVAILABLE)
def test_a_cache_that_cannot_be_written_is_no_error(name, tmp_path):
    checkpoint = random_checkpoint(**FITTING)
    (tmp_path / "file").write_text("in the way")
    assert (
        load_runtime(name, checkpoint, cache_dir=tmp_path / "file").run(*random_batch(checkpoint.config, 1, 32)).any()
    )


def test_the_float32_runtime_is_the_reference_itself(tmp_path, checkpoint):
    runtime = load_runtime("openvino-f32", checkpoint, cache_dir=tmp_path)
    inputs = random_batch(checkpoint.config, 2, 48)
    np.testing.assert_allclose(runtime.run(*inputs), reference_logits(checkpoint, *inputs), atol=1e-4)


def test_a_length_that_is_read_often_gets_its_own_model_and_still_agrees_with_the_reference(tmp_path, checkpoint):
    runtime = load_runtime("openvino", checkpoint, cache_dir=tmp_path)
    inputs = random_batch(checkpoint.config, 1, 48)
    for _ in range(HOT):
        runtime.run(*inputs)
    assert runtime._hot.model(48) is None  # not while it is in use
    deadline = time.monotonic() + 60
    while 48 not in runtime._hot._models and time.monotonic() < deadline:
        time.sleep(0.01)
    assert runtime._hot.model(48) is not None
    assert runtime._hot.model(32) is None
    expected = reference_logits(checkpoint, *inputs)
    kept = inputs[2].astype(bool)
    assert np.sqrt(((runtime.run(*inputs) - expected)[kept] ** 2).mean()) < 0.15 * expected[kept].std()
    runtime.close()


def test_a_cpu_without_int8_instructions_still_reads(tmp_path, checkpoint):
    write_int8(checkpoint, tmp_path / "tiny.safetensors")
    program = """
import sys
from pathlib import Path
import numpy as np
from engines.checkpoint import Checkpoint
from engines.runtimes.runtime import load_runtime

folder = Path(sys.argv[1])
runtime = load_runtime("openvino", Checkpoint.load(folder / "tiny.safetensors"), cache_dir=folder)
ids = np.arange(32)[None] % 40
np.save(folder / "logits.npy", runtime.run(ids, ids * 0, ids * 0 + 1))
"""
    env = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, tmp_path], env=env, check=True, timeout=120)
    ids = np.arange(32)[None] % 40
    expected = reference_logits(Checkpoint.load(tmp_path / "tiny.safetensors"), ids, ids * 0, ids * 0 + 1)
    np.testing.assert_allclose(np.load(tmp_path / "logits.npy"), expected, atol=1e-3)


def test_auto_passes_over_a_runtime_that_does_not_know_the_sizes_of_a_model_and_makes_no_fuss(tmp_path):
    odd = random_checkpoint(hidden_size=48, heads=4, intermediate_size=80)
    runtime = load_runtime("auto", odd, cache_dir=tmp_path)
    assert runtime.name == "openvino"
    assert "kernels" not in runtime.note.lower()
    runtime.close()


def test_without_openvino_our_kernels_read_and_nothing_else_is_said_of_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    statuses = {status.name: status for status in runtimes()}
    assert statuses["openvino"].reason == (
        "OpenVINO is not installed (openvino); pip install 'repartee[openvino]' adds it."
    )
    assert not statuses["openvino-f32"].available
    if not statuses["cpu"].available:
        pytest.skip(statuses["cpu"].reason)
    runtime = load_runtime("auto", random_checkpoint(**FITTING), cache_dir=tmp_path)
    assert runtime.name == "cpu"
    assert "openvino" not in runtime.note.lower()
    runtime.close()


def test_where_nothing_can_read_one_sentence_says_why_and_what_would(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    odd = random_checkpoint(hidden_size=48, heads=4, intermediate_size=80)
    why = r"^No runtime can read here \(.*\); pip install 'repartee\[openvino\]' adds OpenVINO, which can\.$"
    with pytest.raises(ReparteeError, match=why):
        load_runtime("auto", odd, cache_dir=tmp_path)
    monkeypatch.setattr("plugins.bert_cpu._file", lambda: None)
    kernels._library.cache_clear()
    try:
        with pytest.raises(ReparteeError, match=r"\(the CPU kernels were not built when Repartee was installed"):
            load_runtime("auto", odd, cache_dir=tmp_path)
    finally:
        kernels._library.cache_clear()


def test_an_unknown_runtime_is_named(tmp_path, checkpoint):
    with pytest.raises(ReparteeError, match=r"no runtime 'abacus'; choose auto or one of .*openvino"):
        load_runtime("abacus", checkpoint, cache_dir=tmp_path)


def test_a_length_that_gets_no_model_of_its_own_is_told_and_read_all_the_same(checkpoint, tmp_path, caplog):
    runtime = load_runtime("openvino", checkpoint, cache_dir=tmp_path)
    runtime._hot._graph = lambda: b"no graph"
    batch = random_batch(checkpoint.config, 1, 32)
    with caplog.at_level("WARNING"):
        for _ in range(HOT + 1):
            assert np.isfinite(runtime.run(*batch)).all()
        give_up = time.monotonic() + 60
        while "no model of its own for 32 tokens" not in caplog.text and time.monotonic() < give_up:
            time.sleep(0.05)
    assert "no model of its own for 32 tokens" in caplog.text
    assert np.isfinite(runtime.run(*batch)).all()
    runtime.close()


def test_a_closed_model_says_so(checkpoint, tmp_path):
    runtime = load_runtime("openvino", checkpoint, cache_dir=tmp_path)
    runtime.close()
    with pytest.raises(ReparteeError, match="This model is closed"):
        runtime.run(*random_batch(checkpoint.config, 1, 32))
