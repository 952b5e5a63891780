from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.channels.web.realtime import actions, client_events
from assistant.channels.web.realtime.items import MAX_BYTES, MAX_ITEM_BYTES, MAX_ITEMS
from assistant.channels.web.realtime.line import Played
from assistant.dialogue.conversation import GREETING
from assistant.dialogue.events import (
    Cleared,
    Committed,
    Heard,
    HearingFailed,
    Overheard,
    Partial,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
    Woken,
)
from assistant.dialogue.settings import ConversationSettings, TurnDetection
from assistant.ear.endpointer import Waits
from assistant.languages.en.completeness import Look
from assistant.turn.events import ToolCall, Transcript
from tests.assistant.channels.web.realtime.conftest import Line


def names(events: list[dict]) -> list[str]:
    return [event["type"] for event in events]


A_SPOKEN_REPLY = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]


def test_a_connection_is_greeted_with_its_session(line):
    assert names(line.sent) == ["session.created", "conversation.created"]
    session = line.sent[0]["session"]
    assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert session["audio"]["output"] == {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "espeak", "speed": 1}
    assert isinstance(line.actions[0], actions.Update)


def test_every_event_has_an_id_of_its_own(line):
    line.type_question("When was the mill built?")
    line.answer()
    assert len({event["event_id"] for event in line.sent}) == len(line.sent) > 15
    assert all(event["event_id"] for event in line.sent)


def test_a_typed_question_is_answered_in_the_order_that_clients_rely_on(line):
    action = line.type_question("When was the mill built?", metadata={"client_event_id": "c1"})
    assert action.question == "When was the mill built?"
    events = line.answer()
    assert names(events) == A_SPOKEN_REPLY
    created, done = events[0]["response"], events[-1]["response"]
    assert created["metadata"] == {"client_event_id": "c1"}
    assert created["status"] == "in_progress"
    assert (created["status_details"], created["output"], created["usage"]) == (None, [], None)
    assert done["status"] == "completed"
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "In 1782."}]
    user, assistant = line.sent[2]["item"]["id"], events[2]["item"]["id"]
    assert events[2]["previous_item_id"] == events[-2]["previous_item_id"] == user
    assert {event.get("item_id", assistant) for event in events} == {assistant}


def test_audio_arrives_at_24_khz_complete_and_its_length_is_counted(line):
    line.type_question("When?")
    events = line.answer(ms=500)
    audio = b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")
    assert len(audio) / 48 == pytest.approx(500, abs=1)
    usage = events[-1]["response"]["usage"]
    assert usage["output_token_details"] == {"text_tokens": 2, "audio_tokens": 10}
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_token_details"]["cached_tokens_details"]["audio_tokens"] == 0


def test_a_picture_before_a_spoken_question_is_noted_with_its_answer_and_only_there(line):
    picture = {"type": "input_image", "image_url": "data:image/png;base64,"}
    line.feed("conversation.item.create", item={"type": "message", "role": "user", "content": [picture]})
    line.on(Committed(0, 1500))
    noted = line.answer(1, turn=0)[-1]["response"]["metadata"]
    assert noted["repartee_note"] == "1 image was passed over: only text and speech are taken."
    line.on(Committed(1, 1500))
    assert "repartee_note" not in line.answer(2, turn=1)[-1]["response"]["metadata"]


def test_citations_and_ledger_travel_in_the_metadata_beside_the_clients(line):
    line.type_question("When?", metadata={"mine": "kept"})
    metadata = line.answer()[-1]["response"]["metadata"]
    assert metadata["mine"] == "kept"
    assert metadata["repartee_answer"] == "1782"
    assert json.loads(metadata["repartee_citations"]) == [
        {"document": "docs/mill.md", "passage_id": 4, "start": 22, "end": 26, "text": "1782", "page": None}
    ]
    passage = json.loads(metadata["repartee_passage"])
    assert passage["text"][passage["start"] : passage["end"]] == "1782"
    assert json.loads(metadata["repartee_stages"]) == [["read", 10.0, 8.25, False, "read 12 of 20 passages"]]


