"""Reflection: an event of a conversation, or of an ear, that is added cannot be forgotten by whoever is told of it."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from assistant.channels.terminal import recordings
from assistant.channels.web.realtime.protocol import Protocol
from assistant.channels.wyoming.satellite import SatelliteProtocol
from assistant.commands.listen import _Screen
from assistant.dialogue import events
from assistant.dialogue.events import ConversationEvent, ReplyDone, ReplyStarted
from assistant.dialogue.listening import Listening
from assistant.dialogue.outbox import Outbox
from assistant.dialogue.settings import ConversationSettings
from assistant.ear import ear
from assistant.ear.ear import EarEvent
from assistant.languages.en.completeness import Look
from assistant.parts import Load
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.assistant.replies import answered

SAMPLES: dict[Any, Any] = {
    str: "words",
    int: 1,
    float: 1.0,
    bytes: bytes(2 * 1600),
    object: None,
    np.ndarray: np.zeros(512, np.int16),
    Transcript: Transcript("words"),
    Look: Look.COMPLETE,
}


def example(kind: type) -> Any:
    """Return an event of this type with something in every field that must be given."""
    hints = typing.get_type_hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            continue
        wanted = hints[field.name]
        first = typing.get_args(wanted)[0] if isinstance(wanted, types.UnionType) else wanted
        if field.name == "rate":
            values[field.name] = 16_000
        elif field.name == "reply":
            values[field.name] = answered("When?", "In 1782.")
        elif typing.get_origin(first) is typing.Literal:
            values[field.name] = typing.get_args(first)[0]
        else:
            values[field.name] = SAMPLES[first]
    return kind(**values)


def defined_in(module: types.ModuleType) -> set[type]:
    return {
        value
        for value in vars(module).values()
        if dataclasses.is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__
    }


CONVERSATION = typing.get_args(ConversationEvent)
EAR = typing.get_args(EarEvent)


@pytest.mark.parametrize(("module", "union"), [(events, CONVERSATION), (ear, EAR)])
def test_every_event_that_is_defined_is_in_the_union_that_channels_match_over(module, union) -> None:
    assert set(union) == defined_in(module)
    assert len(union) > 5


@pytest.mark.parametrize("kind", CONVERSATION, ids=lambda kind: kind.__name__)
def test_realtime_knows_every_event(kind: type) -> None:
    protocol = Protocol(voice="any", settings=ConversationSettings())
    if kind is not ReplyStarted:
        protocol.on(ReplyStarted(1, 1))
    assert isinstance(protocol.on(example(kind)), list)


class Stand:
    """Whatever a screen calls on a device, a console or a conversation: nothing happens."""

    replying = None

    def __getattr__(self, _name: str) -> Stand:
        return self

    def __call__(self, *_: object, **__: object) -> float:
        return 0.0


@pytest.mark.parametrize("kind", CONVERSATION, ids=lambda kind: kind.__name__)
def test_listen_knows_every_event(kind: type) -> None:
    stand: Any = Stand()
    _Screen(stand, stand, Console(quiet=True), stand, 1)._on(example(kind))


@pytest.mark.parametrize("kind", CONVERSATION, ids=lambda kind: kind.__name__)
def test_satellites_know_every_event(kind: type) -> None:
    assert isinstance(SatelliteProtocol(ConversationSettings(), ()).tell(example(kind)), list)


class Replay:
    """A conversation in which this is said."""

    def __init__(self, *said: Any) -> None:
        self._said = said

    async def events(self) -> typing.AsyncIterator[Any]:
        for event in self._said:
            yield event

    def end(self) -> None:
        pass

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("kind", CONVERSATION, ids=lambda kind: kind.__name__)
async def test_recordings_know_every_event(kind: type) -> None:
    async def begin(_conversation: object) -> None:
        pass

    replay: Any = Replay(example(kind), ReplyDone(1, answered("When?", "In 1782."), "completed"))
    if kind is events.HearingFailed:
        with pytest.raises(ReparteeError, match="words"):
            await recordings._converse(replay, begin)
    else:
        assert await recordings._converse(replay, begin) is not None


class Recognizer:
    """Begins an utterance and hears nothing in it."""

    def stream(self, _mean: object) -> Recognizer:
        return self

    def cancel(self) -> None:
        pass


@pytest.mark.parametrize("kind", EAR, ids=lambda kind: kind.__name__)
async def test_listening_knows_every_event_of_the_ear(kind: type) -> None:
    stand: Any = Stand()
    recognizer: Any = Recognizer()
    listening = Listening(lambda: recognizer, stand, Outbox(), Load())
    listening._on_ear(example(kind))
    await listening.close()


async def test_an_event_that_nobody_knows_is_refused_by_everybody() -> None:
    async def begin(_conversation: object) -> None:
        pass

    stand: Any = Stand()
    new: Any = object()
    for told in (
        Protocol(voice="any", settings=ConversationSettings()).on,
        SatelliteProtocol(ConversationSettings(), ()).tell,
        _Screen(stand, stand, Console(quiet=True), stand, 1)._on,
        Listening(stand, stand, Outbox(), Load())._on_ear,
    ):
        with pytest.raises(AssertionError):
            told(new)
    replay: Any = Replay(new)
    with pytest.raises(AssertionError):
        await recordings._converse(replay, begin)
