"""A question from a recording, and a reply into one: what ``ask`` and ``demo`` do around a turn."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

from assistant.turn.answering import Assistant
from assistant.turn.budget import Budget
from assistant.turn.events import Reply
from engines.errors import ReparteeError

CHUNK_S = 0.08  # what is fed at a time when a recording is heard as if it were spoken now


async def hear(
    assistant: Assistant, recording: Path, on_words: Callable[[str], None] | None = None
) -> tuple[Budget, str]:
    """Recognise a recording; return the turn's budget, opened when there was nothing more to hear, and the words.

    With ``on_words`` the recording is heard in real time, as from a microphone: words are handed over as they become
    certain, and a silence ends the turn. Without, it is decoded at once, as fast as possible.
    Raises ReparteeError for a file that is no audio and for one in which no words are found.
    """
    from assistant.audio.files import RATE, is_silent, load_audio

    pcm = load_audio(recording)
    if is_silent(pcm):
        raise ReparteeError(f"{recording}: this recording is silent; expected a spoken question.")
    recognizer = await assistant.recognizer(live=on_words is not None)
    slots = assistant.config.budget.slots()
    if on_words is None:
        budget = Budget(slots)
        with budget.slot("recognise") as slot:
            transcript = await recognizer.transcribe(pcm)
            slot.note(f"{len(pcm) / RATE:.1f} s of speech decoded after the fact")
    else:
        stream = recognizer.stream()
        began, chunk = time.perf_counter(), round(CHUNK_S * RATE)
        try:
            for start in range(0, len(pcm), chunk):
                end = min(start + chunk, len(pcm))
                await asyncio.sleep(max(0.0, began + end / RATE - time.perf_counter()))
                if words := await stream.feed(pcm[start:end]):
                    on_words(words)
            budget = Budget(slots)
            with budget.slot("endpoint") as slot:  # the silence that ends a turn; the words are settled meanwhile
                await stream.settle()
                await asyncio.sleep(max(0.0, slot.remaining_ms() - 2) / 1000)
            with budget.slot("recognise"):
                transcript = await stream.finish()
        finally:
            stream.cancel()
    if not transcript.text.strip():
        raise ReparteeError(f"{recording}: no words were heard; it needs speech that is loud and clear enough.")
    return budget, transcript.text


async def save_speech(assistant: Assistant, reply: Reply, file: Path) -> Reply:
    """Write the spoken reply to a WAV file; return the reply with the stage "first_audio" in its ledger."""
    from assistant.audio.files import write_wav

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
