"""Audio in both directions: formats, recordings in items, and calls whose audio the server plays."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from assistant.channels.web.realtime import actions
from assistant.channels.web.realtime.line import Played
from assistant.dialogue.events import (
    Committed,
    Heard,
)
from assistant.turn.events import Transcript
from tests.assistant.channels.web.realtime.conftest import Line, names


def test_audio_arrives_at_24_khz_complete_and_its_length_is_counted(line):
    line.type_question("When?")
    events = line.answer(ms=500)
    audio = b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")
    assert len(audio) / 48 == pytest.approx(500, abs=1)
    usage = events[-1]["response"]["usage"]
    assert usage["output_token_details"] == {"text_tokens": 2, "audio_tokens": 10}
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_token_details"]["cached_tokens_details"]["audio_tokens"] == 0


def test_pcm_may_have_16_khz_and_no_third_rate(line):
    def choose(rate: object) -> list[dict]:
        wanted = {"format": {"type": "audio/pcm", "rate": rate}}
        return line.feed("session.update", session={"audio": {"input": wanted, "output": wanted}})

    shown = choose(16_000)[0]["session"]["audio"]
    assert shown["input"]["format"] == shown["output"]["format"] == {"type": "audio/pcm", "rate": 16_000}
    line.feed("input_audio_buffer.append", audio=line.audio(500, 16_000))
    assert len(line.actions[-1].pcm) == 8_000
    line.feed("response.create")
    deltas = [event for event in line.answer(ms=500) if event["type"] == "response.output_audio.delta"]
    assert sum(len(base64.b64decode(event["delta"])) for event in deltas) == pytest.approx(16_000, abs=40)
    assert "24000 or 16000" in choose(22_050)[0]["error"]["message"]


def test_telephone_audio_goes_both_ways(line):
    line.feed(
        "session.update",
        session={"audio": {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": {"type": "audio/pcma"}}}},
    )
    line.feed("input_audio_buffer.append", audio=base64.b64encode(b"\xff" * 8000).decode())
    assert sum(len(a.pcm) for a in line.actions if isinstance(a, actions.Feed)) == pytest.approx(16_000, rel=0.03)
    events = line.answer(ms=500)
    audio = b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")
    assert len(audio) == pytest.approx(4000, abs=8)


def recording(seconds: float, **fields: object) -> dict[str, object]:
    audio = base64.b64encode(np.full(int(24_000 * seconds), 900, "<i2").tobytes()).decode()
    part = {"type": "input_audio", "audio": audio}
    return {"item": {"type": "message", "role": "user", "content": [part]} | fields}


def test_a_recording_in_an_item_is_a_turn_that_is_answered_when_that_is_asked_for(line):
    line.feed("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
    assert line.feed("conversation.item.create", **recording(1.0, id="mine")) == []
    brought = line.actions[-1]
    assert len(brought.pcm) == 16_000
    line.feed("response.create")
    assert (line.actions[-1].question, line.actions[-1].request.modality) == (None, "audio")
    added = line.on(Committed(1, 1000, brought))
    assert names(added) == ["conversation.item.added", "conversation.item.done"]
    assert added[0]["item"]["id"] == "mine"
    completed = line.on(Heard(1, Transcript("when was it built")))[-1]
    assert (completed["item_id"], completed["transcript"]) == ("mine", "when was it built")


@pytest.mark.parametrize(
    ("seconds", "fields", "code"),
    [
        (0.05, {}, "invalid_value"),
        (60.5, {}, "invalid_value"),
        (1.0, {"content": [{"type": "input_audio", "audio": "?!"}]}, "invalid_value"),
        (1.0, {"content": [{"type": "input_audio", "audio": ""}] * 2}, "invalid_value"),
        (1.0, {"role": "assistant"}, "invalid_value"),
        (1.0, {"id": "taken"}, "item_create_duplicate_item_id"),
    ],
)
def test_a_recording_that_cannot_be_heard_is_refused_and_nothing_waits_for_it(line, seconds, fields, code):
    said = {"type": "message", "role": "user", "id": "taken", "content": [{"type": "input_text", "text": "Why?"}]}
    line.feed("conversation.item.create", item=said)
    sent = line.feed("conversation.item.create", **recording(seconds, **fields))
    assert [event["error"]["code"] for event in sent] == [code]
    line.feed("response.create")
    assert line.actions[-1].question == "Why?"


def test_a_recording_that_the_recognizer_refuses_leaves_nothing_waiting(line):
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Why?"}]}
    line.feed("conversation.item.create", item=said)
    line.feed("conversation.item.create", **recording(1.0), event_id="r1")
    (refused,) = line.take(line.protocol.not_brought(line.actions[-1], "There is no recognizer."))
    assert (refused["error"]["event_id"], refused["error"]["message"]) == ("r1", "There is no recognizer.")
    line.feed("response.create")
    assert line.actions[-1].question == "Why?"


def test_a_voice_that_is_installed_and_a_speed_are_in_effect() -> None:
    line = Line(voices=("espeak", "anna"))
    [updated] = line.feed("session.update", session={"audio": {"output": {"voice": "anna", "speed": 1.5}}})
    assert updated["session"]["audio"]["output"] | {"format": None} == {"format": None, "voice": "anna", "speed": 1.5}
    assert (line.actions[-1].settings.voice, line.actions[-1].settings.speed) == ("anna", 1.5)
    [updated] = line.feed("session.update", session={"audio": {"output": {"voice": "alloy", "speed": 1}}})
    assert updated["session"]["audio"]["output"]["voice"] == "anna"  # a name of the API's changes nothing
    [updated] = line.feed("session.update", session={"audio": {"output": {"voice": "espeak"}}})
    assert (line.actions[-1].settings.voice, line.actions[-1].settings.speed) == ("", 1.0)


@pytest.mark.parametrize("speed", [0.2, 4.5, "fast", True])
def test_a_speed_that_no_voice_has_is_refused(line, speed) -> None:
    [error] = line.feed("session.update", session={"audio": {"output": {"speed": speed}}})
    assert error["error"]["param"] == "session.audio.output.speed"


# Calls, whose audio the server plays


@pytest.fixture
def calling() -> Line:
    return Line(plays=True)


def test_in_a_call_audio_is_given_to_play_and_not_sent(calling):
    assert "response.output_audio.delta" not in names(calling.answer())
    played = [action for action in calling.actions if isinstance(action, actions.Play)]
    assert sum(len(each.pcm) for each in played) / 48 == pytest.approx(500, abs=2)
    assert calling.actions[-1] == actions.PlayedOut(1)
    assert calling.sent[-1]["response"]["usage"]["output_token_details"]["audio_tokens"] == 10


def test_in_a_call_the_format_of_a_session_changes_nothing_of_what_is_played(calling):
    calling.feed("session.update", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
    calling.answer()
    played = [action for action in calling.actions if isinstance(action, actions.Play)]
    assert sum(len(each.pcm) for each in played) / 48 == pytest.approx(500, abs=2)


def test_what_becomes_of_a_played_reply_is_told_by_its_response(calling):
    calling.answer()
    response = calling.sent[-1]["response"]["id"]
    for what in ("started", "stopped"):
        told = calling.take(calling.protocol.played(Played(what, 1)))
        assert [(event["type"], event["response_id"]) for event in told] == [(f"output_audio_buffer.{what}", response)]
    assert calling.protocol.played(Played("cleared", 1)) == [], "it is over"


def test_a_reply_that_is_cut_off_is_truncated_where_it_was(calling):
    calling.answer()
    calling.take(calling.protocol.played(Played("started", 1)))
    assert names(calling.take(calling.protocol.played(Played("cleared", 1, 240)))) == ["output_audio_buffer.cleared"]
    action = calling.actions[-1]
    assert (action.generation, action.heard_ms, action.wished) == (1, 240, False)
    truncated = calling.take(calling.protocol.truncated(action, "In"))[0]
    assert (truncated["type"], truncated["audio_end_ms"]) == ("conversation.item.truncated", 240)


def test_a_reply_whose_item_is_deleted_is_not_truncated(calling):
    calling.answer()
    item = calling.sent[-1]["response"]["output"][0]["id"]
    calling.take(calling.protocol.played(Played("started", 1)))
    calling.feed("conversation.item.delete", item_id=item)
    assert len(calling.protocol.played(Played("cleared", 1, 240))) == 1


def test_clearing_what_is_played_interrupts_it(calling):
    calling.answer()
    assert calling.feed("output_audio_buffer.clear") == []
    assert calling.actions[-1] == actions.Interrupt()
