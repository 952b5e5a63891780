"""What the ear is told of the words at a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assistant.dialogue.listening import Listening
from assistant.dialogue.outbox import Outbox
from assistant.dialogue.weighing import at_first
from assistant.ear.ear import Ear
from assistant.languages.en.completeness import Look
from assistant.parts import Load
from assistant.turn.events import Transcript


class Pausing:
    """An ear in a pause that notes how the words are said to look."""

    paused = True
    position = 0

    def __init__(self) -> None:
        self.looks: list[Look] = []

    def judge(self, look: Look) -> list[object]:
        self.looks.append(look)
        return []

    def drop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("look", "told"),
    [
        (Look.COMPLETE, Look.UNFINISHED),
        (Look.UNCERTAIN, Look.UNFINISHED),
        (Look.DOUBTFUL, Look.UNFINISHED),
        (Look.UNFINISHED, Look.UNFINISHED),
        (Look.OPEN, Look.OPEN),
    ],
)
async def test_words_that_are_looked_at_again_are_taken_for_unfinished(look: Look, told: Look) -> None:
    stand: Any = None
    ear: Any = Pausing()
    listening = Listening(stand, stand, Outbox(), Load())
    listening.use(ear)
    listening.unsure = True
    listening.judge(look)
    listening.unsure = False
    listening.judge(look)
    assert ear.looks == [told, look]
    await listening.close()


class Unsure:
    """A stream that hears what is written at each pause, and never has the time to be sure of it."""

    speaker = None
    unsure = True
    hypothesis = ""

    def __init__(self, *heard: str) -> None:
        self._heard, self.pauses = list(heard), 0

    async def feed(self, _pcm: np.ndarray) -> None:
        return None

    async def settle(self) -> str:
        self.hypothesis = self._heard[min(self.pauses, len(self._heard) - 1)]
        self.pauses += 1
        return self.hypothesis

    async def reconsider(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    def rest(self) -> None:
        pass

    async def finish(self) -> Transcript:
        return Transcript(self.hypothesis)

    def cancel(self) -> None:
        pass


class Asked:
    """Whom a question is told to, and nothing reads it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def speech_began(self) -> None:
        pass

    def speculate(self, text: str, *, pressing: bool) -> None:
        pass

    def is_question(self, _text: str) -> bool:
        return True

    weigh = staticmethod(at_first)

    def turn_heard(self, turn: Any, last: bool) -> None:
        self.heard.append(turn.text)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of a thread is there at once: sound is fed here faster than a thread begins on a busy machine."""

    async def done(work: Callable, *given: Any, **named: Any) -> object:
        return work(*given, **named)

    monkeypatch.setattr(asyncio, "to_thread", done)


async def ends_of_turns(stream: Unsure, pcm: np.ndarray, listener: Asked) -> list[int]:
    """Return where the turns of int16[n] ended, in samples; the recognizer keeps up with the sound."""
    made: Any = type("Recognizer", (), {"stream": lambda _self, _speaker: stream})()
    listening = Listening(lambda: made, listener, Outbox(), Load())
    listening.use(Ear())
    ends: list[int] = []
    for at in range(0, len(pcm), 512):
        before = listening.committed
        listening.feed(pcm[at : at + 512])
        ends += [at] if listening.committed > before else []
        for _ in range(8):
            await asyncio.sleep(0)
    assert listening.last is not None
    await listening.last
    await listening.close()
    return ends


@pytest.mark.usefixtures("at_once")
async def test_an_unhurried_speaker_is_not_cut_where_the_recognizer_is_unsure(recording: Callable) -> None:
    """900 ms after words that ask nothing, then 900 ms inside a question; the turn ends where it is whole."""
    pieces = [recording(13, before_ms=0, after_ms=ms).pcm for ms in (900, 900, 1500)]
    said = ["And so, my fellow Americans.", "Ask not what your country can do for you."]
    said.append(f"{said[1]} Ask what you can do for your country.")
    listener = Asked()
    spoken = np.concatenate([np.zeros(8000, np.int16), *pieces])
    (end,) = await ends_of_turns(Unsure(*said), spoken, listener)
    assert listener.heard == [said[-1]]
    assert end > len(spoken) - len(pieces[-1])
