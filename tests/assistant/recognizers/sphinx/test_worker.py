"""How much is searched of what costs too much, by an utterance whose costs are written down."""

from __future__ import annotations

import io
from typing import Any

import pytest

from assistant.recognizers.sphinx.library import EVERYTHING, Effort
from assistant.recognizers.sphinx.worker import (
    ALONE,
    CROWDED,
    DEAR,
    DEAR_FROM,
    HURRIED,
    JUDGED,
    LATE,
    LATE_UNTIL,
    SEARCHED_AGAIN,
    TOO_DEAR,
    TOO_DEAR_WHOLE,
    Worker,
    _Job,
    too_dear,
)

SECOND = 32_000


class Restarted:
    """An utterance that notes with which effort it began again."""

    def __init__(self) -> None:
        self.efforts: list[Effort] = []

    def restart(self, effort: Effort) -> None:
        self.efforts.append(effort)


def judged(job: _Job, *costs: float) -> list[Effort]:
    """Return the efforts after each time that a job was judged, of seconds that cost so much each."""
    worker, utterance = Worker(io.BytesIO(), io.BytesIO()), Restarted()
    stand: Any = utterance
    job.utterance = stand
    found, changes = [job.efforts[0]], []
    for cost in costs:
        job.fed = job.judged
        job.spent_s = cost * job.fed / SECOND
        worker._judge(job)
        changes += [job.efforts[0]] if job.efforts[0] != found[-1] else []
        found.append(job.efforts[0])
    assert utterance.efforts == changes, "it begins again where it is to be searched less, and only there"
    return found[1:]


@pytest.mark.parametrize(
    ("whole", "limit", "efforts"),
    [(True, TOO_DEAR_WHOLE, [EVERYTHING, CROWDED, HURRIED]), (False, TOO_DEAR, [ALONE, CROWDED, HURRIED])],
)
def test_what_stays_too_dear_is_searched_less_and_less(whole: bool, limit: float, efforts: list[Effort]) -> None:
    dear, cheap = 1.1 * limit, 0.9 * limit
    job = _Job(None, whole=whole)
    job.prepared_s = 1.0
    assert judged(job, cheap, dear, cheap, dear, dear) == [efforts[0], efforts[1], efforts[1], efforts[2], efforts[2]]
    assert "searched less" in job.note


def test_what_is_cheap_enough_is_searched_as_it_was_begun() -> None:
    job = _Job(None, whole=False)
    assert judged(job, 0.2, 0.9, 0.5) == [ALONE] * 3
    assert job.note == ""


def test_it_is_judged_more_and_more_seldom() -> None:
    job = _Job(None, whole=False)
    judged(job, 0.2, 0.2, 0.2)
    assert job.judged == 8 * JUDGED


def test_the_least_effort_has_one_pass_and_narrower_limits() -> None:
    assert not HURRIED.twice
    assert not HURRIED.path
    assert EVERYTHING.states > ALONE.states > CROWDED.states > HURRIED.states


@pytest.mark.parametrize(("whole", "effort"), [(False, CROWDED), (True, CROWDED)])
def test_what_falls_behind_is_searched_less_before_it_is_long(whole: bool, effort: Effort) -> None:
    job = _Job(None, whole=whole)
    job.prepared_s = 1.0
    job.audio += bytes(2 * LATE)
    job.begun_s -= 5.0  # a recording of 1 s should be done by now
    assert judged(job, 0.1) == [effort]
    assert job.note == "too late: searched less"


def test_what_is_long_is_not_begun_again_for_being_late() -> None:
    job = _Job(None, whole=False)
    job.audio += bytes(2 * LATE)
    job.judged = 2 * LATE_UNTIL
    assert judged(job, 0.1) == [ALONE]


class Settling:
    """An utterance that notes when it was asked for its last words."""

    settled = 0

    def settle(self) -> None:
        self.settled += 1

    def words(self) -> tuple[list[str], list[str]]:
        return [], []


@pytest.mark.parametrize(("fed", "settled"), [(SEARCHED_AGAIN, 1), (SEARCHED_AGAIN + 2, 0)])
def test_a_pause_in_a_long_utterance_does_not_end_the_search(fed: int, settled: int) -> None:
    sink = io.BytesIO()
    worker, job, utterance = Worker(io.BytesIO(), sink), _Job(None, whole=False), Settling()
    stand: Any = utterance
    job.utterance, job.fed, job.settling = stand, fed, True
    worker._jobs[1] = job
    worker._advance(1)
    assert utterance.settled == settled
    assert b'"settled": true' in sink.getvalue()


def test_babble_is_dear_on_a_quick_processor_too() -> None:
    prepared_s = 0.01
    babble, speech = 1.2 * DEAR * prepared_s, 0.8 * DEAR * prepared_s
    seconds = DEAR_FROM / SECOND
    assert too_dear(babble * seconds, DEAR_FROM, prepared_s, whole=True)
    assert not too_dear(speech * seconds, DEAR_FROM, prepared_s, whole=True)
    assert not too_dear(babble, SECOND, prepared_s, whole=True), "a second tells nothing of that"
    assert not too_dear(babble * seconds, DEAR_FROM, prepared_s, whole=False)
