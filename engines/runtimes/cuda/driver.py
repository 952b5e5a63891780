"""The part of CUDA that compiling kernels and running engines takes, through cuda-python.

Every status is checked in `check`. Kernels are loaded and started through the driver's interface, everything else
through the runtime's.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engines.errors import ReparteeError
from plugins.bert_cuda import Launch

INSTALL = "pip install 'repartee[gpu]'"
INSTALL_COMPILER = "pip install 'repartee[cuda]'"


class CudaError(ReparteeError):
    """No usable GPU, or a CUDA call that failed."""


@dataclass(frozen=True)
class Gpu:
    """The GPU that the engines use: the first one CUDA shows (`CUDA_VISIBLE_DEVICES` chooses). Sizes in bytes."""

    name: str
    capability: tuple[int, int]
    memory: int
    free: int
    driver: str
    #: The newest CUDA that the driver supports.
    driver_cuda: tuple[int, int]
    #: Multiprocessors.
    processors: int = 0
    #: Bytes that a block may have.
    shared_memory: int = 0

    @property
    def target(self) -> str:
        """What an engine is built for: `NVIDIA H200 (9.0)`."""
        return f"{self.name} ({self.capability[0]}.{self.capability[1]})"


def has_driver() -> bool:
    """Tell whether an NVIDIA driver's library can be loaded; about 0.1 ms where there is none."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def driver_version() -> str:
    """Give the driver's own version (`580.159.04`), or "unknown"."""
    try:
        text = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    found = re.search(r"\b\d{3,}\.\d+(\.\d+)?\b", text)
    return found[0] if found else "unknown"


def runtime() -> Any:
    """Import `cuda.bindings.runtime`.

    Raises:
        CudaError: cuda-python is not installed.
    """
    try:
        from cuda.bindings import runtime as cudart
    except ImportError as error:
        raise CudaError(f"cuda-python is not installed; the GPU runtimes need it: {INSTALL}.") from error
    return cudart


def check(result: tuple[Any, ...]) -> Any:
    """Give a CUDA call's results without its status.

    Raises:
        CudaError: the status is not success; names it and CUDA's own words for it.
    """
    status, *values = result
    if int(status) != 0:
        raise CudaError(_sentence(status))
    return values[0] if len(values) == 1 else tuple(values) or None


def _sentence(status: Any) -> str:
    cudart = runtime()
    if int(status) == int(cudart.cudaError_t.cudaErrorMemoryAllocation) and not _is_nvrtc(status):
        return "The GPU has too little free memory; stop other programs that use it, or build fewer or shorter buckets."
    words: Any = "no success"
    if not _is_nvrtc(status):
        words = cudart.cudaGetErrorString(cudart.cudaError_t(int(status)))[1]  # the driver numbers them alike
        words = words.decode() if isinstance(words, bytes) else words
    name = getattr(status, "name", status)
    return f"A CUDA call failed with {name} ({words}); see whether nvidia-smi shows the GPU as healthy."


def _is_nvrtc(status: Any) -> bool:
    return type(status).__name__ == "nvrtcResult"


def driver() -> Any:
    """Import `cuda.bindings.driver`, with the first GPU's context current in this thread."""
    check(runtime().cudaFree(0))
    from cuda.bindings import driver as bindings

    return bindings


def compiler() -> Any:
    """Import `cuda.bindings.nvrtc` and find its library.

    Raises:
        CudaError: cuda-python or NVRTC is not installed.
    """
    try:
        from cuda.bindings import nvrtc

        check(nvrtc.nvrtcVersion())
    except (ImportError, RuntimeError, OSError) as error:  # which of them depends on cuda-python's version
        raise CudaError(
            f"NVRTC, CUDA's run-time compiler, is not installed; install it with {INSTALL_COMPILER}."
        ) from error
    return nvrtc


def compile_kernels(source: str, capability: tuple[int, int], *options: str) -> bytes:
    """Compile CUDA C++ that includes nothing to a cubin for a compute capability. No GPU is needed.

    Args:
        options: NVRTC's, besides those that make the kernels what they are.

    Raises:
        CudaError: NVRTC is not installed, does not know the capability, or refuses the source.
    """
    nvrtc = compiler()
    target = f"sm_{capability[0]}{capability[1]}{'a' if capability == (9, 0) else ''}"  # a: wgmma too
    program = check(nvrtc.nvrtcCreateProgram(source.encode(), b"kernels.cu", 0, [], []))
    try:
        words = (f"--gpu-architecture={target}", "--std=c++17", "--extra-device-vectorization", *options)
        status = nvrtc.nvrtcCompileProgram(program, len(words), [word.encode() for word in words])[0]
        if int(status) != 0:
            log = bytearray(check(nvrtc.nvrtcGetProgramLogSize(program)))
            check(nvrtc.nvrtcGetProgramLog(program, log))
            said = log.rstrip(b"\0").decode(errors="replace").strip().replace("\n", " ")
            raise CudaError(f"NVRTC cannot compile the kernels for {target} ({said[:500] or status}).")
        cubin = bytearray(check(nvrtc.nvrtcGetCUBINSize(program)))
        check(nvrtc.nvrtcGetCUBIN(program, cubin))
        return bytes(cubin)
    finally:
        nvrtc.nvrtcDestroyProgram(program)