def test_a_text_response_has_text_and_no_audio(line):
    request = line.type_question("When?", output_modalities=["text"]).request
    assert request.modality == "text"
    events = line.on(ReplyStarted(1, None, request), ReplyText(1, "In 1782."), ReplyDone(1, line.reply(), "completed"))
    assert names(events) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert events[-1]["response"]["output"][0]["content"] == [{"type": "output_text", "text": "In 1782."}]


def test_a_spoken_turn_becomes_an_item_whose_deltas_are_its_transcript(line):
    line.feed("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
    events = line.on(
        SpeechStarted(1, 320),
        Partial(1, "when was", "when was"),
        Partial(1, "when was the hill", "the hill"),
        SpeechStopped(1, 1900),
        Committed(1, 1580),
        Heard(1, Transcript("when was the mill built")),
    )
    assert names(events) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
    ]
    item_id = events[0]["item_id"]
    assert {event.get("item_id") or event["item"]["id"] for event in events} == {item_id}
    assert events[5]["delta"] == events[6]["transcript"] == "when was the mill built"
    assert (events[0]["audio_start_ms"], events[1]["audio_end_ms"]) == (320, 1900)
    assert events[3]["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert events[-1]["usage"] == {"type": "duration", "seconds": 1.58}
    retrieved = line.feed("conversation.item.retrieve", item_id=item_id)[0]
    assert retrieved["item"]["content"][0]["transcript"] == "when was the mill built"
    assert line.answer(1, turn=1)[-1]["response"]["usage"]["input_token_details"]["audio_tokens"] == 15


def test_a_model_that_counts_tokens_has_a_transcripts_usage_in_tokens(line):
    model = {"model": "gpt-4o-mini-transcribe"}
    line.feed("session.update", session={"audio": {"input": {"transcription": model}}})
    usage = line.on(Committed(1, 1580), Heard(1, Transcript("when was the mill built")))[-1]["usage"]
    assert (usage["type"], usage["input_tokens"], usage["output_tokens"]) == ("tokens", 15, 5)
    assert usage["total_tokens"] == 20


def test_words_that_come_late_are_those_of_their_own_item_however_many_came_between(line):
    line.feed("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
    items = [line.on(Committed(turn, 900))[0]["item_id"] for turn in range(1, 41)]
    late = [line.on(Heard(turn, Transcript("words")))[0]["item_id"] for turn in range(1, 41)]
    assert late == items


def test_without_transcription_asked_for_no_transcript_is_sent(line):
    assert line.on(Partial(1, "when", "when"), Heard(1, Transcript("when")), HearingFailed(1, "No.")) == []


def test_push_to_talk_hears_commits_and_answers(line):
    line.feed("session.update", session={"audio": {"input": {"turn_detection": None}}})
    assert line.actions[-1].settings.turn_detection is None
    for _ in range(5):
        line.feed("input_audio_buffer.append", audio=line.audio(100))
    line.feed("input_audio_buffer.commit", event_id="c")
    heard = [action.pcm for action in line.actions if isinstance(action, actions.Feed)]
    assert len(np.concatenate(heard)) == 8000
    assert line.actions[-1] == actions.Commit("c")
    line.feed("response.create")
    assert line.actions[-1].question is None


def test_clear_throws_away_and_is_acknowledged(line):
    line.feed("input_audio_buffer.append", audio=line.audio(100))
    line.feed("input_audio_buffer.clear")
    assert line.actions[-1] == actions.Clear()
    assert names(line.on(Cleared())) == ["input_audio_buffer.cleared"]


def test_a_second_response_while_one_is_made_is_refused(line):
    request = line.type_question("When?").request
    error = line.feed("response.create", event_id="again")[0]["error"]
    assert (error["code"], error["event_id"]) == ("conversation_already_has_active_response", "again")
    line.on(ReplyStarted(1, None, request))
    assert line.feed("response.create")[0]["error"]["code"] == "conversation_already_has_active_response"
    line.on(ReplyDone(1, line.reply(), "completed"))
    assert line.feed("response.create") == []


def test_what_is_announced_makes_way_for_the_response_that_a_client_asks_for(line):
    line.on(ReplyStarted(1, None), ReplyText(1, "Your pasta timer is done."))
    request = line.type_question("When?").request
    assert line.sent[-1]["type"] != "error"
    announced = line.on(ReplyDone(1, None, "cancelled", "superseded"))
    assert announced[-1]["response"]["status"] == "cancelled"
    assert line.feed("response.create")[0]["error"]["code"] == "conversation_already_has_active_response"
    events = line.on(ReplyStarted(2, None, request), ReplyText(2, "In 1782."), ReplyDone(2, line.reply(), "completed"))
    assert events[-1]["response"]["status"] == "completed"


def test_a_reply_to_what_was_spoken_does_not_make_way(line):
    line.on(Committed(1, 900), ReplyStarted(1, 1))
    assert line.feed("response.create")[0]["error"]["code"] == "conversation_already_has_active_response"


def test_nothing_to_answer_is_a_failed_response_and_not_a_broken_line(line):
    line.feed("response.create", response={"metadata": {"client_event_id": "x"}, "instructions": "Greet the user."})
    tag = line.actions[-1].request
    failed = ReplyDone(1, None, "failed", "nothing_to_answer", error="Nobody asked anything.", tag=tag)
    events = line.on(ReplyStarted(1, None, tag), failed)
    assert names(events) == ["response.created", "response.done"]
    assert events[0]["response"]["metadata"] == {"client_event_id": "x"}
    details = events[1]["response"]["status_details"]
    assert (details["error"]["code"], details["error"]["message"]) == ("nothing_to_answer", "Nobody asked anything.")
    assert line.feed("response.create") == []


def test_barge_in_ends_the_response_and_truncation_cuts_the_item(line):
    events = line.on(ReplyStarted(3, 2), ReplyText(3, "In 1782, by Anna Weir."))
    item_id = events[1]["item"]["id"]
    line.on(ReplyAudio(3, bytes(22_050 * 2), 22_050), SpeechStarted(3, 5000))
    done = line.on(ReplyDone(3, line.reply(), "cancelled", "turn_detected", said="In 1782, by", heard="In 1782"))
    assert names(done)[-1] == "response.done"
    assert done[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert done[-1]["response"]["output"][0]["status"] == "incomplete"
    assert line.feed("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=420) == []
    action = line.actions[-1]
    assert (action.generation, action.heard_ms) == (3, 420)
    truncated = line.take(line.protocol.truncated(action, "In"))[0]
    assert (truncated["type"], truncated["audio_end_ms"]) == ("conversation.item.truncated", 420)
    kept = line.feed("conversation.item.retrieve", item_id=item_id)[0]["item"]
    assert kept["content"] == [{"type": "output_audio", "transcript": "In"}]


def test_a_player_that_counts_past_the_end_truncates_at_the_end(line):
    item_id = line.answer(1, ms=500)[1]["item"]["id"]
    line.feed("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=99_999)
    assert line.actions[-1].heard_ms == pytest.approx(500, abs=1)


def test_deleting_a_reply_takes_it_out_of_the_history(line):
    item_id = line.answer(7)[1]["item"]["id"]
    assert names(line.feed("conversation.item.delete", item_id=item_id)) == ["conversation.item.deleted"]
    assert line.actions[-1] == actions.Forget(7)
    assert line.feed("conversation.item.delete", item_id=item_id)[0]["error"]["code"] == "item_delete_invalid_item_id"


@pytest.mark.parametrize(("last", "asked"), [([{"role": "user", "content": "And the tower?"}], "And the tower?"),
                                             ([], GREETING)])  # fmt: skip
def test_a_conversation_that_is_packed_into_one_message_goes_on(line, last, asked):
    """As Pipecat does with whatever its context holds when it begins."""
    parts = [{"type": "text", "text": "When was the mill built?"}]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": "In 1782."}, *last]
    text = f"This is a saved conversation [1].\n\n{json.dumps(messages, indent=2)}\n\nPlease go on [from here]."
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    line.feed("conversation.item.create", item=item)
    assert line.actions[-1] == actions.Remember("When was the mill built?", "In 1782.", -1)
    line.feed("response.create")
    assert line.actions[-1].question == asked


@pytest.mark.parametrize(
    "text", ["[1] and [2]", '[{"role": "user"', '[{"a": 1}]', "[{", '[{"role": "judge"}] [{"role": 1}]']
)
def test_what_is_no_conversation_in_a_message_is_asked_as_it_is(line, text):
    line.type_question(text)
    line.feed("response.create")
    assert line.actions[-1].question == text


def test_a_response_outside_the_conversation_is_no_item_of_it(line):
    line.type_question("When was the mill built?")
    before = line.answer(3)[1]["item"]["id"]
    asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And the tower?"}]}
    wanted = {"conversation": "none", "input": [asked], "metadata": {"topic": "check"}}
    line.feed("response.create", response=wanted)
    action = line.actions[-1]
    assert (action.question, action.alone, action.request.aside) == ("And the tower?", True, True)
    refused = line.feed("response.create")
    assert refused[0]["error"]["code"] == "conversation_already_has_active_response"
    sent = line.on(
        ReplyStarted(4, None, action.request),
        ReplyText(4, "In 1782."),
        ReplyDone(4, reply=line.reply(), status="completed", said="In 1782.", heard="In 1782."),
    )
    told = names(sent)
    assert "conversation.item.added" not in told
    assert "conversation.item.done" not in told
    assert told[:2] == ["response.created", "response.output_item.added"]
    done = sent[-1]["response"]
    assert (done["conversation_id"], done["status"], done["metadata"]["topic"]) == (None, "completed", "check")
    item = done["output"][0]["id"]
    missing = line.feed("conversation.item.retrieve", item_id=item)[0]["error"]["code"]
    assert missing == "item_retrieve_invalid_item_id"
    assert line.protocol.items.last_id == before
    assert isinstance(line.type_question("How tall is it?"), actions.Respond), "it goes on as if there had been none"


def test_a_response_outside_the_conversation_may_be_about_what_was_asked_in_it(line):
    line.type_question("When was the mill built?")
    asked = line.protocol.items.last_asked.id
    line.answer(3)
    for about, alone in (({}, False), ({"input": [{"type": "item_reference", "id": asked}]}, True)):
        line.feed("response.create", response=about | {"conversation": "none"})
        action = line.actions[-1]
        assert (action.question, action.alone) == ("When was the mill built?", alone)
        line.on(ReplyStarted(4, None, action.request), ReplyDone(4, reply=None, status="failed"))


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "conversation.item.retrieve", "item_id": "nope"}, "item_retrieve_invalid_item_id"),
        ({"type": "conversation.item.truncate", "item_id": "n", "audio_end_ms": 1}, "item_truncate_invalid_item_id"),
        ({"type": "response.cancel"}, "response_cancel_not_active"),
        ({"type": "response.create", "response": {"conversation": "other"}}, "invalid_value"),
        ({"type": "response.create", "response": {"conversation": "none"}}, "invalid_value"),  # there is no question
        ({"type": "response.create", "response": {"conversation": "none", "input": []}}, "invalid_value"),
        (
            {
                "type": "response.create",
                "response": {"conversation": "none", "input": [{"type": "item_reference", "id": "nope"}]},
            },
            "invalid_value",
        ),
        ({"type": "response.create", "response": {"metadata": {"k": "v" * 513}}}, "invalid_value"),
        ({"type": "response.create", "response": {"metadata": {"k": 1}}}, "invalid_type"),
        ({"type": "input_audio_buffer.append", "audio": "not base64!"}, "invalid_value"),
        (
            {"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/opus"}}}}},
            "invalid_value",
        ),
        ({"type": "output_audio_buffer.clear"}, "invalid_event"),
    ],
)
def test_errors_have_a_code_a_sentence_and_the_offending_event(line, event, code):
    sent = line.feed(**event, event_id="mine")
    assert names(sent) == ["error"]
    error = sent[0]["error"]
    assert (error["code"], error["event_id"], error["type"]) == (code, "mine", "invalid_request_error")
    assert error["message"].endswith(".")


