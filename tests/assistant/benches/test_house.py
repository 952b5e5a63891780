"""The soak of the house, shortened: real conversations and skills, a fast clock, nothing lost and nothing twice."""

from __future__ import annotations

import pytest

from assistant.benches import house
from assistant.dialogue.arbitration import Arbiter
from assistant.home.broker import Broker
from assistant.skills.agenda import Agenda

pytestmark = pytest.mark.usefixtures("one_reader")


async def test_nothing_is_lost_and_nothing_is_told_twice() -> None:
    report = await house.live(rooms=4, hours=0.2, seed=3)
    assert report.good, report
    assert report.timers > 5
    assert report.calls > 0
    assert report.switched > 0
    assert report.timers + report.announcements <= report.told <= report.timers + 4 * report.announcements


async def test_a_call_that_two_rooms_answer_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr(Arbiter, "claim", lambda *_given, **_named: True)
    report = await house.live(rooms=4, hours=0.2, seed=3)
    assert report.wrong
    assert not report.good


async def test_a_lamp_that_is_told_twice_is_noticed(monkeypatch) -> None:
    publish = Broker.publish

    async def twice(self, message, **options) -> None:
        for _ in range(1 + message.topic.endswith("/set")):
            await publish(self, message, **options)

    monkeypatch.setattr(Broker, "publish", twice)
    report = await house.live(rooms=2, hours=0.1, seed=3)
    assert report.switched
    assert [wrong for wrong in report.wrong if wrong.startswith("the lamp of ")]


async def test_a_timer_that_is_told_twice_is_noticed(monkeypatch) -> None:
    remove, spared = Agenda.remove, set()

    async def forgetful(self, entries) -> None:
        entries = list(entries)
        for entry in entries:
            if entry.id not in spared:
                spared.add(entry.id)
                return  # as if the process had been killed between telling and writing
        await remove(self, entries)

    monkeypatch.setattr(Agenda, "remove", forgetful)
    report = await house.live(rooms=2, hours=0.1, seed=3)
    assert report.twice
    assert not report.good
