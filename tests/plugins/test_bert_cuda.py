"""The CUDA kernels without a GPU: what launches tell them to do is done in numpy instead, and NVRTC compiles them."""

import re
import struct
from itertools import pairwise, product
from math import erf, prod
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engines.runtimes.cuda import driver as cuda
from engines.runtimes.cuda.driver import CudaError, Gpu
from engines.runtimes.cuda.runtime import _model
from engines.runtimes.runtime import BUCKETS
from engines.sizes import SIZES
from plugins import bert_cuda as kernels
from plugins.bert_cuda import Addresses, Network, Packed, Scratch, unsuitable
from plugins.bert_tiles import (
    HOPPER,
    ROWS_AT_MOST,
    STATIC_BYTES,
    TOKENS,
    HopperAttention,
    WideTile,
    attention_tiles,
    candidates,
    choose_attention,
    every_tile,
    wide_tiles,
)
from tests.engines.small_bert import random_checkpoint, reference_hidden

SOURCES = "\n".join(path.read_text() for path in sorted((Path(kernels.__file__).parent / "kernels").glob("cuda_*.cu")))
AT = Addresses(weights=1 << 32, scratch=2 << 32, given=3 << 32, result=4 << 32)
GPUS = [
    Gpu(f"{processors} x {capability}", capability, 8 << 30, 8 << 30, "", (12, 8), processors, kilobytes << 10)
    for capability, processors, kilobytes in (
        ((8, 0), 108, 163), ((8, 6), 20, 99), ((8, 6), 84, 99), (HOPPER, 132, 227), ((12, 0), 170, 99),
    )
]  # fmt: skip
every_gpu = pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.name)


def unpacked(name, arguments):
    """A kernel's arguments as the struct `name` of the sources has them; all its fields have 8 bytes."""
    found, body = {}, re.search(rf"^struct {name} {{(.*?)^}};", SOURCES, re.DOTALL | re.MULTILINE)[1]
    for declaration in re.findall(r"([^;]*\w);", re.sub(r"//.*", "", body)):
        kind, rest = re.match(r"\s*(?:const )?(long long|\w+)(.*)", declaration, re.DOTALL).groups()
        for each in rest.split(","):
            assert "*" in each or kind in ("long long", "double"), declaration
            found[each.strip(" *")] = "d" if kind == "double" else "q"
    return SimpleNamespace(**dict(zip(found, struct.unpack("".join(found.values()), arguments), strict=True)))


def spot(row, column, rows):
    """Where an element lies in an array of so many rows: which block of 8 x 64, row in it, chunk in the row, place."""
    block, chunk = column // 64 * (rows // 8) + row // 8, column % 64 // 8
    return ((block * 8 + row % 8) * 8 + (chunk ^ row % 8)) * 8 + column % 8


