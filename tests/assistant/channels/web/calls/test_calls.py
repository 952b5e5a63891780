"""Calls: the session of a WebSocket over WebRTC, with the audio as tracks that the server plays and hears itself."""

from __future__ import annotations

TALL = "How tall is the lighthouse at Marlow Point?"


async def test_a_typed_question_is_answered_aloud_on_the_track(served, call):
    async with call(served) as caller:
        caller.ask(TALL)
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["transcript"]
        stopped = await caller.until("output_audio_buffer.stopped")
        assert stopped["response_id"] == response["id"]
        await caller.hears(1.0)
    kinds = caller.kinds()
    assert kinds.index("response.created") < kinds.index("output_audio_buffer.started")
    assert "response.output_audio.delta" not in kinds
    assert "error" not in kinds


async def test_a_spoken_question_is_heard_on_the_track_and_answered(served, call, recording):
    async with call(served) as caller:
        caller.send("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
        await caller.until("session.updated")
        caller.microphone.say(recording(0).pcm)
        transcript = await caller.until("conversation.item.input_audio_transcription.completed")
        assert "lighthouse" in transcript["transcript"]
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["transcript"]
        await caller.hears(1.0)
    assert "input_audio_buffer.speech_started" in caller.kinds()


async def test_who_speaks_interrupts_and_what_was_played_is_kept(served, call, recording):
    async with call(served) as caller:
        # Slowly, so that a busy machine, too, hears the person before the reply is over.
        caller.send("session.update", session={"audio": {"output": {"speed": 0.25}}})
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


# Who may call, and with what


@pytest.fixture(scope="module")
def guarded(serve, samples_home):
    """A server with a token, two calls at most, and little patience with silence."""
    env = {"REPARTEE_SERVE_TOKEN": TOKEN, "REPARTEE_SERVE_CALLS": "2", "REPARTEE_SERVE_CALL_IDLE_S": "2"}
    with serve(samples_home, env=env) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


def key_for(served, session: dict[str, Any]) -> str:
    body = json.dumps({"session": session}).encode()
    status, _, answer = post(f"{served.url}/v1/realtime/client_secrets", body, "application/json", TOKEN)
    assert status == 200, answer
    return str(json.loads(answer)["value"])


async def test_a_key_opens_a_call_with_the_settings_it_is_bound_to(guarded, call):
    key = key_for(guarded, {"instructions": "Bound.", "output_modalities": ["text"]})
    async with call(guarded, key=key) as caller:
        session = caller.events[0]["session"]
        assert (session["instructions"], session["output_modalities"]) == ("Bound.", ["text"])
        caller.ask(TALL)
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["text"]
        assert not [kind for kind in caller.kinds() if kind.startswith("output_audio_buffer")]
        path = f"{guarded.url}{caller.location}/hangup"
        assert (await asyncio.to_thread(post, path, b"", "text/plain", key))[0] == 401, "a key only opens"
    assert (await asyncio.to_thread(post, f"{guarded.url}/v1/realtime/calls", b"", "application/sdp"))[0] == 401


async def test_a_form_brings_the_session_with_the_offer_and_a_call_is_hung_up_on_request(guarded, call):
    caller = call.__wrapped__() if hasattr(call, "__wrapped__") else None
    assert caller is None
