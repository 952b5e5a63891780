"""POST /v1/responses: the same door as chat, in the shape that newer clients ask by default.

The last user message of `input` is the question. What came before it is in `input`, or is what was kept of
`previous_response_id`. A function that the settings bind to what is said is called (docs/skills.md); of the API's other
tools, of reasoning and of background work there is nothing here.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.access import asked_by
from assistant.channels import unread
from assistant.channels.json import ApiError, Json, checked
from assistant.channels.web.http.asked import caller_of
from assistant.channels.web.http.errors import json_body, text_field
from assistant.channels.web.http.messages import conversation, plain_text
from assistant.channels.web.http.presence import Stream, while_there
from assistant.channels.web.http.wishes import refuse_forced_tools, shape
from assistant.channels.web.realtime.session import declared_tools
from assistant.channels.web.shown import shown_reply
from assistant.parts import Parts
from assistant.turn.events import Reply, ToolCall
from assistant.turn.tools import answering
from assistant.turn.turn import take
from knowledge.collections import Collections

MOST_KEPT = 1000  # responses, of all clients
MOST_BYTES = 16_000_000  # of their JSON, in which clients find their own instructions and tools again
MOST_REMEMBERED = 20  # exchanges before a question
_MESSAGE = ("message", None)  # the type of an input item that is a message


@dataclass(frozen=True, slots=True)
class _Kept:
    response: Json
    history: tuple[Reply, ...]
    size: int
    collections: Collections = None

    def shown_to(self, asks: Collections) -> bool:
        """Whether who may ask `asks` may ask all that this was found in."""
        return asks is None or (self.collections is not None and self.collections <= asks)


class Responses:
    """What was answered lately, by the id of the response; the oldest is forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def keep(self, response: Json, history: list[Reply], collections: Collections = None) -> None:
        """Keep a response and the exchanges that it ends, its own the last; they were found in `collections`."""
        kept = _Kept(response, tuple(history[-MOST_REMEMBERED:]), len(json.dumps(response)), collections)
        self._kept[response["id"]] = kept
        self._bytes += kept.size
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def find(self, name: str, asks: Collections = None, *, param: str | None = None, status: int = 404) -> _Kept:
        """Return what is kept of a response for who may ask `asks`. Raises ApiError, with `status`, without any."""
        if name not in self._kept or not self._kept[name].shown_to(asks):
            code = "previous_response_not_found" if param else "response_not_found"
            raise ApiError(code, f"There is no response '{name[:100]}' any more.", param=param, status=status)
        return self._kept[name]

    def message(self, name: object, asks: Collections = None) -> Json:
        """Return the message of this id, which is its response's but for the prefix.

        It is empty where that is gone, or was found in what who may ask `asks` may not.
        """
        kept = self._kept.get(str(name).replace("msg_", "resp_", 1))
        message: Json = kept.response["output"][0] if kept is not None and kept.shown_to(asks) else {}
        return message

    def forget(self, name: str, asks: Collections = None) -> None:
        """Forget a response. Raises ApiError where there is none for who may ask `asks`."""
        self._bytes -= self.find(name, asks).size
        del self._kept[name]


async def respond(request: Request) -> Response:
    """Answer, at once or as server-sent events."""
    parts: Parts = request.app.state.service.parts
    kept: Responses = request.app.state.responses
    asks = asked_by(request.scope)
    body = await json_body(request)
    for name in ("background", "conversation"):
        if body.get(name):
            raise ApiError("unsupported_parameter", f"'{name}' is not to be had here; leave it out.", param=name)
    refuse_forced_tools(body)
    text = checked(body.get("text") or {}, dict, "text")
    wanted = checked(text.get("format") or {}, dict, "text.format")
    shaped = shape(wanted, wanted, "text.format")
    previous = text_field(body, "previous_response_id", longest=200, default="")
    before = kept.find(previous, asks, param="previous_response_id", status=400) if previous else None
    asked, caller = request.app.state.asked, caller_of(request, body)
    waiting = asked.take(caller)  # whatever is said now, and with whichever history: it is asked no longer
    note, sent = "", list[Reply]()
    if outputs := _given_back(body.get("input"), before, parts.tools.names):
        history = list(before.history) if before is not None else []
        reply = answering(_asked_last(body.get("input"), history), outputs)
    else:
        messages = _messages(body.get("input"), kept, asks)
        given = await while_there(request, conversation(request.app.state, messages, "input"))
        note, sent, before_it = given.note, given.history, before.history if before is not None else ()
        history = [*before_it, *parts.recalled(sent)] or waiting
        tools = () if body.get("tool_choice") == "none" else declared_tools(body.get("tools"))
        context = parts.context(history, tools=tools, collections=asks)
        if given.question:
            reply = await take(given.question, parts=parts, context=context, transcript=given.transcript)
        else:
            reply = unread.nothing_else()
    response = _response(body, reply, shaped(reply.spoken), note)
    if response["store"]:
        kept.keep(response, [*history, reply], asks)
    if not sent and not (previous and response["store"]):  # else it is answered with its conversation
        asked.note(caller, reply)
    if body.get("stream"):
        return Stream(_sse(_events(response)), "text/event-stream")
    return JSONResponse(response)


