"""Launcher of ``kernels/bert_avx512.c``: a BERT encoder in int8 on CPU cores with AVX-512 VNNI and BF16.

The kernels are compiled when the package is installed, where there is a C compiler.
"""

import ctypes
import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plugins.bert import Floats, Model, Norm

INTERFACE = 1
"""``repartee_bert_interface()`` of the kernels this launcher fits."""

PANEL = 64
"""Hidden and inner size must be multiples of it: the outputs the kernels compute at a time."""

HEAD_SIZES = (32, 64)
MOST_THREADS = 64

Array = NDArray[Any]


@dataclass(frozen=True)
class Linear:
    """y = x Wᵀ + b: W is ``codes`` int8 [out, in] times ``scale`` float32 [out]; ``bias`` float32 [out]."""

    codes: NDArray[np.int8]
    scale: Floats
    bias: Floats


def missing() -> str:
    """Why the kernels do not run here, as one sentence; "" if they do."""
    try:
        library = _library()
    except FileNotFoundError:
        return (
            "The AVX-512 kernels were not built when Repartee was installed; "
            "with gcc there (apt-get install gcc libc6-dev), install it again."
        )
    except OSError as error:
        return f"The AVX-512 kernels cannot be loaded ({error}); install Repartee again."
    if library.repartee_bert_interface() != INTERFACE:
        return "The AVX-512 kernels are those of another version; install Repartee again."
    if not library.repartee_bert_supported():
        return "This CPU lacks AVX-512 VNNI or BF16."
    return ""


def unsuitable(hidden: int, inner: int, heads: int) -> str:
    """What of a model's sizes the kernels do not know; "" if they know all."""
    if hidden % PANEL or inner % PANEL:
        return f"hidden and inner size are {hidden} and {inner}, but multiples of {PANEL} are expected"
    if hidden % heads or hidden // heads not in HEAD_SIZES:
        return f"heads have {hidden / heads:g} channels, but {' or '.join(map(str, HEAD_SIZES))} are expected"
    return ""


