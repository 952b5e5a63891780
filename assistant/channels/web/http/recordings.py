"""Recordings that clients send, so many at a time."""

from __future__ import annotations

import asyncio
from typing import IO

from starlette.datastructures import State

from assistant.audio import samples
from assistant.audio.files import load_audio
from assistant.parts import Parts

#: In memory at a time, up to 20 MB each as samples; more wait as they came.
MOST_RECORDINGS = 16


async def recognised(state: State, file: IO[bytes], name: str) -> tuple[str, float]:
    """Return the words of a recording, which errors call `name`, and how many seconds it has.

    Raises ReparteeError for what is no recording, and where it cannot be recognised.
    """
    parts: Parts = state.service.parts
    async with state.recordings:
        reading = asyncio.create_task(asyncio.to_thread(load_audio, file, name=name))
        try:
            pcm = await asyncio.shield(reading)
        except asyncio.CancelledError:
            # A thread cannot be cancelled, and whoever asked closes the file that it reads.
            await asyncio.gather(reading, return_exceptions=True)
            raise
        transcript = await (await parts.recognizer(live=False)).transcribe(pcm)
    return transcript.text, round(len(pcm) / samples.RATE, 3)
