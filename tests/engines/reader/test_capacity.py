"""What a machine reads in its slot is said by what its runs cost."""

from types import SimpleNamespace

import pytest

from engines.checkpoint import Calibration
from engines.reader.capacity import in_the_slot, passages_within
from engines.reader.cost import CostModel
from engines.reader.way import Whole


def reader(ms_per_token: float, runtime="cpu"):
    """A reader whose runs cost so much, without any tail."""
    buckets = tuple(range(24, 513, 8))
    whole = Whole(SimpleNamespace(buckets=buckets, compiles=False), Calibration(), None)
    whole.cost = CostModel({(1, each): each * ms_per_token for each in buckets}, tail=1.0, compiles=False)
    return SimpleNamespace(whole=whole, apart=None, runtime_name=runtime)


@pytest.mark.parametrize(
    ("ms_per_token", "passages"),
    [(0.2, 0.3), (0.095, 1), (0.06, 1.6), (0.045, 2), (0.001, 20)],
)
def test_as_many_passages_fit_as_their_tokens_cost(ms_per_token, passages):
    assert passages_within(reader(ms_per_token), 10) == pytest.approx(passages, abs=0.1)


def test_passages_are_counted_as_read_apart_where_whole_reading_gets_through_too_few():
    slow, quick = reader(0.095), reader(0.04)
    for each in (slow, quick):
        each.apart = reader(0.03).whole
        each.apart.asking_ms = 1.0
    assert passages_within(slow, 10) == pytest.approx(2.5, abs=0.4)
    assert passages_within(quick, 10) == passages_within(reader(0.04), 10) >= 2


def test_a_larger_slot_holds_more():
    assert passages_within(reader(0.045), 31) == pytest.approx(6.4, abs=0.1)
    assert passages_within(reader(0.045), 1) == 0


def test_what_would_help_is_said_where_little_fits():
    little = in_the_slot(reader(0.095), 10)
    assert little == (
        "In the 10 ms slot this machine reads 1.0 passages of 60 words; more with a GPU or a larger slot (budget.read)."
    )
    assert "the CPU kernels (a wheel" in in_the_slot(reader(0.2, "openvino"), 10)
    assert in_the_slot(reader(0.03), 10).endswith("passages of 60 words.")
    assert "reads a few words and no passage of 60 words; more" in in_the_slot(reader(0.9), 10)
    assert "20 passages or more" in in_the_slot(reader(0.001), 10)
