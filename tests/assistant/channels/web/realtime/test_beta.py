"""What clients of the beta API send is named as such, or taken where it means the same."""

from __future__ import annotations

import pytest

from tests.assistant.channels.web.realtime.conftest import asked, write


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modalities", ["text"]),
        ("voice", "alloy"),
        ("input_audio_format", "g711_ulaw"),
        ("output_audio_format", "pcm16"),
        ("turn_detection", None),
        ("input_audio_transcription", {"model": "whisper-1"}),
        ("input_audio_noise_reduction", None),
        ("max_response_output_tokens", "inf"),
    ],
)
def test_a_field_of_the_beta_api_is_an_error_that_names_its_successor(line, field, value):
    before = line.protocol.session
    [event] = line.feed("session.update", event_id="mine", session={"instructions": "Be brief.", field: value})
    error = event["error"]
    assert (error["code"], error["param"], error["event_id"]) == ("unknown_parameter", f"session.{field}", "mine")
    assert "beta" in error["message"]
    assert "use 'session." in error["message"]
    assert line.protocol.session is before


@pytest.mark.parametrize(
    ("field", "value", "successor"),
    [
        ("modalities", ["text"], "output_modalities"),
        ("voice", "alloy", "audio.output.voice"),
        ("output_audio_format", "pcm16", "audio.output.format"),
        ("max_response_output_tokens", 100, "max_output_tokens"),
    ],
)
def test_a_response_in_the_shape_of_the_beta_is_an_error_and_no_response_is_begun(line, field, value, successor):
    write(line, "When was the mill built?")
    before = len(line.actions)
    [event] = line.feed("response.create", event_id="mine", response={"instructions": "Be brief.", field: value})
    error = event["error"]
    assert (error["code"], error["param"], error["event_id"]) == ("unknown_parameter", f"response.{field}", "mine")
    assert f"beta API, which is not spoken here; use 'response.{successor}'" in error["message"]
    assert line.actions[before:] == []
    assert asked(line) == "When was the mill built?", "what was asked can be answered still"


def test_what_means_the_same_in_the_beta_is_taken(line):
    parts = [{"type": "text", "text": "When was the mill built?"}]
    line.feed("conversation.item.create", item={"type": "message", "role": "user", "content": parts})
    assert line.feed("response.create", response={"temperature": 0.8}) == []
    assert line.actions[-1].question == "When was the mill built?"


def test_an_event_of_the_beta_names_what_is_sent_in_its_place(line):
    [event] = line.feed("transcription_session.update", event_id="mine", session={})
    assert event["error"]["event_id"] == "mine"
    assert "beta API" in event["error"]["message"]
    assert "session.update" in event["error"]["message"]
