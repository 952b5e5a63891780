import asyncio
import time
from types import SimpleNamespace

import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import CudaError, Gpu, require_memory
from engines.runtimes.runtime import load_runtime
from engines.runtimes.tensorrt import runtime as tensorrt_runtime
from engines.runtimes.tensorrt.api import TensorRT, TensorRTError, UnusablePlanError, installed
from engines.runtimes.tensorrt.build import EngineOptions
from engines.runtimes.tensorrt.runtime import cheapest, show_progress, trial
from tests.engines.small_bert import mixed_up, random_batch, random_checkpoint, reference_hidden, reference_logits

no_gpu = pytest.mark.skipif(cuda.has_driver(), reason="about machines without an NVIDIA driver; this one has it")
GIB = 1 << 30
SMALL_GPU = Gpu("NVIDIA T4", (7, 5), 16 * GIB, 1 * GIB, "535.1", (12, 2))
OPTIONS = EngineOptions((32, 64), (1, 4))


@no_gpu
def test_of_a_build_a_log_has_its_end_only(capsys):
    show = show_progress()
    for phase, done in (("parsing", 0.1), ("building", 0.5), ("built", 1.0)):
        show(phase, done)
    assert capsys.readouterr().err.splitlines() == ["TensorRT engine: built 100%, 0 s"]


def test_without_a_driver_the_status_says_so():
    status = tensorrt_runtime.status()
    assert not status.available
    expected = "No NVIDIA driver was found" if installed() else "TensorRT is not installed; install it with"
    assert status.reason.startswith(expected)
    assert status.installed == bool(installed())


@no_gpu
def test_without_a_driver_auto_reads_on_the_cpu_and_says_why(tmp_path, checkpoint):
    runtime = load_runtime("auto", checkpoint, cache_dir=tmp_path)
    assert runtime.name != "tensorrt"
    if installed():
        missing = "no NVIDIA driver was found (libcuda.so.1 cannot be loaded)"
        assert runtime.note == f"on the CPU: {missing}; see repartee doctor", "as short as a ledger needs it"
    else:
        assert runtime.note == "", "a machine where nobody asked for a GPU is told nothing"
    runtime.close()


@no_gpu
def test_without_a_driver_asking_for_tensorrt_fails_in_one_sentence(tmp_path, checkpoint):
    with pytest.raises(ReparteeError, match=r"^[^\n]*(driver|not installed)[^\n]*\.$"):
        load_runtime("tensorrt", checkpoint, cache_dir=tmp_path)
    with pytest.raises(CudaError, match="No NVIDIA driver was found"):
        tensorrt_runtime.load(checkpoint, cache_dir=tmp_path)


def test_too_little_memory_is_told_in_mebibytes():
    require_memory(SMALL_GPU, GIB, "Loading")
    with pytest.raises(CudaError, match=r"needs about 2048 MiB .* but 1024 of the 16384 MiB on NVIDIA T4 are free"):
        require_memory(SMALL_GPU, 2 * GIB, "Loading the engines")


def test_a_hopper_gpu_is_not_run_by_tensorrt_rtx():
    if installed() != ["tensorrt_rtx"]:
        pytest.skip("about machines with TensorRT-RTX alone, which make test installs on x86-64 Linux")
    with pytest.raises(TensorRTError, match=r"does not run on compute capability 9\.0"):
        tensorrt_runtime.load_api(Gpu("NVIDIA H200", (9, 0), 141 * GIB, 140 * GIB, "580.1", (13, 0)))
    assert tensorrt_runtime.load_api(SMALL_GPU).name == "tensorrt_rtx"


def test_rows_are_split_as_was_measured_to_cost_least():
    assert cheapest(1, {1: 0.2, 8: 0.3}) == [1]
    assert cheapest(2, {1: 0.2, 8: 0.3}) == [8]
    assert cheapest(2, {1: 0.7, 8: 2.0}) == [1, 1]
    assert cheapest(9, {1: 0.2, 8: 0.3}) == [8, 1]
    assert cheapest(20, {1: 0.2, 8: 0.3, 16: 0.4}) == [16, 8]
    assert cheapest(3, {1: 0.2}) == [1, 1, 1]


