"""What waits to be done: audio is refused beyond a bound, everything else waits outside."""

from __future__ import annotations

import asyncio
import json

from assistant.channels.web.realtime.backlog import AUDIO_BYTES, OTHER_BYTES, Backlog

AUDIO = "A" * (AUDIO_BYTES // 2)


def append(**fields: str) -> str:
    return json.dumps({"type": "input_audio_buffer.append", "audio": AUDIO} | fields)


async def test_audio_without_room_is_refused_until_some_was_done() -> None:
    backlog = Backlog()
    for _ in range(2):
        assert not backlog.refuses(append())
        await backlog.put(append())
    assert backlog.refuses(append())
    assert backlog.refuses(json.dumps({"audio": AUDIO, "type": "input_audio_buffer.append"}))
    assert not backlog.refuses('{"type": "response.create"}')
    messages = backlog.messages()
    await anext(messages)
    assert backlog.refuses(append()), "it is only just being done"
    await anext(messages)
    assert not backlog.refuses(append())
    await messages.aclose()


async def test_what_is_no_audio_waits_for_room_of_its_own_and_keeps_its_place() -> None:
    backlog = Backlog()
    await backlog.put(append())
    await backlog.put(append())
    other = json.dumps({"type": "conversation.item.create", "item": "x" * OTHER_BYTES})
    await backlog.put(other)
    waiting = asyncio.create_task(backlog.put(None))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    came = []
    async for message in backlog.messages():
        came.append(message)
        if message is None:
            break
    assert came == [append(), append(), other, None]
    await waiting


async def test_an_endless_number_of_empty_events_waits_too() -> None:
    backlog = Backlog()

    async def pour() -> None:
        for _ in range(OTHER_BYTES):
            await backlog.put("")

    pouring = asyncio.create_task(pour())
    await asyncio.sleep(0)
    assert not pouring.done()
    pouring.cancel()