def test_a_cancel_that_came_too_late_says_so_as_clients_expect(line):
    assert line.feed("response.cancel")[0]["error"]["message"].startswith("Cancellation failed")
    line.on(ReplyStarted(1, 1))
    assert line.feed("response.cancel", response_id="resp_other")[0]["error"]["code"] == "response_cancel_not_active"
    assert line.feed("response.cancel") == []
    assert line.actions[-1] == actions.Interrupt()


def cancelled(generation: int, tag: object) -> list:
    return [ReplyStarted(generation, None, tag), ReplyDone(generation, None, "cancelled", "client_cancelled", tag=tag)]


def test_a_question_right_after_a_cancel_is_taken_though_the_end_of_the_first_is_not_there_yet(line):
    first = line.type_question("Who?").request
    line.on(ReplyStarted(1, None, first))
    assert line.feed("response.cancel") == []
    second = line.type_question("When was the mill built?").request
    assert first is not second
    assert names(line.feed("response.create")) == ["error"]  # the second is active
    assert names(line.on(ReplyDone(1, None, "cancelled", "client_cancelled", tag=first))) == ["response.done"]
    assert line.answer(2)[-1]["response"]["status"] == "completed"


def test_commands_sent_without_waiting_are_each_carried_out(line):
    requests = []
    for _ in range(3):
        requests.append(line.type_question("Who?").request)
        assert line.feed("response.cancel") == []
    requests.append(line.type_question("When?").request)
    done = [line.on(*cancelled(n + 1, request))[-1] for n, request in enumerate(requests[:3])]
    assert [event["response"]["status"] for event in done] == ["cancelled"] * 3
    assert line.answer(4)[-1]["response"]["status"] == "completed"
    assert line.feed("response.cancel")[0]["error"]["code"] == "response_cancel_not_active"


