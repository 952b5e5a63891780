from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.channels.web.realtime import actions
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
from assistant.turn.events import Transcript
from tests.assistant.channels.web.realtime.conftest import Line, names

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


def test_a_transcription_session_never_replies(new_line):
    line = new_line(transcribes_only=True)
    assert line.sent[0]["session"]["type"] == "transcription"
    assert line.actions[0].settings.turn_detection.create_response is False
    assert line.feed("response.create")[0]["error"]["code"] == "invalid_event"


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


def test_settings_follow_each_other(line):
    both = Line(wanted=[{"instructions": "one", "output_modalities": ["text"]}, {"instructions": "two"}])
    session = both.sent[0]["session"]
    assert (session["instructions"], session["output_modalities"]) == ("two", ["text"])
