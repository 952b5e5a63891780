from assistant.channels.limits import Bucket, Buckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_allows_a_burst_and_then_a_steady_rate():
    clock = Clock()
    bucket = Bucket(3, 2, clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_debt_tells_how_long_to_wait():
    clock = Clock()
    bucket = Bucket(2, 4, clock)
    assert [bucket.owe(), bucket.owe(), bucket.owe(), bucket.owe()] == [0, 0, 0.25, 0.5]
    clock.now = 0.75
    assert bucket.owe() == 0


def test_the_table_of_clients_is_bounded():
    buckets = Buckets(1, 0.001, clients=10, clock=Clock())
    assert buckets.take("first")
    assert not buckets.take("first")
    assert all(buckets.take(str(n)) for n in range(10))
    assert buckets.take("first")  # it was forgotten, which is the price of a bound
    assert len(buckets._buckets) == 10