async def kept_response(request: Request) -> Response:
    """Show a response again, or forget it."""
    kept: Responses = request.app.state.responses
    asks = asked_by(request.scope)
    name = request.path_params["name"]
    if request.method == "DELETE":
        kept.forget(name, asks)
        return JSONResponse({"id": name, "object": "response", "deleted": True})
    return JSONResponse(kept.find(name, asks).response)


def _messages(given: object, kept: Responses, asks: Collections) -> list[object]:
    """Return the messages of an input, or what is kept of those that it refers to.

    Its other items (calls of tools, their outputs, reasoning) ask nothing.
    """
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    items = [checked(item, dict, f"input[{number}]") for number, item in enumerate(checked(given or [], list, "input"))]
    items = [kept.message(item.get("id"), asks) if item.get("type") == "item_reference" else item for item in items]
    return [item for item in items if item.get("type") in _MESSAGE]


def _given_back(given: object, before: _Kept | None, names: frozenset[str]) -> list[str]:
    """Return what functions called `names` gave back, if the last items of an input say just that; else nothing.

    Their calls stand before them, or in the response before.
    """
    items = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    calls = [*(before.response["output"] if before is not None else ()), *items]
    ours = {call.get("call_id") for call in calls if call.get("type") == "function_call" and call.get("name") in names}
    outputs: list[str] = []
    while items and items[-1].get("type") == "function_call_output" and items[-1].get("call_id") in ours:
        outputs.insert(0, plain_text(items.pop().get("output")))
    return outputs


def _asked_last(given: object, history: list[Reply]) -> str:
    """Return what was said that a function was called for."""
    items = given if isinstance(given, list) else []
    said = [item.get("content") for item in items if isinstance(item, dict) and item.get("role") == "user"]
    return plain_text(said[-1]) if said else history[-1].question if history else ""


def _called(call: ToolCall, number: str) -> Json:
    return {
        "id": f"fc_{number}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{number}",
        "name": call.name,
        "arguments": json.dumps(call.arguments, ensure_ascii=False),
    }


def _response(body: Json, reply: Reply, content: str, note: str) -> Json:
    """Return the API's response object, complete, with `repartee` beside its own fields."""
    asked, said = len(reply.question.split()), len(reply.spoken.split())
    part: Json = {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
    number = secrets.token_hex(16)
    message: Json = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": checked(body.get("metadata") or {}, dict, "metadata"),
        "model": text_field(body, "model", longest=200, default="repartee"),
        "output": [message if reply.call is None else _called(reply.call, number)],
        "parallel_tool_calls": False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "store": body.get("store") is not False,
        "temperature": None,
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": checked(body.get("tools") or [], list, "tools"),
        "top_p": None,
        "truncation": "disabled",
        "usage": {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked + said,
        },
        "user": body.get("user"),
        "repartee": shown_reply(reply, note),
    }


def _events(response: Json) -> Iterator[Json]:
    """Yield the events of a streamed response, word by word; it was read as a whole, so that nothing is waited for."""
    (message,) = response["output"]
    begun = response | {"status": "in_progress", "output": [], "usage": None}
    if message["type"] == "function_call":
        yield from _call_events(message, begun, response)
        return
    (part,) = message["content"]
    place = {"item_id": message["id"], "output_index": 0, "content_index": 0}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    empty = message | {"status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": empty}
    yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}
    for word in re.findall(r"\S+\s*", part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
    yield {"type": "response.output_item.done", "output_index": 0, "item": message}
    yield {"type": "response.completed", "response": response}


def _call_events(call: Json, begun: Json, response: Json) -> Iterator[Json]:
    """Yield the events of a streamed response that is the call of a function."""
    place = {"item_id": call["id"], "output_index": 0}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    empty = call | {"status": "in_progress", "arguments": ""}
    yield {"type": "response.output_item.added", "output_index": 0, "item": empty}
    yield {"type": "response.function_call_arguments.delta", **place, "delta": call["arguments"]}
    done = {"name": call["name"], "arguments": call["arguments"]}
    yield {"type": "response.function_call_arguments.done", **place, **done}
    yield {"type": "response.output_item.done", "output_index": 0, "item": call}
    yield {"type": "response.completed", "response": response}


async def _sse(events: Iterator[Json]) -> AsyncGenerator[str, None]:
    for number, event in enumerate(events):
        data = json.dumps(event | {"sequence_number": number}, separators=(",", ":"))
        yield f"event: {event['type']}\ndata: {data}\n\n"
