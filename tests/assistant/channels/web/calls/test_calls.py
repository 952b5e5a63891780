"""Calls: the session of a WebSocket over WebRTC, with the audio as tracks that the server plays and hears itself."""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.request
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.channels.json import ApiError
from assistant.channels.web.calls import calls
from assistant.channels.web.realtime.opening import Caller as Opening
from assistant.config import Config
from tests.assistant.channels.web.calls.conftest import SDP, an_offer, form, post

TOKEN = "correct-horse"
TALL = "How tall is the lighthouse at Marlow Point?"


async def test_a_typed_question_is_answered_aloud_on_the_track(served, call):
    async with call(served) as caller:
        caller.send("session.update", session={"audio": {"output": {"speed": 2.0}}})
        caller.ask(TALL)
        response = (await caller.until("response.done"))["response"]
        assert "41 metres" in response["output"][0]["content"][0]["transcript"]
        stopped = await caller.until("output_audio_buffer.stopped")
        assert stopped["response_id"] == response["id"]
        await caller.hears(0.5)
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
        await caller.hears(0.5)
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
    """A server with a token and two calls at most."""
    env = {"REPARTEE_SERVE_TOKEN": TOKEN, "REPARTEE_SERVE_CALLS": "2"}
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
    key = key_for(guarded, {"instructions": "Bound.", "output_modalities": ["text"]})
    async with call(guarded, key=key, session={"type": "realtime", "instructions": "Brought."}) as caller:
        session = caller.events[0]["session"]
        assert (session["instructions"], session["output_modalities"]) == ("Brought.", ["text"])
        path = f"{guarded.url}{caller.location}/hangup"
        assert (await asyncio.to_thread(post, path, b"", "text/plain", TOKEN))[0] == 200
        await caller.closed()
        await gone(guarded)
        status, _, answer = await asyncio.to_thread(post, path, b"", "text/plain", TOKEN)
        assert (status, json.loads(answer)["error"]["code"]) == (404, "call_not_found")


async def test_more_calls_than_allowed_are_refused_until_one_ends(guarded, call):
    offer, url = await an_offer(), f"{guarded.url}/v1/realtime/calls"
    await gone(guarded)
    async with call(guarded, key=TOKEN) as first, call(guarded, key=TOKEN):
        status, _, answer = await asyncio.to_thread(post, url, offer.encode(), SDP, TOKEN)
        assert (status, json.loads(answer)["error"]["code"]) == (503, "calls_exhausted")
        await first.leave()
        async with asyncio.timeout(60):
            while (took := await asyncio.to_thread(post, url, offer.encode(), SDP, TOKEN))[0] != 201:
                await asyncio.sleep(0.05)
    await asyncio.to_thread(post, f"{guarded.url}{took[1]['location']}/hangup", b"", "text/plain", TOKEN)


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", SDP, 400, "invalid_offer"),
        (b"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", SDP, 400, "invalid_offer"),
        (b"\xff", SDP, 400, "invalid_offer"),
        (b"{}", "application/json", 415, "unsupported_content_type"),
        (form("", {})[0], form("", {})[1], 400, "missing_required_parameter"),
        (b"v=0\r\n" + b"a=x\r\n" * 20_000, SDP, 400, "invalid_offer"),
        (b"v=0\r\n" + b"a=x\r\n" * 200_000, SDP, 413, None),
    ],
)
def test_what_is_no_offer_is_refused_in_a_sentence(served, body, kind, status, code):
    got, _, answer = post(f"{served.url}/v1/realtime/calls", body, kind)
    error = json.loads(answer)["error"]
    assert (got, error["code"]) == (status, code)
    assert error["message"].endswith(".")


@pytest.mark.parametrize(
    "damage",
    [
        ("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz"),
        ("a=mid:", "a=dim:"),
        ("UDP/TLS/RTP/SAVPF", "X"),
        ("opus", "nope"),
        ("a=setup:", "a=setup:x"),
    ],
)
async def test_an_offer_that_cannot_be_answered_is_refused_or_hung_up_and_leaves_nothing(served, damage):
    offer = (await an_offer()).replace(*damage)
    status, _, answer = await asyncio.to_thread(post, f"{served.url}/v1/realtime/calls", offer.encode(), SDP)
    assert status in (201, 400), answer
    if status == 400:
        assert json.loads(answer)["error"]["code"] == "invalid_offer"


async def test_a_session_that_cannot_be_is_refused(served):
    body, kind = form(await an_offer(), {"output_modalities": ["smell"]})
    status, _, answer = await asyncio.to_thread(post, f"{served.url}/v1/realtime/calls", body, kind)
    assert (status, json.loads(answer)["error"]["param"]) == (400, "session.output_modalities")


async def gone(served) -> None:
    """Wait until the server holds no session any more."""
    async with asyncio.timeout(60):
        while json.loads(await asyncio.to_thread(get, f"{served.url}/health"))["sessions"]:
            await asyncio.sleep(0.05)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def test_where_the_library_is_missing_the_answer_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(calls.importlib.util, "find_spec", lambda name: None)
    service = SimpleNamespace(parts=SimpleNamespace(config=Config(home=tmp_path)))
    with pytest.raises(ApiError, match=r"repartee\[webrtc\]") as caught:
        asyncio.run(calls.Calls(service).take("v=0", Opening()))
    assert caught.value.status == 501


async def test_a_server_that_stops_ends_its_calls(guarded, call):
    """The last one here: the server is gone after it."""
    await gone(guarded)
    async with call(guarded, key=TOKEN) as caller:
        guarded.process.send_signal(signal.SIGTERM)
        await caller.closed()
    assert await asyncio.to_thread(guarded.process.wait, 60) == 0
    assert "did not stop" not in guarded.log.read_text()
