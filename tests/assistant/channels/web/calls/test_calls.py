"""Calls: the session of a WebSocket over WebRTC, with the audio as tracks that the server plays and hears itself."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.assistant.channels.web.calls.conftest import post

TALL = "How tall is the lighthouse at Marlow Point?"


async def test_a_typed_question_is_answered_aloud_on_the_track(served, call):
    async with call(served) as caller:
        caller.ask(TALL)
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["transcript"]
        stopped = await caller.until("output_audio_buffer.stopped")
        assert stopped["response_id"] == response["id"]
    kinds = caller.kinds()
    assert kinds.index("response.created") < kinds.index("output_audio_buffer.started")
    assert "response.output_audio.delta" not in kinds
    assert "error" not in kinds
    assert caller.loud_s() > 1


async def test_a_spoken_question_is_heard_on_the_track_and_answered(served, call, recording):
    async with call(served) as caller:
        caller.send("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
        await caller.until("session.updated")
        caller.microphone.say(recording(0).pcm)
        transcript = await caller.until("conversation.item.input_audio_transcription.completed")
        assert "lighthouse" in transcript["transcript"]
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["transcript"]
        await caller.until("output_audio_buffer.stopped")
    assert "input_audio_buffer.speech_started" in caller.kinds()
    assert caller.loud_s() > 1


async def test_who_speaks_interrupts_and_what_was_played_is_kept(served, call, recording):
    async with call(served) as caller:
        caller.ask(TALL)
        started = await caller.until("output_audio_buffer.started")
        caller.microphone.say(recording(5, before_ms=0).pcm)
        cleared = await caller.until("output_audio_buffer.cleared")
        assert cleared["response_id"] == started["response_id"]
        truncated = await caller.until("conversation.item.truncated")
        caller.send("conversation.item.retrieve", item_id=truncated["item_id"])
        kept = (await caller.until("conversation.item.retrieved"))["item"]
        done = [e["response"] for e in caller.events if e["type"] == "response.done"]
        said = next(e["transcript"] for e in caller.events if e["type"] == "response.output_audio_transcript.done")
        assert said.startswith(kept["content"][0]["transcript"])
        assert kept["content"][0]["transcript"] != said
        assert kept["status"] == "incomplete"
        assert done[0]["id"] == started["response_id"]
        answer = (await caller.until("response.done"))["response"]
        while answer["id"] == started["response_id"]:
            answer = (await caller.until("response.done"))["response"]
        assert "1893" in answer["output"][0]["content"][0]["transcript"]
