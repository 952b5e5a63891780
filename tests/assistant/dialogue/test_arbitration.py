"""The table of who answers a wake word that several heard, line by line, and what puts claims together."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from assistant.dialogue.arbitration import GRACE_S, LATE_S, LOUDER_DB, WINDOW_S, Arbiter, Claim, spoken_word, winner
from assistant.dialogue.waking import WOKEN, Wakes
from assistant.neighbours import Neighbours


def heard(who: str, at_s: float = 0.0, loudness: float | None = None, word: str = "hey_jarvis") -> Claim:
    return Claim(who=who, word=word, at_s=at_s, loudness=loudness)


@pytest.mark.parametrize(
    ("claims", "answers"),
    [
        pytest.param([heard("a")], "a", id="one alone"),
        pytest.param([heard("a", 0.0, -40), heard("b", 0.1, -30)], "b", id="the louder"),
        pytest.param([heard("b", 0.1, -30), heard("a", 0.0, -40)], "b", id="in whatever order they come"),
        pytest.param([heard("a", 0.0, -32), heard("b", 0.1, -30)], "a", id="about as loud: the earlier"),
        pytest.param([heard("a", 0.0, -30 - LOUDER_DB), heard("b", 0.1, -30)], "b", id="just loud enough"),
        pytest.param([heard("a", 0.1, -30), heard("b", 0.0)], "b", id="not known how loud: the earlier"),
        pytest.param([heard("a", 0.0, -30), heard("b", 0.1)], "a", id="not known and later"),
        pytest.param([heard("a", 0.0, -60), heard("b", 0.1), heard("c", 0.12, -30)], "b", id="earlier than the louder"),
        pytest.param([heard("a"), heard("b", 0.05)], "a", id="of none it is known"),
        pytest.param([heard("b", 0.0, -30), heard("a", 0.0, -30)], "a", id="at once: by name"),
    ],
)
def test_of_a_round_one_answers(claims: list[Claim], answers: str) -> None:
    assert winner(claims).who == answers


def test_a_round_is_decided_when_its_window_is_over_and_not_before() -> None:
    arbiter = Arbiter()
    assert arbiter.due_s is None
    assert arbiter.claim(heard("a", 10.0, -40)) is None
    assert arbiter.claim(heard("b", 10.0 + 0.9 * WINDOW_S, -20)) is None
    assert arbiter.due_s == pytest.approx(10.0 + WINDOW_S + GRACE_S)
    assert arbiter.decide(10.0 + WINDOW_S) == []
    decided = arbiter.decide(10.0 + WINDOW_S + GRACE_S)
    assert {claim.who: answers for claim, answers in decided} == {"a": False, "b": True}
    assert arbiter.decide(99.0) == []
    assert arbiter.due_s is None


def test_who_comes_late_loses_and_who_was_chosen_stays_chosen_until_the_next_call() -> None:
    arbiter = Arbiter()
    arbiter.claim(heard("a", 0.0, -40))
    assert arbiter.claim(heard("late", WINDOW_S + 0.01, -10)) is False
    arbiter.decide(1.0)
    assert arbiter.claim(heard("b", LATE_S, -10)) is False
    assert arbiter.claim(heard("a", LATE_S, -40)) is True
    assert arbiter.claim(heard("b", LATE_S + 0.01, -10)) is None, "another call"


def test_who_is_alone_answers_at_once_and_nobody_comes_between() -> None:
    arbiter = Arbiter()
    assert arbiter.claim(heard("a"), alone=True) is True
    assert arbiter.claim(heard("b", 0.01, 0.0)) is False
    assert arbiter.due_s is None


def test_another_word_is_another_call_and_one_without_a_name_belongs_to_what_is_open() -> None:
    arbiter = Arbiter()
    arbiter.claim(heard("a", 0.0))
    arbiter.claim(heard("b", 0.0, word="alexa"))
    arbiter.claim(heard("c", 0.05, word=""))
    decided = {claim.who: answers for claim, answers in arbiter.decide(1.0)}
    assert decided == {"a": True, "b": True, "c": False}


@pytest.mark.parametrize("name", ["Okay Nabu", "okay_nabu", "okay-nabu", "ok", "OKAY_NABU_v0.1"])
def test_a_word_is_the_same_however_it_is_written(name: str) -> None:
    assert (spoken_word(name) == "okay_nabu") == (name != "ok")


class Clock:
    """Stands still until it is let go: however slow the machine, what is heard while it stands is heard at once."""

    def __init__(self) -> None:
        self._held: float | None = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() if self._held is None else self._held

    def go(self) -> None:
        self._held = None


class Ears:
    """Notes what is decided of those that wait for a wake word."""

    def __init__(self, folder: Path, *names: str, clock: Clock | None = None) -> None:
        self.neighbours, self.names = Neighbours(folder), names
        self.wakes = Wakes(lambda who: any(name != who for name in self.names), self.neighbours)
        self.wakes.clock = self.clock = clock or Clock()
        self.decided: dict[str, bool] = {}
        self._news = asyncio.Event()

    def hear(self, who: str, loudness: float | None = None) -> None:
        self.wakes.claim(who, "alexa", loudness, lambda answers: self._note(who, answers))

    def _note(self, who: str, answers: bool) -> None:
        self.decided[who] = answers
        self._news.set()

    async def all_decided(self, count: int) -> dict[str, bool]:
        self.clock.go()
        async with asyncio.timeout(60):
            while len(self.decided) < count:
                self._news.clear()
                await self._news.wait()
        return self.decided


async def test_nobody_waits_where_no_other_could_hear_it(tmp_path: Path) -> None:
    ears = Ears(tmp_path, "kitchen")
    ears.hear("kitchen")
    assert ears.decided == {"kitchen": True}


async def test_of_two_in_one_process_the_louder_answers(tmp_path: Path) -> None:
    ears = Ears(tmp_path, "kitchen", "hall")
    ears.hear("kitchen", -50)
    ears.hear("hall", -20)
    assert ears.decided == {}
    assert await ears.all_decided(2) == {"kitchen": False, "hall": True}


async def test_of_two_processes_the_louder_answers_and_both_know_it(tmp_path: Path) -> None:
    """As of `repartee listen` beside `repartee serve`."""
    clock = Clock()
    serving, listening = Ears(tmp_path, "kitchen", clock=clock), Ears(tmp_path, "desk", clock=clock)
    with serving.neighbours.known_as("serve"), listening.neighbours.known_as("listen"):
        serving.hear("kitchen", -50)
        listening.hear("desk", -20)
        assert await serving.all_decided(1) == {"kitchen": False}
        assert await listening.all_decided(1) == {"desk": True}


async def test_nonsense_from_elsewhere_and_who_has_gone_do_no_harm(tmp_path: Path) -> None:
    ears, other = Ears(tmp_path, "kitchen", "hall"), Neighbours(tmp_path)
    with ears.neighbours.known_as("serve"):
        old = json.dumps({"who": "x", "word": "alexa", "at_s": 5.0, "loudness": 0})
        for text in ("", "[]", '{"who": 1}', old, '{"who": "x", "word": "", "at_s": "now", "loudness": null}'):
            assert other.tell(WOKEN, text) == 1
        ears.hear("kitchen", -50)
        ears.hear("hall", -20)
        ears.wakes.forget("hall")
        assert await ears.all_decided(1) == {"kitchen": False}
    assert "hall" not in ears.decided
