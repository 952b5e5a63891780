import dataclasses

import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda import runtime as cuda_runtime
from engines.runtimes.cuda.driver import CudaError, Gpu
from engines.runtimes.cuda.runtime import CudaRuntime, load
from engines.runtimes.runtime import BUCKETS, ON_GPU, UnsuitableModelError, load_runtime
from engines.runtimes.tensorrt.api import installed
from plugins import bert_cuda as kernels
from plugins.bert_tiles import attention_tiles, choose_attention, every_tile, wide_tiles
from tests.engines.small_bert import mixed_up, random_batch, random_checkpoint, reference_hidden, reference_logits

no_gpu = pytest.mark.skipif(cuda.has_driver(), reason="about machines without an NVIDIA driver; this one has it")
SIZES = {"hidden_size": 256, "heads": 4, "intermediate_size": 512}
"""Heads of 64 channels."""


def gentle(**sizes):
    """A random BERT whose attention is not all or nothing: else every rounding to a half is amplified to per cents."""
    known = random_checkpoint(**{**SIZES, "max_positions": 512, **sizes})
    tensors = dict(known.tensors)
    for name, tensor in tensors.items():
        if "encoder" in name and tensor.ndim == 2:
            halved = 0.5 if ".query." in name or ".key." in name else 1.0
            tensors[name] = np.float32(tensor * halved * (128 / known.config.hidden_size) ** 0.5)
    return dataclasses.replace(known, tensors=tensors)


@no_gpu
def test_without_a_driver_the_status_says_so():
    status = cuda_runtime.status()
    assert not status.available
    assert not status.installed, "a machine without a GPU is not told of it in every answer"
    assert status.reason.startswith("No NVIDIA driver was found")


@no_gpu
def test_without_a_driver_asking_for_the_kernels_fails_in_one_sentence(tmp_path, checkpoint):
    with pytest.raises(ReparteeError, match=r"^No NVIDIA driver was found [^\n]*\.$"):
        load_runtime("cuda", checkpoint, cache_dir=tmp_path)
    with pytest.raises(CudaError, match="No NVIDIA driver was found"):
        load(checkpoint, cache_dir=tmp_path)


def test_kernels_are_compiled_once_and_damaged_ones_again(tmp_path):
    pytest.importorskip("cuda.bindings.nvrtc", reason="needs NVRTC, which make test installs on x86-64 Linux")
    cubin = cuda_runtime.compiled(32, (8, 0), tmp_path)
    (kept,) = (tmp_path / "kernels").glob("*.engine")
    written = kept.stat()
    assert cuda_runtime.compiled(32, (8, 0), tmp_path) == cubin
    assert kept.stat().st_ino == written.st_ino, "what is compiled is written to a new file"
    kept.write_bytes(kept.read_bytes()[:5000])
    assert cuda_runtime.compiled(32, (8, 0), tmp_path) == cubin
    assert kept.stat().st_ino != written.st_ino


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def known():
    return gentle()


@pytest.fixture
def runtime(cache_dir, known):
    loaded = load(known, cache_dir=cache_dir)
    yield loaded
    loaded.close()


def for_other_gpus(checkpoint, cache_dir) -> CudaRuntime:
    """The kernels that GPUs other than Hopper's get, on the GPU that is here."""
    gpu = cuda.find_gpu()
    packed = kernels.Packed(cuda_runtime._model(checkpoint, "span"))
    size = checkpoint.config.hidden_size // checkpoint.config.heads
    cubin = cuda.compile_kernels(kernels.source(size, (8, 0)), gpu.capability)
    as_other = dataclasses.replace(gpu, capability=(8, 0))
    return CudaRuntime(packed, cubin, as_other, checkpoint.config.max_positions, "span", cache_dir / "other")


def relative_error(found, expected, mask):
    kept = mask.astype(bool)
    assert found.shape == expected.shape
    return np.linalg.norm((found - expected)[kept]) / np.linalg.norm(expected[kept])


@pytest.mark.gpu
@pytest.mark.parametrize(("batch", "lengths"), [(1, BUCKETS), (8, BUCKETS), (3, (112, 320)), (16, (64, 192))])
def test_logits_are_those_of_the_reference_at_every_length(runtime, known, batch, lengths):
    for seq in lengths:
        inputs = random_batch(known.config, batch, seq, seed=seq + batch)
        assert relative_error(runtime.run(*inputs), reference_logits(known, *inputs), inputs[2]) < 5e-3, seq


