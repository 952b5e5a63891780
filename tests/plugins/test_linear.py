"""A linear layer of every instruction set against numpy, bit for bit: ARM's run by an emulator, x86's where they can.

A whole model can only be near numpy (exponentials, and roundings that fall to the other side); one product of quantised
numbers need not be: its sums are integers, and what is done to them is a few roundings that numpy does as well.
"""

import platform
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import plugins
from plugins.bert_cpu import Isa, Linear, missing, narrowed, packed

IN, OUT = 192, 128
ARM = ("aarch64-linux-gnu-gcc", "qemu-aarch64")


def of(name, *needed, wanting=""):
    lacking = [each for each in needed if not shutil.which(each)]
    wanting = wanting or (f"{' and '.join(lacking)} not installed" if lacking else "")
    return pytest.param(name, marks=pytest.mark.skipif(bool(wanting), reason=wanting))


EACH = [
    *(of(name, "gcc", wanting=missing(name)) for name in ("avx512", "avx512-vnni", "avx-vnni", "avx2")),
    *(of(name, *ARM) for name in ("neon", "neon-i8mm")),
]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Give `kernels(name)`: what runs its program, and its traits."""

    @cache
    def build(name):
        source, path = name.replace("-", "_"), tmp_path_factory.mktemp(name) / "run_linear"
        folder = Path(plugins.__file__).with_name("kernels") / "cpu"
        names = [f'-DKERNELS="{source}.c"', f"-DKERNELS_ISA=repartee_{source}", f"-I{folder}"]
        far = name.startswith("neon") and platform.machine() != "aarch64"
        flags = ["-std=gnu11", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror", *(["-static"] if far else [])]
        compiler = ARM[0] if far else "gcc"
        program = Path(__file__).with_name("run_linear.c")
        subprocess.run([compiler, *flags, *names, program, "-lm", "-o", path], check=True, timeout=120)
        before = [ARM[1], "-cpu", "max"] if far else []

        def run(*arguments, given=b""):
            command = [*before, path, *map(str, arguments)]
            return subprocess.run(command, input=given, check=True, capture_output=True, timeout=60).stdout

        panel, depth, levels, narrow = map(int, run().split())
        return run, Isa(number=0, name=name, panel=panel, depth=depth, levels=levels, narrow=narrow)

    return build


def weights(isa: Isa) -> Linear:
    chance = np.random.default_rng(5)
    codes = chance.integers(-127, 128, (OUT, IN)).astype(np.int8)
    codes[0], codes[1] = 127, -127  # sums as large as they get
    scale, bias = chance.normal(0.001, 0.0002, OUT), chance.normal(0, 1, OUT)
    return narrowed(Linear(codes, scale.astype(np.float32), bias.astype(np.float32)), isa)


def multiplied(run, isa: Isa, x, linear: Linear):
    """What the kernels make of float32 `x` [tokens, in]: codes, step, base and results."""
    floats = (each.tobytes() for each in (linear.scale, totals(linear), linear.bias))
    given = b"".join([x.astype(np.float32).tobytes(), packed(linear.codes, isa).tobytes(), *floats])
    found = run(len(x), IN, OUT, given=given)
    codes = np.frombuffer(found, np.uint8, x.size).reshape(x.shape)
    step, base, results = np.split(np.frombuffer(found, np.float32, offset=x.size), [len(x), 2 * len(x)])
    return codes, step, base, results.reshape(len(x), OUT)


def totals(linear: Linear):
    return (linear.codes.sum(1, dtype=np.int32) * linear.scale).astype(np.float32)


def fused(a, b, c):
    """a * b + c rounded once to float32."""
    return (np.asarray(a, np.longdouble) * b + c).astype(np.float32)


@pytest.mark.parametrize("name", EACH)
def test_sums_of_products_are_numpys_integers(name, kernels):
    run, isa = kernels(name)
    chance, linear = np.random.default_rng(7), weights(isa)
    linear = Linear(linear.codes, np.ones(OUT, np.float32), np.zeros(OUT, np.float32))
    for tokens in (1, 2, 3, 4, 5, 6, 7, 23):
        x = chance.integers(0, isa.levels + 1, (tokens, IN))
        x[:, :2] = 0, isa.levels  # so a step is 1, and a row quantised is the row itself
        x[0, 2:], x[1:2, 2:] = isa.levels, 0
        *_, results = multiplied(run, isa, x, linear)
        np.testing.assert_array_equal(results, x @ linear.codes.astype(np.int64).T)


@pytest.mark.parametrize("name", EACH)
def test_a_layer_of_any_numbers_gives_numpys_bits(name, kernels):
    run, isa = kernels(name)
    linear, signed = weights(isa), name.startswith("neon")
    x = np.random.default_rng(8).normal(0.2, 1.5, (29, IN)).astype(np.float32)
    low = x.min(1, keepdims=True)
    extent, levels = x.max(1, keepdims=True) - low + np.float32(1e-12), np.float32(isa.levels)
    step = extent / levels
    codes = np.clip(np.rint((x - low) * (levels / extent)), 0, levels).astype(np.int32)
    base = low
    if signed:  # both factors are, of `sdot` and `smmla`: bytes are 128 less, and the base is that of code 128
        codes, base = codes - 128, low + 128 * step
    found = multiplied(run, isa, x, linear)
    np.testing.assert_array_equal(found[0].view(np.int8) if signed else found[0], codes)
    np.testing.assert_array_equal(found[1], step[:, 0])
    np.testing.assert_array_equal(found[2], base[:, 0])
    sums = codes @ linear.codes.astype(np.int32).T
    expected = fused(sums.astype(np.float32), linear.scale * step, fused(base, totals(linear), linear.bias))
    np.testing.assert_array_equal(found[3].view(np.int32), expected.view(np.int32))
