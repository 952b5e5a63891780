"""What this machine can do: its cores, instruction sets and memory, and a short timing of one core."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass

from engines.processes import python_environment, python_module

#: Instruction sets that make int8 arithmetic on a CPU fast, best first.
FAST_INSTRUCTIONS = ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "asimddp")
SIZE, ROUNDS = 512, 12  # of the matrices that are multiplied
LIMIT_S = 30.0  # for the timing, on the busiest of machines


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`memory_mb` is what is free to take, 0 where that is not known; `gflops` what one core
    multiplies in float32, 0.0 where that cannot be timed."""

    processor: str
    cores: int
    instructions: tuple[str, ...]
    memory_mb: int
    gflops: float


def cores_here() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def instructions_here() -> tuple[str, ...] | None:
    """Return which of FAST_INSTRUCTIONS the processor has, None where that cannot be told."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as cpuinfo:  # noqa: PTH123  a device, not a file
            words = set(cpuinfo.read().split())
    except OSError:
        return None
    return tuple(name for name in FAST_INSTRUCTIONS if name in words)


def measure() -> Machine:
    """Measure this machine, for a quarter of a second."""
    return Machine(
        processor=platform.machine(),
        cores=cores_here(),
        instructions=instructions_here() or (),
        memory_mb=_free_mb(),
        gflops=_gflops(),
    )


def _free_mb() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as meminfo:  # noqa: PTH123  a device, not a file
            sizes = dict(line.split(":", 1) for line in meminfo)
        return int(sizes["MemAvailable"].split()[0]) // 1024
    except (OSError, KeyError, ValueError):
        return 0


def _gflops() -> float:
    """Return what `main` finds in a process of its own, whose arithmetic has one thread; 0.0 where it cannot."""
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = python_module("assistant.machine")
    try:
        ended = subprocess.run(
            command, env=python_environment() | alone, capture_output=True, text=True, timeout=LIMIT_S, check=True
        )
        return float(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0.0


def main() -> None:
    """Print the best round of a core, by its own time and not the clock's: others may be busy on it."""
    import numpy as np

    matrix = np.random.default_rng(0).normal(size=(SIZE, SIZE)).astype(np.float32)
    best = 0.0
    for _ in range(ROUNDS):
        started_s = time.thread_time()
        matrix @ matrix
        best = max(best, 2e-9 * SIZE**3 / max(time.thread_time() - started_s, 1e-6))
    print(f"{best:.1f}")


if __name__ == "__main__":
    main()
