"""Whatever a client sends, the line holds, and no conversation grows without end."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.channels.web.realtime import actions, client_events
from assistant.channels.web.realtime.items import MAX_BYTES, MAX_ITEM_BYTES, MAX_ITEMS
from assistant.dialogue.events import (
    Cleared,
    Committed,
    Heard,
    HearingFailed,
    Partial,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
)
from assistant.turn.events import Transcript
from tests.assistant.channels.web.realtime.conftest import names


def test_a_flood_of_items_drops_the_oldest_and_says_so(line):
    content = [{"type": "input_text", "text": "x"}]
    item = {"type": "message", "role": "system", "content": content}
    deleted = sum(
        names(line.feed("conversation.item.create", item=item)).count("conversation.item.deleted")
        for _ in range(MAX_ITEMS + 40)
    )
    assert (len(line.protocol.items), deleted) == (MAX_ITEMS, 40)


@pytest.mark.parametrize("text", ["x" * 60_000, "\u00e9" * 15_000, "\U0001f600" * 15_000])
def test_a_conversation_is_bounded_in_bytes_and_the_oldest_leave(line, text):
    ids = []
    for number in range(200):
        content = [{"type": "input_text", "text": text}] * 5
        events = line.feed("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        ids += [event["item_id"] for event in events if event["type"] == "conversation.item.deleted"]
        assert sum(item.size for item in line.protocol.items) <= MAX_BYTES, number
    held = sum(len(part["text"].encode()) for item in line.protocol.items for part in item.content)
    assert MAX_BYTES * 0.4 < held <= MAX_BYTES
    assert len(ids) == len(set(ids)) == 200 - len(line.protocol.items)


def test_an_item_at_the_root_of_a_full_conversation_stays_and_the_next_oldest_leaves(line):
    for _ in range(MAX_ITEMS):
        line.feed("conversation.item.create", item={"type": "message", "role": "user", "content": []})
    first = next(iter(line.protocol.items)).id
    item = {"id": "mine", "type": "message", "role": "user", "content": []}
    events = line.feed("conversation.item.create", item=item, previous_item_id="root")
    assert [event.get("item_id") for event in events][-1] == first
    assert "mine" in line.protocol.items


def test_an_item_that_is_too_large_is_refused_for_what_it_is(line):
    content = [{"type": "input_text", "text": "x" * 60_000}] * 64
    [refused] = line.feed("conversation.item.create", item={"type": "message", "role": "user", "content": content})
    assert refused["error"]["code"] == "string_above_max_length"
    assert f"at most {MAX_ITEM_BYTES // 1024}" in refused["error"]["message"]
    assert len(line.protocol.items) == 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=12,
)


FIELDS = (
    "session audio item previous_item_id item_id audio_end_ms content_index response response_id event_id type input "
    "format turn_detection role content text transcript metadata conversation output_modalities id tools threshold"
).split()


keyed = st.recursive(
    json_values | st.sampled_from(["audio/pcm", "message", "user", "input_text", "server_vad", "a", "root", "AAAA"]),
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)


client_messages = st.builds(
    lambda name, fields: fields | {"type": name},
    st.sampled_from(list(client_events.CLIENT_EVENTS)),
    st.dictionaries(st.sampled_from(FIELDS), keyed, max_size=6),
)


conversation_events = st.sampled_from(
    [
        SpeechStarted(1, 0),
        SpeechStopped(1, 10),
        Committed(1, 10),
        Cleared(),
        Partial(1, "a b", "b"),
        Heard(1, Transcript("a \ud800")),
        HearingFailed(2, "No."),
        ReplyStarted(1, 1),
        ReplyText(1, "a"),
        ReplyText(9, "a"),
        ReplyDone(1, None, "cancelled", "client_cancelled"),
        ReplyDone(1, None, "failed", error="It broke."),
    ]
)


@settings(max_examples=150)
@given(st.lists(client_messages | keyed | conversation_events, max_size=25))
def test_no_input_crashes_the_protocol(new_line, messages):
    line = new_line()
    for message in messages:
        if type(message).__module__ == "assistant.dialogue.events":
            outputs = line.protocol.on(message)
        else:
            outputs = line.protocol.feed(message)
        for output in outputs:
            if isinstance(output, actions.Send):
                json.dumps(output.event.to_json()).encode()
            elif isinstance(output, actions.Respond):
                line.on(ReplyStarted(8, None, output.request), ReplyDone(8, None, "failed", error="No."))