def find_gpu() -> Gpu:
    """Describe the GPU that will be used.

    Raises:
        CudaError: there is no driver, no cuda-python, no GPU, or the driver is too old for cuda-python.
    """
    if not has_driver():
        raise CudaError(
            "No NVIDIA driver was found (libcuda.so.1 cannot be loaded); install it, or run containers with --gpus all."
        )
    cudart = runtime()
    supported, wanted = check(cudart.cudaDriverGetVersion()), cudart.getLocalRuntimeVersion()[1]
    status, count = cudart.cudaGetDeviceCount()
    if status == cudart.cudaError_t.cudaErrorInsufficientDriver:
        raise CudaError(too_old(_cuda_version(supported), _cuda_version(wanted)))
    if status == cudart.cudaError_t.cudaErrorNoDevice or (int(status) == 0 and not count):
        raise CudaError("The NVIDIA driver shows no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES.")
    check((status, count))
    properties = check(cudart.cudaGetDeviceProperties(0))
    free, total = check(cudart.cudaMemGetInfo())
    name = properties.name.decode() if isinstance(properties.name, bytes) else str(properties.name)
    capability = (properties.major, properties.minor)
    processors, shared = properties.multiProcessorCount, properties.sharedMemPerBlockOptin
    return Gpu(name, capability, total, free, driver_version(), _cuda_version(supported), processors, shared)


def free_memory() -> int:
    """Give the bytes that are free on the GPU now."""
    return int(check(runtime().cudaMemGetInfo())[0])


def require_memory(gpu: Gpu, needed: int, what: str) -> None:
    """Raise CudaError if `gpu` has less than `needed` bytes free."""
    if gpu.free < needed:
        raise CudaError(
            f"{what} needs about {needed >> 20} MiB of GPU memory, but {gpu.free >> 20} of the {gpu.memory >> 20} MiB "
            f"on {gpu.name} are free; stop other programs that use it."
        )


def too_old(supported: tuple[int, int], wanted: tuple[int, int]) -> str:
    """Say that the driver is too old. Both are CUDA versions."""
    return (
        f"The NVIDIA driver {driver_version()} supports CUDA {supported[0]}.{supported[1]}, "
        f"but CUDA {wanted[0]}.{wanted[1]} is needed; install a newer driver."
    )


def _cuda_version(number: int) -> tuple[int, int]:
    return number // 1000, number % 1000 // 10


class _Handle:
    """Owns one CUDA object; `close` destroys it, once, and leaving a `with` block closes it."""

    def __init__(self, value: Any, destroy: Callable[[Any], tuple[Any, ...]]) -> None:
        self.value = value
        self._destroy = destroy

    def close(self) -> None:
        if self.value is not None:
            value, self.value = self.value, None
            check(self._destroy(value))

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class DeviceMemory(_Handle):
    """`size` bytes on the GPU; `value` is the address."""

    def __init__(self, size: int) -> None:
        cudart = runtime()
        super().__init__(check(cudart.cudaMalloc(max(size, 1))), cudart.cudaFree)
        self.size = size


class PinnedMemory(_Handle):
    """`size` bytes of page-locked host memory, which the GPU copies from and to without a detour."""

    def __init__(self, size: int) -> None:
        cudart = runtime()
        super().__init__(check(cudart.cudaHostAlloc(size, cudart.cudaHostAllocDefault)), cudart.cudaFreeHost)
        self.size = size

    def view(self, shape: tuple[int, ...], dtype: DTypeLike, offset: int = 0) -> NDArray[Any]:
        """Give an array over this memory, from `offset` bytes on. It must not outlive the memory."""
        block = (ctypes.c_char * self.size).from_address(int(self.value))
        return np.ndarray(shape, dtype, memoryview(block), offset)  # raises TypeError where it does not fit


