"""How many passages are put in order by their vectors, by the time there is."""

import random

from knowledge.index.pace import FEWEST, Pace


def test_what_costs_nothing_yet_is_done_for_all():
    assert Pace().room(0.1, 100) == 100


def test_as_many_are_ranked_as_there_is_time_for():
    pace = Pace(asking_ms=2.0, each_ms=0.02)
    assert pace.room(None, 100) == 100
    assert pace.room(5.0, 100) == 100
    assert pace.room(3.0, 100) == 50


def test_time_for_the_texts_is_left():
    pace = Pace(asking_ms=2.0, each_ms=0.02)
    pace.learn_bringing(0.001)
    assert pace.room(4.0, 100) == 50
    for _ in range(100):
        pace.learn_bringing(0.002)
    assert pace.room(4.0, 100) == 0


def test_time_for_what_comes_late_is_left():
    pace, chance = Pace(asking_ms=1.0, each_ms=0.02, bringing_ms=0.5), random.Random(1)
    late = [chance.gauss(0.0, 0.5) for _ in range(3000)]
    for ms in late:
        pace.learn_late(ms / 1000)
    assert sum(ms > pace.late_ms for ms in late) < 0.02 * len(late)
    assert pace.room(1.5 + pace.late_ms + 0.02 * 40.5, 100) == 40
    for _ in range(10_000):
        pace.learn_late(-0.0005)
    assert pace.late_ms < 0.1


def test_few_are_not_worth_the_question_but_it_is_tried_again_some_time():
    pace = Pace(asking_ms=2.0, each_ms=0.02)
    left = 2.0 + 0.02 * (FEWEST - 1)
    assert pace.room(left, 100) == 0
    assert any(pace.room(left, 100) for _ in range(100))


def test_a_few_slow_searches_are_soon_forgotten():
    pace = Pace(asking_ms=1.0, each_ms=0.02, bringing_ms=0.5)
    for _ in range(10):
        pace.learn_late(0.02)  # the files are not in memory yet
    refused = 0
    while not pace.room(4.0, 100):
        refused += 1
    assert refused < 10
    assert (pace.asking_ms, pace.each_ms) == (1.0, 0.02)


def test_the_pace_follows_what_is_measured():
    pace = Pace()
    pace.learn(0.004, 0.004, 100)
    assert (pace.asking_ms, pace.each_ms) == (4.0, 0.04)
    for _ in range(100):
        pace.learn(0.001, 0.001, 100)
    assert pace.asking_ms < 1.1
    assert pace.each_ms < 0.011