def test_a_cancel_that_names_the_cancelled_response_leaves_the_new_one_alone(line):
    line.type_question("Who?")
    response = line.on(ReplyStarted(1, None, line.actions[-1].request))[0]["response"]
    line.feed("response.cancel", response_id=response["id"])
    line.type_question("When?")
    again = line.feed("response.cancel", response_id=response["id"])
    assert again[0]["error"]["code"] == "response_cancel_not_active"


def test_a_reply_that_began_by_itself_gives_way_to_the_one_asked_for(line):
    asked = line.type_question("When?").request
    line.on(ReplyStarted(1, 1))
    assert names(line.feed("response.create")) == ["error"]
    line.on(ReplyDone(1, None, "cancelled", "superseded"), ReplyStarted(2, None, asked))
    assert line.feed("response.cancel") == []


@pytest.mark.parametrize("heard", ["In", "In 1782, by Anna Weir."])  # cut before all was made, and after
def test_a_truncated_reply_stays_truncated_when_it_is_done(line, heard):
    events = line.on(ReplyStarted(1, 1), ReplyText(1, "In 1782, by Anna Weir."), ReplyAudio(1, bytes(44_100), 22_050))
    item_id = events[1]["item"]["id"]
    line.feed("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=420)
    line.take(line.protocol.truncated(line.actions[-1], "In"))
    said = "In 1782, by Anna Weir."
    done = line.on(ReplyDone(1, line.reply(), "completed", said=said, heard=heard))[-1]["response"]
    assert done["status"] == "completed"
    assert done["output"][0]["content"][0]["transcript"] == "In"
    assert done["output"][0]["status"] == "incomplete"
    kept = line.feed("conversation.item.retrieve", item_id=item_id)[0]["item"]
    assert (kept["status"], kept["content"][0]["transcript"]) == ("incomplete", "In")


def test_items_are_placed_where_the_client_wants_them(line):
    def create(item_id: str, **fields):
        item = {"id": item_id, "type": "message", "role": "user", "content": [{"type": "input_text", "text": item_id}]}
        return line.feed("conversation.item.create", item=item, **fields)[0]

    assert create("a")["previous_item_id"] is None
    assert create("b")["previous_item_id"] == "a"
    assert create("first", previous_item_id="root")["previous_item_id"] is None
    assert create("middle", previous_item_id="a")["previous_item_id"] == "a"
    assert [item.id for item in line.protocol.items] == ["first", "a", "middle", "b"]
    assert create("b")["error"]["code"] == "item_create_duplicate_item_id"
    assert create("z", previous_item_id="gone")["error"]["code"] == "item_create_invalid_previous_item_id"


def write(line, text: str, **where) -> str:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return line.feed("conversation.item.create", item=item, **where)[0]["item"]["id"]


def asked(line) -> str | None:
    before = len(line.actions)
    line.feed("response.create")
    return line.actions[-1].question if len(line.actions) > before else "nothing"


def test_what_is_answered_is_what_was_asked_last_in_the_order_of_the_items(line):
    write(line, "When was the mill built?")
    write(line, "We talked before.", previous_item_id="root")
    assert asked(line) == "When was the mill built?"


def test_a_question_that_was_deleted_is_not_answered_but_the_one_before_it(line):
    write(line, "When was the mill built?")
    second = write(line, "Who built it?")
    line.feed("conversation.item.delete", item_id=second)
    assert asked(line) == "When was the mill built?"


def test_a_spoken_question_that_was_deleted_is_not_answered(line):
    line.on(SpeechStarted(1, 0), SpeechStopped(1, 900), Committed(1, 900))
    item_id = next(iter(line.protocol.items)).id
    line.feed("conversation.item.delete", item_id=item_id)
    assert asked(line) == "nothing"
    assert line.sent[-1]["response"]["status_details"]["error"]["code"] == "nothing_to_answer"
    line.on(Committed(2, 900))
    assert asked(line) is None  # the conversation's last turn


def test_a_question_written_while_another_is_answered_waits_for_its_own_answer(line):
    line.type_question("When was the mill built?")
    write(line, "Who built it?")
    line.answer()
    assert asked(line) == "Who built it?"


def test_a_commit_under_way_comes_before_what_was_written_earlier(line):
    write(line, "When was the mill built?")
    line.feed("input_audio_buffer.append", audio=line.audio(500))
    line.feed("input_audio_buffer.commit")
    assert asked(line) is None


def test_a_commit_that_was_refused_is_no_question(line):
    write(line, "When was the mill built?")
    line.feed("input_audio_buffer.commit", event_id="c")
    line.take(line.protocol.refused(line.actions[-1]))
    assert asked(line) == "When was the mill built?"


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


@pytest.mark.parametrize(("language", "taken"), [("en", True), ("en-US", True), ("de", False), ("zh-Hans", False)])
def test_a_language_that_is_not_heard_is_an_error(line, language, taken):
    session = {"audio": {"input": {"transcription": {"model": "any", "language": language}}}}
    [event] = line.feed("session.update", session=session)
    assert (event["type"] == "session.updated") is taken
    if not taken:
        assert event["error"]["param"] == "session.audio.input.transcription.language"


@pytest.mark.parametrize("how", ["address", "update"])
def test_a_transcription_session_transcribes_without_being_told_how(new_line, how):
    line = new_line(transcribes_only=how == "address")
    if how == "update":
        line.feed("session.update", session={"type": "transcription"})
    assert line.sent[0 if how == "address" else -1]["session"]["audio"]["input"]["transcription"]
    line.on(Committed(1, 900))
    kinds = [name.rpartition(".")[2] for name in names(line.on(Heard(1, Transcript("hello"))))]
    assert kinds == ["delta", "completed"]
    line.on(Committed(2, 900))
    assert names(line.on(Heard(2, Transcript("")))) == ["conversation.item.input_audio_transcription.completed"]


def test_a_wake_word_is_told_to_who_asks_for_it_and_whether_it_is_answered_here(line):
    assert line.on(Woken("alexa", 320)) == []
    line.feed("session.update", session={"include": ["repartee.wake_word"]})
    events = line.on(Woken("alexa", 320), Overheard("alexa"))
    assert [(event["type"], event["word"], event["answers"]) for event in events] == [
        ("repartee.wake_word", "alexa", True),
        ("repartee.wake_word", "alexa", False),
    ]


def called(line) -> dict:
    """Have the conversation reply with a call; return the item that the client gets."""
    line.type_question("Play some jazz.")
    reply = line.reply(
        question="Play some jazz.", spoken="", answer=None, call=ToolCall(name="play", arguments={"what": "jazz"})
    )
    tag = line.actions[-1].request
    events = line.on(ReplyStarted(1, None, tag), ReplyDone(1, reply, "completed", tag=tag))
    (item,) = events[-1]["response"]["output"]
    return item


def test_the_tools_of_a_session_are_those_functions_that_it_declares_and_does_not_forbid(line):
    tools = [{"type": "function", "name": "play"}, {"type": "mcp", "name": "other"}, {"type": "function"}, "nonsense"]
    line.feed("session.update", session={"tools": tools})
    assert line.actions[-1].settings.tools == ("play",)
    line.feed("session.update", session={"tool_choice": "none"})
    assert line.actions[-1].settings.tools == ()


def test_what_a_function_gives_back_is_said_once_and_what_nobody_called_is_not(line):
    item = called(line)
    assert (item["type"], item["name"], json.loads(item["arguments"])) == ("function_call", "play", {"what": "jazz"})
    output = {"type": "function_call_output", "output": "Jazz is on."}
    line.feed("conversation.item.create", item=output | {"call_id": "call_of_somebody_else"})
    line.feed("response.create")
    assert isinstance(line.actions[-1], actions.Respond)
    line.on(ReplyStarted(2, None, line.actions[-1].request), ReplyDone(2, None, "failed", "nothing_to_answer"))
    line.feed("conversation.item.create", item=output | {"call_id": item["call_id"]})
    line.feed("response.create")
    said = line.actions[-1]
    assert isinstance(said, actions.Say)
    assert (said.reply.question, said.reply.spoken) == ("Play some jazz.", "Jazz is on.")
    assert names(line.feed("response.create")) == ["error"]  # that one is under way
    line.on(ReplyStarted(3, None, said.request), ReplyDone(3, said.reply, "completed", tag=said.request))
    line.feed("response.create")
    assert isinstance(line.actions[-1], actions.Respond), "it was said already"


def test_live_words_are_told_to_who_asks_for_them_as_they_are_now(line):
    line.feed("session.update", session={"audio": {"input": {"transcription": {"model": "any"}}}})
    assert line.on(Partial(1, "when was", "when was")) == []
    line.feed("session.update", session={"include": ["repartee.partial_transcript"]})
    events = line.on(
        SpeechStarted(1, 320), Partial(1, "when was", "when was"), Partial(1, "when was the hill", "the hill")
    )
    assert names(events[1:]) == ["repartee.partial_transcript"] * 2
    assert [event["transcript"] for event in events[1:]] == ["when was", "when was the hill"]
    assert {event["item_id"] for event in events} == {events[0]["item_id"]}


@pytest.mark.parametrize(("given", "shown"), [(0, 100), (99, 100), (100, 100), (700, 700)])
def test_a_silence_too_short_for_a_pause_between_words_is_raised_and_shown(line, given, shown):
    detection = {"type": "server_vad", "silence_duration_ms": given}
    [event] = line.feed("session.update", session={"audio": {"input": {"turn_detection": detection}}})
    assert event["session"]["audio"]["input"]["turn_detection"]["silence_duration_ms"] == shown
    assert line.actions[-1].settings.turn_detection.silence_ms == shown


def test_low_eagerness_waits_longer_however_the_words_look(line):
    waits = {}
    for eagerness in ("high", "medium", "low"):
        detection = {"type": "semantic_vad", "eagerness": eagerness}
        line.feed("session.update", session={"audio": {"input": {"turn_detection": detection}}})
        chosen = line.actions[-1].settings.turn_detection
        waits[eagerness] = Waits.around(chosen.silence_ms, adaptive=chosen.adaptive)
    for look in Look:
        assert waits["high"].for_look(look) <= waits["medium"].for_look(look) < waits["low"].for_look(look)


def test_an_exchange_that_a_client_brings_along_is_remembered_and_not_answered_again(line):
    def create(role: str, text: str) -> str:
        item = {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}
        return line.feed("conversation.item.create", item=item)[0]["item"]["id"]

    create("user", "Where is the mill?")
    item_id = create("assistant", "By the river.")
    assert line.actions[-1] == actions.Remember("Where is the mill?", "By the river.", -1)
    line.feed("response.create")
    assert line.actions[-1].question == GREETING
    line.feed("conversation.item.delete", item_id=item_id)
    assert line.actions[-1] == actions.Forget(-1)


def test_a_question_that_was_answered_is_answered_again_when_that_is_asked_for(line):
    line.type_question("When was the mill built?")
    line.answer()
    assert asked(line) == "When was the mill built?"
    line.answer(2)
    line.on(SpeechStarted(1, 0), SpeechStopped(1, 900), Committed(1, 900))
    line.answer(3, turn=1)
    assert asked(line) is None  # the conversation's last turn, once more


@pytest.mark.parametrize("spoken", [False, True])
def test_what_is_to_be_said_besides_what_was_asked_is_a_greeting_once_all_is_answered(line, spoken):
    if spoken:
        line.on(SpeechStarted(1, 0), SpeechStopped(1, 900), Committed(1, 900))
        line.feed("response.create", response={"instructions": "Be brief."})
    else:
        line.type_question("When was the mill built?", instructions="Be brief.")
    assert line.actions[-1].question == (None if spoken else "When was the mill built?")
    line.answer(1, turn=1 if spoken else None)
    line.feed("response.create", response={"instructions": "Say that you are there."})
    assert line.actions[-1].question == GREETING


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


def test_a_transcription_session_never_replies(new_line):
    line = new_line(transcribes_only=True)
    assert line.sent[0]["session"]["type"] == "transcription"
    assert line.actions[0].settings.turn_detection.create_response is False
    assert line.feed("response.create")[0]["error"]["code"] == "invalid_event"


# Whatever a client sends, the line holds.

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


def detection(line, **turn_detection):
    line.feed("session.update", session={"audio": {"input": {"turn_detection": turn_detection}}})
    shown = line.sent[-1]["session"]["audio"]["input"]["turn_detection"]
    return line.actions[-1].settings.turn_detection, shown


def test_the_configured_silence_is_the_usual_one_of_every_session(new_line):
    settings = ConversationSettings(turn_detection=TurnDetection(silence_ms=480))
    line = new_line(settings=settings)
    assert line.actions[0].settings.turn_detection == settings.turn_detection
    assert line.sent[0]["session"]["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 480
    taken, _ = detection(line, type="semantic_vad", eagerness="low")
    assert (taken.silence_ms, taken.adaptive) == (1200, True)
    taken, shown = detection(line, type="server_vad", silence_duration_ms=300)
    assert (taken.silence_ms, taken.adaptive, shown["silence_duration_ms"]) == (300, False, 300)


def test_a_silence_that_is_in_every_word_is_not_taken_for_an_end(line):
    taken, shown = detection(line, type="server_vad", silence_duration_ms=0)
    assert taken.silence_ms == shown["silence_duration_ms"] == 100


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


def test_settings_follow_each_other(line):
    both = Line(wanted=[{"instructions": "one", "output_modalities": ["text"]}, {"instructions": "two"}])
    session = both.sent[0]["session"]
    assert (session["instructions"], session["output_modalities"]) == ("two", ["text"])
