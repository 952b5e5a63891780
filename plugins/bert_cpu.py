"""Launcher of `kernels/cpu`: a BERT encoder in int8 on CPU cores, by the best instruction set that they have.

The kernels are compiled when the package is installed, where there is a C compiler: those of all instruction sets of
the processor's family into one library, of which this CPU's are chosen at run time.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from mmap import MADV_HUGEPAGE, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plugins.bert import Floats, Model, Norm

#: `repartee_bert_interface()` of the kernels this launcher fits.
INTERFACE = 4

#: Hidden and inner size must be multiples of it: each instruction set's tiles fill that.
MULTIPLE = 64

HEAD_SIZES = (32, 64)
MOST_THREADS = 64
#: Bytes of a cache line: packed weights begin at one, so that no vector of them lies across two.
LINE = 64

#: Bytes asked for at a time for packed weights; what is not used is never there.
ROOM = 16 << 20

#: Name of an instruction set → what a processor that has it is said to have.
INSTRUCTIONS = {
    "avx512": "AVX-512 with VNNI and BF16",
    "avx512-vnni": "AVX-512 with VNNI",
    "avx-vnni": "AVX-VNNI",
    "avx2": "AVX2",
    "neon-i8mm": "NEON with I8MM",
    "neon": "NEON with the dot product",
}

Array = NDArray[Any]


@dataclass(frozen=True)
class Linear:
    """y = x Wᵀ + b: W is `codes` int8 [out, in] times `scale` float32 [out]; `bias` float32 [out]."""

    codes: NDArray[np.int8]
    scale: Floats
    bias: Floats


@dataclass(frozen=True, kw_only=True)
class Isa:
    """An instruction set that there are kernels for.

    Weights are packed as [out / `panel`][in / `depth`][`panel`][`depth`]; inputs of products are quantised to
    0..`levels`; `narrow` products, if not 0, are summed up in 16 bits and have to fit.
    """

    number: int
    name: str
    panel: int
    depth: int
    levels: int
    narrow: int


def missing(isa: str = "") -> str:
    """Why the kernels do not run here, as one sentence; "" if they do. `isa`: those of this instruction set."""
    try:
        choose(isa)
    except LookupError as error:
        return str(error)
    return ""


def choose(isa: str = "") -> Isa:
    """Give the best instruction set that this CPU has, or the one named `isa`.

    Raises:
        LookupError: there are no kernels for it, or the CPU lacks it; the message is a sentence.
    """
    try:
        library = _library()
    except FileNotFoundError:
        raise LookupError(
            "The CPU kernels were not built when Repartee was installed; "
            "take a wheel that has them, or install it again with gcc there (apt-get install gcc libc6-dev)."
        ) from None
    except OSError as error:
        raise LookupError(f"The CPU kernels cannot be loaded ({error}); install Repartee again.") from error
    if library.repartee_bert_interface() != INTERFACE:
        raise LookupError("The CPU kernels are those of another version; install Repartee again.")
    known = built()
    if isa and isa not in [each.name for each in known]:
        names = ", ".join(each.name for each in known) or "none"
        raise LookupError(f"There are no kernels named {isa!r} for this kind of processor; there are {names}.")
    for each in known:
        if isa in ("", each.name) and library.repartee_bert_supported(each.number):
            return each
    if isa:
        raise LookupError(f"This CPU lacks {INSTRUCTIONS[isa]}.")
    lacks = " and ".join(INSTRUCTIONS[each.name] for each in known[-1:])
    raise LookupError(f"This CPU lacks {lacks}." if lacks else f"There are no kernels for {platform.machine()}.")


def built() -> list[Isa]:
    """Every instruction set there are kernels for in the library, best first, whether or not this CPU has it.

    Raises:
        OSError: the library is not there, or cannot be loaded.
    """
    found: list[Isa] = []
    while traits := _library().repartee_bert_isa(len(found)):
        found.append(_isa(len(found), traits.contents))
    return found


def here() -> list[Isa]:
    """Every instruction set that there are kernels for and this CPU has, best first; none where nothing was built."""
    return [] if missing() else [each for each in built() if _library().repartee_bert_supported(each.number)]


def unsuitable(hidden: int, inner: int, heads: int) -> str:
    """What of a model's sizes the kernels do not know; "" if they know all."""
    if hidden % MULTIPLE or inner % MULTIPLE:
        return f"hidden and inner size are {hidden} and {inner}, but multiples of {MULTIPLE} are expected"
    if hidden % heads or hidden // heads not in HEAD_SIZES:
        return f"heads have {hidden / heads:g} channels, but {' or '.join(map(str, HEAD_SIZES))} are expected"
    return ""


