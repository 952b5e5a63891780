"""The kernels against numpy: the same quantisation in float64, and rows that must not know of each other."""

import os
import threading
from math import erf

import numpy as np
import pytest

from plugins.bert import Layer, Model, Norm
from plugins.bert_cpu import BertCpu, Isa, Linear, built, choose, core_of_cpus, missing, narrowed, usable_cores

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

ISAS = [
    pytest.param(each.name, marks=pytest.mark.skipif(bool(missing(each.name)), reason=missing(each.name)))
    for each in ([] if missing() else built())
]
ROUGHER = {"avx512": 1, "avx512-vnni": 1, "avx-vnni": 1, "avx2": 2, "neon-i8mm": 1, "neon": 1}
of_each_isa = pytest.mark.parametrize("isa", ISAS)

WORDS, POSITIONS = 50, 512


def random_model(hidden=64, inner=128, heads=2, layers=2, *, span=True, seed=3) -> Model:
    chance = np.random.default_rng(seed)

    def floats(*shape, spread=0.3, centre=0.0):
        return (centre + chance.normal(0, spread, shape)).astype(np.float32)

    def linear(out, inputs):
        codes = chance.integers(-127, 128, (out, inputs)).astype(np.int8)
        return Linear(codes, floats(out, spread=0.0002, centre=0.001), floats(out))

    def norm():
        return Norm(floats(hidden, centre=1), floats(hidden))

    return Model(
        heads=heads,
        epsilon=1e-12,
        words=floats(WORDS, hidden),
        positions=floats(POSITIONS, hidden),
        types=floats(2, hidden),
        embedded=norm(),
        layers=[
            Layer(
                linear(3 * hidden, hidden),
                linear(hidden, hidden),
                linear(inner, hidden),
                linear(hidden, inner),
                norm(),
                norm(),
            )
            for _ in range(layers)
        ],
        span=(floats(2, hidden), floats(2)) if span else None,
    )


def batch(*lengths, seed=0):
    chance = np.random.default_rng(seed)
    total = sum(lengths)
    positions = np.concatenate([np.arange(length) for length in lengths])
    return np.array(lengths), chance.integers(0, WORDS, total), chance.integers(0, 2, total), positions


def emulate(model: Model, isa: Isa, ids, types, positions):
    """One row in float64, with the inputs of the matrix products rounded as the kernels of `isa` round them."""

    def norm(x, norm):
        x = x - x.mean(1, keepdims=True)
        return x / np.sqrt((x**2).mean(1, keepdims=True) + model.epsilon) * norm.gain + norm.bias

    def linear(x, linear):
        low = x.min(1, keepdims=True)
        linear = narrowed(linear, isa)
        step = (x.max(1, keepdims=True) - low + 1e-12) / isa.levels
        return (np.rint((x - low) / step) * step + low) @ (linear.codes * linear.scale[:, None]).T + linear.bias

    x = norm(model.words[ids].astype(np.float64) + model.types[types] + model.positions[positions], model.embedded)
    for layer in model.layers:
        q, k, v = (
            part.reshape(len(x), model.heads, -1).transpose(1, 0, 2)
            for part in np.split(linear(x, layer.qkv), 3, axis=1)
        )
        scores = q @ k.transpose(0, 2, 1)
        weights = np.exp2(scores - scores.max(2, keepdims=True))
        mix = (weights / weights.sum(2, keepdims=True) @ v).transpose(1, 0, 2).reshape(x.shape)
        x = norm(x + linear(mix, layer.out), layer.attended)
        inner = linear(x, layer.up)
        inner = inner * 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        x = norm(x + linear(inner, layer.down), layer.output)
    return x @ model.span[0].T + model.span[1] if model.span else x


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("length", [1, 2, 5, 6, 7, 15, 16, 17, 63, 64, 65, 129, 384])
@of_each_isa
def test_outputs_are_those_of_the_same_arithmetic_in_numpy(isa, length, heads):
    model = random_model(heads=heads)  # heads of 64 and of 32 channels
    kernels = BertCpu(model, isa=isa)
    lengths, *inputs = batch(length, seed=length)
    found, expected = kernels.run(lengths, *inputs), emulate(model, kernels.isa, *inputs)
    # Attention in bfloat16 or 16-bit integers where it is, and inputs that fall on the other side of a rounding, of
    # fewer steps on AVX2.
    assert np.sqrt(((found - expected) ** 2).mean()) < 0.02 * np.sqrt((expected**2).mean()) * ROUGHER[isa]
    kernels.close()


@pytest.mark.parametrize("sizes", [{"hidden": 192, "heads": 3, "inner": 64}, {"hidden": 128, "heads": 4, "inner": 320}])
@of_each_isa
def test_hidden_states_come_out_where_there_is_no_span_head(isa, sizes):
    model = random_model(**sizes, span=False)
    kernels = BertCpu(model, threads=1, isa=isa)
    lengths, *inputs = batch(37)
    found, expected = kernels.run(lengths, *inputs), emulate(model, kernels.isa, *inputs)
    assert found.shape == expected.shape
    assert np.sqrt(((found - expected) ** 2).mean()) < 0.04 * np.sqrt((expected**2).mean())


