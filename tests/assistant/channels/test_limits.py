import pytest

from assistant.channels.limits import Bucket, Buckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("capacity", "per_second", "asked"),
    [
        # (at second, tokens, whether there are so many)
        (3, 2, [(0, 1, True), (0, 1, True), (0, 1, True), (0, 1, False)]),
        (3, 2, [(0, 3, True), (0.5, 1, True), (0.5, 1, False)]),
        (3, 2, [(0, 3, True), (100, 3, True), (100, 1, False)]),
        (3, 2, [(0, 4, False), (0, 3, True)]),
        (1, 0.1, [(0, 1, True), (9.5, 1, False), (10, 1, True)]),
        (1, 4, [(0, 0.5, True), (0, 0.75, False), (0.0625, 0.75, True)]),
    ],
)
def test_a_bucket_allows_a_burst_and_then_a_steady_rate(capacity, per_second, asked):
    clock = Clock()
    bucket = Bucket(capacity, per_second, clock)
    for clock.now, tokens, there in asked:
        assert bucket.take(tokens) is there, (clock.now, tokens)


@pytest.mark.parametrize(
    ("capacity", "per_second", "taken"),
    [
        # (at second, tokens, seconds to wait)
        (2, 4, [(0, 1, 0), (0, 1, 0), (0, 1, 0.25), (0, 1, 0.5), (0.75, 0, 0)]),
        (2, 4, [(0, 10, 2), (1, 0, 1), (2, 0, 0), (100, 2, 0)]),
        (0, 1, [(0, 1, 1), (5, 1, 1)]),
    ],
)
def test_debt_tells_how_long_to_wait(capacity, per_second, taken):
    clock = Clock()
    bucket = Bucket(capacity, per_second, clock)
    for clock.now, tokens, wait in taken:
        assert bucket.owe(tokens) == wait, (clock.now, tokens)


@pytest.mark.parametrize(
    ("visits", "let_in"),
    [
        ("aaa", [True, True, False]),
        ("aabb", [True, True, True, True]),
        ("aaabbb", [True, True, False, True, True, False]),
        ("aaabca", [True, True, False, True, True, True]),  # a was forgotten, which is the price of a bound
        ("aaabaca", [True, True, False, True, False, True, False]),  # who came lately is remembered
    ],
)
def test_each_client_has_a_bucket_of_its_own_in_a_bounded_table(visits, let_in):
    buckets = Buckets(2, 0.001, clients=2, clock=Clock())
    assert [buckets.take(client) for client in visits] == let_in
    assert len(buckets._buckets) <= 2
