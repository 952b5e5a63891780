"""POST /v1/chat/completions: the last user message is the question, the messages before it are the conversation.

Everything the reply rests on (answer, confidence, citations, ledger) is in the extension field `repartee`, which is the
object that `repartee ask --json` prints, without the folders of documents; when streaming, it is in the last chunk that
has a choice.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.access import asked_by
from assistant.channels import unread
from assistant.channels.json import ApiError, Json, checked
from assistant.channels.web.http.asked import caller_of
from assistant.channels.web.http.errors import json_body, text_field
from assistant.channels.web.http.housekeeping import housekeeping
from assistant.channels.web.http.messages import conversation, outputs_in
from assistant.channels.web.http.presence import Stream, while_there
from assistant.channels.web.http.wishes import refuse_forced_tools, shape
from assistant.channels.web.realtime.session import declared_tools
from assistant.channels.web.shown import shown_reply
from assistant.parts import Parts
from assistant.turn.events import Reply, ToolCall
from assistant.turn.tools import answering
from assistant.turn.turn import taken

#: Sentences of a reply that are there early, and at the end the reply.
Pieces = AsyncGenerator[str | Reply, None]


async def complete(request: Request) -> Response:
    """Answer a chat, at once or as server-sent events."""
    body = await json_body(request)
    if body.get("n") not in (None, 1):
        raise ApiError("invalid_value", "'n' must be 1: there is one answer.", param="n")
    refuse_forced_tools(body)
    wanted = checked(body.get("response_format") or {}, dict, "response_format")
    shaped = shape(wanted, wanted.get("json_schema"), "response_format")
    streaming = checked(body.get("stream_options") or {}, dict, "stream_options")
    messages = checked(body.get("messages") or [], list, "messages")
    turn, note, passed_over = await _turn(request, body, messages)
    frame: Json = {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "created": int(time.time()),
        "model": text_field(body, "model", longest=200, default="repartee"),
    }
    first = await anext(turn)  # an error here has a status; one in a stream has none
    if body.get("stream") and shaped("as it is") == "as it is":
        pieces = _from(first, turn)
    else:
        *_, last = [piece async for piece in _from(first, turn)]
        pieces = _from(last)
    if body.get("stream"):
        with_usage = bool(streaming.get("include_usage"))
        events = _events(frame, pieces, shaped, note, passed_over=passed_over, with_usage=with_usage)
        return Stream(events, "text/event-stream")
    reply = await anext(pieces)
    assert isinstance(reply, Reply)
    note(reply)
    message: Json = {"role": "assistant", "content": shaped(reply.spoken), "refusal": None, "annotations": []}
    if reply.call is not None:
        message |= {"content": None, "tool_calls": [_tool_call(reply.call)]}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
    whole = {"object": "chat.completion", "choices": [choice], "usage": _usage(reply)}
    return JSONResponse(frame | whole | {"repartee": shown_reply(reply, passed_over)})


async def _turn(request: Request, body: Json, messages: list[Any]) -> tuple[Pieces, Callable[[Reply], None], str]:
    """What is said, who is given the reply, and what of the question was passed over.

    A front end's own chores are no turn of the person's.
    """
    if (made := housekeeping(messages)) is not None:
        return _from(Reply(question="", spoken=made, outcome="command")), lambda _: None, ""
    parts: Parts = request.app.state.service.parts
    asked, caller = request.app.state.asked, caller_of(request, body)
    waiting = asked.take(caller)  # whatever is said now, and with whichever history: it is asked no longer
    # What is heard is heard for somebody who is there; what is then done for them is done to its end.
    given = await while_there(request, conversation(request.app.state, messages))
    history = parts.recalled(given.history) or waiting
    tools = () if body.get("tool_choice") == "none" else declared_tools(body.get("tools"))
    if outputs := outputs_in(messages, parts.tools.names):
        turn = _from(answering(given.question, outputs))
    elif not given.question:
        turn = _from(unread.nothing_else())
    else:
        context = parts.context(history, tools=tools, collections=asked_by(request.scope))
        turn = taken(given.question, parts=parts, context=context, transcript=given.transcript)
    # Who sends the conversation answers with it: a "yes" without one is said in another.
    return turn, (lambda _: None) if given.history else partial(asked.note, caller), given.note


async def _from(first: str | Reply, rest: Pieces | None = None) -> Pieces:
    yield first
    if rest is not None:
        async with aclosing(rest):
            async for piece in rest:
                yield piece


async def _events(
    frame: Json,
    pieces: Pieces,
    shaped: Callable[[str], str],
    note: Callable[[Reply], None],
    *,
    passed_over: str,
    with_usage: bool,
) -> AsyncGenerator[str, None]:
    """Yield the chunks, word by word; `note` is given the reply as soon as it is there."""
    frame = frame | {"object": "chat.completion.chunk"} | ({"usage": None} if with_usage else {})

    def chunk(delta: Json, finish: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse(frame | {"choices": [choice]} | more)

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    told = ""
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Reply):
                reply = piece
                note(reply)
            content = piece if isinstance(piece, str) else shaped(piece.spoken)[len(told) :]
            told += content
            for word in re.findall(r"\s*\S+\s*", content):
                yield chunk({"content": word})
    if reply.call is not None:
        yield chunk({"tool_calls": [{"index": 0} | _tool_call(reply.call)]})
    yield chunk({}, _finish(reply), repartee=shown_reply(reply, passed_over))
    if with_usage:
        yield _sse(frame | {"choices": [], "usage": _usage(reply)})
    yield "data: [DONE]\n\n"


def _tool_call(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)}
    return {"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": function}


def _finish(reply: Reply) -> str:
    return "stop" if reply.call is None else "tool_calls"


def _sse(data: Json) -> str:
    return f"data: {json.dumps(data, separators=(',', ':'))}\n\n"


def _usage(reply: Reply) -> Json:
    """Return word counts in the place of tokens."""
    asked, said = len(reply.question.split()), len(reply.spoken.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
