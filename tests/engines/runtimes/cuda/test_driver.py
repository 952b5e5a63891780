import os
import subprocess
import sys

import numpy as np
import pytest

from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import CudaError

NO_GPU = not cuda.has_driver()


def test_an_old_driver_is_told_apart_and_named():
    sentence = cuda.too_old((12, 2), (13, 0))
    assert "supports CUDA 12.2, but CUDA 13.0 is needed; install a newer driver." in sentence


@pytest.mark.skipif(not NO_GPU, reason="about machines without an NVIDIA driver; this one has it")
def test_a_missing_driver_gives_one_sentence():
    with pytest.raises(CudaError, match=r"^No NVIDIA driver was found .*\.$"):
        cuda.find_gpu()


def test_a_failed_call_carries_cudas_own_words():
    cudart = pytest.importorskip(
        "cuda.bindings.runtime", reason="needs cuda-python, which make test installs on x86-64 Linux"
    )
    with pytest.raises(CudaError, match=r"cudaErrorInvalidValue \(invalid argument\)"):
        cuda.check((cudart.cudaError_t.cudaErrorInvalidValue, None))
    with pytest.raises(CudaError, match="too little free memory"):
        cuda.check((cudart.cudaError_t.cudaErrorMemoryAllocation, None))


def test_a_calls_results_come_without_its_status():
    assert cuda.check((0,)) is None
    assert cuda.check((0, 5)) == 5
    assert cuda.check((0, 5, 6)) == (5, 6)


@pytest.mark.gpu
def test_memory_travels_to_the_gpu_and_back_by_copies_and_by_graph():
    with cuda.Stream() as stream, cuda.PinnedMemory(4096) as host, cuda.DeviceMemory(4096) as device:
        source, target = host.view((512,), np.float32), host.view((512,), np.float32, 2048)

        def there_and_back():
            stream.upload(int(device.value), int(host.value), 2048)
            stream.download(int(host.value) + 2048, int(device.value), 2048)

        source[:], target[:] = np.arange(512), -1
        there_and_back()
        stream.synchronize()
        np.testing.assert_array_equal(target, np.arange(512))
        with stream.capture(there_and_back) as graph:
            source[:] = np.arange(512)[::-1]
            graph.launch()
            stream.synchronize()
        np.testing.assert_array_equal(target, np.arange(512)[::-1])
        assert 0 < stream.milliseconds(there_and_back) < 1000
        with pytest.raises(TypeError):
            host.view((2000,), np.float32)


@pytest.mark.gpu
def test_closing_returns_the_memory():
    cuda.find_gpu()
    before = cuda.free_memory()
    memory = cuda.DeviceMemory(256 << 20)
    assert before - cuda.free_memory() >= 256 << 20
    memory.close()
    memory.close()
    assert cuda.free_memory() >= before - (4 << 20)


@pytest.mark.gpu
def test_asking_for_too_much_memory_gives_one_sentence():
    with pytest.raises(CudaError, match="too little free memory"):
        cuda.DeviceMemory(1 << 50)


@pytest.mark.gpu
def test_a_hidden_gpu_gives_one_sentence():
    program = (
        "from engines.runtimes.cuda import driver\n"
        "try: driver.find_gpu()\n"
        "except driver.CudaError as error: print(error)"
    )
    env = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout == "The NVIDIA driver shows no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES.\n", done.stderr
