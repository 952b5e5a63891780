"""Which question a response answers: the last that was asked, a brought conversation, tools, what stands outside."""

from __future__ import annotations

import json

import pytest

from assistant.channels.web.realtime import actions
from assistant.dialogue.conversation import GREETING
from assistant.dialogue.events import (
    Committed,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
)
from assistant.turn.events import ToolCall
from tests.assistant.channels.web.realtime.conftest import asked, names, write


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
