"""Recordings: what was said in one, within its slot; nothing where nobody speaks."""

from __future__ import annotations

import asyncio

from assistant.audio.samples import Pcm
from assistant.ear.speech import holds_speech
from assistant.recognizers.recognizer import Recognizer
from assistant.turn.events import Transcript

NOBODY = "nobody speaks"


async def words_in(recognizer: Recognizer, pcm: Pcm) -> Transcript:
    """Return the words of int16[samples] at 16 kHz. Raises as `Recognizer.transcribe`."""
    if not await asyncio.to_thread(holds_speech, pcm):
        return Transcript("", NOBODY)
    return await recognizer.transcribe(pcm)
