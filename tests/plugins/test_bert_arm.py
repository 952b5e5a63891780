"""The kernels for ARM, cross-compiled and run by an emulator: the same arithmetic as numpy's."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import plugins
from plugins.bert_cpu import Isa, Linear, packed
from tests.plugins.test_bert_cpu import batch, emulate, random_model

COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"

pytestmark = [
    pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed (apt-get install {package})")
    for tool, package in ((COMPILER, "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"), (EMULATOR, "qemu-user"))
]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    kernels = Path(plugins.__file__).with_name("kernels") / "cpu"
    path = tmp_path_factory.mktemp("arm") / "run_bert"
    sources = [Path(__file__).with_name("run_bert.c"), *(each for each in kernels.glob("*.c") if each.name != "bert.c")]
    flags = ["-std=gnu11", "-O2", "-static", "-pthread", "-Wall", "-Wextra", "-Werror", f"-I{kernels}"]
    subprocess.run([COMPILER, *flags, *sources, "-lm", "-o", path], check=True)
    return path


def emulated(program, *arguments, processor="max"):
    command = [EMULATOR, "-cpu", processor, program, *arguments]
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=120).stdout


def isas(program, processor="max") -> dict[str, tuple[Isa, bool]]:
    """Name → traits, and whether the processor has it."""
    found = {}
    for line in emulated(program, processor=processor).splitlines():
        number, name, panel, depth, levels, narrow, supported = line.split()
        numbers = {"panel": panel, "depth": depth, "levels": levels, "narrow": narrow, "number": number}
        found[name] = Isa(name=name, **{key: int(value) for key, value in numbers.items()}), supported == "1"
    return found


def run(program, isa: Isa, model, lengths, ids, types, positions, *, threads, folder, first=()):
    """What the kernels of `isa` make of a batch: float32 [tokens, 2]. `first`: how many layers run by themselves."""
    with (folder / "input").open("wb") as file:

        def write(*arrays, dtype=np.float32):
            for each in arrays:
                file.write(np.ascontiguousarray(each, dtype).tobytes())

        def write_linear(linear: Linear):
            write(packed(linear.codes, isa), dtype=np.int8)
            write(linear.scale, linear.codes.sum(1, dtype=np.int32) * linear.scale, linear.bias)

        write([model.hidden, model.inner, model.heads, len(model.layers)], dtype=np.int32)
        write([model.epsilon])
        write([len(model.words)], dtype=np.int32)
        write(model.words)
        write([len(model.positions)], dtype=np.int32)
        write(model.positions)
        write([len(model.types)], dtype=np.int32)
        write(model.types, model.embedded.gain, model.embedded.bias)
        for layer in model.layers:
            for linear in (layer.qkv, layer.out, layer.up, layer.down):
                write_linear(linear)
            for norm in (layer.attended, layer.output):
                write(norm.gain, norm.bias)
        write(*model.span)
        write([len(lengths)], [0, *np.cumsum(lengths)], ids, types, positions, dtype=np.int32)
    emulated(program, isa.number, threads, folder / "input", folder / "output", *first)
    return np.fromfile(folder / "output", np.float32).reshape(-1, 2)


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("name", ["neon", "neon-i8mm"])
def test_outputs_are_those_of_the_same_arithmetic_in_numpy(name, heads, program, tmp_path):
    isa, supported = isas(program)[name]
    assert supported
    model = random_model(heads=heads)
    for length in (1, 2, 3, 5, 7, 16, 65, 131):
        lengths, *inputs = batch(length, seed=length)
        found = run(program, isa, model, lengths, *inputs, threads=2, folder=tmp_path)
        expected = emulate(model, isa, *inputs)
        assert np.sqrt(((found - expected) ** 2).mean()) < 0.02 * np.sqrt((expected**2).mean())


def test_the_upper_layers_on_what_the_lower_ones_gave_give_the_bits_of_all_of_them(program, tmp_path):
    isa, _ = isas(program)["neon"]
    whole, parts = (
        run(program, isa, random_model(), *batch(5, 30), threads=2, folder=tmp_path, first=first)
        for first in ((), (1,))
    )
    np.testing.assert_array_equal(parts, whole)


def test_both_kinds_of_products_give_the_same_bits_and_rows_do_not_know_of_each_other(program, tmp_path):
    model = random_model(layers=1)
    lengths, *inputs = batch(3, 70, 1, 0, 30)
    known = isas(program)
    results = [
        run(program, known[name][0], model, lengths, *inputs, threads=threads, folder=tmp_path)
        for name in ("neon", "neon-i8mm")
        for threads in (1, 3)
    ]
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])
    alone = run(program, known["neon"][0], model, [70], *(each[3:73] for each in inputs), threads=1, folder=tmp_path)
    np.testing.assert_array_equal(alone, results[0][3:73])


@pytest.mark.parametrize(("processor", "has"), [("cortex-a76", {"neon"}), ("cortex-a53", set())])
def test_a_processor_is_asked_what_it_has(program, processor, has):
    assert {name for name, (_, supported) in isas(program, processor).items() if supported} == has
