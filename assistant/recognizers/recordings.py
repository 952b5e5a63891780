"""Recordings: what was said in one, within its slot; nothing where nobody speaks."""

from __future__ import annotations

import asyncio

from assistant.audio.samples import Pcm
from assistant.ear.speech import Evidence, evidence_of
from assistant.recognizers.recognizer import Guessing, Recognizer, RecognizerStream
from assistant.turn.events import Transcript

NOBODY = "nobody speaks"


def stands(evidence: Evidence, hearer: Recognizer | RecognizerStream) -> bool:
    """Return whether words of a recognizer, or one of its streams, stand where so much speaks for speech."""
    return evidence is Evidence.PLAIN or (evidence is Evidence.FAINT and not isinstance(hearer, Guessing))


async def words_in(recognizer: Recognizer, pcm: Pcm) -> Transcript:
    """Return the words of int16[samples] at 16 kHz. Raises as `Recognizer.transcribe`."""
    if not stands(await asyncio.to_thread(evidence_of, pcm), recognizer):
        return Transcript("", NOBODY)
    return await recognizer.transcribe(pcm)
