"""What `kernels/cuda_*.cu` hold: their source, weights as they want them, and their launches for a batch.

Nothing here calls CUDA. Tokens of all rows lie one behind the other, without padding; activations are float16, sums
float32.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plugins.bert import Floats, Model, Norm
from plugins.bert_tiles import (
    HOPPER,
    ROWS_AT_MOST,
    STATIC_BYTES,
    Limits,
    Tile,
    WideTile,
    attention_tiles,
    choose_attention,
    every_tile,
    wide_tiles,
)

#: Hidden and inner size must be multiples of it: the columns a block computes at most.
MULTIPLE = 128

#: Hidden size at most: a block has room for the moments of 32 parts of a row.
LARGEST = 1024

HEAD_SIZES = (32, 64)

#: Rows of tokens in a batch, at most.
ROWS = 16

#: Where tokens begin in what `launches` calls `given`.
INPUTS = 32

#: Tokens that a block embeds; one of its warps fetches their numbers for all.
EMBED_WARPS = 16

_PARTS = ("cuda_parts.cu", "cuda_linear.cu", "cuda_wide.cu", "cuda_attention.cu", "cuda_attend.cu", "cuda_ends.cu")


@dataclass(frozen=True)
class Linear:
    """y = x Wᵀ + b: `weight` [out, in], `bias` [out]."""

    weight: Floats
    bias: Floats


def unsuitable(hidden: int, inner: int, heads: int) -> str:
    """What of a model's sizes the kernels do not know; "" if they know all."""
    if hidden % MULTIPLE or inner % MULTIPLE:
        return f"hidden and inner size are {hidden} and {inner}, but multiples of {MULTIPLE} are expected"
    if hidden > LARGEST:
        return f"hidden size is {hidden}, but at most {LARGEST} is expected"
    if hidden % heads or hidden // heads not in HEAD_SIZES:
        return f"heads have {hidden / heads:g} channels, but {' or '.join(map(str, HEAD_SIZES))} are expected"
    return ""


@dataclass(frozen=True)
class Launch:
    """One kernel to start. `overlaps`: it may begin before the one ahead of it ends, and waits by itself."""

    kernel: str
    grid: tuple[int, int, int]
    threads: int
    arguments: bytes
    shared: int = 0
    cluster: int = 1
    overlaps: bool = True


