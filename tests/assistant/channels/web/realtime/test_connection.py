"""A client that does not wait for one command's events before it sends the next, over a real WebSocket."""

from __future__ import annotations

import json
from typing import Any

from tests.assistant.channels.web.test_server import send, session, until

TALL = "How tall is the lighthouse at Marlow Point?"
RAILWAY = "When did the railway open?"


async def put(line: Any, text: str) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    await send(line, "conversation.item.create", item=item)


async def responses(line: Any, count: int) -> list[dict[str, Any]]:
    """Return the next `count` responses as they ended; an error event fails."""
    done: list[dict[str, Any]] = []
    while len(done) < count:
        event = await until(line)
        assert event["type"] != "error", event
        if event["type"] == "response.done":
            done.append(event["response"])
    return done


def words(response: dict[str, Any]) -> str:
    part = response["output"][0]["content"][0]
    return part.get("text") or part["transcript"]


async def test_a_question_sent_right_after_a_cancel_is_answered(served):
    async with session(served, "audio") as line:
        for _ in range(3):
            await put(line, TALL)
            await send(line, "response.create")
            await until(line, "response.created")
            await send(line, "response.cancel")
            await put(line, RAILWAY)
            await send(line, "response.create")
            first, second = await responses(line, 2)
            assert (first["status"], second["status"]) == ("cancelled", "completed")
            assert "1893" in words(second)


async def test_create_cancel_create_without_a_pause_is_answered(served):
    async with session(served) as line:
        await put(line, TALL)
        for _ in range(5):
            await send(line, "response.create", response={"metadata": {"which": "given up"}})
            await send(line, "response.cancel")
            await put(line, RAILWAY)
        await send(line, "response.create", response={"metadata": {"which": "meant"}})
        done = await responses(line, 6)
        assert [response["status"] for response in done] == ["cancelled"] * 5 + ["completed"]
        assert [response["metadata"]["which"] for response in done] == ["given up"] * 5 + ["meant"]
        assert "1893" in words(done[-1])


async def test_truncating_at_the_end_keeps_the_last_word_and_the_next_question_knows_it(served):
    async with session(served, "audio") as line:
        await put(line, TALL)
        await send(line, "response.create")
        item, audio = "", 0
        while (event := await until(line))["type"] != "response.done":
            if event["type"] == "response.output_audio.delta":
                item, audio = event["item_id"], audio + len(event["delta"]) * 3 // 4
        said = words(event["response"])
        for end_ms in (99_999, audio // 48):
            await send(line, "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=end_ms)
        await send(line, "conversation.item.retrieve", item_id=item)
        whole = (await until(line, "conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert whole == said
        for end_ms in (700, 1400):
            await send(line, "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=end_ms)
        await send(line, "conversation.item.retrieve", item_id=item)
        ends = [(await until(line, "conversation.item.truncated"))["audio_end_ms"] for _ in range(2)]
        assert ends == [700, 1400]
        kept = (await until(line, "conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert said.startswith(kept)
        assert len(kept) < len(said) / 2, "1400 ms after 700 ms makes it no longer"


async def test_an_empty_commit_is_refused_by_the_code_that_clients_know(served):
    async with session(served) as line:
        await send(line, "input_audio_buffer.commit", event_id="c9")
        error = (await until(line, "error"))["error"]
        assert (error["code"], error["event_id"]) == ("input_audio_buffer_commit_empty", "c9")
        await send(line, "response.create", event_id="r1", response={"metadata": {"mine": "1"}})
        response = (await until(line, "response.done"))["response"]
        assert response["status_details"]["error"]["code"] == "nothing_to_answer"
        assert response["metadata"] == {"mine": "1"}
        assert json.dumps(response)
