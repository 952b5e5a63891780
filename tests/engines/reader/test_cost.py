import random

import pytest

from engines.reader.cost import AS_EXPECTED, KEPT_DECODING_MS, OF_THE_TAIL, CostModel


def learned(**costs):
    """A model that has seen each shape, written r8x64=5.0, run three times at that cost."""
    model = CostModel()
    for shape, ms in costs.items():
        rows, tokens = map(int, shape[1:].split("x"))
        for _ in range(3):
            model.observe(rows, tokens, ms)
    return model


def test_nothing_fits_before_anything_was_measured():
    assert CostModel().bound(1, 32) == float("inf")


def test_a_known_shape_costs_what_was_measured_and_its_bound_more():
    model = learned(r1x64=3.0, r1x128=6.0)
    assert model.typical(1, 64) == 3.0
    assert 3.0 < model.bound(1, 64) < 4.5


def test_an_unknown_shape_lies_between_its_neighbours():
    model = learned(r1x64=3.0, r1x128=6.0)
    assert 3.0 < model.typical(1, 96) < 6.0
    assert model.typical(1, 256) == 12.0
    assert model.typical(1, 32) == 3.0


def test_the_first_run_of_a_shape_is_known_to_be_dear():
    model = CostModel({(1, 64): 3.0, (1, 128): 6.0})
    model.observe(1, 64, 25.0)
    assert model.typical(1, 64) == 3.0
    assert model.bound(1, 128) > 6.0 + 20.0, "not run yet in this process"
    model.observe(1, 128, 20.0)
    assert model.bound(1, 128) < 10.0


def test_where_nothing_is_compiled_a_first_run_is_like_any_other_and_one_unlucky_run_makes_no_shape_dear():
    model = CostModel({(1, 64): 3.0, (1, 128): 6.0}, compiles=False)
    model.observe(1, 96, 13.5)
    assert 4.4 < model.typical(1, 96) / (model.typical(1, 64) / 3.0) < 4.8, "between its neighbours, but for the load"
    fresh = CostModel(compiles=False)
    fresh.observe(1, 64, 3.0)
    assert fresh.typical(1, 64) == 3.0
    fresh.observe(1, 256, 13.0)  # no neighbour on the other side: what was measured counts
    assert 12.0 < fresh.typical(1, 256) < 14.0


def test_a_busy_machine_raises_every_shape_and_a_quiet_one_lowers_them_again():
    model = learned(r1x64=3.0, r1x128=6.0)
    for _ in range(15):
        model.observe(1, 64, 9.0)
    assert 14.0 < model.typical(1, 128) < 20.0
    for _ in range(40):
        model.observe(1, 64, 3.0)
    assert 5.0 < model.typical(1, 128) < 7.5


def test_the_bound_of_run_and_decoding_together_is_exceeded_about_once_in_a_hundred_readings():
    model, noise = learned(r1x64=3.0), random.Random(1)
    over = []
    for _ in range(6000):
        ms, decoding = 3.0 * noise.lognormvariate(0, 0.15), 1.0 * noise.lognormvariate(0, 0.3)
        bound = model.bound(1, 64)
        over.append(ms + decoding > bound)
        model.observe(1, 64, ms)
        model.observe_reading(1, decoding, over=over[-1])
    assert 0.002 < sum(over[500:]) / len(over[500:]) < 0.02
    # What is exceeded once in 200 times is 1.47 times 3.0 for runs and 2.16 times 1.0 for decoding: 6.6 for both apart.
    assert model.bound(1, 64) < 6.4