class BertAvx512:
    """A loaded model with its threads. ``run`` may be called from several threads: they take turns."""

    def __init__(self, model: Model[Linear], threads: int | None = None) -> None:
        """Pack ``model``'s weights. ``threads``: None for one on every core that this process may use.

        Raises:
            ValueError: a size is none that the kernels know.
            MemoryError: there is no memory, or no thread to be had.
        """
        hidden, inner = model.hidden, model.inner
        if problem := unsuitable(hidden, inner, model.heads):
            raise ValueError(problem)
        cores = core_of_cpus()
        self.threads = min(threads or usable_cores(cores), MOST_THREADS)
        self._width = 2 if model.span else hidden
        self._vocab, self._positions, self._types = len(model.words), len(model.positions), len(model.types)
        self._kept: list[Array] = []
        self._lock = threading.Lock()
        described = self._describe(model, hidden, inner)
        core_of = np.array(cores, np.int32)
        self._engine = _library().repartee_bert_open(
            ctypes.byref(described), self.threads, core_of.ctypes.data, len(core_of)
        )
        if not self._engine:
            raise MemoryError("the AVX-512 kernels got no memory or no threads")

    def run(self, lengths: Array, ids: Array, types: Array, positions: Array) -> Floats:
        """Run rows of ``lengths`` tokens each; the other arrays hold all their tokens, one row after the other.

        Returns float32 [tokens, 2] for a model with a span head, else [tokens, hidden]. Releases the GIL.

        Raises:
            ValueError: a number lies outside its table, or the model was closed.
            MemoryError: there is no memory for a batch of this size.
        """
        begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        flat = [np.ascontiguousarray(each, np.int32) for each in (ids, types, positions)]
        for each, limit in zip(flat, (self._vocab, self._types, self._positions), strict=True):
            if len(each) != begins[-1]:
                raise ValueError(f"{len(each)} numbers for {begins[-1]} tokens")
            if each.size and not 0 <= each.min() <= each.max() < limit:
                raise ValueError(f"numbers from {each.min()} to {each.max()} for a table of {limit} rows")
        result = np.empty((begins[-1], self._width), np.float32)
        if not result.size:
            return result
        call = _Call(len(lengths), *(each.ctypes.data for each in (begins, *flat, result)))
        with self._lock:
            if self._engine is None:
                raise ValueError("the model was closed")
            if _library().repartee_bert_run(self._engine, ctypes.byref(call)):
                raise MemoryError(f"no memory for a batch of {begins[-1]} tokens")
        return result

    def close(self) -> None:
        """End the threads and give the memory back; waits for a run that is under way."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine:
            _library().repartee_bert_close(engine)
        self._kept.clear()

    def __del__(self) -> None:
        if getattr(self, "_engine", None):
            self.close()

    def _describe(self, model: Model[Linear], hidden: int, inner: int) -> "_Model":
        layers = (_Layer * len(model.layers))(
            *(
                _Layer(
                    *(self._linear(each) for each in (layer.qkv, layer.out, layer.up, layer.down)),
                    *(self._norm(each) for each in (layer.attended, layer.output)),
                )
                for layer in model.layers
            )
        )
        self._layers = layers
        return _Model(
            _Shape(hidden, inner, model.heads, len(model.layers), model.epsilon),
            *(self._keep(each) for each in (model.words, model.positions, model.types)),
            self._norm(model.embedded),
            layers,
            *(self._keep(each) for each in model.span or ()),
        )

    def _linear(self, linear: Linear) -> "_Linear":
        out, inputs = linear.codes.shape
        packed = linear.codes.reshape(out // PANEL, PANEL, inputs // 4, 4).transpose(0, 2, 1, 3)
        total = linear.codes.sum(axis=1, dtype=np.int32) * linear.scale
        floats = (np.asarray(each, np.float32) for each in (linear.scale, total, linear.bias))
        return _Linear(self._keep(packed), *(self._keep(each) for each in floats))

    def _norm(self, norm: Norm) -> "_Norm":
        return _Norm(self._keep(norm.gain), self._keep(norm.bias))

    def _keep(self, array: Array) -> int:
        """Where the array lies, one number after the other, for as long as this object lives."""
        self._kept.append(np.ascontiguousarray(array))
        return self._kept[-1].ctypes.data


def core_of_cpus() -> list[int]:
    """CPU → the first CPU of the same core: two are one core where it runs two threads at once."""
    cores = []
    for cpu in range(os.cpu_count() or 1):
        try:
            siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text()
        except OSError:
            siblings = ""
        first = re.match(r"\d+", siblings)
        cores.append(int(first[0]) if first else cpu)
    return cores


def usable_cores(cores: Sequence[int], limits: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """How many of ``cores`` (see ``core_of_cpus``) this process may keep busy.

    ``limits``: quota and period of its control group; a thread more than they allow would stall all of them.
    """
    count = len({cores[cpu] for cpu in os.sched_getaffinity(0) if cpu < len(cores)}) or 1
    try:
        quota, period = limits.read_text().split()
    except (OSError, ValueError):
        return count
    return count if quota == "max" else max(1, min(count, int(quota) // int(period)))


def _file() -> Path | None:
    names = (Path(__file__).with_name(f"_bert_avx512{suffix}") for suffix in EXTENSION_SUFFIXES)
    return next((path for path in names if path.exists()), None)


@cache
def _library() -> ctypes.CDLL:
    if (path := _file()) is None:
        raise FileNotFoundError("_bert_avx512")
    library = ctypes.CDLL(str(path))
    library.repartee_bert_open.restype = ctypes.c_void_p
    library.repartee_bert_open.argtypes = [ctypes.POINTER(_Model), ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    library.repartee_bert_run.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Call)]
    library.repartee_bert_close.argtypes = [ctypes.c_void_p]
    return library


def _pointers(*names: str) -> list[tuple[str, Any]]:
    return [(name, ctypes.c_void_p) for name in names]


class _Shape(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int32) for name in ("hidden", "inner", "heads", "layers")),
        ("epsilon", ctypes.c_float),
    ]


class _Linear(ctypes.Structure):
    _fields_ = _pointers("codes", "scale", "sum", "bias")


class _Norm(ctypes.Structure):
    _fields_ = _pointers("gain", "bias")


class _Layer(ctypes.Structure):
    _fields_ = [
        *((name, _Linear) for name in ("qkv", "out", "up", "down")),
        ("attended", _Norm),
        ("output", _Norm),
    ]


class _Model(ctypes.Structure):
    _fields_ = [
        ("shape", _Shape),
        *_pointers("words", "positions", "types"),
        ("embedded", _Norm),
        ("layers", ctypes.POINTER(_Layer)),
        *_pointers("span", "span_bias"),
    ]


class _Call(ctypes.Structure):
    _fields_ = [("rows", ctypes.c_int32), *_pointers("begins", "ids", "types", "positions", "result")]