class Machine:
    """Memory at made-up addresses, and the kernels of the sources in numpy. Nothing may reach outside of an area."""

    def __init__(self, packed, scratch, results):
        sizes = {AT.weights: packed.size, AT.scratch: scratch.size, AT.result: 4 * results}
        sizes[AT.given] = 4 * (kernels.INPUTS + 2 * scratch.tokens)
        # What nobody wrote is NaN, as halves and as floats, so that reading it shows.
        self.areas = {base: np.full(size, 255, np.uint8) for base, size in sizes.items()}
        for offset, array in packed.arrays:
            self.view(AT.weights + offset, array.dtype, *array.shape)[:] = array

    def view(self, address, dtype, *shape):
        size = int(prod(shape)) * np.dtype(dtype).itemsize
        for base, area in self.areas.items():
            if base <= address and address + size <= base + len(area):
                return area[address - base :][:size].view(dtype).reshape(shape)
        raise AssertionError(f"{size} bytes at {address:#x} lie in no area")

    def load(self, address, padded, rows, columns):
        whole = self.view(address, np.float16, padded * (columns[-1] // 64 + 1) * 64)
        return whole[spot(rows[:, None], columns, padded)].astype(np.float32)

    def store(self, address, padded, rows, columns, values):
        whole = self.view(address, np.float16, padded * (columns[-1] // 64 + 1) * 64)
        whole[spot(rows[:, None], columns, padded)] = values

    def write_moments(self, address, values, parts):
        """Means of parts of rows, and sums of squares around them, of what is stored."""
        values = values.astype(np.float16).astype(np.float32).reshape(len(values), parts, -1)
        mean = values.mean(2)
        squares = ((values - mean[..., None]) ** 2).sum(2)
        self.view(address, np.float32, *mean.shape, 2)[:] = np.stack([mean, squares], 2)

    def normal(self, p, tokens):
        """Mean of each row, and what to stretch it by, from the moments of its parts."""
        assert p.parts <= 32, "linear has room for those"
        mean, squares = self.view(p.moments, np.float32, tokens, p.parts, 2).transpose(2, 0, 1)
        middle = mean.mean(1, keepdims=True)
        squares = (squares + p.part * (mean - middle) ** 2).sum(1, keepdims=True)
        return middle, 1 / np.sqrt(squares / (p.parts * p.part) + np.float32(p.epsilon))

    def embed(self, launch):
        p, at_most = unpacked("Embedding", launch.arguments), launch.grid[0] * launch.threads // 32
        layout = self.view(p.layout, np.int32, p.rows + 2)
        layout[:] = self.view(p.given, np.int32, p.rows + 2)
        ids, packed = self.view(p.inputs, np.int32, at_most, 2)[: layout[0]].T
        chosen = (p.words, ids), (p.types, packed >> 16), (p.positions, packed & 65535)
        rows = [self.view(table, np.float16, each.max() + 1, p.hidden)[each] for table, each in chosen]
        total = sum(each.astype(np.float32) for each in rows)
        self.store(p.y, p.padded, np.arange(len(total)), np.arange(p.hidden), total)
        self.write_moments(p.own, total, 1)

    def linear(self, launch, groups, width, stages, split):
        across, down, _ = launch.grid
        assert (launch.threads, launch.cluster, across % split) == (128 * groups, split, 0)
        assert launch.shared >= stages * 128 * (64 * groups + width)
        self.product(launch, 64 * groups * (across // split), down * width, width, split)

    def wide(self, launch, width, stages, split):
        """As `linear`; but blocks take as many tiles as there are, and rows behind the last token get anything."""
        p, (across, *one) = unpacked("Linear", launch.arguments), launch.grid
        assert (launch.threads, launch.cluster, across % (2 * split), one) == (384, 2 * split, 0, [1, 1])
        assert launch.shared >= stages * 128 * (128 + width * split) + 2 * (64 * 2 * width + 3 * 4 * width)
        assert p.out % (width * split) == 0
        tokens = self.product(launch, p.rows, p.out if across else 0, width, split)
        behind = np.arange(tokens, -(-tokens // 64) * 64)
        self.store(p.y, p.rows, behind, np.arange(p.out), np.nan)

    def product(self, launch, rows_at_most, columns, width, split):
        p = unpacked("Linear", launch.arguments)
        tokens = min(self.view(p.tokens, np.int32, 1)[0], rows_at_most)
        rows, columns = np.arange(tokens), np.arange(columns)
        inputs = np.arange(vars(p)["in"] // split // 64 * 64 * split)
        y = self.load(p.x, p.rows, rows, inputs) @ self.load(p.weight, p.out, columns, inputs).T
        bias, factor = (self.view(each, np.float32, len(columns)) for each in (p.bias, p.factor))
        mean, scale = self.normal(p, tokens)
        if p.kind == 2:
            residual = (self.load(p.residual, p.rows, rows, columns) - mean) * scale
            y += bias + residual * factor + self.view(p.shift, np.float32, len(columns))
            self.write_moments(p.own, y, p.out // width)
        else:
            y = (y - mean * factor) * scale + bias
        if p.kind == 1:
            y *= 0.5 * (1 + np.vectorize(erf)(y / np.sqrt(2)))
        self.store(p.y, p.rows, rows, columns, y)
        return tokens

    def attention(self, launch, size, query_warps, key_warps, keys):
        p, (across, heads, rows) = unpacked("Attention", launch.arguments), launch.grid
        assert launch.threads == 32 * query_warps * key_warps
        assert launch.shared >= 2 * size * (16 * query_warps + 2 * 2 * keys * key_warps)
        starts = self.view(p.starts, np.int32, rows + 1)
        for (first, end), head in product(pairwise(starts), range(heads)):
            self.attend_to(p, first, min(end, first + across * 16 * query_warps), end, head, size)

    def attend(self, launch, size, stages):
        """As `attention`, from blocks of 64 tokens whose first is one of eight."""
        p, (across, pairs, rows) = unpacked("Attention", launch.arguments), launch.grid
        assert launch.threads == 128 * (64 // size)
        assert launch.shared >= (1 + 2 * stages) * 64 * 64 * 2
        starts = self.view(p.starts, np.int32, rows + 1)
        for (first, end), head in product(pairwise(starts), range(pairs * 64 // size)):
            self.attend_to(p, first, min(end, first // 8 * 8 + across * 64), end, head, size)

    def attend_to(self, p, first, last, end, head, size):
        queries, columns = np.arange(first, last), head * size + np.arange(size)
        q = self.load(p.qkv, p.rows, queries, columns)
        k, v = (self.load(p.qkv, p.rows, np.arange(first, end), columns + n * p.hidden) for n in (1, 2))
        scores = q @ k.T
        weights = np.exp2(scores - scores.max(1, keepdims=True, initial=-1e30))
        mixed = weights.astype(np.float16).astype(np.float32) @ v / weights.sum(1, keepdims=True)
        self.store(p.y, p.rows, queries, columns, mixed)

    def span(self, launch):
        p = unpacked("Head", launch.arguments)
        tokens = min(self.view(p.layout, np.int32, 1)[0], launch.grid[0] * launch.threads // 32)
        weight, (mean, scale) = self.view(p.weight, np.float32, 2, p.hidden), self.normal(p, tokens)
        sums = self.load(p.x, p.padded, np.arange(tokens), np.arange(p.hidden)) @ weight.T
        self.view(p.y, np.float32, tokens, 2)[:] = (sums - mean * [p.sum0, p.sum1]) * scale + [p.bias0, p.bias1]

    def vector(self, launch):
        p, (across, rows, _) = unpacked("Head", launch.arguments), launch.grid
        columns, starts = np.arange(min(p.hidden, across * 256)), self.view(p.layout + 4, np.int32, rows + 1)
        gain, bias = self.view(p.weight, np.float32, 2, p.hidden)[:, columns]
        mean, scale = self.normal(p, starts[-1])
        states = (self.load(p.x, p.padded, np.arange(starts[-1]), columns) - mean) * scale * gain + bias
        sums = [states[first:end].sum(0) for first, end in pairwise(starts)]
        self.view(p.y, np.float32, rows, p.hidden)[:, columns] = sums


def small_checkpoint(head, **sizes):
    """Random, with queries and keys halved: softmaxes as peaked as they were else would amplify every rounding."""
    usual = {"hidden_size": 128, "intermediate_size": 256, "layers": 3, "heads": 4, "max_positions": 160, "head": head}
    checkpoint = random_checkpoint(**{**usual, **sizes})
    for name, tensor in checkpoint.tensors.items():
        tensor *= np.float32(0.5 if ".query." in name or ".key." in name else 1)
    return checkpoint


def computed(checkpoint, gpu, turn, lengths):
    """What launches make of rows of `lengths`, and the reference's last hidden states of each row alone.

    `turn` chooses among the tiles, another one for every layer.
    """
    config, chance, head = checkpoint.config, np.random.default_rng(5), checkpoint.head
    rows, longest = len(lengths), max(lengths)
    packed = Packed(_model(checkpoint, "span" if head == "span" else "embedding"))
    scratch = Scratch.of(config.hidden_size, config.intermediate_size, rows * longest, rows)
    machine = Machine(packed, scratch, 2 * rows * longest if head == "span" else rows * config.hidden_size)
    network = Network(packed, scratch, AT, gpu)
    starts = np.cumsum([0, *lengths])
    machine.view(AT.given, np.int32, rows + 2)[:] = [tokens := starts[-1], *starts]
    inputs = machine.view(AT.given + 4 * kernels.INPUTS, np.int32, scratch.tokens, 2)
    ids, types = chance.integers(0, config.vocab_size, tokens), chance.integers(0, 2, tokens)
    expected = [np.zeros((0, config.hidden_size))] * rows
    for row, (first, end) in enumerate(pairwise(starts)):
        inputs[first:end] = np.stack([ids[first:end], np.arange(end - first) + 65536 * types[first:end]], 1)
        if first < end:
            alone = ids[None, first:end], types[None, first:end], np.ones((1, end - first))
            expected[row] = reference_hidden(checkpoint, *alone)[0]

    def choose(name, count):
        found = candidates(gpu, count, *network.shape(name))
        return found[(turn + list(kernels.LINEARS).index(name)) % len(found)]

    launches = list(network.launches(rows, longest, choose))
    for launch in launches:
        name, *cut = launch.kernel.split("_")
        getattr(machine, name)(launch, *map(int, cut))
    # Kernels read the layout before they wait for the one ahead: what writes it must be through as the second begins.
    assert [launch.overlaps for launch in launches[:2]] == [False, False]
    return machine.view(
        AT.result, np.float32, *((tokens, 2) if head == "span" else (rows, config.hidden_size))
    ), expected


def assert_near(found, expected):
    """Halves have 11 bits: storing one is off by 0.02 % (rms), a dozen in a row by 0.1 %, the worst by 0.3 %."""
    off = np.abs(found - expected) / expected.std()
    assert np.sqrt((off**2).mean()) < 0.002
    assert off.max() < 0.006


@every_gpu
@pytest.mark.parametrize("heads", [2, 4])  # of 64 and of 32 channels
@pytest.mark.parametrize(
    ("turn", "lengths"), [(0, (97, 1, 150, 0, 64, 33)), (2, (133, 133, 133)), (-2, (77, 150, 128, 150))]
)
def test_what_the_launches_compute_is_bert_without_padding(gpu, turn, lengths, heads):
    checkpoint = small_checkpoint("span", heads=heads)
    found, expected = computed(checkpoint, gpu, turn, lengths)
    head = checkpoint.tensors["qa_outputs.weight"].T, checkpoint.tensors["qa_outputs.bias"]
    assert_near(found, np.concatenate(expected) @ head[0] + head[1])


@pytest.mark.parametrize(("hidden", "layers"), [(128, 2), (384, 1)])  # less than the columns of a block, and more
def test_without_a_span_head_the_hidden_states_of_every_row_are_summed(hidden, layers):
    checkpoint = small_checkpoint("none", hidden_size=hidden, heads=hidden // 32, layers=layers)
    found, expected = computed(checkpoint, GPUS[3], 1, (60, 0, 150))
    assert not found[1].any()
    for row in (0, 2):
        assert_near(found[row], expected[row].sum(0))


def test_weights_lie_in_blocks_where_the_kernels_look_for_them():
    matrix = np.arange(24 * 192, dtype=np.uint16).reshape(24, 192)
    laid = kernels.in_blocks(matrix.view(np.float16)).view(np.uint16).ravel()
    np.testing.assert_array_equal(laid[spot(np.arange(24)[:, None], np.arange(192), 24)], matrix)
    # By hand, [10, 77]: after three blocks in the first 64 columns and one in the second: row 2, chunk 1 ^ 2, place 5.
    assert laid[4 * 512 + 2 * 64 + 3 * 8 + 5] == matrix[10, 77]


@every_gpu
@pytest.mark.parametrize("size", SIZES)
def test_for_every_layer_there_are_tiles_that_fit_and_cover_it(gpu, size):
    hidden, inner = SIZES[size].hidden_size, SIZES[size].intermediate_size
    assert not unsuitable(hidden, inner, SIZES[size].heads)
    shapes = (3 * hidden, hidden), (hidden, hidden), (inner, hidden), (hidden, inner)
    for tokens, (out, into) in product(TOKENS, shapes):
        found = candidates(gpu, tokens, out, into)
        assert found, (tokens, out, into)
        assert set(found) <= {*every_tile(gpu.capability), *wide_tiles(gpu.capability)}
        for tile in found:
            across, down, deep = tile.grid(tokens, out, gpu.processors)
            if isinstance(tile, WideTile):  # blocks take one tile after the other
                tiles = -(-tokens // tile.rows) * out // tile.together
                assert 0 < across <= min(gpu.processors, tiles * tile.cluster)
                assert (across % tile.cluster, out % tile.together, down, deep) == (0, 0, 1, 1)
            else:
                assert tokens <= across // tile.split * tile.rows < tokens + tile.rows
                assert (across % tile.split, down * tile.columns, deep) == (0, out, 1)
            assert into % (64 * tile.split) == 0
            assert hidden // tile.columns <= 32, "parts of a row"


@every_gpu
def test_every_tile_is_one_that_kernels_can_be_cut_into(gpu):
    for tile in every_tile(gpu.capability):
        wide, own = tile.columns // 8, tile.rows // tile.split
        assert tile.threads == 2 * tile.rows <= 1024
        assert (tile.rows % tile.split, tile.threads % wide, own * wide % 32, tile.columns % 32) == (0, 0, 0, 0)
        assert tile.split == 1 or gpu.capability == HOPPER
        assert tile.rows <= ROWS_AT_MOST
        assert kernels.MULTIPLE % tile.columns == 0
        stages, sums = tile.stages * 128 * (tile.rows + tile.columns), 4 * tile.rows * (tile.columns + 8)
        assert tile.shared == (stages + sums if tile.split > 1 else max(stages, sums))
        assert tile.shared + STATIC_BYTES <= gpu.shared_memory, "with the arrays that the kernel declares"
    for tile in wide_tiles(gpu.capability):
        assert gpu.capability == HOPPER
        assert tile.columns % 64 == 0, "results lie in blocks of 64 columns"
        assert tile.rows == ROWS_AT_MOST
        assert tile.cluster <= 8
        assert tile.stages * (128 + tile.together) >= 4 * tile.together, "sums take the place of stages"
        assert tile.shared + STATIC_BYTES <= gpu.shared_memory
    for cut in (*attention_tiles(32, gpu.capability), *attention_tiles(64, gpu.capability)):
        if isinstance(cut, HopperAttention):
            assert cut.shared == (1 + 2 * cut.stages) * 8192
        else:
            staged = 2 * cut.size * (16 * cut.query_warps + 2 * 2 * cut.keys * cut.key_warps)
            sums = 4 * cut.key_warps * 16 * cut.query_warps * (cut.size + 8 + 2)
            assert max(staged, sums) <= cut.shared
        assert cut.shared + STATIC_BYTES <= gpu.shared_memory


@every_gpu
@pytest.mark.parametrize("size", [32, 64])
def test_attention_is_cut_up_in_a_way_that_is_compiled_and_covers_every_row(gpu, size):
    for rows, longest, heads in product((1, 3, 16), BUCKETS, (2, 12, 16)):
        cut = choose_attention(rows, longest, heads, size, gpu)
        assert cut in attention_tiles(size, gpu.capability)
        across, down, deep = cut.grid(rows, longest, heads)
        if isinstance(cut, HopperAttention):
            assert across * 64 >= longest + 7, "a block begins up to seven tokens before its row"
            assert (down * 64, deep) == (heads * size, rows)
        else:
            assert across * 16 * cut.query_warps >= longest
            assert (down, deep) == (heads, rows)


def missing_compiler():
    try:
        cuda.compiler()
    except CudaError as problem:
        return str(problem)
    return ""


needs_compiler = pytest.mark.skipif(bool(missing_compiler()), reason=missing_compiler())
#: Without what takes most of the time; tests/engines/runtimes/cuda compiles as the reader does.
QUICKLY = ("--Ofast-compile=max",)
TARGETS = [(64, (8, 0)), (32, (8, 6)), (64, (8, 9)), (32, HOPPER), (64, HOPPER), (32, (10, 0)), (64, (12, 0))]


@needs_compiler
@pytest.mark.parametrize(("size", "capability"), TARGETS)
def test_kernels_compile_and_every_one_that_may_be_launched_is_there(size, capability):
    cubin = cuda.compile_kernels(kernels.source(size, capability), capability, *QUICKLY)
    cut = (*attention_tiles(size, capability), *every_tile(capability), *wide_tiles(capability))
    names = {each.kernel for each in cut} | {"embed", "span", "vector"}
    assert not [name for name in names if b"\0" + name.encode() + b"\0" not in cubin]


@needs_compiler
def test_a_broken_source_gives_the_compilers_words_in_one_sentence():
    broken = kernels.source(64, HOPPER).replace("let_next_begin();", "let_nobody_begin();")
    with pytest.raises(CudaError, match=r'^NVRTC cannot compile .* sm_90a .*"let_nobody_begin" is undefined.*\)\.$'):
        cuda.compile_kernels(broken, HOPPER)
    with pytest.raises(CudaError, match=r"^NVRTC cannot compile the kernels for sm_10 \(.*architecture.*\)\.$"):
        cuda.compile_kernels("", (1, 0))


@pytest.mark.parametrize(
    ("hidden", "inner", "heads", "words"),
    [
        (96, 128, 3, "hidden and inner size are 96 and 128, but multiples of 128 are expected"),
        (128, 100, 4, "hidden and inner size are 128 and 100, but multiples of 128"),
        (2048, 128, 32, "hidden size is 2048, but at most 1024 is expected"),
        (384, 128, 8, "heads have 48 channels, but 32 or 64 are expected"),
    ],
)
def test_sizes_the_kernels_do_not_know_are_named(hidden, inner, heads, words):
    assert words in unsuitable(hidden, inner, heads)
    checkpoint = random_checkpoint(hidden_size=hidden, intermediate_size=inner, heads=heads, layers=1)
    with pytest.raises(ValueError, match=words):
        Packed(_model(checkpoint, "span"))


@pytest.mark.parametrize("rows", [1, kernels.ROWS])
@pytest.mark.parametrize("tokens", [1, 100, 128, 129, 8192])
def test_activations_have_room_for_the_last_block_of_rows_and_do_not_overlap(tokens, rows):
    hidden, inner = 384, 1536
    tiles = [tile for gpu in GPUS for tile in (*every_tile(gpu.capability), *wide_tiles(gpu.capability))]
    last = max(-(-tokens // tile.rows) * tile.rows for tile in tiles)
    moments = 8 * last * (hidden // min(tile.columns for tile in tiles))
    scratch = Scratch.of(hidden, inner, tokens, rows)
    assert scratch.tokens >= last
    assert scratch.tokens % 8 == 0, "blocks of eight rows"
    columns = {"x": hidden, "between": hidden, "qkv": 3 * hidden, "context": hidden, "inner": inner}
    needed = {name: 2 * scratch.tokens * width for name, width in columns.items()}
    needed |= {"layout": 4 * (rows + 2), "x moments": moments, "between moments": moments}
    assert set(scratch.offsets) == set(needed)
    places = sorted((offset, offset + needed[name]) for name, offset in scratch.offsets.items())
    assert all(offset % 16 == 0 for offset, _ in places), "what is copied 16 bytes at a time"
    assert all(end <= begin for (_, end), (begin, _) in pairwise(places))
    assert places[-1][1] <= scratch.size
    assert kernels.INPUTS >= kernels.ROWS + 2, "the layout ends before the tokens begin"
