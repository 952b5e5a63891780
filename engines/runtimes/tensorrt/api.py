"""Every difference between TensorRT 8.6 to 11 and TensorRT-RTX that the engines meet, in one place.

| | 8.6 | 10 | 11, RTX |
|---|---|---|---|
| explicit batch | a creation flag | always, flag ignored | always, no flag |
| FP16 | builder flag | builder flag | the graph's own types (strongly typed) |
| int64 inputs | none | yes | yes |
| scratch memory | `device_memory` | `set_device_memory` | `set_device_memory` |
| tactic timings | a cache | a cache | 11: a cache; RTX: none |
| build progress | none | `IProgressMonitor` | `IProgressMonitor` |
| other targets than this GPU | none | none | RTX: `set_compute_capability` |
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from engines.errors import ReparteeError
from engines.runtimes.cuda.driver import INSTALL

#: Library → names its Python module is installed under.
LIBRARIES = {"tensorrt": ("tensorrt",), "tensorrt_rtx": ("tensorrt_rtx", "tensorrt_rtx_bindings")}

OLDEST = (8, 6)

#: Called while an engine builds: what is being done, and how much of it is, 0..1.
Progress = Callable[[str, float], None]

log = logging.getLogger(__name__)


class TensorRTError(ReparteeError):
    """TensorRT is missing, or refused to build, load or run an engine."""


class UnusablePlanError(TensorRTError):
    """A plan that cannot be run here though it was made for this library and GPU: building it again may help."""


class TensorRT:
    """One installed TensorRT. `name`: tensorrt or tensorrt_rtx; `version`: `8.6.0`."""

    def __init__(self, name: str, module: Any) -> None:
        self.name, self.module = name, module
        self.version = str(module.__version__)
        self.errors: list[str] = []
        if self.numbers < OLDEST and name == "tensorrt":
            raise TensorRTError(f"TensorRT {self.version} is too old; 8.6 or newer is needed: {INSTALL}.")
        self._logger = _logger(module, self.errors)

    @classmethod
    def load(cls, name: str | None = None) -> TensorRT:
        """Import the library `name`, or the best that is installed.

        Raises:
            TensorRTError: it is not installed, or its shared libraries cannot be loaded.
        """
        problems = []
        for library in (name,) if name else LIBRARIES:
            for module in LIBRARIES[library]:
                if importlib.util.find_spec(module) is None:
                    continue
                try:
                    return cls(library, importlib.import_module(module))
                except (ImportError, OSError) as error:
                    problems.append(f"{library} is installed but cannot be loaded ({str(error).rstrip('.')})")
        reason = "; ".join(problems) or f"{name or 'TensorRT'} is not installed"
        extra = INSTALL.replace("gpu", "rtx") if name == "tensorrt_rtx" else INSTALL
        raise TensorRTError(f"{reason}; install it with {extra}.")

    @property
    def title(self) -> str:
        """What people call it: `TensorRT 8.6.0`."""
        return f"{'TensorRT-RTX' if self.name == 'tensorrt_rtx' else 'TensorRT'} {self.version}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers: `(8, 6, 0)`."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version))

    @property
    def strongly_typed(self) -> bool:
        """Whether the graph's own types decide the precision: the builder has no FP16 flag."""
        return not hasattr(self.module.BuilderFlag, "FP16")

    @property
    def targets(self) -> tuple[str, ...]:
        """Compute capabilities ("8.6") that engines can be built for without that GPU; empty: only for the GPU here."""
        if self.name != "tensorrt_rtx":
            return ()
        members = self.module.ComputeCapability.__members__
        return tuple(f"{name[2:-1]}.{name[-1]}" for name in members if re.fullmatch(r"SM\d{2,}", name))

    def check_capability(self, capability: tuple[int, int]) -> TensorRT:
        """Give self; raise TensorRTError if this library is known not to run on such GPUs."""
        wanted = f"{capability[0]}.{capability[1]}"
        if self.targets and wanted not in self.targets:
            raise TensorRTError(
                f"{self.title} does not run on compute capability {wanted}, "
                f"only on {', '.join(self.targets)}; install tensorrt."
            )
        return self

    def builder(self) -> Any:
        """Make a builder.

        Raises:
            TensorRTError: TensorRT finds no GPU it can use.
        """
        self.errors.clear()
        try:
            builder = self.module.Builder(self._logger)
        except (TypeError, RuntimeError) as error:
            raise TensorRTError(self._failed("did not start", error)) from error
        return builder

    def network(self, builder: Any, model: bytes) -> Any:
        """Parse a serialised ONNX graph into a network with dynamic batch and length."""
        flag = self.module.NetworkDefinitionCreationFlag
        flags = 1 << int(flag.STRONGLY_TYPED) if self.strongly_typed else 1 << int(getattr(flag, "EXPLICIT_BATCH", 0))
        network = builder.create_network(flags)
        parser = self.module.OnnxParser(network, self._logger)
        if not parser.parse(model):
            problems = "; ".join(str(parser.get_error(index)) for index in range(parser.num_errors))
            raise TensorRTError(f"{self.title} cannot read the graph ({problems}); use another version.")
        return network, parser  # the parser owns memory that the network's weights point into

    def configure(
        self, builder: Any, *, half: bool, int8: bool = False, level: int, workspace: int, targets: Sequence[str]
    ) -> Any:
        """Make a builder configuration. `workspace`: bytes of scratch that a tactic may use."""
        trt = self.module
        config = builder.create_builder_config()
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, workspace)
        config.builder_optimization_level = level
        config.max_aux_streams = 0  # one engine, one stream
        if half and not self.strongly_typed:
            config.set_flag(trt.BuilderFlag.FP16)
        if int8 and not self.strongly_typed:
            config.set_flag(trt.BuilderFlag.INT8)
        if hasattr(trt.TacticSource, "CUBLAS"):  # not needed for BERT, and absent from slim installations
            own = (trt.TacticSource.EDGE_MASK_CONVOLUTIONS, trt.TacticSource.JIT_CONVOLUTIONS)
            config.set_tactic_sources(sum(1 << int(source) for source in own))
        if targets:
            if unknown := [target for target in targets if target not in self.targets]:
                known = ", ".join(self.targets) or "only the GPU of this machine"
                raise TensorRTError(
                    f"{self.title} cannot build for compute capability {unknown[0]}; it can for {known}."
                )
            config.num_compute_capabilities = len(targets)
            for index, target in enumerate(targets):
                config.set_compute_capability(getattr(trt.ComputeCapability, "SM" + target.replace(".", "")), index)
        return config

    def keep_single(self, network: Any, config: Any, names: Sequence[str]) -> None:
        """Compute layers whose name ends in one of `names` in float32; for networks that are not strongly typed."""
        trt = self.module
        config.set_flag(trt.BuilderFlag.PREFER_PRECISION_CONSTRAINTS)
        for index in range(network.num_layers):
            layer = network.get_layer(index)
            if layer.name.endswith(tuple(names)) and layer.type not in (trt.LayerType.CONSTANT, trt.LayerType.SHAPE):
                layer.precision = trt.float32

    def use_timings(self, config: Any, timings: bytes) -> None:
        """Start from the tactic timings of an earlier build; TensorRT-RTX takes none."""
        if self.name == "tensorrt":
            config.set_timing_cache(config.create_timing_cache(timings), False)

    def timings(self, config: Any) -> bytes:
        """Give the tactic timings that a build has gathered."""
        cache = config.get_timing_cache() if self.name == "tensorrt" else None
        return bytes(cache.serialize()) if cache else b""

    def monitor(self, config: Any, progress: Progress) -> None:
        """Report the build's progress, where this version can."""
        if hasattr(self.module, "IProgressMonitor"):
            config.progress_monitor = _monitor(self.module, progress)

    def build(self, builder: Any, network: Any, config: Any) -> bytes:
        """Build and serialise; releases the GIL.

        Raises:
            TensorRTError: no tactic fits, memory ran out, or the GPU failed; carries TensorRT's own last words.
        """
        self.errors.clear()
        plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise TensorRTError(self._failed("could not build the engine"))
        return bytes(plan)

    def deserialize(self, plan: bytes) -> Any:
        """Give the (runtime, engine) of a serialised plan; keep the runtime as long as the engine.

        Raises:
            UnusablePlanError: it was made for another GPU or version, is damaged, or does not fit the GPU's memory.
        """
        self.errors.clear()
        try:
            runtime = self.module.Runtime(self._logger)
            engine = runtime.deserialize_cuda_engine(plan)
        except (TypeError, RuntimeError) as error:
            raise UnusablePlanError(self._failed("could not load the engine", error)) from error
        if engine is None:
            raise UnusablePlanError(self._failed("could not load the engine"))
        return runtime, engine

    def context(self, engine: Any) -> Any:
        """Make an execution context that has no scratch memory of its own (see `scratch`)."""
        if hasattr(engine, "create_execution_context_without_device_memory"):
            context = engine.create_execution_context_without_device_memory()
        else:
            context = engine.create_execution_context(self.module.ExecutionContextAllocationStrategy.USER_MANAGED)
        if context is None:
            raise UnusablePlanError(self._failed("could not make an execution context"))
        return context

    def scratch_size(self, engine: Any) -> int:
        """Bytes of scratch memory that any profile of `engine` needs at most."""
        return int(
            engine.device_memory_size_v2 if hasattr(engine, "device_memory_size_v2") else engine.device_memory_size
        )

    def scratch(self, context: Any, address: int, size: int) -> None:
        """Give `context` its scratch memory. Contexts that run one after another may share it."""
        if hasattr(context, "set_device_memory"):
            context.set_device_memory(address, size)
        else:
            context.device_memory = address

    def _failed(self, what: str, error: Exception | None = None) -> str:
        words = (self.errors[-1] if self.errors else str(error or "it gave no reason")).strip().rstrip(".")
        return f"{self.title} {what} ({words}); see repartee doctor, or rebuild with repartee engine build."


def installed() -> list[str]:
    """Names of the TensorRT libraries that are installed, best first; imports none of them."""
    return [name for name, modules in LIBRARIES.items() if any(importlib.util.find_spec(module) for module in modules)]


def _logger(trt: Any, errors: list[str]) -> Any:
    class Logger(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR):
                errors.append(message)
            log.debug("%s: %s", severity, message)

    return Logger()


def _monitor(trt: Any, progress: Progress) -> Any:
    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self.steps: dict[str, int] = {}
            self.outermost = ""

        def phase_start(self, phase: str, parent: str | None, steps: int) -> None:
            self.steps[phase] = max(steps, 1)
            self.outermost = phase if parent is None else self.outermost

        def step_complete(self, phase: str, step: int) -> bool:
            if phase == self.outermost:
                progress("building", min((step + 1) / self.steps[phase], 1.0))
            return True

        def phase_finish(self, phase: str) -> None:
            self.steps.pop(phase, None)

    return Monitor()