class Stream(_Handle):
    """A queue of work on the GPU, independent of the default stream."""

    def __init__(self) -> None:
        cudart = runtime()
        super().__init__(
            check(cudart.cudaStreamCreateWithFlags(cudart.cudaStreamNonBlocking)), cudart.cudaStreamDestroy
        )
        self._cudart = cudart

    def __int__(self) -> int:
        return int(self.value)

    def synchronize(self) -> None:
        """Wait until everything queued is done; releases the GIL."""
        check(self._cudart.cudaStreamSynchronize(self.value))

    def upload(self, device: int, host: int, size: int) -> None:
        """Queue a copy of `size` bytes from host to device addresses."""
        kind = self._cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
        check(self._cudart.cudaMemcpyAsync(device, host, size, kind, self.value))

    def clear(self, device: int, size: int) -> None:
        """Queue the setting of `size` bytes to 0."""
        check(self._cudart.cudaMemsetAsync(device, 0, size, self.value))

    def download(self, host: int, device: int, size: int) -> None:
        """Queue a copy of `size` bytes from device to host addresses."""
        kind = self._cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
        check(self._cudart.cudaMemcpyAsync(host, device, size, kind, self.value))

    def capture(self, queue: Callable[[], None]) -> Graph:
        """Record what `queue` puts on this stream, without running it, as a graph."""
        cudart = self._cudart
        check(cudart.cudaStreamBeginCapture(self.value, cudart.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal))
        try:
            queue()
        except BaseException:
            cudart.cudaStreamEndCapture(self.value)
            raise
        graph = check(cudart.cudaStreamEndCapture(self.value))
        try:
            return Graph(check(cudart.cudaGraphInstantiate(graph, 0)), self)
        finally:
            check(cudart.cudaGraphDestroy(graph))

    def start(self, module: Module, launch: Launch) -> None:
        """Queue one kernel of `module`."""
        bindings = module.bindings
        config = bindings.CUlaunchConfig()
        config.gridDimX, config.gridDimY, config.gridDimZ = launch.grid
        config.blockDimX, config.blockDimY, config.blockDimZ = launch.threads, 1, 1
        config.sharedMemBytes, config.hStream = launch.shared, bindings.CUstream(int(self.value))
        attributes = []
        if launch.cluster > 1:
            cluster = bindings.CUlaunchAttribute()
            cluster.id = bindings.CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION
            cluster.value.clusterDim.x = launch.cluster
            cluster.value.clusterDim.y = cluster.value.clusterDim.z = 1
            attributes.append(cluster)
        if launch.overlaps and module.overlaps:
            overlap = bindings.CUlaunchAttribute()
            overlap.id = bindings.CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION
            overlap.value.programmaticStreamSerializationAllowed = 1
            attributes.append(overlap)
        config.attrs, config.numAttrs = attributes, len(attributes)
        arguments = ctypes.create_string_buffer(launch.arguments, len(launch.arguments))
        places = (ctypes.c_void_p * 1)(ctypes.addressof(arguments))
        check(
            bindings.cuLaunchKernelEx(config, module.kernel(launch.kernel, launch.shared), ctypes.addressof(places), 0)
        )

    def milliseconds(self, queue: Callable[[], None]) -> float:
        """Run `queue` and give the time between an event before and one after it on the device."""
        cudart = self._cudart
        with _event(cudart) as before, _event(cudart) as after:
            check(cudart.cudaEventRecord(before.value, self.value))
            queue()
            check(cudart.cudaEventRecord(after.value, self.value))
            check(cudart.cudaEventSynchronize(after.value))
            return float(check(cudart.cudaEventElapsedTime(before.value, after.value)))


class Module(_Handle):
    """Compiled kernels on the GPU. `overlaps`: kernels may begin while the one ahead still runs."""

    def __init__(self, cubin: bytes, capability: tuple[int, int]) -> None:
        self.bindings = driver()
        super().__init__(check(self.bindings.cuModuleLoadData(cubin)), self.bindings.cuModuleUnload)
        self.overlaps = capability >= (9, 0)
        self._kernels: dict[str, Any] = {}

    def kernel(self, name: str, shared: int) -> Any:
        """Give a kernel that may be started with up to `shared` bytes of dynamic shared memory."""
        if name not in self._kernels:
            kernel = check(self.bindings.cuModuleGetFunction(self.value, name.encode()))
            attribute = self.bindings.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
            check(self.bindings.cuFuncSetAttribute(kernel, attribute, shared))
            self._kernels[name] = kernel
        return self._kernels[name]


class Graph(_Handle):
    """Recorded work that one call launches."""

    def __init__(self, executable: Any, stream: Stream) -> None:
        cudart = runtime()
        super().__init__(executable, cudart.cudaGraphExecDestroy)
        self._launch, self._stream = cudart.cudaGraphLaunch, stream
        check(cudart.cudaGraphUpload(executable, stream.value))

    def launch(self) -> None:
        """Queue the whole graph on the stream it was captured from."""
        check(self._launch(self.value, self._stream.value))


def _event(cudart: Any) -> _Handle:
    return _Handle(check(cudart.cudaEventCreate()), cudart.cudaEventDestroy)