@pytest.mark.gpu
def test_heads_of_32_channels_and_other_widths_agree_too(cache_dir):
    for hidden, heads in ((128, 4), (384, 12), (1024, 16)):
        known = gentle(hidden_size=hidden, heads=heads, intermediate_size=384)
        runtime = load(known, cache_dir=cache_dir)
        for batch, seq in ((1, 48), (2, 384), (8, 128)):
            inputs = random_batch(known.config, batch, seq)
            assert relative_error(runtime.run(*inputs), reference_logits(known, *inputs), inputs[2]) < 5e-3
        runtime.close()


@pytest.mark.gpu
def test_the_kernels_for_other_gpus_agree_as_well(cache_dir, known):
    runtime = for_other_gpus(known, cache_dir)
    for batch, seq in ((1, 32), (1, 384), (5, 128), (8, 512)):
        inputs = random_batch(known.config, batch, seq)
        assert relative_error(runtime.run(*inputs), reference_logits(known, *inputs), inputs[2]) < 5e-3
    runtime.close()


@pytest.mark.gpu
def test_every_tile_computes_the_same(cache_dir, known, runtime):
    """Which tile is chosen depends on a measurement; all must be right."""
    gpu = cuda.find_gpu()
    inputs = random_batch(known.config, 5, 128)
    expected = reference_logits(known, *inputs)
    for tile in every_tile(gpu.capability):
        shapes = [runtime._network.shape(name) for name in kernels.LINEARS]
        if any(out % tile.columns or into % (64 * tile.split) for out, into in shapes):
            continue
        runtime._tiles._known = dict.fromkeys(runtime._tiles._known, tile)
        runtime._graphs.clear()
        assert relative_error(runtime.run(*inputs), expected, inputs[2]) < 5e-3, tile


@pytest.mark.gpu
def test_every_tile_for_many_rows_computes_the_same(cache_dir):
    gpu, known = cuda.find_gpu(), gentle(hidden_size=768, heads=12, intermediate_size=1536)
    if not (tiles := wide_tiles(gpu.capability)):
        pytest.skip("other GPUs than Hopper's have no such tiles")
    many, few = attention_tiles(64, gpu.capability)
    assert [choose_attention(rows, 384, 12, 64, gpu) for rows in (16, 1)] == [many, few], "both are run"
    runtime = load(known, cache_dir=cache_dir)
    for batch, seq in ((1, 320), (5, 128), (16, 384)):  # rows of different lengths, so that few begin at one of eight
        inputs = random_batch(known.config, batch, seq)
        expected = reference_logits(known, *inputs)
        for tile in tiles:
            runtime._tiles._known = dict.fromkeys(runtime._tiles._known, tile)
            runtime._graphs.clear()
            found = runtime.run(*inputs)
            assert relative_error(found, expected, inputs[2]) < 5e-3, (batch, seq, tile)
            assert all(np.array_equal(runtime.run(*inputs), found) for _ in range(10)), (batch, seq, tile)
    runtime.close()


@pytest.mark.gpu
def test_embeddings_point_where_the_reference_points(cache_dir):
    encoder = gentle(head="none")
    runtime = load(encoder, head="embedding", cache_dir=cache_dir)
    inputs = random_batch(encoder.config, 3, 64)
    mean = (reference_hidden(encoder, *inputs) * inputs[2][..., None]).sum(1)
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    embedding = runtime.run(*inputs)
    assert embedding.shape == expected.shape
    assert ((embedding * expected).sum(1) > 0.999).all()
    runtime.close()


@pytest.mark.gpu
def test_padding_and_other_rows_do_not_matter_to_the_last_bit(runtime, known):
    ids, types, mask = random_batch(known.config, 8, 192, seed=5)
    other = np.where(mask == 1, ids, 3)
    first = runtime.run(ids, types, mask)
    for _ in range(30):
        np.testing.assert_array_equal(runtime.run(other, types, mask), first)
    ids[1:] = (ids[1:] + 1) % known.config.vocab_size
    np.testing.assert_array_equal(runtime.run(ids, types, mask)[0], first[0])
    assert not first[mask == 0].any()


@pytest.mark.gpu
def test_threads_share_a_model_without_mixing_results(runtime, known):
    batches = [random_batch(known.config, 1 + seed % 3, (32, 64)[seed % 2], seed) for seed in range(6)]
    assert mixed_up(runtime, batches) == []