@pytest.mark.parametrize("threads", [1, 2, 5])
@of_each_isa
def test_a_row_gives_the_same_bits_alone_and_among_others_with_any_number_of_threads(isa, threads):
    model = random_model(layers=3)
    one, many = BertCpu(model, threads=1, isa=isa), BertCpu(model, threads=threads, isa=isa)
    lengths, *inputs = batch(3, 140, 1, 64, 77, 0, 30, 400, 383)
    together = many.run(lengths, *inputs)
    for end, length in zip(np.cumsum(lengths), lengths, strict=True):
        row = slice(end - length, end)
        for kernels in (one, many):  # few tokens are parted among threads in another way
            alone = kernels.run(np.array([length]), *(each[row] for each in inputs))
            np.testing.assert_array_equal(alone, together[row])
    for _ in range(50):
        np.testing.assert_array_equal(many.run(lengths, *inputs), together)


@pytest.mark.parametrize("span", [True, False])
@of_each_isa
def test_the_upper_layers_on_what_the_lower_ones_gave_give_the_bits_of_all_of_them(isa, span):
    kernels = BertCpu(random_model(layers=3, span=span), threads=2, isa=isa)
    lengths, *inputs = batch(14, 0, 96, 7)
    whole = kernels.run(lengths, *inputs)
    for layers in (1, 2):
        lower = kernels.run(lengths, *inputs, layers=layers)
        assert lower.shape == (117, 64)
        np.testing.assert_array_equal(kernels.run_on(lengths, lower, layers), whole)
        np.testing.assert_array_equal(kernels.run_on(lengths, lower, layers, wanted=40), whole[40:])
        assert kernels.run_on(lengths, lower, layers, wanted=117).shape == (0, whole.shape[1])
    states = kernels.run(lengths, *inputs, layers=1)
    before = states.copy()
    between = kernels.run_on(lengths, states, 1, 2)
    np.testing.assert_array_equal(states, before)
    np.testing.assert_array_equal(between, kernels.run(lengths, *inputs, layers=2))
    assert np.shares_memory(kernels.run_on(lengths, states, 1, 2, in_place=True), states)
    np.testing.assert_array_equal(states, between)
    middle = kernels.run_on(np.array([117]), kernels.run(lengths, *inputs, layers=2), 2)
    assert not np.array_equal(middle, whole)  # rows that were apart below see each other above


@of_each_isa
def test_a_batch_of_very_many_tokens_gives_the_bits_of_its_rows(isa):
    model = random_model()
    kernels = BertCpu(model, threads=3, isa=isa)
    lengths, *inputs = batch(*[512] * 13, 9)  # more than the kernels take through a layer at a time, often
    states = kernels.run(lengths, *inputs, layers=1)
    results = kernels.run_on(lengths, states, 1, wanted=700)
    assert results.shape == (sum(lengths) - 700, 2)
    for row in (2, 12, 13):
        tokens = slice(512 * row, 512 * row + lengths[row])
        alone = kernels.run(lengths[row : row + 1], *(each[tokens] for each in inputs))
        np.testing.assert_array_equal(results[tokens.start - 700 : tokens.stop - 700], alone)
    kernels.close()


def test_layers_and_states_that_are_not_there_are_refused():
    kernels = BertCpu(random_model())
    lengths, *inputs = batch(5)
    with pytest.raises(ValueError, match="layers 0 to 3 of 2"):
        kernels.run(lengths, *inputs, layers=3)
    with pytest.raises(ValueError, match="layers 2 to 2 of 2"):
        kernels.run_on(lengths, np.zeros((5, 64)), 2)
    with pytest.raises(ValueError, match=r"states of shape \[5, 32\] for 5 tokens of 64 channels"):
        kernels.run_on(lengths, np.zeros((5, 32)), 1)
    with pytest.raises(ValueError, match="token 6 of 5"):
        kernels.run_on(lengths, np.zeros((5, 64)), 1, wanted=6)
    assert kernels.run_on(np.array([0]), np.zeros((0, 64)), 1).shape == (0, 2)


