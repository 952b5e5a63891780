"""The ledger tells what every stage spent, also when a stage fails or is late."""

import time

import pytest

from assistant.turn.budget import DEFAULT_SLOTS, Budget


def test_ledger_lists_stages_in_the_order_they_finished():
    slots = {"understand": 5000, "retrieve": 6000, "read": 7000}
    budget = Budget(slots)
    for name in slots:
        with budget.slot(name):
            pass
    assert {stage.name: stage.budget_ms for stage in budget.ledger()} == slots
    assert [stage.name for stage in budget.ledger()] == list(slots)
    assert not any(stage.over or stage.note for stage in budget.ledger())


def test_remaining_time_shrinks_while_the_stage_runs():
    with Budget({"read": 60_000}).slot("read") as slot:
        before = slot.remaining_ms()
        time.sleep(0.005)
        assert 0 < slot.remaining_ms() <= before - 5
        spent = slot.spent_ms()
        assert slot.remaining_ms() <= 60_000 - spent


def test_overrun_is_marked_and_noted_after_what_was_cut():
    budget = Budget({"read": 1})
    with budget.slot("read") as slot:
        slot.note("read 2 of 20 passages")
        slot.note("")
        time.sleep(0.003)
        assert slot.remaining_ms() < 0
    (stage,) = budget.ledger()
    assert stage.over
    assert stage.note.startswith("read 2 of 20 passages; ")
    assert stage.note.endswith(" ms over")


def test_a_failing_stage_still_leaves_its_line():
    budget = Budget()

    def fail():
        with budget.slot("retrieve"):
            raise RuntimeError("index gone")

    with pytest.raises(RuntimeError):
        fail()
    assert [stage.name for stage in budget.ledger()] == ["retrieve"]


def test_a_stage_timed_elsewhere_is_recorded():
    budget = Budget()
    budget.record("endpoint", 160.0, "looks complete")
    budget.record("recognise", 60.0)
    endpoint, recognise = budget.ledger()
    assert (endpoint.spent_ms, endpoint.over, endpoint.note) == (160.0, False, "looks complete")
    assert (recognise.over, recognise.note) == (True, "10.0 ms over")


def test_an_unknown_stage_is_refused():
    with pytest.raises(KeyError):
        Budget().slot("daydream").__enter__()


def test_default_slots_are_those_of_the_architecture():
    assert dict(DEFAULT_SLOTS) == {
        "endpoint": 240,
        "recognise": 50,
        "understand": 5,
        "retrieve": 5,
        "read": 10,
        "act": 50,
        "first_audio": 30,
        "fallback": 4000,
    }
