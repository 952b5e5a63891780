"""How `kernels/cuda_*.cu` may be cut up: for linear layers the tiles worth trying, for attention a rule."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Protocol

#: The compute capability that has clusters, bulk copies and wgmma; newer ones have other names for the latter.
HOPPER = (9, 0)

#: Shared memory of a block that is not in `Tile.shared`, and what the system keeps, at most.
STATIC_BYTES = 2 << 10


class Limits(Protocol):
    """What of a GPU decides which tiles suit it: multiprocessors, and bytes of shared memory that a block may have."""

    @property
    def capability(self) -> tuple[int, int]:
        """Compute capability."""
        ...

    @property
    def processors(self) -> int:
        """Multiprocessors."""
        ...

    @property
    def shared_memory(self) -> int:
        """Bytes that a block may have."""
        ...


@dataclass(frozen=True)
class Tile:
    """How `linear` is cut up: `groups` times 64 rows and `columns` columns to a block.

    `stages`: pieces of 64 inputs in flight; `split`: blocks of a cluster that each take a part of the inputs.
    """

    groups: int
    columns: int
    stages: int
    split: int = 1

    @property
    def kernel(self) -> str:
        """Its name in the compiled module."""
        return f"linear_{self.groups}_{self.columns}_{self.stages}_{self.split}"

    @property
    def rows(self) -> int:
        """Of a block."""
        return 64 * self.groups

    @property
    def threads(self) -> int:
        """Of a block."""
        return 128 * self.groups

    @property
    def shared(self) -> int:
        """Bytes of shared memory: the stages; sums take their place, or lie behind them where blocks exchange them."""
        stages, sums = self.stages * (self.rows + self.columns) * 128, self.rows * (self.columns + 8) * 4
        return stages + sums if self.split > 1 else max(stages, sums)

    @property
    def cluster(self) -> int:
        """Blocks of a cluster."""
        return self.split

    @property
    def body(self) -> str:
        """What the kernel calls."""
        return f"linear<{self.groups}, {self.columns}, {self.stages}, {self.split}>"

    def grid(self, tokens: int, out: int, processors: int) -> tuple[int, int, int]:  # noqa: ARG002
        """Blocks for a linear layer of `out` columns over `tokens` tokens."""
        return ceil(tokens / self.rows) * self.split, out // self.columns, 1


@dataclass(frozen=True)
class WideTile:
    """How `wide` is cut up, the linear layer for many rows: 256 rows to `split` pairs of blocks.

    Each pair takes its part of the inputs for all columns, and then finishes `columns` of them; `stages`: pieces of
    64 inputs in flight.
    """

    columns: int
    stages: int
    split: int = 1
    rows: ClassVar[int] = 256
    threads: ClassVar[int] = 384

    @property
    def kernel(self) -> str:
        """Its name in the compiled module."""
        return f"wide_{self.columns}_{self.stages}_{self.split}"

    @property
    def body(self) -> str:
        """What the kernel calls."""
        return f"wide<{self.together}, {self.stages}, {self.split}>"

    @property
    def together(self) -> int:
        """Columns that a cluster computes."""
        return self.columns * self.split

    @property
    def cluster(self) -> int:
        """Blocks of a cluster."""
        return 2 * self.split

    @property
    def shared(self) -> int:
        """Bytes of shared memory: the stages; results, or residuals, of 128 rows; three numbers a column, twice."""
        return self.stages * (128 + self.together) * 128 + self.columns * 128 * 2 + 2 * 3 * self.columns * 4

    def grid(self, tokens: int, out: int, processors: int) -> tuple[int, int, int]:
        """Blocks: for as many tiles as there are, or as there is room for at once."""
        tiles = ceil(tokens / self.rows) * (out // self.together)
        return self.cluster * min(tiles, processors // self.cluster), 1, 1


def candidates(gpu: Limits, tokens: int, out: int, into: int) -> list[Tile | WideTile]:
    """Give the tiles worth trying for a linear layer over `tokens` tokens.

    Many small blocks cost traffic, few large ones leave multiprocessors idle; which is worse is best measured.
    """
    found: list[Tile | WideTile] = []
    for wide in wide_tiles(gpu.capability):
        tiles = ceil(tokens / wide.rows) * (out // wide.together)
        too_split = wide.split > 1 and tiles > gpu.processors // wide.cluster
        if tokens >= WIDE_FROM and not out % wide.together and not into % (64 * wide.split) and not too_split:
            found.append(wide)
    for tile in every_tile(gpu.capability):
        blocks, columns, _ = tile.grid(tokens, out, gpu.processors)
        blocks *= columns
        fits = (
            not out % tile.columns and not into % (64 * tile.split) and tile.shared + STATIC_BYTES <= gpu.shared_memory
        )
        too_small = blocks > 8 * gpu.processors and tile.rows * tile.columns < 64 * 128
        too_large = tile.groups > 1 and tile.rows >= 2 * tokens
        too_split = tile.split > 1 and blocks > 2 * gpu.processors
        if fits and not (too_small or too_large or too_split):
            found.append(tile)
    return found


def every_tile(capability: tuple[int, int]) -> tuple[Tile, ...]:
    """All tiles of `linear` compiled for a compute capability; any layer's columns are a multiple of some tile's."""
    if capability != HOPPER:
        return (Tile(1, 32, 4), Tile(1, 64, 4), Tile(2, 64, 4), Tile(1, 128, 3), Tile(2, 128, 3))
    narrow = (Tile(1, 32, 8), Tile(1, 32, 8, 2), Tile(1, 32, 5, 2), Tile(1, 32, 5, 4))
    square = (Tile(1, 64, 6), Tile(1, 64, 6, 4), Tile(1, 64, 4), Tile(1, 64, 4, 2))
    return (*narrow, *square, Tile(1, 128, 3), Tile(2, 128, 3))


def wide_tiles(capability: tuple[int, int]) -> tuple[WideTile, ...]:
    """All tiles of `wide` compiled for a compute capability; not every layer's columns are a multiple of one's."""
    if capability != HOPPER:
        return ()
    return WideTile(256, 3), WideTile(192, 4), WideTile(64, 5, 2)


#: Tokens from which on `wide` is worth trying.
WIDE_FROM = 512

#: Of a block of any tile, or of a cluster that shares weights.
ROWS_AT_MOST = 256

#: Numbers of tokens that tiles are chosen for; others take the choice of the next larger one.
TOKENS = (32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192)


@dataclass(frozen=True)
class AttentionTile:
    """How `attention` is cut up: see `kernels/cuda_attention.cu`."""

    size: int
    query_warps: int
    key_warps: int
    keys: int

    @property
    def body(self) -> str:
        """What the kernel calls."""
        return f"attention<{self.size}, {self.query_warps}, {self.key_warps}, {self.keys}>"

    @property
    def kernel(self) -> str:
        """Its name in the compiled module."""
        return f"attention_{self.size}_{self.query_warps}_{self.key_warps}_{self.keys}"

    @property
    def threads(self) -> int:
        """Of a block."""
        return 32 * self.query_warps * self.key_warps

    @property
    def shared(self) -> int:
        """Bytes of shared memory: queries, and two blocks of keys and values."""
        staged = (16 * self.query_warps + 4 * self.keys * self.key_warps) * self.size * 2
        return max(staged, self.key_warps * 16 * self.query_warps * (self.size + 8 + 2) * 4)

    def grid(self, rows: int, longest: int, heads: int) -> tuple[int, int, int]:
        """Blocks for `rows` rows of up to `longest` tokens."""
        return ceil(longest / (16 * self.query_warps)), heads, rows


@dataclass(frozen=True)
class HopperAttention:
    """How `attend` is cut up, Hopper's attention: 64 queries to four warps, 64 columns to a block.

    `stages`: blocks of 64 keys and values in flight.
    """

    size: int
    stages: int

    @property
    def body(self) -> str:
        """What the kernel calls."""
        return f"attend<{self.size}, {self.stages}>"

    @property
    def kernel(self) -> str:
        """Its name in the compiled module."""
        return f"attend_{self.size}_{self.stages}"

    @property
    def threads(self) -> int:
        """Of a block: four warps for each of its heads."""
        return 128 * (64 // self.size)

    @property
    def shared(self) -> int:
        """Bytes of shared memory: queries, and blocks of keys and values."""
        return (1 + 2 * self.stages) * 64 * 128

    def grid(self, rows: int, longest: int, heads: int) -> tuple[int, int, int]:
        """Blocks for `rows` rows of up to `longest` tokens; the first token of a block is one of eight."""
        return ceil((longest + 7) / 64), heads * self.size // 64, rows


def attention_tiles(size: int, capability: tuple[int, int]) -> tuple[AttentionTile | HopperAttention, ...]:
    """All that are compiled for heads of `size` channels: for many rows first, for few last."""
    if capability == HOPPER:
        return HopperAttention(size, 2), HopperAttention(size, 3)
    return AttentionTile(size, 4, 1, 64), AttentionTile(size, 2, 2, 64), AttentionTile(size, 1, 4, 32)


def choose_attention(rows: int, longest: int, heads: int, size: int, gpu: Limits) -> AttentionTile | HopperAttention:
    """Choose how attention is cut up: few rows of few tokens leave multiprocessors idle unless keys are shared out."""
    many, *some, few = attention_tiles(size, gpu.capability)
    if ceil(longest / 64) * heads * rows >= (2 if some else 4) * gpu.processors:
        return many
    return some[0] if some and ceil(longest / 32) * heads * rows >= gpu.processors else few
