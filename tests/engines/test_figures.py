"""One definition of a percentile: nearest rank, so that every figure is one that was measured."""

import math

import pytest

from engines.figures import Figures, percentile


@pytest.mark.parametrize(("share", "value"), [(50, 5), (95, 10), (90, 9), (91, 10), (99, 10), (100, 10), (1, 1)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share, value):
    assert percentile(range(1, 11), share) == value


def test_figures_do_not_depend_on_the_order():
    assert Figures.of([3.0, 1.0, 2.0]) == Figures(2.0, 3.0, 3.0, 3.0, 3)


def test_one_measurement_is_all_of_its_figures_and_none_has_none():
    assert Figures.of([4.25]).to_json(1) == {"p50": 4.2, "p95": 4.2, "p99": 4.2, "worst": 4.2, "runs": 1}
    assert Figures.of([]).to_json() == {}
    assert math.isnan(Figures.of([]).p99)