def source(size: int, capability: tuple[int, int]) -> str:
    """CUDA C++ of all kernels for heads of `size` channels; it includes nothing."""
    folder = Path(__file__).parent / "kernels"
    text = ["#define HOPPER" if capability == HOPPER else ""]
    text += [(folder / name).read_text(encoding="utf-8") for name in _PARTS]

    def entry(name: str, threads: int | str, argument: str, body: str) -> str:
        return f'extern "C" __global__ void __launch_bounds__({threads}) {name}({argument} p) {{ {body}(p); }}'

    for tile in every_tile(capability):
        together = min(4, _shared_memory(capability) // (tile.shared + STATIC_BYTES))  # blocks on a multiprocessor
        bounds = f"{tile.threads}, {max(1, together)}"
        text.append(entry(tile.kernel, bounds, "Linear", tile.body))
    text += [entry(tile.kernel, f"{tile.threads}, 1", "Linear", tile.body) for tile in wide_tiles(capability)]
    for attention in attention_tiles(size, capability):
        text.append(entry(attention.kernel, attention.threads, "Attention", attention.body))
    text.append(entry("embed", 32 * EMBED_WARPS, "Embedding", "embedding"))
    text.append(entry("span", 128, "Head", "span_head"))
    text.append(entry("vector", 256, "Head", "vector_head"))
    return "\n".join(text)


def _shared_memory(capability: tuple[int, int]) -> int:
    """Bytes of a multiprocessor: data centres' GPUs have more than desktops'. CUDA C++ Programming Guide, appendix."""
    kilobytes = {(8, 0): 164, (8, 7): 164, (9, 0): 228, (10, 0): 228, (10, 3): 228}
    return kilobytes.get(capability, 100) << 10


class Packed:
    """A model's weights, LayerNorms folded in, as one block of bytes for the GPU; `offsets`: name → where in it."""

    def __init__(self, model: Model[Linear]) -> None:
        """Fold and round `model`.

        Raises:
            ValueError: a size is none that the kernels know.
        """
        if problem := unsuitable(model.hidden, model.inner, model.heads):
            raise ValueError(problem)
        self.model = model
        self.offsets: dict[str, int] = {}
        self.arrays: list[tuple[int, NDArray[np.generic]]] = []
        self.size = 0
        for name in ("words", "positions", "types"):
            self._add(name, getattr(model, name).astype(np.float16))
        before = model.embedded
        for number, layer in enumerate(model.layers):
            self._normed(f"{number}.qkv", layer.qkv, before)
            self._added(f"{number}.out", layer.out, before)
            self._normed(f"{number}.up", layer.up, layer.attended)
            self._added(f"{number}.down", layer.down, layer.attended)
            before = layer.output
        if model.span is None:
            self._add("head", np.stack([before.gain, before.bias]))
            self.head_constants = (0.0, 0.0, 0.0, 0.0)
        else:
            weight = model.span[0] * before.gain
            bias = model.span[1] + model.span[0] @ before.bias
            self._add("head", weight)
            self.head_constants = (*weight.sum(axis=1, dtype=np.float64).tolist(), *map(float, bias))

    def _normed(self, name: str, linear: Linear, norm: Norm) -> None:
        """A layer that reads what a LayerNorm gives."""
        weight = (linear.weight * norm.gain).astype(np.float16)
        self._add(f"{name}.weight", in_blocks(weight))
        self._add(f"{name}.factor", weight.sum(axis=1, dtype=np.float64).astype(np.float32))
        self._add(f"{name}.bias", linear.bias + linear.weight @ norm.bias)

    def _added(self, name: str, linear: Linear, norm: Norm) -> None:
        """A layer whose result is added to what a LayerNorm gives."""
        self._add(f"{name}.weight", in_blocks(linear.weight.astype(np.float16)))
        self._add(f"{name}.bias", linear.bias)
        self._add(f"{name}.factor", norm.gain)
        self._add(f"{name}.shift", norm.bias)

    def _add(self, name: str, array: NDArray[np.generic]) -> None:
        whole = np.ascontiguousarray(array if array.dtype == np.float16 else array.astype(np.float32))
        self.offsets[name] = self.size
        self.arrays.append((self.size, whole))
        self.size = aligned(self.size + whole.nbytes)


def in_blocks(matrix: NDArray[np.float16]) -> NDArray[np.float16]:
    """Lay [rows, columns] out as [columns / 64, rows / 8, 8, 64], swizzled: see `kernels/cuda_parts.cu`."""
    rows, columns = matrix.shape
    blocks = matrix.reshape(rows // 8, 8, columns // 64, 8, 8).transpose(2, 0, 1, 3, 4)
    row, chunk = np.arange(8)[:, None], np.arange(8)[None, :]
    return np.ascontiguousarray(blocks[:, :, row, chunk ^ row]).reshape(columns // 64, rows // 8, 8, 64)


def aligned(size: int) -> int:
    """Round up to where an array may begin."""
    return -(-size // 256) * 256


@dataclass(frozen=True)
class Scratch:
    """Where the activations of `tokens` tokens lie in one block of GPU memory of `size` bytes."""

    tokens: int
    size: int
    offsets: Mapping[str, int]

    @classmethod
    def of(cls, hidden: int, inner: int, tokens: int, rows: int) -> Scratch:
        """Lay out what so many tokens in so many rows need."""
        padded = -(-tokens // ROWS_AT_MOST) * ROWS_AT_MOST  # the last block of rows reads whole
        sizes = {
            "layout": 4 * (rows + 2),
            "x": 2 * padded * hidden,
            "between": 2 * padded * hidden,
            "qkv": 6 * padded * hidden,
            "context": 2 * padded * hidden,
            "inner": 2 * padded * inner,
            "x moments": 8 * padded * (hidden // 32),
            "between moments": 8 * padded * (hidden // 32),
        }
        offsets, size = {}, 0
        for name, each in sizes.items():
            offsets[name] = size
            size = aligned(size + each)
        return cls(padded, size, offsets)


@dataclass(frozen=True)
class Addresses:
    """Where things lie on the GPU, and what it reads and writes on the host: `given` and `result`."""

    weights: int
    scratch: int
    given: int
    result: int


@dataclass(frozen=True)
class Network:
    """A model in its place on `gpu`: says which kernels compute a batch.

    `given` holds int32: tokens, where each row starts and the last one ends, and from INPUTS on, for every token, its
    id and its position plus 65536 times its type.
    """

    packed: Packed
    scratch: Scratch
    at: Addresses
    gpu: Limits

    def launches(self, rows: int, longest: int, choose: Callable[[str, int], Tile | WideTile]) -> Iterator[Launch]:
        """Give the launches for up to `rows` rows of up to `longest` tokens, in order.

        `choose`: layer (one of LINEARS) and tokens → tile.
        """
        model, tokens = self.packed.model, rows * longest
        hidden, size = model.hidden, model.hidden // model.heads
        tiles = {name: choose(name, tokens) for name in LINEARS}
        embed = struct.pack(
            "11q", *map(self._weight, ("words", "positions", "types")), *map(self._place, ("x", "x moments", "layout")),
            self.at.given, self.at.given + 4 * INPUTS, hidden, rows, self.scratch.tokens,
        )  # fmt: skip
        yield Launch("embed", (ceil(tokens / EMBED_WARPS), 1, 1), 32 * EMBED_WARPS, embed, overlaps=False)
        cut = choose_attention(rows, longest, model.heads, size, self.gpu)
        attend = struct.pack(
            "5q", self._place("qkv"), self._place("context"), self._place("layout") + 4, self.scratch.tokens, hidden
        )
        read = hidden
        for number in range(len(model.layers)):
            qkv = self.linear("qkv", number, tokens, tiles["qkv"], read)
            yield qkv if number else replace(qkv, overlaps=False)  # whatever comes later may read the layout at once
            yield Launch(cut.kernel, cut.grid(rows, longest, model.heads), cut.threads, attend, cut.shared)
            yield self.linear("out", number, tokens, tiles["out"], read)
            for name in ("up", "down"):
                yield self.linear(name, number, tokens, tiles[name], tiles["out"].columns)
            read = tiles["down"].columns
        head = struct.pack(
            "9q5d", *map(self._place, ("x", "x moments")), self._weight("head"), self.at.result, self._place("layout"),
            self.scratch.tokens, hidden, hidden // read, read, model.epsilon, *self.packed.head_constants,
        )  # fmt: skip
        if model.span is None:
            yield Launch("vector", (ceil(hidden / 256), rows, 1), 256, head)
        else:
            yield Launch("span", (ceil(tokens / 4), 1, 1), 128, head)

    def linear(self, name: str, number: int, tokens: int, tile: Tile | WideTile, part: int) -> Launch:
        """Give one linear layer's launch. `part`: columns of x, or of the residual, in one part of its moments."""
        layer = f"{number}.{name}"
        kind, x, y, normed = LINEARS[name]
        out, into = self.shape(name)
        arguments = struct.pack(
            "16qd", self._place(x), self._weight(f"{layer}.weight"), self._place(y), self._weight(f"{layer}.bias"),
            self._weight(f"{layer}.factor"), self._weight(f"{layer}.shift"), self._place(normed),
            self._place(f"{normed} moments"), self._place(f"{y} moments"), self._place("layout"),
            self.scratch.tokens, out, into, self.packed.model.hidden // part, part, kind, self.packed.model.epsilon,
        )  # fmt: skip
        grid = tile.grid(tokens, out, self.gpu.processors)
        return Launch(tile.kernel, grid, tile.threads, arguments, tile.shared, tile.cluster)

    @property
    def layout(self) -> int:
        """Where on the GPU the number of tokens lies."""
        return self._place("layout")

    def shape(self, name: str) -> tuple[int, int]:
        """Outputs and inputs of a linear layer."""
        hidden, inner = self.packed.model.hidden, self.packed.model.inner
        shapes = {"qkv": (3 * hidden, hidden), "out": (hidden, hidden), "up": (inner, hidden), "down": (hidden, inner)}
        return shapes[name]

    def _place(self, name: str) -> int:
        return self.at.scratch + self.scratch.offsets[name] if name in self.scratch.offsets else 0

    def _weight(self, name: str) -> int:
        return self.at.weights + self.packed.offsets[name] if name in self.packed.offsets else 0


#: The linear layers of a layer: kind (see `kernels/cuda_linear.cu`), what they read and write, what is normalised.
LINEARS = {
    "qkv": (0, "x", "qkv", "x"),
    "out": (2, "context", "between", "x"),
    "up": (1, "between", "inner", "between"),
    "down": (2, "inner", "x", "between"),
}
