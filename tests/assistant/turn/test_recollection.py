"""What conversations meant that clients keep themselves."""

from __future__ import annotations

import pytest

from assistant.home.entities import HomeIntent
from assistant.turn import recollection as module
from assistant.turn.events import Reply
from assistant.turn.recollection import Recollection


def _said(question: str, spoken: str, entity: str = "") -> Reply:
    intent = HomeIntent(kind="act", intent="HassTurnOn", entities=(entity,)) if entity else None
    return Reply(question=question, spoken=spoken, outcome="acted", intent=intent)


CONVERSATION = [
    _said("turn on the lamp", "The lamp is on.", "light.lamp"), _said("brighter", "It is at 80 percent.", "light.lamp"),
    _said("stop", "Okay.", "cover.blind"), _said("again", "Okay.", "cover.blind"),
]  # fmt: skip


def _kept(conversation: list[Reply]) -> list[Reply]:
    """Return a conversation as a client sends it back: its words alone, and white space as it likes."""
    return [Reply.recalled(f" {each.question}", f"{each.spoken}\n") for each in conversation]


@pytest.fixture
def recollection() -> Recollection:
    found = Recollection()
    for number in range(len(CONVERSATION)):
        found.note(CONVERSATION[:number], CONVERSATION[number])
    return found


def test_each_turn_of_a_conversation_is_known(recollection: Recollection) -> None:
    for number, reply in enumerate(CONVERSATION):
        assert recollection.meant(_kept(CONVERSATION[: number + 1])) == (reply.intent, "acted")


def test_a_conversation_without_its_beginning_is_known_by_its_last_exchanges(recollection: Recollection) -> None:
    assert recollection.meant(_kept(CONVERSATION[1:])) == (CONVERSATION[-1].intent, "acted")


def test_the_same_words_in_another_conversation_are_not_known(recollection: Recollection) -> None:
    assert recollection.meant(_kept(CONVERSATION[2:3])) is None
    assert recollection.meant(_kept([_said("turn on the fan", "The fan is on."), *CONVERSATION[1:3]])) is None


def test_the_oldest_are_forgotten(recollection: Recollection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    recollection.note([], _said("hello", "Hello.", "light.lamp"))
    assert recollection.meant(_kept(CONVERSATION[:1])) is None
    assert recollection.meant([_said("hello", "Hello.")]) is not None