def test_results_that_change_from_run_to_run_are_noticed():
    random = np.random.default_rng(0)
    steady = random.normal(size=(2, 3)).astype(np.float32)
    flaky = iter([steady] * 15 + [steady + 1] + [steady] * 5)
    assert trial(lambda: steady)[0]
    assert not trial(lambda: next(flaky))[0]
    assert not trial(lambda: np.full((2, 3), np.nan, np.float32))[0]


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runtime(cache_dir, checkpoint):
    loaded = tensorrt_runtime.load(checkpoint, cache_dir=cache_dir, options=OPTIONS)
    yield loaded
    loaded.close()


@pytest.mark.gpu
@pytest.mark.parametrize("seq", [32, 64])
@pytest.mark.parametrize("batch", [1, 2, 4, 7])
def test_logits_are_those_of_the_reference(runtime, checkpoint, seq, batch):
    inputs = random_batch(checkpoint.config, batch, seq, seed=seq + batch)
    logits, expected = runtime.run(*inputs), reference_logits(checkpoint, *inputs)
    kept = inputs[2].astype(bool)
    assert logits.shape == expected.shape
    assert np.linalg.norm((logits - expected)[kept]) / np.linalg.norm(expected[kept]) < 1e-2


@pytest.mark.gpu
def test_single_precision_is_closer(cache_dir, checkpoint):
    options = EngineOptions((32,), (1,), "fp32")
    runtime = tensorrt_runtime.load(checkpoint, cache_dir=cache_dir, options=options)
    inputs = random_batch(checkpoint.config, 1, 32)
    logits, expected = runtime.run(*inputs), reference_logits(checkpoint, *inputs)
    kept = inputs[2].astype(bool)
    assert np.linalg.norm((logits - expected)[kept]) / np.linalg.norm(expected[kept]) < 2e-3
    runtime.close()


@pytest.mark.gpu
def test_embeddings_point_where_the_reference_points(cache_dir):
    encoder = random_checkpoint(head="none")
    runtime = tensorrt_runtime.load(encoder, head="embedding", cache_dir=cache_dir, options=OPTIONS)
    inputs = random_batch(encoder.config, 3, 32)
    mean = (reference_hidden(encoder, *inputs) * inputs[2][..., None]).sum(1)
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    embedding = runtime.run(*inputs)
    assert embedding.shape == expected.shape
    assert ((embedding * expected).sum(1) > 0.999).all()
    runtime.close()


@pytest.mark.gpu
def test_what_padding_holds_does_not_matter(runtime, checkpoint):
    ids, types, mask = random_batch(checkpoint.config, 2, 64)
    kept = mask.astype(bool)
    other = np.where(kept, ids, (ids + 7) % checkpoint.config.vocab_size)
    np.testing.assert_allclose(
        runtime.run(ids, types, mask)[kept], runtime.run(other, types, mask)[kept], rtol=1e-2, atol=1e-2
    )


@pytest.mark.gpu
def test_a_length_without_an_engine_is_refused(runtime, checkpoint):
    with pytest.raises(ReparteeError, match="engines take 32, 64 tokens, but got 48; pad to one of these"):
        runtime.run(*random_batch(checkpoint.config, 1, 48))


@pytest.mark.gpu
def test_the_second_load_builds_nothing(cache_dir, checkpoint):
    steps = []
    runtime = tensorrt_runtime.load(
        checkpoint, cache_dir=cache_dir, options=OPTIONS, progress=lambda *step: steps.append(step)
    )
    runtime.close()
    again = []
    tensorrt_runtime.load(
        checkpoint, cache_dir=cache_dir, options=OPTIONS, progress=lambda *step: again.append(step)
    ).close()
    assert again == []


