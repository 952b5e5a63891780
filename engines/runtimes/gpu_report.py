"""What a GPU runtime needs, part by part: what is here, what is not, and how to get it. Read by `repartee doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from engines.errors import ReparteeError
from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import INSTALL, INSTALL_COMPILER
from engines.runtimes.tensorrt.api import TensorRT, installed

State = Literal["ok", "missing", "broken"]


def report() -> Iterator[tuple[str, State, str, str]]:
    """Yield (part, state, detail, remedy) of driver, GPU, NVRTC and TensorRT; what nobody asked for is "missing"."""
    libraries, driver = installed(), cuda.has_driver()
    gpu = None
    if not driver:
        remedy = "install NVIDIA's driver, or run containers with --gpus all" if libraries else ""
        yield "driver", "missing", "no NVIDIA driver (libcuda.so.1)", remedy
    else:
        yield "driver", "ok", cuda.driver_version(), ""
        try:
            gpu = cuda.find_gpu()
        except ReparteeError as error:
            yield "GPU", "broken", str(error), ""
        else:
            memory = f"{gpu.free >> 20} of {gpu.memory >> 20} MiB free"
            yield (
                "GPU",
                "ok",
                f"{gpu.target}, {memory}, up to CUDA {gpu.driver_cuda[0]}.{gpu.driver_cuda[1]}",
                "",
            )
        try:
            version = ".".join(map(str, cuda.check(cuda.compiler().nvrtcVersion())))
        except ReparteeError:
            yield "NVRTC", "missing", "our own kernels for the GPU need it", INSTALL_COMPILER
        else:
            yield "NVRTC", "ok", f"{version}, which compiles our own kernels", ""
        if not libraries:
            yield "TensorRT", "missing", "the other way to read on the GPU", INSTALL
    for name in libraries:
        try:
            api = TensorRT.load(name)
            if gpu:
                api.check_capability(gpu.capability)
        except ReparteeError as error:  # noqa: PERF203  (two at most)
            yield name, "broken", str(error), ""
        else:
            targets = f"; builds engines for compute capability {', '.join(api.targets)}" if api.targets else ""
            yield name, "ok", f"{api.title}{targets}", ""