def test_a_run_in_two_steps_needs_room_to_go_as_expected_and_to_be_cut_if_its_first_step_is_slow():
    model = CostModel({(1, 24): 2.0, (1, 96): 8.0}, tail=2.0, decoding=1.0, compiles=False)
    assert model.bound(1, 96) == 2 * (8 + 1)
    assert model.bound(1, 96, share=0.25) == 2 * (0.25 * 8 + 1)
    as_expected = AS_EXPECTED * 0.75 * 8 + 2 * (0.25 * 8 + 1)
    cut = (1 + OF_THE_TAIL) * (0.75 * 8 + 0.25 * 2 + 1)
    assert model.bound_in_two(96, 24, last=0.25) == max(as_expected, cut) == as_expected
    assert model.bound_in_two(96, 24, last=0.75) == AS_EXPECTED * 0.25 * 8 + 2 * (0.75 * 8 + 1)
    steady = CostModel({(1, 24): 2.0, (1, 96): 8.0}, tail=1.05, decoding=1.0, compiles=False)
    assert steady.bound_in_two(96, 96, last=0.25) == pytest.approx(AS_EXPECTED * 6 + 1.05 * 3)
    nearly_all_first = (1 + OF_THE_TAIL) * (0.99 * 8 + 0.01 * 2 + 1)
    assert model.bound_in_two(96, 24, last=0.01) == pytest.approx(nearly_all_first), "cut, if it is slow"
    assert model.bound_in_two(24, 96, last=0.01) == pytest.approx((1 + OF_THE_TAIL) * (2 + 1)), "nothing to be cut"


def test_one_huge_outlier_does_not_stop_reading():
    model = learned(r1x64=3.0)
    model.observe(1, 64, 3000.0)
    assert model.bound(1, 64) < 8.0


def test_what_was_learned_survives_in_a_file(tmp_path):
    learned(r1x64=3.0, r2x128=11.0).save(tmp_path / "deep" / "cost.json")
    model = CostModel.load(tmp_path / "deep" / "cost.json")
    assert model.typical(2, 128) == 11.0
    assert model.measured(1, 64)
    assert not model.measured(1, 128)


def test_a_damaged_file_is_an_empty_model(tmp_path):
    for text in ("", "{}", '{"average_ms": 3, "tail": 1}', '{"average_ms": [[1, 2]], "tail": "x"}'):
        (tmp_path / "cost.json").write_text(text)
        assert CostModel.load(tmp_path / "cost.json").bound(1, 32) == float("inf")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    learned(r1x64=3.0).save(tmp_path / "file" / "cost.json")


def test_what_decoding_takes_is_learned_and_one_unlucky_reading_teaches_little():
    model, chance = CostModel({(1, 64): 3.0}, tail=1.0), random.Random(3)
    for _ in range(300):
        model.observe_reading(2, chance.gauss(1.6, 0.1), over=False)
    assert 0.7 < model.decoding(1) < 0.9
    assert model.decoding(4) == 4 * model.decoding(1)
    before = model.decoding(1)
    model.observe_reading(1, 300.0, over=True)
    assert before < model.decoding(1) < 1.2 * before


def test_what_decoding_costs_is_kept_and_a_file_without_it_is_read(tmp_path):
    model = CostModel({(1, 64): 3.0})
    for _ in range(40):
        model.observe_reading(2, 1.2, over=False)
    model.save(tmp_path / "cost.json")
    assert CostModel.load(tmp_path / "cost.json").decoding(1) == round(model.decoding(1), 4) > 0.5
    for _ in range(90):
        model.observe_reading(1, 9.0, over=False)
    model.save(tmp_path / "cost.json")
    assert CostModel.load(tmp_path / "cost.json").decoding(1) == KEPT_DECODING_MS < model.decoding(1)
    (tmp_path / "cost.json").write_text('{"average_ms": [[1, 64, 3.0]], "tail": 1.3}')
    assert CostModel.load(tmp_path / "cost.json").decoding(1) == CostModel().decoding(1)


def test_what_is_read_in_practice_teaches_what_runs_cost_and_nothing_of_the_tail():
    model = CostModel({(1, 64): 2.0}, compiles=False)
    before = model.bound(1, 64)
    with model.practising():
        for _ in range(10):
            model.observe_reading(1, 0.4, over=True)
    assert model.bound(1, 64) == before
    with model.practising():
        for _ in range(10):
            model.observe(1, 64, 4.0)
    assert model.typical(1, 64) > 3.0