@pytest.mark.gpu
def test_an_engine_that_does_not_load_is_built_again(tmp_path, checkpoint):
    options = EngineOptions((32,), (1,))
    tensorrt_runtime.load(checkpoint, cache_dir=tmp_path, options=options).close()
    from engines.runtimes.cache import EngineCache

    cache = EngineCache(tmp_path / "engines")
    entry = cache.entries()[0]
    cache.store(entry.key, b"whole, and yet no engine" * 1000, 1.0)
    runtime = tensorrt_runtime.load(checkpoint, cache_dir=tmp_path, options=options)
    assert np.isfinite(runtime.run(*random_batch(checkpoint.config, 1, 32))).all()
    runtime.close()


@pytest.mark.gpu
def test_threads_share_an_engine_without_mixing_results(runtime, checkpoint):
    batches = [random_batch(checkpoint.config, 1 + seed % 3, (32, 64)[seed % 2], seed) for seed in range(6)]
    assert mixed_up(runtime, batches) == []


@pytest.mark.gpu
async def test_readers_in_an_event_loop_do_not_block_it(runtime, checkpoint):
    inputs = random_batch(checkpoint.config, 4, 64)
    late = []

    async def tick():
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - due)

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(asyncio.to_thread(runtime.run, *inputs) for _ in range(500)))
    ticking.cancel()
    assert sorted(late)[len(late) // 2] < 0.02


@pytest.mark.gpu
def test_many_long_rows_give_the_same_bits_every_time(cache_dir):
    sizes = {"hidden_size": 384, "heads": 12, "intermediate_size": 512, "max_positions": 384}
    options = EngineOptions((384,), (1, 8))
    runtime = tensorrt_runtime.load(random_checkpoint(**sizes), cache_dir=cache_dir, options=options)
    inputs = random_batch(random_checkpoint(**sizes).config, 8, 384)
    first = runtime.run(*inputs)
    assert all(np.array_equal(runtime.run(*inputs), first) for _ in range(50))
    assert runtime.unsteady == [], "8 rows of 384 tokens are to run as one batch"
    runtime.close()


@pytest.mark.gpu
def test_closing_returns_the_memory(cache_dir, checkpoint):
    tensorrt_runtime.load(checkpoint, cache_dir=cache_dir, options=OPTIONS).close()
    lost = []
    for _ in range(3):  # other programs take memory meanwhile, but hardly every time; a leak does
        before = cuda.free_memory()
        for _ in range(5):
            tensorrt_runtime.load(checkpoint, cache_dir=cache_dir, options=OPTIONS).close()
        lost.append(before - cuda.free_memory())
    assert min(lost) <= 32 << 20


@pytest.mark.gpu
def test_auto_takes_tensorrt(tmp_path, checkpoint):
    runtime = load_runtime("auto", checkpoint, cache_dir=tmp_path)
    assert runtime.name == "tensorrt", runtime.note
    assert TensorRT.load(tensorrt_runtime.load_api(cuda.find_gpu()).name).version in runtime.device
    runtime.close()


@pytest.mark.parametrize(("error", "kept"), [(UnusablePlanError, [True, False]), (TensorRTError, [True])])
def test_minutes_of_building_are_thrown_away_for_an_unusable_plan_alone(monkeypatch, tmp_path, error, kept):
    asked = []

    def plan(*_, keep):
        asked.append(keep)
        return b""

    def refuse(*_, **__):
        raise error("gives changing results")

    for name, stand_in in {
        "load_api": lambda _: None,
        "default_options": lambda _: SimpleNamespace(precision="fp16"),
        "parts": lambda *_: [None],
        "engine_plan": plan,
        "TensorRTRuntime": refuse,
    }.items():
        monkeypatch.setattr(tensorrt_runtime, name, stand_in)
    monkeypatch.setattr(tensorrt_runtime.cuda, "find_gpu", lambda: None)
    with pytest.raises(error):
        tensorrt_runtime.load(None, cache_dir=tmp_path)
    assert asked == kept
