"""`repartee eval speech --ways`: the same recordings as a file, with a button held, and spoken freely to the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.pace import in_real_time
from assistant.audio.samples import RATE
from assistant.config import Config
from assistant.recognizers.word_errors import comparable, word_errors

if TYPE_CHECKING:
    from assistant.audio.samples import Pcm
    from assistant.commands.eval_speech import Recording
    from assistant.parts import Parts

WAYS = ("file", "push", "live")
CHUNK_MS = 20.0
BEFORE_S, AFTER_S = 0.4, 1.5  # of a quiet room around what is spoken freely
LATEST_S = 60.0  # for words after it, on a machine that is slow
ROOM = 6.0  # its loudness, of 32767


async def compare(config: Config, name: str, recordings: Sequence[Recording], ways: Sequence[str]) -> dict[str, float]:
    """Return the share of words that a recognizer gets wrong in each way."""
    from assistant.parts import Parts

    parts = Parts.open(replace(config, speech=replace(config.speech, recognizer=name)))
    wrong = dict.fromkeys(ways, 0)
    try:
        for recording in recordings:
            pcm, said = await asyncio.to_thread(recording.load), comparable(recording.text)
            for way in ways:
                wrong[way] += word_errors(said, comparable(await heard(parts, pcm, way)))
    finally:
        await parts.close()
    words = max(1, sum(len(comparable(recording.text)) for recording in recordings))
    return {way: round(errors / words, 4) for way, errors in wrong.items()}


async def heard(parts: Parts, pcm: Pcm, way: str) -> str:
    """Return the words of int16[samples] at 16 kHz; a way other than "file" takes as long as it takes to say them."""
    from assistant.dialogue.conversation import Conversation
    from assistant.dialogue.events import Committed, Heard, HearingFailed, SpeechStarted
    from assistant.dialogue.settings import ConversationSettings, TurnDetection
    from assistant.recognizers.recordings import words_in

    if way == "file":
        return (await words_in(await parts.recognizer(live=False), pcm)).text
    free = way == "live"
    detection = TurnDetection(create_response=False) if free else None
    conversation = Conversation(parts, settings=ConversationSettings(turn_detection=detection, speak=False))
    words: dict[int, str] = {}
    waited: set[int] = set()  # turns whose words are not there yet
    changed = asyncio.Event()

    async def listen() -> None:
        async for event in conversation.events():
            match event:
                case SpeechStarted() | Committed():
                    waited.add(event.turn)
                case Heard():
                    words[event.turn] = event.transcript.text
                    waited.discard(event.turn)
                case HearingFailed():
                    waited.discard(event.turn)
            changed.set()

    listening = asyncio.create_task(listen())
    try:
        await parts.recognizer()  # what loading takes is nobody's speech
        spoken = _in_a_room(pcm) if free else pcm
        async for chunk in in_real_time(spoken, CHUNK_MS):
            await conversation.hear(chunk)
        if not free:
            await conversation.commit()
        async with asyncio.timeout(LATEST_S):
            while waited or not (words or free):
                changed.clear()
                await changed.wait()
    finally:
        await conversation.close()
        await listening
    return " ".join(filter(None, (words[turn] for turn in sorted(words))))


def _in_a_room(pcm: Pcm) -> Pcm:
    rng = np.random.default_rng(0)
    before, after = (rng.normal(0, ROOM, int(seconds * RATE)).astype(np.int16) for seconds in (BEFORE_S, AFTER_S))
    return np.concatenate([before, pcm, after])