def one_lane_sums(codes, isa: Isa, sign):
    """Sums of the weights of one sign that are added up in 16 bits together: [out, in / narrow]."""
    chosen = np.where(np.sign(codes) == sign, np.abs(codes.astype(int)), 0)
    out, inputs = codes.shape
    fours = chosen.reshape(out, inputs // (2 * isa.narrow), isa.narrow // 2, 2, 2)  # a lane has two of each four
    return fours.sum((2, 4)).reshape(out, -1)


@pytest.mark.parametrize("low", [-127, 0, 127], ids=["any", "positive", "largest"])
def test_16_bit_sums_hold_whatever_the_inputs_are_and_steps_are_no_coarser_than_that_takes(low):
    if not (isas := [each for each in built() if each.narrow]):
        pytest.skip("this kind of processor sums up products in 32 bits")
    for isa in isas:
        codes = np.random.default_rng(1).integers(low, 128, (64, 384)).astype(np.int8)
        codes[0] = np.where(np.arange(384) % (2 * isa.narrow) == 0, 127, 1)
        fine = Linear(codes, np.ones(64, np.float32), np.zeros(64, np.float32))
        coarse = narrowed(fine, isa)
        for sign in (1, -1):
            assert one_lane_sums(coarse.codes, isa, sign).max() * isa.levels <= 32767
        np.testing.assert_array_equal(coarse.codes[0], codes[0])  # nothing to give up
        assert coarse.scale[0] == 1
        np.testing.assert_allclose(coarse.codes * coarse.scale[:, None], codes, atol=coarse.scale.max() / 2 + 1e-3)
        largest = np.maximum(one_lane_sums(coarse.codes, isa, 1), one_lane_sums(coarse.codes, isa, -1)).max(1)
        assert (largest * isa.levels)[1:].min() > 0.9 * 32767
        assert (fine.codes == codes).all()


@of_each_isa
def test_sums_as_large_as_they_get_are_exact(isa):
    model = random_model(layers=1)
    for linear in vars(model.layers[0]).values():
        if isinstance(linear, Linear):
            linear.codes[::2], linear.codes[1::2] = 127, -127
            linear.scale[:] /= 50
    kernels = BertCpu(model, isa=isa)
    lengths, *inputs = batch(9)
    found, expected = kernels.run(lengths, *inputs), emulate(model, kernels.isa, *inputs)
    assert np.sqrt(((found - expected) ** 2).mean()) < 0.02 * np.sqrt((expected**2).mean())


def test_the_best_instruction_set_is_chosen_and_another_can_be_asked_for():
    names = [each.name for each in built()]
    able = [name for name in names if not missing(name)]
    assert choose().name == able[0]
    assert [choose(name).name for name in able] == able
    assert {missing(name).split()[0] for name in names if name not in able} <= {"This"}
    assert (
        missing("mmx") == f"There are no kernels named 'mmx' for this kind of processor; there are {', '.join(names)}."
    )


def test_callers_take_turns_and_get_their_own_results_also_while_it_is_closed():
    kernels = BertCpu(random_model())
    batches = [batch(20 + number, seed=number) for number in range(6)]
    alone = [kernels.run(*each) for each in batches]
    wrong, refused = [], []

    def call(number):
        try:
            while True:
                if not np.array_equal(kernels.run(*batches[number]), alone[number]):
                    wrong.append(number)
        except ValueError as error:
            refused.append(str(error))

    callers = [threading.Thread(target=call, args=(number,)) for number in range(6)]
    for each in callers:
        each.start()
    for _ in range(200):
        kernels.run(*batches[0])
    kernels.close()
    for each in callers:
        each.join(timeout=60)
    assert not wrong
    assert refused == ["the model was closed"] * 6


def test_a_batch_may_have_no_tokens():
    assert BertCpu(random_model()).run(*batch(0)).shape == (0, 2)
    assert BertCpu(random_model()).run(np.array([0, 0]), *batch(0)[1:]).shape == (0, 2)


def test_the_caller_may_go_on_using_every_core():
    before = os.sched_getaffinity(0)
    BertCpu(random_model(), threads=3).run(*batch(40))
    assert os.sched_getaffinity(0) == before
    assert len(core_of_cpus()) == os.cpu_count()


@pytest.mark.parametrize(
    ("limits", "allowed"),
    [
        ("max 100000", None),
        ("100000 100000", 1),
        ("150000 100000", 1),
        ("50000 100000", 1),
        ("", None),
        ("a b c", None),
    ],
)
def test_threads_are_no_more_than_the_container_may_keep_busy(limits, allowed, tmp_path):
    (tmp_path / "cpu.max").write_text(limits)
    every = len({core_of_cpus()[cpu] for cpu in os.sched_getaffinity(0)})
    assert usable_cores(core_of_cpus(), tmp_path / "cpu.max") == (allowed or every)
    assert usable_cores(core_of_cpus(), tmp_path / "none") == every


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (([2], [0, WORDS], [0, 0], [0, 1]), "numbers from 0 to 50 for a table of 50 rows"),
        (([2], [0, -1], [0, 0], [0, 1]), "numbers from -1 to 0 for a table of 50 rows"),
        (([2], [0, 1], [0, 2], [0, 1]), "for a table of 2 rows"),
        (([2], [0, 1], [0, 0], [0, POSITIONS]), "for a table of 512 rows"),
        (([3], [0, 1], [0, 0], [0, 1]), "2 numbers for 3 tokens"),
    ],
)
def test_numbers_outside_their_tables_are_refused(inputs, words):
    with pytest.raises(ValueError, match=words):
        BertCpu(random_model()).run(*map(np.array, inputs))


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({"hidden": 96, "heads": 3}, "hidden and inner size are 96 and 128, but multiples of 64 are expected"),
        ({"inner": 100}, "multiples of 64"),
        ({"heads": 4}, "heads have 16 channels, but 32 or 64 are expected"),
    ],
)
def test_sizes_the_kernels_do_not_know_are_named(sizes, words):
    with pytest.raises(ValueError, match=words):
        BertCpu(random_model(**sizes))