@pytest.mark.gpu
def test_a_batch_that_is_too_large_is_refused(runtime, known):
    for rows, seq in ((17, 32), (1, 33), (1, 513)):
        message = rf"up to 16 rows of 32, 48, .*, 512 tokens, but got {rows} of {seq}; split or pad the batch"
        with pytest.raises(ReparteeError, match=message):
            runtime.run(*random_batch(known.config, rows, seq))


@pytest.mark.gpu
def test_tokens_that_the_model_does_not_know_are_refused_and_it_reads_on(runtime, known):
    ids, types, mask = random_batch(known.config, 2, 32)
    first = runtime.run(ids, types, mask)
    for wrong in ((ids + 40, types), (ids - 40, types), (ids, types + 2), (ids, types - 2)):
        with pytest.raises(ReparteeError, match="id or type is out of range; the model knows 40 and 2"):
            runtime.run(*wrong, mask)
    np.testing.assert_array_equal(runtime.run(ids, types, mask), first)


@pytest.mark.gpu
def test_a_closed_model_says_so(cache_dir, known):
    runtime = load(known, cache_dir=cache_dir)
    runtime.close()
    runtime.close()
    with pytest.raises(ReparteeError, match="The model was closed"):
        runtime.run(*random_batch(known.config, 1, 32))


@pytest.mark.gpu
def test_sizes_that_the_kernels_do_not_know_are_told(tmp_path, checkpoint):
    with pytest.raises(UnsuitableModelError, match="hidden and inner size are 32 and 64, but multiples of 128"):
        load(checkpoint, cache_dir=tmp_path)


@pytest.mark.gpu
def test_auto_reads_such_a_model_on_the_cpu_and_says_why(tmp_path, checkpoint):
    if installed():
        pytest.skip("TensorRT is installed here, and reads it")
    pytest.importorskip("openvino", reason="our CPU kernels do not know these sizes either; OpenVINO would")
    runtime = load_runtime("auto", checkpoint, cache_dir=tmp_path)
    assert runtime.name not in ON_GPU
    assert "on the CPU: " in runtime.note
    assert "the CUDA kernels do not run this model: hidden and inner size are 32 and 64" in runtime.note
    runtime.close()


@pytest.mark.gpu
def test_what_was_measured_is_kept_and_a_damaged_file_is_no_error(tmp_path, known):
    load(known, cache_dir=tmp_path).close()
    (file,) = (tmp_path / "kernels").glob("tiles-*.json")
    measured = file.read_text()
    load(known, cache_dir=tmp_path).close()
    assert file.read_text() == measured
    file.write_text(measured[:40])
    runtime = load(known, cache_dir=tmp_path)
    assert np.isfinite(runtime.run(*random_batch(known.config, 1, 32))).all()
    assert len(file.read_text()) > 40
    runtime.close()


@pytest.mark.gpu
def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, known):
    (tmp_path / "file").write_text("in the way")
    runtime = load(known, cache_dir=tmp_path / "file")
    assert runtime.run(*random_batch(known.config, 1, 32)).any()
    runtime.close()


@pytest.mark.gpu
def test_too_little_memory_is_told(known, cache_dir):
    gpu = dataclasses.replace(cuda.find_gpu(), free=64 << 20)
    packed = kernels.Packed(cuda_runtime._model(known, "span"))
    with pytest.raises(CudaError, match=r"Loading the model needs about \d+ MiB of GPU memory, but 64 of"):
        CudaRuntime(packed, b"", gpu, 512, "span", cache_dir)


@pytest.mark.gpu
def test_closing_returns_the_memory(cache_dir, known):
    load(known, cache_dir=cache_dir).close()
    lost = []
    for _ in range(3):  # other programs take memory meanwhile, but hardly every time; a leak does
        before = cuda.free_memory()
        for _ in range(5):
            load(known, cache_dir=cache_dir).close()
        lost.append(before - cuda.free_memory())
    assert min(lost) <= 16 << 20


def test_a_gpu_too_old_for_the_kernels_is_named():
    gpu = Gpu("NVIDIA T4", (7, 5), 16 << 30, 15 << 30, "580.1", (13, 0))
    assert cuda_runtime._too_old(gpu).startswith("NVIDIA T4 (7.5) is too old for our CUDA kernels; they need")
