"""POST /v1/chat/completions: the last user message is the question, the messages before it are the conversation.

Everything the reply rests on (answer, confidence, citations, ledger) is in the extension field `repartee`, which is the
object that `repartee ask --json` prints, without the folders of documents; when streaming, it is in the last chunk that
has a choice.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.channels.json import ApiError, Json, checked, clean
from assistant.channels.web.http.errors import json_body, text_field
from assistant.channels.web.http.presence import Stream, while_there
from assistant.channels.web.http.recordings import recognised
from assistant.channels.web.shown import shown_reply
from assistant.parts import Parts
from assistant.turn.events import Reply
from assistant.turn.turn import take

MAX_MESSAGES = 200
#: A message with more characters is what a client wrapped a question in.
LONGEST_QUESTION = 300
#: Sentences are looked for in this many characters at its end.
_LOOKED_THROUGH = 20_000
_MARKED = re.compile(r"<(user_query|query|question)>\s*(.{1,1000}?)\s*</\1>", re.DOTALL | re.IGNORECASE)
_QUESTION = re.compile(r"(?:(?<=[.!?:>])\s+|\n|^)([^\s.!?\n][^.!?\n]{0,300}\?)(?=[\s\"'”’)<]|$)")
MAX_CALLERS = 1000
ANSWERED_WITHIN_S = 60.0


class Asked:
    """Questions back that wait for the next message of a caller who sends no history with it: "Open the garage door?"

    Each is good for one message, within ANSWERED_WITHIN_S.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: OrderedDict[tuple[str, str], tuple[float, Reply]] = OrderedDict()

    def note(self, caller: tuple[str, str], reply: Reply) -> None:
        """Keep `reply` if it asks something back."""
        if reply.outcome == "asked_back":
            self._waiting[caller] = self._now(), reply
            while len(self._waiting) > MAX_CALLERS:
                self._waiting.popitem(last=False)

    def take(self, caller: tuple[str, str]) -> list[Reply]:
        """Return what was asked of this caller last, as a history; it is asked no longer."""
        asked_s, reply = self._waiting.pop(caller, (0.0, None))
        return [reply] if reply is not None and self._now() - asked_s <= ANSWERED_WITHIN_S else []


async def complete(request: Request) -> Response:
    """Answer a chat, at once or as server-sent events."""
    parts: Parts = request.app.state.service.parts
    body = await json_body(request)
    if body.get("n") not in (None, 1):
        raise ApiError("invalid_value", "'n' must be 1: there is one answer.", param="n")
    wanted = checked(body.get("response_format") or {}, dict, "response_format")
    if wanted.get("type", "text") != "text":
        raise ApiError(
            "invalid_value", "'response_format' must be text: answers are sentences.", param="response_format"
        )
    streaming = checked(body.get("stream_options") or {}, dict, "stream_options")
    messages = checked(body.get("messages") or [], list, "messages")[-MAX_MESSAGES:]
    # What is heard is heard for somebody who is there; what is then done for them is done to its end.
    question, transcript, history = await while_there(request, _conversation(request.app.state, messages))
    asked = request.app.state.asked
    caller = (request.client.host if request.client else "", text_field(body, "user", longest=200, default=""))
    history = parts.recalled(history) or asked.take(caller)
    reply = await take(question, parts=parts, context=parts.context(history), transcript=transcript)
    asked.note(caller, reply)
    frame: Json = {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "created": int(time.time()),
        "model": text_field(body, "model", longest=200, default="repartee"),
    }
    if body.get("stream"):
        events = _events(frame, reply, with_usage=bool(streaming.get("include_usage")))
        return Stream(events, "text/event-stream")
    message: Json = {"role": "assistant", "content": reply.spoken, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return JSONResponse(
        frame
        | {"object": "chat.completion", "choices": [choice], "usage": _usage(reply), "repartee": shown_reply(reply)}
    )


async def _conversation(state: State, messages: list[object]) -> tuple[str, str | None, list[Reply]]:
    """Return the question, its transcript where it was spoken, and the earlier exchanges."""
    asked: list[tuple[str, str | None]] = []
    history: list[Reply] = []
    for number, given in enumerate(messages):
        message: Json = checked(given, dict, f"messages[{number}]")
        last = number == len(messages) - 1
        text, transcript = await _content(state, message.get("content"), f"messages[{number}].content", last=last)
        if message.get("role") == "user":
            asked.append((text, transcript))
        elif message.get("role") == "assistant" and asked and text:
            history.append(Reply.recalled(asked.pop()[0], text))
            asked.clear()
    if not asked or not asked[-1][0].strip():
        raise ApiError(
            "missing_required_parameter", "The last of 'messages' must be the user's question.", param="messages"
        )
    text, transcript = asked[-1]
    return asked_in(text) if transcript is None else text, transcript, history


def asked_in(text: str) -> str:
    """Return what is asked in a message: what a template marks as the user's query, the last question of a long one."""
    if marked := _MARKED.findall(text):
        return str(marked[-1][1])
    if len(text) <= LONGEST_QUESTION:
        return text
    questions = _QUESTION.findall(text[-_LOOKED_THROUGH:])
    return str(questions[-1]) if questions else text


async def _content(state: State, content: object, param: str, *, last: bool) -> tuple[str, str | None]:
    """Return the text of a message's content and what of it was heard; only the last message's audio is listened to."""
    if content is None or isinstance(content, str):
        return clean(content or ""), None
    texts: list[str] = []
    transcript = None
    for number, given in enumerate(checked(content, list, param)[:64]):
        part = checked(given, dict, f"{param}[{number}]")
        if part.get("type") in ("text", "input_text", "refusal"):
            texts.append(clean(checked(part.get("text") or "", str, f"{param}[{number}].text")))
        elif part.get("type") == "input_audio" and last:
            transcript = await _heard(state, part.get("input_audio"), f"{param}[{number}].input_audio")
            texts.append(transcript)
        elif part.get("type") not in ("input_audio", "image_url"):
            raise ApiError(
                "invalid_value", f"'{param}[{number}].type' must be text, input_audio or image_url.", param=param
            )
    return " ".join(text for text in texts if text), transcript


async def _heard(state: State, given: object, param: str) -> str:
    data = checked(checked(given, dict, param).get("data"), str, f"{param}.data")
    try:
        recording = io.BytesIO(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ApiError("invalid_value", f"'{param}.data' must be base64.", param=param) from error
    return (await recognised(state, recording, param))[0]


async def _events(frame: Json, reply: Reply, *, with_usage: bool) -> AsyncGenerator[str, None]:
    """Yield the chunks, word by word; an answer is read as a whole, so that nothing has to be waited for."""
    frame = frame | {"object": "chat.completion.chunk"} | ({"usage": None} if with_usage else {})

    def chunk(delta: Json, finish: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse(frame | {"choices": [choice]} | more)

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for word in re.findall(r"\S+\s*", reply.spoken):
        yield chunk({"content": word})
    yield chunk({}, "stop", repartee=shown_reply(reply))
    if with_usage:
        yield _sse(frame | {"choices": [], "usage": _usage(reply)})
    yield "data: [DONE]\n\n"


def _sse(data: Json) -> str:
    return f"data: {json.dumps(data, separators=(',', ':'))}\n\n"


def _usage(reply: Reply) -> Json:
    """Return word counts in the place of tokens."""
    asked, said = len(reply.question.split()), len(reply.spoken.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
