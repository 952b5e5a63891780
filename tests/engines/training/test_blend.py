import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.training.blend import blend

ONE = {"a": np.array([1.0, 2.0], np.float16), "b": np.array([[4.0]], np.float32)}
OTHER = {"a": np.array([3.0, 2.0], np.float32), "b": np.array([[0.0]], np.float32)}


def test_weights_lie_between_the_two_readers() -> None:
    mean = blend(ONE, OTHER, 0.75)
    assert mean["a"].tolist() == [1.5, 2.0]
    assert mean["b"].tolist() == [[3.0]]
    assert {value.dtype for value in mean.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_at_either_end_it_is_one_of_them(share: float) -> None:
    for name, value in blend(ONE, OTHER, share).items():
        assert (value == (ONE if share else OTHER)[name]).all()


@pytest.mark.parametrize(
    "other", [{"a": OTHER["a"]}, {**OTHER, "b": np.zeros((2, 1), np.float32)}, {**OTHER, "c": ONE["a"]}]
)
def test_two_readers_of_different_shapes_are_refused(other: dict[str, np.ndarray]) -> None:
    with pytest.raises(ReparteeError, match=r"^[bc] is .* in the student and .* in what it started from"):
        blend(ONE, other, 0.5)
