"""A question from a recording, and a reply into one: what ``ask`` and ``demo`` do around a turn."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from assistant.budget import Budget
from assistant.events import Reply
from assistant.turn import Assistant
from engines.errors import ReparteeError


async def hear(assistant: Assistant, recording: Path) -> tuple[Budget, str]:
    """Recognise a recording; return the turn's budget, opened when decoding began, and the words.

    Raises ReparteeError for a file that is no audio and for one in which no words are found.
    """
    from assistant.speech.audio import RATE, is_silent, load_audio

    pcm = load_audio(recording)
    if is_silent(pcm):
        raise ReparteeError(f"{recording}: this recording is silent; expected a spoken question.")
    recognizer = await assistant.recognizer()
    budget = Budget(assistant.config.budget.slots())
    with budget.slot("recognise") as slot:
        transcript = await recognizer.transcribe(pcm)
        slot.note(f"{len(pcm) / RATE:.1f} s of speech decoded after the fact")
    if not transcript.text.strip():
        raise ReparteeError(f"{recording}: no words were heard; it needs speech that is loud and clear enough.")
    return budget, transcript.text


async def save_speech(assistant: Assistant, reply: Reply, file: Path) -> Reply:
    """Write the spoken reply to a WAV file; return the reply with the stage "first_audio" in its ledger."""
    from assistant.speech.audio import write_wav

    voice = await assistant.synthesizer()
    budget = Budget(assistant.config.budget.slots())
    chunks = [chunk async for chunk in assistant.speak(reply, budget=budget)]
    write_wav(file, b"".join(chunks), voice.rate)
    stages = reply.stages + budget.ledger()
    return dataclasses.replace(reply, stages=stages, total_ms=reply.total_ms + budget.ledger()[0].spent_ms)


async def play(file: Path) -> str:
    """Play a WAV file and return "", or return why it could not be played."""
    try:
        import sounddevice
        import soundfile
    except (ImportError, OSError):
        return "playing needs the extra [audio] and PortAudio"
    pcm, rate = soundfile.read(file, dtype="int16")
    try:
        sounddevice.query_devices(kind="output")
        sounddevice.play(pcm, rate)
        await asyncio.to_thread(sounddevice.wait)
    except (sounddevice.PortAudioError, ValueError):
        return "there is no sound device"
    return ""
