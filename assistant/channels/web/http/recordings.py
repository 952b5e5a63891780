"""Recordings that clients send, so many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from starlette.datastructures import State

from assistant.audio import samples
from assistant.audio.files import load_audio, split_at_pauses
from assistant.audio.samples import Pcm
from assistant.parts import Parts
from assistant.recognizers.recognizer import Recognizer
from assistant.recognizers.recordings import words_in
from assistant.recognizers.sphinx.alignment import TimedWord, timed
from assistant.turn.events import Transcript

#: In memory at a time, up to 20 MB each as samples; more wait as they came.
MOST_RECORDINGS = 16
SHORTEST_PIECE_S, LONGEST_PIECE_S = 15.0, 26.0  # of a recording whose words are timed; every recognizer takes as much


async def recognised(state: State, file: IO[bytes], name: str) -> tuple[Transcript, float]:
    """Return the words of a recording, which errors call `name`, and how many seconds it has.

    Raises ReparteeError for what is no recording, and where it cannot be recognised.
    """
    async with _samples(state, file, name) as pcm:
        transcript = await words_in(await _recognizer(state), pcm)
    return transcript, round(len(pcm) / samples.RATE, 3)


async def recognised_in_time(state: State, file: IO[bytes], name: str) -> tuple[list[TimedWord], float, str]:
    """Return the words of a recording with when each was said, how many seconds it has, and what was left out.

    Raises ReparteeError as `recognised` does.
    """
    words: list[TimedWord] = []
    note = ""
    async with _samples(state, file, name) as pcm:
        at = 0
        for piece in split_at_pauses(pcm, shortest_s=SHORTEST_PIECE_S, longest_s=LONGEST_PIECE_S):
            transcript = await words_in(await _recognizer(state), piece)
            note = note or transcript.note
            if transcript.text:
                found = await asyncio.to_thread(timed, transcript.text, piece)
                words += [word.later(at / samples.RATE) for word in found]
            at += len(piece)
    return words, round(len(pcm) / samples.RATE, 3), note


async def _recognizer(state: State) -> Recognizer:
    parts: Parts = state.service.parts
    return await parts.recognizer(live=False)


@asynccontextmanager
async def _samples(state: State, file: IO[bytes], name: str) -> AsyncIterator[Pcm]:
    """Hold the samples of a recording, int16[n] at 16 kHz, when it is its turn."""
    async with state.recordings:
        loading = asyncio.create_task(asyncio.to_thread(load_audio, file, name=name))
        try:
            pcm = await asyncio.shield(loading)
        except asyncio.CancelledError:
            # A thread cannot be cancelled, and whoever asked closes the file that it reads.
            await asyncio.gather(loading, return_exceptions=True)
            raise
        yield pcm
