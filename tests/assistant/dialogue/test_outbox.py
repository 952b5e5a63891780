import asyncio

from assistant.dialogue.events import Partial, ReplyAudio, ReplyDone, ReplyStarted, ReplyText
from assistant.dialogue.outbox import AUDIO_AHEAD_MS, MOST_EVENTS, Outbox

SECOND = bytes(2 * 16_000)


async def collect(outbox: Outbox) -> list[object]:
    return [event async for event in outbox.events()]


async def test_events_leave_in_order_and_audio_is_reported_when_it_leaves() -> None:
    outbox, handed = Outbox(), []
    outbox.handed = handed.append
    events = [ReplyStarted(1, None), ReplyText(1, "Hello."), ReplyAudio(1, SECOND, 16_000)]
    for event in events:
        outbox.put(event)
    assert not handed
    consumer = outbox.events()
    assert [await anext(consumer) for _ in events] == events
    assert handed == events[2:]


async def test_nothing_of_a_dropped_generation_leaves() -> None:
    outbox = Outbox()
    for generation in (1, 2):
        outbox.put(ReplyText(generation, "Hello."))
        outbox.put(ReplyAudio(generation, SECOND, 16_000))
    outbox.put(ReplyDone(1, None, "cancelled"))
    outbox.drop(1)
    consumer = outbox.events()
    got = [await anext(consumer) for _ in range(3)]
    assert [type(event).__name__ for event in got] == ["ReplyText", "ReplyAudio", "ReplyDone"]
    assert all(event.generation == 2 for event in got[:2])


async def test_a_slow_channel_holds_synthesis_back() -> None:
    outbox = Outbox()
    for _ in range(int(AUDIO_AHEAD_MS / 1000) + 1):
        outbox.put(ReplyAudio(1, SECOND, 16_000))
    waiting = asyncio.create_task(outbox.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await anext(outbox.events())
    await asyncio.wait_for(waiting, 60)


async def test_words_that_wait_are_put_together_and_what_came_between_stays_between() -> None:
    outbox = Outbox()
    for turn in (1, 2):
        for number in range(1, 4):
            outbox.put(Partial(turn, " ".join("abc"[:number]), "abc"[number - 1]))
    outbox.put(ReplyStarted(1, None))
    outbox.put(Partial(2, "a b c d", "d"))
    outbox.close()
    words = [Partial(1, "a b c", "a b c"), Partial(2, "a b c", "a b c")]
    assert await collect(outbox) == [*words, ReplyStarted(1, None), Partial(2, "a b c d", "d")]


async def test_a_channel_that_takes_nothing_is_waited_for() -> None:
    outbox = Outbox()
    for number in range(MOST_EVENTS):
        await asyncio.wait_for(outbox.ready(), 60)
        outbox.put(ReplyStarted(number, None))
    waiting = asyncio.create_task(outbox.ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    await anext(outbox.events())
    await asyncio.wait_for(waiting, 60)
    outbox.put(ReplyStarted(0, None))
    waiting = asyncio.create_task(outbox.ready())
    await asyncio.sleep(0)
    outbox.close()
    await asyncio.wait_for(waiting, 60)


async def test_dropping_frees_whoever_waits_for_room() -> None:
    outbox = Outbox()
    outbox.put(ReplyAudio(1, SECOND, 16_000))
    waiting = asyncio.create_task(outbox.room(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.drop(1)
    await asyncio.wait_for(waiting, 60)


async def test_close_ends_the_events_without_the_audio_that_was_left() -> None:
    outbox = Outbox()
    outbox.put(ReplyAudio(1, SECOND, 16_000))
    outbox.put(ReplyDone(1, None, "cancelled"))
    outbox.close()
    outbox.put(ReplyStarted(2, None))
    assert await collect(outbox) == [ReplyDone(1, None, "cancelled")]
