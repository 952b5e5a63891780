"""POST /v1/responses: what newer clients ask by default, over the same door as chat."""

import json
from typing import Any

import pytest

from assistant.channels.json import ApiError
from assistant.channels.web.http.responses import MOST_BYTES, MOST_KEPT, Responses
from assistant.channels.web.http.wishes import shape
from tests.assistant.channels.web.http.test_http import QUESTION, call

ONE_STRING = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def respond(served, given: Any, **options: Any) -> tuple[int, Any]:
    status, _, body = call(f"{served.url}/v1/responses", {"model": "repartee", "input": given} | options)
    return status, json.loads(body)


def said(response: dict[str, Any]) -> str:
    (message,) = response["output"]
    return message["content"][0]["text"]


def test_a_question_is_answered_with_its_citation(served):
    status, answer = respond(served, QUESTION)
    assert (status, answer["object"], answer["status"]) == (200, "response", "completed")
    assert "41 metres" in said(answer)
    assert answer["repartee"]["citations"][0]["document"].endswith("lighthouse.md")
    assert answer["usage"]["total_tokens"] > 0


def test_the_last_message_asks_and_calls_of_tools_ask_nothing(served):
    given = [
        {"role": "user", "content": "What is the lighthouse at Marlow Point?"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A tower."}]},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "nothing"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": "data:,"},
                {"type": "input_text", "text": "How tall is it?"},
            ],
        },
    ]
    answer = respond(served, given)[1]
    assert "41 metres" in said(answer)
    assert answer["repartee"]["note"] == "1 image was passed over: only text and speech are taken."
    alone = respond(served, [{"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}])[1]
    assert said(alone) == "I cannot look at pictures or files. Ask me in words."
    assert "note" not in respond(served, QUESTION, previous_response_id=alone["id"])[1]["repartee"]


def test_a_declared_function_is_called_and_what_it_gives_back_is_the_answer(serve, own_home):
    with (own_home / "repartee.toml").open("a", encoding="utf-8") as settings:
        settings.write('[tools]\nplay = "play [some] {what}"\n')
    declared = {"tools": [{"type": "function", "name": "play", "parameters": {"type": "object"}}]}
    words = "Play some jazz"
    with serve(own_home) as served:
        first = respond(served, words, **declared)[1]
        (item,) = first["output"]
        assert (item["type"], item["name"], json.loads(item["arguments"])) == (
            "function_call",
            "play",
            {"what": "jazz"},
        )
        output = {"type": "function_call_output", "call_id": item["call_id"], "output": '{"message": "Jazz is on."}'}
        assert said(respond(served, [output], previous_response_id=first["id"])[1]) == "Jazz is on."
        whole = [{"role": "user", "content": words}, item, output]
        assert said(respond(served, whole, **declared)[1]) == "Jazz is on."
        body = {"model": "repartee", "input": words, "stream": True} | declared
        lines = call(f"{served.url}/v1/responses", body)[2].decode().splitlines()
        events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
        assert [event["type"].removeprefix("response.") for event in events] == [
            "created",
            "in_progress",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
        for none in ({}, declared | {"tool_choice": "none"}):
            assert respond(served, words, **none)[1]["output"][0]["type"] == "message"


def test_a_response_before_is_the_conversation(served):
    first = respond(served, "What is the lighthouse at Marlow Point?")[1]
    followed = respond(served, "How tall is it?", previous_response_id=first["id"])[1]
    assert "41 metres" in said(followed)
    assert followed["previous_response_id"] == first["id"]


def test_a_message_of_ours_may_be_referred_to_and_one_that_is_gone_says_nothing(served):
    asked = {"role": "user", "content": "What is the lighthouse at Marlow Point?"}
    (message,) = respond(served, [asked])[1]["output"]
    then = {"role": "user", "content": "And its height?"}
    for name, known in ((message["id"], True), ("msg_0", False)):
        given = [asked, {"type": "item_reference", "id": name}, then]
        answer = respond(served, given)[1]["repartee"]
        assert ("Marlow" in answer["question"] or "41 metres" in (answer["answer"] or "")) == known


def test_a_stream_has_the_same_words_and_its_events_are_counted(served):
    _, _, body = call(f"{served.url}/v1/responses", {"input": QUESTION, "stream": True})
    blocks = [block.split("\n") for block in body.decode().strip().split("\n\n")]
    events = [json.loads(data.removeprefix("data: ")) for _, data in blocks]
    assert [name.removeprefix("event: ") for name, _ in blocks] == [event["type"] for event in events]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [events[0]["type"], events[-1]["type"]] == ["response.created", "response.completed"]
    deltas = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert deltas == said(events[-1]["response"]) == said(respond(served, QUESTION)[1])


def test_a_response_is_kept_until_it_is_deleted_or_was_not_to_be_stored(served):
    import urllib.request

    kept = respond(served, QUESTION)[1]
    url = f"{served.url}/v1/responses/{kept['id']}"
    assert json.loads(call(url)[2]) == kept
    with urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=60) as answer:
        assert json.loads(answer.read())["deleted"] is True
    assert call(url)[0] == 404
    unkept = respond(served, QUESTION, store=False)[1]
    assert call(f"{served.url}/v1/responses/{unkept['id']}")[0] == 404


@pytest.mark.parametrize("endpoint", ["responses", "chat/completions"])
def test_a_schema_of_one_string_is_filled_with_the_sentence(served, endpoint):
    if endpoint == "responses":
        answer = respond(served, QUESTION, text={"format": {"type": "json_schema", "name": "a", "schema": ONE_STRING}})
        content = said(answer[1])
    else:
        wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": ONE_STRING}}
        body = {"messages": [{"role": "user", "content": QUESTION}], "response_format": wanted}
        content = json.loads(call(f"{served.url}/v1/{endpoint}", body)[2])["choices"][0]["message"]["content"]
    assert "41 metres" in json.loads(content)["answer"]


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"schema": {"type": "string"}},
        {"schema": ONE_STRING | {"properties": {"answer": {"type": "number"}}}},
        {"schema": ONE_STRING | {"properties": {"answer": {"type": "string", "enum": ["yes", "no"]}}}},
        {"schema": ONE_STRING | {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}},
    ],
)
def test_any_other_shape_is_refused(schema):
    with pytest.raises(ApiError, match="response_format"):
        shape({"type": "json_schema"}, schema, "response_format")


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 3}, "input"),
        ({"input": ["words"]}, "input[0]"),
        ({"previous_response_id": "resp_none"}, "previous_response_id"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"metadata": []}, None),
    ],
)
def test_what_cannot_be_done_is_told_in_the_apis_shape(served, options, param):
    status, answer = respond(served, QUESTION, **options)
    if param is None:
        assert status == 200
        return
    assert (status, answer["error"]["param"]) == (400, param)
    assert answer["error"]["message"].endswith(".")


def test_what_is_kept_is_bounded_in_number_and_in_bytes():
    kept = Responses()
    for number in range(MOST_KEPT + 10):
        kept.keep({"id": f"r{number}"}, [])
    assert kept.find(f"r{MOST_KEPT + 9}").response["id"]
    with pytest.raises(ApiError):
        kept.find("r9")
    kept.keep({"id": "large", "instructions": "x" * (MOST_BYTES - 100)}, [])
    kept.keep({"id": "next", "instructions": "x" * 200}, [])
    with pytest.raises(ApiError):
        kept.find("large")
    assert kept.find("next")