def narrowed(linear: Linear, isa: Isa) -> Linear:
    """Give `linear` with steps as fine as sums of `isa.narrow` products in 16 bits allow, per output channel."""
    if not isa.narrow:
        return linear
    codes = np.array(linear.codes, np.int8, order="C")
    factor = np.empty(len(codes), np.float32)
    _library().repartee_bert_narrow(codes.ctypes.data, factor.ctypes.data, *codes.shape, isa.narrow, isa.levels)
    return Linear(codes, linear.scale / factor, linear.bias)


def packed(codes: NDArray[np.int8], isa: Isa) -> NDArray[np.int8]:
    """Give weights [out, in] in the order in which the kernels of `isa` read them."""
    out, inputs = codes.shape
    blocks = codes.reshape(out // isa.panel, isa.panel, inputs // isa.depth, isa.depth)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3))


class BertCpu:
    """A loaded model with its threads. `run` may be called from several threads: they take turns."""

    def __init__(self, model: Model[Linear], threads: int | None = None, isa: str = "") -> None:
        """Pack `model`'s weights. `threads`: None for one on every core that this process may use.

        `isa`: the instruction set, "" for the best that this CPU has.

        Raises:
            ValueError: a size is none that the kernels know.
            LookupError: there are no such kernels here; see `choose`.
            MemoryError: there is no memory, or no thread to be had.
        """
        hidden, inner = model.hidden, model.inner
        if problem := unsuitable(hidden, inner, model.heads):
            raise ValueError(problem)
        self.isa = choose(isa)
        cores = core_of_cpus()
        self.threads = min(threads or usable_cores(cores), MOST_THREADS)
        self._hidden, self._width = hidden, 2 if model.span else hidden
        self._vocab, self._positions, self._types = len(model.words), len(model.positions), len(model.types)
        self._kept: list[Array] = []
        self._room = np.empty(0, np.int8)
        self._lock = threading.Lock()
        described = self._describe(model, hidden, inner)
        core_of = np.array(cores, np.int32)
        self._engine = _library().repartee_bert_open(
            self.isa.number, ctypes.byref(described), self.threads, core_of.ctypes.data, len(core_of)
        )
        if not self._engine:
            raise MemoryError("the CPU kernels got no memory or no threads")

    def run(self, lengths: Array, ids: Array, types: Array, positions: Array, *, layers: int | None = None) -> Floats:
        """Run rows of `lengths` tokens each; the other arrays hold all their tokens, one row after the other.

        `layers`: so many of the layers only, the lowest ones; None for all of them.
        Returns float32 [tokens, 2] for a model with a span head, else, or where layers are left, the hidden states
        [tokens, hidden]. Releases the GIL.

        Raises:
            ValueError: a number lies outside its table, there are no such layers, or the model was closed.
            MemoryError: there is no memory for a batch of this size.
        """
        begins, tokens = _begins(lengths)
        flat = [np.ascontiguousarray(each, np.int32) for each in (ids, types, positions)]
        for each, limit in zip(flat, (self._vocab, self._types, self._positions), strict=True):
            if len(each) != tokens:
                raise ValueError(f"{len(each)} numbers for {tokens} tokens")
            if tokens and each.view(np.uint32).max() >= limit:  # negative ones are large there
                raise ValueError(f"numbers from {each.min()} to {each.max()} for a table of {limit} rows")
        return self._call(begins, 0, len(self._layers) if layers is None else layers, *flat, None)

    def run_on(
        self,
        lengths: Array,
        states: Floats,
        first: int,
        last: int | None = None,
        *,
        wanted: int = 0,
        in_place: bool = False,
    ) -> Floats:
        """Run the layers from number `first` on, up to `last` without it (None: to the end), on what those below gave.

        `states`: float32 [tokens, hidden], the tokens of rows of `lengths` tokens each, one row after the other.
        `in_place`: they are overwritten, and, where layers are left, what is returned. `wanted`: results are wanted of
        the tokens from this number on, which saves some of the last layer. Raises and returns as `run` does.
        """
        begins, tokens = _begins(lengths)
        states = np.require(states, np.float32, "C") if in_place else np.array(states, np.float32, order="C")
        if states.shape != (tokens, self._hidden):
            raise ValueError(f"states of shape {list(states.shape)} for {tokens} tokens of {self._hidden} channels")
        if not 0 <= wanted <= tokens:
            raise ValueError(f"token {wanted} of {tokens}")
        last = len(self._layers) if last is None else last
        return self._call(begins, first, last, None, None, None, states, wanted=wanted)[wanted:]

    def _call(self, begins: Array, first: int, last: int, *inputs: Array | None, wanted: int = 0) -> Floats:
        """Run the layers from `first` up to, without, `last`."""
        if not 0 <= first < last <= len(self._layers):
            raise ValueError(f"layers {first} to {last} of {len(self._layers)}")
        if (given := inputs[-1]) is not None and last < len(self._layers):
            result = given
        else:
            result = np.empty((begins[-1], self._width if last == len(self._layers) else self._hidden), np.float32)
        if not result.size:
            return result
        call = _Call(
            len(begins) - 1,
            first,
            last,
            wanted,
            *(None if each is None else each.ctypes.data for each in (begins, *inputs, result)),
        )
        with self._lock:
            if self._engine is None:
                raise ValueError("the model was closed")
            if _library().repartee_bert_run(self._engine, ctypes.byref(call)):
                raise MemoryError(f"no memory for a batch of {len(result)} tokens")
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

    def _describe(self, model: Model[Linear], hidden: int, inner: int) -> _Model:
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

    def _linear(self, linear: Linear) -> _Linear:
        linear = narrowed(linear, self.isa)
        total = linear.codes.sum(axis=1, dtype=np.int32) * linear.scale
        floats = (np.asarray(each, np.float32) for each in (linear.scale, total, linear.bias))
        return _Linear(self._keep_weights(packed(linear.codes, self.isa)), *(self._keep(each) for each in floats))

    def _norm(self, norm: Norm) -> _Norm:
        return _Norm(self._keep(norm.gain), self._keep(norm.bias))

    def _keep(self, array: Array) -> int:
        """Where the array lies, one number after the other, for as long as this object lives."""
        self._kept.append(np.ascontiguousarray(array))
        return self._kept[-1].ctypes.data

    def _keep_weights(self, codes: NDArray[np.int8]) -> int:
        """The same for packed weights: from a cache line on, in huge pages where there are any."""
        size = -(-codes.nbytes // LINE) * LINE
        if size > len(self._room):
            room = mmap(-1, max(ROOM, size))
            with suppress(OSError):  # a kernel without them
                room.madvise(MADV_HUGEPAGE)
            self._room = np.frombuffer(room, np.int8)
        here, self._room = self._room[: codes.nbytes], self._room[size:]
        here[:] = codes.reshape(-1)
        self._kept.append(here)
        return here.ctypes.data


def _begins(lengths: Array) -> tuple[Array, int]:
    """Where each row's tokens begin, int32 [rows + 1], and how many there are in all."""
    begins = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=begins[1:])
    return begins, int(begins[-1])


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
    """How many of `cores` (see `core_of_cpus`) this process may keep busy.

    `limits`: quota and period of its control group; a thread more than they allow would stall all of them.
    """
    count = len({cores[cpu] for cpu in os.sched_getaffinity(0) if cpu < len(cores)}) or 1
    try:
        quota, period = limits.read_text().split()
    except (OSError, ValueError):
        return count
    return count if quota == "max" else max(1, min(count, int(quota) // int(period)))


def _file() -> Path | None:
    # Of any version of Python before one that an older installation made for a single version.
    names = (Path(__file__).with_name(f"_bert_cpu{suffix}") for suffix in reversed(EXTENSION_SUFFIXES))
    return next((path for path in names if path.exists()), None)


@cache
def _library() -> ctypes.CDLL:
    if (path := _file()) is None:
        raise FileNotFoundError("_bert_cpu")
    library = ctypes.CDLL(str(path))
    library.repartee_bert_open.restype = ctypes.c_void_p
    library.repartee_bert_isa.restype = ctypes.POINTER(_Traits)
    library.repartee_bert_open.argtypes = [
        ctypes.c_int,
        ctypes.POINTER(_Model),
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int,
    ]
    library.repartee_bert_narrow.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int] * 4]
    library.repartee_bert_run.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Call)]
    library.repartee_bert_close.argtypes = [ctypes.c_void_p]
    return library


def _pointers(*names: str) -> list[tuple[str, Any]]:
    return [(name, ctypes.c_void_p) for name in names]


class _Traits(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        *((name, ctypes.c_int32) for name in ("panel", "depth", "levels", "narrow")),
    ]


def _isa(number: int, traits: _Traits) -> Isa:
    return Isa(
        number=number,
        name=traits.name.decode(),
        panel=traits.panel,
        depth=traits.depth,
        levels=traits.levels,
        narrow=traits.narrow,
    )


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
    _fields_ = [
        *((name, ctypes.c_int32) for name in ("rows", "first", "last", "wanted")),
        *_pointers("begins", "ids", "types", "positions", "given", "result"),
    ]
